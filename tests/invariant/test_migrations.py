"""Migrations go up and down on an empty and on a filled database, and leave the declared schema.
Each direction runs the way an installation runs it: as the owner role, through alembic."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, pool, text

from core.db.catalogue import load_metadata
from tests.conftest import migrate

ROOT = Path(__file__).resolve().parents[2]
EMPTY, FILLED = "munim_up_down", "munim_filled"


def _alembic(url: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "alembic", *words],
        cwd=ROOT,
        env={**os.environ, "MIGRATION_DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def _tables(url: str) -> set[str]:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        names = connection.scalars(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        )
        return set(names) - {"alembic_version"}


def _functions(url: str) -> int:
    with create_engine(url, poolclass=pool.NullPool).connect() as connection:
        return int(
            connection.scalar(
                text(
                    "SELECT count(*) FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace"
                    " JOIN pg_roles r ON r.oid = proowner"
                    " WHERE nspname = 'public' AND rolname = 'munim_owner'"
                )
            )
            or 0
        )


@pytest.fixture(scope="module")
def empty(cluster) -> str:
    """A database without anything; the value is its address as the owner."""
    cluster.server.create_database(EMPTY)
    return cluster.url("munim_owner", EMPTY)


def test_an_empty_database_goes_up_down_and_up_again(empty):
    for words in (("upgrade", "head"), ("downgrade", "base"), ("upgrade", "head")):
        done = _alembic(empty, *words)
        assert done.returncode == 0, done.stderr
        if words[0] == "downgrade":
            assert _tables(empty) == set()
            assert _functions(empty) == 0
    assert _tables(empty) == set(load_metadata().tables)


def test_the_migrated_schema_is_the_declared_one(empty):
    assert _alembic(empty, "upgrade", "head").returncode == 0
    with create_engine(empty, poolclass=pool.NullPool).connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, load_metadata()) == []


def test_there_is_one_newest_revision():
    script = ScriptDirectory.from_config(Config(toml_file=str(ROOT / "pyproject.toml")))
    assert len(script.get_heads()) == 1


def test_a_filled_database_goes_down_and_up_again(cluster):
    cluster.server.create_database(FILLED)
    migrate(cluster, FILLED)
    owner = cluster.url("munim_owner", FILLED)
    with create_engine(owner, poolclass=pool.NullPool).begin() as connection:
        connection.execute(
            text(
                "INSERT INTO brand (id, code, name, legal_name, colour, logo_svg, phone, email,"
                " address, state_code, grievance_officer, active, business_date, version) VALUES"
                " (7, 'seven', 'Seven', '', '#112233', '', '', '', '', '27', '', true,"
                " '2026-11-20', 1)"
            )
        )
        connection.execute(text("SELECT set_config('app.brand_id', '7', true)"))
        connection.execute(
            text(
                "INSERT INTO product (brand_id, code, name, kind, active)"
                " VALUES (7, 'p', 'P', 'bullet', true)"
            )
        )
        connection.execute(
            text("INSERT INTO number_series (brand_id, series, next_number) VALUES (7, 'LN', 2)")
        )
    assert _alembic(owner, "downgrade", "base").returncode == 0
    assert _tables(owner) == set()
    migrate(cluster, FILLED)
    assert _tables(owner) == set(load_metadata().tables)
