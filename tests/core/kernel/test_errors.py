"""Refusals carry a stable code, a plain sentence and, for forms, one sentence per field.
The edges rely on nothing else.
"""

from __future__ import annotations

import pytest

from core.kernel.errors import Conflict, DomainError, IllegalTransition, Invalid, StaleVersion
from core.kernel.state_machine import StateMachine

DOOR = StateMachine(
    "door", {("closed", "open"): "open", ("open", "close"): "closed", ("closed", "seal"): "sealed"}
)


def test_a_refusal_of_ones_own_keeps_its_code_and_details() -> None:
    class CamTooLate(DomainError):
        code = "cam_too_late"

    refusal = CamTooLate("The appraisal is already with the sanction manager.", application_id=7)
    assert (refusal.code, str(refusal), refusal.details) == (
        "cam_too_late",
        "The appraisal is already with the sanction manager.",
        {"application_id": 7},
    )


def test_invalid_input_names_every_field() -> None:
    refusal = Invalid({"pan": "Enter a PAN like ABCPE1234F", "salary": "Enter your salary"})
    assert refusal.fields == {"pan": "Enter a PAN like ABCPE1234F", "salary": "Enter your salary"}
    assert (refusal.field, refusal.message) == ("pan", "Enter a PAN like ABCPE1234F")


def test_a_stale_version_says_who_and_is_a_conflict() -> None:
    refusal = StaleVersion("Asha Rao")
    assert isinstance(refusal, Conflict)
    assert refusal.message.startswith("Asha Rao changed this while you were working.")


def test_a_life_cycle_moves_by_its_table() -> None:
    assert DOOR.next("closed", "open") == "open"
    assert DOOR.events("closed") == ("open", "seal")
    assert DOOR.statuses == ("closed", "open", "sealed")
    assert DOOR.is_final("sealed")


def test_a_missing_step_is_refused_and_nothing_is_guessed() -> None:
    with pytest.raises(IllegalTransition) as refusal:
        DOOR.next("open", "seal")
    assert refusal.value.code == "illegal_transition"
    assert refusal.value.message == "This door is open, so “seal” is not possible now."
