"""The collector's work on real loans: who gets them, what is recorded, when they leave the list.
Loans are lent and days closed through the same services as in production."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from core.collection import service, store
from core.collection.service import RecordRemark
from core.collection.tables import CollectionAssignment, PromiseToPay
from core.db.listing import ListAsk
from core.kernel.errors import Forbidden, Invalid
from core.loan import service as loan_service
from tests.core.loan.lending import lender_of

ASK = ListAsk(sort="days_past_due", descending=True)


@pytest.fixture
def lender(brand):
    return lender_of(brand)


@pytest.fixture
def overdue(lender, staff):
    """A 7-day loan of ₹ 10,000 that is three days late and given to one executive."""
    collector = staff("collection_executive")
    loan = lender.lend(amount_paise=1_000_000, tenor=7)
    lender.close_days(11)
    lender.run(service.assign_overdue)
    return loan, collector


def _promise(loan, **changes):
    values = {
        "loan_id": loan.id,
        "disposition": "promised",
        "note": "Salary comes on Friday",
        "promise_amount_paise": 500_000,
        "promised_on": dt.date(2026, 12, 3),
    }
    return RecordRemark(**{**values, **changes})


def test_an_overdue_loan_comes_to_the_executive_with_least_work(lender, staff, uow):
    first, second = staff("collection_executive"), staff("collection_executive")
    for _ in range(3):
        lender.lend(amount_paise=1_000_000, tenor=7)
    lender.close_days(9)
    assert lender.run(service.assign_overdue) == 3
    with uow(first) as work:
        rows = work.session.scalars(select(CollectionAssignment)).all()
        load = sorted(sum(row.staff_id == one.id for row in rows) for one in (first, second))
        assert load == [1, 2]
        mine = store.worklist(work.session, ASK, staff_id=first.id)
        assert {row["staff_name"] for row in mine.rows} == {first.name}


def test_the_worklist_shows_what_is_overdue_and_since_when(overdue, uow):
    loan, collector = overdue
    with uow(collector) as work:
        row = store.loan_row(work.session, loan.id)
        # the due date is day one (RBI clarification of Nov 2021): 27, 28, 29, 30 November
        assert row.days_past_due == 4
        assert row.bucket == "1-30"
        assert row.oldest_due_on == dt.date(2026, 11, 27)
        assert row.overdue_paise >= 1_070_000


def test_a_promise_is_kept_by_the_receipt_that_follows(overdue, lender, uow):
    loan, collector = overdue
    with uow(collector) as work:
        service.record_remark(work, _promise(loan))
        work.commit()
    day = lender.today()
    lender.run(lambda work: loan_service.post_receipt(work, loan.id, 500_000, day))
    assert lender.run(service.judge_promises) == {"keep": 1, "break": 0}
    with uow(collector) as work:
        promise = work.session.scalar(select(PromiseToPay))
        assert (promise.status, promise.received_paise) == ("kept", 500_000)


def test_a_promise_without_money_is_broken_the_day_after(overdue, lender, uow):
    loan, collector = overdue
    with uow(collector) as work:
        service.record_remark(work, _promise(loan))
        work.commit()
    while lender.today() <= dt.date(2026, 12, 3):
        lender.close_days(1)
    assert lender.run(service.judge_promises) == {"keep": 0, "break": 1}


def test_a_newer_promise_replaces_the_open_one(overdue, uow):
    loan, collector = overdue
    for amount in (100_000, 200_000):
        with uow(collector) as work:
            service.record_remark(work, _promise(loan, promise_amount_paise=amount))
            work.commit()
    with uow(collector) as work:
        states = [p.status for p in store.promises_of_loan(work.session, loan.id)]
        assert states == ["open", "replaced"]


def test_a_paid_loan_leaves_the_worklist(overdue, lender, uow):
    loan, collector = overdue
    day = lender.today()
    lender.run(lambda work: loan_service.post_receipt(work, loan.id, 5_000_000, day))
    assert lender.run(lambda work: service.release_if_current(work, loan.id)) is True
    with uow(collector) as work:
        assert store.worklist(work.session, ASK).rows == []


def test_another_executive_may_not_write_on_a_colleagues_loan(overdue, staff, uow):
    loan, _ = overdue
    with uow(staff("collection_executive")) as work, pytest.raises(Forbidden, match="works on"):
        service.record_remark(work, _promise(loan))


def test_a_remark_says_what_is_missing_beside_its_field(overdue, uow):
    loan, collector = overdue
    with uow(collector) as work, pytest.raises(Invalid) as refusal:
        service.record_remark(
            work, _promise(loan, channel="pigeon", promise_amount_paise=0, promised_on=None)
        )
    assert refusal.value.fields == {
        "channel": "Choose how you reached out",
        "promised_on": "Enter the day of the promise",
    }


def test_a_manager_moves_a_loan_to_another_executive(overdue, staff, uow):
    loan, _ = overdue
    other = staff("collection_executive")
    with uow(staff("collection_manager")) as work:
        service.reassign(work, loan.id, other.id, "knows the customer")
        work.commit()
    with uow(other) as work:
        assert store.open_assignment(work.session, loan.id).staff_id == other.id
