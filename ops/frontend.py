"""Decides when the front end is built and how it is served: once, and again only when its sources
change, with the Node that comes as a wheel. What is built fits any host name and port."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STAMP = "built.sha256"
BUILD_SECONDS_MAX = 600
REGISTRY_SECONDS_MAX = 30
LOG_TAIL_CHARACTERS = 4_000

# what ends up in the pages: their code, the names of permissions and statuses, the pinned tools
SOURCES = (
    "rxconfig.py",
    "requirements.lock",
    "assets/**/*",
    "backoffice/**/*.py",
    "backoffice/**/*.js*",
    "backoffice/**/*.mo",
    "core/access/permission.py",
    "core/*/life_cycle.py",
    "ops/frontend.py",
    "reflex.lock/*",
)


class BuildFailed(RuntimeError):
    """The front end could not be built; the message holds the end of the builder's output."""


def _sources() -> Iterator[Path]:
    for pattern in SOURCES:
        for path in sorted(ROOT.glob(pattern)):
            if path.is_file() and "__pycache__" not in path.parts:
                yield path


def sources_hash(*, locks: bool = True) -> str:
    """A hash of everything the built pages are made from; `locks`: with the package locks."""
    digest = hashlib.sha256()
    for path in _sources():
        if not locks and path.parent.name == "reflex.lock":
            continue
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def web_folder(home: Path) -> Path:
    """Where Reflex keeps the front end's sources, packages and result.

    `MUNIM_WEB` names another place, so that several installations share one build."""
    shared = os.environ.get("MUNIM_WEB", "")
    return Path(shared).resolve() if shared else home.resolve() / "web"


def _tools_first() -> str:
    # node and npm of the wheel lie beside this Python; the machine may have none or an old one
    here = str(Path(sys.executable).parent)
    return os.pathsep.join([here, os.environ.get("PATH", "")])


def _common_environment(home: Path) -> dict[str, str]:
    return {
        "PATH": _tools_first(),
        "PYTHONPATH": str(ROOT),
        "REFLEX_WEB_WORKDIR": str(web_folder(home)),
        "REFLEX_DIR": str(home.resolve() / "reflex"),
        "REFLEX_STATES_WORKDIR": str(home.resolve() / "states"),
        "REFLEX_UPLOADED_FILES_DIR": str(home.resolve() / "no-uploads"),
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_USE_NPM": "1",
        "REFLEX_ENV_MODE": "prod",
    }


def npm_registry() -> str:
    """The registry npm itself is set up for; asked at run time, never written down."""
    asked = subprocess.run(
        ["npm", "config", "get", "registry"],
        cwd=ROOT,
        env={**os.environ, "PATH": _tools_first()},
        capture_output=True,
        text=True,
        timeout=REGISTRY_SECONDS_MAX,
        check=False,
    )
    lines = [line.strip() for line in asked.stdout.splitlines() if line.strip().startswith("http")]
    return lines[-1] if lines else ""


def serve_environment(home: Path) -> dict[str, str]:
    """What the web process needs to serve the built pages and keep state in Redis."""
    told = _common_environment(home) | {
        "__REFLEX_SKIP_COMPILE": "true",
        "__REFLEX_MOUNT_FRONTEND_COMPILED_APP": "true",
        # where the health page looks for the pages
        "MUNIM_FRONT_END": str(web_folder(home) / "build" / "client"),
    }
    redis_url = os.environ.get("REDIS_URL", "")
    if redis_url:
        told["REFLEX_REDIS_URL"] = redis_url
    return told


def is_built(home: Path) -> bool:
    """Whether the result is there and belongs to the sources of now."""
    folder = web_folder(home)
    stamp = folder / STAMP
    index = folder / "build" / "client" / "index.html"
    return stamp.exists() and index.exists() and stamp.read_text() == sources_hash()


def ensure_built(home: Path) -> Path:
    """Build the pages unless they are up to date; the folder with the result.

    Two starts at once wait for each other. Raises `BuildFailed`.
    """
    folder = web_folder(home)
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_built(home):
            return folder
        before = sources_hash(locks=False)
        (folder / STAMP).unlink(missing_ok=True)
        _build(home)
        # the build itself may pin packages; a source that changed meanwhile needs another build
        if before == sources_hash(locks=False):
            (folder / STAMP).write_text(sources_hash())
    return folder


def _build(home: Path) -> None:
    told = {**os.environ, **_common_environment(home)}
    told.pop("PYTEST_CURRENT_TEST", None)
    # the build needs no database and must not keep one busy
    told.pop("REFLEX_REDIS_URL", None)
    told.pop("REDIS_URL", None)
    registry = os.environ.get("NPM_CONFIG_REGISTRY") or npm_registry()
    if registry:
        told["NPM_CONFIG_REGISTRY"] = registry
    pinned = {path: path.read_bytes() for path in ROOT.glob("reflex.lock/*.json")}
    export = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    done = subprocess.run(
        export,
        cwd=ROOT,
        env=told,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=BUILD_SECONDS_MAX,
        check=False,
    )
    for path, before in pinned.items():
        # Reflex writes the same pins in another order; that is no change to anybody
        if path.exists() and json.loads(path.read_bytes()) == json.loads(before):
            path.write_bytes(before)
    index = web_folder(home) / "build" / "client" / "index.html"
    if done.returncode != 0 or not index.exists():
        raise BuildFailed(f"The front end did not build:\n{done.stdout[-LOG_TAIL_CHARACTERS:]}")


def main() -> int:
    """Build if needed, into `MUNIM_HOME` (default .munim)."""
    home = Path(os.environ.get("MUNIM_HOME") or ROOT / ".munim")
    home.mkdir(parents=True, exist_ok=True)
    try:
        ensure_built(home)
    except BuildFailed as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
