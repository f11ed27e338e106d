"""Closing a business date: each step once, resumable anywhere, equal to the pure position.
The same nights are closed twice, stopped half-way and run side by side, with the same rows.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select, text

from core.access.actor import Actor
from core.brand.tables import Brand
from core.db.unit_of_work import UnitOfWork, unit_of_work
from core.end_of_day import service
from core.end_of_day.service import DateNotOpen
from core.end_of_day.step import STEPS, StepName
from core.kernel.errors import Conflict, Forbidden
from core.kernel.money import Rounding, round_ratio
from core.loan import service as loan_service
from core.loan import store as loan_store
from core.loan.replay import replay
from core.loan.tables import Loan
from jobs.task import drain
from tests.core.loan.lending import BULLET, LEVEL, Lender, lender_of

TODAY = dt.date(2026, 11, 20)
TABLES = ("accrual_fact", "bucket_fact", "instalment", "loan_balance", "posting", "entry")


@pytest.fixture
def lender(brand: Brand) -> Lender:
    """A brand that lends."""
    return lender_of(brand)


def rows(lender: Lender, *tables: str) -> dict[str, list[Any]]:
    """Return the content of tables without ids and moments."""
    found: dict[str, list[Any]] = {}
    with unit_of_work(lender.actor, "read") as uow:
        for table in tables or TABLES:
            columns = uow.session.execute(
                text(
                    "SELECT column_name FROM information_schema.columns WHERE table_name = :t"
                    " AND column_name NOT IN ('brand_id', 'id', 'posted_at', 'input_hash',"
                    " 'entry_id', 'account_id', 'loan_id', 'event_id', 'key', 'memo')"
                    " ORDER BY column_name"
                ),
                {"t": table},
            ).scalars()
            names = ", ".join(columns)
            found[table] = sorted(
                map(repr, uow.session.execute(text(f"SELECT {names} FROM {table}")))
            )
    return found


def step_names(lender: Lender, run_id: int) -> list[tuple[str, str, int]]:
    """Return the steps of a run with their state and count."""
    with unit_of_work(lender.actor, "read") as uow:
        return [(row.name, row.state, row.loans) for row in service.steps(uow, run_id)]


def test_a_night_earns_interest_and_opens_the_next_date(lender: Lender) -> None:
    loan = lender.lend()
    run = lender.run(lambda uow: service.run_end_of_day(uow, TODAY))
    assert lender.today() == TODAY + dt.timedelta(days=1)
    assert step_names(lender, run.id) == [
        ("accrue", "done", 1),
        ("penal_charges", "done", 0),
        ("overdue_days", "done", 0),
        ("close_date", "done", 0),
    ]
    with unit_of_work(lender.actor, "read") as uow:
        assert loan_store.recognised_paise(uow, loan.id)[loan_store.Component.INTEREST] == 30_000


def test_only_the_open_date_can_be_closed(lender: Lender) -> None:
    with pytest.raises(DateNotOpen):
        lender.run(lambda uow: service.begin_run(uow, TODAY + dt.timedelta(days=1)))


def test_closing_a_closed_date_again_changes_nothing(lender: Lender) -> None:
    lender.lend()
    lender.run(lambda uow: service.run_end_of_day(uow, TODAY))
    before = rows(lender)
    lender.run(lambda uow: service.run_end_of_day(uow, TODAY))
    assert rows(lender) == before
    assert lender.today() == TODAY + dt.timedelta(days=1)
    with pytest.raises(DateNotOpen, match="closed already"):
        lender.run(lambda uow: service.request_end_of_day(uow, TODAY))


def test_a_step_waits_for_the_ones_before_it(lender: Lender) -> None:
    run = lender.run(lambda uow: service.begin_run(uow, TODAY))
    with pytest.raises(Conflict, match="earlier step"):
        lender.run(lambda uow: service.run_step(uow, run.id, StepName.CLOSE_DATE))


def portfolio(lender: Lender) -> list[Loan]:
    """Lend a few loans of both kinds."""
    return [
        lender.lend(BULLET, tenor=3),
        lender.lend(BULLET, amount_paise=1_234_567, tenor=5),
        lender.lend(LEVEL, amount_paise=5_000_000, tenor=3, repayment_on=dt.date(2026, 11, 24)),
    ]


def night(lender: Lender, stop_after: int | None = None) -> None:
    """Close the open date in one transaction a step; stop as if killed, then resume."""
    day = lender.today()
    run = lender.run(lambda uow: service.begin_run(uow, day))
    for place, name in enumerate(STEPS):
        if place == stop_after:
            with unit_of_work(lender.actor, "killed") as uow:
                service.run_step(uow, run.id, name)
        lender.run(lambda uow, name=name: service.run_step(uow, run.id, name))
        lender.run(lambda uow, name=name: service.run_step(uow, run.id, name))


@pytest.mark.parametrize("stop_after", range(len(STEPS)))
def test_a_run_stopped_at_any_step_and_resumed_equals_an_unbroken_one(
    new_brand: Callable[..., Brand], stop_after: int
) -> None:
    whole, broken = lender_of(new_brand()), lender_of(new_brand())
    for lender, stop in ((whole, None), (broken, stop_after)):
        portfolio(lender)
        for _ in range(6):
            night(lender, stop)
    left, right = rows(whole), rows(broken)
    for table in TABLES:
        assert left[table] == right[table], table


def test_every_night_agrees_with_the_pure_position(lender: Lender) -> None:
    rng = random.Random(7)
    loans = [
        *portfolio(lender),
        lender.lend(LEVEL, amount_paise=777_777, tenor=2),
        lender.lend(BULLET, amount_paise=999_999, tenor=40),
    ]
    for number in range(70):
        night(lender)
        if number % 9 == 4:
            loan = rng.choice(loans)
            lender.run(
                lambda uow, loan=loan, number=number: loan_service.post_receipt(
                    uow, loan.id, 321_123, uow.business_date, receipt_id=number + 1
                )
            )
        with unit_of_work(lender.actor, "compare") as uow:
            for loan in uow.session.scalars(select(Loan)):
                compare(uow, loan)


def compare(uow: UnitOfWork, loan: Loan) -> None:
    """Facts and balance of a loan are what the pure rules say on their date."""
    terms, events = loan_store.terms_of(loan), loan_store.events_of(uow, loan.id)
    today = replay(terms, events, uow.business_date)
    recognised = loan_store.recognised_paise(uow, loan.id)
    assert recognised[loan_store.Component.INTEREST] == today.interest_earned(uow.business_date)
    assert recognised[loan_store.Component.PENAL] == today.total(loan_store.Component.PENAL, "due")
    balance = loan_store.balance_of(uow, loan.id)
    assert balance is not None
    wanted = loan_store.balance_values(replay(terms, events, balance.as_of))
    assert {name: getattr(balance, name) for name in wanted} == wanted
    now = loan_store.balance_values(today)
    for name in ("days_past_due", "bucket", "overdue_paise", "next_due_on", "next_due_paise"):
        assert getattr(balance, name) == now[name], name


def test_a_bucket_change_is_a_fact_and_an_event(lender: Lender) -> None:
    loan = lender.lend(BULLET, tenor=1)
    lender.close_days(2)
    with unit_of_work(lender.actor, "read") as uow:
        facts = uow.session.execute(
            text(
                "SELECT loan_id, business_date, from_bucket, to_bucket, days_past_due,"
                " overdue_paise FROM bucket_fact"
            )
        ).all()
        told = uow.session.execute(
            text("SELECT payload FROM outbox_event WHERE topic = 'loan.bucket_changed'")
        ).scalars()
        assert [tuple(row) for row in facts] == [
            (loan.id, dt.date(2026, 11, 21), "pre_due", "1-30", 1, 3_033_030)
        ]
        assert list(told) == [
            {
                "loan_id": loan.id,
                "from": "pre_due",
                "to": "1-30",
                "days_past_due": 1,
                "business_date": "2026-11-21",
            }
        ]
    lender.run(
        lambda uow: loan_service.post_receipt(
            uow, loan.id, 3_033_030, uow.business_date, receipt_id=1
        )
    )
    with unit_of_work(lender.actor, "read") as uow:
        assert (
            uow.session.execute(
                text("SELECT to_bucket FROM bucket_fact ORDER BY id DESC LIMIT 1")
            ).scalar_one()
            == "pre_due"
        )


def test_a_receipt_between_two_steps_counts_for_the_next_date(lender: Lender) -> None:
    loan = lender.lend(BULLET, tenor=1)
    lender.close_days(1)
    day = lender.today()
    run = lender.run(lambda uow: service.begin_run(uow, day))
    lender.run(lambda uow: service.run_step(uow, run.id, StepName.ACCRUE))
    lender.run(lambda uow: loan_service.post_receipt(uow, loan.id, 30_000, day, receipt_id=1))
    for name in STEPS:
        lender.run(lambda uow, name=name: service.run_step(uow, run.id, name))
    with unit_of_work(lender.actor, "compare") as uow:
        compare(uow, uow.get(Loan, loan.id))


def test_nights_a_brand_never_closed_are_caught_up(lender: Lender) -> None:
    loan = lender.lend(BULLET, tenor=20)
    lender.run(
        lambda uow: uow.session.execute(
            text("UPDATE brand SET business_date = business_date + 8 WHERE id = :id"),
            {"id": lender.brand_id},
        )
    )
    lender.close_days(1)
    with unit_of_work(lender.actor, "compare") as uow:
        compare(uow, uow.get(Loan, loan.id))
        assert loan_store.recognised_paise(uow, loan.id)[loan_store.Component.INTEREST] == 270_000


def test_the_job_closes_the_date_that_was_asked_for(lender: Lender) -> None:
    import jobs.end_of_day  # noqa: F401  the job declares itself

    lender.lend()
    run = lender.run(lambda uow: service.request_end_of_day(uow, TODAY))
    drain(lender.brand_id)
    assert lender.today() == TODAY + dt.timedelta(days=1)
    assert {state for _, state, _ in step_names(lender, run.id)} == {"done"}


def test_a_credit_executive_may_not_close_the_date(staff: Callable[..., Actor]) -> None:
    with pytest.raises(Forbidden), unit_of_work(staff("credit_executive"), "x") as uow:
        service.request_end_of_day(uow, TODAY)


def test_the_rounding_of_the_database_is_the_rounding_of_the_kernel(lender: Lender) -> None:
    rng = random.Random(11)
    cases = [
        (rng.randrange(10**12), rng.randrange(1, 10**6), rng.choice(list(Rounding)), step)
        for _ in range(400)
        for step in (1, 100)
    ]
    cases += [(n, 2, mode, 1) for n in range(8) for mode in Rounding]
    with unit_of_work(lender.actor, "read") as uow:
        answers = uow.session.execute(
            text(
                "SELECT round_ratio(n, d, m, s) FROM unnest(CAST(:n AS numeric[]),"
                " CAST(:d AS numeric[]), CAST(:m AS text[]), CAST(:s AS int[]))"
                " WITH ORDINALITY AS c (n, d, m, s, place) ORDER BY place"
            ),
            {
                "n": [case[0] for case in cases],
                "d": [case[1] for case in cases],
                "m": [case[2].value for case in cases],
                "s": [case[3] for case in cases],
            },
        ).scalars()
        assert list(answers) == [round_ratio(*case) for case in cases]
