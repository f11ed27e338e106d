"""Decides how money leaves: one person asks, another releases, and one payout pays it.
Two tabs, a double click or a repeated request find the same rows and pay exactly once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from core.access.approval import ApprovalKind, decide_approval, register_effect, request_approval
from core.access.permission import Permission
from core.access.tables import ApprovalRequest
from core.application.life_cycle import APPLICATION
from core.application.tables import Application
from core.customer.tables import CustomerBankAccount
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, Invalid, NotFound
from core.kernel.money import format_inr
from core.payment import loan_books, store
from core.payment.disbursal import DISBURSAL, Blocker, blockers, net_paise
from core.payment.payout import next_check
from core.payment.ports import PayoutMode
from core.payment.tables import Disbursal, Payout

RELEASE = "disbursal.release"

sentences.add(
    {
        "disbursal.requested": "requested the disbursal {number} of {amount} to {name}",
        "disbursal.approved": "released {amount} to {name}",
        "disbursal.refused": "refused the disbursal {number}",
        "disbursal.resubmitted": "asked to send {number} again to the account ending {account}",
        "disbursal.given_up": "gave up the disbursal {number}",
    }
)


class DisbursalBlocked(Conflict):
    """Something stands in the way of the money; `blockers` names each with its owner."""

    code = "disbursal_blocked"

    def __init__(self, found: tuple[Blocker, ...]) -> None:
        super().__init__(" ".join(one.sentence for one in found), codes=[one.code for one in found])
        self.blockers = found


class NoOpenRequest(Conflict):
    """Nobody has asked for what is to be decided, or it is decided already."""

    code = "no_open_request"


@dataclass(frozen=True, slots=True)
class RequestDisbursal:
    """Ask to pay out one signed case; `key` makes a repeat harmless."""

    application_id: int
    key: str = ""


@dataclass(frozen=True, slots=True)
class DecideDisbursal:
    """Release or refuse; `version` is what the checker saw."""

    disbursal_id: int
    version: int
    approve: bool
    reason: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class ResubmitDisbursal:
    """Pay a failed or returned disbursal again, as a new payout linked to the old one."""

    disbursal_id: int
    version: int
    bank_account_id: int
    note: str
    rail: str = PayoutMode.IMPS.value


@dataclass(frozen=True, slots=True)
class GiveUpDisbursal:
    """Stop trying to pay a failed disbursal; the case goes back to signed."""

    disbursal_id: int
    version: int
    reason: str


def _effect(amount_paise: int, name: str) -> str:
    return f"Release {format_inr(amount_paise)} to {name}"


def _account_words(account: CustomerBankAccount) -> str:
    return f"•••• {account.account_last4} · {account.ifsc}"


def _ask(uow: UnitOfWork, row: Disbursal, account: CustomerBankAccount, rail: str) -> None:
    """Put the release before another person, who sees what will happen and nothing else."""
    after = {
        "Sanctioned": format_inr(row.sanctioned_paise),
        "Fees kept back": format_inr(row.fees_paise),
        "Paid out": format_inr(row.net_paise),
        "Account": _account_words(account),
        "Rail": rail,
    }
    before: dict[str, str] = {}
    last = store.last_payout(uow, row.id)
    if last is not None:
        old = uow.get(CustomerBankAccount, last.bank_account_id)
        before = {
            **after,
            "Account": _account_words(old),
            "Rail": last.rail,
            "Payout": f"{last.attempt}: {last.cause or last.status}",
        }
        after["Payout"] = f"{last.attempt + 1}: a new one in place of {last.attempt}"
    request_approval(
        uow,
        RELEASE,
        ("disbursal", row.id),
        payload={"bank_account_id": account.id, "rail": rail},
        effect=_effect(row.net_paise, store.customer_name(uow, row.customer_id)),
        before=before,
        after=after,
        amount_paise=row.net_paise,
        subject_version=row.version,
        case_id=row.application_id,
    )


def request_disbursal(uow: UnitOfWork, command: RequestDisbursal) -> int:
    """Make the disbursal of a signed case and ask another person to release it; its id.

    Raises `DisbursalBlocked` with everything that stands in the way.
    """
    uow.actor.require(Permission.DISBURSAL_REQUEST)
    if not command.key:
        return _request(uow, command.application_id)
    answer = uow.idempotent(
        f"disbursal.request:{command.key}",
        {"application_id": command.application_id},
        lambda: {"disbursal_id": _request(uow, command.application_id)},
    )
    return int(answer["disbursal_id"])


def _request(uow: UnitOfWork, application_id: int) -> int:
    application = uow.lock(Application, application_id)
    ready = store.readiness(uow, application)
    found = blockers(ready.known)
    if found:
        raise DisbursalBlocked(found)
    assert ready.account is not None and ready.known.sanctioned_paise is not None
    row = uow.add(
        Disbursal(
            number=uow.next_number("DB"),
            application_id=application.id,
            customer_id=application.customer_id,
            bank_account_id=ready.account.id,
            sanctioned_paise=ready.known.sanctioned_paise,
            fees_paise=ready.known.fees_paise,
            net_paise=net_paise(ready.known.sanctioned_paise, ready.known.fees_paise),
            fee_lines=list(ready.fee_lines),
            status_since=uow.now,
            requested_at=uow.now,
            requested_by=uow.actor.id or 0,
            requested_by_name=uow.actor.name,
        )
    )
    uow.transition(APPLICATION, application, "request_disbursal")
    uow.audit(
        "disbursal.requested",
        ("disbursal", row.id),
        case_id=application.id,
        number=row.number,
        amount=format_inr(row.net_paise),
        name=store.customer_name(uow, row.customer_id),
    )
    _ask(uow, row, ready.account, PayoutMode.IMPS.value)
    return row.id


def decide_disbursal(uow: UnitOfWork, command: DecideDisbursal) -> int:
    """Release or refuse as another person within their limit; the disbursal's id.

    Raises `OwnWork`, `AboveLimit`, `StaleVersion`, or `NoOpenRequest` when somebody decided first.
    """
    uow.actor.require(Permission.DISBURSAL_APPROVE)

    def decide() -> dict[str, int]:
        row = uow.lock(Disbursal, command.disbursal_id)
        request = store.open_request(uow, RELEASE, "disbursal", row.id)
        if request is None:
            words = row.status.replace("_", " ")
            raise NoOpenRequest(f"{row.number} is {words}; nothing waits for a decision")
        uow.expect_version(row, command.version)
        decide_approval(uow, request.id, approve=command.approve, reason=command.reason)
        return {"disbursal_id": row.id}

    if not command.key:
        return decide()["disbursal_id"]
    given = {
        "disbursal_id": command.disbursal_id,
        "version": command.version,
        "approve": command.approve,
        "reason": command.reason.strip(),
        "by": uow.actor.id,
    }
    answer = uow.idempotent(f"disbursal.decide:{command.key}", given, decide)
    return int(answer["disbursal_id"])


def _release(uow: UnitOfWork, request: ApprovalRequest) -> None:
    row = uow.lock(Disbursal, request.subject_id)
    account = uow.get(CustomerBankAccount, int(request.payload["bank_account_id"]))
    last = store.last_payout(uow, row.id)
    ready = store.readiness(uow, uow.get(Application, row.application_id))
    # the same gates again: hours may lie between asking and releasing
    found = tuple(
        one
        for one in blockers(ready.known)
        if one.code not in ("open_disbursal", "case_not_signed", "no_account", "penny_drop")
    )
    if account.state != "verified":
        found += (
            Blocker(
                "penny_drop",
                f"The account ending {account.account_last4} is not verified.",
                "Loan executive",
            ),
        )
    if found:
        raise DisbursalBlocked(found)
    uow.transition(DISBURSAL, row, "approve")
    row.bank_account_id = account.id
    row.approved_at, row.approved_by_name, row.cause = uow.now, uow.actor.name, ""
    payout = uow.add(
        Payout(
            disbursal_id=row.id,
            bank_account_id=account.id,
            attempt=(last.attempt if last else 0) + 1,
            replaces_payout_id=last.id if last else None,
            idempotency_key=str(uuid.uuid4()),
            amount_paise=row.net_paise,
            rail=str(request.payload["rail"]),
            status_since=uow.now,
            created_at=uow.now,
            next_check_at=next_check(uow.now, 1),
        )
    )
    uow.audit(
        "disbursal.approved",
        ("disbursal", row.id),
        case_id=row.application_id,
        amount=format_inr(row.net_paise),
        name=store.customer_name(uow, row.customer_id),
    )
    uow.emit("disbursal.approved", {"disbursal_id": row.id, "payout_id": payout.id})


def _refuse(uow: UnitOfWork, request: ApprovalRequest) -> None:
    row = uow.lock(Disbursal, request.subject_id)
    reason = request.decision_reason
    if store.last_payout(uow, row.id) is not None:
        # money was on its way before: the disbursal stays open where people see it
        uow.transition(DISBURSAL, row, "refuse_again", reason=reason)
        row.cause = f"Sending it again was refused: {reason}"
    else:
        uow.transition(DISBURSAL, row, "refuse", reason=reason)
        row.cause = reason
        application = uow.lock(Application, row.application_id)
        uow.transition(APPLICATION, application, "return_disbursal", reason=reason)
    uow.audit(
        "disbursal.refused",
        ("disbursal", row.id),
        case_id=row.application_id,
        reason=reason,
        number=row.number,
    )


register_effect(
    ApprovalKind(
        kind=RELEASE,
        maker=Permission.DISBURSAL_REQUEST,
        checker=Permission.DISBURSAL_APPROVE,
        on_approve=_release,
        on_refuse=_refuse,
        version_of=lambda uow, request: uow.get(Disbursal, request.subject_id).version,
        limited=True,
    )
)


def resubmit_disbursal(uow: UnitOfWork, command: ResubmitDisbursal) -> int:
    """Ask to pay a failed or returned disbursal again; another person must agree anew."""
    uow.actor.require(Permission.DISBURSAL_REQUEST)
    wrong: dict[str, str] = {}
    if not command.note.strip():
        wrong["note"] = "Say what was corrected"
    if command.rail not in {mode.value for mode in PayoutMode}:
        wrong["rail"] = "Choose IMPS, NEFT or RTGS"
    row = uow.lock(Disbursal, command.disbursal_id)
    account = uow.find(CustomerBankAccount, command.bank_account_id)
    if account is None or account.customer_id != row.customer_id:
        wrong["bank_account_id"] = "Choose one of the customer's accounts"
    elif account.state != "verified":
        wrong["bank_account_id"] = (
            f"The account ending {account.account_last4} has no passed penny drop"
        )
    if wrong:
        raise Invalid(wrong)
    assert account is not None
    uow.expect_version(row, command.version)
    uow.transition(DISBURSAL, row, "resubmit", reason=command.note.strip())
    row.requested_at = uow.now
    row.requested_by, row.requested_by_name = uow.actor.id or 0, uow.actor.name
    uow.audit(
        "disbursal.resubmitted",
        ("disbursal", row.id),
        case_id=row.application_id,
        reason=command.note.strip(),
        number=row.number,
        account=account.account_last4,
    )
    _ask(uow, row, account, command.rail)
    return row.id


def give_up_disbursal(uow: UnitOfWork, command: GiveUpDisbursal) -> None:
    """End a failed or returned disbursal without paying.

    Without a loan the case is signed again; a loan that was born ends as cancelled.
    """
    uow.actor.require(Permission.DISBURSAL_REQUEST)
    if not command.reason.strip():
        raise Invalid({"reason": "Say why it will not be paid"})
    row = uow.lock(Disbursal, command.disbursal_id)
    uow.expect_version(row, command.version)
    uow.transition(DISBURSAL, row, "give_up", reason=command.reason.strip())
    row.cause = command.reason.strip()
    if row.loan_id is not None:
        uow.actor.require(Permission.DISBURSAL_APPROVE)
        loan_books.end_unpaid_loan(uow, row, command.reason.strip())
    else:
        application = uow.lock(Application, row.application_id)
        uow.transition(APPLICATION, application, "return_disbursal", reason=command.reason.strip())
    uow.audit(
        "disbursal.given_up",
        ("disbursal", row.id),
        case_id=row.application_id,
        reason=command.reason.strip(),
        number=row.number,
    )


def disbursal_blockers(uow: UnitOfWork, application_id: int) -> tuple[Blocker, ...]:
    """What stands in the way of paying a case, for screens; empty when it may be requested."""
    uow.actor.require(Permission.DISBURSAL_LIST)
    application = uow.find(Application, application_id)
    if application is None:
        raise NotFound(f"There is no application {application_id} here")
    return blockers(store.readiness(uow, application).known)


__all__ = [
    "RELEASE",
    "DecideDisbursal",
    "DisbursalBlocked",
    "GiveUpDisbursal",
    "NoOpenRequest",
    "RequestDisbursal",
    "ResubmitDisbursal",
    "decide_disbursal",
    "disbursal_blockers",
    "give_up_disbursal",
    "request_disbursal",
    "resubmit_disbursal",
]
