"""Test people of the sandbox: any number of them, each with every identifier made from one number.

The same function serves the demo data, the tests and the sandbox itself, so a name asked by PAN,
by account or by mobile always fits, and nobody real is ever described.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta

PEOPLE_MAX = 8000
#: Numbers below this are kept for documented outcomes (see outcome.py).
FIRST_TAIL = 1000
PAN_DIGITS = slice(5, 9)
BORN_FIRST = date(1972, 1, 5)
AGE_SPREAD_DAYS = 11_300
SCORE_LOW = 655
SCORE_SPREAD = 160

FIRST_NAMES = (
    "Aarav", "Aditi", "Ajay", "Amit", "Ananya", "Anil", "Anjali", "Arjun", "Asha", "Bhavna",
    "Chetan", "Deepa", "Dev", "Divya", "Esha", "Farhan", "Gauri", "Girish", "Harish", "Isha",
    "Jaya", "Karan", "Kavita", "Kiran", "Lakshmi", "Lalit", "Madhav", "Meera", "Mohan", "Nandini",
    "Naveen", "Neha", "Nikhil", "Pooja", "Pranav", "Priya", "Rahul", "Rajesh", "Rekha", "Rohan",
    "Sameer", "Sanjay", "Shalini", "Shreya", "Sunil", "Tara", "Uday", "Varun", "Vidya", "Yash",
)  # fmt: skip
LAST_NAMES = (
    "Agarwal", "Bhat", "Chauhan", "Desai", "Eapen", "Fernandes", "Gupta", "Hegde", "Iyer", "Joshi",
    "Kulkarni", "Lal", "Menon", "Nair", "Oberoi", "Patil", "Qureshi", "Rao", "Sharma", "Thomas",
    "Upadhyay", "Varma", "Wagle", "Xavier", "Yadav", "Zaveri",
)  # fmt: skip
BANKS = (
    ("HDFC0000053", "HDFC Bank", "Fort, Mumbai"),
    ("ICIC0000104", "ICICI Bank", "Koramangala, Bengaluru"),
    ("SBIN0000300", "State Bank of India", "Parliament Street, New Delhi"),
    ("UTIB0000007", "Axis Bank", "Law Garden, Ahmedabad"),
    ("KKBK0000958", "Kotak Mahindra Bank", "Nariman Point, Mumbai"),
)
EMPLOYERS = (
    "Sahyadri Software Pvt Ltd", "Deccan Retail Ltd", "Konark Textiles Ltd", "Nilgiri Foods Ltd",
    "Aravalli Motors Ltd", "Coromandel Logistics Pvt Ltd", "Malabar Health Services Ltd",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Person:
    """One invented person; `score` is what the sandbox's bureau says of her."""

    number: int
    first_name: str
    last_name: str
    pan: str = field(repr=False)
    date_of_birth: date = field(repr=False)
    mobile: str = field(repr=False)
    email: str = field(repr=False)
    account_number: str = field(repr=False)
    ifsc: str
    bank: str
    branch: str
    employer: str
    salary_paise: int
    score: int

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


def person(number: int) -> Person:
    """The test person of a number from 0 to 7999; raises ValueError outside."""
    if not 0 <= number < PEOPLE_MAX:
        raise ValueError(f"there are {PEOPLE_MAX} test people, from 0 on")
    first = FIRST_NAMES[(number * 7) % len(FIRST_NAMES)]
    last = LAST_NAMES[(number * 11 + number // len(LAST_NAMES)) % len(LAST_NAMES)]
    tail = FIRST_TAIL + number
    letters = "".join(chr(65 + (number // 26**power) % 26) for power in (2, 1, 0))
    ifsc, bank, branch = BANKS[number % len(BANKS)]
    return Person(
        number=number,
        first_name=first,
        last_name=last,
        pan=f"{letters}P{last[0]}{tail:04d}{chr(65 + number % 26)}",
        date_of_birth=BORN_FIRST + timedelta(days=(number * 397) % AGE_SPREAD_DAYS),
        mobile=f"90000{tail:05d}",
        email=f"{first}.{last}{number}@example.com".lower(),
        account_number=f"5010{number:06d}{tail:04d}",
        ifsc=ifsc,
        bank=bank,
        branch=branch,
        employer=EMPLOYERS[number % len(EMPLOYERS)],
        salary_paise=(28_000 + (number * 1_700) % 70_000) * 100,
        score=SCORE_LOW + (number * 37) % SCORE_SPREAD,
    )


def _by_tail(tail: str) -> Person | None:
    if not tail.isdigit() or not FIRST_TAIL <= int(tail) < FIRST_TAIL + PEOPLE_MAX:
        return None
    return person(int(tail) - FIRST_TAIL)


def by_pan(pan: str) -> Person | None:
    """The test person of a PAN."""
    found = _by_tail(pan[PAN_DIGITS])
    return found if found is not None and found.pan == pan else None


def by_account(account_number: str) -> Person | None:
    """The test person of an account number."""
    found = _by_tail(account_number[-4:])
    return found if found is not None and found.account_number == account_number else None


def by_mobile(mobile: str) -> Person | None:
    """The test person of a mobile number of ten digits."""
    found = _by_tail(mobile[-4:])
    return found if found is not None and found.mobile == mobile else None


def invented_name(identifier: str, initial: str = "") -> str:
    """A name for an identifier that belongs to no test person; the same one each time.

    A PAN's fifth letter is the surname's initial, which the name then has.
    """
    number = int(hashlib.sha256(identifier.encode()).hexdigest(), 16)
    first = FIRST_NAMES[number % len(FIRST_NAMES)]
    fitting = [last for last in LAST_NAMES if last[0] == initial.upper()] or list(LAST_NAMES)
    return f"{first} {fitting[(number // 64) % len(fitting)]}"
