"""Finds what a statement says about its account: holder, number, IFSC, period, end balances.

Labels stand left of or above their values on every bank's paper; only the words of the label
are known here, so that no bank needs a template.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from datetime import date

from core.bank_statement.statement import AccountHeader
from core.document.printed import find_dates, parse_money
from core.document.word_box import Box, Line

_IFSC = re.compile(r"\b([A-Z]{4}0[A-Z0-9]{6})\b")
_IFSC_LABEL = re.compile(r"\bIFSC?\b|RTGS|\bIFS\s*Code", re.IGNORECASE)
_NUMBER = re.compile(
    r"(?:a/?c|account)\s*(?:no\.?|number|num\.?)?\s*[:\-.]*\s*[:\-]?\s*"
    r"([0-9xX*]{6,20}|\d{2,5}/[A-Z]{2,4}/\d{3,12})",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\b(to|and|till)\b|-|–", re.IGNORECASE)
_OPENING = re.compile(r"opening\s*balance\s*[:\-]?\s*(.*)", re.IGNORECASE)
_CLOSING = re.compile(r"closing\s*balance\s*[:\-]?\s*(.*)", re.IGNORECASE)
_AS_ON = re.compile(r"balance\s+as\s+on\b(.*)", re.IGNORECASE)
_NAME_LABEL = re.compile(
    r"^\W*(?:customer\s*name|account\s*(?:holder(?:'?s)?)?\s*name|account\s*holder|name)"
    r"\s*(?:of\s*(?:the\s*)?customer)?\s*:+\s*(\S.*)$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"^(mr|mrs|ms|m/s|dr|shri|smt)\.?\s+\S", re.IGNORECASE)
_NOT_A_NAME = re.compile(
    r"\b(bank|statement|branch|account|page|address|ifsc|micr|date|from|customer|nomination|"
    r"joint|holders?|currency|period|www|limited statement|savings|transactions?)\b|[:@]|\d{3,}",
    re.IGNORECASE,
)
_BANK = re.compile(r"\b(bank)\b|^kotak$", re.IGNORECASE)

HEADER_LINES_MAX = 40


def read_account(pages: Sequence[Sequence[Line]]) -> AccountHeader:
    """The account as the first page and the closing lines of the last page print it."""
    head = list(pages[0][:HEADER_LINES_MAX]) if pages else []
    boxes: dict[str, tuple[int, Box]] = {}
    number = _first(head, _NUMBER, boxes, "number")
    labelled = [line for line in head if _IFSC_LABEL.search(line.text)]
    ifsc = _first(labelled, _IFSC, boxes, "ifsc")
    start, end = _period(head, boxes)
    opening = _amount(head, _OPENING, boxes, "opening")
    if opening is None:
        opening = _balance_as_on(head, boxes)
    tail = [line for lines in pages for line in lines]
    closing = _amount(head, _CLOSING, boxes, "closing")
    summary = _summary(tail)
    return AccountHeader(
        bank=_bank(head),
        holder=_holder(head, boxes),
        number=number.upper() if number else None,
        ifsc=ifsc,
        period_from=start,
        period_to=end,
        opening_paise=opening if opening is not None else summary[0],
        closing_paise=closing if closing is not None else summary[1],
        boxes=boxes,
    )


def _first(
    lines: Sequence[Line], pattern: re.Pattern[str], boxes: dict[str, tuple[int, Box]], name: str
) -> str | None:
    for line in lines:
        match = pattern.search(line.text)
        if match:
            words = [word for word in line.words if match[1] in word.text]
            boxes[name] = (line.page, (words[0].box if words else line.box))
            return match[1]
    return None


def _period(
    lines: Sequence[Line], boxes: dict[str, tuple[int, Box]]
) -> tuple[date | None, date | None]:
    for line in lines:
        days = find_dates(line.text)
        if len(days) >= 2:
            between = line.text[days[0][2] : days[1][1]]
            if _RANGE.search(between) and len(between) <= 20 and days[0][0] <= days[1][0]:
                boxes["period"] = (line.page, line.box)
                return days[0][0], days[1][0]
    return None, None


def _amount(
    lines: Sequence[Line],
    pattern: re.Pattern[str],
    boxes: dict[str, tuple[int, Box]],
    name: str,
) -> int | None:
    for line in lines:
        match = pattern.search(line.text)
        if not match or not match[1]:
            continue
        paise = _leading_amount(match[1])
        if paise is not None:
            boxes[name] = (line.page, line.box)
            return paise
    return None


def _balance_as_on(lines: Sequence[Line], boxes: dict[str, tuple[int, Box]]) -> int | None:
    for line in lines:
        match = _AS_ON.search(line.text)
        if match and ":" in match[1]:
            paise = _leading_amount(match[1].split(":", 1)[1])
            if paise is not None:
                boxes["opening"] = (line.page, line.box)
                return paise
    return None


def _leading_amount(text: str) -> int | None:
    words = [word for word in text.replace(":", " ").split() if word.lower() not in ("rs", "rs.")]
    for at, word in enumerate(words[:3]):
        amount = parse_money(word)
        if amount is not None and amount.has_decimals:
            after = words[at + 1].strip(".").lower() if at + 1 < len(words) else ""
            side = amount.side or (after if after in ("dr", "cr") else "")
            return -abs(amount.paise) if side == "dr" else amount.paise
    return None


def _summary(lines: Sequence[Line]) -> tuple[int | None, int | None]:
    """A summary block whose labels stand in one line and the amounts in the next."""
    for line, below in itertools.pairwise(lines):
        lower = line.text.lower()
        if "opening balance" not in lower or "closing bal" not in lower:
            continue
        amounts = [
            (word, paise.paise)
            for word in below.words
            if (paise := parse_money(word.text)) is not None and paise.has_decimals
        ]
        if len(amounts) < 2:
            continue
        return amounts[0][1], amounts[-1][1]
    return None, None


def _holder(lines: Sequence[Line], boxes: dict[str, tuple[int, Box]]) -> str | None:
    candidates: list[Line] = []
    for line in lines:
        candidates += _segments(line)
    for at, line in enumerate(candidates):
        match = _NAME_LABEL.match(line.text)
        if match and not _NOT_A_NAME.search(match[1]):
            boxes["holder"] = (line.page, line.box)
            return match[1].strip(" :")
        if match is None and re.fullmatch(
            r"\W*(customer|account)?\s*(holder)?\s*name\W*", line.text, re.IGNORECASE
        ):
            following = candidates[at + 1] if at + 1 < len(candidates) else None
            if following and not _NOT_A_NAME.search(following.text.strip(" :")):
                boxes["holder"] = (following.page, following.box)
                return following.text.strip(" :")
    for line in candidates:
        inline = re.search(r"\(\s*INR\s*\)\s*-\s*(.+)$", line.text)
        if inline:
            boxes["holder"] = (line.page, line.box)
            return inline[1].strip()
    for line in candidates:
        if _TITLE.match(line.text) and not _NOT_A_NAME.search(line.text):
            boxes["holder"] = (line.page, line.box)
            return line.text.strip()
    for line in candidates[1:]:
        words = line.text.split()
        if 2 <= len(words) <= 6 and line.text[0].isupper() and not _NOT_A_NAME.search(line.text):
            boxes["holder"] = (line.page, line.box)
            return line.text.strip()
    return None


def _segments(line: Line) -> list[Line]:
    """The line cut at wide gaps, with a label and its colon kept together."""
    parts: list[list[int]] = []
    words = line.words
    for at, word in enumerate(words):
        if parts:
            before = words[at - 1]
            letter = before.box.width / max(len(before.text), 1)
            colon = word.text.startswith(":")
            if colon or word.box.left - before.box.right <= 2.2 * letter:
                parts[-1].append(at)
                continue
        parts.append([at])
    return [Line(tuple(words[at] for at in part)) for part in parts]


def _bank(lines: Sequence[Line]) -> str | None:
    for line in lines[:6]:
        for part in _segments(line):
            if _BANK.search(part.text) and len(part.text) <= 60:
                return part.text.strip()
    return None
