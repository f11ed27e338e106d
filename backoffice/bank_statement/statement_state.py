"""Decides what the statement tab holds: figures, lists, a page of rows with each row's proof.

Rows come fifty at a time; a row whose balance does not follow names the sum that was expected.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.document.document_state import run_dict
from backoffice.security import (
    SecureState,
    command,
    in_query,
    in_unit_of_work,
    query,
    require_actor,
)
from backoffice.shell import t
from core.access.permission import Permission
from core.bank_statement import service, store
from core.bank_statement.tables import StatementAnalysis
from core.db.unit_of_work import UnitOfWork
from core.document import store as document_store
from core.document.reading_record import statement_of
from core.document.tables import Document
from core.kernel.business_day import format_date
from core.kernel.money import format_inr

ROWS_SHOWN = 50
PAISE = 100
BOUNCE_WORDS = {
    "ach_return": "Mandate returned",
    "inward_cheque_return": "Cheque drawn was returned",
    "outward_cheque_return": "Cheque deposited was returned",
}
CELLS = (
    ("date", "Date"),
    ("narration", "Narration"),
    ("debit_paise", "Debit"),
    ("credit_paise", "Credit"),
    ("balance_paise", "Balance"),
)


def _money(paise: int | None) -> str:
    return "" if paise is None else format_inr(paise)


def _day(text: str) -> str:
    return format_date(date.fromisoformat(text)) if text else ""


class CaseStatement(SecureState, rx.State):
    """The bank statement of a case."""

    READ = Permission.DOCUMENT_READ

    statements: list[dict[str, str]] = []
    chosen: str = ""
    loaded: bool = False
    run: dict[str, Any] = {"done": 0, "total": 0, "text": "", "state": ""}
    failed: str = ""
    facts: dict[str, str] = {}
    proven: bool = False
    analysed: bool = False
    verdict: str = ""
    broken: list[dict[str, str]] = []
    rows: list[dict[str, str]] = []
    rows_from: int = 0
    rows_total: int = 0
    salaries: list[dict[str, str]] = []
    obligations: list[dict[str, str]] = []
    bounces: list[dict[str, str]] = []
    months: list[dict[str, Any]] = []
    can_correct: bool = False
    editing: dict[str, str] = {}

    @query(Permission.DOCUMENT_READ)
    async def load(self) -> None:
        """Read the chosen statement, or the newest."""
        await self._show(self.rows_from)

    @query(Permission.DOCUMENT_READ)
    async def choose(self, document_id: str) -> None:
        """Look at another statement of the case."""
        self.chosen = document_id
        await self._show(0)

    @query(Permission.DOCUMENT_READ)
    async def earlier(self) -> None:
        """The rows before these."""
        await self._show(max(0, self.rows_from - ROWS_SHOWN))

    @query(Permission.DOCUMENT_READ)
    async def later(self) -> None:
        """The rows after these."""
        await self._show(self.rows_from + ROWS_SHOWN)

    @query(Permission.DOCUMENT_READ)
    async def go_to_row(self, row: str) -> Any:
        """The page of rows on which a row stands, scrolled to it."""
        await self._show(int(row) // ROWS_SHOWN * ROWS_SHOWN)
        return rx.scroll_to(f"row-{int(row)}")

    @query(Permission.DOCUMENT_CORRECT)
    async def edit(self, row: dict[str, str]) -> None:
        """Open a row for correction."""
        self.editing = row

    @query(Permission.DOCUMENT_READ)
    async def stop_editing(self) -> None:
        """Close the correction."""
        self.editing = {}

    @command(Permission.DOCUMENT_CORRECT)
    async def correct(self, form: dict[str, Any]) -> Any:
        """Correct one cell; the analysis and the proof are made anew."""
        document_id, row = int(self.chosen), int(form["row"])
        await in_unit_of_work(
            lambda uow: service.correct_row(
                uow, document_id, row, str(form["cell"]), str(form["value"]), str(form["reason"])
            ),
            use_case="correct_statement",
        )
        self.editing = {}
        return [ui.toast_done(t("Corrected; the old value is kept")), type(self).load]

    async def _show(self, rows_from: int) -> None:
        case_id = self._address_id("case")
        wanted = self.chosen
        found = await in_query(lambda uow: _statement(uow, case_id, wanted, rows_from))
        self.can_correct = require_actor().can(Permission.DOCUMENT_CORRECT)
        for name, value in found.items():
            setattr(self, name, value)
        self.loaded = True


def _statement(uow: UnitOfWork, case_id: int, wanted: str, rows_from: int) -> dict[str, Any]:
    """Everything the tab shows, read in one unit of work."""
    documents = [
        document
        for document in document_store.documents_of_application(uow, case_id)
        if document.kind == "bank_statement"
    ]
    empty: dict[str, Any] = {
        "statements": [],
        "chosen": "",
        "failed": "",
        "facts": {},
        "rows": [],
        "rows_total": 0,
        "rows_from": 0,
        "salaries": [],
        "obligations": [],
        "bounces": [],
        "months": [],
        "broken": [],
        "proven": False,
        "analysed": False,
        "verdict": "",
        "run": {"done": 0, "total": 0, "text": "", "state": ""},
    }
    if not documents:
        return empty
    document = next((d for d in documents if str(d.id) == wanted), documents[0])
    shown = empty | {
        "statements": [
            {"id": str(d.id), "label": d.file_name, "state": d.state} for d in documents
        ],
        "chosen": str(document.id),
        "run": run_dict(uow, document),
        "failed": t(document.reading_error) if document.reading_state == "failed" else "",
    }
    analysis = store.analysis_of_document(uow, document.id)
    if analysis is None:
        return shown
    return shown | _figures(analysis) | _rows(uow, document, analysis, rows_from)


def _figures(row: StatementAnalysis) -> dict[str, Any]:
    period = ""
    if row.period_from and row.period_to:
        period = f"{format_date(row.period_from)} – {format_date(row.period_to)}"
    verdict = (
        t("Every balance follows from the one before, line by line.")
        if row.proven
        else t(row.reason) or t("The balances could not be proven.")
    )
    salary = (
        t(
            "{amount} in {count} months",
            amount=_money(row.average_salary_paise),
            count=row.salary_months,
        )
        if row.salary_months
        else t("None found")
    )
    return {
        "analysed": True,
        "proven": row.proven,
        "verdict": verdict,
        "facts": {
            "bank": row.bank,
            "holder": row.holder,
            "account": f"•••• {row.account_last_four}" if row.account_last_four else "",
            "period": period,
            "opening": _money(row.opening_paise),
            "closing": _money(row.closing_paise),
            "credits": _money(row.credit_paise),
            "debits": _money(row.debit_paise),
            "salary": salary,
            "obligation": _money(row.monthly_obligation_paise),
            "bounces": str(row.inward_bounces),
            "average": _money(row.average_balance_paise),
            "minimum": _money(row.minimum_balance_paise),
            "cash": _money(row.cash_deposit_paise),
        },
        "broken": [
            {
                "row": str(link["row"]),
                "text": t(
                    "Row {row}, {day}: the balance should be {expected}, the statement prints "
                    "{printed}.",
                    row=link["row"] + 1,
                    day=_day(link["date"]),
                    expected=format_inr(link["expected_paise"]),
                    printed=format_inr(link["printed_paise"]),
                ),
            }
            for link in row.broken_links[:20]
        ],
        "salaries": [
            {
                "date": _day(s["date"]),
                "employer": s["employer"],
                "amount": format_inr(s["amount_paise"]),
                "row": str(s["row"]),
                "href": "",
            }
            for s in row.salaries
        ],
        "obligations": [
            {
                "lender": o["lender"],
                "amount": format_inr(o["amount_paise"]),
                "paid": str(len(o["rows"])),
                "returned": str(len(o["returned_rows"])),
                "row": str(([*o["rows"], *o["returned_rows"]] or [0])[0]),
                "href": "",
            }
            for o in row.obligations
        ],
        "bounces": [
            {
                "date": _day(b["date"]),
                "kind": t(BOUNCE_WORDS[b["kind"]]),
                "amount": _money(b["amount_paise"]),
                "charge": _money(b["charge_paise"]) if b["charge_paise"] else "",
                "row": str(b["row"] if b["row"] is not None else b["charge_rows"][0]),
                "href": "",
            }
            for b in row.bounces
        ],
        "months": [
            {
                "month": date.fromisoformat(f"{m['month']}-01").strftime("%b %Y"),
                "average": m["average_balance_paise"] // PAISE,
                "average_text": format_inr(m["average_balance_paise"]),
                "inflow": m["credit_paise"] // PAISE,
                "inflow_text": format_inr(m["credit_paise"]),
                "outflow": m["debit_paise"] // PAISE,
                "outflow_text": format_inr(m["debit_paise"]),
            }
            for m in row.months
        ],
    }


def _rows(
    uow: UnitOfWork, document: Document, analysis: StatementAnalysis, rows_from: int
) -> dict[str, Any]:
    values = document_store.current_values(uow, analysis.reading_id)
    statement = statement_of(values)
    corrected = {
        correction.path.split("/")[1]
        for correction in document_store.corrections_of(uow, analysis.reading_id)
        if correction.path.startswith("rows/")
    }
    broken = {int(link["row"]): link for link in analysis.broken_links}
    tags = _tags(analysis)
    start = min(max(rows_from, 0), max(len(statement.rows) - 1, 0)) // ROWS_SHOWN * ROWS_SHOWN
    return {
        "rows_total": len(statement.rows),
        "rows_from": start,
        "rows": [
            {
                "row": str(row.number),
                "line": str(row.number + 1),
                "date": format_date(row.date),
                "date_iso": row.date.isoformat(),
                "narration": row.narration,
                "reference": row.reference,
                "debit": _money(row.debit_paise),
                "credit": _money(row.credit_paise),
                "balance": _money(row.balance_paise),
                "tag": tags.get(row.number, ""),
                "corrected": "1" if f"{row.number:05d}" in corrected else "",
                "proof": (
                    t("Should be {amount}", amount=format_inr(broken[row.number]["expected_paise"]))
                    if row.number in broken
                    else ""
                ),
            }
            for row in statement.rows[start : start + ROWS_SHOWN]
        ],
    }


def _tags(analysis: StatementAnalysis) -> dict[int, str]:
    tags: dict[int, str] = {}
    for salary in analysis.salaries:
        tags[salary["row"]] = t("Salary")
    for obligation in analysis.obligations:
        tags.update(dict.fromkeys(obligation["rows"], t("EMI")))
        tags.update(dict.fromkeys(obligation["returned_rows"], t("EMI returned")))
    for bounce in analysis.bounces:
        if bounce["row"] is not None:
            tags[bounce["row"]] = t("Bounce")
        tags.update(dict.fromkeys(bounce["charge_rows"], t("Bounce charge")))
    return tags
