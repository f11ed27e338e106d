"""Decides what the tests of credit stand on: a case in credit with checks, report and statement.
Each step goes through its own service; only the reader's output is written as the reader would."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from core.access.actor import Actor
from core.application import service as application_service
from core.application.tables import Application
from core.bank_statement.tables import StatementAnalysis
from core.brand.tables import Brand
from core.bureau import service as bureau
from core.bureau.ports import BureauAccount, BureauAnswer, BureauHit
from core.db.unit_of_work import UnitOfWork, run_command, unit_of_work
from core.decision.seed import seed_rules
from core.decision.service import Recommend, SaveCam, cam_view, recommend, run_decision, save_cam
from core.document import service as documents
from core.document.tables import Document, Reading
from core.kyc import service as kyc
from core.kyc.ports import BankAccountAnswer, BankAccountStatus, PanAnswer, PanStatus
from tests.core.application.world import applicant, applied, stock

SALARIES = ((9, 45_000_00), (10, 45_000_00), (11, 45_000_00))
EMI = 5_000_00


@dataclass(frozen=True, slots=True)
class Desk:
    """A case with the people around it."""

    brand: Brand
    application_id: int
    customer: Actor
    loan_executive: Actor
    credit_executive: Actor

    def row(self) -> Application:
        """The application as it stands."""
        with unit_of_work(self.credit_executive, "look") as uow:
            row = uow.get(Application, self.application_id)
            uow.session.expunge(row)
            return row


def system(brand: Brand) -> Actor:
    """The product itself."""
    return Actor.system(brand.id, "test")


def open_credit(brand: Brand) -> None:
    """Rules, policy and authority as a brand gets them when it opens."""
    run_command(system(brand), "seed_rules", lambda uow: seed_rules(uow))


def read_statement(
    uow: UnitOfWork, application_id: int, *, salary_paise: int = 45_000_00, bounces: int = 0
) -> StatementAnalysis:
    """A verified statement with what its reader found."""
    application = uow.get(Application, application_id)
    document = uow.add(
        Document(
            application_id=application_id,
            customer_id=application.customer_id,
            kind="bank_statement",
            file_name="statement.pdf",
            media_type="application/pdf",
            size_bytes=10,
            sha256=f"s{application_id}",
            blob_key="test",
            state="verified",
            reading_state="read",
            uploaded_at=uow.now,
        )
    )
    reading = uow.add(
        Reading(document_id=document.id, reader="statement", reader_version="1", read_at=uow.now)
    )
    return uow.add(
        StatementAnalysis(
            document_id=document.id,
            reading_id=reading.id,
            application_id=application_id,
            analysed_at=uow.now,
            period_from=dt.date(2026, 8, 1),
            period_to=dt.date(2026, 11, 15),
            row_count=60,
            proven=True,
            salary_months=3,
            salaries=[
                {"row": month, "date": f"2026-{month:02d}-01", "employer": "VIDYA TEXTILES",
                 "amount_paise": salary_paise}
                for month in (9, 10, 11)
            ],
            obligations=[
                {"lender": "BAJAJ FIN", "amount_paise": EMI, "rows": [5], "returned_rows": []}
            ],
            bounces=[
                {"kind": "ach_return", "row": 40 + n, "date": "2026-10-05", "amount_paise": EMI}
                for n in range(bounces)
            ],
        )
    )  # fmt: skip


def clean_report(score: int | None = 742) -> BureauAnswer:
    """A report with one open loan that the statement also shows, and no stain."""
    return BureauAnswer(
        hit=BureauHit.HIT if score is not None else BureauHit.NO_HIT,
        score=score,
        full_name="ASHA PATIL",
        provider="equifax",
        provider_reference="EQ1",
        accounts=(
            BureauAccount(
                lender="Bajaj Finance",
                account_type="Consumer loan",
                account_number_masked="••••1234",
                ownership="individual",
                is_open=True,
                opened_on=dt.date(2026, 1, 1),
                closed_on=None,
                reported_on=dt.date(2026, 10, 31),
                sanctioned_paise=60_000_00,
                balance_paise=20_000_00,
                overdue_paise=0,
                instalment_paise=EMI,
                days_past_due=0,
                account_status="current",
                written_off=False,
                settled=False,
                suit_filed=False,
            ),
        ),
        raw={"all": "of it"},
    )


def check_kyc(desk: Desk, *, pan_name: str = "ASHA PATIL", bank_name: str = "ASHA PATIL") -> None:
    """Ask for both checks and let the provider answer."""
    for kind in ("pan", "bank_account"):
        with unit_of_work(desk.loan_executive, "request_check") as uow:
            check_id = kyc.request_check(uow, kyc.RequestCheck(desk.application_id, kind)).id
            uow.commit()
        with unit_of_work(system(desk.brand), "record") as uow:
            if kind == "pan":
                answer = PanAnswer(PanStatus.VALID, pan_name, provider="setu")
                kyc.record_pan_answer(uow, check_id, answer)
            else:
                bank = BankAccountAnswer(BankAccountStatus.VALID, bank_name, provider="setu")
                kyc.record_bank_answer(uow, check_id, bank)
            uow.commit()


def pull_report(desk: Desk, answer: BureauAnswer) -> int:
    """Ask the bureau and let it answer."""
    with unit_of_work(desk.credit_executive, "request_pull") as uow:
        report_id = bureau.request_pull(uow, bureau.RequestPull(desk.application_id)).id
        uow.commit()
    run_command(
        system(desk.brand), "record", lambda uow: bureau.record_answer(uow, report_id, answer)
    )
    return report_id


def in_credit(
    brand: Brand,
    staff: Callable[..., Actor],
    *,
    amount_paise: int = 100_000_00,
    tenor: int = 12,
    bullet: bool = False,
    salary_paise: int = 45_000_00,
    bounces: int = 0,
    score: int | None = 742,
    mobile: str = "9000000001",
) -> Desk:
    """A case of ₹ 1,00,000 over 12 months that stands in credit with everything in its file."""
    shelf = stock(brand)
    open_credit(brand)
    customer = applicant(brand, mobile)
    product_id = shelf.bullet_id if bullet else shelf.level_id
    application_id = applied(customer, product_id, amount_paise, tenor)
    desk = Desk(brand, application_id, customer, staff("loan_executive"), staff("credit_executive"))
    with unit_of_work(system(brand), "hand_out") as uow:
        row = uow.lock(Application, application_id)
        row.loan_executive_id = desk.loan_executive.id
        row.credit_executive_id = desk.credit_executive.id
        read_statement(uow, application_id, salary_paise=salary_paise, bounces=bounces)
        uow.commit()
    run_command(
        desk.loan_executive,
        "start_review",
        lambda uow: application_service.start_review(uow, application_id, desk.row().version),
    )
    check_kyc(desk)
    run_command(
        desk.loan_executive,
        "send_to_credit",
        lambda uow: application_service.send_to_credit(uow, application_id, desk.row().version),
    )
    pull_report(desk, clean_report(score))
    return desk


def appraised(desk: Desk, *, rationale: str = "Steady salary, one small loan, no bounces.") -> None:
    """Save the prefilled memo and run the rules over it."""
    with unit_of_work(desk.credit_executive, "look") as uow:
        view = cam_view(uow, desk.application_id)
    form = view.prefilled
    form = type(form)(
        salaries=form.salaries,
        obligations=form.obligations,
        proposed_paise=form.proposed_paise,
        rate_bps=form.rate_bps,
        tenor=form.tenor,
        repayment_on=form.repayment_on,
        rationale=rationale,
    )
    run_command(
        desk.credit_executive,
        "save_cam",
        lambda uow: save_cam(uow, SaveCam(desk.application_id, None, form)),
    )
    run_command(
        desk.credit_executive, "run_rules", lambda uow: run_decision(uow, desk.application_id)
    )


def recommended(desk: Desk) -> None:
    """Appraise and recommend."""
    appraised(desk)

    def work(uow: UnitOfWork) -> None:
        view = cam_view(uow, desk.application_id)
        assert view.cam is not None
        recommend(uow, Recommend(desk.application_id, view.application.version, view.cam.version))

    run_command(desk.credit_executive, "recommend", work)


def verify_document(desk: Desk, document_id: int) -> None:
    """The loan executive verifies a document."""
    run_command(desk.loan_executive, "verify", lambda uow: documents.verify(uow, document_id))
