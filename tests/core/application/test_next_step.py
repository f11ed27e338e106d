"""Every open status says what it waits for, to staff and to the customer.
Nobody should have to ask why something is stuck."""

from __future__ import annotations

import pytest

from core.application.life_cycle import STATUSES
from core.application.next_step import STAGES, next_step, stage_of


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_both_sentences(status: str) -> None:
    step = next_step(
        status,
        holder="Meera",
        sent_back_reason="Send page 3",
        reject_code="documents",
    )
    assert step.staff
    assert step.customer


def test_the_name_of_whoever_has_it_is_said() -> None:
    step = next_step("in_review", holder="Meera")
    assert step.staff == "Meera checks documents, PAN and bank account"
    assert step.customer == "With Meera of our lending team, who checks your documents"


def test_without_an_owner_nobody_is_named() -> None:
    assert next_step("applied").staff == "Waits for somebody to be found to begin the review"


def test_a_missing_statement_is_the_customers_turn() -> None:
    step = next_step("applied", holder="Meera", statement_missing=True)
    assert step.customer == "Upload your bank statement, so that we can go on"
    assert step.customer_acts


def test_what_was_asked_is_repeated_to_the_customer() -> None:
    step = next_step("sent_back", sent_back_reason="Page 3 is cut off")
    assert (step.customer, step.customer_acts) == ("Page 3 is cut off", True)


def test_a_rejection_shows_the_customers_words_only() -> None:
    step = next_step("rejected", reject_code="bureau_score")
    assert step.staff == "Rejected: Bureau score below policy"
    assert step.customer == "Your credit score is below what we ask for."


def test_the_road_has_five_stages_and_ends_behind_the_last() -> None:
    assert len(STAGES) == 5
    assert [stage_of(s) for s in ("applied", "in_review", "in_credit", "signed", "disbursed")] == [
        0,
        1,
        2,
        4,
        5,
    ]
