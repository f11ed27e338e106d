"""Reads an invoice's fields from word boxes: labels, columns, arithmetic and check characters.

Every value carries its place on the page, how sure it is and how it was proven, because a person
decides on it later and must see why the machine said so.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from core.document.printed import PrintedMoney, find_dates, parse_money
from core.document.word_box import Box, Line, PageWords, WordBox, around, lines_of, phrases_of
from core.invoice.amount_in_words import amount_in_words
from core.invoice.gstin_repair import find_gstin

Proof = Literal["arithmetic", "checksum", "words", "only_read", "corrected"]
Value = str | int | date

FIELDS = (
    "document_type",
    "invoice_number",
    "invoice_date",
    "due_date",
    "seller_name",
    "seller_gstin",
    "buyer_name",
    "buyer_gstin",
    "taxable_paise",
    "cgst_paise",
    "sgst_paise",
    "igst_paise",
    "cess_paise",
    "round_off_paise",
    "total_paise",
    "currency",
    "irn",
)

#: Confidence of a value by how it was proven, before the words' own confidence.
PROVEN, LABELLED, GUESSED = 0.995, 0.93, 0.7
#: A signature "for NAME" stands below this share of the first page.
SIGNATURE_TOP_MIN = 0.3


@dataclass(frozen=True, slots=True)
class FieldValue:
    """One value read from an invoice; amounts in paise (or the currency's hundredth)."""

    name: str
    value: Value
    page: int
    box: Box
    confidence: float
    proof: Proof


@dataclass(frozen=True, slots=True)
class InvoiceReading:
    """All values found on an invoice by name; what is not printed is not there."""

    values: dict[str, FieldValue] = field(default_factory=dict[str, FieldValue])

    def get(self, name: str) -> Value | None:
        """The value of a field, or None where none was read."""
        found = self.values.get(name)
        return found.value if found else None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The words of all pages as lines and phrases, in reading order."""

    aspects: dict[int, float]
    lines: tuple[Line, ...]
    phrases: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class _Amount:
    labels: tuple[str, ...]
    paise: int
    word: WordBox
    page: int


def read_invoice(pages: Sequence[PageWords]) -> InvoiceReading:
    """The invoice's values; a field that the pages do not print is left out."""
    sheet = _sheet(pages)
    values: dict[str, FieldValue] = {}

    def keep(found: FieldValue | None) -> None:
        if found is not None and found.name not in values:
            values[found.name] = found

    keep(_document_type(sheet))
    keep(_number(sheet))
    keep(_invoice_date(sheet))
    keep(_due_date(sheet))
    for party in _parties(sheet):
        keep(party)
    keep(_irn(sheet))
    for amount in _amounts(sheet):
        keep(amount)
    return InvoiceReading(values)


def _sheet(pages: Sequence[PageWords]) -> _Sheet:
    lines: list[Line] = []
    phrases: list[Line] = []
    for page in pages:
        page_lines = lines_of(page.words)
        lines += page_lines
        for line in page_lines:
            phrases += phrases_of(line, 1.15 * line.box.height * page.aspect)
    aspects = {page.number: page.aspect for page in pages}
    return _Sheet(aspects, tuple(lines), tuple(phrases))


def _value(
    name: str, value: Value, words: Sequence[WordBox], base: float, proof: Proof = "only_read"
) -> FieldValue:
    sure = min((word.confidence for word in words), default=0.5)
    share = base if proof in ("arithmetic", "checksum", "words") else base * sure
    return FieldValue(
        name, value, words[0].page, around(word.box for word in words), round(share, 4), proof
    )


# --- labelled text ----------------------------------------------------------------------------

_NUMBER_LABEL = re.compile(
    r"(?:tax\s+)?(?:invoice|inv|bill|credit\s*note|debit\s*note|document|voucher|receipt|memo)"
    r"\s*(?:no|number|num|#)\b\.?\s*(?:&\s*date)?\s*[:.\-]*|^\s*no\.?\s*:+",
    re.IGNORECASE,
)
_OTHER_NUMBER = re.compile(
    r"original|reference|order|delivery|dispatch|vehicle|lading|ack|account|a/c|challan|e-?way|"
    r"against|phone|lr\b|consumer|customer|meter|against",
    re.IGNORECASE,
)
_TITLE_NUMBER = re.compile(
    r"(?:tax\s+invoice|invoice|credit\s+note|debit\s+note|bill\s+of\s+supply)\s+#?\s*"
    r"([A-Z0-9][A-Z0-9/\-]*\d[A-Z0-9/\-]*)\s*$",
    re.IGNORECASE,
)
_DATE_LABEL = re.compile(
    r"(?:(?:invoice|inv|bill|note|document|issue|credit\s*note)\s*(?:date|dt)|\bdated\b|\bdate\b|"
    r"\bdt\b)\s*[:.\-]*",
    re.IGNORECASE,
)
_OTHER_DATE = re.compile(
    r"due|ack|delivery|order|p\.?o\.?\b|challan|lr\b|e-?way|supply\s*date|removal|period|print|"
    r"original|reading|shipping",
    re.IGNORECASE,
)
_DUE_LABEL = re.compile(
    r"(?:payment\s+)?due\s*(?:date|on|by)\s*[:.\-]*|\bpay(?:able)?\s*(?:by|before)\s*[:.\-]*|"
    r"last\s+date\s*(?:of|for)\s*payment\s*[:.\-]*",
    re.IGNORECASE,
)
_NUMBER_SHAPE = re.compile(r"^[A-Z0-9][A-Z0-9/\-_.]*$", re.IGNORECASE)


def _document_type(sheet: _Sheet) -> FieldValue | None:
    kinds = (
        ("credit note", "CRN"),
        ("debit note", "DBN"),
        ("bill of supply", "BOS"),
        ("tax invoice", "INV"),
        ("invoice", "INV"),
        ("cash memo", "INV"),
        ("bill", "INV"),
    )
    for text, kind in kinds:
        for line in sheet.lines[:14]:
            if text in line.text.lower():
                return _value("document_type", kind, line.words, LABELLED)
    return None


def _after(line: Line, label_end: int) -> list[WordBox]:
    """Words of a line that begin at or after a character position of its text."""
    found: list[WordBox] = []
    at = 0
    for word in line.words:
        if at + len(word.text) > label_end:
            found.append(word)
        at += len(word.text) + 1
    return found


def _right_of(sheet: _Sheet, phrase: Line) -> list[Line]:
    """Phrases on the same line of print, to the right, nearest first."""
    box = phrase.box
    return [
        other
        for other in sheet.phrases
        if other.page == phrase.page
        and other.box.left >= box.right - 0.002
        and abs(other.box.middle - box.middle) < 0.6 * max(box.height, other.box.height)
    ]


def _below(sheet: _Sheet, phrase: Line, lines: float = 2.2) -> list[Line]:
    """Phrases that begin under the phrase, nearest first."""
    box = phrase.box
    near = [
        other
        for other in sheet.phrases
        if other.page == phrase.page
        and 0 < other.box.middle - box.middle <= lines * max(box.height, other.box.height)
        and other.box.left < box.right + 0.02
        and other.box.right > box.left - 0.01
    ]
    return sorted(near, key=lambda other: (round(other.box.top, 3), abs(other.box.left - box.left)))


def _number(sheet: _Sheet) -> FieldValue | None:
    for phrase in sheet.phrases:
        match = _NUMBER_LABEL.search(phrase.text)
        if not match or _OTHER_NUMBER.search(phrase.text[: match.end()]):
            continue
        for words in _value_words(sheet, phrase, match.end()):
            chosen = _number_words(words)
            if chosen:
                text = "".join(word.text for word in chosen).strip(".,:;#")
                return _value("invoice_number", text, chosen, LABELLED)
    for phrase in sheet.phrases[:60]:
        title = _TITLE_NUMBER.search(phrase.text)
        if title:
            words = [word for word in phrase.words if title[1] in word.text] or [phrase.words[-1]]
            return _value("invoice_number", title[1], words, LABELLED)
    for phrase in sheet.phrases[:60]:
        if phrase.words[0].text.startswith("#"):
            text = phrase.text.lstrip("# ").split()[:1]
            if text and any(c.isdigit() for c in text[0]) and len(text[0]) > 2:
                return _value("invoice_number", text[0], phrase.words, GUESSED)
    return None


def _value_words(sheet: _Sheet, phrase: Line, label_end: int) -> list[list[WordBox]]:
    """Where the value of a label may stand: after it, to its right, below it."""
    places: list[list[WordBox]] = []
    inside = [word for word in _after(phrase, label_end) if word.text.strip(":.-#&")]
    if inside:
        places.append(inside)
    places += [list(other.words) for other in _right_of(sheet, phrase)[:1]]
    places += [list(other.words) for other in _below(sheet, phrase)[:2]]
    return places


def _number_words(words: Sequence[WordBox]) -> list[WordBox]:
    kept: list[WordBox] = []
    for word in words:
        text = word.text.strip(".,:;#")
        if not text:
            continue
        lower = text.lower()
        if lower in ("dt", "dated", "date", "&"):
            break
        if find_dates(text) or not _NUMBER_SHAPE.match(text):
            break
        if kept and not (text[:1] in "/-" or kept[-1].text[-1:] in "/-"):
            break
        kept.append(word)
    joined = "".join(word.text for word in kept)
    return kept if any(c.isdigit() for c in joined) and 1 < len(joined) <= 40 else []


def _dated(name: str, words: Sequence[WordBox], base: float) -> FieldValue | None:
    text = " ".join(word.text for word in words)
    days = find_dates(text)
    if not days:
        return None
    day, start, end = days[0]
    at = 0
    chosen: list[WordBox] = []
    for word in words:
        if at < end and at + len(word.text) > start:
            chosen.append(word)
        at += len(word.text) + 1
    return _value(name, day, chosen or list(words), base)


def _invoice_date(sheet: _Sheet) -> FieldValue | None:
    strong: list[tuple[int, FieldValue]] = []
    for phrase in sheet.phrases:
        for match in _DATE_LABEL.finditer(phrase.text):
            before = phrase.text[max(0, match.start() - 18) : match.end()]
            if _OTHER_DATE.search(before) or re.search(r"no\.?\s*&\s*$", before[:-6], re.I):
                continue
            for words in _value_words(sheet, phrase, match.end()):
                found = _dated("invoice_date", words, LABELLED)
                if found:
                    named = re.search(r"invoice|bill|note", match[0], re.IGNORECASE)
                    strong.append((0 if named else 1, found))
                    break
    if strong:
        return min(strong, key=lambda item: item[0])[1]
    for phrase in sheet.phrases:
        match = _NUMBER_LABEL.search(phrase.text)
        if match and not _OTHER_NUMBER.search(phrase.text):
            for words in _value_words(sheet, phrase, match.end()):
                found = _dated("invoice_date", words, LABELLED)
                if found:
                    return found
    for line in sheet.lines[:30]:
        if not _OTHER_DATE.search(line.text):
            found = _dated("invoice_date", line.words, GUESSED)
            if found:
                return found
    return None


def _due_date(sheet: _Sheet) -> FieldValue | None:
    for phrase in sheet.phrases:
        match = _DUE_LABEL.search(phrase.text)
        if match:
            for words in _value_words(sheet, phrase, match.end()):
                found = _dated("due_date", words, LABELLED)
                if found:
                    return found
    return None


# --- parties ----------------------------------------------------------------------------------

_BUYER_LABEL = re.compile(
    r"\b(bill(?:ed)?\s*to|buyer|customer|recipient|sold\s*to|invoice\s*to|consignee\s*/\s*buyer|"
    r"details\s+of\s+receiver|party(?:'s)?\s*name)\b|^to\s*,?$",
    re.IGNORECASE,
)
_SHIP_LABEL = re.compile(r"\b(ship(?:ped)?\s*to|consignee|deliver(?:ed)?\s*(?:to|at))\b", re.I)
_SELLER_LABEL = re.compile(
    r"\b(exporter|seller|supplier|sold\s*by|from|details\s+of\s+supplier|billed\s*by)\b\s*:?$", re.I
)
_SIGNATURE = re.compile(r"(?:^|/\s*)for\s*,?\s+(.{3,80})$", re.IGNORECASE)
_NOT_NAME = re.compile(
    r"gstin|gst\s*no|invoice|original|duplicate|e-?mail|phone|mob|tel\b|pan\b|cin\b|@|www|"
    r"\(ship|\(bill|^state|^code|^no\.?$|^to,?$|irn\b|ack\b|order|dated?\b|terms|receipt",
    re.IGNORECASE,
)
_GSTIN_LABEL = re.compile(r"gst\s*in|gst\s*no|gstin", re.IGNORECASE)


def _parties(sheet: _Sheet) -> list[FieldValue]:
    gstins = _gstins(sheet)
    found: list[FieldValue] = []
    buyer_label = _label(sheet, _BUYER_LABEL) or _label(sheet, _SHIP_LABEL)
    buyer_gstin = seller_gstin = None
    for value, label in gstins:
        if label == "buyer" and buyer_gstin is None:
            buyer_gstin = value
        elif label == "seller" and seller_gstin is None:
            seller_gstin = value
    if buyer_gstin is None:
        shipped = [value for value, label in gstins if label == "ship"]
        buyer_gstin = shipped[0] if shipped else None
    others = [
        value
        for value, _ in gstins
        if value not in (buyer_gstin, seller_gstin)
        and (buyer_gstin is None or value.value != buyer_gstin.value)
    ]
    if seller_gstin is None and others:
        seller_gstin = others.pop(0)
    if buyer_gstin is None:
        rest = [v for v in others if seller_gstin is None or v.value != seller_gstin.value]
        buyer_gstin = rest[0] if rest else None
    for name, value in (("seller_gstin", seller_gstin), ("buyer_gstin", buyer_gstin)):
        if value is not None:
            found.append(
                FieldValue(name, value.value, value.page, value.box, value.confidence, value.proof)
            )
    seller = _seller_name(sheet)
    if seller:
        found.append(seller)
    buyer = _buyer_name(sheet, buyer_label) or _name_over(sheet, buyer_gstin)
    if buyer:
        found.append(buyer)
    return found


def _label(sheet: _Sheet, pattern: re.Pattern[str]) -> Line | None:
    return next((p for p in sheet.phrases if _labels(pattern, p)), None)


_NUMBER_OF_PARTY = re.compile(
    r"order|number|\bno\b|\bcopy\b|\bpan\b|original|duplicate", re.IGNORECASE
)


def _labels(pattern: re.Pattern[str], phrase: Line) -> bool:
    """Whether a phrase is a party's label and not the label of one of its numbers."""
    text = phrase.text
    return len(text) < 60 and pattern.search(text) is not None and not _NUMBER_OF_PARTY.search(text)


def _gstins(sheet: _Sheet) -> list[tuple[FieldValue, str]]:
    """Every valid GSTIN with the party whose label stands nearest above it."""
    found: list[tuple[FieldValue, str]] = []
    labels = [
        (phrase, role)
        for phrase in sheet.phrases
        for role, pattern in (
            ("buyer", _BUYER_LABEL),
            ("ship", _SHIP_LABEL),
            ("seller", _SELLER_LABEL),
        )
        if _labels(pattern, phrase)
    ]
    for line in sheet.lines:
        for at, word in enumerate(line.words):
            words = [word]
            hit = find_gstin(word.text)
            if hit is None and at + 1 < len(line.words) and len(word.text) < 15:
                words = [word, line.words[at + 1]]
                labelled = _GSTIN_LABEL.search(" ".join(w.text for w in line.words[:at]))
                hit = find_gstin("".join(w.text for w in words)) if labelled else None
            if hit is None:
                continue
            gstin, clean = hit
            base = PROVEN if clean else 0.96
            value = _value("gstin", gstin, words, base, "checksum")
            found.append((value, _role_above(words[0], labels)))
    return found


def _role_above(word: WordBox, labels: Sequence[tuple[Line, str]]) -> str:
    nearest, role = 1.0, ""
    for label, name in labels:
        if label.page != word.page:
            continue
        gap = word.box.middle - label.box.middle
        aside = abs(label.box.left - word.box.left)
        if -0.004 <= gap < min(nearest, 0.22) and aside < 0.42:
            if name == "ship" and role == "buyer" and abs(gap - nearest) < 0.004:
                continue
            nearest, role = gap, name
    return role


def _seller_name(sheet: _Sheet) -> FieldValue | None:
    signed: Line | None = None
    name = ""
    for phrase in sheet.phrases:
        match = _SIGNATURE.search(phrase.text)
        low = phrase.page > 0 or phrase.box.middle > SIGNATURE_TOP_MIN
        if match and low and not re.search(r"\d{3}|period|the following", match[1]):
            signed, name = phrase, match[1].strip(" .,:")
    if signed is not None:
        key = _letters(name)
        for phrase in sheet.phrases:
            if phrase is not signed and _letters(phrase.text) == key:
                return _value("seller_name", phrase.text.strip(" ,"), phrase.words, PROVEN)
        return _value("seller_name", name, signed.words[1:] or signed.words, LABELLED)
    label = _label(sheet, _SELLER_LABEL)
    if label is not None:
        below = [line for line in _below(sheet, label) if _looks_like_name(line.text)]
        if below:
            return _value("seller_name", below[0].text, below[0].words, LABELLED)
    for phrase in sheet.phrases[:25]:
        if _looks_like_name(phrase.text) and not _BUYER_LABEL.search(phrase.text):
            return _value("seller_name", phrase.text.strip(" ,"), phrase.words, GUESSED)
    return None


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", re.sub(r"^\s*m/s\.?\s*", "", text.lower()))


def _looks_like_name(text: str) -> bool:
    letters = sum(c.isalpha() for c in text)
    latin = sum(c.isascii() and c.isalpha() for c in text)
    digits = sum(c.isdigit() for c in text)
    return letters >= 4 and latin >= 0.8 * letters and digits <= 2 and not _NOT_NAME.search(text)


def _buyer_name(sheet: _Sheet, label: Line | None) -> FieldValue | None:
    if label is None:
        return None
    match = _BUYER_LABEL.search(label.text) or _SHIP_LABEL.search(label.text)
    if match:
        rest = re.sub(r"^[^:]*:\s*", "", label.text[match.end() :]) if ":" in label.text else ""
        if rest and _looks_like_name(rest):
            words = [word for word in label.words if word.text in rest.split()]
            return _value("buyer_name", rest.strip(" ,"), words or label.words, LABELLED)
    if label.text.rstrip().endswith(":"):
        right = [other for other in _right_of(sheet, label) if _looks_like_name(other.text)]
        if right:
            return _value("buyer_name", right[0].text.strip(" ,"), right[0].words, LABELLED)
    for other in _below(sheet, label, lines=2.6):
        if _looks_like_name(other.text) and abs(other.box.left - label.box.left) < 0.12:
            return _value("buyer_name", other.text.strip(" ,"), other.words, LABELLED)
    return None


def _name_over(sheet: _Sheet, gstin: FieldValue | None) -> FieldValue | None:
    """Without a label: the top line of the address block that the buyer's GSTIN closes."""
    if gstin is None:
        return None
    own = next(
        (p for p in sheet.phrases if p.page == gstin.page and _holds(p.box, gstin.box)), None
    )
    if own is None:
        return None
    block = [own]
    for phrase in reversed(sheet.phrases):
        top = block[-1].box
        if phrase.page != gstin.page or phrase.box.middle >= top.middle - 0.003:
            continue
        near = top.top - phrase.box.bottom < 1.2 * max(top.height, phrase.box.height)
        if near and abs(phrase.box.left - top.left) < 0.01:
            block.append(phrase)
    named = block[-1]
    if len(block) < 2 or not _looks_like_name(named.text):
        return None
    return _value("buyer_name", named.text.strip(" ,"), named.words, GUESSED)


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.left <= inner.left + 0.001
        and outer.right >= inner.right - 0.001
        and outer.top <= inner.middle <= outer.bottom
    )


