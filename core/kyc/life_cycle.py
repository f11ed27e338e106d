"""Decides the life of a check: asked, answered by the provider, and where needed by a person.
A provider's silence is a state of its own, because silence says nothing about the borrower."""

from __future__ import annotations

from core.kernel.state_machine import StateMachine

_ANSWERS = {
    "pass": "passed",
    "mismatch": "mismatch",
    "invalid": "invalid",
    "refuse": "refused",
    "unavailable": "unavailable",
    "no_answer": "no_answer",
}
_STEPS: dict[tuple[str, str], str] = {("requested", "wait"): "waiting"}
# a late answer is still an answer
for _status in ("requested", "waiting", "no_answer"):
    for _event, _to in _ANSWERS.items():
        if _status != _to:
            _STEPS[(_status, _event)] = _to
_STEPS[("mismatch", "accept")] = "accepted"
_STEPS[("mismatch", "reject")] = "rejected"
_STEPS[("accepted", "reject")] = "rejected"

KYC_CHECK = StateMachine("check", _STEPS)

OPEN = ("requested", "waiting")
GOOD = ("passed", "accepted")
# the provider gave no usable answer: the same check may be asked again
RETRYABLE = ("refused", "unavailable", "no_answer")

STATUS_WORDS: dict[str, str] = {
    "requested": "Asking the provider",
    "waiting": "Waiting for the bank",
    "passed": "Passed",
    "mismatch": "Name differs",
    "invalid": "Not valid",
    "refused": "Refused by the provider",
    "unavailable": "Provider not reachable",
    "no_answer": "No usable answer",
    "accepted": "Accepted by a person",
    "rejected": "Rejected by a person",
}

PAN = "pan"
BANK_ACCOUNT = "bank_account"
KINDS = (PAN, BANK_ACCOUNT)
KIND_WORDS = {PAN: "PAN", BANK_ACCOUNT: "bank account"}
