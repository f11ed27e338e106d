"""Decides what is done with a read statement: its analysis is made, kept and made anew.

A corrected row changes the balance chain and the figures, so both are computed again from the
current values and never patched.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, cast

from core.access.permission import Permission
from core.bank_statement import store
from core.bank_statement.analysis import analyse
from core.bank_statement.tables import StatementAnalysis
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.document import service as document_service
from core.document import store as document_store
from core.document.reading_record import proof_facts, statement_of
from core.document.tables import Document
from core.kernel.errors import Conflict, Invalid
from core.kernel.money import parse_inr

sentences.add({"statement.analysed": "analysed the bank statement: {outcome}"})

ROW_FIELDS = (
    "date",
    "value_date",
    "narration",
    "reference",
    "debit_paise",
    "credit_paise",
    "balance_paise",
)


def analyse_document(uow: UnitOfWork, document_id: int) -> StatementAnalysis:
    """Make or renew the analysis of a read statement from its current values."""
    uow.actor.require(Permission.SYSTEM)
    return _analyse(uow, document_id)


def _analyse(uow: UnitOfWork, document_id: int) -> StatementAnalysis:
    document = uow.get(Document, document_id)
    reading = document_store.newest_reading(uow, document_id)
    if document.kind != "bank_statement" or reading is None:
        raise Conflict("Only a bank statement that has been read can be analysed.")
    values = document_store.current_values(uow, reading.id)
    statement = statement_of(values, reading.pages)
    found = analyse(statement)
    row = store.analysis_of_document(uow, document_id)
    if row is None:
        row = uow.add(
            StatementAnalysis(
                document_id=document_id,
                reading_id=reading.id,
                application_id=document.application_id,
                analysed_at=uow.now,
            )
        )
    account, proof = statement.account, statement.proof
    row.reading_id, row.analysed_at = reading.id, uow.now
    row.bank, row.holder, row.ifsc = account.bank or "", account.holder or "", account.ifsc or ""
    row.account_last_four = (account.number or "")[-4:]
    row.period_from, row.period_to = account.period_from, account.period_to
    if row.period_from is None and statement.rows:
        ordered = statement.chronological()
        row.period_from, row.period_to = ordered[0].date, ordered[-1].date
    row.row_count, row.proven, row.reason = len(statement.rows), proof.proven, proof.reason
    row.opening_paise, row.closing_paise = proof.opening_paise, proof.closing_paise
    row.credit_paise, row.debit_paise = found.credit_paise, found.debit_paise
    row.cash_deposit_paise = found.cash_deposit_paise
    row.average_salary_paise = found.average_salary_paise
    row.salary_months = len({(s.date.year, s.date.month) for s in found.salaries})
    row.monthly_obligation_paise = found.monthly_obligation_paise
    row.obligation_count = len(found.obligations)
    row.inward_bounces = found.inward_bounces
    row.average_balance_paise = found.average_balance_paise
    row.minimum_balance_paise = found.minimum_balance_paise
    row.salaries = [_plain(salary) for salary in found.salaries]
    row.obligations = [_plain(obligation) for obligation in found.obligations]
    row.bounces = [_plain(bounce) for bounce in found.bounces]
    row.months = [_plain(month) for month in found.months]
    row.broken_links = cast("list[dict[str, Any]]", proof_facts(proof)["broken"])
    uow.flush()
    outcome = f"{row.row_count} rows, " + (
        "balances proven line by line" if row.proven else row.reason or "not proven"
    )
    uow.audit(
        "statement.analysed",
        ("document", document_id),
        case_id=document.application_id,
        outcome=outcome,
    )
    uow.emit("statement.analysed", {"document_id": document_id, "analysis_id": row.id})
    return row


def _plain(value: Any) -> dict[str, Any]:
    plain: dict[str, Any] = asdict(value)
    return {
        name: item.isoformat() if hasattr(item, "isoformat") else item
        for name, item in plain.items()
    }


def correct_row(
    uow: UnitOfWork, document_id: int, row: int, field: str, text: str, reason: str = ""
) -> StatementAnalysis:
    """Correct one cell of a row as a person reads it on the page, and analyse anew.

    `text` is what was typed: a date as 2026-11-20, an amount in rupees, or words.
    """
    uow.actor.require(Permission.DOCUMENT_CORRECT)
    if field not in ROW_FIELDS:
        raise Invalid({field: "This cell cannot be corrected."})
    typed = text.strip()
    value: Any = typed
    if field.endswith("_paise"):
        value = parse_inr(typed) if typed else None
    elif field in ("date", "value_date"):
        value = _day(field, typed)
    document_service.correct(uow, document_id, f"rows/{row:05d}/{field}", value, reason)
    return _analyse(uow, document_id)


def _day(field: str, text: str) -> str | None:
    from core.document.printed import parse_date

    if not text and field == "value_date":
        return None
    day = parse_date(text)
    if day is None:
        raise Invalid({field: "Enter a date like 20 Nov 2026."})
    return day.isoformat()
