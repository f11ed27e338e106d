"""Decides what one transaction of the product is: one brand, one actor, one use case.
Audit, outbox and live-screen notices are written here, so no service can forget them."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Engine, select, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col

from core.access.actor import Actor
from core.brand.tables import Brand
from core.db.brand_table import BrandTable, now_utc
from core.db.engine import application_engine
from core.db.sentence import sentences
from core.db.tables import AuditEvent, IdempotencyKey, OutboxEvent, Transition
from core.kernel.errors import IdempotencyMismatch, NotFound, StaleVersion
from core.kernel.state_machine import StateMachine

T = TypeVar("T")
R = TypeVar("R", bound=SQLModel)

MAX_RETRIES = 3
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01", "55P03"})
NOTIFY_CHANNEL = "munim"
OUTBOX_CHANNEL = "munim_outbox"
NUMBER_DIGITS = 6


def input_hash(value: Mapping[str, Any]) -> str:
    """A stable hash of a command's input, for idempotency."""
    text_form = json.dumps(value, sort_keys=True, default=str, separators=(",", ":"))
    return hashlib.sha256(text_form.encode()).hexdigest()


class UnitOfWork:
    """One transaction under one brand; rolled back unless `commit()` is called."""

    def __init__(self, session: Session, actor: Actor, use_case: str, now: dt.datetime) -> None:
        self.session = session
        self.actor = actor
        self.use_case = use_case
        self.now = now
        self._brand: Brand | None = None
        self._touched: set[tuple[str, int]] = set()
        self._emitted = False
        self.committed = False

    @property
    def brand_id(self) -> int:
        """The brand this transaction is confined to."""
        return self.actor.brand_id

    @property
    def brand(self) -> Brand:
        """The brand's row."""
        if self._brand is None:
            self._brand = self.session.get_one(Brand, self.brand_id)
        return self._brand

    @property
    def business_date(self) -> dt.date:
        """The brand's open business date; not the clock (DESIGN.md 3, Time)."""
        return self.brand.business_date

    def add(self, row: R) -> R:
        """Insert a row; a brand table gets this transaction's brand. The id is set on return."""
        if isinstance(row, BrandTable):
            row.brand_id = self.brand_id
        self.session.add(row)
        self.session.flush()
        return row

    def add_all(self, rows: list[R]) -> list[R]:
        """Insert many rows in one flush."""
        for row in rows:
            if isinstance(row, BrandTable):
                row.brand_id = self.brand_id
        self.session.add_all(rows)
        self.session.flush()
        return rows

    def find(self, model: type[R], row_id: int) -> R | None:
        """The brand's row with this id, or None."""
        return self.session.get(model, (self.brand_id, row_id))

    def get(self, model: type[R], row_id: int) -> R:
        """The brand's row with this id; raises `NotFound` also for another brand's row."""
        row = self.find(model, row_id)
        if row is None:
            raise NotFound(f"There is no {_noun(model)} {row_id} here")
        return row

    def lock(self, model: type[R], row_id: int) -> R:
        """The row locked `FOR NO KEY UPDATE` and read afresh; the serialisation point."""
        self.session.flush()
        columns: Any = cast(Any, model).__table__.c
        statement = (
            select(model)
            .where(columns.brand_id == self.brand_id, columns.id == row_id)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        row = self.session.scalar(statement)
        if row is None:
            raise NotFound(f"There is no {_noun(model)} {row_id} here")
        return row

    def expect_version(self, row: Any, version: int) -> None:
        """Refuse to overwrite what somebody else saved meanwhile; raises `StaleVersion`."""
        if row.version == version:
            return
        subject = str(row.__tablename__)
        statement = (
            select(AuditEvent)
            .where(
                col(AuditEvent.subject_type) == subject,
                AuditEvent.subject_id == row.id,
            )
            .order_by(col(AuditEvent.id).desc())
            .limit(1)
        )
        last = self.session.scalar(statement)
        raise StaleVersion(
            last.actor_name if last else "Somebody else",
            last.at if last else None,
            version=row.version,
        )

    def audit(
        self,
        action: str,
        subject: tuple[str, int | None],
        *,
        case_id: int | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
        reason: str = "",
        **words: Any,
    ) -> None:
        """Record who did what to which subject; the action must have a sentence."""
        sentences.require(action)
        subject_type, subject_id = subject
        actor = self.actor
        event = AuditEvent(
            brand_id=self.brand_id,
            at=self.now,
            actor_kind=str(actor.kind),
            actor_id=actor.id,
            actor_name=actor.name,
            actor_role=actor.role,
            use_case=self.use_case,
            action=action,
            subject_type=subject_type,
            subject_id=subject_id,
            case_id=case_id if case_id else (subject_id if subject_type == "application" else None),
            words=_plain(words),
            before=_plain(before or {}),
            after=_plain(after or {}),
            reason=reason,
            address=actor.address,
            device=actor.device,
        )
        self.session.add(event)
        if subject_id is not None:
            self.touch(subject_type, subject_id)
        if case_id is not None:
            self.touch("application", case_id)

    def emit(
        self, topic: str, payload: Mapping[str, Any], *, not_before: dt.datetime | None = None
    ) -> None:
        """Tell the jobs, in this same transaction; the payload holds ids, never personal data."""
        self._emitted = True
        self.session.add(
            OutboxEvent(
                brand_id=self.brand_id,
                topic=topic,
                payload=_plain(payload),
                created_at=self.now,
                not_before=not_before,
            )
        )

    def touch(self, subject_type: str, subject_id: int) -> None:
        """Tell the open screens about a subject once this commits."""
        self._touched.add((subject_type, subject_id))

    def transition(
        self,
        machine: StateMachine,
        row: Any,
        event: str,
        *,
        reason: str = "",
    ) -> str:
        """Move a row along its life cycle; raises `IllegalTransition` and then writes nothing."""
        old = str(row.status)
        new = machine.next(old, event)
        row.status = new
        if hasattr(row, "version"):
            row.version += 1
        if hasattr(row, "status_since"):
            row.status_since = self.now
        subject_type = str(row.__tablename__)
        self.session.add(
            Transition(
                brand_id=self.brand_id,
                subject_type=subject_type,
                subject_id=row.id,
                from_status=old,
                event=event,
                to_status=new,
                by_kind=str(self.actor.kind),
                by_id=self.actor.id,
                by_name=self.actor.name,
                at=self.now,
                reason=reason,
            )
        )
        self.touch(subject_type, row.id)
        return new

    def next_number(self, series: str) -> str:
        """The next number of a series people see, like LN-000042; gaps only on rollback."""
        statement = text(
            "INSERT INTO number_series (brand_id, series, next_number) VALUES (:brand, :series, 2)"
            " ON CONFLICT (brand_id, series) DO UPDATE"
            " SET next_number = number_series.next_number + 1 RETURNING next_number - 1"
        )
        number = self.session.execute(
            statement, {"brand": self.brand_id, "series": series}
        ).scalar_one()
        return f"{series}-{number:0{NUMBER_DIGITS}d}"

    def idempotent(
        self, key: str, given: Mapping[str, Any], work: Callable[[], Mapping[str, Any]]
    ) -> dict[str, Any]:
        """Do the work once per key; a repeat gets the saved answer, other input is refused.

        Concurrent callers with one key queue on an advisory lock, so both get one answer.
        """
        given_hash = input_hash(given)
        lock = "SELECT pg_advisory_xact_lock(:brand, hashtext(:key))"
        self.session.execute(text(lock), {"brand": self.brand_id, "key": key})
        statement = select(IdempotencyKey).where(
            col(IdempotencyKey.key) == key,
        )
        saved = self.session.scalar(statement)
        if saved is not None:
            if saved.input_hash != given_hash:
                raise IdempotencyMismatch(key)
            return saved.answer
        answer = _plain(work())
        self.add(IdempotencyKey(key=key, input_hash=given_hash, answer=answer, created_at=self.now))
        return answer

    def flush(self) -> None:
        """Send pending rows to the database."""
        self.session.flush()

    def commit(self) -> None:
        """Make it so: rows, audit, events, and a notice to the open screens."""
        self.session.flush()
        for subject, subject_id in sorted(self._touched):
            notice = {"brand": self.brand_id, "subject": subject, "id": subject_id}
            self.session.execute(
                text("SELECT pg_notify(:channel, :notice)"),
                {"channel": NOTIFY_CHANNEL, "notice": json.dumps(notice)},
            )
        if self._emitted:
            self.session.execute(
                text("SELECT pg_notify(:channel, :brand)"),
                {"channel": OUTBOX_CHANNEL, "brand": str(self.brand_id)},
            )
        self.session.commit()
        self._emitted = False
        self._touched.clear()
        self.committed = True


def set_brand(session: Session, brand_id: int) -> None:
    """Confine the running transaction to one brand."""
    session.execute(
        text("SELECT set_config('app.brand_id', :brand, true)"), {"brand": str(brand_id)}
    )


@contextmanager
def unit_of_work(
    actor: Actor,
    use_case: str,
    *,
    now: dt.datetime | None = None,
    engine: Engine | None = None,
) -> Iterator[UnitOfWork]:
    """Open a transaction for an actor in the actor's brand; rollback is the default exit."""
    with Session(engine or application_engine(), expire_on_commit=False) as session:
        set_brand(session, actor.brand_id)
        uow = UnitOfWork(session, actor, use_case, now or now_utc())
        try:
            yield uow
        finally:
            if not uow.committed:
                # what was read stays readable, as after a commit; what was added is dropped
                session.expunge_all()
                session.rollback()


def run_command(
    actor: Actor,
    use_case: str,
    work: Callable[[UnitOfWork], T],
    *,
    now: dt.datetime | None = None,
    engine: Engine | None = None,
) -> T:
    """Run one use case at the edge: open, work, commit; at most three retries of a clash."""
    for attempt in range(MAX_RETRIES + 1):
        try:
            with unit_of_work(actor, use_case, now=now, engine=engine) as uow:
                answer = work(uow)
                uow.commit()
                return answer
        except (OperationalError, DBAPIError) as error:
            if attempt == MAX_RETRIES or not is_clash(error):
                raise
            time.sleep(random.uniform(0.01, 0.05) * (attempt + 1))
    raise AssertionError("unreachable: the last attempt returns or raises")


def is_clash(error: DBAPIError) -> bool:
    """Whether a database error means that a concurrent transaction won and we may try again."""
    return getattr(error.orig, "sqlstate", None) in RETRYABLE_SQLSTATES


def _plain(value: Mapping[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = json.loads(json.dumps(dict(value), default=str))
    return plain


def _noun(model: type[SQLModel]) -> str:
    return str(model.__tablename__).replace("_", " ")
