"""Decides what the guard is attacked through: the real app under granian on a free port.
The pages are not built for this; the guard stands before the socket, not in the pages."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ops.ports import free_port

ROOT = Path(__file__).resolve().parents[3]
START_SECONDS_MAX = 60


@pytest.fixture(scope="session")
def served(
    database: Any, valkey_server: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the served app; state in Valkey, data in this session's database."""
    home = tmp_path_factory.mktemp("served")
    port = free_port()
    environment = {
        **os.environ,
        "MUNIM_HOME": str(home),
        "REFLEX_WEB_WORKDIR": str(home / "web"),
        "REFLEX_DIR": str(home / "reflex"),
        "REFLEX_ENV_MODE": "prod",
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "REFLEX_REDIS_URL": valkey_server,
        "__REFLEX_SKIP_COMPILE": "true",
    }
    environment.pop("PYTEST_CURRENT_TEST", None)
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory"]
    log = (home / "web.log").open("w")
    process = subprocess.Popen(
        [*command, "--host", "127.0.0.1", "--port", str(port), "backoffice.app:app"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, home / "web.log")
        yield address
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/login", timeout=2)
            return
        except OSError:
            time.sleep(0.2)
    pytest.fail(f"the app did not start:\n{log.read_text()[-4000:]}", pytrace=False)


@pytest.fixture
def logged_in(served: str) -> Callable[[Any], str]:
    """A factory: the cookie of a fresh session of an actor made by `staff(…)`."""
    from core.access.session import open_staff_session

    def make(actor: Any) -> str:
        made = open_staff_session(
            actor.id,
            address="127.0.0.1",
            device="test",
            now=datetime.now(UTC),
            brand_code=actor.brand_code,
        )
        return made.cookie_value

    return make
