"""Decides how people come to work in a brand, change their role and leave.
Whoever is disabled or loses the role is logged out at once, because sessions are asked afresh."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import col

from core.access.password import hash_password
from core.access.permission import Permission
from core.access.session import end_sessions_of
from core.access.tables import Role, Staff, StaffGrant, StaffSession
from core.db.listing import ListAnswer, ListAsk, keyset_page
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, Invalid, NotFound
from core.kernel.identifier import normal_mobile

NAME_MAX = 80
FIRST_PASSWORD_BYTES = 12
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")

sentences.add(
    {
        "staff.added": "added {name} as {role}",
        "staff.role_changed": "changed the role of {name} from {old} to {new}",
        "staff.limits_changed": "changed the amounts up to which {name} decides",
        "staff.disabled": "disabled {name}",
        "staff.enabled": "enabled {name} again",
        "staff.password_renewed": "gave {name} a new first password",
        "staff.session_ended": "ended a session of {name}",
    }
)


@dataclass(frozen=True, slots=True)
class AddStaff:
    """A new person of this brand, or one of another brand who now works here too."""

    name: str
    email: str
    role_code: str
    mobile: str = ""
    sanction_limit_paise: int = 0
    approval_limit_paise: int = 0


@dataclass(frozen=True, slots=True)
class AddedStaff:
    """The person, and the first password to hand over (empty for a known person)."""

    staff_id: int
    first_password: str


@dataclass(frozen=True, slots=True)
class ChangeRole:
    """Another role or other amounts for a person of this brand."""

    staff_id: int
    role_code: str
    sanction_limit_paise: int
    approval_limit_paise: int


def roles_of_brand(uow: UnitOfWork) -> Sequence[Role]:
    """Built-in roles and the brand's own, in their order."""
    statement = (
        select(Role)
        .where(col(Role.owner_brand).in_([0, uow.brand_id]))
        .order_by(col(Role.position), col(Role.name))
    )
    return uow.session.scalars(statement).all()


def _role(uow: UnitOfWork, code: str) -> Role:
    found = next((role for role in roles_of_brand(uow) if role.code == code), None)
    if found is None:
        raise Invalid({"role_code": "Choose a role"})
    if found.code == "super_admin" and uow.actor.role != "super_admin":
        raise Invalid({"role_code": "Only a super admin may give this role"})
    return found


def _grants(uow: UnitOfWork, staff_id: int) -> Sequence[StaffGrant]:
    statement = select(StaffGrant).where(
        col(StaffGrant.staff_id) == staff_id, col(StaffGrant.granted_brand) == uow.brand_id
    )
    return uow.session.scalars(statement.order_by(col(StaffGrant.id))).all()


def add_staff(uow: UnitOfWork, command: AddStaff) -> AddedStaff:
    """Let somebody work here; raises `Invalid` per field, `Conflict` for one who already does."""
    uow.actor.require(Permission.STAFF_MANAGE)
    name, email = " ".join(command.name.split()), command.email.strip().lower()
    wrong: dict[str, str] = {}
    if not name or len(name) > NAME_MAX:
        wrong["name"] = "Enter the person's name"
    if not EMAIL.fullmatch(email):
        wrong["email"] = "Enter an e-mail address like name@company.in"
    if command.sanction_limit_paise < 0:
        wrong["sanction_limit"] = "Enter an amount of zero or more"
    if command.approval_limit_paise < 0:
        wrong["approval_limit"] = "Enter an amount of zero or more"
    if wrong:
        raise Invalid(wrong)
    mobile = normal_mobile(command.mobile) if command.mobile.strip() else ""
    role = _role(uow, command.role_code)
    staff = uow.session.scalar(select(Staff).where(col(Staff.email) == email))
    first_password = ""
    if staff is None:
        first_password = secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
        staff = Staff(
            email=email,
            name=name,
            mobile=mobile,
            password_hash=hash_password(first_password),
            created_at=uow.now,
        )
        uow.session.add(staff)
        uow.flush()
    elif _grants(uow, staff.id):
        raise Invalid({"email": f"{staff.name} already works here"})
    uow.session.add(
        StaffGrant(
            staff_id=staff.id,
            granted_brand=uow.brand_id,
            role_id=role.id,
            sanction_limit_paise=command.sanction_limit_paise,
            approval_limit_paise=command.approval_limit_paise,
        )
    )
    uow.flush()
    uow.audit(
        "staff.added",
        ("staff", staff.id),
        after={
            "role": role.name,
            "sanction_limit_paise": command.sanction_limit_paise,
            "approval_limit_paise": command.approval_limit_paise,
        },
        name=staff.name,
        role=role.name,
    )
    return AddedStaff(staff.id, first_password)


