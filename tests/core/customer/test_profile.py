"""What a profile must hold, and the sentence a person reads when it does not.
Every wrong field is named at once, so that a form is corrected in one go."""

from __future__ import annotations

import datetime as dt

import pytest

from core.customer.profile import (
    age_on,
    check_address,
    check_bank_account,
    check_identity,
    check_work,
    missing_steps,
    parse_day,
)
from core.kernel.errors import Invalid

TODAY = dt.date(2026, 11, 20)
GOOD = {
    "name": "  Asha   Patil ",
    "pan": "abcpe 1234f",
    "date_of_birth": "21/08/1994",
    "gender": "female",
    "email": "asha@Example.com",
}


def identity(**changes: str):
    return check_identity(**{**GOOD, **changes}, today=TODAY)


def wrong(call) -> dict[str, str]:
    with pytest.raises(Invalid) as refusal:
        call()
    return refusal.value.fields


def test_identity_is_kept_in_one_form() -> None:
    given = identity()
    assert (given.name, given.pan, given.date_of_birth, given.email) == (
        "Asha Patil",
        "ABCPE1234F",
        dt.date(1994, 8, 21),
        "asha@example.com",
    )


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"name": "7"}, "name", "Enter your name as it stands on your PAN card"),
        ({"pan": "ABCDE1234"}, "pan", "Enter a PAN like ABCPE1234F"),
        (
            {"pan": "ABCCE1234F"},
            "pan",
            "This PAN belongs to a company; enter your own PAN, whose fourth letter is P",
        ),
        (
            {"date_of_birth": "31/02/1994"},
            "date_of_birth",
            "Enter your date of birth like 21/08/1994",
        ),
        ({"date_of_birth": "21/11/2008"}, "date_of_birth", "You must be 18 or older to apply"),
        ({"date_of_birth": "1899-01-01"}, "date_of_birth", "Check the year of your date of birth"),
        ({"gender": "x"}, "gender", "Choose one of the list, or leave it open"),
        ({"email": "asha@"}, "email", "Enter an email address like name@example.com"),
        ({"email": ""}, "email", "Enter an email address; your agreement is sent there"),
    ],
)
def test_each_wrong_field_has_its_sentence(changes, field, sentence) -> None:
    assert wrong(lambda: identity(**changes)) == {field: sentence}


def test_the_eighteenth_birthday_is_old_enough() -> None:
    assert age_on(identity(date_of_birth="20/11/2008").date_of_birth, TODAY) == 18


def test_all_wrong_fields_are_named_together() -> None:
    fields = wrong(lambda: identity(name="", pan="", date_of_birth="", email="x"))
    assert set(fields) == {"name", "pan", "date_of_birth", "email"}


def test_work_takes_rupees_as_people_type_them() -> None:
    work = check_work(employer_name="Vidya Textiles", salary="₹ 45,000", salary_day="1")
    assert (work.salary_paise, work.salary_day) == (4_500_000, 1)


def test_work_says_what_is_wrong() -> None:
    assert wrong(lambda: check_work(employer_name="", salary="lots", salary_day="32")) == {
        "employer_name": "Enter the name of the company that pays you",
        "salary": "Enter your monthly salary in rupees like 45,000",
        "salary_day": "Enter the day of the month your salary comes, 1 to 31",
    }


def test_address_says_what_is_wrong() -> None:
    assert wrong(lambda: check_address(address_line="12", city="", state="", pincode="012345")) == {
        "address_line": "Enter house, street and area",
        "city": "Enter your city or town",
        "pincode": "Enter a six-digit PIN code like 560001",
    }


def test_the_account_is_typed_twice_and_names_its_bank() -> None:
    account = check_bank_account(
        holder_name="Asha Patil",
        account_number="5010 0012 3444 71",
        account_again="50100012344471",
        ifsc="hdfc0000053",
    )
    assert (account.account_number, account.ifsc, account.bank_name) == (
        "50100012344471",
        "HDFC0000053",
        "HDFC Bank",
    )


def test_two_different_account_numbers_are_refused() -> None:
    assert wrong(
        lambda: check_bank_account(
            holder_name="Asha", account_number="50100012344471", account_again="1", ifsc="HDFC1"
        )
    ) == {
        "account_again": "The two account numbers are not the same",
        "ifsc": "Enter an IFSC like HDFC0000053",
    }


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1994-08-21", dt.date(1994, 8, 21)),
        ("21-8-1994", dt.date(1994, 8, 21)),
        ("21.08.1994", dt.date(1994, 8, 21)),
        ("21 August 1994", None),
    ],
)
def test_dates_are_read_as_typed(text, day) -> None:
    assert parse_day(text) == day


def test_open_steps_keep_their_order() -> None:
    assert missing_steps(
        consents_missing=False, identity=False, work=True, address=True, bank=False
    ) == ["identity", "bank"]
