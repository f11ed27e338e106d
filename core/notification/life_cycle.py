"""Decides the life of a reminder, as DESIGN.md 4 has it.
A reminder that was sent, failed or cancelled stays what it is; a new try is a new reminder."""

from __future__ import annotations

from core.kernel.state_machine import StateMachine

REMINDER = StateMachine(
    "reminder",
    {
        ("pending", "send"): "sent",
        ("pending", "fail"): "failed",
        ("pending", "cancel"): "cancelled",
    },
)
