"""Decides how a check of identity or bank account is kept: one row per asking, with its answer.
A repeat is a new row, so what was asked, what came and who accepted it can all be seen later."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Index, Text, text
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class KycCheck(BrandTable, table=True):
    """One PAN check or penny drop; `core.kyc.life_cycle` names its statuses."""

    __tablename__ = "kyc_check"
    __table_args__ = (
        brand_fk("application_id", "application"),
        brand_fk("customer_id", "customer"),
        brand_fk("bank_account_id", "customer_bank_account"),
        brand_fk("consent_id", "consent"),
        Index("ix_kyc_check_application", "brand_id", "application_id", "kind", "id"),
        # two clicks do not send two rupees
        Index(
            "uq_kyc_check_open",
            "brand_id",
            "application_id",
            "kind",
            unique=True,
            postgresql_where=text("status IN ('requested', 'waiting')"),
        ),
        Index("ix_kyc_check_open", "brand_id", "requested_at",
              postgresql_where=text("status IN ('requested', 'waiting')")),
    )  # fmt: skip

    application_id: int = Field(sa_type=BigInteger)
    customer_id: int = Field(sa_type=BigInteger)
    bank_account_id: int | None = Field(default=None, sa_type=BigInteger)
    consent_id: int | None = Field(default=None, sa_type=BigInteger)
    # pan or bank_account
    kind: str
    status: str = "requested"
    # what the check was about, so that a later change of the profile makes it out of date
    subject_index: str = ""
    subject_masked: str = ""
    declared_name: str = ""
    recorded_name: str = ""
    name_score: int | None = None
    name_explanation: str = ""
    vendor_score: int | None = None
    # bank and branch, or category of the PAN and its Aadhaar link
    detail: str = ""
    provider: str = ""
    provider_reference: str = ""
    provider_status: str = ""
    error_code: str = ""
    message: str = Field(default="", sa_type=Text)
    requested_at: dt.datetime = Field(sa_type=Timestamp)
    requested_by_id: int | None = Field(default=None, sa_type=BigInteger)
    requested_by_name: str = ""
    # set before the provider is called: a job that died in between may have asked
    asked_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    answered_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    decided_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    decided_by_name: str = ""
    decision_reason: str = Field(default="", sa_type=Text)
    version: int = 1
