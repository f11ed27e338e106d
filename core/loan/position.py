"""Where a loan stands on a date: a pure function of its terms, its events and that date.
Screens, letters, lists and the books all read this one answer, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.loan.bucket import Bucket, bucket_of, days_past_due
from core.loan.event import Event
from core.loan.replay import Line, State, payoff_paise, replay
from core.loan.terms import Component, LoanTerms


@dataclass(frozen=True, slots=True)
class Amounts:
    """Paise by component."""

    principal: int = 0
    interest: int = 0
    charge: int = 0
    penal: int = 0

    @property
    def total(self) -> int:
        """The four together."""
        return self.principal + self.interest + self.charge + self.penal

    def __add__(self, other: Amounts) -> Amounts:
        return Amounts(
            self.principal + other.principal,
            self.interest + other.interest,
            self.charge + other.charge,
            self.penal + other.penal,
        )


class InstalmentStatus(StrEnum):
    """How an instalment stands on a date."""

    PAID = "paid"
    OVERDUE = "overdue"
    DUE_TODAY = "due_today"
    UPCOMING = "upcoming"


@dataclass(frozen=True, slots=True)
class InstalmentPosition:
    """One instalment on a date: agreed and added amounts, what was paid, what is left."""

    number: int
    period_from: date
    due_on: date
    due: Amounts
    paid: Amounts
    waived: Amounts
    settled_on: date | None
    status: InstalmentStatus

    @property
    def left(self) -> Amounts:
        """What is still to be paid."""
        return Amounts(
            self.due.principal - self.paid.principal - self.waived.principal,
            self.due.interest - self.paid.interest - self.waived.interest,
            self.due.charge - self.paid.charge - self.waived.charge,
            self.due.penal - self.paid.penal - self.waived.penal,
        )


@dataclass(frozen=True, slots=True)
class Allocation:
    """What one receipt was used for."""

    event_id: int
    amounts: Amounts
    excess: int


@dataclass(frozen=True, slots=True)
class Position:
    """A loan at the opening of `as_of`; all amounts in paise.

    `outstanding.interest` is earned less paid (negative when paid ahead); `overdue` counts
    instalments due before `as_of`; `next_due_*` is the first unpaid instalment from `as_of`
    on; `payoff_paise` ends the loan today.
    """

    as_of: date
    is_disbursed: bool
    is_settled: bool
    is_foreclosed: bool
    outstanding: Amounts
    overdue: Amounts
    paid: Amounts
    waived: Amounts
    interest_earned_paise: int
    penal_charged_paise: int
    excess_paise: int
    oldest_due_on: date | None
    days_past_due: int
    bucket: Bucket
    next_due_on: date | None
    next_due_paise: int
    payoff_paise: int
    last_paid_on: date | None
    instalments: tuple[InstalmentPosition, ...]
    allocations: tuple[Allocation, ...]

    def allocation_of(self, event_id: int) -> Allocation | None:
        """Return what the receipt of an event was used for, None when it was reversed."""
        return next((a for a in self.allocations if a.event_id == event_id), None)


def position(terms: LoanTerms, events: Iterable[Event], as_of: date) -> Position:
    """Return where a loan stands at the opening of `as_of`."""
    return read_position(replay(terms, events, as_of))


def read_position(state: State) -> Position:
    """Return the position that a replayed state shows."""
    as_of = state.as_of
    rows = tuple(_instalment(line, as_of) for line in state.lines)
    late = [row for row in rows if row.status is InstalmentStatus.OVERDUE]
    ahead = [row for row in rows if row.settled_on is None and row.due_on >= as_of]
    oldest = late[0].due_on if late else None
    days = days_past_due(oldest, as_of)
    paid = sum((row.paid for row in rows), Amounts())
    waived = sum((row.waived for row in rows), Amounts())
    left = sum((row.left for row in rows), Amounts())
    earned = state.interest_earned(as_of) if state.disbursed else 0
    accrued_left = earned - paid.interest - waived.interest
    return Position(
        as_of=as_of,
        is_disbursed=state.disbursed,
        is_settled=state.settled,
        is_foreclosed=state.foreclosed_on is not None,
        outstanding=Amounts(left.principal, accrued_left, left.charge, left.penal),
        overdue=sum((row.left for row in late), Amounts()),
        paid=paid,
        waived=waived,
        interest_earned_paise=earned,
        penal_charged_paise=state.total(Component.PENAL, "due"),
        excess_paise=state.excess,
        oldest_due_on=oldest,
        days_past_due=days,
        bucket=bucket_of(days),
        next_due_on=ahead[0].due_on if ahead else None,
        next_due_paise=ahead[0].left.total if ahead else 0,
        payoff_paise=payoff_paise(state, as_of) if state.disbursed else 0,
        last_paid_on=state.last_money_on,
        instalments=rows,
        allocations=tuple(
            Allocation(event_id, _amounts(split.paid), split.excess)
            for event_id, split in state.splits.items()
        ),
    )


def _amounts(by_component: dict[Component, int]) -> Amounts:
    return Amounts(
        by_component[Component.PRINCIPAL],
        by_component[Component.INTEREST],
        by_component[Component.CHARGE],
        by_component[Component.PENAL],
    )


def _instalment(line: Line, as_of: date) -> InstalmentPosition:
    if line.settled_on is not None:
        status = InstalmentStatus.PAID
    elif line.due_on < as_of:
        status = InstalmentStatus.OVERDUE
    elif line.due_on == as_of:
        status = InstalmentStatus.DUE_TODAY
    else:
        status = InstalmentStatus.UPCOMING
    return InstalmentPosition(
        number=line.number,
        period_from=line.period_from,
        due_on=line.due_on,
        due=_amounts(line.due),
        paid=_amounts(line.paid),
        waived=_amounts(line.waived),
        settled_on=line.settled_on,
        status=status,
    )
