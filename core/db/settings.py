"""Decides where the database and its keys are found, read once from the environment.
Kept in one small place so that no feature reads the environment by itself."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Addresses of the database, one per role, and the keys that protect personal data."""

    application_url: str
    migration_url: str
    data_keys: dict[str, str]
    data_key_id: str
    index_key: str
    production: bool


def _psycopg_url(url: str) -> str:
    for prefix in ("postgresql://", "postgres://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


@lru_cache(maxsize=1)
def database_settings() -> DatabaseSettings:
    """Read the settings; data keys come as `id:hex,id:hex`, the first is used for writing."""
    keys: dict[str, str] = {}
    for part in os.environ.get("MUNIM_DATA_KEYS", "").split(","):
        if part.strip():
            key_id, _, value = part.strip().partition(":")
            keys[key_id] = value
    return DatabaseSettings(
        application_url=_psycopg_url(os.environ.get("DATABASE_URL", "")),
        migration_url=_psycopg_url(os.environ.get("MIGRATION_DATABASE_URL", "")),
        data_keys=keys,
        data_key_id=next(iter(keys), ""),
        index_key=os.environ.get("MUNIM_INDEX_KEY", ""),
        production=os.environ.get("MUNIM_ENV", "development") == "production",
    )
