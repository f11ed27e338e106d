"""SendGrid's event deliveries: ECDSA P-256 over the timestamp followed by the raw body.

The key is SendGrid's public one for the brand, so nothing secret lies here; the timestamp is
signed and decides whether a delivery is stale.
"""

from __future__ import annotations

import base64
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from core.provider.event import ProviderEvent
from integrations.reading import items, mapping, moment, text
from integrations.sendgrid.mapping import PROVIDER, report
from integrations.webhook import (
    EVENTS_PER_DELIVERY_MAX,
    Credentials,
    SignatureMissing,
    SignatureWrong,
    WebhookMalformed,
    WebhookRequest,
    parse,
    require_fresh,
    secrets_of,
)

SIGNATURE_HEADER = "x-twilio-email-event-webhook-signature"
TIMESTAMP_HEADER = "x-twilio-email-event-webhook-timestamp"
#: SendGrid repeats a delivery for 24 hours.
AGE_MAX = timedelta(days=1)


def is_signed(public_key: str, signature: str, timestamp: str, body: bytes) -> bool:
    """Whether the base64 DER signature belongs to these bytes under this base64 DER key."""
    try:
        key = load_der_public_key(base64.b64decode(public_key, validate=True))
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        key.verify(
            base64.b64decode(signature, validate=True),
            timestamp.encode() + body,
            ec.ECDSA(SHA256()),
        )
    except (InvalidSignature, ValueError):
        return False
    return True


class SendGridWebhook:
    """E-mail events, in batches."""

    provider = PROVIDER

    def verify(self, request: WebhookRequest, credentials: Credentials, now: datetime) -> None:
        """Check the signature under the current key or the one before, then the age."""
        signature = request.headers.get(SIGNATURE_HEADER, "")
        timestamp = request.headers.get(TIMESTAMP_HEADER, "")
        if not signature or not timestamp:
            raise SignatureMissing("The delivery carries no signature")
        keys = secrets_of(credentials, "webhook_public_key")
        if not any(is_signed(key, signature, timestamp, request.body) for key in keys):
            raise SignatureWrong("The signature does not belong to this delivery")
        require_fresh(moment(timestamp), now, AGE_MAX)

    def events(self, body: bytes, credentials: Credentials, now: datetime) -> list[ProviderEvent]:
        """Read a batch; each event has SendGrid's own id."""
        batch = items(parse(body))
        if len(batch) > EVENTS_PER_DELIVERY_MAX:
            raise WebhookMalformed("Too many events in one delivery")
        events: list[ProviderEvent] = []
        for one in batch:
            found = mapping(one)
            identity = text(found.get("sg_event_id"))
            try:
                subject = report(found)
            except ValueError as error:
                raise WebhookMalformed("An event names no message") from error
            if not identity:
                raise WebhookMalformed("An event has no id")
            events.append(
                ProviderEvent(
                    provider=PROVIDER,
                    event_id=identity,
                    event_type=f"message.{subject.status.value}",
                    occurred_at=moment(found.get("timestamp")),
                    subject=subject,
                )
            )
        return events
