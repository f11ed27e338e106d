"""The instalments that terms lead to: dates, principal and interest, exact to the paisa.
Pure, so that the key facts statement, the loan and a test oracle can all ask the same function.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from core.kernel.business_day import add_months
from core.kernel.errors import Invalid
from core.kernel.money import Rounding, round_fraction
from core.loan.terms import LoanKind, LoanTerms


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment as agreed; interest runs from `period_from` to `due_on`."""

    number: int
    period_from: date
    due_on: date
    principal_paise: int
    interest_paise: int
    balance_after_paise: int

    @property
    def total_paise(self) -> int:
        """What the borrower pays on the due date."""
        return self.principal_paise + self.interest_paise


@dataclass(frozen=True, slots=True)
class Schedule:
    """All instalments of a loan, in order of their due dates."""

    instalments: tuple[Instalment, ...]

    @property
    def total_interest_paise(self) -> int:
        """Interest over the whole tenure if every instalment is paid on its day."""
        return sum(row.interest_paise for row in self.instalments)

    @property
    def total_payable_paise(self) -> int:
        """Principal and interest over the whole tenure."""
        return sum(row.total_paise for row in self.instalments)

    @property
    def matures_on(self) -> date:
        """The last due date."""
        return self.instalments[-1].due_on


def make_schedule(terms: LoanTerms) -> Schedule:
    """Return the schedule of terms; raises Invalid when the terms cannot repay the loan."""
    if terms.kind is LoanKind.BULLET:
        return Schedule((_single_payment(terms),))
    # A coarse or upward rounding can end a long small loan early; rounding down cannot.
    for multiple_paise, rounding in (
        (terms.instalment_multiple_paise, terms.rounding),
        (terms.minor_unit_paise, terms.rounding),
        (terms.minor_unit_paise, Rounding.DOWN),
    ):
        rows = _level_rows(terms, level_instalment_paise(terms, multiple_paise, rounding))
        if rows is not None:
            return Schedule(tuple(rows))
    raise Invalid(
        {"tenor": "The amount is too small to be repaid in so many instalments at this rate"}
    )


def level_instalment_paise(
    terms: LoanTerms, multiple_paise: int | None = None, rounding: Rounding | None = None
) -> int:
    """Return the equal instalment for the terms, rounded as they say unless told otherwise.

    Annuity on a regular monthly period: P·r·(1+r)^n / ((1+r)^n - 1), or P/n without interest.
    """
    multiple = multiple_paise or terms.instalment_multiple_paise
    mode = rounding or terms.rounding
    monthly = terms.rate.per_month()
    if monthly == 0:
        return round_fraction(Fraction(terms.principal_paise, terms.tenor), mode, multiple)
    growth = (1 + monthly) ** terms.tenor
    exact = terms.principal_paise * monthly * growth / (growth - 1)
    return round_fraction(exact, mode, multiple)


def due_dates(terms: LoanTerms) -> list[date]:
    """Return the due dates; monthly from the first one, keeping its day of the month.

    A first due date on a month's last day after a shorter month keeps the disbursal's day,
    so that 31 Jan -> 28 Feb -> 31 Mar.
    """
    if terms.kind is LoanKind.BULLET:
        return [terms.first_due_on]
    anchor = terms.first_due_on.day
    if terms.first_due_on == add_months(terms.disbursed_on, 1):
        anchor = terms.disbursed_on.day
    return [add_months(terms.first_due_on, n, anchor) for n in range(terms.tenor)]


def _single_payment(terms: LoanTerms) -> Instalment:
    interest = round_fraction(
        terms.rate.per_day() * terms.principal_paise * terms.tenor,
        terms.rounding,
        terms.minor_unit_paise,
    )
    return Instalment(
        number=1,
        period_from=terms.disbursed_on,
        due_on=terms.first_due_on,
        principal_paise=terms.principal_paise,
        interest_paise=interest,
        balance_after_paise=0,
    )


def _first_period_rate(terms: LoanTerms) -> Fraction:
    """The first period's rate: a month's when it is a whole month, else by actual days / 365."""
    if terms.first_due_on == add_months(terms.disbursed_on, 1):
        return terms.rate.per_month()
    return terms.rate.per_day() * (terms.first_due_on - terms.disbursed_on).days


def _level_rows(terms: LoanTerms, instalment: int) -> list[Instalment] | None:
    """The rows for one instalment, or None when they would not last the tenure."""
    rows: list[Instalment] = []
    balance = terms.principal_paise
    period_from = terms.disbursed_on
    for number, due_on in enumerate(due_dates(terms), start=1):
        rate = _first_period_rate(terms) if number == 1 else terms.rate.per_month()
        interest = round_fraction(balance * rate, terms.rounding, terms.minor_unit_paise)
        is_last = number == terms.tenor
        principal = balance if is_last else instalment - interest
        if principal <= 0 or principal > balance or (principal == balance and not is_last):
            return None
        balance -= principal
        rows.append(Instalment(number, period_from, due_on, principal, interest, balance))
        period_from = due_on
    return rows
