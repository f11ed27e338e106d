"""Decides how a bank statement looks to the person who judges it: verdict, figures, lists, rows.

The verdict on the balances stands first, because every figure below rests on it; each list leads
to its rows, and a row that breaks the chain says what was expected.
"""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.bank_statement.statement_state import CELLS, CaseStatement
from backoffice.shell import t


def verdict() -> rx.Component:
    """Whether the balances are proven, and the lines that break them."""
    state = CaseStatement
    broken = rx.el.ul(
        rx.foreach(
            state.broken,
            lambda link: rx.el.li(
                rx.el.button(
                    link["text"],
                    type="button",
                    class_name="linklike",
                    on_click=state.go_to_row(link["row"]),
                )
            ),
        ),
        class_name="briefing",
    )
    return rx.cond(
        state.proven,
        ui.note(rx.el.strong(t("Proven.")), " ", state.verdict, tone="good"),
        ui.note(
            rx.el.strong(t("Not proven.")),
            " ",
            state.verdict,
            rx.cond(state.broken.length() > 0, broken),
            tone="bad",
        ),
    )


def figures() -> rx.Component:
    """The account and the lender's figures."""
    facts = CaseStatement.facts
    return ui.columns(
        ui.section(
            t("Account"),
            ui.facts(
                [
                    (t("Bank"), facts["bank"]),
                    (t("Holder"), facts["holder"]),
                    (t("Account"), facts["account"]),
                    (t("Period"), facts["period"]),
                    (t("Opening balance"), facts["opening"]),
                    (t("Closing balance"), facts["closing"]),
                ]
            ),
        ),
        ui.section(
            t("What it shows"),
            ui.facts(
                [
                    (t("Average salary"), facts["salary"]),
                    (t("Obligations a month"), facts["obligation"]),
                    (t("Inward bounces"), facts["bounces"]),
                    (t("Monthly average balance"), facts["average"]),
                    (t("Lowest balance"), facts["minimum"]),
                    (t("Cash deposited"), facts["cash"]),
                    (t("Credits"), facts["credits"]),
                    (t("Debits"), facts["debits"]),
                ]
            ),
        ),
    )


def _to_row(row: rx.Var) -> rx.Component:
    return ui.button(
        t("Row"), on_click=CaseStatement.go_to_row(row["row"]), kind="quiet", small=True
    )


def lists() -> rx.Component:
    """Salary, obligations and bounces, each leading to its rows."""
    state = CaseStatement
    return rx.fragment(
        ui.columns(
            ui.section(
                t("Salary credits"),
                ui.simple_table(
                    (
                        ui.Column("date", "Date"),
                        ui.Column("employer", "Employer"),
                        ui.Column("amount", "Amount", kind="money"),
                    ),
                    state.salaries,
                    empty="No salary credit was found.",
                    actions=_to_row,
                ),
                flush=True,
            ),
            ui.section(
                t("Loan instalments"),
                ui.simple_table(
                    (
                        ui.Column("lender", "Lender"),
                        ui.Column("amount", "Instalment", kind="money"),
                        ui.Column("paid", "Paid", kind="number"),
                        ui.Column("returned", "Returned", kind="number"),
                    ),
                    state.obligations,
                    empty="No loan instalment was found.",
                    actions=_to_row,
                ),
                flush=True,
            ),
        ),
        ui.section(
            t("Bounces"),
            ui.simple_table(
                (
                    ui.Column("date", "Date"),
                    ui.Column("kind", "What happened"),
                    ui.Column("amount", "Amount", kind="money"),
                    ui.Column("charge", "Bank charge", kind="money"),
                ),
                state.bounces,
                empty="Nothing was returned.",
                actions=_to_row,
            ),
            flush=True,
        ),
    )


def chart() -> rx.Component:
    """Monthly average balance, inflow and outflow."""
    return ui.section(
        t("Month by month"),
        ui.bar_chart(
            CaseStatement.months,
            "month",
            [
                ("average", t("Average end-of-day balance, ₹")),
                ("inflow", t("Inflow, ₹")),
                ("outflow", t("Outflow, ₹")),
            ],
            t("Monthly average balance with inflow and outflow"),
        ),
    )


