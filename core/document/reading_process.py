"""Runs everything that opens an untrusted file in a child process with time and memory limits.

A crafted file may crash, hang or fill a parser; then a child dies and the worker says so plainly.
The parent sends one request on the standard input and reads lines of JSON until the answer.
"""

from __future__ import annotations

import base64
import contextlib
import ctypes
import importlib
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

from core.kernel.errors import DomainError

#: Address space of the child: page pictures, OCR buffers and libraries together.
MEMORY_BYTES_MAX = 3 * 1024 * 1024 * 1024
READ_SECONDS_MAX = 600
PROBE_SECONDS_MAX = 30
PR_SET_PDEATHSIG = 1
RESULT_BYTES_MAX = 64 * 1024 * 1024

Progress = Callable[[int, int], None]


class ReaderStopped(DomainError):
    """The child hit its time or memory limit, or crashed on the file."""

    code = "reader_stopped"


class ReaderRefused(DomainError):
    """The child refused the file with a sentence of its own; `refusal_code` names the class."""

    code = "reader_refused"

    def __init__(self, message: str, *, refusal_code: str, field: str | None = None) -> None:
        super().__init__(message, field=field, refusal_code=refusal_code)
        self.refusal_code = refusal_code


@dataclass(frozen=True, slots=True)
class ReadRequest:
    """What the child is to do: `probe`, `unlock`, `draw`, `statement` or `invoice`."""

    action: str
    media_type: str
    content: bytes = field(repr=False)
    password: str = field(default="", repr=False)
    engine: str = ""
    page: int = 0


def run_reader(
    request: ReadRequest,
    *,
    progress: Progress = lambda done, total: None,
    seconds: float = READ_SECONDS_MAX,
) -> dict[str, Any]:
    """Do one request in a child. Raises ReaderRefused, ReaderStopped.

    `progress(done, total)` is called in this process for each page the child finishes.
    """
    child = subprocess.Popen(
        [sys.executable, "-m", "core.document.reading_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        cwd=_root(),
        start_new_session=True,
    )
    late = threading.Event()

    def stop() -> None:
        late.set()
        _end(child)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        answer = _converse(child, request, progress)
    finally:
        timer.cancel()
        _end(child)
    if answer is None:
        raise ReaderStopped(
            f"Reading took longer than {int(seconds)} seconds and was stopped."
            if late.is_set()
            else "Reading stopped because the file needs more memory than a file may, or is "
            "damaged in a way that cannot be opened."
        )
    if "refused" in answer:
        refused = cast("dict[str, Any]", answer["refused"])
        raise ReaderRefused(
            str(refused["message"]), refusal_code=str(refused["code"]), field=refused.get("field")
        )
    return cast("dict[str, Any]", answer["answer"])


def _root() -> str:
    return str(Path(__file__).resolve().parent.parent.parent)


def _environment() -> dict[str, str]:
    """Only what the child needs: it never sees addresses of databases or keys."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "VIRTUAL_ENV", "TESSDATA_PREFIX")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment["OMP_THREAD_LIMIT"] = "1"
    environment["OPENBLAS_NUM_THREADS"] = "1"
    environment["PYTHONPATH"] = _root()
    return environment


def _converse(
    child: subprocess.Popen[bytes], request: ReadRequest, progress: Progress
) -> dict[str, Any] | None:
    head = {
        "action": request.action,
        "media_type": request.media_type,
        "password": request.password,
        "engine": request.engine,
        "page": request.page,
        "size": len(request.content),
    }
    stdin, stdout = cast("BinaryIO", child.stdin), cast("BinaryIO", child.stdout)
    try:
        stdin.write(json.dumps(head).encode() + b"\n")
        stdin.write(request.content)
        stdin.close()
    except BrokenPipeError:
        return None
    while True:
        line = stdout.readline(RESULT_BYTES_MAX)
        if not line:
            return None
        try:
            message = cast("dict[str, Any]", json.loads(line))
        except ValueError:
            return None
        if "progress" in message:
            progress(int(message["progress"][0]), int(message["progress"][1]))
            continue
        return message


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and what it started; it leads a process group of its own."""
    if child.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    if child.stdout:
        child.stdout.close()


# --- in the child -----------------------------------------------------------------------------


def _limit() -> None:
    _die_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES_MAX, MEMORY_BYTES_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (READ_SECONDS_MAX, READ_SECONDS_MAX + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (256 * 1024 * 1024, 256 * 1024 * 1024))


def _die_with_parent() -> None:
    """A worker that is killed takes its reader along; only Linux knows how."""
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message, default=str) + "\n")
    sys.stdout.flush()


def _perform(head: dict[str, Any], content: bytes) -> dict[str, Any]:
    # Imported here, so that the limits stand before any parser is loaded.
    from core.document import page_reader

    action, media_type = str(head["action"]), str(head["media_type"])
    password = str(head["password"]) or None
    if action == "probe":
        return {"pages": page_reader.inspect(content, media_type, password)}
    if action == "unlock":
        opened = page_reader.without_password(content, password or "")
        return {"content": base64.b64encode(opened).decode()}
    if action == "draw":
        picture = page_reader.draw_page(content, media_type, int(head["page"]))
        return {"content": base64.b64encode(picture).decode()}
    started = time.monotonic()
    engine = None
    if head["engine"]:
        module, _, factory = str(head["engine"]).partition(":")
        engine = getattr(importlib.import_module(module), factory)()
    pages = page_reader.read_pages(
        content,
        media_type,
        engine,
        password=password,
        progress=lambda done, total: _say({"progress": [done, total]}),
    )
    from core.document import reading_record

    if action == "statement":
        pdf = content if media_type == "application/pdf" else b""
        record = reading_record.best_statement_record(pages, pdf)
    elif action == "invoice":
        record = reading_record.invoice_record(pages)
    else:
        raise ValueError(f"no such action: {action}")
    record["pages"] = len(pages)
    record["engine"] = f"{engine.name} {engine.version}" if engine and record["ocr"] else ""
    record["duration_ms"] = int((time.monotonic() - started) * 1000)
    return record


def main() -> int:
    """Read one request from the standard input, write progress and the answer as JSON lines."""
    _limit()
    head = cast("dict[str, Any]", json.loads(sys.stdin.buffer.readline()))
    content = sys.stdin.buffer.read(int(head["size"]))
    try:
        _say({"answer": _perform(head, content)})
    except DomainError as error:
        _say({"refused": {"code": error.code, "message": error.message, "field": error.field}})
    except MemoryError:
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
