"""Decides what staff see of customers: a list to find one, and one person with all their cases.
Identifiers stay masked until somebody says why they need them."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import SecureState, in_query, query, watch
from backoffice.security.access import require_actor
from backoffice.shell import t
from core.access.permission import Permission
from core.application.store import applications_of, customer_list
from core.application.tables import Application
from core.customer.consent import consent_text
from core.customer.store import active_consents, open_steps, primary_account
from core.customer.tables import Customer, CustomerBankAccount
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date, format_datetime
from core.kernel.money import format_inr

STEP_WORDS = {
    "consent": "consent",
    "identity": "identity",
    "work": "work",
    "address": "address",
    "bank": "bank account",
}


class CustomerList(ui.TableState, rx.State):
    """Everybody who registered with this brand."""

    READ = Permission.CUSTOMER_LIST
    COLUMNS = (
        ui.Column("number", "Number", sort=True),
        ui.Column("name", "Name", sort=True),
        ui.Column("mobile", "Mobile"),
        ui.Column("pan", "PAN"),
        ui.Column("city", "City"),
        ui.Column("employer", "Employer"),
        ui.Column("salary_paise", "Salary as stated", kind="money"),
        ui.Column("applications", "Applications", kind="number"),
        ui.Column("registered_at", "Registered", kind="date"),
    )
    FILTERS = (
        ui.Filter("q", "Name, mobile, PAN or number"),
        ui.Filter(
            "profile", "Profile", options=(("complete", "Complete"), ("open", "Not complete"))
        ),
        ui.Filter("since", "Registered since", kind="date"),
    )
    SORT = "-number"
    EXPORT = "customers"
    EMPTY = "Nobody matches. People appear here when they register on the brand's page."

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        return customer_list(uow, ask)

    load = ui.table_load(Permission.CUSTOMER_LIST)
    watch_changes = watch(Permission.CUSTOMER_LIST, "customer")


class CustomerState(SecureState, rx.State):
    """One customer."""

    READ = Permission.CUSTOMER_LIST

    customer_id: str = ""
    name: str = ""
    number: str = ""
    pan: str = ""
    mobile: str = ""
    account: str = ""
    account_state: str = ""
    facts: list[tuple[str, str]] = []
    open_steps: str = ""
    applications: list[dict[str, str]] = []
    consents: list[dict[str, str]] = []
    events: list[dict[str, Any]] = []

    @query(Permission.CUSTOMER_LIST)
    async def load(self) -> None:
        """Read the person and their cases."""
        customer_id = self._address_id("key")
        code = require_actor().brand_code

        def read(uow: UnitOfWork) -> tuple[Any, ...]:
            customer = uow.get(Customer, customer_id)
            return (
                customer,
                primary_account(uow, customer_id),
                open_steps(uow, customer),
                [_application(one, code) for one in applications_of(uow, customer_id)],
                [
                    {
                        "title": t(consent_text(one.purpose, one.text_version).title),
                        "version": str(one.text_version),
                        "given_at": format_datetime(one.given_at),
                        "href": "",
                    }
                    for one in active_consents(uow, customer_id)
                ],
                ui.timeline_rows(uow, subject=("customer", customer_id)),
            )

        customer, account, steps, applications, consents, events = await in_query(
            read, use_case="open_customer"
        )
        self.customer_id, self.number = str(customer.id), customer.number
        self.name = customer.name or t("Unnamed customer")
        self.pan = f"••••••{customer.pan_last4}" if customer.pan_last4 else ""
        self.mobile = f"+91 ••••• •{customer.mobile_last4}"
        self.account = _account(account)
        self.account_state = account.state if account else ""
        self.facts = _facts(customer)
        self.open_steps = ", ".join(t(STEP_WORDS[step]) for step in steps)
        self.applications, self.consents, self.events = applications, consents, events

    watch_changes = watch(
        Permission.CUSTOMER_LIST,
        "customer",
        concerns=lambda self, change: change.subject_id == self._address_id("key"),
    )


def _account(account: CustomerBankAccount | None) -> str:
    if account is None:
        return ""
    parts = (f"•••• {account.account_last4}", account.ifsc, account.bank_name)
    return " · ".join(part for part in parts if part)


def _facts(customer: Customer) -> list[tuple[str, str]]:
    born = customer.date_of_birth
    pairs = [
        (t("Born"), format_date(born) if born else ""),
        (t("E-mail"), customer.email),
        (t("Employer"), customer.employer_name),
        (
            t("Salary as stated"),
            t(
                "{amount} a month, on day {day}",
                amount=format_inr(customer.salary_paise),
                day=customer.salary_day,
            )
            if customer.salary_paise
            else "",
        ),
        (
            t("Address"),
            ", ".join(p for p in (customer.address_line, customer.city, customer.pincode) if p),
        ),
        (t("Registered"), format_datetime(customer.registered_at)),
    ]
    return [(label, value) for label, value in pairs if value]


def _application(application: Application, code: str) -> dict[str, str]:
    amount = application.sanctioned_amount_paise or application.requested_amount_paise
    applied = application.applied_at
    return {
        "number": application.number,
        "amount": format_inr(amount),
        "status": application.status,
        "applied": format_date(applied.date()) if applied else "",
        "href": f"/{code}/loans/{application.id}" if application.status != "draft" else "",
    }
