"""Decides the life of one payout at a bank and what each answer of the provider means for it.
Repeated, late and contradicting answers must leave one truth, so every step is a table row."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from core.kernel.state_machine import StateMachine
from core.payment.ports import PayoutStatus

# how long a payout may stay in a state before people should look (UX O08)
STUCK_AFTER = {
    "created": dt.timedelta(minutes=5),
    "sending": dt.timedelta(minutes=5),
    "unknown": dt.timedelta(minutes=15),
    "sent": dt.timedelta(minutes=30),
}
# a provider that has not heard of a payout may still be taking it in: only later is silence proof
NOT_FOUND_GRACE = dt.timedelta(minutes=3)
# the completer asks again after these pauses, the last one for ever
CHECK_PAUSES = (
    dt.timedelta(seconds=20),
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=5),
    dt.timedelta(minutes=15),
    dt.timedelta(hours=1),
)


class PayoutState(StrEnum):
    """Where a payout stands with us."""

    CREATED = "created"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    PROCESSED = "processed"
    FAILED = "failed"
    REVERSED = "reversed"


#: States in which money may be moving or has moved: at most one such payout per disbursal.
LIVE_STATES = ("created", "sending", "sent", "unknown", "processed")

PAYOUT = StateMachine(
    "payout",
    {
        ("created", "send"): "sending",
        ("sending", "accept"): "sent",
        ("sending", "lose"): "unknown",
        ("sending", "process"): "processed",
        ("sending", "fail"): "failed",
        ("sending", "reverse"): "reversed",
        ("sent", "process"): "processed",
        ("sent", "fail"): "failed",
        ("sent", "reverse"): "reversed",
        # the same key again, after the provider has said that it never took the first try
        ("unknown", "send"): "sending",
        ("unknown", "accept"): "sent",
        ("unknown", "process"): "processed",
        ("unknown", "fail"): "failed",
        ("unknown", "reverse"): "reversed",
        ("processed", "reverse"): "reversed",
        # a bank that first said no and then paid: true as long as nothing newer was sent
        ("failed", "process"): "processed",
    },
)

_EVENT_OF = {
    PayoutStatus.QUEUED: "accept",
    PayoutStatus.PENDING: "accept",
    PayoutStatus.PROCESSING: "accept",
    PayoutStatus.PROCESSED: "process",
    PayoutStatus.FAILED: "fail",
    PayoutStatus.REJECTED: "fail",
    PayoutStatus.CANCELLED: "fail",
    PayoutStatus.REVERSED: "reverse",
}


def event_of(status: PayoutStatus) -> str | None:
    """The event an answer means; None when it says nothing (unknown, not found)."""
    return _EVENT_OF.get(status)


def next_check(now: dt.datetime, checks: int) -> dt.datetime:
    """When to ask the provider again after `checks` earlier questions."""
    return now + CHECK_PAUSES[min(checks, len(CHECK_PAUSES) - 1)]


_CAUSES = {
    "invalid_ifsc": "The bank does not know this IFSC.",
    "beneficiary_account_closed": "The account is closed.",
    "beneficiary_account_frozen": "The account is frozen.",
    "beneficiary_account_invalid": "The account number does not exist at this bank.",
    "invalid_account": "The account number does not exist at this bank.",
    "account_invalid": "The account number does not exist at this bank.",
    "account_closed": "The account is closed.",
    "account_frozen": "The account is frozen.",
    "beneficiary_bank_offline": "The customer's bank was not reachable.",
    "beneficiary_bank_rejected": "The customer's bank sent the money back.",
    "beneficiary_name_mismatch": "The name does not match the account at the bank.",
    "name_mismatch": "The name does not match the account at the bank.",
    "insufficient_funds": "Our own account had too little money.",
    "low_balance": "Our own account had too little money.",
    "npci_system_error": "The payment network had a fault.",
    "imps_not_allowed": "This account cannot be paid by IMPS; try NEFT.",
    "gateway_technical_error": "The provider had a technical fault.",
    "payout_limit_exceeded": "The amount is above the limit of this rail.",
}


def cause_in_words(reason_code: str, reason: str) -> str:
    """The cause of a refusal as one plain sentence, with the bank's own words as fallback."""
    known = _CAUSES.get(reason_code.strip().lower())
    if known:
        return known
    words = reason.strip() or reason_code.strip().replace("_", " ")
    if not words:
        return "The bank gave no cause."
    return f"The bank says: {words.rstrip('.')}."
