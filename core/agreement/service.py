"""Decides how a sanctioned loan becomes a signed contract: papers made, sent, signed or lapsed.
Making and sending happen in jobs; an answer that comes twice, late or for void papers harms no
one."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import col, select

from core.access.actor import ActorKind
from core.access.permission import Permission
from core.agreement import store
from core.agreement.key_facts import Borrower, KeyFacts, Lender, Proposal, key_facts
from core.agreement.life_cycle import AGREEMENT, WITH_SIGNER
from core.agreement.papers import retire_papers, void_papers
from core.agreement.party import borrower_of, lender_of
from core.agreement.ports import SignAnswer, Signer, SignStatus
from core.agreement.tables import Agreement
from core.application.access import require_open
from core.application.life_cycle import APPLICATION
from core.application.tables import Application
from core.brand.tables import Product
from core.customer.tables import Customer
from core.db.secret import seal, unseal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.decision.tables import SanctionDecision
from core.document.paper import FilePaper, file_paper
from core.document.ports import StoredBlob
from core.document.tables import Document
from core.kernel.business_day import format_date, ist_date, ist_midnight
from core.kernel.errors import Conflict, Invalid, NotFound
from core.kernel.money import format_inr
from core.kernel.provider import ProviderError, ProviderRefused, ProviderUnavailable
from core.loan.service import agreed_terms
from core.loan.terms import LoanTerms
from core.notification.service import notify_staff, queue_message

REASON_MIN = 10
NOT_PAPERED = ("sanctioned", "agreement_sent")
PURPOSE_WORDS = {
    "medical": "Medical bills",
    "education": "Education",
    "home": "Repairs at home",
    "wedding": "A wedding or family event",
    "travel": "Travel",
    "bills": "Bills and other loans",
}

sentences.add(
    {
        "agreement.made": "made the key facts statement and agreement: {amount}, APR {apr}",
        "agreement.send_requested": "asked for the agreement to be sent for signature",
        "agreement.sent": "sent the agreement for signature",
        "agreement.not_sent": "could not send the agreement: {why}",
        "agreement.viewed": "opened the page to sign",
        "agreement.signed": "signed the agreement",
        "agreement.not_signed": "the agreement was not signed: {outcome}",
        "agreement.late_answer": "an answer came for papers that are {status}: {answer}",
        "agreement.expired": "the offer lapsed without a signature",
        "agreement.signed_copy": "filed the signed copy",
    }
)


class PapersOutOfDate(Conflict):
    """The papers do not show what is sanctioned."""

    code = "papers_out_of_date"


@dataclass(frozen=True, slots=True)
class PaperPlan:
    """All that is printed, read in one transaction so that the making needs none."""

    agreement_id: int
    application_id: int
    lender: Lender
    borrower: Borrower
    proposal: Proposal
    facts: KeyFacts
    terms_hash: str


@dataclass(frozen=True, slots=True)
class MadePapers:
    """The stored files of one set."""

    key_facts: StoredBlob
    agreement: StoredBlob
    sanction_letter: StoredBlob


def begin_papers(uow: UnitOfWork, application_id: int) -> Agreement | None:
    """Open a new set of papers for a sanction; None when they are not wanted any more.

    An older live set of other terms becomes void; one of the same terms is kept.
    """
    uow.actor.require(Permission.AGREEMENT_SEND)
    application = uow.lock(Application, application_id)
    if application.status not in NOT_PAPERED:
        return None
    terms = agreed_terms(uow, application, uow.business_date)
    digest = terms_hash(terms)
    alive = store.alive_agreement(uow, application_id)
    if alive is not None:
        if alive.terms_hash == digest:
            return alive if alive.status == "making" else None
        void_papers(uow, application, "The terms changed")
        if application.status == "agreement_sent":
            uow.transition(APPLICATION, application, "withdraw_agreement")
    return uow.add(
        Agreement(
            application_id=application_id,
            number=len(store.agreements_of(uow, application_id)) + 1,
            terms=terms.to_json(),
            terms_hash=digest,
            amount_paise=terms.principal_paise,
            made_by_id=uow.actor.id,
            made_by_name=uow.actor.name,
            made_at=uow.now,
            status_since=uow.now,
        )
    )


def terms_hash(terms: LoanTerms) -> str:
    """A fingerprint of the terms; papers with another one do not show what is sanctioned."""
    text = json.dumps(terms.to_json(), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def plan_papers(uow: UnitOfWork, agreement_id: int) -> PaperPlan:
    """Everything the papers print."""
    uow.actor.require(Permission.SYSTEM)
    agreement = uow.get(Agreement, agreement_id)
    application = uow.get(Application, agreement.application_id)
    terms = LoanTerms.from_json(agreement.terms)
    decision = uow.session.scalar(
        select(SanctionDecision)
        .where(
            col(SanctionDecision.application_id) == application.id,
            col(SanctionDecision.kind) == "sanctioned",
        )
        .order_by(col(SanctionDecision.id).desc())
        .limit(1)
    )
    lender = lender_of(uow)
    proposal = Proposal(
        number=application.number,
        product=uow.get(Product, application.product_id).name,
        purpose=PURPOSE_WORDS.get(application.purpose, ""),
        sanctioned_on=terms.disbursed_on,
        terms=terms,
        conditions=tuple(decision.conditions) if decision else (),
    )
    return PaperPlan(
        agreement.id,
        application.id,
        lender,
        borrower_of(uow, application),
        proposal,
        key_facts(lender, proposal),
        agreement.terms_hash,
    )


def record_papers(uow: UnitOfWork, plan: PaperPlan, made: MadePapers) -> Agreement:
    """File the made papers and open them for sending."""
    uow.actor.require(Permission.SYSTEM)
    application = uow.lock(Application, plan.application_id)
    agreement = uow.lock(Agreement, plan.agreement_id)
    if agreement.status != "making":
        return agreement
    number = (
        f"{application.number} ({agreement.number})" if agreement.number > 1 else application.number
    )
    kfs = _file(uow, "key_facts", f"{number} key facts statement.pdf", made.key_facts, plan)
    contract = _file(uow, "agreement", f"{number} loan agreement.pdf", made.agreement, plan)
    letter = _file(
        uow, "sanction_letter", f"{number} sanction letter.pdf", made.sanction_letter, plan
    )
    agreement.kfs_document_id, agreement.agreement_document_id = kfs.id, contract.id
    agreement.sanction_document_id = letter.id
    agreement.apr_bps = plan.facts.apr_bps
    agreement.total_payable_paise = plan.facts.total_payable_paise
    agreement.net_disbursed_paise = plan.facts.net_disbursed_paise
    agreement.expires_at = ist_midnight(plan.facts.valid_until + dt.timedelta(days=1))
    uow.transition(AGREEMENT, agreement, "make")
    uow.audit(
        "agreement.made",
        ("agreement", agreement.id),
        case_id=application.id,
        after={"terms": agreement.terms, "apr_bps": agreement.apr_bps},
        amount=format_inr(agreement.amount_paise),
        apr=plan.facts.apr,
    )
    uow.emit("agreement.made", {"agreement_id": agreement.id, "application_id": application.id})
    return agreement


def _file(
    uow: UnitOfWork, kind: str, file_name: str, blob: StoredBlob, plan: PaperPlan
) -> Document:
    return file_paper(uow, FilePaper(kind, file_name, blob, plan.application_id))


@dataclass(frozen=True, slots=True)
class SendForSignature:
    """Ask for the papers to go to the customer."""

    application_id: int
    version: int


def send_for_signature(uow: UnitOfWork, command: SendForSignature) -> Agreement:
    """Record the intent and tell the job; raises `PapersOutOfDate` when terms have moved on."""
    uow.actor.require(Permission.AGREEMENT_SEND)
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    found = store.alive_agreement(uow, application.id)
    if found is None:
        raise Conflict("There are no papers to send; they are made after the sanction")
    agreement = uow.lock(Agreement, found.id)
    if application.status != "sanctioned":
        raise Conflict("Papers are sent once, right after the sanction")
    terms = agreed_terms(uow, application, LoanTerms.from_json(agreement.terms).disbursed_on)
    if terms_hash(terms) != agreement.terms_hash:
        raise PapersOutOfDate("The sanction changed after these papers were made; make them again")
    if agreement.expires_at is not None and agreement.expires_at <= uow.now:
        raise PapersOutOfDate("The offer in these papers has lapsed; make them again")
    uow.transition(AGREEMENT, agreement, "send")
    agreement.asked_at = None
    uow.audit("agreement.send_requested", ("agreement", agreement.id), case_id=application.id)
    uow.emit("agreement.send_requested", {"agreement_id": agreement.id})
    return agreement


def make_again(uow: UnitOfWork, application_id: int, version: int) -> None:
    """Ask for fresh papers after a lapse, a refusal or a failure."""
    uow.actor.require(Permission.AGREEMENT_SEND)
    application = uow.lock(Application, application_id)
    uow.expect_version(application, version)
    if application.status != "sanctioned":
        raise Conflict("Papers are made again only before they are sent")
    alive = store.alive_agreement(uow, application_id)
    if alive is not None and alive.status in ("made", "unknown"):
        void_papers(uow, application, "Made again")
    elif alive is not None:
        raise Conflict("The papers are being worked on; wait a moment")
    uow.emit("agreement.wanted", {"application_id": application_id})
    uow.touch("application", application_id)


@dataclass(frozen=True, slots=True)
class SendPlan:
    """What the job sends: the file's key and the signer."""

    agreement_id: int
    reference: str
    file_name: str
    blob_key: str
    signer: Signer
    return_path: str


