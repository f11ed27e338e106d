"""Decides how child processes are tied to the process that started them.
A part that outlives its killed parent would hold ports and folders of the next start."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from functools import lru_cache
from pathlib import Path


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
