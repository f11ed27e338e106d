"""Use cases of a loan: its birth at the confirmed payout, money in, reversals, charges, quotes.
Each locks the loan, records an event, replays, writes the projection and posts the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import col

from core.access.permission import Permission
from core.application.tables import Application
from core.application.tenor import tenor_in_unit
from core.brand.tables import Holiday, ProductVersion
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, Invalid, NotFound
from core.kernel.money import AMOUNT_PAISE_MAX, format_inr
from core.ledger import store as ledger_store
from core.ledger.chart import MONEY_HEADS, Head
from core.loan import booking, store
from core.loan.book import book_of, difference
from core.loan.booking import Posted
from core.loan.event import EventKind
from core.loan.life_cycle import LOAN
from core.loan.position import Allocation, Amounts, Position
from core.loan.schedule import make_schedule
from core.loan.tables import Loan, LoanEvent
from core.loan.terms import Component, LoanTerms, ProductTerms

NUMBER_SERIES = "LN"

sentences.add(
    {
        "loan.born": "disbursed {amount} as loan {number}",
        "loan.receipt_posted": "posted {amount} received on {value_date}",
        "loan.receipt_reversed": "reversed {amount} received on {value_date}",
        "loan.charge_added": "charged {amount} for {label}",
        "loan.waived": "waived {amount} of {component}",
        "loan.excess_refunded": "refunded {amount} paid in excess",
        "loan.disbursal_reversed": "took back the disbursal of {amount}",
        "loan.projection_rebuilt": "rebuilt the loan's balances from its events",
    }
)


class LoanNotSanctioned(Conflict):
    """The application has no sanctioned amount, so no loan can be born from it."""

    code = "loan_not_sanctioned"


class AlreadyReversed(Conflict):
    """The event was reversed before."""

    code = "event_already_reversed"


class LoanEnded(Conflict):
    """The loan's status does not take this event any more."""

    code = "loan_ended"


# ---------------------------------------------------------------- birth


def agreed_terms(uow: UnitOfWork, application: Application, disbursed_on: date) -> LoanTerms:
    """Return the terms under which a sanctioned application becomes a loan on a date.

    The rate of the application is per the product's own rate period. Raises
    LoanNotSanctioned, and Invalid when the agreed repayment date has passed.
    """
    uow.actor.require(Permission.APPLICATION_OPEN)
    amount_paise = application.sanctioned_amount_paise
    if amount_paise is None:
        raise LoanNotSanctioned("This application has not been sanctioned.")
    version = uow.get(ProductVersion, application.product_version_id)
    product = ProductTerms.from_json(version.terms)
    days = application.sanctioned_tenor_days or application.tenor_days
    holidays = frozenset(uow.session.scalars(select(col(Holiday.on_date))))
    return product.agree(
        principal_paise=amount_paise,
        tenor=tenor_in_unit(product.kind, days),
        disbursed_on=disbursed_on,
        first_due_on=application.repayment_on,
        rate_bps=application.rate_bps,
        holidays=holidays,
    )


def give_birth(
    uow: UnitOfWork,
    application_id: int,
    *,
    disbursed_on: date | None = None,
    terms: LoanTerms | None = None,
    payout_reference: str = "",
) -> Loan:
    """Create the loan of an application whose payout is confirmed; a repeat returns it.

    Freezes terms and product version, makes the instalments, records the disbursal and
    posts it. `disbursed_on` is the day the bank paid (default the business date), `terms`
    those of the signed agreement when they are kept elsewhere.
    """
    uow.actor.require(Permission.DISBURSAL_APPROVE)
    application = uow.lock(Application, application_id)
    born = store.loan_of_application(uow, application_id)
    if born is not None:
        return born
    as_of = store.hold_books_open(uow)
    on = disbursed_on or uow.business_date
    if on > uow.business_date:
        raise Invalid({"disbursed_on": "The payout cannot lie after the business date"})
    terms = terms or agreed_terms(uow, application, on)
    if terms.disbursed_on != on:
        raise Invalid({"disbursed_on": "The terms were made for another disbursal date"})
    loan = _new_loan(uow, application, terms)
    ledger_store.ensure_chart(uow)
    event = booking.record(
        uow,
        loan,
        EventKind.DISBURSED,
        on,
        terms.principal_paise,
        {"net_paise": terms.net_disbursed_paise, "payout_reference": payout_reference},
    )
    booking.bring_forward(uow, loan, [], [store.event_of(event)], event, as_of)
    uow.audit(
        "loan.born",
        ("loan", loan.id),
        case_id=application_id,
        after={"terms": loan.terms},
        amount=format_inr(terms.principal_paise),
        number=loan.number,
    )
    uow.emit("loan.born", {"loan_id": loan.id, "application_id": application_id})
    return loan


