"""Decides what the audit and export screens hold: one page of events, one's own files."""

from __future__ import annotations

import json
from typing import Any

import reflex as rx
from sqlalchemy import select
from sqlmodel import col

from backoffice import ui
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query, watch
from backoffice.shell import t
from core.access.permission import Permission
from core.db.listing import ListAnswer, ListAsk
from core.db.tables import AuditEvent, JobRun
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_datetime
from core.report import service
from core.report.audit import audit_list, oldest_unsealed
from core.report.store import own_exports
from core.report.tables import ExportRun
from integrations.registry import blob_store

CSV = "text/csv"
KILOBYTE = 1024


class AuditList(ui.TableState, rx.State):
    """Who did what, searched by person, record and time."""

    READ = Permission.AUDIT_READ
    COLUMNS = (
        ui.Column("at", "When", kind="datetime", sort=True),
        ui.Column("who", "Who"),
        ui.Column("what", "Did what"),
        ui.Column("change", "Change"),
        ui.Column("reason", "Why"),
        ui.Column("address", "Address"),
    )
    FILTERS = (
        ui.Filter("who", "Who"),
        ui.Filter(
            "subject",
            "Record",
            options=(
                ("application", "Application"),
                ("brand", "Brand"),
                ("customer", "Customer"),
                ("document", "Document"),
                ("disbursal", "Disbursal"),
                ("export_run", "Export"),
                ("invoice", "Invoice"),
                ("loan", "Loan"),
                ("message_template", "Template"),
                ("product", "Product"),
                ("receipt", "Receipt"),
                ("staff", "Staff"),
            ),
        ),
        ui.Filter("since", "From", kind="date"),
        ui.Filter("until", "To", kind="date"),
    )
    SORT = "-at"
    EMPTY = "Nothing has happened in this brand yet."
    EXPORT = "audit"

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        answer = audit_list(uow, ask)
        for row in answer.rows:
            event: AuditEvent = row["event"]
            changes = ui.change_words(event.before, event.after)
            row["who"] = {"text": row["who"], "sub": row["role"]}
            row["what"] = {"text": row["what"], "sub": row["record"]}
            row["change"] = "; ".join(
                f"{one['label']}: {one['before']} → {one['after']}" for one in changes[:4]
            )
            if event.case_id:
                row["href"] = f"/{uow.brand.code}/loans/{event.case_id}"
        return answer

    load = ui.table_load(Permission.AUDIT_READ)


class SealState(SecureState, rx.State):
    """How far the hash chain has come."""

    READ = Permission.AUDIT_READ
    sealed: bool = True
    oldest: str = ""

    @query(Permission.AUDIT_READ)
    async def load(self) -> None:
        """Ask how old the oldest event outside the chain is."""
        oldest = await in_query(oldest_unsealed)
        self.sealed = oldest is None
        self.oldest = format_datetime(oldest) if oldest else ""


class ExportsState(SecureState, rx.State):
    """One's own files, with the progress of those being made."""

    READ = Permission.EXPORT
    runs: list[dict[str, Any]] = []
    loaded: bool = False

    @query(Permission.EXPORT)
    async def load(self) -> None:
        """Read the list afresh."""

        def read(uow: UnitOfWork) -> list[dict[str, Any]]:
            answer = own_exports(uow, ListAsk(sort="requested_at", descending=True))
            runs: list[ExportRun] = [row["run"] for row in answer.rows]
            ids = [run.id for run in runs]
            jobs = uow.session.scalars(
                select(JobRun).where(
                    col(JobRun.subject_type) == "export_run", col(JobRun.subject_id).in_(ids)
                )
            )
            progress = {job.subject_id: job.message for job in jobs}
            return [_shown(uow, run, progress.get(run.id, "")) for run in runs]

        self.runs = await in_query(read)
        self.loaded = True

    watch_changes = watch(Permission.EXPORT, "export_run", "job_run")

    @command(Permission.EXPORT)
    async def download(self, run_id: str) -> Any:
        """Make a link that works for some minutes, and open it."""

        def work(uow: UnitOfWork) -> str:
            run = service.open_export(uow, int(run_id))
            return blob_store().signed_url(
                run.blob_key, file_name=run.file_name, media_type=CSV, lives=service.LINK_LIVES
            )

        address = await in_unit_of_work(work, use_case="download_export")
        return [
            # the answer is an attachment, so this page stays
            rx.call_script(f"window.location.assign({json.dumps(address)})"),
            ui.toast_done(t("The link works for 10 minutes")),
        ]


def _shown(uow: UnitOfWork, run: ExportRun, progress: str) -> dict[str, Any]:
    gone = run.kept_until is not None and run.kept_until <= uow.now
    filters = ", ".join(f"{name}: {value}" for name, value in run.filters.items())
    size = f"{max(run.size_bytes // KILOBYTE, 1)} KB" if run.size_bytes else ""
    rows = t("{rows} rows", rows=f"{run.row_count:,}") if run.state == "done" else progress
    return {
        "id": str(run.id),
        "title": run.title,
        "filters": filters or t("everything"),
        "asked": format_datetime(run.requested_at),
        "state": "expired" if run.state == "done" and gone else run.state,
        "size": " · ".join(part for part in (rows, size) if part) or run.message,
        "until": format_datetime(run.kept_until) if run.kept_until else "",
        "ready": "yes" if run.state == "done" and not gone else "",
        "href": "",
    }
