"""The part of the sandbox that acts in time: timers fall due, webhooks are posted and repeated.

A delivery that is not answered with 2xx is repeated with growing pauses like a vendor's, so the
product may be restarted in the middle and still hears of everything.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

import httpx
import structlog

from integrations.sandbox.service import Sandbox
from integrations.sandbox.store import Post

log = structlog.get_logger("sandbox")

TICK_S = 0.2
POST_TIMEOUT_S = 8.0
PAUSES_S = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0)
#: Answers after which a vendor would not try again.
FINAL_REFUSALS = frozenset({400, 401, 403, 404, 410, 413})


class Poster:
    """Runs beside the web server in the same loop."""

    def __init__(self, sandbox: Sandbox, product_url: Callable[[], str]) -> None:
        self._sandbox = sandbox
        self._product_url = product_url
        self._task: asyncio.Task[None] | None = None
        self._posting: set[int] = set()

    async def start(self) -> None:
        """Begin to act."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Stop; what is due stays due."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    async def _run(self) -> None:
        async with httpx.AsyncClient(timeout=POST_TIMEOUT_S, trust_env=False) as client:
            running: set[asyncio.Task[None]] = set()
            while True:
                for record_id, action in self._sandbox.store.take_timers():
                    try:
                        self._sandbox.act(record_id, action)
                    except (LookupError, ValueError) as error:
                        # a person was quicker
                        log.info("sandbox.timer_idle", record=record_id, why=str(error))
                for post in self._sandbox.store.due_posts():
                    if post.id in self._posting:
                        continue
                    self._posting.add(post.id)
                    task = asyncio.create_task(self._post(client, post))
                    running.add(task)
                    task.add_done_callback(running.discard)
                await asyncio.sleep(TICK_S)

    async def _post(self, client: httpx.AsyncClient, post: Post) -> None:
        url = f"{self._product_url()}/webhooks/{post.brand}/{post.vendor}"
        tries = post.tries + 1
        try:
            answer = await client.post(
                f"{url}?{post.query}" if post.query else url,
                content=post.body,
                headers=dict(post.headers),
            )
        except httpx.HTTPError as error:
            status, state = type(error).__name__, "waiting"
        else:
            status = str(answer.status_code)
            state = "delivered" if answer.is_success else "waiting"
            if answer.status_code in FINAL_REFUSALS:
                state = "refused"
        if state == "waiting" and tries > len(PAUSES_S):
            state = "given up"
        pause = PAUSES_S[min(tries, len(PAUSES_S)) - 1]
        due = self._sandbox.store.now() + pause if state == "waiting" else post.due_at
        self._sandbox.store.posted(post.id, state, status, tries, due)
        self._posting.discard(post.id)
