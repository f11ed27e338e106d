"""Decides when trying again is refused: failures are counted per person and per address.
It fails closed: when the count cannot be read, the try is refused rather than allowed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from core.access.tables import LoginAttempt
from core.kernel.errors import DomainError

WINDOW = dt.timedelta(minutes=15)
MAX_FAILURES_PER_PERSON = 5
MAX_FAILURES_PER_ADDRESS = 50


class TooManyTries(DomainError):
    """Too many failures lately; wait."""

    code = "too_many_tries"


def check_throttle(
    session: Session, key: str, now: dt.datetime, limit: int = MAX_FAILURES_PER_PERSON
) -> None:
    """Refuse when `key` failed `limit` times within the window; raises `TooManyTries`."""
    failures = session.scalar(
        select(func.count())
        .select_from(LoginAttempt)
        .where(
            col(LoginAttempt.throttle_key) == key,
            col(LoginAttempt.at) > now - WINDOW,
            col(LoginAttempt.ok).is_(False),
        )
    )
    if failures is None or failures >= limit:
        minutes = int(WINDOW.total_seconds() // 60)
        raise TooManyTries(f"Too many tries; wait {minutes} minutes and try again")


def record_attempt(session: Session, key: str, now: dt.datetime, *, ok: bool) -> None:
    """Count one try; a success does not erase earlier failures of the window."""
    session.add(LoginAttempt(throttle_key=key, at=now, ok=ok))
    session.flush()
