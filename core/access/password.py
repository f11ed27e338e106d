"""Decides how passwords are kept and checked: argon2id with the library's current parameters.
A check against no account costs the same time, so that an address cannot be probed."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from core.kernel.errors import Invalid

MIN_LENGTH = 10

_hasher = PasswordHasher()
_nobody = _hasher.hash("a password that nobody has")


def hash_password(plain: str) -> str:
    """Hash a password; raises `Invalid` for one that is too short."""
    if len(plain) < MIN_LENGTH:
        raise Invalid({"password": f"Use at least {MIN_LENGTH} characters"})
    return _hasher.hash(plain)


def password_matches(plain: str, hashed: str) -> bool:
    """Whether the password is the one that was hashed; an empty hash never matches."""
    try:
        return _hasher.verify(hashed or _nobody, plain) and bool(hashed)
    except (VerificationError, InvalidHashError):
        return False
