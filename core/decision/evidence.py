"""Gathers what a case rests on: profile, checks, credit report and statement, with their sources.
Rules, memo and the guard against later changes all read this one picture of the case."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from core.application.tables import Application
from core.bank_statement.tables import StatementAnalysis
from core.brand.tables import Product, ProductVersion
from core.bureau.service import BureauView, current_view
from core.customer.tables import Customer
from core.db.unit_of_work import UnitOfWork
from core.decision.cam import (
    SALARIES_WANTED,
    CamFigures,
    Obligation,
    Salary,
    average_salary_paise,
    merge_obligations,
)
from core.decision.rule_set import Seen
from core.document.tables import Document
from core.kernel.business_day import add_months, format_date
from core.kyc.life_cycle import BANK_ACCOUNT, PAN
from core.kyc.service import KycSummary, kyc_summary
from core.kyc.tables import KycCheck
from core.loan.terms import ProductTerms

BOUNCE_MONTHS = 3
# papers we make ourselves are no evidence about the borrower
OWN_PAPERS = ("sanction_letter", "key_facts", "agreement", "signed_agreement", "no_dues")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One case with everything a decision may rest on."""

    application: Application
    customer: Customer
    product: Product
    terms: ProductTerms
    kyc: KycSummary
    bureau: BureauView
    statement: StatementAnalysis | None
    documents: Sequence[Document]


def gather(uow: UnitOfWork, application_id: int) -> Evidence:
    """Read the case; its callers have checked their permission and that the case is theirs."""
    application = uow.get(Application, application_id)
    documents = uow.session.scalars(
        select(Document)
        .where(
            col(Document.application_id) == application_id,
            col(Document.kind).not_in(OWN_PAPERS),
        )
        .order_by(col(Document.id))
    ).all()
    rejected = [document.id for document in documents if document.state == "rejected"]
    statement = uow.session.scalar(
        select(StatementAnalysis)
        .where(
            col(StatementAnalysis.application_id) == application_id,
            col(StatementAnalysis.document_id).not_in(rejected),
        )
        .order_by(
            col(StatementAnalysis.period_to).desc().nulls_last(), col(StatementAnalysis.id).desc()
        )
        .limit(1)
    )
    version = uow.get(ProductVersion, application.product_version_id)
    return Evidence(
        application=application,
        customer=uow.get(Customer, application.customer_id),
        product=uow.get(Product, application.product_id),
        terms=ProductTerms.from_json(version.terms),
        kyc=kyc_summary(uow, application_id),
        bureau=current_view(uow, application_id),
        statement=statement,
        documents=documents,
    )


def salaries_of(evidence: Evidence) -> tuple[Salary, ...]:
    """The newest three salary credits of the statement, oldest first; empty places are zero."""
    found: list[Salary] = []
    if evidence.statement is not None:
        rows = sorted(evidence.statement.salaries, key=lambda row: str(row["date"]))
        for row in rows[-SALARIES_WANTED:]:
            on = _day(row["date"])
            employer = str(row.get("employer", ""))
            found.append(
                Salary(
                    int(row["amount_paise"]),
                    on,
                    f"Statement row {row['row']}" + (f", {employer}" if employer else ""),
                )
            )
    while len(found) < SALARIES_WANTED:
        found.insert(0, Salary(0, None, "not found in a statement"))
    return tuple(found)


def obligations_of(evidence: Evidence) -> tuple[Obligation, ...]:
    """Bureau and statement instalments in one list, nothing counted twice."""
    bureau: list[Obligation] = []
    card_balance = 0
    report = evidence.bureau.report
    if report is not None:
        card_balance = report.card_balance_paise
        for line in report.summary.get("accounts", []):
            monthly = int(line.get("instalment_paise") or 0)
            if line.get("open") and not line.get("card") and monthly > 0:
                name = f"{line['lender']}, {line['type']}".strip(", ")
                bureau.append(Obligation(name, monthly, "bureau"))
    seen = [
        Obligation(str(row["lender"]), int(row["amount_paise"]), "statement")
        for row in (evidence.statement.obligations if evidence.statement else [])
    ]
    return merge_obligations(bureau, seen, card_balance)


