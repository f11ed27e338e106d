"""Decides how the product reaches Postgres: one pooled engine for the application role.
Time-outs are explicit, because a query without one can hold a screen for ever."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import Engine, create_engine

from core.db.settings import database_settings

POOL_SIZE = 10
POOL_OVERFLOW = 20
POOL_WAIT_S = 10
STATEMENT_TIMEOUT_MS = 60_000
LOCK_TIMEOUT_MS = 10_000
IDLE_IN_TRANSACTION_TIMEOUT_MS = 120_000


def make_engine(url: str, *, pool_size: int = POOL_SIZE) -> Engine:
    """An engine with the product's time-outs; UTC on every connection."""
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=POOL_OVERFLOW,
        pool_timeout=POOL_WAIT_S,
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        # an error names its statement, never the values, which may be somebody's
        hide_parameters=True,
        connect_args={
            "connect_timeout": 10,
            "options": (
                f"-c statement_timeout={STATEMENT_TIMEOUT_MS} -c lock_timeout={LOCK_TIMEOUT_MS} "
                f"-c idle_in_transaction_session_timeout={IDLE_IN_TRANSACTION_TIMEOUT_MS} "
                "-c timezone=UTC"
            ),
        },
    )


@lru_cache(maxsize=1)
def application_engine() -> Engine:
    """The engine of the application role (`DATABASE_URL`)."""
    url = database_settings().application_url
    if not url:
        raise RuntimeError("DATABASE_URL is not set")
    # a foreign key may point into a feature that this process has not imported
    from core.db.catalogue import load_metadata

    load_metadata()
    return make_engine(url)


def forget_engine() -> None:
    """Drop the pooled engine and read the settings again; used after a fork and by tests."""
    if application_engine.cache_info().currsize:
        application_engine().dispose()
    application_engine.cache_clear()
    database_settings.cache_clear()
