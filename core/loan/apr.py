"""The annual percentage rate that a key facts statement shows, in basis points.
Two conventions, each stated where it is used, because a figure without its convention misleads.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

from core.kernel.business_day import add_months
from core.kernel.money import round_fraction, round_ratio
from core.kernel.rate import DAYS_IN_YEAR, MONTHS_IN_YEAR
from core.loan.schedule import Schedule, make_schedule
from core.loan.terms import LoanKind, LoanTerms

_DIGITS = 40
_STEPS = 90
_MONTHLY_RATE_MAX = Decimal(100)


def apr_bps(terms: LoanTerms, schedule: Schedule | None = None) -> int:
    """Return the APR of terms in basis points, half up (1707 is 17.07 %).

    Level instalments: twelve times the monthly internal rate of return on the net amount
    disbursed, the nominal convention of RBI's own illustration (KFS circular of
    15 Apr 2024, Annex B). Single payment: simple interest and fees on the net amount for
    the actual days of a 365-day year; RBI's text leaves this case to the lender's policy.
    """
    schedule = schedule or make_schedule(terms)
    net_paise = terms.net_disbursed_paise
    if terms.kind is LoanKind.BULLET:
        cost_paise = schedule.total_payable_paise - net_paise
        return round_fraction(Fraction(cost_paise * DAYS_IN_YEAR * 10_000, net_paise * terms.tenor))
    first = schedule.instalments[0]
    first_period_months = Fraction(1)
    if (regular := _regular_first_period_days(schedule)) is not None:
        days = (first.due_on - first.period_from).days
        first_period_months = Fraction(days, regular)
    payments = [row.total_paise for row in schedule.instalments]
    monthly = monthly_internal_rate(net_paise, payments, first_period_months)
    with localcontext() as context:
        context.prec = _DIGITS
        nominal = monthly * MONTHS_IN_YEAR * 10_000
        numerator, denominator = nominal.as_integer_ratio()
    return round_ratio(numerator, denominator)


def _regular_first_period_days(schedule: Schedule) -> Fraction | None:
    """Days of a mean month when the first period is not a whole month, else None."""
    first = schedule.instalments[0]
    if first.due_on == add_months(first.period_from, 1):
        return None
    return Fraction(DAYS_IN_YEAR, MONTHS_IN_YEAR)


def monthly_internal_rate(
    net_paise: int, payments_paise: list[int], first_period_months: Fraction = Fraction(1)
) -> Decimal:
    """Return the monthly rate at which the payments are worth the net amount.

    Payments come monthly after the first, which comes `first_period_months` after the
    disbursal. Bisection on decimals; zero when the payments do not exceed the net amount.
    """
    if net_paise <= 0:
        raise ValueError("the net amount must be positive")
    if sum(payments_paise) <= net_paise:
        return Decimal(0)
    with localcontext() as context:
        context.prec = _DIGITS
        lead = Decimal(first_period_months.numerator) / first_period_months.denominator
        low, high = Decimal(0), _MONTHLY_RATE_MAX
        for _ in range(_STEPS):
            middle = (low + high) / 2
            if _present_value(payments_paise, middle, lead) > net_paise:
                low = middle
            else:
                high = middle
        return (low + high) / 2


def _present_value(payments_paise: list[int], monthly: Decimal, lead_months: Decimal) -> Decimal:
    discount = 1 / (1 + monthly)
    value = Decimal(0)
    for payment in reversed(payments_paise):
        value = value * discount + payment
    return value * discount**lead_months
