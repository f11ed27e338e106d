"""Decides who hears of a provider's event: handlers that features register by event type.
One event is one transaction with its inbox mark, so a handler's effect happens once."""

from __future__ import annotations

from collections.abc import Callable

import structlog

from core.db.tables import WebhookDelivery
from core.db.unit_of_work import UnitOfWork
from core.provider.delivery import TOPIC, close_delivery, delivered_body
from core.provider.event import ProviderEvent
from integrations import registry
from jobs.task import JobContext, Payload, job

log = structlog.get_logger("webhook")

Handler = Callable[[UnitOfWork, ProviderEvent], None]

_handlers: dict[str, list[Handler]] = {}


def on_event(*event_types: str) -> Callable[[Handler], Handler]:
    """Declare a handler for event types: `payout.processed`, or `payout.*` for the whole family.

    A handler works in the unit of work it is given and never commits. It finds its row by
    `event.subject.reference` (our own), since the event may overtake the answer to our call, and
    raises NotFound to be called again later. It must leave a state alone that is already there.
    """

    def declare(handler: Handler) -> Handler:
        for event_type in event_types:
            known = _handlers.setdefault(event_type, [])
            known[:] = [one for one in known if one.__qualname__ != handler.__qualname__]
            known.append(handler)
        return handler

    return declare


def handlers_of(event_type: str) -> list[Handler]:
    """The handlers of one event type, those of its family included."""
    family = event_type.partition(".")[0] + ".*"
    return [*_handlers.get(event_type, []), *_handlers.get(family, [])]


@job(TOPIC, queue="default")
def receive_webhook(ctx: JobContext, payload: Payload) -> None:
    """Hand one accepted event to its handlers."""
    with ctx.unit_of_work("receive_webhook") as uow:
        row = uow.get(WebhookDelivery, int(payload["delivery_id"]))
        event = _event(uow, row)
        if event is None:
            close_delivery(uow, row, "unreadable")
            uow.commit()
            return
        found = handlers_of(event.event_type)
        for handler in found:
            handler(uow, event)
        close_delivery(uow, row, "done" if found else "ignored")
        uow.commit()
    log.info(
        "webhook.handled",
        provider=event.provider,
        event_type=event.event_type,
        handlers=len(found),
        brand_id=ctx.brand_id,
    )


def _event(uow: UnitOfWork, row: WebhookDelivery) -> ProviderEvent | None:
    reader = registry.webhook(row.provider)
    if reader is None:
        return None
    # believed on arrival; its age is judged by the moment it arrived, however late this job runs
    events = reader.events(delivered_body(uow, row), {}, row.received_at)
    return next((one for one in events if one.event_id == row.event_id), None)
