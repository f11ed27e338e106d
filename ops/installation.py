"""Decides where one installation lives and how it is set: folder, ports, addresses, secrets.
Every setting is an environment variable, so that a service file or a container can give it."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ops.ports import free_port, is_free
from ops.process import who_listens

DEFAULT_PORT = 8000
DATABASE = "munim"
ROOT = Path(__file__).resolve().parent.parent


class CannotStart(RuntimeError):
    """Something on this machine is in the way; the message says what and what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What the person starting Munim may set, with the values in force.

    Attributes:
        home: `MUNIM_HOME`, where data, secrets and logs live.
        host: `HOST`, the address to listen on; 0.0.0.0 lets a phone on the network in, in
            production only a proxy on this machine is let in unless it is set.
        port: `PORT`.
        sandbox_port: `SANDBOX_PORT`, the provider sandbox, by default the next port.
        production: `MUNIM_ENV=production`.
        demo: `MUNIM_DEMO`, demo data and the demo people on the login page.
        demo_history: off with `MUNIM_DEMO=people`: the demo people alone, without any case.
        sandbox: `MUNIM_SANDBOX`, the provider sandbox.
        web_workers: `WEB_WORKERS`, granian processes.
        database_url, migration_url, redis_url: one's own servers instead of the embedded ones.
    """

    home: Path
    host: str
    port: int
    sandbox_port: int
    production: bool
    demo: bool
    demo_history: bool
    sandbox: bool
    web_workers: int
    database_url: str
    migration_url: str
    redis_url: str

    @property
    def embedded_database(self) -> bool:
        """Whether our own PostgreSQL serves."""
        return not self.database_url

    @property
    def address(self) -> str:
        """Where a browser on this machine finds Munim."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sandbox_address(self) -> str:
        """Where the provider sandbox answers; empty when it is off."""
        return f"http://127.0.0.1:{self.sandbox_port}" if self.sandbox else ""


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; raises `CannotStart` for one that makes no sense."""
    given = os.environ if environment is None else environment
    kind = given.get("MUNIM_ENV", "development")
    if kind not in {"development", "production"}:
        raise CannotStart(f"MUNIM_ENV is {kind!r}; it must be development or production.")
    production = kind == "production"
    port = _number(given, "PORT", DEFAULT_PORT)
    only_people = given.get("MUNIM_DEMO", "").lower() == "people"
    wanted = {
        "MUNIM_DEMO": only_people or _yes_or_no(given, "MUNIM_DEMO", default=not production),
        "MUNIM_SANDBOX": _yes_or_no(given, "MUNIM_SANDBOX", default=not production),
    }
    for name, words in (("MUNIM_DEMO", "Demo data"), ("MUNIM_SANDBOX", "The provider sandbox")):
        if production and wanted[name]:
            raise CannotStart(f"{words} cannot be on in production; unset {name}.")
    database_url = given.get("DATABASE_URL", "")
    migration_url = given.get("MIGRATION_DATABASE_URL", "")
    if bool(database_url) != bool(migration_url):
        raise CannotStart(
            "Set DATABASE_URL (the application role) and MIGRATION_DATABASE_URL (the owner role) "
            "together, or neither for the embedded PostgreSQL."
        )
    return Settings(
        home=Path(given.get("MUNIM_HOME") or ROOT / ".munim").expanduser().absolute(),
        host=given.get("HOST", "0.0.0.0"),
        port=port,
        sandbox_port=_number(given, "SANDBOX_PORT", port + 1),
        production=production,
        demo=wanted["MUNIM_DEMO"],
        demo_history=not only_people,
        sandbox=wanted["MUNIM_SANDBOX"],
        web_workers=_number(given, "WEB_WORKERS", 1),
        database_url=database_url,
        migration_url=migration_url,
        redis_url=given.get("REDIS_URL", ""),
    )


def _number(given: Mapping[str, str], name: str, default: int) -> int:
    value = given.get(name, "") or str(default)
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise CannotStart(f"{name} is {value!r}; it must be a number between 1 and 65535.")
    return int(value)


def _yes_or_no(given: Mapping[str, str], name: str, *, default: bool) -> bool:
    value = given.get(name, "").lower()
    if value in {"", "1", "0", "true", "false", "yes", "no"}:
        return value in {"1", "true", "yes"} if value else default
    raise CannotStart(f"{name} is {value!r}; it must be 1 or 0.")


class FolderLock:
    """Holds the installation's folder, so that two starts never share one data folder."""

    def __init__(self, settings: Settings) -> None:
        home = settings.home
        try:
            home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._file = (home / "run.lock").open("a+")
        except OSError as error:
            raise CannotStart(f"The folder {home} cannot be written: {error.strerror}.") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.seek(0)
            other = json.loads(self._file.read() or "{}")
            raise CannotStart(
                f"Munim already runs in {home} (process {other.get('pid', '?')}, at "
                f"{other.get('address', '?')}). Stop it first, or set MUNIM_HOME to another folder."
            ) from error
        self._file.truncate(0)
        self._file.write(json.dumps({"pid": os.getpid(), "address": settings.address}))
        self._file.flush()

    def release(self) -> None:
        """Let the folder go."""
        self._file.truncate(0)
        self._file.close()


