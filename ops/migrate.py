"""Decides how a database is brought to this version: migrations as the owner, then the roles.
Run at every start; nothing happens when the database is already there."""

from __future__ import annotations

import sys
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, pool
from sqlmodel import Session

ROOT = Path(__file__).resolve().parent.parent


def upgrade(revision: str = "head") -> None:
    """Run the migrations up to a revision; needs `MIGRATION_DATABASE_URL` (the owner role)."""
    command.upgrade(Config(toml_file=str(ROOT / "pyproject.toml")), revision)


def main() -> int:
    """Migrate to the newest revision and bring the built-in roles up to date."""
    from core.access.role import synchronise_roles
    from core.brand.service import ensure_platform_brand
    from core.db.brand_table import now_utc
    from core.kernel.business_day import ist_date
    from core.db.settings import database_settings

    url = database_settings().migration_url
    if not url:
        raise SystemExit("MIGRATION_DATABASE_URL is not set: migrations run as the owner role.")
    upgrade()
    with Session(create_engine(url, poolclass=pool.NullPool)) as session:
        ensure_platform_brand(session, ist_date(now_utc()))
        synchronise_roles(session)
        session.commit()
    return 0


if __name__ == "__main__":
    sys.exit(main())
