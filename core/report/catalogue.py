"""Decides which lists can be exported and how: the same rows, order, columns as on their screen.
Features register theirs in `core/<feature>/report.py`; those modules are found by themselves."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import core
from core.access.permission import Permission
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import NotFound


@dataclass(frozen=True, slots=True)
class ReportColumn:
    """One column of a file: the key of the row, the heading, and how the value is written.

    `kind`: text, money (paise, written as rupees), number, date, datetime, status, percent_bps.
    """

    key: str
    heading: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Report:
    """A list that can be exported; `rows` is the very function its screen uses."""

    code: str
    title: str
    permission: Permission
    columns: Sequence[ReportColumn]
    rows: Callable[[UnitOfWork, ListAsk], ListAnswer]


_reports: dict[str, Report] = {}


def register_report(report: Report) -> None:
    """Make a list exportable; the last registration of a code wins (a reload in development)."""
    _reports[report.code] = report


def load_reports() -> dict[str, Report]:
    """Every registered report, after importing `core/<feature>/report.py` of all features."""
    importlib.import_module("core.report.audit")
    for feature in pkgutil.iter_modules(core.__path__):
        if not feature.ispkg:
            continue
        package = importlib.import_module(f"core.{feature.name}")
        names = {module.name for module in pkgutil.iter_modules(package.__path__)}
        if "report" in names:
            importlib.import_module(f"core.{feature.name}.report")
    return dict(_reports)


def find_report(code: str) -> Report:
    """The report of a code; raises `NotFound`."""
    found = _reports.get(code) or load_reports().get(code)
    if found is None:
        raise NotFound(f"There is no report {code}")
    return found
