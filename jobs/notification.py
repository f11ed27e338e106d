"""Decides how messages leave: one provider call per message, outside any transaction.
What a provider may have sent already is never sent again; the reader would get it twice."""

from __future__ import annotations

from core.access.tables import OtpChallenge
from core.collection import store as collection_store
from core.collection.tables import PromiseToPay
from core.db.secret import unseal
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date
from core.kernel.errors import DomainError
from core.kernel.money import format_inr
from core.kernel.provider import ProviderOutcomeUnknown, ProviderRefused
from core.loan.tables import Loan
from core.notification import store
from core.notification.life_cycle import REMINDER
from core.notification.ports import (
    DeliveryReport,
    EmailRequest,
    MessageAnswer,
    MessageStatus,
    OtpRequest,
    SmsRequest,
    WhatsAppRequest,
)
from core.notification.service import (
    RECOVERY_KINDS,
    contact_hours,
    queue_message,
    within_contact_hours,
)
from core.notification.tables import Message, Reminder
from core.notification.template import KINDS
from core.provider.event import ProviderEvent
from integrations import registry
from jobs.schedule import scheduled
from jobs.task import JobContext, Payload, job
from jobs.webhook import on_event

OTP_MINUTES = 5
STATE_ORDER = ("queued", "sent", "delivered", "read")


class ReminderNotPossible(DomainError):
    """A planned reminder makes no sense any more; it is marked failed with this sentence."""

    code = "reminder_not_possible"


@job("otp.requested", max_tries=3)
def send_otp(context: JobContext, payload: Payload) -> None:
    """Send a one-time code; the code itself is only ever in the sealed column."""
    with context.unit_of_work("send_otp", claim=False) as uow:
        row = uow.get(OtpChallenge, int(payload["otp_challenge_id"]))
        usable = row.code_sealed and row.expires_at > uow.now and row.consumed_at is None
        mobile, code = unseal(row.mobile_sealed), unseal(row.code_sealed) if usable else ""
    if not usable:
        return
    request = OtpRequest(
        mobile=mobile,
        template_id=f"DLT-{context.brand_id}-otp",
        reference=f"otp-{context.brand_id}-{row.id}",
        otp=code,
        expires_in_minutes=OTP_MINUTES,
    )
    try:
        registry.sms(context.brand_id).send_otp(request)
    except (ProviderRefused, ProviderOutcomeUnknown):
        # the person asks for another code; a second one of our own would confuse both
        return


@job("message.queued")
def send_message(context: JobContext, payload: Payload) -> None:
    """Send one queued message and record what the provider said."""
    with context.unit_of_work("send_message", claim=False) as uow:
        message = uow.get(Message, int(payload["message_id"]))
    if message.state != "queued":
        return
    error = ""
    answer: MessageAnswer | None = None
    try:
        answer = _send(context.brand_id, message)
    except ProviderRefused as refusal:
        error = refusal.message
    except ProviderOutcomeUnknown as unknown:
        # it may be with the reader already: wait for the delivery report instead of repeating
        answer = MessageAnswer(MessageStatus.UNKNOWN, message=unknown.message)
    with context.unit_of_work("send_message") as uow:
        row = uow.lock(Message, message.id)
        if row.state == "queued":
            failed = answer is None or answer.status is MessageStatus.FAILED
            row.state = "failed" if failed else "sent"
            row.error = error or (answer.message if answer and failed else "")
            row.provider = answer.provider if answer else row.provider
            row.provider_reference = answer.provider_reference if answer else ""
            row.sent_at = None if failed else uow.now
            uow.touch("message", row.id)
            if row.case_id:
                uow.touch("application", row.case_id)
        uow.commit()


def _send(brand_id: int, message: Message) -> MessageAnswer:
    to, reference = unseal(message.to_sealed), f"message-{brand_id}-{message.id}"
    words = {name: str(value) for name, value in message.variables.items()}
    if message.channel == "email":
        return registry.email(brand_id).send_email(
            EmailRequest(
                to=to,
                subject=message.subject,
                text=message.body,
                reference=reference,
                to_name=message.recipient_name,
            )
        )
    if message.channel == "whatsapp":
        return registry.whatsapp(brand_id).send_whatsapp(
            WhatsAppRequest(
                mobile=to,
                template_name=message.vendor_template or message.code,
                reference=reference,
                recipient_name=message.recipient_name,
                parameters=tuple(words.values()),
            )
        )
    return registry.sms(brand_id).send_sms(
        SmsRequest(
            mobile=to,
            template_id=message.vendor_template or f"DLT-{brand_id}-{message.code}",
            reference=reference,
            text=message.body,
            variables=words,
        )
    )


