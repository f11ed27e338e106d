"""Decides how the work on overdue loans is kept: who has a loan, what was said, what was promised.
Nothing here changes money; money is the loan's, and a promise is kept or broken by receipts."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, text
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class CollectionAssignment(BrandTable, table=True):
    """One spell of one overdue loan with one executive."""

    __tablename__ = "collection_assignment"
    __table_args__ = (
        brand_fk("loan_id", "loan"),
        Index(
            "uq_collection_assignment_open",
            "brand_id",
            "loan_id",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_collection_assignment_staff", "brand_id", "staff_id", "ended_at", "loan_id"),
    )

    loan_id: int = Field(sa_type=BigInteger)
    staff_id: int = Field(sa_type=BigInteger)
    staff_name: str = ""
    bucket: str = ""
    assigned_at: dt.datetime = Field(sa_type=Timestamp)
    assigned_by: str = ""
    ended_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    end_reason: str = ""


class PromiseToPay(BrandTable, table=True):
    """A borrower's promise: so much by such a day; kept or broken by what is received."""

    __tablename__ = "promise_to_pay"
    __table_args__ = (
        brand_fk("loan_id", "loan"),
        CheckConstraint("amount_paise > 0", name="amount"),
        Index("ix_promise_to_pay_loan", "brand_id", "loan_id", "id"),
        Index("ix_promise_to_pay_open", "brand_id", "status", "promised_on"),
    )

    loan_id: int = Field(sa_type=BigInteger)
    case_id: int = Field(sa_type=BigInteger)
    customer_id: int = Field(sa_type=BigInteger)
    amount_paise: int = Field(sa_type=BigInteger)
    received_paise: int = Field(default=0, sa_type=BigInteger)
    made_on: dt.date
    promised_on: dt.date
    mode: str = ""
    status: str = "open"
    status_since: dt.datetime = Field(sa_type=Timestamp)
    staff_id: int | None = Field(default=None, sa_type=BigInteger)
    staff_name: str = ""
    note: str = Field(default="", sa_type=Text)
    version: int = 1


class Remark(BrandTable, table=True):
    """What came of one contact, in a coded disposition and free words."""

    __tablename__ = "remark"
    __table_args__ = (
        brand_fk("loan_id", "loan"),
        Index("ix_remark_loan", "brand_id", "loan_id", "id"),
        Index("ix_remark_staff", "brand_id", "staff_id", "at"),
    )

    loan_id: int = Field(sa_type=BigInteger)
    case_id: int = Field(sa_type=BigInteger)
    staff_id: int | None = Field(default=None, sa_type=BigInteger)
    staff_name: str = ""
    at: dt.datetime = Field(sa_type=Timestamp)
    channel: str = "call"
    disposition: str
    note: str = Field(default="", sa_type=Text)
    promise_id: int | None = Field(default=None, sa_type=BigInteger)
    days_past_due: int = 0
    overdue_paise: int = Field(default=0, sa_type=BigInteger)
    next_action_on: dt.date | None = None