def plan_sending(uow: UnitOfWork, agreement_id: int) -> SendPlan | None:
    """What to send, or None when it is not wanted any more."""
    uow.actor.require(Permission.SYSTEM)
    agreement = uow.get(Agreement, agreement_id)
    if agreement.status != "sending":
        return None
    application = uow.get(Application, agreement.application_id)
    customer = uow.get(Customer, application.customer_id)
    document = uow.get(Document, agreement.agreement_document_id or 0)
    return SendPlan(
        agreement_id=agreement.id,
        reference=f"agreement-{agreement.brand_id}-{agreement.id}",
        file_name=document.file_name,
        blob_key=document.blob_key,
        signer=Signer(
            name=customer.name,
            mobile=unseal(customer.mobile_sealed),
            birth_year=customer.date_of_birth.year if customer.date_of_birth else None,
            email=customer.email,
        ),
        return_path=f"/my/{uow.brand.code}",
    )


def record_sent(uow: UnitOfWork, agreement_id: int, answer: SignAnswer, *, link: str) -> Agreement:
    """The provider has the papers: the case moves on and the customer is told.

    `link` is the page where the customer signs in and opens the provider's page.
    """
    uow.actor.require(Permission.SYSTEM)
    agreement = uow.get(Agreement, agreement_id)
    application = uow.lock(Application, agreement.application_id)
    agreement = uow.lock(Agreement, agreement_id)
    agreement.provider, agreement.provider_reference = answer.provider, answer.provider_reference
    agreement.provider_status = answer.provider_status
    if not AGREEMENT.can(agreement.status, "accepted"):
        return agreement
    agreement.sign_url_sealed = seal(answer.sign_url) if answer.sign_url else ""
    agreement.sent_at, agreement.message, agreement.error_code = uow.now, "", ""
    uow.transition(AGREEMENT, agreement, "accepted")
    _move_to_sent(uow, application)
    uow.audit("agreement.sent", ("agreement", agreement.id), case_id=application.id)
    queue_message(
        uow,
        code="agreement_ready",
        customer_id=application.customer_id,
        case_id=application.id,
        words={"number": application.number, "link": link},
    )
    return agreement


