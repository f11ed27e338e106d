"""Finds runs, memos and decisions of a case, and the cases that wait for credit or sanction.
Every query of the feature stands here; lists are keyset pages, never offsets."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func
from sqlmodel import col, select

from core.db.unit_of_work import UnitOfWork
from core.decision.tables import Cam, DecisionRun, SanctionDecision


def newest_run(uow: UnitOfWork, application_id: int) -> DecisionRun | None:
    """The latest run of the rules over a case."""
    statement = (
        select(DecisionRun)
        .where(col(DecisionRun.application_id) == application_id)
        .order_by(col(DecisionRun.id).desc())
        .limit(1)
    )
    return uow.session.scalar(statement)


def runs_of(uow: UnitOfWork, application_id: int) -> Sequence[DecisionRun]:
    """All runs of a case, newest first."""
    statement = (
        select(DecisionRun)
        .where(col(DecisionRun.application_id) == application_id)
        .order_by(col(DecisionRun.id).desc())
    )
    return uow.session.scalars(statement).all()


def open_cam(uow: UnitOfWork, application_id: int) -> Cam | None:
    """The draft or recommended memo of a case."""
    statement = select(Cam).where(
        col(Cam.application_id) == application_id,
        col(Cam.status).in_(("draft", "recommended")),
    )
    return uow.session.scalar(statement)


def cams_of(uow: UnitOfWork, application_id: int) -> Sequence[Cam]:
    """Every version of the memo, newest first."""
    statement = (
        select(Cam)
        .where(col(Cam.application_id) == application_id)
        .order_by(col(Cam.number).desc())
    )
    return uow.session.scalars(statement).all()


def decisions_of(uow: UnitOfWork, application_id: int) -> Sequence[SanctionDecision]:
    """What the authority said, newest first."""
    statement = (
        select(SanctionDecision)
        .where(col(SanctionDecision.application_id) == application_id)
        .order_by(col(SanctionDecision.id).desc())
    )
    return uow.session.scalars(statement).all()


def newest_outcomes(uow: UnitOfWork, ids: list[int]) -> dict[int, str]:
    if not ids:
        return {}
    newest = (
        select(func.max(DecisionRun.id))
        .where(col(DecisionRun.application_id).in_(ids))
        .group_by(col(DecisionRun.application_id))
    )
    rows = uow.session.execute(
        select(col(DecisionRun.application_id), col(DecisionRun.outcome)).where(
            col(DecisionRun.id).in_(newest)
        )
    )
    return {row[0]: row[1] for row in rows}


def open_cams(uow: UnitOfWork, ids: list[int]) -> dict[int, Cam]:
    if not ids:
        return {}
    rows = uow.session.scalars(
        select(Cam).where(
            col(Cam.application_id).in_(ids), col(Cam.status).in_(("draft", "recommended"))
        )
    )
    return {cam.application_id: cam for cam in rows}
