"""Makes asked-for files: page by page as the person who asked, with that person's rights of now.
A file is small enough to keep whole; what is written goes through the disk, not through memory."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from core.access.actor import Actor
from core.access.session import platform_session, staff_actor
from core.access.tables import Staff
from core.db.listing import ListAsk
from core.db.unit_of_work import unit_of_work
from core.kernel.business_day import format_datetime
from core.kernel.errors import DomainError, Forbidden
from core.report import service
from core.report.catalogue import Report, find_report
from core.report.csv_file import CsvWriter
from core.report.tables import ExportRun
from integrations.registry import blob_store
from jobs.task import JobContext, job

PAGE_ROWS = 1_000
MEDIA_TYPE = "text/csv"
DONE_STATES = ("done", "failed")


@job("export.requested", queue="report", max_tries=3)
def make_export(ctx: JobContext, payload: dict[str, Any]) -> None:
    """Write the file of one export, keep it, and tell the screens how far it is."""
    run_id = int(payload["export_run_id"])
    with ctx.unit_of_work("make_export", claim=False) as uow:
        run = uow.get(ExportRun, run_id)
        if run.state in DONE_STATES:
            return
        run.state = "running"
        uow.touch("export_run", run_id)
        uow.commit()
    ctx.track(("export_run", run_id), message="Reading the list")
    try:
        report = find_report(run.report)
        actor = _asker(run, ctx.brand_id)
        actor.require(report.permission)
        with tempfile.TemporaryFile("w+", encoding="utf-8", newline="") as file:
            rows = _write(ctx, file, report, run, actor)
            file.flush()
            file.seek(0)
            content = file.read().encode()
    except DomainError as refusal:
        with ctx.unit_of_work("make_export") as uow:
            service.fail_export(uow, run_id, refusal.message)
            uow.commit()
        return
    stored = blob_store().put(ctx.brand_id, content, MEDIA_TYPE)
    file_name = f"{run.report}-{run.requested_at:%Y%m%d-%H%M}.csv"
    with ctx.unit_of_work("make_export") as uow:
        service.finish_export(
            uow,
            run_id,
            rows=rows,
            file_name=file_name,
            blob_key=stored.key,
            size_bytes=stored.size_bytes,
        )
        uow.commit()


def _asker(run: ExportRun, brand_id: int) -> Actor:
    """The person who asked, with the rights held right now; refused when disabled meanwhile."""
    with platform_session() as session:
        staff = session.get(Staff, run.requested_by)
        if staff is None or not staff.active:
            raise Forbidden("The person who asked for this file may no longer log in")
        actor = staff_actor(session, staff, brand_id)
    return replace(actor, device="export job")


def _write(ctx: JobContext, file: IO[str], report: Report, run: ExportRun, actor: Actor) -> int:
    filters = ", ".join(f"{name}: {value}" for name, value in run.filters.items()) or "none"
    head = [
        ("List", report.title),
        ("Filters", filters),
        ("Made for", run.requested_by_name),
        ("Made at", f"{format_datetime(run.requested_at)} IST"),
    ]
    writer = CsvWriter(file, report.columns, head)
    count = 0
    for rows in _pages(report, run, actor):
        writer.add(rows)
        count += len(rows)
        ctx.progress(count, 0, f"{count} rows")
    return count


def _pages(report: Report, run: ExportRun, actor: Actor) -> Iterator[list[dict[str, Any]]]:
    cursor = ""
    while True:
        ask = ListAsk(dict(run.filters), run.sort, run.descending, cursor, PAGE_ROWS)
        with unit_of_work(actor, "export") as uow:
            answer = report.rows(uow, ask)
        if answer.rows:
            yield answer.rows
        cursor = answer.next_cursor
        if not cursor:
            return
