"""Decides which numbers the dashboard shows: each feature brings a tile with the list it opens.
The count and the list use the same store function, so they cannot disagree."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from backoffice.shell.catalogue import t
from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Tile:
    """A number: `count` gives it as text, `note` defines it, `path` is its list in the brand."""

    permission: Permission
    label: str
    note: str
    path: str
    count: Callable[[UnitOfWork], str]
    order: int = 50


_tiles: list[Tile] = []


def tile(
    permission: Permission,
    label: str,
    note: str,
    path: str,
    count: Callable[[UnitOfWork], str],
    order: int = 50,
) -> None:
    """Announce a tile; shown to whoever holds the permission."""
    _tiles.append(Tile(permission, label, note, path, count, order))


def tiles_of(uow: UnitOfWork) -> list[dict[str, str]]:
    """The tiles of the person who asks, counted now."""
    shown = sorted((one for one in _tiles if uow.actor.can(one.permission)), key=lambda o: o.order)
    return [
        {
            "label": t(one.label),
            "note": t(one.note),
            "figure": one.count(uow),
            "href": f"/{uow.brand.code}{one.path}",
        }
        for one in shown
    ]
