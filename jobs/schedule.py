"""Decides what runs by the clock: each schedule has slots, and a slot of a brand happens once.
The slot's row and its outbox event are one transaction, so any number of beats may tick."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from celery.schedules import crontab
from sqlalchemy import text

from core.access.actor import Actor
from core.db.brand_table import now_utc
from core.db.unit_of_work import unit_of_work
from core.kernel.business_day import IST
from jobs.app import app
from jobs.task import DEFAULT_QUEUE, JobContext, Payload, Work, brand_ids, job

EVERY = {"minute": "%Y-%m-%dT%H:%M", "hour": "%Y-%m-%dT%H", "day": "%Y-%m-%d"}


@dataclass(frozen=True, slots=True)
class Schedule:
    """A named schedule and how long one slot of it is."""

    name: str
    every: str


_schedules: dict[str, Schedule] = {}

ScheduledWork = Callable[[JobContext, str], Any]


def scheduled(
    name: str, *, every: str, queue: str = DEFAULT_QUEUE
) -> Callable[[ScheduledWork], Work]:
    """Run the decorated function once per brand and slot (`minute`, `hour` or `day` in IST)."""
    if every not in EVERY:
        raise ValueError(f"a schedule runs every {', '.join(EVERY)}; not every {every!r}")

    def declare(work: ScheduledWork) -> Work:
        _schedules[name] = Schedule(name, every)

        def run_slot(context: JobContext, payload: Payload) -> None:
            work(context, str(payload["slot"]))

        run_slot.__name__ = work.__name__
        run_slot.__module__ = work.__module__
        return job(f"schedule.{name}", queue=queue)(run_slot)

    return declare


def slot_of(schedule: Schedule, now: dt.datetime) -> str:
    """The slot a moment falls into, named in Indian time."""
    return now.astimezone(IST).strftime(EVERY[schedule.every])


def open_slot(schedule: Schedule, brand_id: int, now: dt.datetime) -> bool:
    """Claim a slot for a brand and emit its event; False when it was claimed before."""
    slot = slot_of(schedule, now)
    with unit_of_work(Actor.system(brand_id, "schedule"), "schedule") as uow:
        claimed = uow.session.execute(
            text(
                "INSERT INTO schedule_run (brand_id, schedule, slot, state, started_at)"
                " VALUES (:brand, :schedule, :slot, 'emitted', :now)"
                " ON CONFLICT (brand_id, schedule, slot) DO NOTHING RETURNING id"
            ),
            {"brand": brand_id, "schedule": schedule.name, "slot": slot, "now": now},
        ).first()
        if claimed is None:
            return False
        uow.emit(f"schedule.{schedule.name}", {"slot": slot})
        uow.commit()
        return True


@app.task(name="jobs.tick")
def tick(name: str) -> int:
    """Open the present slot of one schedule in every brand; returns how many were new."""
    schedule = _schedules[name]
    return sum(open_slot(schedule, brand, now_utc()) for brand in brand_ids())


def beat_entries() -> dict[str, dict[str, Any]]:
    """What beat ticks: every schedule once a minute, because a claimed slot costs nothing."""
    return {
        name: {
            "task": "jobs.tick",
            "schedule": crontab(),
            "args": [name],
            "options": {"queue": DEFAULT_QUEUE, "expires": 50},
        }
        for name in sorted(_schedules)
    }
