"""Decides how the audit of a case is shown to who may read it: everything, with place and device.
The overview tells the same events as sentences; here stands what was changed, from where."""

from __future__ import annotations

import reflex as rx
from sqlalchemy import select
from sqlmodel import col

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.security import SecureState, in_query, query
from backoffice.shell import t
from core.access.permission import Permission
from core.db.tables import AuditEvent
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_datetime

EVENTS_MAX = 50
COLUMNS = (
    ui.Column("when", "When"),
    ui.Column("who", "Who"),
    ui.Column("what", "Did what"),
    ui.Column("change", "Old and new"),
    ui.Column("reason", "Why"),
    ui.Column("address", "From"),
)


class AuditTab(SecureState, rx.State):
    """The newest audit events of one case."""

    READ = Permission.AUDIT_READ

    events: list[dict[str, str]] = []

    @query(Permission.AUDIT_READ)
    async def load(self) -> None:
        """Read the newest events of the case."""
        case_id = self._address_id("case")

        def read(uow: UnitOfWork) -> list[dict[str, str]]:
            rows = uow.session.scalars(
                select(AuditEvent)
                .where(col(AuditEvent.case_id) == case_id)
                .order_by(col(AuditEvent.id).desc())
                .limit(EVENTS_MAX)
            )
            return [_row(event) for event in rows]

        self.events = await in_query(read, use_case="case_audit")


def _row(event: AuditEvent) -> dict[str, str]:
    changes = ui.change_words(event.before, event.after)
    return {
        "when": format_datetime(event.at),
        "who": f"{event.actor_name} ({event.actor_role.replace('_', ' ')})",
        "what": ui.audit_sentence(event),
        "change": "; ".join(f"{c['label']}: {c['before']} → {c['after']}" for c in changes),
        "reason": event.reason,
        "address": event.address,
        "href": "",
    }


def audit() -> rx.Component:
    """The tab."""
    return ui.section(
        t("The newest {count} events", count=EVENTS_MAX),
        ui.simple_table(COLUMNS, AuditTab.events, empty="Nothing has happened here yet."),
        flush=True,
    )


register_tab("audit", "Audit", Permission.AUDIT_READ, audit, AuditTab.load)
