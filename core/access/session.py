"""Decides how a login becomes an actor: opaque tokens, hashed in the database, two time-outs.
Nothing is cached, so a withdrawn role or a disabled person is refused on the next event."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session
from sqlmodel import col

from core.access.actor import Actor, ActorKind
from core.access.password import password_matches
from core.access.permission import Permission
from core.access.role import PARTY_PERMISSIONS
from core.access.tables import (
    PartySession,
    Role,
    RolePermission,
    Staff,
    StaffGrant,
    StaffSession,
)
from core.access.throttle import MAX_FAILURES_PER_ADDRESS, check_throttle, record_attempt
from core.brand.tables import Brand
from core.db.engine import application_engine
from core.db.sentence import sentences
from core.db.unit_of_work import set_brand, unit_of_work
from core.kernel.errors import DomainError, Forbidden

IDLE_TIMEOUT = dt.timedelta(minutes=30)
ABSOLUTE_TIMEOUT = dt.timedelta(hours=12)
PARTY_IDLE_TIMEOUT = dt.timedelta(minutes=30)
SEEN_EVERY = dt.timedelta(seconds=30)
TOKEN_BYTES = 32

sentences.add(
    {
        "session.opened": "logged in",
        "session.closed": "logged out",
        "session.refused": "failed to log in",
        "session.switched": "switched to {brand}",
    }
)


class LoginRefused(DomainError):
    """The e-mail and password do not belong together, or the person is disabled."""

    code = "login_refused"


@dataclass(frozen=True, slots=True)
class NewSession:
    """What the edge sets as the cookie, and who is now logged in."""

    cookie_value: str
    actor: Actor
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class BrandGrant:
    """A brand a staff member may work in, and the role's name there."""

    brand_id: int
    code: str
    name: str
    role: str
    colour: str


@contextmanager
def platform_session(engine: Engine | None = None) -> Iterator[Session]:
    """A transaction over platform tables only; no brand is set, so brand tables are empty."""
    with Session(engine or application_engine(), expire_on_commit=False) as session:
        yield session


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def staff_brands(session: Session, staff_id: int) -> list[BrandGrant]:
    """The brands a staff member may work in; a super admin may work in all."""
    staff = session.get_one(Staff, staff_id)
    grants = session.execute(
        select(Brand, Role)
        .join(StaffGrant, col(StaffGrant.granted_brand) == col(Brand.id))
        .join(Role, col(Role.id) == col(StaffGrant.role_id))
        .where(col(StaffGrant.staff_id) == staff_id, col(Brand.active))
        .order_by(col(Brand.id))
    ).all()
    found = {
        brand.id: BrandGrant(brand.id, brand.code, brand.name, role.name, brand.colour)
        for brand, role in grants
    }
    if staff.super_admin:
        for brand in session.scalars(select(Brand).where(col(Brand.active), col(Brand.id) > 0)):
            found.setdefault(
                brand.id, BrandGrant(brand.id, brand.code, brand.name, "Super admin", brand.colour)
            )
    return sorted(found.values(), key=lambda grant: grant.brand_id)


def staff_actor(
    session: Session, staff: Staff, brand_id: int, *, address: str = "", device: str = ""
) -> Actor:
    """The actor a staff member is in a brand; raises `Forbidden` without a role there."""
    brand = session.get_one(Brand, brand_id)
    rows = session.execute(
        select(StaffGrant, Role)
        .join(Role, col(Role.id) == col(StaffGrant.role_id))
        .where(col(StaffGrant.staff_id) == staff.id, col(StaffGrant.granted_brand) == brand_id)
        .order_by(col(Role.position))
    ).all()
    roles = [role for _, role in rows]
    if staff.super_admin:
        super_role = session.scalar(
            select(Role).where(col(Role.owner_brand) == 0, col(Role.code) == "super_admin")
        )
        roles += [super_role] if super_role else []
    if not roles:
        raise Forbidden("You have no role in this brand")
    names = session.scalars(
        select(col(RolePermission.permission)).where(
            col(RolePermission.role_id).in_([role.id for role in roles])
        )
    )
    known = {permission.value for permission in Permission}
    return Actor(
        kind=ActorKind.STAFF,
        id=staff.id,
        name=staff.name,
        brand_id=brand_id,
        permissions=frozenset(Permission(name) for name in names if name in known),
        role=roles[0].code,
        brand_code=brand.code,
        sanction_limit_paise=max((grant.sanction_limit_paise for grant, _ in rows), default=0),
        approval_limit_paise=max((grant.approval_limit_paise for grant, _ in rows), default=0),
        address=address,
        device=device,
        email=staff.email,
    )


