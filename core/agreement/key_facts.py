"""Decides what a key facts statement says: the rows, the cost sheet and the schedule of one loan.
RBI's circular RBI/2024-25/18 of 15 Apr 2024 (Annexes A, B, C) asks for them before a contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from core.kernel.business_day import format_date
from core.kernel.money import format_inr, rupees_in_words
from core.kernel.rate import RatePeriod, format_bps
from core.loan.apr import apr_bps
from core.loan.schedule import Schedule, make_schedule
from core.loan.terms import LoanKind, LoanTerms

LONG_TENOR_DAYS = 7
VALID_DAYS_LONG = 3
VALID_DAYS_SHORT = 1
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Lender:
    """Who lends, as printed: `name` is the brand, `legal_name` the company."""

    name: str
    legal_name: str
    address: str
    phone: str
    email: str
    grievance_officer: str
    colour: str


@dataclass(frozen=True, slots=True)
class Borrower:
    """Who borrows, as printed; identifiers are masked before they come here."""

    name: str
    address: str
    pan_masked: str
    mobile_masked: str
    account_masked: str
    ifsc: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """One loan as it is offered."""

    number: str
    product: str
    purpose: str
    sanctioned_on: dt.date
    terms: LoanTerms
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table of the statement; `note` is its small print."""

    number: str
    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """One instalment of Annex C as printed."""

    number: str
    due_on: str
    opening: str
    principal: str
    interest: str
    total: str


@dataclass(frozen=True, slots=True)
class KeyFacts:
    """The whole statement: Annex A in its two parts, the APR sheet (B), the schedule (C)."""

    part_one: tuple[Row, ...]
    part_two: tuple[Row, ...]
    apr_sheet: tuple[Row, ...]
    schedule: tuple[ScheduleRow, ...]
    apr_bps: int
    apr: str
    valid_until: dt.date
    total_payable_paise: int
    net_disbursed_paise: int
    instalment_paise: int
    matures_on: dt.date


_PERIOD = {RatePeriod.DAY: "day", RatePeriod.MONTH: "month", RatePeriod.YEAR: "year"}


def key_facts(lender: Lender, proposal: Proposal) -> KeyFacts:
    """Work the statement out of the terms; every figure comes from the schedule itself."""
    terms = proposal.terms
    schedule = make_schedule(terms)
    rate = apr_bps(terms, schedule)
    first = schedule.instalments[0]
    return KeyFacts(
        part_one=_part_one(proposal, schedule, rate),
        part_two=_part_two(lender, terms),
        apr_sheet=_apr_sheet(terms, schedule, rate),
        schedule=_schedule_rows(terms, schedule),
        apr_bps=rate,
        apr=format_bps(rate),
        valid_until=valid_until(proposal.sanctioned_on, schedule.matures_on, terms.disbursed_on),
        total_payable_paise=schedule.total_payable_paise,
        net_disbursed_paise=terms.net_disbursed_paise,
        instalment_paise=first.total_paise,
        matures_on=schedule.matures_on,
    )


def valid_until(made_on: dt.date, matures_on: dt.date, disbursed_on: dt.date) -> dt.date:
    """The last day the offer stands: three working days for a week or longer, else one (A1)."""
    long = (matures_on - disbursed_on).days >= LONG_TENOR_DAYS
    days = VALID_DAYS_LONG if long else VALID_DAYS_SHORT
    day = made_on
    while days:
        day += dt.timedelta(days=1)
        if day.weekday() < SATURDAY:
            days -= 1
    return day


def rate_words(terms: LoanTerms) -> str:
    """The contract rate as printed: "24.00 % a year, fixed"."""
    return f"{format_bps(terms.rate_bps)} a {_PERIOD[terms.rate_period]}, fixed"


def tenor_words(terms: LoanTerms) -> str:
    """The tenure as printed."""
    unit = "day" if terms.kind is LoanKind.BULLET else "month"
    return f"{terms.tenor} {unit}{'' if terms.tenor == 1 else 's'}"


