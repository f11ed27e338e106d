"""Every query and every projection row of loans: events in, instalments, balances, facts out.
Projections are written whole from a replayed state, so that writing and rebuilding are one act.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, text
from sqlmodel import col

from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import NotFound
from core.loan.event import Event, EventKind
from core.loan.position import Position, read_position
from core.loan.replay import State
from core.loan.tables import AccrualFact, BucketFact, InstalmentRow, Loan, LoanBalance, LoanEvent
from core.loan.terms import Component, LoanTerms


def hold_books_open(uow: UnitOfWork) -> date:
    """Keep end of day out of this transaction and return the day whose opening counts now.

    Once the closing of a business date has begun, what comes in meets loans as they stand
    at the opening of the next day.
    """
    uow.session.execute(
        text("SELECT pg_advisory_xact_lock_shared(:brand, hashtext('end_of_day'))"),
        {"brand": uow.brand_id},
    )
    day, closing = uow.session.execute(
        text(
            "SELECT b.business_date, EXISTS (SELECT FROM end_of_day_run r"
            "        WHERE r.business_date = b.business_date)"
            " FROM brand b WHERE b.id = :brand"
        ),
        {"brand": uow.brand_id},
    ).one()
    if day != uow.business_date:
        # end of day moved the date after this transaction first read it
        uow.session.refresh(uow.brand)
    return day + timedelta(days=1) if closing else day


def loan_of_application(uow: UnitOfWork, application_id: int) -> Loan | None:
    """Return the loan of an application, None before its payout is confirmed."""
    return uow.session.scalar(select(Loan).where(col(Loan.application_id) == application_id))


def terms_of(loan: Loan) -> LoanTerms:
    """Return the terms a loan was sold under."""
    return LoanTerms.from_json(loan.terms)


def event_of(row: LoanEvent) -> Event:
    """Return the pure event that a row keeps."""
    data = row.data
    component = data.get("component")
    return Event(
        id=row.id,
        kind=EventKind(row.kind),
        value_date=row.value_date,
        amount_paise=row.amount_paise,
        component=Component(component) if component else None,
        tax_paise=data.get("tax_paise", 0),
        head=data.get("head", ""),
        is_payoff=data.get("is_payoff", False),
        reverses=row.reverses_event_id,
        label=data.get("label", ""),
    )


def events_of(uow: UnitOfWork, loan_id: int) -> list[Event]:
    """Return a loan's events in the order they were recorded."""
    rows = uow.session.scalars(
        select(LoanEvent).where(col(LoanEvent.loan_id) == loan_id).order_by(col(LoanEvent.id))
    )
    return [event_of(row) for row in rows]


def receipt_event(uow: UnitOfWork, receipt_id: int) -> LoanEvent:
    """Return the event of a receipt; raises NotFound when it was never posted."""
    row = uow.session.scalar(
        select(LoanEvent).where(
            col(LoanEvent.receipt_id) == receipt_id,
            col(LoanEvent.kind) == EventKind.RECEIPT.value,
        )
    )
    if row is None:
        raise NotFound("This receipt was never posted to a loan")
    return row


def is_reversed(uow: UnitOfWork, event_id: int) -> bool:
    """Whether an event was reversed."""
    found = uow.session.scalar(
        select(col(LoanEvent.id)).where(col(LoanEvent.reverses_event_id) == event_id)
    )
    return found is not None


def recognised_paise(uow: UnitOfWork, loan_id: int) -> dict[Component, int]:
    """Return what the facts have recognised of a loan's interest and penal charges."""
    rows = uow.session.execute(
        text(
            "SELECT component, sum(amount_paise)::bigint FROM accrual_fact"
            " WHERE loan_id = :loan GROUP BY component"
        ),
        {"loan": loan_id},
    )
    sums = dict.fromkeys((Component.INTEREST, Component.PENAL), 0)
    return sums | {Component(name): paise for name, paise in rows}


def add_facts(uow: UnitOfWork, loan_id: int, event_id: int, changes: dict[Component, int]) -> None:
    """Record what an event changed in the interest earned and penal charges incurred."""
    uow.add_all(
        [
            AccrualFact(
                loan_id=loan_id,
                business_date=uow.business_date,
                component=component.value,
                amount_paise=paise,
                event_id=event_id,
            )
            for component, paise in changes.items()
            if paise
        ]
    )


