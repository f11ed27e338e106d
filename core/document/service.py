"""Decides what may happen to a document: upload, verify, reject, view, read, correct.

The original is never changed and no value is overwritten; whoever looks at a file or changes a
value is on record.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.access.actor import ActorKind
from core.access.permission import Permission
from core.application.tables import Application
from core.db.sentence import sentences
from core.db.tables import Transition
from core.db.unit_of_work import UnitOfWork
from core.document import store
from core.document.intake import ReceivedFile
from core.document.life_cycle import DOCUMENT
from core.document.tables import Correction, Document, Reading
from core.kernel.business_day import format_date, ist_date
from core.kernel.errors import Conflict, Invalid, NotFound

sentences.add(
    {
        "document.uploaded": "uploaded {kind} “{file_name}”",
        "document.verified": "verified {kind} “{file_name}”",
        "document.rejected": "rejected {kind} “{file_name}”",
        "document.viewed": "looked at {kind} “{file_name}”",
        "document.read": "read {kind} “{file_name}”: {outcome}",
        "document.reading_failed": "could not read {kind} “{file_name}”: {outcome}",
        "document.read_again": "asked for {kind} “{file_name}” to be read again",
        "document.corrected": "corrected {path} from {old} to {new}",
    }
)

#: How long a link to a file lives.
LINK_LIVES = timedelta(minutes=10)
REASON_LENGTH_MIN, REASON_LENGTH_MAX = 3, 500

KINDS = {
    "bank_statement": "bank statement",
    "invoice": "invoice",
    "salary_slip": "salary slip",
    "pan_card": "PAN card",
    "address_proof": "address proof",
    "photo": "photo",
    "agreement": "loan agreement",
    "key_facts": "key facts statement",
    "sanction_letter": "sanction letter",
    "signed_agreement": "signed agreement",
    "no_dues": "no-dues letter",
    "other": "document",
}
PARTIES = (ActorKind.CUSTOMER, ActorKind.BUSINESS)
#: Which reader a kind is read by; other kinds are looked at by people only.
READERS = {"bank_statement": "statement", "invoice": "invoice"}


class DuplicateUpload(Conflict):
    """The same bytes were uploaded for the same subject before."""

    code = "duplicate_upload"

    def __init__(self, earlier: Document) -> None:
        day = format_date(ist_date(earlier.uploaded_at))
        super().__init__(
            f"This very file was already uploaded on {day} as “{earlier.file_name}”.",
            field="file",
            document_id=earlier.id,
        )
        self.document_id = earlier.id


@dataclass(frozen=True, slots=True)
class UploadDocument:
    """A received file and whose it is."""

    kind: str
    file: ReceivedFile
    application_id: int | None = None
    customer_id: int | None = None
    business_id: int | None = None


@dataclass(frozen=True, slots=True)
class ViewGrant:
    """Leave to look at one file for a while; the edge turns it into a link."""

    key: str
    file_name: str
    media_type: str
    lives: timedelta


def kind_words(document: Document) -> str:
    """The document's kind as people say it."""
    return KINDS.get(document.kind, "document")


def _case(document: Document) -> int | None:
    return document.application_id


def upload(uow: UnitOfWork, command: UploadDocument) -> Document:
    """Record a received file and hand it to its reader. Raises DuplicateUpload, Invalid.

    A customer uploads for their own case only, a business for itself only.
    """
    uow.actor.require(Permission.DOCUMENT_UPLOAD)
    if command.kind not in KINDS:
        raise Invalid({"kind": "Choose what kind of document this is."})
    application_id, customer_id, business_id = _subject(uow, command)
    earlier = store.same_content(
        uow,
        command.file.sha256,
        application_id=application_id,
        customer_id=customer_id,
        business_id=business_id,
    )
    if earlier is not None:
        raise DuplicateUpload(earlier)
    file = command.file
    read = command.kind in READERS
    document = uow.add(
        Document(
            application_id=application_id,
            customer_id=customer_id,
            business_id=business_id,
            kind=command.kind,
            file_name=file.file_name,
            media_type=file.media_type,
            size_bytes=file.size_bytes,
            pages=file.pages,
            sha256=file.sha256,
            blob_key=file.blob_key,
            readable_key=file.readable_key,
            reading_state="waiting" if read else "none",
            uploaded_at=uow.now,
            uploaded_by_kind=str(uow.actor.kind),
            uploaded_by_id=uow.actor.id,
            uploaded_by_name=uow.actor.name,
        )
    )
    _audit(uow, "document.uploaded", document)
    uow.emit("document.uploaded", {"document_id": document.id})
    return document


