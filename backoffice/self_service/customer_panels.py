"""Decides what a customer finds on `/my/{brand}`: each feature registers the panel it owns.
The pages place the panels, so paying, signing and uploading stay in their own folders.

How to add one: a module `backoffice/<feature>/customer_<x>_panel.py` that calls
`register_panel(...)` when imported; it is found by itself. The panel's state sets
`AUDIENCE = "customer"`; its handlers act on the logged-in customer's own rows only and find them
by `require_actor().id`, never by an id in the address alone.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import reflex as rx

import backoffice

# home: the first screen; application: the tracker of the open case; loan: the running loan;
# documents: statements, agreements and letters to download
Place = Literal["home", "application", "loan", "documents"]


@dataclass(frozen=True, slots=True)
class CustomerPanel:
    """One panel; a panel with nothing to say renders nothing."""

    code: str
    place: Place
    component: Callable[[], rx.Component]
    load: Any = None
    order: int = 100


_panels: dict[str, CustomerPanel] = {}


def register_panel(
    code: str,
    place: Place,
    component: Callable[[], rx.Component],
    load: Any = None,
    order: int = 100,
) -> None:
    """Add a panel to a customer page; raises ValueError when the code is taken."""
    if code in _panels:
        raise ValueError(f"two features register the customer panel {code!r}")
    _panels[code] = CustomerPanel(code, place, component, load, order)


def load_panels(place: Place) -> tuple[CustomerPanel, ...]:
    """Import every `backoffice/<feature>/customer_*_panel.py`; the panels of a place in order."""
    for folder in sorted(Path(next(iter(backoffice.__path__))).iterdir()):
        if not (folder / "__init__.py").exists():
            continue
        for module in pkgutil.iter_modules([str(folder)]):
            if module.name.startswith("customer_") and module.name.endswith("_panel"):
                importlib.import_module(f"backoffice.{folder.name}.{module.name}")
    found = [panel for panel in _panels.values() if panel.place == place]
    return tuple(sorted(found, key=lambda panel: (panel.order, panel.code)))