def log_in_staff(
    email: str,
    password: str,
    *,
    address: str,
    device: str,
    now: dt.datetime,
    brand_code: str = "",
    engine: Engine | None = None,
) -> NewSession:
    """Check the password and open a session; raises `LoginRefused` or `TooManyTries`."""
    email = email.strip().lower()
    person_key, address_key = f"staff:{email}", f"address:{address}"
    with platform_session(engine) as session:
        check_throttle(session, person_key, now)
        check_throttle(session, address_key, now, MAX_FAILURES_PER_ADDRESS)
        staff = session.scalar(select(Staff).where(col(Staff.email) == email))
        matches = password_matches(password, staff.password_hash if staff else "")
        good = staff is not None and staff.active and matches
        record_attempt(session, person_key, now, ok=good)
        if not good:
            record_attempt(session, address_key, now, ok=False)
        session.commit()
    if staff is None or not good:
        raise LoginRefused("The e-mail address and the password do not belong together")
    return open_staff_session(
        staff.id, address=address, device=device, now=now, brand_code=brand_code, engine=engine
    )


def open_staff_session(
    staff_id: int,
    *,
    address: str,
    device: str,
    now: dt.datetime,
    brand_code: str = "",
    engine: Engine | None = None,
) -> NewSession:
    """Open a session for a staff member who has already been recognised."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with platform_session(engine) as session:
        staff = session.get_one(Staff, staff_id)
        brands = staff_brands(session, staff.id)
        wanted = [grant for grant in brands if grant.code == brand_code] or brands
        if not staff.active or not wanted:
            raise LoginRefused("This person has no brand to work in")
        row = StaffSession(
            token_hash=_hash(token),
            staff_id=staff.id,
            working_brand=wanted[0].brand_id,
            address=address,
            device=device[:200],
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE_TIMEOUT,
        )
        session.add(row)
        actor = staff_actor(session, staff, row.working_brand, address=address, device=device)
        session.commit()
        actor = replace(actor, session_id=f"s{row.id}")
    with unit_of_work(actor, "log_in", now=now, engine=engine) as uow:
        uow.audit("session.opened", ("staff", staff.id))
        uow.commit()
    return NewSession(f"s.{token}", actor, row.expires_at)


def switch_brand(
    cookie_value: str, brand_code: str, *, now: dt.datetime, engine: Engine | None = None
) -> Actor:
    """Move a staff session to another brand the person holds a role in; else `Forbidden`."""
    with platform_session(engine) as session:
        row = _live_staff_session(session, cookie_value, now)
        if row is None:
            raise Forbidden("Log in first")
        wanted = [b for b in staff_brands(session, row.staff_id) if b.code == brand_code]
        if not wanted:
            raise Forbidden("You have no role in this brand")
        row.working_brand = wanted[0].brand_id
        staff = session.get_one(Staff, row.staff_id)
        actor = staff_actor(
            session, staff, row.working_brand, address=row.address, device=row.device
        )
        session.add(row)
        session.commit()
    with unit_of_work(actor, "switch_brand", now=now, engine=engine) as uow:
        uow.audit("session.switched", ("staff", staff.id), brand=wanted[0].name)
        uow.commit()
    return actor


def _live_staff_session(
    session: Session, cookie_value: str, now: dt.datetime
) -> StaffSession | None:
    kind, _, token = cookie_value.partition(".")
    if kind != "s" or not token:
        return None
    row = session.scalar(select(StaffSession).where(col(StaffSession.token_hash) == _hash(token)))
    if row is None or row.ended_at is not None:
        return None
    if row.expires_at <= now or row.seen_at + IDLE_TIMEOUT <= now:
        return None
    return row


def load_actor(
    cookie_value: str,
    *,
    now: dt.datetime,
    address: str = "",
    device: str = "",
    touch: bool = True,
    engine: Engine | None = None,
) -> Actor | None:
    """Who the cookie belongs to right now, or None; `touch` renews the session's idle time.

    What runs by itself (an open screen that refreshes) asks without touching, or a page left
    open would keep its session alive for ever.
    """
    if cookie_value.startswith("p"):
        return _load_party(
            cookie_value, now=now, address=address, device=device, touch=touch, engine=engine
        )
    with platform_session(engine) as session:
        row = _live_staff_session(session, cookie_value, now)
        if row is None:
            return None
        staff = session.get_one(Staff, row.staff_id)
        if not staff.active:
            return None
        try:
            actor = staff_actor(session, staff, row.working_brand, address=address, device=device)
        except Forbidden:
            return None
        if touch and row.seen_at + SEEN_EVERY <= now:
            row.seen_at = now
            session.add(row)
        session.commit()
        return replace(actor, session_id=f"s{row.id}")


def open_party_session(
    brand_id: int,
    party_kind: str,
    party_id: int,
    party_name: str,
    *,
    address: str,
    device: str,
    now: dt.datetime,
    engine: Engine | None = None,
) -> NewSession:
    """Open a session for a customer or business whose one-time code was right."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with Session(engine or application_engine(), expire_on_commit=False) as session:
        set_brand(session, brand_id)
        row = PartySession(
            brand_id=brand_id,
            token_hash=_hash(token),
            party_kind=party_kind,
            party_id=party_id,
            party_name=party_name,
            address=address,
            device=device[:200],
            created_at=now,
            seen_at=now,
            expires_at=now + ABSOLUTE_TIMEOUT,
        )
        session.add(row)
        session.flush()
        actor = _party_actor(session, row, address, device)
        session.commit()
    with unit_of_work(actor, "log_in", now=now, engine=engine) as uow:
        uow.audit("session.opened", (party_kind, party_id))
        uow.commit()
    return NewSession(f"p{brand_id}.{token}", actor, row.expires_at)


