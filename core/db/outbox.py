"""Decides how events leave the database for the jobs and when one counts as dealt with.
The broker may forget everything; an event is sent again until every consumer has marked it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session
from sqlmodel import col

from core.db.tables import InboxEvent, OutboxEvent

BATCH = 200
SEND_AGAIN_AFTER = dt.timedelta(seconds=20)
FIRST_BACK_OFF = dt.timedelta(seconds=2)
LONGEST_BACK_OFF = dt.timedelta(minutes=10)


def due_events(session: Session, now: dt.datetime, limit: int = BATCH) -> list[OutboxEvent]:
    """The brand's events to send now, locked so that several relays share the work."""
    statement = (
        select(OutboxEvent)
        .where(
            col(OutboxEvent.done_at).is_(None),
            col(OutboxEvent.failed_at).is_(None),
            (col(OutboxEvent.not_before).is_(None)) | (col(OutboxEvent.not_before) <= now),
            (col(OutboxEvent.relayed_at).is_(None))
            | (col(OutboxEvent.relayed_at) <= now - SEND_AGAIN_AFTER),
        )
        .order_by(col(OutboxEvent.id))
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return list(session.scalars(statement))


def is_consumed(session: Session, consumer: str, event_id: int) -> bool:
    """Whether this consumer has already had its effect."""
    found = session.scalar(
        select(col(InboxEvent.id)).where(
            col(InboxEvent.consumer) == consumer,
            col(InboxEvent.event_id) == event_id,
        )
    )
    return found is not None


def mark_consumed(
    session: Session, brand_id: int, consumer: str, event_id: int, now: dt.datetime
) -> bool:
    """Leave the consumer's mark in its own transaction; False when it was there before."""
    inserted = session.execute(
        text(
            "INSERT INTO inbox_event (brand_id, consumer, event_id, at)"
            " VALUES (:brand, :consumer, :event, :now)"
            " ON CONFLICT (brand_id, consumer, event_id) DO NOTHING RETURNING id"
        ),
        {"brand": brand_id, "consumer": consumer, "event": event_id, "now": now},
    ).first()
    return inserted is not None


def finish_if_all_consumed(
    session: Session, event_id: int, consumers: Sequence[str], now: dt.datetime
) -> bool:
    """Mark the event done once every consumer has left its mark."""
    marks = set(
        session.scalars(
            select(col(InboxEvent.consumer)).where(col(InboxEvent.event_id) == event_id)
        )
    )
    if not set(consumers) <= marks:
        return False
    session.execute(
        update(OutboxEvent).where(col(OutboxEvent.id) == event_id).values(done_at=now, error="")
    )
    return True


def postpone(
    session: Session, event_id: int, error: str, now: dt.datetime, max_tries: int
) -> OutboxEvent | None:
    """Put a failed event back with growing waits; after `max_tries` it rests as failed."""
    event = session.scalar(
        select(OutboxEvent).where(col(OutboxEvent.id) == event_id).with_for_update(key_share=True)
    )
    if event is None or event.done_at is not None:
        return event
    event.error = error[:500]
    if event.relays >= max_tries:
        event.failed_at = now
    else:
        wait = min(FIRST_BACK_OFF * 2 ** max(event.relays - 1, 0), LONGEST_BACK_OFF)
        event.not_before = now + wait
        event.relayed_at = None
    return event
