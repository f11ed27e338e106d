"""Decides what the web process is made of: pages, the guard, the gates, login and the interfaces
for machines. Everything else registers itself; this file only puts it together."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from typing import Any

import reflex as rx
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route

import backoffice
from backoffice.api import make_api
from backoffice.api.healthz import healthz
from backoffice.security.command import EventSpec, say_unexpected
from backoffice.security.gates import (
    MACHINE_PREFIXES,
    AsgiApp,
    Receive,
    Scope,
    Send,
    gates,
)
from backoffice.security.guard import GuardMiddleware
from backoffice.security.login import login_routes
from backoffice.shell.layout import framed
from backoffice.shell.page import import_all_pages, pages
from core.db.catalogue import load_services
from core.kernel.redact import cover_logs


# Reflex evaluates this annotation among its own names
def _backend_exception(exception: Exception) -> EventSpec | None:
    return say_unexpected(exception, "event")


class MachineDoor:
    """Hands what other systems send (REST, webhooks) to its own app, away from the screens."""

    def __init__(self, app: AsgiApp, machines: AsgiApp) -> None:
        self.app, self.machines = app, machines

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        here = scope["type"] == "http" and scope["path"].startswith(MACHINE_PREFIXES)
        await (self.machines if here else self.app)(scope, receive, send)


def _feature_routes() -> Sequence[BaseRoute]:
    """Plain HTTP of the features (uploads, files): modules `*_routes` with a `routes()`."""
    found: list[BaseRoute] = []
    for module in pkgutil.walk_packages(backoffice.__path__, "backoffice."):
        if module.name.endswith("_routes"):
            found += importlib.import_module(module.name).routes()
    return found


def _http_app() -> Starlette:
    return Starlette(
        routes=[*login_routes(), Route("/healthz", healthz, methods=["GET"]), *_feature_routes()]
    )


def build() -> rx.App:
    """The app with every page of the house."""
    load_services()
    made = rx.App(
        stylesheets=["/munim.css"],
        head_components=[
            rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
            rx.el.meta(name="viewport", content="width=device-width, initial-scale=1"),
            rx.el.script(src="/theme.js"),
            rx.el.meta(name="color-scheme", content="light dark"),
        ],
        html_lang="en-IN",
        backend_exception_handler=_backend_exception,
        toaster=rx.toast.provider(
            position="top-center", close_button=True, rich_colors=False, visible_toasts=2
        ),
        api_transformer=[
            _http_app(),
            lambda screens: MachineDoor(screens, make_api()),
            *gates(),
        ],
    )
    made.add_middleware(GuardMiddleware(), index=0)
    import_all_pages()
    for one in pages():
        made.add_page(
            framed(one),
            route=one.route,
            title=f"{one.title} · Munim",
            on_load=on_load_of(one),
        )
    return made


def on_load_of(one: Any) -> list[Any]:
    """What a page loads: its frame first, then its own."""
    from backoffice.shell.shell_state import ShellState

    frame = [] if one.audience == "public" else [ShellState.arrive, ShellState.watch_changes]
    return [*frame, *one.on_load]


cover_logs()
app = build()