def _move_to_sent(uow: UnitOfWork, application: Application) -> None:
    if application.status == "sanctioned":
        uow.transition(APPLICATION, application, "send_agreement")


def record_send_failure(uow: UnitOfWork, agreement_id: int, error: ProviderError) -> Agreement:
    """The papers did not go, or nobody knows; only in the first case they may be sent again."""
    uow.actor.require(Permission.SYSTEM)
    agreement = uow.lock(Agreement, agreement_id)
    sure = isinstance(error, (ProviderRefused, ProviderUnavailable))
    event = "not_sent" if sure else "no_answer"
    if not AGREEMENT.can(agreement.status, event):
        return agreement
    agreement.message, agreement.error_code = error.message, error.provider_code or error.code
    uow.transition(AGREEMENT, agreement, event, reason=error.code)
    uow.audit(
        "agreement.not_sent",
        ("agreement", agreement.id),
        case_id=agreement.application_id,
        why=error.message,
    )
    return agreement


_EVENTS = {
    SignStatus.SIGNED: "sign",
    SignStatus.DECLINED: "decline",
    SignStatus.EXPIRED: "expire",
    SignStatus.FAILED: "fail_signing",
}
_OUTCOMES = {
    "decline": "the customer declined",
    "expire": "the link lapsed",
    "fail_signing": "the signature failed at the provider",
}


