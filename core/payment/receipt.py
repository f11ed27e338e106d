"""Decides the life of a receipt, the form of a bank's UTR, and which value dates may be claimed.
Money reported by hand counts only after a second person agrees; a gateway's money counts at once.
"""

from __future__ import annotations

import datetime as dt
import re
from enum import StrEnum

from core.kernel.business_day import format_date
from core.kernel.errors import Invalid
from core.kernel.state_machine import StateMachine

RECEIPT = StateMachine(
    "receipt",
    {
        ("pending_approval", "post"): "posted",
        ("pending_approval", "reject"): "rejected",
        ("posted", "reverse"): "reversed",
    },
)

_UTR = re.compile(r"[A-Z0-9]{6,35}", re.ASCII)


class ReceiptMode(StrEnum):
    """How money reached us."""

    LINK = "link"
    UPI = "upi"
    IMPS = "imps"
    NEFT = "neft"
    RTGS = "rtgs"
    CHEQUE = "cheque"
    CASH = "cash"


#: What a person may record; money through a link is recorded by the gateway's own word only.
MANUAL_MODES = tuple(mode for mode in ReceiptMode if mode is not ReceiptMode.LINK)
MODE_WORDS = {
    "link": "Payment link",
    "upi": "UPI",
    "imps": "IMPS",
    "neft": "NEFT",
    "rtgs": "RTGS",
    "cheque": "Cheque",
    "cash": "Cash",
}


def normal_utr(text: str) -> str:
    """A bank reference without spaces, in capitals; raises Invalid when it cannot be one."""
    utr = re.sub(r"[\s\-/]+", "", text).upper()
    if not _UTR.fullmatch(utr):
        raise Invalid({"utr": "Enter the bank's reference, 6 to 35 letters and digits"})
    return utr


def value_date_problem(
    value_date: dt.date, business_date: dt.date, disbursed_on: dt.date
) -> str | None:
    """Why a value date cannot be claimed, or None.

    An earlier date is welcome: the books take its effect in the open period (DESIGN.md 3).
    """
    if value_date > business_date:
        return f"Money cannot have come after {format_date(business_date)}, the open business date"
    if value_date < disbursed_on:
        return f"The loan was paid out on {format_date(disbursed_on)}; money cannot be older"
    return None
