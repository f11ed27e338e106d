"""The one HTTP client: what is tried again, what is unknown, what is never reached, what is logged.

A small server on this machine plays the provider, so every failure is a real one on a socket.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import structlog

from core.kernel.provider import ProviderOutcomeUnknown, ProviderRefused, ProviderUnavailable
from integrations.breaker import BreakerState, CircuitBreaker
from integrations.http import (
    ATTEMPTS_MAX,
    AddressRefused,
    CallRecord,
    Effect,
    ProviderHttp,
    check_address,
)
from integrations.settings import ProviderSettings
from ops.ports import free_port

PAN, ACCOUNT, MOBILE = "ABCPE1234F", "50100012345678", "9876543210"


@dataclass(slots=True)
class Server:
    """A provider that answers from a list: (status, body, headers, delay_s) or "drop"."""

    port: int
    answers: list[Any] = field(default_factory=list[Any])
    seen: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list[Any])

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving() -> Iterator[Server]:
    """Run the server."""
    kept = Server(free_port())

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept.seen.append((self.command, self.path, headers, body))
            answer = kept.answers.pop(0) if kept.answers else (200, b"{}", {}, 0)
            if answer == "drop":
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, content, extra, delay = answer
            time.sleep(delay)
            self.send_response(status)
            for name, value in extra.items():
                self.send_header(name, value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = _answer  # noqa: N815
        do_POST = _answer  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            del format, args

    server = ThreadingHTTPServer(("127.0.0.1", kept.port), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A provider of this test."""
    with serving() as kept:
        yield kept


def settings(**changes: Any) -> ProviderSettings:
    """Short time-outs."""
    values: dict[str, Any] = {
        "production": False,
        "sandbox_url": "",
        "egress_proxy": "",
        "connect_timeout_s": 1.0,
        "read_timeout_s": 0.3,
        "total_timeout_s": 1.0,
        **changes,
    }
    return ProviderSettings(**values)


def client(
    url: str,
    *,
    breaker: CircuitBreaker | None = None,
    sleep: Callable[[float], None] = lambda _seconds: None,
    **more: Any,
) -> ProviderHttp:
    """A client of the provider with a breaker of its own."""
    return ProviderHttp(
        "acme",
        url,
        settings=more.pop("settings", settings()),
        breaker=breaker or CircuitBreaker(failures_to_open=100),
        sleep=sleep,
        **more,
    )


def call(http: ProviderHttp, effect: Effect = Effect.READ, **more: Any) -> Any:
    """One call."""
    method = "GET" if effect is Effect.READ else "POST"
    return http.call(method, "/thing", operation="thing.do", effect=effect, **more)


def test_an_answer_is_returned_with_status_and_body(server: Server) -> None:
    server.answers = [(200, b'{"a": 1}', {}, 0)]
    reply = call(client(server.url))
    assert (reply.status, reply.json()) == (200, {"a": 1})


@pytest.mark.parametrize("effect", [Effect.READ, Effect.REPEATABLE])
@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
def test_what_may_be_repeated_is_tried_again(server: Server, effect: Effect, status: int) -> None:
    server.answers = [(status, b"", {}, 0), (status, b"", {}, 0), (200, b"{}", {}, 0)]
    assert call(client(server.url), effect).status == 200
    assert len(server.seen) == 3


def test_tries_are_bounded(server: Server) -> None:
    server.answers = [(503, b"", {}, 0)] * 10
    with pytest.raises(ProviderUnavailable):
        call(client(server.url))
    assert len(server.seen) == ATTEMPTS_MAX


@pytest.mark.parametrize("answer", [(500, b"", {}, 0), (200, b"{}", {}, 1.0), "drop"])
def test_what_happens_once_is_sent_once_and_unknown_after_silence(
    server: Server, answer: Any
) -> None:
    server.answers = [answer]
    with pytest.raises(ProviderOutcomeUnknown) as caught:
        call(client(server.url), Effect.ONCE)
    assert len(server.seen) == 1
    assert caught.value.retryable is False


