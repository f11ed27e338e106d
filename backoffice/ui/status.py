"""Decides how a state is named and coloured wherever it is shown: text, tone and icon together,
so that no screen tells states apart by colour alone."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice.shell.catalogue import t
from backoffice.ui.client_piece import ChipPiece, StatusChipPiece

# state -> (words, tone, icon); tones: plain, info, warn, bad, good
STATUS: dict[str, tuple[str, str, str]] = {
    # application
    "draft": ("Draft", "plain", "pen"),
    "applied": ("Applied", "info", "send"),
    "in_review": ("In review", "info", "clock"),
    "in_credit": ("In credit", "info", "clock"),
    "recommended": ("Recommended", "info", "arrow"),
    "sanctioned": ("Sanctioned", "good", "check"),
    "agreement_sent": ("Agreement sent", "info", "send"),
    "signed": ("Signed", "good", "check"),
    "disbursal_requested": ("Disbursal requested", "warn", "clock"),
    "disbursed": ("Disbursed", "good", "check"),
    "sent_back": ("Sent back", "warn", "back"),
    "rejected": ("Rejected", "bad", "cross"),
    "cancelled": ("Cancelled", "plain", "cross"),
    "expired": ("Expired", "plain", "clock"),
    # loan
    "active": ("Active", "good", "dot"),
    "closed": ("Closed", "plain", "check"),
    "foreclosed": ("Foreclosed", "plain", "check"),
    "settled": ("Settled", "warn", "check"),
    "written_off": ("Written off", "bad", "cross"),
    # buckets
    "current": ("Not due", "good", "check"),
    "pre_due": ("Pre-due", "plain", "clock"),
    "1-30": ("1–30 days", "warn", "alert"),
    "31-60": ("31–60 days", "bad", "alert"),
    "61-90": ("61–90 days", "bad", "alert"),
    "90+": ("Over 90 days", "bad", "flag"),
    # documents, checks, work
    "pending": ("Pending", "warn", "clock"),
    "verified": ("Verified", "good", "check"),
    "matched": ("Matched", "good", "check"),
    "mismatch": ("Mismatch", "bad", "alert"),
    "passed": ("Passed", "good", "check"),
    "accepted": ("Accepted by a person", "good", "check"),
    "invalid": ("Not valid", "bad", "cross"),
    "waiting": ("Waiting for the bank", "info", "clock"),
    "unavailable": ("Provider not reachable", "warn", "alert"),
    "no_answer": ("No usable answer", "warn", "alert"),
    "received": ("Received", "good", "check"),
    "no_hit": ("Not known to the bureau", "plain", "dot"),
    "making": ("Being made", "info", "clock"),
    "made": ("Ready to send", "info", "check"),
    "declined": ("Declined", "bad", "cross"),
    "signing_failed": ("Signing failed", "bad", "alert"),
    "void": ("Void", "plain", "cross"),
    "superseded": ("Superseded", "plain", "back"),
    "pass": ("Pass", "good", "check"),
    "refer": ("Refer", "warn", "alert"),
    "fail": ("Fail", "bad", "cross"),
    "failed": ("Failed", "bad", "alert"),
    "unknown": ("Not known yet", "warn", "alert"),
    "queued": ("Waiting", "plain", "clock"),
    "running": ("Running", "info", "clock"),
    "done": ("Done", "good", "check"),
    "finished": ("Done", "good", "check"),
    "succeeded": ("Done", "good", "check"),
    "sent": ("Sent", "good", "send"),
    "delivered": ("Delivered", "good", "check"),
    "ready": ("Ready to request", "info", "dot"),
    "blocked": ("Something is missing", "warn", "alert"),
    "created": ("Waiting", "plain", "clock"),
    "sending": ("Being sent", "info", "send"),
    "processed": ("Paid", "good", "check"),
    "refused": ("Refused", "plain", "cross"),
    "requested": ("Requested", "warn", "clock"),
    "approved": ("Approved", "good", "check"),
    "paid": ("Paid", "good", "check"),
    "reversed": ("Came back", "warn", "back"),
    "pending_approval": ("Waits for approval", "warn", "clock"),
    "posted": ("Posted", "good", "check"),
    "due": ("Due", "warn", "clock"),
    "overdue": ("Overdue", "bad", "alert"),
    "future": ("Not due", "plain", "clock"),
    "upcoming": ("Not due", "plain", "clock"),
    "due_today": ("Due today", "warn", "clock"),
    "part_paid": ("Part paid", "warn", "clock"),
    # promise and invoice
    "open": ("Open", "info", "dot"),
    "kept": ("Kept", "good", "check"),
    "broken": ("Broken", "bad", "cross"),
    "uploaded": ("Uploaded", "info", "send"),
    "read": ("Read", "info", "check"),
    "scored": ("Scored", "info", "check"),
    "duplicate": ("Duplicate", "bad", "alert"),
    # people
    "declared": ("Not verified yet", "warn", "clock"),
    "takes_work": ("Takes cases", "good", "check"),
    "takes_none": ("Takes none", "warn", "clock"),
    "enabled": ("Can log in", "good", "check"),
    "disabled": ("Disabled", "bad", "cross"),
    "ended": ("Ended", "plain", "cross"),
}


def status(value: str) -> dict[str, str]:
    """A state as `{text, tone, icon}` for a state var or a table cell; "" gives no chip."""
    if not value:
        return {}
    words, tone, icon = STATUS.get(value, (value.replace("_", " ").capitalize(), "plain", "dot"))
    return {"text": t(words), "tone": tone, "icon": icon}


def chip(text: Any, tone: Any = "plain", icon: Any = "dot") -> rx.Component:
    """A chip with given words; tones plain, info, warn, bad, good."""
    return ChipPiece.create(text=text, tone=tone, icon=icon)


def status_chip(value: Any) -> rx.Component:
    """The chip of a state: a plain string, or a state var holding `status(…)` or the bare state."""
    if isinstance(value, str):
        made = status(value)
        return chip(made.get("text", ""), made.get("tone", "plain"), made.get("icon", "dot"))
    if isinstance(value, rx.Var) and value._var_type is str:  # pyright: ignore
        known: dict[str, Any] = {name: status(name) for name in STATUS}
        table = rx.Var.create(known)
        unknown = {"text": value, "tone": "plain", "icon": "dot"}
        return StatusChipPiece.create(value=rx.cond(table[value], table[value], unknown))
    return StatusChipPiece.create(value=value)
