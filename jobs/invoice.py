"""Takes the values of a read invoice over into the invoice and looks for duplicates.

A step of its own after reading, so that the reader knows nothing of businesses and funding.
"""

from __future__ import annotations

from typing import Any

from core.document.tables import Document
from core.invoice import service
from jobs.task import JobContext, job


@job("document.read", queue="reading")
def invoice_reader(ctx: JobContext, payload: dict[str, Any]) -> None:
    """Fill the invoice of a read document; other kinds are passed over."""
    document_id = int(payload["document_id"])
    with ctx.unit_of_work("fill_invoice") as uow:
        if uow.get(Document, document_id).kind == "invoice":
            service.fill_from_reading(uow, document_id)
        uow.commit()
