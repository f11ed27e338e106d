"""Decides what a customer sees of their application: how far it is, what is pending, with whom.
Whatever we wait for from them stands first, with the place to do it right below."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import (
    CUSTOMER,
    SecureState,
    command,
    in_query,
    in_unit_of_work,
    query,
    watch,
)
from backoffice.self_service.customer_panels import load_panels
from backoffice.self_service.home_state import Mine, read_mine, road_rows
from backoffice.shell import t
from core.access.permission import Permission
from core.application.life_cycle import APPLICATION, OPEN
from core.application.next_step import next_step
from core.application.service import PURPOSES, Step, cancel, resubmit, write_to_lender
from core.application.store import notes_of
from core.application.tables import CaseNote
from core.application.tenor import tenor_words
from core.customer.service import own_record
from core.db.tables import JobRun
from core.db.unit_of_work import UnitOfWork
from core.document.service import kind_words
from core.document.store import documents_of_application, documents_of_customer, newest_run
from core.document.tables import Document
from core.kernel.business_day import format_date, format_datetime
from core.kernel.money import format_inr
from core.loan.terms import LoanKind

UPLOADING = ("applied", "in_review", "sent_back", "in_credit")


class MyApplication(SecureState, rx.State):
    """The newest application of the customer."""

    READ = Permission.CUSTOMER_SELF
    AUDIENCE = CUSTOMER

    loaded: bool = False
    application_id: str = ""
    number: str = ""
    status: str = ""
    version: str = ""
    amount: str = ""
    details: list[tuple[str, str]] = []
    road: list[dict[str, str]] = []
    next_words: str = ""
    customer_acts: bool = False
    sent_back: str = ""
    asks_statement: bool = False
    may_upload: bool = False
    may_cancel: bool = False
    is_open: bool = False
    password: str = ""
    upload_fields: dict[str, str] = {}
    slip_fields: dict[str, str] = {}
    documents: list[dict[str, str]] = []
    run: dict[str, str] = {}
    talk: list[dict[str, str]] = []

    @query(Permission.CUSTOMER_SELF)
    async def load(self) -> Any:
        """Read the newest application, then the panels of other features."""

        def read(uow: UnitOfWork) -> tuple[Any, ...]:
            mine = read_mine(uow)
            if mine.newest is None:
                return mine, [], None, []
            found = list(documents_of_application(uow, mine.newest.id))
            run = newest_run(uow, found[0].id) if found else None
            talk = notes_of(uow, mine.newest.id, ("to_customer", "from_customer"))
            return mine, found, run, talk

        mine, documents, run, talk = await in_query(read, use_case="my_application")
        self._take(mine)
        self.documents = [_document(one) for one in documents]
        self.run = _run(run)
        self.talk = [_message(note) for note in talk]
        self.loaded = True
        return [panel.load for panel in load_panels("application") if panel.load is not None]

    def _take(self, mine: Mine) -> None:
        newest, case = mine.newest, mine.case
        if newest is None or case is None:
            self.number = ""
            return
        kind = LoanKind(case.terms.kind)
        self.application_id, self.number = str(newest.id), newest.number
        self.status, self.version = newest.status, str(newest.version)
        amount = newest.sanctioned_amount_paise or newest.requested_amount_paise
        self.amount = format_inr(amount)
        days = newest.sanctioned_tenor_days or newest.tenor_days
        self.details = [
            (t("Loan"), case.product.name),
            (t("Asked for"), format_inr(newest.requested_amount_paise)),
            (t("Tenure"), tenor_words(kind, days)),
            (t("For"), t(PURPOSES.get(newest.purpose, newest.purpose))),
            (t("Applied"), format_datetime(newest.applied_at) if newest.applied_at else ""),
        ]
        if newest.sanctioned_amount_paise:
            approved = (t("Approved"), format_inr(newest.sanctioned_amount_paise))
            self.details = [self.details[0], approved, *self.details[1:]]
        self.is_open = newest.status in OPEN
        self.road = road_rows(newest.status) if newest.status in (*OPEN, "disbursed") else []
        step = next_step(
            newest.status,
            holder=case.holder.split(" ")[0],
            statement_missing=mine.statement_missing,
            sent_back_reason=newest.sent_back_reason,
            reject_code=newest.reject_code,
        )
        self.next_words, self.customer_acts = step.customer, step.customer_acts
        self.sent_back = newest.sent_back_reason if newest.status == "sent_back" else ""
        self.asks_statement = mine.statement_missing
        self.may_upload = newest.status in UPLOADING
        self.may_cancel = APPLICATION.can(newest.status, "cancel")
        self._fill_upload()

    def _fill_upload(self) -> None:
        self.upload_fields = {
            "kind": "bank_statement",
            "application": self.application_id,
            "password": self.password,
        }
        self.slip_fields = {**self.upload_fields, "kind": "salary_slip"}

    @query(Permission.CUSTOMER_SELF)
    async def keep_pdf_password(self, value: str) -> None:
        """The password of the PDF goes with the upload and is kept nowhere else."""
        self.password = value[:64]
        self._fill_upload()

    @query(Permission.CUSTOMER_SELF)
    async def uploaded(self, answer: dict[str, Any]) -> Any:
        """The file arrived: show it, forget the password."""
        del answer
        self.password = ""
        return [ui.toast_done(t("Received. We are reading it.")), MyApplication.load]

    @command(Permission.CUSTOMER_SELF)
    async def answer_question(self, form: dict[str, Any]) -> Any:
        """Answer what was asked; the case goes on."""
        case_id, answer = int(self.application_id), str(form.get("answer", ""))
        await in_unit_of_work(lambda uow: resubmit(uow, case_id, answer), use_case="resubmit")
        return [ui.toast_done(t("Thank you. We go on with it.")), MyApplication.load]

    @command(Permission.CUSTOMER_SELF)
    async def write(self, form: dict[str, Any]) -> Any:
        """Write a message."""
        case_id, text = int(self.application_id), str(form.get("text", ""))
        await in_unit_of_work(
            lambda uow: write_to_lender(uow, case_id, text), use_case="write_to_lender"
        )
        return [ui.toast_done(t("Sent")), MyApplication.load]

    @command(Permission.CUSTOMER_SELF)
    async def cancel_application(self, reason: str) -> Any:
        """Cancel; the reason is asked for in the dialog."""
        given = Step(int(self.application_id), int(self.version), reason)
        await in_unit_of_work(lambda uow: cancel(uow, given), use_case="cancel")
        return [ui.toast_done(t("Your application is cancelled")), MyApplication.load]

    watch_changes = watch(
        Permission.CUSTOMER_SELF,
        "application",
        "document",
        "job_run",
        "agreement",
        concerns=lambda self, change: (
            change.subject != "application" or str(change.subject_id) == self.application_id
        ),
    )


class MyDocuments(SecureState, rx.State):
    """Everything the customer uploaded or received."""

    READ = Permission.CUSTOMER_SELF
    AUDIENCE = CUSTOMER

    loaded: bool = False
    documents: list[dict[str, str]] = []

    @query(Permission.CUSTOMER_SELF)
    async def load(self) -> Any:
        """Read my documents, then the panels of other features."""

        def read(uow: UnitOfWork) -> list[dict[str, str]]:
            customer = own_record(uow)
            return [_document(one) for one in documents_of_customer(uow, customer.id)]

        self.documents = await in_query(read, use_case="my_documents")
        self.loaded = True
        return [panel.load for panel in load_panels("documents") if panel.load is not None]


def _document(document: Document) -> dict[str, str]:
    return {
        "id": str(document.id),
        "kind": kind_words(document).capitalize(),
        "file_name": document.file_name,
        "uploaded": format_date(document.uploaded_at.date()),
        "state": document.state,
        "reason": document.reject_reason,
        "href": f"/files/document/{document.id}",
    }


def _run(run: JobRun | None) -> dict[str, str]:
    if run is None:
        return {"done": "0", "total": "0", "text": "", "state": ""}
    return {
        "done": str(run.done),
        "total": str(run.total),
        "text": run.message,
        "state": run.state,
    }


def _message(note: CaseNote) -> dict[str, str]:
    return {
        "audience": note.audience,
        "who": t("You") if note.audience == "from_customer" else note.by_name.split(" ")[0],
        "text": note.text,
        "when": format_datetime(note.at) + " IST",
    }