def record_sign_answer(uow: UnitOfWork, answer: SignAnswer) -> Agreement:
    """What the provider says of a signature, by webhook or by look-up, in any order and number.

    Raises `NotFound` for a reference we do not hold (yet), so that the caller comes again.
    """
    uow.actor.require(Permission.SYSTEM)
    found = store.by_reference(uow, answer.provider, answer.provider_reference)
    if found is None:
        raise NotFound("There are no papers with this reference")
    application = uow.lock(Application, found.application_id)
    agreement = uow.lock(Agreement, found.id)
    event = _EVENTS.get(answer.status)
    if event is None or agreement.status == "signed":
        return agreement
    if not AGREEMENT.can(agreement.status, event) or agreement.status == "made":
        uow.audit(
            "agreement.late_answer",
            ("agreement", agreement.id),
            case_id=application.id,
            status=agreement.status.replace("_", " "),
            answer=answer.status.value,
        )
        return agreement
    agreement.provider_status = answer.provider_status
    agreement.message = answer.message
    uow.transition(AGREEMENT, agreement, event)
    _move_to_sent(uow, application)
    if event != "sign":
        _not_signed(uow, application, agreement, event)
        return agreement
    agreement.signed_at = _signed_at(answer) or uow.now
    agreement.signed_by_name = next(
        (signer.certificate_name or signer.name for signer in answer.signers), ""
    )
    agreement.sign_url_sealed = ""
    uow.transition(APPLICATION, application, "sign")
    uow.audit("agreement.signed", ("agreement", agreement.id), case_id=application.id)
    uow.emit("agreement.signed", {"agreement_id": agreement.id, "application_id": application.id})
    for staff_id in {application.credit_executive_id, application.loan_executive_id} - {None}:
        _notify(uow, application, staff_id or 0, "was signed by the customer")
    return agreement


def _signed_at(answer: SignAnswer) -> dt.datetime | None:
    return next((signer.signed_at for signer in answer.signers if signer.signed_at), None)


def _not_signed(
    uow: UnitOfWork, application: Application, agreement: Agreement, event: str
) -> None:
    retire_papers(uow, agreement, _OUTCOMES[event])
    if application.status == "agreement_sent":
        uow.transition(APPLICATION, application, "withdraw_agreement", reason=_OUTCOMES[event])
    uow.audit(
        "agreement.not_signed",
        ("agreement", agreement.id),
        case_id=application.id,
        outcome=_OUTCOMES[event],
    )
    for staff_id in {application.credit_executive_id, application.loan_executive_id} - {None}:
        _notify(uow, application, staff_id or 0, f"was not signed: {_OUTCOMES[event]}")


def _notify(uow: UnitOfWork, application: Application, staff_id: int, what: str) -> None:
    link = f"/{uow.brand.code}/loans/{application.id}?tab=agreement"
    notify_staff(uow, staff_id, f"{application.number} {what}", link)


def record_signed_copy(uow: UnitOfWork, agreement_id: int, blob: StoredBlob) -> Agreement:
    """File the signed PDF once."""
    uow.actor.require(Permission.SYSTEM)
    agreement = uow.lock(Agreement, agreement_id)
    if agreement.signed_document_id is not None:
        return agreement
    application = uow.get(Application, agreement.application_id)
    document = file_paper(
        uow,
        FilePaper(
            "signed_agreement", f"{application.number} signed agreement.pdf", blob, application.id
        ),
    )
    agreement.signed_document_id = document.id
    agreement.version += 1
    uow.audit("agreement.signed_copy", ("agreement", agreement.id), case_id=application.id)
    return agreement


