"""Decides who may have a list as a file and for how long: what is filtered, never more.
The file is made by a job as the person who asked; every download is in the audit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from core.access.permission import Permission
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from core.report.catalogue import find_report
from core.report.tables import ExportRun

KEPT = dt.timedelta(days=1)
LINK_LIVES = dt.timedelta(minutes=10)
FILTERS_MAX = 30

sentences.add(
    {
        "export.requested": "asked for the list “{title}” as a file",
        "export.finished": "made the file “{file_name}” with {rows} rows",
        "export.failed": "could not make the file of “{title}”",
        "export.downloaded": "downloaded “{file_name}”",
    }
)


@dataclass(frozen=True, slots=True)
class RequestExport:
    """Ask for a list as it is filtered and sorted on the screen."""

    report: str
    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False


def request_export(uow: UnitOfWork, command: RequestExport) -> ExportRun:
    """Queue the export; needs the right to export and the right to see the list."""
    uow.actor.require(Permission.EXPORT)
    report = find_report(command.report)
    uow.actor.require(report.permission)
    if len(command.filters) > FILTERS_MAX:
        raise Invalid({"filters": "Too many filters"})
    run = uow.add(
        ExportRun(
            report=report.code,
            title=report.title,
            filters={str(k): str(v) for k, v in command.filters.items() if v},
            sort=command.sort,
            descending=command.descending,
            requested_by=uow.actor.id or 0,
            requested_by_name=uow.actor.name,
            requested_at=uow.now,
        )
    )
    uow.audit("export.requested", ("export_run", run.id), after=dict(run.filters), title=run.title)
    uow.emit("export.requested", {"export_run_id": run.id})
    return run


def finish_export(
    uow: UnitOfWork, run_id: int, *, rows: int, file_name: str, blob_key: str, size_bytes: int
) -> None:
    """Record the made file; only the system does."""
    uow.actor.require(Permission.SYSTEM)
    run = uow.lock(ExportRun, run_id)
    run.state, run.row_count, run.file_name = "done", rows, file_name
    run.blob_key, run.size_bytes = blob_key, size_bytes
    run.finished_at, run.kept_until = uow.now, uow.now + KEPT
    run.message = ""
    uow.audit("export.finished", ("export_run", run.id), file_name=file_name, rows=rows)


def fail_export(uow: UnitOfWork, run_id: int, why: str) -> None:
    """Record that the file could not be made; only the system does."""
    uow.actor.require(Permission.SYSTEM)
    run = uow.lock(ExportRun, run_id)
    run.state, run.message, run.finished_at = "failed", why, uow.now
    uow.audit("export.failed", ("export_run", run.id), reason=why, title=run.title)


def open_export(uow: UnitOfWork, run_id: int) -> ExportRun:
    """The export for a download by the person who asked; refused when it has run out."""
    uow.actor.require(Permission.EXPORT)
    run = uow.get(ExportRun, run_id)
    if run.requested_by != uow.actor.id:
        raise Forbidden("Only the person who asked for this file may download it")
    uow.actor.require(find_report(run.report).permission)
    if run.state != "done":
        raise Conflict("This file is not ready")
    if run.kept_until is None or run.kept_until <= uow.now:
        raise NotFound("This file is no longer kept; ask for it again")
    uow.audit("export.downloaded", ("export_run", run.id), file_name=run.file_name)
    return run
