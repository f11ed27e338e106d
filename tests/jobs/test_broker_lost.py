"""Valkey emptied while events are on their way: nothing is lost, because Postgres remembers.
A real worker, a real Valkey and the relay's own functions; only the minutes are shortened."""

from __future__ import annotations

import datetime as dt
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from sqlalchemy import func, select

from core.db.brand_table import now_utc, standing_at
from core.db.outbox import SEND_AGAIN_AFTER
from core.db.tables import InboxEvent, OutboxEvent
from jobs.app import app, load_jobs
from jobs.task import relay_brand, send_to_celery

ROOT = Path(__file__).resolve().parents[2]
TOPIC = "schedule.audit.seal"
PATIENCE_S = 60


@pytest.fixture
def worker(valkey, tmp_path) -> Iterator[list[subprocess.Popen[bytes]]]:
    """A place for the worker that the test starts; it is ended with the test."""
    load_jobs()
    app.conf.broker_url = valkey
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for one in started:
        os.killpg(one.pid, signal.SIGKILL)
        one.wait()


def _start(valkey: str, tmp_path: Path) -> subprocess.Popen[bytes]:
    command = "import sys, jobs.app as j; j.load_jobs(); j.app.start(sys.argv[1:])"
    return subprocess.Popen(
        [
            *(sys.executable, "-c", command, "worker", "--queues", "default"),
            *("--concurrency", "1", "--without-gossip", "--without-mingle"),
            *("--hostname", f"lost-{os.getpid()}@%h", "--loglevel", "WARNING"),
        ],
        cwd=ROOT,
        env={**os.environ, "REDIS_URL": valkey, "MUNIM_HOME": str(tmp_path)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_an_event_outlives_an_emptied_broker(brand, staff, uow, valkey, tmp_path, worker):
    admin = staff("admin")
    with uow(admin) as work:
        work.emit(TOPIC, {"slot": "2026-11-20T10:00"})
        work.commit()
    assert relay_brand(brand.id, send_to_celery) == 1
    with redis.Redis.from_url(valkey) as broker:
        assert broker.llen("default") == 1
        broker.flushall()
        assert broker.llen("default") == 0
    worker.append(_start(valkey, tmp_path))
    assert relay_brand(brand.id, send_to_celery) == 0
    with standing_at(now_utc() + SEND_AGAIN_AFTER + dt.timedelta(seconds=1)):
        assert relay_brand(brand.id, send_to_celery) == 1
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        with uow(admin) as work:
            event = work.session.scalar(select(OutboxEvent).where(OutboxEvent.topic == TOPIC))
            if event.done_at is not None:
                break
        time.sleep(0.2)
    with uow(admin) as work:
        event = work.session.scalar(select(OutboxEvent).where(OutboxEvent.topic == TOPIC))
        assert event.done_at is not None
        assert event.relays == 2
        marks = work.session.scalar(
            select(func.count())
            .select_from(InboxEvent)
            .where(InboxEvent.consumer == "seal_audit", InboxEvent.event_id == event.id)
        )
        assert marks == 1
