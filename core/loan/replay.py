"""Runs a loan's events over its schedule, in order, to the state they lead to on a date.
Everything a table holds about a loan is read from this state, so it can always be rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from core.kernel.money import round_fraction, round_ratio
from core.loan.allocation import Split, allocate
from core.loan.event import Event, EventKind, effective_events
from core.loan.schedule import Instalment, make_schedule
from core.loan.terms import Component, LoanKind, LoanTerms

PRINCIPAL, INTEREST = Component.PRINCIPAL, Component.INTEREST
CHARGE, PENAL = Component.CHARGE, Component.PENAL


@dataclass(slots=True)
class Line:
    """One instalment while the events run over it."""

    number: int
    period_from: date
    due_on: date
    due: dict[Component, int]
    paid: dict[Component, int]
    waived: dict[Component, int]
    penal_to: date
    settled_on: date | None = None

    @classmethod
    def of(cls, row: Instalment) -> Line:
        """Return an untouched line of the schedule."""
        due = dict.fromkeys(Component, 0)
        due[PRINCIPAL], due[INTEREST] = row.principal_paise, row.interest_paise
        return cls(
            number=row.number,
            period_from=row.period_from,
            due_on=row.due_on,
            due=due,
            paid=dict.fromkeys(Component, 0),
            waived=dict.fromkeys(Component, 0),
            penal_to=row.due_on,
        )

    def owed(self, component: Component) -> int:
        """What is still to be paid of one component."""
        return self.due[component] - self.paid[component] - self.waived[component]

    @property
    def owed_total(self) -> int:
        """What is still to be paid of everything."""
        return sum(self.owed(component) for component in Component)

    def earned(self, at: date) -> int:
        """Interest of this line earned up to a date, evenly over the days of its period."""
        if at >= self.due_on:
            return self.due[INTEREST]
        if at <= self.period_from:
            return 0
        days = (self.due_on - self.period_from).days
        return round_ratio(self.due[INTEREST] * (at - self.period_from).days, days)


@dataclass(slots=True)
class State:
    """A loan after some events, at the opening of `as_of`."""

    terms: LoanTerms
    as_of: date
    lines: list[Line] = field(default_factory=list[Line])
    splits: dict[int, Split] = field(default_factory=dict[int, Split])
    cash: dict[str, int] = field(default_factory=dict[str, int])
    excess: int = 0
    refunded: int = 0
    charge_tax: int = 0
    disbursed: bool = False
    foreclosed_on: date | None = None
    last_money_on: date | None = None
    # a single payment's interest: base since a date, and the paise-days before it
    base: int = 0
    base_from: date = date.min
    paise_days: int = 0

    @property
    def settled(self) -> bool:
        """Whether money was lent and nothing at all is owed any more."""
        return self.disbursed and all(line.settled_on is not None for line in self.lines)

    def interest_earned(self, at: date) -> int:
        """Interest earned up to a date; all that is due once the loan is settled or paid off."""
        if self.settled or self.foreclosed_on is not None:
            return sum(line.due[INTEREST] for line in self.lines)
        if self.terms.kind is LoanKind.BULLET:
            return self.single_interest(min(at, self.terms.first_due_on)) if self.lines else 0
        return sum(line.earned(at) for line in self.lines)

    def single_interest(self, at: date) -> int:
        """A single payment's simple interest up to a date not after its due date."""
        days = max((at - self.base_from).days, 0)
        return round_fraction(
            self.terms.rate.per_day() * (self.paise_days + self.base * days),
            self.terms.rounding,
            self.terms.minor_unit_paise,
        )

    def total(self, component: Component, what: str) -> int:
        """Sum `due`, `paid` or `waived` of one component over all lines."""
        return sum(getattr(line, what)[component] for line in self.lines)


def replay(terms: LoanTerms, events: Iterable[Event], as_of: date) -> State:
    """Return the state at the opening of `as_of` after the events valued up to it.

    Before the disbursal the state is empty. Penal charges run to `as_of`.
    """
    state = State(terms=terms, as_of=as_of)
    for event in effective_events(events):
        if event.value_date > as_of:
            break
        _apply(state, event)
    _charge_lateness(state, as_of)
    return state


def _apply(state: State, event: Event) -> None:
    on = event.value_date
    _charge_lateness(state, on)
    if event.kind is EventKind.DISBURSED:
        state.lines = [Line.of(row) for row in make_schedule(state.terms).instalments]
        state.disbursed = True
        state.base, state.base_from = state.terms.principal_paise, state.terms.disbursed_on
        return
    if not state.disbursed:
        # its disbursal was reversed: money that came for it waits to be refunded
        if event.kind is EventKind.RECEIPT:
            _receive_cash(state, event)
            state.excess += event.amount_paise
            state.splits[event.id] = Split(excess=event.amount_paise)
        return
    if event.kind is EventKind.RECEIPT:
        _receive_cash(state, event)
        state.splits[event.id] = _pay(state, event)
        state.last_money_on = on
    elif event.kind is EventKind.CHARGE:
        _line_of(state, on).due[CHARGE] += event.amount_paise + event.tax_paise
        state.charge_tax += event.tax_paise
        _reopen_lines(state)
        _absorb_excess(state, on)
    elif event.kind is EventKind.WAIVER:
        _waive(state, event)
    elif event.kind is EventKind.REFUND:
        refund = min(event.amount_paise, state.excess)
        state.excess -= refund
        state.refunded += refund
        state.cash[event.head] = state.cash.get(event.head, 0) - refund
    _settle_lines(state, on)


