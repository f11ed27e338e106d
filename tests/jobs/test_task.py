"""What the job machinery promises: an event's effect happens once, however often it is sent.
Everything here runs on the real database; only the broker is left out."""

from __future__ import annotations

from sqlalchemy import func, select

from core.db.sentence import sentences
from core.db.tables import AuditEvent, JobRun, OutboxEvent
from core.kernel.errors import Conflict
from jobs.schedule import Schedule, open_slot
from jobs.task import drain, job, run_event

sentences.add({"trial.done": "tried {what}"})

failures_left = {"count": 0}


@job("trial.asked")
def try_it(context, payload):
    context.track(("trial", payload["trial_id"]), total=2)
    context.progress(1, 2, "half way")
    if failures_left["count"]:
        failures_left["count"] -= 1
        raise Conflict("The provider is away")
    with context.unit_of_work("try") as uow:
        uow.audit("trial.done", ("trial", payload["trial_id"]), what="it")
        uow.commit()


def _ask(uow, actor):
    with uow(actor) as work:
        work.emit("trial.asked", {"trial_id": 7})
        work.commit()


def _effects(uow, actor):
    with uow(actor) as work:
        return work.session.scalar(
            select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "trial.done")
        )


def test_an_event_sent_three_times_has_one_effect(brand, staff, uow):
    admin = staff("admin")
    _ask(uow, admin)
    with uow(admin) as work:
        event_id = work.session.scalar(select(OutboxEvent.id))
    answers = [run_event("try_it", brand.id, event_id, {"trial_id": 7}) for _ in range(3)]
    assert answers == ["done", "done before", "done before"]
    assert _effects(uow, admin) == 1


def test_progress_of_a_job_is_visible_and_ends_done(brand, staff, uow):
    admin = staff("admin")
    _ask(uow, admin)
    assert drain(brand.id) == 1
    with uow(admin) as work:
        run = work.session.scalar(select(JobRun))
        assert (run.subject_type, run.subject_id, run.state) == ("trial", 7, "done")
        assert (run.done, run.total) == (2, 2)


def test_a_failing_job_keeps_its_event_and_says_why(brand, staff, uow):
    admin = staff("admin")
    failures_left["count"] = 1
    _ask(uow, admin)
    drain(brand.id, rounds=1)
    with uow(admin) as work:
        event = work.session.scalar(select(OutboxEvent))
        assert event.done_at is None
        assert event.error == "The provider is away"
        assert event.not_before is not None
    assert _effects(uow, admin) == 0


def test_a_slot_of_a_schedule_is_opened_once_per_brand(brand, staff, uow):
    admin = staff("admin")
    with uow(admin) as work:
        now = work.now
    schedule = Schedule("trial.tick", "minute")
    assert [open_slot(schedule, brand.id, now) for _ in range(3)] == [True, False, False]
