"""Decides the built-in roles and what each may do, the matrix of DESIGN.md 5 as data.
It is synchronised into rows at start-up, and only the rows are asked when somebody acts."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from core.access.permission import Permission
from core.access.tables import Role, RolePermission

P = Permission


@dataclass(frozen=True, slots=True)
class BuiltInRole:
    """A role every brand has from the first day."""

    code: str
    name: str
    permissions: frozenset[P]
    home: str = "dashboard"


_STAFF = {P.DASHBOARD_SEE, P.NOTIFICATION_READ, P.SAVED_VIEW, P.STAFF_SELF}
_SELF = {P.CUSTOMER_SELF, P.BUSINESS_SELF}
_CASE = {P.APPLICATION_OPEN, P.DOCUMENT_READ, P.LOAN_OPEN}
_LISTS = {P.CUSTOMER_LIST, P.APPLICATION_LIST, P.LOAN_LIST}
_ADMIN = frozenset(set(P) - _SELF - {P.SYSTEM, P.APPLICATION_APPLY})
_INVOICE_VERIFY = {P.INVOICE_LIST, P.INVOICE_VERIFY, P.DOCUMENT_CORRECT, P.DOCUMENT_VERIFY}
_COLLECT = _CASE | {P.COLLECTION_LIST, P.COLLECTION_WORK, P.REMINDER_MANAGE, P.PAYMENT_RECORD}

BUILT_IN_ROLES: tuple[BuiltInRole, ...] = (
    BuiltInRole("super_admin", "Super admin", _ADMIN),
    BuiltInRole("admin", "Admin", _ADMIN),
    BuiltInRole(
        "loan_executive",
        "Loan executive",
        frozenset(
            _STAFF
            | _CASE
            | _LISTS
            | _INVOICE_VERIFY
            | {
                P.APPLICATION_REVIEW,
                P.APPLICATION_REJECT,
                P.CUSTOMER_REVEAL,
                P.DOCUMENT_UPLOAD,
                P.KYC_CHECK,
            }
        ),
        "loans",
    ),
    BuiltInRole(
        "credit_executive",
        "Credit executive",
        frozenset(
            _STAFF
            | _CASE
            | _LISTS
            | _INVOICE_VERIFY
            | {
                P.APPLICATION_APPRAISE,
                P.APPLICATION_REJECT,
                P.BUREAU_PULL,
                P.BUREAU_READ,
                P.DECISION_READ,
                P.CUSTOMER_REVEAL,
                P.DOCUMENT_UPLOAD,
                P.KYC_CHECK,
            }
        ),
        "credit",
    ),
    BuiltInRole(
        "sanction_manager",
        "Sanction manager",
        frozenset(
            _STAFF
            | _CASE
            | {
                P.APPLICATION_SANCTION,
                P.BUREAU_READ,
                P.DECISION_READ,
                P.APPLICATION_REJECT,
                P.AGREEMENT_SEND,
                P.EXPORT,
                P.INVOICE_LIST,
                P.INVOICE_FUND,
            }
        ),
        "sanction",
    ),
    BuiltInRole(
        "sanction_head",
        "Sanction head",
        frozenset(
            _STAFF
            | _CASE
            | {
                P.APPLICATION_SANCTION,
                P.BUREAU_READ,
                P.DECISION_READ,
                P.APPLICATION_SANCTION_ANY,
                P.APPLICATION_REJECT,
                P.AGREEMENT_SEND,
                P.EXPORT,
                P.INVOICE_LIST,
                P.INVOICE_FUND,
            }
        ),
        "sanction",
    ),
    BuiltInRole(
        "collection_executive", "Collection executive", frozenset(_STAFF | _COLLECT), "collection"
    ),
    BuiltInRole(
        "collection_manager",
        "Collection manager",
        frozenset(_STAFF | _COLLECT | {P.COLLECTION_MANAGE, P.EXPORT, P.REPORT_READ}),
        "collection",
    ),
    BuiltInRole(
        "collection_head",
        "Collection head",
        frozenset(_STAFF | _COLLECT | {P.COLLECTION_MANAGE, P.EXPORT, P.REPORT_READ, P.WRITE_OFF}),
        "collection",
    ),
    BuiltInRole(
        "operations",
        "Loan operations",
        frozenset(
            _STAFF
            | _CASE
            | {
                P.AGREEMENT_SEND,
                P.DISBURSAL_LIST,
                P.DISBURSAL_REQUEST,
                P.DISBURSAL_APPROVE,
                P.PAYMENT_LIST,
                P.PAYMENT_RECORD,
                P.PAYMENT_APPROVE,
                P.END_OF_DAY_RUN,
                P.LEDGER_READ,
                P.LEDGER_POST,
                P.EXPORT,
                P.INVOICE_LIST,
                P.INVOICE_FUND,
            }
        ),
        "ops/disbursals",
    ),
    BuiltInRole(
        "marketing",
        "Marketing",
        frozenset(_STAFF | {P.LEAD_LIST, P.REPORT_MARKETING}),
    ),
)

PARTY_PERMISSIONS: dict[str, frozenset[P]] = {
    "customer": frozenset({P.CUSTOMER_SELF, P.APPLICATION_APPLY, P.DOCUMENT_UPLOAD}),
    "business": frozenset({P.BUSINESS_SELF, P.DOCUMENT_UPLOAD}),
}


def synchronise_roles(session: Session) -> None:
    """Make the rows of the built-in roles equal to this matrix; safe to run at every start."""
    for position, built_in in enumerate(BUILT_IN_ROLES):
        role = session.scalar(
            select(Role).where(col(Role.owner_brand) == 0, col(Role.code) == built_in.code)
        )
        if role is None:
            role = Role(owner_brand=0, code=built_in.code, name=built_in.name)
            session.add(role)
        role.name, role.position, role.home = built_in.name, position, built_in.home
        session.flush()
        held = set(
            session.scalars(
                select(col(RolePermission.permission)).where(col(RolePermission.role_id) == role.id)
            )
        )
        wanted = {permission.value for permission in built_in.permissions}
        for name in sorted(wanted - held):
            session.add(RolePermission(role_id=role.id, permission=name))
        if held - wanted:
            session.execute(
                delete(RolePermission).where(
                    col(RolePermission.role_id) == role.id,
                    col(RolePermission.permission).in_(sorted(held - wanted)),
                )
            )
    session.flush()
