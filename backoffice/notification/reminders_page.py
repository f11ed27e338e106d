"""Decides how planned reminders are seen: what waits, what was sent, what failed and why.
The list follows the sending job live, so nobody has to ask whether it went out."""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.security import watch
from backoffice.shell import nav, page, t
from core.access.permission import Permission
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork
from core.notification import store
from core.notification.template import KINDS

nav(
    "Collections",
    "Reminders",
    "/[brand]/reminders",
    Permission.REMINDER_MANAGE,
    icon="bell-ring",
    order=40,
)


class ReminderList(ui.TableState, rx.State):
    """Every reminder of the brand, next due first."""

    READ = Permission.REMINDER_MANAGE
    COLUMNS = (
        ui.Column("due_at", "Planned for", kind="datetime", sort=True),
        ui.Column("kind", "Reminder"),
        ui.Column("channel", "Channel"),
        ui.Column("status", "State", kind="status"),
        ui.Column("status_since", "Since", kind="datetime"),
        ui.Column("reason", "Why"),
        ui.Column("created_by", "Planned by"),
    )
    FILTERS = (
        ui.Filter(
            "status",
            "State",
            options=(
                ("pending", "Pending"),
                ("sent", "Sent"),
                ("failed", "Failed"),
                ("cancelled", "Cancelled"),
            ),
        ),
    )
    SORT = "-due_at"
    EMPTY = "No reminder is planned. Plan one from a loan on the worklist."

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        answer = store.reminders(uow.session, ask)
        brand = uow.actor.brand_code
        rows = [
            row
            | {
                "kind": t(KINDS[row["kind"]].name) if row["kind"] in KINDS else row["kind"],
                "href": f"/{brand}/collection/{row['loan_id']}" if row["loan_id"] else "",
            }
            for row in answer.rows
        ]
        return ListAnswer(rows, answer.next_cursor, answer.previous_cursor)

    load = ui.table_load(Permission.REMINDER_MANAGE)
    watch_changes = watch(Permission.REMINDER_MANAGE, "reminder")


@page(
    route="/[brand]/reminders",
    title="Reminders",
    permission=Permission.REMINDER_MANAGE,
    on_load=[ReminderList.load, ReminderList.watch_changes],
)
def reminders_page() -> rx.Component:
    """The list of reminders."""
    return ui.screen(
        ui.page_header(t("Reminders"), subtitle=t("Messages planned for a moment")),
        ui.table(ReminderList),
    )
