"""Decides what providers answered in the demo's past: the same on every run, by the person's plan.
Each stand-in replaces one job that would have called a provider and records through its service."""

from __future__ import annotations

from collections.abc import Mapping

from core.agreement import service as agreement
from core.agreement.ports import SignAnswer, SignerAnswer, SignStatus
from core.agreement.tables import Agreement
from core.bureau import service as bureau
from core.bureau.ports import BureauAnswer, BureauHit
from core.bureau.tables import BureauReport
from core.customer.tables import Customer, CustomerBankAccount
from core.document import page_reader, reading_record
from core.document import service as document_service
from core.document.tables import Document
from core.kyc import service as kyc
from core.kyc.ports import AadhaarLink, BankAccountAnswer, BankAccountStatus, PanAnswer, PanStatus
from core.kyc.tables import KycCheck
from core.payment import link_service, payout_service
from core.payment.ports import LinkAnswer, LinkStatus, PayoutAnswer, PayoutStatus
from core.payment.tables import PaymentRequest, Payout
from integrations.registry import blob_store
from jobs.task import JobContext, Payload, Work
from ops.demo_plan import PLANS

# messages are marked delivered in one go at the end
UNHEARD = frozenset({"send_message", "send_otp"})
_BY_EMAIL = {plan.email: plan for plan in PLANS}


def answer_kyc(ctx: JobContext, payload: Payload) -> None:
    """PAN and bank hold the name as the customer gave it."""
    with ctx.unit_of_work("answer_kyc") as uow:
        check = uow.get(KycCheck, int(payload["kyc_check_id"]))
        customer = uow.get(Customer, check.customer_id)
        if check.kind == "pan":
            kyc.record_pan_answer(
                uow,
                check.id,
                PanAnswer(
                    PanStatus.VALID,
                    full_name=customer.name.upper(),
                    category="individual",
                    aadhaar_link=AadhaarLink.LINKED,
                    provider="setu",
                    provider_reference=f"demo-pan-{check.id}",
                    provider_status="VALID",
                ),
            )
        else:
            kyc.record_bank_answer(
                uow,
                check.id,
                BankAccountAnswer(
                    BankAccountStatus.VALID,
                    registered_name=customer.name.upper(),
                    bank_name="HDFC Bank",
                    name_match_percent=100,
                    bank_reference=f"DEMO{check.id:08d}",
                    provider="setu",
                    provider_reference=f"demo-ban-{check.id}",
                    provider_status="VALID",
                ),
            )
        uow.commit()


def answer_bureau(ctx: JobContext, payload: Payload) -> None:
    """The bureau knows everybody; the score is the plan's."""
    with ctx.unit_of_work("answer_bureau") as uow:
        report = uow.get(BureauReport, int(payload["bureau_report_id"]))
        customer = uow.get(Customer, report.customer_id)
        plan = _BY_EMAIL[customer.email]
        bureau.record_answer(
            uow,
            report.id,
            BureauAnswer(
                BureauHit.HIT,
                plan.score,
                score_name="Demo score",
                full_name=customer.name,
                date_of_birth=customer.date_of_birth,
                enquiries_30_days=1,
                enquiries_12_months=3,
                active_accounts=1 if plan.instalment_paise else 0,
                monthly_instalment_paise=plan.instalment_paise,
                provider="equifax",
                provider_reference=f"demo-bureau-{report.id}",
                provider_status="200",
                raw={"demo": True},
            ),
        )
        uow.commit()


def read_in_process(ctx: JobContext, payload: Payload) -> None:
    """Read the real document with the real reader, in this process because we made the file."""
    document_id = int(payload["document_id"])
    with ctx.unit_of_work("read_document") as uow:
        begun = document_service.begin_reading(uow, document_id)
        uow.commit()
    if begun is None:
        return
    content = blob_store().get(begun.readable_key or begun.blob_key)
    pages = page_reader.read_pages(
        content, begun.media_type, None, password=None, progress=lambda _done, _total: None
    )
    make = {
        "statement": reading_record.statement_record,
        "invoice": reading_record.invoice_record,
    }[document_service.READERS[begun.kind]]
    record = {**make(pages), "pages": len(pages), "engine": "", "duration_ms": 0}
    with ctx.unit_of_work("read_document") as uow:
        document_service.store_reading(uow, document_id, record)
        uow.commit()


