"""Decides what the schema consists of: every core feature's tables module, found by walking core.
Migrations, sweeps and the security policies all read this one list."""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

from sqlalchemy import MetaData
from sqlmodel import SQLModel

import core


def load_metadata() -> MetaData:
    """Import every `core.<feature>.tables` and return the metadata they filled."""
    for feature in pkgutil.iter_modules(core.__path__):
        folder = Path(core.__path__[0]) / feature.name
        if (folder / "tables.py").exists():
            importlib.import_module(f"core.{feature.name}.tables")
    return SQLModel.metadata


def table_classes() -> dict[str, type[SQLModel]]:
    """Table name to the class that declares it."""
    load_metadata()
    found: dict[str, type[SQLModel]] = {}
    pending: list[type[SQLModel]] = list(SQLModel.__subclasses__())
    while pending:
        cls = pending.pop()
        pending.extend(cls.__subclasses__())
        if "__table__" in cls.__dict__:
            found[str(cls.__tablename__)] = cls
    return found


def sql_files() -> list[Path]:
    """Every `core/<feature>/*.sql`, run by the owner after the tables exist."""
    return sorted(Path(core.__path__[0]).glob("*/*.sql"))


def load_services() -> None:
    """Import every `core.<feature>.*service`, so that each audited action has its sentence."""
    for feature in pkgutil.iter_modules(core.__path__):
        folder = Path(core.__path__[0]) / feature.name
        for module in pkgutil.iter_modules([str(folder)]):
            if module.name.endswith("service"):
                importlib.import_module(f"core.{feature.name}.{module.name}")
