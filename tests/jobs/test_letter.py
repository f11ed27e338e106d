"""What a borrower gets when the last paisa is paid: a letter on file and a message, once.
The loan is lent, paid and closed through the services; the letter is made by the real renderer."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from core.customer.tables import Customer
from core.db.secret import seal
from core.document.tables import Document
from core.loan import service as loan_service
from core.loan.tables import Loan
from core.notification.tables import Message
from jobs.app import load_jobs
from jobs.task import drain
from tests.core.loan.lending import lender_of

load_jobs()


@pytest.fixture
def closed(brand, uow, monkeypatch, tmp_path):
    monkeypatch.setenv("MUNIM_HOME", str(tmp_path))
    lender = lender_of(brand)
    loan = lender.lend(amount_paise=1_000_000, tenor=7)
    with uow(lender.actor) as work:
        customer = work.get(Customer, loan.customer_id)
        customer.name, customer.mobile_sealed = "Asha Patil", seal("9876543210")
        work.commit()
    lender.close_days(7)
    day = lender.today()
    due = lender.run(lambda work: loan_service.payoff_quote(work, loan.id, day)).payoff_paise
    lender.run(lambda work: loan_service.post_receipt(work, loan.id, due, day, is_payoff=True))
    return lender, loan


def test_the_last_payment_closes_the_loan_and_files_one_no_dues_letter(brand, closed, uow):
    lender, loan = closed
    drain(brand.id, rounds=6)
    drain(brand.id, rounds=6)
    with uow(lender.actor) as work:
        assert work.get(Loan, loan.id).status == "closed"
        letters = work.session.scalars(select(Document).where(Document.kind == "no_dues")).all()
        assert [letter.file_name for letter in letters] == [f"{loan.number} no-dues letter.pdf"]
        assert letters[0].state == "verified"
        messages = work.session.scalars(select(Message).where(Message.code == "loan_closed")).all()
        assert [message.attachment_document_id for message in messages] == [letters[0].id]
        assert "Asha Patil" in messages[0].body
