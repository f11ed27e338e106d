"""Finds checks and the consent they rest on; every query of the feature stands here.
The newest check of a kind counts, unless the profile has changed since it was made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlmodel import col, select

from core.customer.tables import Consent, Customer, CustomerBankAccount
from core.db.unit_of_work import UnitOfWork
from core.kyc.life_cycle import OPEN
from core.kyc.tables import KycCheck


def checks_of(uow: UnitOfWork, application_id: int) -> Sequence[KycCheck]:
    """All checks of a case, newest first."""
    statement = (
        select(KycCheck)
        .where(col(KycCheck.application_id) == application_id)
        .order_by(col(KycCheck.id).desc())
    )
    return uow.session.scalars(statement).all()


def newest_check(uow: UnitOfWork, application_id: int, kind: str) -> KycCheck | None:
    """The newest check of a kind, or None when it was never asked."""
    statement = (
        select(KycCheck)
        .where(col(KycCheck.application_id) == application_id, col(KycCheck.kind) == kind)
        .order_by(col(KycCheck.id).desc())
        .limit(1)
    )
    return uow.session.scalar(statement)


def stale_checks(uow: UnitOfWork, older_than: dt.datetime) -> Sequence[KycCheck]:
    """Checks whose answer should have come long ago."""
    statement = select(KycCheck).where(
        col(KycCheck.status).in_(OPEN), col(KycCheck.requested_at) < older_than
    )
    return uow.session.scalars(statement).all()


def active_consent(uow: UnitOfWork, customer_id: int, purpose: str) -> Consent | None:
    """The newest consent for a purpose that was not withdrawn."""
    statement = (
        select(Consent)
        .where(
            col(Consent.customer_id) == customer_id,
            col(Consent.purpose) == purpose,
            col(Consent.withdrawn_at).is_(None),
        )
        .order_by(col(Consent.id).desc())
        .limit(1)
    )
    return uow.session.scalar(statement)


def bank_account_of(
    uow: UnitOfWork, customer: Customer, bank_account_id: int | None
) -> CustomerBankAccount | None:
    """The account a case pays to, or the customer's primary one."""
    if bank_account_id is not None:
        return uow.find(CustomerBankAccount, bank_account_id)
    statement = (
        select(CustomerBankAccount)
        .where(
            col(CustomerBankAccount.customer_id) == customer.id,
            col(CustomerBankAccount.is_primary),
        )
        .order_by(col(CustomerBankAccount.id).desc())
        .limit(1)
    )
    return uow.session.scalar(statement)
