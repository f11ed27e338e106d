"""The one way to a provider: time-outs, careful retries, a breaker, a size cap and a call log.

What a failure means depends on whether the call could have moved something, so each call says
what it does (`Effect`) and the errors follow from that; adapters never touch httpx themselves.
"""

from __future__ import annotations

import ipaddress
import json
import random
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urlsplit

import httpx
import structlog

from core.kernel.provider import ProviderOutcomeUnknown, ProviderRefused, ProviderUnavailable
from core.kernel.redact import redact_text
from integrations.breaker import CircuitBreaker, breaker_for
from integrations.settings import RESPONSE_BYTES_MAX, ProviderSettings, provider_settings

log = structlog.get_logger("provider")

ATTEMPTS_MAX = 3
BACKOFF_S = 0.3
RETRY_AFTER_MAX_S = 5.0
REFUSAL_TEXT_MAX = 300
RETRY_STATUSES = frozenset({429, 502, 503, 504})


class Effect(StrEnum):
    """What a call may do at the provider, which decides retries and the meaning of silence."""

    READ = "read"
    REPEATABLE = "repeatable"
    ONCE = "once"


class AddressRefused(ProviderRefused):
    """Our own guard: the address is not among those configured for the provider."""

    code = "provider_address_refused"


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One finished call for the log: who, what, how long, how it ended; never a body."""

    brand_id: int
    provider: str
    operation: str
    method: str
    host: str
    status: int | None
    outcome: str
    duration_ms: int
    attempts: int
    request_bytes: int
    response_bytes: int
    reference: str


@dataclass(frozen=True, slots=True)
class Reply:
    """A provider's answer with a status below 500."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON; raises ValueError."""
        return json.loads(self.body)


Recorder = Callable[[CallRecord], None]


