"""Shows who may sanction and what becomes of the case: own work, limits, changes, void ground.
The manager of these tests decides up to 1,00,000 and the head everything."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest

from core.access.actor import Actor
from core.access.approval import AboveLimit, OwnWork
from core.brand.tables import Brand
from core.db.unit_of_work import run_command, unit_of_work
from core.decision import sanction, store
from core.decision.sanction import Offer
from core.kernel.errors import Forbidden, Invalid, StaleVersion
from tests.core.decision.world import Desk, in_credit, read_statement, recommended, system

Staff = Callable[..., Actor]


def offer_of(desk: Desk, **changes: object) -> Offer:
    row = desk.row()
    assert row.recommended_amount_paise and row.recommended_rate_bps
    plain = Offer(
        row.recommended_amount_paise, row.recommended_rate_bps, 12, row.recommended_repayment_on
    )
    return dataclasses.replace(plain, **changes)  # type: ignore[arg-type]


def approve(actor: Actor, desk: Desk, offer: Offer | None = None, version: int | None = None):
    command = sanction.Sanction(
        desk.application_id,
        version or desk.row().version,
        offer or offer_of(desk),
        "Fine",
        ("Original salary slip before the payout",),
    )
    return run_command(actor, "sanction", lambda uow: sanction.sanction(uow, command))


def test_the_manager_sanctions_within_the_limit(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    decision = approve(staff("sanction_manager"), desk)
    row = desk.row()
    assert (row.status, row.sanctioned_amount_paise, row.rate_bps) == (
        "sanctioned",
        1_00_000_00,
        2400,
    )
    assert decision.changes == {}
    assert decision.conditions == ["Original salary slip before the payout"]
    assert decision.authority == (
        "₹ 1,00,000.00 is within the Sanction manager limit ₹ 1,00,000.00."
    )


def test_above_the_limit_it_is_for_the_head(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff, amount_paise=1_50_000_00)
    recommended(desk)
    manager, head = staff("sanction_manager"), staff("sanction_head")
    with pytest.raises(AboveLimit, match="above your limit"):
        approve(manager, desk)
    with unit_of_work(manager, "look") as uow:
        shown = sanction.sanction_view(uow, desk.application_id)
    assert not shown.mine
    assert shown.reach is not None
    assert shown.reach.sentence == (
        "₹ 1,50,000.00 is above the Sanction manager limit ₹ 1,00,000.00."
    )
    assert approve(head, desk).kind == "sanctioned"


def test_nobody_sanctions_a_case_they_worked_on(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    everything = dataclasses.replace(
        staff("sanction_head"), id=desk.credit_executive.id, name=desk.credit_executive.name
    )
    with pytest.raises(OwnWork):
        approve(everything, desk)
    reviewer = dataclasses.replace(staff("sanction_head"), id=desk.loan_executive.id)
    with pytest.raises(OwnWork):
        approve(reviewer, desk)


def test_credit_and_collection_may_not_sanction(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    for role in ("credit_executive", "collection_head", "operations"):
        with pytest.raises(Forbidden):
            approve(staff(role), desk)


def test_changes_are_kept_with_what_was_recommended(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    decision = approve(
        staff("sanction_manager"), desk, offer_of(desk, amount_paise=80_000_00, tenor=10)
    )
    assert decision.changes == {
        "amount": {"recommended": "₹ 1,00,000.00", "sanctioned": "₹ 80,000.00"},
        "tenure": {"recommended": "12", "sanctioned": "10"},
    }
    assert desk.row().sanctioned_tenor_days == 304


def test_more_than_was_asked_for_is_refused(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    with pytest.raises(Invalid, match=r"carries at most"):
        approve(staff("sanction_head"), desk, offer_of(desk, amount_paise=1_20_000_00))


def test_the_cost_of_a_change_is_shown_before_it_is_decided(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    with unit_of_work(staff("sanction_manager"), "look") as uow:
        shown = sanction.preview_offer(
            uow, desk.application_id, offer_of(desk, amount_paise=80_000_00)
        )
    assert shown.fee_paise == 1_888_00
    assert shown.net_paise == 78_112_00
    assert shown.instalments == 12
    assert shown.why_not == ""


def test_a_stale_screen_is_refused(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    with pytest.raises(StaleVersion):
        approve(staff("sanction_manager"), desk, version=1)


def test_a_changed_ground_stops_the_sanction_and_names_the_change(
    brand: Brand, staff: Staff
) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    with unit_of_work(system(brand), "read") as uow:
        read_statement(uow, desk.application_id).period_to = None
        uow.commit()
    with pytest.raises(sanction.RecommendationVoid, match="documents changed"):
        approve(staff("sanction_manager"), desk)


def test_returning_opens_the_memo_again(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    command = sanction.ReturnToCredit(
        desk.application_id, desk.row().version, "Please verify the employer by phone"
    )
    run_command(
        staff("sanction_manager"), "return", lambda uow: sanction.return_to_credit(uow, command)
    )
    assert desk.row().status == "in_credit"
    with unit_of_work(desk.credit_executive, "look") as uow:
        cams = store.cams_of(uow, desk.application_id)
        assert [(cam.number, cam.status) for cam in cams] == [(2, "draft"), (1, "superseded")]
        kinds = [row.kind for row in store.decisions_of(uow, desk.application_id)]
    assert kinds == ["returned"]


def test_escalation_leaves_the_case_where_it_is(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    staff("sanction_head")
    command = sanction.Escalate(
        desk.application_id, desk.row().version, "Employer is on the watch list"
    )
    run_command(staff("sanction_manager"), "escalate", lambda uow: sanction.escalate(uow, command))
    assert desk.row().status == "recommended"


def test_a_rejection_carries_its_code_and_the_customers_words(brand: Brand, staff: Staff) -> None:
    desk = in_credit(brand, staff)
    recommended(desk)
    manager = staff("sanction_manager")
    with unit_of_work(manager, "look") as uow:
        words = sanction.rejection_words(uow, desk.application_id, "obligations")
    assert "Your present loan payments leave too little room" in words
    command = sanction.RejectCase(
        desk.application_id, desk.row().version, "obligations", "Two loans opened last week"
    )
    run_command(manager, "reject", lambda uow: sanction.reject_case(uow, command))
    assert (desk.row().status, desk.row().reject_code) == ("rejected", "obligations")
