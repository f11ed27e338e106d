"""Decides how a long list is asked for and answered a page at a time, by key and never by offset.
The cursor names the last row's sort value and id, so a page costs the same at any depth."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, and_, or_
from sqlalchemy.orm import Session

from core.kernel.errors import Invalid

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ListAsk:
    """What a screen asks of a list: filters as typed, one sort, where to go on."""

    filters: Mapping[str, str] = field(default_factory=dict)
    sort: str = ""
    descending: bool = False
    cursor: str = ""
    size: int = PAGE_SIZE

    def get(self, name: str) -> str:
        """A filter's text without spaces around it; empty when it is not set."""
        return self.filters.get(name, "").strip()

    def date(self, name: str) -> dt.date | None:
        """A filter's date; None when not set, `Invalid` when it is no date."""
        text = self.get(name)
        if not text:
            return None
        try:
            return dt.date.fromisoformat(text)
        except ValueError:
            raise Invalid({name: "Enter a date like 2026-11-20"}) from None


@dataclass(frozen=True, slots=True)
class ListAnswer:
    """One page of rows, and the cursors of its neighbours (empty: there is none)."""

    rows: list[dict[str, Any]]
    next_cursor: str = ""
    previous_cursor: str = ""


def _encode(direction: str, value: Any, key: Any) -> str:
    kind = "s"
    if isinstance(value, dt.datetime):
        kind, value = "t", value.isoformat()
    elif isinstance(value, dt.date):
        kind, value = "d", value.isoformat()
    elif value is None:
        kind = "n"
    packed = json.dumps([direction, kind, value, key], separators=(",", ":"))
    return base64.urlsafe_b64encode(packed.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[str, Any, Any]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        direction, kind, value, key = json.loads(base64.urlsafe_b64decode(padded))
        if kind == "t":
            value = dt.datetime.fromisoformat(value)
        elif kind == "d":
            value = dt.date.fromisoformat(value)
        return str(direction), value, key
    except (ValueError, TypeError):
        raise Invalid({"cursor": "This page address is damaged; open the list again"}) from None


def keyset_page(
    session: Session,
    statement: Select[*tuple[Any, ...]],
    ask: ListAsk,
    *,
    sorts: Mapping[str, Any],
    key: Any,
    row: Callable[[Any], dict[str, Any]],
) -> ListAnswer:
    """One page of `statement`; `sorts` maps sort names to columns, `key` is the unique id.

    `row` gets each result row and gives the dict the screen shows. A sort column that may be
    null must be wrapped by the caller (`func.coalesce`), since a null has no place in an order.
    Raises `Invalid` for an unknown sort or a damaged cursor.
    """
    name = ask.sort or next(iter(sorts))
    if name not in sorts:
        raise Invalid({"sort": f"This list cannot be sorted by {name}"})
    column, down = sorts[name], ask.descending
    direction, at = "f", None
    if ask.cursor:
        direction, value, last_key = _decode(ask.cursor)
        at = (value, last_key)
    backwards = direction == "b"
    falling = down != backwards
    if at is not None:
        value, last_key = at
        beyond = column < value if falling else column > value
        key_beyond = key < last_key if falling else key > last_key
        # says twice where the page begins: an index can start at the first, not at the second
        reached = column <= value if falling else column >= value
        statement = statement.where(reached, or_(beyond, and_(column == value, key_beyond)))
    order = (column.desc(), key.desc()) if falling else (column.asc(), key.asc())
    # the sort value and key travel beside the row, whatever the row is made of
    asked = statement.add_columns(column.label("_at"), key.label("_key"))
    found = session.execute(asked.order_by(*order).limit(ask.size + 1)).all()
    more = len(found) > ask.size
    found = found[: ask.size]
    if backwards:
        found = found[::-1]
    if not found:
        return ListAnswer([])
    first, last = found[0], found[-1]
    has_next = more if not backwards else True
    has_previous = bool(ask.cursor) if not backwards else more
    return ListAnswer(
        rows=[row(one) for one in found],
        next_cursor=_encode("f", last[-2], last[-1]) if has_next else "",
        previous_cursor=_encode("b", first[-2], first[-1]) if has_previous else "",
    )
