"""Decides how an application is kept: the case, who has had it, and what was said about it.
The application is the case and its address for its whole life, before and after the loan."""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class Application(BrandTable, table=True):
    """One request for one loan; `core.application.life_cycle` names its statuses."""

    __tablename__ = "application"
    __table_args__ = (
        UniqueConstraint("brand_id", "number"),
        brand_fk("customer_id", "customer"),
        brand_fk("product_id", "product"),
        brand_fk("product_version_id", "product_version"),
        brand_fk("bank_account_id", "customer_bank_account"),
        Index("ix_application_status", "brand_id", "status", "id"),
        Index("ix_application_loan_executive", "brand_id", "loan_executive_id", "status", "id"),
        Index("ix_application_credit_executive", "brand_id", "credit_executive_id", "status", "id"),
        Index("ix_application_product", "brand_id", "product_id", "id"),
        Index("ix_application_status_since", "brand_id", "status_since", "id"),
        Index("ix_application_amount", "brand_id", "requested_amount_paise", "id"),
        Index(
            "uq_application_open_draft",
            "brand_id",
            "customer_id",
            unique=True,
            postgresql_where=text("status = 'draft'"),
        ),
        Index("ix_application_customer", "brand_id", "customer_id", "id"),
        CheckConstraint("requested_amount_paise > 0", name="requested_amount"),
        CheckConstraint("tenor_days > 0", name="tenor"),
    )

    number: str
    customer_id: int = Field(sa_type=BigInteger)
    product_id: int = Field(sa_type=BigInteger)
    # the terms the customer saw; a later version does not change this case
    product_version_id: int = Field(sa_type=BigInteger)
    bank_account_id: int | None = Field(default=None, sa_type=BigInteger)
    requested_amount_paise: int = Field(sa_type=BigInteger)
    # always days, also of a product counted in months (core.application.tenor)
    tenor_days: int
    purpose: str = ""
    channel: str = "self_service"
    status: str = "draft"
    status_since: dt.datetime = Field(sa_type=Timestamp)
    created_at: dt.datetime = Field(sa_type=Timestamp)
    applied_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    version: int = 1

    # what the profile said on the day of applying; the profile may change later
    net_salary_paise: int = Field(default=0, sa_type=BigInteger)
    salary_day: int = 0
    employer_name: str = ""

    # staff is a platform table, so these are plain ids
    loan_executive_id: int | None = Field(default=None, sa_type=BigInteger)
    credit_executive_id: int | None = Field(default=None, sa_type=BigInteger)
    allotted_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)

    recommended_amount_paise: int | None = Field(default=None, sa_type=BigInteger)
    recommended_tenor_days: int | None = None
    recommended_rate_bps: int | None = None
    recommended_repayment_on: dt.date | None = None
    recommended_by: int | None = Field(default=None, sa_type=BigInteger)
    recommended_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)

    sanctioned_amount_paise: int | None = Field(default=None, sa_type=BigInteger)
    sanctioned_tenor_days: int | None = None
    # the rate agreed, in basis points per the product's own rate period
    rate_bps: int | None = None
    repayment_on: dt.date | None = None
    sanctioned_by: int | None = Field(default=None, sa_type=BigInteger)
    sanctioned_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)

    # pinned on the customer's page until answered
    sent_back_reason: str = Field(default="", sa_type=Text)
    sent_back_from: str = ""
    sent_back_by: int | None = Field(default=None, sa_type=BigInteger)
    reject_code: str = ""
    reject_note: str = Field(default="", sa_type=Text)
    rejected_in: str = ""
    cancel_reason: str = Field(default="", sa_type=Text)

    # who works on it this minute; a lease, so that a lost connection frees the case
    claimed_by: int | None = Field(default=None, sa_type=BigInteger)
    claimed_until: dt.datetime | None = Field(default=None, sa_type=Timestamp)


class Assignment(BrandTable, table=True):
    """One spell of one case with one person; the newest open one is who has it now."""

    __tablename__ = "assignment"
    __table_args__ = (
        brand_fk("application_id", "application"),
        Index("ix_assignment_application", "brand_id", "application_id", "id"),
        Index("ix_assignment_staff", "brand_id", "staff_id", "ended_at", "id"),
        Index(
            "uq_assignment_open",
            "brand_id",
            "application_id",
            "duty",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    application_id: int = Field(sa_type=BigInteger)
    # loan_executive or credit_executive
    duty: str
    staff_id: int = Field(sa_type=BigInteger)
    staff_name: str
    assigned_at: dt.datetime = Field(sa_type=Timestamp)
    assigned_by: str
    reason: str = ""
    ended_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    end_reason: str = ""


class CaseNote(BrandTable, table=True):
    """Something said on the record; who may read it is fixed when it is written (S13)."""

    __tablename__ = "case_note"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        brand_fk("application_id", "application"),
        Index("ix_case_note_application", "brand_id", "application_id", "id"),
    )

    application_id: int = Field(sa_type=BigInteger)
    # internal, to_customer or from_customer
    audience: str = "internal"
    text: str = Field(sa_type=Text)
    by_kind: str
    by_id: int | None = Field(default=None, sa_type=BigInteger)
    by_name: str
    at: dt.datetime = Field(sa_type=Timestamp)
