"""Decides that an open screen learns of a commit by itself, only of its own brand's, and that it
learns nothing any more once the login behind it has ended."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.backoffice.security.socket_client import Screen, targets

SETTLE_SECONDS = 4.0


def _handler(ending: str) -> str:
    import backoffice.app  # noqa: F401
    from backoffice.security.guard import registered_handlers

    return next(name for name in registered_handlers() if name.endswith(ending))


def _notify(actor: Any, staff_id: int, text: str) -> None:
    from core.db.unit_of_work import run_command
    from core.notification.service import notify_staff

    run_command(actor, "notify", lambda uow: notify_staff(uow, staff_id, text, ""))


def _unread(answer: dict[str, Any]) -> int | None:
    for name, values in answer["delta"].items():
        if name.endswith("shell_state"):
            found = [value for key, value in values.items() if key.startswith("unread")]
            if found:
                return int(found[0])
    return None


@pytest.fixture
def watching(served, brand, staff, logged_in):
    """A person with an open page that watches for notifications: (person, cookie, screen)."""
    person = staff("loan_executive")
    cookie = logged_in(person)
    screen = Screen(served, cookie=cookie)
    page = {"path": f"/{brand.code}", "brand": brand.code}
    screen.ask(_handler("shell_state.load"), {}, **page)
    screen.send(_handler("shell_state.watch_changes"), {}, **page)
    screen.answer(seconds=1.0)
    yield person, cookie, screen
    screen.close()


def test_a_notification_shows_on_the_open_page_without_a_click(watching, staff):
    person, _, screen = watching
    _notify(staff("admin"), person.id, "Application AP-000001 is yours")
    assert _unread(screen.answer(seconds=SETTLE_SECONDS)) == 1


def test_a_notification_of_another_brand_wakes_nobody_here(watching, new_brand, staff):
    _, _, screen = watching
    other = new_brand()
    _notify(staff("admin", brand=other), staff("admin", brand=other).id, "elsewhere")
    answer = screen.answer(seconds=1.5)
    assert (answer["delta"], answer["events"]) == ({}, [])


def test_an_ended_login_learns_nothing_and_is_sent_to_the_login(watching, staff):
    from core.access.session import log_out

    person, cookie, screen = watching
    log_out(cookie, now=datetime.now(UTC))
    _notify(staff("admin"), person.id, "not for you any more")
    answer = screen.answer(seconds=SETTLE_SECONDS)
    assert targets(answer) == ["/login"]
    assert _unread(answer) is None
