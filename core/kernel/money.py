"""Money is a whole number of paise; this file holds the only ways to divide, split and show it.
One place decides rounding, so that the screen, the letter and the ledger agree to the paisa.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction

from core.kernel.errors import Invalid

PAISE_PER_RUPEE = 100
PAISE_PER_LAKH = 100_000 * PAISE_PER_RUPEE
PAISE_PER_CRORE = 10_000_000 * PAISE_PER_RUPEE
BPS_PER_WHOLE = 10_000
# bigint columns and the sums over them stay far below 2**63 with this cap (ten thousand crore).
AMOUNT_PAISE_MAX = 10_000 * PAISE_PER_CRORE
MINUS = "\N{MINUS SIGN}"


class Rounding(StrEnum):
    """How a fraction of the smallest unit is settled; named in a product's terms."""

    HALF_UP = "half_up"
    HALF_EVEN = "half_even"
    UP = "up"
    DOWN = "down"


def round_ratio(
    numerator: int,
    denominator: int,
    rounding: Rounding = Rounding.HALF_UP,
    multiple: int = 1,
) -> int:
    """Return numerator/denominator rounded to a whole `multiple`.

    Half up means half away from zero and up means away from zero, so that a reversal of an
    amount is exactly its negative. Raises ZeroDivisionError for a zero denominator.
    """
    if multiple < 1:
        raise ValueError("multiple must be at least 1")
    denominator *= multiple
    if denominator < 0:
        numerator, denominator = -numerator, -denominator
    sign = -1 if numerator < 0 else 1
    whole, rest = divmod(abs(numerator), denominator)
    if rest:
        twice = 2 * rest
        if rounding is Rounding.UP:
            whole += 1
        elif rounding is Rounding.HALF_UP:
            whole += twice >= denominator
        elif rounding is Rounding.HALF_EVEN:
            whole += twice > denominator or (twice == denominator and whole % 2 == 1)
    return sign * whole * multiple


def round_fraction(
    value: Fraction, rounding: Rounding = Rounding.HALF_UP, multiple: int = 1
) -> int:
    """Return an exact fraction of paise rounded to a whole `multiple` of paise."""
    return round_ratio(value.numerator, value.denominator, rounding, multiple)


def divide_half_up(numerator: int, denominator: int) -> int:
    """Return numerator/denominator to the nearest integer, halves away from zero."""
    return round_ratio(numerator, denominator)


def share_bps(amount_paise: int, bps: int, rounding: Rounding = Rounding.HALF_UP) -> int:
    """Return `bps` basis points of an amount, in paise."""
    return round_ratio(amount_paise * bps, BPS_PER_WHOLE, rounding)


def split_by_weight(total_paise: int, weights: Sequence[int]) -> list[int]:
    """Split an amount in proportion to `weights` so that the parts sum to it exactly.

    Largest remainder; ties go to the earlier part. Raises ValueError when no weight is
    positive or one is negative.
    """
    if any(weight < 0 for weight in weights) or sum(weights) <= 0:
        raise ValueError("weights must be non-negative and not all zero")
    sign = -1 if total_paise < 0 else 1
    total, weight_sum = abs(total_paise), sum(weights)
    parts: list[int] = []
    remainders: list[int] = []
    for weight in weights:
        part, rest = divmod(total * weight, weight_sum)
        parts.append(part)
        remainders.append(rest)
    left = total - sum(parts)
    by_remainder = sorted(range(len(weights)), key=lambda i: (-remainders[i], i))
    for i in by_remainder[:left]:
        parts[i] += 1
    return [sign * part for part in parts]


def group_indian(whole: int) -> str:
    """Return a non-negative whole number with lakh grouping: 1234567 -> "12,34,567"."""
    digits = str(whole)
    head, tail = digits[:-3], digits[-3:]
    pairs: list[str] = []
    while head:
        pairs.insert(0, head[-2:])
        head = head[:-2]
    return ",".join([*pairs, tail])


