"""Decides how the papers of a loan are kept: what was offered, sent, signed, or made void.
The terms are frozen in the row; another amount means another row, never a changed one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class Agreement(BrandTable, table=True):
    """One set of papers of one case; `core.agreement.life_cycle` names its statuses."""

    __tablename__ = "agreement"
    __table_args__ = (
        UniqueConstraint("brand_id", "application_id", "number"),
        brand_fk("application_id", "application"),
        brand_fk("kfs_document_id", "document"),
        brand_fk("agreement_document_id", "document"),
        brand_fk("sanction_document_id", "document"),
        brand_fk("signed_document_id", "document"),
        # one set of papers is alive at a time
        Index(
            "uq_agreement_alive",
            "brand_id",
            "application_id",
            unique=True,
            postgresql_where=text(
                "status IN ('making', 'made', 'sending', 'unknown', 'sent', 'signed')"
            ),
        ),
        Index("ix_agreement_reference", "brand_id", "provider", "provider_reference"),
        Index("ix_agreement_expiry", "brand_id", "expires_at",
              postgresql_where=text("status IN ('made', 'sending', 'unknown', 'sent')")),
    )  # fmt: skip

    application_id: int = Field(sa_type=BigInteger)
    number: int
    status: str = "making"
    # core.loan.terms.LoanTerms as agreed; the disbursal date is the one the papers assume
    terms: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    terms_hash: str = ""
    amount_paise: int = Field(sa_type=BigInteger)
    apr_bps: int = 0
    total_payable_paise: int = Field(default=0, sa_type=BigInteger)
    net_disbursed_paise: int = Field(default=0, sa_type=BigInteger)
    kfs_document_id: int | None = Field(default=None, sa_type=BigInteger)
    agreement_document_id: int | None = Field(default=None, sa_type=BigInteger)
    sanction_document_id: int | None = Field(default=None, sa_type=BigInteger)
    signed_document_id: int | None = Field(default=None, sa_type=BigInteger)
    provider: str = ""
    provider_reference: str = ""
    provider_status: str = ""
    sign_url_sealed: str = Field(default="", sa_type=Text)
    signed_by_name: str = ""
    message: str = Field(default="", sa_type=Text)
    error_code: str = ""
    void_reason: str = Field(default="", sa_type=Text)
    made_by_id: int | None = Field(default=None, sa_type=BigInteger)
    made_by_name: str = ""
    made_at: dt.datetime = Field(sa_type=Timestamp)
    # set before the provider is called: a job that died in between may have sent
    asked_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    sent_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    signed_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    expires_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    status_since: dt.datetime = Field(sa_type=Timestamp)
    version: int = 1
