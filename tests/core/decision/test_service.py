"""Walks a case through credit: prefilled memo, rules with a trace, recommendation, voiding.
The figures follow from a salary of 45,000, one instalment of 5,000 and 1,00,000 over 12 months."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from core.access.actor import Actor
from core.brand.tables import Brand
from core.db.unit_of_work import run_command, unit_of_work
from core.decision import service, store
from core.decision.rule_set import Outcome, RuleRun
from core.decision.service import CamView, Deviation, SaveCam
from core.kernel.errors import Forbidden, Invalid, StaleVersion
from tests.core.decision.world import (
    Desk,
    appraised,
    check_kyc,
    in_credit,
    read_statement,
    recommended,
    system,
)

Staff = Callable[..., Actor]


def view(desk: Desk) -> CamView:
    with unit_of_work(desk.credit_executive, "look") as uow:
        return service.cam_view(uow, desk.application_id)


def save(desk: Desk, form: service.CamForm, version: int | None = None) -> int:
    command = SaveCam(desk.application_id, version, form)
    return run_command(
        desk.credit_executive, "save_cam", lambda uow: service.save_cam(uow, command).version
    )


def test_the_memo_is_prefilled_from_statement_and_bureau(brand: Brand, staff: Staff) -> None:
    form = view(in_credit(brand, staff)).prefilled
    assert [salary.amount_paise for salary in form.salaries] == [45_000_00] * 3
    assert form.salaries[2].source == "Statement row 11, VIDYA TEXTILES"
    assert [(d.name, d.monthly_paise, d.counted) for d in form.obligations] == [
        ("Bajaj Finance, Consumer loan", 5_000_00, True),
        ("BAJAJ FIN", 5_000_00, False),
    ]
    assert form.proposed_paise == 1_00_000_00
    assert form.repayment_on is not None and form.repayment_on.day == 3


def test_the_memo_works_out_foir_and_the_eligible_loan(brand: Brand, staff: Staff) -> None:
    shown = view(in_credit(brand, staff)).preview
    figures = shown.figures
    assert (figures.salary_paise, figures.obligations_paise) == (45_000_00, 5_000_00)
    assert figures.foir_achieved_bps == 1111
    # 50 % of 45,000 less 5,000
    assert figures.eligible_instalment_paise == 17_500_00
    # 9,455.96 + 5,000 of 45,000
    assert figures.foir_proposed_bps == 3212
    assert figures.maximum_paise == 1_00_000_00


def test_a_thinner_salary_lowers_the_prefilled_amount(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff, salary_paise=20_000_00, amount_paise=1_00_000_00)
    # 10,000 less 5,000 carry 52,876.71 over 12 months at 24 %, rounded down to 500
    assert view(desk).prefilled.proposed_paise == 52_500_00


def test_the_rules_run_with_values_sources_and_an_equal_re_run(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff, score=640, bounces=3)
    appraised(desk)
    with unit_of_work(desk.credit_executive, "look") as uow:
        run = store.newest_run(uow, desk.application_id)
        assert run is not None
        again, same = service.repeat_run(uow, run.id)
    assert same
    assert run.outcome == "refer"
    trace = RuleRun.from_json(run.trace)
    assert again == trace
    referred = {line.code: line for line in trace.of(Outcome.REFER)}
    assert set(referred) == {"R05", "R07"}
    assert referred["R05"].value == 3
    assert referred["R05"].source == "Statement 01 Aug 2026 to 15 Nov 2026"
    assert referred["R07"].value_text == "640"


def test_a_clean_case_is_recommended(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    row = desk.row()
    assert row.status == "recommended"
    assert (row.recommended_amount_paise, row.recommended_rate_bps) == (1_00_000_00, 2400)
    assert row.recommended_by == desk.credit_executive.id


def test_nothing_is_recommended_without_rules_and_memo(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    command = service.Recommend(desk.application_id, desk.row().version, 1)
    with pytest.raises(service.NotReadyToRecommend) as refused:
        run_command(desk.credit_executive, "recommend", lambda uow: service.recommend(uow, command))
    assert refused.value.missing == ["the credit appraisal is not saved"]


def test_a_rule_that_did_not_pass_must_be_explained(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff, score=640)
    appraised(desk)
    assert view(desk).missing == ("R07 Bureau score did not pass and is not explained",)
    shown = view(desk)
    assert shown.cam is not None
    form = dataclasses.replace(
        shown.preview.form,
        deviations=(Deviation("R07", "Thin file, three years with one employer", "Guarantor"),),
    )
    save(desk, form, shown.cam.version)
    assert view(desk).missing == ()


def test_a_change_of_the_memo_makes_the_run_out_of_date(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    appraised(desk)
    shown = view(desk)
    assert shown.cam is not None and not shown.run_outdated
    save(desk, dataclasses.replace(shown.preview.form, proposed_paise=90_000_00), 1)
    assert view(desk).run_outdated
    assert view(desk).missing == ("the rules were run before the last change; run them again",)


def test_the_second_of_two_savers_is_told_who_was_first(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    appraised(desk)
    form = view(desk).preview.form
    assert save(desk, form, 1) == 2
    with pytest.raises(StaleVersion) as refused:
        save(desk, form, 1)
    assert refused.value.who == desk.credit_executive.name


def test_amounts_outside_the_product_are_refused_with_the_limits(
    brand: Brand, staff: Staff
) -> None:
    desk = in_credit(brand, staff)
    form = dataclasses.replace(view(desk).prefilled, proposed_paise=10_00_000_00)
    with pytest.raises(Invalid) as refused:
        save(desk, form)
    assert refused.value.fields == {
        "proposed_paise": "Enter an amount from ₹ 50,000.00 to ₹ 5,00,000.00"
    }


def test_an_uncounted_obligation_needs_its_reason(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    form = view(desk).prefilled
    dropped = dataclasses.replace(form.obligations[0], counted=False)
    with pytest.raises(Invalid, match="Say why this one is not counted"):
        save(desk, dataclasses.replace(form, obligations=(dropped,)))


def test_only_credit_appraises(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    for role in ("loan_executive", "sanction_manager", "collection_executive"):
        with pytest.raises(Forbidden):
            run_command(
                staff(role), "run", lambda uow: service.run_decision(uow, desk.application_id)
            )


def test_the_nearest_yes_really_no_longer_fails(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff, salary_paise=26_000_00, amount_paise=2_00_000_00)
    form = dataclasses.replace(view(desk).prefilled, proposed_paise=2_00_000_00)
    save(desk, form)
    with unit_of_work(desk.credit_executive, "look") as uow:
        found = service.nearest_possible(uow, desk.application_id)
    assert found is not None
    assert found.amount_paise < 2_00_000_00
    assert found.run.outcome is not Outcome.FAIL


def test_a_new_statement_takes_the_recommendation_back(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    with unit_of_work(system(brand), "read") as uow:
        row = read_statement(uow, desk.application_id, salary_paise=30_000_00)
        row.period_to = row.period_to and row.period_to.replace(month=12)
        uow.commit()
    changed = run_command(
        system(brand), "look", lambda uow: service.void_if_changed(uow, desk.application_id)
    )
    assert changed == ("bank statement", "documents")
    assert desk.row().status == "in_credit"
    shown = view(desk)
    assert shown.cam is not None
    assert [(cam.number, cam.status) for cam in shown.versions] == [(2, "draft"), (1, "void")]


def test_an_equal_picture_leaves_the_recommendation_alone(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    changed = run_command(
        system(brand), "look", lambda uow: service.void_if_changed(uow, desk.application_id)
    )
    assert changed == ()
    assert desk.row().status == "recommended"


def test_another_check_before_the_decision_is_part_of_the_ground(
    brand: Brand, staff: Staff
) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    check_kyc(desk, pan_name="SOMEBODY ELSE")
    changed = run_command(
        system(brand), "look", lambda uow: service.void_if_changed(uow, desk.application_id)
    )
    assert changed == ("PAN check", "bank account check")
