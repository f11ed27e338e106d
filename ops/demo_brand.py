"""Decides the two demo brands: what they lend, to what limits, in what colours, with which people.
Everybody here is invented; the password is public, so none of it may reach production."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from core.access.actor import Actor
from core.access.password import hash_password
from core.access.session import platform_session
from core.access.tables import Role, Staff, StaffGrant
from core.brand.service import (
    add_product_version,
    change_setting,
    change_template,
    create_brand,
    create_product,
)
from core.brand.tables import Brand, Holiday, StaffAvailability
from core.db.unit_of_work import UnitOfWork, unit_of_work
from core.decision.seed import seed_rules
from core.kernel.rate import RatePeriod
from core.loan.terms import LoanKind, ProductTerms
from core.notification.service import seed_templates

PASSWORD = "munim-demo-2026"
LAKH_PAISE = 10_000_000


@dataclass(frozen=True, slots=True)
class DemoProduct:
    """One product of a demo brand."""

    code: str
    name: str
    terms: ProductTerms


@dataclass(frozen=True, slots=True)
class DemoBrand:
    """One demo brand and how it differs from the other."""

    id: int
    code: str
    name: str
    legal_name: str
    colour: str
    phone: str
    email: str
    address: str
    grievance_officer: str
    logo_svg: str
    products: tuple[DemoProduct, ...]
    closing_words: str


def _logo(letter: str, colour: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
        '<rect width="32" height="32" rx="8" fill="' + colour + '"/>'
        '<text x="16" y="22" font-family="sans-serif" font-size="17" font-weight="700"'
        f' text-anchor="middle" fill="#ffffff">{letter}</text></svg>'
    )


KOSH = DemoBrand(
    id=1,
    code="kosh",
    name="Kosh",
    legal_name="Kosh Demo Finance Limited",
    colour="#0f766e",
    phone="1800 200 1001",
    email="care@kosh.example",
    address="4 Demo Marg, Pune 411001",
    grievance_officer="Meera Joshi, grievance@kosh.example",
    logo_svg=_logo("K", "#0f766e"),
    products=(
        DemoProduct(
            "salary-advance",
            "Salary advance",
            ProductTerms(
                kind=LoanKind.BULLET,
                min_amount_paise=500_000,
                max_amount_paise=LAKH_PAISE,
                min_tenor=7,
                max_tenor=62,
                rate_bps=10,
                rate_period=RatePeriod.DAY,
                processing_fee_bps=200,
                penal_bps_per_year=1_825,
            ),
        ),
        DemoProduct(
            "personal-loan",
            "Personal loan",
            ProductTerms(
                kind=LoanKind.LEVEL_INSTALMENT,
                min_amount_paise=2_500_000,
                max_amount_paise=3 * LAKH_PAISE,
                min_tenor=3,
                max_tenor=24,
                rate_bps=2_400,
                instalment_multiple_paise=100,
                processing_fee_bps=150,
                penal_bps_per_year=1_825,
                penal_grace_days=3,
            ),
        ),
    ),
    closing_words="Kosh thanks you",
)

UDAAN = DemoBrand(
    id=2,
    code="udaan",
    name="Udaan",
    legal_name="Udaan Demo Credit Private Limited",
    colour="#4338ca",
    phone="1800 200 2002",
    email="help@udaan.example",
    address="12 Sample Road, Bengaluru 560001",
    grievance_officer="Ravi Menon, grievance@udaan.example",
    logo_svg=_logo("U", "#4338ca"),
    products=(
        DemoProduct(
            "flexi-emi",
            "Flexi EMI loan",
            ProductTerms(
                kind=LoanKind.LEVEL_INSTALMENT,
                min_amount_paise=5_000_000,
                max_amount_paise=5 * LAKH_PAISE,
                min_tenor=6,
                max_tenor=36,
                rate_bps=1_999,
                instalment_multiple_paise=100,
                processing_fee_bps=250,
                penal_bps_per_year=2_400,
                penal_grace_days=2,
            ),
        ),
        DemoProduct(
            "month-end",
            "Month-end loan",
            ProductTerms(
                kind=LoanKind.BULLET,
                min_amount_paise=1_000_000,
                max_amount_paise=6_000_000,
                min_tenor=10,
                max_tenor=45,
                rate_bps=15,
                rate_period=RatePeriod.DAY,
                processing_fee_bps=300,
                penal_bps_per_year=2_400,
            ),
        ),
    ),
    closing_words="Udaan wishes you well",
)

BRANDS = (KOSH, UDAAN)

# (name, e-mail, role, brands, sanction limit, approval limit)
PEOPLE: tuple[tuple[str, str, str, tuple[int, ...], int, int], ...] = (
    ("Anil Deshmukh", "anil", "super_admin", (1, 2), 0, 0),
    ("Kavita Rao", "kavita", "admin", (1,), 0, 0),
    ("Farhan Ali", "farhan", "admin", (2,), 0, 0),
    ("Lata Kulkarni", "lata", "loan_executive", (1,), 0, 0),
    ("Suresh Naik", "suresh", "loan_executive", (1, 2), 0, 0),
    ("Priya Das", "priya", "loan_executive", (2,), 0, 0),
    ("Charu Gupta", "charu", "credit_executive", (1, 2), 0, 0),
    ("Imran Sheikh", "imran", "credit_executive", (1,), 0, 0),
    ("Sunita Verma", "sunita", "sanction_manager", (1, 2), LAKH_PAISE // 2, 0),
    ("Harish Pillai", "harish", "sanction_head", (1, 2), 20 * LAKH_PAISE, 0),
    ("Cyrus Mistry", "cyrus", "collection_executive", (1,), 0, 0),
    ("Deepa Nair", "deepa", "collection_executive", (1, 2), 0, 0),
    ("Mohan Yadav", "mohan", "collection_manager", (1, 2), 0, 0),
    ("Hema Iyer", "hema", "collection_head", (1, 2), 0, 0),
    ("Omkar Patil", "omkar", "operations", (1, 2), 0, 10 * LAKH_PAISE),
    ("Olivia Dsouza", "olivia", "operations", (1, 2), 0, 10 * LAKH_PAISE),
    ("Manoj Sinha", "manoj", "marketing", (1, 2), 0, 0),
)

HOLIDAYS = (
    (dt.date(2026, 8, 15), "Independence Day"),
    (dt.date(2026, 10, 2), "Gandhi Jayanti"),
    (dt.date(2026, 11, 8), "Diwali"),
    (dt.date(2026, 12, 25), "Christmas"),
    (dt.date(2027, 1, 26), "Republic Day"),
)


def address_of(mailbox: str) -> str:
    """A demo person's e-mail address."""
    return f"{mailbox}@munim.example"


