"""Decides how a brand comes to be on an installation that has no demo data: the brand, what every
brand starts with, and its first administrator. Everything after that is done on the screens."""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import sys

from ops import postgres
from ops.installation import DATABASE, CannotStart, read_settings, secrets_of
from ops.parts import environment_of
from ops.postgres import Postgres


def _tell_environment() -> None:
    """Let core find the database of this installation, the embedded one included."""
    settings = read_settings()
    secrets = secrets_of(settings.home)
    os.environ.update(environment_of(settings, secrets))
    if settings.embedded_database:
        try:
            ports = json.loads((settings.home / "ports.json").read_text())
        except OSError as error:
            raise CannotStart(f"There is no installation in {settings.home} yet.") from error
        server = Postgres(
            settings.home / "postgres", ports["postgres"], secrets["POSTGRES_PASSWORD"]
        )
        if not server.ready():
            raise CannotStart("Munim is not running in this folder; start it first (make run).")
        password = secrets["MUNIM_APP_PASSWORD"]
        os.environ["DATABASE_URL"] = server.url(postgres.APPLICATION, password, DATABASE)


def open_brand(code: str, name: str, email: str, person: str) -> str:
    """Open the brand and hire its administrator; the answer is that person's first password."""
    from sqlalchemy import func, select
    from sqlmodel import col

    from core.access.actor import Actor
    from core.access.session import platform_session
    from core.access.staff import AddStaff, add_staff
    from core.brand.service import create_brand
    from core.brand.tables import Brand
    from core.db.unit_of_work import UnitOfWork, run_command
    from core.decision.seed import seed_rules
    from core.kernel.business_day import ist_date
    from core.notification.service import seed_templates

    today = ist_date(dt.datetime.now(dt.UTC))
    with platform_session() as session:
        # an earlier try that was interrupted may have come this far
        brand = session.scalar(select(Brand).where(col(Brand.code) == code))
        if brand is None:
            newest = session.scalar(select(func.max(col(Brand.id)))) or 0
            brand = create_brand(session, newest + 1, code, name, business_date=today)
            session.commit()
        brand_id = brand.id

    def furnish(uow: UnitOfWork) -> str:
        seed_templates(uow)
        seed_rules(uow, effective_from=today)
        added = add_staff(uow, AddStaff(person, email, "admin"))
        return added.first_password

    return run_command(Actor.system(brand_id, "installation"), "open_brand", furnish)


def main() -> int:
    """Open a brand as told on the command line and print what its administrator needs."""
    asked = argparse.ArgumentParser(prog="make brand", description=__doc__)
    asked.add_argument("--code", required=True, help="the word in the address, like acme")
    asked.add_argument("--name", required=True, help="what people call the brand")
    asked.add_argument("--email", required=True, help="the first administrator's e-mail address")
    asked.add_argument("--person", required=True, help="the first administrator's name")
    given = asked.parse_args()
    try:
        _tell_environment()
        from core.kernel.errors import DomainError

        try:
            password = open_brand(given.code, given.name, given.email, given.person)
        except DomainError as error:
            raise CannotStart(f"{error.message} {error.details or ''}".strip()) from error
    except CannotStart as error:
        print(f"munim: {error}", file=sys.stderr)
        return 1
    print(f"munim: the brand {given.name} is open; {given.email} logs in with: {password}")
    print("munim: next, in Settings: products with their terms, providers, people")
    return 0


if __name__ == "__main__":
    sys.exit(main())
