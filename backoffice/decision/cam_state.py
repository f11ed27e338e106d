"""Decides what the appraisal's tab holds: the form's starting texts and the figures beside it.
Figures follow the typing; what is saved is only what a person saves."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.decision.cam_form import OBLIGATION_ROWS, fields_of, form_from
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query
from backoffice.security.access import require_actor
from backoffice.shell import t
from core.access.permission import Permission
from core.application.access import require_holder
from core.db.unit_of_work import UnitOfWork
from core.decision import service
from core.decision.cam import CamFigures
from core.decision.rule_set import Outcome, RuleRun
from core.decision.service import ABOVE_MAXIMUM, CamForm, CamPreview, CamView
from core.decision.tables import Cam
from core.kernel.business_day import format_date, format_datetime
from core.kernel.errors import DomainError
from core.kernel.money import format_inr
from core.kernel.rate import format_bps
from core.loan.terms import LoanKind

SOURCE_WORDS = {"bureau": "from the credit report", "statement": "from the statement"}


class CamTab(SecureState, rx.State):
    """The memo of a case."""

    READ = Permission.DECISION_READ

    loaded: bool = False
    can_edit: bool = False
    number: str = ""
    status: str = ""
    cam_version: str = ""
    maker: str = ""
    fields: dict[str, str] = {}
    sources: dict[str, str] = {}
    duty_rows: int = 0
    tenor_unit: str = ""
    bullet: bool = False
    rate_label: str = ""
    limits_words: str = ""
    figures: list[dict[str, str]] = []
    limits: list[dict[str, str]] = []
    foir: list[dict[str, str]] = []
    foir_mark: str = "0%"
    foir_words: str = ""
    live_problem: str = ""
    deviations: list[dict[str, str]] = []
    missing: list[str] = []
    salaries: list[dict[str, str]] = []
    duties: list[dict[str, str]] = []
    versions: list[dict[str, str]] = []
    suggestion: str = ""
    _before: CamForm | None = None
    _version: int = 0

    @query(Permission.DECISION_READ)
    async def load(self) -> None:
        """Read the memo, or prefill one out of the file."""
        case_id = self._address_id("case")
        actor = require_actor()

        def read(uow: UnitOfWork) -> tuple[CamView, bool]:
            found = service.cam_view(uow, case_id)
            may = actor.can(Permission.APPLICATION_APPRAISE) and (
                found.application.status == "in_credit"
            )
            try:
                if may:
                    require_holder(actor, found.application)
            except DomainError:
                may = False
            return found, may

        found, may = await in_query(read, use_case="cam_tab")
        self.can_edit = may
        self._show(found)
        self.loaded = True

    def _show(self, found: CamView) -> None:
        cam, form = found.cam, found.preview.form
        self._before, self._version = form, found.application.version
        self.number = str(cam.number) if cam else ""
        self.status = cam.status if cam else ""
        self.cam_version = str(cam.version) if cam else ""
        self.maker = (
            t("{who}, {when}", who=cam.maker_name, when=format_datetime(cam.made_at)) if cam else ""
        )
        self.fields = fields_of(form)
        self.sources = {
            name: t(SOURCE_WORDS.get(value, value))
            for name, value in self.fields.items()
            if name.endswith("_source")
        }
        self.duty_rows = max(self.duty_rows, len(form.obligations), 1)
        terms = found.evidence.terms
        self.bullet = terms.kind is LoanKind.BULLET
        self.tenor_unit = t(terms.tenor_unit)
        self.rate_label = t("Rate, % a {period}", period=t(terms.rate_period.value))
        self.limits_words = t(
            "{least} to {most}",
            least=format_inr(terms.min_amount_paise),
            most=format_inr(terms.max_amount_paise),
        )
        self.salaries = [
            {
                "month": service.month_of(one.on) or t("Salary"),
                "amount": format_inr(one.amount_paise),
                "source": t(one.source),
                "href": "",
            }
            for one in form.salaries
        ]
        self.duties = [
            {
                "name": one.name,
                "amount": format_inr(one.monthly_paise),
                "source": t(SOURCE_WORDS.get(one.source, one.source)),
                "counted": t("counted") if one.counted else t("not counted"),
                "note": one.note or "–",
                "href": "",
            }
            for one in form.obligations
        ]
        self._figures(found.preview)
        self.deviations = _deviations(found)
        self.missing = [_sentence(one) for one in found.missing] if self.can_edit else []
        self.versions = [_version_row(one) for one in found.versions]

    def _figures(self, preview: CamPreview) -> None:
        figures = preview.figures
        self.figures = _figure_rows(preview)
        most = max((limit.amount_paise for limit in figures.limits), default=1) or 1
        self.limits = [
            {
                "name": t(limit.name),
                "amount": format_inr(limit.amount_paise),
                "width": f"{max(1, limit.amount_paise * 100 // most)}%",
                "binding": t("decides") if limit.binding else "",
            }
            for limit in figures.limits
        ]
        self.foir, self.foir_mark, self.foir_words = foir_rows(figures)
        self.live_problem = " ".join(dict.fromkeys(preview.wrong.values()))

    @query(Permission.APPLICATION_APPRAISE)
    async def recompute(self, values: dict[str, str]) -> None:
        """Work out what is typed right now; saves nothing."""
        if self._before is None or not self.can_edit:
            return
        case_id, before = self._address_id("case"), self._before
        try:
            form = form_from(values, before)
        except DomainError as error:
            self.live_problem = error.message
            return
        preview = await in_query(
            lambda uow: service.preview_cam(uow, case_id, form), use_case="preview_cam"
        )
        self._figures(preview)

    @query(Permission.APPLICATION_APPRAISE)
    async def add_duty(self) -> None:
        """One more row for an obligation."""
        self.duty_rows = min(OBLIGATION_ROWS, self.duty_rows + 1)

    @command(Permission.APPLICATION_APPRAISE)
    async def save(self, form: dict[str, Any]) -> Any:
        """Save the memo and run the rules over it at once."""
        await self._save(form)
        return [ui.toast_done(t("The appraisal is saved and the rules were run")), CamTab.load]

    async def _save(self, form: dict[str, Any]) -> None:
        assert self._before is not None, "the form is shown only after loading"
        case_id = self._address_id("case")
        read = form_from(form, self._before)
        given = str(form.get("version", ""))
        command_ = service.SaveCam(case_id, int(given) if given.isdigit() else None, read)

        def work(uow: UnitOfWork) -> None:
            service.save_cam(uow, command_)
            service.run_decision(uow, case_id)

        await in_unit_of_work(work, use_case="save_cam")

    async def _theirs(self, form: Any) -> Any:
        """What the memo holds now, for the person who saved second (S07)."""
        del form
        case_id = self._address_id("case")
        found = await in_query(lambda uow: service.cam_view(uow, case_id), use_case="cam_theirs")
        now = fields_of(found.preview.form)
        self.cam_version = str(found.cam.version) if found.cam else ""
        labels = {
            "proposed_paise": t("Amount"),
            "rate_bps": t("Rate"),
            "repayment_on": t("Repayment date"),
            "rationale": t("Why"),
        }
        return {name: (label, now.get(name, "")) for name, label in labels.items()}

    @command(Permission.APPLICATION_APPRAISE)
    async def recommend(self) -> Any:
        """Put the saved memo before the sanctioning authority."""
        case_id, version = self._address_id("case"), self._version
        cam_version = int(self.cam_version) if self.cam_version.isdigit() else 0
        given = service.Recommend(case_id, version, cam_version)
        await in_unit_of_work(lambda uow: service.recommend(uow, given), use_case="recommend")
        return [ui.toast_done(t("Recommended; the case waits for sanction")), CamTab.load]

    @query(Permission.APPLICATION_APPRAISE)
    async def find_yes(self) -> None:
        """Look for the largest smaller loan that no rule fails (U07); saves nothing."""
        case_id = self._address_id("case")
        found = await in_query(
            lambda uow: service.nearest_possible(uow, case_id), use_case="nearest_yes"
        )
        if found is None:
            self.suggestion = t("No smaller amount turns the rules to yes.")
            return
        left = ", ".join(one.name for one in found.run.of(Outcome.REFER))
        self.suggestion = t(
            "{amount} would no longer fail any rule.", amount=format_inr(found.amount_paise)
        ) + (" " + t("Still to be judged by a person: {rules}.", rules=left) if left else "")


def _figure_rows(preview: CamPreview) -> list[dict[str, str]]:
    figures, terms = preview.figures, preview.terms
    bullet = terms is not None and terms.kind is LoanKind.BULLET
    rows = [
        (t("Average salary"), format_inr(figures.salary_paise), ""),
        (t("Obligations a month"), format_inr(figures.obligations_paise), ""),
        (t("Can carry a month"), format_inr(figures.eligible_instalment_paise), ""),
        (t("Eligible loan"), format_inr(figures.eligible_loan_paise), ""),
        (
            t("At most"),
            format_inr(figures.maximum_paise),
            "good-text" if preview.form.proposed_paise <= figures.maximum_paise else "bad-text",
        ),
        (
            t("To be repaid") if bullet else t("Instalment"),
            format_inr(figures.instalment_paise)
            + ("" if bullet else f" × {figures.instalment_count}"),
            "",
        ),
    ]
    if preview.terms is not None and preview.matures_on is not None:
        rows += [
            (t("Reaches the account"), format_inr(preview.net_paise), ""),
            (t("Total to pay"), format_inr(preview.total_payable_paise), ""),
            (t("APR"), format_bps(preview.apr_bps), ""),
            (t("Ends on"), format_date(preview.matures_on), ""),
        ]
    return [{"label": label, "value": value, "tone": tone} for label, value, tone in rows]


def foir_rows(figures: CamFigures) -> tuple[list[dict[str, str]], str, str]:
    """The bars of the FOIR picture, where the policy's mark stands, and the sentence below."""
    top = max(
        10_000, min(15_000, figures.foir_proposed_bps), min(15_000, figures.foir_achieved_bps)
    )

    def width(bps: int) -> str:
        return f"{min(bps, top) * 100 // top}%"

    def bar(name: str, bps: int, tone: str) -> dict[str, str]:
        return {"name": name, "value": format_bps(bps), "width": width(bps), "tone": tone}

    bars = [
        bar(t("Bound today"), figures.foir_achieved_bps, ""),
        bar(
            t("With this loan"),
            figures.foir_proposed_bps,
            "good" if figures.within_policy else "bad",
        ),
        bar(t("Allowed"), figures.foir_eligible_bps, "warn"),
    ]
    words = t(
        "With this loan {part} of the salary is bound; the policy allows {most}.",
        part=format_bps(figures.foir_proposed_bps),
        most=format_bps(figures.foir_eligible_bps),
    )
    return bars, width(figures.foir_eligible_bps), words


