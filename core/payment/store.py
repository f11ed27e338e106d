"""Decides how rows of payment are found; every query of the feature is here and nowhere else.
Queries ask within the brand only because the transaction is confined to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select, text
from sqlmodel import col

from core.access.tables import ApprovalRequest
from core.agreement.tables import Agreement
from core.application.tables import Application
from core.brand.service import setting
from core.customer.tables import Customer, CustomerBankAccount
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import ist_date
from core.kernel.money import format_inr
from core.ledger.store import StatementLine
from core.loan.tables import Loan
from core.loan.terms import LoanTerms
from core.notification.service import notify_staff
from core.payment.disbursal import Readiness
from core.payment.payment_request import LIVE_STATES as LIVE_LINKS
from core.payment.tables import Disbursal, PaymentRequest, Payout, Receipt

# how long a sanction may be drawn, unless the brand's setting "disbursal" says otherwise
SANCTION_VALID_DAYS = 30
_PENNY_DROP = {"verified": "passed", "failed": "failed"}
_OPEN_PAYOUTS = ("created", "sending", "sent", "unknown")
# links are asked about when no webhook came for this long
LINK_CHECK_AFTER = dt.timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Ready:
    """What `blockers` judges, and the rows a disbursal is made of."""

    known: Readiness
    account: CustomerBankAccount | None
    agreement: Agreement | None
    fee_lines: tuple[dict[str, Any], ...]


def customer_name(uow: UnitOfWork, customer_id: int) -> str:
    """The borrower's name."""
    return uow.get(Customer, customer_id).name


def agreement_of(uow: UnitOfWork, application_id: int) -> Agreement | None:
    """The signed papers of a case."""
    return uow.session.scalar(
        select(Agreement)
        .where(col(Agreement.application_id) == application_id, col(Agreement.status) == "signed")
        .order_by(col(Agreement.id).desc())
        .limit(1)
    )


def account_of(uow: UnitOfWork, application: Application) -> CustomerBankAccount | None:
    """The account a case is paid to: the one named in it, else the customer's primary one."""
    if application.bank_account_id is not None:
        return uow.find(CustomerBankAccount, application.bank_account_id)
    return uow.session.scalar(
        select(CustomerBankAccount)
        .where(
            col(CustomerBankAccount.customer_id) == application.customer_id,
            col(CustomerBankAccount.is_primary),
        )
        .order_by(col(CustomerBankAccount.id).desc())
        .limit(1)
    )


def accounts_of(uow: UnitOfWork, customer_id: int) -> list[CustomerBankAccount]:
    """All accounts of a borrower, newest first."""
    return list(
        uow.session.scalars(
            select(CustomerBankAccount)
            .where(col(CustomerBankAccount.customer_id) == customer_id)
            .order_by(col(CustomerBankAccount.id).desc())
        )
    )


def readiness(uow: UnitOfWork, application: Application) -> Ready:
    """Everything that decides whether a case may be paid out, as it stands now."""
    agreement = agreement_of(uow, application.id)
    account = account_of(uow, application)
    terms = LoanTerms.from_json(agreement.terms) if agreement else None
    lines: tuple[dict[str, Any], ...] = ()
    if terms is not None:
        lines = (
            {"label": "Processing fee", "amount_paise": terms.processing_fee_paise},
            {"label": "GST on the fee", "amount_paise": terms.processing_fee_gst_paise},
        )
    open_row = open_disbursal(uow, application.id)
    # a sanction ages by the clock, like the signature under it
    valid_until = None
    if application.sanctioned_at is not None:
        days = int(setting(uow, "disbursal").get("sanction_valid_days", SANCTION_VALID_DAYS))
        valid_until = ist_date(application.sanctioned_at) + dt.timedelta(days=days)
    known = Readiness(
        case_status=application.status,
        sanctioned_paise=application.sanctioned_amount_paise,
        sanction_valid_until=valid_until,
        agreement_signed=agreement is not None,
        agreement_amount_paise=agreement.amount_paise if agreement else None,
        first_due_on=terms.first_due_on if terms else None,
        fees_paise=sum(int(line["amount_paise"]) for line in lines),
        account_ending=account.account_last4 if account else "",
        penny_drop=_PENNY_DROP.get(account.state, "missing") if account else "missing",
        open_disbursal=open_row.number if open_row else "",
        on_date=ist_date(uow.now),
        business_date=uow.business_date,
    )
    return Ready(known, account, agreement, lines)


def open_disbursal(uow: UnitOfWork, application_id: int) -> Disbursal | None:
    """The case's disbursal that has not ended, paid ones included."""
    return uow.session.scalar(
        select(Disbursal).where(
            col(Disbursal.application_id) == application_id,
            col(Disbursal.status) != "refused",
        )
    )