def test_a_repeatable_act_is_unknown_when_every_try_was_lost(server: Server) -> None:
    server.answers = ["drop"] * 10
    with pytest.raises(ProviderOutcomeUnknown):
        call(client(server.url), Effect.REPEATABLE)
    assert len(server.seen) == ATTEMPTS_MAX


def test_one_lost_try_makes_a_later_refused_connection_unknown_too(server: Server) -> None:
    attempts: list[int] = []

    def stop_server(_seconds: float) -> None:
        attempts.append(1)
        server.port = 0

    server.answers = ["drop", "drop", "drop"]
    with pytest.raises(ProviderOutcomeUnknown):
        call(client(server.url, sleep=stop_server), Effect.REPEATABLE)


def test_a_lost_read_is_unavailable(server: Server) -> None:
    server.answers = ["drop"] * 10
    with pytest.raises(ProviderUnavailable):
        call(client(server.url))


@pytest.mark.parametrize("effect", list(Effect))
def test_without_a_connection_nothing_was_done(effect: Effect) -> None:
    with pytest.raises(ProviderUnavailable) as caught:
        call(client(f"http://127.0.0.1:{free_port()}"), effect)
    assert caught.value.retryable is True


@pytest.mark.parametrize("effect", list(Effect))
def test_too_many_requests_is_tried_again_after_the_pause_asked_for(
    server: Server, effect: Effect
) -> None:
    pauses: list[float] = []
    server.answers = [(429, b"", {"retry-after": "2"}, 0), (200, b"{}", {}, 0)]
    assert call(client(server.url, sleep=pauses.append), effect).status == 200
    assert pauses == [2.0]


def test_a_long_pause_is_cut(server: Server) -> None:
    pauses: list[float] = []
    server.answers = [(429, b"", {"retry-after": "3600"}, 0)]
    call(client(server.url, sleep=pauses.append))
    assert pauses == [5.0]


def test_a_refusal_is_not_tried_again(server: Server) -> None:
    server.answers = [(400, b"{}", {}, 0)]
    assert call(client(server.url)).status == 400
    assert len(server.seen) == 1


def test_an_answer_that_is_too_large_is_dropped(server: Server) -> None:
    server.answers = [(200, b"x" * 2000, {}, 0)] * 3
    with pytest.raises(ProviderUnavailable, match="too large"):
        call(client(server.url), max_bytes=1000)


def test_a_redirect_is_not_followed(server: Server) -> None:
    server.answers = [(302, b"", {"location": "http://169.254.169.254/latest"}, 0)]
    assert call(client(server.url)).status == 302
    assert len(server.seen) == 1


def test_another_host_is_never_reached(server: Server) -> None:
    with serving() as other:
        http = client(server.url)
        with pytest.raises(AddressRefused):
            http.call("GET", f"{other.url}/x", operation="x", effect=Effect.READ)
        assert other.seen == []


def test_a_download_host_gets_no_keys(server: Server) -> None:
    with serving() as other:
        http = client(
            server.url,
            extra_hosts=(other.url,),
            auth=("key", "secret"),
            headers={"x-client-secret": "secret"},
        )
        http.call("GET", f"{other.url}/file", operation="x", effect=Effect.READ)
        ((_method, path, headers, _body),) = other.seen
        assert path == "/file"
        assert "authorization" not in headers
        assert "x-client-secret" not in headers


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.com",
        "file:///etc/passwd",
        "http://user:pw@example.com",
        "https://",
        "//example.com",
    ],
)
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(url, production=False)


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "https://127.0.0.1",
        "https://localhost",
        "https://10.0.0.5",
        "https://169.254.169.254",
        "https://[::1]",
        "https://[fd00::1]",
    ],
)
def test_in_production_only_https_to_the_outside_is_an_address(url: str) -> None:
    with pytest.raises(AddressRefused):
        check_address(url, production=True)