def _new_loan(uow: UnitOfWork, application: Application, terms: LoanTerms) -> Loan:
    daily = terms.rate.per_day()
    return uow.add(
        Loan(
            number=uow.next_number(NUMBER_SERIES),
            application_id=application.id,
            customer_id=application.customer_id,
            product_id=application.product_id,
            product_version_id=application.product_version_id,
            kind=terms.kind.value,
            terms=terms.to_json(),
            status="active",
            status_since=uow.now,
            principal_paise=terms.principal_paise,
            net_disbursed_paise=terms.net_disbursed_paise,
            disbursed_on=terms.disbursed_on,
            matures_on=make_schedule(terms).matures_on,
            daily_rate_numerator=daily.numerator,
            daily_rate_denominator=daily.denominator,
            rounding=terms.rounding.value,
            minor_unit_paise=terms.minor_unit_paise,
            penal_bps_per_year=terms.penal.bps_per_year,
            penal_grace_days=terms.penal.grace_days,
        )
    )


# ---------------------------------------------------------------- money in and out


def post_receipt(
    uow: UnitOfWork,
    loan_id: int,
    amount_paise: int,
    value_date: date,
    *,
    receipt_id: int | None = None,
    head: Head = Head.GATEWAY_CLEARING,
    is_payoff: bool = False,
) -> Posted:
    """Take money for a loan: allocate it, post it, and close the loan with the last paisa.

    `head` is where the money is, `is_payoff` says that it is meant to end the loan early
    (it then must cover the payoff amount of its value date to do so). A repeat of the same
    receipt returns what was posted. What the loan does not need becomes excess. Raises
    Invalid for the amount, the value date or the head.
    """
    uow.actor.require(Permission.PAYMENT_APPROVE)
    loan, as_of = booking.open_loan(uow, loan_id)
    repeated = _posted_before(uow, loan, receipt_id, amount_paise, value_date, as_of)
    if repeated is not None:
        return repeated
    _check_money(uow, loan, amount_paise, value_date, head)
    if loan.status in ("written_off", "cancelled"):
        raise LoanEnded("Money for this loan has to be booked as a recovery.")
    data = {"head": head.value, "is_payoff": is_payoff}
    posted = booking.happen(
        uow, loan, as_of, EventKind.RECEIPT, value_date, amount_paise, data, receipt_id=receipt_id
    )
    uow.audit(
        "loan.receipt_posted",
        ("loan", loan.id),
        case_id=loan.application_id,
        after={"receipt_id": receipt_id, "amount_paise": amount_paise},
        amount=format_inr(amount_paise),
        value_date=value_date,
    )
    uow.emit(
        "loan.receipt_posted",
        {"loan_id": loan.id, "event_id": posted.event_id, "receipt_id": receipt_id},
    )
    return posted


def reverse_receipt(
    uow: UnitOfWork,
    event_id: int | None = None,
    *,
    receipt_id: int | None = None,
    reason: str,
) -> Posted:
    """Undo a receipt (bounced, charged back, posted wrongly) as if it had never come.

    Everything after it is replayed; a loan it had closed opens again. Name the event or
    the receipt. Raises NotFound, AlreadyReversed, Invalid without a reason.
    """
    uow.actor.require(Permission.PAYMENT_APPROVE)
    if not reason.strip():
        raise Invalid({"reason": "Say why the receipt is reversed"})
    if event_id is not None:
        row = uow.get(LoanEvent, event_id)
    elif receipt_id is not None:
        row = store.receipt_event(uow, receipt_id)
    else:
        raise Invalid({"receipt_id": "Name the receipt"})
    if row.kind != EventKind.RECEIPT.value:
        raise NotFound(f"There is no receipt {row.id} here")
    loan, as_of = booking.open_loan(uow, row.loan_id)
    if store.is_reversed(uow, row.id):
        raise AlreadyReversed("This receipt was reversed before.")
    posted = booking.happen(
        uow,
        loan,
        as_of,
        EventKind.REVERSAL,
        row.value_date,
        row.amount_paise,
        {"reason": reason.strip()},
        reverses=row.id,
        receipt_id=row.receipt_id,
    )
    uow.audit(
        "loan.receipt_reversed",
        ("loan", loan.id),
        case_id=loan.application_id,
        after={"event_id": row.id, "amount_paise": row.amount_paise},
        reason=reason.strip(),
        amount=format_inr(row.amount_paise),
        value_date=row.value_date,
    )
    uow.emit(
        "loan.receipt_reversed",
        {"loan_id": loan.id, "event_id": row.id, "receipt_id": row.receipt_id},
    )
    return posted


