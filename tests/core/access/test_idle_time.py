"""Decides that only a person's own doing keeps a session alive: half an hour without it ends it,
whatever an open page does by itself."""

from __future__ import annotations

import datetime as dt

import pytest

from core.access.session import (
    ABSOLUTE_TIMEOUT,
    IDLE_TIMEOUT,
    load_actor,
    open_party_session,
    open_staff_session,
)

START = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
STEP = dt.timedelta(minutes=10)


@pytest.fixture(params=["staff", "customer"])
def cookie(request: pytest.FixtureRequest, brand, staff) -> str:
    """A fresh session of a staff member and of a customer."""
    if request.param == "staff":
        person = staff("admin").id
        return open_staff_session(person, address="t", device="t", now=START).cookie_value
    made = open_party_session(brand.id, "customer", 1, "Asha", address="t", device="t", now=START)
    return made.cookie_value


def _walk(cookie: str, *, touch: bool, steps: int) -> list[bool]:
    return [
        load_actor(cookie, now=START + STEP * step, touch=touch) is not None
        for step in range(1, steps + 1)
    ]


def test_a_page_that_refreshes_by_itself_does_not_keep_the_session_alive(cookie):
    assert _walk(cookie, touch=False, steps=4) == [True, True, False, False]


def test_a_person_who_works_stays_logged_in(cookie):
    assert _walk(cookie, touch=True, steps=6) == [True] * 6


def test_the_longest_session_ends_also_under_work(cookie):
    steps = int(ABSOLUTE_TIMEOUT / STEP)
    assert _walk(cookie, touch=True, steps=steps) == [True] * (steps - 1) + [False]


def test_half_an_hour_is_the_longest_pause():
    assert dt.timedelta(minutes=30) == IDLE_TIMEOUT
