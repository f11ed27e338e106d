"""Decides that paging by key shows every row once, in order, forwards and backwards, also where
many rows share the sort value."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from sqlmodel import col

from core.brand.tables import Notification
from core.db.listing import ListAsk, keyset_page
from core.db.unit_of_work import unit_of_work
from core.kernel.errors import Invalid

START = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
ROWS = 23


@pytest.fixture
def person(brand, staff):
    """Somebody with 23 notifications, five of which share each minute."""
    actor = staff("admin")
    with unit_of_work(actor, "fill") as uow:
        for number in range(ROWS):
            at = START + dt.timedelta(minutes=number // 5)
            uow.add(Notification(staff_id=actor.id, text=f"n{number:02d}", created_at=at))
        uow.commit()
    return actor


def _page(actor, cursor: str = "", *, descending: bool = False, sort: str = "created_at"):
    ask = ListAsk(sort=sort, descending=descending, cursor=cursor, size=7)
    with unit_of_work(actor, "look") as uow:
        return keyset_page(
            uow.session,
            select(Notification),
            ask,
            sorts={"created_at": col(Notification.created_at), "text": col(Notification.text)},
            key=col(Notification.id),
            row=lambda found: {"text": found[0].text},
        )


def _walk(actor, *, descending: bool) -> list[list[str]]:
    pages, cursor = [], ""
    while True:
        answer = _page(actor, cursor, descending=descending)
        pages.append([row["text"] for row in answer.rows])
        cursor = answer.next_cursor
        if not cursor:
            return pages


@pytest.mark.parametrize("descending", [False, True])
def test_every_row_is_shown_once_and_in_order(person, descending):
    shown = [text for page in _walk(person, descending=descending) for text in page]
    expected = [f"n{number:02d}" for number in range(ROWS)]
    assert shown == (expected[::-1] if descending else expected)


def test_pages_hold_at_most_what_was_asked(person):
    assert [len(page) for page in _walk(person, descending=False)] == [7, 7, 7, 2]


def test_going_back_shows_the_page_before(person):
    first = _page(person)
    second = _page(person, first.next_cursor)
    back = _page(person, second.previous_cursor)
    assert [row["text"] for row in back.rows] == [row["text"] for row in first.rows]
    assert (first.previous_cursor, back.previous_cursor) == ("", "")


def test_the_last_page_has_no_next(person):
    assert _page(person, descending=True, sort="text").next_cursor
    assert len(_walk(person, descending=True)[-1]) == 2


def test_an_unknown_sort_is_refused(person):
    with pytest.raises(Invalid):
        _page(person, sort="password_hash")


@pytest.mark.parametrize("cursor", ["x", "AAAA", "W10", "eyJhIjoxfQ"])
def test_a_damaged_cursor_is_refused(person, cursor):
    with pytest.raises(Invalid):
        _page(person, cursor)
