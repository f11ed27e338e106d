"""Decides how an asked-for export is kept: what was asked, by whom, how far it is, where it lies.
The file itself is in the blob store; its link is made afresh and expires."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp


class ExportRun(BrandTable, table=True):
    """One export of one list; `queued` → `running` → `done` or `failed`."""

    __tablename__ = "export_run"
    __table_args__ = (Index("ix_export_run_requested_by", "brand_id", "requested_by", "id"),)

    report: str
    title: str
    filters: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    sort: str = ""
    descending: bool = False
    state: str = "queued"
    row_count: int = 0
    message: str = ""
    requested_by: int = Field(sa_type=BigInteger)
    requested_by_name: str
    requested_at: dt.datetime = Field(sa_type=Timestamp)
    finished_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    kept_until: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    file_name: str = ""
    blob_key: str = ""
    size_bytes: int = Field(default=0, sa_type=BigInteger)
