"""Decides how rules, their runs, the credit appraisal and the sanction are kept.
Rule versions, runs and decisions are never changed; a memo is frozen when it is recommended."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class RuleSet(BrandTable, table=True):
    """A named set of lending rules."""

    __tablename__ = "rule_set"
    __table_args__ = (UniqueConstraint("brand_id", "code"),)

    code: str
    name: str


class RuleSetVersion(BrandTable, table=True):
    """The rules as they are from a day on."""

    __tablename__ = "rule_set_version"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        UniqueConstraint("brand_id", "rule_set_id", "version"),
        brand_fk("rule_set_id", "rule_set"),
    )

    rule_set_id: int = Field(sa_type=BigInteger)
    version: int
    effective_from: dt.date
    rules: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    rules_hash: str
    note: str = ""
    created_at: dt.datetime = Field(sa_type=Timestamp)
    created_by: str = ""


class DecisionRun(BrandTable, table=True):
    """One run of one rule-set version over one case, with all it saw and said."""

    __tablename__ = "decision_run"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        brand_fk("application_id", "application"),
        brand_fk("rule_set_version_id", "rule_set_version"),
        Index("ix_decision_run_application", "brand_id", "application_id", "id"),
    )

    application_id: int = Field(sa_type=BigInteger)
    rule_set_version_id: int = Field(sa_type=BigInteger)
    rules_hash: str
    outcome: str
    amount_paise: int = Field(sa_type=BigInteger)
    inputs: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    trace: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    # fingerprint of the evidence behind the inputs; another one means the run is out of date
    facts_hash: str = ""
    run_at: dt.datetime = Field(sa_type=Timestamp)
    run_by_id: int | None = Field(default=None, sa_type=BigInteger)
    run_by_name: str = ""


class Cam(BrandTable, table=True):
    """One version of the credit appraisal memo: draft, recommended, superseded or void."""

    __tablename__ = "cam"
    __table_args__ = (
        UniqueConstraint("brand_id", "application_id", "number"),
        brand_fk("application_id", "application"),
        brand_fk("decision_run_id", "decision_run"),
        Index(
            "uq_cam_open",
            "brand_id",
            "application_id",
            unique=True,
            postgresql_where=text("status IN ('draft', 'recommended')"),
        ),
        CheckConstraint("proposed_paise > 0", name="proposed"),
        CheckConstraint("tenor > 0", name="tenor"),
    )

    application_id: int = Field(sa_type=BigInteger)
    number: int
    status: str = "draft"
    # salaries and obligations with their sources, as decided by the executive
    inputs: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    figures: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    policy: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    # what the recommendation rests on, so that a later change can be named
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    decision_run_id: int | None = Field(default=None, sa_type=BigInteger)
    proposed_paise: int = Field(sa_type=BigInteger)
    # in the period of the product version (a day for bullets, a year for instalments)
    rate_bps: int
    # days of a bullet, months of level instalments
    tenor: int
    repayment_on: dt.date | None = None
    rationale: str = Field(default="", sa_type=Text)
    # rules that did not pass, each with the reason why the loan is right all the same
    deviations: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSONB)
    maker_id: int | None = Field(default=None, sa_type=BigInteger)
    maker_name: str = ""
    made_at: dt.datetime = Field(sa_type=Timestamp)
    recommended_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    void_reason: str = Field(default="", sa_type=Text)
    version: int = 1


class SanctionDecision(BrandTable, table=True):
    """One word of the sanctioning authority: sanctioned, returned, escalated or rejected."""

    __tablename__ = "sanction_decision"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        brand_fk("application_id", "application"),
        brand_fk("cam_id", "cam"),
        Index("ix_sanction_decision_application", "brand_id", "application_id", "id"),
    )

    application_id: int = Field(sa_type=BigInteger)
    cam_id: int | None = Field(default=None, sa_type=BigInteger)
    kind: str
    amount_paise: int | None = Field(default=None, sa_type=BigInteger)
    rate_bps: int | None = None
    tenor: int | None = None
    repayment_on: dt.date | None = None
    # field -> {recommended, sanctioned}, only what was changed
    changes: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    conditions: list[str] = Field(default_factory=list, sa_type=JSONB)
    reason: str = Field(default="", sa_type=Text)
    reject_code: str = ""
    # the sentence that says why it was this person's to decide
    authority: str = Field(default="", sa_type=Text)
    limit_paise: int = Field(default=0, sa_type=BigInteger)
    by_id: int | None = Field(default=None, sa_type=BigInteger)
    by_name: str
    by_role: str = ""
    at: dt.datetime = Field(sa_type=Timestamp)
