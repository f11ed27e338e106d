"""What a promise to pay may be, and when it counts as kept or broken.
The rules are pure: amounts and dates in, a sentence or an outcome out."""

from __future__ import annotations

import datetime as dt

import pytest

from core.collection.promise_to_pay import promise_outcome, promise_problems

TODAY = dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("amount_paise", "promised_on", "wrong"),
    [
        (100_000, dt.date(2026, 11, 27), {}),
        (0, dt.date(2026, 11, 27), {"amount": "Enter the amount promised"}),
        (
            500_001,
            dt.date(2026, 11, 27),
            {"amount": "Not more than ₹ 5,000.00 is payable"},
        ),
        (100_000, dt.date(2026, 11, 19), {"promised_on": "Choose today or a day to come"}),
        (100_000, dt.date(2026, 12, 6), {"promised_on": "Choose a day up to 05 Dec 2026"}),
    ],
)
def test_a_promise_names_a_payable_amount_and_a_near_day(amount_paise, promised_on, wrong):
    found = promise_problems(amount_paise, promised_on, today=TODAY, payable_paise=500_000)
    assert found == wrong


@pytest.mark.parametrize(
    ("received_paise", "today", "outcome"),
    [
        (0, dt.date(2026, 11, 22), None),
        (99_999, dt.date(2026, 11, 22), None),
        (100_000, dt.date(2026, 11, 21), "keep"),
        (99_999, dt.date(2026, 11, 23), "break"),
        (100_000, dt.date(2026, 11, 30), "keep"),
    ],
)
def test_a_promise_is_judged_by_what_was_received_in_time(received_paise, today, outcome):
    found = promise_outcome(
        100_000, dt.date(2026, 11, 22), received_paise=received_paise, today=today
    )
    assert found == outcome