def refund_excess(
    uow: UnitOfWork, loan_id: int, amount_paise: int, value_date: date, *, head: Head = Head.BANK
) -> Posted:
    """Record that excess money went back to the borrower; raises Invalid beyond the excess."""
    uow.actor.require(Permission.PAYMENT_APPROVE)
    loan, as_of = booking.open_loan(uow, loan_id)
    _check_money(uow, loan, amount_paise, value_date, head)
    held = booking.state_of(loan, store.events_of(uow, loan.id), as_of).excess
    if amount_paise > held:
        raise Invalid({"amount": f"The excess is {format_inr(held)}"})
    posted = booking.happen(
        uow, loan, as_of, EventKind.REFUND, value_date, amount_paise, {"head": head.value}
    )
    uow.audit(
        "loan.excess_refunded",
        ("loan", loan.id),
        case_id=loan.application_id,
        after={"amount_paise": amount_paise},
        amount=format_inr(amount_paise),
    )
    return posted


def add_charge(
    uow: UnitOfWork,
    loan_id: int,
    amount_paise: int,
    value_date: date,
    *,
    label: str,
    tax_paise: int = 0,
) -> Posted:
    """Charge the borrower for an event (a bounced mandate, a visit); tax comes on top."""
    uow.actor.require(Permission.PAYMENT_APPROVE)
    if not label.strip():
        raise Invalid({"label": "Say what the charge is for"})
    if tax_paise < 0:
        raise Invalid({"tax": "The tax cannot be negative"})
    loan, as_of = booking.open_loan(uow, loan_id)
    _check_amount_and_date(uow, loan, amount_paise, value_date)
    if loan.status != "active":
        raise LoanEnded("This loan has ended, nothing more can be charged.")
    data = {"tax_paise": tax_paise, "label": label.strip()}
    posted = booking.happen(uow, loan, as_of, EventKind.CHARGE, value_date, amount_paise, data)
    uow.audit(
        "loan.charge_added",
        ("loan", loan.id),
        case_id=loan.application_id,
        after={"amount_paise": amount_paise, "tax_paise": tax_paise},
        amount=format_inr(amount_paise + tax_paise),
        label=label.strip(),
    )
    return posted


def waive(
    uow: UnitOfWork,
    loan_id: int,
    component: Component,
    amount_paise: int,
    value_date: date,
    *,
    reason: str,
) -> Posted:
    """Give up part of what is owed of one component; needs the right to write off.

    Raises Invalid for more than is owed of the component on the value date.
    """
    uow.actor.require(Permission.WRITE_OFF)
    if not reason.strip():
        raise Invalid({"reason": "Say why this is waived"})
    loan, as_of = booking.open_loan(uow, loan_id)
    _check_amount_and_date(uow, loan, amount_paise, value_date)
    owed = getattr(booking.position_of(uow, loan, as_of).outstanding, component.value)
    if amount_paise > owed:
        raise Invalid({"amount": f"Only {format_inr(max(owed, 0))} of {component.value} is owed"})
    data = {"component": component.value, "reason": reason.strip()}
    posted = booking.happen(uow, loan, as_of, EventKind.WAIVER, value_date, amount_paise, data)
    uow.audit(
        "loan.waived",
        ("loan", loan.id),
        case_id=loan.application_id,
        after={"amount_paise": amount_paise},
        reason=reason.strip(),
        amount=format_inr(amount_paise),
        component=component.value,
    )
    return posted


def reverse_disbursal(uow: UnitOfWork, loan_id: int, *, reason: str) -> Posted:
    """Undo a disbursal whose money came back and will not be paid again; ends the loan.

    Raises Conflict when money was received for it that has not been reversed.
    """
    uow.actor.require(Permission.DISBURSAL_APPROVE)
    if not reason.strip():
        raise Invalid({"reason": "Say why the disbursal is taken back"})
    loan, as_of = booking.open_loan(uow, loan_id)
    if loan.status != "active":
        raise LoanEnded("This loan has ended.")
    events = store.events_of(uow, loan.id)
    if booking.state_of(loan, events, as_of).splits:
        raise Conflict("Money was received for this loan. Reverse the receipts first.")
    birth = next(event for event in events if event.kind is EventKind.DISBURSED)
    posted = booking.happen(
        uow,
        loan,
        as_of,
        EventKind.REVERSAL,
        birth.value_date,
        birth.amount_paise,
        {"reason": reason.strip()},
        reverses=birth.id,
    )
    uow.transition(LOAN, loan, "cancel", reason=reason.strip())
    loan.closed_on = uow.business_date
    uow.audit(
        "loan.disbursal_reversed",
        ("loan", loan.id),
        case_id=loan.application_id,
        reason=reason.strip(),
        amount=format_inr(loan.principal_paise),
    )
    return posted


# ---------------------------------------------------------------- reading


