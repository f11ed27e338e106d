"""A rate is a whole number of basis points per day, month or year, never a float.
Exact fractions come out of it, so that rounding happens once, at the end of a calculation.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from core.kernel.money import BPS_PER_WHOLE, Rounding, round_fraction

DAYS_IN_YEAR = 365
MONTHS_IN_YEAR = 12


class RatePeriod(StrEnum):
    """The time for which a rate is quoted."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate of interest: `bps` basis points per `period`; 2400 a year is 24 %."""

    bps: int
    period: RatePeriod = RatePeriod.YEAR

    def __post_init__(self) -> None:
        if self.bps < 0:
            raise ValueError("a rate cannot be negative")

    @property
    def fraction(self) -> Fraction:
        """The rate per its own period as an exact fraction of the principal."""
        return Fraction(self.bps, BPS_PER_WHOLE)

    def per_day(self, days_in_year: int = DAYS_IN_YEAR) -> Fraction:
        """The simple daily rate; a monthly rate is taken as a twelfth of a year."""
        if self.period is RatePeriod.DAY:
            return self.fraction
        if self.period is RatePeriod.MONTH:
            return self.fraction * MONTHS_IN_YEAR / days_in_year
        return self.fraction / days_in_year

    def per_month(self, days_in_year: int = DAYS_IN_YEAR) -> Fraction:
        """The nominal monthly rate: a twelfth of the simple yearly one."""
        return self.per_year(days_in_year) / MONTHS_IN_YEAR

    def per_year(self, days_in_year: int = DAYS_IN_YEAR) -> Fraction:
        """The simple (not compounded) yearly rate."""
        if self.period is RatePeriod.DAY:
            return self.fraction * days_in_year
        if self.period is RatePeriod.MONTH:
            return self.fraction * MONTHS_IN_YEAR
        return self.fraction

    def per_day_paise(
        self, amount_paise: int, days: int = 1, rounding: Rounding = Rounding.HALF_UP
    ) -> int:
        """Simple interest on an amount for some days, rounded once, in paise."""
        return round_fraction(self.per_day() * amount_paise * days, rounding)


def format_bps(bps: int) -> str:
    """Return basis points as a percentage with two decimals: 1707 -> "17.07 %"."""
    whole, part = divmod(abs(bps), 100)
    sign = "\N{MINUS SIGN}" if bps < 0 else ""
    return f"{sign}{whole}.{part:02d} %"