def _party_actor(session: Session, row: PartySession, address: str, device: str) -> Actor:
    brand = session.get_one(Brand, row.brand_id)
    return Actor(
        kind=ActorKind(row.party_kind),
        id=row.party_id,
        name=row.party_name or row.party_kind,
        brand_id=row.brand_id,
        permissions=PARTY_PERMISSIONS[row.party_kind],
        role=row.party_kind,
        brand_code=brand.code,
        session_id=f"p{row.id}",
        address=address,
        device=device,
    )


def _load_party(
    cookie_value: str,
    *,
    now: dt.datetime,
    address: str,
    device: str,
    touch: bool,
    engine: Engine | None,
) -> Actor | None:
    head, _, token = cookie_value.partition(".")
    if not head[1:].isdigit() or not token:
        return None
    brand_id = int(head[1:])
    with Session(engine or application_engine(), expire_on_commit=False) as session:
        set_brand(session, brand_id)
        row = session.scalar(
            select(PartySession).where(col(PartySession.token_hash) == _hash(token))
        )
        if row is None or row.ended_at is not None or row.expires_at <= now:
            return None
        if row.seen_at + PARTY_IDLE_TIMEOUT <= now:
            return None
        actor = _party_actor(session, row, address, device)
        if touch and row.seen_at + SEEN_EVERY <= now:
            row.seen_at = now
            session.add(row)
        session.commit()
        return actor


def log_out(cookie_value: str, *, now: dt.datetime, engine: Engine | None = None) -> None:
    """End the session of this cookie; an unknown cookie is no error."""
    actor = load_actor(cookie_value, now=now, engine=engine)
    token_hash = _hash(cookie_value.partition(".")[2])
    table = "party_session" if cookie_value.startswith("p") else "staff_session"
    with Session(engine or application_engine()) as session:
        if actor is not None:
            set_brand(session, actor.brand_id)
        session.execute(
            text(f"UPDATE {table} SET ended_at = :now WHERE token_hash = :hash"),  # noqa: S608
            {"now": now, "hash": token_hash},
        )
        session.commit()
    if actor is not None:
        with unit_of_work(actor, "log_out", now=now, engine=engine) as uow:
            uow.audit("session.closed", (str(actor.kind), actor.id))
            uow.commit()


def end_sessions_of(session: Session, staff_id: int, now: dt.datetime, reason: str) -> None:
    """End every session of a staff member, at once (disabled, role taken away)."""
    session.execute(
        text(
            "UPDATE staff_session SET ended_at = :now, end_reason = :reason"
            " WHERE staff_id = :staff AND ended_at IS NULL"
        ),
        {"now": now, "reason": reason, "staff": staff_id},
    )
