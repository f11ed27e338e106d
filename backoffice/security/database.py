"""Decides where synchronous core code runs under the asynchronous screens: one bounded thread pool.
The brand and the person come from the session behind the event, never from the address."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from backoffice.security.access import require_actor
from core.db.unit_of_work import UnitOfWork, run_command, unit_of_work

T = TypeVar("T")
THREADS_MAX = 8

_pool = ThreadPoolExecutor(max_workers=THREADS_MAX, thread_name_prefix="munim-db")


async def in_thread(work: Callable[[], T]) -> T:
    """Run blocking work outside the event loop, with the caller's context."""
    context = contextvars.copy_context()
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(_pool, lambda: context.run(work))


async def in_unit_of_work(work: Callable[[UnitOfWork], T], *, use_case: str) -> T:
    """Run a service call as the person behind the event; commits, retries a clash."""
    actor = require_actor()
    return await in_thread(lambda: run_command(actor, use_case, work))


async def in_query(work: Callable[[UnitOfWork], T], *, use_case: str = "look") -> T:
    """Run a read as the person behind the event; nothing it writes is kept."""
    actor = require_actor()

    def read() -> T:
        with unit_of_work(actor, use_case) as uow:
            return work(uow)

    return await in_thread(read)
