"""Decides that nothing can be called over the socket that did not say who may call it.
The catalogue of handlers is Reflex's own, so a handler nobody thought of is in it too."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def app():
    import backoffice.app

    return backoffice.app.app


def test_every_handler_of_every_page_declares_its_access():
    from backoffice.security.guard import undeclared_handlers

    assert undeclared_handlers() == []


def test_a_handler_without_declaration_is_found(monkeypatch: pytest.MonkeyPatch):
    from backoffice.security import guard
    from backoffice.security.access import PUBLIC, declare

    async def leak() -> None: ...

    async def open_to_all() -> None: ...

    catalogue = {"careless.leak": leak, "careful.show": declare(PUBLIC, open_to_all)}
    monkeypatch.setattr(guard, "registered_handlers", lambda: catalogue)
    assert guard.undeclared_handlers() == ["careless.leak"]


def test_setvar_is_never_among_the_allowed_handlers():
    from backoffice.security.guard import framework_handlers

    assert not [name for name in framework_handlers() if name.endswith("setvar")]


def test_only_the_handlers_a_page_needs_are_allowed_by_name():
    from backoffice.security.guard import framework_handlers

    assert sorted(name.rpartition(".")[2] for name in framework_handlers()) == [
        "handle_frontend_exception",
        "hydrate",
        "hydrate_and_load",
        "on_load_internal",
        "set_is_hydrated",
        "set_is_hydrated",
        "update_vars_internal",
    ]


def test_a_screen_state_without_a_reader_cannot_be_written():
    import reflex as rx

    from backoffice.security import SecureState

    with pytest.raises(TypeError, match="declare READ"):

        class Open(SecureState, rx.State):
            pass