_HEX = re.compile(r"^[0-9a-f]{20,64}-?$")


def _irn(sheet: _Sheet) -> FieldValue | None:
    """The 64 hexadecimal digits of the invoice reference number, in one piece or two."""
    pieces = [word for line in sheet.lines for word in line.words if _HEX.match(word.text.lower())]
    for at, word in enumerate(pieces):
        first = word.text.lower().rstrip("-")
        if len(first) == 64:
            return _value("irn", first, [word], LABELLED)
        if at + 1 < len(pieces):
            whole = first + pieces[at + 1].text.lower().rstrip("-")
            if len(whole) == 64:
                return _value("irn", whole, [word, pieces[at + 1]], LABELLED)
    return None


# --- amounts ----------------------------------------------------------------------------------

_TAX_LABELS = {
    "cgst_paise": re.compile(r"\bCGST|CENTRAL\s*TAX", re.IGNORECASE),
    "sgst_paise": re.compile(r"\b(SGST|UTGST)|STATE\s*TAX", re.IGNORECASE),
    "igst_paise": re.compile(r"\bIGST|INTEGRATED\s*TAX", re.IGNORECASE),
    "cess_paise": re.compile(r"\bCESS\b", re.IGNORECASE),
}
_ROUND_LABEL = re.compile(r"round(?:ed|ing)?\s*(?:-|\s)*(?:off)?|\br/?off\b", re.IGNORECASE)
_TAXABLE_LABEL = re.compile(
    r"taxable|sub\s*-?\s*total|untaxed|net\s*amount\s*before|assessable|basic\s*(?:value|amount)",
    re.IGNORECASE,
)
WORDS_LABEL = ("amount in words",)
_CALLED_TAXABLE = re.compile(r"taxable|untaxed|assessable", re.IGNORECASE)
_TOTAL_LABELS = (
    re.compile(r"grand\s*total|invoice\s*(?:total|value|amount)|bill\s*(?:amount|total)", re.I),
    re.compile(r"total\s*(?:amount)?\s*(?:payable|due)|total\s*(?:invoice)?\s*value", re.I),
    re.compile(
        r"^\W*(?:\S+\s*/\s*)?total\b|\btotal\s*(?:amount|\()|amount\s*due|net\s*payable", re.I
    ),
    re.compile(r"\btotal\b|net\s*amount|amount\s*payable|balance\s*due", re.I),
)
_NOT_TOTAL = re.compile(
    r"sub\s*-?\s*total|total\s*tax|tax\s*amount|taxable|total\s*(?:qty|quantity|items|discount|"
    r"savings|cgst|sgst|igst)|in\s*words|\btds\b|retention|arrears|previous|old\s*dues|outstanding",
    re.IGNORECASE,
)
_NOT_TAX = re.compile(r"\b(taxable|total\s*tax|in\s*words|without|payment\s+of)\b", re.IGNORECASE)
_CURRENCY = re.compile(
    r"\((USD|EUR|GBP|AED|SGD|JPY)\)|\b(USD|EUR|GBP|AED|SGD|JPY)\s+[\d,]*\d\.\d|US\s*Dollars"
)


