"""Decides what a salaried borrower can carry: FOIR, the eligible instalment, the eligible loan.
All of it is whole paise and basis points, rounded once, so screen, note and letter agree."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from core.kernel.money import (
    BPS_PER_WHOLE,
    Rounding,
    divide_half_up,
    round_fraction,
    round_ratio,
    share_bps,
)
from core.kernel.rate import Rate
from core.loan.terms import LoanKind

SALARIES_WANTED = 3
DAYS_IN_YEAR = 365
MONTHS_IN_YEAR = 12
CARD_OBLIGATION_BPS = 500
# two records of one instalment differ by charges and rounding, not by more than this
SAME_INSTALMENT_BPS = 200
FOIR_UNKNOWN_BPS = 99_999


@dataclass(frozen=True, slots=True)
class Salary:
    """One month's salary credit and where the figure comes from."""

    amount_paise: int
    on: dt.date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Obligation:
    """One monthly duty to another lender; only counted ones burden the salary."""

    name: str
    monthly_paise: int
    source: str
    counted: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True)
class CamPolicy:
    """The brand's limits for one product, all effective-dated configuration.

    `salary_multiple_bps` 30000 allows three months' salary; zero leaves the limit out.
    """

    foir_bps: int
    product_minimum_paise: int
    product_maximum_paise: int
    round_down_to_paise: int
    salary_multiple_bps: int = 0


@dataclass(frozen=True, slots=True)
class CamInput:
    """What the credit executive decides on: income, duties, and the loan that is proposed."""

    kind: LoanKind
    salaries: Sequence[Salary]
    obligations: Sequence[Obligation]
    rate: Rate
    tenor_days: int
    requested_paise: int
    proposed_paise: int


@dataclass(frozen=True, slots=True)
class CamLimit:
    """One ceiling on the loan, and whether it is the one that decides."""

    code: str
    name: str
    amount_paise: int
    binding: bool = False


@dataclass(frozen=True, slots=True)
class CamFigures:
    """The outcome; FOIR in basis points of the average salary."""

    salary_paise: int
    obligations_paise: int
    foir_eligible_bps: int
    foir_achieved_bps: int
    foir_proposed_bps: int
    eligible_instalment_paise: int
    eligible_loan_paise: int
    instalment_paise: int
    instalment_count: int
    limits: tuple[CamLimit, ...]
    maximum_paise: int

    @property
    def within_policy(self) -> bool:
        """Whether the proposed loan keeps the FOIR the policy allows."""
        return self.foir_proposed_bps <= self.foir_eligible_bps


def average_salary_paise(salaries: Sequence[Salary]) -> int:
    """The mean of the salaries that are there, in paise; zero when none is."""
    amounts = [salary.amount_paise for salary in salaries if salary.amount_paise > 0]
    return divide_half_up(sum(amounts), len(amounts)) if amounts else 0


def obligations_paise(obligations: Sequence[Obligation]) -> int:
    """The monthly total of the counted obligations."""
    return sum(duty.monthly_paise for duty in obligations if duty.counted)


def merge_obligations(
    bureau: Sequence[Obligation], statement: Sequence[Obligation], card_balance_paise: int = 0
) -> tuple[Obligation, ...]:
    """Put both records of what is owed into one list without counting a loan twice.

    A statement instalment within 2 % of a bureau instalment is the same loan seen again: it
    stays in the list, uncounted, with a note. Card dues count 5 % of the balance (brief D).
    """
    free = list(bureau)
    merged = list(bureau)
    for seen in statement:
        twin = next((duty for duty in free if _same_instalment(duty, seen)), None)
        if twin is None:
            merged.append(seen)
            continue
        free.remove(twin)
        note = f"The same instalment as {twin.name} in the bureau report"
        merged.append(Obligation(seen.name, seen.monthly_paise, seen.source, False, note))
    if card_balance_paise > 0:
        merged.append(
            Obligation(
                "Credit cards",
                share_bps(card_balance_paise, CARD_OBLIGATION_BPS),
                "bureau",
                note="5 % of the card balance",
            )
        )
    return tuple(merged)


def _same_instalment(a: Obligation, b: Obligation) -> bool:
    apart = abs(a.monthly_paise - b.monthly_paise)
    return apart * BPS_PER_WHOLE <= max(a.monthly_paise, b.monthly_paise) * SAME_INSTALMENT_BPS


