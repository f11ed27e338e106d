"""Decides what the collection screens hold: one page of the worklist, or one loan being worked on.
The loan's page fetches in one unit of work what a collector looks at before calling."""

from __future__ import annotations

import datetime as dt
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
from core.collection import service, store
from core.collection.disposition import BY_CODE, CHANNELS, DISPOSITIONS
from core.collection.service import RecordRemark
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import IST, format_date, format_datetime
from core.kernel.errors import Invalid, NotFound
from core.kernel.money import format_inr, parse_inr
from core.notification import store as notification_store
from core.notification.service import cancel_reminder, schedule_reminder
from core.notification.template import KINDS

BUCKET_OPTIONS = tuple((bucket, f"{bucket} days") for bucket in store.BUCKETS)
PROMISE_OPTIONS = (("open", "Promise open"), ("broken", "Promise broken"), ("kept", "Promise kept"))
REMINDER_WORDS = {
    "due_soon": "Instalment due soon",
    "overdue": "Payment overdue",
    "promise_reminder": "Reminder of a promise",
}


def _shown(row: dict[str, Any], brand: str) -> dict[str, Any]:
    promise = ""
    if row["promised_on"]:
        promise = (
            f"{format_inr(row['promise_amount_paise'])} · {format_date(row['promised_on'])} "
            f"({row['promise_status']})"
        )
    disposition = BY_CODE.get(row["last_remark"])
    contact = ""
    if row["last_remark_at"] is not None:
        contact = f"{disposition.name if disposition else row['last_remark']} · " + format_datetime(
            row["last_remark_at"]
        )
    return row | {
        "href": f"/{brand}/collection/{row['loan_id']}",
        "mobile": f"+91 ••••• •{row['mobile_last4']}",
        "promise": promise,
        "contact": contact,
        "with": row["staff_name"] or t("Nobody yet"),
        "tone": "bad" if row["promise_status"] == "broken" else "",
    }


class CollectionList(ui.TableState, rx.State):
    """The worklist: overdue loans, most days past due first."""

    READ = Permission.COLLECTION_LIST
    COLUMNS = (
        ui.Column("loan_number", "Loan", sort=True),
        ui.Column("customer_name", "Customer"),
        ui.Column("overdue_paise", "Overdue", kind="money", sort=True),
        ui.Column("outstanding_paise", "Outstanding", kind="money"),
        ui.Column("days_past_due", "Days late", kind="number", sort=True),
        ui.Column("promise", "Last promise"),
        ui.Column("contact", "Last contact"),
        ui.Column("with", "With"),
    )
    FILTERS = (
        ui.Filter("q", "Loan number or name"),
        ui.Filter("bucket", "Bucket", options=BUCKET_OPTIONS),
        ui.Filter("promise", "Promise", options=PROMISE_OPTIONS),
        ui.Filter("whose", "Whose", options=(("mine", "Mine"), ("all", "Everybody's"))),
    )
    SORT = "-days_past_due"
    EMPTY = "Nothing is overdue. The worklist fills when a day is closed."
    EXPORT: ClassVar[str] = "collection"

    tiles: list[dict[str, str]] = []

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        actor = uow.actor
        whose = ask.get("whose") or ("all" if actor.can(Permission.COLLECTION_MANAGE) else "mine")
        staff_id = actor.id if whose == "mine" else None
        totals = store.bucket_totals(uow.session, staff_id)
        self.tiles = [
            {
                "label": t("{bucket} days", bucket=bucket),
                "count": str(totals.get(bucket, (0, 0))[0]),
                "amount": format_inr(totals.get(bucket, (0, 0))[1]),
                "href": f"/{actor.brand_code}/collection?bucket={bucket.replace('+', '%2B')}"
                f"&whose={whose}",
            }
            for bucket in store.BUCKETS
        ]
        answer = store.worklist(uow.session, ask, staff_id=staff_id)
        rows = [_shown(row, actor.brand_code) for row in answer.rows]
        return ListAnswer(rows, answer.next_cursor, answer.previous_cursor)

    load = ui.table_load(Permission.COLLECTION_LIST)
    watch_changes = watch(Permission.COLLECTION_LIST, "loan", "promise_to_pay", "remark")

    @query(Permission.COLLECTION_LIST)
    async def next_case(self) -> Any:
        """Open the first loan of one's own worklist (S02)."""
        ask = ListAsk(sort="days_past_due", descending=True, size=1)

        def first(uow: UnitOfWork) -> ListAnswer:
            mine = store.worklist(uow.session, ask, staff_id=uow.actor.id)
            return mine if mine.rows else store.worklist(uow.session, ask)

        answer = await in_query(first)
        if not answer.rows:
            return ui.toast_done(t("Nothing is overdue"))
        brand = require_actor().brand_code
        return rx.redirect(f"/{brand}/collection/{answer.rows[0]['loan_id']}")


