"""Decides what a promise to pay may be and whether it was kept.
A promise is judged by receipts alone, never by what anybody says about it."""

from __future__ import annotations

import datetime as dt

from core.kernel.business_day import format_date
from core.kernel.money import format_inr
from core.kernel.state_machine import StateMachine

MAX_DAYS_AHEAD = 15

PROMISE = StateMachine(
    "promise to pay",
    {
        ("open", "keep"): "kept",
        ("open", "break"): "broken",
        ("open", "replace"): "replaced",
    },
)


def promise_problems(
    amount_paise: int, promised_on: dt.date, *, today: dt.date, payable_paise: int
) -> dict[str, str]:
    """What is wrong with a promise, one sentence per field; empty when it may be taken.

    `payable_paise` is all that the borrower could pay on that day.
    """
    wrong: dict[str, str] = {}
    if amount_paise <= 0:
        wrong["amount"] = "Enter the amount promised"
    elif amount_paise > payable_paise:
        wrong["amount"] = f"Not more than {format_inr(payable_paise)} is payable"
    last = today + dt.timedelta(days=MAX_DAYS_AHEAD)
    if promised_on < today:
        wrong["promised_on"] = "Choose today or a day to come"
    elif promised_on > last:
        wrong["promised_on"] = f"Choose a day up to {format_date(last)}"
    return wrong


def promise_outcome(
    amount_paise: int, promised_on: dt.date, *, received_paise: int, today: dt.date
) -> str | None:
    """`keep` once enough was received in time, `break` after the day has passed, else None.

    `received_paise` counts receipts with a value date from the promise to the promised day.
    """
    if received_paise >= amount_paise:
        return "keep"
    return "break" if today > promised_on else None
