"""Finds GSTINs among the words of a page and mends letters that an OCR engine confuses.

The shape of a GSTIN says which places hold digits and which letters, and its check character
proves the result, so that a repaired number is as good as a clean one.
"""

from __future__ import annotations

import itertools
import re

from core.kernel.identifier import is_valid_gstin

_TO_DIGIT = {
    "O": "0",
    "Q": "0",
    "D": "0",
    "I": "1",
    "L": "1",
    "|": "1",
    "S": "5",
    "B": "8",
    "Z": "2",
    "G": "6",
    "T": "7",
    "A": "4",
}
_TO_LETTER = {"0": "O", "1": "I", "5": "S", "8": "B", "2": "Z", "6": "G", "4": "A", "7": "T"}
_DIGIT_PLACES = frozenset({0, 1, 7, 8, 9, 10})
_LETTER_PLACES = frozenset({2, 3, 4, 5, 6, 11})
_SWAPS = {
    "0": "OQD",
    "O": "0QD",
    "Q": "O",
    "D": "O",
    "1": "IL",
    "I": "1L",
    "L": "1I",
    "5": "S",
    "S": "5",
    "8": "B",
    "B": "8",
    "2": "Z",
    "Z": "2",
    "6": "G",
    "G": "6C",
    "C": "G",
    "U": "V",
    "V": "UY",
    "Y": "V",
    "M": "N",
    "N": "M",
    "E": "F",
    "F": "EP",
    "P": "F",
    "K": "X",
    "X": "K",
    "3": "8",
    "7": "1T",
    "T": "7",
    "4": "A",
    "A": "4",
    "9": "3",
    "H": "N",
    "R": "P",
    "W": "V",
}
#: A repaired GSTIN may differ in this many letters from what was read.
REPAIRS_MAX = 2


def find_gstin(text: str) -> tuple[str, bool] | None:
    """The valid GSTIN in a word and whether it was read as it stands; None without one."""
    compact = re.sub(r"[^A-Z0-9|]", "", text.upper())
    for start in range(max(1, len(compact) - 14)):
        piece = compact[start : start + 15]
        if len(piece) == 15 and is_valid_gstin(piece):
            return piece, True
    if len(compact) < 15 or len(compact) > 18:
        return None
    for start in range(len(compact) - 14):
        mended = _mend(compact[start : start + 15])
        if mended:
            return mended, False
    return None


def _mend(piece: str) -> str | None:
    shaped = "".join(
        _TO_DIGIT.get(c, c)
        if at in _DIGIT_PLACES
        else _TO_LETTER.get(c, c)
        if at in _LETTER_PLACES
        else "Z"
        if at == 13 and c in "2Z7"
        else c
        for at, c in enumerate(piece)
    )
    if not re.fullmatch(r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]", shaped):
        return None
    if is_valid_gstin(shaped):
        return shaped
    places = [at for at in range(15) if at != 13 and shaped[at] in _SWAPS]
    found: set[str] = set()
    for count in range(1, REPAIRS_MAX + 1):
        for chosen in itertools.combinations(places, count):
            for letters in itertools.product(*(_SWAPS[shaped[at]] for at in chosen)):
                trial = list(shaped)
                for at, letter in zip(chosen, letters, strict=True):
                    trial[at] = letter
                text = "".join(trial)
                fits = all(text[at].isdigit() for at in _DIGIT_PLACES) and all(
                    text[at].isalpha() for at in _LETTER_PLACES
                )
                if fits and is_valid_gstin(text):
                    found.add(text)
        if found:
            break
    # Two different repairs that both pass the check prove nothing.
    return found.pop() if len(found) == 1 else None
