"""Decides what the web process is made of: pages, the guard, the gates, login and the interfaces for
machines. Everything else registers itself; this file only puts it together."""

from __future__ import annotations

import importlib
import importlib.util
from typing import Any

import reflex as rx
from reflex.event import EventSpec
from starlette.applications import Starlette
from starlette.routing import Route

from backoffice.api.healthz import healthz
from backoffice.security.command import say_unexpected
from backoffice.security.gates import gates
from backoffice.security.guard import GuardMiddleware
from backoffice.security.login import login_routes
from backoffice.shell.layout import framed
from backoffice.shell.page import import_all_pages, pages


def _backend_exception(exception: Exception) -> EventSpec | None:
    return say_unexpected(exception, "event")


def _http_app() -> Starlette:
    """Login plus, when they are there, REST, webhooks, files and health (`backoffice.api`)."""
    routes = [Route("/healthz", healthz), *login_routes()]
    for name in ("backoffice.api.routes", "backoffice.files"):
        try:
            known = importlib.util.find_spec(name)
        except ModuleNotFoundError:
            known = None
        if known is not None:
            routes += list(importlib.import_module(name).routes())
    return Starlette(routes=routes)


def build() -> rx.App:
    """The app with every page of the house."""
    made = rx.App(
        stylesheets=["/munim.css"],
        head_components=[
            rx.el.link(rel="icon", href="/favicon.svg", type="image/svg+xml"),
            rx.el.meta(name="viewport", content="width=device-width, initial-scale=1"),
            rx.el.meta(name="color-scheme", content="light dark"),
        ],
        html_lang="en-IN",
        backend_exception_handler=_backend_exception,
        toaster=rx.toast.provider(
            position="bottom-right", close_button=True, rich_colors=False, visible_toasts=4
        ),
        api_transformer=[_http_app(), *gates()],
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

    frame = [] if one.audience == "public" else [ShellState.load, ShellState.watch_changes]
    return [*frame, *one.on_load]


app = build()
