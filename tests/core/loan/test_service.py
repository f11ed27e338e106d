"""The life of a loan through its services: born once, paid, reversed, closed, always in balance.
The database is real; a system actor stands for the webhook that posts money.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from core.access.actor import Actor
from core.brand.tables import Brand
from core.db.unit_of_work import unit_of_work
from core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from core.ledger import store as ledger_store
from core.ledger.chart import Head
from core.loan import service, store
from core.loan.position import Amounts
from core.loan.service import AlreadyReversed, LoanEnded, LoanNotSanctioned
from core.loan.tables import Loan
from tests.core.loan.lending import LEVEL, Lender, lender_of

TODAY = dt.date(2026, 11, 20)


@pytest.fixture
def lender(brand: Brand) -> Lender:
    """A brand that lends."""
    return lender_of(brand)


def heads(lender: Lender, loan: Loan) -> dict[Head, int]:
    """Return the loan's ledger balances by head."""
    with unit_of_work(lender.actor, "read") as uow:
        return ledger_store.loan_heads(uow, loan.id)


def kept(lender: Lender, loan: Loan) -> dict[str, object]:
    """Return everything the projection holds of a loan, ids left out."""
    with unit_of_work(lender.actor, "read") as uow:
        balance = store.balance_of(uow, loan.id)
        assert balance is not None
        rows = [row.model_dump(exclude={"id"}) for row in store.instalments_of(uow, loan.id)]
        return {"balance": balance.model_dump(exclude={"id", "recognised_to"}), "rows": rows}


def status(lender: Lender, loan: Loan) -> str:
    """Return the loan's status now."""
    with unit_of_work(lender.actor, "read") as uow:
        return uow.get(Loan, loan.id).status


def topics(lender: Lender) -> list[str]:
    """Return the topics emitted so far."""
    with unit_of_work(lender.actor, "read") as uow:
        rows = uow.session.execute(text("SELECT topic FROM outbox_event ORDER BY id"))
        return list(rows.scalars())


def test_a_birth_freezes_the_terms_and_posts_the_disbursal(lender: Lender) -> None:
    loan = lender.lend()
    assert (loan.number, loan.status, loan.matures_on) == (
        "LN-000001",
        "active",
        dt.date(2026, 12, 20),
    )
    assert (loan.principal_paise, loan.net_disbursed_paise) == (3_000_000, 2_823_000)
    assert heads(lender, loan) == {
        Head.LOAN_PRINCIPAL: 3_000_000,
        Head.PAYOUT_CLEARING: -2_823_000,
        Head.PROCESSING_FEE_INCOME: -150_000,
        Head.GST_PAYABLE: -27_000,
    }
    assert topics(lender) == ["loan.born"]


def test_a_second_word_of_the_same_payout_finds_the_loan(lender: Lender) -> None:
    application_id = lender.sanction()
    first = lender.run(lambda uow: service.give_birth(uow, application_id))
    second = lender.run(lambda uow: service.give_birth(uow, application_id))
    assert second.id == first.id
    assert heads(lender, first)[Head.LOAN_PRINCIPAL] == 3_000_000


