"""Decides who has a case: allotment turn by turn, reassignment by a manager, and the next case.
Every spell is a row, so that “who had it when” can be answered for any day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, text, update
from sqlmodel import col

from core.access.permission import Permission
from core.access.tables import RolePermission, Staff, StaffGrant
from core.application.access import require_open
from core.application.allocation import DEFAULT_OPEN_LIMIT, Candidate, choose
from core.application.life_cycle import REVIEW
from core.application.tables import Application, Assignment
from core.brand.tables import StaffAvailability
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, Invalid, NotFound
from core.notification.service import notify_staff

LEASE = dt.timedelta(minutes=10)
LOAN_EXECUTIVE = "loan_executive"
CREDIT_EXECUTIVE = "credit_executive"

# duty -> the right that makes somebody able to do it
_RIGHT = {
    LOAN_EXECUTIVE: Permission.APPLICATION_REVIEW,
    CREDIT_EXECUTIVE: Permission.APPLICATION_APPRAISE,
}
_STATUSES: dict[str, tuple[str, ...]] = {
    LOAN_EXECUTIVE: REVIEW,
    CREDIT_EXECUTIVE: ("in_credit",),
}
_WORDS = {LOAN_EXECUTIVE: "loan executive", CREDIT_EXECUTIVE: "credit executive"}

sentences.add(
    {
        "application.allotted": "gave the case to {who} ({duty}): {why}",
        "application.waiting": "found nobody free for the case ({duty}): {why}",
        "application.reassigned": "moved the case from {old} to {who} ({duty})",
        "application.claimed": "opened the case to work on it",
    }
)


def _candidates(uow: UnitOfWork, duty: str) -> list[Candidate]:
    """Everybody of this brand who may do a duty, with their load, in one statement.

    Who may assign is a manager and gets nothing by itself.
    """
    column = (
        Application.loan_executive_id if duty == LOAN_EXECUTIVE else Application.credit_executive_id
    )
    open_cases = (
        select(col(column).label("staff_id"), func.count().label("open_cases"))
        .where(
            col(Application.brand_id) == uow.brand_id,
            col(Application.status).in_(_STATUSES[duty]),
            col(column).is_not(None),
        )
        .group_by(col(column))
        .subquery()
    )

    def roles_with(permission: Permission) -> Any:
        return select(col(RolePermission.role_id)).where(
            col(RolePermission.permission) == permission.value
        )

    rows = uow.session.execute(
        select(
            col(Staff.id),
            col(Staff.name),
            func.coalesce(open_cases.c.open_cases, 0),
            func.coalesce(col(StaffAvailability.open_limit), DEFAULT_OPEN_LIMIT),
            func.coalesce(col(StaffAvailability.available), True),
            col(StaffAvailability.leave_from),
            col(StaffAvailability.leave_to),
            col(StaffAvailability.last_assigned_at),
        )
        .join(StaffGrant, col(StaffGrant.staff_id) == col(Staff.id))
        .outerjoin(
            StaffAvailability,
            (col(StaffAvailability.staff_id) == col(Staff.id))
            & (col(StaffAvailability.brand_id) == uow.brand_id),
        )
        .outerjoin(open_cases, open_cases.c.staff_id == col(Staff.id))
        .where(
            col(Staff.active),
            col(StaffGrant.granted_brand) == uow.brand_id,
            col(StaffGrant.role_id).in_(roles_with(_RIGHT[duty])),
            col(StaffGrant.role_id).not_in(roles_with(Permission.APPLICATION_ASSIGN)),
        )
        .order_by(col(Staff.id))
        .distinct()
    ).all()
    return [
        Candidate(
            staff_id=staff_id,
            name=name,
            open_cases=open_count,
            open_limit=limit,
            available=available,
            leave_from=leave_from,
            leave_to=leave_to,
            last_assigned_at=last,
        )
        for staff_id, name, open_count, limit, available, leave_from, leave_to, last in rows
    ]


def allot(uow: UnitOfWork, application_id: int, duty: str = LOAN_EXECUTIVE) -> int | None:
    """Give a case that has no owner to whoever's turn it is; returns the staff id, or None.

    Turns are taken one at a time per brand and duty, so that two jobs never see the same turn.
    """
    uow.actor.require(Permission.SYSTEM)
    uow.session.execute(
        text("SELECT pg_advisory_xact_lock(:brand, hashtext(:duty))"),
        {"brand": uow.brand_id, "duty": f"allot:{duty}"},
    )
    application = uow.lock(Application, application_id)
    if application.status not in _STATUSES[duty] or _owner(application, duty) is not None:
        return _owner(application, duty)
    everybody = _candidates(uow, duty)
    chosen = choose(everybody, uow.business_date)
    if chosen is None:
        why = "; ".join(f"{c.name} {c.why_not(uow.business_date)}" for c in everybody)
        uow.audit(
            "application.waiting",
            ("application", application.id),
            duty=_WORDS[duty],
            why=why or "nobody holds the role",
        )
        return None
    why = f"turn by turn, {chosen.open_cases} of {chosen.open_limit} cases open"
    _give(uow, application, duty, chosen.staff_id, chosen.name, why)
    uow.audit(
        "application.allotted",
        ("application", application.id),
        after={f"{duty}_id": chosen.staff_id},
        who=chosen.name,
        duty=_WORDS[duty],
        why=why,
    )
    return chosen.staff_id


def allot_waiting(uow: UnitOfWork) -> int:
    """Allot what found nobody before; returns how many cases got an owner."""
    uow.actor.require(Permission.SYSTEM)
    done = 0
    for duty, statuses in _STATUSES.items():
        column = (
            Application.loan_executive_id
            if duty == LOAN_EXECUTIVE
            else Application.credit_executive_id
        )
        waiting = uow.session.scalars(
            select(col(Application.id))
            .where(col(Application.status).in_(statuses), col(column).is_(None))
            .order_by(col(Application.id))
            .limit(200)
        ).all()
        for application_id in waiting:
            if allot(uow, application_id, duty) is None:
                break
            done += 1
    return done


def people_for(uow: UnitOfWork, duty: str) -> list[Candidate]:
    """Who could take a case for a duty, with load and leave, for a manager who moves one."""
    uow.actor.require(Permission.APPLICATION_ASSIGN)
    return _candidates(uow, duty)


def my_desk(uow: UnitOfWork) -> Candidate:
    """One's own load, limit and leave as allotment sees them."""
    uow.actor.require(Permission.APPLICATION_REVIEW)
    actor = uow.actor
    found = next((c for c in _candidates(uow, LOAN_EXECUTIVE) if c.staff_id == actor.id), None)
    return found or Candidate(actor.id or 0, actor.name, available=False)