def current_position(uow: UnitOfWork, loan_id: int, as_of: date | None = None) -> Position:
    """Return where a loan stands at the opening of a date (default the business date)."""
    uow.actor.require(Permission.LOAN_OPEN)
    return booking.position_of(uow, uow.get(Loan, loan_id), as_of or uow.business_date)


def own_position(uow: UnitOfWork, loan_id: int, customer_id: int) -> Position:
    """Return where the customer's own loan stands today; another's loan is not found."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    loan = uow.get(Loan, loan_id)
    if loan.customer_id != customer_id or uow.actor.id != customer_id:
        raise NotFound(f"There is no loan {loan_id} here")
    return booking.position_of(uow, loan, uow.business_date)


@dataclass(frozen=True, slots=True)
class PayoffQuote:
    """What ends a loan on a date, by component, in paise; interest is that earned to the day."""

    loan_id: int
    on: date
    amounts: Amounts
    excess_paise: int
    payoff_paise: int


def payoff_quote(uow: UnitOfWork, loan_id: int, on: date | None = None) -> PayoffQuote:
    """Return what ends a loan on a date from the business date on, by component.

    Raises Invalid for a date in the past.
    """
    uow.actor.require(Permission.LOAN_OPEN)
    day = on or uow.business_date
    if day < uow.business_date:
        raise Invalid({"on": "Choose today or a later date"})
    place = booking.position_of(uow, uow.get(Loan, loan_id), day)
    return PayoffQuote(loan_id, day, place.outstanding, place.excess_paise, place.payoff_paise)


def rebuild_projection(uow: UnitOfWork, loan_id: int) -> Position:
    """Write a loan's instalments and balance anew from its events; nothing else changes."""
    uow.actor.require(Permission.LEDGER_POST)
    loan, as_of = booking.open_loan(uow, loan_id)
    state = booking.state_of(loan, store.events_of(uow, loan.id), as_of)
    place = store.write_projection(uow, loan, state)
    uow.audit("loan.projection_rebuilt", ("loan", loan.id), case_id=loan.application_id)
    return place


def recognise(uow: UnitOfWork, loan_id: int, as_of: date) -> int | None:
    """Book what a loan earned up to the opening of a date and nothing booked yet.

    End of day calls it for loans that missed nights; returns the entry, if one was needed.
    """
    uow.actor.require(Permission.END_OF_DAY_RUN)
    loan = uow.lock(Loan, loan_id)
    events = store.events_of(uow, loan.id)
    state = booking.state_of(loan, events, as_of)
    recognised = store.recognised_paise(uow, loan.id)
    booking.add_missing_facts(uow, loan, state, recognised, events[-1].id)
    changes = difference(booking.as_recognised(state, recognised), book_of(state))
    entry_id = None
    if changes:
        key = f"recognise:{loan.id}:{as_of.isoformat()}"
        (entry_id,) = ledger_store.insert_entries(
            uow, [booking.loan_entry(loan, key, "accrue", as_of, changes)]
        )
    store.write_projection(uow, loan, state, event_id=events[-1].id)
    return entry_id


def _check_amount_and_date(
    uow: UnitOfWork, loan: Loan, amount_paise: int, value_date: date
) -> None:
    wrong: dict[str, str] = {}
    if not 0 < amount_paise <= AMOUNT_PAISE_MAX:
        wrong["amount"] = "Enter an amount above zero"
    if value_date > uow.business_date:
        wrong["value_date"] = "The value date cannot lie after the business date"
    elif value_date < loan.disbursed_on:
        wrong["value_date"] = "The value date cannot lie before the disbursal"
    if wrong:
        raise Invalid(wrong)


def _check_money(
    uow: UnitOfWork, loan: Loan, amount_paise: int, value_date: date, head: Head
) -> None:
    if head not in MONEY_HEADS:
        raise Invalid({"head": "Name the account that holds the money"})
    _check_amount_and_date(uow, loan, amount_paise, value_date)


def _posted_before(
    uow: UnitOfWork,
    loan: Loan,
    receipt_id: int | None,
    amount_paise: int,
    value_date: date,
    as_of: date,
) -> Posted | None:
    """What an earlier delivery of the same receipt did; Conflict when its content differs."""
    if receipt_id is None:
        return None
    row = uow.session.scalar(
        select(LoanEvent).where(
            col(LoanEvent.receipt_id) == receipt_id,
            col(LoanEvent.kind) == EventKind.RECEIPT.value,
        )
    )
    if row is None:
        return None
    if (row.loan_id, row.amount_paise, row.value_date) != (loan.id, amount_paise, value_date):
        raise Conflict("This receipt was posted before with other content.")
    place = booking.position_of(uow, loan, as_of)
    return Posted(
        loan_id=loan.id,
        event_id=row.id,
        entry_id=None,
        position=place,
        allocation=place.allocation_of(row.id) or Allocation(row.id, Amounts(), 0),
    )
