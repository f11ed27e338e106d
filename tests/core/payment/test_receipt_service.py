"""Every rupee that comes in is counted once: by the gateway's payment id or by the bank's UTR.
What a person reports counts only after another person has agreed, and can be taken back so too."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from core.access.actor import Actor, ActorKind
from core.access.approval import AboveLimit, AlreadyDecided, OwnWork
from core.access.role import PARTY_PERMISSIONS
from core.db.tables import OutboxEvent
from core.db.unit_of_work import run_command, unit_of_work
from core.kernel.errors import Conflict, DomainError, Forbidden, Invalid, NotFound
from core.ledger.chart import Head
from core.ledger.store import balances
from core.loan.service import current_position, reverse_disbursal
from core.loan.tables import Loan
from core.payment import link_service, payout_service, store
from core.payment.disbursal_service import (
    DecideDisbursal,
    RequestDisbursal,
    decide_disbursal,
    request_disbursal,
)
from core.payment.link_service import AskPayment, ask_payment, link_told
from core.payment.ports import LinkAnswer, LinkPayment, LinkStatus, PayoutAnswer, PayoutStatus
from core.payment.receipt_service import (
    AskReversal,
    DecideReceipt,
    DuplicateUtr,
    RecordReceipt,
    ask_reversal,
    decide_receipt,
    record_receipt,
)
from core.payment.tables import Disbursal, PaymentRequest, Receipt
from tests.core.payment.conftest import SANCTIONED_PAISE

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def loan(signed_case, staff, system):
    """A running loan of ₹ 4,25,000, paid out today."""
    case = signed_case()
    disbursal_id = run_command(
        staff("operations"),
        "request",
        lambda uow: request_disbursal(uow, RequestDisbursal(case.application_id)),
    )
    run_command(
        staff("operations"),
        "decide",
        lambda uow: decide_disbursal(uow, DecideDisbursal(disbursal_id, 1, True)),
    )

    def pay_out(uow):
        payout = store.last_payout(uow, disbursal_id)
        payout_service.begin_payout(uow, payout.id)
        heard = PayoutAnswer(
            PayoutStatus.PROCESSED, "pout_1", payout.idempotency_key, payout.amount_paise
        )
        payout_service.payout_told(uow, heard)
        return uow.get(Loan, uow.get(Disbursal, disbursal_id).loan_id)

    return run_command(system, "pay_out", pay_out)


def customer_of(loan) -> Actor:
    return Actor(
        ActorKind.CUSTOMER,
        loan.customer_id,
        "Asha Patil",
        loan.brand_id,
        PARTY_PERMISSIONS["customer"],
    )


def record(maker, loan, amount_paise=1_000_000, utr="HDFCN12345678", **more):
    command = RecordReceipt(
        loan_id=loan.id,
        amount_paise=amount_paise,
        mode=more.pop("mode", "neft"),
        value_date=more.pop("value_date", TODAY),
        utr=utr,
        **more,
    )
    return run_command(maker, "record", lambda uow: record_receipt(uow, command))


def request_of(actor, receipt_id, kind="receipt.post"):
    return run_command(
        actor, "read", lambda uow: store.open_request(uow, kind, "receipt", receipt_id)
    )


def decide(checker, request, *, approve=True, reason="", key=""):
    command = DecideReceipt(request.id, approve, reason, key)
    return run_command(checker, "decide", lambda uow: decide_receipt(uow, command))


def receipt(actor, receipt_id):
    return run_command(actor, "read", lambda uow: uow.get(Receipt, receipt_id))


def position(system, loan):
    return run_command(system, "read", lambda uow: current_position(uow, loan.id))


def ask(actor, loan, kind="payoff", part_paise=0):
    return run_command(
        actor, "ask", lambda uow: ask_payment(uow, AskPayment(loan.id, kind, part_paise))
    )


def told(system, heard):
    return run_command(system, "told", lambda uow: link_told(uow, heard))


def paid(request, payment_id="pay_1", amount_paise=None, status="paid"):
    amount_paise = amount_paise or request.amount_paise
    return LinkAnswer(
        status=LinkStatus(status),
        provider_reference=f"plink_{request.id}",
        reference=request.reference,
        url="",
        amount_paise=request.amount_paise,
        paid_paise=amount_paise,
        payments=(LinkPayment(payment_id, amount_paise, "captured", "upi", "432100987654"),),
        provider="razorpay",
    )


def heads(actor):
    with unit_of_work(actor, "read") as uow:
        return {one.code: one.balance_paise for one in balances(uow) if one.balance_paise}


# ---------------------------------------------------------------- links


def test_a_link_asks_for_what_ends_the_loan(loan, staff, system):
    request = ask(staff("collection_executive"), loan)
    assert (request.status, request.amount_paise) == (
        "requested",
        position(system, loan).payoff_paise,
    )


def test_a_second_tap_finds_the_first_link(loan):
    customer = customer_of(loan)
    assert ask(customer, loan, "part", 500_000).id == ask(customer, loan, "part", 500_000).id


def test_two_taps_at_the_same_moment_make_one_link(loan):
    customer = customer_of(loan)
    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(lambda _: ask(customer, loan, "part", 500_000).id, range(16)))
    assert len(ids) == 1


def test_a_link_over_another_amount_withdraws_the_first(loan, system):
    customer = customer_of(loan)
    first, second = ask(customer, loan, "part", 500_000), ask(customer, loan, "part", 600_000)
    assert first.id != second.id
    with unit_of_work(system, "read") as uow:
        assert uow.get(PaymentRequest, first.id).status == "cancelled"


def test_a_customer_cannot_ask_about_the_loan_of_another(loan, signed_case):
    other = signed_case()
    stranger = Actor(
        ActorKind.CUSTOMER, other.customer_id, "X", loan.brand_id, PARTY_PERMISSIONS["customer"]
    )
    with pytest.raises(NotFound):
        ask(stranger, loan)


def test_a_paid_link_posts_one_receipt_however_often_it_is_told(loan, system):
    request = ask(customer_of(loan), loan, "part", 500_000)
    news = [paid(request)] * 5
    random.Random(3).shuffle(news)
    assert Counter(told(system, heard) for heard in news) == {"paid": 1, "nothing new": 4}
    with unit_of_work(system, "read") as uow:
        (row,) = store.receipts_of(uow, loan.id)
        assert (row.number, row.state, row.amount_paise) == ("RC-000001", "posted", 500_000)
        assert row.allocation["principal"] == 500_000
        emitted = uow.session.scalar(
            select(func.count())
            .select_from(OutboxEvent)
            .where(col(OutboxEvent.topic) == "receipt.posted")
        )
        assert emitted == 1
    assert position(system, loan).payoff_paise == SANCTIONED_PAISE - 500_000
    assert heads(system)[Head.GATEWAY_CLEARING] == 500_000


def test_news_of_one_payment_at_the_same_moment_is_counted_once(loan, system):
    request = ask(customer_of(loan), loan, "part", 500_000)
    with ThreadPoolExecutor(8) as pool:
        words = Counter(pool.map(lambda _: told(system, paid(request)), range(16)))
    assert words == {"paid": 1, "nothing new": 15}
    assert heads(system)[Head.GATEWAY_CLEARING] == 500_000


def test_a_payment_that_was_not_captured_counts_nothing(loan, system):
    request = ask(customer_of(loan), loan, "part", 500_000)
    heard = paid(request, status="created")
    failed = LinkPayment("pay_1", 500_000, "failed")
    told(system, LinkAnswer(**{**_fields(heard), "payments": (failed,)}))
    with unit_of_work(system, "read") as uow:
        assert store.receipts_of(uow, loan.id) == []


def _fields(heard):
    return {name: getattr(heard, name) for name in heard.__dataclass_fields__}


def test_money_through_a_withdrawn_link_is_taken_in_all_the_same(loan, system):
    customer = customer_of(loan)
    first = ask(customer, loan, "part", 500_000)
    ask(customer, loan, "part", 600_000)
    assert told(system, paid(first)) == "paid"
    assert position(system, loan).payoff_paise == SANCTIONED_PAISE - 500_000


def test_a_paid_link_without_its_payments_is_looked_up(loan, system):
    request = ask(customer_of(loan), loan, "part", 500_000)
    heard = LinkAnswer(**{**_fields(paid(request)), "payments": ()})
    assert told(system, heard) == "look up"
    assert told(system, paid(request)) == "paid"


def test_full_payment_closes_the_loan_and_what_comes_after_is_kept_as_excess(loan, system):
    request = ask(customer_of(loan), loan, "payoff")
    told(system, paid(request))
    with unit_of_work(system, "read") as uow:
        assert uow.get(Loan, loan.id).status in ("closed", "foreclosed")
    told(system, paid(request, "pay_2", 700_00))
    with unit_of_work(system, "read") as uow:
        late = store.receipt_by_payment(uow, "pay_2")
        assert (late.state, late.excess_paise, late.allocation["excess"]) == (
            "posted",
            700_00,
            700_00,
        )
    assert heads(system)[Head.EXCESS] == -700_00


def test_money_for_a_cancelled_loan_is_kept_for_the_borrower(loan, system):
    request = ask(customer_of(loan), loan, "part", 500_000)
    run_command(
        system, "cancel", lambda uow: reverse_disbursal(uow, loan.id, reason="Customer withdrew")
    )
    told(system, paid(request))
    with unit_of_work(system, "read") as uow:
        (row,) = store.receipts_of(uow, loan.id)
        assert (row.state, row.excess_paise) == ("posted", 500_000)
    assert heads(system)[Head.EXCESS] == -500_000


def test_a_settled_loan_asks_for_nothing(loan, system, staff):
    told(system, paid(ask(customer_of(loan), loan, "payoff")))
    with pytest.raises(Invalid) as refused:
        ask(staff("collection_executive"), loan, "due")
    assert refused.value.fields == {"amount": "Nothing is outstanding on this loan"}


# ---------------------------------------------------------------- by hand


def test_a_recorded_receipt_counts_only_after_another_person_agreed(loan, staff, system):
    receipt_id = record(staff("collection_executive"), loan)
    assert receipt(system, receipt_id).state == "pending_approval"
    assert position(system, loan).payoff_paise == SANCTIONED_PAISE
    request = request_of(system, receipt_id)
    assert request.effect == ("Post ₹ 10,000.00 by NEFT of 20 Nov 2026 to LN-000001 of Asha Patil")
    assert (request.before["Outstanding"], request.after["Outstanding"]) == (
        "₹ 4,25,000.00",
        "₹ 4,15,000.00",
    )
    decide(staff("operations"), request)
    posted = receipt(system, receipt_id)
    assert (posted.state, posted.posted_on, posted.allocation["principal"]) == (
        "posted",
        TODAY,
        1_000_000,
    )
    assert position(system, loan).payoff_paise == SANCTIONED_PAISE - 1_000_000
    assert heads(system)[Head.BANK] == 1_000_000 - 41_998_500


def test_the_maker_of_a_receipt_cannot_approve_it(loan, staff, system):
    maker = staff("operations")
    request = request_of(system, record(maker, loan))
    with pytest.raises(OwnWork):
        decide(maker, request)


def test_a_receipt_above_the_limit_needs_somebody_higher(loan, staff, system):
    request = request_of(system, record(staff("operations"), loan))
    with pytest.raises(AboveLimit):
        decide(staff("operations", approval_limit_paise=999_999), request)


def test_a_collection_executive_records_and_cannot_approve(loan, staff, system):
    request = request_of(system, record(staff("collection_executive"), loan))
    with pytest.raises(Forbidden):
        decide(staff("collection_executive"), request)


def test_a_utr_on_another_receipt_is_refused_and_the_receipt_named(loan, staff):
    maker = staff("collection_executive")
    record(maker, loan, utr="HDFCN12345678")
    with pytest.raises(DuplicateUtr) as refused:
        record(maker, loan, 2_000_000, utr=" hdfcn 1234-5678 ")
    assert str(refused.value) == (
        "This UTR is on receipt RC-000001 already: ₹ 10,000.00 of 20 Nov 2026, "
        f"recorded by {maker.name}."
    )


def test_a_utr_of_the_gateway_cannot_be_reported_again_by_hand(loan, staff, system):
    told(system, paid(ask(customer_of(loan), loan, "part", 500_000)))
    with pytest.raises(DuplicateUtr) as refused:
        record(staff("collection_executive"), loan, 500_000, utr="432100987654", mode="upi")
    assert "recorded by Payment gateway" in str(refused.value)


def test_one_utr_reported_by_many_at_once_makes_one_receipt(loan, staff):
    makers = [staff("collection_executive") for _ in range(4)]

    def report(number):
        try:
            record(makers[number % 4], loan)
        except DomainError as refusal:
            return type(refusal).__name__
        return "recorded"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(report, range(12))) == {"recorded": 1, "DuplicateUtr": 11}


def test_a_rejected_receipt_keeps_its_reason_and_frees_its_utr(loan, staff, system):
    maker, checker = staff("collection_executive"), staff("operations")
    receipt_id = record(maker, loan)
    request = request_of(system, receipt_id)
    with pytest.raises(Invalid):
        decide(checker, request, approve=False)
    decide(checker, request, approve=False, reason="Not on our statement")
    rejected = receipt(system, receipt_id)
    assert (rejected.state, rejected.decision_reason) == ("rejected", "Not on our statement")
    assert record(maker, loan) != receipt_id


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"amount_paise": 0}, "amount", "Enter an amount above zero"),
        ({"mode": "link"}, "mode", "Choose how the money came"),
        (
            {"value_date": dt.date(2026, 11, 21)},
            "value_date",
            "Money cannot have come after 20 Nov 2026, the open business date",
        ),
        ({"utr": "12"}, "utr", "Enter the bank's reference, 6 to 35 letters and digits"),
        (
            {"mode": "cash", "utr": ""},
            "note",
            "For cash, say who took it and the receipt book's number",
        ),
    ],
)
def test_what_cannot_be_right_is_refused_beside_its_field(loan, staff, change, field, sentence):
    with pytest.raises(Invalid) as refused:
        record(staff("collection_executive"), loan, **change)
    assert refused.value.fields == {field: sentence}


def test_approving_twice_posts_once(loan, staff, system):
    request = request_of(system, record(staff("collection_executive"), loan))
    checkers = [staff("operations") for _ in range(4)]

    def approve(number):
        try:
            decide(checkers[number % 4], request)
        except AlreadyDecided:
            return "decided"
        return "posted"

    with ThreadPoolExecutor(8) as pool:
        assert Counter(pool.map(approve, range(20))) == {"posted": 1, "decided": 19}
    assert position(system, loan).payoff_paise == SANCTIONED_PAISE - 1_000_000


def test_a_bounced_receipt_is_taken_back_by_two_people(loan, staff, system):
    maker, checker = staff("operations"), staff("operations")
    receipt_id = record(maker, loan, mode="cheque", utr="000123")
    decide(checker, request_of(system, receipt_id))
    posted = receipt(system, receipt_id)
    run_command(
        maker,
        "ask_reversal",
        lambda uow: ask_reversal(uow, AskReversal(receipt_id, posted.version, "Cheque returned")),
    )
    request = request_of(system, receipt_id, "receipt.reverse")
    with pytest.raises(OwnWork):
        decide(maker, request)
    decide(checker, request)
    assert receipt(system, receipt_id).state == "reversed"
    assert position(system, loan).payoff_paise == SANCTIONED_PAISE
    with pytest.raises(Conflict) as refused:
        run_command(
            maker,
            "ask_reversal",
            lambda uow: ask_reversal(
                uow, AskReversal(receipt_id, receipt(system, receipt_id).version, "again")
            ),
        )
    assert str(refused.value) == "RC-000001 is reversed; it cannot be reversed"


def test_a_reversal_opens_a_loan_that_the_receipt_had_closed(loan, staff, system):
    maker, checker = staff("operations"), staff("operations")
    receipt_id = record(maker, loan, SANCTIONED_PAISE, is_payoff=True)
    decide(checker, request_of(system, receipt_id))
    with unit_of_work(system, "read") as uow:
        assert uow.get(Loan, loan.id).status in ("closed", "foreclosed")
    run_command(
        maker,
        "ask_reversal",
        lambda uow: ask_reversal(
            uow, AskReversal(receipt_id, receipt(system, receipt_id).version, "Charged back")
        ),
    )
    decide(checker, request_of(system, receipt_id, "receipt.reverse"))
    with unit_of_work(system, "read") as uow:
        assert uow.get(Loan, loan.id).status == "active"


def test_every_link_and_receipt_of_one_brand_is_its_own(loan, new_brand, system):
    ask(customer_of(loan), loan, "part", 500_000)
    elsewhere = Actor.system(new_brand().id, "other")
    with unit_of_work(elsewhere, "read") as uow:
        assert store.requests_of(uow, loan.id) == []
        with pytest.raises(NotFound):
            link_service.ask_payment(uow, AskPayment(loan.id, "payoff"))
