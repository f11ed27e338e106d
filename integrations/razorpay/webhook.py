"""Razorpay's deliveries: X-Razorpay-Signature is the hex HMAC-SHA256 of the raw body.

The event id is built from signed content, because the X-Razorpay-Event-Id header is not signed
and a replay could change it; order is not guaranteed, so each event carries the whole entity.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from core.provider.event import EventSubject, ProviderEvent
from integrations.razorpay.mapping import PROVIDER, link_answer, payout_answer
from integrations.reading import at, mapping, moment, text
from integrations.webhook import (
    Credentials,
    SignatureMissing,
    SignatureWrong,
    WebhookMalformed,
    WebhookRequest,
    parse,
    require_fresh,
    require_one,
    secrets_of,
)

HEADER = "x-razorpay-signature"
#: Razorpay repeats for 24 hours and lets a merchant replay events of the last seven days.
AGE_MAX = timedelta(days=7)


def signature(secret: str, body: bytes) -> str:
    """The header's value for these bytes."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


class RazorpayWebhook:
    """Payout and payment link events."""

    provider = PROVIDER

    def verify(self, request: WebhookRequest, credentials: Credentials, now: datetime) -> None:
        """Check the signature on the raw body; age is inside the body, see `events`."""
        given = request.headers.get(HEADER, "")
        if not given:
            raise SignatureMissing("The delivery carries no signature")
        secrets = secrets_of(credentials, "webhook_secret")
        require_one(given, lambda secret: signature(secret, request.body), secrets)

    def events(self, body: bytes, credentials: Credentials, now: datetime) -> list[ProviderEvent]:
        """Read one event; refuses one that is stale or of another account."""
        found = mapping(parse(body))
        name = text(found.get("event"))
        occurred = moment(found.get("created_at"))
        account = credentials.get("account_id", "")
        if account and text(found.get("account_id")) != account:
            raise SignatureWrong("The delivery is for another Razorpay account")
        require_fresh(occurred, now, AGE_MAX)
        payload = found.get("payload")
        subject: EventSubject | None = None
        identity = ""
        try:
            if name.startswith("payout."):
                subject = payout_answer(at(payload, "payout", "entity"))
                identity = subject.provider_reference
                kind = f"payout.{subject.status.value}"
            elif name.startswith("payment_link."):
                payment = at(payload, "payment", "entity")
                subject = link_answer(at(payload, "payment_link", "entity"), payment)
                identity = ":".join((subject.provider_reference, text(mapping(payment).get("id"))))
                kind = f"payment_link.{subject.status.value}"
            else:
                kind = name or "unknown"
                identity = hashlib.sha256(body).hexdigest()
        except ValueError as error:
            raise WebhookMalformed("The delivery lacks its entity") from error
        stamp = int(occurred.timestamp()) if occurred else 0
        return [
            ProviderEvent(
                provider=PROVIDER,
                event_id=f"{name}:{identity}:{stamp}",
                event_type=kind,
                occurred_at=occurred,
                subject=subject,
            )
        ]
