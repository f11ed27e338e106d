"""The rows a loan leaves: its frozen terms, its events, and projections that can be rebuilt.
Terms and events are the truth; instalments, balances and facts are derived and proven to be.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class Loan(BrandTable, table=True):
    """A loan as sold; born when its payout is confirmed, one per application."""

    __tablename__ = "loan"
    __table_args__ = (
        UniqueConstraint("brand_id", "number"),
        UniqueConstraint("brand_id", "application_id"),
        Index("ix_loan_customer", "brand_id", "customer_id", "id"),
        Index("ix_loan_status", "brand_id", "status", "id"),
        brand_fk("application_id", "application"),
        brand_fk("customer_id", "customer"),
        brand_fk("product_id", "product"),
        brand_fk("product_version_id", "product_version"),
    )

    number: str
    application_id: int = Field(sa_type=BigInteger)
    customer_id: int = Field(sa_type=BigInteger)
    product_id: int = Field(sa_type=BigInteger)
    product_version_id: int = Field(sa_type=BigInteger)
    kind: str
    terms: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    status: str = "active"
    status_since: dt.datetime = Field(sa_type=Timestamp)
    version: int = 1
    principal_paise: int = Field(sa_type=BigInteger)
    net_disbursed_paise: int = Field(sa_type=BigInteger)
    disbursed_on: dt.date
    matures_on: dt.date
    closed_on: dt.date | None = None
    # copies out of the frozen terms for the set-based end of day; they never change
    daily_rate_numerator: int = Field(sa_type=BigInteger)
    daily_rate_denominator: int = Field(sa_type=BigInteger)
    rounding: str
    minor_unit_paise: int
    penal_bps_per_year: int
    penal_grace_days: int


class LoanEvent(BrandTable, table=True):
    """Something that happened to a loan; with the terms, all that its position follows from."""

    __tablename__ = "loan_event"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        Index("ix_loan_event_loan", "brand_id", "loan_id", "value_date", "id"),
        Index(
            "uq_loan_event_reverses",
            "brand_id",
            "reverses_event_id",
            unique=True,
            postgresql_where=text("reverses_event_id IS NOT NULL"),
        ),
        Index(
            "uq_loan_event_receipt",
            "brand_id",
            "receipt_id",
            unique=True,
            postgresql_where=text("receipt_id IS NOT NULL AND kind = 'receipt'"),
        ),
        brand_fk("loan_id", "loan"),
    )

    loan_id: int = Field(sa_type=BigInteger)
    kind: str
    # the day it counts from, and the business date on which the books learnt of it
    value_date: dt.date
    posted_on: dt.date
    amount_paise: int = Field(default=0, sa_type=BigInteger)
    data: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    reverses_event_id: int | None = Field(default=None, sa_type=BigInteger)
    receipt_id: int | None = Field(default=None, sa_type=BigInteger)
    recorded_at: dt.datetime = Field(sa_type=Timestamp)
    recorded_by: str = ""


class InstalmentRow(BrandTable, table=True):
    """One instalment as it stands: what is due and what was paid, by component."""

    __tablename__ = "instalment"
    __table_args__ = (
        UniqueConstraint("brand_id", "loan_id", "number"),
        # end of day looks only at what is unpaid
        Index(
            "ix_instalment_unpaid",
            "brand_id",
            "due_on",
            "loan_id",
            postgresql_where=text("settled_on IS NULL"),
        ),
        # end of day accrues the instalment in whose period the night lies
        Index("ix_instalment_due", "brand_id", "due_on", "period_from"),
        brand_fk("loan_id", "loan"),
    )

    loan_id: int = Field(sa_type=BigInteger)
    number: int
    period_from: dt.date
    due_on: dt.date
    principal_paise: int = Field(sa_type=BigInteger)
    interest_paise: int = Field(sa_type=BigInteger)
    charge_paise: int = Field(default=0, sa_type=BigInteger)
    penal_paise: int = Field(default=0, sa_type=BigInteger)
    principal_paid_paise: int = Field(default=0, sa_type=BigInteger)
    interest_paid_paise: int = Field(default=0, sa_type=BigInteger)
    charge_paid_paise: int = Field(default=0, sa_type=BigInteger)
    penal_paid_paise: int = Field(default=0, sa_type=BigInteger)
    principal_waived_paise: int = Field(default=0, sa_type=BigInteger)
    interest_waived_paise: int = Field(default=0, sa_type=BigInteger)
    charge_waived_paise: int = Field(default=0, sa_type=BigInteger)
    penal_waived_paise: int = Field(default=0, sa_type=BigInteger)
    settled_on: dt.date | None = None


class LoanBalance(BrandTable, table=True):
    """A loan's position as lists and end of day need it, at the opening of `as_of`.

    Interest is what has been earned and not paid. It is written when something changes;
    the daily growth of interest is in accrual_fact, so that no night rewrites every loan.
    """

    __tablename__ = "loan_balance"
    __table_args__ = (
        UniqueConstraint("brand_id", "loan_id"),
        Index("ix_loan_balance_bucket", "brand_id", "bucket", "days_past_due", "loan_id"),
        Index(
            "ix_loan_balance_next_due",
            "brand_id",
            "next_due_on",
            "loan_id",
            postgresql_where=text("next_due_on IS NOT NULL"),
        ),
        brand_fk("loan_id", "loan"),
    )

    loan_id: int = Field(sa_type=BigInteger)
    as_of: dt.date
    principal_outstanding_paise: int = Field(default=0, sa_type=BigInteger)
    interest_outstanding_paise: int = Field(default=0, sa_type=BigInteger)
    charge_outstanding_paise: int = Field(default=0, sa_type=BigInteger)
    penal_outstanding_paise: int = Field(default=0, sa_type=BigInteger)
    overdue_paise: int = Field(default=0, sa_type=BigInteger)
    overdue_principal_paise: int = Field(default=0, sa_type=BigInteger)
    excess_paise: int = Field(default=0, sa_type=BigInteger)
    paid_paise: int = Field(default=0, sa_type=BigInteger)
    days_past_due: int = 0
    bucket: str = "pre_due"
    oldest_due_on: dt.date | None = None
    next_due_on: dt.date | None = None
    next_due_paise: int = Field(default=0, sa_type=BigInteger)
    # what a single payment's interest still runs on, exact: paise times days, and since when
    interest_base_paise: int = Field(default=0, sa_type=BigInteger)
    interest_from: dt.date
    interest_paise_days: int = Field(default=0, sa_type=BigInteger)
    # up to here events have brought the facts; end of day goes on from here
    recognised_to: dt.date


class BucketFact(BrandTable, table=True):
    """A loan moved from one bucket to another at the close of a business date or by an event."""

    __tablename__ = "bucket_fact"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        Index("ix_bucket_fact_loan", "brand_id", "loan_id", "business_date"),
        Index("ix_bucket_fact_date", "brand_id", "business_date"),
        brand_fk("loan_id", "loan"),
    )

    loan_id: int = Field(sa_type=BigInteger)
    business_date: dt.date
    from_bucket: str
    to_bucket: str
    days_past_due: int
    overdue_paise: int = Field(sa_type=BigInteger)
    event_id: int | None = Field(default=None, sa_type=BigInteger)


class AccrualFact(BrandTable, table=True):
    """Interest earned or penal charge incurred by one loan on one business date."""

    __tablename__ = "accrual_fact"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        Index(
            "uq_accrual_fact_night",
            "brand_id",
            "loan_id",
            "business_date",
            "component",
            unique=True,
            postgresql_where=text("event_id IS NULL"),
        ),
        Index("ix_accrual_fact_loan", "brand_id", "loan_id", "component"),
        brand_fk("loan_id", "loan"),
    )

    loan_id: int = Field(sa_type=BigInteger)
    business_date: dt.date
    component: str
    amount_paise: int = Field(sa_type=BigInteger)
    # the event that made a correction necessary; empty for the nightly accrual
    event_id: int | None = Field(default=None, sa_type=BigInteger)
