"""Decides how borrowers are found: by mobile, PAN or account through blind indexes, by name.
Every question about customers that a screen or another feature asks is written here once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col

from core.customer.consent import missing_consents
from core.customer.profile import missing_steps, name_key
from core.customer.tables import Consent, Customer, CustomerBankAccount
from core.db.secret import blind_index
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import DomainError
from core.kernel.identifier import normal_mobile, normal_pan

# past every letter, so that a prefix is a range of the C collation
LAST_CHARACTER = "\U0010ffff"


def mobile_index(mobile: str) -> str:
    """The blind index of a normal mobile number."""
    return blind_index("mobile", mobile)


def pan_index(pan: str) -> str:
    """The blind index of a normal PAN."""
    return blind_index("pan", pan)


def account_index(account_number: str) -> str:
    """The blind index of a normal account number."""
    return blind_index("account", account_number)


def customer_by_mobile(uow: UnitOfWork, mobile: str) -> Customer | None:
    """The customer with this mobile number."""
    index = mobile_index(normal_mobile(mobile))
    return uow.session.scalar(select(Customer).where(col(Customer.mobile_index) == index))


def customer_by_pan(uow: UnitOfWork, pan: str) -> Customer | None:
    """The customer with this PAN."""
    index = pan_index(normal_pan(pan))
    return uow.session.scalar(select(Customer).where(col(Customer.pan_index) == index))


def active_consents(uow: UnitOfWork, customer_id: int) -> list[Consent]:
    """The newest unwithdrawn consent of each purpose."""
    rows = uow.session.scalars(
        select(Consent)
        .where(col(Consent.customer_id) == customer_id, col(Consent.withdrawn_at).is_(None))
        .order_by(col(Consent.purpose), col(Consent.id).desc())
    )
    newest: dict[str, Consent] = {}
    for row in rows:
        newest.setdefault(row.purpose, row)
    return list(newest.values())


def has_consent(uow: UnitOfWork, customer_id: int, purpose: str) -> bool:
    """Whether the customer agrees to a purpose right now."""
    found = uow.session.scalar(
        select(col(Consent.id))
        .where(
            col(Consent.customer_id) == customer_id,
            col(Consent.purpose) == purpose,
            col(Consent.withdrawn_at).is_(None),
        )
        .limit(1)
    )
    return found is not None


def primary_account(uow: UnitOfWork, customer_id: int) -> CustomerBankAccount | None:
    """The account a loan is paid to and salary comes into."""
    return uow.session.scalar(
        select(CustomerBankAccount).where(
            col(CustomerBankAccount.customer_id) == customer_id,
            col(CustomerBankAccount.is_primary),
        )
    )


def open_steps(uow: UnitOfWork, customer: Customer) -> list[str]:
    """The profile steps still missing before this customer may apply."""
    held = [consent.purpose for consent in active_consents(uow, customer.id)]
    return missing_steps(
        consents_missing=bool(missing_consents(held)),
        identity=bool(customer.pan_index and customer.date_of_birth),
        work=customer.salary_paise > 0,
        address=bool(customer.pincode),
        bank=primary_account(uow, customer.id) is not None,
    )


def search_clause(text: str) -> Any:
    """What finds customers by one box: number, mobile, PAN, or the beginning of the name.

    Equality on blind indexes and a range on the name, both of which row-level security lets
    use their index (DESIGN.md 3, Under RLS).
    """
    wanted = text.strip()
    try:
        return col(Customer.mobile_index) == mobile_index(normal_mobile(wanted))
    except DomainError:
        pass
    try:
        return col(Customer.pan_index) == pan_index(normal_pan(wanted))
    except DomainError:
        pass
    if wanted.upper().startswith("CU-"):
        return col(Customer.number) == wanted.upper()
    key = name_key(wanted)
    return (col(Customer.name_key) >= key) & (col(Customer.name_key) < key + LAST_CHARACTER)


def customers_by_ids(uow: UnitOfWork, ids: Sequence[int]) -> dict[int, Customer]:
    """Several customers at once, by id."""
    if not ids:
        return {}
    rows = uow.session.scalars(
        select(Customer).where(
            col(Customer.brand_id) == uow.brand_id, col(Customer.id).in_(sorted(set(ids)))
        )
    )
    return {row.id: row for row in rows}


def count_customers(uow: UnitOfWork) -> int:
    """How many people have registered with this brand."""
    return uow.session.scalar(select(func.count()).select_from(Customer)) or 0
