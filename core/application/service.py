"""Decides what may be done with an application from the first wish until credit has it.
Each use case is one step of the life cycle, with its gate, its audit line and its message."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import col

from core.access.actor import ActorKind
from core.access.permission import Permission
from core.application.access import holder_permission, require_holder, require_open
from core.application.gate import NotReadyForCredit, missing_for_credit
from core.application.life_cycle import APPLICATION, OPEN, REJECT_CODES
from core.application.quote import Quote, limit_words, quote
from core.application.store import running_loans
from core.application.tables import Application, Assignment, CaseNote
from core.application.tenor import tenor_in_days, tenor_words
from core.brand.service import current_product_version
from core.brand.tables import Product, ProductVersion
from core.customer.consent import current_texts
from core.customer.service import own_record
from core.customer.store import has_consent, open_steps, primary_account
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, Forbidden, Invalid
from core.kernel.money import format_inr
from core.loan.terms import ProductTerms
from core.notification.service import notify_staff, queue_message

PURPOSES: dict[str, str] = {
    "medical": "Medical bills",
    "education": "Education",
    "home": "Repairs at home",
    "wedding": "Wedding or family event",
    "travel": "Travel",
    "bills": "Bills and other loans",
    "other": "Something else",
}
NOTE_MAX = 2_000
REASON_MIN = 5
DRAFT_LIFETIME = dt.timedelta(days=30)
ANSWER_LIFETIME = dt.timedelta(days=30)

sentences.add(
    {
        "application.drafted": "began an application: {amount} for {tenor}",
        "application.applied": "applied for {amount} for {tenor} ({product})",
        "application.review_started": "began the review",
        "application.sent_to_credit": "sent the case to credit",
        "application.returned_to_review": "returned the case to the loan executive",
        "application.sent_back": "asked the customer for something",
        "application.resubmitted": "answered what we had asked: {answer}",
        "application.rejected": "rejected the application: {why}",
        "application.cancelled": "cancelled the application",
        "application.expired": "let the application expire after {days} days without an answer",
        "application.note_added": "wrote a note",
        "application.message_sent": "wrote to the customer",
        "application.message_received": "wrote to us",
    }
)


class ApplicationOpen(Conflict):
    """The customer has an application under way; one at a time."""

    code = "application_open"


class LoanOverdue(Conflict):
    """A running loan of the customer is overdue; it is paid before another one is asked for."""

    code = "loan_overdue"


class ProfileIncomplete(Conflict):
    """The profile lacks a step that an application needs."""

    code = "profile_incomplete"

    def __init__(self, steps: list[str]) -> None:
        super().__init__("Finish your profile first: " + ", ".join(steps), steps=steps)
        self.steps = steps


@dataclass(frozen=True, slots=True)
class Offer:
    """A product as a borrower may choose it today."""

    product: Product
    version: ProductVersion
    terms: ProductTerms


def offers(uow: UnitOfWork) -> list[Offer]:
    """The products this brand sells today; for the customer's page and for staff."""
    if uow.actor.kind is ActorKind.CUSTOMER:
        uow.actor.require(Permission.APPLICATION_APPLY)
    else:
        uow.actor.require(Permission.APPLICATION_OPEN)
    rows = uow.session.execute(
        select(Product, ProductVersion)
        .join(
            ProductVersion,
            (col(ProductVersion.brand_id) == col(Product.brand_id))
            & (col(ProductVersion.product_id) == col(Product.id)),
        )
        .where(
            col(Product.active),
            col(ProductVersion.state) == "active",
            col(ProductVersion.effective_from) <= uow.business_date,
        )
        .order_by(
            col(Product.id),
            col(ProductVersion.effective_from).desc(),
            col(ProductVersion.version).desc(),
        )
    ).all()
    found: dict[int, Offer] = {}
    for product, version in rows:
        if product.id not in found:
            terms = ProductTerms.from_json(version.terms)
            found[product.id] = Offer(product, version, terms)
    return list(found.values())


def quote_wish(uow: UnitOfWork, product_id: int, amount_paise: int, tenor: int) -> Quote:
    """The cost of a wish today; `tenor` in the product's unit. Raises `Invalid` with the limits."""
    uow.actor.require(Permission.APPLICATION_APPLY)
    version = current_product_version(uow, product_id)
    terms = ProductTerms.from_json(version.terms)
    return quote(terms, amount_paise, tenor, uow.business_date)


@dataclass(frozen=True, slots=True)
class Apply:
    """A borrower's wish; `tenor` counts the product's unit (days or months)."""

    product_id: int
    amount_paise: int
    tenor: int
    purpose: str = "other"


