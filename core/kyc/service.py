"""Decides how a person and a bank account are checked: asked with consent, answered, judged.
The provider is asked by a job outside any transaction; only ids travel in the event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from core.access.permission import Permission
from core.application.life_cycle import OPEN as OPEN_CASES
from core.application.tables import Application
from core.customer.tables import Customer, CustomerBankAccount
from core.db.secret import unseal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, Invalid
from core.kernel.provider import ProviderError, ProviderRefused, ProviderUnavailable
from core.kyc import store
from core.kyc.life_cycle import BANK_ACCOUNT, KIND_WORDS, KYC_CHECK, PAN
from core.kyc.name_match import GOOD_MATCH, NameMatch, match_names
from core.kyc.ports import (
    AadhaarLink,
    BankAccountAnswer,
    BankAccountRequest,
    BankAccountStatus,
    PanAnswer,
    PanRequest,
    PanStatus,
)
from core.kyc.tables import KycCheck

CONSENT_PURPOSE = "identity"
REASON_MIN = 10

sentences.add(
    {
        "kyc.requested": "asked for the {kind} check",
        "kyc.answered": "received the {kind} check: {outcome}",
        "kyc.accepted": "accepted the {kind} check although the names differ ({score} of 100)",
        "kyc.rejected": "rejected the {kind} check",
    }
)


class ConsentMissing(Conflict):
    """The customer has given no consent for this purpose, or has withdrawn it."""

    code = "consent_missing"


class CheckRunning(Conflict):
    """The same check is being made right now."""

    code = "check_running"


class NothingToCheck(Conflict):
    """The profile lacks what the check is about."""

    code = "nothing_to_check"


@dataclass(frozen=True, slots=True)
class RequestCheck:
    """Ask the provider about the PAN or the bank account of a case."""

    application_id: int
    kind: str


def request_check(uow: UnitOfWork, command: RequestCheck) -> KycCheck:
    """Record the intent and tell the job; raises `ConsentMissing`, `CheckRunning`."""
    uow.actor.require(Permission.KYC_CHECK)
    if command.kind not in KIND_WORDS:
        raise Invalid({"kind": "Choose the PAN or the bank account"})
    application = uow.lock(Application, command.application_id)
    if application.status not in OPEN_CASES:
        raise Conflict("This case is closed; nothing more is checked")
    customer = uow.get(Customer, application.customer_id)
    consent = store.active_consent(uow, customer.id, CONSENT_PURPOSE)
    if consent is None:
        raise ConsentMissing("The customer has not consented to identity checks")
    account = store.bank_account_of(uow, customer, application.bank_account_id)
    check = KycCheck(
        application_id=application.id,
        customer_id=customer.id,
        consent_id=consent.id,
        kind=command.kind,
        declared_name=customer.name,
        requested_at=uow.now,
        requested_by_id=uow.actor.id,
        requested_by_name=uow.actor.name,
    )
    if command.kind == PAN:
        if not customer.pan_sealed:
            raise NothingToCheck("The customer has not given a PAN yet")
        check.subject_index = customer.pan_index
        check.subject_masked = f"••••••{customer.pan_last4}"
    else:
        if account is None:
            raise NothingToCheck("The customer has not given a bank account yet")
        check.bank_account_id = account.id
        check.subject_index = account.account_index
        check.subject_masked = f"•••• {account.account_last4} {account.ifsc}"
        check.declared_name = account.holder_name or customer.name
    try:
        with uow.session.begin_nested():
            uow.add(check)
    except IntegrityError:
        raise CheckRunning(
            f"The {KIND_WORDS[command.kind]} is being checked right now; wait for the answer"
        ) from None
    uow.emit("kyc.requested", {"kyc_check_id": check.id})
    uow.audit(
        "kyc.requested",
        ("kyc_check", check.id),
        case_id=application.id,
        kind=KIND_WORDS[command.kind],
    )
    return check


def pan_request(uow: UnitOfWork, check_id: int) -> PanRequest:
    """What the job asks the provider; opened here so that no event carries a PAN."""
    uow.actor.require(Permission.SYSTEM)
    check = uow.get(KycCheck, check_id)
    customer = uow.get(Customer, check.customer_id)
    return PanRequest(
        pan=unseal(customer.pan_sealed),
        reference=_reference(check),
        consent_reference=f"consent-{check.consent_id}",
    )


def bank_account_request(uow: UnitOfWork, check_id: int) -> BankAccountRequest:
    """What the job asks the provider about an account."""
    uow.actor.require(Permission.SYSTEM)
    check = uow.get(KycCheck, check_id)
    account = uow.get(CustomerBankAccount, check.bank_account_id or 0)
    return BankAccountRequest(
        account_number=unseal(account.account_sealed),
        ifsc=account.ifsc,
        reference=_reference(check),
        holder_name=account.holder_name,
    )


def _reference(check: KycCheck) -> str:
    """Our own key of the asking; the provider's idempotency hangs on it."""
    return f"kyc-{check.brand_id}-{check.id}"


