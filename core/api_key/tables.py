"""Decides how a key of another system is kept: its hash, what it may do, who gave it.
The key itself is shown once and never stored, so a stolen table opens nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp


class ApiKey(BrandTable, table=True):
    """One key of one other system."""

    __tablename__ = "api_key"
    __table_args__ = (UniqueConstraint("brand_id", "prefix"),)

    name: str
    prefix: str
    secret_hash: str
    permissions: list[Any] = Field(default_factory=list, sa_type=JSONB)
    created_at: dt.datetime = Field(sa_type=Timestamp)
    created_by: int | None = Field(default=None, sa_type=BigInteger)
    expires_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    last_used_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    revoked_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
