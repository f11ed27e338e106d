"""Use cases of a loan: its birth at the confirmed payout, money in, reversals, charges, quotes.
Each locks the loan, records an event, replays, writes the projection and posts the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

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
from core.ledger.store import Leg, NewEntry
from core.loan import store
from core.loan.book import Book, book_of, difference
from core.loan.event import Event, EventKind
from core.loan.life_cycle import LOAN
from core.loan.position import Allocation, Amounts, Position, read_position
from core.loan.replay import State, replay
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
        "loan.closed": "closed the loan: everything is paid",
        "loan.reopened": "opened the loan again",
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


@dataclass(frozen=True, slots=True)
class Posted:
    """What an event did: the event, where the loan stands now, and how the money was used."""

    loan_id: int
    event_id: int
    entry_id: int | None
    position: Position
    allocation: Allocation


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
    event = _record(
        uow,
        loan,
        EventKind.DISBURSED,
        on,
        terms.principal_paise,
        {"net_paise": terms.net_disbursed_paise, "payout_reference": payout_reference},
    )
    _bring_forward(uow, loan, [], [store.event_of(event)], event, as_of)
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
    loan, as_of = _open_loan(uow, loan_id)
    repeated = _posted_before(uow, loan, receipt_id, amount_paise, value_date, as_of)
    if repeated is not None:
        return repeated
    _check_money(uow, loan, amount_paise, value_date, head)
    if loan.status in ("written_off", "cancelled"):
        raise LoanEnded("Money for this loan has to be booked as a recovery.")
    data = {"head": head.value, "is_payoff": is_payoff}
    posted = _happen(
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
    loan, as_of = _open_loan(uow, row.loan_id)
    if store.is_reversed(uow, row.id):
        raise AlreadyReversed("This receipt was reversed before.")
    posted = _happen(
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
    loan, as_of = _open_loan(uow, loan_id)
    _check_money(uow, loan, amount_paise, value_date, head)
    held = _state(uow, loan, store.events_of(uow, loan.id), as_of).excess
    if amount_paise > held:
        raise Invalid({"amount": f"The excess is {format_inr(held)}"})
    posted = _happen(
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
    loan, as_of = _open_loan(uow, loan_id)
    _check_amount_and_date(uow, loan, amount_paise, value_date)
    if loan.status != "active":
        raise LoanEnded("This loan has ended, nothing more can be charged.")
    data = {"tax_paise": tax_paise, "label": label.strip()}
    posted = _happen(uow, loan, as_of, EventKind.CHARGE, value_date, amount_paise, data)
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
    loan, as_of = _open_loan(uow, loan_id)
    _check_amount_and_date(uow, loan, amount_paise, value_date)
    owed = getattr(_position(uow, loan, as_of).outstanding, component.value)
    if amount_paise > owed:
        raise Invalid({"amount": f"Only {format_inr(max(owed, 0))} of {component.value} is owed"})
    data = {"component": component.value, "reason": reason.strip()}
    posted = _happen(uow, loan, as_of, EventKind.WAIVER, value_date, amount_paise, data)
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
    loan, as_of = _open_loan(uow, loan_id)
    if loan.status != "active":
        raise LoanEnded("This loan has ended.")
    events = store.events_of(uow, loan.id)
    if _state(uow, loan, events, as_of).splits:
        raise Conflict("Money was received for this loan. Reverse the receipts first.")
    birth = next(event for event in events if event.kind is EventKind.DISBURSED)
    posted = _happen(
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
    return _position(uow, uow.get(Loan, loan_id), as_of or uow.business_date)


def own_position(uow: UnitOfWork, loan_id: int, customer_id: int) -> Position:
    """Return where the customer's own loan stands today; another's loan is not found."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    loan = uow.get(Loan, loan_id)
    if loan.customer_id != customer_id or uow.actor.id != customer_id:
        raise NotFound(f"There is no loan {loan_id} here")
    return _position(uow, loan, uow.business_date)


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
    place = _position(uow, uow.get(Loan, loan_id), day)
    return PayoffQuote(loan_id, day, place.outstanding, place.excess_paise, place.payoff_paise)


def rebuild_projection(uow: UnitOfWork, loan_id: int) -> Position:
    """Write a loan's instalments and balance anew from its events; nothing else changes."""
    uow.actor.require(Permission.LEDGER_POST)
    loan, as_of = _open_loan(uow, loan_id)
    state = _state(uow, loan, store.events_of(uow, loan.id), as_of)
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
    state = _state(uow, loan, events, as_of)
    recognised = store.recognised_paise(uow, loan.id)
    _add_missing_facts(uow, loan, state, recognised, events[-1].id)
    changes = difference(_as_recognised(state, recognised), book_of(state))
    entry_id = None
    if changes:
        key = f"recognise:{loan.id}:{as_of.isoformat()}"
        (entry_id,) = ledger_store.insert_entries(
            uow, [_loan_entry(loan, key, "accrue", as_of, changes)]
        )
    store.write_projection(uow, loan, state, event_id=events[-1].id)
    return entry_id


# ---------------------------------------------------------------- the one way things happen


def _open_loan(uow: UnitOfWork, loan_id: int) -> tuple[Loan, date]:
    """Lock a loan, the serialisation point, with the books held open."""
    as_of = store.hold_books_open(uow)
    return uow.lock(Loan, loan_id), as_of


def _state(uow: UnitOfWork, loan: Loan, events: list[Event], as_of: date) -> State:
    return replay(store.terms_of(loan), events, as_of)