def instalments_of(uow: UnitOfWork, loan_id: int) -> Sequence[InstalmentRow]:
    """Return the kept instalments of a loan in order."""
    return uow.session.scalars(
        select(InstalmentRow)
        .where(col(InstalmentRow.loan_id) == loan_id)
        .order_by(col(InstalmentRow.number))
        # end of day changes rows by statements of its own
        .execution_options(populate_existing=True)
    ).all()


def balance_of(uow: UnitOfWork, loan_id: int) -> LoanBalance | None:
    """Return the kept balance of a loan."""
    return uow.session.scalar(
        select(LoanBalance)
        .where(col(LoanBalance.loan_id) == loan_id)
        .execution_options(populate_existing=True)
    )


@dataclass(frozen=True, slots=True)
class BucketChange:
    """A loan's move between buckets."""

    from_bucket: str
    to_bucket: str
    days_past_due: int


def instalment_values(state: State) -> list[dict[str, Any]]:
    """Return the columns of every instalment row that a state leads to."""
    return [
        {
            "number": line.number,
            "period_from": line.period_from,
            "due_on": line.due_on,
            "settled_on": line.settled_on,
            **{f"{c.value}_paise": line.due[c] for c in Component},
            **{f"{c.value}_paid_paise": line.paid[c] for c in Component},
            **{f"{c.value}_waived_paise": line.waived[c] for c in Component},
        }
        for line in state.lines
    ]


def balance_values(state: State) -> dict[str, Any]:
    """Return the columns of the balance row that a state leads to."""
    place = read_position(state)
    return {
        "as_of": state.as_of,
        "principal_outstanding_paise": place.outstanding.principal,
        "interest_outstanding_paise": place.outstanding.interest,
        "charge_outstanding_paise": place.outstanding.charge,
        "penal_outstanding_paise": place.outstanding.penal,
        "overdue_paise": place.overdue.total,
        "overdue_principal_paise": place.overdue.principal,
        "excess_paise": place.excess_paise,
        "paid_paise": place.paid.total,
        "days_past_due": place.days_past_due,
        "bucket": place.bucket.value,
        "oldest_due_on": place.oldest_due_on,
        "next_due_on": place.next_due_on,
        "next_due_paise": place.next_due_paise,
        "interest_base_paise": state.base,
        "interest_from": max(state.base_from, state.terms.disbursed_on),
        "interest_paise_days": state.paise_days,
    }


def write_projection(
    uow: UnitOfWork, loan: Loan, state: State, *, event_id: int | None = None
) -> Position:
    """Write a loan's instalments and balance from a state; return the position they show.

    A change of bucket leaves a fact and an event for the screens of collection.
    """
    kept = {row.number: row for row in instalments_of(uow, loan.id)}
    for values in instalment_values(state):
        row = kept.pop(values["number"], None)
        if row is None:
            uow.session.add(InstalmentRow(brand_id=uow.brand_id, loan_id=loan.id, **values))
        else:
            _assign(row, values)
    for row in kept.values():
        uow.session.delete(row)

    values = balance_values(state)
    balance = balance_of(uow, loan.id)
    if balance is None:
        balance = LoanBalance(
            brand_id=uow.brand_id, loan_id=loan.id, recognised_to=state.as_of, **values
        )
        uow.session.add(balance)
    else:
        change = BucketChange(balance.bucket, values["bucket"], values["days_past_due"])
        _assign(balance, values)
        balance.recognised_to = max(balance.recognised_to, state.as_of)
        if change.from_bucket != change.to_bucket:
            _record_bucket_change(uow, loan, change, values["overdue_paise"], event_id)
    uow.flush()
    return read_position(state)


def _assign(row: Any, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


def _record_bucket_change(
    uow: UnitOfWork, loan: Loan, change: BucketChange, overdue_paise: int, event_id: int | None
) -> None:
    uow.session.add(
        BucketFact(
            brand_id=uow.brand_id,
            loan_id=loan.id,
            business_date=uow.business_date,
            from_bucket=change.from_bucket,
            to_bucket=change.to_bucket,
            days_past_due=change.days_past_due,
            overdue_paise=overdue_paise,
            event_id=event_id,
        )
    )
    uow.emit(
        "loan.bucket_changed",
        {
            "loan_id": loan.id,
            "from": change.from_bucket,
            "to": change.to_bucket,
            "days_past_due": change.days_past_due,
            "business_date": uow.business_date,
        },
    )
