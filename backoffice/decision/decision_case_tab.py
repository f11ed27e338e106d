"""Decides how a decision is shown: the rules with value and threshold, and the sanction note.
Everything a sanction needs stands on one screen, with the sentence why the case came here."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.decision.cam_case_tab import figure_list, foir_picture
from backoffice.decision.decision_state import DecisionTab
from backoffice.shell import t
from backoffice.ui.client_piece import LiveFormPiece
from core.access.permission import Permission
from core.application.life_cycle import REJECT_CODES

DECISION_COLUMNS = (
    ui.Column("what", "Decision"),
    ui.Column("amount", "Amount", kind="money"),
    ui.Column("by", "By"),
    ui.Column("when", "When"),
    ui.Column("why", "Why"),
    ui.Column("authority", "Authority"),
)


def _rule(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one["code"], class_name="muted mono"),
        rx.el.span(one["name"], class_name="strong"),
        rx.el.span(ui.status_chip(one["outcome"].to(str)), class_name="rule-side"),
        rx.el.span(
            rx.el.span(one["value"], class_name="strong"),
            " · ",
            one["threshold"],
            " · ",
            rx.cond(
                one["href"],
                ui.link(one["source"], one["href"].to(str)),
                rx.el.span(one["source"], class_name="muted"),
            ),
            class_name="rule-value muted",
        ),
        class_name="rule",
    )


def _rules() -> rx.Component:
    state = DecisionTab
    run = rx.cond(
        state.can_run,
        ui.button(t("Run the rules"), state.run_rules, kind="primary", icon_name="play"),
    )
    return ui.section(
        t("Rules"),
        rx.cond(
            state.has_run,
            rx.fragment(
                rx.el.div(
                    ui.row(
                        ui.status_chip(state.outcome),
                        rx.el.span(state.outcome_words, class_name="strong"),
                    ),
                    rx.el.div(state.rules_label, " · ", state.run_words, class_name="muted"),
                    rx.cond(
                        state.outdated,
                        ui.note(
                            t("Something changed after this run. Run the rules again."), tone="warn"
                        ),
                    ),
                    class_name="stack-s pad",
                ),
                rx.el.ol(rx.foreach(state.rules, _rule), class_name="rules"),
                rx.el.div(
                    ui.button(
                        t("Run the same values again"), state.repeat, kind="quiet", small=True
                    ),
                    rx.cond(state.repeat_words, rx.el.span(state.repeat_words, class_name="muted")),
                    class_name="row pad",
                ),
            ),
            ui.empty(t("The rules were not run over this case yet.")),
        ),
        actions=[run],
        flush=True,
    )


def _compare() -> rx.Component:
    def line(one: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(one["label"], scope="row"),
            rx.el.td(one["requested"], class_name="num"),
            rx.el.td(one["recommended"], class_name="num " + one["said_tone"].to(str)),
            rx.el.td(one["sanctioned"], class_name="num " + one["given_tone"].to(str)),
        )

    heads = (t("Asked for"), t("Recommended"), t("Sanctioned"))
    return rx.el.div(
        rx.el.table(
            rx.el.caption(t("Terms"), class_name="vh"),
            rx.el.thead(
                rx.el.tr(
                    rx.el.th("", scope="col"),
                    *[rx.el.th(head, scope="col", class_name="num") for head in heads],
                )
            ),
            rx.el.tbody(rx.foreach(DecisionTab.compare, line)),
            class_name="grid",
        ),
        class_name="scroll",
    )


def _risk(one: Any) -> rx.Component:
    return rx.el.li(
        rx.el.span(one["code"], class_name="muted mono"),
        rx.el.span(one["reason"], class_name="strong"),
        rx.el.span(t("Balanced by:"), " ", one["mitigant"], class_name="rule-value muted"),
        class_name="rule",
    )


def _note() -> rx.Component:
    state = DecisionTab
    return ui.section(
        t("Sanction note"),
        rx.cond(
            state.changed,
            ui.note(
                t("Changed after the recommendation:"),
                " ",
                state.changed,
                ". ",
                t("It can only be returned to credit."),
                tone="bad",
            ),
        ),
        rx.cond(
            state.reach,
            ui.note(
                rx.el.span(t("Why it is here:"), " ", class_name="strong"),
                state.reach,
                rx.cond(state.why_not, rx.el.div(state.why_not, class_name="strong")),
                tone=rx.cond(state.mine, "good", "warn"),
            ),
        ),
        _compare(),
        ui.columns(
            rx.el.div(
                rx.cond(
                    state.rationale,
                    rx.el.blockquote(
                        rx.el.p(state.rationale),
                        rx.el.footer(state.maker, class_name="muted"),
                        class_name="stack-s",
                    ),
                ),
                rx.cond(
                    state.risks.length() > 0,
                    rx.el.div(
                        rx.el.h3(t("Deviations")),
                        rx.el.ul(rx.foreach(state.risks, _risk)),
                        class_name="stack-s",
                    ),
                    rx.el.div(t("No deviations."), class_name="muted"),
                ),
                class_name="stack",
            ),
            foir_picture(state),
        ),
    )


def _terms() -> rx.Component:
    state = DecisionTab
    revise = state.status != "recommended"
    return LiveFormPiece.create(
        ui.form(
            state,
            state.approve,
            ui.hidden("version", state.version),
            ui.pair(
                ui.money_field(state, "amount", t("Amount"), value=state.fields["amount"]),
                ui.field(state, "rate", state.rate_label, value=state.fields["rate"]),
            ),
            ui.pair(
                rx.cond(
                    state.bullet,
                    ui.hidden("tenor", state.fields["tenor"]),
                    ui.field(
                        state,
                        "tenor",
                        t("Tenure") + ", " + state.tenor_unit,
                        value=state.fields["tenor"],
                    ),
                ),
                ui.date_field(
                    state,
                    "repayment_on",
                    rx.cond(state.bullet, t("Repayment date"), t("First instalment on")),
                    value=state.fields["repayment_on"],
                ),
            ),
            rx.cond(state.live_problem, ui.note(state.live_problem, tone="warn")),
            rx.cond(state.live.length() > 0, figure_list(state.live)),
            rx.cond(
                revise,
                rx.fragment(),
                ui.text_area(
                    state,
                    "conditions",
                    t("Conditions"),
                    hint=t("One a line; they are printed in the agreement."),
                    optional=True,
                ),
            ),
            ui.text_area(
                state,
                "note",
                rx.cond(revise, t("Why does the sanction change?"), t("Note")),
                optional=False,
            ),
            submit=rx.cond(revise, t("Change the sanction"), t("Sanction")),
        ),
        on_live=state.recompute,
    )


def _act() -> rx.Component:
    state = DecisionTab
    others = ui.row(
        ui.confirm(
            t("Return to credit"),
            state.give_back,
            title=t("Return the case to credit?"),
            effect=t("The appraisal opens again as a new version."),
            reason=t("What should credit change or answer?"),
        ),
        ui.confirm(
            t("Pass up"),
            state.pass_up,
            title=t("Pass the case to the level above?"),
            effect=t("The case stays recommended; the level above is told."),
            reason=t("Why should the level above decide?"),
        ),
    )
    reject = rx.el.details(
        rx.el.summary(t("Reject instead")),
        ui.form(
            state,
            state.refuse,
            ui.hidden("version", state.version),
            ui.select_field(
                state,
                "code",
                t("Reason"),
                options=[(code, words[0]) for code, words in REJECT_CODES.items()],
                on_change=state.choose_code,
            ),
            rx.cond(
                state.reject_words,
                ui.note(
                    rx.el.div(t("The customer reads:"), class_name="strong"), state.reject_words
                ),
            ),
            ui.text_area(state, "reject_note", t("Note for colleagues"), optional=True),
            submit=t("Reject the application"),
            kind="danger",
        ),
    )
    return rx.cond(
        state.waits_for_sanction & (state.why_not == ""),
        ui.section(
            t("Your decision"),
            rx.cond(state.changed, rx.fragment(), _terms()),
            others,
            reject,
        ),
        rx.cond(
            state.waits_for_sanction & state.may_pass,
            ui.section(t("Your decision"), others),
            rx.cond(
                state.may_revise,
                ui.section(
                    t("Change the sanction"),
                    rx.el.details(
                        rx.el.summary(t("Other terms than these")),
                        ui.note(
                            t("Papers and signature of the present terms become void."), tone="warn"
                        ),
                        _terms(),
                    ),
                ),
            ),
        ),
    )


def decision_tab() -> rx.Component:
    """The tab."""
    state = DecisionTab
    return rx.cond(
        state.loaded,
        ui.stack(
            rx.cond(
                state.waits_for_sanction | (state.decisions.length() > 0),
                ui.stack(ui.columns(_note(), _act(), wide_left=True), _rules()),
                _rules(),
            ),
            rx.cond(
                state.decisions.length() > 0,
                ui.section(
                    t("What the authority said"),
                    ui.simple_table(DECISION_COLUMNS, state.decisions),
                    flush=True,
                ),
            ),
            ui.conflict_dialog(state),
        ),
        ui.loading(8),
    )


register_tab("decision", "Decision", Permission.DECISION_READ, decision_tab, DecisionTab.load)
