"""Decides how files come in and go out over plain HTTP: uploads, page pictures, signed links.

The gate in front has asked for a session and a size; here the file is checked by its content and
every refusal is a sentence, and a page is drawn in a child process and never by this one.
"""

from __future__ import annotations

import base64
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from backoffice.security.database import in_thread
from backoffice.security.http import actor_of
from backoffice.shell.catalogue import t
from core.access.actor import Actor, ActorKind
from core.db.unit_of_work import UnitOfWork, run_command
from core.document import service
from core.document.file_check import FILE_BYTES_MAX, FileTooLarge
from core.document.intake import ReceivedFile, receive_file
from core.document.ports import BlobStore
from core.document.reading_process import PROBE_SECONDS_MAX, ReaderRefused, ReadRequest, run_reader
from core.document.service import UploadDocument
from core.document.tables import Document
from core.invoice import service as invoice_service
from core.invoice.service import UploadInvoice
from core.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from integrations.registry import blob_store, local_store

T = TypeVar("T")

PAGES_KEPT = 96
PAGE_CACHE_SECONDS = 600
BAD_INPUT, CONFLICT, MISSING, REFUSED, NO_SESSION = 422, 409, 404, 403, 401

_drawn: OrderedDict[tuple[str, int], bytes] = OrderedDict()
_drawn_lock = threading.Lock()


def routes() -> Sequence[BaseRoute]:
    """Everything about files that does not go over the socket."""
    return [
        Route("/files/upload/document", upload_document, methods=["POST"]),
        Route("/files/upload/invoice", upload_invoice, methods=["POST"]),
        Route("/files/document/{document_id:int}", open_document, methods=["GET"]),
        Route("/files/document/{document_id:int}/page/{page:int}", draw_page, methods=["GET"]),
        Route("/files/blob/{token}/{name}", open_blob, methods=["GET"]),
    ]


def _said(error: DomainError) -> JSONResponse:
    status = BAD_INPUT
    if isinstance(error, Forbidden):
        status = REFUSED
    elif isinstance(error, NotFound):
        status = MISSING
    elif isinstance(error, Conflict):
        status = CONFLICT
    code = error.refusal_code if isinstance(error, ReaderRefused) else error.code
    return JSONResponse({"error": t(error.message), "code": code, "field": error.field}, status)


async def _received(
    request: Request, actor: Actor, keep: Callable[[ReceivedFile, dict[str, str]], T]
) -> T | JSONResponse:
    """Take the one file of a form in and hand it on; a refusal becomes its sentence."""
    async with request.form(max_files=1, max_fields=12) as form:
        file = form.get("file")
        if file is None or isinstance(file, str):
            return JSONResponse({"error": t("Choose a file."), "code": "file_missing"}, BAD_INPUT)
        if (file.size or 0) > FILE_BYTES_MAX:
            return _said(FileTooLarge())
        content = await file.read()
        fields = {name: str(value) for name, value in form.items() if isinstance(value, str)}
        name = file.filename or "file"

    def work() -> T:
        received = receive_file(
            blob_store(), actor.brand_id, name, content, fields.pop("password", "")
        )
        return keep(received, fields)

    try:
        return await in_thread(work)
    except DomainError as error:
        return _said(error)


async def upload_document(request: Request) -> Response:
    """POST `file`, `kind`, `application` (case id) and perhaps `password`: a document of a case."""
    actor = await actor_of(request)
    if actor is None:
        return JSONResponse({"error": t("Log in again to upload.")}, NO_SESSION)

    def keep(received: ReceivedFile, fields: dict[str, str]) -> Document:
        case = fields.get("application", "")
        customer_id = actor.id if actor.kind is ActorKind.CUSTOMER else None
        command = UploadDocument(
            fields.get("kind", ""),
            received,
            application_id=int(case) if case.isdigit() else None,
            customer_id=customer_id,
        )
        return run_command(actor, "upload_document", lambda uow: service.upload(uow, command))

    kept = await _received(request, actor, keep)
    if isinstance(kept, JSONResponse):
        return kept
    return JSONResponse({"id": kept.id, "file_name": kept.file_name, "pages": kept.pages})


