"""Every table with a brand is invisible from another brand; the list comes from the catalogue.
A new table is swept the day it is made, because nobody has to remember to add it here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, Table, create_engine, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from core.db.catalogue import load_metadata, table_classes
from core.db.platform_table import PLATFORM_TABLES
from tests.conftest import migrate

BRAND_A, BRAND_B = 900_001, 900_002
SWEEP = "munim_sweep"
DROP_VALUE_CHECKS = """
DO $$ DECLARE found record; BEGIN
  FOR found IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
    WHERE contype = 'c' AND connamespace = 'public'::regnamespace
  LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.place, found.conname); END LOOP;
END $$
"""
TABLES = {name: table for name, table in load_metadata().tables.items() if "brand_id" in table.c}


def _value(table: Table, name: str, brand: int) -> object:
    kind = str(table.c[name].type).upper()
    if name == "brand_id":
        return brand
    if "JSON" in kind:
        return "{}"
    if "BOOL" in kind:
        return False
    if "INT" in kind:
        return 1
    if "TIMESTAMP" in kind or "DATETIME" in kind:
        return dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    if "DATE" in kind:
        return dt.date(2026, 11, 20)
    if "BLOB" in kind or "BYTEA" in kind or "BINARY" in kind:
        return b"x"
    return f"x{brand}"


def _columns(table: Table) -> list[str]:
    return [c.name for c in table.columns if not c.nullable and c.identity is None]


def _insert(table: Table) -> str:
    names = _columns(table)
    values = ", ".join(
        f"CAST(:{name} AS jsonb)" if "JSON" in str(table.c[name].type).upper() else f":{name}"
        for name in names
    )
    return f"INSERT INTO {table.name} ({', '.join(names)}) VALUES ({values})"


def _row(table: Table, brand: int) -> dict[str, object]:
    return {name: _value(table, name, brand) for name in _columns(table)}


@pytest.fixture(scope="module")
def filled(cluster) -> Iterator[Engine]:
    """A database of its own in which each brand table holds one row of two brands.

    Value checks are dropped there, so that a made-up row fits every table; policies, grants and
    keys stay what the migrations made them."""
    cluster.server.create_database(SWEEP)
    migrate(cluster, SWEEP)
    admin = create_engine(cluster.server.url("postgres", cluster.server.password, SWEEP))
    with admin.begin() as connection:
        connection.execute(text(DROP_VALUE_CHECKS))
        connection.execute(text("SET session_replication_role = replica"))
        for table in TABLES.values():
            for brand in (BRAND_A, BRAND_B):
                connection.execute(text(_insert(table)), _row(table, brand))
    admin.dispose()
    app = create_engine(cluster.url("munim_app", SWEEP))
    yield app
    app.dispose()


def _as_brand(connection: Connection, brand: int | None) -> None:
    connection.execute(
        text("SELECT set_config('app.brand_id', :brand, true)"),
        {"brand": "" if brand is None else str(brand)},
    )


def _granted(connection: Connection, table: str, right: str) -> bool:
    return bool(
        connection.scalar(
            text("SELECT has_table_privilege('munim_app', :table, :right)"),
            {"table": table, "right": right},
        )
    )


def test_every_table_is_on_the_platform_list_or_has_a_brand():
    missing = [
        name
        for name, table in load_metadata().tables.items()
        if "brand_id" not in table.c and name not in PLATFORM_TABLES
    ]
    assert missing == []


def test_the_database_holds_exactly_the_declared_tables(database):
    engine = create_engine(database.url())
    with engine.connect() as connection:
        found = set(
            connection.scalars(
                text(
                    "SELECT tablename FROM pg_tables"
                    " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
                )
            )
        )
    assert found == set(load_metadata().tables)


def test_every_brand_table_forces_row_level_security(database):
    engine = create_engine(database.url())
    with engine.connect() as connection:
        forced = set(
            connection.scalars(
                text(
                    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
                    " AND relrowsecurity AND relforcerowsecurity"
                )
            )
        )
        owners = set(
            connection.scalars(text("SELECT tableowner FROM pg_tables WHERE schemaname = 'public'"))
        )
    assert set(TABLES) - forced == set()
    assert owners == {"munim_owner"}


def test_every_view_asks_with_the_rights_of_who_asks(database):
    engine = create_engine(database.url())
    with engine.connect() as connection:
        careless = list(
            connection.scalars(
                text(
                    "SELECT relname FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace"
                    " WHERE relkind = 'v' AND nspname = 'public' AND NOT"
                    " coalesce(reloptions::text LIKE '%security_invoker=%', false)"
                    " AND relname NOT LIKE 'pg_stat_statements%'"
                )
            )
        )
    assert careless == []


def test_every_foreign_key_between_brand_tables_carries_the_brand():
    loose = []
    for table in TABLES.values():
        for key in table.foreign_key_constraints:
            columns = [column.name for column in key.columns]
            if key.referred_table.name in TABLES and "brand_id" not in columns:
                loose.append((table.name, columns))
    assert loose == []


def test_the_primary_key_of_every_brand_table_starts_with_the_brand():
    wrong = [n for n, t in TABLES.items() if next(iter(t.primary_key.columns)).name != "brand_id"]
    assert wrong == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_shows_only_the_brand_that_is_set(filled, name):
    with filled.connect() as connection, connection.begin() as transaction:
        if not _granted(connection, name, "SELECT"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                connection.execute(text(f"SELECT count(*) FROM {name}"))
            return
        count = f"SELECT count(*) FROM {name} WHERE brand_id = :brand"
        _as_brand(connection, BRAND_B)
        assert connection.scalar(text(count), {"brand": BRAND_A}) == 0
        assert connection.scalar(text(count), {"brand": BRAND_B}) == 1
        _as_brand(connection, None)
        assert connection.scalar(text(f"SELECT count(*) FROM {name}")) == 0
        transaction.rollback()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_table_takes_no_change_for_another_brand(filled, name):
    table = TABLES[name]
    for right, statement in (
        ("UPDATE", f"UPDATE {name} SET brand_id = brand_id WHERE brand_id = {BRAND_A}"),
        ("DELETE", f"DELETE FROM {name} WHERE brand_id = {BRAND_A}"),
    ):
        with filled.connect() as connection, connection.begin() as transaction:
            _as_brand(connection, BRAND_B)
            if _granted(connection, name, right):
                assert connection.execute(text(statement)).rowcount == 0
            else:
                with pytest.raises(ProgrammingError, match="permission denied"):
                    connection.execute(text(statement))
            transaction.rollback()
    with filled.connect() as connection, connection.begin() as transaction:
        _as_brand(connection, BRAND_B)
        with pytest.raises(DBAPIError, match=r"row-level security|permission denied"):
            connection.execute(text(_insert(table)), _row(table, BRAND_A))
        transaction.rollback()


@pytest.mark.parametrize("name", sorted(TABLES))
def test_a_row_cannot_be_given_to_another_brand(filled, name):
    with filled.connect() as connection, connection.begin() as transaction:
        _as_brand(connection, BRAND_B)
        if not _granted(connection, name, "UPDATE"):
            transaction.rollback()
            return
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(text(f"UPDATE {name} SET brand_id = {BRAND_A}"))
        transaction.rollback()


def test_append_only_tables_grant_neither_update_nor_delete(filled):
    with filled.connect() as connection:
        for name, cls in table_classes().items():
            fixed = (
                getattr(cls, "__append_only__", False)
                or getattr(cls, "__read_only__", False)
                or getattr(cls, "__no_grant__", False)
            )
            if fixed:
                assert not _granted(connection, name, "UPDATE"), name
                assert not _granted(connection, name, "DELETE"), name
                assert not _granted(connection, name, "TRUNCATE"), name


def test_the_application_role_is_neither_owner_nor_above_row_level_security(filled):
    with filled.connect() as connection:
        row = connection.execute(
            text(
                "SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles"
                " WHERE rolname = current_user"
            )
        ).one()
    assert tuple(row) == (False, False, False)