def record_pan_answer(uow: UnitOfWork, check_id: int, answer: PanAnswer) -> KycCheck:
    """Write down what the tax department's record says; a second answer changes nothing."""
    uow.actor.require(Permission.SYSTEM)
    check = uow.lock(KycCheck, check_id)
    check.recorded_name = answer.full_name
    check.detail = _pan_detail(answer)
    match = match_names(check.declared_name, answer.full_name)
    event = {
        PanStatus.VALID: "pass" if match.good else "mismatch",
        PanStatus.INVALID: "invalid",
        PanStatus.NOT_FOUND: "invalid",
        PanStatus.UNKNOWN: "no_answer",
    }[answer.status]
    if answer.status is PanStatus.VALID and not answer.full_name:
        event = "mismatch"
    return _record(uow, check, event, match, answer)


def record_bank_answer(uow: UnitOfWork, check_id: int, answer: BankAccountAnswer) -> KycCheck:
    """Write down what the bank says of the account, and mark the account itself."""
    uow.actor.require(Permission.SYSTEM)
    check = uow.lock(KycCheck, check_id)
    check.recorded_name = answer.registered_name
    check.detail = ", ".join(part for part in (answer.bank_name, answer.branch) if part)
    check.vendor_score = answer.name_match_percent
    match = match_names(check.declared_name, answer.registered_name)
    event = {
        BankAccountStatus.VALID: "pass" if match.good else "mismatch",
        BankAccountStatus.INVALID: "invalid",
        BankAccountStatus.PENDING: "wait",
        BankAccountStatus.UNKNOWN: "no_answer",
    }[answer.status]
    return _record(uow, check, event, match, answer)


def _pan_detail(answer: PanAnswer) -> str:
    link = {
        AadhaarLink.LINKED: "linked with Aadhaar",
        AadhaarLink.NOT_LINKED: "not linked with Aadhaar",
    }.get(answer.aadhaar_link, "")
    return ", ".join(part for part in (answer.category, link) if part)


def _record(
    uow: UnitOfWork,
    check: KycCheck,
    event: str,
    match: NameMatch,
    answer: PanAnswer | BankAccountAnswer,
) -> KycCheck:
    if not KYC_CHECK.can(check.status, event):
        return check
    check.provider = answer.provider
    check.provider_reference = answer.provider_reference
    check.provider_status = answer.provider_status
    check.message = answer.message
    check.error_code = ""
    if event in ("pass", "mismatch"):
        check.name_score, check.name_explanation = match.score, match.explanation
    _close(uow, check, event)
    return check


def record_failure(uow: UnitOfWork, check_id: int, error: ProviderError) -> KycCheck:
    """Write down that no answer came, and of which kind the silence is."""
    uow.actor.require(Permission.SYSTEM)
    check = uow.lock(KycCheck, check_id)
    event = "no_answer"
    if isinstance(error, ProviderRefused):
        event = "refuse"
    elif isinstance(error, ProviderUnavailable):
        event = "unavailable"
    if not KYC_CHECK.can(check.status, event):
        return check
    check.provider, check.error_code = error.provider, error.provider_code or error.code
    check.message = error.message
    _close(uow, check, event)
    return check