def disbursals_of(uow: UnitOfWork, application_id: int) -> list[Disbursal]:
    """Every disbursal of a case, newest first."""
    return list(
        uow.session.scalars(
            select(Disbursal)
            .where(col(Disbursal.application_id) == application_id)
            .order_by(col(Disbursal.id).desc())
        )
    )


def payouts_of(uow: UnitOfWork, disbursal_id: int) -> list[Payout]:
    """Every try of a disbursal, newest first."""
    return list(
        uow.session.scalars(
            select(Payout)
            .where(col(Payout.disbursal_id) == disbursal_id)
            .order_by(col(Payout.attempt).desc())
        )
    )


def last_payout(uow: UnitOfWork, disbursal_id: int) -> Payout | None:
    """The newest try of a disbursal."""
    return next(iter(payouts_of(uow, disbursal_id)), None)


def last_payout_id(uow: UnitOfWork, disbursal_id: int) -> int | None:
    """The id of the newest try of a disbursal."""
    found = last_payout(uow, disbursal_id)
    return found.id if found else None


def payout_by_reference(uow: UnitOfWork, reference: str, provider_reference: str) -> Payout | None:
    """The payout with our reference, or with the provider's when ours did not come back."""
    if reference:
        return uow.session.scalar(select(Payout).where(col(Payout.idempotency_key) == reference))
    return uow.session.scalar(
        select(Payout).where(
            col(Payout.provider_reference) == provider_reference,
            col(Payout.provider_reference) != "",
        )
    )


def due_checks(uow: UnitOfWork, limit: int) -> list[Payout]:
    """Open payouts whose time to ask has come, the longest waiting first."""
    return list(
        uow.session.scalars(
            select(Payout)
            .where(
                col(Payout.status).in_(_OPEN_PAYOUTS),
                col(Payout.next_check_at) <= uow.now,
            )
            .order_by(col(Payout.next_check_at))
            .limit(limit)
        )
    )


def open_request(
    uow: UnitOfWork, kind: str, subject_type: str, subject_id: int
) -> ApprovalRequest | None:
    """The request about a subject that waits for a decision."""
    return uow.session.scalar(
        select(ApprovalRequest).where(
            col(ApprovalRequest.kind) == kind,
            col(ApprovalRequest.subject_type) == subject_type,
            col(ApprovalRequest.subject_id) == subject_id,
            col(ApprovalRequest.state) == "pending",
        )
    )


def requests_about(uow: UnitOfWork, subject_type: str, subject_id: int) -> list[ApprovalRequest]:
    """Every request about a subject, newest first."""
    return list(
        uow.session.scalars(
            select(ApprovalRequest)
            .where(
                col(ApprovalRequest.subject_type) == subject_type,
                col(ApprovalRequest.subject_id) == subject_id,
            )
            .order_by(col(ApprovalRequest.id).desc())
        )
    )


def notify_operations(uow: UnitOfWork, disbursal: Disbursal, sentence: str) -> None:
    """Tell the person who asked for a disbursal what became of it; no personal data."""
    if not disbursal.requested_by:
        return
    notify_staff(
        uow,
        disbursal.requested_by,
        sentence,
        f"/{uow.brand.code}/ops/disbursals/{disbursal.application_id}",
    )


def live_request(uow: UnitOfWork, loan_id: int) -> PaymentRequest | None:
    """The loan's open link."""
    return uow.session.scalar(
        select(PaymentRequest).where(
            col(PaymentRequest.loan_id) == loan_id,
            col(PaymentRequest.status).in_(LIVE_LINKS),
        )
    )


def request_by_reference(
    uow: UnitOfWork, reference: str, provider_reference: str
) -> PaymentRequest | None:
    """The link with our reference, or with the provider's when ours did not come back."""
    if reference:
        return uow.session.scalar(
            select(PaymentRequest).where(col(PaymentRequest.reference) == reference)
        )
    return uow.session.scalar(
        select(PaymentRequest).where(
            col(PaymentRequest.provider_reference) == provider_reference,
            col(PaymentRequest.provider_reference) != "",
        )
    )


def links_to_check(uow: UnitOfWork, limit: int) -> list[PaymentRequest]:
    """Open links to ask about: those past their end, and young ones a customer may have paid."""
    young = uow.now - dt.timedelta(hours=1)
    return list(
        uow.session.scalars(
            select(PaymentRequest)
            .where(
                col(PaymentRequest.status) == "open",
                or_(
                    col(PaymentRequest.expires_at) <= uow.now,
                    (col(PaymentRequest.requested_at) >= young)
                    & (col(PaymentRequest.requested_at) <= uow.now - LINK_CHECK_AFTER),
                ),
            )
            .order_by(col(PaymentRequest.id))
            .limit(limit)
        )
    )


