"""Decides what stands in an exported file: plain numbers, one form of date, no running formulas.
The attacks are those of the OWASP page on CSV injection."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest

from core.report.catalogue import ReportColumn
from core.report.csv_file import CsvWriter, harmless, rupees, written


@pytest.mark.parametrize(
    "attack",
    [
        '=HYPERLINK("http://elsewhere.example","open")',
        "+cmd|' /C calc'!A0",
        "-2+3+cmd|' /C calc'!A0",
        "@SUM(1+1)*cmd|' /C calc'!A0",
        "\t=1+1",
        "\r=1+1",
        " =1+1",
    ],
)
def test_a_text_that_would_run_as_a_formula_gets_an_apostrophe(attack: str):
    assert harmless(attack) == "'" + attack


@pytest.mark.parametrize("text", ["Asha Patil", "-12.50", "+919876543210", "AP-000001", "", "1-2"])
def test_a_harmless_text_stays_as_it_is(text: str):
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("amount_paise", "text"),
    [(123_456_700, "1234567.00"), (5, "0.05"), (0, "0.00"), (-123_405, "-1234.05")],
)
def test_paise_are_written_as_plain_rupees(amount_paise: int, text: str):
    assert rupees(amount_paise) == text


def test_values_are_written_by_their_kind():
    moment = dt.datetime(2026, 11, 20, 18, 35, tzinfo=dt.UTC)
    assert written("money", 420_000_00) == "420000.00"
    assert written("percent_bps", 1_250) == "12.50"
    assert written("datetime", moment) == "2026-11-21 00:05"
    assert written("date", dt.date(2026, 11, 20)) == "2026-11-20"
    assert written("status", "in_credit") == "In credit"
    assert written("text", None) == ""
    assert written("text", {"text": "=1+1", "sub": "x"}) == "'=1+1"
    assert written("number", 3) == "3"


def test_a_file_says_first_what_it_is_then_its_columns_then_its_rows():
    file = io.StringIO(newline="")
    columns = (ReportColumn("number", "Number"), ReportColumn("amount", "Amount", "money"))
    writer = CsvWriter(file, columns, [("List", "Loans"), ("Filters", "=1+1")])
    writer.add([{"number": "AP-000001", "amount": 50_000_00}, {"number": "=x", "amount": None}])
    text = file.getvalue()
    assert text.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(text.removeprefix("\ufeff")))) == [
        ["List", "Loans"],
        ["Filters", "'=1+1"],
        [],
        ["Number", "Amount (₹)"],
        ["AP-000001", "50000.00"],
        ["'=x", ""],
    ]