class PreCollectionList(ui.TableState, rx.State):
    """Loans with something due in the next days and nothing overdue."""

    READ = Permission.COLLECTION_LIST
    COLUMNS = (
        ui.Column("loan_number", "Loan"),
        ui.Column("customer_name", "Customer"),
        ui.Column("mobile", "Mobile"),
        ui.Column("next_due_on", "Due on", kind="date", sort=True),
        ui.Column("next_due_paise", "Due", kind="money", sort=True),
        ui.Column("outstanding_paise", "Outstanding", kind="money"),
    )
    FILTERS = (
        ui.Filter("q", "Loan number or name"),
        ui.Filter(
            "days", "Due within", options=(("3", "3 days"), ("7", "7 days"), ("15", "15 days"))
        ),
    )
    SORT = "next_due_on"
    EMPTY = "Nothing falls due in these days."

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        days = int(ask.get("days")) if ask.get("days").isdigit() else 3
        answer = store.pre_collection(uow.session, ask, today=uow.business_date, days_ahead=days)
        rows = [_shown(row, uow.actor.brand_code) for row in answer.rows]
        return ListAnswer(rows, answer.next_cursor, answer.previous_cursor)

    load = ui.table_load(Permission.COLLECTION_LIST)


def briefing(row: store.WorklistRow) -> list[str]:
    """At most three sentences before a call: what is due, the last promise, a reason for care."""
    lines = [
        t(
            "{amount} is overdue since {day}, {days} days; {total} is outstanding in all.",
            amount=format_inr(row.overdue_paise),
            day=format_date(row.oldest_due_on) if row.oldest_due_on else "…",
            days=row.days_past_due,
            total=format_inr(row.outstanding_paise),
        )
        if row.days_past_due
        else t(
            "Nothing is overdue; {total} is outstanding.", total=format_inr(row.outstanding_paise)
        )
    ]
    if row.promised_on is not None:
        lines.append(
            t(
                "The last promise was {amount} by {day}: {status}.",
                amount=format_inr(row.promise_amount_paise),
                day=format_date(row.promised_on),
                status=row.promise_status,
            )
        )
    if row.last_remark in ("hardship", "dispute"):
        lines.append(
            t("Take care: the last contact noted “{what}”.", what=BY_CODE[row.last_remark].name)
        )
    return lines


class CollectionCase(SecureState, rx.State):
    """One loan on a collector's desk."""

    READ = Permission.COLLECTION_LIST

    loan: dict[str, str] = {}
    lines: list[str] = []
    promises: list[dict[str, str]] = []
    remarks: list[dict[str, str]] = []
    reminders: list[dict[str, str]] = []
    messages: list[dict[str, str]] = []
    disposition: str = "promised"
    can_work: bool = False
    minute_ahead: str = ""

    @query(Permission.COLLECTION_LIST)
    async def load(self) -> None:
        """Read the loan, what was promised and said, and what was sent."""
        loan_id = self._address_id("key")
        facts = await in_query(lambda uow: _facts(uow, loan_id))
        self.loan, self.lines = facts["loan"], facts["lines"]
        self.promises, self.remarks = facts["promises"], facts["remarks"]
        self.reminders, self.messages = facts["reminders"], facts["messages"]
        self.can_work = require_actor().can(Permission.COLLECTION_WORK)
        ahead = dt.datetime.now(IST) + dt.timedelta(minutes=1)
        self.minute_ahead = ahead.strftime("%Y-%m-%dT%H:%M")

    @query(Permission.COLLECTION_LIST)
    async def choose(self, code: str) -> None:
        """Show the promise's fields only for a promise."""
        self.disposition = code

    @command(Permission.COLLECTION_WORK)
    async def record(self, form: dict[str, Any]) -> Any:
        """Record a contact and, with it, a promise."""
        loan_id = self._address_id("key")
        code = str(form.get("disposition", ""))
        promised = BY_CODE.get(code)
        command_ = RecordRemark(
            loan_id=loan_id,
            disposition=code,
            channel=str(form.get("channel", "")),
            note=str(form.get("note", "")),
            promise_amount_paise=parse_inr(str(form.get("amount", "")), field="amount")
            if promised and promised.needs_promise
            else 0,
            promised_on=_date(form, "promised_on"),
            next_action_on=_date(form, "next_action_on"),
        )
        await in_unit_of_work(
            lambda uow: service.record_remark(uow, command_), use_case="record_remark"
        )
        return [ui.toast_done(t("Noted")), type(self).load]

    @command(Permission.REMINDER_MANAGE)
    async def plan_reminder(self, form: dict[str, Any]) -> Any:
        """Plan a message to the borrower."""
        loan_id = self._address_id("key")
        try:
            due_at = dt.datetime.fromisoformat(str(form.get("due_at", ""))).replace(tzinfo=IST)
        except ValueError:
            raise Invalid({"due_at": t("Enter a date and a time")}) from None

        def work(uow: UnitOfWork) -> None:
            row = _loan_row(uow, loan_id)
            schedule_reminder(
                uow,
                customer_id=service.customer_of(uow, loan_id),
                loan_id=loan_id,
                case_id=row.case_id,
                kind=str(form.get("kind", "")),
                due_at=due_at.astimezone(dt.UTC),
                channel="sms",
            )

        await in_unit_of_work(work, use_case="schedule_reminder")
        return [ui.toast_done(t("Reminder planned")), type(self).load]

    @command(Permission.REMINDER_MANAGE)
    async def cancel(self, reminder_id: str) -> Any:
        """Cancel a reminder that was not sent yet."""
        await in_unit_of_work(
            lambda uow: cancel_reminder(uow, int(reminder_id), t("cancelled by the collector")),
            use_case="cancel_reminder",
        )
        return [ui.toast_done(t("Reminder cancelled")), type(self).load]

    watch_changes = watch(
        Permission.COLLECTION_LIST, "loan", "promise_to_pay", "remark", "reminder", "message"
    )


