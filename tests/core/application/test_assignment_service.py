"""Who gets a case and who gets the next one, on a real database and with threads that race.
Two people who press the key together must never open one case (UX S02)."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from sqlalchemy import select

from core.access.actor import Actor
from core.application.assignment_service import (
    Reassign,
    SetAvailability,
    allot,
    allot_waiting,
    claim_next,
    my_desk,
    people_for,
    reassign,
    release_claim,
    set_availability,
)
from core.application.tables import Application, Assignment
from core.brand.tables import Notification
from core.db.tables import AuditEvent
from core.db.unit_of_work import run_command
from core.kernel.errors import Forbidden, Invalid
from tests.core.application.world import applicant, applied, case_row, stock

PANS = ("ABCPA0001A", "ABCPA0002A", "ABCPA0003A", "ABCPA0004A", "ABCPA0005A", "ABCPA0006A")


def cases(brand, count: int) -> list[int]:
    """Applications of so many different customers, not allotted yet."""
    shelf = stock(brand)
    made = []
    for number in range(count):
        actor = applicant(brand, f"90000001{number:02d}", PANS[number], f"501000123444{number:02d}")
        made.append(applied(actor, shelf.bullet_id))
    return made


def system(brand) -> Actor:
    return Actor.system(brand.id, "test")


def give(brand, application_id: int) -> int | None:
    return run_command(system(brand), "allot", lambda uow: allot(uow, application_id))


def test_cases_go_round(brand, staff):
    first, second = staff("loan_executive"), staff("loan_executive")
    owners = [give(brand, case_id) for case_id in cases(brand, 4)]
    assert owners == [first.id, second.id, first.id, second.id]


def test_managers_and_other_roles_get_no_cases(brand, staff):
    staff("admin"), staff("credit_executive"), staff("marketing")
    assert give(brand, cases(brand, 1)[0]) is None


def test_the_owner_is_notified_and_the_spell_is_a_row(brand, staff, uow):
    executive = staff("loan_executive")
    case_id = cases(brand, 1)[0]
    give(brand, case_id)
    with uow(executive) as work:
        notice = work.session.scalars(select(Notification)).one()
        assert notice.staff_id == executive.id
        assert notice.text == "AP-000001 is yours now"
        assert notice.link == f"/{brand.code}/loans/{case_id}"
        spell = work.session.scalars(select(Assignment)).one()
        assert (spell.duty, spell.staff_id, spell.ended_at) == (
            "loan_executive",
            executive.id,
            None,
        )


def test_a_second_event_gives_the_case_to_nobody_else(brand, staff):
    first, _ = staff("loan_executive"), staff("loan_executive")
    case_id = cases(brand, 1)[0]
    assert [give(brand, case_id), give(brand, case_id)] == [first.id, first.id]


def test_who_is_on_leave_is_passed_over_and_gets_cases_again_afterwards(brand, staff, uow):
    away, here = staff("loan_executive"), staff("loan_executive")
    with uow(away) as work:
        leave = dt.date(2026, 11, 20)
        set_availability(work, SetAvailability(away.id, True, leave, dt.date(2026, 11, 22)))
        work.commit()
    made = cases(brand, 2)
    assert [give(brand, case_id) for case_id in made] == [here.id, here.id]


def test_when_nobody_is_free_the_case_waits_and_the_timeline_says_why(brand, staff, uow):
    executive = staff("loan_executive")
    with uow(executive) as work:
        set_availability(work, SetAvailability(executive.id, available=False))
        work.commit()
    case_id = cases(brand, 1)[0]
    assert give(brand, case_id) is None
    with uow(executive) as work:
        waiting = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "application.waiting")
        ).one()
        assert waiting.words["why"] == f"{executive.name} not available"
        set_availability(work, SetAvailability(executive.id, available=True))
        work.commit()
    assert run_command(system(brand), "allot_waiting", allot_waiting) == 1
    assert case_row(executive, case_id).loan_executive_id == executive.id


def test_nobody_sets_a_colleagues_availability_without_the_right(staff, uow):
    with uow(staff("loan_executive")) as work, pytest.raises(Forbidden):
        set_availability(work, SetAvailability(staff("loan_executive").id, available=False))


def test_leave_that_ends_before_it_begins_is_refused(staff, uow):
    me = staff("loan_executive")
    with uow(me) as work, pytest.raises(Invalid) as refusal:
        set_availability(
            work, SetAvailability(me.id, True, dt.date(2026, 11, 22), dt.date(2026, 11, 21))
        )
    assert set(refusal.value.fields) == {"leave_to"}


def test_a_manager_moves_a_case_and_both_are_told(brand, staff, uow):
    first, second, admin = staff("loan_executive"), staff("loan_executive"), staff("admin")
    case_id = cases(brand, 1)[0]
    give(brand, case_id)
    with uow(admin) as work:
        assert [person.staff_id for person in people_for(work, "loan_executive")] == [
            first.id,
            second.id,
        ]
        row = work.get(Application, case_id)
        reassign(
            work, Reassign(case_id, row.version, "loan_executive", second.id, "Asha is in training")
        )
        work.commit()
    assert case_row(admin, case_id).loan_executive_id == second.id
    with uow(admin) as work:
        told = work.session.scalars(select(Notification).order_by(Notification.id)).all()
        assert [notice.staff_id for notice in told] == [first.id, second.id, first.id]
        spells = work.session.scalars(select(Assignment).order_by(Assignment.id)).all()
        assert [spell.ended_at is None for spell in spells] == [False, True]


def test_only_who_may_assign_moves_cases(brand, staff, uow):
    me = staff("loan_executive")
    case_id = cases(brand, 1)[0]
    with uow(me) as work, pytest.raises(Forbidden):
        reassign(work, Reassign(case_id, 2, "loan_executive", me.id, "I want it"))


def test_a_case_cannot_move_to_somebody_without_the_duty(brand, staff, uow):
    staff("loan_executive")
    case_id = cases(brand, 1)[0]
    admin, marketer = staff("admin"), staff("marketing")
    with uow(admin) as work, pytest.raises(Invalid) as refusal:
        reassign(work, Reassign(case_id, 2, "loan_executive", marketer.id, "he is free"))
    assert refusal.value.fields == {"staff_id": "Choose a loan executive of this brand"}


def test_the_next_case_is_the_oldest_of_mine(brand, staff):
    me = staff("loan_executive")
    made = cases(brand, 2)
    for case_id in made:
        give(brand, case_id)
    assert run_command(me, "next", claim_next) == made[0]


def test_next_after_a_case_is_another_case(brand, staff):
    me = staff("loan_executive")
    made = cases(brand, 2)
    assert run_command(me, "next", lambda uow: claim_next(uow, made[0])) == made[1]


def test_a_leased_case_is_not_given_to_a_colleague_until_released(brand, staff):
    first, second = staff("loan_executive"), staff("loan_executive")
    made = cases(brand, 1)
    assert run_command(first, "next", claim_next) == made[0]
    assert run_command(second, "next", claim_next) is None
    run_command(first, "release", lambda uow: release_claim(uow, made[0]))
    assert run_command(second, "next", claim_next) == made[0]


def test_a_lease_ends_by_itself(brand, staff):
    from core.db.brand_table import now_utc

    first, second = staff("loan_executive"), staff("loan_executive")
    made = cases(brand, 1)
    assert run_command(first, "next", claim_next) == made[0]
    later = now_utc() + dt.timedelta(minutes=11)
    assert run_command(second, "next", claim_next, now=later) == made[0]


def test_people_who_press_together_never_get_one_case(brand, staff):
    people = [staff("loan_executive") for _ in range(6)]
    made = cases(brand, 6)
    for _ in range(10):
        got: list[int | None] = []
        gate = threading.Barrier(len(people))

        def press(person: Actor, got=got, gate=gate) -> None:
            gate.wait()
            got.append(run_command(person, "next", claim_next))

        threads = [threading.Thread(target=press, args=(person,)) for person in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        taken = [case_id for case_id in got if case_id is not None]
        assert len(taken) == len(set(taken))
        for person, case_id in [(p, c) for p in people for c in made]:
            run_command(person, "release", lambda uow, c=case_id: release_claim(uow, c))


def test_marketing_has_no_next_case(staff, uow):
    with uow(staff("marketing")) as work, pytest.raises(Forbidden):
        claim_next(work)


def test_my_desk_shows_my_own_load_and_leave(brand, staff, uow):
    me = staff("loan_executive")
    give(brand, cases(brand, 1)[0])
    with uow(me) as work:
        set_availability(work, SetAvailability(me.id, True, dt.date(2026, 11, 20), open_limit=3))
        desk = my_desk(work)
        assert (desk.open_cases, desk.open_limit) == (1, 3)
        assert desk.why_not(work.business_date) == "on leave"
    with uow(staff("marketing")) as work, pytest.raises(Forbidden):
        my_desk(work)