def test_two_words_at_once_make_one_loan(lender: Lender) -> None:
    application_id = lender.sanction()
    born: list[int] = []

    def give() -> None:
        born.append(lender.run(lambda uow: service.give_birth(uow, application_id)).id)

    threads = [threading.Thread(target=give) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(born) == 4
    assert len(set(born)) == 1


def test_an_application_without_a_sanction_gives_no_loan(lender: Lender) -> None:
    application_id = lender.sanction()
    lender.run(
        lambda uow: uow.session.execute(
            text("UPDATE application SET sanctioned_amount_paise = NULL WHERE id = :id"),
            {"id": application_id},
        )
    )
    with pytest.raises(LoanNotSanctioned):
        lender.run(lambda uow: service.give_birth(uow, application_id))


def test_an_agreed_repayment_date_holds_whenever_the_bank_pays(lender: Lender) -> None:
    loan = lender.lend(repayment_on=dt.date(2026, 12, 2))
    assert loan.matures_on == dt.date(2026, 12, 2)
    assert loan.terms["tenor"] == 12


def test_the_last_paisa_closes_the_loan(lender: Lender) -> None:
    loan = lender.lend()
    lender.close_days(5)
    quote = lender.run(lambda uow: service.payoff_quote(uow, loan.id))
    assert quote.amounts == Amounts(principal=3_000_000, interest=150_000)
    posted = lender.run(
        lambda uow: service.post_receipt(
            uow, loan.id, quote.payoff_paise, uow.business_date, receipt_id=1
        )
    )
    assert posted.allocation.amounts == Amounts(principal=3_000_000, interest=150_000)
    assert status(lender, loan) == "closed"
    assert topics(lender)[-2:] == ["loan.closed", "loan.receipt_posted"]


def test_paying_and_reversing_returns_every_balance(lender: Lender) -> None:
    loan = lender.lend(LEVEL, amount_paise=5_000_000, tenor=6)
    lender.close_days(33)
    before = (heads(lender, loan), kept(lender, loan))
    lender.run(
        lambda uow: service.post_receipt(
            uow, loan.id, 6_000_000, uow.business_date, receipt_id=7, is_payoff=True
        )
    )
    assert status(lender, loan) == "foreclosed"
    lender.run(lambda uow: service.reverse_receipt(uow, receipt_id=7, reason="cheque returned"))
    assert (heads(lender, loan), kept(lender, loan)) == before
    assert status(lender, loan) == "active"


def test_a_receipt_is_reversed_once(lender: Lender) -> None:
    loan = lender.lend()
    lender.run(lambda uow: service.post_receipt(uow, loan.id, 100, TODAY, receipt_id=1))
    lender.run(lambda uow: service.reverse_receipt(uow, receipt_id=1, reason="returned"))
    with pytest.raises(AlreadyReversed):
        lender.run(lambda uow: service.reverse_receipt(uow, receipt_id=1, reason="returned"))


def test_a_repeated_receipt_is_posted_once(lender: Lender) -> None:
    loan = lender.lend()
    first = lender.run(lambda uow: service.post_receipt(uow, loan.id, 500, TODAY, receipt_id=1))
    again = lender.run(lambda uow: service.post_receipt(uow, loan.id, 500, TODAY, receipt_id=1))
    assert again.event_id == first.event_id
    assert heads(lender, loan)[Head.GATEWAY_CLEARING] == 500
    with pytest.raises(Conflict, match="other content"):
        lender.run(lambda uow: service.post_receipt(uow, loan.id, 501, TODAY, receipt_id=1))


def test_receipts_at_once_are_taken_one_after_the_other(lender: Lender) -> None:
    loan = lender.lend()
    failures: list[BaseException] = []

    def pay(number: int) -> None:
        try:
            lender.run(
                lambda uow: service.post_receipt(uow, loan.id, 1_000, TODAY, receipt_id=number)
            )
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=pay, args=(n,)) for n in range(1, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert heads(lender, loan)[Head.LOAN_PRINCIPAL] == 2_994_000


def test_a_back_dated_receipt_is_booked_today_and_takes_back_lateness(lender: Lender) -> None:
    loan = lender.lend()
    today = lender.close_days(40)
    posted = lender.run(
        lambda uow: service.post_receipt(
            uow, loan.id, 3_900_000, dt.date(2026, 12, 20), receipt_id=1
        )
    )
    assert posted.position.outstanding.total == 0
    with unit_of_work(lender.actor, "read") as uow:
        entry = ledger_store.read_entry(uow, posted.entry_id or 0)
        recognised = store.recognised_paise(uow, loan.id)
    assert entry is not None
    assert (entry.value_date, entry.posted_on) == (dt.date(2026, 12, 20), today)
    assert sorted(recognised.values()) == [0, 900_000]


def test_a_back_dated_early_payment_gives_interest_back(lender: Lender) -> None:
    loan = lender.lend()
    lender.close_days(20)
    posted = lender.run(
        lambda uow: service.post_receipt(
            uow, loan.id, 3_050_000, dt.date(2026, 11, 25), receipt_id=1
        )
    )
    # 5 days on 30,000, then 15 days on the 1,000 of principal that was left
    assert posted.position.interest_earned_paise == 150_000 + 15_000


def test_excess_is_kept_and_refunded(lender: Lender) -> None:
    loan = lender.lend()
    lender.run(lambda uow: service.post_receipt(uow, loan.id, 3_000_500, TODAY, receipt_id=1))
    assert heads(lender, loan)[Head.EXCESS] == -500
    with pytest.raises(Invalid, match=r"The excess is ₹ 5\.00"):
        lender.run(lambda uow: service.refund_excess(uow, loan.id, 501, TODAY))
    lender.run(lambda uow: service.refund_excess(uow, loan.id, 500, TODAY))
    assert Head.EXCESS not in heads(lender, loan)


def test_a_charge_and_a_waiver_find_their_heads(lender: Lender) -> None:
    loan = lender.lend()
    lender.run(
        lambda uow: service.add_charge(
            uow, loan.id, 50_000, TODAY, label="bounced mandate", tax_paise=9_000
        )
    )
    lender.run(
        lambda uow: service.waive(
            uow, loan.id, store.Component.CHARGE, 59_000, TODAY, reason="first time"
        )
    )
    book = heads(lender, loan)
    assert (book[Head.CHARGE_INCOME], book[Head.GST_PAYABLE], book[Head.WAIVER_EXPENSE]) == (
        -50_000,
        -36_000,
        59_000,
    )
    assert Head.CHARGE_RECEIVABLE not in book


def test_a_disbursal_whose_money_came_back_leaves_nothing(lender: Lender) -> None:
    loan = lender.lend()
    lender.close_days(2)
    lender.run(lambda uow: service.reverse_disbursal(uow, loan.id, reason="account closed"))
    assert status(lender, loan) == "cancelled"
    with unit_of_work(lender.actor, "read") as uow:
        recognised = store.recognised_paise(uow, loan.id)
        totals = {row.code: row.balance_paise for row in ledger_store.balances(uow)}
    assert set(recognised.values()) == {0}
    assert set(totals.values()) == {0}
    with pytest.raises(LoanEnded):
        lender.run(lambda uow: service.post_receipt(uow, loan.id, 1, TODAY, receipt_id=1))


@pytest.mark.parametrize(
    ("paise", "on", "field"),
    [
        (0, TODAY, "amount"),
        (-5, TODAY, "amount"),
        (100, TODAY + dt.timedelta(days=1), "value_date"),
        (100, TODAY - dt.timedelta(days=1), "value_date"),
    ],
)
def test_money_that_cannot_be_is_refused_and_nothing_is_written(
    lender: Lender, paise: int, on: dt.date, field: str
) -> None:
    loan = lender.lend()
    with pytest.raises(Invalid) as refusal:
        lender.run(lambda uow: service.post_receipt(uow, loan.id, paise, on, receipt_id=1))
    assert list(refusal.value.fields) == [field]
    with unit_of_work(lender.actor, "read") as uow:
        assert len(store.events_of(uow, loan.id)) == 1


def test_rebuilding_the_projection_changes_nothing(lender: Lender) -> None:
    loan = lender.lend(LEVEL, amount_paise=5_000_000, tenor=6)
    lender.close_days(35)
    lender.run(
        lambda uow: service.post_receipt(uow, loan.id, 123_456, uow.business_date, receipt_id=1)
    )
    before = kept(lender, loan)
    lender.run(
        lambda uow: uow.session.execute(
            text("UPDATE instalment SET principal_paid_paise = 0, settled_on = NULL")
        )
    )
    lender.run(lambda uow: service.rebuild_projection(uow, loan.id))
    assert kept(lender, loan) == before


def test_a_stranger_may_neither_post_nor_look(lender: Lender, staff: Callable[..., Actor]) -> None:
    loan = lender.lend()
    with pytest.raises(Forbidden), unit_of_work(staff("marketing"), "x") as uow:
        service.current_position(uow, loan.id)
    with pytest.raises(Forbidden), unit_of_work(staff("collection_executive"), "x") as uow:
        service.post_receipt(uow, loan.id, 100, TODAY)


def test_another_brands_loan_is_not_found(lender: Lender, new_brand: Callable[..., Brand]) -> None:
    loan = lender.lend()
    other = lender_of(new_brand())
    with pytest.raises(NotFound):
        other.run(lambda uow: service.post_receipt(uow, loan.id, 100, TODAY))
