"""Decides who is behind a plain HTTP request of a screen: an upload, a download, a form.
The answer comes from the same session as everything else, asked afresh each time."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from starlette.requests import Request

from backoffice.security.access import SESSION_COOKIE
from backoffice.security.database import in_thread
from core.access.actor import Actor
from core.access.session import load_actor

DEVICE_MAX = 200


def address_of(request: Request) -> str:
    """The caller's network address; behind proxies the one the trusted proxy saw."""
    hops = int(os.environ.get("MUNIM_PROXY_HOPS", "0"))
    if hops:
        seen = [p.strip() for p in request.headers.get("x-forwarded-for", "").split(",") if p]
        if len(seen) >= hops:
            return seen[-hops]
    return request.client.host if request.client else ""


def device_of(request: Request) -> str:
    """What the browser calls itself, shortened."""
    return request.headers.get("user-agent", "")[:DEVICE_MAX]


async def actor_of(request: Request) -> Actor | None:
    """Who is logged in behind this request; None when nobody is."""
    cookie = request.cookies.get(SESSION_COOKIE, "")
    if not cookie:
        return None
    address, device = address_of(request), device_of(request)
    return await in_thread(
        lambda: load_actor(cookie, now=datetime.now(UTC), address=address, device=device)
    )
