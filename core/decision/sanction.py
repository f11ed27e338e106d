"""Decides who may sanction which case, and what sanctioning, returning or escalating does.
Nobody decides on their own work, and nobody above the amount that was delegated to them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from core.access.actor import Actor
from core.access.approval import AboveLimit, OwnWork
from core.access.permission import Permission
from core.access.tables import Role, StaffGrant
from core.agreement.papers import void_papers
from core.application import service as application_service
from core.application.access import require_open
from core.application.life_cycle import APPLICATION, REJECT_CODES
from core.application.tables import Application
from core.application.tenor import tenor_in_days
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.decision import store
from core.decision.authority import CaseWeight, Reach, reach_of
from core.decision.configuration import sanction_levels
from core.decision.evidence import Evidence, changed_facts, facts_of, gather
from core.decision.memo import reopen
from core.decision.rule_set import Outcome, RuleRun
from core.decision.service import ABOVE_MAXIMUM, sell
from core.decision.tables import Cam, DecisionRun, SanctionDecision
from core.kernel.business_day import format_date
from core.kernel.errors import Conflict, Forbidden, Invalid
from core.kernel.money import format_inr
from core.kernel.rate import format_bps
from core.loan.apr import apr_bps
from core.loan.schedule import make_schedule
from core.loan.terms import LoanKind, LoanTerms
from core.notification.service import notify_staff, queue_message

REASON_MIN = 10
CONDITIONS_MAX = 20
REVISABLE = ("sanctioned", "agreement_sent", "signed")

sentences.add(
    {
        "application.sanctioned": "sanctioned {amount}{changes}",
        "application.returned_to_credit": "returned the case to credit: {reason}",
        "application.escalated": "passed the case to the {level}: {reason}",
        "sanction.rejected": "decided to reject the case: {why}",
        "sanction.revised": "changed the sanction to {amount}: {changes}",
    }
)


class RecommendationVoid(Conflict):
    """Something the recommendation rests on has changed since."""

    code = "recommendation_void"


class AboveAuthority(Forbidden):
    """The case is for a higher level, by amount or by deviations."""

    code = "above_authority"


@dataclass(frozen=True, slots=True)
class SanctionView:
    """The one-screen note: request, recommendation, and what this person may do with it."""

    application: Application
    evidence: Evidence
    cam: Cam | None
    run: DecisionRun | None
    reach: Reach | None
    mine: bool
    why_not: str
    changed: tuple[str, ...]
    decisions: Sequence[SanctionDecision]


def weight_of(cam: Cam, run: DecisionRun | None, amount_paise: int) -> CaseWeight:
    """What decides the level: the amount, and the rules that did not pass."""
    if run is None:
        return CaseWeight(amount_paise)
    trace = RuleRun.from_json(run.trace)
    above = int(any(row["code"] == ABOVE_MAXIMUM for row in cam.deviations))
    return CaseWeight(
        amount_paise,
        referred=len(trace.of(Outcome.REFER)) + above,
        failed=len(trace.of(Outcome.FAIL)),
    )


def sanction_view(uow: UnitOfWork, application_id: int) -> SanctionView:
    """The sanction note of a case, with the sentence that says why it is whose to decide."""
    uow.actor.require(Permission.DECISION_READ)
    evidence = gather(uow, application_id)
    require_open(uow, evidence.application)
    cam = _decided_cam(uow, application_id)
    run = uow.find(DecisionRun, cam.decision_run_id) if cam and cam.decision_run_id else None
    reach: Reach | None = None
    why_not = ""
    changed: tuple[str, ...] = ()
    if cam is not None:
        reach = reach_of(sanction_levels(uow), weight_of(cam, run, cam.proposed_paise))
        why_not = refusal(uow.actor, evidence.application, cam, reach, cam.proposed_paise)
        if evidence.application.status == "recommended":
            changed = changed_facts(cam.facts, facts_of(evidence))
    return SanctionView(
        application=evidence.application,
        evidence=evidence,
        cam=cam,
        run=run,
        reach=reach,
        mine=cam is not None and evidence.application.status == "recommended" and not why_not,
        why_not=why_not,
        changed=changed,
        decisions=store.decisions_of(uow, application_id),
    )


def _decided_cam(uow: UnitOfWork, application_id: int) -> Cam | None:
    cam = store.open_cam(uow, application_id)
    return cam if cam is not None and cam.status == "recommended" else None


def refusal(
    actor: Actor, application: Application, cam: Cam, reach: Reach, amount_paise: int
) -> str:
    """Why this person may not sanction this case, or an empty text when they may."""
    if not actor.can(Permission.APPLICATION_SANCTION):
        return "You may not sanction loans"
    if is_own_work(actor, application, cam):
        return "You worked on this case yourself; another person must decide it"
    if actor.can(Permission.APPLICATION_SANCTION_ANY):
        return ""
    if amount_paise > actor.sanction_limit_paise:
        # the level may carry it although this person's own limit does not
        same = actor.role == reach.level.role
        whom = "somebody with a higher limit" if same else f"the {reach.level.name}"
        return (
            f"{format_inr(amount_paise)} is above your limit of "
            f"{format_inr(actor.sanction_limit_paise)}; it is for {whom}"
        )
    if reach.position > 0 and actor.role != reach.level.role:
        return f"This case is for the {reach.level.name}: {reach.sentence}"
    return ""


def is_own_work(actor: Actor, application: Application, cam: Cam | None) -> bool:
    """Whether the actor reviewed, appraised or recommended the case."""
    makers = {
        application.loan_executive_id,
        application.credit_executive_id,
        application.recommended_by,
        cam.maker_id if cam else None,
    }
    return actor.id is not None and actor.id in makers


@dataclass(frozen=True, slots=True)
class Offer:
    """The loan as sanctioned; `tenor` counts the product's unit (a bullet's follows its date)."""

    amount_paise: int
    rate_bps: int
    tenor: int
    repayment_on: dt.date | None


@dataclass(frozen=True, slots=True)
class OfferPreview:
    """What a changed sanction costs the customer, before it is decided (Q05)."""

    terms: LoanTerms
    instalment_paise: int
    instalments: int
    apr_bps: int
    total_payable_paise: int
    net_paise: int
    fee_paise: int
    matures_on: dt.date
    why_not: str


@dataclass(frozen=True, slots=True)
class Sanction:
    """Approve, with or without changes to the recommendation."""

    application_id: int
    version: int
    offer: Offer
    note: str = ""
    conditions: tuple[str, ...] = ()


def preview_offer(uow: UnitOfWork, application_id: int, offer: Offer) -> OfferPreview:
    """Instalment, APR and fee of a changed sanction; raises `Invalid` outside the product."""
    uow.actor.require(Permission.APPLICATION_SANCTION)
    evidence = gather(uow, application_id)
    require_open(uow, evidence.application)
    cam = _decided_cam(uow, application_id)
    terms = _sold(uow, evidence, offer)
    schedule = make_schedule(terms)
    why_not = ""
    if cam is not None:
        run = uow.find(DecisionRun, cam.decision_run_id) if cam.decision_run_id else None
        reach = reach_of(sanction_levels(uow), weight_of(cam, run, offer.amount_paise))
        why_not = refusal(uow.actor, evidence.application, cam, reach, offer.amount_paise)
    return OfferPreview(
        terms=terms,
        instalment_paise=schedule.instalments[0].total_paise,
        instalments=len(schedule.instalments),
        apr_bps=apr_bps(terms, schedule),
        total_payable_paise=schedule.total_payable_paise,
        net_paise=terms.net_disbursed_paise,
        fee_paise=terms.processing_fee_paise + terms.processing_fee_gst_paise,
        matures_on=schedule.matures_on,
        why_not=why_not,
    )


def _sold(uow: UnitOfWork, evidence: Evidence, offer: Offer) -> LoanTerms:
    return sell(
        evidence.terms,
        amount_paise=offer.amount_paise,
        rate_bps=offer.rate_bps,
        tenor=offer.tenor,
        repayment_on=offer.repayment_on,
        today=uow.business_date,
    )


def sanction(uow: UnitOfWork, command: Sanction) -> SanctionDecision:
    """Approve a recommended case.

    Raises `OwnWork`, `AboveLimit`, `AboveAuthority`, `RecommendationVoid`, `StaleVersion`, and
    `Invalid` for terms outside the product or above what the appraisal carries.
    """
    uow.actor.require(Permission.APPLICATION_SANCTION)
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    APPLICATION.next(application.status, "sanction")
    evidence = gather(uow, application.id)
    cam = _decided_cam(uow, application.id)
    if cam is None:
        raise Conflict("There is no recommended appraisal to decide on")
    changed = changed_facts(cam.facts, facts_of(evidence))
    if changed:
        raise RecommendationVoid(
            f"The {', '.join(changed)} changed after the recommendation; "
            "return the case to credit to have it appraised again"
        )
    reach = _require_authority(uow, application, cam, command.offer.amount_paise)
    terms = _checked_offer(uow, evidence, cam, command.offer)
    conditions = _conditions(command.conditions)
    changes = _changes(cam, command.offer, terms)
    _write_offer(uow, application, evidence, command.offer, terms)
    decision = _decide(
        uow,
        application,
        cam,
        "sanctioned",
        offer=command.offer,
        tenor=terms.tenor,
        changes=changes,
        conditions=conditions,
        reason=command.note.strip(),
        authority=reach.sentence,
    )
    uow.transition(APPLICATION, application, "sanction", reason=command.note.strip())
    words = "".join(
        f", {name} {values['recommended']} → {values['sanctioned']}"
        for name, values in changes.items()
    )
    uow.audit(
        "application.sanctioned",
        ("application", application.id),
        before={name: values["recommended"] for name, values in changes.items()},
        after={
            "amount_paise": command.offer.amount_paise,
            "rate_bps": command.offer.rate_bps,
            "tenor": terms.tenor,
            "repayment_on": command.offer.repayment_on,
        },
        reason=command.note.strip(),
        amount=format_inr(command.offer.amount_paise),
        changes=words,
    )
    uow.emit("application.sanctioned", {"application_id": application.id})
    queue_message(
        uow,
        code="application_sanctioned",
        customer_id=application.customer_id,
        case_id=application.id,
        words={"number": application.number, "amount": format_inr(command.offer.amount_paise)},
    )
    if application.credit_executive_id is not None:
        _notify(uow, application, application.credit_executive_id, "was sanctioned")
    return decision


def _require_authority(
    uow: UnitOfWork, application: Application, cam: Cam, amount_paise: int
) -> Reach:
    run = uow.find(DecisionRun, cam.decision_run_id) if cam.decision_run_id else None
    reach = reach_of(sanction_levels(uow), weight_of(cam, run, amount_paise))
    actor = uow.actor
    text = refusal(actor, application, cam, reach, amount_paise)
    if text:
        if is_own_work(actor, application, cam):
            raise OwnWork(text)
        if amount_paise > actor.sanction_limit_paise:
            raise AboveLimit(text)
        raise AboveAuthority(text)
    return reach


def _checked_offer(uow: UnitOfWork, evidence: Evidence, cam: Cam, offer: Offer) -> LoanTerms:
    wrong: dict[str, str] = {}
    if offer.amount_paise > evidence.application.requested_amount_paise:
        wrong["amount"] = "A sanction cannot be above what the customer asked for"
    ceiling = max(cam.proposed_paise, int(cam.figures["maximum_paise"]))
    if offer.amount_paise > ceiling:
        wrong["amount"] = f"The appraisal carries at most {format_inr(ceiling)}"
    if wrong:
        raise Invalid(wrong)
    return _sold(uow, evidence, offer)


def _conditions(given: Sequence[str]) -> list[str]:
    kept = [condition.strip() for condition in given if condition.strip()]
    if len(kept) > CONDITIONS_MAX:
        raise Invalid({"conditions": f"Name at most {CONDITIONS_MAX} conditions"})
    return kept


def _changes(cam: Cam, offer: Offer, terms: LoanTerms) -> dict[str, Any]:
    pairs = {
        "amount": (format_inr(cam.proposed_paise), format_inr(offer.amount_paise)),
        "rate": (format_bps(cam.rate_bps), format_bps(offer.rate_bps)),
        "tenure": (str(cam.tenor), str(terms.tenor)),
        "repayment date": (_day(cam.repayment_on), _day(offer.repayment_on)),
    }
    if terms.kind is LoanKind.BULLET:
        # a bullet's days follow from its date
        pairs.pop("tenure")
    return {
        name: {"recommended": before, "sanctioned": after}
        for name, (before, after) in pairs.items()
        if before != after
    }


def _day(day: dt.date | None) -> str:
    return format_date(day) if day else "not set"


def _write_offer(
    uow: UnitOfWork,
    application: Application,
    evidence: Evidence,
    offer: Offer,
    terms: LoanTerms,
) -> None:
    application.sanctioned_amount_paise = offer.amount_paise
    application.sanctioned_tenor_days = tenor_in_days(evidence.terms.kind, terms.tenor)
    application.rate_bps = offer.rate_bps
    application.repayment_on = terms.first_due_on
    application.sanctioned_by, application.sanctioned_at = uow.actor.id, uow.now


def _decide(
    uow: UnitOfWork,
    application: Application,
    cam: Cam | None,
    kind: str,
    *,
    offer: Offer | None = None,
    tenor: int | None = None,
    changes: dict[str, Any] | None = None,
    conditions: list[str] | None = None,
    reason: str = "",
    reject_code: str = "",
    authority: str = "",
) -> SanctionDecision:
    return uow.add(
        SanctionDecision(
            application_id=application.id,
            cam_id=cam.id if cam else None,
            kind=kind,
            amount_paise=offer.amount_paise if offer else None,
            rate_bps=offer.rate_bps if offer else None,
            tenor=tenor,
            repayment_on=offer.repayment_on if offer else None,
            changes=changes or {},
            conditions=conditions or [],
            reason=reason,
            reject_code=reject_code,
            authority=authority,
            limit_paise=uow.actor.sanction_limit_paise,
            by_id=uow.actor.id,
            by_name=uow.actor.name,
            by_role=uow.actor.role,
            at=uow.now,
        )
    )


@dataclass(frozen=True, slots=True)
class ReturnToCredit:
    """Send the case back to the credit executive with what is to be changed."""

    application_id: int
    version: int
    reason: str


def return_to_credit(uow: UnitOfWork, command: ReturnToCredit) -> Application:
    """Send back with a reason; the memo opens again as a new version."""
    uow.actor.require(Permission.APPLICATION_SANCTION)
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    reason = _reason(command.reason, "Say what credit should change or answer")
    cam = _decided_cam(uow, application.id)
    uow.transition(APPLICATION, application, "return_to_credit", reason=reason)
    _decide(uow, application, cam, "returned", reason=reason)
    if cam is not None:
        cam.status, cam.void_reason = "superseded", f"Returned: {reason}"
        uow.flush()
        reopen(uow, cam)
    uow.audit("application.returned_to_credit", ("application", application.id), reason=reason)
    if application.credit_executive_id is not None:
        _notify(uow, application, application.credit_executive_id, "came back from sanction")
    return application


@dataclass(frozen=True, slots=True)
class Escalate:
    """Pass the case to the level above, with a word of why."""

    application_id: int
    version: int
    reason: str


def escalate(uow: UnitOfWork, command: Escalate) -> Application:
    """Tell the highest level that a case waits for it; the case itself stays recommended."""
    uow.actor.require(Permission.APPLICATION_SANCTION)
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    reason = _reason(command.reason, "Say why the level above should decide")
    cam = _decided_cam(uow, application.id)
    level = sanction_levels(uow)[-1]
    uow.transition(APPLICATION, application, "escalate", reason=reason)
    _decide(uow, application, cam, "escalated", reason=reason, authority=level.name)
    uow.audit(
        "application.escalated", ("application", application.id), reason=reason, level=level.name
    )
    for staff_id in _people_of(uow, level.role):
        if staff_id != uow.actor.id:
            _notify(uow, application, staff_id, "was passed up to you")
    return application


def _people_of(uow: UnitOfWork, role: str) -> Sequence[int]:
    statement = (
        select(col(StaffGrant.staff_id))
        .join(Role, col(Role.id) == col(StaffGrant.role_id))
        .where(col(StaffGrant.granted_brand) == uow.brand_id, col(Role.code) == role)
    )
    return uow.session.scalars(statement).all()


@dataclass(frozen=True, slots=True)
class RejectCase:
    """Reject at sanction with a coded reason; the customer reads the code's own words."""

    application_id: int
    version: int
    code: str
    note: str = ""


