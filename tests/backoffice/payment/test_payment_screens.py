"""What the payment screens show is read through the same rules that the server enforces.
The texts are those a person reads, so a change of wording is seen here first."""

from __future__ import annotations

from typing import Any

from backoffice.payment.approval_state import ApprovalList, _request
from backoffice.payment.customer_pay_panel import _own_loan
from backoffice.payment.disbursal_state import DisbursalList, _case
from backoffice.payment.payments_case_tab import _ledger, _payments, _schedule
from backoffice.security.access import set_current_actor
from core.db.listing import ListAsk
from core.db.unit_of_work import unit_of_work
from tests.core.payment.conftest import signed_case, system
from tests.core.payment.test_disbursal_service import answer, ask, decide, payouts, told
from tests.core.payment.test_disbursal_service import released as released_payout
from tests.core.payment.test_receipt_service import ask as ask_for
from tests.core.payment.test_receipt_service import customer_of, loan, paid, record, request_of
from tests.core.payment.test_receipt_service import told as told_of_link

__all__ = ["loan", "released_payout", "signed_case", "system"]


def look(actor: Any, read: Any) -> Any:
    """What a person sees."""
    with unit_of_work(actor, "look") as uow:
        return read(uow)


def queue(actor: Any, state: str = "") -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The rows and the counts of the disbursal queue."""
    screen = DisbursalList(_reflex_internal_init=True)  # pyright: ignore
    ask_of = ListAsk(filters={"state": state} if state else {}, sort="since")
    rows = look(actor, lambda uow: screen._rows(uow, ask_of).rows)
    return rows, screen.strip


def test_a_signed_case_is_ready_and_counted(signed_case, staff):
    signed_case()
    rows, strip = queue(staff("operations"), "ready")
    assert [(row["customer"], row["number"]) for row in rows] == [("Asha Patil", "Not requested")]
    assert (strip[0]["label"], strip[0]["count"], strip[0]["amount"]) == (
        "Ready to request",
        "1",
        "₹ 4.25 lakh",
    )


def test_a_blocked_case_lists_what_is_missing_and_whose_it_is(signed_case, staff):
    case = signed_case(account_state="failed")
    shown = look(staff("operations"), lambda uow: _case(uow, case.application_id))
    assert shown["status"] == "blocked"
    assert [one["owner"] for one in shown["blockers"]] == ["Loan executive"]


def test_the_maker_is_told_that_another_person_must_decide(signed_case, staff):
    case, maker = signed_case(), staff("operations")
    ask(maker, case)
    mine = look(maker, lambda uow: _case(uow, case.application_id))
    assert (mine["can_decide"], mine["why_not"]) == (
        False,
        "You asked for this yourself; another person must decide it.",
    )
    theirs = look(staff("operations"), lambda uow: _case(uow, case.application_id))
    assert (theirs["can_decide"], theirs["effect"]) == (
        True,
        "Release ₹ 4,19,985.00 to Asha Patil",
    )
    assert theirs["release_words"] == (
        "To the account •••• 4471 · HDFC0000053 by IMPS; ₹ 5,015.00 of fees are kept back."
    )


def test_the_queue_names_the_cause_of_a_failure(released_payout, staff, system):
    case, _, payout = released_payout
    told(system, answer(payout, "failed", reason_code="account_closed"))
    rows, strip = queue(staff("operations"))
    assert [(row["status"], row["next"], row["tone"]) for row in rows] == [
        ("failed", "The account is closed.", "warn")
    ]
    assert {one["label"]: one["tone"] for one in strip}["Failed"] == "warn"
    shown = look(staff("operations"), lambda uow: _case(uow, case.application_id))
    assert shown["can_resubmit"] is True
    assert [(one["attempt"], one["status"]) for one in shown["payouts"]] == [("1", "failed")]


def test_the_tabs_of_a_running_loan_agree_with_each_other(loan, staff):
    actor = staff("operations")
    schedule = look(actor, lambda uow: _schedule(uow, loan.application_id))
    assert schedule["outstanding"] == "₹ 4,25,000.00"
    assert schedule["rows"][-1]["principal"] == "₹ 4,25,000.00"
    books = look(actor, lambda uow: _ledger(uow, loan.application_id))
    assert (books["ties"], books["debit"]) == (True, books["credit"])
    assert {"Loan disbursed", "Payout left our bank"} <= {one["what"] for one in books["rows"]}
    payments = look(actor, lambda uow: _payments(uow, loan.application_id))
    assert (payments["payoff"], payments["receipts"]) == ("₹ 4,25,000.00", [])


def test_a_case_without_a_loan_shows_empty_tabs(signed_case, staff):
    case, actor = signed_case(), staff("operations")
    assert look(actor, lambda uow: _schedule(uow, case.application_id))["has_loan"] is False
    assert look(actor, lambda uow: _payments(uow, case.application_id))["has_loan"] is False
    assert look(actor, lambda uow: _ledger(uow, case.application_id))["rows"] == []


def approvals(actor: Any, whose: str = "") -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """The rows and the parts of the approval queue."""
    screen = ApprovalList(_reflex_internal_init=True)  # pyright: ignore
    ask_of = ListAsk(filters={"whose": whose} if whose else {}, sort="made_at")
    rows = look(actor, lambda uow: screen._rows(uow, ask_of).rows)
    return rows, screen.strip


def test_mine_is_exactly_what_i_can_decide(loan, staff):
    maker = staff("operations")
    record(maker, loan)
    small = staff("operations", approval_limit_paise=999_999)
    assert approvals(maker)[0] == []
    assert approvals(small)[0] == []
    rows, strip = approvals(staff("operations"))
    assert [(row["kind_words"], row["amount_paise"]) for row in rows] == [("Receipt", 1_000_000)]
    assert [one["count"] for one in strip] == ["1", "1", ""]
    assert [row["maker"] for row in approvals(small, "all")[0]] == [maker.name]


def test_a_request_shows_only_what_changes(loan, staff, system):
    receipt_id = record(staff("collection_executive"), loan)
    request = request_of(system, receipt_id)
    shown = look(staff("operations"), lambda uow: _request(uow, request.id))
    assert shown["amount_words"] == "ten thousand rupees"
    assert shown["changes"] == [
        {"label": "Outstanding", "before": "₹ 4,25,000.00", "after": "₹ 4,15,000.00"},
        *[one for one in shown["changes"] if one["label"] != "Outstanding"],
    ]
    assert all(one["before"] != one["after"] for one in shown["changes"])


def test_a_customer_sees_the_own_loan_and_the_link_once(loan, system):
    customer = customer_of(loan)
    set_current_actor(customer)
    try:
        before = look(customer, _own_loan)
        assert (before["number"], before["running"], before["link_status"]) == (
            loan.number,
            True,
            "",
        )
        request = ask_for(customer, loan, "part", 500_000)
        assert look(customer, _own_loan)["link_amount"] == "₹ 5,000.00"
        told_of_link(system, paid(request))
        after = look(customer, _own_loan)
        assert (after["link_status"], len(after["receipts"])) == ("", 1)
        assert after["payoff"] == "₹ 4,20,000.00"
    finally:
        set_current_actor(None)


def test_the_release_of_another_is_in_the_approval_queue_too(signed_case, staff):
    case = signed_case()
    disbursal_id = ask(staff("operations"), case)
    rows, _ = approvals(staff("operations"))
    assert [(row["kind_words"], row["href"].split("/ops/")[1]) for row in rows] == [
        ("Disbursal", f"disbursals/{case.application_id}")
    ]
    decide(staff("operations"), disbursal_id)
    assert approvals(staff("operations"))[0] == []
    assert [row["state"] for row in approvals(staff("operations"), "decided")[0]] == ["approved"]
    assert payouts(staff("operations"), disbursal_id)[0].status == "created"
