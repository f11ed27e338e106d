"""Decides how people come, change role and leave, and that leaving is felt at the next click."""

from __future__ import annotations

import datetime as dt

import pytest

from core.access.session import load_actor, log_in_staff, open_staff_session
from core.access.staff import (
    AddStaff,
    ChangeRole,
    add_staff,
    change_role,
    disable_staff,
    enable_staff,
    end_session,
    renew_password,
    sessions_list,
    staff_list,
)
from core.db.listing import ListAsk
from core.db.unit_of_work import run_command, unit_of_work
from core.kernel.errors import Conflict, Forbidden, Invalid, NotFound

NOW = dt.datetime.now(dt.UTC)


def _added(admin, email: str, role: str = "credit_executive"):
    asked = AddStaff(name="Nisha  Rao", email=email, role_code=role)
    return run_command(admin, "add_staff", lambda uow: add_staff(uow, asked))


def _log_in(email: str, password: str):
    return log_in_staff(email, password, address="test", device="test", now=NOW)


def test_an_added_person_logs_in_with_the_first_password(brand, staff):
    email = f"nisha.{brand.code}@example.test"
    added = _added(staff("admin"), email.upper())
    actor = _log_in(email, added.first_password).actor
    assert (actor.name, actor.role, actor.brand_code) == (
        "Nisha Rao",
        "credit_executive",
        brand.code,
    )


def test_somebody_without_the_right_adds_nobody(staff):
    with pytest.raises(Forbidden):
        _added(staff("loan_executive"), "x@example.test")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"email": "no address"}, "email"),
        ({"role_code": "no_such_role"}, "role_code"),
        ({"sanction_limit_paise": -1}, "sanction_limit"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field(staff, changes, field):
    given = {"name": "N", "email": "n@example.test", "role_code": "admin", **changes}
    with unit_of_work(staff("admin"), "add") as uow, pytest.raises(Invalid) as refused:
        add_staff(uow, AddStaff(**given))
    assert field in refused.value.fields


def test_nobody_is_added_twice(brand, staff):
    admin, email = staff("admin"), f"twice.{brand.code}@example.test"
    _added(admin, email)
    with pytest.raises(Invalid) as refused:
        _added(admin, email)
    assert refused.value.fields == {"email": "Nisha Rao already works here"}


def test_only_a_super_admin_makes_a_super_admin(brand, staff):
    with pytest.raises(Invalid):
        _added(staff("admin"), f"super.{brand.code}@example.test", role="super_admin")


def test_a_person_of_another_brand_keeps_the_password_there(brand, new_brand, staff):
    other = new_brand()
    email = f"both.{brand.code}@example.test"
    first = _added(staff("admin"), email)
    second = _added(staff("admin", brand=other), email)
    assert (first.staff_id, second.first_password) == (second.staff_id, "")


def test_a_new_role_holds_at_once(brand, staff):
    admin, person = staff("admin"), staff("loan_executive")
    made = open_staff_session(person.id, address="t", device="t", now=NOW)
    asked = ChangeRole(person.id, "sanction_manager", 10_000_000, 0)
    run_command(admin, "change_role", lambda uow: change_role(uow, asked))
    actor = load_actor(made.cookie_value, now=NOW)
    assert (actor.role, actor.sanction_limit_paise) == ("sanction_manager", 10_000_000)


def test_nobody_changes_the_own_role(staff):
    admin = staff("admin")
    with unit_of_work(admin, "change") as uow, pytest.raises(Conflict):
        change_role(uow, ChangeRole(admin.id, "super_admin", 0, 0))


def test_disabling_ends_every_session_and_the_login(brand, staff):
    admin = staff("admin")
    email = f"leaver.{brand.code}@example.test"
    added = _added(admin, email)
    made = _log_in(email, added.first_password)
    run_command(admin, "disable", lambda uow: disable_staff(uow, added.staff_id, "left"))
    assert load_actor(made.cookie_value, now=NOW) is None
    with pytest.raises(Exception, match="do not belong together"):
        _log_in(email, added.first_password)


def test_an_enabled_person_logs_in_again(brand, staff):
    admin = staff("admin")
    email = f"back.{brand.code}@example.test"
    added = _added(admin, email)
    run_command(admin, "disable", lambda uow: disable_staff(uow, added.staff_id, "leave"))
    run_command(admin, "enable", lambda uow: enable_staff(uow, added.staff_id))
    assert _log_in(email, added.first_password).actor.id == added.staff_id


def test_nobody_disables_oneself(staff):
    admin = staff("admin")
    with unit_of_work(admin, "disable") as uow, pytest.raises(Conflict):
        disable_staff(uow, admin.id, "tired")


def test_somebody_of_another_brand_is_not_found(new_brand, staff):
    stranger = staff("loan_executive", brand=new_brand())
    with unit_of_work(staff("admin"), "disable") as uow, pytest.raises(NotFound):
        disable_staff(uow, stranger.id, "x")


def test_a_new_password_replaces_the_old_one(brand, staff):
    admin = staff("admin")
    email = f"forgot.{brand.code}@example.test"
    added = _added(admin, email)
    renewed = run_command(admin, "renew", lambda uow: renew_password(uow, added.staff_id))
    assert _log_in(email, renewed).actor.id == added.staff_id
    with pytest.raises(Exception, match="do not belong together"):
        _log_in(email, added.first_password)


def test_the_list_holds_this_brands_people_only(brand, new_brand, staff):
    admin = staff("admin")
    staff("admin", brand=new_brand())
    with unit_of_work(admin, "list") as uow:
        rows = staff_list(uow, ListAsk(sort="name")).rows
    assert [row["id"] for row in rows] == [admin.id]


def test_without_the_right_one_sees_only_the_own_sessions(brand, staff):
    person = staff("loan_executive")
    for one in (staff("admin"), person):
        open_staff_session(one.id, address="t", device="t", now=NOW)
    with unit_of_work(person, "list", now=NOW) as uow:
        rows = sessions_list(uow, ListAsk(sort="seen_at")).rows
    assert {row["name"] for row in rows} == {person.name}


def test_an_admin_ends_a_session_of_somebody_else(brand, staff):
    admin, person = staff("admin"), staff("loan_executive")
    made = open_staff_session(person.id, address="t", device="t", now=NOW)
    session_id = int(made.actor.session_id.removeprefix("s"))
    run_command(admin, "end", lambda uow: end_session(uow, session_id))
    assert load_actor(made.cookie_value, now=NOW) is None


def test_a_colleague_cannot_end_a_session_of_somebody_else(brand, staff):
    made = open_staff_session(staff("admin").id, address="t", device="t", now=NOW)
    session_id = int(made.actor.session_id.removeprefix("s"))
    with unit_of_work(staff("loan_executive"), "end") as uow, pytest.raises(Forbidden):
        end_session(uow, session_id)
