"""The lender's figures of a salaried account, against figures worked out beside the statement.

The expected values are those of the constructed statement's own expectation file.
"""

from __future__ import annotations

import pytest

from core.bank_statement.analysis import analyse
from core.bank_statement.narration import is_lender, kind_of, party_of
from tests.core.bank_statement.test_reading import STATEMENTS, statement
from tests.documents import truth


def test_salary_is_found_with_its_average() -> None:
    found = analyse(statement("salaried_6m"))
    assert len(found.salaries) == 6
    assert found.average_salary_paise == 5_350_000
    assert [salary.amount_paise for salary in found.salaries[-3:]] == [5_500_000] * 3


def test_instalments_are_found_by_lender_with_the_returned_one_apart() -> None:
    found = analyse(statement("salaried_6m"))
    assert [
        (o.lender, o.amount_paise, len(o.rows), len(o.returned_rows)) for o in found.obligations
    ] == [("NBFCX LOANS", 845_000, 6, 0), ("BANKY CONSUMER", 320_000, 5, 1)]
    assert found.monthly_obligation_paise == 1_165_000


def test_a_bounce_carries_its_charge() -> None:
    found = analyse(statement("salaried_6m"))
    assert found.inward_bounces == 1
    assert found.bounces[0].charge_paise == 59_000


def test_the_monthly_average_is_over_the_balance_at_the_end_of_every_day() -> None:
    found = analyse(statement("salaried_6m"))
    assert {month.month: month.average_balance_paise for month in found.months} == {
        "2026-01": 4_349_938,
        "2026-02": 6_878_218,
        "2026-03": 9_070_938,
        "2026-04": 10_975_738,
        "2026-05": 13_410_009,
        "2026-06": 15_798_892,
    }


def test_totals_are_the_sums_of_the_columns() -> None:
    found = analyse(statement("salaried_6m"))
    assert (found.credit_paise, found.debit_paise) == (38_420_000, 25_288_300)
    assert found.cash_deposit_paise == 2_000_000


# the statement whose salary carries no word and comes only once cannot be told from a sale
@pytest.mark.parametrize("name", [name for name in STATEMENTS if name != "st_0033_icici_detailed"])
def test_salary_instalments_and_bounces_are_the_printed_ones(name: str) -> None:
    printed = truth(name)["analysis"]
    found = analyse(statement(name))
    assert set(found.salary_rows) == set(printed["salary"]["rows"])
    assert {row for o in found.obligations for row in o.rows} == {
        row for emi in printed["emis"] for row in emi["rows"]
    }
    assert {bounce.row for bounce in found.bounces if bounce.row is not None} == {
        row for bounce in printed["bounces"] for row in bounce["rows"]
    }


@pytest.mark.parametrize(
    ("narration", "credit", "kind"),
    [
        ("NEFT CR-CITI0000004-ACME PVT LTD-SALARY JAN", True, "salary_word"),
        ("IMPS-509722611861-KARTHIK VERMA-SALARY ADV", True, "salary_advance"),
        ("NACH RTN HDB FINANCIAL SERVICES 8431061616 INSUFFICIENT BAL", True, "return_leg"),
        ("NACH RTN CHRG 030425 INCL GST", False, "return_charge"),
        ("CHQ RTN 000140 FUNDS INSUFFICIENT", True, "cheque_return_in"),
        ("O/W CHQ RETURN 354280 EXCEEDS ARRANGEMENT", False, "cheque_return_out"),
        ("LOAN EMI RECOVERY 61412059", False, "loan_recovery"),
        ("UPI/P2A/525455760640/BHAVESH SINGH/NA/IDFC FIRST BANK", False, "plain"),
    ],
)
def test_what_a_narration_says(narration: str, credit: bool, kind: str) -> None:
    assert kind_of(narration, credit=credit) == kind


@pytest.mark.parametrize(
    ("narration", "lender"),
    [
        ("ACH D- BAJAJ FINANCE LTD-BAJAJFIN5030304392", True),
        ("ACH/DMI FINANCE PVT LTD/ICIC3771312773757/4043152918", True),
        ("NACH/ICCL SIP/511349753/INDIAN CLEARING CORP", False),
        ("ECS/ACH DR STAR HEALTH ALLIED INS 600018853", False),
    ],
)
def test_a_lender_is_told_from_an_insurer_and_a_fund(narration: str, lender: bool) -> None:
    assert is_lender(narration) is lender


def test_the_party_is_found_among_codes_and_banks() -> None:
    narration = "NEFT CR-YESB0008246-GODAVARI HEALTHCARE & CO-SALARY CREDIT-SUNITA KAUR"
    assert party_of(narration) == "GODAVARI HEALTHCARE & CO"
