"""Holds the rule engine to written-out verdicts, thresholds in words and an equal re-run.
The default rules are tried at each side of every threshold, so a slip in the data shows here."""

from __future__ import annotations

import dataclasses

import pytest

from core.decision.rule_set import (
    Comparison,
    Outcome,
    Rule,
    RuleRun,
    Seen,
    Unit,
    check_rules,
    nearest_yes,
    rules_from_json,
    rules_hash,
    rules_to_json,
    run_rules,
    seen_from_json,
    seen_to_json,
)
from core.decision.seed import default_rules
from core.kernel.errors import Invalid

CLEAN = {
    "age_years": 31,
    "salary_average_paise": 55_000_00,
    "salary_months": 3,
    "statement_proven": 1,
    "bounces_3_months": 1,
    "foir_proposed_bps": 4200,
    "bureau_score": 742,
    "bureau_enquiries_30_days": 2,
    "bureau_worst_dpd_12_months": 0,
    "bureau_write_offs": 0,
    "bureau_overdue_paise": 0,
    "pan_valid": 1,
    "pan_name_score": 100,
    "bank_name_score": 93,
}


def judge(**changes: int | None) -> RuleRun:
    values = {**CLEAN, **changes}
    return run_rules(default_rules(), {name: Seen(v, "test") for name, v in values.items()})


def test_a_clean_case_passes_every_rule_in_order() -> None:
    run = judge()
    assert run.outcome is Outcome.PASS
    assert [result.code for result in run.results] == [f"R{n:02d}" for n in range(1, 15)]
    assert {result.outcome for result in run.results} == {Outcome.PASS}


@pytest.mark.parametrize(
    ("name", "value", "code", "outcome"),
    [
        ("age_years", 20, "R01", Outcome.FAIL),
        ("age_years", 21, "R01", Outcome.PASS),
        ("age_years", 58, "R01", Outcome.PASS),
        ("age_years", 59, "R01", Outcome.FAIL),
        ("salary_average_paise", 25_000_00, "R02", Outcome.PASS),
        ("salary_average_paise", 24_999_99, "R02", Outcome.REFER),
        ("salary_average_paise", 19_999_99, "R02", Outcome.FAIL),
        ("salary_months", 2, "R03", Outcome.REFER),
        ("salary_months", 1, "R03", Outcome.FAIL),
        ("statement_proven", 0, "R04", Outcome.REFER),
        ("bounces_3_months", 2, "R05", Outcome.PASS),
        ("bounces_3_months", 3, "R05", Outcome.REFER),
        ("bounces_3_months", 5, "R05", Outcome.FAIL),
        ("foir_proposed_bps", 5000, "R06", Outcome.PASS),
        ("foir_proposed_bps", 5001, "R06", Outcome.REFER),
        ("foir_proposed_bps", 6001, "R06", Outcome.FAIL),
        ("bureau_score", 650, "R07", Outcome.PASS),
        ("bureau_score", 649, "R07", Outcome.REFER),
        ("bureau_score", 599, "R07", Outcome.FAIL),
        ("bureau_score", None, "R07", Outcome.REFER),
        ("bureau_enquiries_30_days", 5, "R08", Outcome.REFER),
        ("bureau_enquiries_30_days", 9, "R08", Outcome.FAIL),
        ("bureau_worst_dpd_12_months", 61, "R09", Outcome.REFER),
        ("bureau_worst_dpd_12_months", 91, "R09", Outcome.FAIL),
        ("bureau_write_offs", 1, "R10", Outcome.FAIL),
        ("bureau_overdue_paise", 1, "R11", Outcome.REFER),
        ("bureau_overdue_paise", 5_000_01, "R11", Outcome.FAIL),
        ("pan_valid", 0, "R12", Outcome.FAIL),
        ("pan_name_score", 79, "R13", Outcome.REFER),
        ("bank_name_score", 59, "R14", Outcome.FAIL),
    ],
)
def test_each_side_of_each_threshold(
    name: str, value: int | None, code: str, outcome: Outcome
) -> None:
    run = judge(**{name: value})
    line = next(result for result in run.results if result.code == code)
    assert line.outcome is outcome
    assert run.outcome is outcome


def test_a_failed_rule_outweighs_a_referred_one_and_hides_none() -> None:
    run = judge(age_years=20, bureau_score=640)
    assert run.outcome is Outcome.FAIL
    assert [r.code for r in run.of(Outcome.FAIL)] == ["R01"]
    assert [r.code for r in run.of(Outcome.REFER)] == ["R07"]


def test_thresholds_and_values_read_as_sentences() -> None:
    run = judge(salary_average_paise=21_000_00)
    line = run.results[1]
    assert line.threshold == "at least ₹ 25,000.00; at least ₹ 20,000.00 goes to a person"
    assert line.sentence == (
        "Average salary by bank credit: ₹ 21,000.00 goes to a person "
        "(at least ₹ 25,000.00; at least ₹ 20,000.00 goes to a person)"
    )
    assert run.results[0].threshold == "21 to 58 years"


def test_the_stored_rules_and_inputs_give_the_same_trace_again() -> None:
    seen = {name: Seen(value, "test", "#x") for name, value in CLEAN.items()}
    first = run_rules(default_rules(), seen)
    rules = rules_from_json(rules_to_json(default_rules()))
    again = run_rules(rules, seen_from_json(seen_to_json(seen)))
    assert again == first
    assert RuleRun.from_json(first.to_json()) == first
    assert rules_hash(rules) == rules_hash(default_rules())


def test_the_letter_gives_at_most_four_reasons() -> None:
    run = judge(
        age_years=20, salary_months=0, bounces_3_months=9, bureau_score=300, bureau_write_offs=2
    )
    assert run.customer_reasons == (
        "Your age is outside the range we lend to",
        "We could not see three salaries in your statement",
        "Recent payments from your account were returned",
        "Your credit history does not meet our present policy",
    )


def test_contradicting_rules_are_refused() -> None:
    good = Rule("A", "A", "a", Comparison.AT_LEAST, Unit.COUNT, 5, refer_at=3)
    check_rules([good])
    for wrong in (
        [],
        [good, good],
        [dataclasses.replace(good, refer_at=6)],
        [dataclasses.replace(good, comparison=Comparison.BETWEEN, refer_at=None)],
    ):
        with pytest.raises(Invalid):
            check_rules(wrong)


def test_rules_that_cannot_be_read_are_refused() -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        rules_from_json([{"code": "A", "comparison": "sideways", "unit": "count"}])


def test_the_nearest_yes_is_the_largest_amount_that_no_longer_fails() -> None:
    grid = {
        amount: {**{n: Seen(v, "") for n, v in CLEAN.items()}, "foir_proposed_bps": Seen(foir, "")}
        for amount, foir in ((100_000_00, 7000), (80_000_00, 5900), (60_000_00, 4900))
    }
    found = nearest_yes(default_rules(), grid)
    assert found is not None
    assert found[0] == 80_000_00
    assert found[1].outcome is Outcome.REFER
