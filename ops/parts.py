"""Decides which processes one installation consists of and when each counts as ready.
The supervisor starts them in stages; this file knows their command lines and probes."""

from __future__ import annotations

import json
import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping

import redis

from ops.installation import ROOT, Settings
from ops.ports import LOOPBACK
from ops.postgres import Postgres
from ops.process import dies_with_parent
from ops.supervisor import Part
from ops.valkey import Valkey, pings

HEARTBEAT = "munim:heartbeat:"
HTTP_TIMEOUT_SECONDS = 5.0

PYTHON = (sys.executable,)


def postgres_part(server: Postgres) -> Part:
    """The embedded database; `server.initialise()` has run before."""
    command, uid = server.command()
    return Part(
        "postgres",
        command,
        probe=server.ready,
        stop_signal=signal.SIGINT,
        stop_seconds_max=30,
        bare=True,
        uid=uid,
    )


def valkey_part(server: Valkey) -> Part:
    """The embedded queue store; `server.initialise()` has run before."""
    return Part("valkey", server.command(), probe=server.ready, bare=True)


def sandbox_part(settings: Settings) -> Part:
    """The server that answers in the providers' wire formats."""
    return Part(
        "provider sandbox",
        [*dies_with_parent(), *PYTHON, "-m", "integrations.sandbox"],
        probe=lambda: _answers_ok(f"{settings.sandbox_address}/healthz"),
        ready_seconds_max=60,
    )


def jobs_part(redis_url: str) -> Part:
    """Workers, beat and the outbox relay, which `ops.job_processes` forks and watches."""
    probes = [_beats(redis_url, name) for name in ("worker", "beat", "outbox_relay")]
    return Part(
        "jobs",
        [*dies_with_parent(), *PYTHON, "-m", "ops.job_processes"],
        probe=lambda: all(probe() for probe in probes),
        ready_seconds_max=120,
        # its own children are given twenty to finish what they are at
        stop_seconds_max=30,
    )


def web_part(settings: Settings, front_end: Mapping[str, str]) -> Part:
    """Granian with the built pages, the API and the webhooks on one port."""
    return Part(
        "web server",
        [
            *dies_with_parent(),
            *(*PYTHON, "-m", "granian", "--interface", "asgi", "--factory"),
            *("--host", settings.host, "--port", str(settings.port)),
            *("--workers", str(settings.web_workers), "--workers-kill-timeout", "5"),
            "--respawn-failed-workers",
            "backoffice.app:app",
        ],
        probe=lambda: _answers_ok(f"{settings.address}/healthz"),
        ready_seconds_max=120,
        environment=front_end,
    )


def forget_heartbeats(redis_url: str) -> None:
    """Drop the signs of life of an earlier run, which would make a new part look ready."""
    with redis.Redis.from_url(redis_url, socket_timeout=5) as client:
        for key in client.scan_iter(match=f"{HEARTBEAT}*", count=1000):
            client.delete(key)


def redis_is_there(redis_url: str) -> bool:
    """Whether one's own Redis answers."""
    return pings(redis_url)


def health(settings: Settings) -> dict[str, str]:
    """The state of each part as /healthz tells it; empty when nothing answers."""
    try:
        with _open(f"{settings.address}/healthz") as answer:
            body = json.load(answer)
    except urllib.error.HTTPError as error:
        body = json.load(error)
    except (OSError, ValueError):
        return {}
    return dict(body.get("parts", {}))


def _beats(redis_url: str, part: str) -> Callable[[], bool]:
    client = redis.Redis.from_url(redis_url, socket_timeout=2, socket_connect_timeout=2)

    def probe() -> bool:
        try:
            return bool(client.exists(f"{HEARTBEAT}{part}"))
        except redis.RedisError:
            return False

    return probe


def _answers_ok(address: str) -> bool:
    try:
        with _open(address):
            return True
    except (OSError, ValueError):
        return False


def _open(address: str):
    # never through a proxy: the parts live on this machine
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    return opener.open(address, timeout=HTTP_TIMEOUT_SECONDS)


def environment_of(settings: Settings, secrets: Mapping[str, str]) -> dict[str, str]:
    """What every part is told: where things are and how to open sealed data."""
    keys = ("MUNIM_DATA_KEYS", "MUNIM_INDEX_KEY", "MUNIM_SESSION_SECRET", "MUNIM_BLOB_KEY")
    return {
        **{key: os.environ.get(key) or secrets[key] for key in keys},
        "MUNIM_SANDBOX_SECRET": secrets["MUNIM_SANDBOX_SECRET"],
        "MUNIM_HOME": str(settings.home),
        "MUNIM_ENV": "production" if settings.production else "development",
        "MUNIM_DEMO": "1" if settings.demo else "0",
        "MUNIM_DEMO_HISTORY": "1" if settings.demo_history else "0",
        "MUNIM_SANDBOX": "1" if settings.sandbox else "0",
        "SANDBOX_URL": settings.sandbox_address,
        "SANDBOX_PORT": str(settings.sandbox_port),
        "HOST": settings.host,
        "PORT": str(settings.port),
        "PYTHONPATH": str(ROOT),
        "PYTHONUNBUFFERED": "1",
        # one page per process: tesseract's own threads only get in each other's way
        "OMP_THREAD_LIMIT": "1",
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY", ""), LOOPBACK])),
    }