@dataclass(frozen=True, slots=True)
class Reassign:
    """Another owner for a case."""

    application_id: int
    version: int
    duty: str
    staff_id: int
    reason: str


def reassign(uow: UnitOfWork, command: Reassign) -> Application:
    """Move a case to another person with a reason; both are told."""
    uow.actor.require(Permission.APPLICATION_ASSIGN)
    if command.duty not in _RIGHT:
        raise Invalid({"duty": "Choose loan executive or credit executive"})
    reason = " ".join(command.reason.split())
    if len(reason) < 5:
        raise Invalid({"reason": "Say why the case moves"})
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    if application.status not in (*REVIEW, "in_credit"):
        raise Conflict("This case is no longer with a loan or credit executive")
    people = {c.staff_id: c for c in _candidates(uow, command.duty)}
    person = people.get(command.staff_id)
    if person is None:
        raise Invalid({"staff_id": f"Choose a {_WORDS[command.duty]} of this brand"})
    old_id = _owner(application, command.duty)
    if old_id == person.staff_id:
        raise Invalid({"staff_id": f"{person.name} has this case already"})
    old = people[old_id].name if old_id in people else "nobody"
    _give(uow, application, command.duty, person.staff_id, person.name, reason)
    application.version += 1
    if old_id is not None:
        link = f"/{uow.brand.code}/loans/{application.id}"
        notify_staff(uow, old_id, f"{application.number} was given to {person.name}", link)
    uow.audit(
        "application.reassigned",
        ("application", application.id),
        before={f"{command.duty}_id": old_id},
        after={f"{command.duty}_id": person.staff_id},
        old=old,
        who=person.name,
        duty=_WORDS[command.duty],
        reason=reason,
    )
    return application


