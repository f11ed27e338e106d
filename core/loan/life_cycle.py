"""The statuses a loan can have and what moves it between them.
Overdue days, buckets and asset class are derived from its position, never statuses.
"""

from __future__ import annotations

from core.kernel.state_machine import StateMachine

LOAN = StateMachine(
    "loan",
    {
        ("active", "close"): "closed",
        ("active", "foreclose"): "foreclosed",
        ("active", "settle"): "settled",
        ("active", "write_off"): "written_off",
        ("active", "cancel"): "cancelled",
        # a reversed receipt opens a loan again
        ("closed", "reopen"): "active",
        ("foreclosed", "reopen"): "active",
        ("settled", "reopen"): "active",
    },
)

OPEN_STATUSES = ("active",)
ENDED_STATUSES = ("closed", "foreclosed", "settled", "written_off", "cancelled")
