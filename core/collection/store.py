"""Decides how the collection worklist is found: overdue loans, promises first, worst first.
Keyset pages on (days past due, loan), each list one statement with what its row shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import col

from core.access.tables import Role, RolePermission, Staff, StaffGrant
from core.brand.tables import StaffAvailability
from core.collection.assignment import Collector
from core.collection.tables import CollectionAssignment, PromiseToPay, Remark
from core.customer.tables import Customer
from core.db.listing import ListAnswer, ListAsk, keyset_page
from core.loan.tables import Loan, LoanBalance

PAGE = 50
BUCKETS = ("1-30", "31-60", "61-90", "90+")


@dataclass(frozen=True, slots=True)
class WorklistRow:
    """One overdue loan as the worklist shows it."""

    loan_id: int
    loan_number: str
    case_id: int
    customer_name: str
    mobile_last4: str
    overdue_paise: int
    outstanding_paise: int
    days_past_due: int
    bucket: str
    oldest_due_on: dt.date | None
    staff_name: str
    promise_amount_paise: int
    promised_on: dt.date | None
    promise_status: str
    last_remark: str
    last_remark_at: dt.datetime | None


def _worklist() -> Any:
    promise = (
        select(
            col(PromiseToPay.loan_id).label("loan_id"),
            func.max(col(PromiseToPay.id)).label("promise_id"),
        )
        .group_by(col(PromiseToPay.loan_id))
        .subquery()
    )
    remark = (
        select(col(Remark.loan_id).label("loan_id"), func.max(col(Remark.id)).label("remark_id"))
        .group_by(col(Remark.loan_id))
        .subquery()
    )
    return (
        select(
            LoanBalance,
            Loan,
            col(Customer.name),
            col(Customer.mobile_last4),
            CollectionAssignment,
            PromiseToPay,
            Remark,
        )
        .join(Loan, col(Loan.id) == col(LoanBalance.loan_id))
        .join(Customer, col(Customer.id) == col(Loan.customer_id))
        .outerjoin(
            CollectionAssignment,
            and_(
                col(CollectionAssignment.loan_id) == col(Loan.id),
                col(CollectionAssignment.ended_at).is_(None),
            ),
        )
        .outerjoin(promise, promise.c.loan_id == col(Loan.id))
        .outerjoin(PromiseToPay, col(PromiseToPay.id) == promise.c.promise_id)
        .outerjoin(remark, remark.c.loan_id == col(Loan.id))
        .outerjoin(Remark, col(Remark.id) == remark.c.remark_id)
        .where(col(Loan.status) == "active")
    )


def _row(found: Any) -> WorklistRow:
    balance, loan, name, last4, assignment, promise, remark = found
    outstanding = (
        balance.principal_outstanding_paise
        + balance.interest_outstanding_paise
        + balance.charge_outstanding_paise
        + balance.penal_outstanding_paise
    )
    return WorklistRow(
        loan_id=loan.id,
        loan_number=loan.number,
        case_id=loan.application_id,
        customer_name=name,
        mobile_last4=last4,
        overdue_paise=balance.overdue_paise,
        outstanding_paise=outstanding,
        days_past_due=balance.days_past_due,
        bucket=balance.bucket,
        oldest_due_on=balance.oldest_due_on,
        staff_name=assignment.staff_name if assignment else "",
        promise_amount_paise=promise.amount_paise if promise else 0,
        promised_on=promise.promised_on if promise else None,
        promise_status=promise.status if promise else "",
        last_remark=remark.disposition if remark else "",
        last_remark_at=remark.at if remark else None,
    )


def worklist(session: Session, ask: ListAsk, *, staff_id: int | None = None) -> ListAnswer:
    """A page of overdue loans; filters `q` (start of number or name), `bucket`, `promise`.

    `staff_id` keeps only that person's loans.
    """
    statement = _worklist().where(col(LoanBalance.days_past_due) > 0)
    if ask.get("bucket"):
        statement = statement.where(col(LoanBalance.bucket) == ask.get("bucket"))
    if ask.get("promise"):
        statement = statement.where(col(PromiseToPay.status) == ask.get("promise"))
    return keyset_page(
        session,
        _narrow(statement, staff_id, ask.get("q")),
        ask,
        sorts={
            "days_past_due": col(LoanBalance.days_past_due),
            "overdue_paise": col(LoanBalance.overdue_paise),
            "loan_number": col(Loan.number),
        },
        key=col(LoanBalance.loan_id),
        row=_as_dict,
    )


def pre_collection(
    session: Session, ask: ListAsk, *, today: dt.date, days_ahead: int = 3
) -> ListAnswer:
    """A page of loans with something due within `days_ahead` days and nothing overdue."""
    statement = _narrow(_worklist(), None, ask.get("q")).where(
        col(LoanBalance.days_past_due) == 0,
        col(LoanBalance.next_due_on).is_not(None),
        col(LoanBalance.next_due_on) <= today + dt.timedelta(days=days_ahead),
    )
    return keyset_page(
        session,
        statement,
        ask,
        sorts={
            "next_due_on": col(LoanBalance.next_due_on),
            "next_due_paise": col(LoanBalance.next_due_paise),
        },
        key=col(LoanBalance.loan_id),
        row=lambda found: (
            _as_dict(found)
            | {"next_due_on": found[0].next_due_on, "next_due_paise": found[0].next_due_paise}
        ),
    )


def _as_dict(found: Any) -> dict[str, Any]:
    row = _row(found[:7])
    return {"id": row.loan_id} | {
        name: getattr(row, name) for name in WorklistRow.__dataclass_fields__
    }


def _narrow(statement: Any, staff_id: int | None, search: str) -> Any:
    if staff_id is not None:
        statement = statement.where(col(CollectionAssignment.staff_id) == staff_id)
    wanted = search.strip()
    if wanted:
        key = wanted.lower()
        number = wanted.upper()
        statement = statement.where(
            or_(
                and_(col(Loan.number) >= number, col(Loan.number) < number + "\uffff"),
                and_(col(Customer.name_key) >= key, col(Customer.name_key) < key + "\uffff"),
            )
        )
    return statement


def loan_row(session: Session, loan_id: int) -> WorklistRow | None:
    """One loan in the worklist's form, overdue or not."""
    statement = _worklist().where(col(Loan.id) == loan_id)
    found = session.execute(statement).first()
    return _row(found) if found else None


