"""Decides how a credit report is read: score and burden first, then every line and its months.
Age and consent stand on top, since an old report or one without consent is worth nothing."""

from __future__ import annotations

import datetime as dt
from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.security import SecureState, command, in_unit_of_work, query
from backoffice.security.access import require_actor
from backoffice.shell import t
from core.access.permission import Permission
from core.application.access import require_open
from core.application.tables import Application
from core.bureau.service import (
    PULL_IN,
    BureauView,
    RequestPull,
    bureau_view,
    current_view,
    request_pull,
)
from core.bureau.summary import GridRow, grid_of
from core.bureau.tables import BureauReport
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import MONTH_NAMES, format_date, format_datetime, ist_date
from core.kernel.money import format_inr

SCORE_FLOOR, SCORE_TOP = 300, 900
TONES = {
    "on time": "good",
    "1–30": "warn",
    "31–60": "bad",
    "61–90": "bad",
    "90+": "bad",
    "not reported": "none",
}


class BureauTab(SecureState, rx.State):
    """The report in use and every pull of the case."""

    READ = Permission.BUREAU_READ

    loaded: bool = False
    has_report: bool = False
    asking: bool = False
    can_pull: bool = False
    fresh: bool = False
    stale: str = ""
    trouble: str = ""
    status: str = ""
    score: str = ""
    score_words: str = ""
    score_width: str = "0%"
    score_tone: str = ""
    figures: list[dict[str, str]] = []
    source: list[tuple[str, str]] = []
    accounts: list[dict[str, str]] = []
    enquiries: list[dict[str, str]] = []
    months: list[str] = []
    grid: list[dict[str, Any]] = []
    history: list[dict[str, str]] = []
    _seen_report: int = 0

    @query(Permission.BUREAU_READ)
    async def load(self) -> None:
        """Read the report; looking at it is on record, once per report and not per refresh."""
        case_id = self._address_id("case")
        known = self._seen_report

        def read(uow: UnitOfWork) -> tuple[BureauView, str]:
            application = require_open(uow, uow.get(Application, case_id))
            shown = current_view(uow, case_id)
            seen = shown.report is not None and shown.report.id == known
            return bureau_view(uow, case_id, first_look=not seen), application.status

        found, status = await in_unit_of_work(read, use_case="bureau_tab")
        self._fill(found)
        self._seen_report = found.report.id if found.report else 0
        self.can_pull = require_actor().can(Permission.BUREAU_PULL) and status in PULL_IN
        self.loaded = True

    def _fill(self, found: BureauView) -> None:
        report, last = found.report, found.last_pull
        self.has_report = report is not None
        self.asking = found.open_pull is not None
        self.fresh = report is not None and not found.stale
        self.stale = (
            t(
                "This report is {days} days old. Pull a new one before you decide.",
                days=found.age_days,
            )
            if found.stale
            else ""
        )
        failed = last is not None and last.status in ("refused", "unavailable", "no_answer")
        self.trouble = (last.message or t("The bureau gave no answer")) if last and failed else ""
        self.history = [_pull_row(one) for one in found.history]
        if report is None:
            return
        self.status = report.status
        self.score = str(report.score) if report.score is not None else "–"
        self.score_words = (
            t(
                "{name}, {low} to {top}",
                name=report.score_name or t("Score"),
                low=SCORE_FLOOR,
                top=SCORE_TOP,
            )
            if report.score is not None
            else t("The bureau knows no score of this person")
        )
        part = ((report.score or SCORE_FLOOR) - SCORE_FLOOR) * 100 // (SCORE_TOP - SCORE_FLOOR)
        self.score_width = f"{max(2, min(100, part))}%"
        self.score_tone = (
            ""
            if report.score is None
            else "good"
            if report.score >= 700
            else "warn"
            if report.score >= 620
            else "bad"
        )
        self.figures = _figures(report)
        self.source = _source(report)
        self.accounts = [_account(one) for one in report.summary.get("accounts", [])]
        self.enquiries = [_enquiry(one) for one in report.summary.get("enquiries", [])][:30]
        rows = grid_of(report.summary, ist_date(report.pulled_at or report.requested_at))
        self.months = (
            [_month_head(cell.month, n) for n, cell in enumerate(rows[0].cells)] if rows else []
        )
        self.grid = [_grid_row(row) for row in rows]

    @command(Permission.BUREAU_PULL)
    async def pull(self) -> Any:
        """Ask the bureau for the first time, or after 30 days."""
        return await self._pull("")

    @command(Permission.BUREAU_PULL)
    async def pull_again(self, reason: str) -> Any:
        """Ask once more although a fresh report is there."""
        return await self._pull(reason)

    async def _pull(self, reason: str) -> Any:
        given = RequestPull(self._address_id("case"), reason)
        await in_unit_of_work(lambda uow: request_pull(uow, given), use_case="request_pull")
        return [
            ui.toast_done(t("The bureau was asked; the report arrives by itself")),
            BureauTab.load,
        ]


