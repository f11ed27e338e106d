"""Decides the first screen of a customer at 390 px: the sum, the day, the way to pay, no scrolling.
Whoever owes nothing sees what they can do next instead."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.self_service.customer_panels import load_panels
from backoffice.self_service.home_state import MyHome, my_path
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav("", "Home", "/my/[brand]", Permission.CUSTOMER_SELF, icon="house", order=0, audience="customer")


def road(rows: Any) -> rx.Component:
    """The five stages; text and shape say how far, not the colour alone."""
    return rx.el.ol(
        rx.foreach(
            rows,
            lambda one: rx.el.li(
                rx.el.span(class_name="road-dot", aria_hidden="true"),
                rx.el.span(one["label"].to(str)),
                rx.el.span(" (", one["words"].to(str), ")", class_name="vh"),
                class_name="road-step " + one["state"].to(str),
                custom_attrs={
                    "aria-current": rx.cond(one["state"].to(str) == "now", "step", "false")
                },
            ),
        ),
        class_name="road",
        aria_label=t("How far it is"),
    )


def _owed() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.div(
                rx.el.span(
                    rx.cond(MyHome.overdue, t("To be paid now"), t("Next payment")),
                    class_name="muted",
                ),
                rx.cond(MyHome.overdue, ui.chip(MyHome.overdue, "bad", "alert")),
                class_name="row spread",
            ),
            rx.el.div(MyHome.owed, class_name="amount"),
            rx.cond(
                MyHome.due,
                rx.el.div(
                    rx.cond(MyHome.overdue, t("was due on"), t("due on")),
                    " ",
                    rx.el.span(MyHome.due, class_name="strong"),
                ),
            ),
            rx.el.div(
                t("Loan"),
                " ",
                MyHome.loan_number,
                " · ",
                t("principal left"),
                " ",
                MyHome.outstanding,
                class_name="muted",
            ),
            class_name="card-body stack-s",
        ),
        class_name="card",
        aria_label=t("What I owe"),
    )


def _owes_nothing() -> rx.Component:
    return rx.el.section(
        rx.el.div(
            rx.el.span(t("You owe"), class_name="muted"),
            rx.el.div("₹ 0.00", class_name="amount"),
            rx.el.div(t("There is nothing to pay."), class_name="muted"),
            class_name="card-body stack-s",
        ),
        class_name="card",
        aria_label=t("What I owe"),
    )


def _application() -> rx.Component:
    return rx.cond(
        MyHome.application_open,
        ui.section(
            t("Your application"),
            ui.row(
                rx.el.span(MyHome.application_amount, class_name="strong"),
                rx.el.span(MyHome.application_number, class_name="muted"),
                ui.status_chip(MyHome.application_status),
            ),
            road(MyHome.road),
            rx.cond(
                MyHome.customer_acts,
                ui.note(MyHome.application_next, tone="warn"),
                rx.el.p(MyHome.application_next),
            ),
            rx.cond(
                MyHome.customer_acts,
                ui.link_button(t("Do this now"), my_path("/application"), kind="primary"),
                ui.link_button(t("See the details"), my_path("/application")),
            ),
        ),
        rx.cond(
            (MyHome.application_number != "") & (MyHome.application_status == "rejected"),
            ui.section(
                t("Your last application"),
                rx.el.p(MyHome.application_next),
                ui.link(t("See the details"), my_path("/application")),
            ),
        ),
    )


def _apply() -> rx.Component:
    return rx.cond(
        MyHome.may_apply,
        ui.section(
            t("Need money?"),
            rx.cond(
                MyHome.profile_open,
                rx.fragment(
                    rx.el.p(
                        t(
                            "Fill in your profile once. It takes about five minutes and is saved "
                            "after each step."
                        )
                    ),
                    ui.link_button(t("Begin"), my_path("/profile"), kind="primary"),
                ),
                rx.fragment(
                    rx.el.p(t("Choose an amount and see at once what it costs.")),
                    ui.link_button(t("Apply for a loan"), my_path("/apply"), kind="primary"),
                ),
            ),
        ),
    )


@page(
    route="/my/[brand]",
    title="Home",
    permission=Permission.CUSTOMER_SELF,
    audience="customer",
    on_load=[MyHome.load, MyHome.watch_changes],
)
def my_home_page() -> rx.Component:
    """What I owe, when, how to pay."""
    return rx.cond(
        MyHome.loaded,
        ui.stack(
            rx.el.h1(MyHome.greeting),
            rx.cond(
                MyHome.has_loan,
                _owed(),
                rx.cond(MyHome.application_open, rx.fragment(), _owes_nothing()),
            ),
            *[panel.component() for panel in load_panels("home")],
            _application(),
            _apply(),
        ),
        ui.loading(6),
    )
