"""Decides the ninety days before today: who applied, what became of it, what was paid and when.
Everything goes through the same services and jobs as the product's own screens; only where a
provider would be asked does a stand-in give the provider's answer, because history has none."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from core.access.actor import Actor
from core.access.session import platform_session, staff_actor
from core.access.tables import Staff
from core.db.brand_table import now_utc, standing_at
from core.db.engine import application_engine
from core.db.tables import OutboxEvent
from core.db.unit_of_work import set_brand, unit_of_work
from core.end_of_day.service import run_end_of_day
from core.kernel.business_day import ist_midnight
from core.notification.tables import Message
from jobs.app import load_jobs
from jobs.task import JobContext, Payload, consumers_of
from ops.demo_answer import STAND_INS, UNHEARD
from ops.demo_brand import BRANDS, PEOPLE, address_of
from ops.demo_case import Case, live
from ops.demo_invoice import sell_on_credit
from ops.demo_plan import PLANS, Plan

OPENS_AT = dt.timedelta(hours=10)
STEP = dt.timedelta(minutes=7)
SETTLE_ROUNDS = 8


class DemoContext(JobContext):
    """A job's context without event and progress: history is made once, nobody watches."""

    def track(self, subject: tuple[str, int], *, total: int = 0, message: str = "") -> None:
        """Nobody looks at a progress bar of the past."""

    def progress(self, done: int, total: int, message: str = "") -> None:
        """Nobody looks at a progress bar of the past."""


@dataclass(slots=True)
class Life:
    """One case on its way: when it goes on next, and how."""

    plan: Plan
    steps: Generator[int]
    next_on: dt.date
    over: bool = False


@dataclass(slots=True)
class World:
    """The people of both brands, as the actors a login would give."""

    people: dict[tuple[int, str], Actor] = field(default_factory=dict)

    def actor(self, brand_id: int, mailbox: str) -> Actor:
        """A demo person in a brand."""
        return self.people[(brand_id, mailbox)]


def people() -> World:
    """Everybody, from the same function as a login."""
    world = World()
    with platform_session() as session:
        for _, mailbox, _, brands, _, _ in PEOPLE:
            person = session.scalar(select(Staff).where(col(Staff.email) == address_of(mailbox)))
            assert person is not None
            for brand_id in brands:
                world.people[(brand_id, mailbox)] = staff_actor(
                    session, person, brand_id, address="127.0.0.1", device="demo"
                )
    return world


def live_through(start: dt.date, today: dt.date) -> int:
    """Play the days from `start` to `today`, the brands beside each other; returns the cases."""
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "-m",
                "ops.demo_history",
                str(brand.id),
                start.isoformat(),
                today.isoformat(),
            ]
        )
        for brand in BRANDS
    ]
    failed = [one for one in running if one.wait() != 0]
    if failed:
        raise SystemExit("The demo history of a brand could not be made")
    return len(PLANS)


def _hurry(connection: Any, record: Any) -> None:
    """History is made anew when it is lost, so no commit waits for the disk."""
    del record
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit TO off")
    connection.commit()


def live_in_brand(brand_id: int, start: dt.date, today: dt.date) -> None:
    """Play the days of one brand."""
    load_jobs()
    event.listen(application_engine(), "connect", _hurry)
    world = people()
    lives = [
        Life(plan, live(Case(plan), world), start + dt.timedelta(days=plan.starts_on))
        for plan in PLANS
        if plan.brand_id == brand_id
    ]
    day = start
    while day <= today:
        moment = ist_midnight(day) + OPENS_AT
        for life in _due(lives, day):
            moment += STEP
            with standing_at(moment):
                try:
                    wait = next(life.steps)
                    life.next_on = day + dt.timedelta(days=wait)
                except StopIteration:
                    life.over = True
                settle(brand_id)
        if day < today:
            with standing_at(ist_midnight(day) + dt.timedelta(hours=23)):
                _close_day(brand_id)
                settle(brand_id)
        day += dt.timedelta(days=1)
    with standing_at(ist_midnight(today) + OPENS_AT):
        sell_on_credit(brand_id, world.actor(brand_id, "suresh"), today, lambda: settle(brand_id))
    _deliver_messages(brand_id)


def _due(lives: list[Life], day: dt.date) -> Iterator[Life]:
    for life in lives:
        while not life.over and life.next_on <= day:
            yield life
            if life.next_on > day:
                break


def _close_day(brand_id: int) -> None:
    with unit_of_work(Actor.system(brand_id, "end of day"), "end_of_day") as uow:
        run_end_of_day(uow, uow.business_date)
        uow.commit()


def settle(brand_id: int) -> None:
    """Let the jobs answer everything that has just happened in a brand."""
    for _ in range(SETTLE_ROUNDS):
        with Session(application_engine()) as session:
            set_brand(session, brand_id)
            events = session.scalars(
                select(OutboxEvent)
                .where(col(OutboxEvent.done_at).is_(None))
                .order_by(col(OutboxEvent.id))
            ).all()
            found = [(one.id, one.topic, dict(one.payload)) for one in events]
            session.execute(
                update(OutboxEvent)
                .where(col(OutboxEvent.done_at).is_(None))
                .values(done_at=now_utc(), relays=1)
            )
            session.commit()
        if not found:
            return
        for _, topic, payload in found:
            _answer(brand_id, topic, payload)


def _answer(brand_id: int, topic: str, payload: Payload) -> None:
    for consumer in consumers_of(topic):
        if consumer.name in UNHEARD:
            continue
        work = STAND_INS.get(consumer.name, consumer.work)
        work(DemoContext(brand_id, 0, consumer.name), payload)


def _deliver_messages(brand_id: int) -> None:
    with unit_of_work(Actor.system(brand_id, "demo"), "deliver") as uow:
        uow.session.execute(
            update(Message).values(
                state="delivered",
                provider="msg91",
                sent_at=col(Message.created_at),
                delivered_at=col(Message.created_at),
            )
        )
        uow.commit()


if __name__ == "__main__":
    live_in_brand(
        int(sys.argv[1]), dt.date.fromisoformat(sys.argv[2]), dt.date.fromisoformat(sys.argv[3])
    )
