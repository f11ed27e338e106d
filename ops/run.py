"""Decides how one command brings up the whole of Munim and takes it down again, in order.
Everything a person has to know is said in one line each; the rest is in the logs."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from types import FrameType

import psycopg
import redis

from ops import parts, postgres
from ops.installation import (
    DATABASE,
    CannotStart,
    FolderLock,
    Settings,
    ports_of,
    read_settings,
    require_free_ports,
    secrets_of,
)
from ops.postgres import Postgres, PostgresError
from ops.schema_mark import schema_mark
from ops.supervisor import Interrupted, Part, PartFailed, Step, Supervisor, say
from ops.valkey import Valkey

SERVER_SECONDS_MAX = 10
# what is stored beside the database: documents, and what the sandbox received
FILE_FOLDERS = ("blobs", "sandbox")


class Start:
    """One start of an installation, from the folder lock to the last stopped process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._supervisor = Supervisor(settings.home, say)
        self._secrets = secrets_of(settings.home)
        self._told = self._supervisor.environment
        self._told.update(parts.environment_of(settings, self._secrets))
        self._migration_url = ""
        self._half_made = settings.home / "demo.half"
        self._server: Postgres | None = None

    def interrupt(self, _number: int, _frame: FrameType | None) -> None:
        """Ctrl-C or a service manager's stop; the second time nobody is waited for."""
        if self._supervisor.stopping.is_set():
            self._supervisor.hurry()
        self._supervisor.stopping.set()

    def up(self) -> None:
        """Bring everything up; raises `PartFailed` when a part cannot start."""
        supervisor = self._supervisor
        left = supervisor.end_leftovers()
        if left:
            say(f"Ended {left} processes that an earlier, killed start left behind")
        # beside the database work: on a first start the pages take longest
        pages = self._begin_pages()
        try:
            self._start_stores()
            self._migrate()
            self._refuse_demo_people_in_production()
            if self._settings.sandbox:
                supervisor.start(parts.sandbox_part(self._settings))
            self._make_demo_data_once()
            if pages.process.poll() is None:
                say("Building the pages (once; again only when their sources change)")
            supervisor.finish(pages)
        except BaseException:
            supervisor.abandon(pages)
            raise
        from ops.frontend import serve_environment

        supervisor.start(
            parts.jobs_part(self._told["REDIS_URL"]),
            parts.web_part(self._settings, serve_environment(self._settings.home)),
        )

    def make_demo_data_again(self) -> None:
        """Empty the embedded database, the queue and the stored files, then fill them."""
        self._supervisor.end_leftovers()
        self._half_made.touch()
        self._start_stores(quiet=True)
        with redis.Redis.from_url(self._told["REDIS_URL"]) as store:
            store.flushall()
        self._migrate()
        self._make_demo_data_once()

    def serve(self) -> None:
        """Watch the parts until told to stop."""
        self._supervisor.watch()

    def serve_and_follow(self, changed: Callable[[], bool]) -> None:
        """The same, and put new sources into service whenever there are some."""

        def follow() -> None:
            if not changed():
                return
            say("The sources changed")
            try:
                self._supervisor.finish(self._begin_pages())
                self._migrate()
                self._supervisor.restart("jobs", "web server")
                say("The new sources are in service")
            except PartFailed as error:
                say(f"{error}\nmunim: waiting for the next change")

        self._supervisor.watch(follow)

    def down(self) -> None:
        """Stop everything, the last started first."""
        self._supervisor.stop()

    def logins(self) -> list[tuple[str, str, str]]:
        """One demo person per role: (role, e-mail, password)."""
        if not self._settings.demo:
            return []
        with self._connect() as connection:
            rows = connection.execute(
                "SELECT DISTINCT ON (r.position) r.name, s.email FROM staff s "
                "JOIN staff_grant g ON g.staff_id = s.id JOIN role r ON r.id = g.role_id "
                "WHERE s.demo AND s.active ORDER BY r.position, g.granted_brand, s.id"
            ).fetchall()
        if not rows:
            return []
        from ops.demo import PASSWORD

        return [(str(role), str(email), PASSWORD) for role, email in rows]

    def forget_everything(self, server: Postgres) -> None:
        """Drop the embedded database and the stored files; only demo data is ever dropped."""
        server.drop_database(DATABASE)
        for folder in FILE_FOLDERS:
            shutil.rmtree(self._settings.home / folder, ignore_errors=True)
        self._half_made.unlink(missing_ok=True)

    def _begin_pages(self) -> Step:
        return self._supervisor.begin("front end", [sys.executable, "-m", "ops.frontend"])

    def _owner_step(self, name: str, module: str) -> None:
        step = self._supervisor.begin(
            name, [sys.executable, "-m", module], MIGRATION_DATABASE_URL=self._migration_url
        )
        self._supervisor.finish(step)

    def _migrate(self) -> None:
        # read from the files, because importing alembic and the tables takes two seconds
        with self._connect() as connection:
            found = connection.execute(
                "SELECT shobj_description(oid, 'pg_database') FROM pg_database "
                "WHERE datname = current_database()"
            ).fetchone()
        if found is None or found[0] != schema_mark():
            self._owner_step("migrations", "ops.migrate")

    def _make_demo_data_once(self) -> None:
        if not self._settings.demo or self._has_brands():
            return
        say("Making the demo data")
        self._half_made.touch()
        if self._server is not None:
            # thousands of small commits, all made again should the machine fall over meanwhile
            self._server.set_synchronous_commit(DATABASE, on=False)
        self._owner_step("demo data", "ops.demo")
        if self._server is not None:
            self._server.set_synchronous_commit(DATABASE, on=True)
        self._half_made.unlink()

    def _start_stores(self, *, quiet: bool = False) -> None:
        settings = self._settings
        ports = ports_of(settings.home)
        stores: list[Part] = []
        server: Postgres | None = None
        if settings.embedded_database:
            password = self._secrets["POSTGRES_PASSWORD"]
            server = Postgres(settings.home / "postgres", ports["postgres"], password)
            if not server.exists:
                say("Making the database")
            server.initialise()
            stores.append(parts.postgres_part(server))
        if settings.redis_url:
            self._told["REDIS_URL"] = settings.redis_url
        else:
            password = self._secrets["VALKEY_PASSWORD"]
            store = Valkey(settings.home / "valkey", ports["valkey"], password)
            store.initialise()
            stores.append(parts.valkey_part(store))
            self._told["REDIS_URL"] = store.url()
        if stores:
            self._supervisor.start(*stores)
        if server is not None:
            self._server = server
            self._furnish(server, quiet=quiet)
        else:
            self._told["DATABASE_URL"] = settings.database_url
            self._migration_url = settings.migration_url
            self._require_own_database()
        if settings.redis_url and not parts.redis_is_there(settings.redis_url):
            raise CannotStart("The server in REDIS_URL does not answer.")
        parts.forget_heartbeats(self._told["REDIS_URL"])

    def _furnish(self, server: Postgres, *, quiet: bool) -> None:
        """Give the embedded server its roles and database."""
        passwords = {role: self._secrets[f"{role.upper()}_PASSWORD"] for role in postgres.ROLES}
        server.create_roles(passwords)
        if self._half_made.exists():
            if not quiet:
                say("The demo data was interrupted half-way; starting over")
            self.forget_everything(server)
        server.create_database(DATABASE)
        urls = {role: server.url(role, passwords[role], DATABASE) for role in postgres.ROLES}
        self._told["DATABASE_URL"] = urls[postgres.APPLICATION]
        self._migration_url = urls[postgres.OWNER]

    def _require_own_database(self) -> None:
        for name, url in (
            ("DATABASE_URL", self._told["DATABASE_URL"]),
            ("MIGRATION_DATABASE_URL", self._migration_url),
        ):
            try:
                with psycopg.connect(_plain(url), connect_timeout=SERVER_SECONDS_MAX) as connection:
                    row = connection.execute(
                        "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
                    ).fetchone()
            except psycopg.OperationalError as error:
                raise CannotStart(f"The server in {name} cannot be used: {error}") from error
            if name == "DATABASE_URL" and row and row[0]:
                raise CannotStart(
                    "The role in DATABASE_URL steps around row-level security (superuser or "
                    "BYPASSRLS), so brands would not be kept apart. See ops/roles.sql."
                )

    def _connect(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(_plain(self._told["DATABASE_URL"]), connect_timeout=5)

    def _has_brands(self) -> bool:
        with self._connect() as connection:
            found = connection.execute("SELECT 1 FROM brand WHERE id > 0 LIMIT 1").fetchone()
        return found is not None

    def _refuse_demo_people_in_production(self) -> None:
        if not self._settings.production:
            return
        with self._connect() as connection:
            found = connection.execute("SELECT 1 FROM staff WHERE demo AND active").fetchone()
        if found:
            raise CannotStart(
                "This database holds demo people, whose passwords are public. Production needs a "
                "database of its own: set another MUNIM_HOME or DATABASE_URL."
            )


def _plain(url: str) -> str:
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def _print_ready(settings: Settings, logins: list[tuple[str, str, str]], seconds: float) -> None:
    print(f"\nMunim is at {settings.address}   (ready after {seconds:.1f} s; Ctrl-C stops it)\n")
    if settings.sandbox:
        print(f"  The providers' sandbox: {settings.sandbox_address}")
    if logins:
        width = max(len(role) for role, _, _ in logins)
        wider = max(len(email) for _, email, _ in logins)
        print("  Log in as:")
        for role, email, password in logins:
            print(f"    {role:<{width}}  {email:<{wider}}  {password}")
    print(flush=True)


def main(serve: Callable[[Start], None] = Start.serve) -> int:
    """Run Munim until stopped; the exit code is 0 after a clean stop, 1 when it cannot start."""
    began = time.monotonic()
    try:
        settings = read_settings()
        # the owner's right to change tables belongs to the migration step alone
        os.environ.pop("MIGRATION_DATABASE_URL", None)
        lock = FolderLock(settings)
    except CannotStart as error:
        print(f"munim: {error}", file=sys.stderr)
        return 1
    start: Start | None = None
    try:
        require_free_ports(settings)
        start = Start(settings)
        signal.signal(signal.SIGINT, start.interrupt)
        signal.signal(signal.SIGTERM, start.interrupt)
        start.up()
        _print_ready(settings, start.logins(), time.monotonic() - began)
        serve(start)
        say("Stopping")
        code = 0
    except (Interrupted, KeyboardInterrupt):
        say("Stopping")
        code = 0
    except (CannotStart, PartFailed, PostgresError, psycopg.Error) as error:
        print(f"munim: {error}", file=sys.stderr, flush=True)
        code = 1
    finally:
        if start is not None:
            start.down()
        lock.release()
    if code == 0:
        say("Stopped")
    return code


if __name__ == "__main__":
    sys.exit(main())