def claim_next(uow: UnitOfWork, after_id: int = 0) -> int | None:
    """The next case for this person, leased to them for ten minutes; None when all is done.

    Oldest first: own cases, then cases without an owner. Two people asking at once never get
    one case (`SKIP LOCKED`), and a case that somebody just looked at comes last.
    """
    uow.actor.require(Permission.APPLICATION_OPEN)
    mine = _eligible(uow)
    if mine is None:
        return None
    row = uow.session.scalar(
        select(Application)
        .where(
            mine,
            col(Application.id) != after_id,
            or_(
                col(Application.claimed_until).is_(None),
                col(Application.claimed_until) < uow.now,
                col(Application.claimed_by) == uow.actor.id,
            ),
        )
        .order_by(
            case((col(Application.claimed_by) == uow.actor.id, 1), else_=0),
            col(Application.status_since),
            col(Application.id),
        )
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    row.claimed_by, row.claimed_until = uow.actor.id, uow.now + LEASE
    uow.touch("application", row.id)
    return row.id


def release_claim(uow: UnitOfWork, application_id: int) -> None:
    """Let others have the case; only the holder of the lease can release it."""
    uow.actor.require(Permission.APPLICATION_OPEN)
    application = require_open(uow, uow.lock(Application, application_id))
    if application.claimed_by == uow.actor.id:
        application.claimed_by, application.claimed_until = None, None
        uow.touch("application", application.id)


@dataclass(frozen=True, slots=True)
class SetAvailability:
    """Whether somebody takes new cases, and when they are away."""

    staff_id: int
    available: bool
    leave_from: dt.date | None = None
    leave_to: dt.date | None = None
    open_limit: int = DEFAULT_OPEN_LIMIT


def set_availability(uow: UnitOfWork, command: SetAvailability) -> StaffAvailability:
    """Change availability: one's own, or anybody's by who may assign; waiting cases follow."""
    if command.staff_id == uow.actor.id:
        uow.actor.require(Permission.STAFF_SELF)
    else:
        uow.actor.require(Permission.APPLICATION_ASSIGN)
    wrong: dict[str, str] = {}
    if command.leave_to and command.leave_from and command.leave_to < command.leave_from:
        wrong["leave_to"] = "The leave cannot end before it begins"
    if command.leave_to and not command.leave_from:
        wrong["leave_from"] = "Enter the first day of the leave"
    if not 0 <= command.open_limit <= 1_000:
        wrong["open_limit"] = "Enter how many open cases this person can carry, up to 1,000"
    if wrong:
        raise Invalid(wrong)
    person = uow.session.get(Staff, command.staff_id)
    if person is None:
        raise NotFound("There is no such person here")
    row = uow.session.scalar(
        select(StaffAvailability).where(col(StaffAvailability.staff_id) == command.staff_id)
    )
    if row is None:
        row = uow.add(StaffAvailability(staff_id=command.staff_id))
    row.available = command.available
    row.leave_from, row.leave_to = command.leave_from, command.leave_to
    row.open_limit = command.open_limit
    uow.audit(
        "staff.availability_changed",
        ("staff", command.staff_id),
        after={"available": command.available, "open_limit": command.open_limit},
        who=person.name,
        state="takes new cases" if command.available else "takes no new cases",
    )
    uow.emit("staff.availability_changed", {"staff_id": command.staff_id})
    return row


sentences.add({"staff.availability_changed": "set {who}: {state}"})


def _eligible(uow: UnitOfWork) -> ColumnElement[bool] | None:
    """What this person may work on now, as one condition; None when nothing is theirs."""
    actor = uow.actor
    parts: list[ColumnElement[bool]] = []
    if actor.can(Permission.APPLICATION_REVIEW):
        parts.append(
            col(Application.status).in_(("applied", "in_review"))
            & or_(
                col(Application.loan_executive_id) == actor.id,
                col(Application.loan_executive_id).is_(None),
            )
        )
    if actor.can(Permission.APPLICATION_APPRAISE):
        parts.append(
            (col(Application.status) == "in_credit")
            & or_(
                col(Application.credit_executive_id) == actor.id,
                col(Application.credit_executive_id).is_(None),
            )
        )
    if actor.can(Permission.APPLICATION_SANCTION):
        within = col(Application.status) == "recommended"
        if not actor.can(Permission.APPLICATION_SANCTION_ANY):
            within = within & (
                col(Application.recommended_amount_paise) <= actor.sanction_limit_paise
            )
        # nobody decides on their own recommendation
        parts.append(within & (col(Application.recommended_by).is_distinct_from(actor.id)))
    if not parts:
        return None
    return or_(*parts)


def _owner(application: Application, duty: str) -> int | None:
    if duty == LOAN_EXECUTIVE:
        return application.loan_executive_id
    return application.credit_executive_id


def _give(
    uow: UnitOfWork, application: Application, duty: str, staff_id: int, name: str, why: str
) -> None:
    """End the open spell, begin a new one, move the pointer and tell the new owner."""
    uow.session.execute(
        update(Assignment)
        .where(
            col(Assignment.brand_id) == uow.brand_id,
            col(Assignment.application_id) == application.id,
            col(Assignment.duty) == duty,
            col(Assignment.ended_at).is_(None),
        )
        .values(ended_at=uow.now, end_reason=why)
    )
    uow.add(
        Assignment(
            application_id=application.id,
            duty=duty,
            staff_id=staff_id,
            staff_name=name,
            assigned_at=uow.now,
            assigned_by=uow.actor.name,
            reason=why,
        )
    )
    if duty == LOAN_EXECUTIVE:
        application.loan_executive_id = staff_id
    else:
        application.credit_executive_id = staff_id
    application.allotted_at = uow.now
    application.claimed_by, application.claimed_until = None, None
    row = uow.session.scalar(
        select(StaffAvailability).where(col(StaffAvailability.staff_id) == staff_id)
    )
    if row is None:
        row = uow.add(StaffAvailability(staff_id=staff_id))
    row.last_assigned_at = uow.now
    uow.flush()
    link = f"/{uow.brand.code}/loans/{application.id}"
    notify_staff(uow, staff_id, f"{application.number} is yours now", link)
