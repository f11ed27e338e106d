"""Decides what a borrower hears when money moves: paid out, received, closed.
Each message follows the event of the books, so nothing is said that was not posted."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from core.agreement.render import ClosedLoan, no_dues_pdf
from core.agreement.service import borrower_of, lender_of
from core.application.tables import Application
from core.brand.tables import Product
from core.collection import store as collection_store
from core.customer.tables import CustomerBankAccount
from core.db.unit_of_work import UnitOfWork
from core.document.paper import PDF, FilePaper, file_paper
from core.kernel.business_day import format_date
from core.kernel.money import format_inr
from core.loan.tables import Loan, LoanBalance
from core.notification.service import queue_message
from core.payment.tables import Receipt
from integrations.blob_store.choice import blob_store
from jobs.task import JobContext, Payload, job


@job("loan.born")
def tell_disbursed(context: JobContext, payload: Payload) -> None:
    """Tell the borrower that the loan was paid out, and when it is first due."""
    with context.unit_of_work("tell_disbursed") as uow:
        loan = uow.get(Loan, int(payload["loan_id"]))
        due_on, _ = collection_store.next_due(uow.session, loan.id)
        queue_message(
            uow,
            code="loan_disbursed",
            customer_id=loan.customer_id,
            case_id=loan.application_id,
            words={
                "number": loan.number,
                "amount": format_inr(loan.net_disbursed_paise),
                "account": _account(uow, loan.customer_id),
                "due_on": format_date(due_on or loan.matures_on),
            },
        )
        uow.commit()


def _account(uow: UnitOfWork, customer_id: int) -> str:
    last4 = uow.session.scalar(
        select(col(CustomerBankAccount.account_last4))
        .where(col(CustomerBankAccount.customer_id) == customer_id)
        .order_by(col(CustomerBankAccount.is_primary).desc(), col(CustomerBankAccount.id).desc())
        .limit(1)
    )
    return f"•••• {last4}" if last4 else "on record"


@job("receipt.posted")
def tell_received(context: JobContext, payload: Payload) -> None:
    """Send the receipt with what is outstanding after it."""
    with context.unit_of_work("tell_received") as uow:
        receipt = uow.get(Receipt, int(payload["receipt_id"]))
        loan = uow.get(Loan, receipt.loan_id)
        balance = uow.session.scalar(select(LoanBalance).where(col(LoanBalance.loan_id) == loan.id))
        outstanding = 0
        if balance is not None and loan.status == "active":
            outstanding = (
                balance.principal_outstanding_paise
                + balance.interest_outstanding_paise
                + balance.charge_outstanding_paise
                + balance.penal_outstanding_paise
            )
        queue_message(
            uow,
            code="receipt",
            customer_id=loan.customer_id,
            case_id=loan.application_id,
            words={
                "number": loan.number,
                "receipt": receipt.number,
                "amount": format_inr(receipt.amount_paise),
                "outstanding": format_inr(outstanding),
            },
        )
        uow.commit()


@job("loan.closed")
def issue_no_dues_letter(context: JobContext, payload: Payload) -> None:
    """Make the no-dues letter of a loan that is paid off, file it and tell the borrower.

    It is issued without being asked for, at once (line K09 of the UX bar: within 24 hours).
    """
    loan_id = int(payload["loan_id"])
    with context.unit_of_work("plan_no_dues", claim=False) as uow:
        loan = uow.get(Loan, loan_id)
        if loan.status != "closed" or loan.closed_on is None:
            return
        application = uow.get(Application, loan.application_id)
        lender, borrower = lender_of(uow), borrower_of(uow, application)
        facts = ClosedLoan(
            loan_number=loan.number,
            product=uow.get(Product, loan.product_id).name,
            principal_paise=loan.principal_paise,
            disbursed_on=loan.disbursed_on,
            closed_on=loan.closed_on,
            letter_date=uow.business_date,
        )
    blob = blob_store().put(context.brand_id, no_dues_pdf(lender, borrower, facts), PDF)
    with context.unit_of_work("issue_no_dues") as uow:
        document = file_paper(
            uow,
            FilePaper("no_dues", f"{loan.number} no-dues letter.pdf", blob, loan.application_id),
        )
        uow.audit(
            "loan.no_dues_issued",
            ("loan", loan.id),
            case_id=loan.application_id,
            after={"document_id": document.id},
            number=loan.number,
        )
        queue_message(
            uow,
            code="loan_closed",
            customer_id=loan.customer_id,
            case_id=loan.application_id,
            words={"number": loan.number},
            attachment_document_id=document.id,
        )
        uow.commit()
