"""Finds the table of transactions on a statement page and says which column a word belongs to.

Columns come from the header's words, from drawn rules and from the right edges of the amounts,
never from the name of a bank, so that a layout nobody has seen is read by the same rules.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.document.word_box import Box, Line, PageWords, Rule, WordBox, around, phrases_of

#: Space between two words of one header phrase, as a multiple of the line height.
HEADER_GAP_OF_HEIGHT = 0.95
#: Header lines stacked on each other lie within this many line heights.
HEADER_STACK_OF_HEIGHT = 1.75

NUMERIC = frozenset({"debit", "credit", "amount", "balance"})

_HEADER_WORD = re.compile(
    r"^(#|s|sl|sr|no|nos|number|txn|tran|trans|transaction|post|posting|posted|date|dt|value|"
    r"narration|narrations|particulars|particular|description|details|remarks|chq|cheque|ref|"
    r"reference|instrument|instr|id|utr|withdrawal|withdrawals|withdrawn|debit|debits|deposit|"
    r"deposits|deposited|credit|credits|amt|amount|balance|closing|running|available|inr|rs|₹|"
    r"in|branch|br|init|code|dr|cr|type|mode|of|and|time|paid|out|money|sol)$"
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: its role and where it stands; `left`, `right` bound its cells."""

    role: str
    title: Box
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class TableLayout:
    """Columns of a statement's table, left to right, and the height where its rows begin."""

    columns: tuple[Column, ...]
    page: int
    bottom_of_header: float
    ruled: bool

    def has(self, role: str) -> bool:
        """Whether the table has a column of that role."""
        return any(column.role == role for column in self.columns)

    def of(self, role: str) -> Column | None:
        """The first column of a role."""
        return next((column for column in self.columns if column.role == role), None)


def find_layout(page: PageWords, lines: Sequence[Line]) -> TableLayout | None:
    """The table's layout as its header on this page shows it, or None without a header."""
    best: TableLayout | None = None
    best_score = 0
    for at, line in enumerate(lines):
        if _vocabulary_share(line) < 0.6 or len(line.words) < 3:
            continue
        stack = _header_stack(lines, at)
        layout = _columns(page, stack)
        roles = {column.role for column in layout.columns}
        score = len(roles & {"date", "narration", "debit", "credit", "amount", "balance", "ref"})
        enough = "date" in roles and (roles & {"debit", "credit", "amount"})
        if enough and score >= 3 and score > best_score:
            best, best_score = layout, score
    return best


def _vocabulary_share(line: Line) -> float:
    words = [part for word in line.words for part in _parts(word.text)]
    if not words:
        return 0.0
    return sum(1 for word in words if _HEADER_WORD.match(word)) / len(words)


def _parts(text: str) -> list[str]:
    return [part for part in re.split(r"[^a-z#₹]+", text.lower()) if part]


def _header_stack(lines: Sequence[Line], at: int) -> list[Line]:
    """The header line with the lines right above and below that only hold header words."""
    stack = [lines[at]]
    height = lines[at].box.height
    for step in (-1, 1):
        near = lines[at]
        for other in range(at + step, at + 4 * step, step):
            if not 0 <= other < len(lines):
                break
            line = lines[other]
            if abs(line.box.middle - near.box.middle) > HEADER_STACK_OF_HEIGHT * height:
                break
            digits = any(c.isdigit() for c in line.text)
            if digits or _vocabulary_share(line) < 0.99:
                break
            stack.append(line)
            near = line
    return sorted(stack, key=lambda line: line.box.middle)


def _columns(page: PageWords, stack: Sequence[Line]) -> TableLayout:
    box = around(line.box for line in stack)
    cells = _ruled_cells(page.rules, box)
    groups: list[list[WordBox]] = []
    if len(cells) >= 4:
        for left, right in cells:
            inside = [
                word
                for line in stack
                for word in line.words
                if left - 0.004 <= (word.box.left + word.box.right) / 2 <= right + 0.004
            ]
            if inside:
                groups.append(inside)
        bounds = [
            next(
                (cell for cell in cells if cell[0] - 0.004 <= _centre(group) <= cell[1] + 0.004),
                (around(w.box for w in group).left, around(w.box for w in group).right),
            )
            for group in groups
        ]
        ruled = True
    else:
        groups = _stacked_phrases(page, stack)
        bounds = _gap_bounds(groups)
        ruled = False
    columns: list[Column] = []
    for group, (left, right) in zip(groups, bounds, strict=True):
        text = " ".join(word.text for word in sorted(group, key=lambda w: (w.box.top, w.box.left)))
        columns.append(Column(_role(text), around(w.box for w in group), left, right))
    return TableLayout(_one_of_each(columns), page.number, box.bottom, ruled)


