"""Decides how money that came in is counted: a gateway's at once, a person's word after a check.
Each rupee is known by a number of its own (payment id or UTR), so it can be counted only once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text

from core.access.approval import (
    ApprovalKind,
    decide_approval,
    register_effect,
    request_approval,
)
from core.access.permission import Permission
from core.access.tables import ApprovalRequest
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date, ist_date
from core.kernel.errors import Conflict, Invalid
from core.kernel.money import format_inr
from core.loan.tables import Loan
from core.payment import loan_books, store
from core.payment.payment_request import AskKind
from core.payment.ports import LinkPayment
from core.payment.receipt import (
    MANUAL_MODES,
    MODE_WORDS,
    RECEIPT,
    ReceiptMode,
    normal_utr,
    value_date_problem,
)
from core.payment.tables import PaymentRequest, Receipt

POST = "receipt.post"
REVERSE = "receipt.reverse"
NOTE_MAX = 500

sentences.add(
    {
        "receipt.recorded": "recorded {amount} by {mode} as {number}, value date {value_date}",
        "receipt.posted": "took in {amount} by {mode} as {number}",
        "receipt.rejected": "rejected the receipt {number}",
        "receipt.reversed": "reversed the receipt {number} of {amount}",
    }
)


class DuplicateUtr(Conflict):
    """The bank reference is on another receipt already."""

    code = "duplicate_utr"

    def __init__(self, earlier: Receipt) -> None:
        who = earlier.recorded_by_name or "the payment gateway"
        super().__init__(
            f"This UTR is on receipt {earlier.number} already: "
            f"{format_inr(earlier.amount_paise)} of {format_date(earlier.value_date)}, "
            f"recorded by {who}.",
            field="utr",
            receipt_id=earlier.id,
        )


@dataclass(frozen=True, slots=True)
class RecordReceipt:
    """Money that a person saw arriving; it counts once another person has agreed."""

    loan_id: int
    amount_paise: int
    mode: str
    value_date: dt.date
    utr: str = ""
    note: str = ""
    is_payoff: bool = False
    key: str = ""


@dataclass(frozen=True, slots=True)
class DecideReceipt:
    """Agree to or refuse a request about a receipt."""

    request_id: int
    approve: bool
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class AskReversal:
    """Ask to take back a posted receipt, such as a cheque that bounced."""

    receipt_id: int
    version: int
    reason: str


def record_receipt(uow: UnitOfWork, command: RecordReceipt) -> int:
    """Record a receipt and put it before another person; its id.

    Raises `Invalid` per field, and `DuplicateUtr` naming the receipt that has the UTR.
    """
    uow.actor.require(Permission.PAYMENT_RECORD)
    if not command.key:
        return _record(uow, command)
    given = {
        "loan_id": command.loan_id,
        "amount_paise": command.amount_paise,
        "mode": command.mode,
        "value_date": command.value_date,
        "utr": command.utr,
        "note": command.note,
        "is_payoff": command.is_payoff,
    }
    answer = uow.idempotent(
        f"receipt.record:{command.key}", given, lambda: {"receipt_id": _record(uow, command)}
    )
    return int(answer["receipt_id"])


def _record(uow: UnitOfWork, command: RecordReceipt) -> int:
    loan = uow.lock(Loan, command.loan_id)
    utr = _check(uow, loan, command)
    if utr:
        _refuse_known_utr(uow, utr)
    row = uow.add(
        Receipt(
            number=uow.next_number("RC"),
            loan_id=loan.id,
            application_id=loan.application_id,
            amount_paise=command.amount_paise,
            mode=command.mode,
            utr=utr,
            value_date=command.value_date,
            state_since=uow.now,
            is_payoff=command.is_payoff,
            note=command.note.strip(),
            recorded_at=uow.now,
            recorded_by=uow.actor.id,
            recorded_by_name=uow.actor.name,
        )
    )
    uow.audit(
        "receipt.recorded",
        ("receipt", row.id),
        case_id=loan.application_id,
        after={"amount_paise": row.amount_paise, "mode": row.mode, "utr": utr},
        amount=format_inr(row.amount_paise),
        mode=MODE_WORDS[row.mode],
        number=row.number,
        value_date=format_date(row.value_date),
    )
    preview = loan_books.preview_receipt(uow, loan, row)
    request_approval(
        uow,
        POST,
        ("receipt", row.id),
        payload={"receipt_id": row.id},
        effect=(
            f"Post {format_inr(row.amount_paise)} by {MODE_WORDS[row.mode]} of "
            f"{format_date(row.value_date)} to {loan.number} of "
            f"{store.customer_name(uow, loan.customer_id)}"
        ),
        before=preview.before,
        after=preview.after,
        amount_paise=row.amount_paise,
        subject_version=row.version,
        case_id=loan.application_id,
    )
    return row.id


def _check(uow: UnitOfWork, loan: Loan, command: RecordReceipt) -> str:
    wrong: dict[str, str] = {}
    utr = ""
    if command.amount_paise <= 0:
        wrong["amount"] = "Enter an amount above zero"
    if command.mode not in {mode.value for mode in MANUAL_MODES}:
        wrong["mode"] = "Choose how the money came"
    problem = value_date_problem(command.value_date, uow.business_date, loan.disbursed_on)
    if problem:
        wrong["value_date"] = problem
    if len(command.note) > NOTE_MAX:
        wrong["note"] = f"Use at most {NOTE_MAX} characters"
    if command.mode == ReceiptMode.CASH and not command.utr.strip():
        if not command.note.strip():
            wrong["note"] = "For cash, say who took it and the receipt book's number"
    else:
        try:
            utr = normal_utr(command.utr)
        except Invalid as error:
            wrong.update(error.fields)
    if wrong:
        raise Invalid(wrong)
    return utr


def _refuse_known_utr(uow: UnitOfWork, utr: str, but: int | None = None) -> None:
    # two people may report one transfer at the same moment: the second waits, then is told
    uow.session.execute(
        text("SELECT pg_advisory_xact_lock(:brand, hashtext(:key))"),
        {"brand": uow.brand_id, "key": f"utr:{utr}"},
    )
    earlier = store.receipt_by_utr(uow, utr, but)
    if earlier is not None:
        raise DuplicateUtr(earlier)


def decide_receipt(uow: UnitOfWork, command: DecideReceipt) -> int:
    """Agree or refuse as another person within their limit; the receipt's id."""
    uow.actor.require(Permission.PAYMENT_APPROVE)

    def decide() -> dict[str, int]:
        request = uow.get(ApprovalRequest, command.request_id)
        if request.kind not in (POST, REVERSE):
            raise Invalid({"request": "This request is not about a receipt"})
        decide_approval(uow, request.id, approve=command.approve, reason=command.reason)
        return {"receipt_id": request.subject_id}

    if not command.key:
        return decide()["receipt_id"]
    given = {
        "request_id": command.request_id,
        "approve": command.approve,
        "reason": command.reason.strip(),
        "by": uow.actor.id,
    }
    answer = uow.idempotent(f"receipt.decide:{command.key}", given, decide)
    return int(answer["receipt_id"])


