"""The one way an event of a loan is booked: recorded, replayed, projected, posted, followed up.
Services check who may and what is allowed; whatever they let happen then happens here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.ledger import store as ledger_store
from core.ledger.chart import Head
from core.ledger.store import Leg, NewEntry
from core.loan import store
from core.loan.book import Book, book_of, difference
from core.loan.event import Event, EventKind
from core.loan.life_cycle import LOAN
from core.loan.position import Allocation, Amounts, Position, read_position
from core.loan.replay import State, replay
from core.loan.tables import Loan, LoanEvent
from core.loan.terms import Component

sentences.add(
    {
        "loan.closed": "closed the loan: everything is paid",
        "loan.reopened": "opened the loan again",
    }
)


@dataclass(frozen=True, slots=True)
class Posted:
    """What an event did: the event, where the loan stands now, and how the money was used."""

    loan_id: int
    event_id: int
    entry_id: int | None
    position: Position
    allocation: Allocation


def open_loan(uow: UnitOfWork, loan_id: int) -> tuple[Loan, date]:
    """Lock a loan, the serialisation point, with the books held open."""
    as_of = store.hold_books_open(uow)
    return uow.lock(Loan, loan_id), as_of


def state_of(loan: Loan, events: list[Event], as_of: date) -> State:
    """Return the state that events lead a loan to at the opening of a date."""
    return replay(store.terms_of(loan), events, as_of)


def position_of(uow: UnitOfWork, loan: Loan, as_of: date) -> Position:
    """Return where a loan stands at the opening of a date, from all its events."""
    return read_position(state_of(loan, store.events_of(uow, loan.id), as_of))


def record(
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
    """Insert an event; by itself it changes nothing else."""
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


def happen(
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
    """Record an event and everything that follows from it; the loan is locked by the caller."""
    before = store.events_of(uow, loan.id)
    row = record(
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
    place, entry_id = bring_forward(uow, loan, before, after, row, as_of)
    _follow_status(uow, loan, place, value_date)
    return Posted(
        loan_id=loan.id,
        event_id=row.id,
        entry_id=entry_id,
        position=place,
        allocation=place.allocation_of(row.id) or Allocation(row.id, Amounts(), 0),
    )


def bring_forward(
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
    old, new = state_of(loan, before, as_of), state_of(loan, after, as_of)
    recognised = store.recognised_paise(uow, loan.id)
    add_missing_facts(uow, loan, new, recognised, row.id)
    changes = difference(as_recognised(old, recognised), book_of(new))
    entry_id = None
    if changes:
        entry = loan_entry(loan, f"loan_event:{row.id}", row.kind, row.value_date, changes)
        (entry_id,) = ledger_store.insert_entries(uow, [entry])
    return store.write_projection(uow, loan, new, event_id=row.id), entry_id


def add_missing_facts(
    uow: UnitOfWork,
    loan: Loan,
    state: State,
    recognised: dict[Component, int],
    event_id: int,
) -> None:
    """Insert what a state has earned and charged beyond what the facts recognise."""
    earned = state.interest_earned(state.as_of) if state.disbursed else 0
    charged = state.total(Component.PENAL, "due")
    missing = {
        Component.INTEREST: earned - recognised[Component.INTEREST],
        Component.PENAL: charged - recognised[Component.PENAL],
    }
    store.add_facts(uow, loan.id, event_id, missing)


def loan_entry(loan: Loan, key: str, kind: str, on: date, changes: Book) -> NewEntry:
    """Return the entry that posts a change of one loan's book."""
    legs = tuple(Leg(head, paise, loan_id=loan.id) for head, paise in changes.items())
    return NewEntry(key=key, kind=kind, value_date=on, legs=legs, memo=loan.number)


def as_recognised(state: State, recognised: dict[Component, int]) -> Book:
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
    record(uow, loan, kind, on, 0, {"status": loan.status})
