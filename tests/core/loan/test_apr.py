"""The annual percentage rate: RBI's own illustration, and a single payment by its convention.
KFS circular of 15 Apr 2024, Annex B: 20,000 at 15 % in 24 months with 400 of fees is 17.07 %.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from core.loan.apr import apr_bps, monthly_internal_rate
from tests.core.loan.test_schedule import bullet_terms, level_terms


def test_the_regulators_illustration_is_17_07_per_cent() -> None:
    terms = level_terms(processing_fee_bps=200, gst_bps=0)
    assert terms.net_disbursed_paise == 1_960_000
    assert apr_bps(terms) == 1_707


def test_an_instalment_of_whole_rupees_shows_its_true_rate() -> None:
    terms = level_terms(processing_fee_bps=200, gst_bps=0, instalment_multiple_paise=100)
    assert apr_bps(terms) == 1_707


def test_a_single_payment_is_annualised_simply_over_365_days() -> None:
    assert apr_bps(bullet_terms()) == 46_417


def test_without_fees_the_rate_is_the_contract_rate() -> None:
    assert apr_bps(level_terms()) == 1_500
    assert apr_bps(bullet_terms(processing_fee_bps=0)) == 36_500


def test_a_longer_first_month_does_not_raise_the_rate() -> None:
    terms = level_terms(disbursed_on=date(2026, 1, 10), first_due_on=date(2026, 3, 5), tenor=12)
    assert abs(apr_bps(terms) - 1_500) <= 5


def test_the_internal_rate_of_money_given_back_is_zero() -> None:
    assert monthly_internal_rate(1_000, [500, 500]) == Decimal(0)