def staff_of_brand(uow: UnitOfWork, staff_id: int) -> tuple[Staff, StaffGrant, Role]:
    """A person who works here, with role and amounts; raises `NotFound` for anybody else."""
    row = uow.session.execute(
        select(Staff, StaffGrant, Role)
        .join(StaffGrant, col(StaffGrant.staff_id) == col(Staff.id))
        .join(Role, col(Role.id) == col(StaffGrant.role_id))
        .where(col(Staff.id) == staff_id, col(StaffGrant.granted_brand) == uow.brand_id)
        .order_by(col(Role.position))
        .limit(1)
    ).first()
    if row is None:
        raise NotFound("This person does not work here")
    return row[0], row[1], row[2]


def change_role(uow: UnitOfWork, command: ChangeRole) -> None:
    """Give a person another role or other amounts here; open sessions follow at once."""
    uow.actor.require(Permission.STAFF_MANAGE)
    staff, grant, old = staff_of_brand(uow, command.staff_id)
    if staff.id == uow.actor.id:
        raise Conflict("Somebody else must change your own role")
    if min(command.sanction_limit_paise, command.approval_limit_paise) < 0:
        raise Invalid({"sanction_limit": "Enter an amount of zero or more"})
    new = _role(uow, command.role_code)
    before = {
        "sanction_limit_paise": grant.sanction_limit_paise,
        "approval_limit_paise": grant.approval_limit_paise,
    }
    after = {
        "sanction_limit_paise": command.sanction_limit_paise,
        "approval_limit_paise": command.approval_limit_paise,
    }
    grant.role_id = new.id
    grant.sanction_limit_paise = command.sanction_limit_paise
    grant.approval_limit_paise = command.approval_limit_paise
    uow.flush()
    if old.id != new.id:
        uow.audit(
            "staff.role_changed",
            ("staff", staff.id),
            before={"role": old.name},
            after={"role": new.name},
            name=staff.name,
            old=old.name,
            new=new.name,
        )
    if before != after:
        uow.audit(
            "staff.limits_changed", ("staff", staff.id), before=before, after=after, name=staff.name
        )


def _works_elsewhere(uow: UnitOfWork, staff_id: int) -> bool:
    count = uow.session.scalar(
        select(func.count())
        .select_from(StaffGrant)
        .where(col(StaffGrant.staff_id) == staff_id, col(StaffGrant.granted_brand) != uow.brand_id)
    )
    return bool(count)


def disable_staff(uow: UnitOfWork, staff_id: int, reason: str) -> None:
    """Let a person log in no more, and end every session at once."""
    uow.actor.require(Permission.STAFF_MANAGE)
    staff, _, _ = staff_of_brand(uow, staff_id)
    if staff.id == uow.actor.id:
        raise Conflict("You cannot disable yourself")
    if not reason.strip():
        raise Invalid({"reason": "Say why"})
    if _works_elsewhere(uow, staff_id) and uow.actor.role != "super_admin":
        raise Conflict(f"{staff.name} also works for another brand; a super admin must do this")
    staff.active = False
    staff.version += 1
    end_sessions_of(uow.session, staff_id, uow.now, "disabled")
    uow.audit("staff.disabled", ("staff", staff_id), reason=reason.strip(), name=staff.name)


def enable_staff(uow: UnitOfWork, staff_id: int) -> None:
    """Let a disabled person log in again."""
    uow.actor.require(Permission.STAFF_MANAGE)
    staff, _, _ = staff_of_brand(uow, staff_id)
    staff.active = True
    staff.version += 1
    uow.audit("staff.enabled", ("staff", staff_id), name=staff.name)


