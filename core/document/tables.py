"""Decides how documents are kept: the original, each reading of it, each value, each correction.

A value is never overwritten: a correction stands beside it with who, when and the old value, and
a newer reader adds a reading instead of changing one.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class Document(BrandTable, table=True):
    """One uploaded file; the original bytes lie in the blob store under `blob_key`."""

    __tablename__ = "document"
    __table_args__ = (
        brand_fk("application_id", "application"),
        brand_fk("customer_id", "customer"),
        brand_fk("business_id", "business"),
        Index("ix_document_application", "brand_id", "application_id", "id"),
        Index("ix_document_customer", "brand_id", "customer_id", "id"),
        Index("ix_document_business", "brand_id", "business_id", "id"),
        Index("ix_document_sha256", "brand_id", "sha256"),
        CheckConstraint("state IN ('pending', 'verified', 'rejected')", name="state"),
        CheckConstraint("size_bytes > 0", name="size"),
    )

    application_id: int | None = Field(default=None, sa_type=BigInteger)
    customer_id: int | None = Field(default=None, sa_type=BigInteger)
    business_id: int | None = Field(default=None, sa_type=BigInteger)
    kind: str
    file_name: str
    media_type: str
    size_bytes: int = Field(sa_type=BigInteger)
    pages: int = 0
    sha256: str
    blob_key: str
    # the same pages without the password, when the original had one
    readable_key: str = ""
    state: str = "pending"
    reject_reason: str = Field(default="", sa_type=Text)
    reading_state: str = "none"
    reading_error: str = Field(default="", sa_type=Text)
    version: int = 1
    uploaded_at: dt.datetime = Field(sa_type=Timestamp)
    uploaded_by_kind: str = ""
    uploaded_by_id: int | None = Field(default=None, sa_type=BigInteger)
    uploaded_by_name: str = ""
    decided_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    decided_by_name: str = ""


class Reading(BrandTable, table=True):
    """One run of one reader over one document; the newest one counts."""

    __tablename__ = "reading"
    __table_args__ = (
        brand_fk("document_id", "document"),
        Index("ix_reading_document", "brand_id", "document_id", "id"),
    )

    document_id: int = Field(sa_type=BigInteger)
    reader: str
    reader_version: str
    engine: str = ""
    pages: int = 0
    proven: bool = False
    reason: str = Field(default="", sa_type=Text)
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    duration_ms: int = 0
    read_at: dt.datetime = Field(sa_type=Timestamp)


class ReadingValue(BrandTable, table=True):
    """One value of a reading: what was read, where on which page, how sure and how proven.

    `path` names the value: `total_paise`, `account/holder`, `rows/00012/debit_paise`.
    """

    __tablename__ = "reading_value"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        brand_fk("reading_id", "reading"),
        UniqueConstraint("brand_id", "reading_id", "path"),
    )

    reading_id: int = Field(sa_type=BigInteger)
    path: str
    value: Any = Field(default=None, sa_type=JSONB)
    page: int = 0
    # fractions of the upright page, in millionths, so that a box is exact and small
    box_left: int = 0
    box_top: int = 0
    box_right: int = 0
    box_bottom: int = 0
    confidence_bps: int = 0
    source: str = ""
    proof: str = "only_read"


class Correction(BrandTable, table=True):
    """A person's change to one value: what stood there before is kept."""

    __tablename__ = "correction"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        brand_fk("reading_id", "reading"),
        Index("ix_correction_reading", "brand_id", "reading_id", "path", "id"),
    )

    reading_id: int = Field(sa_type=BigInteger)
    path: str
    old_value: Any = Field(default=None, sa_type=JSONB)
    new_value: Any = Field(default=None, sa_type=JSONB)
    by_kind: str
    by_id: int | None = Field(default=None, sa_type=BigInteger)
    by_name: str
    at: dt.datetime = Field(sa_type=Timestamp)
    reason: str = Field(default="", sa_type=Text)
