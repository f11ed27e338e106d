"""Decides which processes do the work behind the screens: two workers, beat, the outbox relay.
They are forked from one process that imported everything once, which saves seconds and memory."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from functools import partial
from pathlib import Path
from types import FrameType

import redis

from ops.supervisor import Interrupted, Part, PartFailed, Supervisor, say

# long readings and reports never hold back money and messages: they have a worker of their own
WORKERS = {"worker": ("default,money", 2), "reading worker": ("reading,report", 1)}
STOP_SECONDS_MAX = 20.0
LIST_NAME = "children.jobs.json"


def run_worker(name: str, queues: str, processes: int) -> int:
    """Be a Celery worker for some queues."""
    from jobs.app import app

    app.start(
        [
            *("worker", "--loglevel", "INFO", "--without-gossip", "--without-mingle"),
            *("--hostname", f"{name.replace(' ', '-')}@%h"),
            *("--queues", queues, "--concurrency", str(processes)),
        ]
    )
    return 0


def run_beat() -> int:
    """Be Celery's clock; any number may run, since a slot is a row that opens once."""
    from jobs.app import app

    kept = Path(os.environ["MUNIM_HOME"]) / "beat"
    app.start(["beat", "--loglevel", "INFO", "--schedule", str(kept)])
    return 0


def run_relay() -> int:
    """Be the outbox relay."""
    from jobs.outbox_relay import main

    return main()


def processes() -> list[Part]:
    """All of them, as parts for the supervisor."""
    workers = [
        Part(name, partial(run_worker, name, queues, count), stop_seconds_max=STOP_SECONDS_MAX)
        for name, (queues, count) in WORKERS.items()
    ]
    return [
        *workers,
        Part("beat", run_beat, stop_seconds_max=STOP_SECONDS_MAX),
        Part("outbox relay", run_relay, stop_seconds_max=STOP_SECONDS_MAX),
    ]


def main() -> int:
    """Import, fork, watch; ends its children in order when told to stop."""
    home = Path(os.environ["MUNIM_HOME"])
    supervisor = Supervisor(home, say, list_name=LIST_NAME)
    supervisor.end_leftovers()

    def end(_number: int, _frame: FrameType | None) -> None:
        supervisor.stopping.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    # what the children need, loaded before they are forked
    for module in ("celery.apps.beat", "celery.apps.worker", "jobs.outbox_relay"):
        importlib.import_module(module)
    from jobs.app import app, load_jobs

    load_jobs()
    app.finalize()
    try:
        supervisor.start(*processes())
        supervisor.watch()
    except Interrupted:
        pass
    except (PartFailed, redis.RedisError) as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    finally:
        supervisor.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
