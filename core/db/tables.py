"""Decides the tables of the walls: audit, outbox, inbox, idempotency, transitions, job runs.
They are written by the unit of work on behalf of every feature, so they live beside it."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, Timestamp, brand_fk


class Transition(BrandTable, table=True):
    """One step of one life cycle: who moved it, when and why."""

    __tablename__ = "transition"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (Index("ix_transition_subject", "brand_id", "subject_type", "subject_id"),)

    subject_type: str
    subject_id: int = Field(sa_type=BigInteger)
    from_status: str
    event: str
    to_status: str
    by_kind: str
    by_id: int | None = Field(default=None, sa_type=BigInteger)
    by_name: str
    at: dt.datetime = Field(sa_type=Timestamp)
    reason: str = ""


class AuditEvent(BrandTable, table=True):
    """One thing somebody did or read, written with the change it describes."""

    __tablename__ = "audit_event"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        Index("ix_audit_event_subject", "brand_id", "subject_type", "subject_id", "id"),
        Index("ix_audit_event_case", "brand_id", "case_id", "id"),
        Index("ix_audit_event_actor", "brand_id", "actor_kind", "actor_id", "id"),
        Index("ix_audit_event_at", "brand_id", "at"),
    )

    at: dt.datetime = Field(sa_type=Timestamp)
    actor_kind: str
    actor_id: int | None = Field(default=None, sa_type=BigInteger)
    actor_name: str
    actor_role: str = ""
    use_case: str
    action: str
    subject_type: str
    subject_id: int | None = Field(default=None, sa_type=BigInteger)
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    words: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    reason: str = ""
    address: str = ""
    device: str = ""


class AuditLink(BrandTable, table=True):
    """One link of a brand's hash chain over its audit events."""

    __tablename__ = "audit_link"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (
        UniqueConstraint("brand_id", "sequence"),
        UniqueConstraint("brand_id", "audit_event_id"),
        brand_fk("audit_event_id", "audit_event"),
    )

    sequence: int = Field(sa_type=BigInteger)
    audit_event_id: int = Field(sa_type=BigInteger)
    previous_hash: str
    hash: str
    sealed_at: dt.datetime = Field(sa_type=Timestamp)


class OutboxEvent(BrandTable, table=True):
    """Something that happened and must be told to the jobs, exactly once in effect."""

    __tablename__ = "outbox_event"
    __table_args__ = (
        Index(
            "ix_outbox_event_open",
            "brand_id",
            "id",
            postgresql_where=text("done_at IS NULL"),
        ),
    )

    topic: str
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: dt.datetime = Field(sa_type=Timestamp)
    # relayed at least once; sent again when no consumer answered in time
    relayed_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    relays: int = 0
    done_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    not_before: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    failed_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    error: str = ""


class InboxEvent(BrandTable, table=True):
    """The mark a consumer leaves in its own transaction, so that a repeat does nothing."""

    __tablename__ = "inbox_event"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (UniqueConstraint("brand_id", "consumer", "event_id"),)

    consumer: str
    event_id: int = Field(sa_type=BigInteger)
    at: dt.datetime = Field(sa_type=Timestamp)


class IdempotencyKey(BrandTable, table=True):
    """A caller's key with the hash of its input and the answer it was given."""

    __tablename__ = "idempotency_key"
    __append_only__: ClassVar[bool] = True
    __table_args__ = (UniqueConstraint("brand_id", "key"),)

    key: str
    input_hash: str
    answer: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: dt.datetime = Field(sa_type=Timestamp)


class NumberSeries(BrandTable, table=True):
    """The next number of a series people see: LN-, AP-, INV-, RC-."""

    __tablename__ = "number_series"
    __table_args__ = (UniqueConstraint("brand_id", "series"),)

    series: str
    next_number: int = Field(default=1, sa_type=BigInteger)


class WebhookDelivery(BrandTable, table=True):
    """What a provider posted, kept as it came before anything is believed."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index(
            "uq_webhook_delivery_event",
            "brand_id",
            "provider",
            "event_id",
            unique=True,
            postgresql_where=text("accepted"),
        ),
        Index("ix_webhook_delivery_received", "brand_id", "received_at"),
    )

    provider: str
    event_id: str = ""
    event_type: str = ""
    raw_body: bytes = Field(sa_type=LargeBinary)
    headers: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    address: str = ""
    accepted: bool = False
    outcome: str = "received"
    error: str = Field(default="", sa_type=Text)
    received_at: dt.datetime = Field(sa_type=Timestamp)
    processed_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)


class JobRun(BrandTable, table=True):
    """One run of a job, with the progress that screens show."""

    __tablename__ = "job_run"
    __table_args__ = (
        Index("ix_job_run_subject", "brand_id", "subject_type", "subject_id", "id"),
        Index("ix_job_run_event", "brand_id", "event_id"),
    )

    kind: str
    event_id: int | None = Field(default=None, sa_type=BigInteger)
    subject_type: str = ""
    subject_id: int | None = Field(default=None, sa_type=BigInteger)
    state: str = "running"
    done: int = Field(default=0, sa_type=Integer)
    total: int = Field(default=0, sa_type=Integer)
    message: str = ""
    attempts: int = 1
    started_at: dt.datetime = Field(sa_type=Timestamp)
    heartbeat_at: dt.datetime = Field(sa_type=Timestamp)
    finished_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)


class ScheduleRun(BrandTable, table=True):
    """The row that makes one slot of one schedule happen once."""

    __tablename__ = "schedule_run"
    __table_args__ = (UniqueConstraint("brand_id", "schedule", "slot"),)

    schedule: str
    slot: str
    state: str = "started"
    started_at: dt.datetime = Field(sa_type=Timestamp)
    finished_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