def _post_effect(uow: UnitOfWork, request: ApprovalRequest) -> None:
    row = uow.get(Receipt, request.subject_id)
    loan_books.lock_loan(uow, row.loan_id)
    row = uow.lock(Receipt, request.subject_id)
    if row.utr:
        _refuse_known_utr(uow, row.utr, row.id)
    row.decided_at, row.decided_by_name = uow.now, uow.actor.name
    _post(uow, row)


def _reject_effect(uow: UnitOfWork, request: ApprovalRequest) -> None:
    row = uow.lock(Receipt, request.subject_id)
    uow.transition(RECEIPT, row, "reject", reason=request.decision_reason)
    row.state_since = uow.now
    row.decided_at, row.decided_by_name = uow.now, uow.actor.name
    row.decision_reason = request.decision_reason
    uow.audit(
        "receipt.rejected",
        ("receipt", row.id),
        case_id=row.application_id,
        reason=request.decision_reason,
        number=row.number,
    )


def _post(uow: UnitOfWork, row: Receipt) -> None:
    """Book a receipt that is to count now; the loan is locked by the caller."""
    if row.state == "pending_approval":
        uow.transition(RECEIPT, row, "post")
    row.state_since, row.posted_on = uow.now, uow.business_date
    booked = loan_books.post_receipt(uow, row)
    row.allocation, row.excess_paise = booked.allocation, booked.excess_paise
    row.loan_event_id = booked.event_id
    uow.audit(
        "receipt.posted",
        ("receipt", row.id),
        case_id=row.application_id,
        after={"amount_paise": row.amount_paise, **booked.allocation},
        amount=format_inr(row.amount_paise),
        mode=MODE_WORDS[row.mode],
        number=row.number,
    )
    uow.touch("loan", row.loan_id)
    uow.emit(
        "receipt.posted",
        {
            "receipt_id": row.id,
            "loan_id": row.loan_id,
            "application_id": row.application_id,
        },
    )


