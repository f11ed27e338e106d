"""Decides the rules and the sanction authority a brand starts with, until it makes its own.
The values are the domain brief's illustration (D, BRE salary loan and DoA), not regulation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from core.brand.service import change_setting, setting
from core.db.unit_of_work import UnitOfWork
from core.decision.configuration import (
    AUTHORITY_SETTING,
    POLICY_SETTING,
    current_rule_set,
    publish_rules,
)
from core.decision.rule_set import Comparison, Outcome, Rule, Unit

RUPEE = 100
LAKH = 100_000 * RUPEE
DEFAULT_RULE_SET = "salaried"

DEFAULT_AUTHORITY: dict[str, Any] = {
    "levels": [
        {"role": "sanction_manager", "name": "Sanction manager", "limit_paise": 1 * LAKH,
         "deviations": 2, "failures": 0},
        {"role": "sanction_head", "name": "Sanction head", "limit_paise": 10 * LAKH,
         "deviations": 99, "failures": 99},
    ]
}  # fmt: skip

DEFAULT_POLICY: dict[str, Any] = {
    "foir_bps": 5000,
    "salary_multiple_bps": 0,
    "round_down_to_paise": 500 * RUPEE,
    "repayment_days_after_salary": 2,
}


def default_rules(
    *,
    salary_minimum_paise: int = 25_000 * RUPEE,
    foir_bps: int = 5000,
    score_minimum: int = 650,
) -> tuple[Rule, ...]:
    """The salaried rule set of the domain brief (D), with the three figures brands vary."""
    return (
        Rule("R01", "Age", "age_years", Comparison.BETWEEN, Unit.YEARS, 21, 58,
             customer_reason="Your age is outside the range we lend to"),
        Rule("R02", "Average salary by bank credit", "salary_average_paise", Comparison.AT_LEAST,
             Unit.PAISE, salary_minimum_paise, refer_at=salary_minimum_paise * 8 // 10,
             customer_reason="Your salary credited to the bank is below our minimum"),
        Rule("R03", "Months with a salary", "salary_months", Comparison.AT_LEAST, Unit.MONTHS, 3,
             refer_at=2, customer_reason="We could not see three salaries in your statement"),
        Rule("R04", "Statement balances add up", "statement_proven", Comparison.IS_TRUE, Unit.FLAG,
             soft=True),
        Rule("R05", "Bounces in three months", "bounces_3_months", Comparison.AT_MOST, Unit.COUNT,
             2, refer_at=4, customer_reason="Recent payments from your account were returned"),
        Rule("R06", "FOIR with this loan", "foir_proposed_bps", Comparison.AT_MOST, Unit.BPS,
             foir_bps, refer_at=foir_bps + 1000,
             customer_reason="Your present loans leave too little of your salary for this one"),
        Rule("R07", "Bureau score", "bureau_score", Comparison.AT_LEAST, Unit.SCORE, score_minimum,
             refer_at=score_minimum - 50, missing=Outcome.REFER,
             customer_reason="Your credit history does not meet our present policy"),
        Rule("R08", "Enquiries in 30 days", "bureau_enquiries_30_days", Comparison.AT_MOST,
             Unit.COUNT, 4, refer_at=8,
             customer_reason="You asked for credit many times within a month"),
        Rule("R09", "Worst days past due in 12 months", "bureau_worst_dpd_12_months",
             Comparison.AT_MOST, Unit.DAYS, 60, refer_at=90, missing=Outcome.REFER,
             customer_reason="Another lender reports late payments in the last year"),
        Rule("R10", "Write-offs and settlements", "bureau_write_offs", Comparison.AT_MOST,
             Unit.COUNT, 0, customer_reason="Another lender reports a written-off loan"),
        Rule("R11", "Overdue now at other lenders", "bureau_overdue_paise", Comparison.AT_MOST,
             Unit.PAISE, 0, refer_at=5_000 * RUPEE,
             customer_reason="Another lender reports an overdue amount"),
        Rule("R12", "PAN is valid", "pan_valid", Comparison.IS_TRUE, Unit.FLAG,
             customer_reason="We could not verify your PAN"),
        Rule("R13", "Name on PAN", "pan_name_score", Comparison.AT_LEAST, Unit.SCORE, 80,
             refer_at=60, customer_reason="The name on your PAN differs from your application"),
        Rule("R14", "Name at the bank", "bank_name_score", Comparison.AT_LEAST, Unit.SCORE, 80,
             refer_at=60,
             customer_reason="The name on your bank account differs from your application"),
    )  # fmt: skip


def seed_rules(
    uow: UnitOfWork,
    *,
    effective_from: dt.date | None = None,
    rules: Sequence[Rule] | None = None,
    authority: Mapping[str, Any] | None = None,
    policy: Mapping[str, Any] | None = None,
) -> None:
    """Give a brand its first rule set, its sanction authority and its credit policy, once."""
    from_date = effective_from or uow.business_date
    if current_rule_set(uow, from_date) is None:
        publish_rules(uow, DEFAULT_RULE_SET, "Salaried", rules or default_rules(), from_date)
    if not setting(uow, AUTHORITY_SETTING, from_date):
        change_setting(uow, AUTHORITY_SETTING, authority or DEFAULT_AUTHORITY, from_date)
    if not setting(uow, POLICY_SETTING, from_date):
        change_setting(uow, POLICY_SETTING, policy or DEFAULT_POLICY, from_date)
