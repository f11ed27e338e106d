"""Decides when a person's credit report may be asked for, and what is kept of it.
Every pull costs money and leaves a mark on the person's record, so a fresh one is used again."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError

from core.access.permission import Permission
from core.application.tables import Application
from core.bureau import store
from core.bureau.ports import BureauAnswer, BureauHit, BureauRequest
from core.bureau.state_code import state_code_of
from core.bureau.summary import FRESH_DAYS, figures_of, summary_of
from core.bureau.tables import BureauReport
from core.customer.tables import Customer
from core.db.secret import seal, unseal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date, ist_date
from core.kernel.errors import Conflict
from core.kernel.provider import ProviderError, ProviderRefused, ProviderUnavailable
from core.kernel.state_machine import StateMachine
from core.kyc.service import ConsentMissing
from core.kyc.store import active_consent

CONSENT_PURPOSE = "credit_report"
REASON_MIN = 10
PULL_IN = ("applied", "in_review", "in_credit", "recommended")

BUREAU_PULL = StateMachine(
    "bureau pull",
    {
        (status, event): to
        for status in ("requested", "no_answer")
        for event, to in (
            ("receive", "received"),
            ("no_hit", "no_hit"),
            ("refuse", "refused"),
            ("unavailable", "unavailable"),
            ("no_answer", "no_answer"),
        )
        if status != to
    },
)
STATUS_WORDS: dict[str, str] = {
    "requested": "Asking the bureau",
    "received": "Received",
    "no_hit": "Not known to the bureau",
    "refused": "Refused by the bureau",
    "unavailable": "Bureau not reachable",
    "no_answer": "No usable answer",
}

sentences.add(
    {
        "bureau.requested": "asked {provider} for the credit report",
        "bureau.requested_again": "asked for another credit report although one of {day} is there",
        "bureau.answered": "received the credit report: {outcome}",
        "bureau.read": "read the credit report",
    }
)


class PullRunning(Conflict):
    """The bureau is being asked right now."""

    code = "pull_running"


class FreshReport(Conflict):
    """A report is there that is young enough to be used again."""

    code = "fresh_report"


@dataclass(frozen=True, slots=True)
class RequestPull:
    """Ask for the report of a case's customer; `reason` only when a fresh one is there."""

    application_id: int
    reason: str = ""


def request_pull(uow: UnitOfWork, command: RequestPull) -> BureauReport:
    """Record the intent and tell the job.

    Raises `ConsentMissing`, `PullRunning`, and `FreshReport` when a report of the last 30 days
    exists and no reason says why another enquiry on the person's record is needed.
    """
    uow.actor.require(Permission.BUREAU_PULL)
    application = uow.lock(Application, command.application_id)
    if application.status not in PULL_IN:
        raise Conflict("A credit report is asked for only while the case is being decided")
    customer = uow.get(Customer, application.customer_id)
    consent = active_consent(uow, customer.id, CONSENT_PURPOSE)
    if consent is None:
        raise ConsentMissing("The customer has not consented to a credit report")
    missing = [
        word
        for word, value in (("PAN", customer.pan_sealed), ("date of birth", customer.date_of_birth))
        if not value
    ]
    if missing:
        raise Conflict(f"The bureau needs the {' and the '.join(missing)} of the customer")
    fresh = fresh_report(uow, customer.id)
    reason = command.reason.strip()
    if fresh is not None and len(reason) < REASON_MIN:
        raise FreshReport(
            f"The report of {_pulled_on(fresh)} is less than {FRESH_DAYS} days old. "
            "Use it, or say why another enquiry is needed.",
            field="reason",
        )
    report = BureauReport(
        application_id=application.id,
        customer_id=customer.id,
        consent_id=consent.id,
        reason=reason if fresh is not None else "",
        requested_at=uow.now,
        requested_by_id=uow.actor.id,
        requested_by_name=uow.actor.name,
    )
    try:
        with uow.session.begin_nested():
            uow.add(report)
    except IntegrityError:
        raise PullRunning("The bureau is being asked right now; wait for the answer") from None
    uow.emit("bureau.requested", {"bureau_report_id": report.id})
    if fresh is not None:
        uow.audit(
            "bureau.requested_again",
            ("bureau_report", report.id),
            case_id=application.id,
            reason=reason,
            day=_pulled_on(fresh),
        )
    else:
        uow.audit(
            "bureau.requested",
            ("bureau_report", report.id),
            case_id=application.id,
            provider="the bureau",
        )
    return report


def fresh_report(uow: UnitOfWork, customer_id: int) -> BureauReport | None:
    """The person's report of the last 30 days, if any; its caller checked the permission."""
    return store.newest_answer(uow, customer_id, uow.now - dt.timedelta(days=FRESH_DAYS))


def _pulled_on(report: BureauReport) -> str:
    return format_date(ist_date(report.pulled_at or report.requested_at))