def gateway_receipt(uow: UnitOfWork, request: PaymentRequest, payment: LinkPayment) -> bool:
    """Post one payment made through a link; False when it was posted before.

    The caller holds the loan's lock, so repeats queue behind the first.
    """
    uow.actor.require(Permission.SYSTEM)
    if store.receipt_by_payment(uow, payment.provider_reference) is not None:
        return False
    loan = uow.get(Loan, request.loan_id)
    row = uow.add(
        Receipt(
            number=uow.next_number("RC"),
            loan_id=loan.id,
            application_id=loan.application_id,
            payment_request_id=request.id,
            amount_paise=payment.amount_paise,
            mode=ReceiptMode.LINK.value,
            gateway_payment_id=payment.provider_reference,
            bank_reference=payment.bank_reference.upper(),
            value_date=_value_date(uow, loan, payment.paid_at),
            state="posted",
            state_since=uow.now,
            is_payoff=request.kind == AskKind.PAYOFF,
            recorded_at=uow.now,
            recorded_by_name="Payment gateway",
            note=payment.method,
        )
    )
    _post(uow, row)
    return True


def _value_date(uow: UnitOfWork, loan: Loan, paid_at: dt.datetime | None) -> dt.date:
    """The business date less the days by which the news is late, not before the loan.

    The clock and the business date may differ, so only the delay is taken from the clock.
    """
    late_days = (ist_date(uow.now) - ist_date(paid_at)).days if paid_at else 0
    return max(uow.business_date - dt.timedelta(days=max(late_days, 0)), loan.disbursed_on)


def ask_reversal(uow: UnitOfWork, command: AskReversal) -> int:
    """Ask another person to reverse a posted receipt; the request's id."""
    uow.actor.require(Permission.PAYMENT_RECORD)
    if not command.reason.strip():
        raise Invalid({"reason": "Say why the money did not stay, such as “cheque returned”"})
    row = uow.lock(Receipt, command.receipt_id)
    uow.expect_version(row, command.version)
    if row.state != "posted":
        raise Conflict(f"{row.number} is {row.state.replace('_', ' ')}; it cannot be reversed")
    loan = uow.get(Loan, row.loan_id)
    outstanding_paise = loan_books.dues(uow, loan).payoff_paise
    request = request_approval(
        uow,
        REVERSE,
        ("receipt", row.id),
        payload={"receipt_id": row.id, "reason": command.reason.strip()},
        effect=(
            f"Reverse {row.number}: {format_inr(row.amount_paise)} by {MODE_WORDS[row.mode]} "
            f"leaves {loan.number} of {store.customer_name(uow, loan.customer_id)}"
        ),
        before={"Outstanding": format_inr(outstanding_paise), "Receipt": "posted"},
        after={
            "Outstanding": format_inr(outstanding_paise + row.amount_paise - row.excess_paise),
            "Receipt": f"reversed: {command.reason.strip()}",
        },
        amount_paise=row.amount_paise,
        subject_version=row.version,
        case_id=row.application_id,
    )
    return request.id


def _reverse_effect(uow: UnitOfWork, request: ApprovalRequest) -> None:
    row = uow.get(Receipt, request.subject_id)
    loan_books.lock_loan(uow, row.loan_id)
    row = uow.lock(Receipt, request.subject_id)
    reason = str(request.payload["reason"])
    uow.transition(RECEIPT, row, "reverse", reason=reason)
    row.state_since = uow.now
    row.decision_reason = reason
    row.decided_at, row.decided_by_name = uow.now, uow.actor.name
    loan_books.reverse_receipt(uow, row, reason)
    uow.audit(
        "receipt.reversed",
        ("receipt", row.id),
        case_id=row.application_id,
        reason=reason,
        number=row.number,
        amount=format_inr(row.amount_paise),
    )
    uow.touch("loan", row.loan_id)
    uow.emit(
        "receipt.reversed",
        {
            "receipt_id": row.id,
            "loan_id": row.loan_id,
            "application_id": row.application_id,
        },
    )


def _receipt_version(uow: UnitOfWork, request: ApprovalRequest) -> int:
    return uow.get(Receipt, request.subject_id).version


register_effect(
    ApprovalKind(
        kind=POST,
        maker=Permission.PAYMENT_RECORD,
        checker=Permission.PAYMENT_APPROVE,
        on_approve=_post_effect,
        on_refuse=_reject_effect,
        version_of=_receipt_version,
        limited=True,
    )
)
register_effect(
    ApprovalKind(
        kind=REVERSE,
        maker=Permission.PAYMENT_RECORD,
        checker=Permission.PAYMENT_APPROVE,
        on_approve=_reverse_effect,
        version_of=_receipt_version,
        limited=True,
    )
)

__all__ = [
    "POST",
    "REVERSE",
    "AskReversal",
    "DecideReceipt",
    "DuplicateUtr",
    "RecordReceipt",
    "ask_reversal",
    "decide_receipt",
    "gateway_receipt",
    "record_receipt",
]
