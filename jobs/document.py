"""Runs the readers: one job takes an uploaded document, reads it page by page and keeps the result.

The file is opened in a child process outside any transaction; what was read goes in together
with the job's inbox mark, so a worker that dies half-way leaves nothing and the next one starts
over.
"""

from __future__ import annotations

from typing import Any

from core.document import service
from core.document.ports import BlobMissing
from core.document.reading_process import ReaderRefused, ReaderStopped, ReadRequest, run_reader
from core.document.tables import Document
from integrations.registry import blob_store
from jobs.task import JobContext, job

OCR_ENGINE = "integrations.ocr.tesseract:engine"


@job("document.uploaded", queue="reading", max_tries=4)
def document_reader(ctx: JobContext, payload: dict[str, Any]) -> None:
    """Read a statement or an invoice; other kinds are left to people's eyes."""
    document_id = int(payload["document_id"])
    with ctx.unit_of_work("read_document", claim=False) as uow:
        document = service.begin_reading(uow, document_id)
        uow.commit()
    if document is None:
        return
    ctx.track(("document", document_id), total=max(document.pages, 1), message="Opening the file")
    try:
        record = _read(ctx, document)
    except (ReaderRefused, ReaderStopped, BlobMissing) as refusal:
        with ctx.unit_of_work("read_document") as uow:
            service.reading_failed(uow, document_id, refusal.message)
            uow.commit()
        return
    with ctx.unit_of_work("read_document") as uow:
        service.store_reading(uow, document_id, record)
        uow.commit()


def _read(ctx: JobContext, document: Document) -> dict[str, Any]:
    content = blob_store().get(document.readable_key or document.blob_key)

    def show(done: int, total: int) -> None:
        ctx.progress(done, total, f"Page {done} of {total}")
        if document.application_id is not None:
            with ctx.unit_of_work("progress", claim=False) as uow:
                uow.touch("application", document.application_id)
                uow.commit()

    request = ReadRequest(
        service.READERS[document.kind], document.media_type, content, engine=OCR_ENGINE
    )
    return run_reader(request, progress=show)
