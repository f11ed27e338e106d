"""Decides how customers are listed and how one is shown, with every case they ever had.
Staff change nothing here: a profile is the customer's own word, corrected by the customer."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.customer.customers_state import CustomerList, CustomerState
from backoffice.shell import nav, page, t
from core.access.permission import Permission
from core.customer.store import primary_account
from core.customer.tables import Customer
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import NotFound

nav("Lending", "Customers", "/[brand]/customers", Permission.CUSTOMER_LIST, icon="users", order=20)


def _sealed(uow: UnitOfWork, customer_id: int, field: str) -> tuple[str, int | None]:
    customer = uow.get(Customer, customer_id)
    if field == "account":
        account = primary_account(uow, customer_id)
        sealed = account.account_sealed if account else ""
    else:
        sealed = customer.pan_sealed if field == "pan" else customer.mobile_sealed
    if not sealed:
        raise NotFound(t("This is not on record"))
    return sealed, None


for _field in ("pan", "mobile", "account"):
    ui.revealable(
        "customer", _field, lambda uow, customer_id, f=_field: _sealed(uow, customer_id, f)
    )

APPLICATION_COLUMNS = (
    ui.Column("number", "Number"),
    ui.Column("amount", "Amount", kind="money"),
    ui.Column("status", "Status", kind="status"),
    ui.Column("applied", "Applied"),
)
CONSENT_COLUMNS = (
    ui.Column("title", "Agreed to"),
    ui.Column("version", "Version"),
    ui.Column("given_at", "When"),
)


@page(
    route="/[brand]/customers",
    title="Customers",
    permission=Permission.CUSTOMER_LIST,
    on_load=[CustomerList.load, CustomerList.watch_changes],
)
def customers_page() -> rx.Component:
    """Everybody who registered."""
    return ui.screen(
        ui.page_header(t("Customers"), subtitle=t("Everybody who registered on this brand's page")),
        ui.table(CustomerList),
    )


def _pair(one: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(one[0]), rx.el.dd(one[1]))


def _identifier(label: str, value: Any, field: str, *beside: Any) -> rx.Component:
    return rx.cond(
        value,
        rx.el.div(
            rx.el.dt(label),
            rx.el.dd(ui.masked(value, "customer", CustomerState.customer_id, field), *beside),
        ),
    )


@page(
    route="/[brand]/customers/[key]",
    title="Customer",
    permission=Permission.CUSTOMER_LIST,
    on_load=[CustomerState.load, CustomerState.watch_changes],
)
def customer_page() -> rx.Component:
    """One customer."""
    state = CustomerState
    return ui.screen(
        ui.page_header(
            state.name,
            subtitle=state.number,
            back=(t("Customers"), ui.brand_path("/customers")),
        ),
        rx.cond(
            state.open_steps,
            ui.note(t("Profile not complete yet:"), " ", state.open_steps, tone="warn"),
        ),
        rx.cond(
            state.number,
            ui.columns(
                ui.stack(
                    ui.section(
                        t("Person"),
                        rx.el.dl(
                            _identifier(t("PAN"), state.pan, "pan"),
                            _identifier(t("Mobile"), state.mobile, "mobile"),
                            _identifier(
                                t("Account"),
                                state.account,
                                "account",
                                " ",
                                ui.status_chip(state.account_state),
                            ),
                            rx.foreach(state.facts, _pair),
                            class_name="facts",
                        ),
                    ),
                    ui.section(
                        t("Applications and loans"),
                        ui.simple_table(
                            APPLICATION_COLUMNS, state.applications, empty="No application yet."
                        ),
                        flush=True,
                    ),
                    ui.section(
                        t("Agreed to"),
                        ui.simple_table(CONSENT_COLUMNS, state.consents, empty="Nothing yet."),
                        flush=True,
                    ),
                ),
                ui.section(t("What has happened"), ui.timeline(state.events)),
            ),
            ui.loading(8),
        ),
    )
