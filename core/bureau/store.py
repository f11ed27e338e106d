"""Finds reports of a case and of a person; every query of the feature stands here.
A report belongs to the person, so an earlier application's fresh report may serve the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import col, select

from core.bureau.tables import BureauReport
from core.db.unit_of_work import UnitOfWork

ANSWERED = ("received", "no_hit")


def reports_of(uow: UnitOfWork, application_id: int) -> Sequence[BureauReport]:
    """All pulls made for a case, newest first."""
    statement = (
        select(BureauReport)
        .where(col(BureauReport.application_id) == application_id)
        .order_by(col(BureauReport.id).desc())
    )
    return uow.session.scalars(statement).all()


def newest_answer(
    uow: UnitOfWork, customer_id: int, not_before: dt.datetime | None = None
) -> BureauReport | None:
    """The person's newest report with an answer, optionally not older than a moment."""
    statement = (
        select(BureauReport)
        .where(col(BureauReport.customer_id) == customer_id, col(BureauReport.status).in_(ANSWERED))
        .order_by(col(BureauReport.id).desc())
        .limit(1)
    )
    if not_before is not None:
        statement = statement.where(col(BureauReport.pulled_at) >= not_before)
    return uow.session.scalar(statement)


def newest_pull(uow: UnitOfWork, customer_id: int) -> BureauReport | None:
    """The person's newest pull, answered or not."""
    statement = (
        select(BureauReport)
        .where(col(BureauReport.customer_id) == customer_id)
        .order_by(col(BureauReport.id).desc())
        .limit(1)
    )
    return uow.session.scalar(statement)