def save_draft(uow: UnitOfWork, command: Apply) -> Application:
    """Keep a wish before it is sent, so that a lost connection loses nothing."""
    uow.actor.require(Permission.APPLICATION_APPLY)
    customer = own_record(uow, lock=True)
    application = _draft(uow, customer.id, command)
    return application


def apply(uow: UnitOfWork, command: Apply) -> Application:
    """Send an application; refused outside the product's limits with the reason and the limits.

    Raises `Invalid`, `ProfileIncomplete`, `ApplicationOpen` or `LoanOverdue`.
    """
    uow.actor.require(Permission.APPLICATION_APPLY)
    customer = own_record(uow, lock=True)
    steps = open_steps(uow, customer)
    if steps:
        raise ProfileIncomplete(steps)
    if command.purpose not in PURPOSES:
        raise Invalid({"purpose": "Choose what the money is for"})
    under_way = uow.session.scalar(
        select(Application).where(
            col(Application.customer_id) == customer.id,
            col(Application.status).in_([s for s in OPEN if s != "draft"]),
        )
    )
    if under_way is not None:
        raise ApplicationOpen(
            f"Your application {under_way.number} is under way; you can apply again "
            "when it is decided"
        )
    for loan, balance in running_loans(uow, customer.id):
        if balance is not None and balance.days_past_due > 0:
            raise LoanOverdue(
                f"Your loan {loan.number} is overdue by {balance.days_past_due} days. "
                "Pay it first, then you can apply again."
            )
    application = _draft(uow, customer.id, command)
    account = primary_account(uow, customer.id)
    application.bank_account_id = account.id if account else None
    application.net_salary_paise = customer.salary_paise
    application.salary_day = customer.salary_day
    application.employer_name = customer.employer_name
    application.applied_at = uow.now
    uow.transition(APPLICATION, application, "apply")
    product = uow.get(Product, application.product_id)
    terms = ProductTerms.from_json(uow.get(ProductVersion, application.product_version_id).terms)
    uow.audit(
        "application.applied",
        ("application", application.id),
        after={
            "requested_amount_paise": application.requested_amount_paise,
            "tenor_days": application.tenor_days,
        },
        amount=format_inr(application.requested_amount_paise),
        tenor=tenor_words(terms.kind, application.tenor_days),
        product=product.name,
    )
    uow.emit("application.applied", {"application_id": application.id})
    _tell(uow, application, "application_received")
    return application


def _draft(uow: UnitOfWork, customer_id: int, command: Apply) -> Application:
    """The customer's one draft with this wish in it; the limits are those of today's version."""
    product = uow.get(Product, command.product_id)
    if not product.active:
        raise Invalid({"product": "This product is no longer offered"})
    version = current_product_version(uow, product.id)
    terms = ProductTerms.from_json(version.terms)
    try:
        terms.check_request(command.amount_paise, command.tenor)
    except Invalid as refusal:
        outside = f"{product.name} is for {limit_words(terms)}"
        fields = {field: f"{text}. {outside}." for field, text in refusal.fields.items()}
        raise Invalid(fields, product_id=product.id) from None
    days = tenor_in_days(terms.kind, command.tenor)
    draft = uow.session.scalar(
        select(Application).where(
            col(Application.customer_id) == customer_id, col(Application.status) == "draft"
        )
    )
    if draft is None:
        draft = uow.add(
            Application(
                number=uow.next_number("AP"),
                customer_id=customer_id,
                product_id=product.id,
                product_version_id=version.id,
                requested_amount_paise=command.amount_paise,
                tenor_days=days,
                purpose=command.purpose,
                status_since=uow.now,
                created_at=uow.now,
            )
        )
        uow.audit(
            "application.drafted",
            ("application", draft.id),
            amount=format_inr(command.amount_paise),
            tenor=tenor_words(terms.kind, days),
        )
    draft.product_id, draft.product_version_id = product.id, version.id
    draft.requested_amount_paise, draft.tenor_days = command.amount_paise, days
    draft.purpose = command.purpose
    uow.flush()
    return draft


def start_review(uow: UnitOfWork, application_id: int, version: int) -> Application:
    """Begin the review; a case without an owner becomes the actor's."""
    uow.actor.require(Permission.APPLICATION_REVIEW)
    application = uow.lock(Application, application_id)
    uow.expect_version(application, version)
    require_holder(uow.actor, application)
    if application.loan_executive_id is None and uow.actor.id is not None:
        application.loan_executive_id, application.allotted_at = uow.actor.id, uow.now
        uow.add(
            Assignment(
                application_id=application.id,
                duty="loan_executive",
                staff_id=uow.actor.id,
                staff_name=uow.actor.name,
                assigned_at=uow.now,
                assigned_by=uow.actor.name,
                reason="took it from the queue",
            )
        )
    uow.transition(APPLICATION, application, "start_review")
    uow.audit("application.review_started", ("application", application.id))
    return application


