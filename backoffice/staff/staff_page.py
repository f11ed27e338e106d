"""Decides how people are added, given a role and disabled, and how sessions are looked at."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.shell import nav, page, t
from backoffice.staff.staff_state import AddStaffState, PersonState, SessionList, StaffList
from core.access.permission import Permission

nav("Settings", "Staff", "/[brand]/staff", Permission.STAFF_MANAGE, icon="users", order=60)
nav(
    "Settings", "Sessions", "/[brand]/sessions", Permission.SESSION_READ,
    icon="monitor_smartphone", order=80,
)  # fmt: skip


def _limits(state: Any, person: Any = None) -> rx.Component:
    return ui.pair(
        ui.money_field(
            state,
            "sanction_limit",
            t("Sanctions up to"),
            value=person["sanction_limit"] if person is not None else "",
            optional=True,
        ),
        ui.money_field(
            state,
            "approval_limit",
            t("Approves up to"),
            value=person["approval_limit"] if person is not None else "",
            optional=True,
        ),
    )


def _password_note(text: Any, password: Any) -> rx.Component:
    return ui.note(
        rx.el.p(text),
        rx.el.p(rx.el.code(password, class_name="mono strong")),
        rx.el.p(t("It is shown only now. Hand it over personally.")),
        tone="good",
    )


@page(
    route="/[brand]/staff",
    title="Staff",
    permission=Permission.STAFF_MANAGE,
    on_load=[StaffList.load, AddStaffState.load],
)
def staff_page() -> rx.Component:
    """Everybody who works here, and a way to add somebody."""
    state = AddStaffState
    return ui.screen(
        ui.page_header(
            t("Staff"),
            ui.button(t("Add a person"), state.open_form, kind="primary", icon_name="user_plus"),
            subtitle=t("People who work in this brand, with their roles and amounts."),
        ),
        ui.dialog(
            state.is_open,
            rx.cond(
                state.first_password != "",
                ui.stack(
                    _password_note(
                        rx.fragment(t("First password of"), " ", state.added_name, ":"),
                        state.first_password,
                    ),
                    rx.el.div(
                        ui.button(t("Done"), state.close_form, kind="primary"),
                        class_name="dialog-foot",
                    ),
                ),
                ui.form(
                    state,
                    state.add,
                    ui.field(state, "name", t("Name")),
                    ui.field(state, "email", t("E-mail"), type="email"),
                    ui.field(state, "mobile", t("Mobile"), type="tel", optional=True),
                    ui.select_field(state, "role_code", t("Role"), options=state.roles),
                    _limits(state),
                    submit=t("Add the person"),
                    beside=[ui.button(t("Cancel"), state.close_form)],
                ),
            ),
            title=t("Add a person"),
            on_close=state.close_form,
        ),
        ui.table(StaffList),
    )


@page(
    route="/[brand]/staff/[key]",
    title="Staff member",
    permission=Permission.STAFF_MANAGE,
    on_load=[PersonState.load],
)
def person_page() -> rx.Component:
    """One person: role, amounts, access, history."""
    state, person = PersonState, PersonState.person
    enabled = person["state"] == "enabled"
    return ui.screen(
        ui.page_header(
            person["name"],
            ui.confirm(
                t("New password"),
                state.renew_password,
                effect=t("The old password stops working and every session of this person ends."),
                button=t("Make a new password"),
            ),
            rx.cond(
                enabled,
                ui.confirm(
                    t("Disable"),
                    state.disable,
                    title=t("Disable this person?"),
                    effect=t("Every session ends at once, and the person can log in no more."),
                    button=t("Disable"),
                    kind="danger",
                    danger=True,
                    reason=t("Why?"),
                ),
                ui.button(t("Enable again"), state.enable),
            ),
            beside=ui.status_chip(person["state"].to(str)),
            subtitle=person["email"],
            back=(t("Staff"), ui.brand_path("/staff")),
        ),
        rx.cond(
            state.new_password != "",
            _password_note(t("The new password:"), state.new_password),
        ),
        ui.columns(
            ui.section(
                t("Role and amounts"),
                ui.form(
                    state,
                    state.change,
                    ui.select_field(
                        state,
                        "role_code",
                        t("Role"),
                        options=state.roles,
                        value=person["role_code"].to(str),
                    ),
                    _limits(state, person),
                ),
            ),
            ui.section(t("What happened"), ui.timeline(state.events)),
        ),
    )


@page(
    route="/[brand]/sessions",
    title="Sessions",
    permission=Permission.STAFF_SELF,
    on_load=[SessionList.load],
)
def sessions_page() -> rx.Component:
    """Who is logged in."""
    return ui.screen(
        ui.page_header(
            t("Sessions"),
            subtitle=t("Tick sessions to end them; the next click of that browser is refused."),
        ),
        ui.table(SessionList, save_views=False),
    )
