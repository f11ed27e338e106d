"""Decides what a case shows of its collection: promises, contacts, reminders and messages.
Read only here; the work itself is done on the collector's desk, one click away."""

from __future__ import annotations

import reflex as rx
from sqlalchemy import select
from sqlmodel import col

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.collection.collection_page import (
    MESSAGE_COLUMNS,
    PROMISE_COLUMNS,
    REMARK_COLUMNS,
    REMINDER_COLUMNS,
)
from backoffice.collection.collection_state import histories
from backoffice.security import SecureState, in_query, query, require_actor
from backoffice.shell import t
from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork
from core.loan.tables import Loan
from core.notification import store as notification_store
from core.notification.template import KINDS


class CollectionTab(SecureState, rx.State):
    """The collection of one case."""

    READ = Permission.APPLICATION_OPEN

    promises: list[dict[str, str]] = []
    remarks: list[dict[str, str]] = []
    reminders: list[dict[str, str]] = []
    desk: str = ""

    @query(Permission.APPLICATION_OPEN)
    async def load(self) -> None:
        """Read what was promised, said and planned."""
        case_id = self._address_id("case")

        def read(uow: UnitOfWork) -> tuple[int, dict[str, list[dict[str, str]]]]:
            loan_id = uow.session.scalar(
                select(col(Loan.id)).where(col(Loan.application_id) == case_id)
            )
            if loan_id is None:
                return 0, {"promises": [], "remarks": [], "reminders": []}
            return loan_id, histories(uow, loan_id, case_id)

        loan_id, found = await in_query(read)
        self.promises, self.remarks = found["promises"], found["remarks"]
        self.reminders = found["reminders"]
        self.desk = f"/{require_actor().brand_code}/collection/{loan_id}" if loan_id else ""


def collection_panel() -> rx.Component:
    """The tab."""
    state = CollectionTab
    return rx.el.div(
        rx.cond(state.desk, ui.link_button(t("Open the collector's desk"), state.desk)),
        ui.section(
            t("Promises to pay"),
            ui.simple_table(PROMISE_COLUMNS, state.promises, empty=t("No promise yet.")),
        ),
        ui.section(
            t("Remarks"),
            ui.simple_table(REMARK_COLUMNS, state.remarks, empty=t("Nobody has called yet.")),
        ),
        ui.section(
            t("Reminders"),
            ui.simple_table(REMINDER_COLUMNS, state.reminders, empty=t("No reminder is planned.")),
        ),
    )


class MessagesTab(SecureState, rx.State):
    """Every message about one case."""

    READ = Permission.APPLICATION_OPEN

    messages: list[dict[str, str]] = []

    @query(Permission.APPLICATION_OPEN)
    async def load(self) -> None:
        """Read the messages, newest first."""
        case_id = self._address_id("case")
        found = await in_query(
            lambda uow: notification_store.messages_of_case(uow.session, case_id)
        )
        self.messages = [
            {
                "at": ui.cell("datetime", one.created_at),
                "kind": KINDS[one.code].name if one.code in KINDS else one.code,
                "body": one.body,
                "status": one.state,
                "href": "",
            }
            for one in found
        ]


def messages_panel() -> rx.Component:
    """The tab."""
    return ui.section(
        t("Messages to the customer"),
        ui.simple_table(MESSAGE_COLUMNS, MessagesTab.messages, empty=t("No message was sent yet.")),
    )


register_tab(
    "collection", "Collection", Permission.APPLICATION_OPEN, collection_panel, CollectionTab.load
)
register_tab("messages", "Messages", Permission.APPLICATION_OPEN, messages_panel, MessagesTab.load)
