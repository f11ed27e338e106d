"""Decides what the disbursal screens hold: the queue with counts, and one case's way to its money.
The server says what is possible; the screen only shows it, so a disabled button says why."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

import reflex as rx

from backoffice import ui
from backoffice.payment.approval_state import in_reading_order
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query, watch
from backoffice.shell import t
from core.access.permission import Permission
from core.application.tables import Application
from core.customer.tables import CustomerBankAccount
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_datetime
from core.kernel.money import format_inr, format_inr_short
from core.payment import listing, store
from core.payment.disbursal import NEXT_ACTION, Blocker, age_words, blockers, is_stuck
from core.payment.disbursal_service import (
    RELEASE,
    DecideDisbursal,
    GiveUpDisbursal,
    RequestDisbursal,
    ResubmitDisbursal,
    decide_disbursal,
    give_up_disbursal,
    request_disbursal,
    resubmit_disbursal,
)
from core.payment.payout_service import ask_the_bank
from core.payment.tables import Disbursal, Payout

QUEUE_STATES = (
    ("ready", "Ready to request"),
    ("requested", "Waits for release"),
    ("approved", "Released"),
    ("sent", "With the bank"),
    ("unknown", "Not known yet"),
    ("failed", "Failed"),
    ("reversed", "Came back"),
    ("paid", "Paid"),
)
TROUBLE = ("unknown", "failed", "reversed")
CHANGE_ORDER = ("Sanctioned", "Fees kept back", "Paid out", "Account", "Rail", "Payout")
RAILS = (("IMPS", "IMPS"), ("NEFT", "NEFT"), ("RTGS", "RTGS"))


class DisbursalList(ui.TableState, rx.State):
    """The queue: what may be requested, what waits, what is on its way, what went wrong."""

    READ = Permission.DISBURSAL_LIST
    COLUMNS = (
        ui.Column("number", "Disbursal", kind="code", sort=True),
        ui.Column("case_number", "Case", kind="code"),
        ui.Column("customer", "Customer"),
        ui.Column("net_paise", "Amount", kind="money", sort=True),
        ui.Column("status", "State", kind="status"),
        ui.Column("age", "In this state", kind="number"),
        ui.Column("since", "Since", kind="datetime", sort=True),
        ui.Column("next", "What happens next"),
    )
    FILTERS = (
        ui.Filter("q", "Number or name"),
        ui.Filter("state", "State", options=(*QUEUE_STATES, ("all", "All disbursals"))),
    )
    SORT = "since"
    EMPTY = "No disbursal is open. Signed cases are under “Ready to request”."
    EXPORT: ClassVar[str] = ""

    strip: list[dict[str, str]] = []

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        base = f"/{uow.brand.code}/ops/disbursals"
        counts = store.disbursal_counts(uow)
        here = ask.get("state")
        self.strip = [
            {
                "label": t(label),
                "count": str(counts.get(state, (0, 0))[0]),
                "amount": format_inr_short(counts.get(state, (0, 0))[1]),
                "href": f"{base}?state={state}",
                "current": "page" if here == state else "false",
                "tone": "warn" if state in TROUBLE and counts.get(state, (0, 0))[0] else "",
            }
            for state, label in QUEUE_STATES
        ]
        answer = listing.disbursal_list(uow, ask)
        rows = [self._shown(uow, row, base) for row in answer.rows]
        return ListAnswer(rows, answer.next_cursor, answer.previous_cursor)

    def _shown(self, uow: UnitOfWork, row: dict[str, Any], base: str) -> dict[str, Any]:
        age = age_words(uow.now - row["since"])
        ready = row["status"] == listing.READY
        said = t("Ask for the release of the money") if ready else t(NEXT_ACTION[row["status"]])
        ended = row["status"] in ("paid", "refused")
        return row | {
            "href": f"{base}/{row['application_id']}",
            "number": row["number"] or t("Not requested"),
            "age": "" if ended else t("{age}, late", age=age) if row["stuck"] else age,
            "next": row["cause"] or ("" if ended else said),
            "tone": "warn" if row["stuck"] or row["status"] in TROUBLE else "",
        }

    load = ui.table_load(Permission.DISBURSAL_LIST)
    watch_changes = watch(Permission.DISBURSAL_LIST, "disbursal", "application")


def _payout_row(row: Payout) -> dict[str, str]:
    when = row.settled_at or row.tried_at or row.created_at
    return {
        "attempt": str(row.attempt),
        "status": row.status,
        "amount": format_inr(row.amount_paise),
        "rail": row.rail,
        "when": format_datetime(when),
        "tries": str(row.tries),
        "utr": row.utr or "–",
        "reference": row.provider_reference or "–",
        "cause": row.cause or "–",
        "href": "",
    }


def _blocker_row(one: Blocker) -> dict[str, str]:
    return {"sentence": t(one.sentence), "owner": t(one.owner)}


class DisbursalCase(SecureState, rx.State):
    """One case on its way to its money."""

    READ = Permission.DISBURSAL_LIST

    loaded: bool = False
    number: str = ""
    case_number: str = ""
    case_href: str = ""
    customer: str = ""
    status: str = ""
    age: str = ""
    stuck: bool = False
    next_action: str = ""
    cause: str = ""
    sanctioned: str = ""
    fees: list[dict[str, str]] = []
    net: str = ""
    net_words: str = ""
    account: str = ""
    account_name: str = ""
    account_check: str = ""
    requested: str = ""
    released: str = ""
    blockers: list[dict[str, str]] = []
    payouts: list[dict[str, str]] = []
    effect: str = ""
    release_words: str = ""
    changes: list[dict[str, str]] = []
    can_request: bool = False
    can_decide: bool = False
    why_not: str = ""
    can_resubmit: bool = False
    on_its_way: bool = False
    accounts: list[list[str]] = []
    account_id: str = ""
    version: int = 0
    has_loan: bool = False
    events: list[dict[str, Any]] = []
    _disbursal_id: int = 0
    # one key for each time the page shows a decision: a double click is one release
    _key: str = ""

    @query(Permission.DISBURSAL_LIST)
    async def load(self) -> None:
        """Read the case, what stands in its way, and what became of each payout."""
        application_id = self._address_id("case")
        shown = await in_query(lambda uow: _case(uow, application_id), use_case="disbursal")
        for name, value in shown.items():
            setattr(self, name, value)
        self._key = secrets.token_hex(12)
        self.loaded = True

    watch_changes = watch(
        Permission.DISBURSAL_LIST,
        "disbursal",
        "application",
        concerns=lambda self, change: (
            change.subject_id
            == (self._disbursal_id if change.subject == "disbursal" else self._address_id("case"))
        ),
    )

    @command(Permission.DISBURSAL_REQUEST)
    async def request(self) -> Any:
        """Ask another person to release the money."""
        wanted = RequestDisbursal(self._address_id("case"), self._key)
        await in_unit_of_work(
            lambda uow: request_disbursal(uow, wanted), use_case="request_disbursal"
        )
        return [ui.toast_done(t("Requested; another person must release it")), type(self).load]

    @command(Permission.DISBURSAL_APPROVE)
    async def release(self) -> Any:
        """Let the money go."""
        return await self._decide(approve=True, reason="", said=t("Released; the bank is told"))

    @command(Permission.DISBURSAL_APPROVE)
    async def refuse(self, reason: str) -> Any:
        """Say no, with the reason."""
        return await self._decide(approve=False, reason=reason, said=t("Refused"))

    async def _decide(self, *, approve: bool, reason: str, said: str) -> Any:
        decision = DecideDisbursal(self._disbursal_id, self.version, approve, reason, self._key)
        await in_unit_of_work(
            lambda uow: decide_disbursal(uow, decision), use_case="decide_disbursal"
        )
        return [ui.toast_done(said), type(self).load]

    @command(Permission.DISBURSAL_REQUEST)
    async def resubmit(self, form: dict[str, Any]) -> Any:
        """Ask for a new payout after the cause was corrected."""
        chosen = str(form.get("bank_account_id", ""))
        wanted = ResubmitDisbursal(
            self._disbursal_id,
            self.version,
            int(chosen) if chosen.isdigit() else 0,
            str(form.get("note", "")),
            str(form.get("rail", "")),
        )
        await in_unit_of_work(
            lambda uow: resubmit_disbursal(uow, wanted), use_case="resubmit_disbursal"
        )
        return [ui.toast_done(t("Asked for a new payout")), type(self).load]

    @command(Permission.DISBURSAL_REQUEST)
    async def give_up(self, reason: str) -> Any:
        """End it without paying."""
        wanted = GiveUpDisbursal(self._disbursal_id, self.version, reason)
        await in_unit_of_work(
            lambda uow: give_up_disbursal(uow, wanted), use_case="give_up_disbursal"
        )
        return [ui.toast_done(t("Ended without payment")), type(self).load]

    @command(Permission.DISBURSAL_LIST)
    async def ask_bank(self) -> Any:
        """Ask the bank now instead of waiting for the next round."""
        disbursal_id = self._disbursal_id
        await in_unit_of_work(lambda uow: ask_the_bank(uow, disbursal_id), use_case="ask_bank")
        return ui.toast_done(t("The bank is being asked"))


def _case(uow: UnitOfWork, application_id: int) -> dict[str, Any]:
    """Everything the screen of one case shows."""
    application = uow.get(Application, application_id)
    ready = store.readiness(uow, application)
    history = store.disbursals_of(uow, application_id)
    current = next((one for one in history if one.status != "refused"), None)
    shown: dict[str, Any] = {
        "case_number": application.number,
        "case_href": f"/{uow.brand.code}/loans/{application.id}",
        "customer": store.customer_name(uow, application.customer_id),
        "can_request": uow.actor.can(Permission.DISBURSAL_REQUEST),
        "payouts": [_payout_row(one) for made in history for one in store.payouts_of(uow, made.id)],
        "events": ui.timeline_rows(
            uow, subject=("disbursal", history[0].id if history else 0), limit=50
        ),
    }
    account = ready.account
    if current is None:
        return shown | _before(application, ready) | _account(account)
    account = uow.find(CustomerBankAccount, current.bank_account_id)
    return shown | _during(uow, current) | _account(account)


def _before(application: Application, ready: store.Ready) -> dict[str, Any]:
    sanctioned = ready.known.sanctioned_paise or 0
    found = blockers(ready.known)
    return {
        "number": t("Not requested"),
        "status": "ready" if not found else "blocked",
        "age": "",
        "stuck": False,
        "next_action": "",
        "cause": "",
        "sanctioned": format_inr(sanctioned),
        "fees": [
            {"label": t(one["label"]), "amount": format_inr(-one["amount_paise"])}
            for one in ready.fee_lines
        ],
        "net": format_inr(sanctioned - ready.known.fees_paise),
        "requested": "",
        "released": "",
        "blockers": [_blocker_row(one) for one in found],
        "effect": "",
        "release_words": "",
        "changes": [],
        "can_decide": False,
        "why_not": "",
        "can_resubmit": False,
        "on_its_way": False,
        "accounts": [],
        "account_id": "",
        "version": application.version,
        "has_loan": False,
        "_disbursal_id": 0,
    }


def _during(uow: UnitOfWork, row: Disbursal) -> dict[str, Any]:
    age = uow.now - row.status_since
    request = store.open_request(uow, RELEASE, "disbursal", row.id)
    can_decide, why_not = False, ""
    if request is not None:
        if request.maker_id == uow.actor.id:
            why_not = t("You asked for this yourself; another person must decide it.")
        elif not uow.actor.can(Permission.DISBURSAL_APPROVE):
            why_not = t("You may look at this, but not release it.")
        elif request.amount_paise > uow.actor.approval_limit_paise:
            why_not = t(
                "{amount} is above your limit of {limit}.",
                amount=format_inr(request.amount_paise),
                limit=format_inr(uow.actor.approval_limit_paise),
            )
        else:
            can_decide = True
    accounts = [
        [
            str(one.id),
            f"•••• {one.account_last4} · {one.ifsc} · "
            + (t("verified") if one.state == "verified" else t("not verified")),
        ]
        for one in store.accounts_of(uow, row.customer_id)
    ]
    can_try = row.status in ("failed", "reversed")
    return {
        "number": row.number,
        "status": row.status,
        "age": age_words(age),
        "stuck": is_stuck(row.status, age),
        "next_action": t(NEXT_ACTION[row.status]),
        "cause": row.cause,
        "sanctioned": format_inr(row.sanctioned_paise),
        "fees": [
            {"label": t(one["label"]), "amount": format_inr(-one["amount_paise"])}
            for one in row.fee_lines
        ],
        "net": format_inr(row.net_paise),
        "requested": t(
            "{name}, {when}", name=row.requested_by_name, when=format_datetime(row.requested_at)
        ),
        "released": (
            t(
                "{name}, {when}",
                name=row.approved_by_name,
                when=format_datetime(row.approved_at),
            )
            if row.approved_at
            else ""
        ),
        "blockers": [],
        "effect": request.effect if request else "",
        "release_words": (
            t(
                "To the account {account} by {rail}; {fees} of fees are kept back.",
                account=request.after.get("Account", ""),
                rail=request.after.get("Rail", ""),
                fees=request.after.get("Fees kept back", ""),
            )
            if request
            else ""
        ),
        "changes": (
            in_reading_order(ui.change_words(request.before, request.after), CHANGE_ORDER)
            # a first release changes nothing that was: it is said in one sentence instead
            if request and request.before
            else []
        ),
        "can_decide": can_decide,
        "why_not": why_not,
        "can_resubmit": can_try and uow.actor.can(Permission.DISBURSAL_REQUEST),
        "on_its_way": row.status in ("approved", "sent", "unknown"),
        "accounts": accounts,
        "account_id": str(row.bank_account_id),
        "version": row.version,
        "has_loan": row.loan_id is not None,
        "_disbursal_id": row.id,
    }


def _account(account: CustomerBankAccount | None) -> dict[str, Any]:
    if account is None:
        return {"account": t("none"), "account_name": "–", "account_check": t("none")}
    match = f", {account.name_match} %" if account.name_match is not None else ""
    checked = {"verified": t("passed") + match, "failed": t("failed") + match}
    return {
        "account": f"•••• {account.account_last4} · {account.ifsc}",
        "account_name": account.verified_name or account.holder_name,
        "account_check": checked.get(account.state, t("not done")),
    }
