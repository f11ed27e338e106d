"""Razorpay's payouts and payment links in the words of our ports.

Amounts are paise on both sides; a status that Razorpay adds tomorrow reads UNKNOWN here and keeps
its own word beside it.
"""

from __future__ import annotations

import re
from typing import Any

from core.payment.ports import (
    LinkAnswer,
    LinkPayment,
    LinkRequest,
    LinkStatus,
    PayoutAnswer,
    PayoutRequest,
    PayoutStatus,
)
from integrations.reading import at, items, mapping, moment, paise, text, whole

PROVIDER = "razorpay"
IDEMPOTENCY_KEY = range(4, 37)
REFERENCE_MAX = 40
NARRATION_MAX = 30
CONTACT_NAME_MAX = 50
ACCOUNT_NAME_MAX = 120
NOTES_MAX = 15
NOTE_MAX = 256
DESCRIPTION_MAX = 2048
PAISE_MIN = 100

PAYOUT_STATUSES = {
    "queued": PayoutStatus.QUEUED,
    "scheduled": PayoutStatus.QUEUED,
    "pending": PayoutStatus.PENDING,
    "processing": PayoutStatus.PROCESSING,
    "processed": PayoutStatus.PROCESSED,
    "failed": PayoutStatus.FAILED,
    "rejected": PayoutStatus.REJECTED,
    "cancelled": PayoutStatus.CANCELLED,
    "reversed": PayoutStatus.REVERSED,
}
LINK_STATUSES = {
    "created": LinkStatus.CREATED,
    "partially_paid": LinkStatus.PARTIALLY_PAID,
    "paid": LinkStatus.PAID,
    "expired": LinkStatus.EXPIRED,
    "cancelled": LinkStatus.CANCELLED,
}


def _notes(notes: Any) -> dict[str, str]:
    if len(notes) > NOTES_MAX:
        raise ValueError(f"at most {NOTES_MAX} notes travel with a payment")
    return {key: value[:NOTE_MAX] for key, value in notes.items()}


def _plain_name(name: str, longest: int) -> str:
    return re.sub(r"[^A-Za-z0-9 '’\-_/().]", " ", name).strip()[:longest]


def payout_body(request: PayoutRequest, debit_account: str) -> dict[str, Any]:
    """The composite payout request, which makes contact and fund account on the way."""
    if len(request.idempotency_key) not in IDEMPOTENCY_KEY:
        raise ValueError("a payout's idempotency key has 4 to 36 characters")
    if len(request.reference) > REFERENCE_MAX:
        raise ValueError(f"a payout's reference has at most {REFERENCE_MAX} characters")
    if request.amount_paise < PAISE_MIN:
        raise ValueError("a payout is at least one rupee")
    return {
        "account_number": debit_account,
        "amount": request.amount_paise,
        "currency": "INR",
        "mode": request.mode.value,
        "purpose": "payout",
        "fund_account": {
            "account_type": "bank_account",
            "bank_account": {
                "name": _plain_name(request.beneficiary_name, ACCOUNT_NAME_MAX),
                "ifsc": request.ifsc,
                "account_number": request.account_number,
            },
            "contact": {
                "name": _plain_name(request.beneficiary_name, CONTACT_NAME_MAX),
                "type": "customer",
                "reference_id": request.beneficiary_reference[:REFERENCE_MAX],
            },
        },
        # a payout that waits for money would surprise the customer days later
        "queue_if_low_balance": False,
        "reference_id": request.reference,
        "narration": re.sub(r"[^A-Za-z0-9 ]", " ", request.narration)[:NARRATION_MAX].strip(),
        "notes": _notes(request.notes),
    }


def payout_answer(entity: object) -> PayoutAnswer:
    """A payout entity; raises ValueError when it has no id or no amount."""
    found = mapping(entity)
    reference = text(found.get("id"))
    if not reference:
        raise ValueError("a payout without an id")
    word = text(found.get("status"))
    return PayoutAnswer(
        status=PAYOUT_STATUSES.get(word, PayoutStatus.UNKNOWN),
        provider_reference=reference,
        reference=text(found.get("reference_id")),
        amount_paise=paise(found.get("amount")),
        utr=text(found.get("utr")),
        fee_paise=whole(found.get("fees")) or 0,
        tax_paise=whole(found.get("tax")) or 0,
        reason_code=text(at(found, "status_details", "reason")),
        reason=text(at(found, "status_details", "description"))
        or text(found.get("failure_reason")),
        created_at=moment(found.get("created_at")),
        provider=PROVIDER,
        provider_status=word,
    )


def link_body(request: LinkRequest) -> dict[str, Any]:
    """The payment link request; Razorpay's own SMS and e-mail stay off, ours are sent."""
    if not 0 < len(request.reference) <= REFERENCE_MAX:
        raise ValueError(f"a link's reference has 1 to {REFERENCE_MAX} characters")
    if request.amount_paise < PAISE_MIN:
        raise ValueError("a payment link is for at least one rupee")
    body: dict[str, Any] = {
        "amount": request.amount_paise,
        "currency": "INR",
        "accept_partial": request.accept_partial,
        "reference_id": request.reference,
        "description": request.description[:DESCRIPTION_MAX],
        "customer": {
            "name": request.customer_name,
            "contact": f"+91{request.customer_mobile}",
        },
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "notes": _notes(request.notes),
    }
    if request.customer_email:
        body["customer"]["email"] = request.customer_email
    if request.accept_partial and request.first_minimum_paise:
        body["first_min_partial_amount"] = request.first_minimum_paise
    if request.expires_at is not None:
        body["expire_by"] = int(request.expires_at.timestamp())
    if request.return_url:
        body["callback_url"] = request.return_url
        body["callback_method"] = "get"
    return body


def _link_payment(entity: object) -> LinkPayment:
    found = mapping(entity)
    return LinkPayment(
        provider_reference=text(found.get("id")) or text(found.get("payment_id")),
        amount_paise=paise(found.get("amount")),
        status=text(found.get("status")),
        method=text(found.get("method")),
        bank_reference=text(at(found, "acquirer_data", "rrn"))
        or text(at(found, "acquirer_data", "bank_transaction_id")),
        paid_at=moment(found.get("created_at")),
        fee_paise=whole(found.get("fee")) or 0,
        tax_paise=whole(found.get("tax")) or 0,
    )


def link_answer(entity: object, payment: object = None) -> LinkAnswer:
    """A payment link entity; `payment` is the one a webhook carries beside it.

    Raises ValueError when it has no id or no amount.
    """
    found = mapping(entity)
    reference = text(found.get("id"))
    if not reference:
        raise ValueError("a payment link without an id")
    word = text(found.get("status"))
    if payment is not None:
        payments: tuple[LinkPayment, ...] = (_link_payment(payment),)
    else:
        payments = tuple(_link_payment(one) for one in items(found.get("payments")))
    return LinkAnswer(
        status=LINK_STATUSES.get(word, LinkStatus.UNKNOWN),
        provider_reference=reference,
        reference=text(found.get("reference_id")),
        url=text(found.get("short_url")),
        amount_paise=paise(found.get("amount")),
        paid_paise=whole(found.get("amount_paid")) or 0,
        payments=payments,
        expires_at=moment(found.get("expire_by")),
        provider=PROVIDER,
        provider_status=word,
    )
