"""Decides how alike two Indian names are, as a whole number from 0 to 100.
Banks, tax records and people order, shorten and title a name differently, so plain text fails."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from rapidfuzz.distance import JaroWinkler, Levenshtein

FULL_MARK = 100
INITIAL_MARK = 88
JOINED_MARK = 97
MISSING_TOKEN_COST = 7
SPELLING_FLOOR = 82
GOOD_MATCH = 80
NO_MATCH = 50

HONORIFICS = frozenset(
    [
        "mr", "mrs", "ms", "miss", "master", "dr", "prof", "shri", "sri", "shree", "smt",
        "shrimati", "kum", "kumari", "sushri", "md", "mohd", "er", "ca", "adv", "capt", "col",
        "late",
    ]
)  # fmt: skip
# what stands before a parent's or husband's name; everything behind it is another person
RELATIONS = re.compile(r"\b(?:s/o|d/o|w/o|c/o|h/o|son of|daughter of|wife of)\b", re.IGNORECASE)
# suffixes of respect that one record glues to the name and another leaves out
SUFFIXES = ("bhai", "ben", "ji", "bai")


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A score with the sentence that explains it to the person who must decide."""

    score: int
    explanation: str

    @property
    def good(self) -> bool:
        """Whether the names may be taken for the same person without a second look."""
        return self.score >= GOOD_MATCH


def name_tokens(name: str) -> tuple[str, ...]:
    """The bare words of a name: no titles, accents, dots or a parent's name behind s/o."""
    own = RELATIONS.split(name, maxsplit=1)[0]
    plain = unicodedata.normalize("NFKD", own)
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter)).lower()
    words = re.findall(r"[^\W\d_]+", plain.replace("'", ""))
    kept = words
    # only in front: Kumari is a title there and a name behind
    while len(kept) > 1 and kept[0] in HONORIFICS:
        kept = kept[1:]
    return tuple(kept)


def match_names(declared: str, recorded: str) -> NameMatch:
    """Score two names from 0 (different people) to 100 (the same words in any order).

    Every word of the shorter name must find its partner in the longer one: the same word,
    a likely spelling of it, or its initial. A missing middle name costs a little; a missing
    partner caps the score at 60, because a shared surname alone proves nothing.
    """
    left, right = name_tokens(declared), name_tokens(recorded)
    if not left or not right:
        return NameMatch(0, "One of the two names is empty")
    if sorted(left) == sorted(right):
        words = "The same name" if left == right else "The same words in another order"
        return NameMatch(FULL_MARK, words)
    if "".join(sorted("".join(left))) == "".join(sorted("".join(right))) and _joined(left, right):
        return NameMatch(JOINED_MARK, "The same name, written together in one record")
    short, long = (left, right) if len(left) <= len(right) else (right, left)
    pairs = _pair(short, long)
    weight = sum(_weight(a, b) for a, b, _ in pairs)
    mark = sum(_weight(a, b) * score for a, b, score in pairs) // weight
    unmatched = [a for a, _, score in pairs if score < SPELLING_FLOOR]
    missing = len(long) - len(short)
    score = mark - missing * MISSING_TOKEN_COST
    full_words = sum(1 for a, b, s in pairs if s >= SPELLING_FLOOR and min(len(a), len(b)) > 1)
    if unmatched:
        score = min(score, 60 if full_words else 40)
    elif not full_words:
        score = min(score, 65)
    score = max(0, min(99, score))
    return NameMatch(score, _explain(pairs, unmatched, missing))


def _joined(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    """Whether one record wrote two words of the other as one: Ram Kumar, Ramkumar."""
    return "".join(left) == "".join(right) or _two_orders(left, right) or _two_orders(right, left)


def _two_orders(left: tuple[str, ...], right: tuple[str, ...]) -> bool:
    text = "".join(right)
    return any("".join(left[i:] + left[:i]) == text for i in range(len(left)))


def _weight(a: str, b: str) -> int:
    """An initial says less than a word, so it counts less in the mean."""
    return 1 if min(len(a), len(b)) == 1 else 3


def _pair(short: tuple[str, ...], long: tuple[str, ...]) -> list[tuple[str, str, int]]:
    """Give every word of the shorter name its best free partner, surest pairs first."""
    marks = sorted(
        ((_word_mark(a, b), -i, -j) for i, a in enumerate(short) for j, b in enumerate(long)),
        reverse=True,
    )
    used_short: set[int] = set()
    used_long: set[int] = set()
    pairs: list[tuple[str, str, int]] = []
    for mark, i, j in marks:
        if -i in used_short or -j in used_long:
            continue
        used_short.add(-i)
        used_long.add(-j)
        pairs.append((short[-i], long[-j], mark))
    return pairs


def _word_mark(a: str, b: str) -> int:
    if a == b:
        return FULL_MARK
    if min(len(a), len(b)) == 1:
        return INITIAL_MARK if a[0] == b[0] else 0
    if _without_suffix(a) == _without_suffix(b):
        return 96
    if _sound(a) == _sound(b):
        return 95
    # one slip of the pen in a long word; short words differ by a letter and are other names
    if Levenshtein.distance(a, b) == 1 and min(len(a), len(b)) >= 6 and a[0] == b[0]:
        return 90
    return min(80, round(JaroWinkler.similarity(a, b) * 80))


def _without_suffix(word: str) -> str:
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word.removesuffix(suffix)
    return word


_SOUNDS = (
    ("ksh", "x"), ("aa", "a"), ("ee", "i"), ("oo", "u"), ("ou", "u"), ("ph", "f"), ("w", "v"),
    ("th", "t"), ("dh", "d"), ("bh", "b"), ("kh", "k"), ("gh", "g"), ("sh", "s"), ("ck", "k"),
    ("q", "k"), ("z", "s"), ("y", "i"), ("ii", "i"),
)  # fmt: skip


def _sound(word: str) -> str:
    """One spelling for the ways the same Indian name is written in Latin letters."""
    for written, plain in _SOUNDS:
        word = word.replace(written, plain)
    word = re.sub(r"(.)\1+", r"\1", word)
    return word.rstrip("ah") or word


def _explain(pairs: list[tuple[str, str, int]], unmatched: list[str], missing: int) -> str:
    parts: list[str] = []
    initials = [
        f"“{min(a, b, key=len).upper()}” may stand for {max(a, b, key=len).title()}"
        for a, b, mark in pairs
        if mark == INITIAL_MARK
    ]
    spellings = [
        f"{a.title()} and {b.title()} are spellings of one name"
        for a, b, mark in pairs
        if SPELLING_FLOOR <= mark < FULL_MARK and mark != INITIAL_MARK
    ]
    parts += initials + spellings
    if unmatched:
        parts.append("No partner for " + ", ".join(word.title() for word in unmatched))
    if missing:
        parts.append(f"{missing} word{'s' if missing > 1 else ''} more in one of the records")
    return "; ".join(parts) or "Alike"
