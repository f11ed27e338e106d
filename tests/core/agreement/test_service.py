"""Walks the papers of a sanctioned loan to the signature, and past every way it can go wrong.
Answers of the e-sign provider come repeated, late and out of order; none may move a case twice."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest
from sqlmodel import col, select

from core.access.actor import Actor
from core.agreement import service, store
from core.agreement.ports import SignAnswer, SignerAnswer, SignStatus
from core.agreement.tables import Agreement
from core.brand.tables import Brand
from core.db.tables import AuditEvent, Transition
from core.db.unit_of_work import run_command, unit_of_work
from core.decision import sanction
from core.document.ports import StoredBlob
from core.kernel.errors import Forbidden, NotFound
from core.kernel.provider import ProviderOutcomeUnknown, ProviderRefused
from tests.core.decision.test_sanction import approve, offer_of
from tests.core.decision.world import Desk, in_credit, recommended, system

Staff = Callable[..., Actor]


@pytest.fixture
def desk(brand: Brand, staff: Staff) -> Desk:
    """A sanctioned case whose papers are made."""
    found = in_credit(brand, staff)
    recommended(found)
    approve(staff("sanction_manager"), found)
    make(found)
    return found


def make(desk: Desk) -> None:
    blob = StoredBlob("key", "0" * 64, 100)

    def work(uow):
        agreement = service.begin_papers(uow, desk.application_id)
        assert agreement is not None
        plan = service.plan_papers(uow, agreement.id)
        service.record_papers(uow, plan, service.MadePapers(blob, blob, blob))

    run_command(system(desk.brand), "make", work)


def papers(desk: Desk) -> list[Agreement]:
    with unit_of_work(system(desk.brand), "look") as uow:
        rows = list(store.agreements_of(uow, desk.application_id))
        uow.session.expunge_all()
        return rows


def send(desk: Desk, actor: Actor) -> Agreement:
    command = service.SendForSignature(desk.application_id, desk.row().version)
    return run_command(actor, "send", lambda uow: service.send_for_signature(uow, command))


def answer(status: SignStatus, reference: str = "ES-1") -> SignAnswer:
    signer = SignerAnswer("Asha Patil", status, "https://sign.example/1")
    return SignAnswer(status, reference, (signer,), provider="setu")


def sent(desk: Desk, actor: Actor, reference: str = "ES-1") -> None:
    agreement = send(desk, actor)
    pending = answer(SignStatus.PENDING, reference)
    run_command(
        system(desk.brand),
        "record_sent",
        lambda uow: service.record_sent(uow, agreement.id, pending, link="http://here/my/b"),
    )


def hear(desk: Desk, status: SignStatus, reference: str = "ES-1") -> Agreement:
    return run_command(
        system(desk.brand),
        "hear",
        lambda uow: service.record_sign_answer(uow, answer(status, reference)),
    )


def count(desk: Desk, model: type, column: object, value: str) -> int:
    with unit_of_work(system(desk.brand), "look") as uow:
        return len(uow.session.scalars(select(model).where(column == value)).all())  # type: ignore[arg-type]


def test_the_papers_show_what_is_sanctioned(desk: Desk) -> None:
    made = papers(desk)[0]
    assert (made.status, made.amount_paise) == ("made", 1_00_000_00)
    # 2 % fee and 18 % tax on it
    assert made.net_disbursed_paise == 97_640_00
    assert made.kfs_document_id and made.agreement_document_id and made.sanction_document_id


def test_making_twice_leaves_one_set(desk: Desk) -> None:
    again = run_command(
        system(desk.brand), "make", lambda uow: service.begin_papers(uow, desk.application_id)
    )
    assert again is None
    assert len(papers(desk)) == 1


def test_signature_moves_the_case_on_once_however_often_it_is_told(
    desk: Desk, staff: Staff
) -> None:
    sent(desk, staff("sanction_manager"))
    assert desk.row().status == "agreement_sent"
    for _ in range(3):
        hear(desk, SignStatus.SIGNED)
    assert desk.row().status == "signed"
    assert count(desk, Transition, col(Transition.event), "sign") == 2  # papers and case
    assert count(desk, AuditEvent, col(AuditEvent.action), "agreement.signed") == 1


def test_a_pending_told_after_the_signature_changes_nothing(desk: Desk, staff: Staff) -> None:
    sent(desk, staff("operations"))
    hear(desk, SignStatus.SIGNED)
    for late in (SignStatus.PENDING, SignStatus.DECLINED, SignStatus.EXPIRED):
        assert hear(desk, late).status == "signed"
    assert desk.row().status == "signed"


def test_a_signature_told_before_our_call_returned_comes_again_later(
    desk: Desk, staff: Staff
) -> None:
    agreement = send(desk, staff("sanction_manager"))
    with pytest.raises(NotFound):
        hear(desk, SignStatus.SIGNED)
    pending = answer(SignStatus.PENDING)
    run_command(
        system(desk.brand),
        "record_sent",
        lambda uow: service.record_sent(uow, agreement.id, pending, link="x"),
    )
    assert hear(desk, SignStatus.SIGNED).status == "signed"


def test_a_refused_signature_returns_the_case_to_sanctioned(desk: Desk, staff: Staff) -> None:
    sent(desk, staff("sanction_manager"))
    assert hear(desk, SignStatus.DECLINED).status == "declined"
    assert desk.row().status == "sanctioned"


def test_a_refused_sending_may_be_tried_again_and_an_unknown_one_not_blindly(
    desk: Desk, staff: Staff
) -> None:
    manager = staff("sanction_manager")
    agreement = send(desk, manager)
    failed = run_command(
        system(desk.brand),
        "fail",
        lambda uow: service.record_send_failure(uow, agreement.id, ProviderRefused("Bad PDF")),
    )
    assert (failed.status, failed.message) == ("made", "Bad PDF")
    agreement = send(desk, manager)
    unknown = run_command(
        system(desk.brand),
        "fail",
        lambda uow: service.record_send_failure(
            uow, agreement.id, ProviderOutcomeUnknown("time-out")
        ),
    )
    assert unknown.status == "unknown"
    with pytest.raises(Exception, match="not possible now"):
        send(desk, manager)


@pytest.mark.parametrize("signed", [False, True])
def test_another_amount_voids_the_papers_and_the_signature(
    desk: Desk, staff: Staff, signed: bool
) -> None:
    manager = staff("sanction_manager")
    sent(desk, manager)
    if signed:
        hear(desk, SignStatus.SIGNED)
    command = sanction.Revise(
        desk.application_id,
        desk.row().version,
        offer_of(desk, amount_paise=80_000_00),
        "Customer wants less after all",
    )
    run_command(manager, "revise", lambda uow: sanction.revise(uow, command))
    assert desk.row().status == "sanctioned"
    assert desk.row().sanctioned_amount_paise == 80_000_00
    assert papers(desk)[0].status == "void"
    make(desk)
    assert [(row.number, row.status, row.amount_paise) for row in papers(desk)] == [
        (2, "made", 80_000_00),
        (1, "void", 1_00_000_00),
    ]


def test_a_signature_on_void_papers_signs_nothing(desk: Desk, staff: Staff) -> None:
    manager = staff("sanction_manager")
    sent(desk, manager)
    command = service.Withdraw(desk.application_id, desk.row().version, "Wrong purpose printed")
    run_command(manager, "withdraw", lambda uow: service.withdraw(uow, command))
    assert hear(desk, SignStatus.SIGNED).status == "void"
    assert desk.row().status == "sanctioned"
    assert count(desk, AuditEvent, col(AuditEvent.action), "agreement.late_answer") == 1


def test_an_offer_lapses_after_its_last_day(desk: Desk, staff: Staff) -> None:
    sent(desk, staff("sanction_manager"))
    agreement_id = papers(desk)[0].id

    def lapse(uow):
        return service.expire_agreement(uow, agreement_id).status

    assert run_command(system(desk.brand), "expire", lapse) == "sent"
    with unit_of_work(system(desk.brand), "age") as uow:
        uow.lock(Agreement, agreement_id).expires_at = uow.now - dt.timedelta(minutes=1)
        uow.commit()
    assert run_command(system(desk.brand), "expire", lapse) == "expired"
    assert desk.row().status == "sanctioned"


def test_the_customer_opens_her_own_link_and_nobody_elses(desk: Desk, staff: Staff) -> None:
    sent(desk, staff("sanction_manager"))
    with unit_of_work(desk.customer, "sign") as uow:
        assert service.signing_link(uow) == "https://sign.example/1"
    stranger = dataclasses.replace(desk.customer, id=10_000_000)
    with unit_of_work(stranger, "sign") as uow:
        assert service.own_papers(uow) is None


def test_only_who_may_send_sends(desk: Desk, staff: Staff) -> None:
    with pytest.raises(Forbidden):
        send(desk, staff("credit_executive"))
