"""Decides whether this installation is ready to serve, part by part: 200 only when all are.
It names parts and states only; addresses, versions and error texts stay inside."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import httpx
import redis
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse

from core.db.engine import application_engine

CHECK_SECONDS_MAX = 3.0
# each process of the jobs writes its key every few seconds, and the key expires by itself
HEARTBEAT_KEY = "munim:heartbeat:{part}"

READY = "ready"
_pool = ThreadPoolExecutor(max_workers=8, thread_name_prefix="healthz")


def database_state() -> str:
    """The database answers, and its migrations have run."""
    try:
        with application_engine().connect() as connection:
            connection.execute(text("SELECT id FROM brand LIMIT 1"))
    except SQLAlchemyError:
        return "does not answer"
    return READY


@lru_cache(maxsize=1)
def _store() -> redis.Redis:
    timeout = CHECK_SECONDS_MAX - 1
    return redis.Redis.from_url(
        os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
        socket_timeout=timeout,
        socket_connect_timeout=timeout,
    )


def forget_store() -> None:
    """Read `REDIS_URL` again at the next look; for tests."""
    _store.cache_clear()


def valkey_state() -> str:
    """The queue's store answers."""
    try:
        _store().ping()
    except redis.RedisError:
        return "does not answer"
    return READY


def part_state(part: str) -> str:
    """A process of the part showed a sign of life lately."""
    try:
        beats = _store().exists(HEARTBEAT_KEY.format(part=part))
    except redis.RedisError:
        return "unknown: valkey does not answer"
    return READY if beats else "no sign of life"


def sandbox_state() -> str:
    """The provider sandbox answers; `off` where it is not configured, as in production."""
    address = os.environ.get("SANDBOX_URL", "")
    if not address:
        return "off"
    try:
        answer = httpx.get(f"{address}/healthz", timeout=CHECK_SECONDS_MAX - 1)
    except httpx.HTTPError:
        return "does not answer"
    return READY if answer.status_code == httpx.codes.OK else "does not answer"


def front_end_state() -> str:
    """The built pages are on disk; `served elsewhere` where a proxy holds them."""
    folder = os.environ.get("MUNIM_FRONT_END", "")
    if not folder:
        return "served elsewhere"
    return READY if (Path(folder) / "index.html").is_file() else "not built"


CHECKS: dict[str, Callable[[], str]] = {
    "database": database_state,
    "valkey": valkey_state,
    "worker": partial(part_state, "worker"),
    "beat": partial(part_state, "beat"),
    "outbox_relay": partial(part_state, "outbox_relay"),
    "sandbox": sandbox_state,
    "front_end": front_end_state,
}
GOOD = frozenset({READY, "off", "served elsewhere"})


async def _state_of(check: Callable[[], str]) -> str:
    loop = asyncio.get_running_loop()
    try:
        return await asyncio.wait_for(loop.run_in_executor(_pool, check), CHECK_SECONDS_MAX)
    except TimeoutError:
        return "too slow"


async def healthz(_request: Request) -> JSONResponse:
    """`GET /healthz`: 200 once every part is ready, 503 before, with the state of each."""
    states = await asyncio.gather(*(_state_of(check) for check in CHECKS.values()))
    parts = dict(zip(CHECKS, states, strict=True))
    ready = all(state in GOOD for state in states)
    return JSONResponse(
        {"status": READY if ready else "not ready", "parts": parts},
        status_code=200 if ready else 503,
        headers={"Cache-Control": "no-store"},
    )
