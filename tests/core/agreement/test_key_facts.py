"""Holds the key facts statement to RBI's own illustration and to its own schedule.
KFS circular RBI/2024-25/18 of 15 Apr 2024, Annex B: 20,000 over 24 months at 15 %, fees 400."""

from __future__ import annotations

import datetime as dt

import pypdfium2
import pytest

from core.agreement.key_facts import Borrower, Lender, Proposal, key_facts, valid_until
from core.agreement.render import (
    ClosedLoan,
    agreement_pdf,
    key_facts_pdf,
    no_dues_pdf,
    sanction_letter_pdf,
)
from core.kernel.rate import RatePeriod
from core.loan.terms import LoanKind, LoanTerms, PenalRule

LENDER = Lender(
    "Suvidha",
    "Suvidha Finance Limited",
    "Nariman Point, Mumbai 400021",
    "022 4000 1234",
    "care@suvidha.example",
    "Meera Joshi",
    "#0f766e",
)
BORROWER = Borrower(
    "Asha Patil", "Pune 411005", "••••••234F", "+91 ••••• •3210", "•••• 4471", "HDFC0000053"
)
TODAY = dt.date(2026, 11, 20)


def text_of(pdf: bytes) -> str:
    """All text of a PDF, lines joined by blanks."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    finally:
        document.close()
    return " ".join(" ".join(pages).split())


def rbi_illustration() -> Proposal:
    """Annex B: the fees of 400 are 2 % of 20,000, without tax."""
    terms = LoanTerms(
        kind=LoanKind.LEVEL_INSTALMENT,
        principal_paise=20_000_00,
        rate_bps=1500,
        rate_period=RatePeriod.YEAR,
        tenor=24,
        disbursed_on=TODAY,
        first_due_on=dt.date(2026, 12, 20),
        processing_fee_bps=200,
        gst_bps=0,
    )
    return Proposal("AP-000001", "Personal loan", "Medical bills", TODAY, terms)


def bullet() -> Proposal:
    terms = LoanTerms(
        kind=LoanKind.BULLET,
        principal_paise=25_000_00,
        rate_bps=100,
        rate_period=RatePeriod.DAY,
        tenor=30,
        disbursed_on=TODAY,
        first_due_on=dt.date(2026, 12, 20),
        processing_fee_bps=500,
        penal=PenalRule(2400, 3),
        cooling_off_days=1,
    )
    return Proposal("AP-000002", "Salary advance", "", TODAY, terms, ("Salary slip",))


def test_the_apr_of_rbis_illustration_is_17_07_percent() -> None:
    facts = key_facts(LENDER, rbi_illustration())
    assert (facts.apr_bps, facts.apr) == (1707, "17.07 %")
    rows = {row.label: row.value for row in facts.apr_sheet}
    assert rows["Total interest"] == "₹ 3,273.58"
    assert rows["Net amount paid to you (1 less 8 and 9)"] == "₹ 19,600.00"
    assert rows["Number of instalments"] == "24"


def test_annex_a_has_its_ten_rows_and_the_second_part_its_six() -> None:
    facts = key_facts(LENDER, bullet())
    assert [row.number for row in facts.part_one] == [
        "1", "2", "3", "4", "5", "6", "7", "8", "8b", "9", "10",
    ]  # fmt: skip
    assert [row.number for row in facts.part_two] == ["1", "2", "3", "4", "5", "6"]


def test_a_bullet_loan_states_its_one_repayment_and_its_apr() -> None:
    facts = key_facts(LENDER, bullet())
    # 25,000 + 1 % a day for 30 days
    assert facts.total_payable_paise == 32_500_00
    # 25,000 less 1,250 less 225 tax
    assert facts.net_disbursed_paise == 23_525_00
    # 8,975 on 23,525 for 30 days of a 365-day year
    assert facts.apr_bps == 46_417
    assert facts.schedule[0].total == "32,500.00"


def test_annex_c_runs_from_the_whole_loan_to_nothing() -> None:
    facts = key_facts(LENDER, rbi_illustration())
    assert len(facts.schedule) == 24
    first, last = facts.schedule[0], facts.schedule[-1]
    assert (first.opening, first.interest, first.due_on) == ("20,000.00", "250.00", "20 Dec 2026")
    assert last.opening == last.principal


@pytest.mark.parametrize(
    ("matures_on", "until"),
    [
        (dt.date(2026, 12, 20), dt.date(2026, 11, 25)),  # Friday + 3 working days
        (dt.date(2026, 11, 25), dt.date(2026, 11, 23)),  # below a week: 1 working day
    ],
)
def test_the_offer_stands_three_working_days_or_one(matures_on: dt.date, until: dt.date) -> None:
    assert valid_until(TODAY, matures_on, TODAY) == until


def test_the_same_facts_make_the_same_bytes() -> None:
    proposal = bullet()
    facts = key_facts(LENDER, proposal)
    first = key_facts_pdf(LENDER, BORROWER, proposal, facts)
    assert first == key_facts_pdf(LENDER, BORROWER, proposal, facts)
    assert first.startswith(b"%PDF-")


def test_every_paper_shows_rupees_and_devanagari_as_text() -> None:
    proposal = bullet()
    facts = key_facts(LENDER, proposal)
    kfs = text_of(key_facts_pdf(LENDER, BORROWER, proposal, facts))
    assert "₹ 25,000.00" in kfs
    assert "464.17 %" in kfs
    contract = text_of(agreement_pdf(LENDER, BORROWER, proposal, facts))
    assert "Salary slip" in contract
    assert "•••• 4471" in contract
    letter = text_of(sanction_letter_pdf(LENDER, BORROWER, proposal, facts))
    assert "Meera Joshi" in letter
    closed = ClosedLoan("LN-000001", "Salary advance", 25_000_00, TODAY, TODAY, TODAY)
    assert "Nothing is owed" in text_of(no_dues_pdf(LENDER, BORROWER, closed))
    for paper in (kfs, contract, letter):
        assert any("\u0900" <= letter <= "\u097f" for letter in paper)
