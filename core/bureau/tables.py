"""Decides how a credit report is kept: the figures people read, and the sealed report as evidence.
Every pull names the consent it was made under, because a pull without one is not allowed."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class BureauReport(BrandTable, table=True):
    """One pull; statuses requested, received, no_hit, refused, unavailable, no_answer."""

    __tablename__ = "bureau_report"
    __table_args__ = (
        brand_fk("application_id", "application"),
        brand_fk("customer_id", "customer"),
        brand_fk("consent_id", "consent"),
        Index("ix_bureau_report_application", "brand_id", "application_id", "id"),
        Index("ix_bureau_report_customer", "brand_id", "customer_id", "id"),
        # two clicks do not make two enquiries on a person's record
        Index(
            "uq_bureau_report_open",
            "brand_id",
            "customer_id",
            unique=True,
            postgresql_where=text("status = 'requested'"),
        ),
    )

    application_id: int = Field(sa_type=BigInteger)
    customer_id: int = Field(sa_type=BigInteger)
    consent_id: int = Field(sa_type=BigInteger)
    status: str = "requested"
    hit: str = ""
    score: int | None = None
    score_name: str = ""
    recorded_name: str = ""
    active_accounts: int = 0
    total_balance_paise: int = Field(default=0, sa_type=BigInteger)
    total_overdue_paise: int = Field(default=0, sa_type=BigInteger)
    monthly_instalment_paise: int = Field(default=0, sa_type=BigInteger)
    card_balance_paise: int = Field(default=0, sa_type=BigInteger)
    enquiries_30_days: int = 0
    enquiries_12_months: int = 0
    write_offs: int = 0
    worst_dpd_12_months: int = 0
    # accounts, enquiries and the months' grid in our own words; account numbers masked
    summary: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    raw_sealed: str = Field(default="", sa_type=Text)
    provider: str = ""
    provider_reference: str = ""
    error_code: str = ""
    message: str = Field(default="", sa_type=Text)
    # why a pull was made although a fresh report was there
    reason: str = Field(default="", sa_type=Text)
    requested_at: dt.datetime = Field(sa_type=Timestamp)
    requested_by_id: int | None = Field(default=None, sa_type=BigInteger)
    requested_by_name: str = ""
    # set before the provider is called: a job that died in between may have asked
    asked_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    pulled_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    version: int = 1
