"""Decides what the frame of a case knows: who and what, where it stands, what may be done now.
The tabs know the rest; each loads itself when it is opened, with its own permission."""

from __future__ import annotations

import datetime as dt
from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_tabs import tabs_for
from backoffice.application.loans_state import open_next
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query, watch
from backoffice.security.access import require_actor
from backoffice.shell import t
from core.access.permission import Permission
from core.application import service
from core.application.access import require_open, steps_for
from core.application.assignment_service import Reassign, people_for, reassign
from core.application.gate import missing_for_credit
from core.application.life_cycle import OPEN, REJECT_CODES
from core.application.next_step import next_step
from core.application.quote import rate_words
from core.application.service import Reject, Step
from core.application.store import Case, age_words, read_case
from core.application.tenor import tenor_words
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date, format_datetime
from core.kernel.errors import Invalid
from core.kernel.money import format_inr
from core.loan.terms import LoanKind

WORDS = {
    "start_review": "Begin the review",
    "send_to_credit": "Send to credit",
    "return_to_review": "Return to the loan executive",
    "send_back": "Ask the customer",
    "reject": "Reject",
    "cancel": "Cancel at the customer's wish",
    "reassign": "Give to a colleague",
}


class CaseState(SecureState, rx.State):
    """The head of one case and the steps that this feature offers."""

    READ = Permission.APPLICATION_OPEN

    case_id: str = ""
    customer_id: str = ""
    customer_href: str = ""
    title: str = ""
    number: str = ""
    status: str = ""
    version: str = ""
    waits: str = ""
    next_words: str = ""
    pan: str = ""
    mobile: str = ""
    account: str = ""
    figures: list[dict[str, str]] = []
    steps: list[str] = []
    missing: list[str] = []
    gate_shown: bool = False
    claimed: str = ""
    tab: str = "overview"
    dialog: str = ""
    dialog_version: str = ""
    people: list[tuple[str, str]] = []
    duty: str = ""
    problem_text: str = ""

    @query(Permission.APPLICATION_OPEN)
    async def enter(self) -> None:
        """The page was opened: no dialog of an earlier visit stays open.

        Not part of `load`, which also runs when the case changes under an open dialog.
        """
        self.dialog = ""
        self.errors, self.problem, self.problem_form, self.conflict = {}, "", "", {}

    @query(Permission.APPLICATION_OPEN)
    async def load(self) -> Any:
        """Read the head afresh, then the tab that is open."""
        case_id = self._address_id("case")
        actor = require_actor()

        def read(uow: UnitOfWork) -> tuple[Case, list[str], list[str], dt.datetime]:
            found = read_case(uow, case_id)
            require_open(uow, found.application)
            steps = steps_for(actor, found.application)
            missing: list[str] = []
            if found.application.status in ("applied", "in_review"):
                missing = missing_for_credit(uow, found.application)
            return found, steps, missing, uow.now

        found, steps, missing, now = await in_query(read, use_case="open_case")
        application, customer = found.application, found.customer
        self.case_id, self.customer_id = str(application.id), str(customer.id)
        self.customer_href = f"/{actor.brand_code}/customers/{customer.id}"
        self.title = customer.name or t("Unnamed customer")
        self.number = application.number
        self.status = found.loan.status if found.loan else application.status
        self.version = str(application.version)
        self.waits = age_words(application.status_since, now)
        self.pan = f"••••••{customer.pan_last4}" if customer.pan_last4 else ""
        self.mobile = f"+91 ••••• •{customer.mobile_last4}"
        self.account = _account_words(found)
        self.figures = _figures(found)
        self.steps, self.missing = steps, missing
        self.gate_shown = application.status in ("applied", "in_review")
        statement_missing = "a bank statement" in missing
        self.next_words = next_step(
            application.status,
            holder=found.holder,
            statement_missing=statement_missing,
            sent_back_reason=application.sent_back_reason,
            reject_code=application.reject_code,
        ).staff
        claimed = application.claimed_until is not None and application.claimed_until > now
        self.claimed = (
            t("A colleague has this case open right now")
            if claimed and application.claimed_by != actor.id
            else ""
        )
        allowed = tabs_for(actor)
        wanted = self._address("tab", "overview")
        tab = next((one for one in allowed if one.code == wanted), allowed[0])
        self.tab = tab.code
        return tab.load

    watch_changes = watch(
        Permission.APPLICATION_OPEN,
        "application",
        "document",
        "kyc_check",
        "loan",
        "disbursal",
        "job_run",
        concerns=lambda self, change: (
            change.subject != "application" or change.subject_id == self._address_id("case")
        ),
    )

    @command(Permission.APPLICATION_OPEN)
    async def next_case(self) -> Any:
        """Open the next case that waits for this person (S02)."""
        return await open_next(self._address_id("case"))

    @command(Permission.APPLICATION_REVIEW)
    async def start_review(self) -> Any:
        """Begin the review."""
        case_id, version = self._address_id("case"), self._known_version()
        await in_unit_of_work(
            lambda uow: service.start_review(uow, case_id, version), use_case="start_review"
        )
        return [ui.toast_done(t("The review has begun")), CaseState.load]

    @command(Permission.APPLICATION_REVIEW)
    async def send_to_credit(self) -> Any:
        """Hand the case to credit; refused with everything that is missing."""
        case_id, version = self._address_id("case"), self._known_version()
        await in_unit_of_work(
            lambda uow: service.send_to_credit(uow, case_id, version), use_case="send_to_credit"
        )
        return [ui.toast_done(t("The case is with credit now")), CaseState.load]

    @query(Permission.APPLICATION_OPEN)
    async def open_dialog(self, name: str) -> None:
        """Open one of the dialogs; the version seen now is the one that will be changed."""
        if name not in self.steps:
            return
        self.errors, self.problem, self.problem_form = {}, "", ""
        self.dialog_version = self.version
        if name == "reassign":
            self.duty = "credit_executive" if self.status == "in_credit" else "loan_executive"
            duty = self.duty
            found = await in_query(
                lambda uow: [(c, c.why_not(uow.business_date)) for c in people_for(uow, duty)],
                use_case="people_for_case",
            )
            self.people = [
                (
                    str(person.staff_id),
                    f"{person.name} · " + (why or t("{count} open cases", count=person.open_cases)),
                )
                for person, why in found
            ]
        self.dialog = name

    @query(Permission.APPLICATION_OPEN)
    async def close_dialog(self) -> None:
        """Put the dialog away without doing anything."""
        self.dialog = ""

    @command(Permission.APPLICATION_OPEN)
    async def ask_customer(self, form: dict[str, Any]) -> Any:
        """Send the case back to the customer with a reason that stays pinned on their page."""
        await self._do(service.send_back, form, "send_back")
        return [ui.toast_done(t("The customer has been asked")), CaseState.load]

    @command(Permission.APPLICATION_APPRAISE)
    async def return_to_review(self, form: dict[str, Any]) -> Any:
        """Give the case back to the loan executive."""
        await self._do(service.return_to_review, form, "return_to_review")
        return [ui.toast_done(t("The case is back with the loan executive")), CaseState.load]

    @command(Permission.APPLICATION_OPEN)
    async def cancel_case(self, form: dict[str, Any]) -> Any:
        """Cancel as the customer wished."""
        await self._do(service.cancel, form, "cancel")
        return [ui.toast_done(t("The application is cancelled")), CaseState.load]

    @command(Permission.APPLICATION_REJECT)
    async def reject_case(self, form: dict[str, Any]) -> Any:
        """Reject with a coded reason."""
        case_id, version = self._address_id("case"), self._form_version(form)
        given = Reject(case_id, version, str(form.get("code", "")), str(form.get("note", "")))
        await in_unit_of_work(lambda uow: service.reject(uow, given), use_case="reject")
        self.dialog = ""
        return [ui.toast_done(t("The application is rejected")), CaseState.load]

    @command(Permission.APPLICATION_ASSIGN)
    async def move_case(self, form: dict[str, Any]) -> Any:
        """Give the case to another person."""
        chosen = str(form.get("staff_id", ""))
        if not chosen.isdigit():
            raise Invalid({"staff_id": t("Choose a colleague")})
        given = Reassign(
            self._address_id("case"),
            self._form_version(form),
            self.duty,
            int(chosen),
            str(form.get("reason", "")),
        )
        await in_unit_of_work(lambda uow: reassign(uow, given), use_case="reassign")
        self.dialog = ""
        return [ui.toast_done(t("The case has moved")), CaseState.load]

    async def _do(self, work: Any, form: dict[str, Any], use_case: str) -> None:
        given = Step(
            self._address_id("case"), self._form_version(form), str(form.get("reason", ""))
        )
        await in_unit_of_work(lambda uow: work(uow, given), use_case=use_case)
        self.dialog = ""

    def _known_version(self) -> int:
        return int(self.version) if self.version.isdigit() else 0

    def _form_version(self, form: dict[str, Any]) -> int:
        text = str(form.get("version", ""))
        return int(text) if text.isdigit() else 0