async def upload_invoice(request: Request) -> Response:
    """POST `file` and perhaps `password`: an invoice of the business that is logged in."""
    actor = await actor_of(request)
    if actor is None or actor.kind is not ActorKind.BUSINESS or actor.id is None:
        return JSONResponse({"error": t("Log in again to upload.")}, NO_SESSION)
    business_id = actor.id

    def keep(received: ReceivedFile, fields: dict[str, str]) -> dict[str, Any]:
        del fields
        command = UploadInvoice(received, business_id)
        invoice = run_command(
            actor, "upload_invoice", lambda uow: invoice_service.upload_invoice(uow, command)
        )
        return {"id": invoice.id, "number": invoice.number}

    kept = await _received(request, actor, keep)
    return kept if isinstance(kept, JSONResponse) else JSONResponse(kept)


async def open_document(request: Request) -> Response:
    """GET: note that the person looked, then redirect to a link that expires."""
    actor = await actor_of(request)
    if actor is None:
        return RedirectResponse("/login", 303)
    document_id = int(request.path_params["document_id"])

    def work() -> str:
        grant = run_command(actor, "view_document", lambda uow: service.view(uow, document_id))
        return blob_store().signed_url(
            grant.key, file_name=grant.file_name, media_type=grant.media_type, lives=grant.lives
        )

    try:
        return RedirectResponse(await in_thread(work), 303)
    except DomainError as error:
        return PlainTextResponse(error.message, _said(error).status_code)


async def draw_page(request: Request) -> Response:
    """GET: one page of a document as a picture, for the desk."""
    actor = await actor_of(request)
    if actor is None:
        return PlainTextResponse(t("Log in again."), NO_SESSION)
    document_id, page = int(request.path_params["document_id"]), int(request.path_params["page"])

    def work() -> bytes:
        def find(uow: UnitOfWork) -> Document:
            return service.page_source(uow, document_id)

        document = run_command(actor, "look_at_page", find)
        return page_picture(blob_store(), document, page)

    try:
        picture = await in_thread(work)
    except DomainError as error:
        return PlainTextResponse(error.message, _said(error).status_code)
    headers = {"cache-control": f"private, max-age={PAGE_CACHE_SECONDS}"}
    return Response(picture, media_type="image/webp", headers=headers)


def page_picture(store: BlobStore, document: Document, page: int) -> bytes:
    """The picture of a page (counted from 0), drawn once and kept while there is room."""
    key = (document.readable_key or document.blob_key, page)
    with _drawn_lock:
        known = _drawn.get(key)
        if known is not None:
            _drawn.move_to_end(key)
            return known
    request = ReadRequest("draw", document.media_type, store.get(key[0]), page=page)
    answer = run_reader(request, seconds=PROBE_SECONDS_MAX)
    picture = base64.b64decode(str(answer["content"]))
    with _drawn_lock:
        _drawn[key] = picture
        while len(_drawn) > PAGES_KEPT:
            _drawn.popitem(last=False)
    return picture


async def open_blob(request: Request) -> Response:
    """GET: the file behind a signed link of the local blob store."""
    token = str(request.path_params["token"])

    def work() -> tuple[bytes, str, str]:
        store = local_store()
        asked = store.open_link(token)
        return store.get(asked.key), asked.file_name, asked.media_type

    try:
        content, name, media_type = await in_thread(work)
    except DomainError as error:
        return PlainTextResponse(error.message, _said(error).status_code)
    return Response(
        content,
        media_type=media_type,
        headers={
            "content-disposition": f"inline; filename*=UTF-8''{quote(name)}",
            "cache-control": "private, no-store",
            "content-security-policy": "default-src 'none'; object-src 'self'; sandbox",
        },
    )
