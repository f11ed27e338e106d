"""Decides what row-level security costs on a list page: our list query as the application role
against the same query as a role that bypasses it, with the brand in WHERE instead."""

from __future__ import annotations

import datetime as dt
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Select, and_, desc, event, or_, select, text
from sqlalchemy.orm import with_loader_criteria
from sqlmodel import Session

from core.application.tables import Application
from core.customer.tables import Customer
from core.db.engine import make_engine
from core.db.unit_of_work import set_brand
from tests.bench.form import Line, percentile, taking_turns

ROWS = 100_000
CUSTOMERS = 20_000
PAGE_ROWS = 50
ROUNDS = 400
WARM_UP = 40
AIM = 1.3
STATUSES = ("applied", "in_review", "in_credit", "recommended", "sanctioned", "disbursed")
# the data repeats, so that two runs measure the same thing
SEED = 20261120

FILL = """
INSERT INTO product (brand_id, code, name, kind, active)
    VALUES (:brand, 'bench', 'Bench', 'bullet', true);
INSERT INTO product_version
    (brand_id, product_id, version, effective_from, state, terms, created_at, created_by)
    SELECT :brand, id, 1, '2026-01-01', 'active', '{}', now(), 'bench' FROM product;
INSERT INTO customer
    (brand_id, number, name, name_key, mobile_sealed, mobile_index, mobile_last4, email, gender,
     pan_sealed, pan_index, pan_last4, employer_name, salary_paise, salary_day, address_line, city,
     state, pincode, language, registered_at, version)
    SELECT :brand, 'CU-' || n, 'Customer ' || n, 'customer ' || n, '', 'm' || n, '0000', '', '',
           '', '', '', '', 0, 0, '', '', '', '', 'en', now(), 1
    FROM generate_series(1, :customers) AS n;
INSERT INTO application
    (brand_id, number, customer_id, product_id, product_version_id, requested_amount_paise,
     tenor_days, instalments, purpose, channel, status, status_since, created_at, applied_at,
     version, net_salary_paise, salary_day, employer_name, sent_back_reason, sent_back_from,
     reject_code, reject_note, rejected_in, cancel_reason)
    SELECT :brand, 'AP-' || lpad(n::text, 6, '0'), c.id, p.id, v.id, 1000000 + n * 100, 30, 1, '',
           'self_service', (CAST(:statuses AS text[]))[1 + n % 6],
           timestamptz '2026-11-20 12:00+05:30' - n * interval '1 minute',
           timestamptz '2026-11-20 12:00+05:30' - n * interval '2 minutes',
           timestamptz '2026-11-20 12:00+05:30' - n * interval '2 minutes',
           1, 0, 0, '', '', '', '', '', '', ''
    FROM generate_series(1, :rows) AS n
    JOIN product AS p ON p.code = 'bench'
    JOIN product_version AS v ON v.brand_id = p.brand_id AND v.product_id = p.id
    JOIN customer AS c ON c.number = 'CU-' || (1 + n % :customers)
"""


def fill(engine: Engine, brand_id: int) -> None:
    """Put 100,000 applications into a brand, as the application role."""
    values = {
        "brand": brand_id,
        "customers": CUSTOMERS,
        "rows": ROWS,
        "statuses": list(STATUSES),
    }
    with Session(engine) as session:
        set_brand(session, brand_id)
        session.execute(text("SET LOCAL statement_timeout = 0"))
        for statement in FILL.split(";\n"):
            session.execute(text(statement), values)
        session.commit()


def page_statement(
    status: str | None, after: tuple[dt.datetime, int] | None
) -> Select[tuple[Any, ...]]:
    """One page of the applications list: newest first, keyset, the customer's name beside it."""
    statement = (
        select(
            Application.id,
            Application.number,
            Customer.name,
            Application.requested_amount_paise,
            Application.status,
            Application.status_since,
        )
        .join(
            Customer,
            and_(
                Customer.brand_id == Application.brand_id,
                Customer.id == Application.customer_id,
            ),
        )
        .order_by(desc(Application.status_since), desc(Application.id))
        .limit(PAGE_ROWS)
    )
    if status is not None:
        statement = statement.where(Application.status == status)
    if after is not None:
        moment, key = after
        statement = statement.where(
            or_(
                Application.status_since < moment,
                and_(Application.status_since == moment, Application.id < key),
            )
        )
    return statement


def _asks() -> list[tuple[str | None, tuple[dt.datetime, int] | None]]:
    """What people ask a list: first pages, pages further down, with and without a filter."""
    chance = random.Random(SEED)
    newest = dt.datetime(2026, 11, 20, 6, 30, tzinfo=dt.UTC)
    asks: list[tuple[str | None, tuple[dt.datetime, int] | None]] = []
    for _ in range(ROUNDS):
        status = chance.choice([None, *STATUSES])
        deep = chance.random() < 0.5
        minutes = chance.randrange(ROWS)
        asks.append((status, (newest - dt.timedelta(minutes=minutes), 0) if deep else None))
    return asks


@contextmanager
def _in_brand_by_predicate(session: Session, brand_id: int) -> Iterator[None]:
    """Every select of the session says which brand, in place of the policy."""

    def add(state: Any) -> None:
        state.statement = state.statement.options(
            *(
                with_loader_criteria(table, table.brand_id == brand_id, include_aliases=True)
                for table in (Application, Customer)
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
    asks = _asks()
    ours_clock, peer_clock = _DatabaseClock(ours_engine), _DatabaseClock(peer_engine)
    with Session(ours_engine) as ours, Session(peer_engine) as peer:
        set_brand(ours, brand_ids[0])

        def ask_ours(number: int) -> float:
            return ours_clock.of(lambda: _ask(ours, asks[number]))

        def ask_peer(number: int) -> float:
            return peer_clock.of(lambda: _ask(peer, asks[number]))

        with _in_brand_by_predicate(peer, brand_ids[0]):
            for number in range(20):
                if _ask(ours, asks[number]) != _ask(peer, asks[number]):
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


def _ask(session: Session, ask: tuple[str | None, tuple[dt.datetime, int] | None]) -> list[Any]:
    return [tuple(found) for found in session.execute(page_statement(*ask)).all()]