def _row(row: rx.Var) -> rx.Component:
    state = CaseStatement
    marks = rx.fragment(
        rx.cond(row["tag"], ui.chip(row["tag"], "info")),
        rx.cond(row["corrected"], ui.chip(t("Corrected"), "warn")),
    )
    return rx.el.tr(
        rx.el.td(row["line"], class_name="num", custom_attrs={"data-label": t("Row")}),
        rx.el.td(row["date"], class_name="nowrap", custom_attrs={"data-label": t("Date")}),
        rx.el.td(
            rx.el.div(
                rx.el.div(row["narration"], style={"overflow_wrap": "anywhere"}),
                rx.cond(row["reference"], rx.el.div(row["reference"], class_name="muted")),
                rx.el.div(marks, class_name="row"),
            ),
            custom_attrs={"data-label": t("Narration")},
        ),
        rx.el.td(row["debit"], class_name="num", custom_attrs={"data-label": t("Debit")}),
        rx.el.td(row["credit"], class_name="num", custom_attrs={"data-label": t("Credit")}),
        rx.el.td(
            rx.el.div(
                rx.el.div(row["balance"]),
                rx.cond(row["proof"], rx.el.div(row["proof"], style={"color": "var(--bad)"})),
            ),
            class_name="num",
            custom_attrs={"data-label": t("Balance")},
        ),
        rx.el.td(
            rx.cond(
                state.can_correct,
                ui.button(t("Correct"), on_click=state.edit(row), kind="quiet", small=True),
            ),
            class_name="num",
        ),
        class_name=rx.cond(row["proof"], "bad", ""),
        id="row-" + row["row"].to(str),
    )


def rows() -> rx.Component:
    """Fifty rows with the way to the others."""
    state = CaseStatement
    head = (
        (t("Row"), "num"),
        (t("Date"), ""),
        (t("Narration"), ""),
        (t("Debit"), "num"),
        (t("Credit"), "num"),
        (t("Balance"), "num"),
    )
    last = rx.cond(state.rows_from + 50 < state.rows_total, state.rows_from + 50, state.rows_total)
    return ui.section(
        t("Rows"),
        rx.el.div(
            rx.el.table(
                rx.el.caption(t("Rows of the statement as printed"), class_name="vh"),
                rx.el.thead(
                    rx.el.tr(
                        *[rx.el.th(text, scope="col", class_name=kind) for text, kind in head],
                        rx.el.th(rx.el.span(t("Actions"), class_name="vh"), scope="col"),
                    )
                ),
                rx.el.tbody(rx.foreach(state.rows, _row)),
                class_name="grid cards",
            ),
            class_name="scroll",
        ),
        rx.el.div(
            rx.el.span(state.rows_from + 1, " – ", last, " / ", state.rows_total, role="status"),
            rx.el.span(
                ui.button(
                    t("Previous"),
                    on_click=state.earlier,
                    small=True,
                    disabled=state.rows_from == 0,
                ),
                ui.button(
                    t("Next"),
                    on_click=state.later,
                    small=True,
                    disabled=state.rows_from + 50 >= state.rows_total,
                ),
                class_name="row",
            ),
            class_name="list-foot",
        ),
        flush=True,
    )


def correction() -> rx.Component:
    """The dialog in which one cell of a row is put right."""
    state = CaseStatement
    return ui.dialog(
        state.editing.bool(),
        ui.form(
            state,
            state.correct,
            rx.el.p(state.editing["narration"], class_name="muted"),
            ui.hidden("row", state.editing["row"]),
            ui.select_field(
                state,
                "cell",
                t("What to correct"),
                options=[(name, t(label)) for name, label in CELLS],
            ),
            ui.field(
                state,
                "value",
                t("As the page says"),
                hint=t("A date like 20 Nov 2026, an amount in rupees, or words"),
                optional=True,
            ),
            ui.field(state, "reason", t("Why"), optional=True),
            submit=t("Correct"),
        ),
        title=t("Correct a row"),
        on_close=state.stop_editing,
    )


def chooser() -> rx.Component:
    """Which statement, when the case has several."""
    state = CaseStatement
    return rx.cond(
        state.statements.length() > 1,
        rx.el.div(
            rx.foreach(
                state.statements,
                lambda one: rx.el.button(
                    one["label"],
                    type="button",
                    class_name="view-tab",
                    on_click=state.choose(one["id"]),
                    custom_attrs={
                        "aria-current": rx.cond(state.chosen == one["id"], "true", "false")
                    },
                ),
            ),
            class_name="list-views",
            role="group",
            aria_label=t("Statements of this case"),
        ),
    )


def statement_panel() -> rx.Component:
    """The statement tab."""
    state = CaseStatement
    content = rx.fragment(verdict(), figures(), chart(), lists(), rows(), correction())
    nothing = ui.empty(t("No bank statement has been uploaded for this case yet."))
    return ui.screen(
        chooser(),
        ui.progress(state.run),
        ui.problem_note(state.failed),
        rx.cond(
            ~state.loaded,
            ui.loading(6),
            rx.cond(state.statements.length() == 0, nothing, rx.cond(state.analysed, content)),
        ),
    )
