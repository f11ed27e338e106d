"""Every pair of status and event of an application, allowed ones with where they lead.
A pair that is not written here must be refused, so a new step needs a new line."""

from __future__ import annotations

import itertools

import pytest

from core.application.life_cycle import (
    APPLICATION,
    ENDED,
    OPEN,
    REJECT_CODES,
    ROAD,
    STATUS_WORDS,
    STATUSES,
)
from core.kernel.errors import IllegalTransition

# status: {event: next status}
ALLOWED = {
    "draft": {"apply": "applied", "cancel": "cancelled", "expire": "expired"},
    "applied": {
        "start_review": "in_review",
        "send_back": "sent_back",
        "reject": "rejected",
        "cancel": "cancelled",
    },
    "in_review": {
        "send_to_credit": "in_credit",
        "send_back": "sent_back",
        "reject": "rejected",
        "cancel": "cancelled",
    },
    "in_credit": {
        "recommend": "recommended",
        "return_to_review": "in_review",
        "send_back": "sent_back",
        "reject": "rejected",
        "cancel": "cancelled",
    },
    "recommended": {
        "sanction": "sanctioned",
        "escalate": "recommended",
        "return_to_credit": "in_credit",
        "send_back": "sent_back",
        "reject": "rejected",
        "cancel": "cancelled",
    },
    "sanctioned": {
        "send_agreement": "agreement_sent",
        "reject": "rejected",
        "cancel": "cancelled",
        "expire": "expired",
    },
    "agreement_sent": {
        "sign": "signed",
        "withdraw_agreement": "sanctioned",
        "reject": "rejected",
        "cancel": "cancelled",
        "expire": "expired",
    },
    "signed": {
        "request_disbursal": "disbursal_requested",
        "withdraw_agreement": "sanctioned",
        "reject": "rejected",
        "cancel": "cancelled",
        "expire": "expired",
    },
    "disbursal_requested": {"disburse": "disbursed", "return_disbursal": "signed"},
    "sent_back": {
        "resubmit": "in_review",
        "resubmit_to_credit": "in_credit",
        "reject": "rejected",
        "cancel": "cancelled",
        "expire": "expired",
    },
    "disbursed": {},
    "rejected": {},
    "cancelled": {},
    "expired": {},
}
EVENTS = sorted({event for _, event in APPLICATION.transitions()})


def test_the_table_knows_the_statuses_of_the_design_and_no_other() -> None:
    assert set(ALLOWED) == set(STATUSES) == set(APPLICATION.statuses) == set(STATUS_WORDS)


@pytest.mark.parametrize(("status", "event"), list(itertools.product(STATUSES, EVENTS)))
def test_each_pair_leads_where_it_is_written_or_is_refused(status: str, event: str) -> None:
    wanted = ALLOWED[status].get(event)
    if wanted is not None:
        assert APPLICATION.next(status, event) == wanted
        return
    with pytest.raises(IllegalTransition) as refusal:
        APPLICATION.next(status, event)
    assert refusal.value.code == "illegal_transition"


def test_the_road_can_be_walked_from_end_to_end() -> None:
    events = [
        "apply",
        "start_review",
        "send_to_credit",
        "recommend",
        "sanction",
        "send_agreement",
        "sign",
        "request_disbursal",
        "disburse",
    ]
    status = "draft"
    passed = [status]
    for event in events:
        status = APPLICATION.next(status, event)
        passed.append(status)
    assert tuple(passed) == ROAD


def test_what_has_ended_leads_nowhere() -> None:
    assert [s for s in STATUSES if APPLICATION.is_final(s)] == ["disbursed", *ENDED]


def test_money_that_was_asked_for_can_neither_be_rejected_nor_cancelled() -> None:
    assert APPLICATION.events("disbursal_requested") == ("return_disbursal", "disburse")


def test_open_means_that_somebody_still_has_something_to_do() -> None:
    assert OPEN == (
        "draft",
        "applied",
        "in_review",
        "in_credit",
        "recommended",
        "sanctioned",
        "agreement_sent",
        "signed",
        "disbursal_requested",
        "sent_back",
    )


def test_every_reject_code_has_words_for_staff_and_other_words_for_the_customer() -> None:
    for code, (staff, customer) in REJECT_CODES.items():
        assert staff and customer.endswith("."), code
        assert staff != customer, code
