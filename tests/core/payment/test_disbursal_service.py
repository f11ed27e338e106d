"""Money leaves once: whoever clicks, however often and from however many tabs at the same moment.
Answers of the provider are given to the service in every order in which they can arrive."""

from __future__ import annotations

import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from core.access.approval import AboveLimit, OwnWork
from core.application.tables import Application
from core.db.tables import OutboxEvent
from core.db.unit_of_work import run_command, unit_of_work
from core.kernel.errors import DomainError, Forbidden, IdempotencyMismatch, Invalid
from core.ledger.chart import Head
from core.ledger.store import balances
from core.loan.tables import Loan
from core.payment import payout_service, store
from core.payment.disbursal_service import (
    DecideDisbursal,
    DisbursalBlocked,
    GiveUpDisbursal,
    NoOpenRequest,
    RequestDisbursal,
    ResubmitDisbursal,
    decide_disbursal,
    disbursal_blockers,
    give_up_disbursal,
    request_disbursal,
    resubmit_disbursal,
)
from core.payment.ports import PayoutAnswer, PayoutStatus
from core.payment.tables import Disbursal, Payout
from tests.core.payment.conftest import FEES_PAISE, NET_PAISE, SANCTIONED_PAISE


def ask(maker, case, key=""):
    return run_command(
        maker,
        "request_disbursal",
        lambda uow: request_disbursal(uow, RequestDisbursal(case.application_id, key)),
    )


def decide(checker, disbursal_id, *, approve=True, reason="", key="", version=1):
    command = DecideDisbursal(disbursal_id, version, approve, reason, key)
    return run_command(checker, "decide_disbursal", lambda uow: decide_disbursal(uow, command))


def row(actor, disbursal_id):
    return run_command(actor, "read", lambda uow: uow.get(Disbursal, disbursal_id))


def payouts(actor, disbursal_id):
    return run_command(actor, "read", lambda uow: store.payouts_of(uow, disbursal_id))


def answer(payout, status, **more):
    return PayoutAnswer(
        status=PayoutStatus(status),
        provider_reference=f"pout_{payout.id}",
        reference=payout.idempotency_key,
        amount_paise=payout.amount_paise,
        provider="razorpay",
        provider_status=status,
        **more,
    )


def told(system, heard):
    return run_command(system, "told", lambda uow: payout_service.payout_told(uow, heard))


def head_balances(actor):
    with unit_of_work(actor, "read") as uow:
        return {one.code: one.balance_paise for one in balances(uow) if one.balance_paise}


@pytest.fixture
def released(signed_case, staff, system):
    """A disbursal that was released; its payout is begun, the provider has not answered yet."""
    case = signed_case()
    disbursal_id = ask(staff("operations"), case)
    decide(staff("operations"), disbursal_id)
    (payout,) = payouts(system, disbursal_id)
    run_command(system, "begin", lambda uow: payout_service.begin_payout(uow, payout.id))
    return case, disbursal_id, payout


# ---------------------------------------------------------------- asking and releasing


def test_a_signed_case_is_requested_with_its_net_amount(signed_case, staff, system):
    case = signed_case()
    disbursal = row(system, ask(staff("operations"), case))
    assert disbursal.number == "DB-000001"
    assert disbursal.status == "requested"
    assert (disbursal.sanctioned_paise, disbursal.fees_paise, disbursal.net_paise) == (
        SANCTIONED_PAISE,
        FEES_PAISE,
        NET_PAISE,
    )
    with unit_of_work(system, "read") as uow:
        assert uow.get(Application, case.application_id).status == "disbursal_requested"
        request = store.open_request(uow, "disbursal.release", "disbursal", disbursal.id)
        assert request.effect == "Release ₹ 4,19,985.00 to Asha Patil"


def test_a_case_without_penny_drop_is_blocked_with_the_reason(signed_case, staff):
    case = signed_case(account_state="declared")
    with pytest.raises(DisbursalBlocked) as refused:
        ask(staff("operations"), case)
    assert [one.owner for one in refused.value.blockers] == ["Loan executive"]
    with unit_of_work(staff("operations"), "read") as uow:
        (found,) = disbursal_blockers(uow, case.application_id)
    assert found.sentence.endswith("has not been done.")


def test_a_second_request_for_the_same_case_is_refused(signed_case, staff):
    case, maker = signed_case(), staff("operations")
    ask(maker, case)
    with pytest.raises(DisbursalBlocked) as refused:
        ask(maker, case)
    assert str(refused.value) == "Disbursal DB-000001 is already open for this case."


