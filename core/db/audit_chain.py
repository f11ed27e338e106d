"""Decides how the audit is made tamper-evident: a hash chain per brand, sealed in batches.
Sealing after the commit keeps the chain's head out of every transaction (DESIGN.md 3, Audit)."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

from sqlalchemy import select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from core.access.permission import Permission
from core.db.tables import AuditEvent, AuditLink
from core.db.unit_of_work import UnitOfWork

GENESIS = "0" * 64
BATCH = 5_000
# an event's id is drawn before its commit, so the newest moments are left for the next batch
SETTLE = dt.timedelta(seconds=2)


def event_hash(previous: str, event: AuditEvent) -> str:
    """The link's hash: over the previous hash and every column of the event, canonically."""
    body = {name: getattr(event, name) for name in sorted(AuditEvent.model_fields)}
    body["at"] = event.at.astimezone(dt.UTC).isoformat()
    text_form = json.dumps(body, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{previous}{text_form}".encode()).hexdigest()


def seal_batch(uow: UnitOfWork, limit: int = BATCH) -> int:
    """Seal the oldest unsealed events of the brand; returns how many. One sealer at a time."""
    uow.actor.require(Permission.SYSTEM)
    uow.session.execute(
        text("SELECT pg_advisory_xact_lock(:brand, hashtext('audit_chain'))"),
        {"brand": uow.brand_id},
    )
    last = _last_link(uow.session)
    events = uow.session.scalars(
        select(AuditEvent)
        .outerjoin(AuditLink, col(AuditLink.audit_event_id) == col(AuditEvent.id))
        .where(col(AuditLink.id).is_(None), col(AuditEvent.at) < uow.now - SETTLE)
        .order_by(col(AuditEvent.id))
        .limit(limit)
    ).all()
    previous = last.hash if last else GENESIS
    sequence = last.sequence if last else 0
    links: list[AuditLink] = []
    for event in events:
        sequence += 1
        link = AuditLink(
            brand_id=uow.brand_id,
            sequence=sequence,
            audit_event_id=event.id,
            previous_hash=previous,
            hash=event_hash(previous, event),
            sealed_at=uow.now,
        )
        links.append(link)
        previous = link.hash
    uow.add_all(links)
    return len(links)


def first_broken_link(session: Session) -> int | None:
    """Recompute the brand's chain; the sequence of the first link that does not fit, or None."""
    previous = GENESIS
    rows = session.execute(
        select(AuditLink, AuditEvent)
        .join(AuditEvent, col(AuditEvent.id) == col(AuditLink.audit_event_id))
        .order_by(col(AuditLink.sequence))
        .execution_options(yield_per=2_000)
    )
    for expected, (link, event) in enumerate(rows, start=1):
        fits = link.previous_hash == previous and link.hash == event_hash(previous, event)
        if link.sequence != expected or not fits:
            return int(link.sequence)
        previous = link.hash
    return None


def oldest_unsealed_at(session: Session) -> dt.datetime | None:
    """When the oldest event that is not yet sealed happened."""
    return session.scalar(
        select(col(AuditEvent.at))
        .outerjoin(AuditLink, col(AuditLink.audit_event_id) == col(AuditEvent.id))
        .where(col(AuditLink.id).is_(None))
        .order_by(col(AuditEvent.id))
        .limit(1)
    )


def _last_link(session: Session) -> AuditLink | None:
    return session.scalar(select(AuditLink).order_by(col(AuditLink.sequence).desc()).limit(1))
