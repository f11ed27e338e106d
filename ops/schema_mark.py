"""Decides when a database needs no migration: it carries the hash of the sources it was made from.
Standard library only, so that a start can ask without importing every table."""

from __future__ import annotations

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# what decides the schema and the built-in roles; written on the database once it is there
SOURCES = ("alembic/**/*.py", "core/**/*.sql", "core/access/*.py", "ops/migrate.py")
MARK = "munim schema "


def schema_mark() -> str:
    """The comment a database carries once it is at this version of the sources."""
    digest = hashlib.sha256()
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(str(path.relative_to(ROOT)).encode())
            digest.update(path.read_bytes())
    return MARK + digest.hexdigest()
