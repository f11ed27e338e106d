"""Decides how pages and sidebar entries come to be known: each page announces itself where it
lives. The composition root only collects them, so two features never edit the same file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import reflex as rx

from backoffice.security.access import Access

F = TypeVar("F", bound=Callable[[], rx.Component])
AUDIENCES = ("staff", "customer", "business", "public")


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it is, who may open it, what it loads."""

    route: str
    title: str
    permission: Access
    audience: str
    layout: Callable[[], rx.Component]
    on_load: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One sidebar entry; shown to whoever holds the permission."""

    section: str
    label: str
    route: str
    permission: Access
    icon: str
    order: int
    audience: str = "staff"


_pages: dict[str, Page] = {}
_entries: dict[str, NavEntry] = {}


def page(
    *,
    route: str,
    title: str,
    permission: Access,
    on_load: Sequence[Any] | Any = (),
    audience: str = "staff",
) -> Callable[[F], F]:
    """Announce a page; its function gives what stands inside the shell of its audience."""
    if audience not in AUDIENCES:
        raise ValueError(f"{route}: audience is one of {', '.join(AUDIENCES)}")

    def announce(layout: F) -> F:
        if route in _pages:
            raise ValueError(f"two pages at {route}")
        events = tuple(on_load) if isinstance(on_load, (list, tuple)) else (on_load,)
        _pages[route] = Page(route, title, permission, audience, layout, events)
        return layout

    return announce


def nav(
    section: str,
    label: str,
    route: str,
    permission: Access,
    icon: str = "circle",
    order: int = 50,
    audience: str = "staff",
) -> None:
    """Announce a sidebar entry; `section` groups, `order` sorts inside it."""
    _entries[route] = NavEntry(section, label, route, permission, icon, order, audience)


def import_all_pages() -> list[str]:
    """Import every `*_page` module under backoffice; the names of what was imported."""
    import backoffice

    found: list[str] = []
    for module in pkgutil.walk_packages(backoffice.__path__, "backoffice."):
        if module.name.endswith("_page"):
            importlib.import_module(module.name)
            found.append(module.name)
    return found


def pages() -> list[Page]:
    """Every announced page."""
    return list(_pages.values())


def entries(audience: str = "staff") -> list[NavEntry]:
    """Sidebar entries of an audience, by section and order."""
    return sorted(
        (entry for entry in _entries.values() if entry.audience == audience),
        key=lambda entry: (SECTION_ORDER.get(entry.section, 99), entry.order, entry.label),
    )


SECTION_ORDER = {
    "": 0,
    "Lending": 10,
    "Credit": 20,
    "Sanction": 30,
    "Operations": 40,
    "Collections": 50,
    "Invoices": 60,
    "Reports": 80,
    "Settings": 90,
}
