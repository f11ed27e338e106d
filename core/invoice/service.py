"""Decides what happens to an invoice until it is verified: upload, reading, correction, decision.

The same invoice must never be financed twice, so duplicates are looked for when it is read,
when it is corrected and once more, under a lock, when it is verified.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from core.access.actor import ActorKind
from core.access.permission import Permission
from core.access.tables import OtpChallenge
from core.db.secret import blind_index, seal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.document import service as document_service
from core.document import store as document_store
from core.document.intake import ReceivedFile
from core.document.printed import parse_date
from core.document.service import UploadDocument
from core.document.tables import Document
from core.invoice import store
from core.invoice.identity import FINGERPRINT_KIND, IRN_KIND, identity_index, irn_index
from core.invoice.life_cycle import INVOICE
from core.invoice.tables import Business, Invoice
from core.kernel.business_day import format_date, ist_date
from core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from core.kernel.identifier import normal_gstin, normal_mobile
from core.kernel.money import parse_inr

sentences.add(
    {
        "business.registered": "registered with the mobile number ending {last4}",
        "business.changed": "changed the business profile",
        "invoice.uploaded": "uploaded invoice {number}",
        "invoice.read": "read invoice {number}: {outcome}",
        "invoice.corrected": "corrected {field} of invoice {number}",
        "invoice.duplicate_found": "found invoice {number} to be the same as {earlier}",
        "invoice.verified": "verified invoice {number}",
        "invoice.rejected": "rejected invoice {number}",
    }
)

FRESH_CODE = dt.timedelta(minutes=2)
REASON_LENGTH_MIN, REASON_LENGTH_MAX = 3, 500

TEXT_FIELDS = (
    "document_type",
    "invoice_number",
    "seller_name",
    "buyer_name",
    "currency",
    "irn",
)
GSTIN_FIELDS = ("seller_gstin", "buyer_gstin")
DATE_FIELDS = ("invoice_date", "due_date")
MONEY_FIELDS = (
    "taxable_paise",
    "cgst_paise",
    "sgst_paise",
    "igst_paise",
    "cess_paise",
    "round_off_paise",
    "total_paise",
)
FIELDS = (*TEXT_FIELDS, *GSTIN_FIELDS, *DATE_FIELDS, *MONEY_FIELDS)
#: Without these an invoice cannot be verified.
NEEDED = {
    "invoice_number": "Enter the invoice number as printed.",
    "invoice_date": "Enter the invoice date as printed.",
    "seller_name": "Enter the seller's name as printed.",
    "total_paise": "Enter the invoice's total.",
}
TEXT_LENGTH_MAX = 200


class CodeNotFresh(Forbidden):
    """Nobody proved to hold this mobile number within the last minutes."""

    code = "code_not_fresh"


class DuplicateInvoice(Conflict):
    """The same invoice is already with us; `invoice_id` is the earlier one."""

    code = "duplicate_invoice"

    def __init__(self, earlier: Invoice) -> None:
        day = format_date(ist_date(earlier.uploaded_at))
        super().__init__(
            f"This invoice is the same as {earlier.number}, uploaded on {day}.",
            field="file",
            invoice_id=earlier.id,
        )
        self.invoice_id = earlier.id
        self.number = earlier.number


class FinancedElsewhere(Conflict):
    """Another lender on this installation has verified the same invoice."""

    code = "financed_elsewhere"

    def __init__(self) -> None:
        super().__init__("Another lender on this platform already holds this invoice.")


@dataclass(frozen=True, slots=True)
class UploadInvoice:
    """A received file and the business whose invoice it is."""

    file: ReceivedFile
    business_id: int


# --- business ---------------------------------------------------------------------------------


def register_or_log_in(uow: UnitOfWork, mobile: str) -> Business:
    """The business of a mobile that has just proved itself by a one-time code.

    Needs no permission, since nobody is anybody yet; it demands a code used within two minutes
    for this very number instead. Raises CodeNotFresh.
    """
    number = normal_mobile(mobile)
    index = blind_index("mobile", number)
    proved = uow.session.scalar(
        select(col(OtpChallenge.id))
        .where(
            col(OtpChallenge.mobile_index) == index,
            col(OtpChallenge.consumed_at) > uow.now - FRESH_CODE,
        )
        .limit(1)
    )
    if proved is None:
        raise CodeNotFresh("Ask for a code and enter it first")
    business = store.business_by_mobile(uow, index)
    if business is None:
        business = uow.add(
            Business(
                mobile_sealed=seal(number),
                mobile_index=index,
                mobile_last_four=number[-4:],
                created_at=uow.now,
            )
        )
        uow.audit("business.registered", ("business", business.id), last4=number[-4:])
    return business


def save_profile(
    uow: UnitOfWork, business_id: int, *, name: str, gstin: str, contact_name: str
) -> Business:
    """The business's own name, GSTIN and contact."""
    uow.actor.require(Permission.BUSINESS_SELF)
    if uow.actor.id != business_id:
        raise NotFound("There is no such business of yours.")
    business = uow.lock(Business, business_id)
    errors: dict[str, str] = {}
    if not 3 <= len(name.strip()) <= TEXT_LENGTH_MAX:
        errors["name"] = "Enter the business name as registered."
    if errors:
        raise Invalid(errors)
    before = {"name": business.name, "gstin": business.gstin}
    business.name, business.contact_name = name.strip(), contact_name.strip()[:TEXT_LENGTH_MAX]
    business.gstin = normal_gstin(gstin) if gstin.strip() else ""
    business.version += 1
    after = {"name": business.name, "gstin": business.gstin}
    uow.audit("business.changed", ("business", business.id), before=before, after=after)
    return business