def renew_password(uow: UnitOfWork, staff_id: int) -> str:
    """A new first password for somebody who lost theirs; ends that person's sessions."""
    uow.actor.require(Permission.STAFF_MANAGE)
    staff, _, role = staff_of_brand(uow, staff_id)
    if role.code == "super_admin" and uow.actor.role != "super_admin":
        raise Conflict("Only a super admin may do this for a super admin")
    if _works_elsewhere(uow, staff_id) and uow.actor.role != "super_admin":
        raise Conflict(f"{staff.name} also works for another brand; a super admin must do this")
    password = secrets.token_urlsafe(FIRST_PASSWORD_BYTES)
    staff.password_hash = hash_password(password)
    staff.version += 1
    end_sessions_of(uow.session, staff_id, uow.now, "new password")
    uow.audit("staff.password_renewed", ("staff", staff_id), name=staff.name)
    return password


def staff_list(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """Everybody who works here; filters `q` (name or e-mail starts with), `role`, `state`."""
    uow.actor.require(Permission.STAFF_MANAGE)
    statement = (
        select(Staff, StaffGrant, Role)
        .join(StaffGrant, col(StaffGrant.staff_id) == col(Staff.id))
        .join(Role, col(Role.id) == col(StaffGrant.role_id))
        .where(col(StaffGrant.granted_brand) == uow.brand_id)
    )
    if wanted := ask.get("q").lower():
        name, email = func.lower(col(Staff.name)), col(Staff.email)
        statement = statement.where(
            name.startswith(wanted, autoescape=True) | email.startswith(wanted, autoescape=True)
        )
    if role := ask.get("role"):
        statement = statement.where(col(Role.code) == role)
    if state := ask.get("state"):
        statement = statement.where(col(Staff.active) == (state == "enabled"))

    def row(found: tuple[Staff, StaffGrant, Role]) -> dict[str, object]:
        staff, grant, role = found[0], found[1], found[2]
        return {
            "id": staff.id,
            "name": staff.name,
            "email": staff.email,
            "role": role.name,
            "sanction_limit_paise": grant.sanction_limit_paise or None,
            "approval_limit_paise": grant.approval_limit_paise or None,
            "state": "enabled" if staff.active else "disabled",
        }

    return keyset_page(
        uow.session,
        statement,
        ask,
        sorts={"name": col(Staff.name), "email": col(Staff.email), "role": col(Role.position)},
        key=col(StaffGrant.id),
        row=row,
    )


def sessions_list(uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
    """Open sessions in this brand; without the right to see others', only one's own."""
    statement = (
        select(StaffSession, Staff)
        .join(Staff, col(Staff.id) == col(StaffSession.staff_id))
        .where(
            col(StaffSession.working_brand) == uow.brand_id,
            col(StaffSession.ended_at).is_(None),
            col(StaffSession.expires_at) > uow.now,
        )
    )
    if not uow.actor.can(Permission.SESSION_READ):
        uow.actor.require(Permission.STAFF_SELF)
        statement = statement.where(col(StaffSession.staff_id) == uow.actor.id)

    def row(found: tuple[StaffSession, Staff]) -> dict[str, object]:
        session, staff = found[0], found[1]
        own = f"s{session.id}" == uow.actor.session_id
        return {
            "id": session.id,
            "name": staff.name,
            "address": session.address,
            "device": session.device,
            "created_at": session.created_at,
            "seen_at": session.seen_at,
            "own": "This session" if own else "",
        }

    return keyset_page(
        uow.session,
        statement,
        ask,
        sorts={
            "seen_at": col(StaffSession.seen_at),
            "created_at": col(StaffSession.created_at),
            "name": col(Staff.name),
        },
        key=col(StaffSession.id),
        row=row,
    )


def end_session(uow: UnitOfWork, session_id: int) -> None:
    """End one session: one's own, or anybody's here with the right to manage staff."""
    session = uow.session.get(StaffSession, session_id)
    if session is None or session.working_brand != uow.brand_id:
        raise NotFound("This session is gone")
    if session.staff_id != uow.actor.id:
        uow.actor.require(Permission.STAFF_MANAGE)
    else:
        uow.actor.require(Permission.STAFF_SELF)
    staff = uow.session.get_one(Staff, session.staff_id)
    session.ended_at, session.end_reason = uow.now, "ended by " + uow.actor.name
    uow.audit("staff.session_ended", ("staff", staff.id), name=staff.name)
