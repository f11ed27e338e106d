"""Decides how loan operations see money leaving: the queue by state, and one case with its gates.
What cannot be undone names its effect in the button and asks once more."""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.payment.disbursal_state import RAILS, DisbursalCase, DisbursalList
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav(
    "Operations",
    "Disbursals",
    "/[brand]/ops/disbursals",
    Permission.DISBURSAL_LIST,
    icon="banknote",
    order=10,
)

PAYOUT_COLUMNS = (
    ui.Column("attempt", "Attempt"),
    ui.Column("status", "State", kind="status"),
    ui.Column("amount", "Amount", kind="money"),
    ui.Column("rail", "Rail"),
    ui.Column("when", "When"),
    ui.Column("utr", "UTR"),
    ui.Column("reference", "Provider's number"),
    ui.Column("cause", "Cause"),
)


def _count(one: rx.Var[dict[str, str]]) -> rx.Component:
    return ui.link(
        rx.fragment(
            rx.el.span(one["count"], class_name="figure"),
            rx.el.span(one["label"], class_name="label"),
            rx.el.span(one["amount"], class_name="muted"),
        ),
        one["href"],
        rx.cond(
            one["current"] == "page",
            "count here",
            rx.cond(one["tone"] == "warn", "count warn", "count"),
        ),
    )


@page(
    route="/[brand]/ops/disbursals",
    title="Disbursals",
    permission=Permission.DISBURSAL_LIST,
    on_load=[DisbursalList.load, DisbursalList.watch_changes],
)
def disbursals_page() -> rx.Component:
    """The queue."""
    state = DisbursalList
    return ui.screen(
        ui.page_header(
            t("Disbursals"),
            subtitle=t("One person asks, another releases; the loan begins when the bank has paid"),
        ),
        rx.el.nav(rx.foreach(state.strip, _count), class_name="counts", aria_label=t("States")),
        ui.table(state),
    )


def _fee(one: rx.Var[dict[str, str]]) -> rx.Component:
    return rx.el.div(rx.el.dt(one["label"]), rx.el.dd(one["amount"]))


def _blocker(one: rx.Var[dict[str, str]]) -> rx.Component:
    return rx.el.li(
        rx.el.span(ui.icon("circle_x"), class_name="bad-text"),
        rx.el.span(one["sentence"], class_name="grow"),
        ui.chip(one["owner"], "plain", "pen"),
    )


def _money() -> rx.Component:
    state = DisbursalCase
    return ui.section(
        t("What is paid out"),
        rx.el.dl(
            rx.el.div(rx.el.dt(t("Sanctioned")), rx.el.dd(state.sanctioned)),
            rx.foreach(state.fees, _fee),
            rx.el.div(rx.el.dt(t("To the customer")), rx.el.dd(state.net, class_name="strong")),
            class_name="facts sum",
        ),
    )


def _account() -> rx.Component:
    state = DisbursalCase
    return ui.section(
        t("Where it goes"),
        ui.facts(
            [
                (t("Customer"), state.customer),
                (t("Name at the bank"), state.account_name),
                (t("Account"), state.account),
                (t("Penny drop"), state.account_check),
            ]
        ),
    )


def _before() -> rx.Component:
    state = DisbursalCase
    ready = state.blockers.length() == 0
    return ui.section(
        t("Before the money can leave"),
        rx.cond(
            ready,
            ui.note(t("Nothing stands in the way."), tone="good"),
            rx.el.ul(rx.foreach(state.blockers, _blocker), class_name="blockers"),
        ),
        rx.cond(
            state.can_request,
            rx.cond(
                ready,
                ui.confirm(
                    t("Request the disbursal"),
                    state.request,
                    title=t("Request the disbursal?"),
                    effect=state.net
                    + " "
                    + t("to")
                    + " "
                    + state.customer
                    + ". "
                    + t("Another person must release it."),
                    button=t("Request"),
                    kind="primary",
                ),
                ui.button(t("Request the disbursal"), kind="primary", disabled=True),
            ),
        ),
    )


