"""Decides how a borrower is kept: one person of one brand, identifiers sealed and indexed blind.
What may be shown without a reason (last four, name, place) stands beside what may not."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class Customer(BrandTable, table=True):
    """One borrower of one brand; the same human at two brands is two customers."""

    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("brand_id", "number"),
        UniqueConstraint("brand_id", "mobile_index"),
        Index(
            "uq_customer_pan",
            "brand_id",
            "pan_index",
            unique=True,
            postgresql_where=text("pan_index <> ''"),
        ),
        Index("ix_customer_name", "brand_id", "name_key", "id"),
        CheckConstraint("salary_day BETWEEN 0 AND 31", name="salary_day"),
        CheckConstraint("salary_paise >= 0", name="salary"),
    )

    number: str
    name: str = ""
    # lower case with single blanks, so that a prefix search is an index range
    name_key: str = ""
    mobile_sealed: str = Field(sa_type=Text)
    mobile_index: str
    mobile_last4: str
    email: str = ""
    date_of_birth: dt.date | None = None
    gender: str = ""
    pan_sealed: str = Field(default="", sa_type=Text)
    pan_index: str = ""
    pan_last4: str = ""
    employer_name: str = ""
    # net monthly salary as the customer states it; the statement proves it later
    salary_paise: int = Field(default=0, sa_type=BigInteger)
    salary_day: int = 0
    address_line: str = ""
    city: str = ""
    state: str = ""
    pincode: str = ""
    language: str = "en"
    registered_at: dt.datetime = Field(sa_type=Timestamp)
    profile_completed_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    last_seen_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    version: int = 1


class Consent(BrandTable, table=True):
    """One consent for one purpose and the very text agreed to (DPDP Act 2023, s. 6)."""

    __tablename__ = "consent"
    __table_args__ = (
        brand_fk("customer_id", "customer"),
        Index("ix_consent_customer", "brand_id", "customer_id", "purpose", "id"),
    )

    customer_id: int = Field(sa_type=BigInteger)
    purpose: str
    text_version: int
    text_hash: str
    given_at: dt.datetime = Field(sa_type=Timestamp)
    withdrawn_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    address: str = ""
    device: str = ""


class CustomerBankAccount(BrandTable, table=True):
    """A borrower's own account, to which alone a loan may be paid (RBI digital lending, A1)."""

    __tablename__ = "customer_bank_account"
    __table_args__ = (
        brand_fk("customer_id", "customer"),
        UniqueConstraint("brand_id", "customer_id", "account_index", "ifsc"),
        Index("ix_customer_bank_account_index", "brand_id", "account_index"),
    )

    customer_id: int = Field(sa_type=BigInteger)
    holder_name: str
    account_sealed: str = Field(sa_type=Text)
    account_index: str
    account_last4: str
    ifsc: str
    bank_name: str = ""
    # the account a payout goes to; at most one per customer
    is_primary: bool = True
    # declared, verified or failed: what the penny drop said
    state: str = "declared"
    verified_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    verified_name: str = ""
    name_match: int | None = None
    added_at: dt.datetime = Field(sa_type=Timestamp)