def requests_of(uow: UnitOfWork, loan_id: int, limit: int = 20) -> list[PaymentRequest]:
    """The links of a loan, newest first."""
    return list(
        uow.session.scalars(
            select(PaymentRequest)
            .where(col(PaymentRequest.loan_id) == loan_id)
            .order_by(col(PaymentRequest.id).desc())
            .limit(limit)
        )
    )


def receipts_of(uow: UnitOfWork, loan_id: int, limit: int = 50) -> list[Receipt]:
    """The receipts of a loan, newest first."""
    return list(
        uow.session.scalars(
            select(Receipt)
            .where(col(Receipt.loan_id) == loan_id)
            .order_by(col(Receipt.id).desc())
            .limit(limit)
        )
    )


def receipt_by_utr(uow: UnitOfWork, utr: str, but: int | None = None) -> Receipt | None:
    """A receipt that counts or may count and has this bank reference, other than `but`."""
    statement = select(Receipt).where(
        or_(col(Receipt.utr) == utr, col(Receipt.bank_reference) == utr),
        col(Receipt.state).in_(("pending_approval", "posted")),
    )
    if but is not None:
        statement = statement.where(col(Receipt.id) != but)
    return uow.session.scalar(statement.order_by(col(Receipt.id)).limit(1))


def receipt_by_payment(uow: UnitOfWork, gateway_payment_id: str) -> Receipt | None:
    """The receipt of one payment at the gateway."""
    return uow.session.scalar(
        select(Receipt).where(col(Receipt.gateway_payment_id) == gateway_payment_id)
    )


def loan_of_application(uow: UnitOfWork, application_id: int) -> Loan | None:
    """The loan born of a case."""
    return uow.session.scalar(select(Loan).where(col(Loan.application_id) == application_id))


def loan_of_customer(uow: UnitOfWork, customer_id: int) -> Loan | None:
    """The customer's running loan, else the newest one."""
    return uow.session.scalar(
        select(Loan)
        .where(col(Loan.customer_id) == customer_id)
        .order_by((col(Loan.status) == "active").desc(), col(Loan.id).desc())
        .limit(1)
    )


def disbursal_counts(uow: UnitOfWork) -> dict[str, tuple[int, int]]:
    """How many disbursals stand in each state, and their paise; `ready` counts signed cases."""
    counts: dict[str, tuple[int, int]] = {
        str(status): (int(number), int(paise or 0))
        for status, number, paise in uow.session.execute(
            select(
                col(Disbursal.status),
                func.count(),
                func.sum(col(Disbursal.net_paise)),
            ).group_by(col(Disbursal.status))
        )
    }
    number, paise = uow.session.execute(
        select(func.count(), func.sum(col(Application.sanctioned_amount_paise))).where(
            col(Application.status) == "signed"
        )
    ).one()
    counts["ready"] = (int(number), int(paise or 0))
    return counts


def payout_lines(uow: UnitOfWork, application_id: int) -> list[StatementLine]:
    """What a case's payouts moved between clearing and bank, oldest first."""
    rows = uow.session.execute(
        text(
            "SELECT p.id, p.entry_id, e.kind, e.value_date, e.posted_on, e.memo, a.code,"
            "       p.amount_paise, p.loan_id"
            " FROM payout o"
            " JOIN disbursal d ON d.brand_id = o.brand_id AND d.id = o.disbursal_id"
            " JOIN entry e ON e.brand_id = o.brand_id"
            "   AND e.key IN ('payout\\:' || o.id || '\\:paid',"
            "                 'payout\\:' || o.id || '\\:returned')"
            " JOIN posting p ON p.brand_id = e.brand_id AND p.entry_id = e.id"
            " JOIN ledger_account a ON a.brand_id = p.brand_id AND a.id = p.account_id"
            " WHERE d.application_id = :application ORDER BY p.id"
        ),
        {"application": application_id},
    )
    return [StatementLine(*row) for row in rows]


def allocation_words(receipt: Receipt) -> str:
    """Where a receipt's rupees went, in one line."""
    words = {
        "principal": "principal",
        "interest": "interest",
        "charge": "charges",
        "penal": "penal charges",
        "excess": "kept as excess",
    }
    parts = [
        f"{format_inr(int(paise))} {words[name]}"
        for name, paise in receipt.allocation.items()
        if name in words and int(paise)
    ]
    return ", ".join(parts)
