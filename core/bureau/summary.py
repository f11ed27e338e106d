"""Decides which figures of a credit report count for a lender, and how its months are shown.
Counted here from the accounts themselves, so that every figure can be traced to its lines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.bureau.ports import BureauAccount, BureauAnswer
from core.kernel.business_day import add_months

FRESH_DAYS = 30
GRID_MONTHS = 24
CARD_WORDS = ("card",)
BANDS = ((0, "on time"), (30, "1–30"), (60, "31–60"), (90, "61–90"))


@dataclass(frozen=True, slots=True)
class BureauFigures:
    """What the rules ask of a report; money in paise."""

    active_accounts: int
    total_balance_paise: int
    total_overdue_paise: int
    monthly_instalment_paise: int
    card_balance_paise: int
    enquiries_30_days: int
    enquiries_12_months: int
    write_offs: int
    worst_dpd_12_months: int


def is_card(account_type: str) -> bool:
    """Whether a credit line is a card, whose monthly duty is a share of its balance."""
    words = account_type.lower()
    return any(word in words for word in CARD_WORDS)


def figures_of(answer: BureauAnswer, on: dt.date) -> BureauFigures:
    """Count the report; the bureau's own totals stand in where it sends no lines."""
    lines = answer.accounts
    if not lines:
        return BureauFigures(
            answer.active_accounts,
            answer.total_balance_paise,
            answer.total_overdue_paise,
            answer.monthly_instalment_paise,
            0,
            answer.enquiries_30_days,
            answer.enquiries_12_months,
            answer.write_off_count,
            answer.max_days_past_due_12_months,
        )
    open_lines = [line for line in lines if line.is_open]
    return BureauFigures(
        active_accounts=len(open_lines),
        total_balance_paise=sum(line.balance_paise or 0 for line in open_lines),
        total_overdue_paise=sum(max(0, line.overdue_paise or 0) for line in lines),
        monthly_instalment_paise=sum(
            line.instalment_paise or 0 for line in open_lines if not is_card(line.account_type)
        ),
        card_balance_paise=sum(
            max(0, line.balance_paise or 0) for line in open_lines if is_card(line.account_type)
        ),
        enquiries_30_days=max(
            answer.enquiries_30_days, _enquiries(answer, on - dt.timedelta(days=30))
        ),
        enquiries_12_months=max(
            answer.enquiries_12_months, _enquiries(answer, add_months(on, -12))
        ),
        write_offs=sum(1 for line in lines if line.written_off or line.settled),
        worst_dpd_12_months=max(
            [answer.max_days_past_due_12_months, *(_worst(line, on) for line in lines)]
        ),
    )


def _enquiries(answer: BureauAnswer, since: dt.date) -> int:
    return sum(1 for enquiry in answer.enquiries if enquiry.on is not None and enquiry.on >= since)


def _worst(line: BureauAccount, on: dt.date) -> int:
    """The most days past due within twelve months, the present ones included when open."""
    since = add_months(on.replace(day=1), -12)
    seen = [month.days_past_due or 0 for month in line.history if month.month >= since]
    if line.is_open:
        seen.append(line.days_past_due or 0)
    return max(seen, default=0)


def summary_of(answer: BureauAnswer) -> dict[str, Any]:
    """The lines people read, as plain values; numbers of accounts stay masked."""
    return {
        "accounts": [
            {
                "lender": line.lender,
                "type": line.account_type,
                "number": line.account_number_masked,
                "open": line.is_open,
                "opened_on": _day(line.opened_on),
                "closed_on": _day(line.closed_on),
                "reported_on": _day(line.reported_on),
                "sanctioned_paise": line.sanctioned_paise,
                "balance_paise": line.balance_paise,
                "overdue_paise": line.overdue_paise,
                "instalment_paise": line.instalment_paise,
                "days_past_due": line.days_past_due,
                "status": line.account_status,
                "written_off": line.written_off,
                "settled": line.settled,
                "card": is_card(line.account_type),
                "history": {f"{month.month:%Y-%m}": month.days_past_due for month in line.history},
            }
            for line in answer.accounts
        ],
        "enquiries": [
            {
                "on": _day(enquiry.on),
                "lender": enquiry.lender,
                "purpose": enquiry.purpose,
                "amount_paise": enquiry.amount_paise,
            }
            for enquiry in answer.enquiries
        ],
        "reason_codes": list(answer.reason_codes),
    }


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None


@dataclass(frozen=True, slots=True)
class GridCell:
    """One month of one line: days past due as a band, with the number in words."""

    month: str
    days: int | None
    band: str


@dataclass(frozen=True, slots=True)
class GridRow:
    """One credit line of the grid, newest month first."""

    lender: str
    kind: str
    number: str
    cells: tuple[GridCell, ...]


def grid_of(summary: Mapping[str, Any], on: dt.date) -> tuple[GridRow, ...]:
    """The last 24 months of every line that reported within them."""
    months = [f"{add_months(on.replace(day=1), -n):%Y-%m}" for n in range(GRID_MONTHS)]
    rows: list[GridRow] = []
    for line in summary.get("accounts", []):
        history = line.get("history", {})
        if not any(month in history for month in months):
            continue
        cells = tuple(
            GridCell(month, history.get(month), band_of(history.get(month))) for month in months
        )
        rows.append(GridRow(line["lender"], line["type"], line["number"], cells))
    return tuple(rows)


def band_of(days: int | None) -> str:
    """The bucket of a month's days past due."""
    if days is None:
        return "not reported"
    return next((name for upper, name in BANDS if days <= upper), "90+")
