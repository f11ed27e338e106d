"""Invoices of nine layouts, field by field against what is printed on them.

A value that is not printed must stay empty: an invented amount is worse than a missing one.
"""

from __future__ import annotations

import re
from typing import Any

import pypdfium2 as pdfium
import pytest

from core.document.text_layer import page_words
from core.invoice.amount_in_words import amount_in_words
from core.invoice.gstin_repair import find_gstin
from core.invoice.identity import normal_number
from core.invoice.reading import InvoiceReading, read_invoice
from tests.documents import paper, truth

INVOICES = (
    "inv_0001_tally_einvoice",
    "inv_0003_professional",
    "inv_0007_erp_modern",
    "inv_0009_tally_classic",
    "inv_0015_hindi_mixed",
    "inv_0020_cloud_minimal",
    "inv_0022_export",
    "inv_0026_credit_note",
)
MONEY = {
    "taxable_value": "taxable",
    "cgst": "cgst",
    "sgst": "sgst",
    "igst": "igst",
    "round_off": "round_off",
    "total": "total",
}


def reading(name: str) -> InvoiceReading:
    pdf = pdfium.PdfDocument(paper(f"{name}.pdf"))
    return read_invoice([page_words(pdf[number], number) for number in range(len(pdf))])


@pytest.mark.parametrize("name", INVOICES)
def test_amounts_are_read_as_printed_and_nothing_is_invented(name: str) -> None:
    printed: dict[str, Any] = truth(name)["fields"]
    found = reading(name)
    assert {field: found.get(f"{own}_paise") for field, own in MONEY.items()} == {
        field: round(printed[field] * 100) if printed[field] else None for field in MONEY
    }


@pytest.mark.parametrize("name", INVOICES)
def test_number_dates_and_parties_are_read_as_printed(name: str) -> None:
    printed: dict[str, Any] = truth(name)["fields"]
    found = reading(name)

    def day(field: str) -> str | None:
        value = found.get(field)
        return value.isoformat() if value is not None else None  # type: ignore[union-attr]

    assert found.get("invoice_number") == printed["invoice_number"]
    assert day("invoice_date") == printed["invoice_date"]
    assert day("due_date") == printed["due_date"]
    assert found.get("seller_gstin") == printed["seller_gstin"]
    assert found.get("buyer_gstin") == printed["buyer_gstin"]
    for field in ("seller_name", "buyer_name"):
        assert _name(str(found.get(field))) == _name(printed[field])


def _name(text: str) -> str:
    return re.sub(r"[^a-z]", "", re.sub(r"^m/s\.?\s+", "", text.lower()))


def test_a_total_that_adds_up_is_proven_by_arithmetic() -> None:
    total = reading("inv_0020_cloud_minimal").values["total_paise"]
    assert (total.value, total.proof, total.confidence) == (131_400, "arithmetic", 0.995)


def test_a_gstin_is_proven_by_its_check_character() -> None:
    assert reading("inv_0003_professional").values["seller_gstin"].proof == "checksum"


def test_a_value_knows_its_place() -> None:
    total = reading("inv_0020_cloud_minimal").values["total_paise"]
    assert total.page == 0
    assert 0.8 < total.box.left < total.box.right < 1
    assert 0.45 < total.box.top < total.box.bottom < 0.5


@pytest.mark.parametrize(
    ("words", "paise"),
    [
        ("Rupees Eighteen Lakh Sixty One Thousand Eight Hundred Seventy One Only", 186_187_100),
        ("INR Eighty Six Thousand Three Hundred Ninety Nine and Eight paise Only", 8_639_908),
        ("Two Crore Five Lakh", 2_050_000_000),
        ("INR Ninety and Eighteen paise Only", 9_018),
        ("US Dollars Two Thousand Eight Hundred Twenty and Thirty Five Cents Only", 282_035),
        ("Thanks for your business", None),
    ],
)
def test_an_amount_in_words_is_understood(words: str, paise: int | None) -> None:
    assert amount_in_words(words) == paise


@pytest.mark.parametrize(
    ("printed", "found"),
    [
        ("09SVTHB6421Y1ZF", ("09SVTHB6421Y1ZF", True)),
        ("GSTIN:09SVTHB6421Y1ZF", ("09SVTHB6421Y1ZF", True)),
        ("O9SVTHB642IY1ZF", ("09SVTHB6421Y1ZF", False)),
        ("09SVTHB6421Y1ZG", None),
        ("HELLO", None),
    ],
)
def test_a_gstin_is_mended_only_where_its_check_character_proves_it(
    printed: str, found: tuple[str, bool] | None
) -> None:
    assert find_gstin(printed) == found


@pytest.mark.parametrize(
    ("number", "normal"),
    [("inv/0042-a", "INV42A"), ("TI/25-26/6211", "TI25266211"), ("000", "0"), ("A 7", "A7")],
)
def test_numbers_are_compared_without_separators_and_zeros(number: str, normal: str) -> None:
    assert normal_number(number) == normal
