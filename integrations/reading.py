"""How a vendor's loose JSON is read into strict values without trusting a single field.

A missing or odd field becomes an empty value here, because one unknown word of a vendor must
never keep the rest of its answer from us; money is read exactly and never through a float.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, cast

PAISE_PER_RUPEE = 100
PAISE_MAX = 10**15


def mapping(value: object) -> Mapping[str, Any]:
    """The value when it is an object, otherwise an empty one."""
    return cast("Mapping[str, Any]", value) if isinstance(value, Mapping) else {}


def items(value: object) -> list[Any]:
    """The value when it is a list, otherwise an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []


def at(value: object, *path: str) -> Any:
    """What stands at a path of object keys, or None."""
    for key in path:
        value = mapping(value).get(key)
    return value


def text(value: object) -> str:
    """A string or number as text, anything else as an empty string."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def whole(value: object) -> int | None:
    """A whole number, or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.strip().lstrip("-").isdigit():
        return int(value)
    return None


def paise(value: object) -> int:
    """An amount that the vendor counts in paise; raises ValueError when it is not one."""
    found = whole(value)
    if found is None or not -PAISE_MAX < found < PAISE_MAX:
        raise ValueError("an amount in paise is missing or is no whole number")
    return found


def rupees_to_paise(value: object) -> int | None:
    """An amount in rupees, as a string like "84250.00" or a number, in paise; None if absent."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    try:
        amount = Decimal(str(value).replace(",", "").strip()) * PAISE_PER_RUPEE
    except InvalidOperation:
        return None
    if not amount.is_finite() or amount != amount.to_integral_value() or abs(amount) > PAISE_MAX:
        return None
    return int(amount)


def moment(value: object) -> datetime | None:
    """A Unix time in seconds as an aware UTC datetime; 0 and nonsense are None."""
    found = whole(value)
    if not found or not 0 < found < 10**11:
        return None
    return datetime.fromtimestamp(found, UTC)


def iso_moment(value: object) -> datetime | None:
    """An ISO 8601 time with an offset; None when it is absent, odd or has no offset."""
    try:
        found = datetime.fromisoformat(text(value))
    except ValueError:
        return None
    return found if found.tzinfo else None


def iso_date(value: object) -> date | None:
    """An ISO date, or None."""
    try:
        return date.fromisoformat(text(value)[:10])
    except ValueError:
        return None