def send_to_credit(uow: UnitOfWork, application_id: int, version: int) -> Application:
    """Hand a reviewed case to credit; raises `NotReadyForCredit` with all that is missing."""
    uow.actor.require(Permission.APPLICATION_REVIEW)
    application = uow.lock(Application, application_id)
    uow.expect_version(application, version)
    require_holder(uow.actor, application)
    APPLICATION.next(application.status, "send_to_credit")
    missing = missing_for_credit(uow, application)
    if missing:
        raise NotReadyForCredit(missing)
    uow.transition(APPLICATION, application, "send_to_credit")
    _free_claim(application)
    uow.audit("application.sent_to_credit", ("application", application.id))
    uow.emit("application.sent_to_credit", {"application_id": application.id})
    return application


@dataclass(frozen=True, slots=True)
class Step:
    """A step that needs a reason."""

    application_id: int
    version: int
    reason: str


def return_to_review(uow: UnitOfWork, command: Step) -> Application:
    """Credit gives the case back to the loan executive, with a reason."""
    uow.actor.require(Permission.APPLICATION_APPRAISE)
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    require_holder(uow.actor, application)
    reason = _reason(command.reason, "Say what the loan executive should do")
    uow.transition(APPLICATION, application, "return_to_review", reason=reason)
    _free_claim(application)
    uow.audit(
        "application.returned_to_review",
        ("application", application.id),
        reason=reason,
    )
    if application.loan_executive_id:
        _notify(uow, application, application.loan_executive_id, "came back from credit")
    return application


def send_back(uow: UnitOfWork, command: Step) -> Application:
    """Ask the customer for something; the reason stays pinned on their page until answered."""
    application = uow.lock(Application, command.application_id)
    uow.actor.require(_right_on(application))
    uow.expect_version(application, command.version)
    require_holder(uow.actor, application)
    reason = _reason(command.reason, "Say what you need from the customer, in their words")
    application.sent_back_from = application.status
    uow.transition(APPLICATION, application, "send_back", reason=reason)
    application.sent_back_reason = reason
    application.sent_back_by = uow.actor.id
    _free_claim(application)
    uow.audit("application.sent_back", ("application", application.id), reason=reason)
    _add_note(uow, application.id, "to_customer", reason)
    _tell(uow, application, "application_sent_back", reason=reason)
    return application


def resubmit(uow: UnitOfWork, application_id: int, answer: str) -> Application:
    """The customer answers what was asked; the case returns to whoever had asked."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    application = uow.lock(Application, application_id)
    require_open(uow, application)
    text = answer.strip()
    if len(text) < REASON_MIN:
        raise Invalid({"answer": "Tell us in a few words what you changed or sent"})
    asker = application.sent_back_by
    credit = application.sent_back_from in ("in_credit", "recommended")
    uow.transition(APPLICATION, application, "resubmit_to_credit" if credit else "resubmit")
    application.sent_back_reason, application.sent_back_from = "", ""
    application.sent_back_by = None
    _add_note(uow, application.id, "from_customer", text)
    uow.audit("application.resubmitted", ("application", application.id), answer=text[:200])
    holder = application.credit_executive_id if credit else application.loan_executive_id
    if holder or asker:
        _notify(uow, application, holder or asker or 0, "was answered by the customer")
    return application


@dataclass(frozen=True, slots=True)
class Reject:
    """A rejection: a code of `REJECT_CODES` and a note that only staff read."""

    application_id: int
    version: int
    code: str
    note: str = ""


def reject(uow: UnitOfWork, command: Reject) -> Application:
    """Reject with a coded reason; the customer reads the code's own words."""
    uow.actor.require(Permission.APPLICATION_REJECT)
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    require_holder(uow.actor, application)
    if command.code not in REJECT_CODES:
        raise Invalid({"code": "Choose the reason"})
    staff_words, customer_words = REJECT_CODES[command.code]
    application.rejected_in = application.status
    uow.transition(APPLICATION, application, "reject", reason=command.code)
    application.reject_code, application.reject_note = command.code, command.note.strip()
    _free_claim(application)
    uow.audit(
        "application.rejected",
        ("application", application.id),
        after={"reject_code": command.code, "rejected_in": application.rejected_in},
        reason=command.note.strip(),
        why=staff_words,
    )
    uow.emit("application.rejected", {"application_id": application.id})
    _tell(uow, application, "application_rejected", reason=customer_words.rstrip("."))
    return application


