"""Decides what must be done before a case goes from the loan executive to credit.
The answer is a list of sentences, so that the screen can say all that is missing at once."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from core.application.tables import Application
from core.customer.store import has_consent
from core.db.unit_of_work import UnitOfWork
from core.document.tables import Document
from core.kernel.errors import Conflict
from core.kyc.service import kyc_summary

STATEMENT = "bank_statement"


class NotReadyForCredit(Conflict):
    """Something is still missing; `missing` says what, one sentence each."""

    code = "not_ready_for_credit"

    def __init__(self, missing: list[str]) -> None:
        super().__init__("Not ready for credit yet: " + "; ".join(missing), count=len(missing))
        self.missing = missing


def missing_documents(documents: list[Document]) -> list[str]:
    """What the documents of a case still lack; a rejected one counts as not there."""
    missing: list[str] = []
    statements = [d for d in documents if d.kind == STATEMENT and d.state != "rejected"]
    if not statements:
        missing.append("a bank statement")
    for document in documents:
        if document.state == "pending":
            missing.append(f"“{document.file_name}” is not verified")
    return missing


def missing_for_credit(uow: UnitOfWork, application: Application) -> list[str]:
    """Everything that keeps a case from credit: documents, identity and bank account, consent.

    Read inside use cases and screens that have checked their own permission.
    """
    documents = list(
        uow.session.scalars(
            select(Document)
            .where(col(Document.application_id) == application.id)
            .order_by(col(Document.id))
        )
    )
    missing = missing_documents(documents)
    missing += list(kyc_summary(uow, application.id).missing)
    if not has_consent(uow, application.customer_id, "credit_report"):
        missing.append("the customer's consent to a credit report")
    return missing