def test_the_same_key_asks_once_and_another_case_under_it_is_refused(signed_case, staff):
    maker, first, second = staff("operations"), signed_case(), signed_case()
    assert ask(maker, first, "k1") == ask(maker, first, "k1")
    with pytest.raises(IdempotencyMismatch):
        ask(maker, second, "k1")


def test_the_person_who_asked_cannot_release(signed_case, staff):
    case, maker = signed_case(), staff("operations")
    disbursal_id = ask(maker, case)
    with pytest.raises(OwnWork):
        decide(maker, disbursal_id)
    assert row(maker, disbursal_id).status == "requested"


def test_a_person_without_the_limit_cannot_release(signed_case, staff):
    disbursal_id = ask(staff("operations"), signed_case())
    with pytest.raises(AboveLimit):
        decide(staff("operations", approval_limit_paise=NET_PAISE - 1), disbursal_id)


def test_a_person_without_the_right_can_neither_ask_nor_release(signed_case, staff):
    case = signed_case()
    with pytest.raises(Forbidden):
        ask(staff("loan_executive"), case)
    disbursal_id = ask(staff("operations"), case)
    with pytest.raises(Forbidden):
        decide(staff("sanction_head"), disbursal_id)


def test_a_refusal_needs_a_reason_and_gives_the_case_back(signed_case, staff, system):
    case = signed_case()
    disbursal_id = ask(staff("operations"), case)
    with pytest.raises(Invalid):
        decide(staff("operations"), disbursal_id, approve=False)
    decide(staff("operations"), disbursal_id, approve=False, reason="Wrong branch")
    assert row(system, disbursal_id).status == "refused"
    with unit_of_work(system, "read") as uow:
        assert uow.get(Application, case.application_id).status == "signed"
    assert ask(staff("operations"), case) != disbursal_id


def test_fifty_people_releasing_at_once_make_one_payout(signed_case, staff, system):
    disbursal_id = ask(staff("operations"), signed_case())
    checkers = [staff("operations") for _ in range(5)]

    def release(number):
        try:
            decide(checkers[number % 5], disbursal_id)
        except DomainError as refusal:
            return type(refusal).__name__
        return "released"

    with ThreadPoolExecutor(10) as pool:
        outcomes = Counter(pool.map(release, range(50)))
    assert outcomes == {"released": 1, "NoOpenRequest": 49}
    assert len(payouts(system, disbursal_id)) == 1
    with unit_of_work(system, "read") as uow:
        emitted = uow.session.scalar(
            select(func.count())
            .select_from(OutboxEvent)
            .where(col(OutboxEvent.topic) == "disbursal.approved")
        )
    assert emitted == 1


def test_a_double_click_with_one_key_gets_one_answer(signed_case, staff, system):
    disbursal_id = ask(staff("operations"), signed_case())
    checker = staff("operations")
    assert decide(checker, disbursal_id, key="click") == decide(checker, disbursal_id, key="click")
    assert len(payouts(system, disbursal_id)) == 1


def test_the_key_of_a_release_cannot_be_used_to_refuse(signed_case, staff):
    disbursal_id = ask(staff("operations"), signed_case())
    checker = staff("operations")
    decide(checker, disbursal_id, key="click")
    with pytest.raises(IdempotencyMismatch):
        decide(checker, disbursal_id, approve=False, reason="no", key="click")


def test_a_second_tab_is_told_that_nothing_waits(signed_case, staff):
    disbursal_id = ask(staff("operations"), signed_case())
    decide(staff("operations"), disbursal_id)
    with pytest.raises(NoOpenRequest) as refused:
        decide(staff("operations"), disbursal_id)
    assert str(refused.value) == "DB-000001 is approved; nothing waits for a decision"


# ---------------------------------------------------------------- what the bank says


def test_a_processed_payout_gives_birth_to_the_loan_and_books_it(released, system):
    case, disbursal_id, payout = released
    assert told(system, answer(payout, "processed", utr="HDFCN1234567890")) == "processed"
    disbursal = row(system, disbursal_id)
    assert disbursal.status == "paid"
    with unit_of_work(system, "read") as uow:
        loan = uow.get(Loan, disbursal.loan_id)
        assert (loan.application_id, loan.status) == (case.application_id, "active")
        assert (loan.principal_paise, loan.net_disbursed_paise) == (SANCTIONED_PAISE, NET_PAISE)
        assert uow.get(Application, case.application_id).status == "disbursed"
    assert head_balances(system) == {
        Head.BANK: -NET_PAISE,
        Head.LOAN_PRINCIPAL: SANCTIONED_PAISE,
        Head.PROCESSING_FEE_INCOME: -425_000,
        Head.GST_PAYABLE: -76_500,
    }