def _subject(uow: UnitOfWork, command: UploadDocument) -> tuple[int | None, int | None, int | None]:
    """Whose document it is, as far as this person may say so."""
    actor = uow.actor
    application_id, customer_id = command.application_id, command.customer_id
    business_id = command.business_id
    if application_id is not None:
        application = uow.get(Application, application_id)
        if customer_id not in (None, application.customer_id):
            raise Conflict("This case belongs to another customer.")
        customer_id = application.customer_id
    if actor.kind is ActorKind.CUSTOMER and (customer_id != actor.id or business_id is not None):
        raise NotFound("There is no such case of yours.")
    if actor.kind is ActorKind.BUSINESS and (business_id != actor.id or customer_id is not None):
        raise NotFound("There is no such business of yours.")
    if customer_id is None and business_id is None:
        raise Invalid({"file": "Say whose document this is."})
    return application_id, customer_id, business_id


def verify(uow: UnitOfWork, document_id: int, version: int | None = None) -> Document:
    """Accept a document after looking at it."""
    uow.actor.require(Permission.DOCUMENT_VERIFY)
    return _decide(uow, document_id, "verify", "", version)


def reject(uow: UnitOfWork, document_id: int, reason: str, version: int | None = None) -> Document:
    """Refuse a document with a reason that its owner will read."""
    uow.actor.require(Permission.DOCUMENT_VERIFY)
    text = reason.strip()
    if len(text) < REASON_LENGTH_MIN:
        raise Invalid({"reason": "Say why it is rejected; the person will read it."})
    return _decide(uow, document_id, "reject", text[:REASON_LENGTH_MAX], version)


def _decide(
    uow: UnitOfWork, document_id: int, event: str, reason: str, version: int | None
) -> Document:
    document = uow.lock(Document, document_id)
    if version is not None:
        uow.expect_version(document, version)
    before = document.state
    document.state = DOCUMENT.next(before, event)
    document.reject_reason = reason
    document.decided_at, document.decided_by_name = uow.now, uow.actor.name
    document.version += 1
    uow.add(
        Transition(
            subject_type="document",
            subject_id=document.id,
            from_status=before,
            event=event,
            to_status=document.state,
            by_kind=str(uow.actor.kind),
            by_id=uow.actor.id,
            by_name=uow.actor.name,
            at=uow.now,
            reason=reason,
        )
    )
    action = "document.verified" if event == "verify" else "document.rejected"
    _audit(
        uow,
        action,
        document,
        before={"state": before},
        after={"state": document.state},
        reason=reason,
    )
    uow.emit(action, {"document_id": document.id})
    return document


def view(uow: UnitOfWork, document_id: int) -> ViewGrant:
    """Leave to open the original file; staff who read cases, or the document's owner."""
    if uow.actor.kind not in PARTIES:
        uow.actor.require(Permission.DOCUMENT_READ)
    document = _own(uow, document_id)
    _audit(uow, "document.viewed", document)
    return ViewGrant(document.blob_key, document.file_name, document.media_type, LINK_LIVES)


def page_source(uow: UnitOfWork, document_id: int) -> Document:
    """The document whose page is to be drawn on a desk; opening the desk was audited."""
    if uow.actor.kind not in PARTIES:
        uow.actor.require(Permission.DOCUMENT_READ)
    return _own(uow, document_id)


def _own(uow: UnitOfWork, document_id: int) -> Document:
    """The document; a customer and a business find only their own."""
    actor, document = uow.actor, uow.get(Document, document_id)
    if actor.kind in PARTIES:
        owner = document.customer_id if actor.kind is ActorKind.CUSTOMER else document.business_id
        if owner is None or owner != actor.id:
            raise NotFound(f"There is no document {document_id} here")
    return document


def read_again(uow: UnitOfWork, document_id: int) -> Document:
    """Queue a document for the reader once more; what was read before is kept."""
    uow.actor.require(Permission.DOCUMENT_CORRECT)
    document = uow.lock(Document, document_id)
    if document.kind not in READERS:
        raise Conflict(f"A {kind_words(document)} is not read by the machine.")
    if document.reading_state in ("waiting", "reading"):
        raise Conflict("This document is being read already.")
    document.reading_state, document.reading_error = "waiting", ""
    _audit(uow, "document.read_again", document)
    uow.emit("document.uploaded", {"document_id": document.id})
    return document


