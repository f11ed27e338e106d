"""Decides how a bare machine gets the environment: venv, uv, then exactly the locked packages.
Standard library only, because nothing else is there yet; a second run costs milliseconds."""

from __future__ import annotations

import configparser
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
UV_LOCK = ROOT / "ops" / "bootstrap.lock"
STAMP = "munim.stamp"
PYTHON_MIN = (3, 11)
PYTHON_NEWEST_MINOR = 20


def main() -> int:
    """Make or refresh `.venv`; the exit code is 0 when it is ready."""
    if sys.version_info < PYTHON_MIN:
        _run_again_with_newer_python()
    if VENV.is_symlink():
        # a linked environment is somebody else's to keep
        return 0
    wanted = _fingerprint()
    stamp = VENV / STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return 0
    started = time.monotonic()
    environment = _index_environment()
    if not (VENV / "bin" / "python").exists():
        _say("Making the Python environment in .venv")
        _make_venv()
    _say("Installing the locked packages (the first time takes a while)")
    _install(environment)
    stamp.write_text(wanted)
    _say(f"The environment is ready ({time.monotonic() - started:.0f} s)")
    return 0


def _say(sentence: str) -> None:
    print(f"munim: {sentence}", flush=True)


def _run_again_with_newer_python() -> None:
    for minor in range(PYTHON_NEWEST_MINOR, PYTHON_MIN[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found:
            os.execv(found, [found, *sys.argv])
    here = ".".join(str(part) for part in sys.version_info[:3])
    raise SystemExit(f"munim: Python 3.11 or newer is needed; this is {here}.")


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for path in (LOCK, UV_LOCK):
        digest.update(path.read_bytes())
    digest.update(".".join(map(str, sys.version_info[:2])).encode())
    return digest.hexdigest()


def _make_venv() -> None:
    # some distributions split ensurepip into a package of its own; then pip of this Python serves
    with_pip = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if with_pip.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    without = subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", str(VENV)],
        capture_output=True,
        text=True,
        check=False,
    )
    has_pip = subprocess.run(
        [sys.executable, "-m", "pip", "--version"], capture_output=True, check=False
    )
    if without.returncode != 0 or has_pip.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise SystemExit(
            "munim: this Python cannot make a virtual environment. On Debian and Ubuntu install "
            f"the package python3-venv.\n{with_pip.stdout}{with_pip.stderr}"
        )


def _install(environment: dict[str, str]) -> None:
    python = str(VENV / "bin" / "python")
    own_pip = subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False)
    pip = [python, "-m", "pip"]
    if own_pip.returncode != 0:
        pip = [sys.executable, "-m", "pip", "--python", python]
    uv = [python, "-m", "uv"]
    wanted = _first_requirement(UV_LOCK)
    have = subprocess.run([*uv, "--version"], capture_output=True, text=True, check=False)
    if have.returncode != 0 or f"uv {wanted}" not in have.stdout:
        _must_run(
            [*pip, "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(UV_LOCK)],
            os.environ.copy(),
            "uv, the package installer, could not be installed",
        )
    _must_run(
        [*uv, "pip", "sync", "--quiet", "--require-hashes", "--python", python, str(LOCK)],
        environment,
        "the locked packages could not be installed",
    )


def _must_run(command: list[str], environment: dict[str, str], failure: str) -> None:
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, check=False)
    if done.returncode != 0:
        raise SystemExit(
            f"munim: {failure}; the lines above say why. `make doctor` checks whether the package "
            "index can be reached."
        )


def _first_requirement(lock: Path) -> str:
    first = next(line for line in lock.read_text().splitlines() if "==" in line)
    return first.partition("==")[2].split()[0].rstrip("\\").strip()


def _index_environment() -> dict[str, str]:
    """The environment for uv, with the package index that this machine gave to pip.

    uv does not read pip's settings, and a company mirror is usually written only there."""
    environment = os.environ.copy()
    # the locked hashes decide what is installed, so any index may serve it
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    environment.setdefault("UV_LINK_MODE", "hardlink" if _same_disk_as_cache() else "copy")
    environment.setdefault("UV_HTTP_TIMEOUT", "180")
    settings = _pip_settings()
    for pip_name, uv_name in (
        ("index-url", "UV_DEFAULT_INDEX"),
        ("extra-index-url", "UV_INDEX"),
        ("find-links", "UV_FIND_LINKS"),
        ("cert", "SSL_CERT_FILE"),
    ):
        value = " ".join(settings.get(pip_name, "").split())
        if pip_name == "find-links":
            value = ",".join(value.split())
        if value and uv_name not in environment:
            environment[uv_name] = value
    return environment


def _same_disk_as_cache() -> bool:
    cache = Path(os.environ.get("UV_CACHE_DIR") or Path.home() / ".cache" / "uv")
    while not cache.exists() and cache != cache.parent:
        cache = cache.parent
    return cache.stat().st_dev == ROOT.stat().st_dev


def _pip_settings() -> dict[str, str]:
    """pip's settings by name: files first, then its environment variables, which win."""
    home = Path.home()
    files = [
        Path("/etc/pip.conf"),
        Path("/etc/xdg/pip/pip.conf"),
        home / ".pip" / "pip.conf",
        home / ".config" / "pip" / "pip.conf",
    ]
    if os.environ.get("PIP_CONFIG_FILE"):
        files.append(Path(os.environ["PIP_CONFIG_FILE"]))
    found: dict[str, str] = {}
    for path in files:
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(path)
        except (configparser.Error, OSError):
            continue
        for section in ("global", "install"):
            if parser.has_section(section):
                found.update(parser.items(section))
    for key, value in os.environ.items():
        if key.startswith("PIP_"):
            found[key.removeprefix("PIP_").lower().replace("_", "-")] = value
    return found


if __name__ == "__main__":
    raise SystemExit(main())