def expire_agreement(uow: UnitOfWork, agreement_id: int) -> Agreement:
    """Let an unsigned offer lapse; the case returns to sanctioned, where papers can be renewed."""
    uow.actor.require(Permission.SYSTEM)
    agreement = uow.get(Agreement, agreement_id)
    application = uow.lock(Application, agreement.application_id)
    agreement = uow.lock(Agreement, agreement_id)
    late = agreement.expires_at is not None and agreement.expires_at <= uow.now
    if agreement.status not in ("made", *WITH_SIGNER) or not late:
        return agreement
    uow.transition(AGREEMENT, agreement, "expire")
    retire_papers(uow, agreement, "the offer lapsed")
    if application.status == "agreement_sent":
        uow.transition(APPLICATION, application, "withdraw_agreement", reason="The offer lapsed")
    uow.audit("agreement.expired", ("agreement", agreement.id), case_id=application.id)
    return agreement


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take papers back before or after the signature, with a reason."""

    application_id: int
    version: int
    reason: str


def withdraw(uow: UnitOfWork, command: Withdraw) -> Application:
    """Make the papers void and return the case to sanctioned."""
    uow.actor.require(Permission.AGREEMENT_SEND)
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    reason = " ".join(command.reason.split())
    if len(reason) < REASON_MIN:
        raise Invalid({"reason": "Say why the papers are withdrawn"})
    uow.transition(APPLICATION, application, "withdraw_agreement", reason=reason)
    void_papers(uow, application, reason)
    return application


@dataclass(frozen=True, slots=True)
class AgreementView:
    """What the tab shows: the live or newest papers, their facts, and the older ones."""

    application: Application
    agreement: Agreement | None
    facts: KeyFacts | None
    out_of_date: bool
    history: Sequence[Agreement]


def agreement_view(uow: UnitOfWork, application_id: int) -> AgreementView:
    """The papers of a case for staff."""
    uow.actor.require(Permission.APPLICATION_OPEN)
    application = require_open(uow, uow.get(Application, application_id))
    history = store.agreements_of(uow, application_id)
    newest = store.alive_agreement(uow, application_id) or (history[0] if history else None)
    facts: KeyFacts | None = None
    out_of_date = False
    if newest is not None:
        terms = LoanTerms.from_json(newest.terms)
        lender = lender_of(uow)
        product = uow.get(Product, application.product_id).name
        facts = key_facts(
            lender, Proposal(application.number, product, "", terms.disbursed_on, terms)
        )
        out_of_date = (
            newest.status == "made"
            and newest.expires_at is not None
            and newest.expires_at <= uow.now
        )
    return AgreementView(application, newest, facts, out_of_date, history)


@dataclass(frozen=True, slots=True)
class OwnPapers:
    """What a customer sees of the papers of her application."""

    agreement: Agreement
    application: Application
    facts: KeyFacts
    may_sign: bool
    valid_until: str


def own_papers(uow: UnitOfWork) -> OwnPapers | None:
    """The newest papers of the logged-in customer that are of any concern to her."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    if uow.actor.kind is not ActorKind.CUSTOMER:
        return None
    row = uow.session.execute(
        select(Agreement, Application)
        .join(
            Application,
            (col(Application.brand_id) == col(Agreement.brand_id))
            & (col(Application.id) == col(Agreement.application_id)),
        )
        .where(
            col(Application.customer_id) == uow.actor.id,
            col(Agreement.status).in_(("made", "sending", "unknown", "sent", "signed")),
        )
        .order_by(col(Agreement.id).desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    agreement, application = row
    terms = LoanTerms.from_json(agreement.terms)
    product = uow.get(Product, application.product_id).name
    facts = key_facts(
        lender_of(uow), Proposal(application.number, product, "", terms.disbursed_on, terms)
    )
    until = agreement.expires_at
    return OwnPapers(
        agreement,
        application,
        facts,
        agreement.status == "sent" and bool(agreement.sign_url_sealed),
        format_date(ist_date(until - dt.timedelta(minutes=1))) if until else "",
    )


def signing_link(uow: UnitOfWork) -> str:
    """The provider's page for the logged-in customer's own papers; opening it is on record."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    papers = own_papers(uow)
    if papers is None or not papers.may_sign:
        raise Conflict("There is nothing to sign right now")
    uow.audit("agreement.viewed", ("agreement", papers.agreement.id), case_id=papers.application.id)
    return unseal(papers.agreement.sign_url_sealed)
