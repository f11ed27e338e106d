"""Decides what a borrower gets when a loan is paid off: a no-dues letter, filed and sent at once.
It follows the event of the books, so nothing is said that was not posted."""

from __future__ import annotations

from core.agreement.party import borrower_of, lender_of
from core.agreement.render import ClosedLoan, no_dues_pdf
from core.application.tables import Application
from core.brand.tables import Product
from core.document.paper import PDF, FilePaper, file_paper
from core.loan.tables import Loan
from core.notification.service import queue_message
from integrations.registry import blob_store
from jobs.task import JobContext, Payload, job


@job("loan.closed")
def issue_no_dues_letter(context: JobContext, payload: Payload) -> None:
    """Make the no-dues letter of a loan that is paid off, file it and tell the borrower.

    It is issued without being asked for, at once (line K09 of the UX bar: within 24 hours).
    """
    loan_id = int(payload["loan_id"])
    with context.unit_of_work("plan_no_dues", claim=False) as uow:
        loan = uow.get(Loan, loan_id)
        # paid off early ends a loan as foreclosed, and everything is paid there too
        if loan.status not in ("closed", "foreclosed") or loan.closed_on is None:
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
