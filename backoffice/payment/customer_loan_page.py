"""Decides the customer's page of the loan: paying first, then the schedule and the receipts.
Panels of other features for a running loan stand below, each brought by its own folder."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.payment.customer_pay_panel import CustomerPay, pay_panel
from backoffice.self_service.customer_panels import load_panels
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav(
    "",
    "Loan",
    "/my/[brand]/loan",
    Permission.CUSTOMER_SELF,
    icon="indian_rupee",
    order=5,
    audience="customer",
)


def _loads() -> list[Any]:
    return [panel.load for panel in load_panels("loan") if panel.load is not None]


@page(
    route="/my/[brand]/loan",
    title="Loan",
    permission=Permission.CUSTOMER_SELF,
    audience="customer",
    on_load=[CustomerPay.load, *_loads(), CustomerPay.watch_changes],
)
def my_loan_page() -> rx.Component:
    """My loan."""
    return rx.cond(
        CustomerPay.loaded,
        ui.stack(
            rx.cond(
                CustomerPay.has_loan,
                pay_panel(),
                ui.empty(t("You have no loan yet. It begins when the bank has paid it out.")),
            ),
            *[panel.component() for panel in load_panels("loan")],
        ),
        ui.loading(6),
    )
