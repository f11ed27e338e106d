"""Decides when the worklist and the promises follow the money: on receipts and at the day's end.
Every change comes as an event, so a late receipt takes a loan off the list by itself."""

from __future__ import annotations

from core.collection.service import assign_overdue, judge_promises, release_if_current
from jobs.task import JobContext, Payload, job


@job("receipt.posted")
def follow_receipt(context: JobContext, payload: Payload) -> None:
    """Judge the loan's promises and take it off the worklist when nothing is overdue."""
    _follow_loan(context, int(payload["loan_id"]))


@job("receipt.reversed")
def follow_reversal(context: JobContext, payload: Payload) -> None:
    """A returned payment may make a loan overdue again: give it to somebody."""
    with context.unit_of_work("follow_reversal") as uow:
        release_if_current(uow, int(payload["loan_id"]))
        assign_overdue(uow)
        uow.commit()


@job("end_of_day.closed")
def follow_day_end(context: JobContext, payload: Payload) -> None:
    """After a day has closed: broken promises, and new overdue loans to the executives."""
    del payload
    with context.unit_of_work("follow_day_end") as uow:
        judge_promises(uow)
        assign_overdue(uow)
        uow.commit()


def _follow_loan(context: JobContext, loan_id: int) -> None:
    with context.unit_of_work("follow_receipt") as uow:
        judge_promises(uow, loan_id)
        release_if_current(uow, loan_id)
        uow.commit()
