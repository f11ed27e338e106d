"""Turns what a reader found into the plain values that tables, jobs and the command line share.

A value is a path, a JSON value, a page, a box in millionths of the upright page, a confidence in
basis points, a source and a proof; nothing else leaves the child process that read the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import PdfminerException

from core.bank_statement.balance_chain import prove
from core.bank_statement.reading import StatementNotRecognised, read_statement
from core.bank_statement.statement import (
    AccountHeader,
    BalanceProof,
    Statement,
    StatementRow,
)
from core.document.plumber_layer import plumber_pages
from core.document.word_box import Box, PageWords
from core.invoice.reading import read_invoice
from core.kernel.errors import DomainError

STATEMENT_READER, INVOICE_READER = "statement", "invoice"
#: Raised when a rule changes what is read, so that a re-read can be told from the old one.
STATEMENT_VERSION, INVOICE_VERSION = "1", "1"

MILLION = 1_000_000
NO_BOX = Box(0, 0, 0, 0)


def value_record(
    path: str, value: Any, page: int, box: Box | None, confidence: float, source: str, proof: str
) -> dict[str, Any]:
    """One value as plain JSON."""
    place = box or NO_BOX
    return {
        "path": path,
        "value": value.isoformat() if isinstance(value, date) else value,
        "page": page,
        "box_left": round(place.left * MILLION),
        "box_top": round(place.top * MILLION),
        "box_right": round(place.right * MILLION),
        "box_bottom": round(place.bottom * MILLION),
        "confidence_bps": min(10_000, max(0, round(confidence * 10_000))),
        "source": source,
        "proof": proof,
    }


def invoice_record(pages: Sequence[PageWords]) -> dict[str, Any]:
    """Values of an invoice by field name."""
    reading = read_invoice(pages)
    sources = _sources(pages)
    values = [
        value_record(
            name,
            found.value,
            found.page,
            found.box,
            found.confidence,
            sources[found.page],
            found.proof,
        )
        for name, found in reading.values.items()
    ]
    total = reading.values.get("total_paise")
    return {
        "values": values,
        "ocr": "ocr" in sources.values(),
        "proven": total is not None and total.proof in ("arithmetic", "words"),
        "reason": "" if total is not None else "No total was found on the invoice.",
        "facts": {},
    }


def statement_record(pages: Sequence[PageWords]) -> dict[str, Any]:
    """Account values and every row of a statement, with the outcome of the balance chain."""
    statement = read_statement(pages)
    sources = _sources(pages)
    values: list[dict[str, Any]] = []
    account = statement.account
    for name, value in _account_items(account):
        page, box = account.boxes.get(name.removesuffix("_paise"), (0, None))
        if name in ("period_from", "period_to"):
            page, box = account.boxes.get("period", (0, None))
        values.append(
            value_record(
                f"account/{name}", value, page, box, 0.9, sources.get(page, ""), "only_read"
            )
        )
    broken = {link.row for link in statement.proof.broken}
    chained = statement.proof.checked > 0
    for row in statement.rows:
        proof = "arithmetic" if chained and row.number not in broken else "only_read"
        values += _row_records(row, sources[row.page], proof)
    return {
        "values": values,
        "ocr": "ocr" in sources.values(),
        "proven": statement.proof.proven,
        "reason": statement.proof.reason,
        "facts": proof_facts(statement.proof),
    }


def best_statement_record(pages: Sequence[PageWords], pdf: bytes) -> dict[str, Any]:
    """The statement as read, or as the second parser reads it where only that is proven.

    `pdf` is empty for pictures. A statement whose balances are really wrong stays wrong with
    both. Raises StatementNotRecognised when neither finds a table.
    """
    first: dict[str, Any] | None = None
    refusal: StatementNotRecognised | None = None
    try:
        first = statement_record(pages)
    except StatementNotRecognised as error:
        refusal = error
    if pdf and (first is None or not (first["proven"] or first["ocr"])):
        try:
            second = statement_record(plumber_pages(pdf))
        except (DomainError, PSException, PdfminerException, ValueError):
            second = None
        if second is not None and (first is None or second["proven"]):
            return second
    if first is None:
        raise refusal or StatementNotRecognised
    return first


def proof_facts(proof: BalanceProof) -> dict[str, Any]:
    """The balance proof as plain JSON."""
    return {
        "newest_first": proof.newest_first,
        "checked": proof.checked,
        "opening_paise": proof.opening_paise,
        "closing_paise": proof.closing_paise,
        "broken": [
            {
                "row": link.row,
                "date": link.date.isoformat(),
                "expected_paise": link.expected_paise,
                "printed_paise": link.printed_paise,
            }
            for link in proof.broken
        ],
    }


_CELLS = (
    ("date", "date"),
    ("value_date", "value_date"),
    ("narration", "narration"),
    ("reference", "ref"),
    ("debit_paise", "debit"),
    ("credit_paise", "credit"),
    ("balance_paise", "balance"),
)


def _row_records(row: StatementRow, source: str, proof: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for name, role in _CELLS:
        value = getattr(row, name)
        if value is None or value == "":
            continue
        box = row.boxes.get(role) or row.boxes.get("amount")
        proven = proof if name.endswith("_paise") else "only_read"
        sure = 0.995 if proven == "arithmetic" else 0.9 * row.confidence
        path = f"rows/{row.number:05d}/{name}"
        found.append(value_record(path, value, row.page, box, sure, source, proven))
    return found


def statement_of(values: dict[str, Any], pages: int = 0) -> Statement:
    """The statement again from stored values (path to value), corrections already applied.

    The proof is made anew from the rows, so that a correction can mend or break it.
    """
    cells: dict[int, dict[str, Any]] = {}
    head: dict[str, Any] = {}
    for path, value in values.items():
        parts = path.split("/")
        if parts[0] == "rows":
            cells.setdefault(int(parts[1]), {})[parts[2]] = value
        elif parts[0] == "account":
            head[parts[1]] = value
    rows = tuple(_row(number, cells[number]) for number in sorted(cells))
    opening = head.get("opening_paise")
    closing = head.get("closing_paise")
    proof = prove(rows, opening, closing)
    account = AccountHeader(
        bank=head.get("bank"),
        holder=head.get("holder"),
        number=head.get("number"),
        ifsc=head.get("ifsc"),
        period_from=_day(head.get("period_from")),
        period_to=_day(head.get("period_to")),
        opening_paise=opening,
        closing_paise=closing,
    )
    return Statement(account, rows, proof, pages)


def _row(number: int, cell: dict[str, Any]) -> StatementRow:
    day = _day(cell.get("date"))
    assert day is not None, "a stored row always has a date"
    return StatementRow(
        number=number,
        page=0,
        date=day,
        value_date=_day(cell.get("value_date")),
        narration=str(cell.get("narration") or ""),
        reference=str(cell.get("reference") or ""),
        debit_paise=cell.get("debit_paise"),
        credit_paise=cell.get("credit_paise"),
        balance_paise=cell.get("balance_paise"),
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


def _account_items(account: AccountHeader) -> list[tuple[str, Any]]:
    names = (
        "bank",
        "holder",
        "number",
        "ifsc",
        "period_from",
        "period_to",
        "opening_paise",
        "closing_paise",
    )
    return [(name, value) for name in names if (value := getattr(account, name)) is not None]


def _sources(pages: Sequence[PageWords]) -> dict[int, str]:
    return {page.number: page.words[0].source if page.words else "" for page in pages}
