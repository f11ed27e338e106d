"""Decides what a borrower's profile must hold and says what is wrong field by field.
Four short steps, so that a person on a phone never loses more than one of them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from core.kernel.errors import DomainError, Invalid
from core.kernel.identifier import (
    normal_account,
    normal_email,
    normal_ifsc,
    normal_pan,
    normal_pincode,
    pan_holder,
)
from core.kernel.money import format_inr, parse_inr

# Indian Contract Act 1872, s. 11 with the Majority Act 1875: eighteen to contract
MIN_AGE_YEARS = 18
MAX_AGE_YEARS = 100
SALARY_PAISE_MAX = 10_000_000_00
NAME_MAX = 120
ADDRESS_MIN = 8
ADDRESS_MAX = 240
GENDERS = ("female", "male", "other", "")
STEPS = ("consent", "identity", "work", "address", "bank")

BANKS: dict[str, str] = {
    "BARB": "Bank of Baroda",
    "BKID": "Bank of India",
    "CNRB": "Canara Bank",
    "FDRL": "Federal Bank",
    "HDFC": "HDFC Bank",
    "ICIC": "ICICI Bank",
    "IDFB": "IDFC First Bank",
    "IDIB": "Indian Bank",
    "INDB": "IndusInd Bank",
    "KKBK": "Kotak Mahindra Bank",
    "PUNB": "Punjab National Bank",
    "RATN": "RBL Bank",
    "SBIN": "State Bank of India",
    "UBIN": "Union Bank of India",
    "UTIB": "Axis Bank",
    "YESB": "Yes Bank",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Who the borrower is, checked and in one form."""

    name: str
    pan: str
    date_of_birth: dt.date
    gender: str
    email: str


@dataclass(frozen=True, slots=True)
class Work:
    """What the borrower earns: net monthly salary in paise and the day it usually comes."""

    employer_name: str
    salary_paise: int
    salary_day: int


@dataclass(frozen=True, slots=True)
class Address:
    """Where the borrower lives."""

    address_line: str
    city: str
    state: str
    pincode: str


@dataclass(frozen=True, slots=True)
class BankAccount:
    """The borrower's own account."""

    holder_name: str
    account_number: str
    ifsc: str
    bank_name: str


