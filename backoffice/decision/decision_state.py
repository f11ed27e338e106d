"""Decides what the decision tab holds: every rule with its value, and the sanction note.
The server says whose the case is and why; the screen only shows it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.decision.cam_form import percent_bps, percent_text, rupees_text
from backoffice.decision.cam_state import foir_rows
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query
from backoffice.security.access import require_actor
from backoffice.shell import t
from core.access.permission import Permission
from core.application.access import require_holder
from core.application.life_cycle import REJECT_CODES
from core.application.tenor import tenor_in_unit, tenor_words
from core.db.unit_of_work import UnitOfWork
from core.decision import sanction, service
from core.decision.rule_set import Outcome, RuleResult, RuleRun
from core.decision.sanction import Offer, OfferPreview, SanctionView
from core.decision.service import CamView, rate_text
from core.decision.tables import SanctionDecision
from core.kernel.business_day import format_date, format_datetime
from core.kernel.errors import DomainError, Invalid
from core.kernel.money import format_inr, parse_inr
from core.kernel.rate import format_bps
from core.loan.terms import LoanKind

KIND_WORDS = {
    "sanctioned": "Sanctioned",
    "revised": "Sanction changed",
    "returned": "Returned to credit",
    "escalated": "Passed up",
    "rejected": "Rejected",
}


class DecisionTab(SecureState, rx.State):
    """Rules and sanction of a case."""

    READ = Permission.DECISION_READ

    loaded: bool = False
    status: str = ""
    version: str = ""
    can_run: bool = False
    has_run: bool = False
    outcome: str = ""
    outcome_words: str = ""
    run_words: str = ""
    rules_label: str = ""
    outdated: bool = False
    repeat_words: str = ""
    rules: list[dict[str, str]] = []
    reach: str = ""
    level: str = ""
    mine: bool = False
    why_not: str = ""
    changed: str = ""
    waits_for_sanction: bool = False
    compare: list[dict[str, str]] = []
    rationale: str = ""
    maker: str = ""
    risks: list[dict[str, str]] = []
    fields: dict[str, str] = {}
    bullet: bool = False
    tenor_unit: str = ""
    rate_label: str = ""
    live: list[dict[str, str]] = []
    live_problem: str = ""
    may_revise: bool = False
    may_pass: bool = False
    foir: list[dict[str, str]] = []
    foir_mark: str = "0%"
    foir_words: str = ""
    decisions: list[dict[str, str]] = []
    reject_code: str = ""
    reject_words: str = ""
    _run_id: int = 0
    _rate_bps: int = 0

    @query(Permission.DECISION_READ)
    async def load(self) -> None:
        """Read the rules' run and the sanction note."""
        case_id = self._address_id("case")
        actor = require_actor()

        def read(uow: UnitOfWork) -> tuple[CamView, SanctionView, bool]:
            view = service.cam_view(uow, case_id)
            may = actor.can(Permission.APPLICATION_APPRAISE)
            may = may and view.application.status == "in_credit"
            try:
                if may:
                    require_holder(actor, view.application)
            except DomainError:
                may = False
            return view, sanction.sanction_view(uow, case_id), may

        view, note, may = await in_query(read, use_case="decision_tab")
        self.can_run = may
        self.status, self.version = view.application.status, str(view.application.version)
        self._show_run(view)
        self._show_note(view, note)
        self.loaded = True

    def _show_run(self, view: CamView) -> None:
        run = view.run
        self.has_run = run is not None
        self.rules_label = view.rules.label if view.rules else ""
        self.outdated = view.run_outdated and view.application.status == "in_credit"
        self.rules = []
        if run is None:
            return
        trace = RuleRun.from_json(run.trace)
        self._run_id = run.id
        self.outcome = run.outcome
        self.outcome_words = ", ".join(
            t("{count} " + word, count=len(trace.of(outcome)))
            for outcome, word in (
                (Outcome.PASS, "passed"),
                (Outcome.REFER, "for a person to judge"),
                (Outcome.FAIL, "failed"),
            )
            if trace.of(outcome)
        )
        self.run_words = t(
            "Run by {who}, {when}, for {amount}",
            who=run.run_by_name,
            when=format_datetime(run.run_at),
            amount=format_inr(run.amount_paise),
        )
        self.rules = [_rule(one) for one in trace.results]

    def _show_note(self, view: CamView, note: SanctionView) -> None:
        application, terms, cam = view.application, view.evidence.terms, note.cam
        actor = require_actor()
        self.waits_for_sanction = application.status == "recommended" and cam is not None
        self.reach = t(note.reach.sentence) if note.reach and self.waits_for_sanction else ""
        self.level = note.reach.level.name if note.reach else ""
        self.mine, self.why_not = note.mine, note.why_not if self.waits_for_sanction else ""
        self.changed = ", ".join(note.changed)
        self.bullet = terms.kind is LoanKind.BULLET
        self.tenor_unit = t(terms.tenor_unit)
        self.rate_label = t("Rate, % a {period}", period=t(terms.rate_period.value))
        self.compare = _compare(view)
        self.rationale = cam.rationale if cam else ""
        self.maker = cam.maker_name if cam else ""
        self.risks = [
            {
                "code": str(row["code"]),
                "reason": str(row["reason"]),
                "mitigant": str(row["mitigant"]) or "–",
            }
            for row in (cam.deviations if cam else [])
        ]
        self.foir, self.foir_mark, self.foir_words = foir_rows(view.preview.figures)
        self.decisions = [_decision(one) for one in note.decisions]
        self.may_revise = (
            application.status in sanction.REVISABLE
            and actor.can(Permission.APPLICATION_SANCTION)
            and not sanction.is_own_work(actor, application, cam)
        )
        # who may sanction, but not this one, may still return it or pass it up
        self.may_pass = actor.can(Permission.APPLICATION_SANCTION) and not sanction.is_own_work(
            actor, application, cam
        )
        amount = application.sanctioned_amount_paise or application.recommended_amount_paise
        rate = application.rate_bps or application.recommended_rate_bps or terms.rate_bps
        days = application.sanctioned_tenor_days or application.recommended_tenor_days
        day = application.repayment_on or application.recommended_repayment_on
        self.fields = {
            "amount": rupees_text(amount or application.requested_amount_paise),
            "rate": percent_text(rate),
            "tenor": str(tenor_in_unit(terms.kind, days or application.tenor_days)),
            "repayment_on": day.isoformat() if day else "",
        }
        self._rate_bps = rate
        self.live, self.live_problem = [], ""

    @command(Permission.APPLICATION_APPRAISE)
    async def run_rules(self) -> Any:
        """Run the rules in force over the case."""
        case_id = self._address_id("case")
        await in_unit_of_work(lambda uow: service.run_decision(uow, case_id), use_case="run_rules")
        return [ui.toast_done(t("The rules were run")), DecisionTab.load]

    @query(Permission.DECISION_READ)
    async def repeat(self) -> None:
        """Run the stored version over the stored values again and say whether it is the same."""
        run_id = self._run_id
        if not run_id:
            return
        _, same = await in_query(lambda uow: service.repeat_run(uow, run_id), use_case="repeat_run")
        self.repeat_words = (
            t("Run again over the same values: every line is the same.")
            if same
            else t("Run again over the same values, the trace differs. Tell an administrator.")
        )

    def _offer(self, form: dict[str, Any]) -> Offer:
        wrong: dict[str, str] = {}
        amount, rate, tenor, day = 0, self._rate_bps, 0, None
        try:
            amount = parse_inr(str(form.get("amount", "")), field="amount")
        except Invalid as refusal:
            wrong.update(refusal.fields)
        try:
            rate = percent_bps(str(form.get("rate", "")), "rate")
        except Invalid as refusal:
            wrong.update(refusal.fields)
        text = str(form.get("tenor", "") or self.fields.get("tenor", ""))
        if text.isdigit() and 0 < len(text) < 5:
            tenor = int(text)
        else:
            wrong["tenor"] = t("Enter a whole number")
        try:
            day = dt.date.fromisoformat(str(form.get("repayment_on", "")))
        except ValueError:
            wrong["repayment_on"] = t("Choose the repayment date")
        if wrong:
            raise Invalid(wrong)
        return Offer(amount, rate, tenor, day)

    @query(Permission.APPLICATION_SANCTION)
    async def recompute(self, values: dict[str, str]) -> None:
        """What the typed terms would cost the customer; decides nothing."""
        case_id = self._address_id("case")
        try:
            offer = self._offer(dict(values))
            found = await in_query(
                lambda uow: sanction.preview_offer(uow, case_id, offer), use_case="preview_offer"
            )
        except DomainError as error:
            self.live, self.live_problem = [], error.message
            return
        self.live = _live(found)
        self.live_problem = found.why_not

    @command(Permission.APPLICATION_SANCTION)
    async def approve(self, form: dict[str, Any]) -> Any:
        """Sanction with the typed terms; or change a sanction that was given."""
        case_id, version = self._address_id("case"), _number(form.get("version"))
        offer = self._offer(form)
        note = str(form.get("note", ""))
        conditions = tuple(str(form.get("conditions", "")).splitlines())
        if self.status == "recommended":
            given = sanction.Sanction(case_id, version, offer, note, conditions)
            await in_unit_of_work(lambda uow: sanction.sanction(uow, given), use_case="sanction")
            done = t("Sanctioned; the papers are being made")
        else:
            change = sanction.Revise(case_id, version, offer, note)
            await in_unit_of_work(lambda uow: sanction.revise(uow, change), use_case="revise")
            done = t("The sanction is changed; new papers are being made")
        return [ui.toast_done(done), DecisionTab.load]

    @command(Permission.APPLICATION_SANCTION)
    async def give_back(self, reason: str) -> Any:
        """Return the case to credit."""
        given = sanction.ReturnToCredit(self._address_id("case"), _number(self.version), reason)
        await in_unit_of_work(
            lambda uow: sanction.return_to_credit(uow, given), use_case="return_to_credit"
        )
        return [ui.toast_done(t("The case is back with credit")), DecisionTab.load]

    @command(Permission.APPLICATION_SANCTION)
    async def pass_up(self, reason: str) -> Any:
        """Pass the case to the level above."""
        given = sanction.Escalate(self._address_id("case"), _number(self.version), reason)
        await in_unit_of_work(lambda uow: sanction.escalate(uow, given), use_case="escalate")
        return [ui.toast_done(t("The level above was told")), DecisionTab.load]

    @query(Permission.APPLICATION_SANCTION)
    async def choose_code(self, code: str) -> None:
        """Show the customer's words for a code before anything is sent (Q20)."""
        self.reject_code, self.reject_words = code, ""
        case_id = self._address_id("case")
        if code in REJECT_CODES:
            self.reject_words = await in_query(
                lambda uow: sanction.rejection_words(uow, case_id, code), use_case="reject_words"
            )

    @command(Permission.APPLICATION_SANCTION)
    async def refuse(self, form: dict[str, Any]) -> Any:
        """Reject the case with a coded reason."""
        given = sanction.RejectCase(
            self._address_id("case"),
            _number(form.get("version")),
            str(form.get("code", "")),
            str(form.get("reject_note", "")),
        )
        await in_unit_of_work(lambda uow: sanction.reject_case(uow, given), use_case="reject")
        return [ui.toast_done(t("Rejected; the customer is told")), DecisionTab.load]

    async def _theirs(self, form: Any) -> Any:
        """The terms as they stand now, for whoever saved second."""
        del form
        await DecisionTab.load.fn(self)  # pyright: ignore
        return {"amount": (t("Amount"), self.fields["amount"])}