def _close(uow: UnitOfWork, check: KycCheck, event: str) -> None:
    uow.transition(KYC_CHECK, check, event)
    if check.status != "waiting":
        check.answered_at = uow.now
    outcome = check.status.replace("_", " ")
    if check.name_score is not None and event in ("pass", "mismatch"):
        outcome += f", names {check.name_score} of 100"
    uow.audit(
        "kyc.answered",
        ("kyc_check", check.id),
        case_id=check.application_id,
        after={"status": check.status, "score": check.name_score},
        kind=KIND_WORDS[check.kind],
        outcome=outcome,
    )
    _mark_account(uow, check)
    uow.emit("kyc.answered", {"kyc_check_id": check.id, "application_id": check.application_id})


def _mark_account(uow: UnitOfWork, check: KycCheck) -> None:
    """The account may be paid to only once the bank and a person or the score agree."""
    if check.kind != BANK_ACCOUNT or check.bank_account_id is None:
        return
    account = uow.lock(CustomerBankAccount, check.bank_account_id)
    if check.status in ("passed", "accepted"):
        account.state, account.verified_at = "verified", uow.now
        account.verified_name, account.name_match = check.recorded_name, check.name_score
    elif check.status in ("invalid", "rejected"):
        account.state, account.verified_at = "failed", None
        account.verified_name, account.name_match = check.recorded_name, check.name_score


@dataclass(frozen=True, slots=True)
class DecideCheck:
    """A person's word on a check whose names differ."""

    check_id: int
    version: int
    accept: bool
    reason: str


def decide_check(uow: UnitOfWork, command: DecideCheck) -> KycCheck:
    """Accept or reject a mismatch with a reason; raises `Invalid`, `StaleVersion`."""
    uow.actor.require(Permission.KYC_CHECK)
    check = uow.lock(KycCheck, command.check_id)
    uow.expect_version(check, command.version)
    reason = command.reason.strip()
    if len(reason) < REASON_MIN:
        raise Invalid({"reason": "Say in a few words what you compared"})
    uow.transition(KYC_CHECK, check, "accept" if command.accept else "reject", reason=reason)
    check.decided_at, check.decided_by_name = uow.now, uow.actor.name
    check.decision_reason = reason
    _mark_account(uow, check)
    uow.audit(
        "kyc.accepted" if command.accept else "kyc.rejected",
        ("kyc_check", check.id),
        case_id=check.application_id,
        reason=reason,
        kind=KIND_WORDS[check.kind],
        score=check.name_score,
    )
    uow.emit("kyc.answered", {"kyc_check_id": check.id, "application_id": check.application_id})
    return check


@dataclass(frozen=True, slots=True)
class KycSummary:
    """Where the checks of a case stand; `missing` names what keeps it from going on."""

    pan: KycCheck | None
    bank_account: KycCheck | None
    outdated: tuple[str, ...]
    missing: tuple[str, ...]
    history: Sequence[KycCheck]

    @property
    def complete(self) -> bool:
        """Whether both checks are good and up to date."""
        return not self.missing


def kyc_summary(uow: UnitOfWork, application_id: int) -> KycSummary:
    """The checks of a case for the tab, the rules and the gate before credit."""
    uow.actor.require(Permission.APPLICATION_OPEN)
    application = uow.get(Application, application_id)
    customer = uow.get(Customer, application.customer_id)
    account = store.bank_account_of(uow, customer, application.bank_account_id)
    history = store.checks_of(uow, application_id)
    newest = {kind: next((c for c in history if c.kind == kind), None) for kind in KIND_WORDS}
    subject = {PAN: customer.pan_index, BANK_ACCOUNT: account.account_index if account else ""}
    outdated: list[str] = []
    missing: list[str] = []
    for kind, check in newest.items():
        word = KIND_WORDS[kind]
        if check is None:
            missing.append(f"The {word} has not been checked")
        elif check.subject_index != subject[kind]:
            outdated.append(kind)
            missing.append(f"The {word} was changed after it was checked")
        elif check.status not in ("passed", "accepted"):
            missing.append(f"The {word} check is not passed")
    return KycSummary(newest[PAN], newest[BANK_ACCOUNT], tuple(outdated), tuple(missing), history)


__all__ = [
    "GOOD_MATCH",
    "CheckRunning",
    "ConsentMissing",
    "DecideCheck",
    "KycSummary",
    "NothingToCheck",
    "RequestCheck",
    "bank_account_request",
    "decide_check",
    "kyc_summary",
    "pan_request",
    "record_bank_answer",
    "record_failure",
    "record_pan_answer",
    "request_check",
]
