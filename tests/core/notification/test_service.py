"""Messages and reminders: words filled or refused, hours kept, states as DESIGN.md 4 has them.
Nothing is sent here; sending is the job's and is tested with the sandbox."""

from __future__ import annotations

import datetime as dt

import pytest

from core.brand.service import change_template
from core.customer.tables import Customer
from core.db.secret import seal
from core.kernel.errors import IllegalTransition, Invalid
from core.notification.service import (
    cancel_reminder,
    queue_message,
    schedule_reminder,
    within_contact_hours,
)
from core.notification.template import KINDS, SAMPLE_WORDS, WordMissing, check_template, fill


@pytest.fixture
def customer_id(staff, uow):
    with uow(staff("admin")) as work:
        customer = work.add(
            Customer(
                number="CU-000001",
                name="Asha Patil",
                mobile_sealed=seal("9876543210"),
                mobile_index="n1",
                mobile_last4="3210",
                registered_at=work.now,
            )
        )
        work.commit()
    return customer.id


def test_a_message_is_filled_with_the_brands_own_text(staff, uow, customer_id):
    admin = staff("admin")
    with uow(admin) as work:
        change_template(work, "loan_closed", "sms", "Dear {name}, {number} is closed. {brand}")
        message = queue_message(
            work, code="loan_closed", customer_id=customer_id, words={"number": "LN-000007"}
        )
        assert message.body == f"Dear Asha Patil, LN-000007 is closed. {work.brand.name}"
        assert message.to_masked == "••••• •3210"
        assert message.state == "queued"


def test_a_message_with_an_empty_word_is_not_sent(staff, uow, customer_id):
    with uow(staff("admin")) as work, pytest.raises(WordMissing, match=r"\{number\}"):
        queue_message(work, code="loan_closed", customer_id=customer_id, words={})


@pytest.mark.parametrize("code", sorted(KINDS))
def test_the_first_text_of_every_message_fills_with_its_own_words(code):
    check_template(code, KINDS[code].sms)
    assert "{" not in fill(KINDS[code].sms, SAMPLE_WORDS)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ("Dear {nmae}", "{nmae} is not known here"),
        ("Dear {name", "A brace is not closed"),
        ("Dear {name.upper}", "Write words plainly"),
        ("Dear {name!r}", "Write words plainly"),
    ],
)
def test_a_template_that_could_not_be_filled_is_refused_when_saved(body, sentence):
    with pytest.raises(Invalid, match=sentence.replace("{", r"\{").replace("}", r"\}")):
        check_template("loan_closed", body)


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (dt.datetime(2026, 11, 20, 2, 29, tzinfo=dt.UTC), False),
        (dt.datetime(2026, 11, 20, 2, 30, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 11, 20, 13, 29, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 11, 20, 13, 30, tzinfo=dt.UTC), False),
    ],
)
def test_recovery_contact_keeps_to_eight_till_seven_in_india(moment, allowed):
    assert within_contact_hours(moment, (8, 19)) is allowed


def _plan(work, customer_id, due_at, kind="promise_reminder"):
    return schedule_reminder(
        work, customer_id=customer_id, loan_id=None, case_id=None, kind=kind, due_at=due_at
    )


def test_a_reminder_in_the_past_is_refused(staff, uow, customer_id):
    with uow(staff("collection_executive")) as work, pytest.raises(Invalid, match="still to come"):
        _plan(work, customer_id, work.now - dt.timedelta(hours=1))


def test_a_recovery_reminder_at_night_is_refused(staff, uow, customer_id):
    night = dt.datetime(2099, 11, 20, 20, 0, tzinfo=dt.UTC)
    with (
        uow(staff("collection_executive")) as work,
        pytest.raises(Invalid, match="08:00 and 19:00"),
    ):
        _plan(work, customer_id, night, kind="overdue")


def test_a_cancelled_reminder_stays_cancelled(staff, uow, customer_id):
    with uow(staff("collection_executive")) as work:
        row = _plan(work, customer_id, work.now + dt.timedelta(minutes=5))
        cancel_reminder(work, row.id, "paid meanwhile")
        assert (row.status, row.reason) == ("cancelled", "paid meanwhile")
        with pytest.raises(IllegalTransition):
            cancel_reminder(work, row.id, "again")
