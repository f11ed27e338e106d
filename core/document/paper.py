"""Decides how a paper that we make ourselves is filed: as a document, verified from the start.
It lies beside what the customer uploaded, but no reader and no person has to judge it."""

from __future__ import annotations

from dataclasses import dataclass

from core.access.permission import Permission
from core.application.tables import Application
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.document.ports import StoredBlob
from core.document.tables import Document

PDF = "application/pdf"
PAPERS = {
    "sanction_letter": "sanction letter",
    "key_facts": "key facts statement",
    "agreement": "loan agreement",
    "signed_agreement": "signed agreement",
    "no_dues": "no-dues letter",
}

sentences.add({"paper.filed": "filed the {kind}"})


@dataclass(frozen=True, slots=True)
class FilePaper:
    """A paper whose bytes are already in the blob store."""

    kind: str
    file_name: str
    blob: StoredBlob
    application_id: int
    pages: int = 0


def file_paper(uow: UnitOfWork, command: FilePaper) -> Document:
    """Record a paper of a case; only jobs of ours file papers."""
    uow.actor.require(Permission.SYSTEM)
    application = uow.get(Application, command.application_id)
    document = uow.add(
        Document(
            application_id=application.id,
            customer_id=application.customer_id,
            kind=command.kind,
            file_name=command.file_name,
            media_type=PDF,
            size_bytes=command.blob.size_bytes,
            pages=command.pages,
            sha256=command.blob.sha256,
            blob_key=command.blob.key,
            state="verified",
            uploaded_at=uow.now,
            uploaded_by_kind=str(uow.actor.kind),
            uploaded_by_name=uow.actor.name,
            decided_at=uow.now,
            decided_by_name=uow.actor.name,
        )
    )
    uow.audit(
        "paper.filed",
        ("document", document.id),
        case_id=application.id,
        kind=PAPERS[command.kind],
    )
    return document
