"""Decides how the profile looks on a phone: one short form at a time, with the way there above it.
Nothing is asked twice, and nothing that was typed is lost by a mistake in another field."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.self_service.profile_state import MyProfile
from backoffice.shell import nav, page, t
from backoffice.ui.client_piece import RouterLink
from core.access.permission import Permission

nav(
    "",
    "Profile",
    "/my/[brand]/profile",
    Permission.CUSTOMER_SELF,
    icon="user",
    order=30,
    audience="customer",
)


def _steps() -> rx.Component:
    def one(step: Any) -> rx.Component:
        return rx.el.li(
            RouterLink.create(
                rx.el.span(class_name="road-dot", aria_hidden="true"),
                rx.el.span(step["title"].to(str)),
                to=step["href"].to(str),
            ),
            class_name="road-step " + step["state"].to(str),
            custom_attrs={"aria-current": rx.cond(step["state"].to(str) == "now", "step", "false")},
        )

    return rx.el.ol(
        rx.foreach(MyProfile.steps, one), class_name="road", aria_label=t("Steps of the profile")
    )


def _consent() -> rx.Component:
    def one(text: Any) -> rx.Component:
        return rx.el.div(
            rx.el.label(
                rx.el.input(
                    type="checkbox",
                    name=text["purpose"].to(str),
                    default_checked=text["given"].to(str) != "",
                    id="MyProfile-" + text["purpose"].to(str),
                ),
                rx.el.span(
                    rx.el.span(text["title"].to(str), class_name="strong"),
                    rx.cond(
                        text["required"].to(str) == "",
                        rx.el.span(" ", t("(optional)"), class_name="optional"),
                    ),
                    rx.el.span(text["text"].to(str), class_name="hint block"),
                ),
                class_name="check",
            ),
            rx.cond(
                text["given"].to(str) != "",
                ui.row(
                    rx.el.span(t("Agreed on"), " ", text["given"].to(str), class_name="hint"),
                    ui.confirm(
                        t("Take back"),
                        MyProfile.withdraw(text["purpose"].to(str)),  # pyright: ignore
                        title=t("Take this agreement back?"),
                        effect=t(
                            "Without a required agreement we cannot go on with an application."
                        ),
                        button=t("Take it back"),
                        small=True,
                    ),
                    spread=True,
                ),
            ),
            rx.cond(
                MyProfile.errors[text["purpose"].to(str)],
                rx.el.div(
                    MyProfile.errors[text["purpose"].to(str)], class_name="error", role="alert"
                ),
            ),
            class_name="field",
        )

    return ui.section(
        t("What you agree to"),
        ui.form(
            MyProfile,
            MyProfile.agree,
            rx.foreach(MyProfile.consents, one),
            submit=t("Agree and go on"),
        ),
    )


def _identity() -> rx.Component:
    state, values = MyProfile, MyProfile.values
    return ui.section(
        t("About you"),
        ui.form(
            state,
            state.keep_identity,
            ui.field(
                state,
                "name",
                t("Name"),
                hint=t("As it stands on your PAN card"),
                value=values["name"],
                auto_complete="name",
            ),
            ui.field(
                state,
                "pan",
                t("PAN"),
                hint=rx.el.span(values["pan_hint"]),
                auto_capitalize="characters",
                max_length=14,
            ),
            ui.date_field(
                state, "date_of_birth", t("Date of birth"), value=values["date_of_birth"]
            ),
            ui.select_field(
                state,
                "gender",
                t("Gender"),
                options=[
                    ("", t("I prefer not to say")),
                    ("female", t("Female")),
                    ("male", t("Male")),
                    ("other", t("Other")),
                ],
                value=values["gender"],
                optional=True,
            ),
            ui.field(
                state,
                "email",
                t("E-mail"),
                hint=t("Your agreement is sent there"),
                type="email",
                value=values["email"],
                auto_complete="email",
            ),
            submit=t("Save and go on"),
        ),
    )


def _work() -> rx.Component:
    state, values = MyProfile, MyProfile.values
    return ui.section(
        t("Your work"),
        ui.form(
            state,
            state.keep_work,
            ui.field(
                state,
                "employer_name",
                t("Employer"),
                value=values["employer_name"],
                auto_complete="organization",
            ),
            ui.money_field(
                state,
                "salary",
                t("Salary a month"),
                hint=t("What reaches your account"),
                value=values["salary"],
            ),
            ui.field(
                state,
                "salary_day",
                t("Day of the month it comes"),
                hint=t("1 to 31"),
                value=values["salary_day"],
                input_mode="numeric",
                max_length=2,
            ),
            submit=t("Save and go on"),
        ),
    )


def _address() -> rx.Component:
    state, values = MyProfile, MyProfile.values
    return ui.section(
        t("Where you live"),
        ui.form(
            state,
            state.keep_address,
            ui.field(
                state,
                "address_line",
                t("House, street, area"),
                value=values["address_line"],
                auto_complete="street-address",
            ),
            ui.field(
                state,
                "city",
                t("City or town"),
                value=values["city"],
                auto_complete="address-level2",
            ),
            ui.field(
                state,
                "pincode",
                t("PIN code"),
                value=values["pincode"],
                input_mode="numeric",
                auto_complete="postal-code",
                max_length=7,
            ),
            submit=t("Save and go on"),
        ),
    )


def _bank() -> rx.Component:
    state, values = MyProfile, MyProfile.values
    return ui.section(
        t("Your bank account"),
        rx.el.p(
            t("Your salary comes here, and a loan is paid only to this account."),
            class_name="muted",
        ),
        ui.form(
            state,
            state.keep_bank,
            ui.field(state, "holder_name", t("Account holder"), value=values["holder_name"]),
            ui.field(
                state,
                "account_number",
                t("Account number"),
                hint=rx.el.span(values["account_hint"]),
                input_mode="numeric",
            ),
            ui.field(state, "account_again", t("Account number again"), input_mode="numeric"),
            ui.field(
                state,
                "ifsc",
                t("IFSC"),
                hint=t("Eleven characters, like HDFC0000053"),
                value=values["ifsc"],
                auto_capitalize="characters",
                max_length=13,
            ),
            submit=t("Save"),
        ),
    )


@page(
    route="/my/[brand]/profile",
    title="Profile",
    permission=Permission.CUSTOMER_SELF,
    audience="customer",
    on_load=[MyProfile.load],
)
def my_profile_page() -> rx.Component:
    """The profile, one step at a time."""
    return rx.cond(
        MyProfile.loaded,
        ui.stack(
            rx.el.h1(t("Profile")),
            _steps(),
            rx.match(
                MyProfile.step,
                ("consent", _consent()),
                ("work", _work()),
                ("address", _address()),
                ("bank", _bank()),
                _identity(),
            ),
        ),
        ui.loading(6),
    )
