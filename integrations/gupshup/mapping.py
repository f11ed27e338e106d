"""Gupshup's WhatsApp answers and message events in the words of our ports.

`enqueued` is no more than accepted; `sent` left Gupshup, `delivered` reached the phone and `read`
was opened.
"""

from __future__ import annotations

from core.notification.ports import DeliveryReport, MessageStatus
from integrations.reading import at, mapping, text

PROVIDER = "gupshup"
COUNTRY = "91"

EVENT_STATUSES = {
    "enqueued": MessageStatus.ACCEPTED,
    "sent": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "read": MessageStatus.READ,
    "failed": MessageStatus.FAILED,
}


def report(payload: object) -> DeliveryReport:
    """The payload of a message event; raises ValueError when it names no message.

    `gsId` is the id we were given on sending; `id` becomes WhatsApp's own once it is enqueued.
    """
    found = mapping(payload)
    reference = text(found.get("gsId")) or text(found.get("id"))
    if not reference:
        raise ValueError("a message event without an id")
    word = text(found.get("type"))
    return DeliveryReport(
        status=EVENT_STATUSES.get(word, MessageStatus.UNKNOWN),
        provider_reference=reference,
        reason=text(at(found, "payload", "reason")),
        provider=PROVIDER,
        provider_status=word,
    )
