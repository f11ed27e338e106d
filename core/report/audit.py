"""Decides how the audit list is searched: by person, action, record and time, newest first.
It also says how old the oldest event is that the sealer has not yet put into the hash chain."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from core.access.permission import Permission
from core.db.listing import ListAnswer, ListAsk, keyset_page
from core.db.sentence import sentences
from core.db.tables import AuditEvent, AuditLink
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import IST
from core.report.catalogue import Report, ReportColumn, register_report


def audit_list(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """Filters: `who` (name starts with), `subject` (kind of record), `action`, `since`, `until`."""
    uow.actor.require(Permission.AUDIT_READ)
    statement = select(AuditEvent)
    if who := ask.get("who").lower():
        name = func.lower(col(AuditEvent.actor_name))
        statement = statement.where(name.startswith(who, autoescape=True))
    if subject := ask.get("subject"):
        statement = statement.where(col(AuditEvent.subject_type) == subject)
    if action := ask.get("action"):
        statement = statement.where(col(AuditEvent.action) == action)
    if since := ask.date("since"):
        statement = statement.where(col(AuditEvent.at) >= _start_of(since))
    if until := ask.date("until"):
        end = _start_of(until + dt.timedelta(days=1))
        statement = statement.where(col(AuditEvent.at) < end)
    return keyset_page(
        uow.session,
        statement,
        ask,
        sorts={"at": col(AuditEvent.at)},
        key=col(AuditEvent.id),
        row=lambda found: _row(found[0]),
    )


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), IST)


def _row(event: AuditEvent) -> dict[str, Any]:
    return {
        "id": event.id,
        "event": event,
        "at": event.at,
        "who": event.actor_name,
        "role": event.actor_role.replace("_", " "),
        "what": sentences.render(event.action, event.words),
        "record": f"{event.subject_type.replace('_', ' ')} {event.subject_id or ''}".strip(),
        "reason": event.reason,
        "address": event.address,
        "before": str(event.before or ""),
        "after": str(event.after or ""),
    }


def subjects(uow: UnitOfWork) -> list[str]:
    """The kinds of records that appear in this brand's audit."""
    uow.actor.require(Permission.AUDIT_READ)
    found = uow.session.scalars(select(col(AuditEvent.subject_type)).distinct())
    return sorted(found)


def oldest_unsealed(uow: UnitOfWork) -> dt.datetime | None:
    """When the oldest event happened that is not in the hash chain yet; None: all are."""
    uow.actor.require(Permission.AUDIT_READ)
    newest_sealed = select(func.coalesce(func.max(col(AuditLink.audit_event_id)), 0))
    return uow.session.scalar(
        select(func.min(col(AuditEvent.at))).where(
            col(AuditEvent.id) > newest_sealed.scalar_subquery()
        )
    )


register_report(
    Report(
        "audit",
        "Audit list",
        Permission.AUDIT_READ,
        (
            ReportColumn("at", "When", "datetime"),
            ReportColumn("who", "Who"),
            ReportColumn("role", "Role"),
            ReportColumn("what", "Did what"),
            ReportColumn("record", "Record"),
            ReportColumn("reason", "Why"),
            ReportColumn("before", "Before"),
            ReportColumn("after", "After"),
            ReportColumn("address", "Address"),
        ),
        audit_list,
    )
)
