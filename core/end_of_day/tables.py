"""The record of every closed business date: which steps ran, when, and what they touched.
A run is resumed from these rows, so a step that is done is never done again.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, Text, UniqueConstraint
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class EndOfDayRun(BrandTable, table=True):
    """The closing of one business date of a brand."""

    __tablename__ = "end_of_day_run"
    __table_args__ = (UniqueConstraint("brand_id", "business_date"),)

    business_date: dt.date
    state: str = "running"
    requested_by: str = ""
    # the date asked for; the days up to it are closed one after the other
    close_until: dt.date | None = None
    started_at: dt.datetime = Field(sa_type=Timestamp)
    finished_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)


class EndOfDayStep(BrandTable, table=True):
    """One named step of a run, with what it counted and how much money it booked."""

    __tablename__ = "end_of_day_step"
    __table_args__ = (
        UniqueConstraint("brand_id", "run_id", "name"),
        brand_fk("run_id", "end_of_day_run"),
    )

    run_id: int = Field(sa_type=BigInteger)
    business_date: dt.date
    position: int
    name: str
    state: str = "waiting"
    loans: int = 0
    amount_paise: int = Field(default=0, sa_type=BigInteger)
    started_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    finished_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    error: str = Field(default="", sa_type=Text)