class _Wrong:
    """Collects one sentence per field, so that a form is corrected in one go."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def add(self, error: DomainError, field: str) -> None:
        if isinstance(error, Invalid):
            self.fields[field] = next(iter(error.fields.values()))
        else:
            self.fields[field] = error.message

    def raise_any(self) -> None:
        if self.fields:
            raise Invalid(self.fields)


def clean_text(value: str) -> str:
    """Text with single blanks and none at its ends."""
    return re.sub(r"\s+", " ", value).strip()


def name_key(name: str) -> str:
    """The form of a name that lists search by: small letters, single blanks."""
    return clean_text(name).casefold()


def age_on(date_of_birth: dt.date, day: dt.date) -> int:
    """Full years lived on a day."""
    before_birthday = (day.month, day.day) < (date_of_birth.month, date_of_birth.day)
    return day.year - date_of_birth.year - before_birthday


def parse_day(text: str) -> dt.date | None:
    """A date typed as 1994-08-21 or 21/08/1994; None for anything else."""
    value = text.strip()
    if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", value):
        value = f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}"
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


def check_identity(
    *, name: str, pan: str, date_of_birth: str, gender: str, email: str, today: dt.date
) -> Identity:
    """Check the first step; raises `Invalid` with a sentence per field."""
    wrong = _Wrong()
    clean_name = clean_text(name)
    if not 2 <= len(clean_name) <= NAME_MAX or not re.search(r"[^\W\d_]{2}", clean_name):
        wrong.fields["name"] = "Enter your name as it stands on your PAN card"
    clean_pan = ""
    try:
        clean_pan = normal_pan(pan)
        if pan_holder(clean_pan) != "individual":
            wrong.fields["pan"] = (
                f"This PAN belongs to a {pan_holder(clean_pan)}; enter your own PAN, "
                "whose fourth letter is P"
            )
    except DomainError as error:
        wrong.add(error, "pan")
    born = parse_day(date_of_birth)
    if born is None:
        wrong.fields["date_of_birth"] = "Enter your date of birth like 21/08/1994"
    elif age_on(born, today) < MIN_AGE_YEARS:
        wrong.fields["date_of_birth"] = f"You must be {MIN_AGE_YEARS} or older to apply"
    elif age_on(born, today) > MAX_AGE_YEARS:
        wrong.fields["date_of_birth"] = "Check the year of your date of birth"
    if gender not in GENDERS:
        wrong.fields["gender"] = "Choose one of the list, or leave it open"
    clean_email = ""
    if email.strip():
        try:
            clean_email = normal_email(email)
        except DomainError as error:
            wrong.add(error, "email")
    else:
        wrong.fields["email"] = "Enter an email address; your agreement is sent there"
    wrong.raise_any()
    assert born is not None
    return Identity(clean_name, clean_pan, born, gender, clean_email)


def check_work(*, employer_name: str, salary: str, salary_day: str) -> Work:
    """Check the second step; the salary is rupees as typed. Raises `Invalid`."""
    wrong = _Wrong()
    employer = clean_text(employer_name)
    if len(employer) < 2:
        wrong.fields["employer_name"] = "Enter the name of the company that pays you"
    paise = 0
    try:
        paise = parse_inr(salary, field="salary")
        if paise <= 0:
            wrong.fields["salary"] = "Enter what reaches your account each month"
        elif paise > SALARY_PAISE_MAX:
            wrong.fields["salary"] = f"Enter a monthly salary up to {format_inr(SALARY_PAISE_MAX)}"
    except DomainError:
        wrong.fields["salary"] = "Enter your monthly salary in rupees like 45,000"
    day = int(salary_day) if salary_day.strip().isdigit() else 0
    if not 1 <= day <= 31:
        wrong.fields["salary_day"] = "Enter the day of the month your salary comes, 1 to 31"
    wrong.raise_any()
    return Work(employer[:NAME_MAX], paise, day)


def check_address(*, address_line: str, city: str, state: str, pincode: str) -> Address:
    """Check the third step; raises `Invalid`."""
    wrong = _Wrong()
    line, town = clean_text(address_line), clean_text(city)
    if not ADDRESS_MIN <= len(line) <= ADDRESS_MAX:
        wrong.fields["address_line"] = "Enter house, street and area"
    if len(town) < 2:
        wrong.fields["city"] = "Enter your city or town"
    pin = ""
    try:
        pin = normal_pincode(pincode)
    except DomainError as error:
        wrong.add(error, "pincode")
    wrong.raise_any()
    return Address(line, town, clean_text(state), pin)


def check_bank_account(
    *, holder_name: str, account_number: str, account_again: str, ifsc: str
) -> BankAccount:
    """Check the fourth step; the account number is typed twice. Raises `Invalid`."""
    wrong = _Wrong()
    holder = clean_text(holder_name)
    if len(holder) < 2:
        wrong.fields["holder_name"] = "Enter the name the account is in"
    account = code = ""
    try:
        account = normal_account(account_number)
        if re.sub(r"[\s-]+", "", account_again).upper() != account:
            wrong.fields["account_again"] = "The two account numbers are not the same"
    except DomainError as error:
        wrong.add(error, "account_number")
    try:
        code = normal_ifsc(ifsc)
    except DomainError as error:
        wrong.add(error, "ifsc")
    wrong.raise_any()
    return BankAccount(holder, account, code, BANKS.get(code[:4], ""))


def missing_steps(
    *, consents_missing: bool, identity: bool, work: bool, address: bool, bank: bool
) -> list[str]:
    """The steps still open before somebody may apply, in their order."""
    have = {
        "consent": not consents_missing,
        "identity": identity,
        "work": work,
        "address": address,
        "bank": bank,
    }
    return [step for step in STEPS if not have[step]]
