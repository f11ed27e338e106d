"""Gupshup's message events, unsigned by default: a secret in our address stands for a signature.

Deliveries come at least once and in any order, so the id is the message with its state, and a
handler never moves a message back.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from core.notification.ports import DeliveryReport
from core.provider.event import ProviderEvent
from integrations.gupshup.mapping import PROVIDER, report
from integrations.reading import mapping, moment, text, whole
from integrations.webhook import (
    Credentials,
    SignatureMissing,
    WebhookMalformed,
    WebhookRequest,
    parse,
    require_fresh,
    require_one,
    secrets_of,
)

AGE_MAX = timedelta(days=1)
MS_PER_S = 1000


class GupshupWebhook:
    """WhatsApp message events."""

    provider = PROVIDER

    def verify(self, request: WebhookRequest, credentials: Credentials, now: datetime) -> None:
        """Check the secret in the address."""
        given = request.query.get("token", "")
        if not given:
            raise SignatureMissing("The delivery's address carries no token")
        require_one(given, lambda secret: secret, secrets_of(credentials, "webhook_secret"))

    def events(self, body: bytes, credentials: Credentials, now: datetime) -> list[ProviderEvent]:
        """Read one event; other types than message events are of no concern."""
        found = mapping(parse(body))
        name = text(found.get("type"))
        occurred = moment((whole(found.get("timestamp")) or 0) // MS_PER_S)
        require_fresh(occurred, now, AGE_MAX)
        subject: DeliveryReport | None = None
        if name == "message-event":
            try:
                subject = report(found.get("payload"))
            except ValueError as error:
                raise WebhookMalformed("A message event names no message") from error
            kind = f"message.{subject.status.value}"
            identity = f"{subject.provider_reference}:{subject.provider_status}"
        else:
            kind = name or "unknown"
            identity = hashlib.sha256(body).hexdigest()
        return [
            ProviderEvent(
                provider=PROVIDER,
                event_id=f"{name}:{identity}",
                event_type=kind,
                occurred_at=occurred,
                subject=subject,
            )
        ]
