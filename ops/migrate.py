"""Decides how a database is brought to this version: migrations as the owner, then the roles.
Run at every start; nothing happens when the database is already there."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool, text
from sqlalchemy.orm import Session

from core.access.role import synchronise_roles
from core.brand.service import ensure_platform_brand
from core.db.settings import database_settings
from core.kernel.business_day import ist_date
from ops.schema_mark import schema_mark

ROOT = Path(__file__).resolve().parent.parent


def configuration() -> Config:
    """Alembic's settings, which live in pyproject.toml."""
    return Config(toml_file=ROOT / "pyproject.toml")


def main() -> int:
    """Migrate to the newest revision, then bring brand 0 and the built-in roles up to date."""
    url = database_settings().migration_url
    if not url:
        raise SystemExit("MIGRATION_DATABASE_URL is not set: migrations run as the owner role.")
    command.upgrade(configuration(), "head")
    with Session(create_engine(url, poolclass=pool.NullPool)) as session:
        ensure_platform_brand(session, ist_date(dt.datetime.now(dt.UTC)))
        synchronise_roles(session)
        # a later start of the same sources then has nothing to do and skips this whole step
        name = session.execute(text("SELECT quote_ident(current_database())")).scalar_one()
        session.execute(text(f"COMMENT ON DATABASE {name} IS '{schema_mark()}'"))
        session.commit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
