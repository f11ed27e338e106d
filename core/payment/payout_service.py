"""Decides what a payout's answers do: a loan is born once, a failure is shown with its cause.
Answers come from the job, from webhooks and from polling, in any order and any number of times."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from core.access.permission import Permission
from core.application.life_cycle import APPLICATION
from core.application.tables import Application
from core.customer.tables import CustomerBankAccount
from core.db.secret import unseal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict
from core.kernel.money import format_inr
from core.payment import loan_books, store
from core.payment.disbursal import DISBURSAL
from core.payment.payout import (
    NOT_FOUND_GRACE,
    PAYOUT,
    cause_in_words,
    event_of,
    next_check,
)
from core.payment.ports import PayoutAnswer, PayoutMode, PayoutRequest, PayoutStatus
from core.payment.tables import Disbursal, Payout

# how long the worker that sends has before the completer asks in its place
SENDING_CHECK = dt.timedelta(minutes=1)

sentences.add(
    {
        "payout.sent": "sent {amount} to the bank (attempt {attempt})",
        "payout.lost": "got no answer from the bank; we ask again and never pay twice",
        "payout.failed": "could not pay {number}: {cause}",
        "payout.reversed": "the bank returned {amount} of {number}",
        "payout.contradicted": "the bank contradicted itself about {number}; look at it by hand",
        "disbursal.paid": "paid {amount} to {name}; UTR {utr}",
        "disbursal.paid_again": "paid {amount} to {name} again; UTR {utr}",
    }
)


def begin_payout(uow: UnitOfWork, payout_id: int) -> PayoutRequest | None:
    """Mark a payout as being sent and say what to send; None when there is nothing to send.

    A payout found `sending` was left by a worker that died: the same key goes out again, and the
    provider answers with the first payout if it took it.
    """
    uow.actor.require(Permission.SYSTEM)
    row = uow.get(Payout, payout_id)
    disbursal = uow.lock(Disbursal, row.disbursal_id)
    row = uow.lock(Payout, payout_id)
    if row.status == "created":
        uow.transition(PAYOUT, row, "send")
    elif row.status != "sending":
        return None
    row.tries += 1
    row.tried_at = uow.now
    row.next_check_at = uow.now + SENDING_CHECK
    account = uow.get(CustomerBankAccount, row.bank_account_id)
    return PayoutRequest(
        idempotency_key=row.idempotency_key,
        reference=row.idempotency_key,
        amount_paise=row.amount_paise,
        beneficiary_name=account.verified_name or account.holder_name,
        account_number=unseal(account.account_sealed),
        ifsc=account.ifsc,
        beneficiary_reference=f"customer-{disbursal.customer_id}",
        mode=PayoutMode(row.rail),
        narration=f"{uow.brand.name} {disbursal.number}",
        notes={"disbursal": disbursal.number, "attempt": str(row.attempt)},
    )


def payout_answered(uow: UnitOfWork, payout_id: int, answer: PayoutAnswer) -> str:
    """Take in what the provider says about a payout; returns what it changed, for the log.

    Everything that repeats, comes late or out of order ends as "nothing new".
    """
    uow.actor.require(Permission.SYSTEM)
    disbursal = uow.lock(Disbursal, uow.get(Payout, payout_id).disbursal_id)
    row = uow.lock(Payout, payout_id)
    row.checks += 1
    row.next_check_at = None if PAYOUT.is_final(row.status) else next_check(uow.now, row.checks)
    if answer.status is PayoutStatus.NOT_FOUND:
        return _not_found(uow, disbursal, row)
    if answer.amount_paise != row.amount_paise:
        return _contradicted(uow, disbursal, row, f"amount {format_inr(answer.amount_paise)}")
    event = event_of(answer.status)
    row.provider = answer.provider or row.provider
    row.provider_reference = answer.provider_reference or row.provider_reference
    if event is None or not PAYOUT.can(row.status, event):
        if (row.status, event) in _CONTRADICTIONS:
            return _contradicted(uow, disbursal, row, answer.provider_status)
        return "nothing new"
    if row.status == "failed" and store.last_payout_id(uow, disbursal.id) != row.id:
        return _contradicted(uow, disbursal, row, answer.provider_status)
    if row.status == "failed" and disbursal.status != "failed":
        return _contradicted(uow, disbursal, row, answer.provider_status)
    row.provider_status = answer.provider_status
    row.utr = answer.utr or row.utr
    uow.transition(PAYOUT, row, event)
    _EFFECTS[event](uow, disbursal, row, answer)
    uow.touch("disbursal", disbursal.id)
    return row.status


# a final word against a final word: only people can tell which one is true
_CONTRADICTIONS = {("processed", "fail")}


def payout_lost(uow: UnitOfWork, payout_id: int) -> str:
    """Record that the request left and no answer came; the completer asks by our own key."""
    uow.actor.require(Permission.SYSTEM)
    disbursal = uow.lock(Disbursal, uow.get(Payout, payout_id).disbursal_id)
    row = uow.lock(Payout, payout_id)
    if not PAYOUT.can(row.status, "lose"):
        return "nothing new"
    uow.transition(PAYOUT, row, "lose")
    row.next_check_at = next_check(uow.now, 0)
    if DISBURSAL.can(disbursal.status, "lose"):
        uow.transition(DISBURSAL, disbursal, "lose")
    uow.audit("payout.lost", ("disbursal", disbursal.id), case_id=disbursal.application_id)
    return row.status


def payout_refused(uow: UnitOfWork, payout_id: int, code: str, reason: str) -> str:
    """Record that the provider understood the request and said no: no money has moved.

    A refusal of a repeated try proves nothing about the first one: it counts only after the
    provider has said that it knows no such payout.
    """
    uow.actor.require(Permission.SYSTEM)
    disbursal = uow.lock(Disbursal, uow.get(Payout, payout_id).disbursal_id)
    row = uow.lock(Payout, payout_id)
    if not PAYOUT.can(row.status, "fail"):
        return "nothing new"
    if row.tries > 1:
        row.cause_code, row.cause = code, reason
        return payout_lost(uow, payout_id)
    uow.transition(PAYOUT, row, "fail")
    _fail(uow, disbursal, row, code, reason)
    return row.status


def payout_told(uow: UnitOfWork, answer: PayoutAnswer) -> str:
    """A webhook's news about a payout; news about one we never made changes nothing."""
    uow.actor.require(Permission.SYSTEM)
    row = store.payout_by_reference(uow, answer.reference, answer.provider_reference)
    if row is None:
        return "no such payout"
    return payout_answered(uow, row.id, answer)


