"""Decides how open screens learn of a commit: one thread per process listens to Postgres and wakes
the screens it concerns. A woken screen asks again who is behind it before it shows anything."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import psycopg

from backoffice.security.access import Access, allows, set_current_actor
from backoffice.security.command import background
from backoffice.security.guard import leave_to, load_actor_of, login_page
from core.access.actor import Actor
from core.db.settings import database_settings

log = logging.getLogger("munim.live")
CHANNEL = "munim"
RETRY_SECONDS = 2.0
SETTLE_SECONDS = 0.25
RECHECK_SECONDS = 60.0
QUEUE_MAX = 200


@dataclass(frozen=True, slots=True)
class Change:
    """A committed change: which brand, what kind of subject, which one."""

    brand_id: int
    subject: str
    subject_id: int


@dataclass(eq=False, slots=True)
class _Listener:
    loop: asyncio.AbstractEventLoop
    brand_id: int
    subjects: frozenset[str]
    queue: asyncio.Queue[Change] = field(default_factory=lambda: asyncio.Queue(QUEUE_MAX))

    def offer(self, change: Change) -> None:
        if self.queue.full():
            return
        self.queue.put_nowait(change)


class _Hub:
    """The process's one connection that listens, and everybody who waits."""

    def __init__(self) -> None:
        self._listeners: set[_Listener] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def _start(self) -> None:
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="munim-live", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        url = database_settings().application_url.replace("postgresql+psycopg://", "postgresql://")
        while True:
            try:
                with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    for notice in connection.notifies():
                        self.publish(notice.payload)
            except psycopg.Error as error:
                log.warning(
                    "live screens: the listening connection broke (%s)", type(error).__name__
                )
                time.sleep(RETRY_SECONDS)

    def publish(self, payload: str) -> None:
        """Hand one notice to everybody it concerns; a malformed one is dropped."""
        try:
            data = json.loads(payload)
            change = Change(int(data["brand"]), str(data["subject"]), int(data["id"]))
        except (ValueError, KeyError, TypeError):
            return
        for listener in list(self._listeners):
            if listener.brand_id == change.brand_id and change.subject in listener.subjects:
                try:
                    listener.loop.call_soon_threadsafe(listener.offer, change)
                except RuntimeError:
                    self._listeners.discard(listener)

    @contextmanager
    def listening(self, brand_id: int, subjects: frozenset[str]) -> Any:
        """Be told of changes to these kinds of subjects in this brand, while inside."""
        self._start()
        listener = _Listener(asyncio.get_running_loop(), brand_id, subjects)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)


hub = _Hub()


async def recheck(state: Any) -> Actor | None:
    """Ask again who is behind a running background handler; call inside `async with self`.

    What the handler sends afterwards is filtered by this answer, so a login that ended
    meanwhile gets nothing more.
    """
    actor = await load_actor_of(state, touch=False)
    set_current_actor(actor)
    return actor


def watch(
    access: Access, *subjects: str, concerns: Callable[[Any, Change], bool] | None = None
) -> Any:
    """A background handler that runs the state's `load` again when a subject changes.

    Use: `watch_changes = watch(Permission.X, "application", "document")` in a state that has
    `load`, and put it into the page's on_load after `load`. It ends when the page is left
    (Reflex cancels the chain), when the session ends, and when the address changes.
    `concerns(state, change)` narrows it to one record.
    """

    @background(access)
    async def watch_changes(self: Any) -> AsyncIterator[Any]:
        async with self:
            actor = await load_actor_of(self, touch=False)
            address = self.router.url.path
            login = login_page(self)
        if actor is None:
            return
        with hub.listening(actor.brand_id, frozenset(subjects)) as listener:
            while True:
                change: Change | None = None
                try:
                    change = await asyncio.wait_for(listener.queue.get(), RECHECK_SECONDS)
                    await asyncio.sleep(SETTLE_SECONDS)
                except TimeoutError:
                    pass
                changes = [change] if change else []
                while not listener.queue.empty():
                    changes.append(listener.queue.get_nowait())
                async with self:
                    now = await recheck(self)
                    here = self.router.url.path
                    concerned = any(concerns is None or concerns(self, c) for c in changes)
                if here != address:
                    return
                if now is None or now.brand_id != actor.brand_id or not allows(access, now):
                    yield leave_to(login)
                    return
                if concerned:
                    # self is a proxy here; its __class__ is the state
                    yield self.__class__.load

    return watch_changes
