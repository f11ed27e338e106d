"""Decides what a wish would cost: the figures a borrower sees while moving the amount.
They come from the same schedule as the key facts statement, so the two can never disagree."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from core.application.tenor import tenor_in_days
from core.kernel.money import format_inr
from core.kernel.rate import RatePeriod
from core.loan.apr import apr_bps
from core.loan.schedule import make_schedule
from core.loan.terms import LoanKind, ProductTerms


@dataclass(frozen=True, slots=True)
class Quote:
    """The cost of one wish if it were paid out today; a real offer may differ."""

    amount_paise: int
    tenor_days: int
    payments: int
    payment_paise: int
    last_payment_paise: int
    interest_paise: int
    fee_paise: int
    fee_tax_paise: int
    net_paise: int
    total_paise: int
    first_due_on: dt.date
    matures_on: dt.date
    apr_bps: int


def quote(terms: ProductTerms, amount_paise: int, tenor: int, today: dt.date) -> Quote:
    """The figures of a wish; `tenor` counts the product's unit. Raises `Invalid` outside limits."""
    sold = terms.sell(principal_paise=amount_paise, tenor=tenor, disbursed_on=today)
    schedule = make_schedule(sold)
    first, last = schedule.instalments[0], schedule.instalments[-1]
    return Quote(
        amount_paise=amount_paise,
        tenor_days=tenor_in_days(terms.kind, tenor),
        payments=len(schedule.instalments),
        payment_paise=first.total_paise,
        last_payment_paise=last.total_paise,
        interest_paise=schedule.total_interest_paise,
        fee_paise=sold.processing_fee_paise,
        fee_tax_paise=sold.processing_fee_gst_paise,
        net_paise=sold.net_disbursed_paise,
        total_paise=schedule.total_payable_paise,
        first_due_on=first.due_on,
        matures_on=last.due_on,
        apr_bps=apr_bps(sold, schedule),
    )


def percent(bps: int) -> str:
    """Basis points as a percentage without idle zeros: 1850 -> "18.5 %"."""
    whole, part = divmod(abs(bps), 100)
    digits = f"{part:02d}".rstrip("0")
    sign = "−" if bps < 0 else ""
    return f"{sign}{whole}.{digits} %" if digits else f"{sign}{whole} %"


def rate_words(terms: ProductTerms) -> str:
    """The product's rate as people say it: "1 % a day", "24 % a year"."""
    unit = {RatePeriod.DAY: "day", RatePeriod.MONTH: "month", RatePeriod.YEAR: "year"}
    return f"{percent(terms.rate_bps)} a {unit[terms.rate_period]}"


def limit_words(terms: ProductTerms) -> str:
    """What the product allows, in one line."""
    unit = "days" if terms.kind is LoanKind.BULLET else "months"
    return (
        f"{format_inr(terms.min_amount_paise)} to {format_inr(terms.max_amount_paise)}, "
        f"{terms.min_tenor} to {terms.max_tenor} {unit}"
    )
