"""Decides what a screen may import of the guard; nothing else here is for screens.
This package is the only one that knows Reflex's private names."""

from backoffice.security.access import (
    PUBLIC,
    SESSION_COOKIE,
    SIGNED_IN,
    current_actor,
    require_actor,
)
from backoffice.security.command import background, command, query
from backoffice.security.database import in_query, in_thread, in_unit_of_work
from backoffice.security.live import Change, recheck, watch
from backoffice.security.secure_state import ANYONE, BUSINESS, CUSTOMER, STAFF, SecureState

__all__ = [
    "ANYONE",
    "BUSINESS",
    "CUSTOMER",
    "PUBLIC",
    "SESSION_COOKIE",
    "SIGNED_IN",
    "STAFF",
    "Change",
    "SecureState",
    "background",
    "command",
    "current_actor",
    "in_query",
    "in_thread",
    "in_unit_of_work",
    "query",
    "recheck",
    "require_actor",
    "watch",
]
