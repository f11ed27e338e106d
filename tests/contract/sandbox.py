"""The sandbox as its own process, and adapters that reach it over real HTTP.

Time-outs are short, so that the documented test numbers for silence cost a test half a second.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from integrations.breaker import CircuitBreaker
from integrations.equifax.client import Equifax
from integrations.gupshup.client import Gupshup
from integrations.http import ProviderHttp
from integrations.msg91.client import Msg91
from integrations.razorpay.client import Razorpay
from integrations.sandbox import credential
from integrations.sendgrid.client import SendGrid
from integrations.settings import ProviderSettings
from integrations.setu.client import Setu, SetuProducts
from ops.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
START_S = 20.0
READ_TIMEOUT_S = 0.5
SETTINGS = ProviderSettings(
    production=False,
    sandbox_url="",
    egress_proxy="",
    connect_timeout_s=2.0,
    read_timeout_s=READ_TIMEOUT_S,
    total_timeout_s=5.0,
)
#: For test numbers that answer slowly but do answer.
PATIENT = ProviderSettings(
    production=False,
    sandbox_url="",
    egress_proxy="",
    connect_timeout_s=2.0,
    read_timeout_s=10.0,
    total_timeout_s=15.0,
)


@dataclass(slots=True)
class Heard:
    """One webhook as the product would get it."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """A stand-in for the product's webhook door that keeps what comes; `status` is its answer."""

    port: int
    heard: list[Heard] = field(default_factory=list[Heard])
    statuses: list[int] = field(default_factory=list[int])

    def wait_for(self, count: int, *, part: str = "", seconds: float = 15.0) -> list[Heard]:
        """The deliveries whose path or body holds `part`, once there are `count` of them."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [one for one in list(self.heard) if part in one.path + one.body.decode()]
            if len(found) >= count:
                return found
            time.sleep(0.05)
        raise AssertionError(f"{count} deliveries with {part!r} did not come in {seconds} s")


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run the stand-in; it answers 200 unless `statuses` holds other answers."""
    kept = Receiver(free_port())

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            status = kept.statuses.pop(0) if kept.statuses else 200
            kept.heard.append(Heard(self.path, headers, body))
            self.send_response(status)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", kept.port), Door)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def running_sandbox(home: Path, product_url: str, *, port: int = 0) -> Iterator[str]:
    """Start `python -m integrations.sandbox`; the value is its address."""
    port = port or free_port()
    environment = {
        **os.environ,
        "MUNIM_HOME": str(home),
        "MUNIM_ENV": "development",
        "HOST": "127.0.0.1",
        "SANDBOX_PORT": str(port),
        "PRODUCT_URL": product_url,
        "PYTHONPATH": str(ROOT),
    }
    with (home / "sandbox.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "integrations.sandbox"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=log,
        )
        address = f"http://127.0.0.1:{port}"
        try:
            end = time.monotonic() + START_S
            while True:
                try:
                    httpx.get(f"{address}/healthz", trust_env=False).raise_for_status()
                    break
                except httpx.HTTPError:
                    if process.poll() is not None or time.monotonic() > end:
                        raise AssertionError((home / "sandbox.log").read_text()) from None
                    time.sleep(0.1)
            yield address
        finally:
            process.terminate()
            process.wait(10)


@dataclass(frozen=True, slots=True)
class Providers:
    """A brand's adapters, all against one sandbox."""

    url: str
    brand: str = "sahyadri"
    settings: ProviderSettings = SETTINGS

    def http(self, vendor: str, **more: Any) -> ProviderHttp:
        """A client with its own breaker, so that one test's failures do not stop the next."""
        return ProviderHttp(
            vendor,
            f"{self.url}/{vendor}",
            settings=self.settings,
            breaker=CircuitBreaker(failures_to_open=100),
            sleep=lambda _seconds: None,
            **more,
        )

    def keys(self, vendor: str) -> dict[str, str]:
        """The brand's keys."""
        return credential.credentials(self.brand, vendor)

    def razorpay(self, **keys: str) -> Razorpay:
        """PayoutGateway and PaymentGateway."""
        found = {**self.keys("razorpay"), **keys}
        debit = credential.settings(self.brand, "", "razorpay")["debit_account"]
        http = self.http("razorpay", auth=(found["key_id"], found["key_secret"]))
        return Razorpay(http, debit_account=debit)

    def setu(self, **keys: str) -> Setu:
        """PanCheck, BankAccountCheck and ESign."""
        found = {**self.keys("setu"), **keys}
        headers = {"x-client-id": found["client_id"], "x-client-secret": found["client_secret"]}
        return Setu(self.http("setu", headers=headers), SetuProducts())

    def msg91(self, **keys: str) -> Msg91:
        """Sms."""
        found = {**self.keys("msg91"), **keys}
        return Msg91(self.http("msg91", headers={"authkey": found["authkey"]}))

    def gupshup(self, **keys: str) -> Gupshup:
        """WhatsApp."""
        found = {**self.keys("gupshup"), **keys}
        settings = credential.settings(self.brand, "", "gupshup")
        http = self.http("gupshup", headers={"apikey": found["apikey"]})
        return Gupshup(http, source=settings["source"], app_name=settings["app_name"])

    def sendgrid(self, **keys: str) -> SendGrid:
        """Email."""
        found = {**self.keys("sendgrid"), **keys}
        http = self.http("sendgrid", headers={"authorization": f"Bearer {found['api_key']}"})
        return SendGrid(http, sender="no-reply@sahyadri.example", sender_name="Sahyadri")

    def equifax(self, **keys: str) -> Equifax:
        """BureauPull."""
        return Equifax(self.http("equifax"), {**self.keys("equifax"), **keys})

    def act(self, record_id: str, action: str) -> int:
        """Press a button of the sandbox's page; the value is the status."""
        answer = httpx.post(f"{self.url}/act/{record_id}", data={"action": action}, trust_env=False)
        return answer.status_code

    def records(self, **asked: str) -> list[dict[str, Any]]:
        """What the sandbox's page shows."""
        found: list[dict[str, Any]] = httpx.get(
            f"{self.url}/records", params={"brand": self.brand, **asked}, trust_env=False
        ).json()
        return found
