"""Decides who the demo customers are and how far each gets: every state, in both brands.
A plan is data, so that the sixty cases can be read at a glance and changed in one line."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

FIRST = tuple(
    "Asha Vikram Neha Rahul Pooja Sanjay Divya Kiran Mahesh Ritu Ganesh Anita Rohit Shweta "  # noqa: SIM905
    "Nitin Jyoti Arvind Sneha Prakash Vidya Manish Rekha Ashok Nandini Gopal Usha Sachin "
    "Lalita Yash Tara".split()
)
LAST = tuple(
    "Patil Sharma Reddy Khan Mehta Das Nair Bose Chauhan Joshi Thomas Gill Shetty Rathod "  # noqa: SIM905
    "Pawar Mishra Jain Kaur Dubey Saxena Fernandes Bhat Tiwari Solanki Kapoor Ghosh Hegde "
    "Malik Vora Sethi".split()
)
EMPLOYERS = (
    "Acme Textiles",
    "Bluepeak Software",
    "Sunrise Hospital",
    "Metro Logistics",
    "Orchid Hotels",
    "Greenfield Schools",
    "Nova Retail",
    "Vertex Components",
)
CITIES = (
    ("Pune", "Maharashtra", "411004"),
    ("Nagpur", "Maharashtra", "440010"),
    ("Bengaluru", "Karnataka", "560034"),
    ("Chennai", "Tamil Nadu", "600017"),
    ("Hyderabad", "Telangana", "500081"),
    ("Jaipur", "Rajasthan", "302001"),
)

# (ending, day of the ninety on which the story begins); one line per case and brand
ENDINGS: tuple[tuple[str, int], ...] = (
    ("closed", 2),
    ("closed", 6),
    ("closed", 12),
    ("closed", 20),
    ("late_long", 3),
    ("late_long", 8),
    ("late", 40),
    ("late", 45),
    ("late", 48),
    ("current", 52),
    ("current", 66),
    ("current", 70),
    ("current", 74),
    ("current", 76),
    ("rejected", 30),
    ("rejected_late", 60),
    ("cancelled", 55),
    ("payout_failed", 80),
    ("disbursal_requested", 82),
    ("signed", 82),
    ("agreement_sent", 83),
    ("sanctioned", 84),
    ("recommended", 85),
    ("recommended_large", 85),
    ("in_credit", 86),
    ("in_credit", 87),
    ("sent_back", 85),
    ("in_review", 87),
    ("in_review", 88),
    ("applied", 89),
    ("draft", 88),
)


@dataclass(frozen=True, slots=True)
class Plan:
    """One demo customer and how the story ends."""

    number: int
    brand_id: int
    ending: str
    starts_on: int
    bullet: bool
    name: str
    mobile: str
    pan: str
    email: str
    born: dt.date
    gender: str
    employer: str
    salary_paise: int
    salary_day: int
    city: str
    state: str
    pincode: str
    account: str
    ifsc: str
    amount_paise: int
    tenor: int
    instalment_paise: int
    bounces: int
    score: int


def _plan(number: int, brand_id: int, ending: str, starts_on: int) -> Plan:
    dice = random.Random(7_000 + number)
    first, last = FIRST[number % len(FIRST)], LAST[(number * 7) % len(LAST)]
    # long stories and closed ones are short loans, the others alternate
    bullet = ending in ("closed", "late", "late_long") or number // 2 % 2 == 0
    bullet = bullet and ending != "recommended_large"
    salary = dice.randrange(32, 96) * 100_000
    city, state, pincode = CITIES[number % len(CITIES)]
    letters = "ABCDEFGHJK"
    amounts = _wish(brand_id, bullet, salary, ending)
    weak = ending.startswith("rejected")
    return Plan(
        number=number,
        brand_id=brand_id,
        ending=ending,
        starts_on=starts_on,
        bullet=bullet,
        name=f"{first} {last}",
        mobile=f"9{800_000_000 + number * 137_911:09d}",
        pan=(
            f"{letters[number % 10]}{letters[number // 10 % 10]}KP{last[0]}{1000 + number}"
            f"{letters[(number * 3) % 10]}"
        ),
        email=f"{first}.{last}{number}@customers.example".lower(),
        born=dt.date(1998 - number % 22, 1 + number % 12, 1 + number % 27),
        gender=("female", "male")[number % 2],
        employer=EMPLOYERS[number % len(EMPLOYERS)],
        salary_paise=salary,
        salary_day=1,
        city=city,
        state=state,
        pincode=pincode,
        account=f"50100{number:04d}{dice.randrange(10_000, 99_999)}",
        ifsc=f"HDFC0{number:06d}",
        amount_paise=amounts[0],
        tenor=amounts[1],
        instalment_paise=salary // 8 if number % 3 == 0 else 0,
        bounces=3 if weak else 0,
        score=580 if weak else 700 + dice.randrange(0, 110),
    )


def _wish(brand_id: int, bullet: bool, salary_paise: int, ending: str) -> tuple[int, int]:
    if bullet:
        largest = 5_000_000 if brand_id == 1 else 4_000_000
        wish = min(salary_paise * 2 // 5, largest)
        return max(wish // 100_000 * 100_000, 1_000_000), 30
    if ending == "recommended_large":
        return (12_000_000, 18) if brand_id == 1 else (16_000_000, 30)
    if brand_id == 1:
        return max(salary_paise * 3 // 4 // 100_000 * 100_000, 2_500_000), 9
    return max(salary_paise // 100_000 * 100_000, 5_000_000), 12


def _all() -> tuple[Plan, ...]:
    plans: list[Plan] = []
    for number, (ending, starts_on) in enumerate(ENDINGS, start=1):
        for brand_id in (1, 2):
            own = number * 2 + brand_id
            plans.append(_plan(own, brand_id, ending, min(starts_on + brand_id - 1, 89)))
    return tuple(plans)


PLANS: tuple[Plan, ...] = _all()
