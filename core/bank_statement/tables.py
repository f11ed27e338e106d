"""Decides how the analysis of a statement is kept: the figures that later steps ask for.

The rows themselves are values of the reading; here stand the lender's figures of one document,
replaced as a whole when the document is read again or a row is corrected.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class StatementAnalysis(BrandTable, table=True):
    """What one bank statement shows about salary, obligations, bounces and balances."""

    __tablename__ = "statement_analysis"
    __table_args__ = (
        brand_fk("document_id", "document"),
        brand_fk("reading_id", "reading"),
        brand_fk("application_id", "application"),
        UniqueConstraint("brand_id", "document_id"),
        Index("ix_statement_analysis_application", "brand_id", "application_id", "id"),
    )

    document_id: int = Field(sa_type=BigInteger)
    reading_id: int = Field(sa_type=BigInteger)
    application_id: int | None = Field(default=None, sa_type=BigInteger)
    analysed_at: dt.datetime = Field(sa_type=Timestamp)

    bank: str = ""
    holder: str = ""
    account_last_four: str = ""
    ifsc: str = ""
    period_from: dt.date | None = None
    period_to: dt.date | None = None
    row_count: int = 0
    proven: bool = False
    reason: str = Field(default="", sa_type=Text)

    opening_paise: int | None = Field(default=None, sa_type=BigInteger)
    closing_paise: int | None = Field(default=None, sa_type=BigInteger)
    credit_paise: int = Field(default=0, sa_type=BigInteger)
    debit_paise: int = Field(default=0, sa_type=BigInteger)
    cash_deposit_paise: int = Field(default=0, sa_type=BigInteger)
    average_salary_paise: int | None = Field(default=None, sa_type=BigInteger)
    salary_months: int = 0
    monthly_obligation_paise: int = Field(default=0, sa_type=BigInteger)
    obligation_count: int = 0
    inward_bounces: int = 0
    average_balance_paise: int | None = Field(default=None, sa_type=BigInteger)
    minimum_balance_paise: int | None = Field(default=None, sa_type=BigInteger)

    # lists with the rows they stand on: [{row, date, employer, amount_paise}, …]
    salaries: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    obligations: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    bounces: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    months: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    broken_links: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
