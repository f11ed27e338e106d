"""Analyses a bank statement once it was read.

A step of its own, so that a new rule can be run over old readings without opening a file.
"""

from __future__ import annotations

from typing import Any

from core.bank_statement import service
from core.document.tables import Document
from jobs.task import JobContext, job


@job("document.read", queue="reading")
def statement_analyst(ctx: JobContext, payload: dict[str, Any]) -> None:
    """Salary, obligations, bounces and balances of a statement; other kinds are passed over."""
    document_id = int(payload["document_id"])
    with ctx.unit_of_work("analyse_statement") as uow:
        if uow.get(Document, document_id).kind == "bank_statement":
            service.analyse_document(uow, document_id)
        uow.commit()
