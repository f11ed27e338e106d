"""Decides the day on which a salaried borrower is asked to pay: just after the salary.
The nearest such day to the tenure that was asked for, so the customer gets what they wanted."""

from __future__ import annotations

import calendar
import datetime as dt

from core.kernel.business_day import add_months

MONTHS_LOOKED_AT = 24


def salary_date(year: int, month: int, salary_day: int) -> dt.date:
    """The salary's day of a month; the 31st is a short month's last day."""
    return dt.date(year, month, min(salary_day, calendar.monthrange(year, month)[1]))


def first_repayment_on(
    today: dt.date,
    *,
    salary_day: int,
    wanted_days: int,
    days_after_salary: int,
    least_days: int,
    most_days: int,
) -> dt.date:
    """The day after salary that lies nearest to the wanted tenure and inside the limits.

    Brief D: repayment is the next salary date plus one to three days. Without a salary day,
    or when none falls inside the limits, it is the wanted tenure itself.
    """
    plain = today + dt.timedelta(days=min(max(wanted_days, least_days), most_days))
    if not 1 <= salary_day <= 31:
        return plain
    candidates: list[dt.date] = []
    for months in range(MONTHS_LOOKED_AT):
        first = add_months(today.replace(day=1), months)
        day = salary_date(first.year, first.month, salary_day)
        day += dt.timedelta(days=days_after_salary)
        if least_days <= (day - today).days <= most_days:
            candidates.append(day)
    return min(candidates, key=lambda day: (abs((day - plain).days), day), default=plain)
