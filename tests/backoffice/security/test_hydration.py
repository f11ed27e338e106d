"""Decides that opening a page tells a stranger nothing: no state of ours leaves the server for
somebody who may not read it, and what one login saw is gone before the next one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.backoffice.security.socket_client import Refused, Screen, targets

HYDRATE = "reflex___state____state.hydrate"


def _ours(answer: dict[str, Any]) -> list[str]:
    return sorted(name for name in answer["delta"] if "backoffice" in name)


def test_hydrating_a_stranger_holds_no_state_of_ours(served, brand):
    screen = Screen(served)
    answer = screen.ask(HYDRATE, {}, path=f"/{brand.code}", brand=brand.code)
    screen.close()
    assert [name for name in _ours(answer) if not name.endswith("session_state")] == []


def test_hydrating_a_role_leaves_out_the_states_of_other_roles(served, brand, staff, logged_in):
    screen = Screen(served, cookie=logged_in(staff("marketing")))
    answer = screen.ask(HYDRATE, {}, path=f"/{brand.code}", brand=brand.code)
    screen.close()
    names = _ours(answer)
    assert any(name.endswith("shell_state") for name in names)
    assert not any("staff_state" in name and "staff_list" in name for name in names)
    assert not any("settings_state" in name for name in names)


def test_hydrating_an_admin_holds_the_states_an_admin_may_read(served, brand, staff, logged_in):
    screen = Screen(served, cookie=logged_in(staff("admin")))
    answer = screen.ask(HYDRATE, {}, path=f"/{brand.code}", brand=brand.code)
    screen.close()
    assert any(name.endswith("brand_settings") for name in _ours(answer))


def test_a_disabled_person_is_sent_away_at_the_next_event(served, brand, staff, logged_in):
    from core.access.staff import disable_staff
    from core.db.unit_of_work import run_command

    admin, person = staff("admin"), staff("loan_executive")
    screen = Screen(served, cookie=logged_in(person))
    name = _frame_load()
    first = screen.ask(name, {}, path=f"/{brand.code}", brand=brand.code)
    run_command(admin, "disable", lambda uow: disable_staff(uow, person.id, "left the company"))
    second = screen.ask(name, {}, path=f"/{brand.code}", brand=brand.code)
    screen.close()
    assert targets(first) == []
    assert targets(second) == ["/login"]


def test_a_session_ended_by_logout_cannot_be_used_again(served, brand, staff, logged_in):
    from core.access.session import log_out

    cookie = logged_in(staff("admin"))
    log_out(cookie, now=datetime.now(UTC))
    screen = Screen(served, cookie=cookie)
    answer = screen.ask(_frame_load(), {}, path=f"/{brand.code}", brand=brand.code)
    screen.close()
    assert targets(answer) == ["/login"]


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", ""])
def test_a_socket_from_another_site_is_refused(served, origin):
    with pytest.raises(Refused):
        Screen(served, origin=origin)


def _frame_load() -> str:
    import backoffice.app  # noqa: F401
    from backoffice.security.guard import registered_handlers

    return next(name for name in registered_handlers() if name.endswith("shell_state.load"))
