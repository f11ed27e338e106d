"""How many days a loan is late and which bucket that is, counted as the regulator counts.
The due date itself is day one of the overdue run at its day end, so a loan is one day past
due when the next date opens.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum


class Bucket(StrEnum):
    """Where a loan stands for collection."""

    PRE_DUE = "pre_due"
    DAYS_1_30 = "1-30"
    DAYS_31_60 = "31-60"
    DAYS_61_90 = "61-90"
    OVER_90 = "90+"


# first day past due of each bucket, latest first
BUCKET_STARTS = (
    (91, Bucket.OVER_90),
    (61, Bucket.DAYS_61_90),
    (31, Bucket.DAYS_31_60),
    (1, Bucket.DAYS_1_30),
)


def days_past_due(oldest_unpaid_due_on: date | None, as_of: date) -> int:
    """Return the days past due at the opening of `as_of` (the close of the day before).

    RBI clarification of 12 Nov 2021 on income recognition and asset classification: unpaid
    at the day end of 31 March is overdue that day, and more than 30 days on 30 April.
    """
    if oldest_unpaid_due_on is None:
        return 0
    return max((as_of - oldest_unpaid_due_on).days, 0)


def bucket_of(days: int) -> Bucket:
    """Return the bucket for a number of days past due."""
    for start, bucket in BUCKET_STARTS:
        if days >= start:
            return bucket
    return Bucket.PRE_DUE
