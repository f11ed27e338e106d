"""Decides what row-level security costs on a list page: our list query as the application role
against the same query as a role that bypasses it, with the brand in WHERE instead."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session, with_loader_criteria
from sqlmodel import SQLModel, col

from core.access.actor import Actor
from core.application.store import case_list
from core.application.tables import Application
from core.brand.tables import Product, ProductVersion
from core.customer.tables import Customer
from core.db.engine import make_engine
from core.db.listing import ListAsk
from core.db.unit_of_work import UnitOfWork, unit_of_work
from core.loan.tables import Loan, LoanBalance
from tests.bench.form import Line, percentile, taking_turns

ROWS = 100_000
CUSTOMERS = 20_000
SORT = "age"
STAGES = ("", "review", "in_credit", "recommended")
DEPTHS = (1_000, 10_000)
SAME_ROWS_CHECKED = 20
ROUNDS = 400
WARM_UP = 40
AIM = 1.3
STATUSES = ("applied", "in_review", "in_credit", "recommended", "sanctioned", "disbursed")
# the data repeats, so that two runs measure the same thing
SEED = 20261120

# what differs from row to row; n counts from 1
CUSTOMER_ROWS = {
    "number": "'CU-' || n",
    "name": "'Customer ' || n",
    "name_key": "'customer ' || n",
    "mobile_index": "'m' || n",
    "pan_index": "''",
}
APPLICATION_ROWS = {
    "number": "'AP-' || lpad(n::text, 6, '0')",
    "customer_id": "(SELECT min(id) FROM customer) + n % :customers",
    "requested_amount_paise": "1000000 + n * 100",
    "status": "(CAST(:statuses AS text[]))[1 + n % 6]",
    "status_since": "timestamptz '2026-11-20 12:00+05:30' - n * interval '1 minute'",
    "applied_at": "timestamptz '2026-11-20 12:00+05:30' - n * interval '2 minutes'",
}


def _multiply(session: Session, table: str, rows: int, differ: dict[str, str]) -> None:
    """Copy the only row of a table so often, with what differs worked out by the database."""
    names = [column.name for column in SQLModel.metadata.tables[table].columns]
    names.remove("id")
    values = [differ.get(name, f"one.{name}") for name in names]
    statement = (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "
        f"FROM {table} AS one CROSS JOIN generate_series(1, :rows) AS n"
    )
    given = {"rows": rows, "customers": CUSTOMERS, "statuses": list(STATUSES)}
    clause = text(statement)
    wanted = {name: value for name, value in given.items() if f":{name}" in statement}
    session.execute(clause, wanted)


def fill(engine: Engine, brand_id: int) -> None:
    """Put 100,000 applications into a brand, as the application role."""
    with unit_of_work(Actor.system(brand_id, "bench"), "bench", engine=engine) as uow:
        uow.session.execute(text("SET LOCAL statement_timeout = 0"))
        product = uow.add(Product(code="bench", name="Bench", kind="bullet"))
        version = uow.add(
            ProductVersion(
                product_id=product.id,
                version=1,
                effective_from=uow.business_date,
                created_at=uow.now,
            )
        )
        customer = uow.add(
            Customer(
                number="CU-0",
                mobile_sealed="",
                mobile_index="m0",
                mobile_last4="0000",
                registered_at=uow.now,
            )
        )
        _multiply(uow.session, "customer", CUSTOMERS, CUSTOMER_ROWS)
        uow.add(
            Application(
                number="AP-0",
                customer_id=customer.id,
                product_id=product.id,
                product_version_id=version.id,
                requested_amount_paise=1_000_000,
                tenor_days=30,
                status="applied",
                status_since=uow.now,
                created_at=uow.now,
            )
        )
        _multiply(uow.session, "application", ROWS, APPLICATION_ROWS)
        uow.commit()


def _asks(uow: UnitOfWork) -> list[ListAsk]:
    """What people ask the list: first pages and pages far down, whole or by stage."""
    chance = random.Random(SEED)
    cursors: dict[tuple[str, int], str] = {}
    for stage in STAGES:
        for depth in DEPTHS:
            before = ListAsk({"stage": stage}, SORT, descending=True, size=depth)
            cursors[stage, depth] = case_list(uow, before).next_cursor
    asks: list[ListAsk] = []
    for _ in range(ROUNDS):
        stage = chance.choice(STAGES)
        cursor = cursors[stage, chance.choice(DEPTHS)] if chance.random() < 0.5 else ""
        asks.append(ListAsk({"stage": stage}, SORT, descending=True, cursor=cursor))
    return asks


@contextmanager
def _in_brand_by_predicate(session: Session, brand_id: int) -> Iterator[None]:
    """Every select of the session says which brand, in place of the policy."""

    def add(state: Any) -> None:
        state.statement = state.statement.options(
            *(
                with_loader_criteria(table, col(table.brand_id) == brand_id, include_aliases=True)
                for table in (Application, Customer, Product, Loan, LoanBalance)
            )
        )

    event.listen(session, "do_orm_execute", add)
    try:
        yield
    finally:
        event.remove(session, "do_orm_execute", add)


class _DatabaseClock:
    """Adds up the time that the database took, without what Python does around it."""

    def __init__(self, engine: Engine) -> None:
        self.milliseconds = 0.0
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def _before(self, connection: Any, *_: Any) -> None:
        connection.info["bench_began"] = time.perf_counter()

    def _after(self, connection: Any, *_: Any) -> None:
        began = connection.info["bench_began"]
        self.milliseconds += (time.perf_counter() - began) * 1000

    def of(self, work: Callable[[], object]) -> float:
        before = self.milliseconds
        work()
        return self.milliseconds - before


def measure(
    application_url: str,
    backup_url: str,
    brand_ids: tuple[int, int],
    settle: Callable[[], object],
) -> Line:
    """Fill two brands, let the database settle, and compare the list page of the first."""
    ours_engine = make_engine(application_url)
    peer_engine = make_engine(backup_url)
    for brand_id in brand_ids:
        fill(ours_engine, brand_id)
    settle()
    ours_clock, peer_clock = _DatabaseClock(ours_engine), _DatabaseClock(peer_engine)
    actor = Actor.system(brand_ids[0], "bench")
    with (
        unit_of_work(actor, "bench", engine=ours_engine) as ours,
        unit_of_work(actor, "bench", engine=peer_engine) as peer,
        _in_brand_by_predicate(peer.session, brand_ids[0]),
    ):
        asks = _asks(ours)

        def ask_ours(number: int) -> float:
            return ours_clock.of(lambda: case_list(ours, asks[number]))

        def ask_peer(number: int) -> float:
            return peer_clock.of(lambda: case_list(peer, asks[number]))

        for ask in asks[:SAME_ROWS_CHECKED]:
            if case_list(ours, ask) != case_list(peer, ask):
                raise AssertionError("ours and the peer do not show the same rows")
        ours_ms, peer_ms = taking_turns(ask_ours, ask_peer, ROUNDS, WARM_UP)
    ours_engine.dispose()
    peer_engine.dispose()
    return Line(
        name=f"list page, {ROWS:,} rows, row-level security, p95",
        ours_ms=percentile(ours_ms, 0.95),
        peer_ms=percentile(peer_ms, 0.95),
        aim=AIM,
        limit="1.00: the policy is one comparison of an index's first column",
    )