def age_years(born: dt.date, on: dt.date) -> int:
    """Completed years of age on a day."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def seen_values(evidence: Evidence, figures: CamFigures, on: dt.date) -> dict[str, Seen]:
    """Every input of the rules with its source; None where nothing was found."""
    customer, statement = evidence.customer, evidence.statement
    born = customer.date_of_birth
    seen = {
        "age_years": Seen(age_years(born, on) if born else None, "Profile", "overview"),
        "salary_declared_paise": Seen(customer.salary_paise or None, "Profile", "overview"),
        "foir_proposed_bps": Seen(
            figures.foir_proposed_bps if figures.salary_paise else None, "Credit appraisal", "cam"
        ),
        "foir_achieved_bps": Seen(
            figures.foir_achieved_bps if figures.salary_paise else None, "Credit appraisal", "cam"
        ),
        "proposed_paise": Seen(evidence.application.requested_amount_paise, "Application", "cam"),
    }
    seen |= _statement_values(statement)
    seen |= _bureau_values(evidence)
    seen |= _kyc_values(evidence.kyc)
    return seen


def _statement_values(statement: StatementAnalysis | None) -> dict[str, Seen]:
    names = ("salary_average_paise", "salary_months", "statement_proven", "bounces_3_months")
    if statement is None:
        return {name: Seen(None, "No statement was read", "statement") for name in names}
    source = f"Statement {_period(statement)}"
    recent = sorted(statement.salaries, key=lambda row: str(row["date"]))[-SALARIES_WANTED:]
    average = average_salary_paise([Salary(int(row["amount_paise"])) for row in recent])
    return {
        "salary_average_paise": Seen(average or None, source, "statement"),
        "salary_months": Seen(_salary_months(statement), source, "statement"),
        "statement_proven": Seen(int(statement.proven), source, "statement"),
        "bounces_3_months": Seen(_recent_bounces(statement), source, "statement"),
    }


def _salary_months(statement: StatementAnalysis) -> int:
    return len({str(row["date"])[:7] for row in statement.salaries})


def _recent_bounces(statement: StatementAnalysis) -> int:
    """Inward returns within three months before the statement's end; outward ones are no sign."""
    until = statement.period_to
    since = add_months(until, -BOUNCE_MONTHS) if until else dt.date.min
    return sum(
        1
        for row in statement.bounces
        if row.get("kind") != "outward_cheque_return" and (_day(row["date"]) or since) >= since
    )


def _period(statement: StatementAnalysis) -> str:
    if statement.period_from and statement.period_to:
        return f"{format_date(statement.period_from)} to {format_date(statement.period_to)}"
    return f"with {statement.row_count} rows"


def _bureau_values(evidence: Evidence) -> dict[str, Seen]:
    report = evidence.bureau.report
    if report is None:
        source = "No credit report was pulled"
    else:
        day = format_date((report.pulled_at or report.requested_at).date())
        source = f"{report.provider.title() or 'Bureau'} report of {day}"
    known = report is not None and report.status == "received"
    values: dict[str, int | None] = {
        "bureau_score": report.score if report and known else None,
        "bureau_enquiries_30_days": report.enquiries_30_days if report and known else None,
        "bureau_worst_dpd_12_months": report.worst_dpd_12_months if report and known else None,
        "bureau_write_offs": report.write_offs if report and known else None,
        "bureau_overdue_paise": report.total_overdue_paise if report and known else None,
        "bureau_active_accounts": report.active_accounts if report and known else None,
    }
    if report is not None and report.status == "no_hit":
        source += ", person not known"
    return {name: Seen(value, source, "bureau") for name, value in values.items()}


def _kyc_values(kyc: KycSummary) -> dict[str, Seen]:
    pan = None if PAN in kyc.outdated else kyc.pan
    bank = None if BANK_ACCOUNT in kyc.outdated else kyc.bank_account
    return {
        "pan_valid": Seen(_valid(pan), _check_source("PAN", pan), "kyc"),
        "pan_name_score": Seen(_score(pan), _check_source("PAN", pan), "kyc"),
        "bank_account_valid": Seen(_valid(bank), _check_source("Penny drop", bank), "kyc"),
        "bank_name_score": Seen(_score(bank), _check_source("Penny drop", bank), "kyc"),
    }


def _valid(check: KycCheck | None) -> int | None:
    if check is None:
        return None
    found = {"invalid": 0, "passed": 1, "mismatch": 1, "accepted": 1, "rejected": 1}
    return found.get(check.status)


def _score(check: KycCheck | None) -> int | None:
    return check.name_score if check is not None else None


def _check_source(name: str, check: KycCheck | None) -> str:
    if check is None or check.answered_at is None:
        return f"{name} not checked"
    return f"{name} check of {format_date(check.answered_at.date())}"


def facts_of(evidence: Evidence) -> dict[str, str]:
    """What a recommendation rests on, by names people know; a later difference voids it (Q13)."""
    application, report = evidence.application, evidence.bureau.report
    statement = evidence.statement
    return {
        "requested amount": str(application.requested_amount_paise),
        "tenure": str(application.tenor_days),
        "product terms": str(application.product_version_id),
        "bank account": str(application.bank_account_id or ""),
        "PAN check": _check_fact(evidence.kyc.pan, PAN in evidence.kyc.outdated),
        "bank account check": _check_fact(
            evidence.kyc.bank_account, BANK_ACCOUNT in evidence.kyc.outdated
        ),
        "credit report": f"{report.id}:{report.status}" if report else "",
        "bank statement": f"{statement.id}:{statement.reading_id}" if statement else "",
        "documents": ",".join(f"{row.id}:{row.state}" for row in evidence.documents),
    }


def _check_fact(check: KycCheck | None, outdated: bool) -> str:
    return f"{check.id}:{check.status}:{'old' if outdated else 'ok'}" if check else ""


def changed_facts(before: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of what is different now."""
    return tuple(name for name in now if str(before.get(name, "")) != str(now[name]))


def facts_hash(facts: Mapping[str, Any]) -> str:
    """A fingerprint of the facts and figures a run was made on."""
    text = json.dumps(dict(facts), sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _day(value: object) -> dt.date | None:
    if isinstance(value, dt.date):
        return value
    return dt.date.fromisoformat(str(value)[:10]) if value else None