@pytest.mark.parametrize("seed", range(8))
def test_any_order_of_repeated_news_ends_the_same(released, system, seed):
    _, disbursal_id, payout = released
    news = [answer(payout, word) for word in ("queued", "processing", "processed")] * 5
    random.Random(seed).shuffle(news)
    for heard in news:
        told(system, heard)
    assert row(system, disbursal_id).status == "paid"
    with unit_of_work(system, "read") as uow:
        assert uow.session.scalar(select(func.count()).select_from(Loan)) == 1
    assert head_balances(system)[Head.BANK] == -NET_PAISE


def test_news_at_the_same_moment_gives_birth_once(released, system):
    _, _, payout = released
    with ThreadPoolExecutor(8) as pool:
        words = Counter(pool.map(lambda _: told(system, answer(payout, "processed")), range(16)))
    assert words == {"processed": 1, "nothing new": 15}
    with unit_of_work(system, "read") as uow:
        assert uow.session.scalar(select(func.count()).select_from(Loan)) == 1


def test_silence_is_unknown_and_a_later_word_settles_it(released, system):
    _, disbursal_id, payout = released
    run_command(system, "lost", lambda uow: payout_service.payout_lost(uow, payout.id))
    assert row(system, disbursal_id).status == "unknown"
    told(system, answer(payout, "processed"))
    assert row(system, disbursal_id).status == "paid"


def test_silence_is_never_answered_with_another_key(released, system):
    _, disbursal_id, payout = released
    run_command(system, "lost", lambda uow: payout_service.payout_lost(uow, payout.id))
    nothing = replace(answer(payout, "not_found"), amount_paise=0)
    # too early: the provider may still be taking it in
    early = run_command(
        system, "ask", lambda uow: payout_service.payout_answered(uow, payout.id, nothing)
    )
    assert early == "nothing new"
    with unit_of_work(system, "age") as uow:
        late = uow.lock(Payout, payout.id)
        late.tried_at -= 2 * payout_service.NOT_FOUND_GRACE
        uow.commit()
    again = run_command(
        system, "ask", lambda uow: payout_service.payout_answered(uow, payout.id, nothing)
    )
    assert again == "sending again"
    request = run_command(system, "begin", lambda uow: payout_service.begin_payout(uow, payout.id))
    assert request.idempotency_key == payout.idempotency_key
    assert len(payouts(system, disbursal_id)) == 1


def test_a_refused_repeat_proves_nothing_until_the_provider_knows_no_payout(released, system):
    _, disbursal_id, payout = released
    run_command(system, "begin", lambda uow: payout_service.begin_payout(uow, payout.id))
    run_command(
        system,
        "refused",
        lambda uow: payout_service.payout_refused(uow, payout.id, "invalid_ifsc", "no such IFSC"),
    )
    assert row(system, disbursal_id).status == "unknown"
    with unit_of_work(system, "age") as uow:
        uow.lock(Payout, payout.id).tried_at -= 2 * payout_service.NOT_FOUND_GRACE
        uow.commit()
    told(system, replace(answer(payout, "not_found"), amount_paise=0))
    disbursal = row(system, disbursal_id)
    assert (disbursal.status, disbursal.cause) == ("failed", "The bank does not know this IFSC.")


def test_a_failed_payout_says_why_and_is_paid_by_a_new_linked_one(released, staff, system):
    case, disbursal_id, payout = released
    told(system, answer(payout, "failed", reason_code="beneficiary_account_frozen"))
    disbursal = row(system, disbursal_id)
    assert (disbursal.status, disbursal.cause) == ("failed", "The account is frozen.")
    run_command(
        staff("operations"),
        "resubmit",
        lambda uow: resubmit_disbursal(
            uow,
            ResubmitDisbursal(
                disbursal_id, disbursal.version, case.account_id, "The bank has lifted it", "NEFT"
            ),
        ),
    )
    decide(staff("operations"), disbursal_id, version=row(system, disbursal_id).version)
    second, first = payouts(system, disbursal_id)
    assert (second.attempt, second.replaces_payout_id, second.rail) == (2, first.id, "NEFT")
    assert second.idempotency_key != first.idempotency_key
    run_command(system, "begin", lambda uow: payout_service.begin_payout(uow, second.id))
    told(system, answer(second, "processed"))
    assert row(system, disbursal_id).status == "paid"
    assert head_balances(system)[Head.BANK] == -NET_PAISE


