"""Decides how a wish is made on a phone: choose, draw, read the cost, send.
The cost stands above the button, so nobody sends what they have not seen the price of."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.self_service.apply_state import MyWish
from backoffice.shell import page, t
from core.access.permission import Permission
from core.application.service import PURPOSES


def _product(one: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="product",
            value=one["id"].to(str),
            checked=MyWish.product_id == one["id"].to(str),
            on_change=MyWish.choose(one["id"].to(str)),  # pyright: ignore
        ),
        rx.el.span(
            rx.el.span(one["name"].to(str), class_name="strong"),
            rx.el.span(one["rate"].to(str), " · ", one["limits"].to(str), class_name="hint block"),
        ),
        class_name="check choice",
    )


def _error(name: str) -> rx.Component:
    return rx.cond(
        MyWish.errors[name],
        rx.el.div(MyWish.errors[name], class_name="error", role="alert", id=f"MyWish-{name}-error"),
    )


def _amount() -> rx.Component:
    return rx.el.div(
        rx.el.label(t("How much do you need?"), html_for="MyWish-amount"),
        rx.el.div(
            rx.el.span("₹", class_name="affix", aria_hidden="true"),
            rx.el.input(
                id="MyWish-amount",
                value=MyWish.amount,
                on_change=MyWish.type_amount,
                input_mode="decimal",
                auto_complete="off",
                class_name="input wish",
                custom_attrs={"aria-describedby": "MyWish-amount-words MyWish-amount-error"},
            ),
            class_name="affixed",
        ),
        rx.el.div(MyWish.amount_words, class_name="hint", id="MyWish-amount-words"),
        rx.el.input(
            type="range",
            value=MyWish.amount,
            on_change=MyWish.draw_amount,
            min=MyWish.amount_low,
            max=MyWish.amount_high,
            step=MyWish.amount_step,
            class_name="slider",
            aria_label=t("Amount"),
        ),
        _error("amount"),
        class_name=rx.cond(MyWish.errors["amount"], "field bad", "field"),
    )


def _tenor() -> rx.Component:
    unit = rx.cond(MyWish.tenor_unit == "days", t("days"), t("months"))
    return rx.el.div(
        rx.el.label(t("For how long?"), html_for="MyWish-tenor"),
        rx.el.div(
            rx.el.input(
                id="MyWish-tenor",
                value=MyWish.tenor,
                on_change=MyWish.type_tenor,
                input_mode="numeric",
                auto_complete="off",
                class_name="input wish short",
                custom_attrs={"aria-describedby": "MyWish-tenor-error"},
            ),
            rx.el.span(unit),
            class_name="row",
        ),
        rx.el.input(
            type="range",
            value=MyWish.tenor,
            on_change=MyWish.draw_tenor,
            min=MyWish.tenor_low,
            max=MyWish.tenor_high,
            step=1,
            class_name="slider",
            aria_label=t("Tenure"),
        ),
        _error("tenor"),
        class_name=rx.cond(MyWish.errors["tenor"], "field bad", "field"),
    )


def _cost() -> rx.Component:
    return rx.cond(
        MyWish.payment,
        rx.el.section(
            rx.el.div(
                rx.el.span(t("You pay"), class_name="muted"),
                rx.el.div(MyWish.payment, class_name="amount"),
                rx.el.div(MyWish.payment_note),
                rx.el.dl(
                    rx.foreach(
                        MyWish.figures,
                        lambda one: rx.el.div(rx.el.dt(one[0]), rx.el.dd(one[1])),
                    ),
                    class_name="lines",
                ),
                rx.el.p(
                    t("If it is paid out today. The key facts statement you sign is binding."),
                    class_name="hint",
                ),
                class_name="card-body stack-s",
            ),
            class_name="card",
            aria_live="polite",
            aria_label=t("What it costs"),
        ),
    )


@page(
    route="/my/[brand]/apply",
    title="Apply",
    permission=Permission.APPLICATION_APPLY,
    audience="customer",
    on_load=[MyWish.load],
)
def my_apply_page() -> rx.Component:
    """A wish and its cost."""
    return rx.cond(
        MyWish.loaded,
        ui.stack(
            rx.el.h1(t("Apply for a loan")),
            rx.cond(
                MyWish.blocked,
                ui.section(
                    "",
                    rx.el.p(MyWish.blocked),
                    ui.link_button(MyWish.blocked_link, MyWish.blocked_href, kind="primary"),
                ),
                rx.fragment(
                    ui.section(
                        t("Which loan?"),
                        rx.el.fieldset(
                            rx.el.legend(t("Which loan?"), class_name="vh"),
                            rx.foreach(MyWish.products, _product),
                            class_name="choices",
                        ),
                    ),
                    ui.section("", _amount(), _tenor()),
                    _cost(),
                    ui.section(
                        "",
                        ui.form(
                            MyWish,
                            MyWish.send_wish,
                            ui.select_field(
                                MyWish,
                                "purpose",
                                t("What is it for?"),
                                options=[(key, t(text)) for key, text in PURPOSES.items()],
                            ),
                            submit=t("Send the application"),
                        ),
                    ),
                ),
            ),
        ),
        ui.loading(8),
    )
