"""A disbursal's gates are sentences with an owner, and its life cycle never pays from a dead end.
Every state and blocker is written out, so that a change of the rule changes this table."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from core.kernel.errors import IllegalTransition
from core.payment.disbursal import (
    DISBURSAL,
    NEXT_ACTION,
    STATUSES,
    Readiness,
    blockers,
    is_stuck,
    net_paise,
)

READY = Readiness(
    case_status="signed",
    sanctioned_paise=42_500_000,
    sanction_valid_until=dt.date(2026, 12, 20),
    agreement_signed=True,
    agreement_amount_paise=42_500_000,
    first_due_on=dt.date(2026, 12, 25),
    fees_paise=500_000,
    account_ending="4471",
    penny_drop="passed",
    open_disbursal="",
    on_date=dt.date(2026, 11, 20),
    business_date=dt.date(2026, 11, 20),
)


def test_nothing_stands_in_the_way_of_a_signed_case() -> None:
    assert blockers(READY) == ()


@pytest.mark.parametrize(
    ("change", "sentence", "owner"),
    [
        (
            {"open_disbursal": "DB-000007", "case_status": "disbursal_requested"},
            "Disbursal DB-000007 is already open for this case.",
            "Loan operations",
        ),
        (
            {"case_status": "agreement_sent"},
            "The case is agreement sent; it must be signed first.",
            "Sanction",
        ),
        ({"sanction_valid_until": dt.date(2026, 11, 19)}, "The sanction ended on 19 Nov 2026.",
         "Sanction"),
        ({"agreement_signed": False, "agreement_amount_paise": None},
         "The agreement has not been signed.", "Customer"),
        (
            {"agreement_amount_paise": 40_000_000},
            "The agreement says ₹ 4,00,000.00, the sanction ₹ 4,25,000.00; both must be the same.",
            "Sanction",
        ),
        (
            {"first_due_on": dt.date(2026, 11, 20)},
            "The agreed first due date, 20 Nov 2026, has come before the money; "
            "the agreement must be made again.",
            "Sanction",
        ),
        ({"account_ending": ""}, "The customer has given no bank account.", "Customer"),
        (
            {"penny_drop": "missing"},
            "The penny drop to the account ending 4471 has not been done.",
            "Loan executive",
        ),
        (
            {"penny_drop": "failed"},
            "The penny drop to the account ending 4471 has failed.",
            "Loan executive",
        ),
        ({"fees_paise": 42_500_000}, "After fees nothing would be left to pay out.", "Sanction"),
    ],
)  # fmt: skip
def test_a_blocker_says_what_is_wrong_and_whose_desk_it_is(
    change: dict[str, object], sentence: str, owner: str
) -> None:
    (found,) = blockers(replace(READY, **change))  # type: ignore[arg-type]
    assert (found.sentence, found.owner) == (sentence, owner)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    broken = replace(READY, agreement_signed=False, penny_drop="missing", account_ending="4471")
    assert [one.code for one in blockers(broken)] == ["no_agreement", "penny_drop"]


def test_the_customer_gets_the_sanctioned_amount_less_the_fees() -> None:
    assert net_paise(42_500_000, 500_000) == 42_000_000


def test_a_paid_disbursal_cannot_be_approved_again() -> None:
    with pytest.raises(IllegalTransition) as refused:
        DISBURSAL.next("paid", "approve")
    assert str(refused.value) == "This disbursal is paid, so “approve” is not possible now."


def test_only_a_failed_or_returned_disbursal_can_be_sent_again() -> None:
    again = {status for status in STATUSES if DISBURSAL.can(status, "resubmit")}
    assert again == {"failed", "reversed"}


def test_every_status_has_a_next_action_in_words() -> None:
    assert set(NEXT_ACTION) == set(STATUSES) == set(DISBURSAL.statuses)


def test_an_approved_disbursal_is_stuck_after_ten_minutes() -> None:
    assert not is_stuck("approved", dt.timedelta(minutes=10))
    assert is_stuck("approved", dt.timedelta(minutes=10, seconds=1))
    assert not is_stuck("paid", dt.timedelta(days=400))
