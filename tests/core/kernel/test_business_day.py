"""Dates in India: midnight, month ends, holidays, financial years and how they read.
The clock traps are here: 29 February, 31 March, and UTC evenings that are already tomorrow.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest

from core.kernel.business_day import (
    Roll,
    add_months,
    financial_year,
    financial_year_start,
    format_date,
    format_datetime,
    ist_date,
    ist_midnight,
    roll_date,
)
from core.kernel.day_count import DayCount, year_fraction
from core.kernel.rate import Rate, RatePeriod, format_bps

REPUBLIC_DAY = date(2026, 1, 26)


def test_an_evening_in_utc_is_already_tomorrow_in_india() -> None:
    assert ist_date(datetime(2026, 3, 31, 18, 29, tzinfo=UTC)) == date(2026, 3, 31)
    assert ist_date(datetime(2026, 3, 31, 18, 30, tzinfo=UTC)) == date(2026, 4, 1)


def test_a_day_in_india_begins_in_the_evening_of_utc() -> None:
    assert ist_midnight(date(2026, 4, 1)) == datetime(2026, 3, 31, 18, 30, tzinfo=UTC)


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ist_date(datetime(2026, 3, 31, 18, 30))  # noqa: DTZ001 (the refusal is the point)


def test_dates_read_the_same_on_every_machine() -> None:
    assert format_date(date(2026, 9, 5)) == "05 Sep 2026"
    assert format_datetime(datetime(2026, 11, 20, 11, 4, tzinfo=UTC)) == "20 Nov 2026, 04:34 pm"
    assert (
        format_datetime(datetime(2026, 11, 20, 18, 31, tzinfo=UTC), with_zone=True)
        == "21 Nov 2026, 12:01 am IST"
    )


def test_the_financial_year_turns_on_the_first_of_april() -> None:
    assert financial_year(date(2026, 3, 31)) == "2025-26"
    assert financial_year(date(2026, 4, 1)) == "2026-27"
    assert financial_year(date(2099, 4, 1)) == "2099-00"
    assert financial_year_start(date(2026, 3, 31)) == date(2025, 4, 1)


@pytest.mark.parametrize(
    ("roll", "expected"),
    [
        (Roll.NONE, REPUBLIC_DAY),
        (Roll.NEXT, date(2026, 1, 27)),
        (Roll.PREVIOUS, date(2026, 1, 24)),
        (Roll.MODIFIED_NEXT, date(2026, 1, 27)),
    ],
)
def test_a_due_date_leaves_a_holiday(roll: Roll, expected: date) -> None:
    assert roll_date(REPUBLIC_DAY, {REPUBLIC_DAY}, roll) == expected


def test_modified_next_never_leaves_the_month() -> None:
    assert roll_date(date(2026, 5, 31), set(), Roll.MODIFIED_NEXT) == date(2026, 5, 30)


def test_a_calendar_without_working_days_is_refused() -> None:
    with pytest.raises(ValueError, match="no working day"):
        roll_date(REPUBLIC_DAY, set(), weekly_off=frozenset(range(7)))


def test_a_series_from_the_thirty_first_returns_to_it() -> None:
    start = date(2024, 1, 31)
    assert [add_months(start, n) for n in (1, 2, 12, 13)] == [
        date(2024, 2, 29),
        date(2024, 3, 31),
        date(2025, 1, 31),
        date(2025, 2, 28),
    ]
    assert add_months(date(2024, 2, 29), 1, anchor_day=31) == date(2024, 3, 31)
    assert add_months(date(2026, 12, 15), -1) == date(2026, 11, 15)


@pytest.mark.parametrize(
    ("convention", "expected"),
    [
        (DayCount.ACTUAL_365, Fraction(366, 365)),
        (DayCount.ACTUAL_360, Fraction(366, 360)),
        (DayCount.ACTUAL_364, Fraction(366, 364)),
        (DayCount.ACTUAL_ACTUAL, Fraction(307, 365) + Fraction(59, 366)),
        (DayCount.THIRTY_360, Fraction(361, 360)),
    ],
)
def test_a_year_across_a_leap_day(convention: DayCount, expected: Fraction) -> None:
    assert year_fraction(date(2023, 2, 28), date(2024, 2, 29), convention) == expected


def test_rates_convert_exactly() -> None:
    assert Rate(2_400).per_month() == Fraction(2, 100)
    assert Rate(100, RatePeriod.DAY).per_day() == Fraction(1, 100)
    assert Rate(100, RatePeriod.DAY).per_year() == Fraction(365, 100)
    assert Rate(3_650).per_day() == Fraction(1, 1_000)
    assert Rate(200, RatePeriod.MONTH).per_year() == Fraction(24, 100)


def test_a_negative_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="negative"):
        Rate(-1)


def test_basis_points_read_as_a_percentage() -> None:
    assert format_bps(1_707) == "17.07 %"
    assert format_bps(36_500) == "365.00 %"
