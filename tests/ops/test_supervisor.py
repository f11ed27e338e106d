"""Decides that the supervisor starts in order, restarts what falls and leaves nothing behind.
Real processes and real signals; nothing is simulated."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from ops.process import is_alive
from ops.supervisor import Interrupted, Part, PartFailed, Supervisor

SLEEPER = "import time; time.sleep(60)"
# writes its mark when it is asked to end, so that an order can be seen
POLITE = """
import pathlib, signal, sys, time
def end(*_):
    with open(sys.argv[1], "a") as order:
        order.write(sys.argv[2] + " ")
    raise SystemExit(0)
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[3]).touch()
time.sleep(60)
"""


@pytest.fixture
def said():
    return []


@pytest.fixture
def supervisor(tmp_path, said):
    made = Supervisor(tmp_path, said.append)
    yield made
    made.stop()


def python(code, *arguments):
    return [sys.executable, "-c", code, *map(str, arguments)]


def wait_until(condition, seconds=10.0):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def test_a_part_counts_as_started_only_when_its_probe_says_so(supervisor, tmp_path):
    mark = tmp_path / "ready"
    code = f"import pathlib, time; time.sleep(0.4); pathlib.Path({str(mark)!r}).touch(); {SLEEPER}"
    supervisor.start(Part("slow", python(code), probe=mark.exists))
    assert mark.exists()


def test_a_part_that_dies_while_starting_is_told_with_the_end_of_its_log(supervisor):
    code = "print('the disk is full'); raise SystemExit(3)"
    with pytest.raises(PartFailed, match=r"exit code 3(?s:.*)the disk is full"):
        supervisor.start(Part("broken", python(code), probe=lambda: False))


def test_a_part_that_is_never_ready_is_told_with_the_seconds_waited(supervisor):
    with pytest.raises(PartFailed, match="not ready after 1 s"):
        supervisor.start(Part("stuck", python(SLEEPER), probe=lambda: False, ready_seconds_max=1.0))


def test_the_last_started_stage_is_stopped_first(supervisor, tmp_path):
    order = tmp_path / "order"
    for name in ("first", "second", "third"):
        mark = tmp_path / name
        supervisor.start(Part(name, python(POLITE, order, name, mark), probe=mark.exists))
    supervisor.stop()
    assert order.read_text().split() == ["third", "second", "first"]


def test_a_killed_part_is_started_again(supervisor, said):
    supervisor.start(Part("worker", python(SLEEPER)))
    first = supervisor.pid("worker")
    watcher = threading.Thread(target=supervisor.watch, daemon=True)
    watcher.start()
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: supervisor.pid("worker") != first and is_alive(supervisor.pid("worker")))
    supervisor.stop()
    watcher.join(timeout=5)
    assert said[0].startswith("The worker ended (by signal SIGKILL); starting it again in 1 s.")


def test_a_part_that_ignores_the_signal_is_killed_in_the_end(supervisor, tmp_path):
    mark = tmp_path / "deaf"
    code = (
        "import pathlib, signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        f"pathlib.Path({str(mark)!r}).touch(); {SLEEPER}"
    )
    supervisor.start(Part("deaf", python(code), probe=mark.exists, stop_seconds_max=0.5))
    pid = supervisor.pid("deaf")
    supervisor.stop()
    assert not is_alive(pid)


def test_what_a_part_started_ends_with_it(supervisor, tmp_path):
    note = tmp_path / "grandchild"
    code = (
        "import pathlib, subprocess, sys, time; "
        f"child = subprocess.Popen([sys.executable, '-c', {SLEEPER!r}]); "
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid)); time.sleep(60)"
    )
    supervisor.start(Part("parent", python(code), probe=note.exists))
    wait_until(lambda: note.read_text() != "")
    supervisor.stop()
    wait_until(lambda: not is_alive(int(note.read_text())))


def test_stopping_while_a_part_still_starts_is_possible(supervisor):
    threading.Timer(0.3, supervisor.stopping.set).start()
    with pytest.raises(Interrupted):
        supervisor.start(Part("slow", python(SLEEPER), probe=lambda: False))


def test_what_a_killed_supervisor_left_behind_is_ended_by_the_next(tmp_path, said):
    orphan = subprocess.Popen(python(SLEEPER), start_new_session=True)
    from ops.process import started_at

    entry = {
        "name": "orphan",
        "pid": orphan.pid,
        "started": started_at(orphan.pid),
        "signal": int(signal.SIGTERM),
    }
    (tmp_path / "children.json").write_text(json.dumps([entry]))
    assert Supervisor(tmp_path, said.append).end_leftovers() == 1
    assert orphan.wait(timeout=5) == -signal.SIGTERM


def test_a_process_id_that_was_reused_is_left_alone(tmp_path, said):
    stranger = subprocess.Popen(python(SLEEPER), start_new_session=True)
    entry = {"name": "x", "pid": stranger.pid, "started": "1", "signal": int(signal.SIGTERM)}
    (tmp_path / "children.json").write_text(json.dumps([entry]))
    try:
        assert Supervisor(tmp_path, said.append).end_leftovers() == 0
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_step_that_fails_tells_the_end_of_its_log(supervisor):
    step = supervisor.begin("migrations", python("raise SystemExit('table is locked')"))
    with pytest.raises(PartFailed, match=r"migrations(?s:.*)table is locked"):
        supervisor.finish(step)


def test_a_bare_part_is_told_no_secrets(supervisor, tmp_path):
    supervisor.environment["MUNIM_DATA_KEYS"] = "secret"
    note = tmp_path / "seen"
    code = (
        "import os, pathlib, time; "
        f"pathlib.Path({str(note)!r}).write_text(str('MUNIM_DATA_KEYS' in os.environ)); "
        "time.sleep(60)"
    )
    supervisor.start(
        Part("store", python(code), probe=lambda: note.exists() and note.read_text(), bare=True)
    )
    assert note.read_text() == "False"


def test_a_function_runs_in_a_forked_child_with_its_own_log(supervisor, tmp_path):
    def work():
        print("forked and working", flush=True)
        time.sleep(60)
        return 0

    log = supervisor.log_file("forked")
    supervisor.start(Part("forked", work, probe=lambda: "working" in log.read_text()))
    assert supervisor.pid("forked") != os.getpid()


def test_a_forked_child_that_raises_is_told_with_its_traceback(supervisor):
    def work():
        raise LookupError("no such queue")

    with pytest.raises(PartFailed, match=r"exit code 1(?s:.*)no such queue"):
        supervisor.start(Part("forked", work, probe=lambda: False))


def test_parts_can_be_put_into_service_anew(supervisor, tmp_path):
    order = tmp_path / "order"
    mark = tmp_path / "mark"
    supervisor.start(Part("web", python(POLITE, order, "web", mark), probe=mark.exists))
    first = supervisor.pid("web")
    mark.unlink()
    supervisor.restart("web")
    assert supervisor.pid("web") != first
    assert order.read_text().split() == ["web"]
