"""Decides how people, their roles and their sessions are kept.
Staff belong to the installation and are granted brands; customers belong to one brand."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, PlatformTable, Timestamp


class Staff(PlatformTable, table=True):
    """One person who works for the lender."""

    __tablename__ = "staff"

    id: int = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(),)
    )
    email: str = Field(unique=True)
    name: str
    mobile: str = ""
    password_hash: str = Field(default="", sa_type=Text)
    active: bool = True
    super_admin: bool = False
    # demo people may be picked on the login page, and only when demo data is on
    demo: bool = False
    created_at: dt.datetime = Field(sa_type=Timestamp)
    version: int = 1


class Role(PlatformTable, table=True):
    """A named set of permissions; owner_brand 0 means built in for every brand."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("owner_brand", "code"),)

    id: int = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(),)
    )
    owner_brand: int = Field(default=0, sa_type=Integer, foreign_key="brand.id")
    code: str
    name: str
    position: int = 0
    home: str = ""


class RolePermission(PlatformTable, table=True):
    """One permission of one role."""

    __tablename__ = "role_permission"

    role_id: int = Field(primary_key=True, sa_type=BigInteger, foreign_key="role.id")
    permission: str = Field(primary_key=True)


class StaffGrant(PlatformTable, table=True):
    """A staff member's role in a brand, with the amounts up to which it decides."""

    __tablename__ = "staff_grant"
    __table_args__ = (UniqueConstraint("staff_id", "granted_brand", "role_id"),)

    id: int = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(),)
    )
    staff_id: int = Field(sa_type=BigInteger, foreign_key="staff.id")
    granted_brand: int = Field(sa_type=Integer, foreign_key="brand.id")
    role_id: int = Field(sa_type=BigInteger, foreign_key="role.id")
    sanction_limit_paise: int = Field(default=0, sa_type=BigInteger)
    approval_limit_paise: int = Field(default=0, sa_type=BigInteger)


class StaffSession(PlatformTable, table=True):
    """A login of a staff member; only the hash of its token is kept."""

    __tablename__ = "staff_session"
    __table_args__ = (Index("ix_staff_session_staff", "staff_id"),)

    id: int = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(),)
    )
    token_hash: str = Field(unique=True)
    staff_id: int = Field(sa_type=BigInteger, foreign_key="staff.id")
    working_brand: int = Field(sa_type=Integer, foreign_key="brand.id")
    address: str = ""
    device: str = ""
    created_at: dt.datetime = Field(sa_type=Timestamp)
    seen_at: dt.datetime = Field(sa_type=Timestamp)
    expires_at: dt.datetime = Field(sa_type=Timestamp)
    ended_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    end_reason: str = ""


class PartySession(BrandTable, table=True):
    """A login of a customer or business on its brand's pages."""

    __tablename__ = "party_session"
    __table_args__ = (
        UniqueConstraint("brand_id", "token_hash"),
        Index("ix_party_session_party", "brand_id", "party_kind", "party_id"),
    )

    token_hash: str
    party_kind: str
    party_id: int = Field(sa_type=BigInteger)
    party_name: str = ""
    address: str = ""
    device: str = ""
    created_at: dt.datetime = Field(sa_type=Timestamp)
    seen_at: dt.datetime = Field(sa_type=Timestamp)
    expires_at: dt.datetime = Field(sa_type=Timestamp)
    ended_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)


class OtpChallenge(BrandTable, table=True):
    """A one-time code on its way to a mobile; only a keyed hash of the code is kept."""

    __tablename__ = "otp_challenge"
    __table_args__ = (Index("ix_otp_challenge_mobile", "brand_id", "mobile_index", "id"),)

    purpose: str
    mobile_index: str
    mobile_sealed: str = Field(sa_type=Text)
    code_hash: str
    code_sealed: str = Field(default="", sa_type=Text)
    attempts: int = 0
    created_at: dt.datetime = Field(sa_type=Timestamp)
    expires_at: dt.datetime = Field(sa_type=Timestamp)
    consumed_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    address: str = ""


class LoginAttempt(PlatformTable, table=True):
    """One failed or successful try, counted by throttling."""

    __tablename__ = "login_attempt"
    __table_args__ = (Index("ix_login_attempt_key", "throttle_key", "at"),)

    id: int = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(),)
    )
    throttle_key: str
    at: dt.datetime = Field(sa_type=Timestamp)
    ok: bool = False


class Fingerprint(PlatformTable, table=True):
    """What must be known across brands, as a keyed hash; reached only through functions."""

    __tablename__ = "fingerprint"
    __table_args__ = (UniqueConstraint("kind", "hash", "seen_in_brand", "subject_id"),)

    id: int = Field(
        default=None, primary_key=True, sa_type=BigInteger, sa_column_args=(Identity(),)
    )
    kind: str
    hash: str
    seen_in_brand: int
    subject_id: int = Field(sa_type=BigInteger)
    at: dt.datetime = Field(sa_type=Timestamp)


class ApprovalRequest(BrandTable, table=True):
    """A maker's request that another person decides; maker is not checker, by constraint."""

    __tablename__ = "approval_request"
    __table_args__ = (
        Index("ix_approval_request_state", "brand_id", "state", "kind", "id"),
        Index("ix_approval_request_subject", "brand_id", "subject_type", "subject_id"),
        CheckConstraint("checker_id IS NULL OR checker_id <> maker_id", name="checker_not_maker"),
    )

    kind: str
    subject_type: str
    subject_id: int = Field(sa_type=BigInteger)
    subject_version: int = 0
    case_id: int | None = Field(default=None, sa_type=BigInteger)
    amount_paise: int = Field(default=0, sa_type=BigInteger)
    payload: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    before: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    after: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    effect: str = ""
    maker_id: int = Field(sa_type=BigInteger)
    maker_name: str
    made_at: dt.datetime = Field(sa_type=Timestamp)
    state: str = "pending"
    checker_id: int | None = Field(default=None, sa_type=BigInteger)
    checker_name: str = ""
    decided_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)
    decision_reason: str = ""
