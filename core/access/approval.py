"""Decides maker and checker: a request is a row, its effect runs only when another person agrees.
The rule lives here once, so that no money leaves on one person's word anywhere in the product."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from core.access.actor import ActorKind
from core.access.permission import Permission
from core.access.tables import ApprovalRequest
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, Forbidden, Invalid
from core.kernel.money import format_inr

sentences.add(
    {
        "approval.requested": "asked for approval: {effect}",
        "approval.approved": "approved: {effect}",
        "approval.refused": "refused: {effect}",
        "approval.withdrawn": "withdrew the request: {effect}",
    }
)


class OwnWork(Forbidden):
    """The checker is the maker."""

    code = "own_work"


class AboveLimit(Forbidden):
    """The amount is above what this person may decide."""

    code = "above_limit"


class AlreadyDecided(Conflict):
    """The request was decided before."""

    code = "already_decided"


class RequestVoid(Conflict):
    """The record changed after the request was made, so the request no longer counts."""

    code = "request_void"


Effect = Callable[[UnitOfWork, ApprovalRequest], None]
VersionOf = Callable[[UnitOfWork, ApprovalRequest], int]


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """What may be asked for: who may make, who may check, and what agreeing does."""

    kind: str
    maker: Permission
    checker: Permission
    on_approve: Effect
    on_refuse: Effect | None = None
    version_of: VersionOf | None = None
    limited: bool = False


_kinds: dict[str, ApprovalKind] = {}


def register_effect(kind: ApprovalKind) -> None:
    """Make a kind of request known; called once by the feature that owns it."""
    _kinds[kind.kind] = kind


def approval_kinds() -> Mapping[str, ApprovalKind]:
    """Every known kind."""
    return _kinds


def request_approval(
    uow: UnitOfWork,
    kind: str,
    subject: tuple[str, int],
    *,
    payload: Mapping[str, Any],
    effect: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    amount_paise: int = 0,
    subject_version: int = 0,
    case_id: int | None = None,
) -> ApprovalRequest:
    """Ask another person to agree; `effect` is the sentence the checker reads."""
    rule = _kinds[kind]
    uow.actor.require(rule.maker)
    open_request = uow.session.scalar(
        select(ApprovalRequest).where(
            col(ApprovalRequest.kind) == kind,
            col(ApprovalRequest.subject_type) == subject[0],
            col(ApprovalRequest.subject_id) == subject[1],
            col(ApprovalRequest.state) == "pending",
        )
    )
    if open_request is not None:
        raise Conflict(
            f"{open_request.maker_name} has already asked for this; it waits for a check"
        )
    row = uow.add(
        ApprovalRequest(
            kind=kind,
            subject_type=subject[0],
            subject_id=subject[1],
            subject_version=subject_version,
            case_id=case_id,
            amount_paise=amount_paise,
            payload=dict(payload),
            before=dict(before or {}),
            after=dict(after or {}),
            effect=effect,
            maker_id=_maker_id(uow),
            maker_name=uow.actor.name,
            made_at=uow.now,
        )
    )
    uow.audit("approval.requested", subject, case_id=case_id, after=after or {}, effect=effect)
    uow.touch("approval_request", row.id)
    return row


def _maker_id(uow: UnitOfWork) -> int:
    """The maker's number; keys of other systems count below zero, apart from people."""
    number = uow.actor.id or 0
    return -number if uow.actor.kind is ActorKind.API else number


def decide_approval(
    uow: UnitOfWork, request_id: int, *, approve: bool, reason: str = ""
) -> ApprovalRequest:
    """Agree or refuse as another person; runs the effect in this same transaction.

    Raises `OwnWork`, `AboveLimit`, `AlreadyDecided`, or `RequestVoid` when the record moved on.
    """
    row = uow.lock(ApprovalRequest, request_id)
    rule = _kinds[row.kind]
    uow.actor.require(rule.checker)
    if row.state != "pending":
        raise AlreadyDecided(f"{row.checker_name} has already decided this ({row.state})")
    if row.maker_id == uow.actor.id:
        raise OwnWork("You asked for this yourself; another person must decide it")
    if approve and rule.limited and row.amount_paise > uow.actor.approval_limit_paise:
        raise AboveLimit(
            f"{format_inr(row.amount_paise)} is above your limit of "
            f"{format_inr(uow.actor.approval_limit_paise)}"
        )
    if not approve and not reason.strip():
        raise Invalid({"reason": "Say why you refuse"})
    if approve and rule.version_of and rule.version_of(uow, row) != row.subject_version:
        raise RequestVoid("The record changed after this was asked; it must be asked again")
    row.state = "approved" if approve else "refused"
    row.checker_id, row.checker_name = uow.actor.id, uow.actor.name
    row.decided_at, row.decision_reason = uow.now, reason.strip()
    uow.flush()
    if approve:
        rule.on_approve(uow, row)
    elif rule.on_refuse:
        rule.on_refuse(uow, row)
    uow.audit(
        "approval.approved" if approve else "approval.refused",
        (row.subject_type, row.subject_id),
        case_id=row.case_id,
        before=row.before,
        after=row.after if approve else {},
        reason=reason.strip(),
        effect=row.effect,
    )
    uow.touch("approval_request", row.id)
    return row


__all__ = [
    "AboveLimit",
    "AlreadyDecided",
    "ApprovalKind",
    "OwnWork",
    "RequestVoid",
    "approval_kinds",
    "decide_approval",
    "register_effect",
    "request_approval",
]
