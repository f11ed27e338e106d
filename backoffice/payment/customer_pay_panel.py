"""Decides what a customer sees of a running loan on the phone: what is due, and how to pay it.
A second tap finds the same link, and a browser that comes back never counts as paid."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.payment.payments_case_tab import instalment_row
from backoffice.security import (
    CUSTOMER,
    SecureState,
    command,
    in_query,
    in_unit_of_work,
    query,
    require_actor,
    watch,
)
from backoffice.self_service.customer_panels import register_panel
from backoffice.self_service.home_state import my_path
from backoffice.shell import t
from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date
from core.kernel.money import format_inr, parse_inr
from core.payment import loan_books, store
from core.payment.link_service import AskPayment, ask_payment
from core.payment.receipt import MODE_WORDS

RECEIPTS_SHOWN = 24
INSTALMENT_COLUMNS = (
    ui.Column("due_on", "Due on", kind="code"),
    ui.Column("total", "To pay", kind="money"),
    ui.Column("paid", "Paid", kind="money"),
    ui.Column("status", "State", kind="status"),
)
RECEIPT_COLUMNS = (
    ui.Column("date", "Date"),
    ui.Column("amount", "Amount", kind="money"),
    ui.Column("mode", "By"),
    ui.Column("number", "Receipt"),
)


class CustomerPay(SecureState, rx.State):
    """The customer's own loan."""

    READ = Permission.CUSTOMER_SELF
    AUDIENCE = CUSTOMER

    loaded: bool = False
    has_loan: bool = False
    running: bool = False
    number: str = ""
    ended: str = ""
    due: str = ""
    due_on: str = ""
    overdue: str = ""
    outstanding: str = ""
    payoff: str = ""
    excess: str = ""
    can_pay_due: bool = False
    instalments: list[dict[str, str]] = []
    receipts: list[dict[str, str]] = []
    link_status: str = ""
    link_amount: str = ""
    link_url: str = ""
    _loan_id: int = 0

    @query(Permission.CUSTOMER_SELF)
    async def load(self) -> None:
        """Read where the loan stands, and the link that is open."""
        shown = await in_query(_own_loan, use_case="own_loan")
        for name, value in shown.items():
            setattr(self, name, value)
        self.loaded = True

    watch_changes = watch(
        Permission.CUSTOMER_SELF,
        "loan",
        "payment_request",
        concerns=lambda self, change: (
            change.subject != "loan" or change.subject_id == self._loan_id
        ),
    )

    @command(Permission.CUSTOMER_SELF)
    async def pay_due(self) -> Any:
        """Get the link over what is due."""
        return await self._ask("due", 0)

    @command(Permission.CUSTOMER_SELF)
    async def pay_all(self) -> Any:
        """Get the link that ends the loan."""
        return await self._ask("payoff", 0)

    @command(Permission.CUSTOMER_SELF)
    async def pay_part(self, form: dict[str, Any]) -> Any:
        """Get a link over an amount of one's own."""
        return await self._ask("part", parse_inr(str(form.get("amount", ""))))

    async def _ask(self, kind: str, part_paise: int) -> Any:
        wanted = AskPayment(self._loan_id, kind, part_paise)
        await in_unit_of_work(lambda uow: ask_payment(uow, wanted), use_case="ask_payment")
        return type(self).load


def _own_loan(uow: UnitOfWork) -> dict[str, Any]:
    loan = store.loan_of_customer(uow, require_actor().id or 0)
    if loan is None:
        return {"has_loan": False, "running": False, "_loan_id": 0}
    place, dues = loan_books.place_of(uow, loan), loan_books.dues(uow, loan)
    link = store.live_request(uow, loan.id)
    receipts = [
        one for one in store.receipts_of(uow, loan.id, RECEIPTS_SHOWN) if one.state == "posted"
    ]
    return {
        "has_loan": True,
        "running": loan.status == "active",
        "number": loan.number,
        "ended": loan.status,
        "due": format_inr(dues.due_paise),
        "due_on": format_date(dues.next_due_on) if dues.next_due_on else "",
        "overdue": (
            t(
                "{amount} is overdue since {day}",
                amount=format_inr(dues.overdue_paise),
                day=format_date(place.oldest_due_on),
            )
            if dues.overdue_paise and place.oldest_due_on
            else ""
        ),
        "outstanding": format_inr(dues.outstanding_paise),
        "payoff": format_inr(dues.payoff_paise),
        "excess": format_inr(dues.excess_paise) if dues.excess_paise else "",
        "can_pay_due": 0 < dues.due_paise < dues.payoff_paise,
        "instalments": [instalment_row(one) for one in place.instalments],
        "receipts": [
            {
                "date": format_date(one.value_date),
                "amount": format_inr(one.amount_paise),
                "mode": t(MODE_WORDS[one.mode]),
                "number": one.number,
                "href": "",
            }
            for one in receipts
        ],
        "link_status": link.status if link else "",
        "link_amount": format_inr(link.amount_paise) if link else "",
        "link_url": link.url if link else "",
        "_loan_id": loan.id,
    }


