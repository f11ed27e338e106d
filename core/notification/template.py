"""Decides how a message's text is filled: named words in braces, and nothing may stay unfilled.
A text with an unknown word is refused when it is saved, not when a borrower should read it."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass

from core.kernel.errors import DomainError, Invalid


class WordMissing(DomainError):
    """A template asks for a word that was not given."""

    code = "template_word_missing"


@dataclass(frozen=True, slots=True)
class MessageKind:
    """One kind of message: the words it may use and the text a new brand starts with."""

    code: str
    name: str
    words: tuple[str, ...]
    sms: str
    email_subject: str = ""
    sample: tuple[tuple[str, str], ...] = ()


_BRAND = ("brand", "brand_phone")

KINDS: dict[str, MessageKind] = {
    kind.code: kind
    for kind in (
        MessageKind(
            "otp",
            "One-time code",
            ("code", "minutes", *_BRAND),
            "{code} is your {brand} code. It is valid for {minutes} minutes. "
            "Do not share it with anyone.",
        ),
        MessageKind(
            "application_received",
            "Application received",
            ("name", "number", *_BRAND),
            "Dear {name}, we have your application {number}. Track it on your {brand} page.",
        ),
        MessageKind(
            "application_sent_back",
            "Something is missing",
            ("name", "number", "reason", *_BRAND),
            "Dear {name}, we need something more for application {number}: {reason}. - {brand}",
        ),
        MessageKind(
            "application_rejected",
            "Application not approved",
            ("name", "number", "reason", *_BRAND),
            "Dear {name}, we could not approve application {number}: {reason}. - {brand}",
        ),
        MessageKind(
            "application_sanctioned",
            "Loan sanctioned",
            ("name", "number", "amount", *_BRAND),
            "Dear {name}, your loan {number} of {amount} is sanctioned. Please read and "
            "sign the agreement on your {brand} page.",
        ),
        MessageKind(
            "agreement_ready",
            "Agreement to sign",
            ("name", "number", "link", *_BRAND),
            "Dear {name}, your key facts statement and agreement for {number} are ready: "
            "{link} - {brand}",
        ),
        MessageKind(
            "loan_disbursed",
            "Loan paid out",
            ("name", "number", "amount", "account", "due_on", *_BRAND),
            "Dear {name}, {amount} of loan {number} was paid to your account {account}. "
            "First due date {due_on}. - {brand}",
        ),
        MessageKind(
            "payment_link",
            "Payment link",
            ("name", "number", "amount", "link", *_BRAND),
            "Dear {name}, pay {amount} for loan {number} here: {link} - {brand}",
        ),
        MessageKind(
            "receipt",
            "Receipt",
            ("name", "number", "receipt", "amount", "outstanding", *_BRAND),
            "Dear {name}, we received {amount} for loan {number} (receipt {receipt}). "
            "Outstanding now {outstanding}. - {brand}",
        ),
        MessageKind(
            "due_soon",
            "Instalment due soon",
            ("name", "number", "amount", "due_on", *_BRAND),
            "Dear {name}, {amount} of loan {number} is due on {due_on}. - {brand}",
        ),
        MessageKind(
            "overdue",
            "Payment overdue",
            ("name", "number", "amount", "days", *_BRAND),
            "Dear {name}, {amount} of loan {number} is overdue by {days} days. "
            "Please pay on your {brand} page or call {brand_phone}.",
        ),
        MessageKind(
            "promise_reminder",
            "Reminder of a promise",
            ("name", "number", "amount", "promised_on", *_BRAND),
            "Dear {name}, you promised to pay {amount} for loan {number} on {promised_on}. "
            "- {brand}",
        ),
        MessageKind(
            "loan_closed",
            "Loan closed",
            ("name", "number", *_BRAND),
            "Dear {name}, loan {number} is fully paid. Your no-dues letter is on your "
            "{brand} page. Thank you.",
        ),
    )
}

SAMPLE_WORDS: dict[str, str] = {
    "name": "Asha Patil",
    "number": "LN-000123",
    "amount": "₹ 12,340.00",
    "outstanding": "₹ 48,200.00",
    "receipt": "RC-000045",
    "reason": "the bank statement for October",
    "due_on": "05 Dec 2026",
    "promised_on": "27 Nov 2026",
    "days": "4",
    "code": "482913",
    "minutes": "5",
    "link": "https://pay.example/abc",
    "account": "•••• 4471",
    "brand": "Brand",
    "brand_phone": "1800 000 000",
}


def words_of(text: str) -> tuple[str, ...]:
    """The named words a text uses, in order; raises `Invalid` for braces that do not pair."""
    try:
        found = [
            name
            for _, name, spec, conv in string.Formatter().parse(text)
            if name is not None and not spec and not conv
        ]
        odd = [
            name
            for _, name, spec, conv in string.Formatter().parse(text)
            if name is not None and (spec or conv or not name.isidentifier())
        ]
    except ValueError:
        raise Invalid({"body": "A brace is not closed; write words like {name}"}) from None
    if odd:
        raise Invalid({"body": "Write words plainly, like {name}"})
    return tuple(dict.fromkeys(found))


def check_template(code: str, text: str) -> None:
    """Refuse a text that uses a word this kind of message does not have; raises `Invalid`."""
    kind = KINDS.get(code)
    if kind is None:
        raise Invalid({"code": f"There is no message called {code}"})
    unknown = [word for word in words_of(text) if word not in kind.words]
    if unknown:
        known = ", ".join("{" + word + "}" for word in kind.words)
        raise Invalid({"body": f"{{{unknown[0]}}} is not known here; use {known}"})


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with its words; raises `WordMissing` rather than send a gap."""
    for word in words_of(text):
        if not words.get(word):
            raise WordMissing(f"The message needs {{{word}}} and it is empty")
    return text.format_map(dict(words))
