"""Random lives of loans, lived through the services, keep the books exact on every count.
One seed makes the whole run; it is printed with any failure and can be set by MUNIM_SEED.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from core.brand.tables import Brand, ProductVersion
from core.db.unit_of_work import UnitOfWork, unit_of_work
from core.end_of_day import service as end_of_day
from core.kernel.errors import DomainError
from core.kernel.rate import RatePeriod
from core.ledger import store as ledger_store
from core.ledger.chart import Head
from core.loan import service, store
from core.loan.book import book_of
from core.loan.event import Event
from core.loan.replay import replay
from core.loan.tables import InstalmentRow, Loan, LoanBalance, LoanEvent
from core.loan.terms import Component, LoanKind, ProductTerms
from tests.core.loan.lending import Lender, lender_of, sanction_many, sell_product

SEQUENCES = int(os.environ.get("MUNIM_SEQUENCES", "2000"))
OPERATIONS = 3
DAYS = 48
FIRST_DATE = dt.date(2027, 12, 20)  # crosses the year end, then runs up to the end of January


def random_product(rng: random.Random, kind: LoanKind) -> ProductTerms:
    """Return product terms with random orders, fees, rounding and penal rule."""
    order = list(Component)
    rng.shuffle(order)
    bullet = kind is LoanKind.BULLET
    return ProductTerms(
        kind=kind,
        min_amount_paise=10_000,
        max_amount_paise=100_000_000,
        min_tenor=1,
        max_tenor=60,
        rate_bps=rng.choice([0, 7, 100]) if bullet else rng.choice([0, 1_199, 3_600]),
        rate_period=RatePeriod.DAY if bullet else RatePeriod.YEAR,
        processing_fee_bps=rng.choice([0, 250, 333]),
        penal_bps_per_year=rng.choice([0, 1_800, 3_650]),
        penal_grace_days=rng.choice([0, 0, 3]),
        instalment_multiple_paise=rng.choice([1, 100]),
        allocation_order=tuple(order),
    )


class Life:
    """One loan with the receipts its sequence has made so far."""

    def __init__(self, loan: Loan) -> None:
        self.loan = loan
        self.receipts: list[int] = []
        self.operations = 0


def operate(uow: UnitOfWork, life: Life, rng: random.Random, next_receipt: int) -> None:
    """Do one random thing to a loan; a refusal by the domain is a legal outcome."""
    loan, today = life.loan, uow.business_date
    earliest = max(loan.disbursed_on, today - dt.timedelta(days=rng.choice([0, 0, 0, 2, 9])))
    value_date = earliest if rng.random() < 0.5 else today
    dice = rng.random()
    if dice < 0.55:
        amount = rng.randrange(1, loan.principal_paise // rng.choice([1, 3]) + 2)
        if rng.random() < 0.6:
            place = service.current_position(uow, loan.id)
            owed = [place.payoff_paise, place.overdue.total, place.next_due_paise]
            amount = rng.choice(owed)
        service.post_receipt(
            uow,
            loan.id,
            amount or 1,
            value_date,
            receipt_id=next_receipt,
            head=rng.choice([Head.BANK, Head.GATEWAY_CLEARING]),
            is_payoff=rng.random() < 0.4,
        )
        life.receipts.append(next_receipt)
    elif dice < 0.75 and life.receipts:
        receipt = life.receipts.pop(rng.randrange(len(life.receipts)))
        service.reverse_receipt(uow, receipt_id=receipt, reason="bounced")
    elif dice < 0.85:
        service.add_charge(uow, loan.id, 50_000, value_date, label="bounce", tax_paise=9_000)
    elif dice < 0.95:
        component = rng.choice(list(Component))
        service.waive(uow, loan.id, component, rng.randrange(1, 100_000), today, reason="goodwill")
    else:
        service.refund_excess(uow, loan.id, rng.randrange(1, 1_000_000), today)
    life.operations += 1


def books_by_loan(uow: UnitOfWork) -> dict[int, dict[Head, int]]:
    """Return what postings and nightly facts say of every loan, by head."""
    books: dict[int, dict[Head, int]] = defaultdict(lambda: defaultdict(int))
    rows = uow.session.execute(
        text(
            "SELECT p.loan_id, a.code, sum(p.amount_paise)::bigint FROM posting p"
            " JOIN ledger_account a ON a.id = p.account_id WHERE p.loan_id IS NOT NULL"
            " GROUP BY p.loan_id, a.code"
        )
    )
    for loan_id, code, paise in rows:
        books[loan_id][Head(code)] += paise
    heads = {
        "interest": (Head.INTEREST_RECEIVABLE, Head.INTEREST_INCOME),
        "penal": (Head.PENAL_RECEIVABLE, Head.PENAL_INCOME),
    }
    facts = uow.session.execute(
        text(
            "SELECT loan_id, component, sum(amount_paise)::bigint FROM accrual_fact"
            " WHERE event_id IS NULL GROUP BY loan_id, component"
        )
    )
    for loan_id, component, paise in facts:
        receivable, income = heads[component]
        books[loan_id][receivable] += paise
        books[loan_id][income] -= paise
    return {
        loan_id: {head: paise for head, paise in book.items() if paise}
        for loan_id, book in books.items()
    }


def check_books(uow: UnitOfWork) -> None:
    """Every entry is zero, balances are the postings, nightly entries are the nightly facts."""
    bad = uow.session.execute(
        text("SELECT entry_id FROM posting GROUP BY entry_id HAVING sum(amount_paise) <> 0")
    ).all()
    assert bad == []
    kept = {row.code: row.balance_paise for row in ledger_store.balances(uow)}
    summed = {
        row.code: row.balance_paise for row in ledger_store.balances_as_of(uow, dt.date(9999, 1, 1))
    }
    assert kept == summed
    assert sum(kept.values()) == 0
    nightly = uow.session.execute(
        text(
            "SELECT e.posted_on, e.kind, sum(p.amount_paise)::bigint FROM entry e"
            " JOIN posting p ON p.entry_id = e.id AND p.amount_paise > 0"
            " WHERE e.key LIKE 'end_of_day:%' GROUP BY 1, 2 ORDER BY 1, 2"
        )
    ).all()
    facts = uow.session.execute(
        text(
            "SELECT business_date, CASE component WHEN 'interest' THEN 'accrue' ELSE 'penal' END,"
            " sum(amount_paise)::bigint FROM accrual_fact WHERE event_id IS NULL"
            " GROUP BY 1, 2 HAVING sum(amount_paise) <> 0 ORDER BY 1, 2"
        )
    ).all()
    assert nightly == facts


class Kept(NamedTuple):
    """All rows of all loans, read at once."""

    loans: Sequence[Loan]
    events: dict[int, list[Event]]
    balances: dict[int, LoanBalance]
    instalments: dict[int, list[InstalmentRow]]


def read_all(uow: UnitOfWork) -> Kept:
    """Read the loans of the brand with what is kept about them."""
    events: dict[int, list[Event]] = defaultdict(list)
    for row in uow.session.scalars(select(LoanEvent).order_by(col(LoanEvent.id))):
        events[row.loan_id].append(store.event_of(row))
    instalments: dict[int, list[InstalmentRow]] = defaultdict(list)
    for row in uow.session.scalars(select(InstalmentRow).order_by(col(InstalmentRow.number))):
        instalments[row.loan_id].append(row)
    balances = {row.loan_id: row for row in uow.session.scalars(select(LoanBalance))}
    return Kept(uow.session.scalars(select(Loan)).all(), events, balances, instalments)


def check_loan(kept: Kept, loan: Loan, book: dict[Head, int], today: dt.date) -> None:
    """Books and projection of one loan are those of its pure position."""
    terms, events = store.terms_of(loan), kept.events[loan.id]
    assert book == book_of(replay(terms, events, today))
    balance = kept.balances[loan.id]
    state = replay(terms, events, balance.as_of)
    wanted = store.balance_values(state)
    assert {name: getattr(balance, name) for name in wanted} == wanted
    lines = store.instalment_values(state)
    rows = kept.instalments[loan.id]
    assert [{name: getattr(row, name) for name in lines[0]} for row in rows] == lines


@pytest.fixture
def rng() -> random.Random:
    """A generator whose seed is shown when the test fails."""
    seed = int(os.environ.get("MUNIM_SEED", "20271220"))
    print(f"MUNIM_SEED={seed}")
    return random.Random(seed)


def test_random_lives_keep_every_sum_zero_and_equal_to_the_position(
    new_brand: Callable[..., Brand], rng: random.Random
) -> None:
    lender: Lender = lender_of(new_brand(business_date=FIRST_DATE))
    lives: list[Life] = []
    receipts = 0

    def in_one(work: Callable[[UnitOfWork], Any]) -> Any:
        with unit_of_work(lender.actor, "random") as uow:
            answer = work(uow)
            uow.commit()
            return answer

    products = [random_product(rng, kind) for kind in LoanKind for _ in range(4)]
    sold = in_one(lambda uow: [(sell_product(uow, product), product) for product in products])

    def births(uow: UnitOfWork, count: int) -> None:
        wishes: list[tuple[ProductVersion, ProductTerms, int, int]] = []
        for _ in range(count):
            version, product = rng.choice(sold)
            tenor = rng.randrange(3, 30) if product.kind is LoanKind.BULLET else rng.randrange(1, 7)
            wishes.append((version, product, rng.randrange(10_000, 10_000_000), tenor))
        for application in sanction_many(uow, wishes):
            lives.append(Life(service.give_birth(uow, application.id)))

    def a_day(uow: UnitOfWork) -> None:
        nonlocal receipts
        for life in rng.sample(lives, k=min(len(lives), SEQUENCES * OPERATIONS // DAYS)):
            receipts += 1
            # a refusal comes before anything is written, so the transaction goes on
            with contextlib.suppress(DomainError):
                operate(uow, life, rng, receipts)

    def check(uow: UnitOfWork) -> None:
        check_books(uow)
        books, kept = books_by_loan(uow), read_all(uow)
        for loan in kept.loans:
            check_loan(kept, loan, books.get(loan.id, {}), uow.business_date)

    born_in = DAYS // 3
    for day in range(DAYS):
        if day < born_in:
            share = SEQUENCES // born_in + (1 if day < SEQUENCES % born_in else 0)
            in_one(lambda uow, share=share: births(uow, share))
        in_one(a_day)
        in_one(lambda uow: end_of_day.run_end_of_day(uow, uow.business_date))
        if day % 16 == 15:
            in_one(check)
    assert len(lives) == SEQUENCES
    assert sum(life.operations for life in lives) > SEQUENCES
