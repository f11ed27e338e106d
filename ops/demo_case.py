"""Decides how one demo customer's story goes, day by day: each step is what a person would do.
A story is a generator that yields how many days pass until the next step."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from sqlalchemy import select
from sqlmodel import col

from core.access.actor import Actor, ActorKind
from core.access.otp import request_otp, verify_otp
from core.access.role import PARTY_PERMISSIONS
from core.access.tables import ApprovalRequest
from core.agreement import service as agreement
from core.agreement.ports import SignStatus
from core.agreement.tables import Agreement
from core.application import service as application
from core.application.service import Apply, Reject, Step
from core.application.tables import Application
from core.brand.tables import Product
from core.bureau.service import RequestPull, request_pull
from core.collection import service as collection
from core.collection.service import RecordRemark
from core.customer import service as customer
from core.customer.consent import current_texts
from core.db.brand_table import now_utc
from core.db.secret import unseal
from core.db.unit_of_work import UnitOfWork, unit_of_work
from core.decision import sanction, store
from core.decision.rule_set import Outcome, RuleRun
from core.decision.sanction import Offer, RejectCase, Sanction
from core.decision.service import (
    ABOVE_MAXIMUM,
    Deviation,
    Recommend,
    SaveCam,
    cam_view,
    recommend,
    run_decision,
    save_cam,
)
from core.document import service as document_service
from core.document.intake import ReceivedFile
from core.document.service import UploadDocument
from core.document.tables import Document
from core.kernel.business_day import ist_date
from core.kyc.service import RequestCheck, request_check
from core.loan.tables import Loan, LoanBalance
from core.notification.service import schedule_reminder
from core.payment import disbursal_service, link_service, receipt_service
from core.payment.disbursal_service import DecideDisbursal, RequestDisbursal
from core.payment.link_service import AskPayment
from core.payment.ports import LinkPayment, LinkStatus
from core.payment.receipt_service import DecideReceipt, RecordReceipt
from core.payment.tables import Disbursal, PaymentRequest, Receipt
from integrations.registry import blob_store
from ops.demo_answer import link_answer, sign_answer
from ops.demo_paper import StatementFacts, statement_pdf
from ops.demo_plan import Plan

T = TypeVar("T")

RATIONALE = "Salary is regular and the new instalment leaves enough room every month."


class People(Protocol):
    """Where the demo people are found."""

    def actor(self, brand_id: int, mailbox: str) -> Actor:
        """A demo person in a brand."""
        ...


@dataclass(slots=True)
class Case:
    """A story's own memory."""

    plan: Plan
    customer_id: int = 0
    application_id: int = 0
    loan_id: int = 0
    borrower: Actor = field(default_factory=lambda: Actor.anonymous(0))

    def act(self, actor: Actor, use_case: str, work: Callable[[UnitOfWork], T]) -> T:
        """One use case of one person, committed."""
        with unit_of_work(actor, use_case) as uow:
            answer = work(uow)
            uow.commit()
            return answer

    def row(self) -> Application:
        """The application as it stands."""
        with unit_of_work(Actor.system(self.plan.brand_id, "demo"), "look") as uow:
            return uow.get(Application, self.application_id)

    def holder(self, people: People, duty: str) -> Actor:
        """The person who has the case."""
        row = self.row()
        wanted = row.loan_executive_id if duty == "loan" else row.credit_executive_id
        names = ("lata", "suresh", "priya") if duty == "loan" else ("charu", "imran")
        for mailbox in names:
            try:
                person = people.actor(self.plan.brand_id, mailbox)
            except KeyError:
                continue
            if person.id == wanted:
                return person
        raise LookupError(f"nobody has case {row.number}")