def cancel(uow: UnitOfWork, command: Step) -> Application:
    """Cancel at the customer's wish: by the customer, or by staff who write down the wish."""
    application = uow.lock(Application, command.application_id)
    if uow.actor.kind is ActorKind.CUSTOMER:
        uow.actor.require(Permission.CUSTOMER_SELF)
        require_open(uow, application)
    else:
        uow.actor.require(_right_on(application))
        require_holder(uow.actor, application)
    uow.expect_version(application, command.version)
    reason = _reason(command.reason, "Say why it is cancelled")
    uow.transition(APPLICATION, application, "cancel", reason=reason)
    application.cancel_reason = reason
    _free_claim(application)
    uow.audit("application.cancelled", ("application", application.id), reason=reason)
    uow.emit("application.cancelled", {"application_id": application.id})
    if uow.actor.kind is ActorKind.CUSTOMER and application.loan_executive_id:
        _notify(uow, application, application.loan_executive_id, "was cancelled by the customer")
    return application


def expire_stale(uow: UnitOfWork) -> int:
    """End drafts and unanswered questions that are a month old; returns how many."""
    uow.actor.require(Permission.SYSTEM)
    rows = uow.session.scalars(
        select(Application)
        .where(
            col(Application.status).in_(("draft", "sent_back")),
            col(Application.status_since) < uow.now - DRAFT_LIFETIME,
        )
        .order_by(col(Application.id))
        .limit(500)
        .with_for_update(skip_locked=True)
    ).all()
    for application in rows:
        uow.transition(APPLICATION, application, "expire")
        uow.audit("application.expired", ("application", application.id), days=ANSWER_LIFETIME.days)
    return len(rows)


def add_note(uow: UnitOfWork, application_id: int, text: str) -> CaseNote:
    """Write a note that only staff read."""
    uow.actor.require(Permission.APPLICATION_OPEN)
    application = require_open(uow, uow.get(Application, application_id))
    note = _add_note(uow, application.id, "internal", _text(text, "Write the note"))
    uow.audit("application.note_added", ("application", application.id))
    return note


def write_to_customer(uow: UnitOfWork, application_id: int, text: str) -> CaseNote:
    """Write a message that the customer reads on their page; it cannot become a note later."""
    uow.actor.require(Permission.APPLICATION_OPEN)
    application = require_open(uow, uow.get(Application, application_id))
    note = _add_note(uow, application.id, "to_customer", _text(text, "Write the message"))
    uow.audit("application.message_sent", ("application", application.id))
    return note


def write_to_lender(uow: UnitOfWork, application_id: int, text: str) -> CaseNote:
    """A customer's message about their own application; whoever has the case is told."""
    uow.actor.require(Permission.CUSTOMER_SELF)
    application = require_open(uow, uow.get(Application, application_id))
    note = _add_note(uow, application.id, "from_customer", _text(text, "Write your message"))
    uow.audit("application.message_received", ("application", application.id))
    holder = application.credit_executive_id or application.loan_executive_id
    if holder:
        _notify(uow, application, holder, "has a message from the customer")
    return note


def require_credit_consent(uow: UnitOfWork, customer_id: int) -> None:
    """Refuse to ask for a credit report that the customer has not agreed to."""
    uow.actor.require(Permission.BUREAU_PULL)
    if not has_consent(uow, customer_id, "credit_report"):
        title = current_texts()["credit_report"].title
        raise Forbidden(f"The customer has not agreed to “{title}”")


def _right_on(application: Application) -> Permission:
    """What working on a case in its status takes; a closed case is the review's to explain."""
    return holder_permission(application.status) or Permission.APPLICATION_REVIEW


def _reason(text: str, sentence: str) -> str:
    reason = " ".join(text.split())
    if len(reason) < REASON_MIN:
        raise Invalid({"reason": sentence})
    return reason


def _text(text: str, sentence: str) -> str:
    clean = text.strip()
    if not clean:
        raise Invalid({"text": sentence})
    if len(clean) > NOTE_MAX:
        raise Invalid({"text": f"Keep it below {NOTE_MAX} characters"})
    return clean


def _add_note(uow: UnitOfWork, application_id: int, audience: str, text: str) -> CaseNote:
    note = uow.add(
        CaseNote(
            application_id=application_id,
            audience=audience,
            text=text,
            by_kind=str(uow.actor.kind),
            by_id=uow.actor.id,
            by_name=uow.actor.name,
            at=uow.now,
        )
    )
    uow.touch("application", application_id)
    return note


def _free_claim(application: Application) -> None:
    application.claimed_by, application.claimed_until = None, None


def _notify(uow: UnitOfWork, application: Application, staff_id: int, what: str) -> None:
    link = f"/{uow.brand.code}/loans/{application.id}"
    notify_staff(uow, staff_id, f"{application.number} {what}", link)


def _tell(uow: UnitOfWork, application: Application, code: str, **words: str) -> None:
    queue_message(
        uow,
        code=code,
        customer_id=application.customer_id,
        case_id=application.id,
        words={"number": application.number, **words},
    )
