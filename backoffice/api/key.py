"""Who calls the REST interface: a brand's key in the Authorization header, nothing else.

No cookie is looked at here, so a browser that is logged in cannot be made to call it; wrong keys
are throttled per sender like wrong passwords.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from starlette.requests import Request

from backoffice.api.webhooks import RefusalLimit, brand_by_code
from core.access.actor import Actor
from core.access.permission import Permission
from core.api_key.service import KeyRefused, actor_of_key, brand_code_of
from core.db.unit_of_work import UnitOfWork, run_command, unit_of_work
from core.kernel.errors import DomainError

T = TypeVar("T")

SCHEME = "bearer"
wrong_keys = RefusalLimit()


class TooManyKeys(DomainError):
    """One sender tried too many wrong keys."""

    code = "too_many_wrong_keys"


def actor_of(request: Request) -> Actor:
    """The actor behind a request's key; raises KeyRefused, TooManyKeys."""
    address = request.client.host if request.client else ""
    if wrong_keys.exceeded(address):
        raise TooManyKeys("Too many wrong keys came from this address; wait a minute")
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    try:
        if scheme.lower() != SCHEME or not key:
            raise KeyRefused("Send a key: Authorization: Bearer mk_…")
        brand = brand_by_code(brand_code_of(key))
        if brand is None:
            raise KeyRefused("This key does not open anything")
        system = Actor.system(brand.id, "api", [Permission.SYSTEM])
        return run_command(system, "api_key", lambda uow: actor_of_key(uow, key.strip(), address))
    except KeyRefused:
        wrong_keys.note(address)
        raise


def read(actor: Actor, use_case: str, work: Callable[[UnitOfWork], T]) -> T:
    """Run a query in the key's brand; nothing is committed."""
    with unit_of_work(actor, use_case) as uow:
        return work(uow)


def write(
    actor: Actor,
    use_case: str,
    idempotency_key: str,
    given: dict[str, Any],
    work: Callable[[UnitOfWork], dict[str, Any]],
) -> dict[str, Any]:
    """Run a command once per Idempotency-Key of this caller; a repeat gets the first answer."""
    own = f"api:{actor.id}:{use_case}:{idempotency_key}"
    return run_command(actor, use_case, lambda uow: uow.idempotent(own, given, lambda: work(uow)))