def require_free_ports(settings: Settings) -> None:
    """Say plainly who holds a port we need; raises `CannotStart`."""
    wanted = {"PORT": settings.port}
    if settings.sandbox:
        wanted["SANDBOX_PORT"] = settings.sandbox_port
    for name, port in wanted.items():
        if not is_free(port, settings.host):
            holder = who_listens(port)
            raise CannotStart(
                f"Port {port} is taken{f' by {holder}' if holder else ''}. "
                f"Stop that, or choose another: {name}={port + 10} make run"
            )


# name -> how many random bytes, written as hex
SECRETS = {
    "MUNIM_INDEX_KEY": 32,
    "MUNIM_SESSION_SECRET": 32,
    "MUNIM_BLOB_KEY": 32,
    "MUNIM_SANDBOX_SECRET": 32,
    "POSTGRES_PASSWORD": 24,
    # the four database roles of roles.sql
    "MUNIM_OWNER_PASSWORD": 24,
    "MUNIM_APP_PASSWORD": 24,
    "MUNIM_READER_PASSWORD": 24,
    "MUNIM_BACKUP_PASSWORD": 24,
    "VALKEY_PASSWORD": 24,
}
DATA_KEYS = "MUNIM_DATA_KEYS"


def secrets_of(home: Path) -> dict[str, str]:
    """The installation's secrets, made once and kept in a file only its owner may read.

    Whoever loses `MUNIM_DATA_KEYS` loses the personal data sealed with them."""
    path = home / "secrets.env"
    found: dict[str, str] = {}
    if path.exists():
        path.chmod(0o600)
        lines = path.read_text().splitlines()
        found = dict(line.split("=", 1) for line in lines if "=" in line)
    made = {name: secrets.token_hex(size) for name, size in SECRETS.items() if name not in found}
    if DATA_KEYS not in found:
        made[DATA_KEYS] = f"k1:{secrets.token_hex(32)}"
    if made:
        found.update(made)
        beside = path.with_suffix(".new")
        beside.touch(mode=0o600)
        beside.write_text("".join(f"{name}={value}\n" for name, value in sorted(found.items())))
        beside.replace(path)
    return found


def ports_of(home: Path) -> dict[str, int]:
    """The embedded servers' ports: the same at every start unless somebody took one."""
    path = home / "ports.json"
    try:
        kept: dict[str, int] = json.loads(path.read_text())
    except (OSError, ValueError):
        kept = {}
    ports = {
        name: kept[name] if name in kept and is_free(kept[name]) else free_port()
        for name in ("postgres", "valkey")
    }
    path.write_text(json.dumps(ports))
    return ports
