"""What of a text may stand in a log: everything that looks like personal data is covered.

Names of fields are the first net, the shape of the value the second, so that a number which
slips into a sentence is covered too; a covered identifier keeps nothing of itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Any, cast

import structlog

COVER = "[hidden]"
MAX_DEPTH = 8

#: A field is covered when its name, without blanks and marks, holds one of these words.
_FIELDS = (
    "pan",
    "aadhaar",
    "aadhar",
    "uid",
    "accountnumber",
    "accountno",
    "mobile",
    "phone",
    "contact",
    "msisdn",
    "destination",
    "email",
    "otp",
    "password",
    "passwd",
    "secret",
    "token",
    "authorization",
    "authkey",
    "apikey",
    "cookie",
    "signature",
    "fullname",
    "firstname",
    "lastname",
    "holdername",
    "displayname",
    "birth",
    "dob",
    "address",
    "vpa",
    "iban",
    "cvv",
)
#: Whole names that would otherwise hide something harmless (or show something that is not).
_PLAIN = frozenset({"company", "expand", "panel", "span", "uuid", "guid", "span_id", "ip_address"})
_WHOLE = frozenset({"pan", "uid"})

_SHAPES = (
    # compact JWS and bearer tokens before the digits inside them are looked at
    re.compile(r"\beyJ[\w-]{8,}\.[\w-]{4,}\.[\w-]*"),
    re.compile(r"(?i)\b(?:bearer|basic)\s+[\w.~+/=-]{8,}"),
    re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+"),
    re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{5}[0-9]{4}[A-Za-z](?![A-Za-z0-9])"),
    # Aadhaar in groups of four, mobiles with or without 91, account numbers of 9 to 18 digits
    re.compile(r"(?<![\w.-])[2-9][0-9]{3}[ -][0-9]{4}[ -][0-9]{4}(?![\w-])"),
    re.compile(r"(?<![\w.-])(?:\+?91[ -]?)?[6-9][0-9]{4}[ -]?[0-9]{5}(?![\w-])"),
    re.compile(r"(?<![\w.-])[0-9]{9,18}(?![\w-])"),
)


def is_personal_field(name: str) -> bool:
    """Whether a field of this name may hold personal data or a secret."""
    lowered = name.lower()
    if lowered in _PLAIN:
        return False
    compact = re.sub(r"[^a-z0-9]", "", lowered)
    words = set(re.split(r"[^a-z0-9]+", re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower()))
    return any(word in words if word in _WHOLE else word in compact for word in _FIELDS)


def redact_text(text: str) -> str:
    """Cover everything in a sentence that has the shape of personal data or of a token."""
    for shape in _SHAPES:
        text = shape.sub(COVER, text)
    return text


def redact(value: object, depth: int = 0) -> Any:
    """Cover personal data in a value of any shape; numbers are covered by field name only."""
    if depth > MAX_DEPTH:
        return COVER
    if isinstance(value, Mapping):
        items = cast("Mapping[object, object]", value).items()
        return {
            key: COVER
            if is_personal_field(str(key)) and item not in (None, "", True, False)
            else redact(item, depth + 1)
            for key, item in items
        }
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Sequence):
        return [redact(item, depth + 1) for item in cast("Sequence[object]", value)]
    return value


def redact_event(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """A structlog processor: nothing leaves the process that `redact` would cover."""
    covered: MutableMapping[str, Any] = redact(event)
    return covered


def cover_logs() -> None:
    """Let every structured log line of this process pass through `redact`, tracebacks too.

    Called once by each edge when it starts; a second call changes nothing.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact_event,
            structlog.processors.JSONRenderer(default=str),
        ]
    )
