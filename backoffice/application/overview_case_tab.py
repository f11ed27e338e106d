"""Decides what a case shows first: what is missing, who the borrower is, and what has happened.
The timeline is the audit itself, told in sentences, so it cannot leave anything out."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_state import CaseState
from backoffice.application.case_tabs import register_tab
from backoffice.security import SecureState, in_query, query
from backoffice.shell import t
from core.access.permission import Permission
from core.application.access import require_open
from core.application.life_cycle import CREDIT, REVIEW
from core.application.quote import limit_words, percent, quote, rate_words
from core.application.service import PURPOSES
from core.application.store import Case, assignments_of, read_case
from core.application.tables import Assignment
from core.application.tenor import tenor_in_unit, tenor_words
from core.customer.consent import consent_text
from core.customer.profile import age_on
from core.customer.store import active_consents
from core.customer.tables import Consent
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date, format_datetime
from core.kernel.errors import Invalid
from core.kernel.money import format_inr
from core.loan.terms import LoanKind


class OverviewTab(SecureState, rx.State):
    """What is known about the borrower and the wish, and what has happened."""

    READ = Permission.APPLICATION_OPEN

    person: list[tuple[str, str]] = []
    wish: list[tuple[str, str]] = []
    consents: list[dict[str, str]] = []
    spells: list[dict[str, str]] = []
    events: list[dict[str, Any]] = []

    @query(Permission.APPLICATION_OPEN)
    async def load(self) -> None:
        """Read the case, its people and its events."""
        case_id = self._address_id("case")

        def read(uow: UnitOfWork) -> tuple[Any, ...]:
            found = read_case(uow, case_id)
            require_open(uow, found.application)
            return (
                _person(found),
                _wish(found),
                [_consent(one) for one in active_consents(uow, found.customer.id)],
                [_spell(one, found.application.status) for one in assignments_of(uow, case_id)],
                ui.timeline_rows(uow, case_id=case_id),
            )

        self.person, self.wish, self.consents, self.spells, self.events = await in_query(
            read, use_case="case_overview"
        )


def _person(found: Case) -> list[tuple[str, str]]:
    customer, application = found.customer, found.application
    born = customer.date_of_birth
    applied_on = (application.applied_at or application.created_at).date()
    salary = application.net_salary_paise or customer.salary_paise
    pairs = [
        (
            t("Born"),
            t("{day}, {years} years old", day=format_date(born), years=age_on(born, applied_on))
            if born
            else "",
        ),
        (t("E-mail"), customer.email),
        (t("Employer"), application.employer_name or customer.employer_name),
        (
            t("Salary as stated"),
            t(
                "{amount} a month, on day {day}",
                amount=format_inr(salary),
                day=application.salary_day or customer.salary_day,
            )
            if salary
            else "",
        ),
        (
            t("Address"),
            ", ".join(p for p in (customer.address_line, customer.city, customer.pincode) if p),
        ),
        (t("Customer"), customer.number),
    ]
    return [(label, value) for label, value in pairs if value]


def _wish(found: Case) -> list[tuple[str, str]]:
    application, terms = found.application, found.terms
    kind = LoanKind(terms.kind)
    pairs = [
        (t("Amount"), format_inr(application.requested_amount_paise)),
        (t("Tenure"), tenor_words(kind, application.tenor_days)),
        (t("For"), t(PURPOSES.get(application.purpose, application.purpose))),
        (t("Product allows"), limit_words(terms)),
        (t("Rate"), rate_words(terms)),
    ]
    applied_on = (application.applied_at or application.created_at).date()
    try:
        cost = quote(
            terms,
            application.requested_amount_paise,
            tenor_in_unit(kind, application.tenor_days),
            applied_on,
        )
    except Invalid:
        return pairs
    payment = (
        t("{amount} once", amount=format_inr(cost.payment_paise))
        if cost.payments == 1
        else t("{count} × {amount}", count=cost.payments, amount=format_inr(cost.payment_paise))
    )
    return [
        *pairs,
        (t("To be repaid"), payment),
        (
            t("Fee with GST"),
            format_inr(cost.fee_paise + cost.fee_tax_paise),
        ),
        (t("Reaches the account"), format_inr(cost.net_paise)),
        (t("APR"), percent(cost.apr_bps)),
    ]


def _consent(one: Consent) -> dict[str, str]:
    return {
        "title": t(consent_text(one.purpose, one.text_version).title),
        "version": str(one.text_version),
        "given_at": format_datetime(one.given_at),
        "href": "",
    }


def _spell(one: Assignment, status: str) -> dict[str, str]:
    at_work = status in (REVIEW if one.duty == "loan_executive" else CREDIT)
    if one.ended_at:
        until = format_datetime(one.ended_at)
    else:
        until = t("now") if at_work else t("handed on")
    return {
        "who": one.staff_name,
        "duty": t(one.duty.replace("_", " ").capitalize()),
        "from": format_datetime(one.assigned_at),
        "until": until,
        "reason": one.reason,
        "href": "",
    }


CONSENT_COLUMNS = (
    ui.Column("title", "Agreed to"),
    ui.Column("version", "Version"),
    ui.Column("given_at", "When"),
)
SPELL_COLUMNS = (
    ui.Column("who", "Who"),
    ui.Column("duty", "As"),
    ui.Column("from", "From"),
    ui.Column("until", "Until"),
    ui.Column("reason", "Why"),
)


def _pair(one: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(one[0]), rx.el.dd(one[1]))


def _gate() -> rx.Component:
    return rx.cond(
        CaseState.gate_shown,
        rx.cond(
            CaseState.missing.length() > 0,
            ui.note(
                rx.el.div(t("Before this goes to credit"), class_name="strong"),
                rx.el.ul(rx.foreach(CaseState.missing, lambda one: rx.el.li(one))),
                tone="warn",
            ),
            ui.note(t("Everything credit needs is here."), tone="good"),
        ),
    )


def overview() -> rx.Component:
    """The tab."""
    return ui.stack(
        _gate(),
        ui.columns(
            ui.stack(
                ui.section(
                    t("The wish"),
                    rx.el.dl(rx.foreach(OverviewTab.wish, _pair), class_name="facts"),
                ),
                ui.section(
                    t("The borrower"),
                    rx.el.dl(rx.foreach(OverviewTab.person, _pair), class_name="facts"),
                    actions=[ui.link(t("All about this customer"), CaseState.customer_href)],
                ),
                ui.section(
                    t("Who has had it"),
                    ui.simple_table(SPELL_COLUMNS, OverviewTab.spells, empty="Nobody yet."),
                    flush=True,
                ),
                ui.section(
                    t("Agreed to"),
                    ui.simple_table(CONSENT_COLUMNS, OverviewTab.consents, empty="Nothing yet."),
                    flush=True,
                ),
            ),
            ui.section(t("What has happened"), ui.timeline(OverviewTab.events)),
        ),
    )


register_tab("overview", "Overview", Permission.APPLICATION_OPEN, overview, OverviewTab.load)
