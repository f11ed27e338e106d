"""Decides the words for what came of a contact, so that outcomes can be counted.
The list is short on purpose: an outcome must be found in two keys."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Disposition:
    """One outcome of one contact, and whether the borrower was reached."""

    code: str
    name: str
    contacted: bool
    needs_promise: bool = False


DISPOSITIONS: tuple[Disposition, ...] = (
    Disposition("promised", "Promised to pay", True, needs_promise=True),
    Disposition("paid_already", "Says paid already", True),
    Disposition("call_back", "Asked to call back", True),
    Disposition("refused", "Refused to pay", True),
    Disposition("dispute", "Disputes the amount", True),
    Disposition("hardship", "Hardship: illness, job lost, bereavement", True),
    Disposition("not_reachable", "Not reachable", False),
    Disposition("no_answer", "Rang, no answer", False),
    Disposition("wrong_number", "Wrong number", False),
    Disposition("message_left", "Message left", False),
)
BY_CODE: dict[str, Disposition] = {item.code: item for item in DISPOSITIONS}
CHANNELS: tuple[str, ...] = ("call", "whatsapp", "sms", "visit", "email")
