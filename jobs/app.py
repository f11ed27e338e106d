"""Decides how Celery runs for us: late acknowledgement, JSON only, nothing trusted to the broker.
Correctness comes from Postgres (outbox, inbox, slots); the broker only wakes workers up."""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import threading
from pathlib import Path
from typing import Any

import redis
from celery import Celery
from celery.signals import beat_init, import_modules, worker_process_init, worker_ready

import jobs
from core.db.engine import forget_engine
from core.kernel.redact import cover_logs

HEARTBEAT_EVERY_S = 5
HEARTBEAT_LIVES_S = 20
SOFT_LIMIT_S = 900
HARD_LIMIT_S = 960
NOT_FEATURES = frozenset({"app", "task", "schedule", "outbox_relay"})


def redis_url() -> str:
    """The broker's address (`REDIS_URL`)."""
    return os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")


cover_logs()
app = Celery("munim", broker=redis_url())
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=10,
    worker_hijack_root_logger=False,
    accept_content=["json"],
    task_serializer="json",
    task_soft_time_limit=SOFT_LIMIT_S,
    task_time_limit=HARD_LIMIT_S,
    task_default_queue="default",
    task_create_missing_queues=True,
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "visibility_timeout": 1800,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
    },
    timezone="UTC",
    beat_max_loop_interval=5,
)


def load_jobs() -> None:
    """Import every feature's jobs, so that their topics and schedules are known."""
    for module in pkgutil.iter_modules([str(Path(jobs.__path__[0]))]):
        if module.name not in NOT_FEATURES:
            importlib.import_module(f"jobs.{module.name}")
    from jobs.schedule import beat_entries

    app.conf.beat_schedule = beat_entries()


def beat_of_heart(name: str) -> threading.Thread:
    """Write `munim:heartbeat:<name>` every few seconds, for the health page."""
    client = redis.Redis.from_url(redis_url(), socket_timeout=2)
    stop = threading.Event()

    def run() -> None:
        while not stop.wait(HEARTBEAT_EVERY_S):
            try:
                client.set(f"munim:heartbeat:{name}", "1", ex=HEARTBEAT_LIVES_S)
            except redis.RedisError:
                continue

    with contextlib.suppress(redis.RedisError):
        client.set(f"munim:heartbeat:{name}", "1", ex=HEARTBEAT_LIVES_S)
    thread = threading.Thread(target=run, name=f"heartbeat-{name}", daemon=True)
    thread.start()
    return thread


@import_modules.connect
def _know_the_jobs(**_: Any) -> None:
    # told to workers and beat alike, before either looks at its tasks
    load_jobs()


@worker_process_init.connect
def _fresh_connections(**_: Any) -> None:
    forget_engine()


@worker_ready.connect
def _worker_alive(**_: Any) -> None:
    beat_of_heart("worker")


@beat_init.connect
def _beat_alive(**_: Any) -> None:
    beat_of_heart("beat")
