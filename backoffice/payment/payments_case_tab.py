"""Decides what a case shows of its money: the schedule, the postings, and what was paid and how.
Money is recorded here too, because whoever is told of a payment has the case open."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query
from backoffice.shell import t
from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date, format_datetime
from core.kernel.errors import Invalid
from core.kernel.money import PAISE_PER_RUPEE, format_inr, parse_inr
from core.ledger.chart import CHART
from core.ledger.service import loan_statement
from core.loan.position import Amounts, InstalmentPosition
from core.payment import loan_books, store
from core.payment.link_service import AskPayment, ask_payment, cancel_payment_request
from core.payment.payment_request import ASK_WORDS
from core.payment.receipt import MANUAL_MODES, MODE_WORDS
from core.payment.receipt_service import AskReversal, RecordReceipt, ask_reversal, record_receipt
from core.payment.tables import PaymentRequest, Receipt

_HEAD_NAMES = {account.head.value: account.name for account in CHART}
_ENTRY_WORDS = {
    "disbursed": "Loan disbursed",
    "payout": "Payout left our bank",
    "payout_returned": "Payout came back to our bank",
    "receipt": "Receipt",
    "reversal": "Reversal",
    "charge": "Charge",
    "waiver": "Waiver",
    "refund": "Refund of excess",
    "accrual": "Interest of the day",
}

# ---------------------------------------------------------------- schedule

SCHEDULE_COLUMNS = (
    ui.Column("number", "No."),
    ui.Column("due_on", "Due on", kind="code"),
    ui.Column("principal", "Principal", kind="money"),
    ui.Column("interest", "Interest", kind="money"),
    ui.Column("other", "Charges", kind="money"),
    ui.Column("total", "To pay", kind="money"),
    ui.Column("paid", "Paid", kind="money"),
    ui.Column("left", "Left", kind="money"),
    ui.Column("status", "State", kind="status"),
)


def instalment_row(one: InstalmentPosition) -> dict[str, str]:
    """One instalment as texts."""
    return {
        "number": str(one.number),
        "due_on": format_date(one.due_on),
        "principal": format_inr(one.due.principal),
        "interest": format_inr(one.due.interest),
        "other": format_inr(one.due.charge + one.due.penal),
        "total": format_inr(one.due.total),
        "paid": format_inr(one.paid.total),
        "left": format_inr(one.left.total),
        "status": one.status.value,
        "href": "",
    }


def _bar(one: InstalmentPosition) -> dict[str, Any]:
    return {
        "due_on": format_date(one.due_on),
        "principal": one.due.principal // PAISE_PER_RUPEE,
        "principal_text": format_inr(one.due.principal),
        "interest": one.due.interest // PAISE_PER_RUPEE,
        "interest_text": format_inr(one.due.interest),
    }


class ScheduleTab(SecureState, rx.State):
    """The instalments of the loan, as they stand on the business date."""

    READ = Permission.LOAN_OPEN

    has_loan: bool = False
    loaded: bool = False
    rows: list[dict[str, str]] = []
    bars: list[dict[str, Any]] = []
    number: str = ""
    as_of: str = ""
    outstanding: str = ""
    overdue: str = ""
    next_due: str = ""
    payoff: str = ""
    past_due: str = ""
    excess: str = ""

    @query(Permission.LOAN_OPEN)
    async def load(self) -> None:
        """Read where the loan stands."""
        application_id = self._address_id("case")
        shown = await in_query(lambda uow: _schedule(uow, application_id), use_case="schedule")
        for name, value in shown.items():
            setattr(self, name, value)
        self.loaded = True


def _schedule(uow: UnitOfWork, application_id: int) -> dict[str, Any]:
    loan = store.loan_of_application(uow, application_id)
    if loan is None:
        return {"has_loan": False, "rows": [], "bars": []}
    place = loan_books.place_of(uow, loan)
    dues = loan_books.dues(uow, loan)
    due = sum((one.due for one in place.instalments), Amounts())
    total = {
        "number": t("Sum"),
        "due_on": "",
        "principal": format_inr(due.principal),
        "interest": format_inr(due.interest),
        "other": format_inr(due.charge + due.penal),
        "total": format_inr(due.total),
        "paid": format_inr(place.paid.total),
        "left": format_inr(sum(one.left.total for one in place.instalments)),
        "status": "",
        "href": "",
    }
    return {
        "has_loan": True,
        "rows": [instalment_row(one) for one in place.instalments] + [total],
        "bars": [_bar(one) for one in place.instalments],
        "number": loan.number,
        "as_of": format_date(place.as_of),
        "outstanding": format_inr(dues.outstanding_paise),
        "overdue": format_inr(dues.overdue_paise),
        "next_due": (
            f"{format_inr(dues.due_paise)} · {format_date(dues.next_due_on)}"
            if dues.next_due_on
            else t("nothing")
        ),
        "payoff": format_inr(dues.payoff_paise),
        "past_due": str(dues.days_past_due),
        "excess": format_inr(dues.excess_paise),
    }


def _no_loan() -> rx.Component:
    return ui.empty(t("There is no loan yet. It begins when the bank has paid it out."))


def schedule_panel() -> rx.Component:
    """The tab."""
    state = ScheduleTab
    return rx.cond(
        state.loaded,
        rx.cond(
            state.has_loan,
            ui.stack(
                ui.section(
                    t("Where the loan stands"),
                    ui.facts(
                        [
                            (t("Loan"), state.number),
                            (t("As of"), state.as_of),
                            (t("Outstanding"), state.outstanding),
                            (t("Overdue"), state.overdue),
                            (t("Days past due"), state.past_due),
                            (t("Due next"), state.next_due),
                            (t("Ends the loan today"), state.payoff),
                            (t("Kept as excess"), state.excess),
                        ]
                    ),
                ),
                ui.section(
                    "",
                    ui.bar_chart(
                        state.bars,
                        "due_on",
                        [("principal", t("Principal")), ("interest", t("Interest"))],
                        t("Principal and interest by instalment, in rupees"),
                        stacked=True,
                    ),
                ),
                ui.section(
                    t("Schedule"),
                    ui.simple_table(SCHEDULE_COLUMNS, state.rows, caption=t("Schedule")),
                    flush=True,
                ),
            ),
            _no_loan(),
        ),
        ui.loading(),
    )


# ---------------------------------------------------------------- ledger

LEDGER_COLUMNS = (
    ui.Column("entry", "Entry"),
    ui.Column("value_date", "Value date", kind="code"),
    ui.Column("posted_on", "Posted", kind="code"),
    ui.Column("what", "What"),
    ui.Column("account", "Account"),
    ui.Column("debit", "Debit", kind="money"),
    ui.Column("credit", "Credit", kind="money"),
    ui.Column("memo", "Memo"),
)


class LedgerTab(SecureState, rx.State):
    """The postings that name the loan, and those of its payouts."""

    READ = Permission.LOAN_OPEN

    loaded: bool = False
    rows: list[dict[str, str]] = []
    debit: str = ""
    credit: str = ""
    ties: bool = True

    @query(Permission.LOAN_OPEN)
    async def load(self) -> None:
        """Read the postings, oldest first."""
        application_id = self._address_id("case")
        shown = await in_query(lambda uow: _ledger(uow, application_id), use_case="ledger")
        for name, value in shown.items():
            setattr(self, name, value)
        self.loaded = True


def _ledger(uow: UnitOfWork, application_id: int) -> dict[str, Any]:
    loan = store.loan_of_application(uow, application_id)
    lines = store.payout_lines(uow, application_id)
    if loan is not None:
        lines = lines + loan_statement(uow, loan.id)
    lines.sort(key=lambda line: line.posting_id)
    debit = sum(line.amount_paise for line in lines if line.amount_paise > 0)
    credit = -sum(line.amount_paise for line in lines if line.amount_paise < 0)
    shown: list[dict[str, str]] = []
    last = 0
    for line in lines:
        first = line.entry_id != last
        last = line.entry_id
        words = _ENTRY_WORDS.get(line.kind, line.kind.replace("_", " ").capitalize())
        paise = line.amount_paise
        shown.append(
            {
                "entry": str(line.entry_id) if first else "",
                "value_date": format_date(line.value_date) if first else "",
                "posted_on": format_date(line.posted_on) if first else "",
                "what": t(words) if first else "",
                "account": t(_HEAD_NAMES.get(line.account, line.account)),
                "debit": format_inr(paise) if paise > 0 else "",
                "credit": format_inr(-paise) if paise < 0 else "",
                "memo": line.memo if first else "",
                "href": "",
            }
        )
    return {
        "rows": shown,
        "debit": format_inr(debit),
        "credit": format_inr(credit),
        "ties": debit == credit,
    }


def ledger_panel() -> rx.Component:
    """The tab."""
    state = LedgerTab
    return rx.cond(
        state.loaded,
        ui.section(
            t("Postings"),
            ui.simple_table(
                LEDGER_COLUMNS,
                state.rows,
                empty="Nothing has been booked for this case yet.",
                caption=t("Postings"),
            ),
            rx.cond(
                state.rows.length() > 0,
                ui.row(
                    rx.el.span(t("Debit") + " ", state.debit),
                    rx.el.span(t("Credit") + " ", state.credit),
                    rx.cond(
                        state.ties,
                        ui.chip(t("Both sides are equal"), "good", "check"),
                        ui.chip(t("The sides differ"), "bad", "alert"),
                    ),
                    spread=True,
                ),
            ),
        ),
        ui.loading(),
    )


# ---------------------------------------------------------------- payments

RECEIPT_COLUMNS = (
    ui.Column("number", "Receipt", kind="code"),
    ui.Column("value_date", "Value date", kind="code"),
    ui.Column("amount", "Amount", kind="money"),
    ui.Column("mode", "Mode"),
    ui.Column("utr", "UTR", kind="code"),
    ui.Column("used", "Used for"),
    ui.Column("by", "By"),
    ui.Column("status", "State", kind="status"),
)
LINK_COLUMNS = (
    ui.Column("asked", "Asked"),
    ui.Column("kind", "For"),
    ui.Column("amount", "Amount", kind="money"),
    ui.Column("by", "By"),
    ui.Column("ends", "Ends"),
    ui.Column("note", "Note"),
    ui.Column("status", "State", kind="status"),
)
MODE_OPTIONS = tuple((mode.value, MODE_WORDS[mode.value]) for mode in MANUAL_MODES)
ASK_OPTIONS = (("due", "Amount due"), ("payoff", "Full payoff"), ("part", "Part payment"))


def receipt_row(row: Receipt) -> dict[str, str]:
    """One receipt as texts; `version` and `id` are for the reversal."""
    used = store.allocation_words(row)
    if row.state == "rejected":
        used = row.decision_reason
    elif row.state == "reversed":
        used = t("Taken back: {reason}", reason=row.decision_reason)
    return {
        "id": str(row.id),
        "version": str(row.version),
        "number": row.number,
        "value_date": format_date(row.value_date),
        "amount": format_inr(row.amount_paise),
        "mode": t(MODE_WORDS[row.mode]),
        "utr": row.utr or row.bank_reference or "–",
        "used": used or "–",
        "by": row.recorded_by_name + (f" · {row.decided_by_name}" if row.decided_by_name else ""),
        "status": row.state,
        "href": "",
    }


def link_row(row: PaymentRequest) -> dict[str, str]:
    """One payment link as texts; its address is shown only while it can be paid."""
    return {
        "id": str(row.id),
        "asked": format_datetime(row.requested_at),
        "kind": t(ASK_WORDS[row.kind].capitalize()),
        "amount": format_inr(row.amount_paise),
        "by": row.requested_by_name,
        "ends": format_datetime(row.expires_at) if row.expires_at else "–",
        "url": row.url if row.status == "open" else "",
        "note": row.cause or "–",
        "status": row.status,
        "href": "",
    }


class PaymentsTab(SecureState, rx.State):
    """What was paid, what was asked, and the form for money that a person saw arriving."""

    READ = Permission.LOAN_OPEN

    loaded: bool = False
    has_loan: bool = False
    can_record: bool = False
    receipts: list[dict[str, str]] = []
    links: list[dict[str, str]] = []
    due: str = ""
    payoff: str = ""
    today: str = ""
    # counts what was recorded here, so that the form begins anew only after a success
    recorded: int = 0
    _loan_id: int = 0
    _key: str = ""

    @query(Permission.LOAN_OPEN)
    async def load(self) -> None:
        """Read receipts and links, newest first."""
        application_id = self._address_id("case")
        shown = await in_query(lambda uow: _payments(uow, application_id), use_case="payments")
        for name, value in shown.items():
            setattr(self, name, value)
        self._key = secrets.token_hex(12)
        self.loaded = True

    @command(Permission.PAYMENT_RECORD)
    async def record(self, form: dict[str, Any]) -> Any:
        """Record money and put it before another person."""
        wrong: dict[str, str] = {}
        amount_paise, value_date = 0, dt.date.max
        try:
            amount_paise = parse_inr(str(form.get("amount", "")))
        except Invalid as refusal:
            wrong |= refusal.fields
        try:
            value_date = dt.date.fromisoformat(str(form.get("value_date", "")))
        except ValueError:
            wrong["value_date"] = t("Enter the day the money came")
        wanted = RecordReceipt(
            loan_id=self._loan_id,
            amount_paise=amount_paise,
            mode=str(form.get("mode", "")),
            value_date=value_date,
            utr=str(form.get("utr", "")),
            note=str(form.get("note", "")),
            is_payoff=form.get("is_payoff") == "on",
            key=self._key,
        )
        try:
            await in_unit_of_work(
                lambda uow: record_receipt(uow, wanted), use_case="record_receipt"
            )
        except Invalid as refusal:
            # everything that is wrong is said at once, with the sentence closest to the typing
            raise Invalid({**refusal.fields, **wrong}) from None
        self.recorded += 1
        return [ui.toast_done(t("Recorded; another person must approve it")), type(self).load]

    @command(Permission.PAYMENT_RECORD)
    async def send_link(self, form: dict[str, Any]) -> Any:
        """Ask the customer for money by a link."""
        kind = str(form.get("kind", ""))
        typed = str(form.get("part", "")).strip()
        part = parse_inr(typed, field="part") if kind == "part" else 0
        wanted = AskPayment(self._loan_id, kind, part)
        try:
            await in_unit_of_work(lambda uow: ask_payment(uow, wanted), use_case="ask_payment")
        except Invalid as refusal:
            # the form beside this one has the field that is called amount
            raise Invalid({"part" if kind == "part" else "kind": refusal.message}) from None
        return [ui.toast_done(t("The link is made and sent to the customer")), type(self).load]

    @command(Permission.PAYMENT_RECORD)
    async def withdraw(self, link_id: str, reason: str) -> Any:
        """Withdraw an open link."""
        chosen = int(link_id) if link_id.isdigit() else 0
        await in_unit_of_work(
            lambda uow: cancel_payment_request(uow, chosen, reason), use_case="withdraw_link"
        )
        return [ui.toast_done(t("Link withdrawn")), type(self).load]

    @command(Permission.PAYMENT_RECORD)
    async def reverse(self, receipt_id: str, version: str, reason: str) -> Any:
        """Ask another person to take a receipt back."""
        wanted = AskReversal(int(receipt_id), int(version), reason)
        await in_unit_of_work(lambda uow: ask_reversal(uow, wanted), use_case="ask_reversal")
        return [ui.toast_done(t("Asked; another person must agree")), type(self).load]


def _payments(uow: UnitOfWork, application_id: int) -> dict[str, Any]:
    loan = store.loan_of_application(uow, application_id)
    if loan is None:
        return {"has_loan": False, "receipts": [], "links": [], "_loan_id": 0}
    dues = loan_books.dues(uow, loan)
    return {
        "has_loan": True,
        "can_record": uow.actor.can(Permission.PAYMENT_RECORD),
        "receipts": [receipt_row(one) for one in store.receipts_of(uow, loan.id)],
        "links": [link_row(one) for one in store.requests_of(uow, loan.id)],
        "due": format_inr(dues.due_paise),
        "payoff": format_inr(dues.payoff_paise),
        "today": uow.business_date.isoformat(),
        "_loan_id": loan.id,
    }


def _link_actions(row: Any) -> rx.Component:
    state = PaymentsTab
    return rx.cond(
        (row["status"] == "open") & state.can_record,
        rx.fragment(
            rx.el.a(
                t("Open"),
                href=row["url"],
                target="_blank",
                rel="noreferrer",
                class_name="btn small",
            ),
            ui.confirm(
                t("Withdraw"),
                lambda reason: state.withdraw(row["id"], reason),
                title=t("Withdraw this link?"),
                effect=t("The customer can no longer pay through it."),
                reason=t("Reason"),
                small=True,
            ),
        ),
        rx.fragment(),
    )


def _receipt_actions(row: Any) -> rx.Component:
    state = PaymentsTab
    return rx.cond(
        (row["status"] == "posted") & state.can_record,
        ui.confirm(
            t("Reverse"),
            lambda reason: state.reverse(row["id"], row["version"], reason),
            title=t("Ask to reverse this receipt?"),
            effect=t("Another person must agree. The loan then stands as if it had never come."),
            reason=t("Reason, such as “cheque returned”"),
            danger=True,
            small=True,
        ),
        rx.fragment(),
    )


def _record_form() -> rx.Component:
    state = PaymentsTab
    return ui.section(
        t("Record a payment"),
        ui.form(
            state,
            state.record,
            ui.money_field(state, "amount", t("Amount")),
            ui.pair(
                ui.select_field(state, "mode", t("Mode"), options=MODE_OPTIONS),
                ui.date_field(
                    state,
                    "value_date",
                    t("Value date"),
                    value=state.today,
                    hint=t("The day the money came; it may be earlier than today"),
                ),
            ),
            ui.field(
                state, "utr", t("UTR"), hint=t("The bank's reference; for cash it may stay empty")
            ),
            ui.field(state, "note", t("Note"), optional=True),
            ui.check_field(
                state,
                "is_payoff",
                t("This payment ends the loan early"),
                hint=t("It closes the loan when it covers what ends it on the value date"),
            ),
            submit=t("Record for approval"),
        ),
    )


def _ask_form() -> rx.Component:
    state = PaymentsTab
    return ui.section(
        t("Send a payment link"),
        ui.facts([(t("Due"), state.due), (t("Ends the loan today"), state.payoff)]),
        ui.form(
            state,
            state.send_link,
            ui.select_field(state, "kind", t("Ask for"), options=ASK_OPTIONS, value="due"),
            ui.money_field(state, "part", t("Amount of a part payment"), optional=True),
            submit=t("Send the link"),
        ),
    )


def payments_panel() -> rx.Component:
    """The tab."""
    state = PaymentsTab
    return rx.cond(
        state.loaded,
        rx.cond(
            state.has_loan,
            ui.stack(
                ui.section(
                    t("Receipts"),
                    ui.simple_table(
                        RECEIPT_COLUMNS,
                        state.receipts,
                        empty="Nothing has been paid yet.",
                        caption=t("Receipts"),
                        actions=_receipt_actions,
                    ),
                    flush=True,
                ),
                ui.section(
                    t("Payment links"),
                    ui.simple_table(
                        LINK_COLUMNS,
                        state.links,
                        empty="The customer was not asked by a link yet.",
                        caption=t("Payment links"),
                        actions=_link_actions,
                    ),
                    flush=True,
                ),
                rx.cond(
                    state.can_record,
                    ui.columns(rx.el.div(_record_form(), key=state.recorded.to(str)), _ask_form()),
                ),
            ),
            _no_loan(),
        ),
        ui.loading(),
    )


register_tab("schedule", "Schedule", Permission.LOAN_OPEN, schedule_panel, ScheduleTab.load)
register_tab("ledger", "Ledger", Permission.LOAN_OPEN, ledger_panel, LedgerTab.load)
register_tab("payments", "Payments", Permission.LOAN_OPEN, payments_panel, PaymentsTab.load)