def _part_one(proposal: Proposal, schedule: Schedule, rate: int) -> tuple[Row, ...]:
    terms = proposal.terms
    first = schedule.instalments[0]
    bullet = terms.kind is LoanKind.BULLET
    fee, tax = terms.processing_fee_paise, terms.processing_fee_gst_paise
    yearly = terms.rate.per_year()
    rate_note = ""
    if terms.rate_period is not RatePeriod.YEAR:
        rate_note = f"{format_bps(int(yearly * 10_000))} a year before fees"
    return (
        Row("1", "Loan proposal number and type", f"{proposal.number}, {proposal.product}"),
        Row("2", "Sanctioned loan amount", format_inr(terms.principal_paise),
            rupees_in_words(terms.principal_paise)),
        Row("3", "How the loan is paid out", "In full, at once, to your own bank account",
            f"You receive {format_inr(terms.net_disbursed_paise)} after the fees in row 8"),
        Row("4", "Loan term", tenor_words(terms), f"until {format_date(schedule.matures_on)}"),
        Row("5", "Instalments",
            "One repayment" if bullet else f"{len(schedule.instalments)} monthly instalments",
            f"{format_inr(first.total_paise)} each, the first on {format_date(first.due_on)}"
            if not bullet
            else f"{format_inr(first.total_paise)} on {format_date(first.due_on)}"),
        Row("6", "Rate of interest", rate_words(terms), rate_note),
        Row("7", "Benchmark and reset (floating rate)", "Does not apply: the rate is fixed"),
        Row("8", "Fees to the lender", f"Processing fee {format_inr(fee)}",
            f"one time, plus GST {format_inr(tax)}; taken out of the amount paid to you"),
        Row("8b", "Fees to third parties through the lender", "None"),
        Row("9", "Annual percentage rate (APR)", format_bps(rate), _apr_note(terms)),
        Row("10", "Charges that may come later", *_contingent(terms)),
    )  # fmt: skip


def _apr_note(terms: LoanTerms) -> str:
    if terms.kind is LoanKind.BULLET:
        return "interest and fees on the amount you receive, simple, on a 365-day year"
    return "interest and fees on the amount you receive; twelve times the monthly rate of return"


def _contingent(terms: LoanTerms) -> tuple[str, str]:
    parts: list[str] = []
    if terms.penal.bps_per_year:
        grace = f" after {terms.penal.grace_days} days' grace" if terms.penal.grace_days else ""
        parts.append(
            f"Late payment: {format_bps(terms.penal.bps_per_year)} a year "
            f"on the overdue amount{grace}"
        )
    else:
        parts.append("Late payment: no charge")
    parts.append("Early repayment: no charge")
    note = "A late payment charge is never added to the loan and bears no interest itself"
    return "; ".join(parts), note


def _part_two(lender: Lender, terms: LoanTerms) -> tuple[Row, ...]:
    officer = lender.grievance_officer or "Grievance officer"
    reach = ", ".join(part for part in (lender.phone, lender.email) if part) or lender.address
    days = terms.cooling_off_days
    return (
        Row("1", "Recovery agents", "Agreement, clause 8",
            "We tell you the agent's name before the agent contacts you"),
        Row("2", "Complaints", "Agreement, clause 9",
            "Unresolved after 30 days: RBI Ombudsman, cms.rbi.org.in"),
        Row("3", "Grievance officer", officer, reach),
        Row("4", "May the loan be passed to others", "Yes, by law and with notice to you"),
        Row("5", "Lent together with another lender", "No"),
        Row("6", "Cooling-off period", f"{days} day{'' if days == 1 else 's'} from the payout",
            "You may give the loan back: principal and the interest of those days, no penalty"),
    )  # fmt: skip


def _apr_sheet(terms: LoanTerms, schedule: Schedule, rate: int) -> tuple[Row, ...]:
    fee = terms.processing_fee_paise + terms.processing_fee_gst_paise
    rows = list(schedule.instalments)
    return (
        Row("1", "Sanctioned loan amount", format_inr(terms.principal_paise)),
        Row("2", "Loan term", tenor_words(terms)),
        Row("3", "Number of instalments", str(len(rows)),
            "monthly" if terms.kind is LoanKind.LEVEL_INSTALMENT else "one repayment"),
        Row("4", "Amount of each instalment", format_inr(rows[0].total_paise),
            f"the last one {format_inr(rows[-1].total_paise)}" if len(rows) > 1 else ""),
        Row("5", "First repayment on", format_date(rows[0].due_on)),
        Row("6", "Rate of interest", rate_words(terms)),
        Row("7", "Total interest", format_inr(schedule.total_interest_paise)),
        Row("8", "Fees to the lender, with GST", format_inr(fee)),
        Row("9", "Fees to third parties", format_inr(0)),
        Row("10", "Net amount paid to you (1 less 8 and 9)", format_inr(terms.net_disbursed_paise)),
        Row("11", "Total you pay (1 and 7)", format_inr(schedule.total_payable_paise)),
        Row("12", "Annual percentage rate (APR)", format_bps(rate), _apr_note(terms)),
    )  # fmt: skip


def _schedule_rows(terms: LoanTerms, schedule: Schedule) -> tuple[ScheduleRow, ...]:
    rows: list[ScheduleRow] = []
    opening = terms.principal_paise
    for row in schedule.instalments:
        rows.append(
            ScheduleRow(
                str(row.number),
                format_date(row.due_on),
                format_inr(opening, symbol=False),
                format_inr(row.principal_paise, symbol=False),
                format_inr(row.interest_paise, symbol=False),
                format_inr(row.total_paise, symbol=False),
            )
        )
        opening = row.balance_after_paise
    return tuple(rows)


def rows_of(rows: Sequence[Row]) -> list[list[str]]:
    """The rows as plain lists, for a template."""
    return [[row.number, row.label, row.value, row.note] for row in rows]
