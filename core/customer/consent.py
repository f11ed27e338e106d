"""Decides what a borrower is asked to agree to, one text per purpose and version.
A consent names its version and the hash of the very words, so it can be shown years later."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One text: what for, which version, the words; `{lender}` is the brand's legal name."""

    purpose: str
    version: int
    title: str
    text: str
    required: bool = True

    def words(self, lender: str) -> str:
        """The text as this lender's customer reads it."""
        return self.text.format(lender=lender)

    def hash(self, lender: str) -> str:
        """What identifies the words that were agreed to."""
        return hashlib.sha256(self.words(lender).encode()).hexdigest()


# newest version last; an old version stays, because consents name it
CONSENT_TEXTS: tuple[ConsentText, ...] = (
    ConsentText(
        "identity",
        1,
        "Check who I am",
        "{lender} may check my PAN and my bank account with the authorities and banks that "
        "keep them, and may keep the answer with my application.",
    ),
    ConsentText(
        "credit_report",
        1,
        "Ask for my credit report",
        "{lender} may ask a credit information company for my credit report in order to decide "
        "on this application, and must not share it with others.",
    ),
    ConsentText(
        "statement",
        1,
        "Read my bank statement",
        "{lender} may read the bank statement I upload to see my salary, my payments and my "
        "balance, only in order to decide on this application.",
    ),
    ConsentText(
        "messages",
        1,
        "Send me messages about offers",
        "{lender} may send me messages about other loans. I can stop this at any time; messages "
        "about my own loan come in any case.",
        required=False,
    ),
)


def current_texts() -> dict[str, ConsentText]:
    """The newest text of each purpose, in the order they are asked."""
    newest: dict[str, ConsentText] = {}
    for text in CONSENT_TEXTS:
        newest[text.purpose] = text
    return newest


def consent_text(purpose: str, version: int) -> ConsentText:
    """The text of one version; raises KeyError when it never existed."""
    for text in CONSENT_TEXTS:
        if (text.purpose, text.version) == (purpose, version):
            return text
    raise KeyError((purpose, version))


def missing_consents(given: Iterable[str]) -> list[str]:
    """The required purposes that nobody has agreed to yet."""
    held = set(given)
    return [p for p, text in current_texts().items() if text.required and p not in held]
