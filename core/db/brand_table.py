"""Decides the shape every table of a brand shares: a composite key that starts with the brand.
Row-level security, foreign keys and later sharding all hang on that one shape."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any, ClassVar

from sqlalchemy import BigInteger, DateTime, ForeignKeyConstraint, Identity, Integer, MetaData
from sqlmodel import Field, SQLModel

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata: MetaData = SQLModel.metadata
metadata.naming_convention = NAMING

Timestamp = DateTime(timezone=True)


_standing: list[dt.datetime] = []


def now_utc() -> dt.datetime:
    """The clock in UTC; only edges and column defaults ask it, rules take their dates."""
    return _standing[-1] if _standing else dt.datetime.now(dt.UTC)


@contextmanager
def standing_at(moment: dt.datetime) -> Generator[None]:
    """Let the clock stand at a moment, so that history can be made through today's services."""
    _standing.append(moment)
    try:
        yield
    finally:
        _standing.pop()


class PlatformTable(SQLModel):
    """A table of the whole installation; its name stands on the list in platform_table.py."""

    __tablename__: ClassVar[Any]


class BrandTable(SQLModel):
    """Columns of every brand table: the brand first, then a bigint identity."""

    # append only: the application may read and insert, never change what happened
    __append_only__: ClassVar[bool] = False
    # no grant: reached only through functions that the owner defined
    __no_grant__: ClassVar[bool] = False
    # the application reads it, but writes only through functions
    __read_only__: ClassVar[bool] = False

    __tablename__: ClassVar[Any]

    brand_id: int = Field(
        default=None, primary_key=True, sa_type=Integer, sa_column_kwargs={"nullable": False}
    )
    id: int = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(),)
    )


def brand_fk(column: str, target: str, *, ondelete: str | None = None) -> ForeignKeyConstraint:
    """A foreign key that cannot point into another brand: (brand_id, column) -> (brand_id, id)."""
    return ForeignKeyConstraint(
        ["brand_id", column], [f"{target}.brand_id", f"{target}.id"], ondelete=ondelete
    )


Json = dict[str, Any]
