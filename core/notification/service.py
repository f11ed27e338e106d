"""Decides how a message comes to be: a template's words filled, the address sealed, a job told.
Nothing is sent inside a transaction; the row is there before the provider hears of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import update
from sqlmodel import col

from core.access.permission import Permission
from core.brand.service import active_template, setting
from core.brand.tables import MessageTemplate, Notification
from core.customer.tables import Customer
from core.db.secret import seal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import IST, format_datetime
from core.kernel.errors import Invalid
from core.kernel.identifier import mask_email
from core.notification.life_cycle import REMINDER
from core.notification.tables import Message, Reminder
from core.notification.template import KINDS, fill

REMINDER_KINDS = ("due_soon", "overdue", "promise_reminder")
RECOVERY_KINDS = frozenset({"overdue"})
CONTACT_FROM_HOUR = 8
CONTACT_TO_HOUR = 19

sentences.add(
    {
        "message.queued": "sent the {channel} “{kind}” to {to}",
        "loan.no_dues_issued": "issued the no-dues letter of {number}",
        "reminder.scheduled": "planned the reminder “{kind}” for {due_at}",
        "reminder.cancelled": "cancelled the reminder “{kind}”",
        "reminder.sent": "sent the planned reminder “{kind}”",
        "reminder.failed": "could not send the reminder “{kind}”: {why}",
    }
)


def seed_templates(uow: UnitOfWork) -> None:
    """Give a new brand the text of every kind of message, ready to be changed."""
    uow.actor.require(Permission.TEMPLATE_CONFIGURE)
    for kind in KINDS.values():
        if active_template(uow, kind.code, "sms") is None:
            uow.add(
                MessageTemplate(
                    code=kind.code,
                    channel="sms",
                    body=kind.sms,
                    dlt_id=f"DLT-{uow.brand_id}-{kind.code}",
                    created_at=uow.now,
                    created_by=uow.actor.name,
                )
            )


def queue_message(
    uow: UnitOfWork,
    *,
    code: str,
    customer_id: int,
    words: Mapping[str, str],
    channel: str = "sms",
    case_id: int | None = None,
    attachment_document_id: int | None = None,
) -> Message:
    """Fill a template for a customer and hand it to the sending job.

    Called by use cases that have checked their own permission; the wording is the brand's.
    Raises `WordMissing` when the text needs a word that is empty.
    """
    customer = uow.get(Customer, customer_id)
    template = active_template(uow, code, channel)
    kind = KINDS[code]
    all_words = {
        "name": customer.name or "customer",
        "brand": uow.brand.name,
        "brand_phone": uow.brand.phone or uow.brand.email or uow.brand.name,
        **words,
    }
    body = fill(template.body if template else kind.sms, all_words)
    subject = fill(template.subject, all_words) if template and template.subject else kind.name
    if channel == "email":
        if not customer.email:
            raise Invalid({"channel": "This customer has given no e-mail address"})
        sealed, masked = seal(customer.email), mask_email(customer.email)
    else:
        sealed, masked = customer.mobile_sealed, f"••••• •{customer.mobile_last4}"
    message = uow.add(
        Message(
            code=code,
            channel=channel,
            template_version=template.version if template else 0,
            vendor_template=template.dlt_id if template else "",
            customer_id=customer_id,
            case_id=case_id,
            to_sealed=sealed,
            to_masked=masked,
            recipient_name=customer.name,
            subject=subject,
            body=body,
            variables={word: all_words[word] for word in kind.words if word in all_words},
            attachment_document_id=attachment_document_id,
            created_at=uow.now,
            created_by=uow.actor.name,
        )
    )
    uow.audit(
        "message.queued",
        ("customer", customer_id),
        case_id=case_id,
        channel="SMS" if channel == "sms" else channel,
        kind=kind.name,
        to=masked,
    )
    uow.emit("message.queued", {"message_id": message.id})
    return message


def schedule_reminder(
    uow: UnitOfWork,
    *,
    customer_id: int,
    loan_id: int | None,
    case_id: int | None,
    kind: str,
    due_at: dt.datetime,
    channel: str = "sms",
) -> Reminder:
    """Plan a reminder; refused in the past, and a recovery reminder outside contact hours."""
    uow.actor.require(Permission.REMINDER_MANAGE)
    wrong: dict[str, str] = {}
    if kind not in REMINDER_KINDS:
        wrong["kind"] = "Choose what to remind of"
    if due_at < uow.now - dt.timedelta(minutes=1):
        wrong["due_at"] = "Choose a time that is still to come"
    elif kind in RECOVERY_KINDS and not within_contact_hours(due_at, contact_hours(uow)):
        first, last = contact_hours(uow)
        wrong["due_at"] = f"Recovery reminders go out between {first:02d}:00 and {last:02d}:00 IST"
    if wrong:
        raise Invalid(wrong)
    row = uow.add(
        Reminder(
            customer_id=customer_id,
            loan_id=loan_id,
            case_id=case_id,
            kind=kind,
            channel=channel,
            due_at=due_at,
            status_since=uow.now,
            created_at=uow.now,
            created_by=uow.actor.name,
        )
    )
    uow.audit(
        "reminder.scheduled",
        ("reminder", row.id),
        case_id=case_id,
        kind=KINDS[kind].name,
        due_at=format_datetime(due_at),
    )
    return row


def contact_hours(uow: UnitOfWork) -> tuple[int, int]:
    """The brand's window for recovery contact in Indian time, default 8 to 19.

    Source: RBI on outsourcing and recovery agents, 12 Aug 2022 (domain brief A4).
    """
    value = setting(uow, "contact_hours")
    return int(value.get("from", CONTACT_FROM_HOUR)), int(value.get("to", CONTACT_TO_HOUR))


def within_contact_hours(moment: dt.datetime, hours: tuple[int, int]) -> bool:
    """Whether a person may be contacted for recovery at this moment, in Indian time."""
    first, last = hours
    return first <= moment.astimezone(IST).hour < last


def cancel_reminder(uow: UnitOfWork, reminder_id: int, reason: str) -> Reminder:
    """Cancel a reminder that was not sent yet; raises `IllegalTransition` otherwise."""
    uow.actor.require(Permission.REMINDER_MANAGE)
    row = uow.lock(Reminder, reminder_id)
    uow.transition(REMINDER, row, "cancel", reason=reason)
    row.reason = reason
    uow.audit(
        "reminder.cancelled",
        ("reminder", row.id),
        case_id=row.case_id,
        reason=reason,
        kind=KINDS[row.kind].name,
    )
    return row


def notify_staff(uow: UnitOfWork, staff_id: int, text: str, link: str) -> Notification:
    """Put one line into a person's notification centre; the text holds no personal data."""
    row = uow.add(Notification(staff_id=staff_id, text=text, link=link, created_at=uow.now))
    uow.touch("notification", row.id)
    return row


def read_notifications(uow: UnitOfWork, up_to_id: int) -> None:
    """Mark the actor's own notices as read, up to one."""
    uow.actor.require(Permission.NOTIFICATION_READ)
    uow.session.execute(
        update(Notification)
        .where(
            col(Notification.staff_id) == uow.actor.id,
            col(Notification.id) <= up_to_id,
            col(Notification.read_at).is_(None),
        )
        .values(read_at=uow.now)
    )
    if uow.actor.id is not None:
        uow.touch("staff", uow.actor.id)
