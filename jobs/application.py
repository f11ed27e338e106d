"""Decides which jobs an application starts: allotment to a person, and the end of what went stale.
Allotment is a job and not part of applying, so that a customer never waits for a turn."""

from __future__ import annotations

from core.application.assignment_service import (
    CREDIT_EXECUTIVE,
    LOAN_EXECUTIVE,
    allot,
    allot_waiting,
)
from core.application.service import expire_stale
from jobs.schedule import scheduled
from jobs.task import JobContext, Payload, job


@job("application.applied")
def allot_application(ctx: JobContext, payload: Payload) -> None:
    """Give a new application to the loan executive whose turn it is."""
    with ctx.unit_of_work("allot_application") as uow:
        allot(uow, int(payload["application_id"]), LOAN_EXECUTIVE)
        uow.commit()


@job("application.sent_to_credit")
def allot_to_credit(ctx: JobContext, payload: Payload) -> None:
    """Give a reviewed case to the credit executive whose turn it is."""
    with ctx.unit_of_work("allot_to_credit") as uow:
        allot(uow, int(payload["application_id"]), CREDIT_EXECUTIVE)
        uow.commit()


@job("staff.availability_changed")
def allot_after_return(ctx: JobContext, payload: Payload) -> None:
    """Somebody came back: what waited for a free person goes out."""
    with ctx.unit_of_work("allot_after_return") as uow:
        allot_waiting(uow)
        uow.commit()


@scheduled("application.allot_waiting", every="hour")
def allot_every_hour(ctx: JobContext, slot: str) -> None:
    """A leave ends without anybody clicking; what waited goes out within the hour."""
    with ctx.unit_of_work("allot_every_hour") as uow:
        allot_waiting(uow)
        uow.commit()


@scheduled("application.expire", every="day")
def expire_every_day(ctx: JobContext, slot: str) -> None:
    """Drafts and questions that nobody answered for a month end."""
    with ctx.unit_of_work("expire_every_day") as uow:
        expire_stale(uow)
        uow.commit()
