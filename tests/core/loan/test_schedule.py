"""Schedules add up to the paisa, keep their dates, and agree with an oracle written apart.
The oracle works in exact fractions and shares no code with the engine.
"""

from __future__ import annotations

import calendar
import itertools
from datetime import date, timedelta
from fractions import Fraction
from math import floor

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.kernel.errors import Invalid
from core.kernel.money import Rounding
from core.kernel.rate import RatePeriod
from core.loan.schedule import level_instalment_paise, make_schedule
from core.loan.terms import LoanKind, LoanTerms


def level_terms(**changes: object) -> LoanTerms:
    """A 24-month loan of 20,000 rupees at 15 %, with changes."""
    values: dict[str, object] = {
        "kind": LoanKind.LEVEL_INSTALMENT,
        "principal_paise": 2_000_000,
        "rate_bps": 1_500,
        "rate_period": RatePeriod.YEAR,
        "tenor": 24,
        "disbursed_on": date(2026, 1, 31),
        "first_due_on": date(2026, 2, 28),
        **changes,
    }
    return LoanTerms(**values)  # type: ignore[arg-type]


def bullet_terms(**changes: object) -> LoanTerms:
    """30,000 rupees for 30 days at 1 % a day, with changes."""
    values: dict[str, object] = {
        "kind": LoanKind.BULLET,
        "principal_paise": 3_000_000,
        "rate_bps": 100,
        "rate_period": RatePeriod.DAY,
        "tenor": 30,
        "disbursed_on": date(2026, 11, 20),
        "first_due_on": date(2026, 12, 20),
        "processing_fee_bps": 500,
        **changes,
    }
    return LoanTerms(**values)  # type: ignore[arg-type]


def test_the_published_illustration_of_a_key_facts_statement() -> None:
    schedule = make_schedule(level_terms())
    first, last = schedule.instalments[0], schedule.instalments[-1]
    assert (first.interest_paise, first.principal_paise) == (25_000, 71_973)
    assert (last.interest_paise, last.principal_paise, last.balance_after_paise) == (
        1_197,
        95_782,
        0,
    )
    assert schedule.total_interest_paise == 327_358
    assert level_instalment_paise(level_terms(), 100) == 97_000


def test_a_series_from_a_month_end_returns_to_it() -> None:
    dues = [row.due_on for row in make_schedule(level_terms(tenor=4)).instalments]
    assert dues == [date(2026, 2, 28), date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31)]


def test_the_twenty_ninth_of_february_is_kept_where_it_exists() -> None:
    terms = level_terms(disbursed_on=date(2028, 1, 29), first_due_on=date(2028, 2, 29), tenor=2)
    assert [row.due_on for row in make_schedule(terms).instalments] == [
        date(2028, 2, 29),
        date(2028, 3, 29),
    ]


def test_a_single_payment_owes_simple_interest_by_the_day() -> None:
    (row,) = make_schedule(bullet_terms()).instalments
    assert (row.due_on, row.principal_paise, row.interest_paise) == (
        date(2026, 12, 20),
        3_000_000,
        900_000,
    )


def test_the_fee_and_its_tax_are_taken_out_of_the_payout() -> None:
    terms = bullet_terms()
    assert (
        terms.processing_fee_paise,
        terms.processing_fee_gst_paise,
        terms.net_disbursed_paise,
    ) == (150_000, 27_000, 2_823_000)


def test_without_interest_the_parts_are_equal_and_the_last_takes_the_rest() -> None:
    rows = make_schedule(level_terms(principal_paise=100_000, rate_bps=0, tenor=3)).instalments
    assert [row.total_paise for row in rows] == [33_333, 33_333, 33_334]


def test_one_instalment_pays_everything() -> None:
    (row,) = make_schedule(level_terms(tenor=1)).instalments
    assert (row.principal_paise, row.interest_paise) == (2_000_000, 25_000)


def test_a_longer_first_period_owes_interest_by_actual_days() -> None:
    rows = make_schedule(
        level_terms(disbursed_on=date(2026, 1, 10), first_due_on=date(2026, 3, 5), tenor=12)
    ).instalments
    assert rows[0].interest_paise == 44_384  # 54 days of 15 % on 20,000 rupees
    assert rows[1].interest_paise < 25_000


