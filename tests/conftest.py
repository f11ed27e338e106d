"""Decides what every test stands on: a real PostgreSQL, migrated, and a fresh brand per test.
Nothing is cleaned between tests; row-level security keeps brands apart, as in production."""

from __future__ import annotations

import itertools
import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ops import postgres, valkey
from ops.ports import free_port

if TYPE_CHECKING:
    from core.access.actor import Actor
    from core.brand.tables import Brand
    from core.db.unit_of_work import UnitOfWork

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "munim_test"
# test keys: they protect nothing
DATA_KEYS = "t1:" + "11" * 32
INDEX_KEY = "22" * 32

os.environ.setdefault("MUNIM_DATA_KEYS", DATA_KEYS)
os.environ.setdefault("MUNIM_INDEX_KEY", INDEX_KEY)
os.environ.setdefault("MUNIM_SESSION_SECRET", "33" * 32)

_numbers = itertools.count(1)
_run_mark = secrets.token_hex(3)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running embedded PostgreSQL of this test session."""

    server: postgres.Postgres
    passwords: dict[str, str]

    def url(self, role: str = postgres.APPLICATION, database: str = DATABASE) -> str:
        """The address of a database as one of the four roles."""
        return self.server.url(role, self.passwords[role], database)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A PostgreSQL with the four roles, made for this session and thrown away after it."""
    home = tmp_path_factory.mktemp("postgres")
    server = postgres.Postgres(home / "data", free_port(), secrets.token_hex(16))
    settings = {**postgres.THROW_AWAY, "shared_buffers": "64MB"}
    process = server.start(log=home / "postgres.log", settings=settings)
    try:
        passwords = {role: secrets.token_hex(16) for role in postgres.ROLES}
        server.create_roles(passwords)
        yield Cluster(server, passwords)
    finally:
        postgres.stop(process)


def migrate(cluster: Cluster, database: str) -> None:
    """Bring a database to the newest schema, as the owner role, the way an installation does."""
    if not list((ROOT / "alembic" / "versions").glob("0*.py")):
        pytest.fail(
            "There are no migration files (alembic/versions/0*.py). While we build they are not "
            "committed: run the regen tool inside your worktree, then the tests again.",
            pytrace=False,
        )
    environment = {
        **os.environ,
        "MIGRATION_DATABASE_URL": cluster.url(postgres.OWNER, database),
        "DATABASE_URL": cluster.url(postgres.APPLICATION, database),
    }
    done = subprocess.run(
        [sys.executable, "-m", "ops.migrate"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"The migrations failed:\n{done.stdout}\n{done.stderr}", pytrace=False)


@pytest.fixture(scope="session")
def database(cluster: Cluster) -> Iterator[Cluster]:
    """The session's migrated database; `DATABASE_URL` names it as the application role."""
    cluster.server.create_database(DATABASE)
    migrate(cluster, DATABASE)
    os.environ["DATABASE_URL"] = cluster.url()
    os.environ["MIGRATION_DATABASE_URL"] = cluster.url(postgres.OWNER)
    from core.db.engine import forget_engine

    forget_engine()
    yield cluster
    forget_engine()


@pytest.fixture(scope="session")
def valkey_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Valkey of this session; the value is its address, also in `REDIS_URL`."""
    home = tmp_path_factory.mktemp("valkey")
    server = valkey.Valkey(home / "data", free_port(), secrets.token_hex(16))
    process = server.start(log=home / "valkey.log")
    os.environ["REDIS_URL"] = server.url()
    try:
        yield server.url()
    finally:
        valkey.stop(process)


@pytest.fixture(name="valkey")
def empty_valkey(valkey_server: str) -> str:
    """The session's Valkey, emptied for this test; the value is its address."""
    import redis

    with redis.Redis.from_url(valkey_server) as client:
        client.flushall()
    return valkey_server


@pytest.fixture
def new_brand(database: Cluster) -> Callable[..., Brand]:
    """A factory of brands, each with roles, products and chart as an admin would get them."""
    from tests.world import open_test_brand

    def make(**changes: Any) -> Brand:
        return open_test_brand(f"t{_run_mark}{next(_numbers)}", **changes)

    return make


@pytest.fixture
def brand(new_brand: Callable[..., Brand]) -> Brand:
    """A brand nobody else uses."""
    return new_brand()


@pytest.fixture
def staff(brand: Brand) -> Callable[..., Actor]:
    """A factory: `staff("credit_executive")` is a new person with that built-in role.

    `brand=` puts the person into another brand; `sanction_limit_paise=` and
    `approval_limit_paise=` set what the person may decide."""
    from tests.world import hire

    def make(role: str, *, brand: Brand = brand, **changes: Any) -> Actor:
        return hire(brand, role, f"{role}.{_run_mark}{next(_numbers)}@example.test", **changes)

    return make


@pytest.fixture
def uow(database: Cluster) -> Callable[..., AbstractContextManager[UnitOfWork]]:
    """A factory: `with uow(actor) as work: …; work.commit()`, rolled back otherwise."""
    from core.db.unit_of_work import unit_of_work

    def begin(actor: Actor, use_case: str = "test") -> AbstractContextManager[UnitOfWork]:
        return unit_of_work(actor, use_case=use_case)

    return begin
