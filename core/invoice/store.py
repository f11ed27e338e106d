"""Every query on businesses and invoices, as plain functions.

Lists are keyset pages on (column, id), so that the hundred-thousandth row costs what the first
does; what other brands know is asked through functions that answer yes or no.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select, text
from sqlmodel import col

from core.db.unit_of_work import UnitOfWork
from core.invoice.tables import Business, Invoice

PAGE_ROWS = 50

SORTS: dict[str, Any] = {
    "newest": col(Invoice.id),
    "total": col(Invoice.total_paise),
    "due": col(Invoice.due_date),
}


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What the list shows; empty fields do not filter. `search` is the start of a number."""

    status: str = ""
    search: str = ""
    business_id: int | None = None
    duplicates_only: bool = False
    sort: str = "newest"
    descending: bool = True
    after_value: str = ""
    after_id: int | None = None


def business_by_mobile(uow: UnitOfWork, mobile_index: str) -> Business | None:
    """The business that logs in with this mobile."""
    return uow.session.scalars(
        select(Business).where(
            col(Business.brand_id) == uow.brand_id, col(Business.mobile_index) == mobile_index
        )
    ).first()


def invoice_of_document(uow: UnitOfWork, document_id: int) -> Invoice | None:
    """The invoice that a document holds."""
    return uow.session.scalars(
        select(Invoice).where(
            col(Invoice.brand_id) == uow.brand_id, col(Invoice.document_id) == document_id
        )
    ).first()


def earlier_same(uow: UnitOfWork, invoice: Invoice) -> Invoice | None:
    """The oldest invoice before this one with the same identity or IRN, not rejected."""
    same: list[Any] = []
    if invoice.identity_index:
        same.append(col(Invoice.identity_index) == invoice.identity_index)
    if invoice.irn:
        same.append(col(Invoice.irn) == invoice.irn)
    if not same:
        return None
    return uow.session.scalars(
        select(Invoice)
        .where(
            col(Invoice.brand_id) == uow.brand_id,
            col(Invoice.id) < invoice.id,
            col(Invoice.status) != "rejected",
            or_(*same),
        )
        .order_by(col(Invoice.id))
        .limit(1)
    ).first()


def seen_in_other_brand(uow: UnitOfWork, kind: str, index: str) -> bool:
    """Whether another brand has verified the same invoice: yes or no, nothing more."""
    if not index:
        return False
    return bool(
        uow.session.execute(
            text("SELECT fingerprint_in_other_brand(:kind, :index)"),
            {"kind": kind, "index": index},
        ).scalar()
    )


def note_fingerprint(uow: UnitOfWork, kind: str, index: str, subject_id: int) -> None:
    """Let other brands know that this invoice is taken here."""
    if index:
        uow.session.execute(
            text("SELECT note_fingerprint(:kind, :index, :subject)"),
            {"kind": kind, "index": index, "subject": subject_id},
        )


def forget_fingerprint(uow: UnitOfWork, kind: str, index: str, subject_id: int) -> None:
    """Take back what was noted, when the invoice is rejected after all."""
    if index:
        uow.session.execute(
            text("SELECT forget_fingerprint(:kind, :index, :subject)"),
            {"kind": kind, "index": index, "subject": subject_id},
        )


def list_invoices(
    uow: UnitOfWork, wanted: InvoiceFilter, rows: int = PAGE_ROWS
) -> tuple[Sequence[Invoice], bool]:
    """One page of invoices and whether more follow."""
    query = select(Invoice).where(col(Invoice.brand_id) == uow.brand_id)
    if wanted.status:
        query = query.where(col(Invoice.status) == wanted.status)
    if wanted.business_id is not None:
        query = query.where(col(Invoice.business_id) == wanted.business_id)
    if wanted.duplicates_only:
        query = query.where(
            or_(col(Invoice.duplicate_of_id).is_not(None), col(Invoice.seen_in_other_brand))
        )
    if wanted.search:
        start = wanted.search.strip().upper()
        end = start[:-1] + chr(ord(start[-1]) + 1)
        query = query.where(
            or_(
                and_(col(Invoice.number) >= start, col(Invoice.number) < end),
                and_(
                    func.upper(col(Invoice.invoice_number)).collate("C") >= start,
                    func.upper(col(Invoice.invoice_number)).collate("C") < end,
                ),
            )
        )
    query = _keyset(query, wanted)
    found = uow.session.scalars(query.limit(rows + 1)).all()
    return found[:rows], len(found) > rows


def _keyset(query: Any, wanted: InvoiceFilter) -> Any:
    """Rows after the last one seen; rows without the sorted value come last."""
    column, key = SORTS.get(wanted.sort, SORTS["newest"]), col(Invoice.id)
    down = wanted.descending
    if wanted.sort not in SORTS or wanted.sort == "newest":
        if wanted.after_id is not None:
            query = query.where(key < wanted.after_id if down else key > wanted.after_id)
        return query.order_by(key.desc() if down else key)
    if wanted.after_id is not None:
        later = key < wanted.after_id if down else key > wanted.after_id
        if wanted.after_value == "":
            query = query.where(column.is_(None), later)
        else:
            value = _typed(wanted.sort, wanted.after_value)
            beyond = column < value if down else column > value
            query = query.where(or_(beyond, and_(column == value, later), column.is_(None)))
    ordered = column.desc().nulls_last() if down else column.asc().nulls_last()
    return query.order_by(ordered, key.desc() if down else key)


def _typed(sort: str, value: str) -> int | dt.date:
    return int(value) if sort == "total" else dt.date.fromisoformat(value)


def count_by_status(uow: UnitOfWork, business_id: int | None = None) -> dict[str, int]:
    """How many invoices stand in each status."""
    query = select(col(Invoice.status), func.count()).where(col(Invoice.brand_id) == uow.brand_id)
    if business_id is not None:
        query = query.where(col(Invoice.business_id) == business_id)
    return dict(uow.session.execute(query.group_by(Invoice.status)))