def _amount_in(word: WordBox) -> PrintedMoney | None:
    """The amount a word stands for; an engine reads the rupee sign as any odd letter."""
    text = word.text
    if word.source == "ocr":
        text = re.sub(r"^[^\d(\-+−₹]*(?=\d)", "", text)
    amount = parse_money(text)
    return amount if amount is not None and (amount.has_decimals or "," in text) else None


def _labelled_amounts(sheet: _Sheet) -> list[_Amount]:
    """The last amount of each line with the words to its left as its label."""
    found: list[_Amount] = []
    aspects = sheet.aspects
    for line in sheet.lines:
        at = len(line.words) - 1
        minus = False
        amount = None
        while at >= 0:
            amount = _amount_in(line.words[at])
            if amount is not None:
                break
            at -= 1
        if amount is None:
            continue
        label_words = list(line.words[:at])
        while label_words and label_words[-1].text in ("₹", "Rs.", "Rs", "INR", "(-)", "-", "$"):
            minus = minus or label_words.pop().text in ("(-)", "-")
        labels: tuple[str, ...] = ()
        if label_words:
            gap = 1.15 * line.box.height * aspects.get(line.page, 1.414)
            labels = tuple(part.text for part in phrases_of(Line(tuple(label_words)), gap))
        less = bool(labels) and re.match(r"\s*less\b", labels[0], re.IGNORECASE) is not None
        paise = -amount.paise if minus or (less and amount.paise > 0) else amount.paise
        found.append(_Amount(labels, paise, line.words[at], line.page))
    return found


