"""Reads the rows of a bank statement from word boxes by the geometry of its table.

A row is anchored on its date and its amounts, everything between two anchors belongs to the
upper one, and the chain of balances then proves or refuses what geometry has found.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from statistics import median

from core.bank_statement.account_header import read_account
from core.bank_statement.balance_chain import prove
from core.bank_statement.statement import AccountHeader, Statement, StatementRow
from core.bank_statement.table_layout import NUMERIC, Column, TableLayout, find_layout
from core.document.printed import (
    PrintedMoney,
    find_dates,
    parse_date,
    parse_money,
    parse_yearless_date,
)
from core.document.word_box import Box, Line, PageWords, Rule, WordBox, around, lines_of
from core.kernel.errors import DomainError

_OPENING = re.compile(r"\b(opening\s*bal|brought\s*forward|b/f|balance\s*b/?f)", re.IGNORECASE)
_CARRY = re.compile(r"^\W*(c/f|carried\s*forward|balance\s*c/?f|c\s*/\s*f)\b", re.IGNORECASE)
_CLOSING = re.compile(r"\bclosing\s*balance", re.IGNORECASE)
_TOTAL = re.compile(
    r"^\W*(grand\s*total|page\s*total|sub\s*total|total|totals|statement\s*summary|dr\s*count)\b",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"^\W*(page\b|specimen\b|statement generated|this is a (computer|system)|registered office|"
    r"generated on|\*closing balance|contents of this|end of statement|note\s*:|disclaimer|"
    r"\*{3,}|-{8,}|={8,}|_{8,})",
    re.IGNORECASE,
)
_TIME = re.compile(r"^\d{1,2}:\d{2}(:\d{2})?$")
_SIDE = re.compile(r"^\(?(cr|dr|c|d)\)?\.?$", re.IGNORECASE)


class StatementNotRecognised(DomainError):
    """The document has no table of transactions that could be read."""

    code = "statement_not_recognised"

    def __init__(self) -> None:
        super().__init__(
            "No table of transactions was found. Upload the bank's own statement with dates, "
            "amounts and balances."
        )


@dataclass(slots=True)
class _Block:
    """The words of one printed row, sorted into columns."""

    page: int
    top: float
    cells: dict[str, list[WordBox]] = field(default_factory=dict[str, list[WordBox]])

    def add(self, role: str, word: WordBox) -> None:
        self.cells.setdefault(role, []).append(word)

    def text(self, role: str) -> str:
        return join_narration(lines_of(self.cells.get(role, [])))

    def words(self, role: str) -> str:
        """The cell's words with single spaces, line by line."""
        return " ".join(line.text for line in lines_of(self.cells.get(role, [])))

    def money(self, role: str) -> PrintedMoney | None:
        return _money(self.cells.get(role, []))

    def box(self, role: str) -> Box | None:
        words = self.cells.get(role)
        return around(word.box for word in words) if words else None


def read_statement(pages: Sequence[PageWords]) -> Statement:
    """Rows in printed order with header and balance proof.

    Raises StatementNotRecognised where no page has a table with dates and amounts.
    """
    page_lines = [lines_of(page.words) for page in pages]
    account = read_account(page_lines)
    blocks: list[_Block] = []
    layout: TableLayout | None = None
    for page, lines in zip(pages, page_lines, strict=True):
        found = find_layout(page, lines)
        if found is not None:
            layout = _settled(found, lines)
        if layout is None:
            continue
        blocks += _page_blocks(page, lines, layout, found is not None, blocks)
    if layout is None:
        raise StatementNotRecognised
    rows, opening, closing = _rows(blocks, account)
    if not rows:
        raise StatementNotRecognised
    account = replace(
        account,
        opening_paise=account.opening_paise if account.opening_paise is not None else opening,
        closing_paise=account.closing_paise if account.closing_paise is not None else closing,
    )
    proof = prove(rows, account.opening_paise, account.closing_paise)
    return Statement(account, tuple(rows), proof, len(pages))


def join_narration(lines: Iterable[Line]) -> str:
    """Wrapped text made whole: a break inside a word closes up, a break between words is a space.

    A line that ran to the full width was broken by its width and not between words.
    """
    known = list(lines)
    if not known:
        return ""
    widest = max(line.box.right for line in known)
    text = known[0].text
    for before, line in itertools.pairwise(known):
        last, first = before.words[-1], line.words[0]
        letter = last.box.width / max(len(last.text), 1)
        full = before.box.right >= widest - 1.2 * letter
        tight = text[-1:] in "-/@:" or first.text[:1] in "-/@"
        cut = full and len(last.text) > 1 and text[-1:].isalnum() and first.text[:1].isalnum()
        in_token = cut and (
            len(last.text) >= 12 or (text[-1:].isdigit() and first.text[:1].isdigit())
        )
        text += line.text if tight or in_token else " " + line.text
    return re.sub(r"\s+", " ", text).strip()


