"""Decides the first shape of every table, as it was the day the house was built.
Frozen once landed: later changes are migrations of their own."""

from __future__ import annotations

import sqlalchemy as sa
import sqlmodel
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("prefix", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("secret_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("permissions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("brand_id", "prefix", name=op.f("uq_api_key_brand_id_prefix")),
    )
    op.create_table(
        "approval_request",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_version", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("effect", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("maker_id", sa.BigInteger(), nullable=False),
        sa.Column("maker_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("checker_id", sa.BigInteger(), nullable=True),
        sa.Column("checker_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint(
            "checker_id IS NULL OR checker_id <> maker_id",
            name=op.f("ck_approval_request_checker_not_maker"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_approval_request")),
    )
    op.create_index(
        "ix_approval_request_state",
        "approval_request",
        ["brand_id", "state", "kind", "id"],
        unique=False,
    )
    op.create_index(
        "ix_approval_request_subject",
        "approval_request",
        ["brand_id", "subject_type", "subject_id"],
        unique=False,
    )
    op.create_table(
        "audit_event",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("actor_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("actor_role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("use_case", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("action", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("words", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("device", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_audit_event")),
    )
    op.create_index(
        "ix_audit_event_actor",
        "audit_event",
        ["brand_id", "actor_kind", "actor_id", "id"],
        unique=False,
    )
    op.create_index("ix_audit_event_at", "audit_event", ["brand_id", "at"], unique=False)
    op.create_index(
        "ix_audit_event_case", "audit_event", ["brand_id", "case_id", "id"], unique=False
    )
    op.create_index(
        "ix_audit_event_subject",
        "audit_event",
        ["brand_id", "subject_type", "subject_id", "id"],
        unique=False,
    )
    op.create_table(
        "brand",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("legal_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("colour", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("logo_svg", sa.Text(), nullable=False),
        sa.Column("phone", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("grievance_officer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_brand")),
        sa.UniqueConstraint("code", name=op.f("uq_brand_code")),
    )
    op.create_table(
        "brand_setting",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_brand_setting")),
        sa.UniqueConstraint(
            "brand_id",
            "key",
            "effective_from",
            name=op.f("uq_brand_setting_brand_id_key_effective_from"),
        ),
    )
    op.create_table(
        "business",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("gstin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("contact_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mobile_sealed", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mobile_index", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mobile_last_four", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_business")),
        sa.UniqueConstraint(
            "brand_id", "mobile_index", name=op.f("uq_business_brand_id_mobile_index")
        ),
    )
    op.create_index("ix_business_gstin", "business", ["brand_id", "gstin"], unique=False)
    op.create_table(
        "customer",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mobile_sealed", sa.Text(), nullable=False),
        sa.Column("mobile_index", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mobile_last4", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=True),
        sa.Column("gender", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pan_sealed", sa.Text(), nullable=False),
        sa.Column("pan_index", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pan_last4", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("employer_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("salary_paise", sa.BigInteger(), nullable=False),
        sa.Column("salary_day", sa.Integer(), nullable=False),
        sa.Column("address_line", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("city", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pincode", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("profile_completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("salary_day BETWEEN 0 AND 31", name=op.f("ck_customer_salary_day")),
        sa.CheckConstraint("salary_paise >= 0", name=op.f("ck_customer_salary")),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_customer")),
        sa.UniqueConstraint(
            "brand_id", "mobile_index", name=op.f("uq_customer_brand_id_mobile_index")
        ),
        sa.UniqueConstraint("brand_id", "number", name=op.f("uq_customer_brand_id_number")),
    )
    op.create_index("ix_customer_name", "customer", ["brand_id", "name_key", "id"], unique=False)
    op.create_index(
        "uq_customer_pan",
        "customer",
        ["brand_id", "pan_index"],
        unique=True,
        postgresql_where=sa.text("pan_index <> ''"),
    )
    op.create_table(
        "end_of_day_run",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("requested_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("close_until", sa.Date(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_end_of_day_run")),
        sa.UniqueConstraint(
            "brand_id", "business_date", name=op.f("uq_end_of_day_run_brand_id_business_date")
        ),
    )
    op.create_table(
        "entry",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("input_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("memo", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reverses_entry_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "reverses_entry_id"],
            ["entry.brand_id", "entry.id"],
            name=op.f("fk_entry_brand_id_reverses_entry_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_entry")),
        sa.UniqueConstraint("brand_id", "key", name=op.f("uq_entry_brand_id_key")),
    )
    op.create_index("ix_entry_posted_on", "entry", ["brand_id", "posted_on", "id"], unique=False)
    op.create_index(
        "uq_entry_reverses",
        "entry",
        ["brand_id", "reverses_entry_id"],
        unique=True,
        postgresql_where=sa.text("reverses_entry_id IS NOT NULL"),
    )
    op.create_table(
        "export_run",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("report", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("filters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sort", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("descending", sa.Boolean(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=False),
        sa.Column("requested_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("kept_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("file_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("blob_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_export_run")),
    )
    op.create_index(
        "ix_export_run_requested_by", "export_run", ["brand_id", "requested_by", "id"], unique=False
    )
    op.create_table(
        "fingerprint",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seen_in_brand", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fingerprint")),
        sa.UniqueConstraint(
            "kind",
            "hash",
            "seen_in_brand",
            "subject_id",
            name=op.f("uq_fingerprint_kind_hash_seen_in_brand_subject_id"),
        ),
    )
    op.create_table(
        "holiday",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_holiday")),
        sa.UniqueConstraint("brand_id", "on_date", name=op.f("uq_holiday_brand_id_on_date")),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("input_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("answer", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_idempotency_key")),
        sa.UniqueConstraint("brand_id", "key", name=op.f("uq_idempotency_key_brand_id_key")),
    )
    op.create_table(
        "inbox_event",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("consumer", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_inbox_event")),
        sa.UniqueConstraint(
            "brand_id",
            "consumer",
            "event_id",
            name=op.f("uq_inbox_event_brand_id_consumer_event_id"),
        ),
    )
    op.create_table(
        "job_run",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.Column("subject_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("message", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_job_run")),
    )
    op.create_index("ix_job_run_event", "job_run", ["brand_id", "event_id"], unique=False)
    op.create_index(
        "ix_job_run_subject",
        "job_run",
        ["brand_id", "subject_type", "subject_id", "id"],
        unique=False,
    )
    op.create_table(
        "ledger_account",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('asset', 'liability', 'income', 'expense', 'equity')",
            name=op.f("ck_ledger_account_kind"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_ledger_account")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_ledger_account_brand_id_code")),
    )
    op.create_table(
        "login_attempt",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("throttle_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
    )
    op.create_index("ix_login_attempt_key", "login_attempt", ["throttle_key", "at"], unique=False)
    op.create_table(
        "message",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("template_version", sa.Integer(), nullable=False),
        sa.Column("vendor_template", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("business_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("to_sealed", sa.Text(), nullable=False),
        sa.Column("to_masked", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recipient_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("variables", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("attachment_document_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_message")),
    )
    op.create_index("ix_message_case", "message", ["brand_id", "case_id", "id"], unique=False)
    op.create_index(
        "ix_message_customer", "message", ["brand_id", "customer_id", "id"], unique=False
    )
    op.create_index(
        "ix_message_provider", "message", ["brand_id", "provider_reference"], unique=False
    )
    op.create_table(
        "message_template",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("dlt_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_message_template")),
        sa.UniqueConstraint(
            "brand_id",
            "code",
            "channel",
            "version",
            name=op.f("uq_message_template_brand_id_code_channel_version"),
        ),
    )
    op.create_table(
        "notification",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("link", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_notification")),
    )
    op.create_index(
        "ix_notification_staff", "notification", ["brand_id", "staff_id", "id"], unique=False
    )
    op.create_table(
        "number_series",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("series", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_number_series")),
        sa.UniqueConstraint("brand_id", "series", name=op.f("uq_number_series_brand_id_series")),
    )
    op.create_table(
        "otp_challenge",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mobile_index", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mobile_sealed", sa.Text(), nullable=False),
        sa.Column("code_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("code_sealed", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("consumed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_otp_challenge")),
    )
    op.create_index(
        "ix_otp_challenge_mobile", "otp_challenge", ["brand_id", "mobile_index", "id"], unique=False
    )
    op.create_table(
        "outbox_event",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("topic", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("relayed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("relays", sa.Integer(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_before", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_outbox_event")),
    )
    op.create_index(
        "ix_outbox_event_open",
        "outbox_event",
        ["brand_id", "id"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.create_table(
        "party_session",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("party_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("party_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("device", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_party_session")),
        sa.UniqueConstraint(
            "brand_id", "token_hash", name=op.f("uq_party_session_brand_id_token_hash")
        ),
    )
    op.create_index(
        "ix_party_session_party",
        "party_session",
        ["brand_id", "party_kind", "party_id"],
        unique=False,
    )
    op.create_table(
        "product",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_product")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_product_brand_id_code")),
    )
    op.create_table(
        "provider_call",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("operation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("method", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("host", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("request_bytes", sa.Integer(), nullable=False),
        sa.Column("response_bytes", sa.Integer(), nullable=False),
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_provider_call")),
    )
    op.create_index("ix_provider_call_at", "provider_call", ["brand_id", "at"], unique=False)
    op.create_index(
        "ix_provider_call_provider", "provider_call", ["brand_id", "provider", "at"], unique=False
    )
    op.create_table(
        "provider_choice",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("port", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("vendor", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("sealed_credentials", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_provider_choice")),
        sa.UniqueConstraint("brand_id", "port", name=op.f("uq_provider_choice_brand_id_port")),
    )
    op.create_table(
        "rule_set",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_rule_set")),
        sa.UniqueConstraint("brand_id", "code", name=op.f("uq_rule_set_brand_id_code")),
    )
    op.create_table(
        "saved_view",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("list_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("query", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scope", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_saved_view")),
    )
    op.create_index("ix_saved_view_list", "saved_view", ["brand_id", "list_name"], unique=False)
    op.create_table(
        "schedule_run",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("schedule", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("slot", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_schedule_run")),
        sa.UniqueConstraint(
            "brand_id", "schedule", "slot", name=op.f("uq_schedule_run_brand_id_schedule_slot")
        ),
    )
    op.create_table(
        "staff",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("mobile", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("super_admin", sa.Boolean(), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("email", name=op.f("uq_staff_email")),
    )
    op.create_table(
        "staff_availability",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("available", sa.Boolean(), nullable=False),
        sa.Column("leave_from", sa.Date(), nullable=True),
        sa.Column("leave_to", sa.Date(), nullable=True),
        sa.Column("open_limit", sa.Integer(), nullable=False),
        sa.Column("last_assigned_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_staff_availability")),
        sa.UniqueConstraint(
            "brand_id", "staff_id", name=op.f("uq_staff_availability_brand_id_staff_id")
        ),
    )
    op.create_table(
        "transition",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("from_status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("event", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("to_status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_transition")),
    )
    op.create_index(
        "ix_transition_subject",
        "transition",
        ["brand_id", "subject_type", "subject_id"],
        unique=False,
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("event_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("event_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("raw_body", sa.LargeBinary(), nullable=False),
        sa.Column("headers", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_webhook_delivery")),
    )
    op.create_index(
        "ix_webhook_delivery_received",
        "webhook_delivery",
        ["brand_id", "received_at"],
        unique=False,
    )
    op.create_index(
        "uq_webhook_delivery_event",
        "webhook_delivery",
        ["brand_id", "provider", "event_id"],
        unique=True,
        postgresql_where=sa.text("accepted"),
    )
    op.create_table(
        "audit_link",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("audit_event_id", sa.BigInteger(), nullable=False),
        sa.Column("previous_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "audit_event_id"],
            ["audit_event.brand_id", "audit_event.id"],
            name=op.f("fk_audit_link_brand_id_audit_event_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_audit_link")),
        sa.UniqueConstraint(
            "brand_id", "audit_event_id", name=op.f("uq_audit_link_brand_id_audit_event_id")
        ),
        sa.UniqueConstraint("brand_id", "sequence", name=op.f("uq_audit_link_brand_id_sequence")),
    )
    op.create_table(
        "consent",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text_version", sa.Integer(), nullable=False),
        sa.Column("text_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("device", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "customer_id"],
            ["customer.brand_id", "customer.id"],
            name=op.f("fk_consent_brand_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_consent")),
    )
    op.create_index(
        "ix_consent_customer", "consent", ["brand_id", "customer_id", "purpose", "id"], unique=False
    )
    op.create_table(
        "customer_bank_account",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("holder_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account_sealed", sa.Text(), nullable=False),
        sa.Column("account_index", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account_last4", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ifsc", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("bank_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("is_primary", sa.Boolean(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_match", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "customer_id"],
            ["customer.brand_id", "customer.id"],
            name=op.f("fk_customer_bank_account_brand_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_customer_bank_account")),
        sa.UniqueConstraint(
            "brand_id",
            "customer_id",
            "account_index",
            "ifsc",
            name=op.f("uq_customer_bank_account_brand_id_customer_id_account_index_ifsc"),
        ),
    )
    op.create_index(
        "ix_customer_bank_account_index",
        "customer_bank_account",
        ["brand_id", "account_index"],
        unique=False,
    )
    op.create_table(
        "end_of_day_step",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("loans", sa.Integer(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "run_id"],
            ["end_of_day_run.brand_id", "end_of_day_run.id"],
            name=op.f("fk_end_of_day_step_brand_id_run_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_end_of_day_step")),
        sa.UniqueConstraint(
            "brand_id", "run_id", "name", name=op.f("uq_end_of_day_step_brand_id_run_id_name")
        ),
    )
    op.create_table(
        "ledger_balance",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("balance_paise", sa.BigInteger(), nullable=False),
        sa.Column("postings", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "account_id"],
            ["ledger_account.brand_id", "ledger_account.id"],
            name=op.f("fk_ledger_balance_brand_id_account_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_ledger_balance")),
        sa.UniqueConstraint(
            "brand_id",
            "account_id",
            "slot",
            name=op.f("uq_ledger_balance_brand_id_account_id_slot"),
        ),
    )
    op.create_table(
        "posting",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=True),
        sa.Column("party_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("party_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("amount_paise <> 0", name=op.f("ck_posting_amount_not_zero")),
        sa.ForeignKeyConstraint(
            ["brand_id", "account_id"],
            ["ledger_account.brand_id", "ledger_account.id"],
            name=op.f("fk_posting_brand_id_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "entry_id"],
            ["entry.brand_id", "entry.id"],
            name=op.f("fk_posting_brand_id_entry_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_posting")),
    )
    op.create_index("ix_posting_account", "posting", ["brand_id", "account_id", "id"], unique=False)
    op.create_index("ix_posting_entry", "posting", ["brand_id", "entry_id"], unique=False)
    op.create_index(
        "ix_posting_loan",
        "posting",
        ["brand_id", "loan_id", "id"],
        unique=False,
        postgresql_where=sa.text("loan_id IS NOT NULL"),
    )
    op.create_table(
        "product_version",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "product_id"],
            ["product.brand_id", "product.id"],
            name=op.f("fk_product_version_brand_id_product_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_product_version")),
        sa.UniqueConstraint(
            "brand_id",
            "product_id",
            "version",
            name=op.f("uq_product_version_brand_id_product_id_version"),
        ),
    )
    op.create_table(
        "reminder",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=True),
        sa.Column("case_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "message_id"],
            ["message.brand_id", "message.id"],
            name=op.f("fk_reminder_brand_id_message_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_reminder")),
    )
    op.create_index("ix_reminder_due", "reminder", ["brand_id", "status", "due_at"], unique=False)
    op.create_index("ix_reminder_loan", "reminder", ["brand_id", "loan_id", "id"], unique=False)
    op.create_table(
        "role",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_brand", sa.Integer(), nullable=False),
        sa.Column("code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("home", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["owner_brand"], ["brand.id"], name=op.f("fk_role_owner_brand")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role")),
        sa.UniqueConstraint("owner_brand", "code", name=op.f("uq_role_owner_brand_code")),
    )
    op.create_table(
        "rule_set_version",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("rule_set_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("rules", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("rules_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "rule_set_id"],
            ["rule_set.brand_id", "rule_set.id"],
            name=op.f("fk_rule_set_version_brand_id_rule_set_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_rule_set_version")),
        sa.UniqueConstraint(
            "brand_id",
            "rule_set_id",
            "version",
            name=op.f("uq_rule_set_version_brand_id_rule_set_id_version"),
        ),
    )
    op.create_table(
        "staff_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("token_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("working_brand", sa.Integer(), nullable=False),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("device", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id")),
        sa.ForeignKeyConstraint(
            ["working_brand"], ["brand.id"], name=op.f("fk_staff_session_working_brand")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_staff_session_token_hash")),
    )
    op.create_index("ix_staff_session_staff", "staff_session", ["staff_id"], unique=False)
    op.create_table(
        "application",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("product_version_id", sa.BigInteger(), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("tenor_days", sa.Integer(), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("net_salary_paise", sa.BigInteger(), nullable=False),
        sa.Column("salary_day", sa.Integer(), nullable=False),
        sa.Column("employer_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("loan_executive_id", sa.BigInteger(), nullable=True),
        sa.Column("credit_executive_id", sa.BigInteger(), nullable=True),
        sa.Column("allotted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recommended_amount_paise", sa.BigInteger(), nullable=True),
        sa.Column("recommended_tenor_days", sa.Integer(), nullable=True),
        sa.Column("recommended_rate_bps", sa.Integer(), nullable=True),
        sa.Column("recommended_repayment_on", sa.Date(), nullable=True),
        sa.Column("recommended_by", sa.BigInteger(), nullable=True),
        sa.Column("recommended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sanctioned_amount_paise", sa.BigInteger(), nullable=True),
        sa.Column("sanctioned_tenor_days", sa.Integer(), nullable=True),
        sa.Column("rate_bps", sa.Integer(), nullable=True),
        sa.Column("repayment_on", sa.Date(), nullable=True),
        sa.Column("sanctioned_by", sa.BigInteger(), nullable=True),
        sa.Column("sanctioned_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_back_reason", sa.Text(), nullable=False),
        sa.Column("sent_back_from", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sent_back_by", sa.BigInteger(), nullable=True),
        sa.Column("reject_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reject_note", sa.Text(), nullable=False),
        sa.Column("rejected_in", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cancel_reason", sa.Text(), nullable=False),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claimed_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "requested_amount_paise > 0", name=op.f("ck_application_requested_amount")
        ),
        sa.CheckConstraint("tenor_days > 0", name=op.f("ck_application_tenor")),
        sa.ForeignKeyConstraint(
            ["brand_id", "bank_account_id"],
            ["customer_bank_account.brand_id", "customer_bank_account.id"],
            name=op.f("fk_application_brand_id_bank_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "customer_id"],
            ["customer.brand_id", "customer.id"],
            name=op.f("fk_application_brand_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "product_id"],
            ["product.brand_id", "product.id"],
            name=op.f("fk_application_brand_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "product_version_id"],
            ["product_version.brand_id", "product_version.id"],
            name=op.f("fk_application_brand_id_product_version_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_application")),
        sa.UniqueConstraint("brand_id", "number", name=op.f("uq_application_brand_id_number")),
    )
    op.create_index(
        "ix_application_amount",
        "application",
        ["brand_id", "requested_amount_paise", "id"],
        unique=False,
    )
    op.create_index(
        "ix_application_credit_executive",
        "application",
        ["brand_id", "credit_executive_id", "status", "id"],
        unique=False,
    )
    op.create_index(
        "ix_application_customer", "application", ["brand_id", "customer_id", "id"], unique=False
    )
    op.create_index(
        "ix_application_loan_executive",
        "application",
        ["brand_id", "loan_executive_id", "status", "id"],
        unique=False,
    )
    op.create_index(
        "ix_application_product", "application", ["brand_id", "product_id", "id"], unique=False
    )
    op.create_index(
        "ix_application_status", "application", ["brand_id", "status", "id"], unique=False
    )
    op.create_index(
        "ix_application_status_since",
        "application",
        ["brand_id", "status_since", "id"],
        unique=False,
    )
    op.create_index(
        "uq_application_open_draft",
        "application",
        ["brand_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.create_table(
        "role_permission",
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("permission", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_role_permission_role_id")),
        sa.PrimaryKeyConstraint("role_id", "permission", name=op.f("pk_role_permission")),
    )
    op.create_table(
        "staff_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("granted_brand", sa.Integer(), nullable=False),
        sa.Column("role_id", sa.BigInteger(), nullable=False),
        sa.Column("sanction_limit_paise", sa.BigInteger(), nullable=False),
        sa.Column("approval_limit_paise", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["granted_brand"], ["brand.id"], name=op.f("fk_staff_grant_granted_brand")
        ),
        sa.ForeignKeyConstraint(["role_id"], ["role.id"], name=op.f("fk_staff_grant_role_id")),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_staff_grant_staff_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_grant")),
        sa.UniqueConstraint(
            "staff_id",
            "granted_brand",
            "role_id",
            name=op.f("uq_staff_grant_staff_id_granted_brand_role_id"),
        ),
    )
    op.create_table(
        "assignment",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("duty", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_assignment_brand_id_application_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_assignment")),
    )
    op.create_index(
        "ix_assignment_application",
        "assignment",
        ["brand_id", "application_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_assignment_staff",
        "assignment",
        ["brand_id", "staff_id", "ended_at", "id"],
        unique=False,
    )
    op.create_index(
        "uq_assignment_open",
        "assignment",
        ["brand_id", "application_id", "duty"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "bureau_report",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("consent_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("score_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recorded_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("active_accounts", sa.Integer(), nullable=False),
        sa.Column("total_balance_paise", sa.BigInteger(), nullable=False),
        sa.Column("total_overdue_paise", sa.BigInteger(), nullable=False),
        sa.Column("monthly_instalment_paise", sa.BigInteger(), nullable=False),
        sa.Column("card_balance_paise", sa.BigInteger(), nullable=False),
        sa.Column("enquiries_30_days", sa.Integer(), nullable=False),
        sa.Column("enquiries_12_months", sa.Integer(), nullable=False),
        sa.Column("write_offs", sa.Integer(), nullable=False),
        sa.Column("worst_dpd_12_months", sa.Integer(), nullable=False),
        sa.Column("summary", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("raw_sealed", sa.Text(), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("error_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pulled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_bureau_report_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "consent_id"],
            ["consent.brand_id", "consent.id"],
            name=op.f("fk_bureau_report_brand_id_consent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "customer_id"],
            ["customer.brand_id", "customer.id"],
            name=op.f("fk_bureau_report_brand_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_bureau_report")),
    )
    op.create_index(
        "ix_bureau_report_application",
        "bureau_report",
        ["brand_id", "application_id", "id"],
        unique=False,
    )
    op.create_index(
        "ix_bureau_report_customer",
        "bureau_report",
        ["brand_id", "customer_id", "id"],
        unique=False,
    )
    op.create_index(
        "uq_bureau_report_open",
        "bureau_report",
        ["brand_id", "customer_id"],
        unique=True,
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.create_table(
        "case_note",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_case_note_brand_id_application_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_case_note")),
    )
    op.create_index(
        "ix_case_note_application", "case_note", ["brand_id", "application_id", "id"], unique=False
    )
    op.create_table(
        "decision_run",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_set_version_id", sa.BigInteger(), nullable=False),
        sa.Column("rules_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("trace", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_by_id", sa.BigInteger(), nullable=True),
        sa.Column("run_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_decision_run_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "rule_set_version_id"],
            ["rule_set_version.brand_id", "rule_set_version.id"],
            name=op.f("fk_decision_run_brand_id_rule_set_version_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_decision_run")),
    )
    op.create_index(
        "ix_decision_run_application",
        "decision_run",
        ["brand_id", "application_id", "id"],
        unique=False,
    )
    op.create_table(
        "disbursal",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=False),
        sa.Column("sanctioned_paise", sa.BigInteger(), nullable=False),
        sa.Column("fees_paise", sa.BigInteger(), nullable=False),
        sa.Column("net_paise", sa.BigInteger(), nullable=False),
        sa.Column("fee_lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by", sa.BigInteger(), nullable=False),
        sa.Column("requested_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=True),
        sa.Column("cause", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint(
            "net_paise = sanctioned_paise - fees_paise", name=op.f("ck_disbursal_net_adds_up")
        ),
        sa.CheckConstraint("net_paise > 0", name=op.f("ck_disbursal_net_positive")),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_disbursal_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "bank_account_id"],
            ["customer_bank_account.brand_id", "customer_bank_account.id"],
            name=op.f("fk_disbursal_brand_id_bank_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "customer_id"],
            ["customer.brand_id", "customer.id"],
            name=op.f("fk_disbursal_brand_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_disbursal")),
        sa.UniqueConstraint("brand_id", "number", name=op.f("uq_disbursal_brand_id_number")),
    )
    op.create_index("ix_disbursal_status", "disbursal", ["brand_id", "status", "id"], unique=False)
    op.create_index(
        "uq_disbursal_open",
        "disbursal",
        ["brand_id", "application_id"],
        unique=True,
        postgresql_where=sa.text("status <> 'refused'"),
    )
    op.create_table(
        "document",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column("customer_id", sa.BigInteger(), nullable=True),
        sa.Column("business_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("file_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("blob_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("readable_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reject_reason", sa.Text(), nullable=False),
        sa.Column("reading_state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reading_error", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_by_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("uploaded_by_id", sa.BigInteger(), nullable=True),
        sa.Column("uploaded_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint(
            "state IN ('pending', 'verified', 'rejected')", name=op.f("ck_document_state")
        ),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_document_size")),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_document_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "business_id"],
            ["business.brand_id", "business.id"],
            name=op.f("fk_document_brand_id_business_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "customer_id"],
            ["customer.brand_id", "customer.id"],
            name=op.f("fk_document_brand_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_document")),
    )
    op.create_index(
        "ix_document_application", "document", ["brand_id", "application_id", "id"], unique=False
    )
    op.create_index(
        "ix_document_business", "document", ["brand_id", "business_id", "id"], unique=False
    )
    op.create_index(
        "ix_document_customer", "document", ["brand_id", "customer_id", "id"], unique=False
    )
    op.create_index("ix_document_sha256", "document", ["brand_id", "sha256"], unique=False)
    op.create_table(
        "kyc_check",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=True),
        sa.Column("consent_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_index", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject_masked", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("declared_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recorded_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name_score", sa.Integer(), nullable=True),
        sa.Column("name_explanation", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("vendor_score", sa.Integer(), nullable=True),
        sa.Column("detail", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("error_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_id", sa.BigInteger(), nullable=True),
        sa.Column("requested_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_kyc_check_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "bank_account_id"],
            ["customer_bank_account.brand_id", "customer_bank_account.id"],
            name=op.f("fk_kyc_check_brand_id_bank_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "consent_id"],
            ["consent.brand_id", "consent.id"],
            name=op.f("fk_kyc_check_brand_id_consent_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "customer_id"],
            ["customer.brand_id", "customer.id"],
            name=op.f("fk_kyc_check_brand_id_customer_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_kyc_check")),
    )
    op.create_index(
        "ix_kyc_check_application",
        "kyc_check",
        ["brand_id", "application_id", "kind", "id"],
        unique=False,
    )
    op.create_index(
        "ix_kyc_check_open",
        "kyc_check",
        ["brand_id", "requested_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('requested', 'waiting')"),
    )
    op.create_index(
        "uq_kyc_check_open",
        "kyc_check",
        ["brand_id", "application_id", "kind"],
        unique=True,
        postgresql_where=sa.text("status IN ('requested', 'waiting')"),
    )
    op.create_table(
        "loan",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("product_version_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("principal_paise", sa.BigInteger(), nullable=False),
        sa.Column("net_disbursed_paise", sa.BigInteger(), nullable=False),
        sa.Column("disbursed_on", sa.Date(), nullable=False),
        sa.Column("matures_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("daily_rate_numerator", sa.BigInteger(), nullable=False),
        sa.Column("daily_rate_denominator", sa.BigInteger(), nullable=False),
        sa.Column("rounding", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("minor_unit_paise", sa.Integer(), nullable=False),
        sa.Column("penal_bps_per_year", sa.Integer(), nullable=False),
        sa.Column("penal_grace_days", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_loan_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "customer_id"],
            ["customer.brand_id", "customer.id"],
            name=op.f("fk_loan_brand_id_customer_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "product_id"],
            ["product.brand_id", "product.id"],
            name=op.f("fk_loan_brand_id_product_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "product_version_id"],
            ["product_version.brand_id", "product_version.id"],
            name=op.f("fk_loan_brand_id_product_version_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_loan")),
        sa.UniqueConstraint(
            "brand_id", "application_id", name=op.f("uq_loan_brand_id_application_id")
        ),
        sa.UniqueConstraint("brand_id", "number", name=op.f("uq_loan_brand_id_number")),
    )
    op.create_index("ix_loan_customer", "loan", ["brand_id", "customer_id", "id"], unique=False)
    op.create_index("ix_loan_status", "loan", ["brand_id", "status", "id"], unique=False)
    op.create_table(
        "accrual_fact",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("component", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_accrual_fact_brand_id_loan_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_accrual_fact")),
    )
    op.create_index(
        "ix_accrual_fact_loan", "accrual_fact", ["brand_id", "loan_id", "component"], unique=False
    )
    op.create_index(
        "uq_accrual_fact_night",
        "accrual_fact",
        ["brand_id", "loan_id", "business_date", "component"],
        unique=True,
        postgresql_where=sa.text("event_id IS NULL"),
    )
    op.create_table(
        "agreement",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("terms", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("terms_hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("apr_bps", sa.Integer(), nullable=False),
        sa.Column("total_payable_paise", sa.BigInteger(), nullable=False),
        sa.Column("net_disbursed_paise", sa.BigInteger(), nullable=False),
        sa.Column("kfs_document_id", sa.BigInteger(), nullable=True),
        sa.Column("agreement_document_id", sa.BigInteger(), nullable=True),
        sa.Column("sanction_document_id", sa.BigInteger(), nullable=True),
        sa.Column("signed_document_id", sa.BigInteger(), nullable=True),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sign_url_sealed", sa.Text(), nullable=False),
        sa.Column("signed_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("error_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.Column("made_by_id", sa.BigInteger(), nullable=True),
        sa.Column("made_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "agreement_document_id"],
            ["document.brand_id", "document.id"],
            name=op.f("fk_agreement_brand_id_agreement_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_agreement_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "kfs_document_id"],
            ["document.brand_id", "document.id"],
            name=op.f("fk_agreement_brand_id_kfs_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "sanction_document_id"],
            ["document.brand_id", "document.id"],
            name=op.f("fk_agreement_brand_id_sanction_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "signed_document_id"],
            ["document.brand_id", "document.id"],
            name=op.f("fk_agreement_brand_id_signed_document_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_agreement")),
        sa.UniqueConstraint(
            "brand_id",
            "application_id",
            "number",
            name=op.f("uq_agreement_brand_id_application_id_number"),
        ),
    )
    op.create_index(
        "ix_agreement_expiry",
        "agreement",
        ["brand_id", "expires_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('made', 'sending', 'unknown', 'sent')"),
    )
    op.create_index(
        "ix_agreement_reference",
        "agreement",
        ["brand_id", "provider", "provider_reference"],
        unique=False,
    )
    op.create_index(
        "uq_agreement_alive",
        "agreement",
        ["brand_id", "application_id"],
        unique=True,
        postgresql_where=sa.text(
            "status IN ('making', 'made', 'sending', 'unknown', 'sent', 'signed')"
        ),
    )
    op.create_table(
        "bucket_fact",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("business_date", sa.Date(), nullable=False),
        sa.Column("from_bucket", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("to_bucket", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("days_past_due", sa.Integer(), nullable=False),
        sa.Column("overdue_paise", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_bucket_fact_brand_id_loan_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_bucket_fact")),
    )
    op.create_index(
        "ix_bucket_fact_date", "bucket_fact", ["brand_id", "business_date"], unique=False
    )
    op.create_index(
        "ix_bucket_fact_loan", "bucket_fact", ["brand_id", "loan_id", "business_date"], unique=False
    )
    op.create_table(
        "cam",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("inputs", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("figures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("policy", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("decision_run_id", sa.BigInteger(), nullable=True),
        sa.Column("proposed_paise", sa.BigInteger(), nullable=False),
        sa.Column("rate_bps", sa.Integer(), nullable=False),
        sa.Column("tenor", sa.Integer(), nullable=False),
        sa.Column("repayment_on", sa.Date(), nullable=True),
        sa.Column("rationale", sa.Text(), nullable=False),
        sa.Column("deviations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("maker_id", sa.BigInteger(), nullable=True),
        sa.Column("maker_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recommended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_reason", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("proposed_paise > 0", name=op.f("ck_cam_proposed")),
        sa.CheckConstraint("tenor > 0", name=op.f("ck_cam_tenor")),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_cam_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "decision_run_id"],
            ["decision_run.brand_id", "decision_run.id"],
            name=op.f("fk_cam_brand_id_decision_run_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_cam")),
        sa.UniqueConstraint(
            "brand_id",
            "application_id",
            "number",
            name=op.f("uq_cam_brand_id_application_id_number"),
        ),
    )
    op.create_index(
        "uq_cam_open",
        "cam",
        ["brand_id", "application_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('draft', 'recommended')"),
    )
    op.create_table(
        "collection_assignment",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("bucket", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("assigned_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("end_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_collection_assignment_brand_id_loan_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_collection_assignment")),
    )
    op.create_index(
        "ix_collection_assignment_staff",
        "collection_assignment",
        ["brand_id", "staff_id", "ended_at", "loan_id"],
        unique=False,
    )
    op.create_index(
        "uq_collection_assignment_open",
        "collection_assignment",
        ["brand_id", "loan_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "instalment",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("principal_paise", sa.BigInteger(), nullable=False),
        sa.Column("interest_paise", sa.BigInteger(), nullable=False),
        sa.Column("charge_paise", sa.BigInteger(), nullable=False),
        sa.Column("penal_paise", sa.BigInteger(), nullable=False),
        sa.Column("principal_paid_paise", sa.BigInteger(), nullable=False),
        sa.Column("interest_paid_paise", sa.BigInteger(), nullable=False),
        sa.Column("charge_paid_paise", sa.BigInteger(), nullable=False),
        sa.Column("penal_paid_paise", sa.BigInteger(), nullable=False),
        sa.Column("principal_waived_paise", sa.BigInteger(), nullable=False),
        sa.Column("interest_waived_paise", sa.BigInteger(), nullable=False),
        sa.Column("charge_waived_paise", sa.BigInteger(), nullable=False),
        sa.Column("penal_waived_paise", sa.BigInteger(), nullable=False),
        sa.Column("settled_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_instalment_brand_id_loan_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_instalment")),
        sa.UniqueConstraint(
            "brand_id", "loan_id", "number", name=op.f("uq_instalment_brand_id_loan_id_number")
        ),
    )
    op.create_index(
        "ix_instalment_due", "instalment", ["brand_id", "due_on", "period_from"], unique=False
    )
    op.create_index(
        "ix_instalment_unpaid",
        "instalment",
        ["brand_id", "due_on", "loan_id"],
        unique=False,
        postgresql_where=sa.text("settled_on IS NULL"),
    )
    op.create_table(
        "invoice",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("business_id", sa.BigInteger(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("invoice_number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("invoice_date", sa.Date(), nullable=True),
        sa.Column("due_date", sa.Date(), nullable=True),
        sa.Column("seller_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seller_gstin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("buyer_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("buyer_gstin", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("currency", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("irn", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("taxable_paise", sa.BigInteger(), nullable=True),
        sa.Column("cgst_paise", sa.BigInteger(), nullable=True),
        sa.Column("sgst_paise", sa.BigInteger(), nullable=True),
        sa.Column("igst_paise", sa.BigInteger(), nullable=True),
        sa.Column("cess_paise", sa.BigInteger(), nullable=True),
        sa.Column("round_off_paise", sa.BigInteger(), nullable=True),
        sa.Column("total_paise", sa.BigInteger(), nullable=True),
        sa.Column("identity_index", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("duplicate_of_id", sa.BigInteger(), nullable=True),
        sa.Column("seen_in_other_brand", sa.Boolean(), nullable=False),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reject_reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "business_id"],
            ["business.brand_id", "business.id"],
            name=op.f("fk_invoice_brand_id_business_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "document_id"],
            ["document.brand_id", "document.id"],
            name=op.f("fk_invoice_brand_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "duplicate_of_id"],
            ["invoice.brand_id", "invoice.id"],
            name=op.f("fk_invoice_brand_id_duplicate_of_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_invoice")),
        sa.UniqueConstraint(
            "brand_id", "document_id", name=op.f("uq_invoice_brand_id_document_id")
        ),
        sa.UniqueConstraint("brand_id", "number", name=op.f("uq_invoice_brand_id_number")),
    )
    op.create_index(
        "ix_invoice_business", "invoice", ["brand_id", "business_id", "id"], unique=False
    )
    op.create_index("ix_invoice_due", "invoice", ["brand_id", "due_date", "id"], unique=False)
    op.create_index("ix_invoice_identity", "invoice", ["brand_id", "identity_index"], unique=False)
    op.create_index("ix_invoice_irn", "invoice", ["brand_id", "irn"], unique=False)
    op.create_index("ix_invoice_status", "invoice", ["brand_id", "status", "id"], unique=False)
    op.create_index("ix_invoice_total", "invoice", ["brand_id", "total_paise", "id"], unique=False)
    op.create_table(
        "loan_balance",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("principal_outstanding_paise", sa.BigInteger(), nullable=False),
        sa.Column("interest_outstanding_paise", sa.BigInteger(), nullable=False),
        sa.Column("charge_outstanding_paise", sa.BigInteger(), nullable=False),
        sa.Column("penal_outstanding_paise", sa.BigInteger(), nullable=False),
        sa.Column("overdue_paise", sa.BigInteger(), nullable=False),
        sa.Column("overdue_principal_paise", sa.BigInteger(), nullable=False),
        sa.Column("excess_paise", sa.BigInteger(), nullable=False),
        sa.Column("paid_paise", sa.BigInteger(), nullable=False),
        sa.Column("days_past_due", sa.Integer(), nullable=False),
        sa.Column("bucket", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("oldest_due_on", sa.Date(), nullable=True),
        sa.Column("next_due_on", sa.Date(), nullable=True),
        sa.Column("next_due_paise", sa.BigInteger(), nullable=False),
        sa.Column("interest_base_paise", sa.BigInteger(), nullable=False),
        sa.Column("interest_from", sa.Date(), nullable=False),
        sa.Column("interest_paise_days", sa.BigInteger(), nullable=False),
        sa.Column("recognised_to", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_loan_balance_brand_id_loan_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_loan_balance")),
        sa.UniqueConstraint("brand_id", "loan_id", name=op.f("uq_loan_balance_brand_id_loan_id")),
    )
    op.create_index(
        "ix_loan_balance_bucket",
        "loan_balance",
        ["brand_id", "bucket", "days_past_due", "loan_id"],
        unique=False,
    )
    op.create_index(
        "ix_loan_balance_next_due",
        "loan_balance",
        ["brand_id", "next_due_on", "loan_id"],
        unique=False,
        postgresql_where=sa.text("next_due_on IS NOT NULL"),
    )
    op.create_table(
        "loan_event",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reverses_event_id", sa.BigInteger(), nullable=True),
        sa.Column("receipt_id", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_loan_event_brand_id_loan_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_loan_event")),
    )
    op.create_index(
        "ix_loan_event_loan",
        "loan_event",
        ["brand_id", "loan_id", "value_date", "id"],
        unique=False,
    )
    op.create_index(
        "uq_loan_event_receipt",
        "loan_event",
        ["brand_id", "receipt_id"],
        unique=True,
        postgresql_where=sa.text("receipt_id IS NOT NULL AND kind = 'receipt'"),
    )
    op.create_index(
        "uq_loan_event_reverses",
        "loan_event",
        ["brand_id", "reverses_event_id"],
        unique=True,
        postgresql_where=sa.text("reverses_event_id IS NOT NULL"),
    )
    op.create_table(
        "payment_request",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("requested_by_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("requested_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("url", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("paid_paise", sa.BigInteger(), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_paise > 0", name=op.f("ck_payment_request_amount_positive")),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_payment_request_brand_id_loan_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_payment_request")),
        sa.UniqueConstraint(
            "brand_id", "reference", name=op.f("uq_payment_request_brand_id_reference")
        ),
    )
    op.create_index(
        "ix_payment_request_loan", "payment_request", ["brand_id", "loan_id", "id"], unique=False
    )
    op.create_index(
        "ix_payment_request_provider",
        "payment_request",
        ["brand_id", "provider_reference"],
        unique=False,
    )
    op.create_index(
        "uq_payment_request_live",
        "payment_request",
        ["brand_id", "loan_id"],
        unique=True,
        postgresql_where=sa.text("status IN ('requested', 'open')"),
    )
    op.create_table(
        "payout",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("disbursal_id", sa.BigInteger(), nullable=False),
        sa.Column("bank_account_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("replaces_payout_id", sa.BigInteger(), nullable=True),
        sa.Column("idempotency_key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("rail", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("provider", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("provider_status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("utr", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cause_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "bank_account_id"],
            ["customer_bank_account.brand_id", "customer_bank_account.id"],
            name=op.f("fk_payout_brand_id_bank_account_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "disbursal_id"],
            ["disbursal.brand_id", "disbursal.id"],
            name=op.f("fk_payout_brand_id_disbursal_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "replaces_payout_id"],
            ["payout.brand_id", "payout.id"],
            name=op.f("fk_payout_brand_id_replaces_payout_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_payout")),
        sa.UniqueConstraint(
            "brand_id",
            "disbursal_id",
            "attempt",
            name=op.f("uq_payout_brand_id_disbursal_id_attempt"),
        ),
        sa.UniqueConstraint(
            "brand_id", "idempotency_key", name=op.f("uq_payout_brand_id_idempotency_key")
        ),
    )
    op.create_index(
        "ix_payout_check",
        "payout",
        ["brand_id", "next_check_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('created', 'sending', 'sent', 'unknown')"),
    )
    op.create_index(
        "ix_payout_provider", "payout", ["brand_id", "provider_reference"], unique=False
    )
    op.create_index(
        "uq_payout_live",
        "payout",
        ["brand_id", "disbursal_id"],
        unique=True,
        postgresql_where=sa.text(
            "status IN ('created', 'sending', 'sent', 'unknown', 'processed')"
        ),
    )
    op.create_table(
        "promise_to_pay",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("customer_id", sa.BigInteger(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("received_paise", sa.BigInteger(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("promised_on", sa.Date(), nullable=False),
        sa.Column("mode", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("status_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_paise > 0", name=op.f("ck_promise_to_pay_amount")),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_promise_to_pay_brand_id_loan_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_promise_to_pay")),
    )
    op.create_index(
        "ix_promise_to_pay_loan", "promise_to_pay", ["brand_id", "loan_id", "id"], unique=False
    )
    op.create_index(
        "ix_promise_to_pay_open",
        "promise_to_pay",
        ["brand_id", "status", "promised_on"],
        unique=False,
    )
    op.create_table(
        "reading",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("reader", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reader_version", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("engine", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("facts", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "document_id"],
            ["document.brand_id", "document.id"],
            name=op.f("fk_reading_brand_id_document_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_reading")),
    )
    op.create_index(
        "ix_reading_document", "reading", ["brand_id", "document_id", "id"], unique=False
    )
    op.create_table(
        "remark",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("case_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("staff_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("channel", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("disposition", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("promise_id", sa.BigInteger(), nullable=True),
        sa.Column("days_past_due", sa.Integer(), nullable=False),
        sa.Column("overdue_paise", sa.BigInteger(), nullable=False),
        sa.Column("next_action_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_remark_brand_id_loan_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_remark")),
    )
    op.create_index("ix_remark_loan", "remark", ["brand_id", "loan_id", "id"], unique=False)
    op.create_index("ix_remark_staff", "remark", ["brand_id", "staff_id", "at"], unique=False)
    op.create_table(
        "correction",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reading_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("old_value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("new_value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("by_kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "reading_id"],
            ["reading.brand_id", "reading.id"],
            name=op.f("fk_correction_brand_id_reading_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_correction")),
    )
    op.create_index(
        "ix_correction_reading",
        "correction",
        ["brand_id", "reading_id", "path", "id"],
        unique=False,
    )
    op.create_table(
        "reading_value",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("reading_id", sa.BigInteger(), nullable=False),
        sa.Column("path", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False),
        sa.Column("box_left", sa.Integer(), nullable=False),
        sa.Column("box_top", sa.Integer(), nullable=False),
        sa.Column("box_right", sa.Integer(), nullable=False),
        sa.Column("box_bottom", sa.Integer(), nullable=False),
        sa.Column("confidence_bps", sa.Integer(), nullable=False),
        sa.Column("source", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("proof", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "reading_id"],
            ["reading.brand_id", "reading.id"],
            name=op.f("fk_reading_value_brand_id_reading_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_reading_value")),
        sa.UniqueConstraint(
            "brand_id", "reading_id", "path", name=op.f("uq_reading_value_brand_id_reading_id_path")
        ),
    )
    op.create_table(
        "receipt",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("loan_id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_request_id", sa.BigInteger(), nullable=True),
        sa.Column("amount_paise", sa.BigInteger(), nullable=False),
        sa.Column("mode", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("utr", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("gateway_payment_id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("bank_reference", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("state_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("allocation", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("excess_paise", sa.BigInteger(), nullable=False),
        sa.Column("is_payoff", sa.Boolean(), nullable=False),
        sa.Column("loan_event_id", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.BigInteger(), nullable=True),
        sa.Column("recorded_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_paise > 0", name=op.f("ck_receipt_amount_positive")),
        sa.ForeignKeyConstraint(
            ["brand_id", "loan_id"],
            ["loan.brand_id", "loan.id"],
            name=op.f("fk_receipt_brand_id_loan_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "payment_request_id"],
            ["payment_request.brand_id", "payment_request.id"],
            name=op.f("fk_receipt_brand_id_payment_request_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_receipt")),
        sa.UniqueConstraint("brand_id", "number", name=op.f("uq_receipt_brand_id_number")),
    )
    op.create_index("ix_receipt_loan", "receipt", ["brand_id", "loan_id", "id"], unique=False)
    op.create_index("ix_receipt_state", "receipt", ["brand_id", "state", "id"], unique=False)
    op.create_index(
        "uq_receipt_gateway_payment",
        "receipt",
        ["brand_id", "gateway_payment_id"],
        unique=True,
        postgresql_where=sa.text("gateway_payment_id <> ''"),
    )
    op.create_index(
        "uq_receipt_utr",
        "receipt",
        ["brand_id", "utr"],
        unique=True,
        postgresql_where=sa.text("utr <> '' AND state IN ('pending_approval', 'posted')"),
    )
    op.create_table(
        "sanction_decision",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("cam_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("amount_paise", sa.BigInteger(), nullable=True),
        sa.Column("rate_bps", sa.Integer(), nullable=True),
        sa.Column("tenor", sa.Integer(), nullable=True),
        sa.Column("repayment_on", sa.Date(), nullable=True),
        sa.Column("changes", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("conditions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("reject_code", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("limit_paise", sa.BigInteger(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=True),
        sa.Column("by_name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by_role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_sanction_decision_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "cam_id"],
            ["cam.brand_id", "cam.id"],
            name=op.f("fk_sanction_decision_brand_id_cam_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_sanction_decision")),
    )
    op.create_index(
        "ix_sanction_decision_application",
        "sanction_decision",
        ["brand_id", "application_id", "id"],
        unique=False,
    )
    op.create_table(
        "statement_analysis",
        sa.Column("brand_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("reading_id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=True),
        sa.Column("analysed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("bank", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("holder", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("account_last_four", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("ifsc", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("period_from", sa.Date(), nullable=True),
        sa.Column("period_to", sa.Date(), nullable=True),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("proven", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opening_paise", sa.BigInteger(), nullable=True),
        sa.Column("closing_paise", sa.BigInteger(), nullable=True),
        sa.Column("credit_paise", sa.BigInteger(), nullable=False),
        sa.Column("debit_paise", sa.BigInteger(), nullable=False),
        sa.Column("cash_deposit_paise", sa.BigInteger(), nullable=False),
        sa.Column("average_salary_paise", sa.BigInteger(), nullable=True),
        sa.Column("salary_months", sa.Integer(), nullable=False),
        sa.Column("monthly_obligation_paise", sa.BigInteger(), nullable=False),
        sa.Column("obligation_count", sa.Integer(), nullable=False),
        sa.Column("inward_bounces", sa.Integer(), nullable=False),
        sa.Column("average_balance_paise", sa.BigInteger(), nullable=True),
        sa.Column("minimum_balance_paise", sa.BigInteger(), nullable=True),
        sa.Column("salaries", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("obligations", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("bounces", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("months", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("broken_links", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["brand_id", "application_id"],
            ["application.brand_id", "application.id"],
            name=op.f("fk_statement_analysis_brand_id_application_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "document_id"],
            ["document.brand_id", "document.id"],
            name=op.f("fk_statement_analysis_brand_id_document_id"),
        ),
        sa.ForeignKeyConstraint(
            ["brand_id", "reading_id"],
            ["reading.brand_id", "reading.id"],
            name=op.f("fk_statement_analysis_brand_id_reading_id"),
        ),
        sa.PrimaryKeyConstraint("brand_id", "id", name=op.f("pk_statement_analysis")),
        sa.UniqueConstraint(
            "brand_id", "document_id", name=op.f("uq_statement_analysis_brand_id_document_id")
        ),
    )
    op.create_index(
        "ix_statement_analysis_application",
        "statement_analysis",
        ["brand_id", "application_id", "id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_index("ix_statement_analysis_application", table_name="statement_analysis")
    op.drop_table("statement_analysis")
    op.drop_index("ix_sanction_decision_application", table_name="sanction_decision")
    op.drop_table("sanction_decision")
    op.drop_index("ix_receipt_loan", table_name="receipt")
    op.drop_index("ix_receipt_state", table_name="receipt")
    op.drop_index(
        "uq_receipt_gateway_payment",
        table_name="receipt",
        postgresql_where=sa.text("gateway_payment_id <> ''"),
    )
    op.drop_index(
        "uq_receipt_utr",
        table_name="receipt",
        postgresql_where=sa.text("utr <> '' AND state IN ('pending_approval', 'posted')"),
    )
    op.drop_table("receipt")
    op.drop_table("reading_value")
    op.drop_index("ix_correction_reading", table_name="correction")
    op.drop_table("correction")
    op.drop_index("ix_remark_loan", table_name="remark")
    op.drop_index("ix_remark_staff", table_name="remark")
    op.drop_table("remark")
    op.drop_index("ix_reading_document", table_name="reading")
    op.drop_table("reading")
    op.drop_index("ix_promise_to_pay_loan", table_name="promise_to_pay")
    op.drop_index("ix_promise_to_pay_open", table_name="promise_to_pay")
    op.drop_table("promise_to_pay")
    op.drop_index(
        "ix_payout_check",
        table_name="payout",
        postgresql_where=sa.text("status IN ('created', 'sending', 'sent', 'unknown')"),
    )
    op.drop_index("ix_payout_provider", table_name="payout")
    op.drop_index(
        "uq_payout_live",
        table_name="payout",
        postgresql_where=sa.text(
            "status IN ('created', 'sending', 'sent', 'unknown', 'processed')"
        ),
    )
    op.drop_table("payout")
    op.drop_index("ix_payment_request_loan", table_name="payment_request")
    op.drop_index("ix_payment_request_provider", table_name="payment_request")
    op.drop_index(
        "uq_payment_request_live",
        table_name="payment_request",
        postgresql_where=sa.text("status IN ('requested', 'open')"),
    )
    op.drop_table("payment_request")
    op.drop_index("ix_loan_event_loan", table_name="loan_event")
    op.drop_index(
        "uq_loan_event_receipt",
        table_name="loan_event",
        postgresql_where=sa.text("receipt_id IS NOT NULL AND kind = 'receipt'"),
    )
    op.drop_index(
        "uq_loan_event_reverses",
        table_name="loan_event",
        postgresql_where=sa.text("reverses_event_id IS NOT NULL"),
    )
    op.drop_table("loan_event")
    op.drop_index("ix_loan_balance_bucket", table_name="loan_balance")
    op.drop_index(
        "ix_loan_balance_next_due",
        table_name="loan_balance",
        postgresql_where=sa.text("next_due_on IS NOT NULL"),
    )
    op.drop_table("loan_balance")
    op.drop_index("ix_invoice_business", table_name="invoice")
    op.drop_index("ix_invoice_due", table_name="invoice")
    op.drop_index("ix_invoice_identity", table_name="invoice")
    op.drop_index("ix_invoice_irn", table_name="invoice")
    op.drop_index("ix_invoice_status", table_name="invoice")
    op.drop_index("ix_invoice_total", table_name="invoice")
    op.drop_table("invoice")
    op.drop_index("ix_instalment_due", table_name="instalment")
    op.drop_index(
        "ix_instalment_unpaid",
        table_name="instalment",
        postgresql_where=sa.text("settled_on IS NULL"),
    )
    op.drop_table("instalment")
    op.drop_index("ix_collection_assignment_staff", table_name="collection_assignment")
    op.drop_index(
        "uq_collection_assignment_open",
        table_name="collection_assignment",
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.drop_table("collection_assignment")
    op.drop_index(
        "uq_cam_open",
        table_name="cam",
        postgresql_where=sa.text("status IN ('draft', 'recommended')"),
    )
    op.drop_table("cam")
    op.drop_index("ix_bucket_fact_date", table_name="bucket_fact")
    op.drop_index("ix_bucket_fact_loan", table_name="bucket_fact")
    op.drop_table("bucket_fact")
    op.drop_index(
        "ix_agreement_expiry",
        table_name="agreement",
        postgresql_where=sa.text("status IN ('made', 'sending', 'unknown', 'sent')"),
    )
    op.drop_index("ix_agreement_reference", table_name="agreement")
    op.drop_index(
        "uq_agreement_alive",
        table_name="agreement",
        postgresql_where=sa.text(
            "status IN ('making', 'made', 'sending', 'unknown', 'sent', 'signed')"
        ),
    )
    op.drop_table("agreement")
    op.drop_index("ix_accrual_fact_loan", table_name="accrual_fact")
    op.drop_index(
        "uq_accrual_fact_night",
        table_name="accrual_fact",
        postgresql_where=sa.text("event_id IS NULL"),
    )
    op.drop_table("accrual_fact")
    op.drop_index("ix_loan_customer", table_name="loan")
    op.drop_index("ix_loan_status", table_name="loan")
    op.drop_table("loan")
    op.drop_index("ix_kyc_check_application", table_name="kyc_check")
    op.drop_index(
        "ix_kyc_check_open",
        table_name="kyc_check",
        postgresql_where=sa.text("status IN ('requested', 'waiting')"),
    )
    op.drop_index(
        "uq_kyc_check_open",
        table_name="kyc_check",
        postgresql_where=sa.text("status IN ('requested', 'waiting')"),
    )
    op.drop_table("kyc_check")
    op.drop_index("ix_document_application", table_name="document")
    op.drop_index("ix_document_business", table_name="document")
    op.drop_index("ix_document_customer", table_name="document")
    op.drop_index("ix_document_sha256", table_name="document")
    op.drop_table("document")
    op.drop_index("ix_disbursal_status", table_name="disbursal")
    op.drop_index(
        "uq_disbursal_open", table_name="disbursal", postgresql_where=sa.text("status <> 'refused'")
    )
    op.drop_table("disbursal")
    op.drop_index("ix_decision_run_application", table_name="decision_run")
    op.drop_table("decision_run")
    op.drop_index("ix_case_note_application", table_name="case_note")
    op.drop_table("case_note")
    op.drop_index("ix_bureau_report_application", table_name="bureau_report")
    op.drop_index("ix_bureau_report_customer", table_name="bureau_report")
    op.drop_index(
        "uq_bureau_report_open",
        table_name="bureau_report",
        postgresql_where=sa.text("status = 'requested'"),
    )
    op.drop_table("bureau_report")
    op.drop_index("ix_assignment_application", table_name="assignment")
    op.drop_index("ix_assignment_staff", table_name="assignment")
    op.drop_index(
        "uq_assignment_open", table_name="assignment", postgresql_where=sa.text("ended_at IS NULL")
    )
    op.drop_table("assignment")
    op.drop_table("staff_grant")
    op.drop_table("role_permission")
    op.drop_index("ix_application_amount", table_name="application")
    op.drop_index("ix_application_credit_executive", table_name="application")
    op.drop_index("ix_application_customer", table_name="application")
    op.drop_index("ix_application_loan_executive", table_name="application")
    op.drop_index("ix_application_product", table_name="application")
    op.drop_index("ix_application_status", table_name="application")
    op.drop_index("ix_application_status_since", table_name="application")
    op.drop_index(
        "uq_application_open_draft",
        table_name="application",
        postgresql_where=sa.text("status = 'draft'"),
    )
    op.drop_table("application")
    op.drop_index("ix_staff_session_staff", table_name="staff_session")
    op.drop_table("staff_session")
    op.drop_table("rule_set_version")
    op.drop_table("role")
    op.drop_index("ix_reminder_due", table_name="reminder")
    op.drop_index("ix_reminder_loan", table_name="reminder")
    op.drop_table("reminder")
    op.drop_table("product_version")
    op.drop_index("ix_posting_account", table_name="posting")
    op.drop_index("ix_posting_entry", table_name="posting")
    op.drop_index(
        "ix_posting_loan", table_name="posting", postgresql_where=sa.text("loan_id IS NOT NULL")
    )
    op.drop_table("posting")
    op.drop_table("ledger_balance")
    op.drop_table("end_of_day_step")
    op.drop_index("ix_customer_bank_account_index", table_name="customer_bank_account")
    op.drop_table("customer_bank_account")
    op.drop_index("ix_consent_customer", table_name="consent")
    op.drop_table("consent")
    op.drop_table("audit_link")
    op.drop_index("ix_webhook_delivery_received", table_name="webhook_delivery")
    op.drop_index(
        "uq_webhook_delivery_event",
        table_name="webhook_delivery",
        postgresql_where=sa.text("accepted"),
    )
    op.drop_table("webhook_delivery")
    op.drop_index("ix_transition_subject", table_name="transition")
    op.drop_table("transition")
    op.drop_table("staff_availability")
    op.drop_table("staff")
    op.drop_table("schedule_run")
    op.drop_index("ix_saved_view_list", table_name="saved_view")
    op.drop_table("saved_view")
    op.drop_table("rule_set")
    op.drop_table("provider_choice")
    op.drop_index("ix_provider_call_at", table_name="provider_call")
    op.drop_index("ix_provider_call_provider", table_name="provider_call")
    op.drop_table("provider_call")
    op.drop_table("product")
    op.drop_index("ix_party_session_party", table_name="party_session")
    op.drop_table("party_session")
    op.drop_index(
        "ix_outbox_event_open",
        table_name="outbox_event",
        postgresql_where=sa.text("done_at IS NULL"),
    )
    op.drop_table("outbox_event")
    op.drop_index("ix_otp_challenge_mobile", table_name="otp_challenge")
    op.drop_table("otp_challenge")
    op.drop_table("number_series")
    op.drop_index("ix_notification_staff", table_name="notification")
    op.drop_table("notification")
    op.drop_table("message_template")
    op.drop_index("ix_message_case", table_name="message")
    op.drop_index("ix_message_customer", table_name="message")
    op.drop_index("ix_message_provider", table_name="message")
    op.drop_table("message")
    op.drop_index("ix_login_attempt_key", table_name="login_attempt")
    op.drop_table("login_attempt")
    op.drop_table("ledger_account")
    op.drop_index("ix_job_run_event", table_name="job_run")
    op.drop_index("ix_job_run_subject", table_name="job_run")
    op.drop_table("job_run")
    op.drop_table("inbox_event")
    op.drop_table("idempotency_key")
    op.drop_table("holiday")
    op.drop_table("fingerprint")
    op.drop_index("ix_export_run_requested_by", table_name="export_run")
    op.drop_table("export_run")
    op.drop_index("ix_entry_posted_on", table_name="entry")
    op.drop_index(
        "uq_entry_reverses",
        table_name="entry",
        postgresql_where=sa.text("reverses_entry_id IS NOT NULL"),
    )
    op.drop_table("entry")
    op.drop_table("end_of_day_run")
    op.drop_index("ix_customer_name", table_name="customer")
    op.drop_index(
        "uq_customer_pan", table_name="customer", postgresql_where=sa.text("pan_index <> ''")
    )
    op.drop_table("customer")
    op.drop_index("ix_business_gstin", table_name="business")
    op.drop_table("business")
    op.drop_table("brand_setting")
    op.drop_table("brand")
    op.drop_index("ix_audit_event_actor", table_name="audit_event")
    op.drop_index("ix_audit_event_at", table_name="audit_event")
    op.drop_index("ix_audit_event_case", table_name="audit_event")
    op.drop_index("ix_audit_event_subject", table_name="audit_event")
    op.drop_table("audit_event")
    op.drop_index("ix_approval_request_state", table_name="approval_request")
    op.drop_index("ix_approval_request_subject", table_name="approval_request")
    op.drop_table("approval_request")
    op.drop_table("api_key")
