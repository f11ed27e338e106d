"""Decides, handler by handler over a real socket, that nothing runs for the wrong person: nobody,
the wrong role, the wrong brand, or through the setter every Reflex state has built in."""

from __future__ import annotations

from typing import Any

import pytest

from tests.backoffice.security.socket_client import Screen, said, targets


@pytest.fixture(scope="module")
def catalogue() -> dict[str, Any]:
    """Every event handler that is ours, with the access it declares."""
    import backoffice.app  # noqa: F401
    from backoffice.security.access import declared
    from backoffice.security.guard import framework_handlers, registered_handlers

    found = {
        name: declared(handler)
        for name, handler in registered_handlers().items()
        if name not in framework_handlers() and not name.endswith(".setvar")
    }
    return {name: access for name, access in found.items() if access not in (None, "public")}


def _audit_count(brand_id: int) -> int:
    from sqlalchemy import func, select

    from core.access.actor import Actor
    from core.db.tables import AuditEvent
    from core.db.unit_of_work import unit_of_work

    with unit_of_work(Actor.system(brand_id, "count"), "count") as uow:
        return int(uow.session.scalar(select(func.count()).select_from(AuditEvent)) or 0)


def test_there_is_a_catalogue(catalogue: dict[str, Any]):
    assert len(catalogue) > 100


def test_without_a_session_every_handler_sends_to_the_login(served, brand, catalogue):
    screen = Screen(served)
    wrong = []
    for name in catalogue:
        answer = screen.ask(name, {}, path=f"/{brand.code}", brand=brand.code, whole=False)
        if targets(answer) != ["/login"] or _data(answer):
            wrong.append(name)
    screen.close()
    assert wrong == []


def test_with_the_wrong_role_every_handler_is_refused(served, brand, staff, logged_in, catalogue):
    from core.access.permission import Permission

    person = staff("marketing")
    screen = Screen(served, cookie=logged_in(person))
    before = _audit_count(brand.id)
    wrong = []
    for name, access in catalogue.items():
        if not isinstance(access, Permission) or person.can(access):
            continue
        answer = screen.ask(name, {}, path=f"/{brand.code}", brand=brand.code, whole=False)
        if "You may not do this" not in said(answer):
            wrong.append(name)
    screen.close()
    assert (wrong, _audit_count(brand.id) - before) == ([], 0)


def test_at_another_brands_address_every_handler_is_refused(
    served, brand, new_brand, staff, logged_in, catalogue
):
    other = new_brand()
    screen = Screen(served, cookie=logged_in(staff("admin")))
    before = _audit_count(other.id)
    wrong = []
    for name in catalogue:
        answer = screen.ask(name, {}, path=f"/{other.code}", brand=other.code, whole=False)
        if targets(answer) != [f"/auth/other-brand?brand={other.code}"]:
            wrong.append(name)
    screen.close()
    assert (wrong, _audit_count(other.id) - before) == ([], 0)


def test_no_state_can_be_written_through_setvar(served, brand, staff, logged_in):
    import backoffice.app  # noqa: F401
    from backoffice.security.guard import registered_handlers

    screen = Screen(served, cookie=logged_in(staff("admin")))
    setters = [name for name in registered_handlers() if name.endswith(".setvar")]
    wrong = []
    for name in setters:
        payload = {"var_name": "problem", "value": "written from outside"}
        answer = screen.ask(name, payload, path=f"/{brand.code}", brand=brand.code, whole=False)
        if "not allowed" not in said(answer) or "written from outside" in str(answer["delta"]):
            wrong.append(name)
    screen.close()
    assert setters
    assert wrong == []


def test_a_handler_that_does_not_exist_is_not_answered(served, brand, staff, logged_in):
    screen = Screen(served, cookie=logged_in(staff("admin")))
    screen.send("reflex___state____state.no_such_thing", {}, path=f"/{brand.code}")
    answer = screen.answer(seconds=1.0)
    screen.close()
    assert _data(answer) == {}


def _data(answer: dict[str, Any]) -> dict[str, Any]:
    """What came of our own states."""
    return {name: values for name, values in answer["delta"].items() if "backoffice" in name}