# --- invoice ----------------------------------------------------------------------------------


def upload_invoice(uow: UnitOfWork, command: UploadInvoice) -> Invoice:
    """Record an invoice file; the very same file again is refused with the earlier invoice."""
    uow.actor.require(Permission.DOCUMENT_UPLOAD)
    earlier = document_store.same_content(
        uow,
        command.file.sha256,
        application_id=None,
        customer_id=None,
        business_id=command.business_id,
    )
    known = store.invoice_of_document(uow, earlier.id) if earlier else None
    if known is not None and known.status != "rejected":
        raise DuplicateInvoice(known)
    uow.get(Business, command.business_id)
    document = document_service.upload(
        uow, UploadDocument("invoice", command.file, business_id=command.business_id)
    )
    invoice = uow.add(
        Invoice(
            number=uow.next_number("INV"),
            business_id=command.business_id,
            document_id=document.id,
            status_since=uow.now,
            uploaded_at=uow.now,
        )
    )
    uow.audit("invoice.uploaded", ("invoice", invoice.id), number=invoice.number)
    return invoice


def fill_from_reading(uow: UnitOfWork, document_id: int) -> Invoice | None:
    """Take the read values over, look for duplicates; None for a document without invoice."""
    uow.actor.require(Permission.SYSTEM)
    found = store.invoice_of_document(uow, document_id)
    reading = document_store.newest_reading(uow, document_id)
    if found is None or reading is None:
        return None
    invoice = uow.lock(Invoice, found.id)
    values = document_store.current_values(uow, reading.id)
    for name in FIELDS:
        _set(invoice, name, values.get(name))
    _look_for_duplicates(uow, invoice)
    if INVOICE.can(invoice.status, "read"):
        uow.transition(INVOICE, invoice, "read")
    outcome = "amounts agree" if reading.proven else reading.reason or "needs a look"
    uow.audit("invoice.read", ("invoice", invoice.id), number=invoice.number, outcome=outcome)
    uow.emit("invoice.read", {"invoice_id": invoice.id})
    return invoice


def correct_field(
    uow: UnitOfWork, invoice_id: int, name: str, typed: str, version: int | None = None
) -> Invoice:
    """Put right one field as a person reads it on the page; the old value is kept.

    `typed` is what the person entered: rupees, a date, a GSTIN or words; empty clears it.
    """
    uow.actor.require(Permission.DOCUMENT_CORRECT)
    invoice = uow.lock(Invoice, invoice_id)
    if version is not None:
        uow.expect_version(invoice, version)
    if invoice.status not in ("uploaded", "read"):
        raise Conflict("Only an invoice that is not decided yet can be corrected.")
    value = typed_value(name, typed)
    before = getattr(invoice, name)
    document_service.correct(uow, invoice.document_id, name, value)
    _set(invoice, name, value)
    _look_for_duplicates(uow, invoice)
    invoice.version += 1
    uow.audit(
        "invoice.corrected",
        ("invoice", invoice.id),
        before={name: before},
        after={name: getattr(invoice, name)},
        number=invoice.number,
        field=name.replace("_paise", "").replace("_", " "),
    )
    return invoice


def typed_value(name: str, typed: str) -> Any:
    """What a person typed as the field's value. Raises Invalid with the field's name."""
    text = typed.strip()
    if name not in FIELDS:
        raise Invalid({name: "This field cannot be corrected."})
    if not text:
        return None
    if name in MONEY_FIELDS:
        return parse_inr(text)
    if name in DATE_FIELDS:
        day = parse_date(text)
        if day is None:
            raise Invalid({name: "Enter a date like 20 Nov 2026."})
        return day.isoformat()
    if name in GSTIN_FIELDS:
        return normal_gstin(text, field=name)
    if len(text) > TEXT_LENGTH_MAX:
        raise Invalid({name: f"Use at most {TEXT_LENGTH_MAX} letters."})
    return text


