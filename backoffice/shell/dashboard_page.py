"""Decides the first page a staff member sees: the numbers of their own work, each opening its list.
Tiles are brought by the features, so a number and the list behind it come from one place."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice.security import SecureState, in_query, query, watch
from backoffice.shell import nav, page, t
from backoffice.shell.shell_state import ShellState
from backoffice.shell.tiles import tiles_of
from backoffice.ui import layout as ui
from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_datetime

nav("", "Dashboard", "/[brand]", Permission.DASHBOARD_SEE, icon="layout_dashboard", order=0)


class DashboardState(SecureState, rx.State):
    """The tiles of whoever is here."""

    READ = Permission.DASHBOARD_SEE
    tiles: list[dict[str, str]] = []
    as_of: str = ""
    loaded: bool = False

    @query(Permission.DASHBOARD_SEE)
    async def load(self) -> None:
        """Count afresh."""

        def read(uow: UnitOfWork) -> tuple[list[dict[str, str]], str]:
            return tiles_of(uow), format_datetime(uow.now)

        self.tiles, self.as_of = await in_query(read, use_case="dashboard")
        self.loaded = True

    watch_changes = watch(
        Permission.DASHBOARD_SEE, "application", "loan", "invoice", "approval_request", "document"
    )


def _tile(one: Any) -> rx.Component:
    return ui.tile(one["label"], one["figure"], one["note"], one["href"])


@page(
    route="/[brand]",
    title="Dashboard",
    permission=Permission.DASHBOARD_SEE,
    on_load=[DashboardState.load, DashboardState.watch_changes],
)
def dashboard_page() -> rx.Component:
    """Tiles that open the lists they count."""
    return ui.screen(
        ui.page_header(
            t("Dashboard"),
            subtitle=rx.fragment(
                ShellState.brand_name, " · ", t("as of"), " ", DashboardState.as_of
            ),
        ),
        rx.cond(
            DashboardState.tiles.length() > 0,
            rx.el.div(rx.foreach(DashboardState.tiles, _tile), class_name="tiles"),
            rx.cond(
                DashboardState.loaded,
                ui.empty(t("Nothing waits for you.")),
                ui.loading(),
            ),
        ),
    )
