"""What makes a provider's webhook believable, and the form in which it is handed on.

The signature is checked on the bytes as they came and before anything is parsed; two secrets are
valid while one is being exchanged, since old deliveries are repeated under the old one.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from core.kernel.errors import DomainError
from core.provider.event import ProviderEvent

CLOCK_SKEW = timedelta(minutes=5)
EVENTS_PER_DELIVERY_MAX = 1000


class WebhookRefused(DomainError):
    """A delivery that is not believed."""

    code = "webhook_refused"


class SignatureMissing(WebhookRefused):
    """No signature came with the delivery."""

    code = "webhook_signature_missing"


class SignatureWrong(WebhookRefused):
    """The signature does not belong to these bytes under this brand's secret."""

    code = "webhook_signature_wrong"


class WebhookStale(WebhookRefused):
    """The delivery is older than the vendor would ever repeat it."""

    code = "webhook_stale"


class WebhookMalformed(WebhookRefused):
    """The signature is right, but the body is not what the vendor publishes."""

    code = "webhook_malformed"


@dataclass(frozen=True, slots=True)
class WebhookRequest:
    """A delivery as it came; header names in lower case."""

    headers: Mapping[str, str]
    query: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)


#: A brand's keys at one vendor; `…_previous` stays valid during an exchange.
Credentials = Mapping[str, str]


class Webhook(Protocol):
    """One vendor's deliveries."""

    provider: str

    def verify(self, request: WebhookRequest, credentials: Credentials, now: datetime) -> None:
        """Raise SignatureMissing, SignatureWrong or WebhookStale unless it is believable."""
        ...

    def events(self, body: bytes, credentials: Credentials, now: datetime) -> list[ProviderEvent]:
        """Read verified bytes; raises WebhookMalformed, SignatureWrong, WebhookStale."""
        ...


def secrets_of(credentials: Credentials, name: str) -> tuple[str, ...]:
    """The valid secrets of one name, current first; raises SignatureWrong when none is set.

    Without a secret nothing can be believed, so an empty one must not count as one.
    """
    found = tuple(
        secret for secret in (credentials.get(name), credentials.get(f"{name}_previous")) if secret
    )
    if not found:
        raise SignatureWrong("No webhook secret is set up for this provider")
    return found


def require_one(given: str, expected: Callable[[str], str], secrets: tuple[str, ...]) -> None:
    """Raise SignatureWrong unless `given` equals what one of the secrets makes.

    Every secret is tried and compared in constant time, so that the answer's delay tells nothing.
    """
    right = False
    for secret in secrets:
        right |= hmac.compare_digest(expected(secret).encode(), given.encode())
    if not right:
        raise SignatureWrong("The signature does not belong to this delivery")


def require_fresh(moment: datetime | None, now: datetime, age_max: timedelta) -> None:
    """Raise WebhookStale when a moment is missing, too old, or ahead of our clock."""
    if moment is None or now - moment > age_max or moment - now > CLOCK_SKEW:
        raise WebhookStale("The delivery is too old, or dated ahead of our clock")


def parse(body: bytes) -> Any:
    """Verified bytes as JSON; raises WebhookMalformed."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookMalformed("The delivery is not JSON") from error
