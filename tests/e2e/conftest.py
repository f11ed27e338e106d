"""Decides what browser tests drive: the whole product, started once by its own start command.
Data, ports and logs are this session's own; only the built pages are shared between runs."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ops.browser import FLAGS, chromium
from ops.ports import free_port

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

ROOT = Path(__file__).resolve().parent.parent.parent
SCREENSHOTS = ROOT / ".screenshots"
START_SECONDS_MAX = 600
STOP_SECONDS_MAX = 60
WAIT_MS = 15_000
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Munim:
    """A running installation.

    Attributes:
        address: where a browser finds it.
        sandbox: where the providers' sandbox is.
        home: its folder, with `logs/`.
        environment: the variables it was started with, for starting things beside it.
    """

    address: str
    sandbox: str
    home: Path
    environment: dict[str, str]

    def health(self) -> dict[str, str]:
        """The state of each part."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.address}/healthz", timeout=10) as answer:
            return dict(json.load(answer)["parts"])

    def log(self, part: str) -> str:
        """What a part has written so far."""
        return (self.home / "logs" / f"{part}.log").read_text(errors="replace")

    def processes(self) -> dict[str, int]:
        """Part name to process id, for tests that kill one."""
        lists = (self.home / name for name in ("children.json", "children.jobs.json"))
        entries = [entry for path in lists for entry in json.loads(path.read_text())]
        return {entry["name"]: entry["pid"] for entry in entries}


@pytest.fixture(scope="session")
def munim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Munim]:
    """The whole product with its demo cases; started once.

    `MUNIM_E2E_ADDRESS` and `MUNIM_E2E_HOME` point the tests at one that already runs."""
    yield from _started(tmp_path_factory, "1")


@pytest.fixture(scope="session")
def empty_munim(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Munim]:
    """A second one with the demo people and no case, for tests that make their own from nothing."""
    yield from _started(tmp_path_factory, "people")


def _started(tmp_path_factory: pytest.TempPathFactory, demo: str) -> Iterator[Munim]:
    """Database, queue, workers, sandbox and web server, until the session ends."""
    if os.environ.get("MUNIM_E2E_ADDRESS"):
        yield Munim(
            os.environ["MUNIM_E2E_ADDRESS"],
            os.environ.get("MUNIM_E2E_SANDBOX", ""),
            Path(os.environ.get("MUNIM_E2E_HOME", ROOT / ".munim")),
            dict(os.environ),
        )
        return
    home = tmp_path_factory.mktemp("munim")
    port, sandbox_port = free_port(), free_port()
    ours = ("DATABASE_URL", "MIGRATION_DATABASE_URL", "REDIS_URL", "MUNIM_ENV")
    keys = ("MUNIM_DATA_KEYS", "MUNIM_INDEX_KEY", "MUNIM_SESSION_SECRET")
    environment = {
        **{key: value for key, value in os.environ.items() if key not in (*ours, *keys)},
        "MUNIM_HOME": str(home),
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "MUNIM_DEMO": demo,
        # the one thing worth sharing: built pages, which depend on the sources alone
        "MUNIM_WEB": os.environ.get("MUNIM_WEB") or str(ROOT / ".munim" / "web"),
        "PYTHONUNBUFFERED": "1",
    }
    output = home / "start.log"
    with output.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-m", "ops.run"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=written,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _await_start(process, output)
        yield Munim(
            f"http://127.0.0.1:{port}", f"http://127.0.0.1:{sandbox_port}", home, environment
        )
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()


def _await_start(process: subprocess.Popen[bytes], output: Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while "Munim is at" not in output.read_text(errors="replace"):
        told = output.read_text(errors="replace")
        if process.poll() is not None:
            pytest.fail(f"Munim did not start:\n{told}", pytrace=False)
        if time.monotonic() > deadline:
            pytest.fail(f"Munim was not up after {START_SECONDS_MAX} s:\n{told}", pytrace=False)
        time.sleep(0.2)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium; without one the test is skipped with the reason."""
    reason = os.environ.get("MUNIM_NO_BROWSER", "")
    program = chromium()
    if reason or not program:
        pytest.skip(f"no browser: {reason or 'no Chromium on this machine; see make doctor'}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # a second name for this machine, to see that the pages were not built for one
        flags = [*FLAGS, "--host-resolver-rules=MAP munim.example.test 127.0.0.1"]
        started = playwright.chromium.launch(executable_path=program, args=flags)
        yield started
        started.close()


@pytest.fixture
def new_context(browser: Browser, munim: Munim) -> Iterator[Callable[..., BrowserContext]]:
    """A factory of separate people's browsers; `phone=True` is 390 px wide with touch."""
    made: list[BrowserContext] = []

    def make(*, phone: bool = False, **options: Any) -> BrowserContext:
        context = browser.new_context(
            base_url=munim.address,
            viewport=PHONE if phone else DESK,
            has_touch=phone,
            locale="en-IN",
            timezone_id="Asia/Kolkata",
            **options,
        )
        context.set_default_timeout(WAIT_MS)
        made.append(context)
        return context

    yield make
    for context in made:
        context.close()


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Page:
    """One desk browser nobody is logged in on."""
    return new_context().new_page()


@pytest.fixture
def phone(new_context: Callable[..., BrowserContext]) -> Page:
    """One phone, 390 px wide."""
    return new_context(phone=True).new_page()


@pytest.fixture
def picture(request: pytest.FixtureRequest) -> Callable[..., Path]:
    """`picture(page, "queue")` takes a screenshot into `.screenshots/<test>/`."""
    name = re.sub(r"\W+", "_", request.node.name).strip("_")

    def take(page: Page, what: str, *, full: bool = True) -> Path:
        width = (page.viewport_size or DESK)["width"]
        path = SCREENSHOTS / name / f"{what}_{width}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=full, animations="disabled")
        return path

    return take
