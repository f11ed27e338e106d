"""When to stop asking a provider that is down, and when to try it again with one request.

Without it every worker would wait out the full time-out on every job while a vendor is dark; a
refusal is an answer and never counts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import StrEnum

FAILURES_TO_OPEN = 5
OPEN_FOR_S = 20.0


class BreakerState(StrEnum):
    """What a breaker lets through: everything, nothing, one request."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class CircuitBreaker:
    """One provider's breaker, shared by the threads of a process."""

    def __init__(
        self,
        *,
        failures_to_open: int = FAILURES_TO_OPEN,
        open_for_s: float = OPEN_FOR_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failures_to_open = failures_to_open
        self._open_for_s = open_for_s
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._opened_at: float | None = None
        self._probe_started_at: float | None = None

    @property
    def state(self) -> BreakerState:
        """What it lets through now."""
        with self._lock:
            return self._state()

    def _state(self) -> BreakerState:
        if self._opened_at is None:
            return BreakerState.CLOSED
        if self._clock() - self._opened_at >= self._open_for_s:
            return BreakerState.HALF_OPEN
        return BreakerState.OPEN

    def allow(self) -> bool:
        """Whether a request may go; in the half-open state only one probe at a time may."""
        with self._lock:
            state = self._state()
            if state is BreakerState.CLOSED:
                return True
            if state is BreakerState.OPEN:
                return False
            started = self._probe_started_at
            # a probe whose thread died must not keep the breaker shut for ever
            if started is not None and self._clock() - started < self._open_for_s:
                return False
            self._probe_started_at = self._clock()
            return True

    def succeeded(self) -> None:
        """The provider answered, be it with a refusal."""
        with self._lock:
            self._failures = 0
            self._opened_at = None
            self._probe_started_at = None

    def failed(self) -> None:
        """The provider did not answer, or said that it is not well."""
        with self._lock:
            self._failures += 1
            probing = self._probe_started_at is not None
            if probing or self._failures >= self._failures_to_open:
                self._opened_at = self._clock()
                self._probe_started_at = None


_breakers: dict[str, CircuitBreaker] = {}
_registry_lock = threading.Lock()


def breaker_for(name: str) -> CircuitBreaker:
    """The process-wide breaker of one provider at one address."""
    with _registry_lock:
        return _breakers.setdefault(name, CircuitBreaker())


def forget_breakers() -> None:
    """Close every breaker; used by tests and after a change of address."""
    with _registry_lock:
        _breakers.clear()
