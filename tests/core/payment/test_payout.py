"""What a provider's word means for a payout: final words stay final, silence means nothing.
The life cycle is a table, so every late or repeated word is looked up and not reasoned about."""

from __future__ import annotations

import datetime as dt

import pytest

from core.payment.payout import LIVE_STATES, PAYOUT, cause_in_words, event_of, next_check
from core.payment.ports import PayoutStatus

NOW = dt.datetime(2026, 11, 20, 10, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("queued", "accept"),
        ("pending", "accept"),
        ("processing", "accept"),
        ("processed", "process"),
        ("failed", "fail"),
        ("rejected", "fail"),
        ("cancelled", "fail"),
        ("reversed", "reverse"),
        ("not_found", None),
        ("unknown", None),
    ],
)
def test_a_providers_word_means_one_event_or_nothing(status: str, event: str | None) -> None:
    assert event_of(PayoutStatus(status)) == event


@pytest.mark.parametrize("late", ["accept", "process", "fail", "lose", "send"])
def test_nothing_late_moves_a_returned_payout(late: str) -> None:
    assert not PAYOUT.can("reversed", late)


def test_a_processed_payout_can_only_come_back() -> None:
    assert PAYOUT.events("processed") == ("reverse",)


def test_a_failed_payout_frees_the_place_for_a_new_one_and_an_unknown_one_does_not() -> None:
    assert "failed" not in LIVE_STATES
    assert "unknown" in LIVE_STATES


@pytest.mark.parametrize(
    ("code", "reason", "words"),
    [
        ("invalid_ifsc", "IFSC invalid", "The bank does not know this IFSC."),
        ("", "Beneficiary bank said no.", "The bank says: Beneficiary bank said no."),
        ("some_new_code", "", "The bank says: some new code."),
        ("", "", "The bank gave no cause."),
    ],
)
def test_a_cause_is_always_a_sentence(code: str, reason: str, words: str) -> None:
    assert cause_in_words(code, reason) == words


def test_the_completer_asks_soon_first_and_hourly_in_the_end() -> None:
    waits = [(next_check(NOW, checks) - NOW).total_seconds() for checks in (0, 1, 2, 3, 4, 9)]
    assert waits == [20, 60, 300, 900, 3600, 3600]