def _position(uow: UnitOfWork, loan: Loan, as_of: date) -> Position:
    return read_position(_state(uow, loan, store.events_of(uow, loan.id), as_of))


def _record(
    uow: UnitOfWork,
    loan: Loan,
    kind: EventKind,
    value_date: date,
    amount_paise: int,
    data: dict[str, Any],
    *,
    reverses: int | None = None,
    receipt_id: int | None = None,
) -> LoanEvent:
    return uow.add(
        LoanEvent(
            loan_id=loan.id,
            kind=kind.value,
            value_date=value_date,
            posted_on=uow.business_date,
            amount_paise=amount_paise,
            data=data,
            reverses_event_id=reverses,
            receipt_id=receipt_id,
            recorded_at=uow.now,
            recorded_by=uow.actor.name,
        )
    )


def _happen(
    uow: UnitOfWork,
    loan: Loan,
    as_of: date,
    kind: EventKind,
    value_date: date,
    amount_paise: int,
    data: dict[str, Any],
    *,
    reverses: int | None = None,
    receipt_id: int | None = None,
) -> Posted:
    before = store.events_of(uow, loan.id)
    row = _record(
        uow,
        loan,
        kind,
        value_date,
        amount_paise,
        data,
        reverses=reverses,
        receipt_id=receipt_id,
    )
    after = [*before, store.event_of(row)]
    place, entry_id = _bring_forward(uow, loan, before, after, row, as_of)
    _follow_status(uow, loan, place, value_date)
    return Posted(
        loan_id=loan.id,
        event_id=row.id,
        entry_id=entry_id,
        position=place,
        allocation=place.allocation_of(row.id) or Allocation(row.id, Amounts(), 0),
    )


def _bring_forward(
    uow: UnitOfWork,
    loan: Loan,
    before: list[Event],
    after: list[Event],
    row: LoanEvent,
    as_of: date,
) -> tuple[Position, int | None]:
    """Write the projection and facts after an event and post what changed in the books.

    The books before are those the facts have recognised, so that an accrual the event makes
    necessary (a back-dated receipt, a reversal, nights end of day has not reached) is part
    of the same entry.
    """
    old, new = _state(uow, loan, before, as_of), _state(uow, loan, after, as_of)
    recognised = store.recognised_paise(uow, loan.id)
    _add_missing_facts(uow, loan, new, recognised, row.id)
    changes = difference(_as_recognised(old, recognised), book_of(new))
    entry_id = None
    if changes:
        entry = _loan_entry(loan, f"loan_event:{row.id}", row.kind, row.value_date, changes)
        (entry_id,) = ledger_store.insert_entries(uow, [entry])
    return store.write_projection(uow, loan, new, event_id=row.id), entry_id


def _add_missing_facts(
    uow: UnitOfWork,
    loan: Loan,
    state: State,
    recognised: dict[Component, int],
    event_id: int,
) -> None:
    earned = state.interest_earned(state.as_of) if state.disbursed else 0
    charged = state.total(Component.PENAL, "due")
    missing = {
        Component.INTEREST: earned - recognised[Component.INTEREST],
        Component.PENAL: charged - recognised[Component.PENAL],
    }
    store.add_facts(uow, loan.id, event_id, missing)


def _loan_entry(loan: Loan, key: str, kind: str, on: date, changes: Book) -> NewEntry:
    legs = tuple(Leg(head, paise, loan_id=loan.id) for head, paise in changes.items())
    return NewEntry(key=key, kind=kind, value_date=on, legs=legs, memo=loan.number)


def _as_recognised(state: State, recognised: dict[Component, int]) -> Book:
    """The book of a state with interest and penal charges as far as facts have booked them."""
    book: dict[Head, int] = dict(book_of(state))
    pairs: tuple[tuple[Component, Head, Head], ...] = (
        (Component.INTEREST, Head.INTEREST_RECEIVABLE, Head.INTEREST_INCOME),
        (Component.PENAL, Head.PENAL_RECEIVABLE, Head.PENAL_INCOME),
    )
    for component, receivable, income in pairs:
        late = recognised[component] + book.get(income, 0)
        book[receivable] = book.get(receivable, 0) + late
        book[income] = book.get(income, 0) - late
    return book


def _follow_status(uow: UnitOfWork, loan: Loan, place: Position, value_date: date) -> None:
    """Close a loan whose last paisa is paid, and open one again that owes after a reversal."""
    if place.is_settled and loan.status == "active":
        uow.transition(LOAN, loan, "foreclose" if place.is_foreclosed else "close")
        loan.closed_on = value_date
        _mark(uow, loan, EventKind.CLOSED, value_date)
        uow.audit("loan.closed", ("loan", loan.id), case_id=loan.application_id)
        uow.emit("loan.closed", {"loan_id": loan.id, "application_id": loan.application_id})
    elif not place.is_settled and place.is_disbursed and LOAN.can(loan.status, "reopen"):
        uow.transition(LOAN, loan, "reopen")
        loan.closed_on = None
        _mark(uow, loan, EventKind.REOPENED, value_date)
        uow.audit("loan.reopened", ("loan", loan.id), case_id=loan.application_id)
        uow.emit("loan.reopened", {"loan_id": loan.id, "application_id": loan.application_id})


def _mark(uow: UnitOfWork, loan: Loan, kind: EventKind, on: date) -> None:
    _record(uow, loan, kind, on, 0, {"status": loan.status})


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
    place = _position(uow, loan, as_of)
    return Posted(
        loan_id=loan.id,
        event_id=row.id,
        entry_id=None,
        position=place,
        allocation=place.allocation_of(row.id) or Allocation(row.id, Amounts(), 0),
    )
