"""Decides how the checks of a person and an account are shown: names side by side, score, verdict.
A silent provider is shown as what it is, with a button to ask again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query
from backoffice.security.access import require_actor
from backoffice.shell import t
from core.access.permission import Permission
from core.application.access import require_open
from core.application.tables import Application
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_datetime
from core.kyc.life_cycle import BANK_ACCOUNT, KIND_WORDS, OPEN, PAN, RETRYABLE
from core.kyc.service import DecideCheck, KycSummary, RequestCheck, decide_check, kyc_summary
from core.kyc.service import request_check as ask_provider
from core.kyc.tables import KycCheck

TITLES = {PAN: "PAN", BANK_ACCOUNT: "Bank account (penny drop)"}


class KycTab(SecureState, rx.State):
    """The two checks of a case and everything that was asked before."""

    READ = Permission.APPLICATION_OPEN

    loaded: bool = False
    missing: list[str] = []
    checks: list[dict[str, str]] = []
    history: list[dict[str, str]] = []
    can_check: bool = False

    @query(Permission.APPLICATION_OPEN)
    async def load(self) -> None:
        """Read the checks of the case."""
        case_id = self._address_id("case")

        def read(uow: UnitOfWork) -> KycSummary:
            require_open(uow, uow.get(Application, case_id))
            return kyc_summary(uow, case_id)

        found = await in_query(read, use_case="kyc_tab")
        self.can_check = require_actor().can(Permission.KYC_CHECK)
        self.missing = list(found.missing)
        self.checks = [
            _card(PAN, found.pan, PAN in found.outdated),
            _card(BANK_ACCOUNT, found.bank_account, BANK_ACCOUNT in found.outdated),
        ]
        self.history = [_row(one) for one in found.history]
        self.loaded = True

    @command(Permission.KYC_CHECK)
    async def ask(self, kind: str) -> Any:
        """Ask the provider; the answer arrives by itself."""
        given = RequestCheck(self._address_id("case"), kind)
        await in_unit_of_work(lambda uow: ask_provider(uow, given), use_case="request_check")
        words = KIND_WORDS.get(kind, "")
        return [ui.toast_done(t("Asked for the {kind} check", kind=words)), KycTab.load]

    @command(Permission.KYC_CHECK)
    async def accept(self, check_id: str, version: str, reason: str) -> Any:
        """Accept a mismatch with a reason."""
        return await self._decide(check_id, version, True, reason)

    @command(Permission.KYC_CHECK)
    async def reject(self, check_id: str, version: str, reason: str) -> Any:
        """Reject a check with a reason."""
        return await self._decide(check_id, version, False, reason)

    async def _decide(self, check_id: str, version: str, accept: bool, reason: str) -> Any:
        given = DecideCheck(_number(check_id), _number(version), accept, reason)
        await in_unit_of_work(lambda uow: decide_check(uow, given), use_case="decide_check")
        return [ui.toast_done(t("Your decision is on record")), KycTab.load]


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 18 else 0


def _card(kind: str, check: KycCheck | None, outdated: bool) -> dict[str, str]:
    if check is None:
        return _blank(kind)
    score = check.name_score
    tone = "" if score is None else ("good" if score >= 80 else "warn" if score >= 60 else "bad")
    when = check.answered_at or check.requested_at
    return {
        "kind": kind,
        "title": t(TITLES[kind]),
        "subject": check.subject_masked,
        "status": check.status,
        "declared": check.declared_name,
        "recorded": check.recorded_name,
        "score": "" if score is None else str(score),
        "width": f"{score or 0}%",
        "tone": tone,
        "explanation": check.name_explanation,
        "vendor_score": "" if check.vendor_score is None else str(check.vendor_score),
        "detail": check.detail,
        "message": check.message if check.status in (*RETRYABLE, "invalid") else "",
        "decided": (
            t("{who}: {why}", who=check.decided_by_name, why=check.decision_reason)
            if check.decided_at
            else ""
        ),
        "when": format_datetime(when),
        "by": check.requested_by_name,
        "provider": check.provider.capitalize(),
        "outdated": "yes" if outdated else "",
        "open": "yes" if check.status in OPEN else "",
        "decide": "yes" if check.status == "mismatch" and not outdated else "",
        "ask": t("Ask again"),
        "id": str(check.id),
        "version": str(check.version),
    }


def _blank(kind: str) -> dict[str, str]:
    names = (
        "subject status declared recorded score width tone explanation vendor_score detail message"
        " decided when by provider outdated open decide id version"
    )
    return dict.fromkeys(names.split(), "") | {
        "kind": kind,
        "title": t(TITLES[kind]),
        "ask": t("Ask the provider"),
    }


def _row(check: KycCheck) -> dict[str, str]:
    return {
        "what": t(TITLES[check.kind]),
        "subject": check.subject_masked,
        "status": check.status,
        "recorded": check.recorded_name or "–",
        "score": "–" if check.name_score is None else str(check.name_score),
        "by": check.requested_by_name,
        "when": format_datetime(check.requested_at),
        "message": check.message or check.decision_reason or "–",
        "href": "",
    }


HISTORY_COLUMNS: Sequence[ui.Column] = (
    ui.Column("what", "Check"),
    ui.Column("subject", "Of"),
    ui.Column("status", "State", kind="status"),
    ui.Column("recorded", "Name on record"),
    ui.Column("score", "Score", kind="number"),
    ui.Column("by", "Asked by"),
    ui.Column("when", "When"),
    ui.Column("message", "Remark"),
)


def _pair(label: str, value: Any) -> rx.Component:
    return rx.cond(value, rx.el.div(rx.el.dt(label), rx.el.dd(value)))


def _score(one: Any) -> rx.Component:
    return rx.cond(
        one["score"],
        rx.el.div(
            rx.el.div(
                rx.el.span(t("Names alike"), class_name="muted"),
                rx.el.span(one["score"], " ", t("of 100"), class_name="strong"),
                class_name="row spread",
            ),
            rx.el.div(
                rx.el.span(style={"width": one["width"]}),
                class_name="meter " + one["tone"].to(str),
                role="img",
                aria_label=t("Names alike") + " " + one["score"].to(str),
            ),
            rx.el.div(one["explanation"], class_name="muted"),
            class_name="stack-s",
        ),
    )


def _actions(one: Any) -> rx.Component:
    kind, check_id, version = one["kind"].to(str), one["id"].to(str), one["version"].to(str)
    return rx.cond(
        KycTab.can_check,
        ui.row(
            rx.cond(
                one["open"],
                ui.button(one["ask"], disabled=True),
                ui.button(
                    one["ask"],
                    KycTab.ask(kind),
                    kind="plain",
                    icon_name="refresh_cw",
                ),
            ),
            rx.cond(
                one["decide"],
                rx.fragment(
                    ui.confirm(
                        t("Accept"),
                        lambda reason: KycTab.accept(check_id, version, reason),
                        title=t("Accept although the names differ?"),
                        effect=t("The case may go on; your reason stays on record."),
                        reason=t("What did you compare?"),
                        kind="primary",
                    ),
                    ui.confirm(
                        t("Reject"),
                        lambda reason: KycTab.reject(check_id, version, reason),
                        title=t("Reject this check?"),
                        effect=t("The case cannot go on with these data."),
                        reason=t("Why is it not the same person?"),
                        danger=True,
                    ),
                ),
            ),
        ),
    )


def _check(one: Any) -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.h2(one["title"]),
            rx.cond(
                one["status"],
                ui.status_chip(one["status"].to(str)),
                ui.chip(t("Not asked yet"), "plain", "dot"),
            ),
            class_name="card-head",
        ),
        rx.el.div(
            rx.cond(
                one["outdated"],
                ui.note(t("The profile was changed after this check. Ask again."), tone="warn"),
            ),
            rx.cond(one["message"], ui.note(one["message"], tone="warn")),
            rx.el.dl(
                _pair(t("Of"), one["subject"]),
                _pair(t("Name as told to us"), one["declared"]),
                _pair(t("Name on record"), one["recorded"]),
                _pair(t("Details"), one["detail"]),
                _pair(t("Asked"), one["when"]),
                _pair(t("Asked by"), one["by"]),
                _pair(t("Provider"), one["provider"]),
                _pair(t("Decided by"), one["decided"]),
                class_name="facts",
            ),
            _score(one),
            rx.cond(
                one["open"],
                rx.el.div(
                    t("The answer arrives by itself; you need not wait here."), class_name="muted"
                ),
            ),
            _actions(one),
            class_name="card-body stack",
        ),
        class_name="card",
    )


def kyc_tab() -> rx.Component:
    """The tab."""
    return rx.cond(
        KycTab.loaded,
        ui.stack(
            rx.cond(
                KycTab.missing.length() > 0,
                ui.note(
                    rx.el.ul(rx.foreach(KycTab.missing, lambda one: rx.el.li(one))), tone="warn"
                ),
                ui.note(t("Identity and bank account are confirmed."), tone="good"),
            ),
            rx.el.div(rx.foreach(KycTab.checks, _check), class_name="columns"),
            ui.section(
                t("Every asking"),
                ui.simple_table(
                    HISTORY_COLUMNS,
                    KycTab.history,
                    empty="Nothing was asked yet.",
                    caption=t("Checks"),
                ),
                flush=True,
            ),
        ),
        ui.loading(),
    )


register_tab("kyc", "KYC", Permission.APPLICATION_OPEN, kyc_tab, KycTab.load)
