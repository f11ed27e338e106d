"""Decides how a provider's deliveries are kept: stored first, then refused or accepted once.
The raw bytes are sealed, since they hold personal data, and a repeat leaves no second event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from core.access.permission import Permission
from core.db.secret import seal, unseal
from core.db.tables import WebhookDelivery
from core.db.unit_of_work import UnitOfWork
from core.provider.event import ProviderEvent

TOPIC = "webhook.received"
#: What is kept of a refused body: enough to see what it was, too little to fill a disk.
REFUSED_BODY_MAX = 4096
#: Headers that are evidence; a delivery's other headers are not kept.
KEPT_HEADERS = frozenset(
    {
        "content-type",
        "user-agent",
        "x-razorpay-event-id",
        "x-razorpay-signature",
        "x-twilio-email-event-webhook-timestamp",
        "x-request-id",
    }
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """A delivery as it came."""

    provider: str
    body: bytes = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    address: str = ""


@dataclass(frozen=True, slots=True)
class Accepted:
    """How many events of a delivery were new and how many had come before."""

    new: int
    repeated: int


def store_delivery(uow: UnitOfWork, delivery: Delivery) -> WebhookDelivery:
    """Keep a delivery before anything in it is believed."""
    uow.actor.require(Permission.SYSTEM)
    kept = {name: delivery.headers[name] for name in KEPT_HEADERS if name in delivery.headers}
    return uow.add(
        WebhookDelivery(
            provider=delivery.provider,
            raw_body=_sealed(delivery.body),
            headers=kept,
            address=delivery.address,
            received_at=uow.now,
        )
    )


def refuse_delivery(uow: UnitOfWork, delivery_id: int, code: str) -> None:
    """Mark a delivery that was not believed, and shorten what is kept of it."""
    uow.actor.require(Permission.SYSTEM)
    row = uow.get(WebhookDelivery, delivery_id)
    row.outcome, row.error, row.processed_at = "refused", code, uow.now
    row.raw_body = _sealed(raw_body(row)[:REFUSED_BODY_MAX])
    uow.flush()


def accept_delivery(uow: UnitOfWork, delivery_id: int, events: Sequence[ProviderEvent]) -> Accepted:
    """Accept the believed events of a delivery; each new one wakes the job that handles it.

    The unique index on (brand, provider, event) decides between two deliveries that arrive
    together, so a repeat is recognised however close it comes.
    """
    uow.actor.require(Permission.SYSTEM)
    first = uow.get(WebhookDelivery, delivery_id)
    first.outcome = "repeated"
    uow.flush()
    new = 0
    used = False
    for event in events:
        if _seen(uow, first.provider, event.event_id):
            continue
        try:
            with uow.session.begin_nested():
                if used:
                    row = uow.add(_part(uow.now, first, event))
                else:
                    row = first
                    row.event_id, row.event_type = event.event_id, event.event_type
                    row.accepted, row.outcome = True, "accepted"
                    uow.flush()
        except IntegrityError:
            # the other delivery of this event committed between our look and our insert
            uow.session.refresh(first)
            continue
        used = True
        new += 1
        uow.emit(TOPIC, {"delivery_id": row.id})
    if not used:
        first.processed_at = uow.now
        uow.flush()
    return Accepted(new=new, repeated=len(events) - new)


def _seen(uow: UnitOfWork, provider: str, event_id: str) -> bool:
    statement = select(col(WebhookDelivery.id)).where(
        col(WebhookDelivery.provider) == provider,
        col(WebhookDelivery.event_id) == event_id,
        col(WebhookDelivery.accepted),
    )
    return uow.session.execute(statement).first() is not None


def _part(now: dt.datetime, first: WebhookDelivery, event: ProviderEvent) -> WebhookDelivery:
    return WebhookDelivery(
        provider=first.provider,
        event_id=event.event_id,
        event_type=event.event_type,
        raw_body=b"",
        headers={"part_of": first.id},
        address=first.address,
        accepted=True,
        outcome="accepted",
        received_at=now,
    )


def close_delivery(uow: UnitOfWork, row: WebhookDelivery, outcome: str) -> None:
    """Mark an accepted event as handled or as of no concern."""
    uow.actor.require(Permission.SYSTEM)
    row.outcome, row.processed_at = outcome, uow.now
    uow.flush()


def delivered_body(uow: UnitOfWork, row: WebhookDelivery) -> bytes:
    """The bytes an event came in, also for the second and later events of a batch."""
    uow.actor.require(Permission.SYSTEM)
    origin = row.headers.get("part_of")
    return raw_body(uow.get(WebhookDelivery, int(origin)) if origin else row)


def raw_body(row: WebhookDelivery) -> bytes:
    """A delivery's own bytes, opened."""
    return unseal(row.raw_body.decode()).encode("latin-1")


def _sealed(body: bytes) -> bytes:
    # latin-1 maps every byte to one character, so any body survives the round trip
    return seal(body.decode("latin-1")).encode()
