"""Decides how credit judges a case: rules are run and stored, the memo filled and recommended.
A recommendation names what it rests on, so that a later change can take it back by itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access.permission import Permission
from core.application.access import require_holder, require_open
from core.application.gate import missing_for_credit
from core.application.life_cycle import APPLICATION
from core.application.tables import Application
from core.application.tenor import tenor_in_days, tenor_in_unit, tenor_words
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.decision import store
from core.decision.cam import CamFigures, CamInput, CamPolicy, Obligation, Salary, appraise
from core.decision.configuration import (
    ActiveRules,
    credit_policy,
    current_rule_set,
    days_after_salary,
    rules_of_version,
)
from core.decision.evidence import (
    Evidence,
    changed_facts,
    facts_hash,
    facts_of,
    gather,
    obligations_of,
    salaries_of,
    seen_values,
)
from core.decision.memo import reopen
from core.decision.repayment_date import first_repayment_on
from core.decision.rule_set import (
    Outcome,
    RuleRun,
    Seen,
    nearest_yes,
    run_rules,
    seen_from_json,
    seen_to_json,
)
from core.decision.tables import Cam, DecisionRun, SanctionDecision
from core.kernel.business_day import MONTH_NAMES
from core.kernel.errors import Conflict, Invalid
from core.kernel.money import format_inr
from core.kernel.rate import Rate, format_bps
from core.loan.apr import apr_bps
from core.loan.schedule import make_schedule
from core.loan.terms import LoanKind, LoanTerms, ProductTerms
from core.notification.service import notify_staff

OBLIGATIONS_MAX = 40
RATIONALE_MIN = 20
REASON_MIN = 10
GRID_STEPS = 12
FIRST_DUE_LEAST_DAYS = 15
FIRST_DUE_MOST_DAYS = 46
ABOVE_MAXIMUM = "above_maximum"

sentences.add(
    {
        "decision.run": "ran the rules ({rules}): {outcome}",
        "cam.saved": "saved the credit appraisal, version {number}: {amount}",
        "application.recommended": "recommended {amount} for {tenor} at {rate}",
        "recommendation.voided": "the recommendation became void: {fields} changed after it",
    }
)


class NotReadyToRecommend(Conflict):
    """Something a recommendation needs is missing; `missing` says what, one sentence each."""

    code = "not_ready_to_recommend"

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__("Not ready to recommend yet: " + "; ".join(missing), count=len(missing))
        self.missing = list(missing)


class NoRules(Conflict):
    """The brand has published no rule set."""

    code = "no_rules"


@dataclass(frozen=True, slots=True)
class Deviation:
    """A rule that did not pass, and why the loan is right all the same (U12)."""

    code: str
    reason: str
    mitigant: str = ""


@dataclass(frozen=True, slots=True)
class CamForm:
    """What the executive decides in the memo; `tenor` counts the product's unit."""

    salaries: tuple[Salary, ...]
    obligations: tuple[Obligation, ...]
    proposed_paise: int
    rate_bps: int
    tenor: int
    repayment_on: dt.date | None
    rationale: str = ""
    deviations: tuple[Deviation, ...] = ()


@dataclass(frozen=True, slots=True)
class CamPreview:
    """The memo worked out: figures, the real schedule's cost, and what would be refused."""

    form: CamForm
    figures: CamFigures
    policy: CamPolicy
    terms: LoanTerms | None
    apr_bps: int
    total_payable_paise: int
    net_paise: int
    matures_on: dt.date | None
    wrong: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CamView:
    """The memo's tab: the open version or a prefilled one, and what belongs beside it."""

    application: Application
    evidence: Evidence
    cam: Cam | None
    prefilled: CamForm
    preview: CamPreview
    run: DecisionRun | None
    rules: ActiveRules | None
    run_outdated: bool
    missing: tuple[str, ...]
    versions: Sequence[Cam]
    decisions: Sequence[SanctionDecision]