def _set(invoice: Invoice, name: str, value: Any) -> None:
    if name in DATE_FIELDS:
        value = dt.date.fromisoformat(value) if value else None
    elif name not in MONEY_FIELDS:
        value = str(value or ("INR" if name == "currency" else ""))
    setattr(invoice, name, value)


def _look_for_duplicates(uow: UnitOfWork, invoice: Invoice) -> Invoice | None:
    """Compare with this brand's earlier invoices and ask the other brands for a yes or no."""
    invoice.identity_index = identity_index(
        seller_gstin=invoice.seller_gstin,
        seller_name=invoice.seller_name,
        number=invoice.invoice_number,
        invoice_date=invoice.invoice_date,
        document_type=invoice.document_type,
    )
    earlier = store.earlier_same(uow, invoice)
    before = invoice.duplicate_of_id
    invoice.duplicate_of_id = earlier.id if earlier else None
    invoice.seen_in_other_brand = store.seen_in_other_brand(
        uow, FINGERPRINT_KIND, invoice.identity_index
    ) or store.seen_in_other_brand(uow, IRN_KIND, irn_index(invoice.irn))
    if earlier is not None and before != earlier.id:
        uow.audit(
            "invoice.duplicate_found",
            ("invoice", invoice.id),
            number=invoice.number,
            earlier=earlier.number,
        )
    return earlier


def verify(uow: UnitOfWork, invoice_id: int, version: int | None = None) -> Invoice:
    """Accept an invoice. Raises Invalid for missing fields, DuplicateInvoice, FinancedElsewhere."""
    uow.actor.require(Permission.INVOICE_VERIFY)
    invoice = uow.lock(Invoice, invoice_id)
    if version is not None:
        uow.expect_version(invoice, version)
    missing = {name: say for name, say in NEEDED.items() if getattr(invoice, name) in (None, "")}
    if missing:
        raise Invalid(missing)
    earlier = _look_for_duplicates(uow, invoice)
    if earlier is not None:
        raise DuplicateInvoice(earlier)
    if invoice.seen_in_other_brand:
        raise FinancedElsewhere
    uow.transition(INVOICE, invoice, "verify")
    invoice.verified_at, invoice.verified_by_name = uow.now, uow.actor.name
    store.note_fingerprint(uow, FINGERPRINT_KIND, invoice.identity_index, invoice.id)
    store.note_fingerprint(uow, IRN_KIND, irn_index(invoice.irn), invoice.id)
    document = uow.get(Document, invoice.document_id)
    if document.state == "pending":
        document_service.verify(uow, document.id)
    uow.audit("invoice.verified", ("invoice", invoice.id), number=invoice.number)
    uow.emit("invoice.verified", {"invoice_id": invoice.id})
    return invoice


def reject(uow: UnitOfWork, invoice_id: int, reason: str, version: int | None = None) -> Invoice:
    """Refuse an invoice with a reason that the business will read."""
    uow.actor.require(Permission.INVOICE_VERIFY)
    text = reason.strip()[:REASON_LENGTH_MAX]
    if len(text) < REASON_LENGTH_MIN:
        raise Invalid({"reason": "Say why it is rejected; the business will read it."})
    invoice = uow.lock(Invoice, invoice_id)
    if version is not None:
        uow.expect_version(invoice, version)
    uow.transition(INVOICE, invoice, "reject", reason=text)
    invoice.reject_reason = text
    store.forget_fingerprint(uow, FINGERPRINT_KIND, invoice.identity_index, invoice.id)
    store.forget_fingerprint(uow, IRN_KIND, irn_index(invoice.irn), invoice.id)
    document = uow.get(Document, invoice.document_id)
    if document.state != "rejected":
        document_service.reject(uow, document.id, text)
    uow.audit("invoice.rejected", ("invoice", invoice.id), number=invoice.number, reason=text)
    uow.emit("invoice.rejected", {"invoice_id": invoice.id})
    return invoice


def own_invoices(uow: UnitOfWork, limit: int = 50) -> list[Invoice]:
    """The logged-in business's own invoices, newest first."""
    uow.actor.require(Permission.BUSINESS_SELF)
    if uow.actor.kind is not ActorKind.BUSINESS or uow.actor.id is None:
        raise NotFound("There is no such business of yours.")
    wanted = store.InvoiceFilter(business_id=uow.actor.id)
    return list(store.list_invoices(uow, wanted, limit)[0])
