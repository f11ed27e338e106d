"""Where providers deliver: `POST /webhooks/{brand}/{provider}`, stored before it is believed.

The answer comes before anything is done about the event, because a vendor that waits more than a
few seconds counts a failure and in the end stops delivering.
"""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Mapping

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.api.problem import problem
from core.access.actor import Actor
from core.access.permission import Permission
from core.access.session import platform_session
from core.brand.tables import Brand
from core.db.brand_table import now_utc
from core.db.unit_of_work import run_command
from core.provider.delivery import Delivery, accept_delivery, refuse_delivery, store_delivery
from core.provider.event import ProviderEvent
from integrations import registry
from integrations.webhook import (
    SignatureMissing,
    SignatureWrong,
    Webhook,
    WebhookMalformed,
    WebhookRefused,
    WebhookRequest,
)

log = structlog.get_logger("webhook")

BODY_BYTES_MAX = 512 * 1024
REFUSALS_MAX = 30
REFUSALS_WINDOW_S = 60.0
SENDERS_MAX = 10_000


class RefusalLimit:
    """How many refused deliveries one sender may leave in a window before it is not heard."""

    def __init__(self) -> None:
        self._refusals: OrderedDict[str, deque[float]] = OrderedDict()

    def exceeded(self, sender: str) -> bool:
        """Whether the sender has used up its refusals."""
        kept = self._refusals.get(sender)
        if kept is None:
            return False
        while kept and time.monotonic() - kept[0] > REFUSALS_WINDOW_S:
            kept.popleft()
        return len(kept) >= REFUSALS_MAX

    def note(self, sender: str) -> None:
        """Count one refusal."""
        self._refusals.setdefault(sender, deque(maxlen=REFUSALS_MAX)).append(time.monotonic())
        self._refusals.move_to_end(sender)
        while len(self._refusals) > SENDERS_MAX:
            self._refusals.popitem(last=False)


limit = RefusalLimit()


async def receive(request: Request) -> Response:
    """Take one delivery; 200 for a new or repeated event, 4xx for what is not believed."""
    vendor = request.path_params["provider"]
    reader = registry.webhook(vendor)
    sender = f"{request.client.host if request.client else ''} {request.url.path}"
    if limit.exceeded(sender):
        return problem(429, "too_many_refusals", "Too many refused deliveries; wait a minute")
    try:
        body = await read_capped(request, BODY_BYTES_MAX)
    except ClientDisconnect:
        return Response(status_code=400)
    if body is None:
        return problem(413, "too_large", f"A delivery has at most {BODY_BYTES_MAX // 1024} KB")
    brand = await run_in_threadpool(brand_by_code, request.path_params["brand"])
    if reader is None or brand is None:
        return problem(404, "not_found", "There is no such webhook")
    delivery = Delivery(
        provider=vendor,
        body=body,
        headers=dict(request.headers),
        address=request.client.host if request.client else "",
    )
    return await run_in_threadpool(
        take, brand, reader, delivery, dict(request.query_params), sender
    )


async def read_capped(request: Request, bytes_max: int) -> bytes | None:
    """The body, or None when it is larger than allowed; never holds more than that."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > bytes_max:
        return None
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > bytes_max:
            return None
    return bytes(body)


def brand_by_code(code: str) -> Brand | None:
    """The active brand of an address."""
    with platform_session() as session:
        return session.scalar(select(Brand).where(col(Brand.code) == code, col(Brand.active)))


def take(
    brand: Brand, reader: Webhook, delivery: Delivery, query: Mapping[str, str], sender: str
) -> Response:
    """Store, believe or refuse, and accept one delivery; two short transactions."""
    actor = Actor.system(brand.id, reader.provider, [Permission.SYSTEM])
    try:
        stored = run_command(actor, "store_webhook", lambda uow: store_delivery(uow, delivery).id)
        try:
            events = believe(brand.id, reader, delivery, query)
        except WebhookRefused as refusal:
            limit.note(sender)
            code = refusal.code
            run_command(actor, "refuse_webhook", lambda uow: refuse_delivery(uow, stored, code))
            log.warning("webhook.refused", provider=reader.provider, brand_id=brand.id, code=code)
            unsigned = isinstance(refusal, SignatureMissing | SignatureWrong)
            return problem(401 if unsigned else 400, code, refusal.message)
        accepted = run_command(
            actor, "accept_webhook", lambda uow: accept_delivery(uow, stored, events)
        )
    except SQLAlchemyError:
        log.exception("webhook.not_stored", provider=reader.provider, brand_id=brand.id)
        return problem(503, "not_stored", "The delivery could not be stored; send it again")
    return JSONResponse({"accepted": accepted.new, "repeated": accepted.repeated})


def believe(
    brand_id: int, reader: Webhook, delivery: Delivery, query: Mapping[str, str]
) -> list[ProviderEvent]:
    """The events of a delivery under one of the brand's own keys; raises WebhookRefused.

    Another brand's signature fails here, because only this brand's secrets are tried.
    """
    given = WebhookRequest(headers=delivery.headers, query=query, body=delivery.body)
    refusal: WebhookRefused = SignatureWrong("This brand does not use the provider")
    for credentials in registry.webhook_credentials(brand_id, reader.provider):
        try:
            now = now_utc()
            reader.verify(given, credentials, now)
            return reader.events(delivery.body, credentials, now)
        except WebhookMalformed:
            raise
        except WebhookRefused as caught:
            refusal = caught
    raise refusal


routes = [Route("/webhooks/{brand}/{provider}", receive, methods=["POST"])]
