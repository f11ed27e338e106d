"""Every public use case of core asks the actor for a permission before it does anything.
Found by reading the source, so a new service function is covered without a list of names."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# functions that run inside a use case which has asked already, each with its reason
INSIDE_ANOTHER = {
    "core/brand/service.py:setting": "a value other use cases read",
    "core/customer/service.py:register_or_log_in": "a one-time code used just now is asked instead",
    "core/invoice/service.py:register_or_log_in": "a one-time code used just now is asked instead",
    "core/brand/service.py:current_product_version": "terms other use cases read",
    "core/brand/service.py:active_template": "a text other use cases read",
    "core/notification/service.py:queue_message": "the message of a use case that asked",
    "core/notification/service.py:contact_hours": "a value other use cases read",
    "core/bureau/service.py:fresh_report": "a report other use cases read",
    "core/bureau/service.py:current_view": "a report other use cases read",
    "core/notification/service.py:notify_staff": "the notice of a use case that asked",
}


def _services() -> list[Path]:
    return sorted(path for path in (ROOT / "core").glob("*/*service.py"))


def _public(path: Path) -> list[ast.FunctionDef]:
    tree = ast.parse(path.read_text())
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and not node.name.startswith("_")
        and node.args.args
        and node.args.args[0].arg == "uow"
    ]


def _asks(function: ast.FunctionDef) -> bool:
    return any(
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "require"
        for node in ast.walk(function)
    )


CASES = [
    pytest.param(path, function, id=f"{path.relative_to(ROOT)}:{function.name}")
    for path in _services()
    for function in _public(path)
]


@pytest.mark.parametrize(("path", "function"), CASES)
def test_a_use_case_asks_for_a_permission(path, function):
    name = f"{path.relative_to(ROOT)}:{function.name}"
    assert _asks(function) or name in INSIDE_ANOTHER, (
        f"{name} does not call actor.require(...) and is not listed as running inside another"
    )


def test_the_list_of_exceptions_names_only_functions_that_exist():
    known = {f"{path.relative_to(ROOT)}:{f.name}" for path in _services() for f in _public(path)}
    assert set(INSIDE_ANOTHER) - known == set()


def test_services_never_commit():
    for path in _services():
        calls = [
            node
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Attribute) and node.attr == "commit"
        ]
        assert calls == [], path
