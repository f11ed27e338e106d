"""Decides the life of a payment link and what it may ask for.
A loan has one open link at most, so a second tap finds the first link and cannot pay twice."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from core.kernel.errors import Invalid
from core.kernel.money import format_inr
from core.kernel.state_machine import StateMachine
from core.payment.ports import LinkStatus

PAYMENT_REQUEST = StateMachine(
    "payment link",
    {
        ("requested", "open"): "open",
        ("requested", "fail"): "failed",
        ("requested", "cancel"): "cancelled",
        # the customer may pay before our own record of the new link is written
        ("requested", "pay"): "paid",
        ("open", "pay"): "paid",
        ("open", "expire"): "expired",
        ("open", "cancel"): "cancelled",
        # money wins over every word about the link that came late
        ("expired", "pay"): "paid",
        ("cancelled", "pay"): "paid",
        ("failed", "pay"): "paid",
    },
)
LIVE_STATES = ("requested", "open")
# the smallest amount a gateway takes
MINIMUM_PAISE = 100
LINK_LIFE = dt.timedelta(days=3)

_EVENT_OF = {
    LinkStatus.PAID: "pay",
    LinkStatus.EXPIRED: "expire",
    LinkStatus.CANCELLED: "cancel",
}


class AskKind(StrEnum):
    """What a link asks for."""

    DUE = "due"
    PART = "part"
    PAYOFF = "payoff"


ASK_WORDS = {"due": "amount due", "part": "part payment", "payoff": "full payoff"}


def event_of(status: LinkStatus) -> str | None:
    """The event a gateway's answer means; None when nothing has changed."""
    return _EVENT_OF.get(status)


def amount_to_ask(kind: AskKind, part_paise: int, due_paise: int, payoff_paise: int) -> int:
    """The amount of a link in paise; raises Invalid when there is nothing sensible to ask."""
    if payoff_paise <= 0:
        raise Invalid({"amount": "Nothing is outstanding on this loan"})
    if kind is AskKind.PAYOFF:
        return payoff_paise
    if kind is AskKind.DUE:
        if due_paise <= 0:
            raise Invalid({"amount": "Nothing is due now; choose part or full payment"})
        return min(due_paise, payoff_paise)
    if part_paise < MINIMUM_PAISE:
        raise Invalid({"amount": f"Enter at least {format_inr(MINIMUM_PAISE)}"})
    if part_paise > payoff_paise:
        raise Invalid({"amount": f"Not more than {format_inr(payoff_paise)} is outstanding"})
    return part_paise
