"""Decides what every file of the house looks like, whoever wrote it.
A rule that a program can check is checked here, so that reviews can be about meaning."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import lru_cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LINE_LENGTH_MAX = 100
SOURCES = (".py", ".sql", ".jsx", ".css")
# lock files and generated sources have the form their tools gave them
GENERATED = ("requirements.lock", "ops/bootstrap.lock", "reflex.lock/", "alembic/versions/")

# where money is computed: nothing here may be a float, not even on the way
MONEY_PATHS = (
    "core/kernel/money.py",
    "core/kernel/rate.py",
    "core/kernel/day_count.py",
    "core/loan/",
    "core/ledger/",
    "core/payment/",
    "core/disbursal/",
    "core/end_of_day/",
    "core/decision/",
    "core/application/",
    "core/collection/",
)
# what a line says to a checker is no text; a line that must be long says so itself
PRAGMA = re.compile(r"\s+# (?:noqa|type:|pyright:).*$")
MACHINE_PATH = re.compile(r"/(?:root|home/[a-z]+)/")
REGISTRY_HOST = re.compile(
    r"https?://[^\s\"']*(?:registry\.|pypi|pythonhosted|npmjs|yarnpkg|artifactory|nexus)", re.I
)
# Reflex's own machinery; one folder knows it, so that one folder changes with Reflex
REFLEX_INSIDES = re.compile(r"^reflex(?:_base)?\.(?:state|middleware|istate|app_mixins|event\b.*)")


@lru_cache(maxsize=1)
def tracked() -> list[str]:
    """The files git knows, without generated ones."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return [name for name in listed if not name.startswith(GENERATED) and (ROOT / name).is_file()]


def sources(*endings: str) -> list[str]:
    return [name for name in tracked() if name.endswith(endings)]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_module_begins_by_saying_what_it_decides():
    silent = []
    for name in sources(".py"):
        body = text(name)
        if body.strip() and not ast.get_docstring(ast.parse(body)):
            silent.append(name)
    assert silent == []


def test_no_line_is_longer_than_a_hundred_characters():
    long = [
        f"{name}:{number}"
        for name in sources(*SOURCES)
        for number, line in enumerate(text(name).splitlines(), start=1)
        if len(PRAGMA.sub("", line)) > LINE_LENGTH_MAX
        and "# noqa: E501" not in line
        # one long word, like a recorded signature, has no place to break
        and len(line.split()) > 1
    ]
    assert long == []


def _floats(tree: ast.AST) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, float))
        or (isinstance(node, ast.Name) and node.id == "float")
    ]


def test_no_float_is_near_money():
    found = [
        f"{name}:{line}"
        for name in sources(".py")
        if name.startswith(MONEY_PATHS)
        for line in _floats(ast.parse(text(name)))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("what", "pattern"),
    [("a path of one machine", MACHINE_PATH), ("a package registry's host", REGISTRY_HOST)],
)
def test_no_file_names(what, pattern):
    del what
    found = []
    for name in tracked():
        if name == "tests/test_tidy.py":
            continue
        try:
            body = text(name)
        except UnicodeDecodeError:
            continue
        found += [
            f"{name}:{number}"
            for number, line in enumerate(body.splitlines(), start=1)
            if pattern.search(line)
        ]
    assert found == []


def test_the_locks_hold_hashes_and_no_addresses():
    for name in ("requirements.lock", "ops/bootstrap.lock"):
        body = text(name)
        assert "--hash=sha256:" in body
        assert not re.search(r"https?://|file://", body)


def _reflex_insides(tree: ast.AST) -> list[str]:
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            private = [alias.name for alias in node.names if alias.name.startswith("_")]
            if REFLEX_INSIDES.match(node.module) or (node.module.startswith("reflex") and private):
                found.append(f"{node.lineno} {node.module}")
        elif isinstance(node, ast.Import):
            found += [
                f"{node.lineno} {alias.name}"
                for alias in node.names
                if REFLEX_INSIDES.match(alias.name)
            ]
    return found


def test_only_the_security_folder_knows_reflex_from_inside():
    found = [
        f"{name}:{line}"
        for name in sources(".py")
        if name.startswith("backoffice/") and not name.startswith("backoffice/security/")
        for line in _reflex_insides(ast.parse(text(name)))
    ]
    assert found == []


def test_no_test_is_left_out_without_a_reason():
    bare = re.compile(r"@pytest\.mark\.(?:skip|xfail)(?!\w)(?!\(.*reason)")
    assert [name for name in sources(".py") if bare.search(text(name))] == []


def test_a_fresh_clone_has_no_environment():
    assert [name for name in tracked() if name.startswith((".venv", ".munim", ".web"))] == []
