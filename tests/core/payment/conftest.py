"""Decides what a payment test starts from: a signed case of a real product, ready to be paid out.
Rows of other features are written as those features leave them; payment's own go by its services.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from core.access.actor import Actor
    from core.brand.tables import Brand

SANCTIONED_PAISE = 42_500_000
# 1 % fee and 18 % tax on it: 4,250.00 + 765.00
FEES_PAISE = 501_500
NET_PAISE = 41_998_500
DUE_ON = dt.date(2026, 12, 20)
_people = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Case:
    """A case whose papers are signed."""

    application_id: int
    customer_id: int
    account_id: int
    agreement_id: int


@pytest.fixture
def system(brand: Brand) -> Actor:
    """The product itself in the test's brand."""
    from core.access.actor import Actor

    return Actor.system(brand.id, "payment test")


@pytest.fixture
def signed_case(brand: Brand, system: Actor) -> Callable[..., Case]:
    """A factory of signed cases: ₹ 4,25,000 for 30 days at 1 % a month, paid back at once."""

    def make(
        *,
        account_state: str = "verified",
        sanctioned_paise: int = SANCTIONED_PAISE,
        account_ending: str = "4471",
    ) -> Case:
        from core.agreement.tables import Agreement
        from core.application.tables import Application
        from core.brand.tables import Product, ProductVersion
        from core.customer.tables import Customer, CustomerBankAccount
        from core.db.secret import blind_index, seal
        from core.db.unit_of_work import unit_of_work
        from core.loan.terms import LoanKind, ProductTerms

        number = next(_people)
        terms = ProductTerms(
            kind=LoanKind.BULLET,
            min_amount_paise=100_000,
            max_amount_paise=100_000_000,
            min_tenor=7,
            max_tenor=90,
            rate_bps=1_200,
            processing_fee_bps=100,
        )
        with unit_of_work(system, "seed") as uow:
            product = uow.add(Product(code=f"test{number}", name="Test loan", kind="bullet"))
            version = uow.add(
                ProductVersion(
                    product_id=product.id,
                    version=1,
                    effective_from=dt.date(2026, 1, 1),
                    terms=terms.to_json(),
                    created_at=uow.now,
                )
            )
            mobile = f"98{number:04d}4321"
            customer = uow.add(
                Customer(
                    number=uow.next_number("CU"),
                    name="Asha Patil",
                    mobile_sealed=seal(mobile),
                    mobile_index=blind_index("mobile", mobile),
                    mobile_last4=mobile[-4:],
                    registered_at=uow.now,
                )
            )
            account_number = f"5010{number:04d}{account_ending}"
            account = uow.add(
                CustomerBankAccount(
                    customer_id=customer.id,
                    holder_name="Asha Patil",
                    account_sealed=seal(account_number),
                    account_index=blind_index("account", account_number),
                    account_last4=account_number[-4:],
                    ifsc="HDFC0000053",
                    state=account_state,
                    verified_name="ASHA PATIL" if account_state == "verified" else "",
                    added_at=uow.now,
                )
            )
            application = uow.add(
                Application(
                    number=uow.next_number("AP"),
                    customer_id=customer.id,
                    product_id=product.id,
                    product_version_id=version.id,
                    bank_account_id=account.id,
                    requested_amount_paise=sanctioned_paise,
                    tenor_days=30,
                    status="signed",
                    status_since=uow.now,
                    created_at=uow.now,
                    sanctioned_amount_paise=sanctioned_paise,
                    sanctioned_tenor_days=30,
                    rate_bps=1_200,
                    repayment_on=DUE_ON,
                    sanctioned_at=uow.now,
                )
            )
            agreed = terms.sell(
                principal_paise=sanctioned_paise,
                tenor=30,
                disbursed_on=uow.business_date,
                first_due_on=DUE_ON,
            )
            agreement = uow.add(
                Agreement(
                    application_id=application.id,
                    number=1,
                    status="signed",
                    terms=agreed.to_json(),
                    amount_paise=sanctioned_paise,
                    net_disbursed_paise=agreed.net_disbursed_paise,
                    made_at=uow.now,
                    signed_at=uow.now,
                    status_since=uow.now,
                )
            )
            uow.commit()
            return Case(application.id, customer.id, account.id, agreement.id)

    return make
