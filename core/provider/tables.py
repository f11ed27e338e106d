"""Decides what is kept of every call to a provider: who, what, how long, how it ended.
No body and no personal data, so that the list can be shown to anybody who runs the place."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Index
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp


class ProviderCall(BrandTable, table=True):
    """One finished call to a provider."""

    __tablename__ = "provider_call"
    __append_only__ = True
    __table_args__ = (
        Index("ix_provider_call_at", "brand_id", "at"),
        Index("ix_provider_call_provider", "brand_id", "provider", "at"),
    )

    at: dt.datetime = Field(sa_type=Timestamp)
    provider: str
    operation: str
    method: str
    host: str
    status: int | None = None
    outcome: str
    duration_ms: int
    attempts: int
    request_bytes: int
    response_bytes: int
    reference: str = ""