def _amounts(sheet: _Sheet) -> list[FieldValue]:
    labelled = _labelled_amounts(sheet)
    printed: dict[int, WordBox] = {}
    for line in sheet.lines:
        for word in line.words:
            amount = _amount_in(word)
            if amount is not None:
                printed.setdefault(abs(amount.paise), word)
    taxes = {name: _tax_lines(labelled, pattern) for name, pattern in _TAX_LABELS.items()}
    rounding = [a for a in labelled if _says(_ROUND_LABEL, a) and abs(a.paise) < 10_000]
    words_paise, words_line = _words_amount(sheet)
    currency = _currency(sheet)
    if words_line is not None and words_paise is not None:
        printed.setdefault(words_paise, words_line)
    solved = _solve(labelled, taxes, rounding, words_paise, printed)
    if solved.proof != "arithmetic":
        mended = _without_sign_digits(labelled, taxes, rounding)
        if mended is not None:
            solved, rounding = mended
    values: list[FieldValue] = []
    total, taxable, proof = solved.total, solved.taxable, solved.proof
    if total is not None:
        values.append(_value("total_paise", total.paise, [total.word], _base(proof), proof))
    if taxable is not None:
        own: Proof = proof if proof == "arithmetic" else "only_read"
        values.append(_value("taxable_paise", taxable.paise, [taxable.word], _base(own), own))
    for name, lines in taxes.items():
        if lines:
            own = "arithmetic" if proof == "arithmetic" else "only_read"
            values.append(
                _value(
                    name,
                    sum(line.paise for line in lines),
                    [line.word for line in lines],
                    _base(own),
                    own,
                )
            )
    if rounding:
        own = "arithmetic" if proof == "arithmetic" else "only_read"
        values.append(
            _value("round_off_paise", rounding[0].paise, [rounding[0].word], _base(own), own)
        )
    if currency is not None:
        values.append(currency)
    elif total is not None or any(taxes.values()):
        amount = total or next(lines[0] for lines in taxes.values() if lines)
        values.append(_value("currency", "INR", [amount.word], LABELLED))
    return [value for value in values if value.value != 0 or value.name == "total_paise"]


