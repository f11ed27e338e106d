"""Decides how the papers of a loan are shown: where they stand, what they say, what may be done.
The figures are those printed on the paper, worked out from the very terms that are frozen in it."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.decision.cam_case_tab import figure_list
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query
from backoffice.security.access import require_actor
from backoffice.shell import t
from core.access.permission import Permission
from core.agreement import service
from core.agreement.key_facts import KeyFacts, Row
from core.agreement.life_cycle import STATUS_WORDS
from core.agreement.service import AgreementView
from core.agreement.tables import Agreement
from core.kernel.business_day import format_datetime
from core.kernel.money import format_inr
from core.kernel.rate import format_bps

NEXT = {
    "making": "The papers are being made; this takes a few seconds.",
    "made": "Look at the papers, then send them to the customer for signature.",
    "sending": "The papers are on their way to the e-sign provider.",
    "unknown": "The provider gave no clear answer. Make the papers again to be sure.",
    "sent": "The customer has the link and can sign until the offer lapses.",
    "signed": "The contract is signed; the payout can be requested.",
    "declined": "The customer declined. Talk to the customer, then make the papers again.",
    "expired": "The offer lapsed. Make the papers again.",
    "signing_failed": "The signature failed at the provider. Make the papers again.",
    "failed": "The papers could not be made. Make them again.",
    "void": "These papers have no force any more.",
}
PAPERS = (
    ("kfs_document_id", "Key facts statement"),
    ("agreement_document_id", "Loan agreement"),
    ("sanction_document_id", "Sanction letter"),
    ("signed_document_id", "Signed agreement"),
)


class AgreementTab(SecureState, rx.State):
    """The papers of a case."""

    READ = Permission.APPLICATION_OPEN

    loaded: bool = False
    has_papers: bool = False
    status: str = ""
    next_words: str = ""
    message: str = ""
    version: str = ""
    number: str = ""
    figures: list[dict[str, str]] = []
    dates: list[tuple[str, str]] = []
    papers: list[dict[str, str]] = []
    part_one: list[dict[str, str]] = []
    part_two: list[dict[str, str]] = []
    schedule: list[dict[str, str]] = []
    history: list[dict[str, str]] = []
    can_send: bool = False
    can_make: bool = False
    can_withdraw: bool = False

    @query(Permission.APPLICATION_OPEN)
    async def load(self) -> None:
        """Read the papers."""
        case_id = self._address_id("case")
        found = await in_query(
            lambda uow: service.agreement_view(uow, case_id), use_case="agreement_tab"
        )
        self._show(found)
        self.loaded = True

    def _show(self, found: AgreementView) -> None:
        papers, application = found.agreement, found.application
        may = require_actor().can(Permission.AGREEMENT_SEND)
        self.version = str(application.version)
        self.has_papers = papers is not None
        state = papers.status if papers else ""
        alive = state in ("making", "made", "sending", "unknown", "sent", "signed")
        at_sanction = application.status == "sanctioned"
        self.can_send = may and at_sanction and state == "made" and not found.out_of_date
        self.can_make = may and at_sanction and (not alive or state in ("made", "unknown"))
        self.can_withdraw = may and application.status in ("agreement_sent", "signed")
        self.history = [_history(one) for one in found.history]
        if papers is None or found.facts is None:
            return
        self.status = state
        self.number = str(papers.number)
        self.next_words = t(NEXT.get(state, ""))
        if found.out_of_date:
            self.next_words = t("The offer in these papers has lapsed. Make them again.")
        self.message = papers.message or papers.void_reason
        self.figures = _figures(papers, found.facts)
        self.dates = _dates(papers)
        self.papers = [
            {"label": t(label), "href": f"/files/document/{getattr(papers, name)}"}
            for name, label in PAPERS
            if getattr(papers, name)
        ]
        self.part_one = [_row(one) for one in found.facts.part_one]
        self.part_two = [_row(one) for one in found.facts.part_two]
        self.schedule = [
            {"number": one.number, "due_on": one.due_on, "opening": one.opening,
             "principal": one.principal, "interest": one.interest, "total": one.total, "href": ""}
            for one in found.facts.schedule
        ]  # fmt: skip

    @command(Permission.AGREEMENT_SEND)
    async def send(self) -> Any:
        """Send the agreement to the customer for signature."""
        given = service.SendForSignature(self._address_id("case"), _number(self.version))
        await in_unit_of_work(
            lambda uow: service.send_for_signature(uow, given), use_case="send_for_signature"
        )
        return [ui.toast_done(t("The agreement goes out for signature")), AgreementTab.load]

    @command(Permission.AGREEMENT_SEND)
    async def make_again(self) -> Any:
        """Make fresh papers."""
        case_id, version = self._address_id("case"), _number(self.version)
        await in_unit_of_work(
            lambda uow: service.make_again(uow, case_id, version), use_case="make_papers_again"
        )
        return [ui.toast_done(t("New papers are being made")), AgreementTab.load]

    @command(Permission.AGREEMENT_SEND)
    async def withdraw(self, reason: str) -> Any:
        """Take the papers back with a reason."""
        given = service.Withdraw(self._address_id("case"), _number(self.version), reason)
        await in_unit_of_work(lambda uow: service.withdraw(uow, given), use_case="withdraw_papers")
        return [ui.toast_done(t("The papers are void")), AgreementTab.load]


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 18 else 0


def _figures(papers: Agreement, facts: KeyFacts) -> list[dict[str, str]]:
    count = len(facts.schedule)
    pairs = [
        (t("Amount"), format_inr(papers.amount_paise)),
        (t("APR"), format_bps(facts.apr_bps)),
        (t("Instalment") if count > 1 else t("To be repaid"),
         format_inr(facts.instalment_paise) + (f" × {count}" if count > 1 else "")),
        (t("Reaches the account"), format_inr(facts.net_disbursed_paise)),
        (t("Total to pay"), format_inr(facts.total_payable_paise)),
    ]  # fmt: skip
    return [{"label": label, "value": value, "tone": ""} for label, value in pairs]


def _dates(papers: Agreement) -> list[tuple[str, str]]:
    pairs = [
        (t("Made"), papers.made_at),
        (t("Sent"), papers.sent_at),
        (t("Signed"), papers.signed_at),
        (t("Offer stands until"), papers.expires_at if papers.status != "signed" else None),
    ]
    found = [(label, format_datetime(moment)) for label, moment in pairs if moment is not None]
    if papers.signed_by_name:
        found.append((t("Signed by"), papers.signed_by_name))
    if papers.provider:
        found.append((t("E-sign provider"), papers.provider.capitalize()))
    return found


def _row(one: Row) -> dict[str, str]:
    return {"number": one.number, "label": one.label, "value": one.value, "note": one.note}


def _history(one: Agreement) -> dict[str, str]:
    return {
        "number": t("Papers {number}", number=one.number),
        "status": one.status,
        "amount": format_inr(one.amount_paise),
        "apr": format_bps(one.apr_bps) if one.apr_bps else "–",
        "made": format_datetime(one.made_at),
        "why": one.void_reason or one.message or t(STATUS_WORDS[one.status]),
        "href": "",
    }


HISTORY_COLUMNS = (
    ui.Column("number", "Papers"),
    ui.Column("status", "State", kind="status"),
    ui.Column("amount", "Amount", kind="money"),
    ui.Column("apr", "APR", kind="number"),
    ui.Column("made", "Made"),
    ui.Column("why", "Remark"),
)
SCHEDULE_COLUMNS = (
    ui.Column("number", "No."),
    ui.Column("due_on", "Due on"),
    ui.Column("opening", "Owed before", kind="money"),
    ui.Column("principal", "Principal", kind="money"),
    ui.Column("interest", "Interest", kind="money"),
    ui.Column("total", "To pay", kind="money"),
)


def key_fact_rows(rows: Any) -> rx.Component:
    """Rows of a key facts statement, small print below the value."""

    def line(one: Any) -> rx.Component:
        return rx.el.div(
            rx.el.dt(one["label"]),
            rx.el.dd(
                rx.el.div(one["value"], class_name="strong"),
                rx.cond(one["note"], rx.el.div(one["note"], class_name="muted")),
            ),
        )

    return rx.el.dl(rx.foreach(rows, line), class_name="facts rows")


def _papers() -> rx.Component:
    state = AgreementTab

    def line(one: Any) -> rx.Component:
        return rx.el.a(
            ui.icon("file_text"),
            " ",
            one["label"],
            href=one["href"].to(str),
            target="_blank",
            rel="noopener",
            class_name="btn plain",
        )

    return rx.el.div(rx.foreach(state.papers, line), class_name="row")


def _actions() -> rx.Component:
    state = AgreementTab
    return ui.row(
        rx.cond(
            state.can_send,
            ui.confirm(
                t("Send for signature"),
                state.send,
                title=t("Send the agreement to the customer?"),
                effect=t("The customer gets a message with the link; the case moves on."),
                kind="primary",
            ),
        ),
        rx.cond(
            state.can_make,
            ui.button(t("Make the papers again"), state.make_again, icon_name="refresh_cw"),
        ),
        rx.cond(
            state.can_withdraw,
            ui.confirm(
                t("Withdraw the papers"),
                state.withdraw,
                title=t("Withdraw the papers?"),
                effect=t("Papers and signature become void; the case returns to sanctioned."),
                reason=t("Why are they withdrawn?"),
                danger=True,
            ),
        ),
    )


def _pair(one: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(one[0]), rx.el.dd(one[1]))


def agreement_tab() -> rx.Component:
    """The tab."""
    state = AgreementTab
    return rx.cond(
        state.loaded,
        rx.cond(
            state.has_papers,
            ui.stack(
                ui.columns(
                    ui.section(
                        t("Papers") + " " + state.number,
                        ui.row(ui.status_chip(state.status)),
                        rx.el.p(state.next_words),
                        rx.cond(state.message, ui.note(state.message, tone="warn")),
                        _papers(),
                        rx.el.dl(rx.foreach(state.dates, _pair), class_name="facts"),
                        _actions(),
                    ),
                    ui.section(t("What the customer pays"), figure_list(state.figures)),
                ),
                ui.columns(
                    ui.section(t("Key facts: the loan"), key_fact_rows(state.part_one)),
                    ui.section(t("Key facts: other terms"), key_fact_rows(state.part_two)),
                ),
                ui.section(
                    t("Repayment schedule"),
                    ui.simple_table(SCHEDULE_COLUMNS, state.schedule),
                    flush=True,
                ),
                ui.section(
                    t("All papers of this case"),
                    ui.simple_table(HISTORY_COLUMNS, state.history),
                    flush=True,
                ),
            ),
            ui.section(
                t("Papers"),
                ui.empty(
                    t("The papers are made by themselves after the sanction."),
                    rx.cond(
                        state.can_make,
                        ui.button(t("Make the papers"), state.make_again, kind="primary"),
                    ),
                ),
            ),
        ),
        ui.loading(),
    )


register_tab(
    "agreement", "Agreement", Permission.APPLICATION_OPEN, agreement_tab, AgreementTab.load
)
