"""Decides how a second person checks payments: a queue of one's own, and one request with its diff.
Approving names the effect in the button; refusing asks for the reason the maker will read."""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.payment.approval_state import ApprovalCase, ApprovalList
from backoffice.shell import nav, page, t
from backoffice.shell.tiles import tile
from core.access.permission import Permission
from core.payment import listing, store

nav(
    "Operations",
    "Payment approval",
    "/[brand]/ops/payment-approval",
    Permission.PAYMENT_LIST,
    icon="list_checks",
    order=20,
)
tile(
    Permission.PAYMENT_APPROVE,
    "Payments to approve",
    "Requests of others that I may decide now",
    "/ops/payment-approval",
    lambda uow: str(listing.approval_counts(uow)["mine"]),
    order=30,
)
tile(
    Permission.DISBURSAL_REQUEST,
    "Ready to disburse",
    "Signed cases without a disbursal",
    "/ops/disbursals?state=ready",
    lambda uow: str(store.disbursal_counts(uow)["ready"][0]),
    order=31,
)
tile(
    Permission.DISBURSAL_LIST,
    "Disbursals in trouble",
    "Payouts that the bank refused",
    "/ops/disbursals?state=failed",
    lambda uow: str(store.disbursal_counts(uow).get("failed", (0, 0))[0]),
    order=32,
)


def _part(one: rx.Var[dict[str, str]]) -> rx.Component:
    return ui.link(
        rx.fragment(
            one["label"],
            rx.cond(one["count"], rx.el.span(one["count"], class_name="tab-count"), rx.fragment()),
        ),
        one["href"],
        rx.cond(one["current"] == "page", "tab here", "tab"),
    )


@page(
    route="/[brand]/ops/payment-approval",
    title="Payment approval",
    permission=Permission.PAYMENT_LIST,
    on_load=[ApprovalList.load, ApprovalList.watch_changes],
)
def payment_approval_page() -> rx.Component:
    """The queue."""
    state = ApprovalList
    return ui.screen(
        ui.page_header(
            t("Payment approval"),
            subtitle=t("Money counts when a second person has agreed"),
        ),
        rx.el.nav(rx.foreach(state.strip, _part), class_name="tabs", aria_label=t("Parts")),
        ui.table(state),
    )


@page(
    route="/[brand]/ops/payment-approval/[key]",
    title="Payment to approve",
    permission=Permission.PAYMENT_LIST,
    on_load=[ApprovalCase.load, ApprovalCase.watch_changes],
)
def payment_approval_case_page() -> rx.Component:
    """One request."""
    state = ApprovalCase
    return ui.screen(
        ui.page_header(
            state.kind + " " + state.receipt_number,
            ui.link_button(t("Open the case"), state.case_href),
            subtitle=state.loan_number,
            back=(t("Payment approval"), ui.brand_path("/ops/payment-approval")),
            beside=ui.status_chip(state.state),
        ),
        rx.cond(
            state.loaded,
            ui.stack(
                ui.columns(
                    ui.section(
                        t("What changes"),
                        ui.diff(state.changes, effect=state.effect),
                        rx.cond(state.why_not, ui.note(state.why_not, tone="warn")),
                        rx.cond(
                            state.decided,
                            ui.facts(
                                [
                                    (t("Decided by"), state.decided),
                                    (
                                        t("Reason"),
                                        rx.cond(state.decision_reason, state.decision_reason, "–"),
                                    ),
                                ]
                            ),
                        ),
                        rx.cond(
                            state.can_decide,
                            ui.row(
                                ui.confirm(
                                    t("Approve") + " " + state.amount,
                                    state.approve,
                                    title=t("Approve this payment?"),
                                    effect=state.effect + ".",
                                    button=t("Approve") + " " + state.amount,
                                    kind="primary",
                                ),
                                ui.confirm(
                                    t("Reject"),
                                    state.reject,
                                    title=t("Reject this payment?"),
                                    effect=t("Nothing is booked. The maker reads your reason."),
                                    reason=t("Reason"),
                                    danger=True,
                                ),
                            ),
                        ),
                    ),
                    ui.section(
                        t("The receipt"),
                        ui.facts(
                            [
                                (t("Amount"), state.amount),
                                (t("In words"), state.amount_words),
                                (t("Mode"), state.mode),
                                (t("UTR"), state.utr),
                                (t("Value date"), state.value_date),
                                (t("Note"), state.note),
                                (t("Recorded by"), state.asked),
                            ]
                        ),
                    ),
                ),
                ui.section(t("What happened"), ui.timeline(state.events)),
            ),
            ui.loading(),
        ),
    )
