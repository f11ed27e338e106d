"""Decides how the credit appraisal is laid out: the form on the left, its figures on the right.
Every prefilled value says where it comes from; a picture shows what the salary still carries."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.decision.cam_form import OBLIGATION_ROWS
from backoffice.decision.cam_state import CamTab
from backoffice.shell import t
from backoffice.ui.client_piece import LiveFormPiece
from core.access.permission import Permission
from core.decision.cam import SALARIES_WANTED

SALARY_COLUMNS = (
    ui.Column("month", "Month"),
    ui.Column("amount", "Salary", kind="money"),
    ui.Column("source", "Where it comes from"),
)
DUTY_COLUMNS = (
    ui.Column("name", "Lender"),
    ui.Column("amount", "A month", kind="money"),
    ui.Column("source", "Where it comes from"),
    ui.Column("counted", "Counted"),
    ui.Column("note", "Remark"),
)
VERSION_COLUMNS = (
    ui.Column("number", "Version"),
    ui.Column("status", "State", kind="status"),
    ui.Column("amount", "Amount", kind="money"),
    ui.Column("maker", "By"),
    ui.Column("when", "When"),
    ui.Column("why", "Why it ended"),
)


def foir_picture(state: Any) -> rx.Component:
    """How much of the salary is bound, with the policy's mark on every bar."""

    def line(one: Any) -> rx.Component:
        return rx.el.div(
            rx.el.span(one["name"]),
            rx.el.div(
                rx.el.span(style={"width": one["width"]}),
                rx.el.i(class_name="foir-mark", style={"left": state.foir_mark}),
                class_name="meter " + one["tone"].to(str),
            ),
            rx.el.span(one["value"], class_name="strong right"),
            class_name="foir-line",
        )

    return rx.el.figure(
        rx.el.div(rx.foreach(state.foir, line), class_name="foir", aria_hidden="true"),
        rx.el.figcaption(state.foir_words, class_name="muted"),
        class_name="stack-s",
    )


def figure_list(rows: Any) -> rx.Component:
    """Labels and amounts, one below the other."""
    return rx.el.dl(
        rx.foreach(
            rows,
            lambda one: rx.el.div(
                rx.el.dt(one["label"]), rx.el.dd(one["value"], class_name=one["tone"].to(str))
            ),
        ),
        class_name="facts sum",
    )


def _limits() -> rx.Component:
    def line(one: Any) -> rx.Component:
        return rx.el.div(
            rx.el.span(one["name"]),
            rx.el.div(
                rx.el.span(style={"width": one["width"]}),
                class_name=rx.cond(one["binding"], "meter warn", "meter"),
            ),
            rx.el.span(one["amount"], class_name="right"),
            class_name="foir-line",
        )

    return rx.el.div(rx.foreach(CamTab.limits, line), class_name="foir")


def _salary(n: int) -> rx.Component:
    name = f"salary_{n}"
    source = CamTab.sources[f"{name}_source"]
    month = CamTab.fields[f"{name}_month"]
    return ui.money_field(
        CamTab,
        name,
        rx.cond(month, month, t("Salary {number}", number=n + 1)),
        value=CamTab.fields[name],
        hint=rx.cond(source, source, t("typed by hand")),
    )


def _duty(n: int) -> rx.Component:
    prefix = f"duty_{n}"
    shown = CamTab.duty_rows > n
    return rx.cond(
        shown,
        rx.el.div(
            ui.field(CamTab, f"{prefix}_name", t("Lender"), value=CamTab.fields[f"{prefix}_name"]),
            ui.money_field(
                CamTab, f"{prefix}_amount", t("A month"), value=CamTab.fields[f"{prefix}_amount"]
            ),
            ui.check_field(
                CamTab,
                f"{prefix}_counted",
                t("Counted"),
                value=CamTab.fields[f"{prefix}_counted"] == "on",
            ),
            ui.field(
                CamTab,
                f"{prefix}_note",
                t("Remark"),
                value=CamTab.fields[f"{prefix}_note"],
                optional=True,
            ),
            rx.el.div(
                rx.cond(
                    CamTab.sources[f"{prefix}_source"],
                    rx.el.span(CamTab.sources[f"{prefix}_source"], class_name="muted"),
                ),
                rx.cond(
                    CamTab.errors[f"obligation_{n}"],
                    rx.el.div(
                        CamTab.errors[f"obligation_{n}"], class_name="bad-text", role="alert"
                    ),
                ),
                class_name="source",
            ),
            class_name="cam-row",
        ),
    )


def _deviation(one: Any) -> rx.Component:
    code = one["code"].to(str)

    def box(prefix: str, label: str, value: Any, optional: bool) -> rx.Component:
        field_id = "CamTab-" + prefix + code
        mark = [rx.el.span(" ", t("(optional)"), class_name="optional")] if optional else []
        return rx.el.div(
            rx.el.label(label, *mark, html_for=field_id),
            rx.el.input(
                id=field_id,
                name=prefix + code,
                default_value=value,
                class_name="input",
                auto_complete="off",
                key=value.to(str),
            ),
            class_name="field",
        )

    return rx.el.div(
        ui.row(ui.status_chip(one["outcome"].to(str)), rx.el.span(one["sentence"])),
        ui.pair(
            box("dev_", t("Why is the loan right all the same?"), one["reason"], False),
            box("mit_", t("What balances it?"), one["mitigant"], True),
        ),
        class_name="stack-s",
    )


