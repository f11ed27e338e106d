"""Which part of a year lies between two dates, by the convention a product's terms name.
Exact fractions, because a rounded year fraction would cost paise on every accrual.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from fractions import Fraction


class DayCount(StrEnum):
    """Conventions; the first day is excluded and the last included, as with night counts."""

    ACTUAL_365 = "actual/365"
    ACTUAL_364 = "actual/364"
    ACTUAL_360 = "actual/360"
    ACTUAL_ACTUAL = "actual/actual"
    THIRTY_360 = "30/360"


def days_between(start: date, end: date) -> int:
    """Calendar days from start to end; negative when end is earlier."""
    return (end - start).days


def is_leap(year: int) -> bool:
    """Whether a calendar year has 366 days."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def year_fraction(start: date, end: date, convention: DayCount) -> Fraction:
    """Return the exact part of a year from start to end; ValueError when end is earlier.

    Actual/actual splits at each 31 December; 30/360 is the bond basis (the 31st counts
    as the 30th).
    """
    if end < start:
        raise ValueError("end before start")
    if convention is DayCount.THIRTY_360:
        first, last = min(start.day, 30), end.day
        if last == 31 and first == 30:
            last = 30
        months = (end.year - start.year) * 12 + end.month - start.month
        return Fraction(months * 30 + last - first, 360)
    if convention is DayCount.ACTUAL_ACTUAL:
        total = Fraction(0)
        cursor = start
        while cursor.year < end.year:
            turn = date(cursor.year + 1, 1, 1)
            total += Fraction((turn - cursor).days, 366 if is_leap(cursor.year) else 365)
            cursor = turn
        return total + Fraction((end - cursor).days, 366 if is_leap(cursor.year) else 365)
    return Fraction((end - start).days, int(convention.value.removeprefix("actual/")))