def _prefill(uow: UnitOfWork, evidence: Evidence) -> CamForm:
    """A first memo out of the file: newest salaries, obligations, the loan as asked for."""
    application, terms = evidence.application, evidence.terms
    tenor = tenor_in_unit(terms.kind, application.tenor_days)
    salaries, obligations = salaries_of(evidence), obligations_of(evidence)
    form = CamForm(
        salaries=salaries,
        obligations=obligations,
        proposed_paise=application.requested_amount_paise,
        rate_bps=terms.rate_bps,
        tenor=tenor,
        repayment_on=_repayment_on(uow, evidence, tenor),
    )
    best = preview(evidence, form, credit_policy(uow, terms), uow.business_date)
    if 0 < best.figures.maximum_paise < form.proposed_paise:
        form = dataclasses.replace(form, proposed_paise=best.figures.maximum_paise)
    return form


def _repayment_on(uow: UnitOfWork, evidence: Evidence, tenor: int) -> dt.date:
    terms = evidence.terms
    salary_day = evidence.application.salary_day or evidence.customer.salary_day
    if terms.kind is LoanKind.BULLET:
        limits = (tenor, terms.min_tenor, terms.max_tenor)
    else:
        limits = (30, FIRST_DUE_LEAST_DAYS, FIRST_DUE_MOST_DAYS)
    wanted, least, most = limits
    return first_repayment_on(
        uow.business_date,
        salary_day=salary_day,
        wanted_days=wanted,
        days_after_salary=days_after_salary(uow),
        least_days=least,
        most_days=most,
    )


def sell(
    terms: ProductTerms,
    *,
    amount_paise: int,
    rate_bps: int,
    tenor: int,
    repayment_on: dt.date | None,
    today: dt.date,
) -> LoanTerms:
    """The loan's terms as they would be sold today; raises `Invalid` outside the product.

    A bullet's tenure follows from its repayment date, which must itself keep the limits.
    """
    if terms.kind is LoanKind.BULLET and repayment_on is not None:
        tenor = (repayment_on - today).days
    return terms.sell(
        principal_paise=amount_paise,
        tenor=tenor,
        disbursed_on=today,
        first_due_on=repayment_on,
        rate_bps=rate_bps,
    )


def preview(evidence: Evidence, form: CamForm, policy: CamPolicy, today: dt.date) -> CamPreview:
    """Work a memo out without saving it; pure, so that the form may ask at every change."""
    product = evidence.terms
    wrong: dict[str, str] = {}
    terms: LoanTerms | None = None
    try:
        terms = sell(
            product,
            amount_paise=form.proposed_paise,
            rate_bps=form.rate_bps,
            tenor=form.tenor,
            repayment_on=form.repayment_on,
            today=today,
        )
    except Invalid as refusal:
        wrong |= {_FORM_FIELDS.get(name, name): text for name, text in refusal.fields.items()}
    days = (
        terms.tenor
        if terms and terms.kind is LoanKind.BULLET
        else tenor_in_days(product.kind, form.tenor)
    )
    schedule = make_schedule(terms) if terms is not None else None
    figures = appraise(
        CamInput(
            kind=product.kind,
            salaries=form.salaries,
            obligations=form.obligations,
            rate=Rate(form.rate_bps, product.rate_period),
            tenor_days=days,
            requested_paise=evidence.application.requested_amount_paise,
            proposed_paise=form.proposed_paise,
        ),
        policy,
        instalment_paise=schedule.instalments[0].total_paise if schedule else None,
    )
    if terms is None or schedule is None:
        return CamPreview(form, figures, policy, None, 0, 0, 0, None, wrong)
    return CamPreview(
        form,
        figures,
        policy,
        terms,
        apr_bps(terms, schedule),
        schedule.total_payable_paise,
        terms.net_disbursed_paise,
        schedule.matures_on,
        wrong,
    )


_FORM_FIELDS = {
    "amount": "proposed_paise",
    "principal_paise": "proposed_paise",
    "first_due_on": "repayment_on",
}


def preview_cam(uow: UnitOfWork, application_id: int, form: CamForm) -> CamPreview:
    """The figures for the form's live recompute; saves nothing."""
    uow.actor.require(Permission.APPLICATION_APPRAISE)
    evidence = gather(uow, application_id)
    return preview(evidence, form, credit_policy(uow, evidence.terms), uow.business_date)