def format_inr(amount_paise: int, *, symbol: bool = True) -> str:
    """Return an amount for people: 123456700 -> "₹ 12,34,567.00", minus sign in front.

    With `symbol=False` the rupee sign is left out, for table columns and exports.
    """
    rupees, paise = divmod(abs(amount_paise), PAISE_PER_RUPEE)
    sign = MINUS if amount_paise < 0 else ""
    prefix = "₹ " if symbol else ""
    return f"{sign}{prefix}{group_indian(rupees)}.{paise:02d}"


def format_inr_short(amount_paise: int) -> str:
    """Return an amount for a tile: "₹ 12.35 lakh", "₹ 3.20 crore", whole rupees below a lakh.

    The unit follows the exact value, so ₹ 99,999 never shows as one lakh.
    """
    sign = MINUS if amount_paise < 0 else ""
    size = abs(amount_paise)
    for unit_paise, word in ((PAISE_PER_CRORE, "crore"), (PAISE_PER_LAKH, "lakh")):
        if size >= unit_paise:
            whole, part = divmod(divide_half_up(size * 100, unit_paise), 100)
            return f"{sign}₹ {group_indian(whole)}.{part:02d} {word}"
    rupees, paise = divmod(size, PAISE_PER_RUPEE)
    if paise:
        return f"{sign}₹ {group_indian(rupees)}.{paise:02d}"
    return f"{sign}₹ {group_indian(rupees)}"


_AMOUNT = re.compile(r"(?P<rupees>\d+(?:,\d+)*)?(?:\.(?P<paise>\d{1,2}))?", re.ASCII)


def parse_inr(text: str, *, field: str = "amount") -> int:
    """Return the paise a person typed: "₹ 12,34,567.5" -> 123456750.

    Commas may stand anywhere between digits, because people group as they like. Raises
    Invalid on `field` for anything else, for more than two decimals and for amounts beyond
    AMOUNT_PAISE_MAX.
    """
    cleaned = re.sub(r"\s+", "", text.replace("₹", "").replace(MINUS, "-"))
    negative = cleaned.startswith("-")
    found = _AMOUNT.fullmatch(cleaned.removeprefix("-"))
    if found is None or not (found["rupees"] or found["paise"]):
        raise Invalid({field: "Enter an amount in rupees like 12,34,567.50"})
    rupees = int((found["rupees"] or "0").replace(",", ""))
    amount = rupees * PAISE_PER_RUPEE + int((found["paise"] or "0").ljust(2, "0"))
    if amount > AMOUNT_PAISE_MAX:
        raise Invalid({field: f"Enter an amount up to {format_inr(AMOUNT_PAISE_MAX)}"})
    return -amount if negative else amount


_ONES = [
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine",
    "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen",
    "eighteen", "nineteen",
]  # fmt: skip
_TENS = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
]  # fmt: skip


def _below_hundred(number: int) -> str:
    if number < 20:
        return _ONES[number]
    tens, ones = divmod(number, 10)
    return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")


def _in_words(number: int) -> str:
    """Words for a whole number in the Indian scale; crores repeat above ninety-nine."""
    if number == 0:
        return _ONES[0]
    words: list[str] = []
    crores, rest = divmod(number, 10_000_000)
    if crores:
        words.append(f"{_in_words(crores)} crore")
    for size, name in ((100_000, "lakh"), (1_000, "thousand"), (100, "hundred")):
        count, rest = divmod(rest, size)
        if count:
            words.append(f"{_below_hundred(count)} {name}")
    if rest:
        words.append(_below_hundred(rest))
    return " ".join(words)


def rupees_in_words(amount_paise: int) -> str:
    """Return an amount in words: 123450050 -> "twelve lakh thirty-four thousand five hundred
    rupees and fifty paise". Negative amounts begin with "minus".
    """
    rupees, paise = divmod(abs(amount_paise), PAISE_PER_RUPEE)
    words = f"{_in_words(rupees)} {'rupee' if rupees == 1 else 'rupees'}"
    if paise:
        words += f" and {_below_hundred(paise)} {'paisa' if paise == 1 else 'paise'}"
    return f"minus {words}" if amount_paise < 0 else words
