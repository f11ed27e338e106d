"""Decides how a manager sees who can take work today, and changes it.
Load, limit and leave stand beside each other, because together they decide the next turn."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.desks_state import Desks
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav("Lending", "Desks", "/[brand]/desks", Permission.APPLICATION_ASSIGN, icon="armchair", order=30)

COLUMNS = (
    ui.Column("name", "Name"),
    ui.Column("load", "Open cases", kind="number"),
    ui.Column("state", "Today", kind="status"),
    ui.Column("why", "Why not"),
    ui.Column("leave", "Leave"),
)


def desk_fields(state: Any, desk: Any, *, with_limit: bool) -> list[rx.Component]:
    """The fields of one desk, for the manager and for oneself."""
    fields = [
        ui.check_field(
            state, "available", t("Takes new cases"), value=desk["available"].to(str) == "on"
        ),
        ui.pair(
            ui.date_field(
                state, "leave_from", t("On leave from"), value=desk["leave_from"], optional=True
            ),
            ui.date_field(
                state, "leave_to", t("Until, inclusive"), value=desk["leave_to"], optional=True
            ),
        ),
    ]
    if with_limit:
        fields.append(
            ui.field(
                state,
                "open_limit",
                t("Open cases at most"),
                value=desk["open_limit"],
                input_mode="numeric",
            )
        )
    return fields


def _team(title: str, rows: Any) -> rx.Component:
    return ui.section(
        title,
        ui.simple_table(
            COLUMNS,
            rows,
            empty="Nobody holds this role. Give it to somebody under Staff.",
            actions=lambda row: ui.button(
                t("Change"),
                Desks.choose(row["id"].to(str)),  # pyright: ignore
                small=True,
            ),
        ),
        flush=True,
    )


@page(
    route="/[brand]/desks",
    title="Desks",
    permission=Permission.APPLICATION_ASSIGN,
    on_load=[Desks.close, Desks.load, Desks.watch_changes],
)
def desks_page() -> rx.Component:
    """Who takes work today."""
    return ui.screen(
        ui.page_header(
            t("Desks"),
            subtitle=t("New cases go turn by turn to whoever is here and below their limit"),
        ),
        _team(t("Loan executives"), Desks.loan),
        _team(t("Credit executives"), Desks.credit),
        ui.dialog(
            Desks.editing,
            ui.form(
                Desks,
                Desks.keep,
                *desk_fields(Desks, Desks.chosen, with_limit=True),
                submit=t("Save"),
            ),
            title=Desks.chosen["name"],
            on_close=Desks.close,
        ),
    )
