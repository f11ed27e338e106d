"""Decides how asked-for files are followed: their progress live, and a link that expires."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.report.report_state import ExportsState
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav("Reports", "Exports", "/[brand]/exports", Permission.EXPORT, icon="download", order=50)


def _download(row: Any) -> rx.Component:
    return rx.cond(
        row["ready"] == "yes",
        ui.button(
            t("Download"), ExportsState.download(row["id"]), small=True, icon_name="download"
        ),
    )


@page(
    route="/[brand]/exports",
    title="Exports",
    permission=Permission.EXPORT,
    on_load=[ExportsState.load, ExportsState.watch_changes],
)
def exports_page() -> rx.Component:
    """One's own files."""
    columns = (
        ui.Column("title", "List"),
        ui.Column("filters", "Filters"),
        ui.Column("asked", "Asked for"),
        ui.Column("state", "State", kind="status"),
        ui.Column("size", "Size"),
        ui.Column("until", "Kept until"),
    )
    return ui.screen(
        ui.page_header(
            t("Exports"),
            subtitle=t("A file holds exactly what was filtered. It is kept for a day."),
        ),
        ui.section(
            "",
            rx.cond(
                ExportsState.loaded,
                ui.simple_table(
                    columns,
                    ExportsState.runs,
                    empty="Open a list, filter it, and press Export.",
                    caption=t("Exports"),
                    actions=_download,
                ),
                ui.loading(),
            ),
            flush=True,
        ),
    )
