"""Decides one-time codes: six digits, five minutes, five tries, used once.
Limits count per mobile and per address and fail closed, because a code is a login."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets

from sqlalchemy import select
from sqlmodel import col

from core.access.tables import OtpChallenge
from core.access.throttle import (
    MAX_FAILURES_PER_ADDRESS,
    check_throttle,
    record_attempt,
)
from core.db.secret import blind_index, seal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, DomainError
from core.kernel.identifier import normal_mobile

LIFETIME = dt.timedelta(minutes=5)
RESEND_AFTER = dt.timedelta(seconds=30)
MAX_TRIES = 5
MAX_PER_HOUR = 8

sentences.add(
    {"otp.requested": "asked for a one-time code", "otp.accepted": "gave the right one-time code"}
)


class OtpRefused(DomainError):
    """The code is wrong, too old, used, or was never sent."""

    code = "otp_refused"


def _code_hash(challenge_mobile: str, code: str) -> str:
    return blind_index("otp", f"{challenge_mobile}:{code}")


def request_otp(uow: UnitOfWork, mobile: str, purpose: str) -> OtpChallenge:
    """Make a code and hand it to the SMS job; raises for a bad number or too many requests.

    Public by nature: it is how somebody who holds no permission yet becomes known.
    """
    number = normal_mobile(mobile)
    index = blind_index("mobile", number)
    check_throttle(uow.session, f"otp:{uow.brand_id}:{index}", uow.now)
    check_throttle(uow.session, f"address:{uow.actor.address}", uow.now, MAX_FAILURES_PER_ADDRESS)
    recent = list(
        uow.session.scalars(
            select(OtpChallenge)
            .where(
                col(OtpChallenge.mobile_index) == index,
                col(OtpChallenge.created_at) > uow.now - dt.timedelta(hours=1),
            )
            .order_by(col(OtpChallenge.id).desc())
        )
    )
    if recent and recent[0].created_at > uow.now - RESEND_AFTER:
        raise Conflict("A code was just sent; wait half a minute before asking again")
    if len(recent) >= MAX_PER_HOUR:
        raise OtpRefused("Too many codes were asked for this number; try again in an hour")
    code = f"{secrets.randbelow(1_000_000):06d}"
    row = uow.add(
        OtpChallenge(
            purpose=purpose,
            mobile_index=index,
            mobile_sealed=seal(number),
            code_hash=_code_hash(number, code),
            code_sealed=seal(code),
            created_at=uow.now,
            expires_at=uow.now + LIFETIME,
            address=uow.actor.address,
        )
    )
    uow.emit("otp.requested", {"otp_challenge_id": row.id})
    uow.audit("otp.requested", ("otp_challenge", row.id))
    return row


def verify_otp(uow: UnitOfWork, mobile: str, code: str, purpose: str) -> bool:
    """Use up the newest code of this number if `code` is it; False counts as a failed try.

    The caller commits also on False, so that the try is counted (ASVS 6.6.3).
    """
    number = normal_mobile(mobile)
    index = blind_index("mobile", number)
    key = f"otp:{uow.brand_id}:{index}"
    check_throttle(uow.session, key, uow.now)
    row = uow.session.scalar(
        select(OtpChallenge)
        .where(col(OtpChallenge.mobile_index) == index, col(OtpChallenge.purpose) == purpose)
        .order_by(col(OtpChallenge.id).desc())
        .limit(1)
        .with_for_update()
    )
    alive = (
        row is not None
        and row.consumed_at is None
        and row.expires_at > uow.now
        and row.attempts < MAX_TRIES
    )
    right = hmac.compare_digest(row.code_hash if row else "", _code_hash(number, code.strip()))
    if row is None or not alive or not right:
        if row is not None:
            row.attempts += 1
        record_attempt(uow.session, key, uow.now, ok=False)
        record_attempt(uow.session, f"address:{uow.actor.address}", uow.now, ok=False)
        return False
    row.consumed_at = uow.now
    row.code_sealed = ""
    uow.audit("otp.accepted", ("otp_challenge", row.id))
    return True
