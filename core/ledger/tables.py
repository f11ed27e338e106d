"""The books: accounts, entries, postings and the balances they add up to, append only.
The application may read them; only the owner's function post_entry() writes.
"""

from __future__ import annotations

import datetime as dt
from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class LedgerAccount(BrandTable, table=True):
    """One general-ledger head of a brand; loan and party are dimensions of its postings."""

    __tablename__ = "ledger_account"
    __read_only__: ClassVar[bool] = True
    __table_args__ = (
        UniqueConstraint("brand_id", "code"),
        CheckConstraint(
            "kind IN ('asset', 'liability', 'income', 'expense', 'equity')", name="kind"
        ),
    )

    code: str
    name: str
    kind: str


class Entry(BrandTable, table=True):
    """One balanced fact of the books; its postings sum to zero."""

    __tablename__ = "entry"
    __read_only__: ClassVar[bool] = True
    __table_args__ = (
        UniqueConstraint("brand_id", "key"),
        Index("ix_entry_posted_on", "brand_id", "posted_on", "id"),
        Index(
            "uq_entry_reverses",
            "brand_id",
            "reverses_entry_id",
            unique=True,
            postgresql_where=text("reverses_entry_id IS NOT NULL"),
        ),
        brand_fk("reverses_entry_id", "entry"),
    )

    key: str
    input_hash: str
    kind: str
    # value_date: the day it counts from; posted_on: the business date the books took it
    value_date: dt.date
    posted_on: dt.date
    posted_at: dt.datetime = Field(sa_type=Timestamp)
    memo: str = ""
    reverses_entry_id: int | None = Field(default=None, sa_type=BigInteger)


class Posting(BrandTable, table=True):
    """One leg of an entry; a debit is positive, a credit negative."""

    __tablename__ = "posting"
    __read_only__: ClassVar[bool] = True
    __table_args__ = (
        Index("ix_posting_account", "brand_id", "account_id", "id"),
        Index("ix_posting_entry", "brand_id", "entry_id"),
        Index(
            "ix_posting_loan",
            "brand_id",
            "loan_id",
            "id",
            postgresql_where=text("loan_id IS NOT NULL"),
        ),
        CheckConstraint("amount_paise <> 0", name="amount_not_zero"),
        brand_fk("entry_id", "entry"),
        brand_fk("account_id", "ledger_account"),
    )

    entry_id: int = Field(sa_type=BigInteger)
    account_id: int = Field(sa_type=BigInteger)
    amount_paise: int = Field(sa_type=BigInteger)
    loan_id: int | None = Field(default=None, sa_type=BigInteger)
    party_kind: str | None = None
    party_id: int | None = Field(default=None, sa_type=BigInteger)


class LedgerBalance(BrandTable, table=True):
    """An account's running balance, spread over slots so that a hot account does not queue."""

    __tablename__ = "ledger_balance"
    __read_only__: ClassVar[bool] = True
    __table_args__ = (
        UniqueConstraint("brand_id", "account_id", "slot"),
        brand_fk("account_id", "ledger_account"),
    )

    account_id: int = Field(sa_type=BigInteger)
    slot: int
    balance_paise: int = Field(default=0, sa_type=BigInteger)
    postings: int = Field(default=0, sa_type=BigInteger)
