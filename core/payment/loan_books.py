"""Decides what payment asks of the loan and of the books, so that both are called in one place.
What leaves or reaches our bank is booked here; what it means for the loan is the loan's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from core.access.actor import ActorKind
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date
from core.kernel.money import format_inr
from core.ledger.chart import Head
from core.ledger.store import Leg, NewEntry, ensure_chart, insert_entries
from core.loan import service as loan_service
from core.loan import store as loan_store
from core.loan.event import Event, EventKind
from core.loan.position import InstalmentStatus, Position, position
from core.loan.tables import Loan
from core.loan.terms import LoanKind, LoanTerms
from core.payment import store
from core.payment.receipt import ReceiptMode
from core.payment.tables import Disbursal, Payout, Receipt

# the head that a receipt's money stands in until the bank statement confirms it
_HEAD_OF_MODE = {
    ReceiptMode.LINK: Head.GATEWAY_CLEARING,
    ReceiptMode.CASH: Head.CASH,
}


@dataclass(frozen=True, slots=True)
class Dues:
    """What a loan asks for on the business date, in paise."""

    overdue_paise: int
    due_paise: int
    payoff_paise: int
    outstanding_paise: int
    excess_paise: int
    next_due_on: dt.date | None
    next_due_paise: int
    days_past_due: int


@dataclass(frozen=True, slots=True)
class Preview:
    """What a receipt would change, in words for the checker."""

    before: Mapping[str, str] = field(default_factory=dict[str, str])
    after: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Booked:
    """What a receipt was used for."""

    allocation: dict[str, int]
    excess_paise: int
    event_id: int | None


# loans whose own books take nothing more; their money is kept for the borrower beside them
_OUTSIDE = ("written_off", "cancelled")
_NEXT_EVENT_ID = 2**62


def lock_loan(uow: UnitOfWork, loan_id: int) -> Loan:
    """The loan locked for posting: end of day first, then the row, as the loan itself does.

    Another order would let the closing of a date and a payment wait for each other.
    """
    loan_store.hold_books_open(uow)
    return uow.lock(Loan, loan_id)


def place_of(uow: UnitOfWork, loan: Loan) -> Position:
    """Where a loan stands on the business date; a customer sees only their own."""
    if uow.actor.kind is ActorKind.CUSTOMER:
        return loan_service.own_position(uow, loan.id, uow.actor.id or 0)
    return loan_service.current_position(uow, loan.id)


def dues(uow: UnitOfWork, loan: Loan) -> Dues:
    """What the loan asks for: what is late and due today, else the next instalment."""
    place = place_of(uow, loan)
    today_paise = sum(
        one.left.total for one in place.instalments if one.status is InstalmentStatus.DUE_TODAY
    )
    due_paise = place.overdue.total + today_paise
    return Dues(
        overdue_paise=place.overdue.total,
        due_paise=due_paise or place.next_due_paise,
        payoff_paise=place.payoff_paise if loan.status == "active" else 0,
        outstanding_paise=place.outstanding.total,
        excess_paise=place.excess_paise,
        next_due_on=place.oldest_due_on or place.next_due_on,
        next_due_paise=place.next_due_paise,
        days_past_due=place.days_past_due,
    )


def preview_receipt(uow: UnitOfWork, loan: Loan, row: Receipt) -> Preview:
    """What a receipt would change, computed the way it will be posted, nothing written."""
    terms = loan_store.terms_of(loan)
    events = loan_store.events_of(uow, loan.id)
    before = position(terms, events, uow.business_date)
    if loan.status in _OUTSIDE:
        return Preview(
            {"Excess kept": format_inr(before.excess_paise)},
            {"Excess kept": format_inr(before.excess_paise + row.amount_paise)},
        )
    receipt = Event(
        _NEXT_EVENT_ID,
        EventKind.RECEIPT,
        row.value_date,
        row.amount_paise,
        head=Head.BANK,
        is_payoff=row.is_payoff,
    )
    after = position(terms, [*events, receipt], uow.business_date)
    return Preview(_in_words(before), _in_words(after))


def _in_words(place: Position) -> dict[str, str]:
    words = {
        "Outstanding": format_inr(place.outstanding.total),
        "Overdue": format_inr(place.overdue.total),
        "Overdue days": str(place.days_past_due),
        "Next due": (
            f"{format_inr(place.next_due_paise)} on {format_date(place.next_due_on)}"
            if place.next_due_on
            else "nothing"
        ),
        "Excess kept": format_inr(place.excess_paise),
    }
    if place.is_settled:
        words["Loan"] = "closed"
    return words


def give_birth(uow: UnitOfWork, disbursal: Disbursal, payout: Payout) -> int:
    """The loan of a confirmed payout, under the terms that were signed; its id."""
    agreement = store.agreement_of(uow, disbursal.application_id)
    terms: LoanTerms | None = None
    if agreement is not None and agreement.terms:
        terms = LoanTerms.from_json(agreement.terms)
        terms = _paid_on(terms, uow.business_date)
    loan = loan_service.give_birth(
        uow,
        disbursal.application_id,
        disbursed_on=uow.business_date,
        terms=terms,
        payout_reference=payout.idempotency_key,
    )
    _money_leaves(uow, payout)
    return loan.id


def _paid_on(terms: LoanTerms, day: dt.date) -> LoanTerms:
    """The signed terms with the day the money really came; the agreed due dates stay."""
    if terms.disbursed_on == day:
        return terms
    days = (terms.first_due_on - day).days
    return replace(
        terms, disbursed_on=day, tenor=days if terms.kind is LoanKind.BULLET else terms.tenor
    )


def pay_again(uow: UnitOfWork, disbursal: Disbursal, payout: Payout) -> None:
    """A returned disbursal was paid by a new payout: only the money moves, the loan exists."""
    _money_leaves(uow, payout)


def take_back(uow: UnitOfWork, disbursal: Disbursal, payout: Payout) -> None:
    """A paid payout came back: the bank has the money, clearing shows whose it is."""
    _money_leaves(uow, payout, back=True)


def end_unpaid_loan(uow: UnitOfWork, disbursal: Disbursal, reason: str) -> None:
    """End the loan of a returned disbursal that will not be paid again."""
    if disbursal.loan_id is not None:
        loan_service.reverse_disbursal(uow, disbursal.loan_id, reason=reason)


def post_receipt(uow: UnitOfWork, row: Receipt) -> Booked:
    """Book a receipt to its loan; what the loan does not need is kept as excess."""
    loan = uow.get(Loan, row.loan_id)
    head = _HEAD_OF_MODE.get(ReceiptMode(row.mode), Head.BANK)
    if loan.status in _OUTSIDE:
        _keep_beside_loan(uow, loan, row, head)
        return Booked({"excess": row.amount_paise}, row.amount_paise, None)
    posted = loan_service.post_receipt(
        uow,
        loan.id,
        row.amount_paise,
        row.value_date,
        receipt_id=row.id,
        head=head,
        is_payoff=row.is_payoff,
    )
    used = posted.allocation
    allocation = {
        "principal": used.amounts.principal,
        "interest": used.amounts.interest,
        "charge": used.amounts.charge,
        "penal": used.amounts.penal,
        "excess": used.excess,
    }
    return Booked(allocation, used.excess, posted.event_id)


def _keep_beside_loan(uow: UnitOfWork, loan: Loan, row: Receipt, head: Head) -> None:
    """Money for a loan that has ended without being repaid belongs to the borrower."""
    party = ("customer", loan.customer_id)
    ensure_chart(uow)
    insert_entries(
        uow,
        [
            NewEntry(
                key=f"receipt:{row.id}:kept",
                kind="receipt_kept",
                value_date=row.value_date,
                legs=(
                    Leg(head, row.amount_paise, None, *party),
                    Leg(Head.EXCESS, -row.amount_paise, None, *party),
                ),
                memo=row.number,
            )
        ],
    )


def reverse_receipt(uow: UnitOfWork, row: Receipt, reason: str) -> None:
    """Undo a posted receipt in the loan and in the books."""
    if row.loan_event_id is not None:
        loan_service.reverse_receipt(uow, receipt_id=row.id, reason=reason)
        return
    loan = uow.get(Loan, row.loan_id)
    party = ("customer", loan.customer_id)
    head = _HEAD_OF_MODE.get(ReceiptMode(row.mode), Head.BANK)
    insert_entries(
        uow,
        [
            NewEntry(
                key=f"receipt:{row.id}:kept_reversed",
                kind="receipt_kept_reversed",
                value_date=row.value_date,
                legs=(
                    Leg(head, -row.amount_paise, None, *party),
                    Leg(Head.EXCESS, row.amount_paise, None, *party),
                ),
                memo=reason,
            )
        ],
    )


def _money_leaves(uow: UnitOfWork, payout: Payout, *, back: bool = False) -> None:
    """Book a payout between clearing and bank; clearing shows what borrowers have not got."""
    sign = -1 if back else 1
    ensure_chart(uow)
    party = ("payout", payout.id)
    insert_entries(
        uow,
        [
            NewEntry(
                key=f"payout:{payout.id}:{'returned' if back else 'paid'}",
                kind="payout_returned" if back else "payout",
                value_date=uow.business_date,
                legs=(
                    Leg(Head.PAYOUT_CLEARING, sign * payout.amount_paise, None, *party),
                    Leg(Head.BANK, -sign * payout.amount_paise, None, *party),
                ),
                memo=f"UTR {payout.utr}" if payout.utr else "",
            )
        ],
    )