def bucket_totals(session: Session, staff_id: int | None = None) -> dict[str, tuple[int, int]]:
    """Loans and rupees overdue per bucket: `{bucket: (count, overdue_paise)}`."""
    statement = (
        select(
            col(LoanBalance.bucket),
            func.count(),
            func.coalesce(func.sum(col(LoanBalance.overdue_paise)), 0),
        )
        .join(Loan, col(Loan.id) == col(LoanBalance.loan_id))
        .where(col(Loan.status) == "active", col(LoanBalance.days_past_due) > 0)
        .group_by(col(LoanBalance.bucket))
    )
    if staff_id is not None:
        statement = statement.join(
            CollectionAssignment,
            and_(
                col(CollectionAssignment.loan_id) == col(Loan.id),
                col(CollectionAssignment.ended_at).is_(None),
                col(CollectionAssignment.staff_id) == staff_id,
            ),
        )
    return {str(b): (int(n), int(total)) for b, n, total in session.execute(statement)}


def promises_of_loan(session: Session, loan_id: int) -> Sequence[PromiseToPay]:
    """A loan's promises, newest first."""
    return session.scalars(
        select(PromiseToPay)
        .where(col(PromiseToPay.loan_id) == loan_id)
        .order_by(col(PromiseToPay.id).desc())
        .limit(PAGE)
    ).all()


