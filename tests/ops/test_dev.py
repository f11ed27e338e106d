"""Decides when new sources go into service: once they are changed and quiet again, and once."""

from __future__ import annotations

import os

import pytest

from ops import dev


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(dev, "QUIET_SECONDS", 0.0)
    path = tmp_path / "core" / "loan.py"
    path.parent.mkdir()
    path.write_text("one")
    return path


def test_nothing_changed_is_nothing_to_do(source):
    sources = dev.Sources()
    assert source.exists()
    assert sources.changed() is False


def test_a_changed_file_is_told_once(source):
    sources = dev.Sources()
    later = source.stat().st_mtime_ns + 1_000_000_000
    os.utime(source, ns=(later, later))
    assert [sources.changed(), sources.changed()] == [True, False]


def test_a_new_file_and_a_deleted_one_are_changes(source):
    sources = dev.Sources()
    other = source.with_name("ledger.py")
    other.write_text("two")
    assert sources.changed() is True
    other.unlink()
    assert sources.changed() is True


def test_while_files_are_still_being_written_nothing_is_told(source, monkeypatch):
    monkeypatch.setattr(dev, "QUIET_SECONDS", 60.0)
    sources = dev.Sources()
    source.with_name("ledger.py").write_text("two")
    assert sources.changed() is False
