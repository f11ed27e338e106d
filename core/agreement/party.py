"""Gives lender and borrower as they stand on papers: full names, and identifiers only masked.
Every letter and agreement prints them alike, so they are read in one place."""

from __future__ import annotations

from core.agreement.key_facts import Borrower, Lender
from core.application.tables import Application
from core.customer.tables import Customer, CustomerBankAccount
from core.db.unit_of_work import UnitOfWork


def lender_of(uow: UnitOfWork) -> Lender:
    """The brand as it stands on papers."""
    brand = uow.brand
    return Lender(
        name=brand.name,
        legal_name=brand.legal_name or brand.name,
        address=brand.address,
        phone=brand.phone,
        email=brand.email,
        grievance_officer=brand.grievance_officer or f"Grievance officer of {brand.name}",
        colour=brand.colour,
    )


def borrower_of(uow: UnitOfWork, application: Application) -> Borrower:
    """The customer as it stands on papers; identifiers are masked."""
    customer = uow.get(Customer, application.customer_id)
    account = (
        uow.find(CustomerBankAccount, application.bank_account_id)
        if application.bank_account_id
        else None
    )
    place = " ".join(part for part in (customer.city, customer.pincode) if part)
    return Borrower(
        name=customer.name,
        address=", ".join(part for part in (customer.address_line, place) if part),
        pan_masked=f"••••••{customer.pan_last4}" if customer.pan_last4 else "",
        mobile_masked=f"+91 ••••• •{customer.mobile_last4}" if customer.mobile_last4 else "",
        account_masked=f"•••• {account.account_last4}" if account else "",
        ifsc=account.ifsc if account else "",
    )
