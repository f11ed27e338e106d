"""Decides how an invoice moves from its upload to the day it is closed (DESIGN.md 4).

Funding steps are named here from the first day, so that what is built later thickens the same
life and no row has to change its meaning.
"""

from __future__ import annotations

from core.kernel.state_machine import StateMachine

INVOICE = StateMachine(
    "invoice",
    {
        ("uploaded", "read"): "read",
        ("uploaded", "verify"): "verified",
        ("read", "verify"): "verified",
        ("uploaded", "reject"): "rejected",
        ("read", "reject"): "rejected",
        ("verified", "reject"): "rejected",
        ("rejected", "reopen"): "read",
        ("verified", "score"): "scored",
        ("scored", "offer"): "offered",
        ("offered", "accept"): "accepted",
        ("accepted", "list"): "listed",
        ("listed", "fund"): "funded",
        ("funded", "advance"): "advanced",
        ("advanced", "repay"): "repaid",
        ("repaid", "distribute"): "distributed",
        ("distributed", "close"): "closed",
        ("verified", "dispute"): "disputed",
        ("advanced", "dispute"): "disputed",
        ("advanced", "fall_due"): "overdue",
        ("overdue", "repay"): "repaid",
        ("overdue", "claim_recourse"): "recourse",
        ("recourse", "repay"): "repaid",
        ("overdue", "default"): "defaulted",
        ("recourse", "default"): "defaulted",
        ("disputed", "repay"): "repaid",
    },
)

STATUSES = (
    "uploaded",
    "read",
    "verified",
    "scored",
    "offered",
    "accepted",
    "listed",
    "funded",
    "advanced",
    "repaid",
    "distributed",
    "closed",
    "rejected",
    "disputed",
    "overdue",
    "recourse",
    "defaulted",
)
