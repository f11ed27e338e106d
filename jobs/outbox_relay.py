"""Decides when events reach the broker: at once on NOTIFY, and again until they are dealt with.
Run as `python -m jobs.outbox_relay`; several may run, the rows are shared by SKIP LOCKED."""

from __future__ import annotations

import signal
import sys
import threading
import time

import psycopg
import structlog
from kombu.exceptions import OperationalError as BrokerDown
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from core.db.settings import database_settings
from core.db.unit_of_work import OUTBOX_CHANNEL
from jobs.app import beat_of_heart, load_jobs
from jobs.task import brand_ids, relay_brand, send_to_celery

log = structlog.get_logger("outbox_relay")

WAIT_S = 1.0
TROUBLE_WAIT_S = 2.0


def relay_once() -> int:
    """One round over all brands; returns how many events were sent."""
    return sum(relay_brand(brand, send_to_celery) for brand in brand_ids())


def main() -> int:
    """Relay until told to stop."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    load_jobs()
    beat_of_heart("outbox_relay")
    url = database_settings().application_url.replace("postgresql+psycopg://", "postgresql://")
    while not stop.is_set():
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=10) as listener:
                listener.execute(f"LISTEN {OUTBOX_CHANNEL}")
                while not stop.is_set():
                    if relay_once() == 0:
                        for _ in listener.notifies(timeout=WAIT_S, stop_after=1):
                            break
        except (psycopg.Error, DBAPIError, BrokerDown, RedisError, OSError) as error:
            log.warning("relay is waiting", error=type(error).__name__)
            time.sleep(TROUBLE_WAIT_S)
    return 0


if __name__ == "__main__":
    sys.exit(main())