def _figures(report: BureauReport) -> list[dict[str, str]]:
    def one(label: str, value: str, tone: str = "") -> dict[str, str]:
        return {"label": label, "value": value, "tone": tone}

    return [
        one(t("Instalments a month"), format_inr(report.monthly_instalment_paise)),
        one(t("Open credit lines"), str(report.active_accounts)),
        one(t("Owed in all"), format_inr(report.total_balance_paise)),
        one(t("Overdue now"), format_inr(report.total_overdue_paise),
            "bad-text" if report.total_overdue_paise else ""),
        one(t("On cards"), format_inr(report.card_balance_paise)),
        one(t("Enquiries, 30 days / 12 months"),
            f"{report.enquiries_30_days} / {report.enquiries_12_months}"),
        one(t("Worst delay in 12 months"),
            t("{days} days", days=report.worst_dpd_12_months),
            "bad-text" if report.worst_dpd_12_months > 30 else ""),
        one(t("Written off or settled"), str(report.write_offs),
            "bad-text" if report.write_offs else ""),
    ]  # fmt: skip


def _source(report: BureauReport) -> list[tuple[str, str]]:
    pairs = [
        (t("Bureau"), report.provider.capitalize()),
        (t("Pulled"), format_datetime(report.pulled_at or report.requested_at)),
        (t("Asked by"), report.requested_by_name),
        (t("Name on record"), report.recorded_name),
        (t("Consent"), t("No. {number}", number=report.consent_id)),
        (t("Reason for another pull"), report.reason),
    ]
    return [(label, value) for label, value in pairs if value]


def _money(value: Any) -> str:
    return "–" if value is None else format_inr(int(value))


def _day(value: Any) -> str:
    return format_date(dt.date.fromisoformat(value)) if value else "–"


def _account(one: dict[str, Any]) -> dict[str, str]:
    state = t("Open") if one.get("open") else t("Closed")
    if one.get("written_off"):
        state = t("Written off")
    elif one.get("settled"):
        state = t("Settled")
    return {
        "lender": one.get("lender", ""),
        "type": one.get("type", ""),
        "number": one.get("number", ""),
        "state": state,
        "opened": _day(one.get("opened_on")),
        "balance": _money(one.get("balance_paise")),
        "overdue": _money(one.get("overdue_paise")),
        "instalment": _money(one.get("instalment_paise")),
        "days": str(one["days_past_due"]) if one.get("days_past_due") is not None else "–",
        "href": "",
    }


def _enquiry(one: dict[str, Any]) -> dict[str, str]:
    return {
        "on": _day(one.get("on")),
        "lender": one.get("lender", ""),
        "purpose": _purpose(str(one.get("purpose", ""))),
        "amount": _money(one.get("amount_paise")),
        "href": "",
    }


def _purpose(text: str) -> str:
    """The bureau's own word; a bare code is said to be one."""
    return t("code {code}", code=text) if text.isdigit() else text


def _month_head(text: str, position: int) -> str:
    """The year stands only where it begins, so that 24 months fit."""
    named = _month(text)
    return named if position == 0 or text.endswith("-01") else named[:3]


def _month(text: str) -> str:
    year, month = text.split("-")
    return f"{MONTH_NAMES[int(month) - 1]} {year[2:]}"


def _grid_row(row: GridRow) -> dict[str, Any]:
    return {
        "name": f"{row.lender} {row.number}".strip(),
        "cells": [
            {
                "text": "" if cell.days is None else str(cell.days),
                "tone": TONES[cell.band],
                "title": f"{_month(cell.month)}: {cell.band}",
            }
            for cell in row.cells
        ],
    }


def _pull_row(one: BureauReport) -> dict[str, str]:
    return {
        "when": format_datetime(one.requested_at),
        "status": one.status,
        "score": str(one.score) if one.score is not None else "–",
        "by": one.requested_by_name,
        "remark": one.message or one.reason or "–",
        "href": "",
    }


