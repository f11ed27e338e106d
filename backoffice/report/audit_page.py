"""Decides how the audit is looked through: plain sentences, filters, and how far it is sealed."""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.report.report_state import AuditList, SealState
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav("Settings", "Audit", "/[brand]/audit", Permission.AUDIT_READ, icon="scroll_text", order=70)


@page(
    route="/[brand]/audit",
    title="Audit",
    permission=Permission.AUDIT_READ,
    on_load=[AuditList.load, SealState.load],
)
def audit_page() -> rx.Component:
    """Who did what, when and why."""
    return ui.screen(
        ui.page_header(
            t("Audit"),
            subtitle=rx.cond(
                SealState.sealed,
                t("Every event is sealed into the hash chain."),
                rx.fragment(t("Oldest event not yet sealed:"), " ", SealState.oldest),
            ),
        ),
        ui.table(AuditList),
    )
