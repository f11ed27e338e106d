"""Decides how messages and reminders are found.
Plain functions, each one statement, so a screen's cost can be read here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from core.brand.tables import Notification
from core.db.listing import ListAnswer, ListAsk, keyset_page
from core.notification.tables import Message, Reminder

PAGE = 50


def messages_of_case(session: Session, case_id: int, limit: int = PAGE) -> Sequence[Message]:
    """The newest messages about a case."""
    return session.scalars(
        select(Message)
        .where(col(Message.case_id) == case_id)
        .order_by(col(Message.id).desc())
        .limit(limit)
    ).all()


def messages_of_customer(
    session: Session, customer_id: int, limit: int = PAGE
) -> Sequence[Message]:
    """The newest messages to a customer."""
    return session.scalars(
        select(Message)
        .where(col(Message.customer_id) == customer_id)
        .order_by(col(Message.id).desc())
        .limit(limit)
    ).all()


def message_by_reference(session: Session, provider: str, reference: str) -> Message | None:
    """The message a delivery report speaks of."""
    return session.scalar(
        select(Message)
        .where(col(Message.provider_reference) == reference, col(Message.provider) == provider)
        .with_for_update()
    )


def due_reminder_ids(session: Session, now: dt.datetime, limit: int = 500) -> Sequence[int]:
    """Pending reminders whose moment has come, oldest first."""
    return session.scalars(
        select(col(Reminder.id))
        .where(col(Reminder.status) == "pending", col(Reminder.due_at) <= now)
        .order_by(col(Reminder.due_at), col(Reminder.id))
        .limit(limit)
    ).all()


def reminders(session: Session, ask: ListAsk) -> ListAnswer:
    """A page of reminders; filter `status`."""
    statement = select(Reminder)
    if ask.get("status"):
        statement = statement.where(col(Reminder.status) == ask.get("status"))
    return keyset_page(
        session,
        statement,
        ask,
        sorts={"due_at": col(Reminder.due_at)},
        key=col(Reminder.id),
        row=lambda found: {
            "id": found[0].id,
            "kind": found[0].kind,
            "channel": found[0].channel,
            "due_at": found[0].due_at,
            "status": found[0].status,
            "status_since": found[0].status_since,
            "reason": found[0].reason,
            "created_by": found[0].created_by,
            "loan_id": found[0].loan_id,
        },
    )


def reminders_of_loan(session: Session, loan_id: int, limit: int = PAGE) -> Sequence[Reminder]:
    """A loan's reminders, newest first."""
    return session.scalars(
        select(Reminder)
        .where(col(Reminder.loan_id) == loan_id)
        .order_by(col(Reminder.id).desc())
        .limit(limit)
    ).all()


def reminder_counts(session: Session) -> dict[str, int]:
    """How many reminders are in each state."""
    rows = session.execute(select(col(Reminder.status), func.count()).group_by(Reminder.status))
    return {str(status): int(count) for status, count in rows}


def unread_notifications(session: Session, staff_id: int) -> int:
    """How many notices a person has not read."""
    return (
        session.scalar(
            select(func.count())
            .select_from(Notification)
            .where(col(Notification.staff_id) == staff_id, col(Notification.read_at).is_(None))
        )
        or 0
    )


def notifications(session: Session, staff_id: int, limit: int = 20) -> Sequence[Notification]:
    """A person's newest notices."""
    return session.scalars(
        select(Notification)
        .where(col(Notification.staff_id) == staff_id)
        .order_by(col(Notification.id).desc())
        .limit(limit)
    ).all()
