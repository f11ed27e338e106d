"""Decides what a job is: a consumer of one outbox topic whose effect happens exactly once.
A lock held by the connection keeps two workers off one event, and the inbox mark makes it final."""

from __future__ import annotations

import contextlib
import datetime as dt
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from core.access.actor import Actor
from core.brand.tables import Brand
from core.db.brand_table import now_utc
from core.db.engine import application_engine
from core.db.outbox import (
    due_events,
    finish_if_all_consumed,
    is_consumed,
    mark_consumed,
    postpone,
)
from core.db.tables import JobRun, OutboxEvent
from core.db.unit_of_work import UnitOfWork, set_brand, unit_of_work
from core.kernel.errors import DomainError
from jobs.app import app

log = structlog.get_logger("jobs")

DEFAULT_QUEUE = "default"
DEFAULT_TRIES = 12

Payload = dict[str, Any]


class AlreadyDone(Exception):
    """Another delivery of the same event committed first."""


@dataclass(slots=True)
class JobContext:
    """What a job gets: its brand, the event it answers, and units of work to act in."""

    brand_id: int
    event_id: int
    consumer: str
    claimed: bool = False
    run_id: int | None = None
    subject: tuple[str, int] | None = None
    now: dt.datetime = field(default_factory=now_utc)

    @property
    def actor(self) -> Actor:
        """The product itself, acting in this brand under the job's name."""
        return Actor.system(self.brand_id, self.consumer.replace("_", " "))

    @contextmanager
    def unit_of_work(self, use_case: str = "", *, claim: bool = True) -> Iterator[UnitOfWork]:
        """A transaction; the first one with `claim` carries the inbox mark, so it happens once.

        A job that calls a provider between two units claims in the last one only.
        """
        with unit_of_work(self.actor, use_case or self.consumer) as uow:
            fresh = not claim or self.claimed or not self.event_id
            if not fresh and not mark_consumed(
                uow.session, self.brand_id, self.consumer, self.event_id, uow.now
            ):
                raise AlreadyDone
            yield uow
            if claim and uow.committed:
                self.claimed = True

    def track(self, subject: tuple[str, int], *, total: int = 0, message: str = "") -> None:
        """Show this run beside a subject; screens see its progress live."""
        self.subject = subject
        self.progress(0, total, message)

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Write how far the run is, in a transaction of its own."""
        with unit_of_work(self.actor, "progress") as uow:
            row = uow.find(JobRun, self.run_id) if self.run_id else self._run_row(uow)
            if row is None:
                return
            row.done, row.total, row.message = done, total, message
            row.state, row.heartbeat_at = "running", uow.now
            self._touch(uow)
            uow.commit()

    def _run_row(self, uow: UnitOfWork) -> JobRun:
        row = uow.session.scalar(
            select(JobRun).where(
                JobRun.event_id == self.event_id,
                JobRun.kind == self.consumer,
            )
        )
        if row is None:
            row = uow.add(
                JobRun(
                    kind=self.consumer,
                    event_id=self.event_id,
                    subject_type=self.subject[0] if self.subject else "",
                    subject_id=self.subject[1] if self.subject else None,
                    started_at=uow.now,
                    heartbeat_at=uow.now,
                )
            )
        else:
            row.attempts += 1
        self.run_id = row.id
        return row

    def _touch(self, uow: UnitOfWork) -> None:
        if self.run_id:
            uow.touch("job_run", self.run_id)
        if self.subject:
            uow.touch(*self.subject)

    def end(self, state: str, message: str = "") -> None:
        """Close the visible run, when there is one."""
        if self.run_id is None:
            return
        with unit_of_work(self.actor, "progress") as uow:
            row = uow.find(JobRun, self.run_id)
            if row is not None:
                row.state, row.finished_at, row.heartbeat_at = state, uow.now, uow.now
                row.message = message or row.message
                if state == "done" and row.total:
                    row.done = row.total
            self._touch(uow)
            uow.commit()


Work = Callable[[JobContext, Payload], Any]


@dataclass(frozen=True, slots=True)
class Consumer:
    """One job that answers one topic."""

    name: str
    topic: str
    queue: str
    max_tries: int
    work: Work


_by_topic: dict[str, list[Consumer]] = {}
_by_name: dict[str, Consumer] = {}


def job(
    topic: str, *, queue: str = DEFAULT_QUEUE, max_tries: int = DEFAULT_TRIES
) -> Callable[[Work], Work]:
    """Declare the decorated function as the consumer of a topic, under its own name."""

    def declare(work: Work) -> Work:
        consumer = Consumer(work.__name__, topic, queue, max_tries, work)
        known = _by_name.get(consumer.name)
        if known is not None and known.work.__module__ != work.__module__:
            raise RuntimeError(f"two jobs are called {consumer.name}")
        _by_name[consumer.name] = consumer
        others = [c for c in _by_topic.get(topic, []) if c.name != consumer.name]
        _by_topic[topic] = [*others, consumer]
        return work

    return declare


def consumers_of(topic: str) -> list[Consumer]:
    """The jobs that answer a topic."""
    return list(_by_topic.get(topic, []))


def _lock_number(consumer: str, event_id: int) -> int:
    return zlib.crc32(f"{consumer}:{event_id}".encode()) - 2**31


@contextmanager
def _only_here(brand_id: int, consumer: str, event_id: int) -> Iterator[bool]:
    """Hold the event for this process; a killed process loses its connection and the lock."""
    connection: Connection
    with application_engine().connect() as connection:
        connection = connection.execution_options(isolation_level="AUTOCOMMIT")
        keys = {"brand": brand_id, "number": _lock_number(consumer, event_id)}
        held = bool(
            connection.execute(text("SELECT pg_try_advisory_lock(:brand, :number)"), keys).scalar()
        )
        try:
            yield held
        finally:
            if held:
                with contextlib.suppress(Exception):
                    connection.execute(text("SELECT pg_advisory_unlock(:brand, :number)"), keys)


def run_event(consumer_name: str, brand_id: int, event_id: int, payload: Payload) -> str:
    """Run one consumer for one event; the answer says what happened, for the log."""
    consumer = _by_name[consumer_name]
    with _only_here(brand_id, consumer_name, event_id) as mine:
        if not mine:
            return "running elsewhere"
        with Session(application_engine()) as session:
            set_brand(session, brand_id)
            if is_consumed(session, consumer_name, event_id):
                _finish(session, consumer.topic, event_id)
                session.commit()
                return "done before"
        context = JobContext(brand_id, event_id, consumer_name)
        try:
            consumer.work(context, payload)
            if not context.claimed:
                with Session(application_engine()) as session:
                    set_brand(session, brand_id)
                    mark_consumed(session, brand_id, consumer_name, event_id, now_utc())
                    session.commit()
        except AlreadyDone:
            pass
        except Exception as error:
            _fail(context, consumer, error)
            return "failed"
        context.end("done")
        with Session(application_engine()) as session:
            set_brand(session, brand_id)
            _finish(session, consumer.topic, event_id)
            session.commit()
        return "done"


def _finish(session: Session, topic: str, event_id: int) -> None:
    names = [consumer.name for consumer in _by_topic.get(topic, [])]
    finish_if_all_consumed(session, event_id, names, now_utc())


def _fail(context: JobContext, consumer: Consumer, error: Exception) -> None:
    known = isinstance(error, DomainError)
    sentence = error.message if isinstance(error, DomainError) else type(error).__name__
    log.warning(
        "job failed",
        consumer=consumer.name,
        brand_id=context.brand_id,
        event_id=context.event_id,
        error=getattr(error, "code", type(error).__name__),
        exc_info=None if known else error,
    )
    with Session(application_engine()) as session:
        set_brand(session, context.brand_id)
        event = postpone(session, context.event_id, sentence, now_utc(), consumer.max_tries)
        resting = event is not None and event.failed_at is not None
        session.commit()
    context.end("failed" if resting else "retrying", sentence)


@app.task(name="jobs.run")
def run(consumer: str, brand_id: int, event_id: int, payload: Payload) -> str:
    """The one Celery task: it carries ids only and looks everything up."""
    answer = run_event(consumer, brand_id, event_id, payload)
    log.info("job", consumer=consumer, brand_id=brand_id, event_id=event_id, answer=answer)
    return answer


def relay_brand(brand_id: int, send: Callable[[Consumer, OutboxEvent], None]) -> int:
    """Send the brand's due events to their consumers; an event without any is done at once."""
    with Session(application_engine()) as session:
        set_brand(session, brand_id)
        now = now_utc()
        events = due_events(session, now)
        for event in events:
            consumers = consumers_of(event.topic)
            if not consumers:
                event.done_at = now
                continue
            for consumer in consumers:
                send(consumer, event)
            event.relayed_at = now
            event.relays += 1
        session.commit()
        return len(events)


def send_to_celery(consumer: Consumer, event: OutboxEvent) -> None:
    """Wake a worker for an event."""
    run.apply_async(
        args=[consumer.name, event.brand_id, event.id, event.payload],
        queue=consumer.queue,
        retry=False,
    )


def brand_ids() -> list[int]:
    """Every brand, the platform's brand 0 included."""
    with Session(application_engine()) as session:
        return list(session.scalars(select(Brand.id).where(Brand.active).order_by(Brand.id)))


def drain(brand_id: int, *, rounds: int = 50) -> int:
    """Run every due event of a brand in this process until none is left; for seeds and tests.

    It is the same path as in a worker, only without the broker in between.
    """
    count = 0
    for _ in range(rounds):
        pending: list[tuple[str, int, int, Payload]] = []

        def keep(consumer: Consumer, event: OutboxEvent, into: list[Any] = pending) -> None:
            into.append((consumer.name, event.brand_id, event.id, dict(event.payload)))

        found = relay_brand(brand_id, keep)
        for name, brand, event_id, payload in pending:
            run_event(name, brand, event_id, payload)
        count += len(pending)
        if not found:
            break
    return count
