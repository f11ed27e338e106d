"""Decides how the parts of one installation are started, watched, restarted and stopped.
Standard library only; each part is a process group with its own log and its readiness probe."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ops.process import Forked, is_alive, signal_group, started_at

POLL_SECONDS = 0.1
PROBE_SECONDS = 0.1
BACK_OFF_SECONDS = (1.0, 2.0, 5.0, 10.0, 30.0)
# a part that ran this long is healthy again and its back-off starts over
STEADY_SECONDS = 60.0
LOG_BYTES_MAX = 20_000_000
LOG_CHECK_SECONDS = 30.0
LOG_TAIL_LINES = 15
STEP_STOP_SECONDS_MAX = 5.0

Say = Callable[[str], None]


class PartFailed(RuntimeError):
    """A part did not start; the message holds the end of its log."""


class Interrupted(RuntimeError):
    """Somebody asked to stop while things were still starting."""


@dataclass(frozen=True, slots=True)
class Part:
    """One process of the installation and how it is treated.

    Attributes:
        name: what people call it; also the name of its log file.
        command: the command line, or one of our functions to run in a forked child.
        probe: answers True once the part does its work; None means running is enough.
        ready_seconds_max: how long the probe may take.
        stop_signal: what ends it cleanly.
        stop_seconds_max: how long a clean end may take before it is killed.
        environment: added to what every part is told.
        bare: give it none of that, nor anything else but the path.
        uid: the account to drop to, or None to stay.
    """

    name: str
    command: Sequence[str] | Callable[[], int]
    probe: Callable[[], bool] | None = None
    ready_seconds_max: float = 30.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds_max: float = 15.0
    environment: Mapping[str, str] = field(default_factory=dict)
    bare: bool = False
    uid: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """Work that ends by itself, like a migration, running beside the supervisor."""

    name: str
    process: subprocess.Popen[bytes] | Forked


@dataclass(slots=True)
class _Child:
    part: Part
    process: subprocess.Popen[bytes] | Forked
    started: float
    failures: int = 0
    restart_at: float | None = None


class Supervisor:
    """Starts parts in the given order, restarts what falls, stops all in reverse order."""

    def __init__(self, home: Path, say: Say, *, list_name: str = "children.json") -> None:
        # what every part and step is told; filled as addresses become known
        self.environment: dict[str, str] = {}
        self._logs = home / "logs"
        self._logs.mkdir(parents=True, exist_ok=True)
        self._list = home / list_name
        self._say = say
        self._children: dict[str, _Child] = {}
        self._stages: list[list[str]] = []
        self.stopping = threading.Event()
        self._hurry = False

    def log_file(self, name: str) -> Path:
        """Where a part's output goes."""
        return self._logs / f"{name.replace(' ', '_')}.log"

    def start(self, *parts: Part) -> None:
        """Start the parts together and wait until all are ready; raises `PartFailed`.

        Parts started in one call form a stage: they are stopped together, too."""
        self._stages.append([part.name for part in parts])
        for part in parts:
            self._children[part.name] = _Child(part, self._spawn(part), time.monotonic())
        self._write_list()
        for part in parts:
            self._await_ready(self._children[part.name])

    def begin(self, name: str, command: Sequence[str], **more: str) -> Step:
        """Begin a step; `more` is added to its environment."""
        part = Part(name, command, environment=more)
        self.log_file(name).unlink(missing_ok=True)
        return Step(name, self._spawn(part))

    def finish(self, step: Step) -> None:
        """Wait for a step to end; raises `PartFailed` when it went wrong, `Interrupted`."""
        while step.process.poll() is None:
            if self.stopping.is_set():
                self.abandon(step)
                raise Interrupted
            time.sleep(POLL_SECONDS / 4)
        if step.process.returncode != 0:
            raise PartFailed(f"The step “{step.name}” failed.\n{self._tail(step.name)}")

    def abandon(self, step: Step) -> None:
        """End a step that nobody waits for any more, with everything it started."""
        if step.process.poll() is None:
            signal_group(step.process.pid, signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                step.process.wait(timeout=STEP_STOP_SECONDS_MAX)
        signal_group(step.process.pid, signal.SIGKILL)
        step.process.wait()

    def watch(self, each_round: Callable[[], None] | None = None) -> None:
        """Keep the parts running until `stopping` is set; `each_round` is called in between."""
        log_check = time.monotonic()
        while not self.stopping.wait(POLL_SECONDS):
            if each_round is not None:
                each_round()
            now = time.monotonic()
            for child in self._children.values():
                self._look_at(child, now)
            if now - log_check > LOG_CHECK_SECONDS:
                log_check = now
                self._shorten_logs()

    def restart(self, *names: str) -> None:
        """Stop the named parts and start them again; raises `PartFailed`, `Interrupted`."""
        children = [self._children[name] for name in names]
        for child in children:
            if child.process.poll() is None:
                child.process.send_signal(child.part.stop_signal)
        for child in children:
            self._await_end(child)
            child.process = self._spawn(child.part)
            child.started, child.restart_at = time.monotonic(), None
        self._write_list()
        for child in children:
            self._await_ready(child)

    def stop(self) -> None:
        """Stop every part, the last stage first; a part that does not end in time is killed."""
        self.stopping.set()
        for stage in reversed(self._stages):
            children = [self._children[name] for name in stage if name in self._children]
            running = [child for child in children if child.process.poll() is None]
            for child in running:
                child.process.send_signal(child.part.stop_signal)
            for child in running:
                self._await_end(child)
        self._list.unlink(missing_ok=True)

    def hurry(self) -> None:
        """Stop waiting for clean ends of the parts that hold no data (a second Ctrl-C)."""
        self._hurry = True

    def end_leftovers(self) -> int:
        """End what a killed earlier supervisor of this folder left behind; how many those were."""
        try:
            listed = json.loads(self._list.read_text())
        except (OSError, ValueError):
            return 0
        left = [
            entry
            for entry in listed
            if is_alive(entry["pid"]) and started_at(entry["pid"]) == entry["started"]
        ]
        for entry in reversed(left):
            number = signal.Signals(entry["signal"])
            os.kill(entry["pid"], number)
            deadline = time.monotonic() + 20
            while is_alive(entry["pid"]) and time.monotonic() < deadline:
                time.sleep(POLL_SECONDS)
            if is_alive(entry["pid"]):
                signal_group(entry["pid"], signal.SIGKILL)
        self._list.unlink(missing_ok=True)
        return len(left)

    def pid(self, name: str) -> int:
        """The process id of a part right now."""
        return self._children[name].process.pid

    def _spawn(self, part: Part) -> subprocess.Popen[bytes] | Forked:
        with self.log_file(part.name).open("ab") as output:
            output.write(f"--- started {time.strftime('%Y-%m-%d %H:%M:%S')}\n".encode())
            output.flush()
            if callable(part.command):
                return Forked(part.command, output, {**self.environment, **part.environment})
            return subprocess.Popen(
                part.command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=self._environment_of(part),
                start_new_session=True,
                user=part.uid,
            )

    def _environment_of(self, part: Part) -> dict[str, str]:
        if part.bare:
            kept = {key: os.environ[key] for key in ("PATH", "HOME", "TMPDIR") if key in os.environ}
            return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", **part.environment}
        return {**os.environ, **self.environment, **part.environment}

    def _await_ready(self, child: _Child) -> None:
        part = child.part
        deadline = time.monotonic() + part.ready_seconds_max
        while True:
            if self.stopping.is_set():
                raise Interrupted
            code = child.process.poll()
            if code is not None:
                raise PartFailed(
                    f"The {part.name} stopped while starting "
                    f"({_how(code)}).\n{self._tail(part.name)}"
                )
            if part.probe is None or part.probe():
                return
            if time.monotonic() > deadline:
                raise PartFailed(
                    f"The {part.name} was not ready after {part.ready_seconds_max:.0f} s.\n"
                    f"{self._tail(part.name)}"
                )
            time.sleep(PROBE_SECONDS)

    def _look_at(self, child: _Child, now: float) -> None:
        if child.restart_at is not None:
            if now >= child.restart_at:
                child.restart_at = None
                child.process = self._spawn(child.part)
                child.started = now
                self._write_list()
            return
        code = child.process.poll()
        if code is None:
            return
        if now - child.started > STEADY_SECONDS:
            child.failures = 0
        wait = BACK_OFF_SECONDS[min(child.failures, len(BACK_OFF_SECONDS) - 1)]
        child.failures += 1
        child.restart_at = now + wait
        # what the fallen part left of its group would hold its port
        signal_group(child.process.pid, signal.SIGKILL)
        self._say(
            f"The {child.part.name} ended ({_how(code)}); starting it again in {wait:.0f} s. "
            f"Its log: {self.log_file(child.part.name)}"
        )

    def _await_end(self, child: _Child) -> None:
        deadline = time.monotonic() + child.part.stop_seconds_max
        while child.process.poll() is None:
            holds_data = child.part.stop_signal is signal.SIGINT
            if time.monotonic() > deadline or (self._hurry and not holds_data):
                self._say(f"The {child.part.name} did not end in time and was killed")
                break
            time.sleep(POLL_SECONDS)
        signal_group(child.process.pid, signal.SIGKILL)
        child.process.wait()

    def _write_list(self) -> None:
        entries = [
            {
                "name": child.part.name,
                "pid": child.process.pid,
                "started": started_at(child.process.pid),
                "signal": int(child.part.stop_signal),
            }
            for child in self._children.values()
        ]
        self._list.write_text(json.dumps(entries))

    def _shorten_logs(self) -> None:
        for path in self._logs.glob("*.log"):
            if path.stat().st_size > LOG_BYTES_MAX:
                # children append, so the emptied file goes on from its start
                path.with_suffix(".log.1").write_bytes(path.read_bytes())
                os.truncate(path, 0)

    def _tail(self, name: str) -> str:
        path = self.log_file(name)
        lines = path.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:]
        return "\n".join([f"The end of {path}:", *(f"  {line}" for line in lines)])


def _how(code: int) -> str:
    if code < 0:
        return f"by signal {signal.Signals(-code).name}"
    return f"exit code {code}"


def say(sentence: str) -> None:
    """Tell the person at the terminal something."""
    print(f"munim: {sentence}", file=sys.stdout, flush=True)
