"""A customer registers, agrees and fills the profile; nobody else may, and identifiers are sealed.
Run on a real database as the application role."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from core.access.actor import Actor
from core.customer.service import (
    CodeNotFresh,
    ProfileLocked,
    SaveBankAccount,
    SaveIdentity,
    SaveWork,
    give_consents,
    register_or_log_in,
    reveal_identifier,
    save_bank_account,
    save_identity,
    save_work,
    withdraw_consent,
)
from core.customer.store import has_consent, open_steps, primary_account
from core.customer.tables import Customer, CustomerBankAccount
from core.db.tables import AuditEvent
from core.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tests.core.application.world import CONSENTS, applicant, applied, fill_profile, register, stock


def test_nobody_becomes_a_customer_without_a_code(brand, uow):
    with uow(Actor.anonymous(brand.id)) as work, pytest.raises(CodeNotFresh):
        register_or_log_in(work, "9000000001")


def test_the_same_mobile_is_the_same_customer(brand):
    first = register(brand, "9000000001")
    assert first.id is not None


def test_a_mobile_at_two_brands_is_two_customers(brand, new_brand, uow):
    here, there = register(brand, "9000000001"), register(new_brand(), "+91 90000 00001")
    with uow(here) as work:
        assert work.get(Customer, here.id).number == "CU-000001"
    with uow(there) as work:
        assert work.get(Customer, there.id).number == "CU-000001"
        assert work.session.scalar(text("SELECT count(*) FROM customer")) == 1


def test_the_profile_counts_down_its_open_steps(brand, uow):
    actor = register(brand, "9000000001")
    with uow(actor) as work:
        customer = work.get(Customer, actor.id)
        assert open_steps(work, customer) == ["consent", "identity", "work", "address", "bank"]
        assert give_consents(work, CONSENTS) == ["identity", "work", "address", "bank"]
    fill_profile(actor)
    with uow(actor) as work:
        customer = work.get(Customer, actor.id)
        assert open_steps(work, customer) == []
        assert customer.profile_completed_at is not None


def test_identifiers_lie_sealed_in_the_table(brand, uow):
    actor = applicant(brand)
    with uow(actor) as work:
        customer = work.get(Customer, actor.id)
        account = primary_account(work, actor.id)
        assert account is not None
        kept = f"{customer!r} {account!r}"
        assert "ABCPE1234F" not in kept
        assert "9000000001" not in kept
        assert "50100012344471" not in kept
        assert (customer.pan_last4, customer.mobile_last4, account.account_last4) == (
            "234F",
            "0001",
            "4471",
        )


def test_the_audit_shows_identifiers_masked_only(brand, uow):
    actor = applicant(brand)
    with uow(actor) as work:
        rows = work.session.scalars(select(AuditEvent)).all()
        told = " ".join(f"{row.words} {row.after} {row.before}" for row in rows)
        assert "••••••234F" in told
        assert "ABCPE1234F" not in told
        assert "50100012344471" not in told


def test_a_required_consent_cannot_be_left_out(brand, uow):
    with uow(register(brand, "9000000001")) as work:
        with pytest.raises(Invalid) as refusal:
            give_consents(work, ["identity", "statement"])
        assert refusal.value.fields == {
            "credit_report": "Without “Ask for my credit report” we cannot work on an application"
        }


def test_a_consent_keeps_the_hash_of_its_words_and_can_be_taken_back(brand, uow):
    actor = applicant(brand)
    with uow(actor) as work:
        assert has_consent(work, actor.id, "credit_report")
        withdraw_consent(work, "credit_report")
        assert not has_consent(work, actor.id, "credit_report")
        with pytest.raises(NotFound):
            withdraw_consent(work, "credit_report")


def test_one_pan_belongs_to_one_customer_of_a_brand(brand, uow):
    applicant(brand)
    second = register(brand, "9000000002")
    with uow(second) as work, pytest.raises(Conflict) as refusal:
        save_identity(work, SaveIdentity("Ravi", "ABCPE1234F", "1990-01-01", "", "r@example.com"))
    assert refusal.value.field == "pan"


def test_a_new_account_becomes_the_primary_one_and_is_unverified(brand, uow):
    actor = applicant(brand)
    with uow(actor) as work:
        save_bank_account(
            work, SaveBankAccount("Asha Patil", "00112233445566", "00112233445566", "SBIN0001234")
        )
        account = primary_account(work, actor.id)
        assert account is not None
        assert (account.account_last4, account.state) == ("5566", "declared")
        accounts = work.session.scalars(select(CustomerBankAccount)).all()
        assert sorted(a.is_primary for a in accounts) == [False, True]


def test_the_profile_stands_still_while_an_application_is_judged(brand, uow):
    shelf = stock(brand)
    actor = applicant(brand)
    applied(actor, shelf.bullet_id)
    with uow(actor) as work, pytest.raises(ProfileLocked):
        save_work(work, SaveWork("Other Company", "90,000", "5"))


def test_staff_have_no_profile_to_fill(staff, uow):
    with uow(staff("loan_executive")) as work, pytest.raises(Forbidden):
        save_work(work, SaveWork("X Ltd", "1", "1"))


def test_a_reveal_needs_the_right_and_a_reason_and_is_audited(brand, staff, uow):
    customer = applicant(brand)
    executive = staff("loan_executive")
    with uow(staff("marketing")) as work, pytest.raises(Forbidden):
        reveal_identifier(work, customer.id, "pan", "compare with the card")
    with uow(executive) as work:
        with pytest.raises(Invalid):
            reveal_identifier(work, customer.id, "pan", "")
        shown = reveal_identifier(work, customer.id, "pan", "compare with the card")
        assert shown.value == "ABCPE1234F"
        work.commit()
    with uow(executive) as work:
        last = work.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "personal_data.revealed")
        ).one()
        assert (last.words["field"], last.reason) == ("PAN", "compare with the card")