ACCOUNT_COLUMNS = (
    ui.Column("lender", "Lender"),
    ui.Column("type", "Kind"),
    ui.Column("number", "Number"),
    ui.Column("state", "State"),
    ui.Column("opened", "Opened"),
    ui.Column("balance", "Owed", kind="money"),
    ui.Column("overdue", "Overdue", kind="money"),
    ui.Column("instalment", "Instalment", kind="money"),
    ui.Column("days", "Days late", kind="number"),
)
ENQUIRY_COLUMNS = (
    ui.Column("on", "Date"),
    ui.Column("lender", "Asked by"),
    ui.Column("purpose", "For"),
    ui.Column("amount", "Amount", kind="money"),
)
PULL_COLUMNS = (
    ui.Column("when", "Asked"),
    ui.Column("status", "State", kind="status"),
    ui.Column("score", "Score", kind="number"),
    ui.Column("by", "By"),
    ui.Column("remark", "Remark"),
)


def _figure(one: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(one["label"]), rx.el.dd(one["value"], class_name=one["tone"]))


def _pair(one: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(one[0]), rx.el.dd(one[1]))


def _ask() -> rx.Component:
    state = BureauTab
    return rx.cond(
        state.can_pull,
        rx.cond(
            state.asking,
            ui.button(t("The bureau is being asked"), disabled=True),
            rx.cond(
                state.fresh,
                ui.confirm(
                    t("Pull again"),
                    state.pull_again,
                    title=t("A fresh report is there. Pull another one?"),
                    effect=t("Each pull is an enquiry on the person's record and costs money."),
                    reason=t("Why is another report needed?"),
                ),
                ui.confirm(
                    t("Pull the credit report"),
                    state.pull,
                    title=t("Ask the bureau for the credit report?"),
                    effect=t("The customer has consented; the pull marks the person's record."),
                    button=t("Pull the report"),
                    kind="primary",
                ),
            ),
        ),
    )


def _months_grid() -> rx.Component:
    state = BureauTab

    def cell(one: Any) -> rx.Component:
        return rx.el.td(
            rx.el.span(
                one["text"],
                class_name="month " + one["tone"].to(str),
                title=one["title"],
                role="img",
                aria_label=one["title"],
            )
        )

    def line(one: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(one["name"], scope="row"),
            rx.foreach(one["cells"].to(list[dict[str, str]]), cell),
        )

    return rx.cond(
        state.grid.length() > 0,
        ui.section(
            t("Days past due, 24 months"),
            rx.el.div(
                rx.el.table(
                    rx.el.thead(
                        rx.el.tr(
                            rx.el.th("", scope="col"),
                            rx.foreach(
                                state.months,
                                lambda one: rx.el.th(one, scope="col", class_name="muted"),
                            ),
                        )
                    ),
                    rx.el.tbody(rx.foreach(state.grid, line)),
                    class_name="months",
                ),
                class_name="scroll",
            ),
        ),
    )


def bureau_tab() -> rx.Component:
    """The tab."""
    state = BureauTab
    score = rx.el.div(
        rx.el.div(rx.el.span(state.score, class_name="amount"), ui.status_chip(state.status),
                  class_name="row spread"),
        rx.el.div(rx.el.span(style={"width": state.score_width}),
                  class_name="meter " + state.score_tone),
        rx.el.div(state.score_words, class_name="muted"),
        class_name="stack-s",
    )  # fmt: skip
    return rx.cond(
        state.loaded,
        ui.stack(
            rx.cond(state.trouble, ui.note(state.trouble, tone="warn")),
            rx.cond(state.stale, ui.note(state.stale, tone="warn")),
            rx.cond(
                state.has_report,
                rx.fragment(
                    ui.columns(
                        ui.section(
                            t("Score"),
                            score,
                            rx.el.dl(rx.foreach(state.source, _pair), class_name="facts"),
                            actions=[_ask()],
                        ),
                        ui.section(
                            t("Burden"),
                            rx.el.dl(rx.foreach(state.figures, _figure), class_name="facts"),
                        ),
                    ),
                    _months_grid(),
                    ui.section(
                        t("Credit lines"),
                        ui.simple_table(
                            ACCOUNT_COLUMNS, state.accounts, empty="No credit lines are reported."
                        ),
                        flush=True,
                    ),
                    ui.section(
                        t("Enquiries of lenders"),
                        ui.simple_table(
                            ENQUIRY_COLUMNS, state.enquiries, empty="No enquiries are reported."
                        ),
                        flush=True,
                    ),
                ),
                ui.section(
                    t("Credit report"),
                    ui.empty(t("No credit report was pulled for this person yet."), _ask()),
                ),
            ),
            ui.section(
                t("Every pull of this case"),
                ui.simple_table(PULL_COLUMNS, state.history, empty="Nothing was asked yet."),
                flush=True,
            ),
        ),
        ui.loading(),
    )


register_tab("bureau", "Bureau", Permission.BUREAU_READ, bureau_tab, BureauTab.load)