def _waiting() -> rx.Component:
    state = DisbursalCase
    return ui.section(
        t("Release"),
        rx.cond(state.changes.length() > 0, ui.diff(state.changes)),
        rx.el.div(
            rx.el.p(state.effect, class_name="strong"),
            rx.el.p(state.release_words, class_name="muted"),
        ),
        rx.cond(state.why_not, ui.note(state.why_not, tone="warn")),
        rx.cond(
            state.can_decide,
            ui.row(
                ui.confirm(
                    state.effect,
                    state.release,
                    title=t("Release the money?"),
                    effect=state.effect + ". " + t("This cannot be undone."),
                    button=state.effect,
                    kind="primary",
                ),
                ui.confirm(
                    t("Refuse"),
                    state.refuse,
                    title=t("Refuse the disbursal?"),
                    effect=t("The case goes back to signed and can be requested again."),
                    reason=t("Reason"),
                    danger=True,
                ),
            ),
        ),
    )


def _trouble() -> rx.Component:
    state = DisbursalCase
    return ui.section(
        t("Pay it again"),
        ui.note(state.cause, tone="bad"),
        rx.cond(
            state.can_resubmit,
            rx.fragment(
                ui.form(
                    state,
                    state.resubmit,
                    ui.select_field(
                        state,
                        "bank_account_id",
                        t("Account"),
                        options=state.accounts,
                        value=state.account_id,
                        hint=t("Only an account with a passed penny drop can be paid"),
                    ),
                    ui.select_field(state, "rail", t("Rail"), options=RAILS, value="IMPS"),
                    ui.field(state, "note", t("What was corrected")),
                    submit=t("Ask for a new payout"),
                    beside=(
                        ui.confirm(
                            t("End without paying"),
                            state.give_up,
                            title=t("End this disbursal without paying?"),
                            effect=rx.cond(
                                state.has_loan,
                                t("The loan is taken back and ends as cancelled."),
                                t("The case goes back to signed."),
                            ),
                            reason=t("Reason"),
                            danger=True,
                        ),
                    ),
                ),
            ),
        ),
    )


def _on_its_way() -> rx.Component:
    state = DisbursalCase
    return ui.section(
        t("On its way"),
        rx.cond(
            state.stuck,
            ui.note(t("This takes longer than usual."), " ", state.next_action, tone="warn"),
            ui.note(state.next_action),
        ),
        ui.row(ui.button(t("Ask the bank now"), on_click=state.ask_bank, icon_name="refresh_cw")),
    )


def disbursal_panel() -> rx.Component:
    """One case's way to its money; also the tab of the case."""
    state = DisbursalCase
    return rx.cond(
        state.loaded,
        ui.stack(
            rx.match(
                state.status,
                ("ready", _before()),
                ("blocked", _before()),
                ("requested", _waiting()),
                ("failed", _trouble()),
                ("reversed", _trouble()),
                ("paid", ui.note(t("Paid. The loan runs."), tone="good")),
                ("refused", rx.fragment()),
                _on_its_way(),
            ),
            ui.columns(_money(), _account()),
            ui.section(
                t("Payouts"),
                ui.simple_table(
                    PAYOUT_COLUMNS,
                    state.payouts,
                    empty="Nothing has been sent to the bank yet.",
                    caption=t("Payouts"),
                ),
                flush=True,
            ),
            ui.section(
                t("What happened"),
                rx.cond(
                    state.requested,
                    ui.facts(
                        [
                            (t("Requested by"), state.requested),
                            (t("Released by"), rx.cond(state.released, state.released, "–")),
                        ]
                    ),
                ),
                ui.timeline(state.events),
            ),
        ),
        ui.loading(),
    )


@page(
    route="/[brand]/ops/disbursals/[case]",
    title="Disbursal",
    permission=Permission.DISBURSAL_LIST,
    on_load=[DisbursalCase.load, DisbursalCase.watch_changes],
)
def disbursal_page() -> rx.Component:
    """One case."""
    state = DisbursalCase
    return ui.screen(
        ui.page_header(
            state.customer + " · " + state.net,
            ui.link_button(t("Open the case"), state.case_href),
            subtitle=state.number + " · " + state.case_number,
            back=(t("Disbursals"), ui.brand_path("/ops/disbursals")),
            beside=ui.status_chip(state.status),
        ),
        disbursal_panel(),
    )