def _base(proof: Proof) -> float:
    return PROVEN if proof in ("arithmetic", "words", "checksum") else LABELLED - 0.08


def _tax_lines(labelled: Sequence[_Amount], pattern: re.Pattern[str]) -> list[_Amount]:
    """Lines whose label names one tax; several rates make several lines, a repeat only one."""
    lines = [amount for amount in labelled if _tax_label(pattern, amount) is not None]
    kept: list[_Amount] = []
    seen: set[tuple[str, int]] = set()
    for line in lines:
        label = _tax_label(pattern, line) or ""
        key = re.sub(r"\s+", "", label.lower()), line.paise
        if key not in seen:
            seen.add(key)
            kept.append(line)
    return kept


def _tax_label(pattern: re.Pattern[str], amount: _Amount) -> str | None:
    """The phrase that names just this tax; a heading of several columns is none."""
    for label in amount.labels:
        one = sum(bool(p.search(label)) for p in _TAX_LABELS.values()) == 1
        if pattern.search(label) and one and len(label) < 48 and not _NOT_TAX.search(label):
            return label
    return None


def _says(pattern: re.Pattern[str], amount: _Amount) -> bool:
    return any(pattern.search(label) for label in amount.labels)


def _words_amount(sheet: _Sheet) -> tuple[int | None, WordBox | None]:
    """The amount in words; the tax in words that some forms print as well is left out."""
    best: int | None = None
    place: WordBox | None = None
    for at, line in enumerate(sheet.lines):
        text = line.text
        if re.search(r"tax\s*amount", text, re.IGNORECASE):
            continue
        following = sheet.lines[at + 1].text if at + 1 < len(sheet.lines) else ""
        whole = text if re.search(r"only", text, re.IGNORECASE) else f"{text} {following}"
        amount = amount_in_words(whole)
        if amount is not None and (best is None or amount > best):
            best = amount
            sure = min(word.confidence for word in line.words)
            place = WordBox(text, line.box, line.page, sure, line.words[0].source)
    return best, place