def _form() -> rx.Component:
    state = CamTab
    fields = state.fields
    return LiveFormPiece.create(
        ui.form(
            state,
            state.save,
            ui.hidden("version", state.cam_version),
            ui.section(
                t("Salary"),
                rx.el.div(*[_salary(n) for n in range(SALARIES_WANTED)], class_name="columns"),
                rx.cond(
                    state.errors["salaries"],
                    rx.el.div(state.errors["salaries"], class_name="bad-text", role="alert"),
                ),
            ),
            ui.section(
                t("Obligations"),
                *[_duty(n) for n in range(OBLIGATION_ROWS)],
                ui.row(
                    ui.button(t("Add an obligation"), state.add_duty, icon_name="plus", small=True)
                ),
            ),
            ui.section(
                t("The loan"),
                ui.pair(
                    ui.money_field(
                        state,
                        "proposed_paise",
                        t("Recommended amount"),
                        value=fields["proposed_paise"],
                        hint=state.limits_words,
                    ),
                    ui.field(
                        state,
                        "rate_bps",
                        state.rate_label,
                        value=fields["rate_bps"],
                        input_mode="decimal",
                    ),
                ),
                ui.pair(
                    rx.cond(
                        state.bullet,
                        rx.el.div(
                            ui.hidden("tenor", fields["tenor"]),
                            rx.el.div(
                                t("The days follow from the repayment date."), class_name="muted"
                            ),
                        ),
                        ui.field(
                            state,
                            "tenor",
                            t("Tenure") + ", " + state.tenor_unit,
                            value=fields["tenor"],
                            input_mode="numeric",
                        ),
                    ),
                    ui.date_field(
                        state,
                        "repayment_on",
                        rx.cond(state.bullet, t("Repayment date"), t("First instalment on")),
                        value=fields["repayment_on"],
                        hint=t("just after the salary"),
                    ),
                ),
            ),
            rx.cond(
                state.deviations.length() > 0,
                ui.section(t("Rules that did not pass"), rx.foreach(state.deviations, _deviation)),
            ),
            ui.section(
                t("Recommendation"),
                ui.text_area(
                    state,
                    "rationale",
                    t("Why do you recommend this loan?"),
                    value=fields["rationale"],
                    hint=t("The sanctioning authority reads this first."),
                ),
            ),
            submit=t("Save and run the rules"),
        ),
        on_live=state.recompute,
    )


def _side() -> rx.Component:
    state = CamTab
    return rx.el.div(
        ui.stack(
            ui.section(t("Share of the salary that is bound (FOIR)"), foir_picture(state)),
            ui.section(
                t("Figures"),
                rx.cond(state.live_problem, ui.note(state.live_problem, tone="warn")),
                figure_list(state.figures),
            ),
            ui.section(t("What limits the loan"), _limits()),
        ),
        class_name="sticky-side",
    )


def _recommend() -> rx.Component:
    state = CamTab
    return ui.section(
        t("Put it before sanction"),
        rx.cond(
            state.missing.length() > 0,
            ui.note(
                rx.el.div(t("Before this can be recommended"), class_name="strong"),
                rx.el.ul(rx.foreach(state.missing, lambda one: rx.el.li(one))),
                tone="warn",
            ),
            ui.note(t("Everything a recommendation needs is here."), tone="good"),
        ),
        rx.cond(state.suggestion, ui.note(state.suggestion)),
        ui.row(
            ui.confirm(
                t("Recommend"),
                state.recommend,
                title=t("Recommend this loan?"),
                effect=t("The saved appraisal is frozen and goes to the sanctioning authority."),
                kind="primary",
                disabled=state.missing.length() > 0,
            ),
            ui.button(t("Find the nearest yes"), state.find_yes, kind="quiet"),
        ),
    )


def _read_only() -> rx.Component:
    state = CamTab
    return ui.stack(
        ui.section(
            t("Salary"), ui.simple_table(SALARY_COLUMNS, state.salaries, empty="None."), flush=True
        ),
        ui.section(
            t("Obligations"),
            ui.simple_table(DUTY_COLUMNS, state.duties, empty="No obligations were found."),
            flush=True,
        ),
        rx.cond(
            state.fields["rationale"],
            ui.section(t("Recommendation"), rx.el.p(state.fields["rationale"])),
        ),
    )


def cam_tab() -> rx.Component:
    """The tab."""
    state = CamTab
    return rx.cond(
        state.loaded,
        ui.stack(
            rx.cond(
                state.number,
                ui.row(
                    rx.el.span(t("Version"), " ", state.number, class_name="strong"),
                    ui.status_chip(state.status),
                    rx.el.span(state.maker, class_name="muted"),
                ),
                rx.cond(
                    state.can_edit,
                    ui.note(t("Prefilled from the file; nothing is saved yet.")),
                    ui.note(t("Nothing was saved yet; this is what the file says.")),
                ),
            ),
            ui.columns(
                rx.cond(state.can_edit, ui.stack(_form(), _recommend()), _read_only()),
                _side(),
                wide_left=True,
            ),
            rx.cond(
                state.versions.length() > 0,
                ui.section(
                    t("Versions"),
                    ui.simple_table(VERSION_COLUMNS, state.versions),
                    flush=True,
                ),
            ),
            ui.conflict_dialog(state),
        ),
        ui.loading(8),
    )


register_tab("cam", "Appraisal", Permission.DECISION_READ, cam_tab, CamTab.load)
