"""A bank reference has one form, and money cannot be dated before its loan or after today.
Expected values are written out as an operations clerk would say them."""

from __future__ import annotations

import datetime as dt

import pytest

from core.kernel.errors import Invalid
from core.payment.payment_request import AskKind, amount_to_ask
from core.payment.receipt import MANUAL_MODES, normal_utr, value_date_problem

TODAY = dt.date(2026, 11, 20)
PAID_OUT = dt.date(2026, 10, 1)


@pytest.mark.parametrize(
    ("typed", "utr"),
    [
        ("hdfcn52026112012345678", "HDFCN52026112012345678"),
        (" 4321 0098 7654 ", "432100987654"),
        ("SBIN-R-2026/112", "SBINR2026112"),
    ],
)
def test_a_utr_is_kept_in_capitals_without_spaces(typed: str, utr: str) -> None:
    assert normal_utr(typed) == utr


@pytest.mark.parametrize("typed", ["", "12345", "A" * 36, "UTR#12345678", "४३२१००९८७६५४"])
def test_what_cannot_be_a_utr_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        normal_utr(typed)
    assert refused.value.fields == {"utr": "Enter the bank's reference, 6 to 35 letters and digits"}


def test_money_may_be_dated_between_the_disbursal_and_today() -> None:
    assert value_date_problem(PAID_OUT, TODAY, PAID_OUT) is None
    assert value_date_problem(TODAY, TODAY, PAID_OUT) is None


def test_money_from_tomorrow_is_refused() -> None:
    assert value_date_problem(dt.date(2026, 11, 21), TODAY, PAID_OUT) == (
        "Money cannot have come after 20 Nov 2026, the open business date"
    )


def test_money_older_than_the_loan_is_refused() -> None:
    assert value_date_problem(dt.date(2026, 9, 30), TODAY, PAID_OUT) == (
        "The loan was paid out on 01 Oct 2026; money cannot be older"
    )


def test_a_person_cannot_record_money_of_the_gateway() -> None:
    assert "link" not in {mode.value for mode in MANUAL_MODES}


def test_the_amount_of_a_link_follows_what_is_owed() -> None:
    assert amount_to_ask(AskKind.DUE, 0, 1_000_00, 5_000_00) == 1_000_00
    assert amount_to_ask(AskKind.PAYOFF, 0, 1_000_00, 5_000_00) == 5_000_00
    assert amount_to_ask(AskKind.PART, 2_500_00, 1_000_00, 5_000_00) == 2_500_00
    # a last instalment may be due with more than ends the loan today
    assert amount_to_ask(AskKind.DUE, 0, 6_000_00, 5_000_00) == 5_000_00


@pytest.mark.parametrize(
    ("kind", "part_paise", "due_paise", "payoff_paise", "sentence"),
    [
        ("due", 0, 0, 5_000_00, "Nothing is due now; choose part or full payment"),
        ("part", 50, 0, 5_000_00, "Enter at least ₹ 1.00"),
        ("part", 5_000_01, 0, 5_000_00, "Not more than ₹ 5,000.00 is outstanding"),
        ("payoff", 0, 0, 0, "Nothing is outstanding on this loan"),
    ],
)
def test_a_link_that_asks_for_nothing_sensible_is_refused(
    kind: str, part_paise: int, due_paise: int, payoff_paise: int, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        amount_to_ask(AskKind(kind), part_paise, due_paise, payoff_paise)
    assert refused.value.fields == {"amount": sentence}
