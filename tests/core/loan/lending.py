"""Decides what loan tests lend: products, a customer and a sanctioned application, as real rows.
They are inserted as the features keep them, so that the service under test finds nothing unusual.
"""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any

from core.access.actor import Actor
from core.application.tables import Application
from core.application.tenor import tenor_in_days
from core.brand.tables import Brand, Product, ProductVersion
from core.customer.tables import Customer
from core.db.unit_of_work import UnitOfWork, run_command, unit_of_work
from core.end_of_day import service as end_of_day
from core.kernel.rate import RatePeriod
from core.loan import service
from core.loan.tables import Loan
from core.loan.terms import LoanKind, ProductTerms

_numbers = itertools.count(1)

BULLET = ProductTerms(
    kind=LoanKind.BULLET,
    min_amount_paise=100_000,
    max_amount_paise=1_000_000_000,
    min_tenor=1,
    max_tenor=90,
    rate_bps=100,
    rate_period=RatePeriod.DAY,
    processing_fee_bps=500,
    penal_bps_per_year=3_650,
)
LEVEL = ProductTerms(
    kind=LoanKind.LEVEL_INSTALMENT,
    min_amount_paise=100_000,
    max_amount_paise=1_000_000_000,
    min_tenor=1,
    max_tenor=60,
    rate_bps=2_400,
    instalment_multiple_paise=100,
    processing_fee_bps=200,
    penal_bps_per_year=3_650,
    penal_grace_days=3,
)


@dataclass(frozen=True, slots=True)
class Lender:
    """A brand with both products and one system actor, for short tests."""

    brand_id: int
    actor: Actor

    def sanction(
        self,
        product: ProductTerms = BULLET,
        amount_paise: int = 3_000_000,
        tenor: int = 30,
        repayment_on: dt.date | None = None,
    ) -> int:
        """Insert a sanctioned application of a new customer; return its id."""

        def work(uow: UnitOfWork) -> int:
            return sanction(uow, product, amount_paise, tenor, repayment_on)

        return run_command(self.actor, "sanction", work)

    def lend(self, product: ProductTerms = BULLET, **changes: Any) -> Loan:
        """Give birth to a loan on the business date."""
        application_id = self.sanction(product, **changes)
        return self.run(lambda uow: service.give_birth(uow, application_id))

    def run(self, work: Any) -> Any:
        """Run one use case and commit."""
        return run_command(self.actor, "test", work)

    def close_days(self, days: int) -> dt.date:
        """Close business dates one after the other; return the open one."""
        for _ in range(days):
            self.run(lambda uow: end_of_day.run_end_of_day(uow, uow.business_date))
        return self.today()

    def today(self) -> dt.date:
        """The open business date."""
        with unit_of_work(self.actor, "test") as uow:
            return uow.business_date


def lender_of(brand: Brand) -> Lender:
    """Return a lender for a brand."""
    return Lender(brand.id, Actor.system(brand.id, "test"))


def sanction(
    uow: UnitOfWork,
    product: ProductTerms,
    amount_paise: int,
    tenor: int,
    repayment_on: dt.date | None = None,
) -> int:
    """Insert customer, product version and a sanctioned application; return its id."""
    version = sell_product(uow, product)
    (application,) = sanction_many(uow, [(version, product, amount_paise, tenor)])
    application.repayment_on = repayment_on
    uow.flush()
    return application.id


def sell_product(uow: UnitOfWork, product: ProductTerms) -> ProductVersion:
    """Insert a product with one version; return the version."""
    number = next(_numbers)
    sold = uow.add(Product(code=f"p{number}", name="Test", kind=product.kind.value))
    return uow.add(
        ProductVersion(
            product_id=sold.id,
            version=1,
            effective_from=dt.date(2020, 1, 1),
            terms=product.to_json(),
            created_at=uow.now,
        )
    )


def sanction_many(
    uow: UnitOfWork, wishes: list[tuple[ProductVersion, ProductTerms, int, int]]
) -> list[Application]:
    """Insert one customer and one sanctioned application per (version, terms, amount, tenor)."""
    customers = uow.add_all(
        [
            Customer(
                number=f"CU-T{number}",
                mobile_sealed="sealed",
                mobile_index=f"loan-test-{number}",
                mobile_last4="0001",
                registered_at=uow.now,
            )
            for number in (next(_numbers) for _ in wishes)
        ]
    )
    return uow.add_all(
        [
            Application(
                number=f"AP-T{customer.id}",
                customer_id=customer.id,
                product_id=version.product_id,
                product_version_id=version.id,
                requested_amount_paise=amount_paise,
                sanctioned_amount_paise=amount_paise,
                tenor_days=tenor_in_days(product.kind, tenor),
                sanctioned_tenor_days=tenor_in_days(product.kind, tenor),
                rate_bps=product.rate_bps,
                status="disbursal_requested",
                status_since=uow.now,
                created_at=uow.now,
            )
            for customer, (version, product, amount_paise, tenor) in zip(
                customers, wishes, strict=True
            )
        ]
    )
