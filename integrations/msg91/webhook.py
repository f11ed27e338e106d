"""MSG91's delivery reports, which are unsigned: a secret in our address stands for a signature.

Version 3 sends one report as JSON, version 2 a form whose `data` is a JSON list; both are read, for
the panel of a brand may be set to either.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qs

from core.notification.ports import DeliveryReport
from core.provider.event import ProviderEvent
from integrations.msg91.mapping import PROVIDER, report
from integrations.reading import items, mapping, text
from integrations.webhook import (
    EVENTS_PER_DELIVERY_MAX,
    Credentials,
    SignatureMissing,
    WebhookMalformed,
    WebhookRequest,
    parse,
    require_one,
    secrets_of,
)


class Msg91Webhook:
    """SMS delivery reports."""

    provider = PROVIDER

    def verify(self, request: WebhookRequest, credentials: Credentials, now: datetime) -> None:
        """Check the secret in the address; a report carries no time that could be trusted."""
        given = request.query.get("token", "")
        if not given:
            raise SignatureMissing("The delivery's address carries no token")
        require_one(given, lambda secret: secret, secrets_of(credentials, "webhook_secret"))

    def events(self, body: bytes, credentials: Credentials, now: datetime) -> list[ProviderEvent]:
        """Read one report or a list of them."""
        if body[:5] == b"data=":
            form = parse_qs(body.decode(errors="replace"), max_num_fields=4)
            body = form.get("data", [""])[0].encode()
        found = parse(body)
        events: list[ProviderEvent] = []
        try:
            for delivery, stamp in _reports(found):
                identity = f"{delivery.provider_reference}:{delivery.provider_status}:{stamp}"
                events.append(
                    ProviderEvent(
                        provider=PROVIDER,
                        event_id=hashlib.sha256(identity.encode()).hexdigest(),
                        event_type=f"message.{delivery.status.value}",
                        occurred_at=None,
                        subject=delivery,
                    )
                )
                if len(events) > EVENTS_PER_DELIVERY_MAX:
                    raise WebhookMalformed("Too many reports in one delivery")
        except ValueError as error:
            raise WebhookMalformed("A delivery report names no request") from error
        return events


def _reports(found: object) -> Iterator[tuple[DeliveryReport, str]]:
    """Each report with its own date and number, which tell repeats from news."""
    if isinstance(found, dict):
        one = mapping(found)
        yield report(one), f"{text(one.get('date'))}{text(one.get('number'))}"
        return
    for batch in items(found):
        request_id = text(mapping(batch).get("requestId"))
        for one in items(mapping(batch).get("report")):
            line = mapping(one)
            yield report(line, request_id), f"{text(line.get('date'))}{text(line.get('number'))}"
