"""Decides that the embedded PostgreSQL keeps the promises the walls stand on: passwords are
asked, and only the backup role may look past row-level security."""

from __future__ import annotations

import psycopg
import pytest

from ops import postgres

MAINTENANCE = "postgres"


def plain(url: str) -> str:
    return url.replace("+psycopg", "")


@pytest.mark.parametrize(
    ("role", "bypasses"),
    [
        ("munim_owner", False),
        ("munim_app", False),
        ("munim_reader", False),
        ("munim_backup", True),
    ],
)
def test_only_the_backup_role_bypasses_row_level_security(cluster, role, bypasses):
    with psycopg.connect(plain(cluster.url(role, MAINTENANCE))) as connection:
        row = connection.execute(
            "SELECT rolbypassrls, rolsuper, rolcreaterole FROM pg_roles WHERE rolname = %s", (role,)
        ).fetchone()
    assert row == (bypasses, False, False)


def test_a_wrong_password_is_refused(cluster):
    url = cluster.server.url("munim_app", "wrong", MAINTENANCE)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(plain(url))


def test_making_the_roles_again_changes_nothing(cluster):
    cluster.server.create_roles(cluster.passwords)
    with psycopg.connect(plain(cluster.url("munim_app", MAINTENANCE))) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("munim_app",)


def test_a_database_belongs_to_the_owner(cluster):
    assert cluster.server.create_database("belongs") is True
    assert cluster.server.create_database("belongs") is False
    with psycopg.connect(plain(cluster.url("munim_owner", "belongs"))) as connection:
        owner = connection.execute(
            "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'belongs'"
        ).fetchone()
        connection.execute("CREATE EXTENSION pg_trgm")
        connection.execute("CREATE EXTENSION btree_gist")
    assert owner == ("munim_owner",)


def test_the_backup_role_cannot_write(cluster):
    cluster.server.create_database("kept")
    with (
        psycopg.connect(plain(cluster.url("munim_backup", "kept"))) as connection,
        pytest.raises(psycopg.errors.ReadOnlySqlTransaction),
    ):
        connection.execute("CREATE TABLE scratch (id int)")


def test_data_survives_a_restart(tmp_path):
    server = postgres.Postgres(tmp_path / "data", postgres_port(), "secret")
    process = server.start(log=tmp_path / "log")
    server.create_roles(dict.fromkeys(postgres.ROLES, "secret"))
    server.create_database("kept")
    postgres.stop(process)
    assert process.returncode == 0
    process = server.start(log=tmp_path / "log")
    try:
        assert server.create_database("kept") is False
    finally:
        postgres.stop(process)


def postgres_port() -> int:
    from ops.ports import free_port

    return free_port()
