"""Decides before every single event whether it may run: who is behind it, in which brand, with what
right. Everything is refused that does not declare its access, and a client token that changes hands
loses everything it held."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import reflex as rx
from reflex.middleware import Middleware
from reflex.state import (
    BaseState,
    FrontendEventExceptionState,
    OnLoadInternalState,
    State,
    StateUpdate,
    UpdateVarsInternalState,
)
from reflex_base.event import Event
from reflex_base.registry import RegistrationContext
from reflex_base.utils.format import format_event_handler

from backoffice.security.access import (
    PUBLIC,
    allows,
    declared,
    session_cookie,
    set_current_actor,
)
from backoffice.security.database import in_thread
from backoffice.shell.catalogue import t
from core.access.actor import Actor, ActorKind
from core.access.session import load_actor

log = logging.getLogger("munim.security")

_FRAMEWORK = (
    (State, ("hydrate", "hydrate_and_load", "set_is_hydrated")),
    (OnLoadInternalState, ("on_load_internal", "set_is_hydrated")),
    (UpdateVarsInternalState, ("update_vars_internal",)),
    (FrontendEventExceptionState, ("handle_frontend_exception",)),
)
LOGIN_OF = {
    ActorKind.STAFF: "/login",
    ActorKind.CUSTOMER: "/my/{brand}/login",
    ActorKind.BUSINESS: "/business/{brand}/login",
}


@lru_cache(maxsize=1)
def framework_handlers() -> frozenset[str]:
    """Full names of Reflex's own handlers that every page needs; `setvar` is not among them."""
    return frozenset(
        format_event_handler(state.event_handlers[name])
        for state, names in _FRAMEWORK
        for name in names
        if name in state.event_handlers
    )


def registered_handlers() -> dict[str, Callable[..., Any]]:
    """Every event handler of the app by its full name: the catalogue the sweeps are made from."""
    handlers = RegistrationContext.get().event_handlers
    return {name: registered.handler.fn for name, registered in handlers.items()}


def undeclared_handlers() -> list[str]:
    """Handlers that declare no access; the guard refuses them and a test fails on them."""
    return sorted(
        name
        for name, handler in registered_handlers().items()
        if name not in framework_handlers()
        and not name.endswith(".setvar")
        and declared(handler) is None
    )


async def load_actor_of(state: BaseState, *, touch: bool = True) -> Actor | None:
    """Who the socket's cookie belongs to right now; asked from the database, cached nowhere.

    `touch`: whether a person did something, which renews the session's idle time.
    """
    router = state.router_data
    headers = router.get("headers") or {}
    cookie = session_cookie(headers.get("cookie", ""))
    if not cookie:
        return None
    address, device = str(router.get("ip", "")), str(headers.get("user-agent", ""))[:200]
    return await in_thread(
        lambda: load_actor(
            cookie, now=datetime.now(UTC), address=address, device=device, touch=touch
        )
    )


def _refuse(*events: Any) -> StateUpdate:
    return StateUpdate(events=Event.from_event_type(list(events)))


def leave_to(path: str) -> Any:
    """Load a page that is no screen of ours (login, plain HTML): the router knows it not."""
    return rx.call_script(f"window.location.assign({json.dumps(path)})")


def brand_of_path(state: BaseState) -> str:
    """The [brand] in the page's address; it decides nothing but refusal."""
    return str((state.router_data.get("query") or {}).get("brand", ""))


def login_page(state: BaseState) -> str:
    """Where somebody without a session logs in, for the page that was asked for."""
    path = str(state.router_data.get("asPath", "") or state.router_data.get("pathname", ""))
    parts = [part for part in path.split("?")[0].split("/") if part]
    if parts and parts[0] in ("my", "business"):
        return f"/{parts[0]}/{quote(parts[1])}/login" if len(parts) > 1 else "/login"
    return "/login"


class GuardMiddleware(Middleware):
    """Runs before each event: click, page load, background, upload, chained."""

    async def preprocess(self, app: Any, state: BaseState, event: Event) -> StateUpdate | None:
        """None lets the event through; anything else is the answer instead of it."""
        registered = RegistrationContext.get().event_handlers.get(event.name)
        if registered is None:
            return StateUpdate()
        try:
            # an event that another one set off carries no address of its own: nobody clicked
            actor = await load_actor_of(state, touch=bool(event.router_data))
        except Exception:
            # without an answer from the database nobody is anybody
            log.exception("the session could not be read")
            actor = None
        set_current_actor(actor)
        await self._bind(state, actor)

        if event.name in framework_handlers():
            return None
        access = declared(registered.handler.fn)
        if access == PUBLIC:
            return None
        if access is None:
            log.error("handler without declared access refused: %s", event.name)
            return _refuse(rx.toast.error(t("This is not allowed")))
        if actor is None:
            return _refuse(leave_to(login_page(state)))
        asked = brand_of_path(state)
        if asked and actor.brand_code and asked != actor.brand_code:
            if actor.kind is ActorKind.STAFF:
                return _refuse(leave_to(f"/auth/other-brand?brand={quote(asked)}"))
            return _refuse(leave_to(login_page(state)))
        if not allows(access, actor):
            log.warning("%s refused for %s %s", event.name, actor.kind, actor.id)
            return _refuse(rx.toast.error(t("You may not do this")))
        return None

    async def _bind(self, state: BaseState, actor: Actor | None) -> None:
        """Tie the client token to one login in one brand; another one starts from nothing."""
        owner = f"{actor.session_id}@{actor.brand_id}" if actor else ""
        root = state._get_root_state()  # pyright: ignore[reportPrivateUsage]
        session = await root.get_state(SessionState)
        if session._owner == owner:
            return
        if session._owner is not None:
            # with Redis only the states an event needs are in memory: load all, reset all
            for known in list(RegistrationContext.get().base_states.values()):
                await root.get_state(known)
            kept = dict(root.router_data)
            root.reset()
            root.router_data = kept
            session = await root.get_state(SessionState)
        session._owner = owner


class SessionState(rx.State):
    """To whom this client token belongs; nothing of it is sent."""

    _owner: str | None = None