def ask_the_bank(uow: UnitOfWork, disbursal_id: int) -> None:
    """Ask the provider about a disbursal's payout now, because a person wants to know."""
    uow.actor.require(Permission.DISBURSAL_LIST)
    row = store.last_payout(uow, disbursal_id)
    if row is None or row.status not in ("created", "sending", "sent", "unknown"):
        raise Conflict("Nothing is on its way that the bank could be asked about")
    uow.emit("payout.ask", {"payout_id": row.id})


def payouts_to_check(uow: UnitOfWork, limit: int = 50) -> list[tuple[int, str, str]]:
    """Payouts whose outcome is open and whose time to ask has come: (id, state, reference)."""
    uow.actor.require(Permission.SYSTEM)
    return [(row.id, row.status, row.idempotency_key) for row in store.due_checks(uow, limit)]


def send_again_if_forgotten(uow: UnitOfWork, payout_id: int) -> bool:
    """Wake the sender of a payout that was released and never begun; True when it was."""
    uow.actor.require(Permission.SYSTEM)
    row = uow.lock(Payout, payout_id)
    if row.status != "created":
        return False
    row.checks += 1
    row.next_check_at = next_check(uow.now, row.checks)
    uow.emit("payout.resend", {"payout_id": row.id})
    return True


def _not_found(uow: UnitOfWork, disbursal: Disbursal, row: Payout) -> str:
    settled = row.status not in ("sending", "unknown")
    if settled or row.tried_at is None or uow.now - row.tried_at < NOT_FOUND_GRACE:
        return "nothing new"
    if row.status == "unknown" and row.cause:
        # refused when it was repeated, and never taken before: so it is refused
        uow.transition(PAYOUT, row, "fail")
        _fail(uow, disbursal, row, row.cause_code, row.cause)
        return row.status
    if row.status == "unknown":
        uow.transition(PAYOUT, row, "send", reason="the provider never took the first try")
    # the same key again: even if the first try surfaces now, the provider pays once
    uow.emit("payout.resend", {"payout_id": row.id})
    return "sending again"


