"""Decides how messages and reminders are kept: what was sent, to whom, how far it came.
Numbers and addresses are sealed; the text kept is the text the person read, codes struck out."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Index, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class Message(BrandTable, table=True):
    """One message to one person through one channel."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_customer", "brand_id", "customer_id", "id"),
        Index("ix_message_case", "brand_id", "case_id", "id"),
        Index("ix_message_provider", "brand_id", "provider_reference"),
    )

    code: str
    channel: str
    template_version: int = 0
    vendor_template: str = ""
    customer_id: int | None = Field(default=None, sa_type=BigInteger)
    business_id: int | None = Field(default=None, sa_type=BigInteger)
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    to_sealed: str = Field(sa_type=Text)
    to_masked: str
    recipient_name: str = ""
    subject: str = ""
    body: str = Field(default="", sa_type=Text)
    variables: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    attachment_document_id: int | None = Field(default=None, sa_type=BigInteger)
    # queued, sent, delivered, read, failed
    state: str = "queued"
    provider: str = ""
    provider_reference: str = ""
    error: str = ""
    created_at: dt.datetime = Field(sa_type=Timestamp)
    created_by: str = ""
    sent_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    delivered_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)


class Reminder(BrandTable, table=True):
    """A message that somebody planned for a moment: pending, then sent, failed or cancelled."""

    __tablename__ = "reminder"
    __table_args__ = (
        Index("ix_reminder_due", "brand_id", "status", "due_at"),
        Index("ix_reminder_loan", "brand_id", "loan_id", "id"),
        brand_fk("message_id", "message"),
    )

    customer_id: int = Field(sa_type=BigInteger)
    loan_id: int | None = Field(default=None, sa_type=BigInteger)
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    kind: str
    channel: str = "sms"
    due_at: dt.datetime = Field(sa_type=Timestamp)
    status: str = "pending"
    status_since: dt.datetime = Field(sa_type=Timestamp)
    reason: str = ""
    message_id: int | None = Field(default=None, sa_type=BigInteger)
    created_at: dt.datetime = Field(sa_type=Timestamp)
    created_by: str = ""
    version: int = 1