def _currency(sheet: _Sheet) -> FieldValue | None:
    for line in sheet.lines:
        match = _CURRENCY.search(line.text)
        if match:
            code = match[1] or match[2] or "USD"
            return _value("currency", code, line.words, LABELLED)
    return None


@dataclass(frozen=True, slots=True)
class _Solved:
    total: _Amount | None
    taxable: _Amount | None
    proof: Proof


def _solve(
    labelled: Sequence[_Amount],
    taxes: dict[str, list[_Amount]],
    rounding: Sequence[_Amount],
    words_paise: int | None,
    printed: dict[int, WordBox],
) -> _Solved:
    """Of the candidate totals the one that arithmetic and the words agree on."""
    tax = sum(line.paise for lines in taxes.values() for line in lines)
    rounded = rounding[0].paise if rounding else 0
    taxables = [a for a in labelled if _says(_TAXABLE_LABEL, a) and a.paise > 0]
    totals = [
        (rank, amount)
        for amount in labelled
        if amount.paise > 0
        for rank in (_total_rank(amount),)
        if rank is not None
    ]
    if words_paise and words_paise in printed and all(a.paise != words_paise for _, a in totals):
        word = printed[words_paise]
        totals.append((2, _Amount(WORDS_LABEL, words_paise, word, word.page)))
    best: tuple[int, _Amount, _Amount | None, Proof] | None = None
    for rank, total in totals:
        said = words_paise is not None and words_paise == total.paise
        exact, guess = _taxable_for(total.paise, tax, rounded, taxables, printed)
        if total.labels == WORDS_LABEL and exact is None and len(totals) > 1:
            continue  # words alone, cut by a line break, must not outvote a printed total
        score = (6 if exact is not None else 0) + (5 if said else 0) + (4 - rank)
        proof: Proof = "arithmetic" if exact is not None else "words" if said else "only_read"
        chosen = exact if exact is not None else guess
        if best is None or score > best[0] or (score == best[0] and total.paise > best[1].paise):
            best = score, total, chosen, proof
    if best is None:
        return _Solved(None, taxables[0] if taxables else None, "only_read")
    return _Solved(best[1], best[2], best[3])


