"""Decides what the approval queue holds: what I can decide now, what waits, what was decided.
A request is shown as changes in words with its effect, never as raw values (UX S10)."""

from __future__ import annotations

import secrets
from typing import Any, ClassVar

import reflex as rx

from backoffice import ui
from backoffice.security import (
    SecureState,
    command,
    in_query,
    in_unit_of_work,
    query,
    require_actor,
    watch,
)
from backoffice.shell import t
from core.access.permission import Permission
from core.access.tables import ApprovalRequest
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date, format_datetime
from core.kernel.errors import NotFound
from core.kernel.money import format_inr, rupees_in_words
from core.loan.tables import Loan
from core.payment import listing, store
from core.payment.disbursal import age_words
from core.payment.disbursal_service import RELEASE
from core.payment.receipt import MODE_WORDS
from core.payment.receipt_service import POST, REVERSE, DecideReceipt, decide_receipt
from core.payment.tables import Receipt

KIND_WORDS = {POST: "Receipt", REVERSE: "Reversal of a receipt", RELEASE: "Disbursal"}
WHOSE = (("mine", "Pending, mine to decide"), ("all", "Pending, all"), ("decided", "Decided"))

# the order in which a checker reads a change; the database keeps none
CHANGE_ORDER = ("Outstanding", "Overdue", "Overdue days", "Next due", "Excess kept", "Loan")


def in_reading_order(changes: list[dict[str, str]], order: tuple[str, ...]) -> list[dict[str, str]]:
    """Changes with the named labels first, as listed, then the rest."""
    places = {label: place for place, label in enumerate(order)}
    return sorted(changes, key=lambda change: places.get(change["label"], len(order)))


class ApprovalList(ui.TableState, rx.State):
    """Payments that wait for a second person."""

    READ = Permission.PAYMENT_LIST
    COLUMNS = (
        ui.Column("kind_words", "Kind"),
        ui.Column("effect", "What is asked"),
        ui.Column("amount_paise", "Amount", kind="money", sort=True),
        ui.Column("maker", "Asked by"),
        ui.Column("made_at", "Asked", kind="datetime", sort=True),
        ui.Column("age", "Waits", kind="number"),
        ui.Column("state", "State", kind="status"),
        ui.Column("checker", "Decided by"),
    )
    FILTERS = (
        ui.Filter("whose", "Show", options=WHOSE[1:]),
        ui.Filter("kind", "Kind", options=tuple(KIND_WORDS.items())),
    )
    SORT = "made_at"
    EMPTY = "Nothing waits for your decision."
    EXPORT: ClassVar[str] = ""

    strip: list[dict[str, str]] = []

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        base = f"/{uow.brand.code}/ops"
        counts = listing.approval_counts(uow)
        here = ask.get("whose") or "mine"
        self.strip = [
            {
                "label": t(label),
                "count": str(counts[whose]) if whose in counts else "",
                "href": f"{base}/payment-approval" + ("" if whose == "mine" else f"?whose={whose}"),
                "current": "page" if here == whose else "false",
            }
            for whose, label in WHOSE
        ]
        answer = listing.approval_list(uow, ask)
        rows = [
            row
            | {
                "kind_words": t(KIND_WORDS[row["kind"]]),
                "age": age_words(uow.now - row["made_at"]) if row["state"] == "pending" else "",
                "href": (
                    f"{base}/disbursals/{row['case_id']}"
                    if row["kind"] == RELEASE
                    else f"{base}/payment-approval/{row['id']}"
                ),
            }
            for row in answer.rows
        ]
        return ListAnswer(rows, answer.next_cursor, answer.previous_cursor)

    load = ui.table_load(Permission.PAYMENT_LIST)
    watch_changes = watch(Permission.PAYMENT_LIST, "approval_request", "receipt")


