"""A life cycle is a table of (status, event) to status; a pair that is missing is refused.
Written as data, so that screens can ask which events are open and tests can walk every path.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.kernel.errors import IllegalTransition


class StateMachine:
    """A named life cycle.

    `name` is the noun people read in a refusal ("application"); `table` maps
    (status, event) to the next status.
    """

    def __init__(self, name: str, table: Mapping[tuple[str, str], str]) -> None:
        if not table:
            raise ValueError(f"{name}: an empty life cycle")
        self.name = name
        self._table = dict(table)
        self.statuses: tuple[str, ...] = tuple(
            dict.fromkeys([s for s, _ in self._table] + list(self._table.values()))
        )

    def next(self, status: str, event: str) -> str:
        """Return the status after `event`; raises IllegalTransition when there is none."""
        try:
            return self._table[(status, event)]
        except KeyError:
            raise IllegalTransition(self.name, status, event) from None

    def can(self, status: str, event: str) -> bool:
        """Whether `event` is possible in `status`."""
        return (status, event) in self._table

    def events(self, status: str) -> tuple[str, ...]:
        """Return the events possible in `status`, in the table's order."""
        return tuple(event for at, event in self._table if at == status)

    def is_final(self, status: str) -> bool:
        """Whether nothing leads out of `status`."""
        return not self.events(status)

    def transitions(self) -> Mapping[tuple[str, str], str]:
        """Return a copy of the whole table."""
        return dict(self._table)
