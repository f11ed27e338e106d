"""Decides who is behind an event and what its handler demands; the rest of the product asks here.
Every handler declares its access, and what declares nothing is refused (default deny)."""

from __future__ import annotations

import contextvars
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final, TypeVar

from core.access.actor import Actor, ActorKind
from core.access.permission import Permission
from core.kernel.errors import Forbidden

SESSION_COOKIE: Final = "munim_session"
PUBLIC: Final = "public"
SIGNED_IN: Final = "signed in"
_ATTRIBUTE: Final = "__munim_access__"

F = TypeVar("F", bound=Callable[..., Any])
Access = Permission | str

_current: contextvars.ContextVar[Actor | None] = contextvars.ContextVar("munim_actor", default=None)


def declare(access: Access, handler: F) -> F:
    """Write on a handler what it demands: a permission, `SIGNED_IN` or `PUBLIC`."""
    setattr(handler, _ATTRIBUTE, access)
    return handler


def declared(handler: Callable[..., Any]) -> Access | None:
    """What a handler demands; None when it declares nothing."""
    return getattr(handler, _ATTRIBUTE, None)


def allows(access: Access, actor: Actor | None) -> bool:
    """Whether somebody (None: nobody is logged in) may run what demands this access."""
    if access == PUBLIC:
        return True
    if actor is None or actor.kind is ActorKind.ANONYMOUS:
        return False
    if access == SIGNED_IN:
        return True
    return isinstance(access, Permission) and actor.can(access)


def current_actor() -> Actor | None:
    """Who is behind the running event; None when nobody is logged in."""
    return _current.get()


def require_actor() -> Actor:
    """Who is behind the running event; raises `Forbidden` when nobody is logged in."""
    actor = _current.get()
    if actor is None:
        raise Forbidden("Your session has ended; log in again")
    return actor


def set_current_actor(actor: Actor | None) -> None:
    """Used by the guard before each event, and by tests."""
    _current.set(actor)


def session_cookie(header: str) -> str:
    """The session's value out of a Cookie header; empty when there is none."""
    try:
        morsel = SimpleCookie(header or "").get(SESSION_COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""