REJECT_OPTIONS = [(code, words[0]) for code, words in REJECT_CODES.items()]


def _account_words(found: Case) -> str:
    if found.account is None:
        return ""
    parts = [f"•••• {found.account.account_last4}", found.account.ifsc, found.account.bank_name]
    return " · ".join(part for part in parts if part)


def _figures(found: Case) -> list[dict[str, str]]:
    """The figures of the head, the ones that matter at this point of the road."""
    application, terms = found.application, found.terms
    kind = LoanKind(terms.kind)
    days = application.sanctioned_tenor_days or application.tenor_days
    shown = [
        (t("Asked for"), format_inr(application.requested_amount_paise), ""),
    ]
    if application.recommended_amount_paise and not application.sanctioned_amount_paise:
        shown.append((t("Recommended"), format_inr(application.recommended_amount_paise), ""))
    if application.sanctioned_amount_paise:
        shown.append((t("Sanctioned"), format_inr(application.sanctioned_amount_paise), ""))
    shown += [
        (t("Tenure"), tenor_words(kind, days), ""),
        (t("Product"), found.product.name, rate_words(terms)),
    ]
    if application.status in OPEN:
        since = t("since {when}", when=format_datetime(application.status_since))
        shown.append((t("With"), found.holder or t("nobody"), since))
    if found.loan is not None:
        outstanding = found.balance.principal_outstanding_paise if found.balance else 0
        overdue = found.balance.days_past_due if found.balance else 0
        shown.append(
            (
                t("Loan"),
                found.loan.number,
                t("paid out {day}", day=format_date(found.loan.disbursed_on)),
            )
        )
        shown.append(
            (
                t("Principal outstanding"),
                format_inr(outstanding),
                t("{days} days overdue", days=overdue) if overdue else t("nothing overdue"),
            )
        )
    return [{"label": label, "value": value, "note": note} for label, value, note in shown]