def reject_case(uow: UnitOfWork, command: RejectCase) -> Application:
    """Reject a recommended case; raises `OwnWork` for somebody who worked on it."""
    uow.actor.require(Permission.APPLICATION_SANCTION)
    application = uow.lock(Application, command.application_id)
    cam = _decided_cam(uow, application.id)
    if is_own_work(uow.actor, application, cam):
        raise OwnWork("You worked on this case yourself; another person must decide it")
    answer = application_service.reject(
        uow,
        application_service.Reject(
            command.application_id, command.version, command.code, command.note
        ),
    )
    why = REJECT_CODES[command.code][0]
    _decide(
        uow, application, cam, "rejected", reason=command.note.strip(), reject_code=command.code
    )
    uow.audit("sanction.rejected", ("application", application.id), why=why)
    return answer


def rejection_words(uow: UnitOfWork, application_id: int, code: str) -> str:
    """The letter's sentence for a code, shown before it is sent (Q20)."""
    uow.actor.require(Permission.APPLICATION_REJECT)
    application = require_open(uow, uow.get(Application, application_id))
    if code not in REJECT_CODES:
        raise Invalid({"code": "Choose the reason"})
    return (
        f"We could not approve application {application.number}. {REJECT_CODES[code][1]} "
        f"If you think this is wrong, write to {uow.brand.email or uow.brand.name}."
    )


