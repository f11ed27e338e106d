"""Decides who sees a saved view: its maker, the maker's role, or everybody in the brand."""

from __future__ import annotations

import pytest

from core.brand.saved_view import SaveView, forget_view, save_view, views_of
from core.db.unit_of_work import run_command, unit_of_work
from core.kernel.errors import Forbidden, Invalid, NotFound

LIST = "CaseList"


def _kept(actor, name: str, scope: str) -> int:
    asked = SaveView(LIST, name, "stage=credit&sort=-age", scope)
    return run_command(actor, "save_view", lambda uow: save_view(uow, asked).id)


def _names(actor) -> list[str]:
    with unit_of_work(actor, "look") as uow:
        return [view.name for view in views_of(uow, LIST)]


def test_a_private_view_is_seen_by_its_maker_only(brand, staff):
    maker, colleague = staff("credit_executive"), staff("credit_executive")
    _kept(maker, "Mine", "private")
    assert (_names(maker), _names(colleague)) == (["Mine"], [])


def test_a_view_of_a_role_is_seen_by_that_role(brand, staff):
    _kept(staff("credit_executive"), "Ours", "role")
    assert _names(staff("credit_executive")) == ["Ours"]
    assert _names(staff("loan_executive")) == []


def test_a_view_of_the_brand_is_seen_by_everybody_in_it_and_nobody_else(brand, new_brand, staff):
    _kept(staff("admin"), "All", "brand")
    assert _names(staff("loan_executive")) == ["All"]
    assert _names(staff("loan_executive", brand=new_brand())) == []


def test_only_the_maker_removes_a_view(brand, staff):
    maker, colleague = staff("admin"), staff("admin")
    view_id = _kept(maker, "All", "brand")
    with pytest.raises(Forbidden):
        run_command(colleague, "forget", lambda uow: forget_view(uow, view_id))
    run_command(maker, "forget", lambda uow: forget_view(uow, view_id))
    assert _names(maker) == []


def test_another_brands_view_is_not_found(brand, new_brand, staff):
    view_id = _kept(staff("admin"), "All", "brand")
    stranger = staff("admin", brand=new_brand())
    with unit_of_work(stranger, "forget") as uow, pytest.raises(NotFound):
        forget_view(uow, view_id)


@pytest.mark.parametrize(("name", "scope"), [("", "private"), ("x" * 41, "private"), ("x", "all")])
def test_a_view_without_name_or_with_an_unknown_reader_is_refused(staff, name, scope):
    with unit_of_work(staff("admin"), "save") as uow, pytest.raises(Invalid):
        save_view(uow, SaveView(LIST, name, "", scope))
