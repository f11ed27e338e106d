"""Decides what a machine needs to run Munim and says in plain sentences what is missing.
Standard library only: it must run where nothing else does yet."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# run as a file, Python would look for modules in this folder first
sys.path[0] = str(ROOT)

PYTHON_MIN = (3, 11)
DISK_BYTES_MIN = 3_000_000_000
MEMORY_BYTES_MIN = 2_000_000_000
INDEX_SECONDS_MAX = 10
STEP_SECONDS_MAX = 30

GOOD, HINT, BAD = "ok", "hint", "problem"
Finding = tuple[str, str]


def python() -> Iterator[Finding]:
    """A new enough Python that can make environments."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < PYTHON_MIN:
        yield BAD, f"Python is {version}; 3.11 or newer is needed."
        return
    yield GOOD, f"Python is {version}."
    if importlib.util.find_spec("ensurepip") is None:
        yield BAD, "This Python cannot make environments; install the package python3-venv."


def tools() -> Iterator[Finding]:
    """The two programs a clone needs."""
    for name in ("make", "git"):
        if shutil.which(name):
            yield GOOD, f"{name} is there."
        else:
            yield BAD, f"{name} is missing; install it."


def machine() -> Iterator[Finding]:
    """A processor and system for which the wheels hold servers."""
    system = os.uname()
    if system.sysname == "Linux" and system.machine in {"x86_64", "aarch64"}:
        yield GOOD, f"The machine is {system.sysname} on {system.machine}."
    else:
        yield (
            HINT,
            f"The machine is {system.sysname} on {system.machine}; only Linux on x86_64 is tested. "
            "Use your own servers through DATABASE_URL and REDIS_URL if the embedded ones fail.",
        )


def disk() -> Iterator[Finding]:
    """Room for the environment, the data and the built pages."""
    free = shutil.disk_usage(ROOT).free
    if free < DISK_BYTES_MIN:
        yield BAD, f"Only {free / 1e9:.1f} GB of disk are free; about 3 GB are needed."
    else:
        yield GOOD, f"{free / 1e9:.0f} GB of disk are free."


def memory() -> Iterator[Finding]:
    """Memory for the servers, the workers and one build of the pages."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        kilobytes = next(int(line.split()[1]) for line in lines if "MemAvailable" in line)
    except (OSError, StopIteration):
        yield HINT, "How much memory is free cannot be told on this system."
        return
    free = kilobytes * 1024
    if free < MEMORY_BYTES_MIN:
        yield BAD, f"Only {free / 1e9:.1f} GB of memory are free; about 2 GB are needed."
    else:
        yield GOOD, f"{free / 1e9:.0f} GB of memory are free."


def _home() -> Path:
    return Path(os.environ.get("MUNIM_HOME") or ROOT / ".munim").expanduser().absolute()


def write_rights() -> Iterator[Finding]:
    """The folders that are written to."""
    for folder in (ROOT, _home()):
        there = folder
        while not there.exists():
            there = there.parent
        if os.access(there, os.W_OK):
            yield GOOD, f"{folder} can be written."
        else:
            yield BAD, f"{folder} cannot be written; set MUNIM_HOME or change its owner."


def ports() -> Iterator[Finding]:
    """The ports that would be used."""
    from ops.installation import CannotStart, read_settings
    from ops.ports import is_free
    from ops.process import who_listens

    try:
        settings = read_settings()
    except CannotStart as error:
        yield BAD, str(error)
        return
    for name, port in (("PORT", settings.port), ("SANDBOX_PORT", settings.sandbox_port)):
        if is_free(port, settings.host):
            yield GOOD, f"Port {port} is free."
        else:
            who = who_listens(port) or "another program"
            yield HINT, f"Port {port} is taken by {who}; set {name} unless that is Munim itself."


def accounts() -> Iterator[Finding]:
    """PostgreSQL refuses root, so root needs a way to be somebody else."""
    if os.geteuid() != 0:
        yield GOOD, "You are not root, which is how PostgreSQL wants it."
        return
    probe = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "true"]
    works = (
        shutil.which("unshare") is not None
        and subprocess.run(probe, capture_output=True, check=False).returncode == 0
    )
    if works:
        yield GOOD, "You are root; PostgreSQL runs in a user namespace of its own."
    else:
        yield (
            HINT,
            "You are root and user namespaces are off; PostgreSQL will run as the account nobody. "
            "If it then cannot read its own program, run Munim as a plain user.",
        )


def package_index() -> Iterator[Finding]:
    """Where the locked packages come from."""
    environment = ROOT / ".venv"
    if (environment / "munim.stamp").exists():
        yield GOOD, "The environment .venv is installed."
        return
    probe = [sys.executable, "-m", "pip", "--disable-pip-version-check", "index", "versions", "uv"]
    try:
        done = subprocess.run(
            [*probe, "--retries", "0"],
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS_MAX,
            check=False,
        )
        reached = done.returncode == 0
        why = next((line for line in reversed(done.stderr.splitlines()) if line.strip()), "")
    except subprocess.TimeoutExpired:
        reached, why = False, "it did not answer in time"
    if reached:
        yield GOOD, "The package index can be reached."
    else:
        yield BAD, f"The package index cannot be reached, so nothing can be installed: {why}"


def browser() -> Iterator[Finding]:
    """A Chromium for the browser tests; Munim itself needs none."""
    from ops.browser import chromium

    found = chromium()
    if found:
        yield GOOD, f"A browser for the tests is there: {found}."
    else:
        yield (
            HINT,
            "There is no Chromium; `make test` tries to install Debian's, and skips the browser "
            "tests when it may not.",
        )


def services() -> Iterator[Finding]:
    """What is running in the folder right now, and one's own servers where they are set."""
    from ops.installation import CannotStart, read_settings
    from ops.ports import answers

    try:
        settings = read_settings()
    except CannotStart:
        return
    for name, url in (("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url)):
        if not url:
            continue
        place = url.rpartition("@")[2].split("/")[0]
        host, _, port = place.partition(":")
        if answers(int(port or (5432 if name == "DATABASE_URL" else 6379)), host, 3):
            yield GOOD, f"The server in {name} answers."
        else:
            yield BAD, f"The server in {name} ({place}) does not answer."
    address = f"http://127.0.0.1:{settings.port}/healthz"
    try:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(address, timeout=INDEX_SECONDS_MAX):
            yield GOOD, f"Munim is running at port {settings.port} and every part is ready."
    except urllib.error.HTTPError as error:
        body = error.read(2000).decode(errors="replace")
        yield BAD, f"Munim is running at port {settings.port}, but not every part is ready: {body}"
    except OSError:
        yield GOOD, f"Munim is not running at port {settings.port} at the moment."


CHECKS: tuple[Callable[[], Iterator[Finding]], ...] = (
    python,
    tools,
    machine,
    disk,
    memory,
    write_rights,
    ports,
    accounts,
    package_index,
    browser,
    services,
)
MARKS = {GOOD: "  ok  ", HINT: " hint ", BAD: "WRONG "}


def main() -> int:
    """Print every finding; the exit code is 1 when something must be changed."""
    findings = [finding for check in CHECKS for finding in check()]
    for kind, sentence in findings:
        print(f"{MARKS[kind]} {sentence}")
    wrong = sum(kind == BAD for kind, _ in findings)
    print("munim: this machine is fine" if not wrong else f"munim: {wrong} things to put right")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
