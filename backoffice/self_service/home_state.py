"""Decides what a customer sees first: what is owed, when, how to pay, and what we wait for.
Everything is found by who is logged in, never by an id in the address."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import reflex as rx

from backoffice.security import CUSTOMER, SecureState, in_query, query, watch
from backoffice.security.access import require_actor
from backoffice.security.login import party_login
from backoffice.self_service.customer_panels import load_panels
from backoffice.shell import t
from core.access.permission import Permission
from core.application.life_cycle import OPEN
from core.application.next_step import STAGES, next_step, stage_of
from core.application.store import Case, applications_of, read_case, running_loans
from core.application.tables import Application
from core.customer.service import own_record, register_or_log_in
from core.customer.store import open_steps
from core.customer.tables import Customer
from core.db.unit_of_work import UnitOfWork
from core.document.store import documents_of_application
from core.kernel.business_day import format_date
from core.kernel.money import format_inr
from core.loan.tables import Loan, LoanBalance


def _party(uow: UnitOfWork, mobile: str) -> tuple[int, str]:
    """Who a proven mobile number is; a new number is registered."""
    customer_id = register_or_log_in(uow, mobile)
    customer = uow.get(Customer, customer_id)
    return customer_id, customer.name or customer.number


party_login("customer", _party)


@dataclass(frozen=True, slots=True)
class Mine:
    """What the first screen and the tracker both need."""

    customer: Customer
    steps: list[str]
    newest: Application | None
    case: Case | None
    statement_missing: bool
    loans: list[tuple[Loan, LoanBalance | None]]
    today: dt.date


def read_mine(uow: UnitOfWork) -> Mine:
    """The logged-in customer's own things."""
    customer = own_record(uow)
    mine = [a for a in applications_of(uow, customer.id) if a.status != "draft"]
    newest = mine[0] if mine else None
    case = read_case(uow, newest.id) if newest else None
    statement_missing = False
    if newest is not None and newest.status in ("applied", "in_review", "sent_back"):
        statement_missing = not any(
            d.kind == "bank_statement" and d.state != "rejected"
            for d in documents_of_application(uow, newest.id)
        )
    return Mine(
        customer,
        open_steps(uow, customer),
        newest,
        case,
        statement_missing,
        running_loans(uow, customer.id),
        uow.business_date,
    )


def road_rows(status: str) -> list[dict[str, str]]:
    """The five stages of the road with how far a case is: done, now or later."""
    at = stage_of(status)
    return [
        {
            "label": t(name),
            "state": "done" if index < at else "now" if index == at else "later",
            "words": t("done") if index < at else t("now") if index == at else t("later"),
        }
        for index, name in enumerate(STAGES)
    ]


def due_words(due_on: dt.date, today: dt.date) -> str:
    """A due date with how far away it is."""
    days = (due_on - today).days
    if days == 0:
        return t("{day}, today", day=format_date(due_on))
    if days == 1:
        return t("{day}, tomorrow", day=format_date(due_on))
    if days > 1:
        return t("{day}, in {days} days", day=format_date(due_on), days=days)
    return format_date(due_on)


class MyHome(SecureState, rx.State):
    """The first screen."""

    READ = Permission.CUSTOMER_SELF
    AUDIENCE = CUSTOMER

    loaded: bool = False
    greeting: str = ""
    has_loan: bool = False
    owed: str = ""
    due: str = ""
    overdue: str = ""
    outstanding: str = ""
    loan_number: str = ""
    may_apply: bool = False
    profile_open: bool = False
    application_number: str = ""
    application_amount: str = ""
    application_status: str = ""
    application_open: bool = False
    application_next: str = ""
    customer_acts: bool = False
    road: list[dict[str, str]] = []
    _application_id: int = 0

    @query(Permission.CUSTOMER_SELF)
    async def load(self) -> Any:
        """Read afresh what is mine, then the panels of other features."""
        mine = await in_query(read_mine, use_case="my_home")
        first = mine.customer.name.split(" ")[0] if mine.customer.name else ""
        self.greeting = t("Hello {name}", name=first) if first else t("Welcome")
        self._take_loan(mine)
        self._take_application(mine)
        self.profile_open = bool(mine.steps)
        self.loaded = True
        return [panel.load for panel in load_panels("home") if panel.load is not None]

    def _take_loan(self, mine: Mine) -> None:
        self.has_loan = bool(mine.loans)
        if not mine.loans:
            self.owed = self.due = self.overdue = self.outstanding = self.loan_number = ""
            return
        loan, balance = mine.loans[0]
        self.loan_number = loan.number
        if balance is None:
            return
        now_due = balance.overdue_paise or balance.next_due_paise
        self.owed = format_inr(now_due)
        self.outstanding = format_inr(balance.principal_outstanding_paise)
        due_on = balance.oldest_due_on if balance.overdue_paise else balance.next_due_on
        self.due = due_words(due_on, mine.today) if due_on else ""
        self.overdue = (
            t("Overdue by {days} days", days=balance.days_past_due)
            if balance.days_past_due > 0
            else ""
        )

    def _take_application(self, mine: Mine) -> None:
        newest, case = mine.newest, mine.case
        behind = any(b is not None and b.days_past_due > 0 for _, b in mine.loans)
        self.may_apply = not behind and (newest is None or newest.status not in OPEN)
        if newest is None or case is None:
            self.application_number = ""
            self.application_open = False
            return
        amount = newest.sanctioned_amount_paise or newest.requested_amount_paise
        self._application_id = newest.id
        self.application_number = newest.number
        self.application_amount = format_inr(amount)
        self.application_status = newest.status
        self.application_open = newest.status in OPEN
        self.road = road_rows(newest.status) if self.application_open else []
        step = next_step(
            newest.status,
            holder=case.holder.split(" ")[0],
            statement_missing=mine.statement_missing,
            sent_back_reason=newest.sent_back_reason,
            reject_code=newest.reject_code,
        )
        self.application_next, self.customer_acts = step.customer, step.customer_acts

    watch_changes = watch(
        Permission.CUSTOMER_SELF,
        "application",
        "loan",
        "document",
        "receipt",
        "payment_request",
        "agreement",
        concerns=lambda self, change: (
            change.subject != "application" or change.subject_id == self._application_id
        ),
    )


def my_path(path: str = "") -> Any:
    """An address on this customer's pages, for layout."""
    from backoffice.shell.shell_state import ShellState

    return "/my/" + ShellState.brand_code + path


def my_address(path: str = "") -> str:
    """An address on this customer's pages, for handlers."""
    return f"/my/{require_actor().brand_code}{path}"