@dataclass(frozen=True, slots=True)
class Revise:
    """Change a sanction that was already given; its papers become void."""

    application_id: int
    version: int
    offer: Offer
    reason: str


def revise(uow: UnitOfWork, command: Revise) -> SanctionDecision:
    """Change what was sanctioned: KFS and signature of the old amount lose their force.

    Raises the same refusals as `sanction`; the case returns to sanctioned (brief D, DoA).
    """
    uow.actor.require(Permission.APPLICATION_SANCTION)
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    if application.status not in REVISABLE:
        raise Conflict("Only a sanctioned loan that was not paid out can be changed")
    reason = _reason(command.reason, "Say why the sanction changes")
    evidence = gather(uow, application.id)
    cam = _decided_cam(uow, application.id)
    if cam is None:
        raise Conflict("There is no appraisal behind this sanction")
    reach = _require_authority(uow, application, cam, command.offer.amount_paise)
    terms = _checked_offer(uow, evidence, cam, command.offer)
    before = Offer(
        application.sanctioned_amount_paise or 0,
        application.rate_bps or 0,
        0,
        application.repayment_on,
    )
    changes = _offer_changes(before, command.offer)
    if not changes:
        raise Invalid({"amount": "Nothing would change"})
    _write_offer(uow, application, evidence, command.offer, terms)
    decision = _decide(
        uow,
        application,
        cam,
        "revised",
        offer=command.offer,
        tenor=terms.tenor,
        changes=changes,
        reason=reason,
        authority=reach.sentence,
    )
    void_papers(uow, application, f"The sanction changed: {reason}")
    if application.status != "sanctioned":
        uow.transition(APPLICATION, application, "withdraw_agreement", reason=reason)
    else:
        application.version += 1
    uow.audit(
        "sanction.revised",
        ("application", application.id),
        before={name: pair["recommended"] for name, pair in changes.items()},
        after={name: pair["sanctioned"] for name, pair in changes.items()},
        reason=reason,
        amount=format_inr(command.offer.amount_paise),
        changes=", ".join(
            f"{name} {pair['recommended']} → {pair['sanctioned']}" for name, pair in changes.items()
        ),
    )
    uow.emit("application.sanctioned", {"application_id": application.id})
    return decision


def _offer_changes(before: Offer, after: Offer) -> dict[str, Any]:
    pairs = {
        "amount": (format_inr(before.amount_paise), format_inr(after.amount_paise)),
        "rate": (format_bps(before.rate_bps), format_bps(after.rate_bps)),
        "repayment date": (_day(before.repayment_on), _day(after.repayment_on)),
    }
    return {
        name: {"recommended": old, "sanctioned": new}
        for name, (old, new) in pairs.items()
        if old != new
    }


def _reason(text: str, sentence: str) -> str:
    reason = " ".join(text.split())
    if len(reason) < REASON_MIN:
        raise Invalid({"reason": sentence})
    return reason


def _notify(uow: UnitOfWork, application: Application, staff_id: int, what: str) -> None:
    link = f"/{uow.brand.code}/loans/{application.id}?tab=decision"
    notify_staff(uow, staff_id, f"{application.number} {what}", link)