def _open_link() -> rx.Component:
    state = CustomerPay
    return rx.match(
        state.link_status,
        ("requested", ui.note(t("Your payment page is being made…"))),
        (
            "open",
            ui.stack(
                rx.el.a(
                    t("Pay") + " " + state.link_amount,
                    href=state.link_url,
                    target="_blank",
                    rel="noopener noreferrer",
                    class_name="btn primary wide",
                ),
                rx.el.p(
                    t(
                        "Opens the secure page of our payment partner. When the bank tells us that "
                        "you have paid, this page changes by itself."
                    ),
                    class_name="muted",
                ),
                small=True,
            ),
        ),
        rx.fragment(),
    )


def _choose() -> rx.Component:
    state = CustomerPay
    return ui.stack(
        rx.cond(
            state.can_pay_due,
            ui.button(
                t("Pay what is due:") + " " + state.due, on_click=state.pay_due, kind="primary"
            ),
        ),
        rx.cond(
            state.can_pay_due,
            ui.button(t("Pay everything:") + " " + state.payoff, on_click=state.pay_all),
            ui.button(
                t("Pay everything:") + " " + state.payoff, on_click=state.pay_all, kind="primary"
            ),
        ),
        rx.el.details(
            rx.el.summary(t("Pay another amount")),
            ui.form(
                state,
                state.pay_part,
                ui.money_field(state, "amount", t("Amount")),
                submit=t("Continue"),
            ),
        ),
        small=True,
    )


def pay_panel() -> rx.Component:
    """The running loan on a phone."""
    state = CustomerPay
    return rx.cond(
        state.loaded & state.has_loan,
        ui.stack(
            ui.section(
                t("Your loan") + " " + state.number,
                rx.cond(
                    state.running,
                    ui.stack(
                        rx.el.div(
                            rx.el.div(
                                rx.cond(
                                    state.overdue,
                                    t("To be paid now"),
                                    rx.cond(state.due_on, t("Next payment"), t("Nothing is due")),
                                ),
                                class_name="muted",
                            ),
                            rx.el.div(state.due, class_name="figure"),
                            rx.el.div(rx.cond(state.due_on, t("due") + " " + state.due_on, "")),
                            class_name="pay-now",
                        ),
                        rx.cond(state.overdue, ui.note(state.overdue, tone="bad")),
                        _open_link(),
                        rx.cond(
                            state.link_status == "",
                            _choose(),
                            rx.el.details(
                                rx.el.summary(t("Pay a different amount instead")), _choose()
                            ),
                        ),
                        ui.facts(
                            [
                                (t("Outstanding"), state.outstanding),
                                (t("Ends the loan today"), state.payoff),
                            ]
                        ),
                    ),
                    ui.note(t("This loan has ended. Nothing is left to pay."), tone="good"),
                ),
                rx.cond(
                    state.excess,
                    ui.note(t("Paid too much, kept for you:") + " " + state.excess),
                ),
            ),
            ui.section(
                t("Schedule"),
                ui.simple_table(INSTALMENT_COLUMNS, state.instalments, caption=t("Schedule")),
                flush=True,
            ),
            ui.section(
                t("Your payments"),
                ui.simple_table(
                    RECEIPT_COLUMNS,
                    state.receipts,
                    empty="You have not paid anything yet.",
                    caption=t("Your payments"),
                ),
                flush=True,
            ),
        ),
    )


def go_and_pay() -> rx.Component:
    """The way from the home page to paying; nothing when nothing runs."""
    state = CustomerPay
    return rx.cond(
        state.running,
        ui.row(
            ui.link_button(t("Pay"), my_path("/loan"), kind="primary", icon_name="indian_rupee"),
            ui.link_button(t("Schedule and receipts"), my_path("/loan")),
        ),
    )


register_panel("pay", "home", go_and_pay, CustomerPay.load, order=10)