def live(case: Case, people: People) -> Generator[int]:
    """The whole story of one case up to its ending."""
    ending = case.plan.ending
    _register(case)
    if ending == "draft":
        _draft(case)
        return
    _apply(case)
    if ending == "applied":
        return
    yield 0
    loan_executive = case.holder(people, "loan")
    case.act(
        loan_executive,
        "start_review",
        lambda uow: application.start_review(uow, case.application_id, case.row().version),
    )
    if ending == "in_review":
        return
    yield 1
    if ending == "sent_back":
        step = Step(case.application_id, case.row().version, "Please upload last month's payslip")
        case.act(loan_executive, "send_back", lambda uow: application.send_back(uow, step))
        return
    if ending == "cancelled":
        step = Step(case.application_id, case.row().version, "Got the money from the family")
        case.act(case.borrower, "cancel", lambda uow: application.cancel(uow, step))
        return
    for kind in ("pan", "bank_account"):
        check = RequestCheck(case.application_id, kind)
        case.act(
            loan_executive, "request_check", lambda uow, check=check: request_check(uow, check)
        )
    yield 0
    _verify_documents(case, loan_executive)
    yield 0
    case.act(
        loan_executive,
        "send_to_credit",
        lambda uow: application.send_to_credit(uow, case.application_id, case.row().version),
    )
    yield 0
    yield from _credit(case, people)


