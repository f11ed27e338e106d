"""Decides what the tests of cases stand on: products with limits, a customer who may apply.
Everything is made through the services that people use, never by inserting rows beside them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from core.access.actor import Actor, ActorKind
from core.access.otp import request_otp, verify_otp
from core.access.role import PARTY_PERMISSIONS
from core.application.service import Apply, apply
from core.application.tables import Application
from core.brand.service import add_product_version, create_product
from core.brand.tables import Brand
from core.customer.service import (
    SaveAddress,
    SaveBankAccount,
    SaveIdentity,
    SaveWork,
    give_consents,
    register_or_log_in,
    save_address,
    save_bank_account,
    save_identity,
    save_work,
)
from core.db.secret import unseal
from core.db.unit_of_work import UnitOfWork, run_command, unit_of_work

BULLET = {
    "kind": "bullet",
    "min_amount_paise": 500_000,
    "max_amount_paise": 5_000_000,
    "min_tenor": 7,
    "max_tenor": 45,
    "rate_bps": 100,
    "rate_period": "day",
    "processing_fee_bps": 500,
}
LEVEL = {
    "kind": "level_instalment",
    "min_amount_paise": 5_000_000,
    "max_amount_paise": 50_000_000,
    "min_tenor": 3,
    "max_tenor": 36,
    "rate_bps": 2_400,
    "processing_fee_bps": 200,
}
CONSENTS = ["identity", "credit_report", "statement"]


@dataclass(frozen=True, slots=True)
class Shelf:
    """The products of a test brand."""

    bullet_id: int
    level_id: int


def stock(brand: Brand) -> Shelf:
    """Give a brand a 30-day product and an instalment product."""
    admin = Actor.system(brand.id, "setup")

    def work(uow: UnitOfWork) -> Shelf:
        ids = []
        for code, name, terms in (
            ("salary-advance-t", "Salary advance", BULLET),
            ("personal-t", "Personal loan", LEVEL),
        ):
            product = create_product(uow, code, name, str(terms["kind"]))
            add_product_version(uow, product.id, terms, dt.date(2026, 1, 1))
            ids.append(product.id)
        return Shelf(*ids)

    return run_command(admin, "stock", work)


def customer_actor(brand: Brand, customer_id: int, name: str = "Asha") -> Actor:
    """The actor a customer's session gives."""
    return Actor(
        ActorKind.CUSTOMER,
        customer_id,
        name,
        brand.id,
        PARTY_PERMISSIONS["customer"],
        role="customer",
        brand_code=brand.code,
        address="127.0.0.1",
    )


def register(brand: Brand, mobile: str) -> Actor:
    """Somebody who asked for a code, gave it back and is now a customer."""
    visitor = Actor.anonymous(brand.id, address=f"test-{mobile}")
    with unit_of_work(visitor, "request_otp") as uow:
        code = unseal(request_otp(uow, mobile, "customer").code_sealed)
        uow.commit()
    with unit_of_work(visitor, "verify_otp") as uow:
        assert verify_otp(uow, mobile, code, "customer")
        customer_id = register_or_log_in(uow, mobile)
        uow.commit()
    return customer_actor(brand, customer_id)


def fill_profile(actor: Actor, *, pan: str = "ABCPE1234F", account: str = "50100012344471") -> None:
    """All five steps of the profile."""

    def work(uow: UnitOfWork) -> None:
        give_consents(uow, CONSENTS)
        save_identity(uow, SaveIdentity("Asha Patil", pan, "21/08/1994", "female", "a@example.com"))
        save_work(uow, SaveWork("Vidya Textiles", "45,000", "1"))
        save_address(uow, SaveAddress("12 Lake Road, Powai", "Mumbai", "400076"))
        save_bank_account(uow, SaveBankAccount("Asha Patil", account, account, "HDFC0000053"))

    run_command(actor, "fill_profile", work)


def applicant(
    brand: Brand,
    mobile: str = "9000000001",
    pan: str = "ABCPE1234F",
    account: str = "50100012344471",
) -> Actor:
    """A customer whose profile is complete."""
    actor = register(brand, mobile)
    fill_profile(actor, pan=pan, account=account)
    return actor


def applied(actor: Actor, product_id: int, amount_paise: int = 2_500_000, tenor: int = 30) -> int:
    """An application sent by a customer; returns its id."""

    def work(uow: UnitOfWork) -> int:
        return apply(uow, Apply(product_id, amount_paise, tenor, "medical")).id

    return run_command(actor, "apply", work)


def case_row(actor: Actor, application_id: int) -> Application:
    """The row as it stands."""
    with unit_of_work(actor, "look") as uow:
        row = uow.get(Application, application_id)
        uow.session.expunge(row)
        return row


StaffFactory = Callable[..., Actor]
