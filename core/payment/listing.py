"""Decides what the queues of loan operations hold: cases ready to be paid, disbursals, approvals.
Counts and lists come from the same conditions, so a figure always opens exactly what it counts."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlmodel import col

from core.access.approval import approval_kinds
from core.access.tables import ApprovalRequest
from core.application.tables import Application
from core.customer.tables import Customer
from core.db.listing import ListAnswer, ListAsk, keyset_page
from core.db.unit_of_work import UnitOfWork
from core.payment.disbursal import STATUSES, is_stuck
from core.payment.disbursal_service import RELEASE
from core.payment.receipt_service import POST, REVERSE
from core.payment.tables import Disbursal

READY = "ready"
OPEN_STATES = tuple(status for status in STATUSES if status not in ("paid", "refused"))
APPROVAL_KINDS = (POST, REVERSE, RELEASE)


def _named(statement: Any, text: str, number: Any) -> Any:
    """Narrow by the start of a number or of a name, as an index range and not a pattern."""
    if not text:
        return statement
    key = " ".join(text.lower().split())
    upper = text.strip().upper()
    return statement.where(
        or_(
            and_(col(Customer.name_key) >= key, col(Customer.name_key) < key + "\U0010ffff"),
            and_(number >= upper, number < upper + "\U0010ffff"),
        )
    )


def disbursal_list(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """One page of the disbursal queue; without a state the open ones, `ready` the signed cases."""
    state = ask.get("state")
    if state == READY:
        return _ready_list(uow, ask)
    wanted: ColumnElement[bool]
    if state in STATUSES:
        wanted = col(Disbursal.status) == state
    elif state == "all":
        wanted = col(Disbursal.status).in_(STATUSES)
    else:
        wanted = col(Disbursal.status).in_(OPEN_STATES)
    statement = (
        select(Disbursal, col(Customer.name), col(Application.number).label("case_number"))
        .join(
            Customer,
            and_(
                col(Customer.brand_id) == col(Disbursal.brand_id),
                col(Customer.id) == col(Disbursal.customer_id),
            ),
        )
        .join(
            Application,
            and_(
                col(Application.brand_id) == col(Disbursal.brand_id),
                col(Application.id) == col(Disbursal.application_id),
            ),
        )
        .where(wanted)
    )
    return keyset_page(
        uow.session,
        _named(statement, ask.get("q"), col(Disbursal.number)),
        ask,
        sorts={
            "since": col(Disbursal.status_since),
            "net_paise": col(Disbursal.net_paise),
            "number": col(Disbursal.number),
        },
        key=col(Disbursal.id),
        row=lambda found: _disbursal_row(uow, found[0], found[1], found[2]),
    )


def _disbursal_row(uow: UnitOfWork, row: Disbursal, name: str, case_number: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "application_id": row.application_id,
        "number": row.number,
        "case_number": case_number,
        "customer": name,
        "net_paise": row.net_paise,
        "status": row.status,
        "since": row.status_since,
        "stuck": is_stuck(row.status, uow.now - row.status_since),
        "cause": row.cause,
    }


def _ready_list(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    statement = (
        select(Application, col(Customer.name))
        .join(
            Customer,
            and_(
                col(Customer.brand_id) == col(Application.brand_id),
                col(Customer.id) == col(Application.customer_id),
            ),
        )
        .where(col(Application.status) == "signed")
    )
    return keyset_page(
        uow.session,
        _named(statement, ask.get("q"), col(Application.number)),
        ask,
        sorts={
            "since": col(Application.status_since),
            "net_paise": func.coalesce(col(Application.sanctioned_amount_paise), 0),
            "number": col(Application.number),
        },
        key=col(Application.id),
        row=lambda found: {
            "id": found[0].id,
            "application_id": found[0].id,
            "number": "",
            "case_number": found[0].number,
            "customer": found[1],
            "net_paise": found[0].sanctioned_amount_paise,
            "status": READY,
            "since": found[0].status_since,
            "stuck": False,
            "cause": "",
        },
    )


def _may_decide(uow: UnitOfWork) -> ColumnElement[bool]:
    """What the actor can decide now: another's request, within the right and the limit."""
    kinds = approval_kinds()
    able: list[ColumnElement[bool]] = []
    for name in APPROVAL_KINDS:
        kind = kinds[name]
        if uow.actor.can(kind.checker):
            limit = col(ApprovalRequest.amount_paise) <= uow.actor.approval_limit_paise
            able.append(
                and_(col(ApprovalRequest.kind) == name, limit)
                if kind.limited
                else col(ApprovalRequest.kind) == name
            )
    if not able:
        return false()
    return and_(
        or_(*able),
        col(ApprovalRequest.maker_id) != (uow.actor.id or 0),
        col(ApprovalRequest.state) == "pending",
    )


def _approvals_wanted(uow: UnitOfWork, whose: str) -> ColumnElement[bool]:
    ours = col(ApprovalRequest.kind).in_(APPROVAL_KINDS)
    if whose == "decided":
        return and_(ours, col(ApprovalRequest.state) != "pending")
    if whose == "all":
        return and_(ours, col(ApprovalRequest.state) == "pending")
    return _may_decide(uow)


def approval_list(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """One page of payment approvals: mine to decide, all pending, or decided."""
    statement = select(ApprovalRequest).where(_approvals_wanted(uow, ask.get("whose")))
    if ask.get("kind") in APPROVAL_KINDS:
        statement = statement.where(col(ApprovalRequest.kind) == ask.get("kind"))
    return keyset_page(
        uow.session,
        statement,
        ask,
        sorts={
            "made_at": col(ApprovalRequest.made_at),
            "amount_paise": col(ApprovalRequest.amount_paise),
        },
        key=col(ApprovalRequest.id),
        row=lambda found: {
            "id": found[0].id,
            "kind": found[0].kind,
            "case_id": found[0].case_id,
            "effect": found[0].effect,
            "amount_paise": found[0].amount_paise,
            "maker": found[0].maker_name,
            "made_at": found[0].made_at,
            "state": found[0].state,
            "checker": found[0].checker_name,
        },
    )


def approval_counts(uow: UnitOfWork) -> dict[str, int]:
    """How many approvals wait for me, and how many wait at all."""
    counts: dict[str, int] = {}
    for whose in ("mine", "all"):
        counts[whose] = int(
            uow.session.scalar(
                select(func.count())
                .select_from(ApprovalRequest)
                .where(_approvals_wanted(uow, whose))
            )
            or 0
        )
    return counts