def _register(case: Case) -> None:
    plan = case.plan
    visitor = Actor.anonymous(plan.brand_id, address="127.0.0.1", device="demo phone")

    def enter(uow: UnitOfWork) -> int:
        challenge = request_otp(uow, plan.mobile, "customer")
        code = unseal(challenge.code_sealed)
        assert verify_otp(uow, plan.mobile, code, "customer")
        uow.flush()
        return customer.register_or_log_in(uow, plan.mobile)

    case.customer_id = case.act(visitor, "register", enter)
    case.borrower = Actor(
        ActorKind.CUSTOMER,
        case.customer_id,
        plan.name,
        plan.brand_id,
        PARTY_PERMISSIONS["customer"],
        role="customer",
        address="127.0.0.1",
        device="demo phone",
    )

    def fill(uow: UnitOfWork) -> None:
        customer.give_consents(uow, list(current_texts()))
        customer.save_identity(
            uow,
            customer.SaveIdentity(
                plan.name, plan.pan, plan.born.strftime("%d/%m/%Y"), plan.gender, plan.email
            ),
        )
        rupees = str(plan.salary_paise // 100)
        customer.save_work(uow, customer.SaveWork(plan.employer, rupees, str(plan.salary_day)))
        customer.save_address(
            uow,
            customer.SaveAddress(
                f"{plan.number} Demo Society", plan.city, plan.pincode, plan.state
            ),
        )
        customer.save_bank_account(
            uow, customer.SaveBankAccount(plan.name, plan.account, plan.account, plan.ifsc)
        )

    case.act(case.borrower, "profile", fill)


def _wish(case: Case, uow: UnitOfWork) -> Apply:
    kind = "bullet" if case.plan.bullet else "level_instalment"
    product_id = uow.session.scalar(select(col(Product.id)).where(col(Product.kind) == kind))
    assert product_id is not None
    return Apply(product_id, case.plan.amount_paise, case.plan.tenor, "other")


def _draft(case: Case) -> None:
    case.act(case.borrower, "draft", lambda uow: application.save_draft(uow, _wish(case, uow)))


def _apply(case: Case) -> None:
    plan = case.plan
    case.application_id = case.act(
        case.borrower, "apply", lambda uow: application.apply(uow, _wish(case, uow)).id
    )
    today = ist_date(now_utc())
    content = statement_pdf(
        StatementFacts(
            plan.name,
            plan.account,
            plan.ifsc,
            plan.employer,
            plan.salary_paise,
            plan.salary_day,
            plan.instalment_paise,
            plan.bounces,
            today,
            plan.number,
        )
    )
    blob = blob_store().put(plan.brand_id, content, "application/pdf")
    received = ReceivedFile(
        "bank statement.pdf", "application/pdf", blob.size_bytes, 2, blob.sha256, blob.key
    )
    case.act(
        case.borrower,
        "upload",
        lambda uow: document_service.upload(
            uow, UploadDocument("bank_statement", received, application_id=case.application_id)
        ),
    )


def _verify_documents(case: Case, executive: Actor) -> None:
    def verify(uow: UnitOfWork) -> None:
        for document in uow.session.scalars(
            select(Document).where(
                col(Document.application_id) == case.application_id,
                col(Document.state) == "pending",
            )
        ):
            document_service.verify(uow, document.id, document.version)

    case.act(executive, "verify", verify)


def _credit(case: Case, people: People) -> Generator[int]:
    ending = case.plan.ending
    if ending == "in_credit":
        return
    executive = case.holder(people, "credit")
    case.act(executive, "pull", lambda uow: request_pull(uow, RequestPull(case.application_id)))
    yield 0
    if ending == "rejected":
        reject = Reject(case.application_id, case.row().version, "bureau_score", "")
        case.act(executive, "reject", lambda uow: application.reject(uow, reject))
        return

    def appraise(uow: UnitOfWork) -> None:
        view = cam_view(uow, case.application_id)
        form = dataclasses.replace(view.prefilled, rationale=RATIONALE)
        cam = save_cam(uow, SaveCam(case.application_id, None, form))
        run = run_decision(uow, case.application_id)
        trace = RuleRun.from_json(run.trace).results
        failed = [result.code for result in trace if result.outcome is not Outcome.PASS]
        if cam.proposed_paise > int(cam.figures["maximum_paise"]):
            failed.append(ABOVE_MAXIMUM)
        if failed:
            reasons = tuple(
                Deviation(code, "Accepted on the strength of the salary", "Closer follow-up")
                for code in failed
            )
            form = dataclasses.replace(form, deviations=reasons)
            save_cam(uow, SaveCam(case.application_id, cam.version, form))
        uow.flush()
        cam_now = store.open_cam(uow, case.application_id)
        assert cam_now is not None
        row = uow.get(Application, case.application_id)
        recommend(uow, Recommend(case.application_id, row.version, cam_now.version))

    case.act(executive, "recommend", appraise)
    if ending.startswith("recommended"):
        return
    yield 1
    row = case.row()
    amount = row.recommended_amount_paise or 0
    head = amount > people.actor(case.plan.brand_id, "sunita").sanction_limit_paise
    authority = people.actor(case.plan.brand_id, "harish" if head else "sunita")
    if ending == "rejected_late":
        reject_case = RejectCase(case.application_id, row.version, "policy", "")
        case.act(authority, "reject", lambda uow: sanction.reject_case(uow, reject_case))
        return
    offer = Offer(
        amount,
        row.recommended_rate_bps or 0,
        case.plan.tenor,
        row.recommended_repayment_on,
    )
    decision = Sanction(case.application_id, row.version, offer)
    case.act(authority, "sanction", lambda uow: sanction.sanction(uow, decision))
    if ending == "sanctioned":
        return
    yield 0
    yield from _papers(case, people)


def _papers(case: Case, people: People) -> Generator[int]:
    ending = case.plan.ending
    maker = people.actor(case.plan.brand_id, "omkar")
    send = agreement.SendForSignature(case.application_id, case.row().version)
    case.act(maker, "send", lambda uow: agreement.send_for_signature(uow, send))
    yield 0
    if ending == "agreement_sent":
        return
    system = Actor.system(case.plan.brand_id, "e-sign")

    def sign(uow: UnitOfWork) -> None:
        row = uow.session.scalar(
            select(Agreement)
            .where(col(Agreement.application_id) == case.application_id)
            .order_by(col(Agreement.id).desc())
            .limit(1)
        )
        assert row is not None
        agreement.record_sign_answer(uow, sign_answer(row.id, SignStatus.SIGNED, case.plan.name))

    case.act(system, "sign", sign)
    yield 0
    if ending == "signed":
        return
    disbursal_id = case.act(
        maker,
        "request",
        lambda uow: disbursal_service.request_disbursal(uow, RequestDisbursal(case.application_id)),
    )
    if ending == "disbursal_requested":
        return
    checker = people.actor(case.plan.brand_id, "olivia")

    def release(uow: UnitOfWork) -> None:
        version = uow.get(Disbursal, disbursal_id).version
        disbursal_service.decide_disbursal(uow, DecideDisbursal(disbursal_id, version, True))

    case.act(checker, "release", release)
    if ending == "payout_failed":
        return
    yield 1
    yield from _repay(case, people)


def _repay(case: Case, people: People) -> Generator[int]:
    def loan(uow: UnitOfWork) -> Loan | None:
        return uow.session.scalar(
            select(Loan).where(col(Loan.application_id) == case.application_id)
        )

    system = Actor.system(case.plan.brand_id, "demo")
    born = case.act(system, "look", loan)
    assert born is not None
    case.loan_id = born.id
    ending = case.plan.ending
    if ending in ("late", "late_long"):
        yield from _late(case, people)
        return
    while True:
        wait = _days_to_due(case)
        if wait is None:
            return
        yield max(wait, 0)
        if case.plan.number % 4 == 0 and ending == "closed":
            _pay_by_hand(case, people)
        else:
            _pay_by_link(case, "due")
        yield 1


def _days_to_due(case: Case) -> int | None:
    def due(uow: UnitOfWork) -> int | None:
        row = uow.session.scalar(
            select(LoanBalance).where(col(LoanBalance.loan_id) == case.loan_id)
        )
        if row is None or row.next_due_on is None or uow.get(Loan, case.loan_id).status != "active":
            return None
        return (row.next_due_on - uow.business_date).days

    return case.act(Actor.system(case.plan.brand_id, "demo"), "look", due)


def _pay_by_link(case: Case, kind: str, part_paise: int = 0) -> None:
    request_id = case.act(
        case.borrower,
        "ask",
        lambda uow: link_service.ask_payment(uow, AskPayment(case.loan_id, kind, part_paise)).id,
    )

    def paid(uow: UnitOfWork) -> None:
        row = uow.get(PaymentRequest, request_id)
        link_service.begin_link(uow, request_id)
        link_service.link_opened(uow, request_id, link_answer(row, LinkStatus.CREATED))
        answer = dataclasses.replace(
            link_answer(row, LinkStatus.PAID),
            paid_paise=row.amount_paise,
            payments=(
                LinkPayment(
                    f"pay_demo{row.id:06d}",
                    row.amount_paise,
                    "captured",
                    method="upi",
                    bank_reference=f"UPI{row.id:09d}",
                    paid_at=uow.now,
                ),
            ),
        )
        link_service.link_told(uow, answer)

    case.act(Actor.system(case.plan.brand_id, "payment gateway"), "paid", paid)


def _pay_by_hand(case: Case, people: People) -> None:
    maker = people.actor(case.plan.brand_id, "omkar")

    def record(uow: UnitOfWork) -> int:
        row = uow.session.scalar(
            select(LoanBalance).where(col(LoanBalance.loan_id) == case.loan_id)
        )
        assert row is not None
        amount = row.overdue_paise or row.next_due_paise
        return receipt_service.record_receipt(
            uow,
            RecordReceipt(
                case.loan_id,
                amount,
                "neft",
                uow.business_date,
                utr=f"DEMON{case.plan.brand_id}{case.loan_id:010d}",
            ),
        )

    receipt_id = case.act(maker, "record_receipt", record)
    checker = people.actor(case.plan.brand_id, "olivia")

    def agree(uow: UnitOfWork) -> None:
        request_id = uow.session.scalar(
            select(col(ApprovalRequest.id)).where(
                col(ApprovalRequest.subject_type) == "receipt",
                col(ApprovalRequest.subject_id) == uow.get(Receipt, receipt_id).id,
                col(ApprovalRequest.state) == "pending",
            )
        )
        assert request_id is not None
        receipt_service.decide_receipt(uow, DecideReceipt(request_id, True))

    case.act(checker, "decide_receipt", agree)


def _late(case: Case, people: People) -> Generator[int]:
    wait = _days_to_due(case) or 30
    yield wait + 4
    collector = people.actor(case.plan.brand_id, "mohan")

    def call(uow: UnitOfWork) -> None:
        number = case.plan.number
        if number % 3 == 0:
            collection.record_remark(
                uow, RecordRemark(case.loan_id, "no_answer", note="Rang twice, no answer")
            )
            return
        row = uow.session.scalar(
            select(LoanBalance).where(col(LoanBalance.loan_id) == case.loan_id)
        )
        assert row is not None
        collection.record_remark(
            uow,
            RecordRemark(
                case.loan_id,
                "promised",
                note="Salary was delayed; will pay half at once",
                promise_amount_paise=row.overdue_paise // 2,
                promised_on=uow.business_date + dt.timedelta(days=6),
            ),
        )
        schedule_reminder(
            uow,
            customer_id=case.customer_id,
            loan_id=case.loan_id,
            case_id=case.application_id,
            kind="promise_reminder",
            due_at=uow.now + dt.timedelta(days=5),
        )

    case.act(collector, "record_remark", call)
    if case.plan.number % 3 == 1 and case.plan.ending == "late_long":
        yield 4
        _pay_by_link(case, "part", 300_000)
