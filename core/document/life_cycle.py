"""Decides how a document moves: it waits for a person, who verifies or rejects it with a reason.

Reading is the machine's part and has its own state, because a document may be verified by eye
before it was read, and be read again after it was verified.
"""

from __future__ import annotations

from core.kernel.state_machine import StateMachine

DOCUMENT = StateMachine(
    "document",
    {
        ("pending", "verify"): "verified",
        ("pending", "reject"): "rejected",
        ("verified", "reject"): "rejected",
        ("rejected", "verify"): "verified",
    },
)

READING_STATES = ("none", "waiting", "reading", "read", "failed")
