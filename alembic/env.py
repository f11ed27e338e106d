"""Decides how migrations run: as the owner role, one transaction each, with a short lock wait.
The owner is not the application, so no migration right ever reaches a screen."""

from __future__ import annotations

from alembic import context
from sqlalchemy import create_engine, pool, text

from core.db.catalogue import load_metadata
from core.db.settings import database_settings

metadata = load_metadata()


def run() -> None:
    """Run the migrations online; there is no offline mode because data is checked on the way."""
    url = database_settings().migration_url
    if not url:
        raise SystemExit("MIGRATION_DATABASE_URL is not set: migrations run as the owner role")
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SET lock_timeout = '5s'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_type=True,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
