"""The sandbox as one ASGI app: vendors' interfaces, hosted pages, its own page, its poster.

It refuses to exist in production, whoever starts it.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from integrations.sandbox import hosted, page, vendor
from integrations.sandbox.poster import Poster
from integrations.sandbox.service import Sandbox
from integrations.sandbox.store import Store
from integrations.settings import is_production

DEFAULT_PRODUCT_PORT = "8000"


class NotInProduction(RuntimeError):
    """Somebody tried to run the sandbox where real people are served."""


def home_folder() -> Path:
    """Where the sandbox keeps its file, below `MUNIM_HOME`."""
    return Path(os.environ.get("MUNIM_HOME") or ".munim").expanduser() / "sandbox"


def product_url() -> str:
    """Where webhooks go: `PRODUCT_URL`, or the product's `PORT` on this machine."""
    port = os.environ.get("PORT", DEFAULT_PRODUCT_PORT)
    return os.environ.get("PRODUCT_URL", f"http://127.0.0.1:{port}").rstrip("/")


async def healthz(_request: Request) -> Response:
    """Ready."""
    return JSONResponse({"state": "ready"})


def make_app() -> Starlette:
    """The app; raises NotInProduction."""
    if is_production():
        raise NotInProduction("The provider sandbox never runs with MUNIM_ENV=production.")
    store = Store(home_folder())
    sandbox = Sandbox(store)
    poster = Poster(sandbox, product_url)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        await poster.start()
        yield
        await poster.stop()
        store.close()

    app = Starlette(
        routes=[*page.routes, *hosted.routes, *vendor.routes, Route("/healthz", healthz)],
        lifespan=lifespan,
    )
    app.state.sandbox = sandbox
    app.state.public_url = os.environ.get("SANDBOX_PUBLIC_URL", "").rstrip("/")
    return app
