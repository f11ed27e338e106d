"""Decides who gets the next case: turn by turn among those who are here and not overloaded.
Pure, so that a manager's question “why her?” has one answer that a test can repeat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

# nobody gets this many cases ahead of the least loaded, however long their turn is overdue
SPREAD_CASES = 2
DEFAULT_OPEN_LIMIT = 40
_NEVER = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One person who may get a case: what they have open, their limit, when they are away."""

    staff_id: int
    name: str
    open_cases: int = 0
    open_limit: int = DEFAULT_OPEN_LIMIT
    available: bool = True
    leave_from: dt.date | None = None
    leave_to: dt.date | None = None
    last_assigned_at: dt.datetime | None = None

    def on_leave(self, day: dt.date) -> bool:
        """Whether a day lies in the leave, both ends included; an open end has no end."""
        if self.leave_from is None:
            return False
        return self.leave_from <= day and (self.leave_to is None or day <= self.leave_to)

    def why_not(self, day: dt.date) -> str:
        """Why this person gets nothing today; empty when they may."""
        if not self.available:
            return "not available"
        if self.on_leave(day):
            return "on leave"
        if self.open_cases >= self.open_limit:
            return f"has {self.open_cases} of {self.open_limit} cases open"
        return ""


def choose(candidates: Iterable[Candidate], day: dt.date) -> Candidate | None:
    """The person whose turn it is, or None when nobody may take a case today.

    Among those present and below their limit, whoever waited longest for a case gets it,
    except who already has `SPREAD_CASES` more than the least loaded.
    """
    able = [candidate for candidate in candidates if not candidate.why_not(day)]
    if not able:
        return None
    least = min(candidate.open_cases for candidate in able)
    near = [c for c in able if c.open_cases - least < SPREAD_CASES]
    return min(near, key=lambda c: (c.last_assigned_at or _NEVER, c.open_cases, c.staff_id))
