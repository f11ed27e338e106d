"""Days past due and buckets, with the regulator's own dates.
RBI clarification of 12 Nov 2021: due 31 March unpaid is overdue at that day's end, SMA-1 on
30 April, SMA-2 on 30 May, non-performing on 29 June; a day end is the next date's opening.
"""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from core.loan.bucket import Bucket, bucket_of, days_past_due

DUE = date(2026, 3, 31)


@pytest.mark.parametrize(
    ("day_end", "days", "bucket"),
    [
        (date(2026, 3, 30), 0, Bucket.PRE_DUE),
        (date(2026, 3, 31), 1, Bucket.DAYS_1_30),
        (date(2026, 4, 29), 30, Bucket.DAYS_1_30),
        (date(2026, 4, 30), 31, Bucket.DAYS_31_60),
        (date(2026, 5, 29), 60, Bucket.DAYS_31_60),
        (date(2026, 5, 30), 61, Bucket.DAYS_61_90),
        (date(2026, 6, 28), 90, Bucket.DAYS_61_90),
        (date(2026, 6, 29), 91, Bucket.OVER_90),
    ],
)
def test_the_stamps_of_a_due_date_on_31_march(day_end: date, days: int, bucket: Bucket) -> None:
    counted = days_past_due(DUE, day_end + timedelta(days=1))
    assert (counted, bucket_of(counted)) == (days, bucket)


def test_a_loan_without_arrears_is_not_late() -> None:
    assert days_past_due(None, date(2026, 4, 1)) == 0