def _settled(layout: TableLayout, lines: Sequence[Line]) -> TableLayout:
    """Amount columns without rules hang on the right edges that the page's amounts share."""
    if layout.ruled:
        return layout
    edges = [
        word.box.right
        for line in lines
        for word in line.words
        if line.box.top > layout.bottom_of_header - 0.002 and _decimal(word.text)
    ]
    groups: list[list[float]] = []
    for edge in sorted(edges):
        if groups and edge - groups[-1][-1] <= 0.006:
            groups[-1].append(edge)
        else:
            groups.append([edge])
    strong = [median(group) for group in groups if len(group) >= 2]
    columns = list(layout.columns)
    used: set[float] = set()
    for at, column in enumerate(columns):
        if column.role not in NUMERIC:
            continue
        near = sorted((abs(edge - column.title.right), edge) for edge in strong if edge not in used)
        reach = max(0.06, column.title.width)
        inside = [edge for gap, edge in near if gap <= reach]
        if inside:
            used.add(inside[0])
            columns[at] = Column(column.role, column.title, column.left, inside[0])
        else:
            columns[at] = Column(column.role, column.title, column.left, column.title.right)
    return TableLayout(tuple(columns), layout.page, layout.bottom_of_header, layout.ruled)


def _decimal(text: str) -> bool:
    amount = parse_money(text)
    return amount is not None and (amount.has_decimals or "," in text)


def _column_of(word: WordBox, layout: TableLayout) -> str:
    box = word.box
    centre = (box.left + box.right) / 2
    if layout.ruled:
        for column in layout.columns:
            if column.left - 0.002 <= centre < column.right + 0.002:
                return column.role
        nearest = min(
            layout.columns, key=lambda c: min(abs(c.left - centre), abs(c.right - centre))
        )
        return nearest.role
    numeric = [column for column in layout.columns if column.role in NUMERIC]
    if _decimal(word.text):
        close = min(numeric, key=lambda column: abs(column.right - box.right))
        if abs(close.right - box.right) <= 0.035:
            return close.role
    if _SIDE.match(word.text):
        before = [c for c in layout.columns if c.role in NUMERIC and c.right <= box.left + 0.01]
        if before and box.left - max(before, key=lambda c: c.right).right < 0.03:
            return max(before, key=lambda c: c.right).role
    role = layout.columns[0].role
    for column in layout.columns:
        if column.role in NUMERIC:
            if box.left >= column.title.left - 0.01 and centre <= column.right + 0.03:
                role = column.role
        elif box.left >= column.left:
            role = column.role
    return role


def _page_blocks(
    page: PageWords,
    lines: Sequence[Line],
    layout: TableLayout,
    header_here: bool,
    earlier: Sequence[_Block],
) -> list[_Block]:
    top = layout.bottom_of_header if header_here else 0.0
    body = [line for line in lines if line.box.middle > top]
    floor = _table_floor(page, layout, top)
    body = [line for line in body if line.box.middle <= floor]
    bands = _bands(page.rules, layout, top)
    anchors = [at for at, line in enumerate(body) if _is_anchor(line, layout)]
    if not anchors:
        return []
    banded = _usable(bands, [body[at] for at in anchors])
    blocks: list[_Block] = []
    pitch = median([line.box.height for line in body])
    last_bottom: float | None = None
    open_end = True
    for at, line in enumerate(body):
        if at in anchors:
            if _TOTAL.match(line.text) and not _dated(line, layout):
                open_end = False
                continue
            block = _Block(page.number, line.box.top)
            blocks.append(block)
            _sort_into(block, line, layout)
            last_bottom, open_end = line.box.bottom, True
            if banded:
                _pull_above(block, body, at, anchors, bands, layout)
            continue
        if banded and _above_its_anchor(at, body, anchors, bands):
            continue
        if not blocks:
            if earlier and not header_here_only_text(line, layout):
                _sort_into(earlier[-1], line, layout)
            continue
        target = blocks[-1]
        close = last_bottom is not None and line.box.top - last_bottom <= 0.9 * pitch
        if _FOOTER.match(line.text) or not open_end or not (close or (banded and layout.ruled)):
            open_end = False
            continue
        if banded and not _same_band(target.top, line.box.middle, bands):
            open_end = False
            continue
        if _crosses(line, layout):
            open_end = False
            continue
        _sort_into(target, line, layout)
        last_bottom = line.box.bottom
    return blocks


