"""Decides how money on its way is kept: disbursals, payouts, payment links, receipts.
Unique keys here are the last line against paying or counting the same rupee twice."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class Disbursal(BrandTable, table=True):
    """The intent to pay out one sanctioned case."""

    __tablename__ = "disbursal"
    __table_args__ = (
        UniqueConstraint("brand_id", "number"),
        Index(
            "uq_disbursal_open",
            "brand_id",
            "application_id",
            unique=True,
            postgresql_where=text("status <> 'refused'"),
        ),
        Index("ix_disbursal_status", "brand_id", "status", "id"),
        CheckConstraint("net_paise > 0", name="net_positive"),
        CheckConstraint("net_paise = sanctioned_paise - fees_paise", name="net_adds_up"),
        brand_fk("application_id", "application"),
        brand_fk("customer_id", "customer"),
        brand_fk("bank_account_id", "customer_bank_account"),
    )

    number: str
    application_id: int = Field(sa_type=BigInteger)
    customer_id: int = Field(sa_type=BigInteger)
    bank_account_id: int = Field(sa_type=BigInteger)
    sanctioned_paise: int = Field(sa_type=BigInteger)
    fees_paise: int = Field(default=0, sa_type=BigInteger)
    net_paise: int = Field(sa_type=BigInteger)
    fee_lines: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    status: str = "requested"
    status_since: dt.datetime = Field(sa_type=Timestamp)
    version: int = 1
    requested_at: dt.datetime = Field(sa_type=Timestamp)
    requested_by: int = Field(sa_type=BigInteger)
    requested_by_name: str
    approved_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    approved_by_name: str = ""
    loan_id: int | None = Field(default=None, sa_type=BigInteger)
    cause: str = ""


class Payout(BrandTable, table=True):
    """One try to pay one disbursal: its key is fixed before the first byte leaves."""

    __tablename__ = "payout"
    __table_args__ = (
        UniqueConstraint("brand_id", "idempotency_key"),
        UniqueConstraint("brand_id", "disbursal_id", "attempt"),
        Index(
            "uq_payout_live",
            "brand_id",
            "disbursal_id",
            unique=True,
            postgresql_where=text(
                "status IN ('created', 'sending', 'sent', 'unknown', 'processed')"
            ),
        ),
        Index(
            "ix_payout_check",
            "brand_id",
            "next_check_at",
            postgresql_where=text("status IN ('created', 'sending', 'sent', 'unknown')"),
        ),
        Index("ix_payout_provider", "brand_id", "provider_reference"),
        brand_fk("disbursal_id", "disbursal"),
        brand_fk("bank_account_id", "customer_bank_account"),
        brand_fk("replaces_payout_id", "payout"),
    )

    disbursal_id: int = Field(sa_type=BigInteger)
    bank_account_id: int = Field(sa_type=BigInteger)
    attempt: int = 1
    replaces_payout_id: int | None = Field(default=None, sa_type=BigInteger)
    idempotency_key: str
    amount_paise: int = Field(sa_type=BigInteger)
    rail: str = "IMPS"
    status: str = "created"
    status_since: dt.datetime = Field(sa_type=Timestamp)
    version: int = 1
    tries: int = 0
    created_at: dt.datetime = Field(sa_type=Timestamp)
    tried_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    checks: int = 0
    next_check_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    provider: str = ""
    provider_reference: str = ""
    provider_status: str = ""
    utr: str = ""
    cause_code: str = ""
    cause: str = Field(default="", sa_type=Text)
    settled_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)


class PaymentRequest(BrandTable, table=True):
    """A payment link: what the customer was asked to pay, and where."""

    __tablename__ = "payment_request"
    __table_args__ = (
        UniqueConstraint("brand_id", "reference"),
        Index(
            "uq_payment_request_live",
            "brand_id",
            "loan_id",
            unique=True,
            postgresql_where=text("status IN ('requested', 'open')"),
        ),
        Index("ix_payment_request_loan", "brand_id", "loan_id", "id"),
        Index("ix_payment_request_provider", "brand_id", "provider_reference"),
        CheckConstraint("amount_paise > 0", name="amount_positive"),
        brand_fk("loan_id", "loan"),
    )

    loan_id: int = Field(sa_type=BigInteger)
    application_id: int = Field(sa_type=BigInteger)
    kind: str = "due"
    amount_paise: int = Field(sa_type=BigInteger)
    reference: str
    status: str = "requested"
    status_since: dt.datetime = Field(sa_type=Timestamp)
    version: int = 1
    requested_at: dt.datetime = Field(sa_type=Timestamp)
    requested_by_kind: str = "staff"
    requested_by_name: str = ""
    expires_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    provider: str = ""
    provider_reference: str = ""
    url: str = ""
    paid_paise: int = Field(default=0, sa_type=BigInteger)
    paid_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    cause: str = Field(default="", sa_type=Text)


class Receipt(BrandTable, table=True):
    """Money that came in for a loan, or that somebody says came in."""

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("brand_id", "number"),
        Index(
            "uq_receipt_gateway_payment",
            "brand_id",
            "gateway_payment_id",
            unique=True,
            postgresql_where=text("gateway_payment_id <> ''"),
        ),
        Index(
            "uq_receipt_utr",
            "brand_id",
            "utr",
            unique=True,
            postgresql_where=text("utr <> '' AND state IN ('pending_approval', 'posted')"),
        ),
        Index("ix_receipt_loan", "brand_id", "loan_id", "id"),
        Index("ix_receipt_state", "brand_id", "state", "id"),
        CheckConstraint("amount_paise > 0", name="amount_positive"),
        brand_fk("loan_id", "loan"),
        brand_fk("payment_request_id", "payment_request"),
    )

    number: str
    loan_id: int = Field(sa_type=BigInteger)
    application_id: int = Field(sa_type=BigInteger)
    payment_request_id: int | None = Field(default=None, sa_type=BigInteger)
    amount_paise: int = Field(sa_type=BigInteger)
    mode: str
    utr: str = ""
    gateway_payment_id: str = ""
    # the bank's number as the gateway tells it; looked at when a person reports the same UTR
    bank_reference: str = ""
    value_date: dt.date
    posted_on: dt.date | None = None
    state: str = "pending_approval"
    state_since: dt.datetime = Field(sa_type=Timestamp)
    version: int = 1
    allocation: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    excess_paise: int = Field(default=0, sa_type=BigInteger)
    # meant to end the loan early: it then closes when the payoff amount is covered
    is_payoff: bool = False
    loan_event_id: int | None = Field(default=None, sa_type=BigInteger)
    note: str = Field(default="", sa_type=Text)
    recorded_at: dt.datetime = Field(sa_type=Timestamp)
    recorded_by: int | None = Field(default=None, sa_type=BigInteger)
    recorded_by_name: str = ""
    decided_by_name: str = ""
    decided_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    decision_reason: str = Field(default="", sa_type=Text)

    @property
    def status(self) -> str:
        """The state under the name that life cycles use."""
        return self.state

    @status.setter
    def status(self, value: str) -> None:
        self.state = value


__all__ = ["Disbursal", "PaymentRequest", "Payout", "Receipt"]
