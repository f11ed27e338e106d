"""Reads the words of a PDF's text layer with pdfplumber, as a second opinion.

Two independent parsers seldom fail on the same file: when a statement's balances do not prove
what the first one read, the second one's words are tried before a person is troubled.
"""

from __future__ import annotations

import io

import pdfplumber

from core.document.word_box import Box, PageWords, Rule, WordBox

#: Points between two letters that still belong to one word.
LETTER_GAP_POINTS = 1.5


def plumber_pages(content: bytes) -> list[PageWords]:
    """The words and drawn lines of every page; the file needs no password any more."""
    found: list[PageWords] = []
    with pdfplumber.open(io.BytesIO(content)) as pdf:
        for number, page in enumerate(pdf.pages):
            width, height = float(page.width), float(page.height)
            words = [
                WordBox(
                    str(word["text"]),
                    Box(
                        float(word["x0"]) / width,
                        float(word["top"]) / height,
                        float(word["x1"]) / width,
                        float(word["bottom"]) / height,
                    ).clipped(),
                    number,
                    1.0,
                    "text_layer",
                )
                for word in page.extract_words(x_tolerance=LETTER_GAP_POINTS, y_tolerance=2)
            ]
            rules: list[Rule] = []
            for edge in page.edges:
                box = Box(
                    float(edge["x0"]) / width,
                    float(edge["top"]) / height,
                    float(edge["x1"]) / width,
                    float(edge["bottom"]) / height,
                )
                rules.append(Rule(box, vertical=edge["orientation"] == "v"))
            found.append(PageWords(number, width, height, tuple(words), tuple(rules)))
            page.close()
    return found
