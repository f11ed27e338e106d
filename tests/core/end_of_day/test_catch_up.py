"""Closing up to a chosen date: each day in turn, never a day that is closed, never too many.
The job's own loop is used, so what is tested is what a worker does."""

from __future__ import annotations

import datetime as dt

import pytest

from core.access.actor import Actor
from core.db.unit_of_work import run_command
from core.end_of_day import service
from core.kernel.errors import Invalid
from jobs.app import load_jobs
from jobs.task import drain

load_jobs()


def test_every_date_up_to_the_chosen_one_is_closed_in_turn(brand, staff, uow):
    operations = staff("operations")
    until = dt.date(2026, 11, 23)
    run_command(operations, "close", lambda work: service.request_through(work, until))
    drain(brand.id)
    with uow(operations) as work:
        closed = [(run.business_date, run.state) for run in service.runs(work)]
        assert closed == [
            (dt.date(2026, 11, 23), "done"),
            (dt.date(2026, 11, 22), "done"),
            (dt.date(2026, 11, 21), "done"),
            (dt.date(2026, 11, 20), "done"),
        ]
        assert work.business_date == dt.date(2026, 11, 24)


@pytest.mark.parametrize(
    ("until", "sentence"),
    [(dt.date(2026, 11, 19), "closed already"), (dt.date(2028, 1, 1), "at most 366 days")],
)
def test_a_closed_or_far_date_is_refused(staff, uow, until, sentence):
    with uow(staff("operations")) as work, pytest.raises(Invalid, match=sentence):
        service.request_through(work, until)


def test_the_system_may_close_a_day_on_its_own(brand):
    system = Actor.system(brand.id, "end of day")
    run = run_command(
        system, "close", lambda work: service.request_end_of_day(work, dt.date(2026, 11, 20))
    )
    assert run.requested_by == "end of day"
