"""Decides how a tenure is counted: products speak of days or months, cases keep days.
The two conversions undo each other for every whole number of months, which a test proves."""

from __future__ import annotations

from core.kernel.money import divide_half_up
from core.kernel.rate import DAYS_IN_YEAR, MONTHS_IN_YEAR
from core.loan.terms import LoanKind


def tenor_in_days(kind: LoanKind, tenor: int) -> int:
    """Days of a product's tenure: a bullet's own days, or months of a 365-day year."""
    if kind is LoanKind.BULLET:
        return tenor
    return divide_half_up(tenor * DAYS_IN_YEAR, MONTHS_IN_YEAR)


def tenor_in_unit(kind: LoanKind, days: int) -> int:
    """The product's own count of a tenure kept in days."""
    if kind is LoanKind.BULLET:
        return days
    return max(1, divide_half_up(days * MONTHS_IN_YEAR, DAYS_IN_YEAR))


def tenor_words(kind: LoanKind, days: int) -> str:
    """The tenure as people say it: "30 days", "12 months"."""
    count = tenor_in_unit(kind, days)
    unit = "day" if kind is LoanKind.BULLET else "month"
    return f"{count} {unit}{'' if count == 1 else 's'}"