def cam_view(uow: UnitOfWork, application_id: int) -> CamView:
    """Everything the memo, decision and sanction tabs show."""
    uow.actor.require(Permission.DECISION_READ)
    evidence = gather(uow, application_id)
    require_open(uow, evidence.application)
    cam = store.open_cam(uow, application_id)
    prefilled = _prefill(uow, evidence)
    form = form_of(cam) if cam else prefilled
    policy = (
        policy_of(cam)
        if cam and cam.status == "recommended"
        else credit_policy(uow, evidence.terms)
    )
    shown = preview(evidence, form, policy, uow.business_date)
    run = store.newest_run(uow, application_id)
    return CamView(
        application=evidence.application,
        evidence=evidence,
        cam=cam,
        prefilled=prefilled,
        preview=shown,
        run=run,
        rules=rules_of_version(uow, run.rule_set_version_id) if run else current_rule_set(uow),
        run_outdated=run is not None and run.facts_hash != _run_hash(evidence, form),
        missing=tuple(_missing_to_recommend(uow, evidence, cam, run)),
        versions=store.cams_of(uow, application_id),
        decisions=store.decisions_of(uow, application_id),
    )


def _run_hash(evidence: Evidence, form: CamForm) -> str:
    """What a run depends on: the evidence and the memo's figures that rules look at."""
    return facts_hash(
        {
            **facts_of(evidence),
            "proposed": form.proposed_paise,
            "rate": form.rate_bps,
            "tenor": form.tenor,
            "repayment": form.repayment_on,
            "salaries": [salary.amount_paise for salary in form.salaries],
            "obligations": [(duty.monthly_paise, duty.counted) for duty in form.obligations],
        }
    )


def run_decision(uow: UnitOfWork, application_id: int) -> DecisionRun:
    """Run the rules in force over a case and store the whole trace; raises `NoRules`."""
    uow.actor.require(Permission.APPLICATION_APPRAISE)
    application = uow.lock(Application, application_id)
    require_holder(uow.actor, application)
    active = current_rule_set(uow)
    if active is None:
        raise NoRules("This brand has no lending rules yet; an administrator can publish them")
    evidence = gather(uow, application_id)
    cam = store.open_cam(uow, application_id)
    form = form_of(cam) if cam else _prefill(uow, evidence)
    figures = preview(evidence, form, credit_policy(uow, evidence.terms), uow.business_date).figures
    seen = seen_values(evidence, figures, uow.business_date)
    outcome = run_rules(active.rules, seen)
    run = uow.add(
        DecisionRun(
            application_id=application_id,
            rule_set_version_id=active.version.id,
            rules_hash=active.version.rules_hash,
            outcome=outcome.outcome.value,
            amount_paise=form.proposed_paise,
            inputs=seen_to_json(seen),
            trace=outcome.to_json(),
            facts_hash=_run_hash(evidence, form),
            run_at=uow.now,
            run_by_id=uow.actor.id,
            run_by_name=uow.actor.name,
        )
    )
    uow.audit(
        "decision.run",
        ("decision_run", run.id),
        case_id=application_id,
        after={"outcome": run.outcome, "rule_set_version_id": active.version.id},
        rules=active.label,
        outcome=_outcome_words(outcome),
    )
    return run


def _outcome_words(run: RuleRun) -> str:
    counts = [
        f"{len(run.of(outcome))} {word}"
        for outcome, word in (
            (Outcome.PASS, "passed"),
            (Outcome.REFER, "referred"),
            (Outcome.FAIL, "failed"),
        )
        if run.of(outcome)
    ]
    return ", ".join(counts)