def open_demo_brands(business_date: dt.date, now: dt.datetime) -> list[Brand]:
    """Open both brands on a date with products, rules, templates, holidays and people."""
    with platform_session() as session:
        brands = [_brand(session, one, business_date) for one in BRANDS]
        _hire(session, now)
        session.commit()
    for one in BRANDS:
        with unit_of_work(Actor.system(one.id, "opening"), "open_brand", now=now) as uow:
            _furnish(uow, one, business_date)
            uow.commit()
    return brands


def _brand(session: Session, one: DemoBrand, business_date: dt.date) -> Brand:
    return create_brand(
        session,
        one.id,
        one.code,
        one.name,
        business_date=business_date,
        legal_name=one.legal_name,
        colour=one.colour,
        phone=one.phone,
        email=one.email,
        address=one.address,
        grievance_officer=one.grievance_officer,
        logo_svg=one.logo_svg,
    )


def _hire(session: Session, now: dt.datetime) -> None:
    roles = {
        role.code: role.id
        for role in session.scalars(select(Role).where(col(Role.owner_brand) == 0))
    }
    hashed = hash_password(PASSWORD)
    for name, mailbox, role, brands, sanction, approval in PEOPLE:
        person = Staff(
            email=address_of(mailbox),
            name=name,
            password_hash=hashed,
            super_admin=role == "super_admin",
            demo=True,
            created_at=now,
        )
        session.add(person)
        session.flush()
        for brand_id in brands:
            session.add(
                StaffGrant(
                    staff_id=person.id,
                    granted_brand=brand_id,
                    role_id=roles[role],
                    sanction_limit_paise=sanction,
                    approval_limit_paise=approval,
                )
            )
    session.flush()


def _authority() -> dict[str, Any]:
    """The levels of sanction as the demo people hold them, so that limits and sentences agree."""
    names = {"sanction_manager": "Sanction manager", "sanction_head": "Sanction head"}
    return {
        "levels": [
            {
                "role": role,
                "name": names[role],
                "limit_paise": limit,
                "deviations": 2 if role == "sanction_manager" else 99,
                "failures": 0 if role == "sanction_manager" else 99,
            }
            for _, _, role, _, limit, _ in PEOPLE
            if role in names
        ]
    }


def _furnish(uow: UnitOfWork, one: DemoBrand, business_date: dt.date) -> None:
    for product in one.products:
        row = create_product(uow, product.code, product.name, product.terms.kind.value)
        add_product_version(uow, row.id, product.terms.to_json(), business_date)
    seed_templates(uow)
    change_template(
        uow,
        "loan_closed",
        "sms",
        "Dear {name}, loan {number} is fully paid. Your no-dues letter is on your page. "
        f"{one.closing_words}.",
        dlt_id=f"DLT-{one.id}-loan_closed",
    )
    seed_rules(uow, effective_from=business_date, authority=_authority())
    change_setting(uow, "contact_hours", {"from": 8, "to": 19}, business_date)
    uow.add_all([Holiday(on_date=day, name=name) for day, name in HOLIDAYS])
    people = uow.session.execute(
        select(col(Staff.id), col(Role.code))
        .join(StaffGrant, col(StaffGrant.staff_id) == col(Staff.id))
        .join(Role, col(Role.id) == col(StaffGrant.role_id))
        .where(col(StaffGrant.granted_brand) == one.id, col(Role.code).like("%executive"))
    ).all()
    uow.add_all([StaffAvailability(staff_id=staff_id) for staff_id, _ in people])