def _receive_cash(state: State, event: Event) -> None:
    state.cash[event.head] = state.cash.get(event.head, 0) + event.amount_paise


def _charge_lateness(state: State, to: date) -> None:
    """Add each late line's penal charge for the nights up to `to`, a whole paisa a night."""
    rule = state.terms.penal
    if not rule.bps_per_year:
        return
    for line in state.lines:
        start = max(line.penal_to, line.due_on + timedelta(days=rule.grace_days))
        nights = (to - start).days
        if nights <= 0:
            continue
        overdue = line.owed(PRINCIPAL) + line.owed(INTEREST)
        if overdue > 0:
            line.due[PENAL] += nights * rule.per_day_paise(overdue)
            line.settled_on = None
        line.penal_to = to


def _payable(state: State, line: Line, on: date) -> dict[Component, int]:
    """What a payment on a date may fill of a line; a single payment owes interest to the day."""
    owed = {component: line.owed(component) for component in Component}
    if state.terms.kind is LoanKind.BULLET and on < line.due_on:
        settled = line.paid[INTEREST] + line.waived[INTEREST]
        owed[INTEREST] = max(state.single_interest(on) - settled, 0)
    return owed


def _pay(state: State, event: Event) -> Split:
    on = event.value_date
    if event.is_payoff and event.amount_paise + state.excess >= payoff_paise(state, on):
        _cut_future_interest(state, on)
    split = Split()
    split.excess = _fill(state, event.amount_paise, on, split)
    state.excess += split.excess
    return split


def _fill(state: State, amount: int, on: date, split: Split) -> int:
    """Use an amount for what is owed, oldest line first; return what is left over."""
    owed = [_payable(state, line, on) for line in state.lines]
    shares, left = allocate(amount, owed, state.terms.allocation_order)
    for line, share in zip(state.lines, shares, strict=True):
        for component, paise in share.items():
            line.paid[component] += paise
            split.paid[component] += paise
    if state.terms.kind is LoanKind.BULLET:
        _rebase(state, on)
    return left


def _rebase(state: State, on: date) -> None:
    """Let a single payment's interest run on from a date on what principal is left."""
    line = state.lines[0]
    end = min(on, line.due_on)
    if end > state.base_from:
        state.paise_days += state.base * (end - state.base_from).days
        state.base_from = end
    state.base = line.owed(PRINCIPAL)
    if on < line.due_on:
        line.due[INTEREST] = state.single_interest(line.due_on)


def _cut_future_interest(state: State, on: date) -> None:
    """End the interest of instalments not yet due at what is earned; it was paid off early.

    Interest paid in advance beyond that becomes principal of the same line's payer: it is
    returned to the excess, from which the payoff takes it.
    """
    if state.terms.kind is LoanKind.BULLET:
        return
    if on < state.lines[-1].due_on:
        state.foreclosed_on = on
    returned = 0
    for line in state.lines:
        if line.due_on <= on:
            continue
        line.due[INTEREST] = line.earned(on)
        over = line.paid[INTEREST] + line.waived[INTEREST] - line.due[INTEREST]
        if over > 0:
            from_paid = min(over, line.paid[INTEREST])
            line.paid[INTEREST] -= from_paid
            line.waived[INTEREST] -= over - from_paid
            returned += from_paid
    state.excess += returned
    _absorb_excess(state, on)


def _absorb_excess(state: State, on: date) -> None:
    if state.excess > 0:
        state.excess = _fill(state, state.excess, on, Split())


def _line_of(state: State, on: date) -> Line:
    """The line in whose period a date falls; the last one after maturity."""
    for line in state.lines:
        if on <= line.due_on:
            return line
    return state.lines[-1]


def _waive(state: State, event: Event) -> None:
    """Give up part of one component, oldest line first, never more than is owed."""
    component = event.component
    if component is None:
        raise ValueError("a waiver names its component")
    left = event.amount_paise
    for line in state.lines:
        part = min(left, max(_payable(state, line, event.value_date)[component], 0))
        line.waived[component] += part
        left -= part
    if state.terms.kind is LoanKind.BULLET:
        _rebase(state, event.value_date)


def _reopen_lines(state: State) -> None:
    for line in state.lines:
        if line.owed_total > 0:
            line.settled_on = None


def _settle_lines(state: State, on: date) -> None:
    for line in state.lines:
        if line.settled_on is None and line.owed_total == 0:
            line.settled_on = on


def payoff_paise(state: State, on: date) -> int:
    """What ends the loan on a date: principal, interest to the day, charges, less excess.

    Interest that was paid ahead and is not earned counts in the borrower's favour. Never
    negative.
    """
    principal = sum(line.owed(PRINCIPAL) for line in state.lines)
    extras = sum(line.owed(CHARGE) + line.owed(PENAL) for line in state.lines)
    settled = state.total(INTEREST, "paid") + state.total(INTEREST, "waived")
    interest = state.interest_earned(on) - settled
    return max(principal + interest + extras - state.excess, 0)
