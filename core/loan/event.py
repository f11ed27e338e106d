"""What can happen to a loan after it is agreed; the position follows from these and the terms.
A reversal names the event it undoes, and the replay then reads as if that one had never been.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.loan.terms import Component


class EventKind(StrEnum):
    """The kinds of events."""

    DISBURSED = "disbursed"
    RECEIPT = "receipt"
    CHARGE = "charge"
    WAIVER = "waiver"
    REFUND = "refund"
    REVERSAL = "reversal"
    CLOSED = "closed"
    REOPENED = "reopened"


@dataclass(frozen=True, slots=True)
class Event:
    """One event of one loan.

    `id` orders events of the same value date. `component` is what a waiver gives up;
    `tax_paise` the GST on a charge, on top of its amount; `head` the ledger head of the
    money of a receipt or refund; `is_payoff` marks a receipt meant to end the loan early;
    `label` says in words what a charge is for.
    """

    id: int
    kind: EventKind
    value_date: date
    amount_paise: int = 0
    component: Component | None = None
    tax_paise: int = 0
    head: str = ""
    is_payoff: bool = False
    reverses: int | None = None
    label: str = ""


def effective_events(events: Iterable[Event]) -> list[Event]:
    """Return the events that count, in order of value date and id.

    Reversed events and the reversals themselves are left out; so are the marks of closing
    and reopening, which follow from the rest.
    """
    all_events = list(events)
    undone = {event.reverses for event in all_events if event.kind is EventKind.REVERSAL}
    silent = (EventKind.REVERSAL, EventKind.CLOSED, EventKind.REOPENED)
    counted = [e for e in all_events if e.id not in undone and e.kind not in silent]
    return sorted(counted, key=lambda event: (event.value_date, event.id))
