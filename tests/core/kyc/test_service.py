"""Shows what happens to a check: asked with consent, answered in every way, judged by a person.
The provider's answers are given as its adapter gives them; nothing else stands in for anything."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlmodel import col, select

from core.access.actor import Actor
from core.brand.tables import Brand
from core.customer.tables import Consent, CustomerBankAccount
from core.db.tables import OutboxEvent
from core.db.unit_of_work import run_command, unit_of_work
from core.kernel.errors import Forbidden, Invalid
from core.kernel.provider import ProviderOutcomeUnknown, ProviderRefused, ProviderUnavailable
from core.kyc import service
from core.kyc.ports import BankAccountAnswer, BankAccountStatus, PanAnswer, PanStatus
from core.kyc.tables import KycCheck
from tests.core.application.world import applicant, applied, stock
from tests.core.decision.world import system

Staff = Callable[..., Actor]


@pytest.fixture
def case(brand: Brand) -> int:
    return applied(applicant(brand), stock(brand).bullet_id)


def ask(actor: Actor, case: int, kind: str = "pan") -> KycCheck:
    return run_command(
        actor,
        "request_check",
        lambda uow: service.request_check(uow, service.RequestCheck(case, kind)),
    )


def answer_pan(brand: Brand, check_id: int, name: str) -> KycCheck:
    answer = PanAnswer(PanStatus.VALID, name, provider="setu")
    return run_command(
        system(brand), "record", lambda uow: service.record_pan_answer(uow, check_id, answer)
    )


def test_asking_records_the_intent_and_an_event_with_ids_only(
    brand: Brand, staff: Staff, case: int
) -> None:
    executive = staff("loan_executive")
    check = ask(executive, case)
    assert (check.status, check.subject_masked) == ("requested", "••••••234F")
    with unit_of_work(executive, "look") as uow:
        event = uow.session.scalar(
            select(OutboxEvent).where(col(OutboxEvent.topic) == "kyc.requested")
        )
    assert event is not None
    assert event.payload == {"kyc_check_id": check.id}


def test_a_second_click_does_not_ask_twice(staff: Staff, case: int) -> None:
    executive = staff("loan_executive")
    ask(executive, case)
    with pytest.raises(service.CheckRunning):
        ask(executive, case)


def test_without_consent_nothing_is_asked(brand: Brand, staff: Staff, case: int) -> None:
    with unit_of_work(system(brand), "withdraw") as uow:
        for consent in uow.session.scalars(select(Consent)):
            consent.withdrawn_at = uow.now
        uow.commit()
    with pytest.raises(service.ConsentMissing):
        ask(staff("loan_executive"), case)


def test_a_collection_executive_may_not_ask(staff: Staff, case: int) -> None:
    with pytest.raises(Forbidden):
        ask(staff("collection_executive"), case)


def test_the_same_name_passes_and_another_name_waits_for_a_person(
    brand: Brand, staff: Staff, case: int
) -> None:
    executive = staff("loan_executive")
    passed = answer_pan(brand, ask(executive, case).id, "PATIL ASHA")
    assert (passed.status, passed.name_score) == ("passed", 100)
    differs = answer_pan(brand, ask(executive, case).id, "SUNITA RAO")
    assert differs.status == "mismatch"
    assert differs.name_score is not None and differs.name_score < 60


def test_a_person_accepts_a_mismatch_only_with_a_reason(
    brand: Brand, staff: Staff, case: int
) -> None:
    executive = staff("loan_executive")
    check = answer_pan(brand, ask(executive, case).id, "A PATEL")
    with pytest.raises(Invalid):
        run_command(
            executive,
            "decide",
            lambda uow: service.decide_check(
                uow, service.DecideCheck(check.id, check.version, True, "ok")
            ),
        )
    decided = run_command(
        executive,
        "decide",
        lambda uow: service.decide_check(
            uow,
            service.DecideCheck(check.id, check.version, True, "Gazette copy of the new name seen"),
        ),
    )
    assert (decided.status, decided.decided_by_name) == ("accepted", executive.name)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ProviderUnavailable("Not reachable"), "unavailable"),
        (ProviderRefused("Wrong format"), "refused"),
        (ProviderOutcomeUnknown("No usable answer"), "no_answer"),
    ],
)
def test_each_silence_is_a_state_of_its_own_and_can_be_asked_again(
    brand: Brand, staff: Staff, case: int, error: Exception, status: str
) -> None:
    executive = staff("loan_executive")
    check = ask(executive, case)
    failed = run_command(
        system(brand),
        "record",
        lambda uow: service.record_failure(uow, check.id, error),  # type: ignore[arg-type]
    )
    assert failed.status == status
    assert failed.message == str(error)
    assert ask(executive, case).id != check.id


def test_a_late_answer_after_silence_still_counts_and_a_repeat_changes_nothing(
    brand: Brand, staff: Staff, case: int
) -> None:
    check = ask(staff("loan_executive"), case)
    unknown = ProviderOutcomeUnknown("time-out")
    run_command(system(brand), "record", lambda uow: service.record_failure(uow, check.id, unknown))
    assert answer_pan(brand, check.id, "ASHA PATIL").status == "passed"
    again = answer_pan(brand, check.id, "SOMEBODY ELSE")
    assert (again.status, again.version) == ("passed", 3)


def test_a_good_penny_drop_makes_the_account_payable(brand: Brand, staff: Staff, case: int) -> None:
    check = ask(staff("loan_executive"), case, "bank_account")
    answer = BankAccountAnswer(
        BankAccountStatus.VALID, "ASHA R PATIL", bank_name="HDFC Bank", provider="setu"
    )
    recorded = run_command(
        system(brand), "record", lambda uow: service.record_bank_answer(uow, check.id, answer)
    )
    assert recorded.status == "passed"
    with unit_of_work(system(brand), "look") as uow:
        account = uow.get(CustomerBankAccount, check.bank_account_id or 0)
        assert (account.state, account.verified_name, account.name_match) == (
            "verified",
            "ASHA R PATIL",
            93,
        )


def test_the_summary_names_what_is_missing(brand: Brand, staff: Staff, case: int) -> None:
    executive = staff("loan_executive")
    answer_pan(brand, ask(executive, case).id, "ASHA PATIL")
    with unit_of_work(executive, "look") as uow:
        summary = service.kyc_summary(uow, case)
    assert summary.missing == ("The bank account has not been checked",)
