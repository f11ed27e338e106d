"""Decides which exports a person sees: one's own, newest first."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from core.db.listing import ListAnswer, ListAsk, keyset_page
from core.db.unit_of_work import UnitOfWork
from core.report.tables import ExportRun


def own_exports(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """The exports this person asked for."""
    statement = select(ExportRun).where(col(ExportRun.requested_by) == uow.actor.id)
    state = ask.get("state")
    if state:
        statement = statement.where(col(ExportRun.state) == state)
    return keyset_page(
        uow.session,
        statement,
        ask,
        sorts={"requested_at": col(ExportRun.requested_at)},
        key=col(ExportRun.id),
        row=lambda found: {"run": found[0]},
    )