def bureau_request(uow: UnitOfWork, report_id: int) -> BureauRequest:
    """What the job asks the bureau; opened here so that no event carries personal data."""
    uow.actor.require(Permission.SYSTEM)
    report = uow.get(BureauReport, report_id)
    customer = uow.get(Customer, report.customer_id)
    application = uow.get(Application, report.application_id)
    first, _, last = customer.name.strip().rpartition(" ")
    assert customer.date_of_birth is not None, "request_pull refuses a case without a birth date"
    return BureauRequest(
        reference=f"bureau-{report.brand_id}-{report.id}",
        consent_reference=f"consent-{report.consent_id}",
        first_name=first or last,
        last_name=last if first else "",
        date_of_birth=customer.date_of_birth,
        pan=unseal(customer.pan_sealed),
        mobile=unseal(customer.mobile_sealed),
        address_line=", ".join(part for part in (customer.address_line, customer.city) if part),
        state_code=state_code_of(customer.state),
        pin_code=customer.pincode,
        amount_paise=application.requested_amount_paise,
    )


def record_answer(uow: UnitOfWork, report_id: int, answer: BureauAnswer) -> BureauReport:
    """Keep the figures, the readable lines and, sealed, the whole report."""
    uow.actor.require(Permission.SYSTEM)
    report = uow.lock(BureauReport, report_id)
    event = {
        BureauHit.HIT: "receive",
        BureauHit.NO_HIT: "no_hit",
        BureauHit.UNKNOWN: "no_answer",
    }[answer.hit]
    if not BUREAU_PULL.can(report.status, event):
        return report
    figures = figures_of(answer, ist_date(uow.now))
    for name, value in dataclasses.asdict(figures).items():
        setattr(report, name, value)
    report.hit, report.score, report.score_name = answer.hit.value, answer.score, answer.score_name
    report.recorded_name = answer.full_name
    report.summary = summary_of(answer)
    report.raw_sealed = seal(json.dumps(dict(answer.raw), default=str))
    report.provider, report.provider_reference = answer.provider, answer.provider_reference
    report.message, report.error_code = answer.message, ""
    if event != "no_answer":
        report.pulled_at = uow.now
    uow.transition(BUREAU_PULL, report, event)
    outcome = f"score {answer.score}" if answer.score is not None else "no score"
    if event == "no_hit":
        outcome = "the bureau does not know this person"
    _tell(uow, report, outcome if event != "no_answer" else "no usable answer")
    return report


def record_failure(uow: UnitOfWork, report_id: int, error: ProviderError) -> BureauReport:
    """Write down that no report came, and of which kind the silence is."""
    uow.actor.require(Permission.SYSTEM)
    report = uow.lock(BureauReport, report_id)
    event = "no_answer"
    if isinstance(error, ProviderRefused):
        event = "refuse"
    elif isinstance(error, ProviderUnavailable):
        event = "unavailable"
    if not BUREAU_PULL.can(report.status, event):
        return report
    report.provider, report.error_code = error.provider, error.provider_code or error.code
    report.message = error.message
    uow.transition(BUREAU_PULL, report, event)
    _tell(uow, report, STATUS_WORDS[report.status].lower())
    return report


def _tell(uow: UnitOfWork, report: BureauReport, outcome: str) -> None:
    uow.audit(
        "bureau.answered",
        ("bureau_report", report.id),
        case_id=report.application_id,
        after={"status": report.status, "score": report.score},
        outcome=outcome,
    )
    payload = {"bureau_report_id": report.id, "application_id": report.application_id}
    uow.emit("bureau.answered", payload)


@dataclass(frozen=True, slots=True)
class BureauView:
    """What the tab shows: the report in use, how old it is, and every pull of the case."""

    report: BureauReport | None
    open_pull: BureauReport | None
    last_pull: BureauReport | None
    age_days: int | None
    stale: bool
    history: Sequence[BureauReport]


def bureau_view(uow: UnitOfWork, application_id: int, *, first_look: bool = True) -> BureauView:
    """The report that counts for a case; looking at it is audited, because it is personal data.

    A screen that only refreshes what the same person already sees says `first_look=False`.
    """
    uow.actor.require(Permission.BUREAU_READ)
    view = current_view(uow, application_id)
    if view.report is not None and first_look:
        uow.audit("bureau.read", ("bureau_report", view.report.id), case_id=application_id)
    return view


def current_view(uow: UnitOfWork, application_id: int) -> BureauView:
    """The same for rules and memo inside other use cases, which checked their permission."""
    application = uow.get(Application, application_id)
    report = store.newest_answer(uow, application.customer_id)
    last = store.newest_pull(uow, application.customer_id)
    age = (uow.now - report.pulled_at).days if report and report.pulled_at else None
    return BureauView(
        report=report,
        open_pull=last if last and last.status == "requested" else None,
        last_pull=last,
        age_days=age,
        stale=age is not None and age > FRESH_DAYS,
        history=store.reports_of(uow, application_id),
    )
