"""Decides what a borrower sees before signing: what the loan costs, then the papers, then the link.
The cost stands before the button, since nobody should sign for a number they have not seen."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.agreement.agreement_case_tab import key_fact_rows
from backoffice.decision.cam_case_tab import figure_list
from backoffice.security import (
    CUSTOMER,
    SecureState,
    command,
    in_query,
    in_unit_of_work,
    query,
    watch,
)
from backoffice.self_service.customer_panels import register_panel
from backoffice.shell import t
from core.access.permission import Permission
from core.agreement import service
from core.kernel.business_day import format_datetime
from core.kernel.money import format_inr
from core.kernel.rate import format_bps
from integrations import registry


class CustomerSign(SecureState, rx.State):
    """The papers of the logged-in customer."""

    READ = Permission.CUSTOMER_SELF
    AUDIENCE = CUSTOMER

    shown: bool = False
    may_sign: bool = False
    signed: str = ""
    waiting: bool = False
    valid_until: str = ""
    amount: str = ""
    apr: str = ""
    figures: list[dict[str, str]] = []
    facts: list[dict[str, str]] = []
    papers: list[dict[str, str]] = []
    _application_id: int = 0

    @query(Permission.CUSTOMER_SELF)
    async def load(self) -> None:
        """Read the papers."""
        found = await in_query(service.own_papers, use_case="own_papers")
        self.shown = found is not None
        if found is None:
            return
        papers, facts = found.agreement, found.facts
        self._application_id = found.application.id
        self.may_sign = found.may_sign
        self.signed = format_datetime(papers.signed_at) if papers.signed_at else ""
        self.waiting = papers.status in ("made", "sending", "unknown")
        self.valid_until = found.valid_until
        self.amount = format_inr(papers.amount_paise)
        self.apr = format_bps(facts.apr_bps)
        first = facts.schedule[0]
        count = len(facts.schedule)
        pairs = [
            (t("You receive"), format_inr(facts.net_disbursed_paise)),
            (
                t("You pay {count} times", count=count) if count > 1 else t("You pay once"),
                format_inr(facts.instalment_paise),
            ),
            (t("First payment on"), first.due_on),
            (t("You pay in all"), format_inr(facts.total_payable_paise)),
        ]
        self.figures = [{"label": label, "value": value, "tone": ""} for label, value in pairs]
        rows = (*facts.part_one, *facts.part_two)
        self.facts = [{"label": one.label, "value": one.value, "note": one.note} for one in rows]
        named = [
            (papers.kfs_document_id, t("Key facts statement (PDF)")),
            (papers.agreement_document_id, t("Loan agreement (PDF)")),
            (papers.signed_document_id, t("Signed agreement (PDF)")),
        ]
        self.papers = [
            {"label": label, "href": f"/files/document/{number}"}
            for number, label in named
            if number
        ]

    @command(Permission.CUSTOMER_SELF)
    async def sign(self) -> Any:
        """Open the e-sign provider's page for these papers."""
        link = await in_unit_of_work(service.signing_link, use_case="open_signing_page")
        return rx.redirect(registry.customer_link(link, self.router.url.netloc), is_external=False)

    watch_changes = watch(
        Permission.CUSTOMER_SELF,
        "agreement",
        "application",
        concerns=lambda self, change: (
            change.subject != "application" or change.subject_id == self._application_id
        ),
    )


def sign_panel() -> rx.Component:
    """The panel."""
    state = CustomerSign

    def paper(one: Any) -> rx.Component:
        return rx.el.a(
            ui.icon("file_text"),
            " ",
            one["label"],
            href=one["href"].to(str),
            target="_blank",
            rel="noopener",
            class_name="btn plain",
        )

    return rx.cond(
        state.shown,
        ui.section(
            rx.cond(state.signed, t("Your agreement"), t("Read and sign")),
            rx.cond(
                state.signed,
                ui.note(t("You signed on"), " ", state.signed, ".", tone="good"),
                rx.cond(
                    state.waiting,
                    ui.note(t("Your papers are ready; the link to sign follows shortly.")),
                    ui.note(t("The offer stands until"), " ", state.valid_until, "."),
                ),
            ),
            rx.el.div(
                rx.el.div(t("Loan"), class_name="muted"),
                rx.el.div(state.amount, class_name="amount"),
                rx.el.div(
                    t("Annual percentage rate, all fees included:"),
                    " ",
                    rx.el.span(state.apr, class_name="strong"),
                ),
                class_name="stack-s",
            ),
            figure_list(state.figures),
            rx.el.details(rx.el.summary(t("All key facts")), key_fact_rows(state.facts)),
            rx.el.div(rx.foreach(state.papers, paper), class_name="stack-s"),
            rx.cond(
                state.may_sign,
                ui.button(t("Sign the agreement"), state.sign, kind="primary wide"),
            ),
        ),
    )


register_panel("sign", "application", sign_panel, CustomerSign.load, order=5)