def test_a_coarse_multiple_that_would_end_early_gives_way_to_the_paisa() -> None:
    rows = make_schedule(
        level_terms(principal_paise=10_000, tenor=240, rate_bps=0, instalment_multiple_paise=100)
    ).instalments
    assert sum(row.principal_paise for row in rows) == 10_000
    assert all(row.principal_paise > 0 for row in rows)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"principal_paise": 0}, "principal_paise"),
        ({"rate_bps": -1}, "rate_bps"),
        ({"rate_bps": 100_001}, "rate_bps"),
        ({"tenor": 0}, "tenor"),
        ({"tenor": 601}, "tenor"),
        ({"first_due_on": date(2026, 1, 31)}, "first_due_on"),
        ({"rate_period": RatePeriod.DAY, "rate_bps": 10}, "rate_period"),
        ({"processing_fee_bps": 10_000}, "processing_fee_bps"),
        ({"allocation_order": ()}, "allocation_order"),
    ],
)
def test_terms_that_cannot_be_are_refused(changes: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as refusal:
        level_terms(**changes)
    assert field in refusal.value.fields


def test_a_paisa_cannot_be_repaid_in_two_instalments() -> None:
    with pytest.raises(Invalid, match="too small"):
        make_schedule(level_terms(principal_paise=1, tenor=2))


def test_a_rate_of_a_thousand_per_cent_still_repays() -> None:
    rows = make_schedule(level_terms(rate_bps=100_000, tenor=12)).instalments
    assert sum(row.principal_paise for row in rows) == 2_000_000


def oracle(terms: LoanTerms) -> list[tuple[date, int, int]]:
    """Rows (due, principal, interest) by textbook arithmetic, half up, regular months."""

    def half_up(value: Fraction, step: int = 1) -> int:
        return floor(value / step + Fraction(1, 2)) * step

    rate = Fraction(terms.rate_bps, 120_000)
    worth_of_one = sum((1 / (1 + rate) ** k for k in range(1, terms.tenor + 1)), Fraction(0))
    payment = half_up(terms.principal_paise / worth_of_one, terms.instalment_multiple_paise)
    rows: list[tuple[date, int, int]] = []
    left = terms.principal_paise
    year, month = terms.disbursed_on.year, terms.disbursed_on.month
    for k in range(terms.tenor):
        month += 1
        if month == 13:
            year, month = year + 1, 1
        day = min(terms.disbursed_on.day, calendar.monthrange(year, month)[1])
        interest = half_up(left * rate)
        principal = left if k == terms.tenor - 1 else payment - interest
        left -= principal
        rows.append((date(year, month, day), principal, interest))
    return rows


@settings(max_examples=400, deadline=None)
@given(
    principal=st.integers(10_000, 10**11),
    rate_bps=st.integers(0, 6_000),
    tenor=st.integers(1, 84),
    start=st.dates(date(2020, 1, 1), date(2040, 1, 1)),
    multiple=st.sampled_from([1, 100]),
)
def test_schedules_equal_the_oracle(
    principal: int, rate_bps: int, tenor: int, start: date, multiple: int
) -> None:
    year, month = divmod(start.year * 12 + start.month, 12)
    first = date(year, month + 1, min(start.day, calendar.monthrange(year, month + 1)[1]))
    terms = level_terms(
        principal_paise=principal,
        rate_bps=rate_bps,
        tenor=tenor,
        disbursed_on=start,
        first_due_on=first,
        instalment_multiple_paise=multiple,
    )
    expected = oracle(terms)
    assume(all(row[1] > 0 for row in expected))
    rows = make_schedule(terms).instalments
    assert [(row.due_on, row.principal_paise, row.interest_paise) for row in rows] == expected
    assert sum(row.principal_paise for row in rows) == principal
    assert rows[-1].balance_after_paise == 0
    assert all(a.due_on < b.due_on for a, b in itertools.pairwise(rows))
    assert all(a.due_on == b.period_from for a, b in itertools.pairwise(rows))


@settings(max_examples=200, deadline=None)
@given(
    principal=st.integers(1, 10**11),
    rate_bps=st.integers(0, 1_000),
    tenor=st.integers(1, 1_825),
    rounding=st.sampled_from(Rounding),
)
def test_a_single_payment_is_within_a_paisa_of_exact(
    principal: int, rate_bps: int, tenor: int, rounding: Rounding
) -> None:
    start = date(2026, 2, 27)
    terms = bullet_terms(
        principal_paise=principal,
        rate_bps=rate_bps,
        tenor=tenor,
        disbursed_on=start,
        first_due_on=start + timedelta(days=tenor),
        rounding=rounding,
    )
    (row,) = make_schedule(terms).instalments
    exact = Fraction(principal * rate_bps * tenor, 10_000)
    assert row.principal_paise == principal
    assert abs(row.interest_paise - exact) < 1