def _contradicted(uow: UnitOfWork, disbursal: Disbursal, row: Payout, word: str) -> str:
    cause = f"The bank says “{word}” about a payout that is {row.status} with us."
    if row.cause == cause:
        return "nothing new"
    row.cause = cause
    uow.audit(
        "payout.contradicted",
        ("disbursal", disbursal.id),
        case_id=disbursal.application_id,
        after={"cause": row.cause},
        number=disbursal.number,
    )
    store.notify_operations(uow, disbursal, f"{disbursal.number}: {row.cause}")
    return "contradicted"


def _accept(uow: UnitOfWork, disbursal: Disbursal, row: Payout, answer: PayoutAnswer) -> None:
    if DISBURSAL.can(disbursal.status, "send"):
        uow.transition(DISBURSAL, disbursal, "send")
    uow.audit(
        "payout.sent",
        ("disbursal", disbursal.id),
        case_id=disbursal.application_id,
        amount=format_inr(row.amount_paise),
        attempt=row.attempt,
    )


def _process(uow: UnitOfWork, disbursal: Disbursal, row: Payout, answer: PayoutAnswer) -> None:
    row.settled_at, row.cause, row.cause_code, row.next_check_at = uow.now, "", "", None
    uow.transition(DISBURSAL, disbursal, "pay")
    disbursal.cause = ""
    again = disbursal.loan_id is not None
    if again:
        loan_books.pay_again(uow, disbursal, row)
    else:
        disbursal.loan_id = loan_books.give_birth(uow, disbursal, row)
        application = uow.lock(Application, disbursal.application_id)
        uow.transition(APPLICATION, application, "disburse")
    uow.audit(
        "disbursal.paid_again" if again else "disbursal.paid",
        ("disbursal", disbursal.id),
        case_id=disbursal.application_id,
        amount=format_inr(row.amount_paise),
        name=store.customer_name(uow, disbursal.customer_id),
        utr=row.utr or "not told yet",
    )
    uow.emit(
        "disbursal.paid",
        {
            "disbursal_id": disbursal.id,
            "loan_id": disbursal.loan_id,
            "application_id": disbursal.application_id,
        },
    )


def _failed(uow: UnitOfWork, disbursal: Disbursal, row: Payout, answer: PayoutAnswer) -> None:
    _fail(uow, disbursal, row, answer.reason_code, answer.reason)


def _fail(uow: UnitOfWork, disbursal: Disbursal, row: Payout, code: str, reason: str) -> None:
    row.settled_at, row.next_check_at = uow.now, None
    row.cause_code, row.cause = code, cause_in_words(code, reason)
    uow.transition(DISBURSAL, disbursal, "fail", reason=row.cause)
    disbursal.cause = row.cause
    uow.audit(
        "payout.failed",
        ("disbursal", disbursal.id),
        case_id=disbursal.application_id,
        number=disbursal.number,
        cause=row.cause,
    )
    uow.emit("disbursal.failed", {"disbursal_id": disbursal.id, "payout_id": row.id})
    store.notify_operations(uow, disbursal, f"{disbursal.number} could not be paid: {row.cause}")


def _reverse(uow: UnitOfWork, disbursal: Disbursal, row: Payout, answer: PayoutAnswer) -> None:
    row.settled_at, row.next_check_at = uow.now, None
    row.cause_code = answer.reason_code
    row.cause = cause_in_words(answer.reason_code, answer.reason or "the payout was returned")
    disbursal.cause = f"The money came back. {row.cause}"
    if disbursal.status == "paid":
        uow.transition(DISBURSAL, disbursal, "reverse", reason=row.cause)
        loan_books.take_back(uow, disbursal, row)
    else:
        # returned before we ever heard that it was paid: no loan was born
        uow.transition(DISBURSAL, disbursal, "fail", reason=row.cause)
    uow.audit(
        "payout.reversed",
        ("disbursal", disbursal.id),
        case_id=disbursal.application_id,
        after={"cause": row.cause},
        amount=format_inr(row.amount_paise),
        number=disbursal.number,
    )
    uow.emit("disbursal.reversed", {"disbursal_id": disbursal.id, "payout_id": row.id})
    store.notify_operations(uow, disbursal, f"{disbursal.number}: {disbursal.cause}")


_EFFECTS: dict[str, Callable[[UnitOfWork, Disbursal, Payout, PayoutAnswer], None]] = {
    "accept": _accept,
    "process": _process,
    "fail": _failed,
    "reverse": _reverse,
}

__all__ = [
    "ask_the_bank",
    "begin_payout",
    "payout_answered",
    "payout_lost",
    "payout_refused",
    "payout_told",
    "payouts_to_check",
    "send_again_if_forgotten",
]
