"""Reads an amount written in English words with lakh and crore, as Indian invoices print it.

The words are the second witness of an invoice's total: a total that agrees with them is proven.
"""

from __future__ import annotations

import re

_UNITS = {
    word: value
    for value, word in enumerate(
        [
            "zero",
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
            "thirteen",
            "fourteen",
            "fifteen",
            "sixteen",
            "seventeen",
            "eighteen",
            "nineteen",
        ]
    )
}
_TENS = {
    word: 10 * value
    for value, word in enumerate(
        ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], start=2
    )
}
_SCALES = {
    "thousand": 1_000,
    "lakh": 100_000,
    "lakhs": 100_000,
    "lac": 100_000,
    "lacs": 100_000,
    "million": 1_000_000,
    "crore": 10_000_000,
    "crores": 10_000_000,
}
_MINOR = {"paise", "paisa", "cents", "cent", "fils", "pence"}
_IGNORED = {"and", "rupees", "rupee", "inr", "rs", "only", "indian", "us", "dollars", "usd"}

#: Fewer number words than this are no amount.
NUMBER_WORDS_MIN = 2


def amount_in_words(text: str) -> int | None:
    """The amount in minor units (paise, cents) of the longest run of number words, or None."""
    words = re.findall(r"[a-z]+", text.lower().replace("-", " "))
    best: tuple[int, int] | None = None
    at = 0
    while at < len(words):
        if words[at] not in _UNITS and words[at] not in _TENS:
            at += 1
            continue
        end = at
        while end < len(words) and (_is_number(words[end]) or words[end] in _IGNORED | _MINOR):
            end += 1
        run = words[at:end]
        count = sum(_is_number(word) for word in run)
        if count >= NUMBER_WORDS_MIN and (best is None or count > best[0]):
            best = count, _value(run)
        at = end + 1
    return best[1] if best else None


def _is_number(word: str) -> bool:
    return word in _UNITS or word in _TENS or word in _SCALES or word == "hundred"


def _value(run: list[str]) -> int:
    """Minor units of a run such as `ten lakh five and eight paise`."""
    minor_at = next((at for at, word in enumerate(run) if word in _MINOR), None)
    minor = 0
    if minor_at is not None:
        joint = max((at for at in range(minor_at) if run[at] == "and"), default=None)
        if joint is None:
            minor_words, run = run[:minor_at], []
        else:
            minor_words, run = run[joint + 1 : minor_at], run[:joint]
        minor = _whole(minor_words)
    return _whole(run) * 100 + minor


def _whole(run: list[str]) -> int:
    total = group = 0
    for word in run:
        if word in _UNITS:
            group += _UNITS[word]
        elif word in _TENS:
            group += _TENS[word]
        elif word == "hundred":
            group = max(group, 1) * 100
        elif word in _SCALES:
            scale = _SCALES[word]
            if scale == 10_000_000:
                total, group = (total + max(group, 1)) * scale, 0
            else:
                total, group = total + max(group, 1) * scale, 0
    return total + group
