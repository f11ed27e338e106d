"""Decides how a case is laid out: a head with figures and steps, then the tabs of all features.
The head never scrolls away from what it is about; what waits and for whom is its first line."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_state import REJECT_OPTIONS, WORDS, CaseState
from backoffice.application.case_tabs import CaseTab, load_tabs
from backoffice.shell import page, t
from backoffice.shell.shell_state import ShellState
from backoffice.ui.client_piece import RouterLink
from core.access.permission import Permission


def _figure(one: Any) -> rx.Component:
    return rx.el.div(
        rx.el.dt(one["label"].to(str)),
        rx.el.dd(
            rx.el.div(one["value"].to(str), class_name="strong"),
            rx.cond(one["note"], rx.el.div(one["note"].to(str), class_name="muted")),
        ),
    )


def _identifier(label: str, value: Any, field: str) -> rx.Component:
    return rx.cond(
        value,
        rx.el.div(
            rx.el.dt(label),
            rx.el.dd(ui.masked(value, "customer", CaseState.customer_id, field)),
        ),
    )


def _head() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.dl(rx.foreach(CaseState.figures, _figure), class_name="facts"),
            rx.el.dl(
                _identifier(t("PAN"), CaseState.pan, "pan"),
                _identifier(t("Mobile"), CaseState.mobile, "mobile"),
                _identifier(t("Account"), CaseState.account, "account"),
                class_name="facts",
            ),
            class_name="card-body stack",
        ),
        class_name="card",
    )


def _waits() -> rx.Component:
    return rx.el.div(
        rx.el.span(CaseState.next_words, class_name="strong"),
        rx.cond(
            CaseState.waits,
            rx.el.span(" · ", t("in this state for"), " ", CaseState.waits, class_name="muted"),
        ),
        class_name="note info",
        role="status",
    )


def _offered(step: str) -> Any:
    return CaseState.steps.contains(step)


def _actions() -> list[rx.Component]:
    def asks(step: str, kind: str = "plain") -> rx.Component:
        return rx.cond(
            _offered(step),
            ui.button(t(WORDS[step]), CaseState.open_dialog(step), kind=kind),  # pyright: ignore
        )

    return [
        asks("reassign", "quiet"),
        asks("cancel", "quiet"),
        asks("reject", "danger"),
        asks("send_back"),
        asks("return_to_review"),
        rx.cond(
            _offered("start_review"),
            ui.button(t(WORDS["start_review"]), CaseState.start_review, kind="primary"),
        ),
        rx.cond(
            _offered("send_to_credit"),
            ui.button(t(WORDS["send_to_credit"]), CaseState.send_to_credit, kind="primary"),
        ),
        ui.next_case(CaseState.next_case, t("Next")),
    ]


def _reason_dialog(
    step: str, handler: Any, title: str, lead: str, label: str, button: str, kind: str = "primary"
) -> rx.Component:
    return ui.dialog(
        CaseState.dialog == step,
        rx.el.p(lead, class_name="muted"),
        ui.form(
            CaseState,
            handler,
            ui.hidden("version", CaseState.dialog_version),
            ui.text_area(CaseState, "reason", label),
            submit=button,
            kind=kind,
        ),
        title=title,
        on_close=CaseState.close_dialog,
    )


def _dialogs() -> rx.Component:
    return rx.fragment(
        _reason_dialog(
            "send_back",
            CaseState.ask_customer,
            t("Ask the customer"),
            t("It is sent by SMS and stays on top of the customer's page until answered."),
            t("What do you need, in the customer's words?"),
            t("Send to the customer"),
        ),
        _reason_dialog(
            "return_to_review",
            CaseState.return_to_review,
            t("Return to the loan executive"),
            t("The loan executive is notified and has the case again."),
            t("What should be done?"),
            t("Return the case"),
        ),
        _reason_dialog(
            "cancel",
            CaseState.cancel_case,
            t("Cancel the application"),
            t("Only at the customer's wish. A cancelled application cannot be opened again."),
            t("What did the customer say?"),
            t("Cancel the application"),
            "danger",
        ),
        ui.dialog(
            CaseState.dialog == "reject",
            rx.el.p(
                t("The customer is told the reason in plain words. This cannot be undone."),
                class_name="muted",
            ),
            ui.form(
                CaseState,
                CaseState.reject_case,
                ui.hidden("version", CaseState.dialog_version),
                ui.select_field(CaseState, "code", t("Reason"), options=REJECT_OPTIONS),
                ui.text_area(
                    CaseState,
                    "note",
                    t("Note for colleagues"),
                    hint=t("The customer does not see this."),
                    optional=True,
                ),
                submit=t("Reject the application"),
                kind="danger",
            ),
            title=t("Reject the application"),
            on_close=CaseState.close_dialog,
        ),
        ui.dialog(
            CaseState.dialog == "reassign",
            ui.form(
                CaseState,
                CaseState.move_case,
                ui.hidden("version", CaseState.dialog_version),
                ui.select_field(CaseState, "staff_id", t("Colleague"), options=CaseState.people),
                ui.text_area(CaseState, "reason", t("Why does the case move?")),
                submit=t("Give the case"),
            ),
            title=t("Give the case to a colleague"),
            on_close=CaseState.close_dialog,
        ),
    )


def _tab_link(tab: CaseTab) -> rx.Component:
    made = RouterLink.create(
        t(tab.label),
        to=f"?tab={tab.code}" if tab.code != "overview" else "?",
        class_name="tab",
        custom_attrs={"aria-current": rx.cond(CaseState.tab == tab.code, "page", "false")},
    )
    return rx.cond(ShellState.permissions.contains(str(tab.permission)), made)


def _tabs() -> rx.Component:
    tabs = load_tabs()
    return rx.fragment(
        rx.el.nav(
            *[_tab_link(tab) for tab in tabs],
            class_name="tabs",
            aria_label=t("Parts of this case"),
        ),
        rx.match(
            CaseState.tab,
            *[(tab.code, tab.component()) for tab in tabs],
            ui.loading(),
        ),
    )


@page(
    route="/[brand]/loans/[case]",
    title="Case",
    permission=Permission.APPLICATION_OPEN,
    on_load=[CaseState.enter, CaseState.load, CaseState.watch_changes],
)
def case_page() -> rx.Component:
    """One case, from the application to the closed loan."""
    return ui.screen(
        ui.page_header(
            CaseState.title,
            *_actions(),
            subtitle=CaseState.number,
            back=(t("Applications and loans"), ui.brand_path("/loans")),
            beside=ui.status_chip(CaseState.status),
        ),
        rx.cond(CaseState.claimed, ui.note(CaseState.claimed, tone="warn")),
        rx.cond(CaseState.number, rx.fragment(_waits(), _head(), _tabs()), ui.loading(8)),
        _dialogs(),
        ui.conflict_dialog(CaseState),
    )