def _centre(group: Sequence[WordBox]) -> float:
    box = around(word.box for word in group)
    return (box.left + box.right) / 2


def _ruled_cells(rules: Sequence[Rule], header: Box) -> list[tuple[float, float]]:
    """Neighbouring vertical rules that run through the header, as cells."""
    edges = sorted(
        (rule.box.left + rule.box.right) / 2
        for rule in rules
        if rule.vertical
        and rule.box.top <= header.middle + 0.004
        and rule.box.bottom >= header.middle - 0.004
    )
    distinct: list[float] = []
    for edge in edges:
        if not distinct or edge - distinct[-1] > 0.008:
            distinct.append(edge)
    return list(itertools.pairwise(distinct))


def _stacked_phrases(page: PageWords, stack: Sequence[Line]) -> list[list[WordBox]]:
    """Header phrases, with phrases printed under each other taken together."""
    groups: list[list[WordBox]] = []
    for line in stack:
        gap = HEADER_GAP_OF_HEIGHT * line.box.height * page.aspect
        for phrase in phrases_of(line, gap):
            box = phrase.box
            home: list[WordBox] | None = None
            most = 0.0
            for group in groups:
                held = around(word.box for word in group)
                shared = min(held.right, box.right) - max(held.left, box.left)
                if shared > most:
                    home, most = group, shared
            if home is None:
                groups.append(list(phrase.words))
            else:
                home.extend(phrase.words)
    groups.sort(key=_centre)
    return groups


def _gap_bounds(groups: Sequence[Sequence[WordBox]]) -> list[tuple[float, float]]:
    """Cells without rules: text runs to the next title's left, amounts hang on a right edge."""
    boxes = [around(word.box for word in group) for group in groups]
    bounds: list[tuple[float, float]] = []
    for at, box in enumerate(boxes):
        left = 0.0 if at == 0 else box.left - 0.006
        right = 1.0 if at + 1 == len(boxes) else boxes[at + 1].left - 0.006
        bounds.append((left, right))
    return bounds


def _role(title: str) -> str:
    words = set(_parts(title))
    joined = " ".join(_parts(title))
    taken = bool(words & {"withdrawal", "withdrawals", "withdrawn", "debit", "debits"}) or (
        "paid out" in joined or "money out" in joined
    )
    given = bool(words & {"deposit", "deposits", "deposited", "credit", "credits"}) or (
        "paid in" in joined or "money in" in joined
    )
    if "balance" in words:
        return "balance"
    if taken and given:
        return "amount"
    if taken:
        return "debit"
    if given:
        return "credit"
    if words == {"dr", "cr"} or words == {"cr", "dr"} or words == {"type"}:
        return "side"
    if words <= {"dr"} and words:
        return "debit"
    if words <= {"cr"} and words:
        return "credit"
    if words & {"amount", "amt"}:
        return "amount"
    if words & {"narration", "narrations", "particulars", "particular", "description"}:
        return "narration"
    if words & {"details", "remarks"}:
        return "narration"
    if "value" in words:
        return "value_date"
    if words & {"date", "dt"}:
        return "date"
    if words & {"chq", "cheque", "ref", "reference", "instrument", "instr", "utr", "id"}:
        return "ref"
    return "other"


def _one_of_each(columns: Sequence[Column]) -> tuple[Column, ...]:
    """Keep the first column of a role, except that a lone value date serves as the date."""
    seen: set[str] = set()
    kept: list[Column] = []
    has_date = any(column.role == "date" for column in columns)
    for column in columns:
        role = column.role
        if role == "value_date" and not has_date:
            role = "date"
        if role != "other" and role in seen:
            role = "other"
        seen.add(role)
        kept.append(Column(role, column.title, column.left, column.right))
    return tuple(kept)
