"""Bank statements of eight layouts, row by row against what is printed on them.

The truth files say what stands on the page; a statement that is called proven must be whole.
"""

from __future__ import annotations

import re
from typing import Any

import pypdfium2 as pdfium
import pytest

from core.bank_statement.reading import StatementNotRecognised, read_statement
from core.bank_statement.statement import Statement
from core.document.text_layer import page_words
from tests.documents import paper, truth

PASSWORDS = {"st_0015_canara": "16021998", "st_0016_hdfc": "461238916"}
STATEMENTS = (
    "st_0002_sbi_net",
    "st_0006_coop_dmp",
    "st_0011_axis",
    "st_0015_canara",
    "st_0016_hdfc",
    "st_0020_kotak_new",
    "st_0021_pnb",
    "st_0033_icici_detailed",
)


def statement(name: str) -> Statement:
    pdf = pdfium.PdfDocument(paper(f"{name}.pdf"), password=PASSWORDS.get(name))
    return read_statement([page_words(pdf[number], number) for number in range(len(pdf))])


def paise(rupees: float | None) -> int | None:
    return None if rupees is None else round(rupees * 100)


def squashed(text: str) -> str:
    return re.sub(r"[^0-9a-z]", "", text.lower())


@pytest.mark.parametrize("name", STATEMENTS)
def test_every_row_is_read_as_printed(name: str) -> None:
    printed: list[dict[str, Any]] = truth(name)["rows"]
    assert [
        (
            row.date.isoformat(),
            squashed(row.narration),
            row.debit_paise,
            row.credit_paise,
            row.balance_paise,
        )
        for row in statement(name).rows
    ] == [
        (
            row["date"],
            squashed(row["description"]),
            paise(row["debit"]),
            paise(row["credit"]),
            paise(row["balance"]),
        )
        for row in printed
    ]


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_running_balance_is_proven(name: str) -> None:
    proof = statement(name).proof
    assert (proof.proven, proof.reason, proof.broken) == (True, "", ())


@pytest.mark.parametrize("name", STATEMENTS)
def test_the_account_is_read_from_its_labels(name: str) -> None:
    printed = truth(name)["account"]
    account = statement(name).account
    assert account.number == printed["number"]
    assert account.ifsc == printed["ifsc"]
    assert account.period_from and account.period_from.isoformat() == printed["period_from"]
    assert account.period_to and account.period_to.isoformat() == printed["period_to"]
    assert account.holder is not None
    assert squashed(printed["holder"]) in squashed(account.holder)


def test_newest_first_is_noticed() -> None:
    assert statement("st_0021_pnb").proof.newest_first is True
    assert statement("st_0011_axis").proof.newest_first is False


def test_a_statement_that_does_not_add_up_names_its_first_broken_line() -> None:
    altered = statement("salaried_6m_TAMPERED")
    assert altered.proof.proven is False
    assert altered.proof.reason == "The running balance does not add up."
    first = altered.proof.broken[0]
    assert (first.row, first.date.isoformat()) == (0, "2026-01-01")
    assert (first.expected_paise, first.printed_paise) == (10_045_025, 7_045_025)


def test_every_value_knows_its_place_on_the_page() -> None:
    row = statement("st_0011_axis").rows[0]
    box = row.boxes["balance"]
    assert 0.5 < box.left < box.right < 1
    assert row.boxes["date"].right < row.boxes["narration"].left < box.left


def test_a_paper_without_a_table_is_not_a_statement() -> None:
    with pytest.raises(StatementNotRecognised):
        statement("inv_0003_professional")
