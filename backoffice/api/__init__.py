"""The doors for other systems: webhooks of providers and the REST interface, one ASGI app.

It is mounted beside the screens and shares nothing with them but the core.
"""

from __future__ import annotations

from starlette.applications import Starlette

from backoffice.api import v1, webhooks
from backoffice.api.problem import on_failure, on_refusal
from core.kernel.errors import DomainError


def make_api() -> Starlette:
    """The ASGI app with `/webhooks/…` and `/api/v1/…`; app.py mounts it at the root."""
    return Starlette(
        routes=[*webhooks.routes, *v1.routes],
        exception_handlers={DomainError: on_refusal, Exception: on_failure},
    )