def _number(text: Any) -> int:
    value = str(text or "")
    return int(value) if value.isdigit() and len(value) < 18 else 0


def _rule(one: RuleResult) -> dict[str, str]:
    return {
        "code": one.code,
        "name": t(one.name),
        "value": one.value_text,
        "threshold": t(one.threshold),
        "outcome": one.outcome.value,
        "source": t(one.source),
        "href": f"?tab={one.link}" if one.link else "",
    }


def _compare(view: CamView) -> list[dict[str, str]]:
    """Requested, recommended and sanctioned beside each other, differences marked (Q04)."""
    row, terms = view.application, view.evidence.terms

    def days(value: int | None) -> str:
        return tenor_words(terms.kind, value) if value else "–"

    def money(value: int | None) -> str:
        return format_inr(value) if value else "–"

    def rate(value: int | None) -> str:
        return rate_text(terms, value) if value else "–"

    def day(value: dt.date | None) -> str:
        return format_date(value) if value else "–"

    lines = [
        (t("Amount"), money(row.requested_amount_paise), money(row.recommended_amount_paise),
         money(row.sanctioned_amount_paise)),
        (t("Rate"), rate_text(terms, terms.rate_bps), rate(row.recommended_rate_bps),
         rate(row.rate_bps)),
        (t("Tenure"), days(row.tenor_days), days(row.recommended_tenor_days),
         days(row.sanctioned_tenor_days)),
        (t("Repayment from"), "–", day(row.recommended_repayment_on), day(row.repayment_on)),
    ]  # fmt: skip
    return [
        {
            "label": label,
            "requested": asked,
            "recommended": said,
            "sanctioned": given,
            "said_tone": "differs" if said not in ("–", asked) and asked != "–" else "",
            "given_tone": "differs" if given != "–" and said not in ("–", given) else "",
        }
        for label, asked, said, given in lines
    ]


def _decision(one: SanctionDecision) -> dict[str, str]:
    changes = "; ".join(
        f"{name}: {pair['recommended']} → {pair['sanctioned']}"
        for name, pair in one.changes.items()
    )
    return {
        "what": t(KIND_WORDS.get(one.kind, one.kind)),
        "amount": format_inr(one.amount_paise) if one.amount_paise else "–",
        "by": one.by_name,
        "when": format_datetime(one.at),
        "why": one.reason or changes or "–",
        "authority": one.authority or "–",
        "href": "",
    }


def _live(found: OfferPreview) -> list[dict[str, str]]:
    count = f" × {found.instalments}" if found.instalments > 1 else ""
    pairs = [
        (t("Instalment") if count else t("To be repaid"),
         format_inr(found.instalment_paise) + count),
        (t("Fee with GST"), format_inr(found.fee_paise)),
        (t("Reaches the account"), format_inr(found.net_paise)),
        (t("Total to pay"), format_inr(found.total_payable_paise)),
        (t("APR"), format_bps(found.apr_bps)),
        (t("Ends on"), format_date(found.matures_on)),
    ]  # fmt: skip
    return [{"label": label, "value": value, "tone": ""} for label, value in pairs]
