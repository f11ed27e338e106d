"""Decides what the invoice screens hold: one page of the list, or one invoice beside its page.

A field carries where it stands on the page, how sure the machine was, how it was proven and who
changed it, so that a person decides with everything in sight.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import reflex as rx
from sqlalchemy import func, select
from sqlmodel import col

from backoffice import ui
from backoffice.document.document_state import run_dict
from backoffice.security import (
    SecureState,
    command,
    in_query,
    in_unit_of_work,
    query,
    require_actor,
    watch,
)
from backoffice.shell import t
from core.access.permission import Permission
from core.db.listing import ListAnswer, ListAsk, keyset_page
from core.db.unit_of_work import UnitOfWork
from core.document import service as document_service
from core.document import store as document_store
from core.document.tables import Correction, Document, ReadingValue
from core.invoice import service
from core.invoice.life_cycle import INVOICE, STATUSES
from core.invoice.service import DATE_FIELDS, MONEY_FIELDS
from core.invoice.tables import Business, Invoice
from core.kernel.business_day import format_date, format_datetime
from core.kernel.money import format_inr

MILLION = 1_000_000
SURE_BPS = 9_000
FIELD_LABELS = (
    ("invoice_number", "Invoice number"),
    ("invoice_date", "Invoice date"),
    ("due_date", "Due date"),
    ("seller_name", "Seller"),
    ("seller_gstin", "Seller GSTIN"),
    ("buyer_name", "Buyer"),
    ("buyer_gstin", "Buyer GSTIN"),
    ("taxable_paise", "Taxable value"),
    ("cgst_paise", "CGST"),
    ("sgst_paise", "SGST"),
    ("igst_paise", "IGST"),
    ("cess_paise", "Cess"),
    ("round_off_paise", "Round-off"),
    ("total_paise", "Total"),
    ("currency", "Currency"),
    ("irn", "IRN"),
)
PROOF_WORDS = {
    "arithmetic": "The amounts add up",
    "checksum": "Check character right",
    "words": "Agrees with the amount in words",
    "only_read": "Only read",
    "corrected": "Corrected",
}
STATUS_OPTIONS = tuple((name, name.replace("_", " ").capitalize()) for name in STATUSES)


def field_text(name: str, value: Any) -> str:
    """A value as a person types it: rupees without the sign, a date in words."""
    if value is None or value == "":
        return ""
    if name in MONEY_FIELDS:
        return format_inr(int(value)).replace("₹ ", "").replace("−", "-")
    if name in DATE_FIELDS:
        return format_date(date.fromisoformat(str(value)))
    return str(value)


def _prefix(column: Any, text: str) -> Any:
    """Rows whose column starts with the text, as an index range (upper case)."""
    start = text.upper()
    end = start[:-1] + chr(ord(start[-1]) + 1)
    upper = func.upper(column).collate("C")
    return (upper >= start) & (upper < end)


class InvoiceList(ui.TableState, rx.State):
    """Invoices of all businesses of the brand."""

    READ = Permission.INVOICE_LIST
    COLUMNS = (
        ui.Column("number", "Invoice"),
        ui.Column("business", "Business"),
        ui.Column("invoice_number", "Number on paper"),
        ui.Column("buyer_name", "Buyer"),
        ui.Column("total_paise", "Total", kind="money", sort=True),
        ui.Column("due_date", "Due", kind="date"),
        ui.Column("status", "Status", kind="status"),
        ui.Column("warning", "Look at"),
        ui.Column("uploaded_at", "Uploaded", kind="datetime", sort=True),
    )
    FILTERS = (
        ui.Filter("q", "Number, buyer or business"),
        ui.Filter("status", "Status", options=STATUS_OPTIONS),
        ui.Filter("duplicates", "Duplicates", options=(("only", "Only duplicates"),)),
        ui.Filter("since", "Uploaded since", kind="date"),
    )
    SORT = "-uploaded_at"
    EMPTY = "No invoice has been uploaded yet. Businesses upload on their own page."

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        return invoice_page(uow, ask)

    load = ui.table_load(Permission.INVOICE_LIST)
    watch_changes = watch(Permission.INVOICE_LIST, "invoice")


def invoice_page(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """One page of the invoice list."""
    statement = select(Invoice, Business.name).join(
        Business,
        (col(Business.brand_id) == col(Invoice.brand_id))
        & (col(Business.id) == col(Invoice.business_id)),
    )
    if ask.get("status"):
        statement = statement.where(col(Invoice.status) == ask.get("status"))
    if ask.get("duplicates"):
        statement = statement.where(
            col(Invoice.duplicate_of_id).is_not(None) | col(Invoice.seen_in_other_brand)
        )
    since = ask.date("since")
    if since is not None:
        statement = statement.where(func.date(col(Invoice.uploaded_at)) >= since)
    text = ask.get("q")
    if text:
        statement = statement.where(
            _prefix(col(Invoice.number), text)
            | _prefix(col(Invoice.invoice_number), text)
            | _prefix(col(Invoice.buyer_name), text)
            | _prefix(col(Business.name), text)
        )
    brand = uow.actor.brand_code

    def row(found: Any) -> dict[str, Any]:
        invoice: Invoice = found[0]
        return {
            "id": invoice.id,
            "href": f"/{brand}/invoices/{invoice.id}",
            "number": invoice.number,
            "business": found[1] or t("Not named yet"),
            "invoice_number": invoice.invoice_number,
            "buyer_name": invoice.buyer_name,
            "total_paise": _total(invoice),
            "due_date": invoice.due_date,
            "status": invoice.status,
            "warning": _warning(invoice),
            "tone": "bad" if _warning(invoice) else "",
            "uploaded_at": invoice.uploaded_at,
        }

    total = func.coalesce(col(Invoice.total_paise), 0)
    return keyset_page(
        uow.session,
        statement,
        ask,
        sorts={"uploaded_at": col(Invoice.uploaded_at), "total_paise": total},
        key=col(Invoice.id),
        row=row,
    )


def _total(invoice: Invoice) -> Any:
    """Rupees as money; another currency as text, since it must not look like rupees."""
    if invoice.total_paise is None or invoice.currency == "INR":
        return invoice.total_paise
    return f"{invoice.currency} {field_text('total_paise', invoice.total_paise)}"


def _warning(invoice: Invoice) -> str:
    if invoice.duplicate_of_id is not None:
        return t("Same as an earlier one")
    return t("With another lender") if invoice.seen_in_other_brand else ""


class InvoiceDesk(SecureState, rx.State):
    """One invoice: its page on the left, its fields on the right."""

    READ = Permission.INVOICE_LIST

    invoice: dict[str, Any] = {}
    fields: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    page: int = 1
    pages: int = 1
    picture: str = ""
    run: dict[str, Any] = {"done": 0, "total": 0, "text": "", "state": ""}
    sums: list[dict[str, str]] = []
    events: list[dict[str, Any]] = []
    can_correct: bool = False
    can_decide: bool = False
    missing: bool = False

    @query(Permission.INVOICE_LIST)
    async def load(self) -> None:
        """Read the invoice with its fields, boxes and history."""
        invoice_id = self._address_id("key")
        found = await in_query(lambda uow: desk(uow, invoice_id))
        self.missing = not found
        for name, value in found.items():
            setattr(self, name, value)
        self.page = min(self.page, max(self.pages, 1))
        self._draw()

    def _draw(self) -> None:
        document = self.invoice.get("document_id", "")
        self.picture = f"/files/document/{document}/page/{self.page - 1}" if document else ""

    @query(Permission.INVOICE_LIST)
    async def turn_to(self, page: int) -> None:
        """Show another page."""
        self.page = max(1, min(page, self.pages))
        self._draw()

    @command(Permission.DOCUMENT_CORRECT)
    async def save_field(self, form: dict[str, Any]) -> Any:
        """Correct one field; the old value and the person are kept."""
        invoice_id, name = self._address_id("key"), str(form["path"])
        typed, version = str(form.get(name, "")), int(form["version"])
        await in_unit_of_work(
            lambda uow: service.correct_field(uow, invoice_id, name, typed, version),
            use_case="correct_invoice",
        )
        return [ui.toast_done(t("Corrected; the old value is kept")), type(self).load]

    @command(Permission.INVOICE_VERIFY)
    async def verify(self) -> Any:
        """Accept the invoice as it stands now."""
        invoice_id, version = self._address_id("key"), int(self.invoice["version"])
        await in_unit_of_work(
            lambda uow: service.verify(uow, invoice_id, version), use_case="verify_invoice"
        )
        return [ui.toast_done(t("Invoice verified")), type(self).load]

    @command(Permission.INVOICE_VERIFY)
    async def reject(self, reason: str) -> Any:
        """Refuse the invoice with a reason."""
        invoice_id, version = self._address_id("key"), int(self.invoice["version"])
        await in_unit_of_work(
            lambda uow: service.reject(uow, invoice_id, reason, version),
            use_case="reject_invoice",
        )
        return [ui.toast_done(t("Invoice rejected")), type(self).load]

    @command(Permission.DOCUMENT_CORRECT)
    async def read_again(self) -> Any:
        """Have the paper read once more."""
        document_id = int(self.invoice["document_id"])
        await in_unit_of_work(
            lambda uow: document_service.read_again(uow, document_id),
            use_case="read_document_again",
        )
        return [ui.toast_done(t("The document will be read again")), type(self).load]

    async def _theirs(self, form: Any) -> Any:
        name = str(form.get("path", ""))
        label = dict(FIELD_LABELS).get(name, name)
        now = next((field["text"] for field in self.fields if field["path"] == name), "")
        return {name: (t(label), now)}

    watch_changes = watch(
        Permission.INVOICE_LIST,
        "invoice",
        "document",
        concerns=lambda self, change: (
            str(change.subject_id)
            == (
                self.invoice.get("document_id", "")
                if change.subject == "document"
                else self.invoice.get("id", "")
            )
        ),
    )


def desk(uow: UnitOfWork, invoice_id: int) -> dict[str, Any]:
    """Everything the desk shows, read in one unit of work; empty when there is no such invoice."""
    invoice = uow.find(Invoice, invoice_id)
    if invoice is None:
        return {}
    actor = require_actor()
    document = uow.get(Document, invoice.document_id)
    business = uow.get(Business, invoice.business_id)
    reading = document_store.newest_reading(uow, document.id)
    read = {v.path: v for v in document_store.values_of(uow, reading.id)} if reading else {}
    changes: dict[str, list[Correction]] = {}
    for correction in document_store.corrections_of(uow, reading.id) if reading else ():
        changes.setdefault(correction.path, []).append(correction)
    earlier = uow.find(Invoice, invoice.duplicate_of_id) if invoice.duplicate_of_id else None
    fields = [
        _field(name, label, invoice, read.get(name), changes.get(name, []))
        for name, label in FIELD_LABELS
    ]
    open_now = invoice.status in ("uploaded", "read")
    return {
        "invoice": {
            "id": str(invoice.id),
            "number": invoice.number,
            "status": invoice.status,
            "version": str(invoice.version),
            "document_id": str(document.id),
            "file": document.file_name,
            "business": business.name or t("Not named yet"),
            "uploaded": format_datetime(invoice.uploaded_at),
            "engine": reading.engine if reading else "",
            "failed": t(document.reading_error) if document.reading_state == "failed" else "",
            "reject_reason": invoice.reject_reason,
            "decided": invoice.verified_by_name,
            "earlier": earlier.number if earlier else "",
            "earlier_href": f"/{actor.brand_code}/invoices/{earlier.id}" if earlier else "",
            "elsewhere": "1" if invoice.seen_in_other_brand else "",
            "can_verify": "1" if INVOICE.can(invoice.status, "verify") else "",
            "can_reject": "1" if INVOICE.can(invoice.status, "reject") else "",
        },
        "fields": fields,
        "boxes": [
            {
                "path": field["path"],
                "label": field["label"],
                "value": field["text"],
                "page": field["page"],
                "box": field["box"],
                "low": field["low"],
            }
            for field in fields
            if field["box"]
        ],
        "pages": max(document.pages, 1),
        "run": run_dict(uow, document),
        "sums": _sums(invoice),
        "events": ui.timeline_rows(uow, subject=("invoice", invoice.id), limit=20),
        "can_correct": open_now and actor.can(Permission.DOCUMENT_CORRECT),
        "can_decide": actor.can(Permission.INVOICE_VERIFY),
    }


def _field(
    name: str,
    label: str,
    invoice: Invoice,
    read: ReadingValue | None,
    changes: list[Correction],
) -> dict[str, Any]:
    value = getattr(invoice, name)
    shown = value.isoformat() if isinstance(value, date) else value
    last = changes[-1] if changes else None
    low = read is not None and last is None and read.confidence_bps < SURE_BPS
    note = ""
    if last is not None:
        note = t(
            "Was {old}; corrected by {who}, {when}",
            old=field_text(name, last.old_value) or t("empty"),
            who=last.by_name,
            when=format_datetime(last.at),
        )
    proof = (last and "corrected") or (read.proof if read else "")
    box: list[float] = []
    if read is not None and read.box_right > read.box_left:
        box = [
            read.box_left / MILLION,
            read.box_top / MILLION,
            read.box_right / MILLION,
            read.box_bottom / MILLION,
        ]
    return {
        "path": name,
        "label": t(label),
        "text": field_text(name, shown),
        "proof": t(PROOF_WORDS[proof]) if proof else "",
        "sure": f"{read.confidence_bps // 100} %" if read is not None and last is None else "",
        "tone": "warn" if low else "good" if proof in ("arithmetic", "checksum", "words") else "",
        "low": low,
        "note": note,
        "page": read.page + 1 if read is not None else 1,
        "box": box,
        "money": name in MONEY_FIELDS,
    }


def _sums(invoice: Invoice) -> list[dict[str, str]]:
    """Whether taxable value, taxes and round-off make the total, in a sentence."""
    if invoice.total_paise is None or invoice.taxable_paise is None:
        return []
    parts = (
        invoice.taxable_paise,
        invoice.cgst_paise,
        invoice.sgst_paise,
        invoice.igst_paise,
        invoice.cess_paise,
        invoice.round_off_paise,
    )
    made = sum(part or 0 for part in parts)
    difference = invoice.total_paise - made
    if difference == 0:
        return [{"tone": "good", "text": t("Taxable value, taxes and round-off make the total.")}]
    return [
        {
            "tone": "warn",
            "text": t(
                "Taxable value, taxes and round-off make {made}; the total says {total}.",
                made=field_text("total_paise", made),
                total=field_text("total_paise", invoice.total_paise),
            ),
        }
    ]


class BusinessHome(SecureState, rx.State):
    """What a business sees of itself: its profile and its invoices."""

    READ = Permission.BUSINESS_SELF
    AUDIENCE = "business"

    name: str = ""
    gstin: str = ""
    contact_name: str = ""
    mobile: str = ""
    loaded: bool = False
    asking: bool = False
    invoices: list[dict[str, Any]] = []

    @query(Permission.BUSINESS_SELF)
    async def load(self) -> None:
        """Read the business and its newest invoices."""
        business_id = require_actor().id or 0

        def read(uow: UnitOfWork) -> tuple[Business, list[dict[str, Any]]]:
            mine = service.own_invoices(uow)
            return uow.get(Business, business_id), [_own_row(uow, one) for one in mine]

        business, self.invoices = await in_query(read)
        self.name, self.gstin = business.name, business.gstin
        self.contact_name = business.contact_name
        self.mobile = f"•••••• {business.mobile_last_four}"
        self.asking = self.asking or not business.name
        self.loaded = True

    @query(Permission.BUSINESS_SELF)
    async def ask(self) -> None:
        """Open the profile form."""
        self.asking = True

    @command(Permission.BUSINESS_SELF)
    async def save(self, form: dict[str, Any]) -> Any:
        """Keep the profile."""
        business_id = require_actor().id or 0
        await in_unit_of_work(
            lambda uow: service.save_profile(
                uow,
                business_id,
                name=str(form["name"]),
                gstin=str(form["gstin"]),
                contact_name=str(form["contact_name"]),
            ),
            use_case="save_business_profile",
        )
        self.asking = False
        return [ui.toast_done(t("Saved")), type(self).load]

    watch_changes = watch(
        Permission.BUSINESS_SELF,
        "invoice",
        "document",
        concerns=lambda self, change: (
            str(change.subject_id)
            in {
                one["document_id"] if change.subject == "document" else one["id"]
                for one in self.invoices
            }
        ),
    )


def _own_row(uow: UnitOfWork, invoice: Invoice) -> dict[str, Any]:
    document = uow.get(Document, invoice.document_id)
    shown = [
        {"label": t(label), "text": field_text(name, _iso(getattr(invoice, name)))}
        for name, label in FIELD_LABELS
        if getattr(invoice, name) not in (None, "")
    ]
    return {
        "id": str(invoice.id),
        "document_id": str(document.id),
        "number": invoice.number,
        "paper": invoice.invoice_number or document.file_name,
        "buyer": invoice.buyer_name,
        "total": _total(invoice)
        if isinstance(_total(invoice), str)
        else (format_inr(invoice.total_paise) if invoice.total_paise is not None else ""),
        "due": format_date(invoice.due_date) if invoice.due_date else "",
        "status": invoice.status,
        "reason": invoice.reject_reason,
        "duplicate": t("This is the same as an invoice you sent before.")
        if invoice.duplicate_of_id is not None
        else "",
        "failed": t(document.reading_error) if document.reading_state == "failed" else "",
        "run": run_dict(uow, document),
        "fields": shown,
        "file": f"/files/document/{document.id}",
        "uploaded": format_datetime(invoice.uploaded_at),
    }


def _iso(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