def _without_sign_digits(
    labelled: Sequence[_Amount], taxes: dict[str, list[_Amount]], rounding: Sequence[_Amount]
) -> tuple[_Solved, list[_Amount]] | None:
    """An engine may read the rupee sign as a first digit: without it the amounts must add up."""
    tax = sum(line.paise for lines in taxes.values() for line in lines)
    totals = [a for a in labelled if a.paise > 0 and _total_rank(a) is not None]
    taxables = [a for a in labelled if _says(_TAXABLE_LABEL, a) and a.paise > 0]
    rounds = list(rounding[:1]) or [None]
    if not tax:
        return None
    for total in (variant for amount in totals for variant in _variants(amount)):
        for taxable in (variant for amount in taxables for variant in _variants(amount)):
            for amount in rounds:
                for off in _variants(amount) if amount else (None,):
                    if taxable.paise + tax + (off.paise if off else 0) == total.paise:
                        return _Solved(total, taxable, "arithmetic"), [off] if off else []
    return None


def _variants(amount: _Amount) -> list[_Amount]:
    """The amount as read and, from a picture, without its first digit."""
    digits = str(abs(amount.paise))
    found = [amount]
    if amount.word.source == "ocr" and len(digits) > 3:
        rest = int(digits[1:]) * (-1 if amount.paise < 0 else 1)
        found.append(_Amount(amount.labels, rest, amount.word, amount.page))
    return found


def _total_rank(amount: _Amount) -> int | None:
    ranks = [
        at
        for label in amount.labels
        if not _NOT_TOTAL.search(label)
        for at, pattern in enumerate(_TOTAL_LABELS)
        if pattern.search(label)
    ]
    return min(ranks, default=None)


def _taxable_for(
    total: int,
    tax: int,
    rounded: int,
    taxables: Sequence[_Amount],
    printed: dict[int, WordBox],
) -> tuple[_Amount | None, _Amount | None]:
    """The taxable value that the total proves, and the labelled one where nothing is proven."""
    wanted = total - tax - rounded
    for amount in taxables:
        if amount.paise == wanted and (tax or _says(_CALLED_TAXABLE, amount)):
            return amount, None
    if tax and wanted in printed and wanted > 0:
        word = printed[wanted]
        return _Amount((), wanted, word, word.page), None
    for amount in taxables:
        # Under reverse charge the tax is printed but not added.
        if tax and amount.paise + rounded == total:
            return amount, None
    # without proof only a value that is called taxable is believed, never a mere sub-total
    called = [a for a in taxables if _says(_CALLED_TAXABLE, a)]
    return None, (called[0] if called else None)
