"""Which of two readings of a statement is kept, and how values leave the reader.

The second parser is asked only where the first one's rows are not proven.
"""

from __future__ import annotations

from typing import Any

import pypdfium2 as pdfium
import pytest

from core.bank_statement.reading import StatementNotRecognised
from core.document import reading_record
from core.document.plumber_layer import plumber_pages
from core.document.reading_record import best_statement_record, statement_of, statement_record
from core.document.text_layer import has_text_layer, page_words
from core.document.word_box import PageWords
from tests.documents import paper


def pages_of(name: str) -> list[PageWords]:
    pdf = pdfium.PdfDocument(paper(name))
    return [page_words(pdf[number], number) for number in range(len(pdf))]


@pytest.mark.parametrize(
    "name",
    ["st_0006_coop_dmp", "st_0011_axis", "st_0020_kotak_new", "st_0021_pnb", "salaried_6m"],
)
def test_both_parsers_prove_the_same_rows(name: str) -> None:
    def rows(record: dict[str, Any]) -> dict[str, Any]:
        return {
            value["path"]: value["value"]
            for value in record["values"]
            if value["path"].endswith(("_paise", "/date"))
        }

    first = statement_record(pages_of(f"{name}.pdf"))
    second = statement_record(plumber_pages(paper(f"{name}.pdf")))
    assert first["proven"] and second["proven"]
    assert rows(first) == rows(second)


def test_the_second_parser_is_believed_where_only_it_is_proven() -> None:
    without_salary = [
        PageWords(
            page.number,
            page.width,
            page.height,
            tuple(word for word in page.words if word.text != "52,000.00"),
            page.rules,
        )
        for page in pages_of("salaried_6m.pdf")
    ]
    assert statement_record(without_salary)["reason"] != ""
    kept = best_statement_record(without_salary, paper("salaried_6m.pdf"))
    assert kept["proven"] is True


def test_a_statement_that_is_really_wrong_stays_wrong() -> None:
    name = "salaried_6m_TAMPERED.pdf"
    kept = best_statement_record(pages_of(name), paper(name))
    assert kept["reason"] == "The running balance does not add up."


def test_a_paper_without_a_table_is_refused_by_both() -> None:
    name = "inv_0003_professional.pdf"
    with pytest.raises(StatementNotRecognised):
        best_statement_record(pages_of(name), paper(name))


def test_values_come_back_from_storage_as_the_same_statement() -> None:
    record = statement_record(pages_of("st_0011_axis.pdf"))
    again = statement_of({value["path"]: value["value"] for value in record["values"]})
    assert again.proof.proven is True
    assert len(again.rows) == 98


def test_a_box_is_kept_in_millionths_of_the_page() -> None:
    record = reading_record.invoice_record(pages_of("inv_0020_cloud_minimal.pdf"))
    total = next(value for value in record["values"] if value["path"] == "total_paise")
    assert 0 < total["box_left"] < total["box_right"] <= 1_000_000
    assert (total["value"], total["confidence_bps"], total["proof"]) == (
        131_400,
        9_950,
        "arithmetic",
    )


def test_a_scan_has_no_text_layer_to_trust() -> None:
    assert has_text_layer(pages_of("inv_0020_cloud_minimal.pdf")[0]) is True
    assert has_text_layer(pages_of("inv_0030_professional.pdf")[0]) is False
