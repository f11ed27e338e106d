"""Decides how applications and loans are listed: one list, the usual views one click away.
A new case appears by itself, and the key n opens the next one."""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.application.desks_page import desk_fields
from backoffice.application.desks_state import MyDesk
from backoffice.application.loans_state import VIEWS, CaseList, QueueList
from backoffice.shell import nav, page, t
from backoffice.ui.client_piece import RouterLink
from core.access.permission import Permission

nav("Lending", "My desk", "/[brand]/queue", Permission.APPLICATION_REVIEW, icon="inbox", order=5)
nav(
    "Lending",
    "Applications and loans",
    "/[brand]/loans",
    Permission.APPLICATION_LIST,
    icon="files",
    order=10,
)


def _views() -> rx.Component:
    return rx.el.nav(
        *[
            RouterLink.create(
                t(label),
                to=f"?{address}",
                class_name="tab",
                custom_attrs={"aria-current": rx.cond(CaseList.view == address, "page", "false")},
            )
            for address, label in VIEWS
        ],
        class_name="tabs",
        aria_label=t("Views"),
    )


@page(
    route="/[brand]/loans",
    title="Applications and loans",
    permission=Permission.APPLICATION_LIST,
    on_load=[CaseList.load, CaseList.watch_changes],
)
def loans_page() -> rx.Component:
    """Every case of the brand, from application to closed loan."""
    return ui.screen(
        ui.page_header(
            t("Applications and loans"),
            ui.next_case(CaseList.next_case),
            subtitle=t("One case is one line, from the application to the closed loan"),
        ),
        _views(),
        ui.table(CaseList),
    )


@page(
    route="/[brand]/queue",
    title="My desk",
    permission=Permission.APPLICATION_REVIEW,
    on_load=[QueueList.load, MyDesk.close, MyDesk.load, QueueList.watch_changes],
)
def queue_page() -> rx.Component:
    """What waits for the loan executive who looks."""
    return ui.screen(
        ui.page_header(
            t("My desk"),
            ui.button(t("Leave and availability"), MyDesk.edit, icon_name="calendar"),
            ui.next_case(QueueList.next_case),
            subtitle=t("Your cases, the longest waiting first"),
        ),
        rx.cond(
            MyDesk.mine["why"],
            ui.note(t("You get no new cases:"), " ", MyDesk.mine["why"], tone="warn"),
        ),
        ui.table(QueueList),
        ui.dialog(
            MyDesk.editing,
            ui.form(
                MyDesk,
                MyDesk.keep,
                *desk_fields(MyDesk, MyDesk.mine, with_limit=False),
                submit=t("Save"),
            ),
            title=t("Leave and availability"),
            on_close=MyDesk.close,
        ),
    )