def repeat_run(uow: UnitOfWork, run_id: int) -> tuple[RuleRun, bool]:
    """Run a stored version over the stored inputs again; True when the trace is the same (U05)."""
    uow.actor.require(Permission.DECISION_READ)
    run = uow.get(DecisionRun, run_id)
    require_open(uow, uow.get(Application, run.application_id))
    rules = rules_of_version(uow, run.rule_set_version_id).rules
    again = run_rules(rules, seen_from_json(run.inputs))
    return again, again.to_json() == run.trace


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The largest smaller loan that no rule fails, with the rules that then still refer."""

    amount_paise: int
    run: RuleRun


def nearest_possible(uow: UnitOfWork, application_id: int) -> Suggestion | None:
    """Search smaller amounts for one that no longer fails (U07); None when none helps."""
    uow.actor.require(Permission.APPLICATION_APPRAISE)
    evidence = gather(uow, application_id)
    active = current_rule_set(uow)
    if active is None:
        return None
    cam = store.open_cam(uow, application_id)
    form = form_of(cam) if cam else _prefill(uow, evidence)
    policy = credit_policy(uow, evidence.terms)
    step = max(policy.round_down_to_paise, form.proposed_paise // GRID_STEPS)
    grid: dict[int, Mapping[str, Seen]] = {}
    amount = form.proposed_paise
    while amount >= evidence.terms.min_amount_paise and len(grid) <= GRID_STEPS:
        tried = dataclasses.replace(form, proposed_paise=amount)
        figures = preview(evidence, tried, policy, uow.business_date).figures
        grid[amount] = seen_values(evidence, figures, uow.business_date)
        amount -= step
        amount -= amount % policy.round_down_to_paise
    found = nearest_yes(active.rules, grid)
    return Suggestion(*found) if found else None


@dataclass(frozen=True, slots=True)
class SaveCam:
    """Save the memo; `cam_version` is None while no version of it is open."""

    application_id: int
    cam_version: int | None
    form: CamForm


def save_cam(uow: UnitOfWork, command: SaveCam) -> Cam:
    """Save the draft; raises `Invalid` with one sentence a field, `StaleVersion`."""
    uow.actor.require(Permission.APPLICATION_APPRAISE)
    application = uow.lock(Application, command.application_id)
    require_holder(uow.actor, application)
    if application.status != "in_credit":
        raise Conflict("The appraisal can be changed only while the case is in credit")
    evidence = gather(uow, application.id)
    policy = credit_policy(uow, evidence.terms)
    worked_out = preview(evidence, command.form, policy, uow.business_date)
    wrong = {**check_form(command.form), **worked_out.wrong}
    if wrong:
        raise Invalid(wrong)
    cam = store.open_cam(uow, application.id)
    if cam is not None and command.cam_version is None:
        uow.expect_version(cam, 0)
    if cam is not None and command.cam_version is not None:
        uow.expect_version(cam, command.cam_version)
    before: dict[str, Any] = {}
    if cam is None:
        cam = Cam(
            application_id=application.id,
            number=len(store.cams_of(uow, application.id)) + 1,
            proposed_paise=command.form.proposed_paise,
            rate_bps=command.form.rate_bps,
            tenor=command.form.tenor,
            made_at=uow.now,
        )
        _fill(uow, cam, worked_out)
        uow.add(cam)
    else:
        before = _audited(cam)
        _fill(uow, cam, worked_out)
        cam.version += 1
    uow.flush()
    after = _audited(cam)
    changed = {name for name in after if before.get(name) != after[name]}
    uow.audit(
        "cam.saved",
        ("cam", cam.id),
        case_id=application.id,
        before={name: before[name] for name in changed if name in before},
        after={name: after[name] for name in changed},
        number=cam.number,
        amount=format_inr(cam.proposed_paise),
    )
    return cam


def _fill(uow: UnitOfWork, cam: Cam, worked_out: CamPreview) -> None:
    form = worked_out.form
    cam.inputs = {
        "salaries": [
            {"amount_paise": s.amount_paise, "on": s.on.isoformat() if s.on else None,
             "source": s.source}
            for s in form.salaries
        ],
        "obligations": [dataclasses.asdict(duty) for duty in form.obligations],
    }  # fmt: skip
    cam.figures = dataclasses.asdict(worked_out.figures)
    cam.policy = dataclasses.asdict(worked_out.policy)
    cam.proposed_paise, cam.rate_bps = form.proposed_paise, form.rate_bps
    cam.tenor = worked_out.terms.tenor if worked_out.terms else form.tenor
    cam.repayment_on = form.repayment_on
    cam.rationale = form.rationale.strip()
    cam.deviations = [dataclasses.asdict(deviation) for deviation in form.deviations]
    cam.maker_id, cam.maker_name, cam.made_at = uow.actor.id, uow.actor.name, uow.now


def _audited(cam: Cam) -> dict[str, Any]:
    return {
        "proposed_paise": cam.proposed_paise,
        "rate_bps": cam.rate_bps,
        "tenor": cam.tenor,
        "repayment_on": cam.repayment_on,
        "salary_paise": cam.figures.get("salary_paise"),
        "obligations_paise": cam.figures.get("obligations_paise"),
        "maximum_paise": cam.figures.get("maximum_paise"),
    }


def check_form(form: CamForm) -> dict[str, str]:
    """One sentence per field that cannot stand; empty when all can."""
    wrong: dict[str, str] = {}
    if not any(salary.amount_paise > 0 for salary in form.salaries):
        wrong["salaries"] = "Enter at least one salary"
    if any(salary.amount_paise < 0 for salary in form.salaries):
        wrong["salaries"] = "A salary cannot be negative"
    if len(form.obligations) > OBLIGATIONS_MAX:
        wrong["obligations"] = f"Enter at most {OBLIGATIONS_MAX} obligations"
    for number, duty in enumerate(form.obligations):
        if duty.monthly_paise < 0 or not duty.name.strip():
            wrong[f"obligation_{number}"] = "Enter the lender and the monthly amount"
        elif not duty.counted and not duty.note.strip():
            wrong[f"obligation_{number}"] = "Say why this one is not counted"
    if form.proposed_paise <= 0:
        wrong["proposed_paise"] = "Enter the amount you recommend"
    if form.repayment_on is None:
        wrong["repayment_on"] = "Choose the repayment date"
    return wrong


def form_of(cam: Cam) -> CamForm:
    """The form a stored memo came from."""
    return CamForm(
        salaries=tuple(
            Salary(
                row["amount_paise"],
                dt.date.fromisoformat(row["on"]) if row["on"] else None,
                row["source"],
            )
            for row in cam.inputs["salaries"]
        ),
        obligations=tuple(Obligation(**row) for row in cam.inputs["obligations"]),
        proposed_paise=cam.proposed_paise,
        rate_bps=cam.rate_bps,
        tenor=cam.tenor,
        repayment_on=cam.repayment_on,
        rationale=cam.rationale,
        deviations=tuple(Deviation(**row) for row in cam.deviations),
    )


def policy_of(cam: Cam) -> CamPolicy:
    """The credit policy a memo was worked out under."""
    return CamPolicy(**cam.policy)


def _missing_to_recommend(
    uow: UnitOfWork, evidence: Evidence, cam: Cam | None, run: DecisionRun | None
) -> list[str]:
    """Everything that keeps a case from being recommended, one sentence each."""
    missing = list(missing_for_credit(uow, evidence.application))
    if evidence.statement is None:
        missing.append("the bank statement has not been read")
    if evidence.bureau.report is None:
        missing.append("no credit report was pulled")
    elif evidence.bureau.stale:
        missing.append("the credit report is older than 30 days")
    if cam is None:
        missing.append("the credit appraisal is not saved")
        return missing
    if run is None:
        missing.append("the rules were not run")
        return missing
    if run.facts_hash != _run_hash(evidence, form_of(cam)):
        missing.append("the rules were run before the last change; run them again")
    explained = {row["code"] for row in cam.deviations if str(row["reason"]).strip()}
    for result in RuleRun.from_json(run.trace).results:
        if result.outcome is not Outcome.PASS and result.code not in explained:
            missing.append(f"{result.code} {result.name} did not pass and is not explained")
    if cam.proposed_paise > int(cam.figures["maximum_paise"]) and ABOVE_MAXIMUM not in explained:
        missing.append("the amount is above what the appraisal allows and is not explained")
    return missing


@dataclass(frozen=True, slots=True)
class Recommend:
    """Put the memo before the sanctioning authority."""

    application_id: int
    version: int
    cam_version: int


def recommend(uow: UnitOfWork, command: Recommend) -> Application:
    """Freeze the memo and recommend; raises `NotReadyToRecommend` with all that is missing."""
    uow.actor.require(Permission.APPLICATION_APPRAISE)
    application = uow.lock(Application, command.application_id)
    uow.expect_version(application, command.version)
    require_holder(uow.actor, application)
    APPLICATION.next(application.status, "recommend")
    evidence = gather(uow, application.id)
    cam = store.open_cam(uow, application.id)
    run = store.newest_run(uow, application.id)
    missing = _missing_to_recommend(uow, evidence, cam, run)
    if cam is None or run is None or missing:
        raise NotReadyToRecommend(missing)
    uow.expect_version(cam, command.cam_version)
    if len(cam.rationale) < RATIONALE_MIN:
        raise Invalid({"rationale": "Say in a sentence or two why you recommend this loan"})
    terms = evidence.terms
    worked_out = preview(evidence, form_of(cam), policy_of(cam), uow.business_date)
    if worked_out.wrong or worked_out.terms is None:
        raise Invalid(dict(worked_out.wrong))
    cam.status, cam.decision_run_id = "recommended", run.id
    cam.facts = dict(facts_of(evidence))
    cam.maker_id, cam.maker_name, cam.recommended_at = uow.actor.id, uow.actor.name, uow.now
    cam.version += 1
    application.recommended_amount_paise = cam.proposed_paise
    application.recommended_tenor_days = tenor_in_days(terms.kind, worked_out.terms.tenor)
    application.recommended_rate_bps = cam.rate_bps
    application.recommended_repayment_on = cam.repayment_on
    application.recommended_by, application.recommended_at = uow.actor.id, uow.now
    uow.transition(APPLICATION, application, "recommend")
    application.claimed_by, application.claimed_until = None, None
    uow.audit(
        "application.recommended",
        ("application", application.id),
        after={"amount_paise": cam.proposed_paise, "rate_bps": cam.rate_bps, "cam_id": cam.id},
        amount=format_inr(cam.proposed_paise),
        tenor=tenor_words(terms.kind, application.recommended_tenor_days),
        rate=rate_text(terms, cam.rate_bps),
    )
    uow.emit("application.recommended", {"application_id": application.id})
    return application


def rate_text(terms: ProductTerms, rate_bps: int) -> str:
    """A rate as people say it: "24.00 % a year"."""
    return f"{format_bps(rate_bps)} a {terms.rate_period.value}"


def void_if_changed(uow: UnitOfWork, application_id: int) -> tuple[str, ...]:
    """Take a recommendation back when its ground changed; returns what changed (Q13).

    Called when a check, a report or a document of the case changes.
    """
    uow.actor.require(Permission.SYSTEM)
    application = uow.lock(Application, application_id)
    if application.status != "recommended":
        return ()
    cam = store.open_cam(uow, application_id)
    if cam is None or cam.status != "recommended":
        return ()
    changed = changed_facts(cam.facts, facts_of(gather(uow, application_id)))
    if not changed:
        return ()
    fields = ", ".join(changed)
    cam.status, cam.void_reason = "void", f"{fields} changed after the recommendation"
    uow.flush()
    reopen(uow, cam)
    uow.transition(APPLICATION, application, "return_to_credit", reason=cam.void_reason)
    uow.audit("recommendation.voided", ("application", application.id), fields=fields)
    if application.credit_executive_id is not None:
        notify_staff(
            uow,
            application.credit_executive_id,
            f"{application.number}: the recommendation became void, {fields} changed",
            f"/{uow.brand.code}/loans/{application.id}?tab=cam",
        )
    return changed


def month_of(day: dt.date | None) -> str:
    """A salary's month for its label: "Oct 2026"."""
    return f"{MONTH_NAMES[day.month - 1]} {day.year}" if day else ""
