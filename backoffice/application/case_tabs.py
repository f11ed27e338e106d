"""Decides which tabs a case has: every feature registers its own, the case page only shows them.
So a feature grows a tab in its own folder, and nobody edits the page of the case for it.

How to add a tab: a module `backoffice/<feature>/case_tab.py` (or `<x>_case_tab.py`) that calls
`register_tab(...)` when imported; every such module is found by itself. `load` is an event
handler without arguments, decorated with `@query`, that reads `self._address_id("case")`; it runs
each time its tab is opened and again when the case changes while the tab is open. The state of
the tab declares `READ`, so it is never sent to somebody who may not see the tab.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reflex as rx

import backoffice
from core.access.actor import Actor
from core.access.permission import Permission


@dataclass(frozen=True, slots=True)
class CaseTab:
    """One tab of the case page; `order` follows DESIGN.md 6, tens apart."""

    code: str
    label: str
    permission: Permission
    component: Callable[[], rx.Component]
    load: Any = None
    order: int = 100


_tabs: dict[str, CaseTab] = {}

# where the tabs of DESIGN.md 6 stand; a feature may leave `order` to this list
ORDER = (
    "overview",
    "kyc",
    "documents",
    "statement",
    "bureau",
    "cam",
    "decision",
    "agreement",
    "disbursal",
    "schedule",
    "ledger",
    "payments",
    "collection",
    "calls",
    "messages",
    "notes",
    "audit",
)


def register_tab(
    code: str,
    label: str,
    permission: Permission,
    component: Callable[[], rx.Component],
    load: Any = None,
    order: int | None = None,
) -> None:
    """Add a tab; `label` is English and goes through the catalogue when shown.

    Raises ValueError when another tab has the code, because its address would be ambiguous.
    """
    if code in _tabs:
        raise ValueError(f"two features register the case tab {code!r}")
    place = ORDER.index(code) * 10 if code in ORDER else 1000
    _tabs[code] = CaseTab(code, label, permission, component, load, order or place)


def load_tabs() -> tuple[CaseTab, ...]:
    """Import every `backoffice/<feature>/*case_tab.py` and return the tabs in their order."""
    for folder in sorted(Path(next(iter(backoffice.__path__))).iterdir()):
        if not (folder / "__init__.py").exists():
            continue
        for module in pkgutil.iter_modules([str(folder)]):
            if module.name.endswith("case_tab"):
                importlib.import_module(f"backoffice.{folder.name}.{module.name}")
    return tuple(sorted(_tabs.values(), key=lambda tab: (tab.order, tab.code)))


def tabs_for(actor: Actor) -> list[CaseTab]:
    """The tabs this person may open, in their order."""
    tabs = sorted(_tabs.values(), key=lambda tab: (tab.order, tab.code))
    return [tab for tab in tabs if actor.can(tab.permission)]