def check_address(url: str, *, production: bool) -> str:
    """Return `scheme://host:port` of a provider's address; raises AddressRefused.

    In production only https to a public host is an address: a provider setting must not become
    a way into our own network.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme not in ("http", "https") or not host or parts.username or parts.password:
        raise AddressRefused("A provider's address must be http(s)://host without a login in it")
    if production:
        if parts.scheme != "https":
            raise AddressRefused("A provider's address must use https")
        if _is_inner(host):
            raise AddressRefused("A provider's address must not lie in our own network")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"{parts.scheme}://{host}:{port}"


def _is_inner(host: str) -> bool:
    try:
        found = {info[4][0] for info in socket.getaddrinfo(host, None)}
    except OSError:
        # a name that does not resolve is refused by the connection itself
        return host == "localhost"
    return any(not ipaddress.ip_address(str(one).split("%")[0]).is_global for one in found)


_pools: dict[str, httpx.Client] = {}
_pools_lock = threading.Lock()


def _pool(settings: ProviderSettings) -> httpx.Client:
    key = f"{settings.egress_proxy}|{settings.connect_timeout_s}|{settings.read_timeout_s}"
    with _pools_lock:
        if key not in _pools:
            _pools[key] = httpx.Client(
                timeout=httpx.Timeout(
                    settings.read_timeout_s,
                    connect=settings.connect_timeout_s,
                    pool=settings.connect_timeout_s,
                ),
                # a redirect would leave the addresses that were allowed
                follow_redirects=False,
                proxy=settings.egress_proxy or None,
                trust_env=False,
                limits=httpx.Limits(max_connections=50, max_keepalive_connections=20),
                headers={"user-agent": "munim"},
            )
        return _pools[key]


def forget_pools() -> None:
    """Close pooled connections; a worker calls it after a fork."""
    with _pools_lock:
        for client in _pools.values():
            client.close()
        _pools.clear()


class _Failure(Exception):
    """One attempt that brought no usable answer."""

    def __init__(
        self, why: str, *, sent: bool, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(why)
        self.why = why
        self.sent = sent
        self.status = status
        self.retry_after_s = retry_after_s


class ProviderHttp:
    """Calls one provider for one brand."""

    def __init__(
        self,
        provider: str,
        base_url: str,
        *,
        brand_id: int = 0,
        auth: tuple[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        extra_hosts: tuple[str, ...] = (),
        settings: ProviderSettings | None = None,
        recorder: Recorder | None = None,
        breaker: CircuitBreaker | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """`extra_hosts` are further addresses the provider may send us to, as for downloads."""
        self._settings = settings or provider_settings()
        production = self._settings.production
        self.provider = provider
        self._base_url = base_url.rstrip("/")
        self._brand_id = brand_id
        self._auth = httpx.BasicAuth(*auth) if auth else None
        self._headers = dict(headers or {})
        self._own = check_address(base_url, production=production)
        self._allowed = frozenset(
            {self._own, *(check_address(one, production=production) for one in extra_hosts)}
        )
        self._recorder = recorder
        self._breaker = breaker or breaker_for(f"{provider} {self._own}")
        self._sleep = sleep

    def call(
        self,
        method: str,
        path: str,
        *,
        operation: str,
        effect: Effect,
        reference: str = "",
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        files: Mapping[str, tuple[str, bytes, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        max_bytes: int = RESPONSE_BYTES_MAX,
    ) -> Reply:
        """Call and return the answer, whose status is below 500 and not 429 or 408.

        `path` is joined to the provider's address, or is a whole address of an allowed host (which
        then gets neither our keys nor our headers). Raises ProviderUnavailable,
        ProviderOutcomeUnknown, AddressRefused.
        """
        foreign = path.startswith(("http://", "https://"))
        url = path if foreign else self._base_url + path
        origin = check_address(url, production=self._settings.production)
        if origin not in self._allowed:
            raise AddressRefused(
                f"{self.provider} pointed to an address that is not configured for it",
                provider=self.provider,
                operation=operation,
            )
        trusted = origin == self._own
        content = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        sent_headers = {**(self._headers if trusted else {}), **(headers or {})}
        if content is not None:
            sent_headers["content-type"] = "application/json"
        started = time.monotonic()
        attempts = 0
        sent = False
        while True:
            if not self._breaker.allow():
                failure = _Failure("paused after repeated failures", sent=False)
                break
            attempts += 1
            try:
                reply = self._attempt(
                    method, url, sent_headers, params, content, form, files, max_bytes, trusted
                )
            except _Failure as caught:
                failure = caught
                sent = sent or failure.sent
                if failure.status != 429:
                    self._breaker.failed()
                if attempts >= ATTEMPTS_MAX or (failure.sent and effect is Effect.ONCE):
                    break
                self._sleep(self._pause_s(attempts, failure))
            else:
                self._breaker.succeeded()
                outcome = "answered" if reply.status < 400 else "refused"
                size = len(content or b"")
                self._record(
                    operation,
                    method,
                    origin,
                    reply.status,
                    outcome,
                    started,
                    attempts,
                    size,
                    len(reply.body),
                    reference,
                )
                return reply
        unknown = sent and effect is not Effect.READ
        self._record(
            operation,
            method,
            origin,
            failure.status,
            "unknown" if unknown else "unavailable",
            started,
            attempts,
            len(content or b""),
            0,
            reference,
        )
        kind = ProviderOutcomeUnknown if unknown else ProviderUnavailable
        sentence = (
            f"{self.provider.title()} did not confirm the request ({failure.why}). "
            "It may have been carried out; we will ask for its status."
            if unknown
            else f"{self.provider.title()} is not available ({failure.why}). Try again later."
        )
        raise kind(
            sentence,
            provider=self.provider,
            operation=operation,
            status=failure.status,
            reference=reference,
        )

    def _attempt(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, str] | None,
        content: bytes | None,
        form: Mapping[str, str] | None,
        files: Mapping[str, tuple[str, bytes, str]] | None,
        max_bytes: int,
        trusted: bool,
    ) -> Reply:
        deadline = time.monotonic() + self._settings.total_timeout_s
        try:
            with _pool(self._settings).stream(
                method,
                url,
                headers=dict(headers),
                params=dict(params) if params else None,
                content=content,
                data=dict(form) if form is not None else None,
                files=dict(files) if files is not None else None,
                auth=self._auth if trusted and self._auth else httpx.USE_CLIENT_DEFAULT,
            ) as response:
                chunks: list[bytes] = []
                size = 0
                for chunk in response.iter_bytes():
                    size += len(chunk)
                    if size > max_bytes:
                        raise _Failure("answer too large", sent=True, status=response.status_code)
                    # a drip of bytes resets httpx's read time-out each time
                    if time.monotonic() > deadline:
                        raise _Failure("answer too slow", sent=True, status=response.status_code)
                    chunks.append(chunk)
                body = b"".join(chunks)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            raise _Failure("no connection", sent=False) from error
        except httpx.TimeoutException as error:
            raise _Failure("no answer in time", sent=True) from error
        except httpx.TransportError as error:
            raise _Failure("connection lost", sent=True) from error
        status = response.status_code
        if status == 429:
            # refused before it was looked at: nothing was done
            raise _Failure(
                "too many requests",
                sent=False,
                status=status,
                retry_after_s=_retry_after_s(response.headers.get("retry-after", "")),
            )
        if status >= 500 or status == 408:
            raise _Failure(f"error {status}", sent=True, status=status)
        return Reply(status, {k.lower(): v for k, v in response.headers.items()}, body)

    def _pause_s(self, attempt: int, failure: _Failure) -> float:
        if failure.retry_after_s is not None:
            return min(failure.retry_after_s, RETRY_AFTER_MAX_S)
        return BACKOFF_S * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)

    def _record(
        self,
        operation: str,
        method: str,
        origin: str,
        status: int | None,
        outcome: str,
        started: float,
        attempts: int,
        request_bytes: int,
        response_bytes: int,
        reference: str,
    ) -> None:
        record = CallRecord(
            brand_id=self._brand_id,
            provider=self.provider,
            operation=operation,
            method=method,
            host=urlsplit(origin).hostname or "",
            status=status,
            outcome=outcome,
            duration_ms=round((time.monotonic() - started) * 1000),
            attempts=attempts,
            request_bytes=request_bytes,
            response_bytes=response_bytes,
            reference=redact_text(reference),
        )
        log.info(
            "provider.call",
            brand_id=record.brand_id,
            provider=record.provider,
            operation=operation,
            status=status,
            outcome=outcome,
            duration_ms=record.duration_ms,
            attempts=attempts,
            reference=record.reference,
        )
        if self._recorder is None:
            return
        try:
            self._recorder(record)
        except Exception:
            # the log must not undo a call that was made
            log.exception("provider.call_not_recorded", provider=self.provider)

    def answer(self, reply: Reply, *, operation: str, effect: Effect) -> Any:
        """The JSON of a good answer; 4xx becomes ProviderRefused without a sentence of theirs.

        An unreadable good answer means unavailable for a read, unknown for anything that acts.
        """
        if reply.status >= 400:
            raise self.refused(reply, operation=operation)
        try:
            found = reply.json()
        except ValueError:
            found = None
        if isinstance(found, dict | list):
            return cast("Any", found)
        raise self.unreadable(reply, operation=operation, effect=effect)

    def unreadable(self, reply: Reply, *, operation: str, effect: Effect) -> Exception:
        """The error for an answer that does not have the published form."""
        kind = ProviderUnavailable if effect is Effect.READ else ProviderOutcomeUnknown
        return kind(
            f"{self.provider.title()} answered in a form we cannot read.",
            provider=self.provider,
            operation=operation,
            status=reply.status,
        )

    def refused(
        self, reply: Reply, *, operation: str, code: str = "", sentence: str = ""
    ) -> ProviderRefused:
        """The error for a refusal; `sentence` is the provider's, covered before it is shown."""
        if reply.status in (401, 403):
            said = "it does not accept our keys"
        else:
            said = redact_text(sentence)[:REFUSAL_TEXT_MAX] or f"status {reply.status}"
        return ProviderRefused(
            f"{self.provider.title()} refused: {said}",
            provider=self.provider,
            operation=operation,
            status=reply.status,
            provider_code=code,
        )


def _retry_after_s(value: str) -> float | None:
    return float(value) if value.isdigit() else None
