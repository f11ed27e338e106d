"""Decides who may touch which table: row-level security for brands, grants for each role.
The lists are frozen here; a sweep compares them with the catalogue on every test run."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROOT = Path(__file__).resolve().parents[2]

BRAND_TABLES = {
    "accrual_fact": "SELECT, INSERT",
    "agreement": "SELECT, INSERT, UPDATE, DELETE",
    "api_key": "SELECT, INSERT, UPDATE, DELETE",
    "application": "SELECT, INSERT, UPDATE, DELETE",
    "approval_request": "SELECT, INSERT, UPDATE, DELETE",
    "assignment": "SELECT, INSERT, UPDATE, DELETE",
    "audit_event": "SELECT, INSERT",
    "audit_link": "SELECT, INSERT",
    "brand_setting": "SELECT, INSERT, UPDATE, DELETE",
    "bucket_fact": "SELECT, INSERT",
    "bureau_report": "SELECT, INSERT, UPDATE, DELETE",
    "business": "SELECT, INSERT, UPDATE, DELETE",
    "cam": "SELECT, INSERT, UPDATE, DELETE",
    "case_note": "SELECT, INSERT",
    "collection_assignment": "SELECT, INSERT, UPDATE, DELETE",
    "consent": "SELECT, INSERT, UPDATE, DELETE",
    "correction": "SELECT, INSERT",
    "customer": "SELECT, INSERT, UPDATE, DELETE",
    "customer_bank_account": "SELECT, INSERT, UPDATE, DELETE",
    "decision_run": "SELECT, INSERT",
    "disbursal": "SELECT, INSERT, UPDATE, DELETE",
    "document": "SELECT, INSERT, UPDATE, DELETE",
    "end_of_day_run": "SELECT, INSERT, UPDATE, DELETE",
    "end_of_day_step": "SELECT, INSERT, UPDATE, DELETE",
    "entry": "SELECT",
    "export_run": "SELECT, INSERT, UPDATE, DELETE",
    "holiday": "SELECT, INSERT, UPDATE, DELETE",
    "idempotency_key": "SELECT, INSERT",
    "inbox_event": "SELECT, INSERT",
    "instalment": "SELECT, INSERT, UPDATE, DELETE",
    "invoice": "SELECT, INSERT, UPDATE, DELETE",
    "job_run": "SELECT, INSERT, UPDATE, DELETE",
    "kyc_check": "SELECT, INSERT, UPDATE, DELETE",
    "ledger_account": "SELECT",
    "ledger_balance": "SELECT",
    "loan": "SELECT, INSERT, UPDATE, DELETE",
    "loan_balance": "SELECT, INSERT, UPDATE, DELETE",
    "loan_event": "SELECT, INSERT",
    "message": "SELECT, INSERT, UPDATE, DELETE",
    "message_template": "SELECT, INSERT, UPDATE, DELETE",
    "notification": "SELECT, INSERT, UPDATE, DELETE",
    "number_series": "SELECT, INSERT, UPDATE, DELETE",
    "otp_challenge": "SELECT, INSERT, UPDATE, DELETE",
    "outbox_event": "SELECT, INSERT, UPDATE, DELETE",
    "party_session": "SELECT, INSERT, UPDATE, DELETE",
    "payment_request": "SELECT, INSERT, UPDATE, DELETE",
    "payout": "SELECT, INSERT, UPDATE, DELETE",
    "posting": "SELECT",
    "product": "SELECT, INSERT, UPDATE, DELETE",
    "product_version": "SELECT, INSERT, UPDATE, DELETE",
    "promise_to_pay": "SELECT, INSERT, UPDATE, DELETE",
    "provider_call": "SELECT, INSERT",
    "provider_choice": "SELECT, INSERT, UPDATE, DELETE",
    "reading": "SELECT, INSERT, UPDATE, DELETE",
    "reading_value": "SELECT, INSERT",
    "receipt": "SELECT, INSERT, UPDATE, DELETE",
    "remark": "SELECT, INSERT, UPDATE, DELETE",
    "reminder": "SELECT, INSERT, UPDATE, DELETE",
    "rule_set": "SELECT, INSERT, UPDATE, DELETE",
    "rule_set_version": "SELECT, INSERT",
    "sanction_decision": "SELECT, INSERT",
    "saved_view": "SELECT, INSERT, UPDATE, DELETE",
    "schedule_run": "SELECT, INSERT, UPDATE, DELETE",
    "staff_availability": "SELECT, INSERT, UPDATE, DELETE",
    "statement_analysis": "SELECT, INSERT, UPDATE, DELETE",
    "transition": "SELECT, INSERT",
    "webhook_delivery": "SELECT, INSERT, UPDATE, DELETE",
}

PLATFORM_TABLES = {
    "brand": "SELECT, INSERT, UPDATE",
    "fingerprint": "",
    "login_attempt": "SELECT, INSERT, DELETE",
    "role": "SELECT, INSERT, UPDATE",
    "role_permission": "SELECT, INSERT, DELETE",
    "staff": "SELECT, INSERT, UPDATE",
    "staff_grant": "SELECT, INSERT, UPDATE, DELETE",
    "staff_session": "SELECT, INSERT, UPDATE, DELETE",
}

SQL_FILES = [
    "core/end_of_day/rounding.sql",
    "core/invoice/fingerprint.sql",
    "core/ledger/post_entry.sql",
]

DROPS = [
    "DROP FUNCTION IF EXISTS round_ratio(numeric, numeric, text, int) CASCADE",
    "DROP FUNCTION note_fingerprint(text, text, bigint)",
    "DROP FUNCTION forget_fingerprint(text, text, bigint)",
    "DROP FUNCTION fingerprint_in_other_brand(text, text)",
    "DROP FUNCTION IF EXISTS post_entry(jsonb) CASCADE",
    "DROP FUNCTION IF EXISTS open_chart(jsonb) CASCADE",
    "DROP FUNCTION IF EXISTS refuse_ledger_change() CASCADE",
    "DROP FUNCTION IF EXISTS refuse_unbalanced_entry() CASCADE",
]

BRAND_OF_TRANSACTION = "nullif(current_setting('app.brand_id', true), '')::int"


def upgrade() -> None:
    for table, grants in BRAND_TABLES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY brand_only ON {table} USING (brand_id = {BRAND_OF_TRANSACTION})"
            f" WITH CHECK (brand_id = {BRAND_OF_TRANSACTION})"
        )
        _grant(table, grants)
    for table, grants in PLATFORM_TABLES.items():
        _grant(table, grants)
    for role in ("munim_app", "munim_reader", "munim_backup"):
        op.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    op.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO munim_backup")
    op.execute("GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO munim_backup")
    op.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO munim_app")
    for name in SQL_FILES:
        op.get_bind().execution_options(no_parameters=True).exec_driver_sql(
            (ROOT / name).read_text()
        )


def _grant(table: str, grants: str) -> None:
    if grants:
        op.execute(f"GRANT {grants} ON {table} TO munim_app")
        op.execute(f"GRANT SELECT ON {table} TO munim_reader")


def downgrade() -> None:
    for drop in DROPS:
        op.execute(drop)
    for table in BRAND_TABLES:
        op.execute(f"DROP POLICY brand_only ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    for table in [*BRAND_TABLES, *PLATFORM_TABLES]:
        op.execute(f"REVOKE ALL ON {table} FROM munim_app, munim_reader, munim_backup")
