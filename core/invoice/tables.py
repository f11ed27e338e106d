"""Decides how businesses and their invoices are kept, with the facts that funding later rests on.

An invoice row holds the values that count now (read, then corrected); where each came from stays
in the reading of its document.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class Business(BrandTable, table=True):
    """A small business of one brand that sells its invoices; it logs in by mobile and code."""

    __tablename__ = "business"
    __table_args__ = (
        UniqueConstraint("brand_id", "mobile_index"),
        Index("ix_business_gstin", "brand_id", "gstin"),
    )

    name: str = ""
    gstin: str = ""
    contact_name: str = ""
    # sealed, with a blind index for the login and the last four for the screen
    mobile_sealed: str
    mobile_index: str
    mobile_last_four: str
    created_at: dt.datetime = Field(sa_type=Timestamp)
    version: int = 1


class Invoice(BrandTable, table=True):
    """One uploaded invoice; `core.invoice.life_cycle` names its statuses."""

    __tablename__ = "invoice"
    __table_args__ = (
        UniqueConstraint("brand_id", "number"),
        UniqueConstraint("brand_id", "document_id"),
        brand_fk("business_id", "business"),
        brand_fk("document_id", "document"),
        brand_fk("duplicate_of_id", "invoice"),
        Index("ix_invoice_status", "brand_id", "status", "id"),
        Index("ix_invoice_business", "brand_id", "business_id", "id"),
        Index("ix_invoice_identity", "brand_id", "identity_index"),
        Index("ix_invoice_irn", "brand_id", "irn"),
        Index("ix_invoice_total", "brand_id", "total_paise", "id"),
        Index("ix_invoice_due", "brand_id", "due_date", "id"),
    )

    # our own number, INV-000001; the seller's is `invoice_number`
    number: str
    business_id: int = Field(sa_type=BigInteger)
    document_id: int = Field(sa_type=BigInteger)
    status: str = "uploaded"
    status_since: dt.datetime = Field(sa_type=Timestamp)
    uploaded_at: dt.datetime = Field(sa_type=Timestamp)
    version: int = 1

    document_type: str = ""
    invoice_number: str = ""
    invoice_date: dt.date | None = None
    due_date: dt.date | None = None
    seller_name: str = ""
    seller_gstin: str = ""
    buyer_name: str = ""
    buyer_gstin: str = ""
    currency: str = "INR"
    irn: str = ""
    taxable_paise: int | None = Field(default=None, sa_type=BigInteger)
    cgst_paise: int | None = Field(default=None, sa_type=BigInteger)
    sgst_paise: int | None = Field(default=None, sa_type=BigInteger)
    igst_paise: int | None = Field(default=None, sa_type=BigInteger)
    cess_paise: int | None = Field(default=None, sa_type=BigInteger)
    round_off_paise: int | None = Field(default=None, sa_type=BigInteger)
    total_paise: int | None = Field(default=None, sa_type=BigInteger)

    # keyed fingerprint of seller, financial year and normalised number
    identity_index: str = ""
    duplicate_of_id: int | None = Field(default=None, sa_type=BigInteger)
    # financed elsewhere on this installation: known only as yes or no
    seen_in_other_brand: bool = False
    verified_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    verified_by_name: str = ""
    reject_reason: str = Field(default="", sa_type=Text)
