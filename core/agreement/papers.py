"""Decides when papers lose their force: a changed sanction, a withdrawal, a cancelled case.
A void set keeps all it held, so that what the customer saw can still be shown."""

from __future__ import annotations

from core.access.permission import Permission
from core.agreement import store
from core.agreement.life_cycle import AGREEMENT
from core.agreement.tables import Agreement
from core.application.tables import Application
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.document.tables import Document
from core.kernel.errors import Forbidden

sentences.add({"agreement.voided": "the papers number {number} became void: {why}"})


def retire_papers(uow: UnitOfWork, agreement: Agreement, why: str) -> None:
    """Close the signing link and mark the filed papers, so that nobody takes them for valid.

    Part of use cases that have asked for their own permission.
    """
    agreement.sign_url_sealed = ""
    for document_id in (
        agreement.kfs_document_id,
        agreement.agreement_document_id,
        agreement.sanction_document_id,
        agreement.signed_document_id,
    ):
        if document_id is None:
            continue
        document = uow.lock(Document, document_id)
        document.state, document.reject_reason = "rejected", f"No longer valid: {why}"
        document.version += 1
        uow.touch("document", document.id)
    uow.flush()


def void_papers(uow: UnitOfWork, application: Application, why: str) -> Agreement | None:
    """Make the live papers of a case void, signature included; None when there are none."""
    if not (
        uow.actor.can(Permission.APPLICATION_SANCTION) or uow.actor.can(Permission.AGREEMENT_SEND)
    ):
        raise Forbidden("You may not withdraw the papers of a loan")
    found = store.alive_agreement(uow, application.id)
    if found is None:
        return None
    agreement = uow.lock(Agreement, found.id)
    uow.transition(AGREEMENT, agreement, "void", reason=why)
    agreement.void_reason = why
    retire_papers(uow, agreement, why)
    uow.audit(
        "agreement.voided",
        ("agreement", agreement.id),
        case_id=application.id,
        reason=why,
        number=agreement.number,
        why=why,
    )
    return agreement
