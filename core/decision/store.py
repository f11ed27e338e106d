"""Finds runs, memos and decisions of a case, and the cases that wait for credit or sanction.
Every query of the feature stands here; lists are keyset pages, never offsets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, tuple_
from sqlmodel import col, select

from core.application.tables import Application
from core.brand.tables import Product
from core.customer.store import search_clause
from core.customer.tables import Customer
from core.db.unit_of_work import UnitOfWork
from core.decision.tables import Cam, DecisionRun, SanctionDecision

PAGE_ROWS = 50


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


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a queue shows; `mine` is the actor's own desk, `least` and `most` bound the amount."""

    statuses: tuple[str, ...]
    mine: int | None = None
    search: str = ""
    product_id: int | None = None
    least_paise: int = 0
    most_paise: int = 0
    sort: str = "age"


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One waiting case with what a person must see before opening it."""

    application: Application
    customer: Customer
    product: Product
    run_outcome: str
    cam: Cam | None


def queue_page(
    uow: UnitOfWork, wanted: QueueFilter, after: tuple[Any, int] | None = None
) -> tuple[list[QueueRow], tuple[Any, int] | None]:
    """One page of waiting cases and the key of the next one; the oldest first by default."""
    key = _sort_key(wanted.sort)
    statement: Select[Any] = (
        _filtered(wanted)
        .add_columns(Customer, Product)
        .order_by(key, col(Application.id))
        .limit(PAGE_ROWS + 1)
    )
    if after is not None:
        statement = statement.where(tuple_(key, col(Application.id)) > tuple_(*after))
    found: list[Any] = list(uow.session.execute(statement).all())
    more = len(found) > PAGE_ROWS
    found = found[:PAGE_ROWS]
    ids = [row[0].id for row in found]
    outcomes = _outcomes(uow, ids)
    cams = _open_cams(uow, ids)
    rows = [
        QueueRow(application, customer, product, outcomes.get(application.id, ""),
                 cams.get(application.id))
        for application, customer, product in found
    ]  # fmt: skip
    last = None
    if more and rows:
        application = rows[-1].application
        value = (
            application.requested_amount_paise
            if wanted.sort == "amount"
            else application.status_since
        )
        last = (value, application.id)
    return rows, last


def queue_count(uow: UnitOfWork, wanted: QueueFilter) -> int:
    """How many cases a filter holds."""
    inner = _filtered(wanted).with_only_columns(col(Application.id)).subquery()
    return uow.session.scalar(select(func.count()).select_from(inner)) or 0


def _sort_key(sort: str) -> Any:
    return (
        col(Application.requested_amount_paise)
        if sort == "amount"
        else col(Application.status_since)
    )


def _filtered(wanted: QueueFilter) -> Select[Any]:
    statement: Select[Any] = (
        select(Application)
        .join(
            Customer,
            (col(Customer.brand_id) == col(Application.brand_id))
            & (col(Customer.id) == col(Application.customer_id)),
        )
        .join(
            Product,
            (col(Product.brand_id) == col(Application.brand_id))
            & (col(Product.id) == col(Application.product_id)),
        )
        .where(col(Application.status).in_(wanted.statuses))
    )
    if wanted.mine is not None:
        statement = statement.where(col(Application.credit_executive_id) == wanted.mine)
    if wanted.product_id is not None:
        statement = statement.where(col(Application.product_id) == wanted.product_id)
    if wanted.least_paise:
        statement = statement.where(col(Application.requested_amount_paise) >= wanted.least_paise)
    if wanted.most_paise:
        statement = statement.where(col(Application.requested_amount_paise) <= wanted.most_paise)
    text = wanted.search.strip()
    if text.upper().startswith("AP-"):
        statement = statement.where(col(Application.number) == text.upper())
    elif text:
        statement = statement.where(search_clause(text))
    return statement


def _outcomes(uow: UnitOfWork, ids: list[int]) -> dict[int, str]:
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


def _open_cams(uow: UnitOfWork, ids: list[int]) -> dict[int, Cam]:
    if not ids:
        return {}
    rows = uow.session.scalars(
        select(Cam).where(
            col(Cam.application_id).in_(ids), col(Cam.status).in_(("draft", "recommended"))
        )
    )
    return {cam.application_id: cam for cam in rows}


def waiting_since(application: Application, now: dt.datetime) -> dt.timedelta:
    """How long a case has stood in its present status."""
    return now - application.status_since