def test_a_late_success_of_the_first_payout_is_shown_and_not_paid_twice(released, staff, system):
    case, disbursal_id, payout = released
    told(system, answer(payout, "failed"))
    run_command(
        staff("operations"),
        "resubmit",
        lambda uow: resubmit_disbursal(
            uow,
            ResubmitDisbursal(
                disbursal_id, row(system, disbursal_id).version, case.account_id, "Corrected"
            ),
        ),
    )
    assert told(system, answer(payout, "processed")) == "contradicted"
    assert row(system, disbursal_id).status == "requested"
    assert payouts(system, disbursal_id)[0].cause == (
        "The bank says “processed” about a payout that is failed with us."
    )


def test_a_contradiction_with_nothing_newer_sent_is_believed(released, system):
    _, disbursal_id, payout = released
    told(system, answer(payout, "failed"))
    assert told(system, answer(payout, "processed")) == "processed"
    assert row(system, disbursal_id).status == "paid"


def test_another_amount_than_ours_is_never_believed(released, system):
    _, disbursal_id, payout = released
    wrong = replace(answer(payout, "processed"), amount_paise=NET_PAISE - 1)
    assert told(system, wrong) == "contradicted"
    assert row(system, disbursal_id).status == "approved"


def test_money_that_came_back_is_shown_and_paid_again(released, staff, system):
    case, disbursal_id, payout = released
    told(system, answer(payout, "processed"))
    told(system, answer(payout, "reversed", reason="Beneficiary bank returned it"))
    disbursal = row(system, disbursal_id)
    assert disbursal.status == "reversed"
    assert disbursal.cause == ("The money came back. The bank says: Beneficiary bank returned it.")
    # the loan stands, the bank has the money, and clearing shows what the borrower has not got
    assert head_balances(system)[Head.PAYOUT_CLEARING] == -NET_PAISE
    assert Head.BANK not in head_balances(system)
    assert told(system, answer(payout, "processed")) == "nothing new"
    run_command(
        staff("operations"),
        "resubmit",
        lambda uow: resubmit_disbursal(
            uow,
            ResubmitDisbursal(disbursal_id, disbursal.version, case.account_id, "Asked the bank"),
        ),
    )
    decide(staff("operations"), disbursal_id, version=row(system, disbursal_id).version)
    second = payouts(system, disbursal_id)[0]
    run_command(system, "begin", lambda uow: payout_service.begin_payout(uow, second.id))
    told(system, answer(second, "processed"))
    assert row(system, disbursal_id).status == "paid"
    assert head_balances(system)[Head.BANK] == -NET_PAISE
    with unit_of_work(system, "read") as uow:
        assert uow.session.scalar(select(func.count()).select_from(Loan)) == 1


def test_returned_money_that_will_not_be_paid_again_ends_the_loan(released, staff, system):
    _, disbursal_id, payout = released
    told(system, answer(payout, "processed"))
    told(system, answer(payout, "reversed"))
    disbursal = row(system, disbursal_id)
    run_command(
        staff("operations"),
        "give_up",
        lambda uow: give_up_disbursal(
            uow, GiveUpDisbursal(disbursal_id, disbursal.version, "Customer withdrew")
        ),
    )
    with unit_of_work(system, "read") as uow:
        assert uow.get(Loan, disbursal.loan_id).status == "cancelled"
    assert head_balances(system) == {}


def test_money_returned_before_we_heard_of_payment_makes_no_loan(released, system):
    _, disbursal_id, payout = released
    told(system, answer(payout, "reversed"))
    told(system, answer(payout, "processed"))
    assert row(system, disbursal_id).status == "failed"
    with unit_of_work(system, "read") as uow:
        assert uow.session.scalar(select(func.count()).select_from(Loan)) == 0


def test_news_about_a_payout_of_somebody_else_changes_nothing(released, system):
    _, disbursal_id, payout = released
    stranger = replace(answer(payout, "processed"), reference="another", provider_reference="x")
    assert told(system, stranger) == "no such payout"
    assert row(system, disbursal_id).status == "approved"
