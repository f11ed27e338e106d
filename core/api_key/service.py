"""Decides who may give another system a key, what it may do, and when it stops working.
A key never may do more than the person who gave it, nor anything that only people may."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import col

from core.access.actor import Actor, ActorKind
from core.access.permission import Permission
from core.api_key.tables import ApiKey
from core.brand.tables import Brand
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import DomainError, Invalid

MARK = "mk"
PREFIX_BYTES = 5
SECRET_BYTES = 24
NAME_MAX = 80
SEEN_EVERY = dt.timedelta(minutes=1)

#: What a machine may be allowed; sanction, approval and settings stay with people.
GRANTABLE = frozenset(
    {
        Permission.APPLICATION_LIST,
        Permission.APPLICATION_OPEN,
        Permission.LOAN_LIST,
        Permission.LOAN_OPEN,
        Permission.PAYMENT_LIST,
        Permission.PAYMENT_RECORD,
    }
)

sentences.add(
    {
        "api_key.issued": "gave the key {name} to another system",
        "api_key.revoked": "withdrew the key {name}",
    }
)


class KeyRefused(DomainError):
    """The key is unknown, withdrawn or past its day; which of them is not said."""

    code = "key_refused"


@dataclass(frozen=True, slots=True)
class IssueKey:
    """A key under a name people recognise; without a day it works until it is withdrawn."""

    name: str
    permissions: Sequence[Permission]
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """The row and, this once, the key itself."""

    row: ApiKey
    key: str = field(repr=False)


def issue_key(uow: UnitOfWork, command: IssueKey) -> IssuedKey:
    """Give another system a key; raises Forbidden, Invalid."""
    uow.actor.require(Permission.API_KEY_MANAGE)
    wrong: dict[str, str] = {}
    name = command.name.strip()
    asked = frozenset(command.permissions)
    if not 0 < len(name) <= NAME_MAX:
        wrong["name"] = f"Enter a name of at most {NAME_MAX} characters"
    if not asked:
        wrong["permissions"] = "Choose what the key may do"
    elif not asked <= GRANTABLE:
        wrong["permissions"] = "A key may not be allowed that"
    elif not asked <= uow.actor.permissions:
        wrong["permissions"] = "A key may not do more than you may"
    if command.expires_at is not None and command.expires_at <= uow.now:
        wrong["expires_at"] = "Choose a day that is still to come"
    if wrong:
        raise Invalid(wrong)
    prefix, secret = secrets.token_hex(PREFIX_BYTES), secrets.token_urlsafe(SECRET_BYTES)
    row = uow.add(
        ApiKey(
            name=name,
            prefix=prefix,
            secret_hash=_hash(secret),
            permissions=sorted(one.value for one in asked),
            created_at=uow.now,
            created_by=uow.actor.id,
            expires_at=command.expires_at,
        )
    )
    uow.audit(
        "api_key.issued", ("api_key", row.id), after={"permissions": row.permissions}, name=name
    )
    return IssuedKey(row, f"{MARK}_{uow.brand.code}_{prefix}_{secret}")


def revoke_key(uow: UnitOfWork, key_id: int) -> ApiKey:
    """Withdraw a key at once; a second time changes nothing."""
    uow.actor.require(Permission.API_KEY_MANAGE)
    row = uow.lock(ApiKey, key_id)
    if row.revoked_at is None:
        row.revoked_at = uow.now
        uow.flush()
        uow.audit("api_key.revoked", ("api_key", row.id), name=row.name)
    return row


def api_keys(uow: UnitOfWork) -> list[ApiKey]:
    """The brand's keys, newest first."""
    uow.actor.require(Permission.API_KEY_MANAGE)
    return list(uow.session.scalars(select(ApiKey).order_by(col(ApiKey.id).desc())))


def brand_code_of(key: str) -> str:
    """The brand a key belongs to by its own words; "" for something that is no key."""
    parts = key.split("_", 3)
    return parts[1] if len(parts) == 4 and parts[0] == MARK else ""


def actor_of_key(uow: UnitOfWork, key: str, address: str) -> Actor:
    """Who acts with a key, in the brand of the unit of work; raises KeyRefused.

    The secret is compared also when the prefix is unknown, so that time tells nothing.
    """
    uow.actor.require(Permission.SYSTEM)
    parts = key.split("_", 3)
    prefix, secret = (parts[2], parts[3]) if len(parts) == 4 else ("", "")
    row = uow.session.scalar(select(ApiKey).where(col(ApiKey.prefix) == prefix))
    right = hmac.compare_digest(_hash(secret), row.secret_hash if row else _hash(""))
    if row is None or not right or row.revoked_at is not None or not secret:
        raise KeyRefused("This key does not open anything")
    if row.expires_at is not None and row.expires_at <= uow.now:
        raise KeyRefused("This key does not open anything")
    if row.last_used_at is None or uow.now - row.last_used_at > SEEN_EVERY:
        row.last_used_at = uow.now
        uow.flush()
    brand: Brand = uow.brand
    return Actor(
        kind=ActorKind.API,
        id=row.id,
        name=row.name,
        brand_id=brand.id,
        permissions=frozenset(Permission(one) for one in row.permissions),
        role="api",
        brand_code=brand.code,
        address=address,
    )


def _hash(secret: str) -> str:
    # 24 random bytes cannot be guessed, so a fast hash is enough
    return hashlib.sha256(secret.encode()).hexdigest()
