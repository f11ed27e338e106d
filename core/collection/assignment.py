"""Decides which executive gets an overdue loan: the one with least open work, then in turn.
Pure, so that the same people and loads always give the same answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Collector:
    """A person who may take work: open loans now, and when work was last given."""

    staff_id: int
    name: str
    open_loans: int
    last_assigned_at: dt.datetime | None
    available: bool = True
    open_limit: int = 200


def pick_collector(collectors: Iterable[Collector]) -> Collector | None:
    """The available person with the fewest open loans; ties go to who waited longest."""
    able = [c for c in collectors if c.available and c.open_loans < c.open_limit]
    if not able:
        return None
    long_ago = dt.datetime.min.replace(tzinfo=dt.UTC)
    return min(able, key=lambda c: (c.open_loans, c.last_assigned_at or long_ago, c.staff_id))
