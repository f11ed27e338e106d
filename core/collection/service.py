"""Decides what a collector may record and when a loan comes to or leaves somebody's worklist.
Promises are judged here from receipts, so a kept promise never depends on a tick in a box."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from core.access.permission import Permission
from core.collection import store
from core.collection.assignment import pick_collector
from core.collection.disposition import BY_CODE, CHANNELS
from core.collection.promise_to_pay import PROMISE, promise_outcome, promise_problems
from core.collection.tables import CollectionAssignment, PromiseToPay, Remark
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date
from core.kernel.errors import Forbidden, Invalid, NotFound
from core.kernel.money import format_inr
from core.loan.tables import Loan, LoanBalance, LoanEvent
from core.notification.service import notify_staff

sentences.add(
    {
        "collection.assigned": "gave the overdue loan {number} to {to}",
        "collection.released": "took the loan {number} off the worklist: {why}",
        "remark.recorded": "noted a {channel}: {disposition}",
        "promise.recorded": "recorded a promise of {amount} by {promised_on}",
        "promise.kept": "saw the promise of {amount} kept",
        "promise.broken": "saw the promise of {amount} for {promised_on} broken",
        "promise.replaced": "replaced the promise of {amount} for {promised_on}",
    }
)


@dataclass(frozen=True, slots=True)
class RecordRemark:
    """What came of one contact, with a promise where one was given."""

    loan_id: int
    disposition: str
    channel: str = "call"
    note: str = ""
    promise_amount_paise: int = 0
    promised_on: dt.date | None = None
    promise_mode: str = ""
    next_action_on: dt.date | None = None


def record_remark(uow: UnitOfWork, command: RecordRemark) -> Remark:
    """Record a contact; raises `Invalid` with one sentence per field, nothing is lost."""
    uow.actor.require(Permission.COLLECTION_WORK)
    loan = uow.get(Loan, command.loan_id)
    _require_mine(uow, loan)
    row = store.loan_row(uow.session, loan.id)
    if row is None:
        raise NotFound("Only an active loan is collected")
    wrong: dict[str, str] = {}
    disposition = BY_CODE.get(command.disposition)
    if disposition is None:
        wrong["disposition"] = "Choose what came of the contact"
    if command.channel not in CHANNELS:
        wrong["channel"] = "Choose how you reached out"
    if disposition is not None and disposition.needs_promise:
        if command.promised_on is None:
            wrong["promised_on"] = "Enter the day of the promise"
        else:
            wrong |= promise_problems(
                command.promise_amount_paise,
                command.promised_on,
                today=uow.business_date,
                payable_paise=row.outstanding_paise,
            )
    if command.next_action_on and command.next_action_on < uow.business_date:
        wrong["next_action_on"] = "Choose today or a day to come"
    if wrong or disposition is None:
        raise Invalid(wrong)
    promise = None
    if disposition.needs_promise and command.promised_on is not None:
        promise = _promise(uow, loan, command, command.promised_on)
    remark = uow.add(
        Remark(
            loan_id=loan.id,
            case_id=loan.application_id,
            staff_id=uow.actor.id,
            staff_name=uow.actor.name,
            at=uow.now,
            channel=command.channel,
            disposition=disposition.code,
            note=command.note.strip(),
            promise_id=promise.id if promise else None,
            days_past_due=row.days_past_due,
            overdue_paise=row.overdue_paise,
            next_action_on=command.next_action_on,
        )
    )
    uow.audit(
        "remark.recorded",
        ("loan", loan.id),
        case_id=loan.application_id,
        after={"note": command.note.strip()},
        channel=command.channel,
        disposition=disposition.name,
    )
    return remark


def _require_mine(uow: UnitOfWork, loan: Loan) -> None:
    if uow.actor.can(Permission.COLLECTION_MANAGE):
        return
    assignment = store.open_assignment(uow.session, loan.id)
    if assignment is not None and assignment.staff_id != uow.actor.id:
        raise Forbidden(f"{assignment.staff_name} works on this loan")


def _promise(
    uow: UnitOfWork, loan: Loan, command: RecordRemark, promised_on: dt.date
) -> PromiseToPay:
    for earlier in store.open_promises(uow.session, loan.id):
        uow.transition(PROMISE, earlier, "replace", reason="a newer promise was given")
        uow.audit(
            "promise.replaced",
            ("promise_to_pay", earlier.id),
            case_id=loan.application_id,
            amount=format_inr(earlier.amount_paise),
            promised_on=format_date(earlier.promised_on),
        )
    promise = uow.add(
        PromiseToPay(
            loan_id=loan.id,
            case_id=loan.application_id,
            customer_id=loan.customer_id,
            amount_paise=command.promise_amount_paise,
            made_on=uow.business_date,
            promised_on=promised_on,
            mode=command.promise_mode,
            status_since=uow.now,
            staff_id=uow.actor.id,
            staff_name=uow.actor.name,
            note=command.note.strip(),
        )
    )
    uow.audit(
        "promise.recorded",
        ("promise_to_pay", promise.id),
        case_id=loan.application_id,
        amount=format_inr(promise.amount_paise),
        promised_on=format_date(promised_on),
    )
    return promise


def judge_promises(uow: UnitOfWork, loan_id: int | None = None) -> dict[str, int]:
    """Keep or break every open promise (of one loan, or of the brand) by receipts to date."""
    uow.actor.require(Permission.SYSTEM)
    outcomes = {"keep": 0, "break": 0}
    for promise in store.open_promises(uow.session, loan_id):
        received = _received(uow, promise)
        promise.received_paise = received
        outcome = promise_outcome(
            promise.amount_paise,
            promise.promised_on,
            received_paise=received,
            today=uow.business_date,
        )
        if outcome is None:
            continue
        outcomes[outcome] += 1
        uow.transition(PROMISE, promise, outcome)
        uow.audit(
            "promise.kept" if outcome == "keep" else "promise.broken",
            ("promise_to_pay", promise.id),
            case_id=promise.case_id,
            amount=format_inr(promise.amount_paise),
            promised_on=format_date(promise.promised_on),
        )
    return outcomes


def _received(uow: UnitOfWork, promise: PromiseToPay) -> int:
    reversed_events = select(col(LoanEvent.reverses_event_id)).where(
        col(LoanEvent.loan_id) == promise.loan_id,
        col(LoanEvent.reverses_event_id).is_not(None),
    )
    total = uow.session.scalar(
        select(func.coalesce(func.sum(col(LoanEvent.amount_paise)), 0)).where(
            col(LoanEvent.loan_id) == promise.loan_id,
            col(LoanEvent.kind) == "receipt",
            col(LoanEvent.value_date) >= promise.made_on,
            col(LoanEvent.value_date) <= promise.promised_on,
            col(LoanEvent.recorded_at) >= promise.status_since,
            col(LoanEvent.id).not_in(reversed_events),
        )
    )
    return int(total or 0)


def assign_overdue(uow: UnitOfWork) -> int:
    """Give every overdue loan that nobody has to the executive with the least work."""
    uow.actor.require(Permission.SYSTEM)
    given = 0
    for loan_id, bucket in store.unassigned_overdue(uow.session):
        people = store.collectors(uow.session, uow.brand_id, uow.business_date)
        person = pick_collector(people)
        if person is None:
            break
        loan = uow.get(Loan, loan_id)
        _give(uow, loan, person.staff_id, person.name, bucket)
        given += 1
    return given


def _give(uow: UnitOfWork, loan: Loan, staff_id: int, name: str, bucket: str) -> None:
    uow.add(
        CollectionAssignment(
            loan_id=loan.id,
            staff_id=staff_id,
            staff_name=name,
            bucket=bucket,
            assigned_at=uow.now,
            assigned_by=uow.actor.name,
        )
    )
    uow.audit(
        "collection.assigned",
        ("loan", loan.id),
        case_id=loan.application_id,
        number=loan.number,
        to=name,
    )
    notify_staff(uow, staff_id, f"Overdue loan {loan.number} is yours now", f"collection/{loan.id}")


def reassign(uow: UnitOfWork, loan_id: int, staff_id: int, reason: str) -> None:
    """Move a loan to another collector; the reason is kept."""
    uow.actor.require(Permission.COLLECTION_MANAGE)
    loan = uow.lock(Loan, loan_id)
    people = {c.staff_id: c for c in store.collectors(uow.session, uow.brand_id, uow.business_date)}
    person = people.get(staff_id)
    if person is None:
        raise Invalid({"staff_id": "Choose a collection executive of this brand"})
    if not reason.strip():
        raise Invalid({"reason": "Say why the loan moves"})
    _release(uow, loan, reason)
    balance = uow.session.scalar(select(LoanBalance).where(col(LoanBalance.loan_id) == loan_id))
    _give(uow, loan, person.staff_id, person.name, balance.bucket if balance else "")


def _release(uow: UnitOfWork, loan: Loan, why: str) -> None:
    assignment = store.open_assignment(uow.session, loan.id)
    if assignment is None:
        return
    assignment.ended_at, assignment.end_reason = uow.now, why
    uow.flush()
    uow.audit(
        "collection.released",
        ("loan", loan.id),
        case_id=loan.application_id,
        number=loan.number,
        why=why,
    )


def release_if_current(uow: UnitOfWork, loan_id: int) -> bool:
    """Take a loan off the worklist when nothing is overdue any more; True when it left."""
    uow.actor.require(Permission.SYSTEM)
    loan = uow.get(Loan, loan_id)
    balance = uow.session.scalar(select(LoanBalance).where(col(LoanBalance.loan_id) == loan_id))
    still_due = loan.status == "active" and balance is not None and balance.days_past_due > 0
    if still_due or store.open_assignment(uow.session, loan_id) is None:
        return False
    _release(uow, loan, "nothing is overdue any more" if loan.status == "active" else loan.status)
    return True


def customer_of(uow: UnitOfWork, loan_id: int) -> int:
    """Whose loan it is."""
    uow.actor.require(Permission.COLLECTION_LIST)
    return uow.get(Loan, loan_id).customer_id
