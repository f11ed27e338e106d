"""Shows on which day a salaried borrower is asked to pay, for plain and for awkward calendars.
Every date is written out, with the salary day that leads to it."""

from __future__ import annotations

import datetime as dt

import pytest

from core.decision.repayment_date import first_repayment_on

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("salary_day", "wanted", "least", "most", "expected"),
    [
        (1, 30, 7, 45, dt.date(2027, 1, 3)),  # 3 Dec is 17 days off, 3 Jan 14
        (28, 30, 7, 45, dt.date(2026, 12, 30)),
        (31, 30, 7, 62, dt.date(2027, 1, 2)),  # 31 Dec + 2; 30 Nov + 2 is further off
        (5, 15, 7, 45, dt.date(2026, 12, 7)),
        (0, 30, 7, 45, dt.date(2026, 12, 20)),  # no salary day known
        (1, 30, 28, 32, dt.date(2026, 12, 20)),  # no salary falls inside the limits
        (1, 90, 7, 45, dt.date(2027, 1, 3)),  # the wish is cut to the limit first
    ],
)
def test_the_nearest_day_after_salary_within_the_limits(
    salary_day: int, wanted: int, least: int, most: int, expected: dt.date
) -> None:
    found = first_repayment_on(
        TODAY,
        salary_day=salary_day,
        wanted_days=wanted,
        days_after_salary=2,
        least_days=least,
        most_days=most,
    )
    assert found == expected
