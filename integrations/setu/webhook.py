"""Setu's e-sign notifications, which prove their sender by the Authorization header.

Setu lets the receiver choose Basic, an API key pair or an HMAC; the HMAC is taken over the raw
body here and is our default, since the other two do not bind the content. No form carries a signed
time, so an event is a reason to ask for the status, and the download decides.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import datetime, timedelta

from core.agreement.ports import SignAnswer
from core.provider.event import ProviderEvent
from integrations.reading import at, iso_moment, mapping, text
from integrations.setu.mapping import PROVIDER, sign_answer
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

#: Setu repeats until it gets a 200; a day later a person has asked anyway.
AGE_MAX = timedelta(days=1)
ESIGN_EVENT = "ESIGN_WEBHOOK_NOTIFICATION"


def signature(secret: str, body: bytes) -> str:
    """The Authorization header's value for these bytes."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def basic(login: str) -> str:
    """The Authorization header's value for `user:password`."""
    return "Basic " + base64.b64encode(login.encode()).decode()


class SetuWebhook:
    """E-sign notifications."""

    provider = PROVIDER

    def verify(self, request: WebhookRequest, credentials: Credentials, now: datetime) -> None:
        """Check the way of proof that the brand agreed with Setu (`webhook_auth`)."""
        way = credentials.get("webhook_auth", "hmac")
        secrets = secrets_of(credentials, "webhook_secret")
        if way == "api_key":
            given = request.headers.get("x-api-key", "")
            client = request.headers.get("x-client-id", "")
            if not given:
                raise SignatureMissing("The delivery carries no API key")
            if not hmac.compare_digest(client, credentials.get("webhook_client_id", "")):
                raise SignatureWrong("The delivery is for another client")
            require_one(given, lambda secret: secret, secrets)
            return
        given = request.headers.get("authorization", "")
        if not given:
            raise SignatureMissing("The delivery carries no Authorization")
        if way == "basic":
            require_one(given, basic, secrets)
        else:
            require_one(given, lambda secret: signature(secret, request.body), secrets)

    def events(self, body: bytes, credentials: Credentials, now: datetime) -> list[ProviderEvent]:
        """Read one notification; its own time decides whether it is stale."""
        found = mapping(parse(body))
        name = text(found.get("event"))
        stamp = text(found.get("timeStamp"))
        occurred = iso_moment(stamp)
        require_fresh(occurred, now, AGE_MAX)
        subject: SignAnswer | None = None
        if name == ESIGN_EVENT:
            try:
                subject = sign_answer(at(found, "data", "esign"))
            except ValueError as error:
                raise WebhookMalformed("The delivery lacks its signature request") from error
            kind = f"esign.{subject.status.value}"
            identity = f"{subject.provider_reference}:{subject.provider_status}:{stamp}"
        else:
            kind = name.lower() or "unknown"
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
