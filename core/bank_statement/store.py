"""Every query on statement analyses, as plain functions.

The credit desk asks for the newest proven figures of a case, the statement tab for the rows of
one document.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import col

from core.bank_statement.tables import StatementAnalysis
from core.db.unit_of_work import UnitOfWork


def analysis_of_document(uow: UnitOfWork, document_id: int) -> StatementAnalysis | None:
    """The analysis of one statement, or None before it was made."""
    return uow.session.scalars(
        select(StatementAnalysis).where(
            col(StatementAnalysis.brand_id) == uow.brand_id,
            col(StatementAnalysis.document_id) == document_id,
        )
    ).first()


def analyses_of_application(uow: UnitOfWork, application_id: int) -> Sequence[StatementAnalysis]:
    """The analyses of a case, newest first."""
    return uow.session.scalars(
        select(StatementAnalysis)
        .where(
            col(StatementAnalysis.brand_id) == uow.brand_id,
            col(StatementAnalysis.application_id) == application_id,
        )
        .order_by(col(StatementAnalysis.id).desc())
    ).all()