def test_five_failures_open_the_breaker_and_it_closes_again(server: Server) -> None:
    now = [0.0]
    breaker = CircuitBreaker(failures_to_open=5, open_for_s=20, clock=lambda: now[0])
    http = client(server.url, breaker=breaker)
    server.answers = [(500, b"", {}, 0)] * 5
    for _ in range(5):
        with pytest.raises(ProviderOutcomeUnknown):
            call(http, Effect.ONCE)
    assert breaker.state is BreakerState.OPEN
    with pytest.raises(ProviderUnavailable):
        call(http, Effect.ONCE)
    assert len(server.seen) == 5
    now[0] = 21.0
    assert breaker.state is BreakerState.HALF_OPEN
    assert call(http, Effect.ONCE).status == 200
    assert breaker.state is BreakerState.CLOSED


def test_a_failed_probe_opens_the_breaker_again(server: Server) -> None:
    now = [0.0]
    breaker = CircuitBreaker(failures_to_open=1, open_for_s=20, clock=lambda: now[0])
    http = client(server.url, breaker=breaker)
    server.answers = [(500, b"", {}, 0), (500, b"", {}, 0)]
    with pytest.raises(ProviderOutcomeUnknown):
        call(http, Effect.ONCE)
    now[0] = 21.0
    with pytest.raises(ProviderOutcomeUnknown):
        call(http, Effect.ONCE)
    assert breaker.state is BreakerState.OPEN


def test_only_one_probe_at_a_time() -> None:
    now = [0.0]
    breaker = CircuitBreaker(failures_to_open=1, open_for_s=20, clock=lambda: now[0])
    breaker.failed()
    now[0] = 21.0
    assert [breaker.allow(), breaker.allow()] == [True, False]


def test_refusals_do_not_open_the_breaker(server: Server) -> None:
    breaker = CircuitBreaker(failures_to_open=2)
    http = client(server.url, breaker=breaker)
    server.answers = [(400, b"{}", {}, 0)] * 5
    for _ in range(5):
        call(http)
    assert breaker.state is BreakerState.CLOSED


def test_every_call_is_recorded_with_its_end(server: Server) -> None:
    records: list[CallRecord] = []
    http = client(server.url, recorder=records.append, brand_id=7)
    server.answers = [(200, b"{}", {}, 0), (400, b"{}", {}, 0), "drop"]
    call(http, reference="PO-1")
    call(http)
    with pytest.raises(ProviderOutcomeUnknown):
        call(http, Effect.ONCE)
    assert [(one.brand_id, one.outcome, one.status, one.attempts) for one in records] == [
        (7, "answered", 200, 1),
        (7, "refused", 400, 1),
        (7, "unknown", None, 1),
    ]
    assert records[0].reference == "PO-1"


def test_a_failing_log_does_not_undo_the_call(server: Server) -> None:
    def broken(_record: CallRecord) -> None:
        raise RuntimeError("the database is away")

    assert call(client(server.url, recorder=broken)).status == 200


def test_nothing_personal_reaches_the_log_or_an_error(server: Server) -> None:
    body = {"pan": PAN, "accountNumber": ACCOUNT, "mobile": MOBILE}
    said = f"PAN {PAN} of account {ACCOUNT}, mobile {MOBILE} is wrong"
    server.answers = [(400, json.dumps({"error": said}).encode(), {}, 0), "drop"]
    http = client(server.url, auth=("key", "the-secret"))
    with structlog.testing.capture_logs() as logs:
        reply = call(http, Effect.ONCE, body=body, reference=MOBILE)
        refused = http.refused(reply, operation="x", sentence=said)
        with pytest.raises(ProviderOutcomeUnknown) as lost:
            call(http, Effect.ONCE, body=body)
    written = repr(logs) + repr(refused.details) + refused.message + str(lost.value)
    for secret in (PAN, ACCOUNT, MOBILE, "the-secret"):
        assert secret not in written
    assert isinstance(refused, ProviderRefused)
    assert refused.message.startswith("Acme refused: PAN [hidden] of account [hidden]")