def _deviations(found: CamView) -> list[dict[str, str]]:
    """Every rule that did not pass, to be explained before the case is recommended."""
    rows: list[dict[str, str]] = []
    if found.run is not None:
        for one in RuleRun.from_json(found.run.trace).results:
            if one.outcome is not Outcome.PASS:
                rows.append(
                    {"code": one.code, "name": one.name, "outcome": one.outcome.value,
                     "sentence": one.sentence}
                )  # fmt: skip
    if found.cam and found.cam.proposed_paise > int(found.cam.figures["maximum_paise"]):
        rows.append(
            {
                "code": ABOVE_MAXIMUM,
                "name": t("Amount above the appraisal"),
                "outcome": "refer",
                "sentence": t(
                    "The appraisal carries {most}",
                    most=format_inr(int(found.cam.figures["maximum_paise"])),
                ),
            }
        )
    kept = {one.code: one for one in found.preview.form.deviations}
    for row in rows:
        known = kept.get(row["code"])
        row["reason"] = known.reason if known else ""
        row["mitigant"] = known.mitigant if known else ""
    return rows


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def _version_row(one: Cam) -> dict[str, str]:
    return {
        "number": t("Version {number}", number=one.number),
        "status": one.status,
        "amount": format_inr(one.proposed_paise),
        "maker": one.maker_name,
        "when": format_datetime(one.recommended_at or one.made_at),
        "why": one.void_reason or "–",
        "href": "",
    }
