"""Holds the credit appraisal to the worked example of the domain brief (D) and to its edges.
Every expected figure is written out in rupees, so that a credit officer can check it by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from core.decision.cam import (
    CamInput,
    CamPolicy,
    Obligation,
    Salary,
    appraise,
    average_salary_paise,
    foir_bps,
    instalment_for_loan,
    loan_for_instalment,
    merge_obligations,
    tenor_months,
)
from core.kernel.rate import Rate, RatePeriod
from core.loan.terms import LoanKind

RUPEE = 100
TWO_PERCENT_A_MONTH = Rate(2400)
ONE_PERCENT_A_DAY = Rate(100, RatePeriod.DAY)
POLICY = CamPolicy(
    foir_bps=5000,
    product_minimum_paise=5_000 * RUPEE,
    product_maximum_paise=5_00_000 * RUPEE,
    round_down_to_paise=1_000 * RUPEE,
    salary_multiple_bps=50_000,
)


def memo(kind: LoanKind, rate: Rate, days: int, **changes: int) -> CamInput:
    """The example: 50,000 a month, 12,000 bound, asking for two lakh."""
    return CamInput(
        kind=kind,
        salaries=[Salary(50_000 * RUPEE, dt.date(2026, month, 1)) for month in (9, 10, 11)],
        obligations=[Obligation("Car loan", 12_000 * RUPEE, "bureau")],
        rate=rate,
        tenor_days=days,
        requested_paise=changes.get("requested_paise", 2_00_000 * RUPEE),
        proposed_paise=changes.get("proposed_paise", 1_00_000 * RUPEE),
    )


def test_level_instalment_example_of_brief_d() -> None:
    figures = appraise(memo(LoanKind.LEVEL_INSTALMENT, TWO_PERCENT_A_MONTH, 365), POLICY)
    assert figures.eligible_instalment_paise == 13_000 * RUPEE
    assert figures.eligible_loan_paise // RUPEE == 1_37_479
    assert figures.instalment_count == 12
    assert figures.maximum_paise == 1_37_000 * RUPEE
    assert [limit.code for limit in figures.limits if limit.binding] == ["foir"]


def test_bullet_example_of_brief_d() -> None:
    figures = appraise(memo(LoanKind.BULLET, ONE_PERCENT_A_DAY, 30), POLICY)
    assert figures.eligible_loan_paise == 10_000 * RUPEE
    assert figures.instalment_count == 1


def test_foir_before_and_after_the_loan() -> None:
    figures = appraise(memo(LoanKind.LEVEL_INSTALMENT, TWO_PERCENT_A_MONTH, 365), POLICY)
    assert figures.foir_achieved_bps == 2400
    # 1,00,000 over 12 months at 24 % costs 9,455.96 a month; with 12,000 that is 42.91 % of 50,000
    assert figures.instalment_paise == 9_455_96
    assert figures.foir_proposed_bps == 4291
    assert figures.within_policy


def test_a_proposal_above_the_policy_is_seen() -> None:
    asked = memo(
        LoanKind.LEVEL_INSTALMENT, TWO_PERCENT_A_MONTH, 365, proposed_paise=1_60_000 * RUPEE
    )
    figures = appraise(asked, POLICY)
    # 15,129.54 + 12,000 of 50,000
    assert figures.foir_proposed_bps == 5426
    assert not figures.within_policy


def test_the_lowest_ceiling_decides_and_is_rounded_down() -> None:
    asked = memo(
        LoanKind.LEVEL_INSTALMENT, TWO_PERCENT_A_MONTH, 365, requested_paise=45_900 * RUPEE
    )
    figures = appraise(asked, POLICY)
    assert figures.maximum_paise == 45_000 * RUPEE
    assert [limit.code for limit in figures.limits if limit.binding] == ["requested"]


def test_below_the_products_minimum_there_is_no_loan() -> None:
    asked = memo(LoanKind.BULLET, ONE_PERCENT_A_DAY, 30, requested_paise=4_999 * RUPEE)
    assert appraise(asked, POLICY).maximum_paise == 0


def test_obligations_above_the_policy_leave_no_capacity() -> None:
    given = CamInput(
        LoanKind.BULLET,
        [Salary(20_000 * RUPEE)],
        [Obligation("Home loan", 15_000 * RUPEE, "bureau")],
        ONE_PERCENT_A_DAY,
        30,
        10_000 * RUPEE,
        10_000 * RUPEE,
    )
    figures = appraise(given, POLICY)
    assert figures.eligible_instalment_paise == 0
    assert figures.eligible_loan_paise == 0
    assert figures.foir_achieved_bps == 7500


def test_without_a_salary_everything_is_bound() -> None:
    assert foir_bps(1, 0) == 99_999
    assert foir_bps(0, 0) == 0


def test_months_without_salary_do_not_pull_the_average_down() -> None:
    salaries = [Salary(50_000 * RUPEE), Salary(0), Salary(51_000 * RUPEE)]
    assert average_salary_paise(salaries) == 50_500 * RUPEE


def test_an_instalment_seen_in_both_records_counts_once() -> None:
    bureau = [Obligation("HDFC car loan", 8_500 * RUPEE, "bureau")]
    statement = [
        Obligation("ACH HDFC", 8_550 * RUPEE, "statement"),
        Obligation("ACH BAJAJ", 3_150 * RUPEE, "statement"),
    ]
    merged = merge_obligations(bureau, statement, card_balance_paise=40_000 * RUPEE)
    counted = [(duty.name, duty.monthly_paise // RUPEE) for duty in merged if duty.counted]
    assert counted == [("HDFC car loan", 8_500), ("ACH BAJAJ", 3_150), ("Credit cards", 2_000)]


def test_two_equal_instalments_need_two_bureau_lines() -> None:
    bureau = [Obligation("Loan", 5_000 * RUPEE, "bureau")]
    statement = [Obligation(f"ACH {i}", 5_000 * RUPEE, "statement") for i in (1, 2)]
    merged = merge_obligations(bureau, statement)
    assert sum(duty.monthly_paise for duty in merged if duty.counted) == 10_000 * RUPEE


@pytest.mark.parametrize(("days", "months"), [(7, 1), (30, 1), (90, 3), (180, 6), (365, 12)])
def test_tenor_in_months(days: int, months: int) -> None:
    assert tenor_months(days) == months


@pytest.mark.parametrize("kind", list(LoanKind))
def test_the_eligible_loan_costs_no_more_than_the_capacity(kind: LoanKind) -> None:
    for capacity in (1_234_567, 1_300_000, 9_999_999):
        loan = loan_for_instalment(kind, capacity, TWO_PERCENT_A_MONTH, 180)
        assert instalment_for_loan(kind, loan, TWO_PERCENT_A_MONTH, 180) <= capacity
        assert instalment_for_loan(kind, loan + 20, TWO_PERCENT_A_MONTH, 180) > capacity
