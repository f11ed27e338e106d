"""Decides how rows become a CSV file that a spreadsheet opens without harm: headings, plain
numbers, dates in one form, and no text that a spreadsheet would run as a formula."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

from core.kernel.business_day import IST
from core.report.catalogue import ReportColumn

# what starts a formula in the common spreadsheets (OWASP, CSV injection)
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
BYTE_ORDER_MARK = "\ufeff"


def harmless(text: str) -> str:
    """The text with an apostrophe before it when a spreadsheet would take it for a formula."""
    stripped = text.lstrip(" \u00a0")
    if not stripped.startswith(_FORMULA_START) or _PLAIN_NUMBER.fullmatch(stripped):
        return text
    return "'" + text


def rupees(amount_paise: int) -> str:
    """Paise as plain rupees with two digits: 123456700 -> 1234567.00."""
    sign = "-" if amount_paise < 0 else ""
    whole, part = divmod(abs(amount_paise), 100)
    return f"{sign}{whole}.{part:02d}"


def written(kind: str, value: Any) -> str:
    """One value as it stands in the file."""
    if value is None:
        return ""
    if isinstance(value, Mapping):
        value = value.get("text", "")
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if kind == "money" and isinstance(value, int):
        return rupees(value)
    if kind == "percent_bps" and isinstance(value, int):
        return rupees(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(IST).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date):
        return value.isoformat()
    text = str(value)
    if kind == "status":
        text = text.replace("_", " ").capitalize()
    return harmless(text)


def heading(column: ReportColumn) -> str:
    """A column's heading with its unit."""
    unit = {"money": " (₹)", "percent_bps": " (%)", "datetime": " (IST)"}.get(column.kind, "")
    return column.heading + unit


class CsvWriter:
    """Writes one export: who asked what when, an empty line, headings, rows."""

    def __init__(
        self, file: IO[str], columns: Sequence[ReportColumn], head: Iterable[tuple[str, str]]
    ) -> None:
        self._writer = csv.writer(file, lineterminator="\r\n")
        self._columns = columns
        file.write(BYTE_ORDER_MARK)
        for label, text in head:
            self._writer.writerow([label, harmless(text)])
        self._writer.writerow([])
        self._writer.writerow([heading(column) for column in columns])

    def add(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Append rows."""
        for row in rows:
            self._writer.writerow([written(one.kind, row.get(one.key)) for one in self._columns])