def begin_reading(uow: UnitOfWork, document_id: int) -> Document | None:
    """Note that the reader has it; None for a kind that has no reader."""
    uow.actor.require(Permission.SYSTEM)
    document = uow.lock(Document, document_id)
    if document.kind not in READERS:
        return None
    document.reading_state = "reading"
    uow.touch("document", document.id)
    _touch_case(uow, document)
    return document


def store_reading(uow: UnitOfWork, document_id: int, record: dict[str, Any]) -> Reading:
    """Keep what the reader found as a new reading; the newest one counts from now on."""
    from core.document.reading_record import INVOICE_VERSION, STATEMENT_VERSION

    uow.actor.require(Permission.SYSTEM)
    document = uow.lock(Document, document_id)
    reader = READERS[document.kind]
    reading = uow.add(
        Reading(
            document_id=document.id,
            reader=reader,
            reader_version=STATEMENT_VERSION if reader == "statement" else INVOICE_VERSION,
            engine=str(record["engine"]),
            pages=int(record["pages"]),
            proven=bool(record["proven"]),
            reason=str(record["reason"]),
            facts=record["facts"],
            duration_ms=int(record["duration_ms"]),
            read_at=uow.now,
        )
    )
    store.insert_values(uow, reading.id, record["values"])
    document.reading_state, document.reading_error = "read", ""
    document.pages = reading.pages
    outcome = "proven" if reading.proven else reading.reason or "needs a look"
    _audit(uow, "document.read", document, outcome=outcome)
    uow.emit("document.read", {"document_id": document.id, "reading_id": reading.id})
    return reading


def reading_failed(uow: UnitOfWork, document_id: int, sentence: str) -> Document:
    """Note that the file cannot be read, with the sentence that people see."""
    uow.actor.require(Permission.SYSTEM)
    document = uow.lock(Document, document_id)
    document.reading_state, document.reading_error = "failed", sentence
    _audit(uow, "document.reading_failed", document, outcome=sentence)
    uow.emit("document.reading_failed", {"document_id": document.id})
    return document


def correct(
    uow: UnitOfWork, document_id: int, path: str, value: Any, reason: str = ""
) -> Correction:
    """Replace one value of the newest reading; the old value and the person are kept.

    A value that the reader did not find may be added under a path it knows. Raises Conflict
    before the first reading and when nothing would change.
    """
    uow.actor.require(Permission.DOCUMENT_CORRECT)
    document = uow.lock(Document, document_id)
    reading = store.newest_reading(uow, document.id)
    if reading is None:
        raise Conflict("This document has not been read yet; there is nothing to correct.")
    old = _current_value(uow, reading.id, path)
    new = value.isoformat() if isinstance(value, date) else value
    if old == new:
        raise Conflict("Nothing changed.")
    correction = uow.add(
        Correction(
            reading_id=reading.id,
            path=path,
            old_value=old,
            new_value=new,
            by_kind=str(uow.actor.kind),
            by_id=uow.actor.id,
            by_name=uow.actor.name,
            at=uow.now,
            reason=reason.strip()[:REASON_LENGTH_MAX],
        )
    )
    uow.audit(
        "document.corrected",
        ("document", document.id),
        case_id=_case(document),
        before={path: old},
        after={path: new},
        reason=correction.reason,
        path=path.rsplit("/", 1)[-1].replace("_paise", "").replace("_", " "),
        old=_shown(path, old),
        new=_shown(path, new),
    )
    return correction


def _current_value(uow: UnitOfWork, reading_id: int, path: str) -> Any:
    row = store.value_at(uow, reading_id, path)
    value = row.value if row else None
    for correction in store.corrections_of(uow, reading_id):
        if correction.path == path:
            value = correction.new_value
    return value


def _shown(path: str, value: Any) -> str:
    from core.kernel.money import format_inr

    if value is None or value == "":
        return "nothing"
    return format_inr(value) if path.endswith("_paise") and isinstance(value, int) else str(value)


def _touch_case(uow: UnitOfWork, document: Document) -> None:
    if document.application_id is not None:
        uow.touch("application", document.application_id)


def _audit(uow: UnitOfWork, action: str, document: Document, **words: Any) -> None:
    uow.audit(
        action,
        ("document", document.id),
        case_id=_case(document),
        kind=kind_words(document),
        file_name=document.file_name,
        **words,
    )
    _touch_case(uow, document)


__all__ = [
    "KINDS",
    "READERS",
    "DuplicateUpload",
    "UploadDocument",
    "ViewGrant",
    "begin_reading",
    "correct",
    "kind_words",
    "page_source",
    "read_again",
    "reading_failed",
    "reject",
    "store_reading",
    "upload",
    "verify",
    "view",
]
