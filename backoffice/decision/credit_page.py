"""Decides how the desks of credit and sanction look: what waits, for how long, and whose it is.
The oldest case stands first, and a late one says so in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import watch
from backoffice.shell import nav, page, t
from core.access.permission import Permission
from core.application.store import age_words
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork
from core.decision.listing import credit_queue, sanction_queue

nav("Lending", "Credit", "/[brand]/credit", Permission.APPLICATION_APPRAISE, icon="scale", order=40)
nav(
    "Lending",
    "Sanction",
    "/[brand]/sanction",
    Permission.APPLICATION_SANCTION,
    icon="stamp",
    order=50,
)


class CreditList(ui.TableState, rx.State):
    """Cases in credit."""

    READ = Permission.APPLICATION_APPRAISE
    COLUMNS = (
        ui.Column("number", "Case", sort=True),
        ui.Column("customer", "Customer"),
        ui.Column("product", "Product"),
        ui.Column("amount_paise", "Asked for", kind="money", sort=True),
        ui.Column("outcome", "Rules", kind="status"),
        ui.Column("cam", "Appraisal"),
        ui.Column("waits", "Waits for"),
        ui.Column("since", "In credit since", kind="datetime", sort=True),
    )
    FILTERS = (
        ui.Filter("q", "Number or name"),
        ui.Filter("whose", "Cases", options=(("mine", "My own"), ("all", "Everybody's"))),
        ui.Filter("least", "At least, ₹"),
    )
    SORT = "since"
    EMPTY = "No case waits for you. Choose “Everybody's” to see what colleagues have."

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        answer = credit_queue(uow, ask)
        rows = [_shown(uow, row, "cam") for row in answer.rows]
        return ListAnswer(rows, answer.next_cursor, answer.previous_cursor)

    load = ui.table_load(Permission.APPLICATION_APPRAISE)
    watch_changes = watch(Permission.APPLICATION_APPRAISE, "application")


class SanctionList(ui.TableState, rx.State):
    """Cases that wait for a sanction."""

    READ = Permission.APPLICATION_SANCTION
    COLUMNS = (
        ui.Column("number", "Case", sort=True),
        ui.Column("customer", "Customer"),
        ui.Column("product", "Product"),
        ui.Column("amount_paise", "Recommended", kind="money", sort=True),
        ui.Column("outcome", "Rules", kind="status"),
        ui.Column("maker", "Recommended by"),
        ui.Column("waits", "Waits for"),
        ui.Column("why", "Why it is here"),
    )
    FILTERS = (
        ui.Filter("q", "Number or name"),
        ui.Filter(
            "whose", "Cases", options=(("mine", "I can decide now"), ("all", "All that wait"))
        ),
        ui.Filter("least", "At least, ₹"),
    )
    SORT = "since"
    EMPTY = "Nothing waits for your decision."

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        answer = sanction_queue(uow, ask)
        rows = [_shown(uow, row, "decision") for row in answer.rows]
        return ListAnswer(rows, answer.next_cursor, answer.previous_cursor)

    load = ui.table_load(Permission.APPLICATION_SANCTION)
    watch_changes = watch(Permission.APPLICATION_SANCTION, "application")


def _shown(uow: UnitOfWork, row: dict[str, Any], tab: str) -> dict[str, Any]:
    since: dt.datetime = row["since"]
    age = age_words(since, uow.now)
    return row | {
        "href": f"/{uow.brand.code}/loans/{row['id']}?tab={tab}",
        "waits": t("{age}, late", age=age) if row["late"] else age,
        "tone": "warn" if row["late"] else "",
    }


@page(
    route="/[brand]/credit",
    title="Credit",
    permission=Permission.APPLICATION_APPRAISE,
    on_load=[CreditList.load, CreditList.watch_changes],
)
def credit_page() -> rx.Component:
    """The credit desk."""
    return ui.screen(
        ui.page_header(t("Credit"), subtitle=t("Cases to be appraised, the longest waiting first")),
        ui.table(CreditList),
    )


@page(
    route="/[brand]/sanction",
    title="Sanction",
    permission=Permission.APPLICATION_SANCTION,
    on_load=[SanctionList.load, SanctionList.watch_changes],
)
def sanction_page() -> rx.Component:
    """The sanction desk."""
    return ui.screen(
        ui.page_header(
            t("Sanction"),
            subtitle=t("Recommended cases; above your limit they are for the level above"),
        ),
        ui.table(SanctionList),
    )
