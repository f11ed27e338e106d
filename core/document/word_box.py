"""The one model of a word on a page that every reader of documents works on.

A word from a PDF's text layer and a word from an OCR engine look the same here, so that one set
of layout rules serves both and every value can be traced to its place on the upright page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Source = Literal["text_layer", "ocr"]


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in fractions (0 to 1) of the upright page, origin at the top left."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        """Height of the centre line, as a fraction of the page."""
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        """Height as a fraction of the page."""
        return self.bottom - self.top

    @property
    def width(self) -> float:
        """Width as a fraction of the page."""
        return self.right - self.left

    def clipped(self) -> Box:
        """The part of the box that lies on the page."""
        return Box(
            min(max(self.left, 0.0), 1.0),
            min(max(self.top, 0.0), 1.0),
            min(max(self.right, 0.0), 1.0),
            min(max(self.bottom, 0.0), 1.0),
        )


@dataclass(frozen=True, slots=True)
class WordBox:
    """A word, its box on the upright page, and how sure its source is (0 to 1)."""

    text: str
    box: Box
    page: int
    confidence: float
    source: Source


@dataclass(frozen=True, slots=True)
class Rule:
    """A drawn line of a table: vertical (left == right nearly) or horizontal, as fractions."""

    box: Box
    vertical: bool


@dataclass(frozen=True, slots=True)
class PageWords:
    """All words of one page with its size in points, and the table lines drawn on it."""

    number: int
    width: float
    height: float
    words: tuple[WordBox, ...]
    rules: tuple[Rule, ...] = ()

    @property
    def aspect(self) -> float:
        """Height over width; turns vertical fractions into horizontal ones."""
        return self.height / self.width if self.width else 1.0


@dataclass(frozen=True, slots=True)
class Line:
    """Words that stand on one line of print, left to right."""

    words: tuple[WordBox, ...]

    @property
    def text(self) -> str:
        """The words joined by single spaces."""
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        """The rectangle around all words of the line."""
        return around(word.box for word in self.words)

    @property
    def page(self) -> int:
        """Number of the page, counted from zero."""
        return self.words[0].page


def around(boxes: Iterable[Box]) -> Box:
    """The smallest box that holds all the given ones."""
    known = list(boxes)
    return Box(
        min(box.left for box in known),
        min(box.top for box in known),
        max(box.right for box in known),
        max(box.bottom for box in known),
    )


def lines_of(words: Sequence[WordBox]) -> list[Line]:
    """Words of one page grouped into lines of print, top to bottom, each left to right.

    A word joins the line whose centre lies within half of the smaller height: on a slightly
    skewed scan that follows the line, and it never joins two lines set solid.
    """
    rows: list[list[WordBox]] = []
    centres: list[float] = []
    heights: list[float] = []
    for word in sorted(words, key=lambda w: (w.box.middle, w.box.left)):
        placed = False
        for at in range(len(rows) - 1, max(-1, len(rows) - 6), -1):
            reach = 0.5 * min(heights[at], word.box.height)
            if abs(centres[at] - word.box.middle) <= max(reach, 0.0015):
                rows[at].append(word)
                count = len(rows[at])
                centres[at] += (word.box.middle - centres[at]) / count
                heights[at] += (word.box.height - heights[at]) / count
                placed = True
                break
        if not placed:
            rows.append([word])
            centres.append(word.box.middle)
            heights.append(word.box.height)
    order = sorted(range(len(rows)), key=lambda at: centres[at])
    return [Line(tuple(sorted(rows[at], key=lambda w: w.box.left))) for at in order]


def phrases_of(line: Line, gap: float) -> list[Line]:
    """A line cut wherever the space between two words exceeds `gap` (fraction of page width)."""
    parts: list[list[WordBox]] = []
    for word in line.words:
        if parts and word.box.left - parts[-1][-1].box.right <= gap:
            parts[-1].append(word)
        else:
            parts.append([word])
    return [Line(tuple(part)) for part in parts]