def accept_papers(ctx: JobContext, payload: Payload) -> None:
    """The e-sign provider took the papers."""
    with ctx.unit_of_work("record_sent") as uow:
        row = uow.get(Agreement, int(payload["agreement_id"]))
        agreement.record_sent(
            uow, row.id, sign_answer(row.id, SignStatus.PENDING), link="your page"
        )
        uow.commit()


def sign_answer(agreement_id: int, status: SignStatus, name: str = "") -> SignAnswer:
    """What the e-sign provider says of a set of papers."""
    return SignAnswer(
        status,
        f"demo-sign-{agreement_id}",
        (SignerAnswer(name, status, "", certificate_name=name),),
        provider="setu",
        provider_status=status.value,
    )


def file_signed_copy(ctx: JobContext, payload: Payload) -> None:
    """The signed copy is the agreement itself."""
    with ctx.unit_of_work("record_signed_copy") as uow:
        row = uow.get(Agreement, int(payload["agreement_id"]))
        assert row.agreement_document_id is not None
        paper = uow.get(Document, row.agreement_document_id)
        blob = blob_store().put(ctx.brand_id, blob_store().get(paper.blob_key), paper.media_type)
        agreement.record_signed_copy(uow, row.id, blob)
        uow.commit()


def pay_out(ctx: JobContext, payload: Payload) -> None:
    """The bank pays at once, except where the plan says that it refuses."""
    payout_id = int(payload["payout_id"])
    with ctx.unit_of_work("begin_payout") as uow:
        payout_service.begin_payout(uow, payout_id)
        uow.commit()
    with ctx.unit_of_work("payout_answered") as uow:
        row = uow.get(Payout, payout_id)
        account = uow.get(CustomerBankAccount, row.bank_account_id)
        customer = uow.get(Customer, account.customer_id)
        fails = _BY_EMAIL[customer.email].ending == "payout_failed"
        payout_service.payout_answered(
            uow,
            payout_id,
            PayoutAnswer(
                PayoutStatus.FAILED if fails else PayoutStatus.PROCESSED,
                f"pout_demo{payout_id:06d}",
                row.idempotency_key,
                row.amount_paise,
                utr="" if fails else f"DEMOUTR{ctx.brand_id}{payout_id:07d}",
                reason_code="beneficiary_bank_offline" if fails else "",
                reason="The beneficiary's bank is not reachable" if fails else "",
                created_at=uow.now,
                provider="razorpay",
                provider_status="failed" if fails else "processed",
            ),
        )
        uow.commit()


def open_link(ctx: JobContext, payload: Payload) -> None:
    """The gateway made the payment link."""
    request_id = int(payload["payment_request_id"])
    with ctx.unit_of_work("link_opened") as uow:
        link_service.begin_link(uow, request_id)
        row = uow.get(PaymentRequest, request_id)
        link_service.link_opened(uow, request_id, link_answer(row, LinkStatus.CREATED))
        uow.commit()


def link_answer(row: PaymentRequest, status: LinkStatus) -> LinkAnswer:
    """What the gateway says of a link."""
    return LinkAnswer(
        status,
        f"plink_demo{row.id:06d}",
        row.reference,
        f"https://pay.example/demo/{row.id}",
        row.amount_paise,
        provider="razorpay",
        provider_status=status.value,
    )


def nothing(ctx: JobContext, payload: Payload) -> None:
    """A withdrawal at a gateway that never existed."""
    del ctx, payload


STAND_INS: Mapping[str, Work] = {
    "ask_kyc_provider": answer_kyc,
    "ask_bureau": answer_bureau,
    "document_reader": read_in_process,
    "send_agreement": accept_papers,
    "fetch_signed_copy": file_signed_copy,
    "send_payout": pay_out,
    "resend_payout": pay_out,
    "make_link": open_link,
    "withdraw_link": nothing,
    "look_up_link": nothing,
}
