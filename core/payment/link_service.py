"""Decides how a customer is asked for money by a link and what the gateway's word does with it.
A browser that comes back proves nothing: only the gateway's signed word or answer posts a receipt.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from core.access.actor import ActorKind
from core.access.permission import Permission
from core.customer.tables import Customer
from core.db.secret import unseal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Invalid, NotFound
from core.kernel.money import format_inr
from core.loan.tables import Loan
from core.payment import loan_books, store
from core.payment.payment_request import (
    ASK_WORDS,
    LINK_LIFE,
    PAYMENT_REQUEST,
    AskKind,
    amount_to_ask,
    event_of,
)
from core.payment.ports import LinkAnswer, LinkRequest
from core.payment.receipt_service import gateway_receipt
from core.payment.tables import PaymentRequest

# a link this close to its end is replaced, so that nobody opens one that dies under them
RENEW_BEFORE = LINK_LIFE / 24
PAID_STATUSES = ("captured", "paid")

sentences.add(
    {
        "payment_request.made": "asked for {amount} ({kind}) by a payment link",
        "payment_request.cancelled": "withdrew the payment link over {amount}",
        "payment_request.failed": "could not make the payment link: {cause}",
    }
)


@dataclass(frozen=True, slots=True)
class AskPayment:
    """Ask for the amount due, a part, or everything; `part_paise` only for a part."""

    loan_id: int
    kind: str
    part_paise: int = 0


def ask_payment(uow: UnitOfWork, command: AskPayment) -> PaymentRequest:
    """The loan's open link for this amount, made if there is none.

    A second tap or tab gets the same link; a link over another amount is withdrawn.
    """
    is_customer = uow.actor.kind is ActorKind.CUSTOMER
    uow.actor.require(Permission.CUSTOMER_SELF if is_customer else Permission.PAYMENT_RECORD)
    if command.kind not in {kind.value for kind in AskKind}:
        raise Invalid({"kind": "Choose the amount due, a part, or full payment"})
    loan = uow.lock(Loan, command.loan_id)
    if is_customer and loan.customer_id != uow.actor.id:
        raise NotFound(f"There is no loan {loan.id} here")
    dues = loan_books.dues(uow, loan)
    amount_paise = amount_to_ask(
        AskKind(command.kind), command.part_paise, dues.due_paise, dues.payoff_paise
    )
    live = store.live_request(uow, loan.id)
    if live is not None:
        expires_soon = live.expires_at is not None and live.expires_at - uow.now < RENEW_BEFORE
        if live.amount_paise == amount_paise and not expires_soon:
            return live
        _withdraw(uow, live)
    row = uow.add(
        PaymentRequest(
            loan_id=loan.id,
            application_id=loan.application_id,
            kind=command.kind,
            amount_paise=amount_paise,
            reference=str(uuid.uuid4()),
            status_since=uow.now,
            requested_at=uow.now,
            requested_by_kind=uow.actor.kind.value,
            requested_by_name=uow.actor.name,
            expires_at=uow.now + LINK_LIFE,
        )
    )
    uow.audit(
        "payment_request.made",
        ("payment_request", row.id),
        case_id=loan.application_id,
        after={"amount_paise": amount_paise, "kind": command.kind},
        amount=format_inr(amount_paise),
        kind=ASK_WORDS[command.kind],
    )
    uow.touch("loan", loan.id)
    uow.emit("payment_request.made", {"payment_request_id": row.id})
    return row


def _withdraw(uow: UnitOfWork, row: PaymentRequest, reason: str = "another amount is due") -> None:
    uow.transition(PAYMENT_REQUEST, row, "cancel", reason=reason)
    uow.flush()
    uow.audit(
        "payment_request.cancelled",
        ("payment_request", row.id),
        case_id=row.application_id,
        reason=reason,
        amount=format_inr(row.amount_paise),
    )
    uow.touch("loan", row.loan_id)
    uow.emit("payment_request.cancelled", {"payment_request_id": row.id})


def cancel_payment_request(uow: UnitOfWork, request_id: int, reason: str) -> None:
    """Withdraw an open link; money that comes through it anyway is still taken in."""
    uow.actor.require(Permission.PAYMENT_RECORD)
    if not reason.strip():
        raise Invalid({"reason": "Say why the link is withdrawn"})
    _withdraw(uow, uow.lock(PaymentRequest, request_id), reason.strip())


def begin_link(uow: UnitOfWork, request_id: int) -> LinkRequest | None:
    """What to ask the gateway for; None when the link was made or withdrawn meanwhile."""
    uow.actor.require(Permission.SYSTEM)
    row = uow.get(PaymentRequest, request_id)
    if row.status != "requested":
        return None
    loan = uow.get(Loan, row.loan_id)
    customer = uow.get(Customer, loan.customer_id)
    return LinkRequest(
        reference=row.reference,
        amount_paise=row.amount_paise,
        description=f"{uow.brand.name} loan {loan.number}, {ASK_WORDS[row.kind]}",
        customer_name=customer.name,
        customer_mobile=unseal(customer.mobile_sealed),
        customer_email=customer.email,
        expires_at=row.expires_at,
        notes={"loan": loan.number},
    )


def link_opened(uow: UnitOfWork, request_id: int, answer: LinkAnswer) -> None:
    """Keep where the customer pays; the message with the address goes out from the event."""
    uow.actor.require(Permission.SYSTEM)
    row = uow.lock(PaymentRequest, request_id)
    row.provider, row.provider_reference = answer.provider, answer.provider_reference
    row.url = answer.url
    if row.status != "requested":
        if row.status == "cancelled":
            # withdrawn while it was being made: the gateway must hear of it too
            uow.emit("payment_request.cancelled", {"payment_request_id": row.id})
        return
    uow.transition(PAYMENT_REQUEST, row, "open")
    uow.touch("loan", row.loan_id)
    uow.emit(
        "payment_request.opened",
        {
            "payment_request_id": row.id,
            "loan_id": row.loan_id,
            "application_id": row.application_id,
            "asked_by": row.requested_by_kind,
        },
    )


def link_refused(uow: UnitOfWork, request_id: int, cause: str) -> None:
    """Record that the gateway would not make the link, and why."""
    uow.actor.require(Permission.SYSTEM)
    row = uow.lock(PaymentRequest, request_id)
    if not PAYMENT_REQUEST.can(row.status, "fail"):
        return
    uow.transition(PAYMENT_REQUEST, row, "fail", reason=cause)
    row.cause = cause
    uow.touch("loan", row.loan_id)
    uow.audit(
        "payment_request.failed",
        ("payment_request", row.id),
        case_id=row.application_id,
        cause=cause,
    )


def link_told(uow: UnitOfWork, answer: LinkAnswer) -> str:
    """Take in the gateway's word about a link: post what was paid, once per payment.

    Returns what changed, for the log; a link that is not ours changes nothing.
    """
    uow.actor.require(Permission.SYSTEM)
    known = store.request_by_reference(uow, answer.reference, answer.provider_reference)
    if known is None:
        return "no such link"
    loan_books.lock_loan(uow, known.loan_id)
    row = uow.lock(PaymentRequest, known.id)
    posted = 0
    for payment in answer.payments:
        if payment.status in PAID_STATUSES and gateway_receipt(uow, row, payment):
            posted += 1
            row.paid_paise += payment.amount_paise
            row.paid_at = payment.paid_at or uow.now
    event = event_of(answer.status)
    if answer.status.value == "paid" and not answer.payments and row.paid_paise == 0:
        # the news names no payment: the job asks the gateway for them
        uow.emit("payment_request.look_up", {"payment_request_id": row.id})
        return "look up"
    if event is not None and PAYMENT_REQUEST.can(row.status, event):
        uow.transition(PAYMENT_REQUEST, row, event)
        row.provider_reference = row.provider_reference or answer.provider_reference
        uow.touch("loan", row.loan_id)
        return row.status
    return "posted" if posted else "nothing new"


def links_to_check(uow: UnitOfWork, limit: int = 50) -> list[tuple[int, str, str]]:
    """Links that are open and old enough to ask about: (id, status, provider reference)."""
    uow.actor.require(Permission.SYSTEM)
    return [
        (row.id, row.status, row.provider_reference) for row in store.links_to_check(uow, limit)
    ]


__all__ = [
    "AskPayment",
    "ask_payment",
    "begin_link",
    "cancel_payment_request",
    "link_opened",
    "link_refused",
    "link_told",
    "links_to_check",
]
