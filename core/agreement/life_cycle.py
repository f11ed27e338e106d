"""Decides the life of a loan's papers: made, sent, signed; or refused, lapsed, made void.
An answer for papers that are already dead changes nothing, however late or often it comes."""

from __future__ import annotations

from core.kernel.state_machine import StateMachine

_STEPS: dict[tuple[str, str], str] = {
    ("making", "make"): "made",
    ("making", "fail"): "failed",
    ("made", "send"): "sending",
    ("sending", "accepted"): "sent",
    # refused or not reachable: nothing was sent, so it may be sent again
    ("sending", "not_sent"): "made",
    # the provider may have it: only a look-up or its webhook tells
    ("sending", "no_answer"): "unknown",
    ("unknown", "accepted"): "sent",
    ("unknown", "not_sent"): "made",
}
for _status in ("sending", "unknown", "sent"):
    _STEPS[(_status, "sign")] = "signed"
    _STEPS[(_status, "decline")] = "declined"
    _STEPS[(_status, "expire")] = "expired"
    _STEPS[(_status, "fail_signing")] = "signing_failed"
_STEPS[("made", "expire")] = "expired"
for _status in ("making", "made", "sending", "unknown", "sent", "signed", "failed"):
    _STEPS[(_status, "void")] = "void"

AGREEMENT = StateMachine("agreement", _STEPS)

ALIVE = ("making", "made", "sending", "unknown", "sent", "signed")
WITH_SIGNER = ("sending", "unknown", "sent")

STATUS_WORDS: dict[str, str] = {
    "making": "Being made",
    "made": "Ready to send",
    "failed": "Could not be made",
    "sending": "Being sent",
    "unknown": "Sending not confirmed",
    "sent": "Waiting for the signature",
    "signed": "Signed",
    "declined": "Declined by the customer",
    "expired": "Lapsed",
    "signing_failed": "Signing failed",
    "void": "Void",
}
