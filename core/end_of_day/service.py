"""Closing a business date: a run of named steps, each done once and committed by its caller.
A run that was stopped anywhere goes on where it stopped, and a finished one does nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from core.access.permission import Permission
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.end_of_day import store
from core.end_of_day.step import STEPS, RunState, StepName
from core.end_of_day.store import ProductSum
from core.end_of_day.tables import EndOfDayRun, EndOfDayStep
from core.kernel.business_day import format_date
from core.kernel.errors import Conflict, Invalid, NotFound
from core.ledger import store as ledger_store
from core.ledger.chart import Head
from core.ledger.store import Leg, NewEntry
from core.loan import service as loan_service

ERROR_LETTERS_MAX = 500
CATCH_UP_DAYS_MAX = 366

sentences.add(
    {
        "end_of_day.requested": "asked to close the business date {business_date}",
        "end_of_day.closed": "closed the business date {business_date}",
    }
)


class DateNotOpen(Conflict):
    """The business date is not the open one, so it cannot be closed now."""

    code = "date_not_open"


def request_end_of_day(uow: UnitOfWork, business_date: date) -> EndOfDayRun:
    """Ask the jobs to close the open business date; a second request resumes the same run.

    From here on events of loans count for the opening of the next date. Raises DateNotOpen
    for another date than the open one.
    """
    uow.actor.require(Permission.END_OF_DAY_RUN)
    run = begin_run(uow, business_date)
    if run.state == RunState.DONE.value:
        raise DateNotOpen("This business date is closed already.")
    uow.emit("end_of_day.requested", {"business_date": business_date, "run_id": run.id})
    uow.audit("end_of_day.requested", ("end_of_day_run", run.id), business_date=business_date)
    return run


def request_through(uow: UnitOfWork, until: date) -> EndOfDayRun:
    """Ask to close every date from the open one to `until`; each date is a run of its own.

    Raises Invalid for a date before the open one or more than CATCH_UP_DAYS_MAX ahead.
    """
    uow.actor.require(Permission.END_OF_DAY_RUN)
    first = uow.business_date
    if until < first:
        raise Invalid({"until": f"{format_date(until)} is closed already"})
    if (until - first).days > CATCH_UP_DAYS_MAX:
        raise Invalid({"until": f"Close at most {CATCH_UP_DAYS_MAX} days at once"})
    run = request_end_of_day(uow, first)
    run.close_until = until
    return run


def go_on(uow: UnitOfWork, run_id: int) -> EndOfDayRun | None:
    """After a date has closed, ask for the next one if more were asked for."""
    uow.actor.require(Permission.END_OF_DAY_RUN)
    run = uow.get(EndOfDayRun, run_id)
    if run.close_until is None or run.close_until <= run.business_date:
        return None
    uow.session.refresh(uow.brand)
    if uow.business_date > run.close_until:
        return None
    return request_through(uow, run.close_until)


def begin_run(uow: UnitOfWork, business_date: date) -> EndOfDayRun:
    """Return the run of a business date with its steps, made if it is the open date."""
    uow.actor.require(Permission.END_OF_DAY_RUN)
    store.keep_events_out(uow)
    run = store.run_of(uow, business_date)
    if run is not None:
        return run
    if business_date != uow.business_date:
        raise DateNotOpen(
            f"The open business date is {format_date(uow.business_date)}; only it can be closed."
        )
    run = uow.add(
        EndOfDayRun(
            business_date=business_date,
            state=RunState.RUNNING.value,
            requested_by=uow.actor.name,
            started_at=uow.now,
        )
    )
    uow.add_all(
        [
            EndOfDayStep(
                run_id=run.id, business_date=business_date, position=place, name=name.value
            )
            for place, name in enumerate(STEPS, start=1)
        ]
    )
    return run


def next_step(uow: UnitOfWork, run_id: int) -> StepName | None:
    """Return the first step of a run that is not done, None when the date is closed."""
    uow.actor.require(Permission.END_OF_DAY_RUN)
    for row in store.steps_of(uow, run_id):
        if row.state != RunState.DONE.value:
            return StepName(row.name)
    return None


def run_step(uow: UnitOfWork, run_id: int, name: StepName) -> EndOfDayStep:
    """Do one step of a run if it is not done; the caller commits after each.

    Raises NotFound for an unknown run, Conflict when an earlier step is not done.
    """
    uow.actor.require(Permission.END_OF_DAY_RUN)
    store.keep_events_out(uow)
    run = uow.get(EndOfDayRun, run_id)
    row = store.lock_step(uow, run_id, name)
    if row is None:
        raise NotFound(f"This run has no step {name.value}")
    if row.state == RunState.DONE.value:
        return row
    earlier = store.steps_of(uow, run_id)[: row.position - 1]
    if any(step.state != RunState.DONE.value for step in earlier):
        raise Conflict("An earlier step of this run is not done.")
    store.allow_minutes(uow)
    row.state, row.started_at, row.error = RunState.RUNNING.value, uow.now, ""
    row.loans, row.amount_paise = _WORK[name](uow, run.business_date)
    row.state, row.finished_at = RunState.DONE.value, uow.now
    if name is STEPS[-1]:
        run.state, run.finished_at = RunState.DONE.value, uow.now
        uow.audit("end_of_day.closed", ("end_of_day_run", run.id), business_date=run.business_date)
        uow.emit("end_of_day.closed", {"business_date": run.business_date, "run_id": run.id})
    uow.touch("end_of_day_run", run.id)
    uow.flush()
    return row


def fail_step(uow: UnitOfWork, run_id: int, name: StepName, error: str) -> None:
    """Write down why a step stopped, after its own work was rolled back."""
    uow.actor.require(Permission.END_OF_DAY_RUN)
    row = store.lock_step(uow, run_id, name)
    if row is not None and row.state != RunState.DONE.value:
        row.state, row.error = RunState.FAILED.value, error[:ERROR_LETTERS_MAX]
        uow.touch("end_of_day_run", run_id)


def run_end_of_day(
    uow: UnitOfWork, business_date: date, *, through: Callable[[], None] | None = None
) -> EndOfDayRun:
    """Close a business date in one transaction, for small brands, demo data and tests.

    `through` is called after each step. The job commits between the steps instead.
    """
    uow.actor.require(Permission.END_OF_DAY_RUN)
    run = begin_run(uow, business_date)
    while (name := next_step(uow, run.id)) is not None:
        run_step(uow, run.id, name)
        if through is not None:
            through()
    return run


def runs(uow: UnitOfWork, limit: int = 30) -> list[EndOfDayRun]:
    """Return the newest runs."""
    uow.actor.require(Permission.END_OF_DAY_RUN)
    if not 1 <= limit <= 366:
        raise Invalid({"limit": "Ask for 1 to 366 runs"})
    return store.newest_runs(uow, limit)


def steps(uow: UnitOfWork, run_id: int) -> list[EndOfDayStep]:
    """Return the steps of a run in their order."""
    uow.actor.require(Permission.END_OF_DAY_RUN)
    return store.steps_of(uow, run_id)


# ---------------------------------------------------------------- the work of each step


def _accrue(uow: UnitOfWork, day: date) -> tuple[int, int]:
    """Earn one night's interest on every active loan; nights missed before are caught up.

    A night is missed only when the business date was moved by hand or a brand begins.
    """
    if store.last_accrued(uow, day) != day - timedelta(days=1):
        for loan_id in store.loans_behind(uow, day):
            loan_service.recognise(uow, loan_id, day)
    ledger_store.ensure_chart(uow)
    sums = store.accrue_night(uow, day)
    _book(uow, day, "accrue", sums, Head.INTEREST_RECEIVABLE, Head.INTEREST_INCOME)
    return _count(sums)


def _charge_penal(uow: UnitOfWork, day: date) -> tuple[int, int]:
    sums = store.charge_night(uow, day)
    _book(uow, day, "penal", sums, Head.PENAL_RECEIVABLE, Head.PENAL_INCOME)
    return _count(sums)


def _judge(uow: UnitOfWork, day: date) -> tuple[int, int]:
    return store.judge_lateness(uow, day)


def _close(uow: UnitOfWork, day: date) -> tuple[int, int]:
    store.move_business_date(uow, day)
    return 0, 0


def _book(
    uow: UnitOfWork, day: date, step: str, sums: list[ProductSum], debit: Head, credit: Head
) -> None:
    """Post one entry per product; the loans behind it are in the facts of the same night."""
    ledger_store.insert_entries(
        uow,
        [
            NewEntry(
                key=f"end_of_day:{day.isoformat()}:{step}:{row.product_id}",
                kind=step,
                value_date=day,
                legs=(Leg(debit, row.amount_paise), Leg(credit, -row.amount_paise)),
                memo=f"product {row.product_id}, {row.loans} loans",
            )
            for row in sums
            if row.amount_paise
        ],
        posted_on=day,
    )


def _count(sums: list[ProductSum]) -> tuple[int, int]:
    return sum(row.loans for row in sums), sum(row.amount_paise for row in sums)


_WORK: dict[StepName, Callable[[UnitOfWork, date], tuple[int, int]]] = {
    StepName.ACCRUE: _accrue,
    StepName.PENAL_CHARGES: _charge_penal,
    StepName.OVERDUE_DAYS: _judge,
    StepName.CLOSE_DATE: _close,
}