def _loan_row(uow: UnitOfWork, loan_id: int) -> store.WorklistRow:
    row = store.loan_row(uow.session, loan_id)
    if row is None:
        raise NotFound(t("This loan is not active here"))
    return row


def _facts(uow: UnitOfWork, loan_id: int) -> dict[str, Any]:
    row = _loan_row(uow, loan_id)
    return {
        "loan": {
            "number": row.loan_number,
            "name": row.customer_name,
            "mobile": f"+91 ••••• •{row.mobile_last4}",
            "overdue": format_inr(row.overdue_paise),
            "outstanding": format_inr(row.outstanding_paise),
            "days": str(row.days_past_due),
            "bucket": row.bucket.replace("_", " "),
            "with": row.staff_name or t("Nobody yet"),
            "case": f"/{uow.actor.brand_code}/loans/{row.case_id}",
        },
        "lines": briefing(row),
        **histories(uow, loan_id, row.case_id),
    }


def histories(uow: UnitOfWork, loan_id: int, case_id: int) -> dict[str, list[dict[str, str]]]:
    """What was promised, said, planned and sent, ready to be shown."""
    return {
        "promises": [
            {
                "amount": format_inr(one.amount_paise),
                "promised_on": format_date(one.promised_on),
                "made": f"{format_date(one.made_on)} · {one.staff_name}",
                "status": one.status,
                "href": "",
            }
            for one in store.promises_of_loan(uow.session, loan_id)
        ],
        "remarks": [
            {
                "at": format_datetime(one.at),
                "channel": one.channel,
                "outcome": BY_CODE[one.disposition].name
                if one.disposition in BY_CODE
                else one.disposition,
                "note": one.note,
                "who": one.staff_name,
                "href": "",
            }
            for one in store.remarks_of_loan(uow.session, loan_id)
        ],
        "reminders": [
            {
                "id": str(one.id),
                "kind": KINDS[one.kind].name if one.kind in KINDS else one.kind,
                "due_at": format_datetime(one.due_at),
                "status": one.status,
                "since": format_datetime(one.status_since),
                "reason": one.reason,
                "href": "",
            }
            for one in notification_store.reminders_of_loan(uow.session, loan_id)
        ],
        "messages": [
            {
                "at": format_datetime(one.created_at),
                "channel": one.channel,
                "kind": KINDS[one.code].name if one.code in KINDS else one.code,
                "body": one.body,
                "status": one.state,
                "href": "",
            }
            for one in notification_store.messages_of_case(uow.session, case_id)
        ],
    }


def _date(form: dict[str, Any], name: str) -> dt.date | None:
    text = str(form.get(name) or "")
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Invalid({name: t("Enter a date")}) from None


DISPOSITION_OPTIONS = [(item.code, item.name) for item in DISPOSITIONS]
CHANNEL_OPTIONS = [(channel, channel.capitalize()) for channel in CHANNELS]
