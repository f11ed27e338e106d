"""Finds the papers of a case; every query of the feature stands here.
The newest set counts, older ones stay as they were when they became void."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import col, select

from core.agreement.life_cycle import ALIVE, WITH_SIGNER
from core.agreement.tables import Agreement
from core.db.unit_of_work import UnitOfWork


def agreements_of(uow: UnitOfWork, application_id: int) -> Sequence[Agreement]:
    """Every set of papers of a case, newest first."""
    statement = (
        select(Agreement)
        .where(col(Agreement.application_id) == application_id)
        .order_by(col(Agreement.number).desc())
    )
    return uow.session.scalars(statement).all()


def alive_agreement(uow: UnitOfWork, application_id: int) -> Agreement | None:
    """The one set that is neither void nor refused nor lapsed."""
    statement = select(Agreement).where(
        col(Agreement.application_id) == application_id, col(Agreement.status).in_(ALIVE)
    )
    return uow.session.scalar(statement)


def by_reference(uow: UnitOfWork, provider: str, reference: str) -> Agreement | None:
    """The papers a provider calls by its own number."""
    if not reference:
        return None
    statement = select(Agreement).where(
        col(Agreement.provider) == provider, col(Agreement.provider_reference) == reference
    )
    return uow.session.scalar(statement)


def lapsed(uow: UnitOfWork, now: dt.datetime) -> Sequence[int]:
    """Papers whose offer has ended without a signature."""
    statement = (
        select(col(Agreement.id))
        .where(col(Agreement.status).in_(("made", *WITH_SIGNER)), col(Agreement.expires_at) <= now)
        .order_by(col(Agreement.id))
        .limit(500)
    )
    return uow.session.scalars(statement).all()


def unanswered(uow: UnitOfWork, before: dt.datetime) -> Sequence[int]:
    """Papers at the signer for a while, whose webhook may have been lost."""
    statement = (
        select(col(Agreement.id))
        .where(
            col(Agreement.status).in_(("sent", "unknown")),
            col(Agreement.provider_reference) != "",
            col(Agreement.status_since) < before,
        )
        .order_by(col(Agreement.id))
        .limit(100)
    )
    return uow.session.scalars(statement).all()