def header_here_only_text(line: Line, layout: TableLayout) -> bool:
    """Whether a line above the first row cannot be the tail of the row before the page break."""
    if _FOOTER.match(line.text) or _OPENING.search(line.text) or _crosses(line, layout):
        return True
    roles = {_column_of(word, layout) for word in line.words}
    return not roles <= {"narration", "ref"}


def _table_floor(page: PageWords, layout: TableLayout, top: float) -> float:
    """Where the ruled table ends on this page; the page's end without rules."""
    if not layout.ruled:
        return 1.0
    left, right = layout.columns[0].left, layout.columns[-1].right
    ends = [
        rule.box.bottom
        for rule in page.rules
        if rule.vertical and left - 0.01 <= rule.box.left <= right + 0.01 and rule.box.bottom > top
    ]
    return max(ends, default=1.0)


def _bands(rules: Sequence[Rule], layout: TableLayout, top: float) -> list[float]:
    narration = layout.of("narration")
    if narration is None:
        return []
    centre = (narration.left + narration.right) / 2
    found: list[float] = []
    for rule in sorted(rules, key=lambda r: r.box.middle):
        if rule.vertical or not rule.box.left <= centre <= rule.box.right:
            continue
        if rule.box.middle > top - 0.02 and (not found or rule.box.middle - found[-1] > 0.004):
            found.append(rule.box.middle)
    return found


def _usable(bands: Sequence[float], anchors: Sequence[Line]) -> bool:
    """Bands serve when nearly every one of them holds exactly one anchor."""
    if len(bands) < 3:
        return False
    count = [0] * (len(bands) + 1)
    for anchor in anchors:
        count[sum(1 for edge in bands if edge < anchor.box.middle)] += 1
    single = sum(1 for held in count if held == 1)
    return single >= 0.9 * len(anchors)


def _same_band(first: float, second: float, bands: Sequence[float]) -> bool:
    low, high = min(first, second) + 0.002, max(first, second)
    return not any(low < edge < high for edge in bands)


def _pull_above(
    block: _Block,
    body: Sequence[Line],
    at: int,
    anchors: Sequence[int],
    bands: Sequence[float],
    layout: TableLayout,
) -> None:
    """Lines of the same band that stand above the anchor, where cells are centred."""
    step = at - 1
    while step >= 0 and step not in anchors:
        if not _same_band(body[step].box.middle, body[at].box.middle, bands):
            break
        _sort_into(block, body[step], layout)
        step -= 1


def _above_its_anchor(
    at: int, body: Sequence[Line], anchors: Sequence[int], bands: Sequence[float]
) -> bool:
    following = next((anchor for anchor in anchors if anchor > at), None)
    if following is None:
        return False
    return _same_band(body[at].box.middle, body[following].box.middle, bands)


def _sort_into(block: _Block, line: Line, layout: TableLayout) -> None:
    for word, role in zip(line.words, _roles(line, layout), strict=True):
        block.add(role, word)


def _roles(line: Line, layout: TableLayout) -> list[str]:
    """The column of each word; running text keeps its column where nothing is ruled."""
    roles: list[str] = []
    for at, word in enumerate(line.words):
        role = _column_of(word, layout)
        if at and not layout.ruled and role in NUMERIC and roles[-1] not in NUMERIC:
            before = line.words[at - 1]
            letter = before.box.width / max(len(before.text), 1)
            near = word.box.left - before.box.right <= 1.2 * letter
            if near and not _decimal(word.text) and not _SIDE.match(word.text):
                role = roles[-1]
        roles.append(role)
    return roles


def _crosses(line: Line, layout: TableLayout) -> bool:
    """Running text that ignores the columns is not part of the table."""
    roles = [_column_of(word, layout) for word in line.words]
    for before, after, left, right in zip(
        roles, roles[1:], line.words, line.words[1:], strict=False
    ):
        gap = right.box.left - left.box.right
        letter = left.box.width / max(len(left.text), 1)
        numeric = before in NUMERIC and after in NUMERIC
        if before != after and gap < 0.9 * letter and not numeric and not _decimal(right.text):
            wordy = left.text.isalpha() and right.text.isalpha()
            if wordy and (before in NUMERIC or after in NUMERIC):
                return True
    texts = [w for w, role in zip(line.words, roles, strict=True) if role in NUMERIC]
    return any(w.text.isalpha() and len(w.text) > 2 and not _SIDE.match(w.text) for w in texts)


