"""Decides what reaches the app at all: uploads only with a session and a size, sockets only from
our own pages, answers only with the headers that keep a browser honest."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse

from backoffice.security.access import session_cookie
from backoffice.security.database import in_thread
from core.access.session import load_actor

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

UPLOAD_BYTES_MAX: Final = 25 * 1024 * 1024
FORM_BYTES_MAX: Final = 1024 * 1024
UPLOAD_PREFIXES: Final = ("/_upload", "/files/upload")
CLOSED_PREFIX: Final = "/_upload"
MACHINE_PREFIXES: Final = ("/api/", "/webhooks/")
POLICY_VIOLATION: Final = 1008

# React Router writes its start-up data as inline scripts whose text differs by page, so their
# hashes cannot be listed here, and Reflex's client evaluates the events a handler answers with
# (a toast, a focus). Everything else must come from this very host.
CONTENT_SECURITY_POLICY: Final = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self' ws: wss:",
        "frame-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)
SECURITY_HEADERS: Final = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "SAMEORIGIN",
    "permissions-policy": "geolocation=(), microphone=(), payment=()",
}
# browsers honour this one only where the address is trustworthy
OPENER_HEADER: Final = (b"cross-origin-opener-policy", b"same-origin")


def header(scope: Scope, name: str) -> str:
    """One request header by its lower-case name; empty when absent."""
    wanted = name.encode()
    for key, value in scope["headers"]:
        if key.lower() == wanted:
            return value.decode("latin-1")
    return ""


def same_host(scope: Scope) -> bool:
    """Whether the Origin names the host this request was sent to, whatever that host is called."""
    origin = header(scope, "origin")
    if not origin:
        return False
    host = header(scope, "x-forwarded-host") or header(scope, "host")
    return urlsplit(origin).netloc.lower() == host.lower()


def _refuse(text: str, status: int) -> PlainTextResponse:
    return PlainTextResponse(text, status, headers={"connection": "close"})


class OriginGate:
    """Refuses sockets and state-changing posts that come from another site."""

    def __init__(self, app: AsgiApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not same_host(scope):
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        if (
            scope["type"] == "http"
            and scope["method"] not in ("GET", "HEAD", "OPTIONS")
            and not scope["path"].startswith(MACHINE_PREFIXES)
            and header(scope, "origin")
            and not same_host(scope)
        ):
            await _refuse("This request came from another site.", 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class UploadGate:
    """Asks for the session and the size before a single byte of a body is read."""

    def __init__(self, app: AsgiApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path, method = scope["path"], scope["method"]
        if path.startswith(CLOSED_PREFIX) and method != "POST":
            await _refuse("Not found", 404)(scope, receive, send)
            return
        if method in ("POST", "PUT") and path.startswith(UPLOAD_PREFIXES):
            cookie = session_cookie(header(scope, "cookie"))
            actor = (
                await in_thread(lambda: load_actor(cookie, now=datetime.now(UTC)))
                if cookie
                else None
            )
            if actor is None:
                await _refuse("Log in before you upload a file.", 401)(scope, receive, send)
                return
            await self._bounded(scope, receive, send, UPLOAD_BYTES_MAX)
            return
        if method in ("POST", "PUT") and path.startswith("/auth/"):
            await self._bounded(scope, receive, send, FORM_BYTES_MAX)
            return
        await self.app(scope, receive, send)

    async def _bounded(self, scope: Scope, receive: Receive, send: Send, limit: int) -> None:
        length = header(scope, "content-length")
        megabytes = limit // (1024 * 1024)
        if length.isdigit() and int(length) > limit:
            await _refuse(f"This file is too large. The limit is {megabytes} MB.", 413)(
                scope, receive, send
            )
            return
        if not length.isdigit():
            await _refuse("Say how large the file is (Content-Length).", 411)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class HeaderGate:
    """Puts the security headers on every answer that does not set them itself."""

    def __init__(self, app: AsgiApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = list(_completed(message.get("headers", ()), scope))
            await send(message)

        await self.app(scope, receive, with_headers)


def _completed(headers: Iterable[tuple[bytes, bytes]], scope: Scope) -> list[tuple[bytes, bytes]]:
    kept = [(k, v) for k, v in headers if not k.lower().startswith(b"access-control-allow-")]
    present = {key.lower() for key, _ in kept}
    added = [
        (name.encode(), value.encode())
        for name, value in SECURITY_HEADERS.items()
        if name.encode() not in present
    ]
    if scope.get("scheme") == "https" and OPENER_HEADER[0] not in present:
        added.append(OPENER_HEADER)
    if b"cache-control" not in present:
        immutable = scope["path"].startswith("/assets/")
        value = b"public, max-age=31536000, immutable" if immutable else b"no-cache"
        added.append((b"cache-control", value))
    return kept + added


def gates() -> list[Callable[[AsgiApp], AsgiApp]]:
    """The gates in the order Reflex wraps them: the last is the outermost."""
    return [UploadGate, OriginGate, HeaderGate]