def foir_bps(paid_paise: int, salary_paise: int) -> int:
    """The part of a salary that is bound, in basis points; a missing salary is all bound."""
    if salary_paise <= 0:
        return FOIR_UNKNOWN_BPS if paid_paise else 0
    return min(FOIR_UNKNOWN_BPS, divide_half_up(paid_paise * BPS_PER_WHOLE, salary_paise))


def tenor_months(tenor_days: int) -> int:
    """The whole months nearest to a tenor in days: 365 days are 12 months, 90 are 3."""
    return max(1, divide_half_up(tenor_days * MONTHS_IN_YEAR, DAYS_IN_YEAR))


def annuity_factor(rate: Rate, months: int) -> Fraction:
    """What one rupee a month for so many months is worth today: (1 − (1+r)^−n) / r, exact."""
    monthly = rate.per_month()
    if monthly == 0:
        return Fraction(months)
    return (1 - 1 / (1 + monthly) ** months) / monthly


def bullet_factor(rate: Rate, days: int) -> Fraction:
    """What one rupee grows to when paid back at once after so many days, simple interest."""
    return 1 + rate.per_day() * days


def loan_for_instalment(kind: LoanKind, instalment_paise: int, rate: Rate, days: int) -> int:
    """The loan that a monthly capacity carries, in paise, rounded down.

    Brief D: a level instalment by the annuity; a bullet must fit one month's capacity whole.
    """
    if kind is LoanKind.BULLET:
        return round_fraction(instalment_paise / bullet_factor(rate, days), Rounding.DOWN)
    factor = annuity_factor(rate, tenor_months(days))
    return round_fraction(instalment_paise * factor, Rounding.DOWN)


def instalment_for_loan(kind: LoanKind, loan_paise: int, rate: Rate, days: int) -> int:
    """The monthly payment of a loan (a bullet's whole repayment), in paise, half up."""
    if kind is LoanKind.BULLET:
        return round_fraction(loan_paise * bullet_factor(rate, days))
    return round_fraction(loan_paise / annuity_factor(rate, tenor_months(days)))


def appraise(
    given: CamInput, policy: CamPolicy, *, instalment_paise: int | None = None
) -> CamFigures:
    """Work the memo out; pure, so that the form, the stored version and a re-run agree.

    `instalment_paise` is the schedule's own instalment where the loan's dates are known; it
    holds the product's rounding. Without it the plain annuity stands in.
    """
    salary = average_salary_paise(given.salaries)
    bound = obligations_paise(given.obligations)
    capacity = max(0, share_bps(salary, policy.foir_bps, Rounding.DOWN) - bound)
    eligible = loan_for_instalment(given.kind, capacity, given.rate, given.tenor_days)
    limits = [
        CamLimit("foir", "What the FOIR allows", eligible),
        CamLimit("product", "The product's maximum", policy.product_maximum_paise),
        CamLimit("requested", "What was asked for", given.requested_paise),
    ]
    if policy.salary_multiple_bps:
        multiple = share_bps(salary, policy.salary_multiple_bps, Rounding.DOWN)
        limits.insert(2, CamLimit("salary_multiple", "The multiple of the salary", multiple))
    lowest = min(limit.amount_paise for limit in limits)
    maximum = round_ratio(lowest, 1, Rounding.DOWN, policy.round_down_to_paise)
    if maximum < policy.product_minimum_paise:
        maximum = 0
    instalment = instalment_paise
    if instalment is None:
        instalment = instalment_for_loan(
            given.kind, given.proposed_paise, given.rate, given.tenor_days
        )
    return CamFigures(
        salary_paise=salary,
        obligations_paise=bound,
        foir_eligible_bps=policy.foir_bps,
        foir_achieved_bps=foir_bps(bound, salary),
        foir_proposed_bps=foir_bps(bound + instalment, salary),
        eligible_instalment_paise=capacity,
        eligible_loan_paise=eligible,
        instalment_paise=instalment,
        instalment_count=1 if given.kind is LoanKind.BULLET else tenor_months(given.tenor_days),
        limits=tuple(
            CamLimit(limit.code, limit.name, limit.amount_paise, limit.amount_paise == lowest)
            for limit in limits
        ),
        maximum_paise=maximum,
    )
