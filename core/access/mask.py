"""Decides who may see a personal identifier in full, for how long and on which record.
A reveal needs a reason, lasts thirty seconds on the screen and is itself in the audit."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from core.access.permission import Permission
from core.db.secret import unseal
from core.db.sentence import sentences
from core.db.tables import AuditEvent
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import DomainError, Invalid

SHOWN_SECONDS = 30
ALERT_PER_HOUR = 20
MIN_REASON = 5

sentences.add({"personal_data.revealed": "looked at the {field} in full"})


class TooManyReveals(DomainError):
    """The person looked at more identifiers within an hour than the work explains."""

    code = "too_many_reveals"


@dataclass(frozen=True, slots=True)
class Revealed:
    """The value in full and the moment the screen must hide it again."""

    value: str
    hide_at: dt.datetime


def reveal(
    uow: UnitOfWork,
    subject: tuple[str, int],
    field: str,
    sealed: str,
    reason: str,
    *,
    case_id: int | None = None,
) -> Revealed:
    """Open one sealed value for one person; raises `Invalid` without a reason."""
    uow.actor.require(Permission.CUSTOMER_REVEAL)
    if len(reason.strip()) < MIN_REASON:
        raise Invalid({"reason": "Say why you need to see it"})
    seen = uow.session.scalar(
        select(func.count())
        .select_from(AuditEvent)
        .where(
            col(AuditEvent.action) == "personal_data.revealed",
            col(AuditEvent.actor_kind) == str(uow.actor.kind),
            col(AuditEvent.actor_id) == uow.actor.id,
            col(AuditEvent.at) > uow.now - dt.timedelta(hours=1),
        )
    )
    if seen is not None and seen >= ALERT_PER_HOUR:
        raise TooManyReveals(
            f"You have looked at {seen} identifiers within an hour; ask an administrator"
        )
    uow.audit(
        "personal_data.revealed", subject, case_id=case_id, reason=reason.strip(), field=field
    )
    return Revealed(unseal(sealed), uow.now + dt.timedelta(seconds=SHOWN_SECONDS))