class ApprovalCase(SecureState, rx.State):
    """One request: what it would do, and the decision."""

    READ = Permission.PAYMENT_LIST

    loaded: bool = False
    kind: str = ""
    effect: str = ""
    amount: str = ""
    amount_words: str = ""
    state: str = ""
    asked: str = ""
    decided: str = ""
    decision_reason: str = ""
    changes: list[dict[str, str]] = []
    receipt_number: str = ""
    mode: str = ""
    utr: str = ""
    value_date: str = ""
    note: str = ""
    loan_number: str = ""
    case_href: str = ""
    can_decide: bool = False
    why_not: str = ""
    events: list[dict[str, Any]] = []
    _key: str = ""

    @query(Permission.PAYMENT_LIST)
    async def load(self) -> None:
        """Read the request with the receipt it is about."""
        request_id = self._address_id("key")
        shown = await in_query(lambda uow: _request(uow, request_id), use_case="approval")
        for name, value in shown.items():
            setattr(self, name, value)
        self._key = secrets.token_hex(12)
        self.loaded = True

    watch_changes = watch(
        Permission.PAYMENT_LIST,
        "approval_request",
        concerns=lambda self, change: change.subject_id == self._address_id("key"),
    )

    @command(Permission.PAYMENT_APPROVE)
    async def approve(self) -> Any:
        """Agree: the receipt is posted or taken back."""
        return await self._decide(approve=True, reason="")

    @command(Permission.PAYMENT_APPROVE)
    async def reject(self, reason: str) -> Any:
        """Say no, with the reason."""
        return await self._decide(approve=False, reason=reason)

    async def _decide(self, *, approve: bool, reason: str) -> Any:
        decision = DecideReceipt(self._address_id("key"), approve, reason, self._key)
        await in_unit_of_work(lambda uow: decide_receipt(uow, decision), use_case="decide_receipt")
        said = t("Approved") if approve else t("Rejected")
        queue = f"/{require_actor().brand_code}/ops/payment-approval"
        return [ui.toast_done(said), rx.redirect(queue)]


def _request(uow: UnitOfWork, request_id: int) -> dict[str, Any]:
    request = uow.find(ApprovalRequest, request_id)
    if request is None or request.kind not in (POST, REVERSE):
        raise NotFound("There is no such request here")
    row = uow.get(Receipt, request.subject_id)
    loan = uow.get(Loan, row.loan_id)
    can_decide, why_not = False, ""
    if request.state == "pending":
        if request.maker_id == uow.actor.id:
            why_not = t("You recorded this yourself; another person must decide it.")
        elif not uow.actor.can(Permission.PAYMENT_APPROVE):
            why_not = t("You may look at this, but not decide it.")
        elif request.amount_paise > uow.actor.approval_limit_paise:
            why_not = t(
                "{amount} is above your limit of {limit}.",
                amount=format_inr(request.amount_paise),
                limit=format_inr(uow.actor.approval_limit_paise),
            )
        else:
            can_decide = True
    made, decided = format_datetime(request.made_at), request.decided_at
    return {
        "kind": t(KIND_WORDS[request.kind]),
        "effect": request.effect,
        "amount": format_inr(request.amount_paise),
        "amount_words": rupees_in_words(request.amount_paise),
        "state": request.state,
        "asked": t(
            "{name}, {when} ({age} ago)",
            name=request.maker_name,
            when=made,
            age=age_words(uow.now - request.made_at),
        ),
        "decided": f"{request.checker_name}, {format_datetime(decided)}" if decided else "",
        "decision_reason": request.decision_reason,
        "changes": in_reading_order(ui.change_words(request.before, request.after), CHANGE_ORDER),
        "receipt_number": row.number,
        "mode": t(MODE_WORDS[row.mode]),
        "utr": row.utr or row.bank_reference or "–",
        "value_date": format_date(row.value_date),
        "note": row.note or "–",
        "loan_number": f"{loan.number} · {store.customer_name(uow, loan.customer_id)}",
        "case_href": f"/{uow.brand.code}/loans/{row.application_id}?tab=payments",
        "can_decide": can_decide,
        "why_not": why_not,
        "events": ui.timeline_rows(uow, subject=("receipt", row.id), limit=30),
    }
