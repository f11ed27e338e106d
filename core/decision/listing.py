"""Decides what the queues of credit and sanction hold, and what is seen before opening a case.
A row says how long it waits, what the rules said and, for sanction, whose it is to decide."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import col

from core.access.permission import Permission
from core.application.tables import Application
from core.brand.tables import Product
from core.customer.store import LAST_CHARACTER
from core.customer.tables import Customer
from core.db.listing import ListAnswer, ListAsk, keyset_page
from core.db.unit_of_work import UnitOfWork
from core.decision.authority import reach_of
from core.decision.configuration import sanction_levels
from core.decision.sanction import refusal, weight_of
from core.decision.store import newest_outcomes, open_cams
from core.decision.tables import DecisionRun
from core.kernel.money import parse_inr

LATE_AFTER = dt.timedelta(hours=24)


def credit_queue(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """One page of cases in credit; by default the actor's own, the longest waiting first."""
    statement = _cases(ask, ("in_credit",))
    if ask.get("whose") != "all":
        statement = statement.where(col(Application.credit_executive_id) == uow.actor.id)
    answer = _page(uow, ask, statement)
    outcomes = newest_outcomes(uow, [int(row["id"]) for row in answer.rows])
    cams = open_cams(uow, [int(row["id"]) for row in answer.rows])
    for row in answer.rows:
        row.pop("_application")
        row["outcome"] = outcomes.get(row["id"], "")
        row["cam"] = f"Version {cams[row['id']].number}" if row["id"] in cams else ""
    return answer


def sanction_queue(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """One page of recommended cases; by default what this person can decide now (Q01)."""
    statement = _cases(ask, ("recommended",))
    levels = sanction_levels(uow)
    if ask.get("whose") != "all":
        statement = _mine(uow, statement)
    answer = _page(uow, ask, statement)
    ids = [int(row["id"]) for row in answer.rows]
    cams = open_cams(uow, ids)
    for row in answer.rows:
        cam = cams.get(row["id"])
        row["outcome"], row["why"] = "", ""
        if cam is None:
            continue
        run = uow.find(DecisionRun, cam.decision_run_id) if cam.decision_run_id else None
        reach = reach_of(levels, weight_of(cam, run, cam.proposed_paise))
        row["outcome"] = run.outcome if run else ""
        row["amount_paise"] = cam.proposed_paise
        row["maker"] = cam.maker_name
        not_mine = refusal(uow.actor, row["_application"], cam, reach, cam.proposed_paise)
        row["why"] = not_mine or reach.sentence
        row["mine"] = not not_mine
    for row in answer.rows:
        row.pop("_application", None)
    return answer


def _mine(uow: UnitOfWork, statement: Select[Any]) -> Select[Any]:
    """Narrow to amounts this person may decide and to other people's work."""
    actor = uow.actor
    statement = statement.where(
        *[
            func.coalesce(column, -1) != (actor.id or 0)
            for column in (
                col(Application.recommended_by),
                col(Application.credit_executive_id),
                col(Application.loan_executive_id),
            )
        ]
    )
    if not actor.can(Permission.APPLICATION_SANCTION_ANY):
        statement = statement.where(
            func.coalesce(col(Application.recommended_amount_paise), 0)
            <= actor.sanction_limit_paise
        )
    return statement


def waiting_counts(uow: UnitOfWork) -> dict[str, int]:
    """How many cases wait for credit and for sanction, for tiles and tabs."""
    rows = uow.session.execute(
        select(col(Application.status), func.count())
        .where(col(Application.status).in_(("in_credit", "recommended")))
        .group_by(col(Application.status))
    )
    return {row[0]: row[1] for row in rows}


def _cases(ask: ListAsk, statuses: tuple[str, ...]) -> Select[Any]:
    statement: Any = (
        select(Application, col(Customer.name), col(Product.name))
        .join(
            Customer,
            and_(
                col(Customer.brand_id) == col(Application.brand_id),
                col(Customer.id) == col(Application.customer_id),
            ),
        )
        .join(
            Product,
            and_(
                col(Product.brand_id) == col(Application.brand_id),
                col(Product.id) == col(Application.product_id),
            ),
        )
        .where(col(Application.status).in_(statuses))
    )
    text = " ".join(ask.get("q").lower().split())
    if text:
        number = text.upper()
        statement = statement.where(
            or_(
                and_(
                    col(Customer.name_key) >= text, col(Customer.name_key) < text + LAST_CHARACTER
                ),
                col(Application.number) == number,
            )
        )
    if ask.get("product").isdigit():
        statement = statement.where(col(Application.product_id) == int(ask.get("product")))
    if ask.get("least"):
        least = parse_inr(ask.get("least"), field="least")
        statement = statement.where(col(Application.requested_amount_paise) >= least)
    return statement


def _page(uow: UnitOfWork, ask: ListAsk, statement: Select[Any]) -> ListAnswer:
    return keyset_page(
        uow.session,
        statement,
        ask,
        sorts={
            "since": col(Application.status_since),
            "amount_paise": col(Application.requested_amount_paise),
            "number": col(Application.number),
        },
        key=col(Application.id),
        row=lambda found: _row(uow, found),
    )


def _row(uow: UnitOfWork, found: Any) -> dict[str, Any]:
    application: Application = found[0]
    waiting = uow.now - application.status_since
    return {
        "_application": application,
        "id": application.id,
        "number": application.number,
        "customer": found[1],
        "product": found[2],
        "amount_paise": application.requested_amount_paise,
        "since": application.status_since,
        "waiting": waiting,
        "late": waiting > LATE_AFTER,
    }
