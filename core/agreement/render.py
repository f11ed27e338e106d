"""Makes the papers of a loan as PDF: one typst template each, our own fonts, the same bytes again.
System fonts are ignored, so that a paper looks alike on every machine and rupees never turn into
boxes."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import typst

from core.agreement.key_facts import Borrower, KeyFacts, Lender, Proposal, rate_words, rows_of
from core.agreement.key_facts import tenor_words as tenor_of
from core.kernel.business_day import format_date
from core.kernel.money import format_inr, rupees_in_words

TEMPLATES = Path(__file__).parent / "template"
FONTS = Path(__file__).parents[2] / "assets" / "font"
# archivable, with every font inside
PDF_STANDARD = "a-2b"


class TemplateBroken(RuntimeError):
    """A template cannot be set; a fault of ours, never of the borrower's data."""


@cache
def _fonts() -> list[str]:
    return [str(FONTS)]


def render(template: str, made_on: dt.date, data: Mapping[str, Any]) -> bytes:
    """Set one template with its data; the same data give the same bytes."""
    path = TEMPLATES / f"{template}.typ"
    # the paper's own date stands in the file, never the clock, so that bytes repeat
    kept = {**data, "made_on": [made_on.year, made_on.month, made_on.day]}
    try:
        made = typst.compile(
            str(path),
            root=str(TEMPLATES),
            font_paths=_fonts(),
            ignore_system_fonts=True,
            format="pdf",
            pdf_standards=PDF_STANDARD,
            sys_inputs={"data": json.dumps(kept, ensure_ascii=False, sort_keys=True)},
        )
    except (RuntimeError, typst.TypstError) as error:
        raise TemplateBroken(f"The template {template} cannot be set: {error}") from error
    assert isinstance(made, bytes), "one PDF comes back as bytes"
    return made


def _who(lender: Lender, borrower: Borrower) -> dict[str, Any]:
    return {"lender": dataclasses.asdict(lender), "borrower": dataclasses.asdict(borrower)}


def key_facts_pdf(lender: Lender, borrower: Borrower, proposal: Proposal, facts: KeyFacts) -> bytes:
    """The key facts statement with Annexes A, B and C."""
    return render(
        "key_facts",
        proposal.sanctioned_on,
        {
            **_who(lender, borrower),
            "number": proposal.number,
            "date": format_date(proposal.sanctioned_on),
            "valid_until": format_date(facts.valid_until),
            "apr": facts.apr,
            "part_one": rows_of(facts.part_one),
            "part_two": rows_of(facts.part_two),
            "apr_sheet": rows_of(facts.apr_sheet),
            "schedule": [list(dataclasses.astuple(row)) for row in facts.schedule],
        },
    )


def agreement_pdf(lender: Lender, borrower: Borrower, proposal: Proposal, facts: KeyFacts) -> bytes:
    """The loan agreement, to be signed with the key facts as its first schedule."""
    terms = proposal.terms
    return render(
        "agreement",
        proposal.sanctioned_on,
        {
            **_who(lender, borrower),
            "number": proposal.number,
            "product": proposal.product,
            "purpose": proposal.purpose,
            "date": format_date(proposal.sanctioned_on),
            "amount": format_inr(terms.principal_paise),
            "amount_words": rupees_in_words(terms.principal_paise),
            "net": format_inr(terms.net_disbursed_paise),
            "rate": rate_words(terms),
            "tenor": tenor_of(terms),
            "instalments": str(len(facts.schedule)),
            "instalment": format_inr(facts.instalment_paise),
            "first_due": facts.schedule[0].due_on,
            "matures": format_date(facts.matures_on),
            "total": format_inr(facts.total_payable_paise),
            "apr": facts.apr,
            "penal": facts.part_one[-1].value,
            "cooling_off_days": terms.cooling_off_days,
            "conditions": list(proposal.conditions),
            "part_one": rows_of(facts.part_one),
            "part_two": rows_of(facts.part_two),
            "apr_sheet": rows_of(facts.apr_sheet),
            "schedule": [list(dataclasses.astuple(row)) for row in facts.schedule],
        },
    )


def sanction_letter_pdf(
    lender: Lender, borrower: Borrower, proposal: Proposal, facts: KeyFacts
) -> bytes:
    """The letter that tells the borrower what was sanctioned and until when it stands."""
    terms = proposal.terms
    return render(
        "sanction_letter",
        proposal.sanctioned_on,
        {
            **_who(lender, borrower),
            "number": proposal.number,
            "product": proposal.product,
            "date": format_date(proposal.sanctioned_on),
            "valid_until": format_date(facts.valid_until),
            "amount": format_inr(terms.principal_paise),
            "amount_words": rupees_in_words(terms.principal_paise),
            "net": format_inr(terms.net_disbursed_paise),
            "rate": rate_words(terms),
            "tenor": tenor_of(terms),
            "instalments": str(len(facts.schedule)),
            "instalment": format_inr(facts.instalment_paise),
            "first_due": facts.schedule[0].due_on,
            "apr": facts.apr,
            "conditions": list(proposal.conditions),
        },
    )


@dataclasses.dataclass(frozen=True, slots=True)
class ClosedLoan:
    """What a no-dues letter states."""

    loan_number: str
    product: str
    principal_paise: int
    disbursed_on: dt.date
    closed_on: dt.date
    letter_date: dt.date


def no_dues_pdf(lender: Lender, borrower: Borrower, loan: ClosedLoan) -> bytes:
    """The letter that a closed loan owes nothing; the collection feature stores and sends it."""
    return render(
        "no_dues",
        loan.letter_date,
        {
            **_who(lender, borrower),
            "loan_number": loan.loan_number,
            "product": loan.product,
            "principal": format_inr(loan.principal_paise),
            "principal_words": rupees_in_words(loan.principal_paise),
            "disbursed_on": format_date(loan.disbursed_on),
            "closed_on": format_date(loan.closed_on),
            "date": format_date(loan.letter_date),
        },
    )
