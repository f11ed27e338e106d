"""An application finds its person by a job, once, and what went stale ends by itself.
Run through the same relay and inbox as in a worker, only without the broker."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import func, select, update
from sqlmodel import col

from core.access.actor import Actor
from core.application.assignment_service import SetAvailability, set_availability
from core.application.service import Apply, expire_stale, save_draft
from core.application.tables import Application, Assignment
from core.brand.tables import Notification
from core.db.unit_of_work import run_command
from jobs import application as application_jobs
from jobs.task import consumers_of, drain
from tests.core.application.world import applicant, applied, case_row, stock


def test_the_job_answers_the_event_of_applying() -> None:
    assert application_jobs.allot_application.__name__ in {
        consumer.name for consumer in consumers_of("application.applied")
    }


def test_an_application_reaches_a_desk_with_one_notice(brand, staff, uow):
    executive = staff("loan_executive")
    application_id = applied(applicant(brand), stock(brand).bullet_id)
    drain(brand.id)
    drain(brand.id)
    assert case_row(executive, application_id).loan_executive_id == executive.id
    with uow(executive) as work:
        notices = select(func.count()).select_from(Notification)
        assert work.session.scalar(notices) == 1
        assert work.session.scalar(select(func.count()).select_from(Assignment)) == 1


def test_who_comes_back_gets_what_waited(brand, staff, uow):
    executive = staff("loan_executive")
    with uow(executive) as work:
        set_availability(work, SetAvailability(executive.id, available=False))
        work.commit()
    application_id = applied(applicant(brand), stock(brand).bullet_id)
    drain(brand.id)
    assert case_row(executive, application_id).loan_executive_id is None
    with uow(executive) as work:
        set_availability(work, SetAvailability(executive.id, available=True))
        work.commit()
    drain(brand.id)
    assert case_row(executive, application_id).loan_executive_id == executive.id


def test_a_draft_of_a_month_ago_expires_and_a_fresh_one_does_not(brand, uow):
    shelf = stock(brand)
    asha = applicant(brand)
    ravi = applicant(brand, "9000000002", "BCDPR2345G", "60100012344471")
    ids = [
        run_command(
            person, "draft", lambda work: save_draft(work, Apply(shelf.bullet_id, 1_000_000, 10)).id
        )
        for person in (asha, ravi)
    ]
    system = Actor.system(brand.id, "test")
    with uow(system) as work:
        work.session.execute(
            update(Application)
            .where(col(Application.brand_id) == brand.id, col(Application.id) == ids[0])
            .values(status_since=work.now - dt.timedelta(days=31))
        )
        work.commit()
    assert run_command(system, "expire", expire_stale) == 1
    assert [case_row(system, one).status for one in ids] == ["expired", "draft"]
