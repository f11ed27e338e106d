"""One thing a provider told us by webhook, in the words of our ports.

Handlers read the same facts from a webhook as from a status call, so whichever comes first moves
the case on and the other changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from core.agreement.ports import SignAnswer
from core.notification.ports import DeliveryReport
from core.payment.ports import LinkAnswer, PayoutAnswer

#: What an event is about; None where it is of no concern to us.
EventSubject = PayoutAnswer | LinkAnswer | SignAnswer | DeliveryReport


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """A believed event: its signature was right and it was not stale.

    `event_id` comes from what was signed, so a replay under another header is still a repeat.
    `event_type` is ours: `payout.processed`, `payment_link.paid`, `esign.signed`,
    `message.delivered`; the part after the dot is the status of the subject.
    """

    provider: str
    event_id: str
    event_type: str
    occurred_at: datetime | None
    subject: EventSubject | None
