"""How the interfaces for machines say no: RFC 9457 problem documents with our stable codes.

The code is for programs and the sentence for people; an unexpected error shows a reference number
only, and the log has the rest.
"""

from __future__ import annotations

import secrets

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from core.api_key.service import KeyRefused
from core.kernel.errors import (
    Conflict,
    DomainError,
    Forbidden,
    IdempotencyMismatch,
    Invalid,
    NotFound,
)

log = structlog.get_logger("api")

REFERENCE_BYTES = 5
_STATUSES: tuple[tuple[type[DomainError], int], ...] = (
    (KeyRefused, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Invalid, 422),
    (IdempotencyMismatch, 422),
    (Conflict, 409),
    (DomainError, 400),
)


def problem(status: int, code: str, detail: str, **more: object) -> JSONResponse:
    """A problem document; `code` is stable, `detail` a sentence."""
    body = {"type": f"urn:munim:problem:{code}", "title": detail, "status": status, "code": code}
    return JSONResponse({**body, **more}, status_code=status, media_type="application/problem+json")


def refusal(error: DomainError) -> JSONResponse:
    """The document for a refusal of the domain, with one sentence per field where it has them."""
    status = next(status for kind, status in _STATUSES if isinstance(error, kind))
    if error.code == "too_many_wrong_keys":
        status = 429
    more: dict[str, object] = {"errors": error.fields} if isinstance(error, Invalid) else {}
    return problem(status, error.code, error.message, **more)


async def on_refusal(_request: Request, error: Exception) -> Response:
    """Starlette's handler for DomainError."""
    assert isinstance(error, DomainError)
    return refusal(error)


async def on_failure(request: Request, error: Exception) -> Response:
    """Starlette's handler for everything nobody expected."""
    reference = secrets.token_hex(REFERENCE_BYTES)
    log.error("api.failed", reference=reference, path=request.url.path, exc_info=error)
    return problem(
        500,
        "unexpected",
        f"Something went wrong. Tell us the reference {reference}.",
        reference=reference,
    )