@on_event("message.*")
def take_delivery_report(uow: UnitOfWork, event: ProviderEvent) -> None:
    """Move a message on by its delivery report; an earlier state never overwrites a later one."""
    report = event.subject
    if not isinstance(report, DeliveryReport):
        return
    kind, _, number = report.reference.rpartition("-")
    if kind.startswith("message-") and number.isdigit():
        row = uow.lock(Message, int(number))
    else:
        found = store.message_by_reference(uow.session, event.provider, report.provider_reference)
        if found is None:
            return
        row = found
    status = str(report.status)
    if status == "failed" and row.state in ("queued", "sent"):
        row.state, row.error = "failed", report.reason
    elif status in STATE_ORDER:
        known = STATE_ORDER.index(row.state) if row.state in STATE_ORDER else -1
        if STATE_ORDER.index(status) > known:
            row.state = status
            row.delivered_at = uow.now if status in ("delivered", "read") else row.delivered_at
    uow.touch("message", row.id)
    if row.case_id:
        uow.touch("application", row.case_id)


@scheduled("reminder.send", every="minute")
def send_reminders(context: JobContext, slot: str) -> None:
    """Send what is due, each reminder in a transaction of its own."""
    del slot
    with context.unit_of_work("send_reminders", claim=False) as uow:
        due = store.due_reminder_ids(uow.session, uow.now)
    for reminder_id in due:
        _send_reminder(context, reminder_id)


def _send_reminder(context: JobContext, reminder_id: int) -> None:
    with context.unit_of_work("send_reminder", claim=False) as uow:
        row = uow.lock(Reminder, reminder_id)
        if row.status != "pending":
            return
        if row.kind in RECOVERY_KINDS and not within_contact_hours(uow.now, contact_hours(uow)):
            return
        name = KINDS[row.kind].name
        try:
            message = queue_message(
                uow,
                code=row.kind,
                customer_id=row.customer_id,
                words=_reminder_words(uow, row),
                channel=row.channel,
                case_id=row.case_id,
            )
        except DomainError as problem:
            row.reason = problem.message
            uow.transition(REMINDER, row, "fail", reason=problem.message)
            uow.audit(
                "reminder.failed",
                ("reminder", row.id),
                case_id=row.case_id,
                kind=name,
                why=problem.message,
            )
        else:
            row.message_id = message.id
            uow.transition(REMINDER, row, "send")
            uow.audit("reminder.sent", ("reminder", row.id), case_id=row.case_id, kind=name)
        uow.commit()


def _reminder_words(uow: UnitOfWork, row: Reminder) -> dict[str, str]:
    if row.loan_id is None:
        raise ReminderNotPossible("The reminder names no loan")
    loan = uow.get(Loan, row.loan_id)
    position = collection_store.loan_row(uow.session, row.loan_id)
    if position is None:
        raise ReminderNotPossible("The loan is not active any more")
    words = {"number": loan.number}
    if row.kind == "overdue":
        if position.overdue_paise <= 0:
            raise ReminderNotPossible("Nothing is overdue any more")
        return words | {
            "amount": format_inr(position.overdue_paise),
            "days": str(position.days_past_due),
        }
    if row.kind == "promise_reminder":
        promise = _open_promise(uow, row.loan_id)
        return words | {
            "amount": format_inr(promise.amount_paise),
            "promised_on": format_date(promise.promised_on),
        }
    due_on, due_paise = collection_store.next_due(uow.session, row.loan_id)
    if due_on is None:
        raise ReminderNotPossible("Nothing is due any more")
    return words | {"amount": format_inr(due_paise), "due_on": format_date(due_on)}


def _open_promise(uow: UnitOfWork, loan_id: int) -> PromiseToPay:
    promises = collection_store.open_promises(uow.session, loan_id)
    if not promises:
        raise ReminderNotPossible("There is no open promise to remind of")
    return promises[-1]
