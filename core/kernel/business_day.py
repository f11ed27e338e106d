"""Dates as a lender in India sees them: IST, holidays, the financial year, and how dates read.
Month names come from our own table, because locales disagree ("Sep", "Sept") between machines.
"""

from __future__ import annotations

import calendar
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum

# India has kept one offset since 1945, so a fixed zone needs no time-zone database.
IST = timezone(timedelta(hours=5, minutes=30), "IST")

MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
SUNDAY = 6
FINANCIAL_YEAR_FIRST_MONTH = 4
ROLL_DAYS_MAX = 60


class Roll(StrEnum):
    """Where a due date goes when it falls on a day off."""

    NONE = "none"
    NEXT = "next"
    PREVIOUS = "previous"
    MODIFIED_NEXT = "modified_next"


def ist_date(moment: datetime) -> date:
    """Return the calendar date in India of an aware moment; ValueError for a naive one."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(IST).date()


def ist_midnight(day: date) -> datetime:
    """Return the aware UTC moment at which `day` begins in India."""
    return datetime(day.year, day.month, day.day, tzinfo=IST).astimezone(UTC)


def is_day_off(
    day: date, holidays: AbstractSet[date], weekly_off: AbstractSet[int] = frozenset({SUNDAY})
) -> bool:
    """Whether a day is a listed holiday or a weekly day off (0 is Monday)."""
    return day in holidays or day.weekday() in weekly_off


def roll_date(
    day: date,
    holidays: AbstractSet[date],
    roll: Roll = Roll.NEXT,
    weekly_off: AbstractSet[int] = frozenset({SUNDAY}),
) -> date:
    """Move a date off holidays; modified next turns back instead of leaving the month.

    Raises ValueError when the calendar has no working day within ROLL_DAYS_MAX days.
    """
    if roll is Roll.NONE:
        return day
    step = timedelta(days=-1 if roll is Roll.PREVIOUS else 1)
    moved = day
    for _ in range(ROLL_DAYS_MAX):
        if not is_day_off(moved, holidays, weekly_off):
            break
        moved += step
    else:
        raise ValueError("the holiday calendar leaves no working day")
    if roll is Roll.MODIFIED_NEXT and moved.month != day.month:
        return roll_date(day, holidays, Roll.PREVIOUS, weekly_off)
    return moved


def add_months(day: date, months: int, anchor_day: int | None = None) -> date:
    """Return the date `months` later; a missing day becomes the month's last.

    `anchor_day` is the day of month wanted (default the day itself), so that a series
    that begins on the 31st returns to the 31st after February.
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    wanted = anchor_day or day.day
    return date(year, month + 1, min(wanted, calendar.monthrange(year, month + 1)[1]))


def format_date(day: date) -> str:
    """Return "05 Sep 2026"."""
    return f"{day.day:02d} {MONTH_NAMES[day.month - 1]} {day.year:04d}"


def format_time(moment: datetime) -> str:
    """Return the time in India, twelve hours: "04:34 pm"."""
    local = _in_india(moment)
    half = "am" if local.hour < 12 else "pm"
    return f"{local.hour % 12 or 12:02d}:{local.minute:02d} {half}"


def format_datetime(moment: datetime, *, with_zone: bool = False) -> str:
    """Return "20 Nov 2026, 04:34 pm" in India's time, with " IST" for exports and letters."""
    zone = " IST" if with_zone else ""
    return f"{format_date(_in_india(moment).date())}, {format_time(moment)}{zone}"


def _in_india(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(IST)


def financial_year(day: date) -> str:
    """Return the financial year (April to March) a date lies in: "2026-27"."""
    first = day.year if day.month >= FINANCIAL_YEAR_FIRST_MONTH else day.year - 1
    return f"{first}-{(first + 1) % 100:02d}"


def financial_year_start(day: date) -> date:
    """Return 1 April of the financial year a date lies in."""
    first = day.year if day.month >= FINANCIAL_YEAR_FIRST_MONTH else day.year - 1
    return date(first, FINANCIAL_YEAR_FIRST_MONTH, 1)
