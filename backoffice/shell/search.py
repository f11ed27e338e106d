"""Decides how the search box finds things: each feature brings its finder, the shell only asks
them. A finder runs under the brand and with the rights of the person who types."""

from __future__ import annotations

from collections.abc import Callable

from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork

# (uow, text) -> [{"label", "note", "href"}]
Finder = Callable[[UnitOfWork, str], list[dict[str, str]]]
RESULTS_MAX = 12
LETTERS_MIN = 3
_finders: list[tuple[Permission, Finder]] = []


def searchable(permission: Permission, finder: Finder) -> None:
    """Let the search box find what this feature holds, for whoever has the permission."""
    _finders.append((permission, finder))


def find(uow: UnitOfWork, text: str) -> list[dict[str, str]]:
    """What matches, from every feature the person may look into."""
    wanted = text.strip()
    if len(wanted) < LETTERS_MIN:
        return []
    found: list[dict[str, str]] = []
    for permission, finder in _finders:
        if uow.actor.can(permission) and len(found) < RESULTS_MAX:
            found += finder(uow, wanted)
    return found[:RESULTS_MAX]
