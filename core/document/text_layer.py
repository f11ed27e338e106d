"""Reads the words of a PDF's text layer with their boxes on the upright page.

PDFium is asked character by character because its own segments swallow the gaps between table
columns, and because it is several times faster than a pure Python parser on long statements.
"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from core.document.word_box import Box, PageWords, Rule, WordBox

#: A gap wider than this share of the character height ends a word even without a space.
WORD_GAP_OF_HEIGHT = 0.30
#: Fewer visible characters than this on a page means: treat the page as an image.
TEXT_LAYER_CHARACTERS_MIN = 40
#: Share of characters that may be unreadable before the layer counts as broken.
BROKEN_SHARE_MAX = 0.15


def page_words(page: Any, number: int) -> PageWords:
    """The words of a PDFium page; an empty tuple where the page has no text layer."""
    width, height = float(page.get_width()), float(page.get_height())
    text_page = page.get_textpage()
    try:
        words = _words(text_page.raw, page, number, width, height)
    finally:
        text_page.close()
    return PageWords(number, width, height, tuple(words), _rules(page, width, height))


def has_text_layer(page: PageWords) -> bool:
    """Whether the layer can be trusted: enough characters, and few that stand for nothing."""
    text = "".join(word.text for word in page.words)
    if len(text) < TEXT_LAYER_CHARACTERS_MIN:
        return False
    broken = sum(1 for c in text if c in "\ufffd\ufffe\uffff" or "\ue000" <= c <= "\uf8ff")
    controls = sum(1 for c in text if ord(c) < 32)
    return (broken + controls) / len(text) <= BROKEN_SHARE_MAX


def _upright(page: Any, width: float, height: float) -> Any:
    """A function from page space to fractions of the upright page."""
    left, bottom, right, top = page.get_bbox()
    turn = page.get_rotation()

    def place(x0: float, y0: float, x1: float, y1: float) -> Box:
        x0, x1, y0, y1 = x0 - left, x1 - left, y0 - bottom, y1 - bottom
        wide, tall = right - left or 1.0, top - bottom or 1.0
        if turn == 90:
            return Box(y0 / tall, x0 / wide, y1 / tall, x1 / wide)
        if turn == 180:
            return Box(1 - x1 / wide, y0 / tall, 1 - x0 / wide, y1 / tall)
        if turn == 270:
            return Box(1 - y1 / tall, 1 - x1 / wide, 1 - y0 / tall, 1 - x0 / wide)
        return Box(x0 / wide, 1 - y1 / tall, x1 / wide, 1 - y0 / tall)

    return place


def _words(text: Any, page: Any, number: int, width: float, height: float) -> list[WordBox]:
    place = _upright(page, width, height)
    count = raw.FPDFText_CountChars(text)
    box = raw.FS_RECTF()
    box_at = ctypes.byref(box)
    unicode_of, loose_box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
    words: list[WordBox] = []
    letters: list[str] = []
    x0 = y0 = x1 = y1 = 0.0

    def flush() -> None:
        if letters:
            word = "".join(letters).strip()
            if word:
                placed = place(x0, y0, x1, y1).clipped()
                if placed.width > 0 and placed.height > 0:
                    words.append(WordBox(word, placed, number, 1.0, "text_layer"))
            letters.clear()

    for at in range(count):
        code = unicode_of(text, at)
        if code <= 32 or code == 0xA0 or code == 0x2028:
            flush()
            continue
        if not loose_box_of(text, at, box_at):
            continue
        left, low, right, high = box.left, box.bottom, box.right, box.top
        tall = high - low
        letter = chr(code) if code < 0x110000 and not 0xD800 <= code <= 0xDFFF else "\ufffd"
        if letters:
            same_line = abs((low + high) - (y0 + y1)) < 0.7 * max(tall, y1 - y0)
            gap = left - x1
            if not same_line or gap > WORD_GAP_OF_HEIGHT * tall or gap < -2.5 * tall:
                flush()
        if not letters:
            x0, y0, x1, y1 = left, low, right, high
        else:
            x0, y0, x1, y1 = min(x0, left), min(y0, low), max(x1, right), max(y1, high)
        letters.append(letter)
    flush()
    return words


def _rules(page: Any, width: float, height: float) -> tuple[Rule, ...]:
    """Drawn lines and thin rectangles, for tables that are ruled."""
    place = _upright(page, width, height)
    found: list[Rule] = []
    for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3):
        try:
            left, low, right, high = item.get_bounds()
        except pdfium.PdfiumError:
            continue
        box = place(left, low, right, high)
        thin_x, thin_y = box.width * width, box.height * height
        if thin_x <= 2.5 and thin_y >= 6:
            found.append(Rule(box, vertical=True))
        elif thin_y <= 2.5 and thin_x >= 12:
            found.append(Rule(box, vertical=False))
        elif thin_x > 2.5 and thin_y > 6 and thin_x < 0.98 * width and thin_y < 0.98 * height:
            edge = 0.0005
            found += [
                Rule(Box(box.left, box.top, box.left + edge, box.bottom), vertical=True),
                Rule(Box(box.right - edge, box.top, box.right, box.bottom), vertical=True),
                Rule(Box(box.left, box.top, box.right, box.top + edge), vertical=False),
                Rule(Box(box.left, box.bottom - edge, box.right, box.bottom), vertical=False),
            ]
    return tuple(found)
