"""An application from wish to credit: limits, one at a time, who may move it, and what is missing.
Run on a real database as the people who would do it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.access.actor import Actor
from core.application.access import NotYourCase
from core.application.assignment_service import allot
from core.application.gate import NotReadyForCredit
from core.application.service import (
    ApplicationOpen,
    Apply,
    LoanOverdue,
    ProfileIncomplete,
    Reject,
    Step,
    add_note,
    apply,
    cancel,
    offers,
    quote_wish,
    reject,
    resubmit,
    save_draft,
    send_back,
    send_to_credit,
    start_review,
    write_to_customer,
    write_to_lender,
)
from core.application.tables import Application, CaseNote
from core.brand.service import add_product_version
from core.db.tables import OutboxEvent, Transition
from core.kernel.errors import Forbidden, IllegalTransition, Invalid, NotFound, StaleVersion
from core.loan.service import give_birth
from core.notification.tables import Message
from tests.core.application.world import (
    BULLET,
    applicant,
    applied,
    case_row,
    register,
    stock,
)
from tests.core.loan.lending import lender_of


@pytest.fixture
def shelf(brand):
    return stock(brand)


@pytest.fixture
def asha(brand, shelf) -> Actor:
    return applicant(brand)


def as_system(brand) -> Actor:
    return Actor.system(brand.id, "test")


@pytest.fixture
def executive(staff) -> Actor:
    return staff("loan_executive")


@pytest.fixture
def case_id(brand, asha, executive, shelf, uow) -> int:
    """A case in review with the executive."""
    application_id = applied(asha, shelf.bullet_id)
    with uow(as_system(brand)) as work:
        assert allot(work, application_id) == executive.id
        work.commit()
    with uow(executive) as work:
        row = work.get(Application, application_id)
        start_review(work, application_id, row.version)
        work.commit()
    return application_id


def version_of(actor: Actor, application_id: int) -> int:
    return case_row(actor, application_id).version


def test_an_application_within_the_limits_is_applied_for(asha, shelf, uow):
    application_id = applied(asha, shelf.bullet_id, 2_500_000, 30)
    with uow(asha) as work:
        row = work.get(Application, application_id)
        assert (row.number, row.status, row.requested_amount_paise, row.tenor_days) == (
            "AP-000001",
            "applied",
            2_500_000,
            30,
        )
        assert (row.net_salary_paise, row.salary_day, row.employer_name) == (
            4_500_000,
            1,
            "Vidya Textiles",
        )
        topics = work.session.scalars(select(OutboxEvent.topic)).all()
        assert "application.applied" in topics
        step = work.session.scalars(select(Transition)).one()
        assert (step.from_status, step.event, step.to_status) == ("draft", "apply", "applied")
        message = work.session.scalars(select(Message)).one()
        assert "AP-000001" in message.body


@pytest.mark.parametrize(
    ("amount_paise", "tenor", "field", "sentence"),
    [
        (
            5_000_001,
            30,
            "amount",
            "Enter an amount from ₹ 5,000.00 to ₹ 50,000.00. "
            "Salary advance is for ₹ 5,000.00 to ₹ 50,000.00, 7 to 45 days.",
        ),
        (
            499_999,
            30,
            "amount",
            "Enter an amount from ₹ 5,000.00 to ₹ 50,000.00. "
            "Salary advance is for ₹ 5,000.00 to ₹ 50,000.00, 7 to 45 days.",
        ),
        (
            2_500_000,
            46,
            "tenor",
            "Choose a tenure from 7 to 45 days. "
            "Salary advance is for ₹ 5,000.00 to ₹ 50,000.00, 7 to 45 days.",
        ),
        (
            2_500_000,
            6,
            "tenor",
            "Choose a tenure from 7 to 45 days. "
            "Salary advance is for ₹ 5,000.00 to ₹ 50,000.00, 7 to 45 days.",
        ),
    ],
)
def test_outside_the_limits_the_reason_names_them(
    asha, shelf, uow, amount_paise, tenor, field, sentence
):
    with uow(asha) as work:
        with pytest.raises(Invalid) as refusal:
            apply(work, Apply(shelf.bullet_id, amount_paise, tenor))
        assert refusal.value.fields == {field: sentence}


@pytest.mark.parametrize("amount_paise", [500_000, 5_000_000])
def test_the_limits_themselves_are_within(asha, shelf, amount_paise):
    assert applied(asha, shelf.bullet_id, amount_paise, 45) > 0


def test_a_later_version_of_the_product_does_not_change_the_case(brand, asha, shelf, uow):
    application_id = applied(asha, shelf.bullet_id)
    before = case_row(asha, application_id).product_version_id
    with uow(as_system(brand)) as work:
        add_product_version(
            work, shelf.bullet_id, {**BULLET, "max_amount_paise": 1_000_000}, work.business_date
        )
        work.commit()
    assert case_row(asha, application_id).product_version_id == before


def test_a_new_limit_binds_the_next_customer_at_once(brand, asha, shelf, uow):
    with uow(as_system(brand)) as work:
        add_product_version(
            work, shelf.bullet_id, {**BULLET, "max_amount_paise": 1_000_000}, work.business_date
        )
        work.commit()
    with uow(asha) as work, pytest.raises(Invalid) as refusal:
        apply(work, Apply(shelf.bullet_id, 2_500_000, 30))
    assert "₹ 10,000.00" in refusal.value.fields["amount"]


def test_an_incomplete_profile_says_which_steps_are_open(brand, shelf, uow):
    with uow(register(brand, "9000000009")) as work, pytest.raises(ProfileIncomplete) as refusal:
        apply(work, Apply(shelf.bullet_id, 2_500_000, 30))
    assert refusal.value.steps == ["consent", "identity", "work", "address", "bank"]


def test_one_application_at_a_time(asha, shelf, uow):
    applied(asha, shelf.bullet_id)
    with uow(asha) as work, pytest.raises(ApplicationOpen):
        apply(work, Apply(shelf.level_id, 10_000_000, 12))


def test_a_draft_is_kept_and_becomes_the_application(asha, shelf, uow):
    with uow(asha) as work:
        draft = save_draft(work, Apply(shelf.bullet_id, 1_000_000, 10))
        again = save_draft(work, Apply(shelf.bullet_id, 1_500_000, 15))
        assert draft.id == again.id
        work.commit()
    assert applied(asha, shelf.bullet_id, 2_000_000, 20) == draft.id


def test_months_are_kept_as_days(asha, shelf):
    application_id = applied(asha, shelf.level_id, 10_000_000, 12)
    assert case_row(asha, application_id).tenor_days == 365


def test_the_offer_shows_what_this_brand_sells(asha, shelf, uow):
    with uow(asha) as work:
        names = [offer.product.name for offer in offers(work)]
        assert {"Salary advance", "Personal loan"} <= set(names)


def test_a_wish_is_quoted_to_the_paisa(asha, shelf, uow):
    # 25,000 at 1 % a day for 30 days: 7,500 interest; fee 5 % 1,250 and 18 % GST 225
    with uow(asha) as work:
        cost = quote_wish(work, shelf.bullet_id, 2_500_000, 30)
        assert (cost.payments, cost.payment_paise, cost.interest_paise) == (1, 3_250_000, 750_000)
        assert (cost.fee_paise, cost.fee_tax_paise, cost.net_paise) == (125_000, 22_500, 2_352_500)
        assert cost.first_due_on.isoformat() == "2026-12-20"


def test_staff_cannot_apply(staff, shelf, uow):
    with uow(staff("admin")) as work, pytest.raises(Forbidden):
        apply(work, Apply(shelf.bullet_id, 2_500_000, 30))


def test_marketing_cannot_review(brand, asha, shelf, staff, uow):
    application_id = applied(asha, shelf.bullet_id)
    with uow(staff("marketing")) as work, pytest.raises(Forbidden):
        start_review(work, application_id, 2)


def test_a_colleague_cannot_work_on_my_case(case_id, staff, uow):
    other = staff("loan_executive")
    with uow(other) as work, pytest.raises(NotYourCase):
        send_to_credit(work, case_id, version_of(other, case_id))


def test_a_manager_may_step_in(case_id, staff, uow):
    admin = staff("admin")
    with uow(admin) as work:
        send_back(work, Step(case_id, version_of(admin, case_id), "Send your June salary slip"))


def test_the_gate_before_credit_says_all_that_is_missing(case_id, executive, uow):
    with uow(executive) as work:
        with pytest.raises(NotReadyForCredit) as refusal:
            send_to_credit(work, case_id, version_of(executive, case_id))
        assert refusal.value.missing == [
            "a bank statement",
            "The PAN has not been checked",
            "The bank account has not been checked",
        ]


def test_a_case_asked_about_shows_the_reason_and_returns_when_answered(
    asha, case_id, executive, uow
):
    with uow(executive) as work:
        send_back(work, Step(case_id, version_of(executive, case_id), "Page 3 is cut off"))
        work.commit()
    row = case_row(asha, case_id)
    assert (row.status, row.sent_back_reason, row.sent_back_from) == (
        "sent_back",
        "Page 3 is cut off",
        "in_review",
    )
    with uow(asha) as work:
        resubmit(work, case_id, "I sent the whole statement")
        work.commit()
    row = case_row(asha, case_id)
    assert (row.status, row.sent_back_reason) == ("in_review", "")
    with uow(executive) as work:
        notes = work.session.scalars(select(CaseNote).order_by(CaseNote.id)).all()
        assert [(note.audience, note.text) for note in notes] == [
            ("to_customer", "Page 3 is cut off"),
            ("from_customer", "I sent the whole statement"),
        ]


def test_a_question_needs_words(case_id, executive, uow):
    with uow(executive) as work, pytest.raises(Invalid) as refusal:
        send_back(work, Step(case_id, version_of(executive, case_id), "  "))
    assert set(refusal.value.fields) == {"reason"}


def test_a_rejection_has_a_code_and_tells_the_customer_in_its_words(case_id, executive, uow):
    with uow(executive) as work:
        reject(work, Reject(case_id, version_of(executive, case_id), "documents", "page 3"))
        work.commit()
    row = case_row(executive, case_id)
    assert (row.status, row.reject_code, row.rejected_in) == ("rejected", "documents", "in_review")
    with uow(executive) as work:
        bodies = work.session.scalars(select(Message.body).order_by(Message.id)).all()
        assert "The documents we need were missing or could not be read" in bodies[-1]
        assert "page 3" not in bodies[-1]


def test_an_unknown_reject_code_is_refused(case_id, executive, uow):
    with uow(executive) as work, pytest.raises(Invalid):
        reject(work, Reject(case_id, version_of(executive, case_id), "looks_odd"))


def test_the_customer_may_cancel_and_the_executive_is_told(asha, case_id, uow):
    with uow(asha) as work:
        cancel(work, Step(case_id, version_of(asha, case_id), "I found another way"))
        work.commit()
    assert case_row(asha, case_id).status == "cancelled"


def test_what_is_rejected_cannot_be_cancelled(asha, case_id, executive, uow):
    with uow(executive) as work:
        reject(work, Reject(case_id, version_of(executive, case_id), "policy"))
        work.commit()
    with uow(asha) as work, pytest.raises(IllegalTransition):
        cancel(work, Step(case_id, version_of(asha, case_id), "I found another way"))


def test_another_customer_does_not_find_the_case(brand, case_id, uow):
    ravi = applicant(brand, "9000000002", "BCDPR2345G", "60100012344471")
    with uow(ravi) as work, pytest.raises(NotFound):
        write_to_lender(work, case_id, "Hello")
    with uow(ravi) as work, pytest.raises(NotFound):
        cancel(work, Step(case_id, 1, "not mine at all"))


def test_who_saved_second_is_told_who_was_first(case_id, executive, staff, uow):
    admin = staff("admin")
    with uow(admin) as work:
        send_back(work, Step(case_id, version_of(admin, case_id), "Send your PAN card"))
        work.commit()
    with uow(executive) as work:
        with pytest.raises(StaleVersion) as refusal:
            reject(work, Reject(case_id, 3, "policy"))
        assert refusal.value.who == admin.name


def test_notes_are_internal_and_messages_are_not(asha, case_id, executive, uow):
    with uow(executive) as work:
        assert add_note(work, case_id, "Employer called back").audience == "internal"
        assert write_to_customer(work, case_id, "Please send it").audience == "to_customer"
    with uow(asha) as work:
        assert write_to_lender(work, case_id, "Done").audience == "from_customer"
        with pytest.raises(Forbidden):
            add_note(work, case_id, "mine")


def test_who_is_behind_on_a_loan_pays_it_first(brand, asha, shelf, uow):
    lender = lender_of(brand)
    application_id = applied(asha, shelf.bullet_id, 2_500_000, 7)

    def sanction(work):
        row = work.get(Application, application_id)
        row.status, row.sanctioned_amount_paise = "disbursed", 2_500_000
        row.sanctioned_tenor_days, row.rate_bps = 7, 100
        give_birth(work, application_id)

    lender.run(sanction)
    lender.close_days(9)
    with uow(asha) as work, pytest.raises(LoanOverdue) as refusal:
        apply(work, Apply(shelf.bullet_id, 2_500_000, 30))
    assert str(refusal.value) == (
        "Your loan LN-000001 is overdue by 2 days. Pay it first, then you can apply again."
    )
