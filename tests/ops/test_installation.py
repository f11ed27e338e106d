"""Decides that settings, secrets and the folder lock refuse what would hurt, in plain words."""

from __future__ import annotations

import socket
import stat
import subprocess
import sys

import pytest

from ops.installation import (
    CannotStart,
    FolderLock,
    read_settings,
    require_free_ports,
    secrets_of,
)
from ops.ports import free_port


def settings(tmp_path, **given):
    return read_settings({"MUNIM_HOME": str(tmp_path / "home"), "HOST": "127.0.0.1", **given})


def test_the_defaults_are_port_8000_with_demo_data_and_the_sandbox_beside_it(tmp_path):
    found = settings(tmp_path)
    assert (found.port, found.sandbox_port, found.demo, found.sandbox) == (8000, 8001, True, True)


def test_production_has_no_demo_data_and_no_sandbox(tmp_path):
    found = settings(tmp_path, MUNIM_ENV="production")
    assert (found.demo, found.sandbox, found.sandbox_address) == (False, False, "")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"MUNIM_ENV": "production", "MUNIM_DEMO": "1"}, "Demo data cannot be on in production"),
        (
            {"MUNIM_ENV": "production", "MUNIM_SANDBOX": "1"},
            "The provider sandbox cannot be on in production",
        ),
        ({"MUNIM_ENV": "staging"}, "must be development or production"),
        ({"PORT": "eighty"}, "PORT is 'eighty'; it must be a number between 1 and 65535"),
        ({"PORT": "70000"}, "between 1 and 65535"),
        ({"MUNIM_DEMO": "maybe"}, "MUNIM_DEMO is 'maybe'; it must be 1 or 0"),
        ({"DATABASE_URL": "postgresql://a"}, "together, or neither"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused(tmp_path, given, sentence):
    with pytest.raises(CannotStart, match=sentence):
        settings(tmp_path, **given)


def test_a_taken_port_is_said_with_who_holds_it(tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        found = settings(tmp_path, PORT=str(port), SANDBOX_PORT=str(free_port()))
        with pytest.raises(CannotStart, match=rf"Port {port} is taken by .+ \(process \d+\)"):
            require_free_ports(found)


def test_a_folder_in_use_is_said_with_its_process(tmp_path):
    found = settings(tmp_path)
    held = FolderLock(found)
    code = (
        "from ops.installation import *\n"
        "try: FolderLock(read_settings())\n"
        "except CannotStart as error: print(error)"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code],
        env={"MUNIM_HOME": str(found.home), "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    held.release()
    assert "Munim already runs in" in answer
    assert "http://127.0.0.1:8000" in answer


def test_a_released_folder_can_be_used_again(tmp_path):
    found = settings(tmp_path)
    FolderLock(found).release()
    FolderLock(found).release()


def test_secrets_are_made_once_and_only_their_owner_may_read_them(tmp_path):
    first = secrets_of(tmp_path)
    assert secrets_of(tmp_path) == first
    assert stat.S_IMODE((tmp_path / "secrets.env").stat().st_mode) == 0o600
    assert first["MUNIM_DATA_KEYS"].startswith("k1:")
    assert len(first["MUNIM_DATA_KEYS"]) == len("k1:") + 64


def test_a_secret_added_by_a_newer_version_leaves_the_others_alone(tmp_path):
    first = secrets_of(tmp_path)
    kept = {name: value for name, value in first.items() if name != "MUNIM_BLOB_KEY"}
    (tmp_path / "secrets.env").write_text("".join(f"{n}={v}\n" for n, v in kept.items()))
    second = secrets_of(tmp_path)
    assert {name: second[name] for name in kept} == kept
    assert second["MUNIM_BLOB_KEY"] != first["MUNIM_BLOB_KEY"]