def open_promises(session: Session, loan_id: int | None = None) -> Sequence[PromiseToPay]:
    """Promises that are neither kept nor broken, locked for judging."""
    statement = select(PromiseToPay).where(col(PromiseToPay.status) == "open")
    if loan_id is not None:
        statement = statement.where(col(PromiseToPay.loan_id) == loan_id)
    return session.scalars(statement.order_by(col(PromiseToPay.id)).with_for_update()).all()


def remarks_of_loan(session: Session, loan_id: int) -> Sequence[Remark]:
    """A loan's remarks, newest first."""
    return session.scalars(
        select(Remark)
        .where(col(Remark.loan_id) == loan_id)
        .order_by(col(Remark.id).desc())
        .limit(PAGE)
    ).all()


def open_assignment(session: Session, loan_id: int) -> CollectionAssignment | None:
    """Who has the loan now."""
    return session.scalar(
        select(CollectionAssignment)
        .where(
            col(CollectionAssignment.loan_id) == loan_id,
            col(CollectionAssignment.ended_at).is_(None),
        )
        .with_for_update()
    )


def unassigned_overdue(session: Session, limit: int = 500) -> Sequence[Any]:
    """(loan id, bucket) of overdue loans nobody has, worst first."""
    return session.execute(
        select(col(LoanBalance.loan_id), col(LoanBalance.bucket))
        .join(Loan, col(Loan.id) == col(LoanBalance.loan_id))
        .outerjoin(
            CollectionAssignment,
            and_(
                col(CollectionAssignment.loan_id) == col(Loan.id),
                col(CollectionAssignment.ended_at).is_(None),
            ),
        )
        .where(
            col(Loan.status) == "active",
            col(LoanBalance.days_past_due) > 0,
            col(CollectionAssignment.id).is_(None),
        )
        .order_by(col(LoanBalance.days_past_due).desc(), col(LoanBalance.loan_id))
        .limit(limit)
    ).all()


def collectors(session: Session, brand_id: int, today: dt.date) -> list[Collector]:
    """The collection executives of a brand with their load, from roles that work collections."""
    load = (
        select(
            col(CollectionAssignment.staff_id).label("staff_id"),
            func.sum(case((col(CollectionAssignment.ended_at).is_(None), 1), else_=0)).label("n"),
            func.max(col(CollectionAssignment.assigned_at)).label("last"),
        )
        .group_by(col(CollectionAssignment.staff_id))
        .subquery()
    )
    rows = session.execute(
        select(col(Staff.id), col(Staff.name), load.c.n, load.c.last, StaffAvailability)
        .join(StaffGrant, col(StaffGrant.staff_id) == col(Staff.id))
        .join(Role, col(Role.id) == col(StaffGrant.role_id))
        .join(RolePermission, col(RolePermission.role_id) == col(Role.id))
        .outerjoin(load, load.c.staff_id == col(Staff.id))
        .outerjoin(StaffAvailability, col(StaffAvailability.staff_id) == col(Staff.id))
        .where(
            col(StaffGrant.granted_brand) == brand_id,
            col(Staff.active),
            col(Role.code) == "collection_executive",
            col(RolePermission.permission) == "collection:work",
        )
        .order_by(col(Staff.id))
    ).all()
    found: list[Collector] = []
    for staff_id, name, count, last, availability in rows:
        on_leave = bool(
            availability
            and availability.leave_from
            and availability.leave_from <= today <= (availability.leave_to or today)
        )
        found.append(
            Collector(
                staff_id=staff_id,
                name=name,
                open_loans=int(count or 0),
                last_assigned_at=last,
                available=not on_leave and (availability.available if availability else True),
            )
        )
    return found


def next_due(session: Session, loan_id: int) -> tuple[dt.date | None, int]:
    """What a loan owes next: (date, paise); (None, 0) when nothing is to come."""
    found = session.execute(
        select(col(LoanBalance.next_due_on), col(LoanBalance.next_due_paise)).where(
            col(LoanBalance.loan_id) == loan_id
        )
    ).first()
    return (found[0], int(found[1])) if found and found[0] else (None, 0)
