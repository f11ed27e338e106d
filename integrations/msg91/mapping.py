"""MSG91's answers and delivery reports in the words of our ports.

MSG91 says "error" with HTTP 200, so the word in the body decides; report codes are those of its
help page (1 delivered, 2 failed, 9 NDNC, 16 and 25 rejected, 17 blocked).
"""

from __future__ import annotations

from core.notification.ports import DeliveryReport, MessageStatus
from integrations.reading import mapping, text

PROVIDER = "msg91"
COUNTRY = "91"

REPORT_STATUSES = {
    "1": MessageStatus.DELIVERED,
    "2": MessageStatus.FAILED,
    "9": MessageStatus.FAILED,
    "16": MessageStatus.FAILED,
    "17": MessageStatus.FAILED,
    "25": MessageStatus.FAILED,
}


def report(body: object, request_id: str = "") -> DeliveryReport:
    """One delivery report; raises ValueError when it names no request."""
    found = mapping(body)
    reference = text(found.get("requestId")) or request_id
    if not reference:
        raise ValueError("a delivery report without a request id")
    word = text(found.get("status"))
    return DeliveryReport(
        status=REPORT_STATUSES.get(word, MessageStatus.UNKNOWN),
        provider_reference=reference,
        reference=text(found.get("CRQID")),
        reason=text(found.get("failedReason")) or text(found.get("desc")),
        provider=PROVIDER,
        provider_status=word,
    )
