"""Decides how child processes are tied to the process that started them.
A part that outlives its killed parent would hold ports and folders of the next start."""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
WAIT_SECONDS = 0.02
FAILED = 1


@lru_cache(maxsize=8)
def dies_with_parent(with_signal: str = "TERM") -> tuple[str, ...]:
    """A command prefix by which the kernel ends the child when its parent is killed.

    Empty where the tool for it is missing; the run file then tells the next start what to end."""
    if shutil.which("setpriv") is None:
        return ()
    prefix = ("setpriv", "--pdeathsig", with_signal, "--")
    works = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if works else ()


def is_alive(pid: int) -> bool:
    """Whether a process with this id runs (a zombie does not)."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (OSError, IndexError):
        return True


def started_at(pid: int) -> str:
    """The kernel's start mark of a process, so that a reused id is not mistaken for it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return ""


def signal_group(pid: int, number: signal.Signals) -> None:
    """Send a signal to a child's process group; nothing happens when it is gone."""
    try:
        os.killpg(pid, number)
    except (ProcessLookupError, PermissionError):
        return


def who_listens(port: int) -> str:
    """The process that listens on a TCP port, like "node (process 4711)"; empty if unknown."""
    inodes: set[str] = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            listening = fields[3] == "0A"
            if listening and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(link.readlink()) in inodes for link in (folder / "fd").iterdir()):
                return f"{(folder / 'comm').read_text().strip()} (process {folder.name})"
        except OSError:
            continue
    return ""


class Forked:
    """A child that runs one of our functions, with what its parent had imported already.

    Offers what the supervisor uses of `subprocess.Popen`."""

    def __init__(
        self, work: Callable[[], int], output: IO[bytes], environment: Mapping[str, str]
    ) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _be_a_child(work, output, environment)

    def poll(self) -> int | None:
        """The exit code (minus the signal's number when killed), or None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.returncode = os.waitstatus_to_exitcode(status)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Wait for the end; raises `subprocess.TimeoutExpired`."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while (code := self.poll()) is None:
            if deadline is not None and time.monotonic() > deadline:
                raise subprocess.TimeoutExpired("forked", timeout or 0)
            time.sleep(WAIT_SECONDS)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)


def _be_a_child(work: Callable[[], int], output: IO[bytes], environment: Mapping[str, str]) -> None:
    code = FAILED
    try:
        os.setsid()
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
        # the parent may have replaced these by something that writes elsewhere
        sys.stdout = open(1, "w", buffering=1, closefd=False)  # noqa: SIM115
        sys.stderr = open(2, "w", buffering=1, closefd=False)  # noqa: SIM115
        os.environ.update(environment)
        code = work()
    except SystemExit as ending:
        code = ending.code if isinstance(ending.code, int) else FAILED
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        # not exit(): what the parent registered for its own end is not ours to run
        os._exit(code)