def _dated(line: Line, layout: TableLayout) -> bool:
    words = [word.text for word in line.words if _column_of(word, layout) == "date"]
    return bool(words) and words[0][:1].isdigit()


def _is_anchor(line: Line, layout: TableLayout) -> bool:
    """A line with an amount in an amount column begins a row."""
    by_role: dict[str, list[WordBox]] = {}
    for word, role in zip(line.words, _roles(line, layout), strict=True):
        by_role.setdefault(role, []).append(word)
    amounts = [role for role in NUMERIC if role in by_role and _money(by_role[role]) is not None]
    if not amounts:
        return False
    decimals = any(_decimal(word.text) for role in amounts for word in by_role[role])
    return decimals and (_dated(line, layout) or not _crosses(line, layout))


def _money(words: Sequence[WordBox]) -> PrintedMoney | None:
    if not words:
        return None
    ordered = [word.text for line in lines_of(words) for word in line.words]
    whole = parse_money("".join(ordered))
    if whole is not None:
        return whole
    for text in ordered:
        if (single := parse_money(text)) is not None and _decimal(text):
            return single
    return None


@dataclass(slots=True)
class _Ends:
    """Opening and closing balances met among the rows."""

    opening: int | None = None
    closing: int | None = None


def _rows(
    blocks: Sequence[_Block], account: AccountHeader
) -> tuple[list[StatementRow], int | None, int | None]:
    ends = _Ends()
    rows: list[StatementRow] = []
    day: date | None = None
    for block in blocks:
        narration = block.text("narration")
        printed = _date(block.words("date"), account, day)
        amounts = _amounts(block)
        balance = _signed(block.money("balance"))
        whole = " ".join(filter(None, (narration, block.words("date"), block.text("ref"))))
        if None not in amounts and printed is None:
            continue  # a line of totals, not a transaction
        if amounts == (None, None) and balance is not None:
            if _OPENING.search(whole):
                if ends.opening is None and not rows:
                    ends.opening = balance
                continue
            if _CLOSING.search(whole) or _CARRY.search(whole):
                ends.closing = balance if _CLOSING.search(whole) else ends.closing
                continue
        if _TOTAL.match(narration) and printed is None:
            continue
        day = printed or day
        if day is None:
            continue
        boxes = {role: box for role in block.cells if (box := block.box(role)) is not None}
        words = [word for cell in block.cells.values() for word in cell]
        rows.append(
            StatementRow(
                number=len(rows),
                page=block.page,
                date=day,
                value_date=_date(block.words("value_date"), account, day),
                narration=narration,
                reference=_reference(block),
                debit_paise=amounts[0],
                credit_paise=amounts[1],
                balance_paise=balance,
                boxes=boxes,
                confidence=min((word.confidence for word in words), default=1.0),
            )
        )
    return rows, ends.opening, ends.closing


def _reference(block: _Block) -> str:
    return "".join(line.text for line in lines_of(block.cells.get("ref", []))).strip(" -")


def _date(text: str, account: AccountHeader, before: date | None) -> date | None:
    words = [word for word in text.split() if not _TIME.match(word)]
    words = [word for word in words if word.upper() not in ("AM", "PM")]
    joined = " ".join(words)
    if not joined:
        return None
    exact = parse_date(joined) or parse_date(joined.replace(" ", ""))
    if exact:
        return exact
    inside = find_dates(joined)
    if inside:
        return inside[0][0]
    return _with_year(joined, account, before)


def _with_year(text: str, account: AccountHeader, before: date | None) -> date | None:
    """A date without a year takes the one that falls into the statement's period."""
    if account.period_from and account.period_to:
        for year in range(account.period_from.year, account.period_to.year + 1):
            day = parse_yearless_date(text, year)
            if day and account.period_from <= day <= account.period_to:
                return day
    if before is not None:
        return parse_yearless_date(text, before.year)
    return None


def _amounts(block: _Block) -> tuple[int | None, int | None]:
    """Debit and credit in paise; a printed zero means that the cell is empty."""
    debit, credit = block.money("debit"), block.money("credit")
    taken = abs(debit.paise) if debit and debit.paise else None
    given = abs(credit.paise) if credit and credit.paise else None
    if taken is not None or given is not None:
        return taken, given
    amount = block.money("amount")
    if amount is None or not amount.paise:
        return None, None
    side = amount.side or block.text("side").strip("().").lower()
    if side in ("dr", "d") or amount.paise < 0:
        return abs(amount.paise), None
    return None, abs(amount.paise)


def _signed(amount: PrintedMoney | None) -> int | None:
    if amount is None:
        return None
    return -abs(amount.paise) if amount.side == "dr" else amount.paise
