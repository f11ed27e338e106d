"""Prepares a photographed or scanned page for OCR: found, turned upright, straight, clean.

Measured on the sample documents, preparation matters more than the engine; each step here is
skipped when the picture does not need it, so that a clean scan stays untouched.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from core.document.word_box import Box, Rule

SIDE_MIN = 2000
SIDE_WANTED = 2400
SIDE_MAX = 3600
#: A page found in a photo covers at least this share of it.
PAGE_SHARE_MIN = 0.25
SKEW_MAX_DEGREES = 12.0
#: A drawn line is at least this share of the page's width or height.
RULE_SHARE_MIN = 0.06

Picture = Any


@dataclass(frozen=True, slots=True)
class Prepared:
    """A grey page ready to be read, and the table lines that were taken off it."""

    grey: Picture
    rules: tuple[Rule, ...]


def page_of_photo(colour: Picture) -> Picture:
    """The page cut out of a photo and made flat; the picture itself where none stands out."""
    height, width = colour.shape[:2]
    scale = 800 / max(height, width)
    small = cv2.resize(colour, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (5, 5), 0)
    _, bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    bright = cv2.morphologyEx(bright, cv2.MORPH_CLOSE, np.ones((25, 25), np.uint8))
    contours, _ = cv2.findContours(bright, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return colour
    largest = max(contours, key=cv2.contourArea)
    share = cv2.contourArea(largest) / (small.shape[0] * small.shape[1])
    if not PAGE_SHARE_MIN <= share <= 0.97:
        return colour
    hull = cv2.convexHull(largest)
    for tolerance in (0.02, 0.03, 0.05, 0.08):
        quad = cv2.approxPolyDP(hull, tolerance * cv2.arcLength(hull, True), True)
        if len(quad) == 4:
            return _flattened(colour, quad.reshape(4, 2).astype(np.float32) / scale)
    return colour


def _flattened(colour: Picture, quad: Picture) -> Picture:
    total, difference = quad.sum(axis=1), np.diff(quad, axis=1).ravel()
    corners = np.array(
        [
            quad[total.argmin()],
            quad[difference.argmin()],
            quad[total.argmax()],
            quad[difference.argmax()],
        ],
        dtype=np.float32,
    )
    top_left, top_right, bottom_right, bottom_left = corners
    span = np.linalg.norm
    wide = int(max(span(top_right - top_left), span(bottom_right - bottom_left)))
    tall = int(max(span(bottom_left - top_left), span(bottom_right - top_right)))
    if wide < 200 or tall < 200:
        return colour
    target = np.array(
        [[0, 0], [wide - 1, 0], [wide - 1, tall - 1], [0, tall - 1]], dtype=np.float32
    )
    turn = cv2.getPerspectiveTransform(corners, target)
    return cv2.warpPerspective(colour, turn, (wide, tall), flags=cv2.INTER_CUBIC)


def sized(grey: Picture) -> Picture:
    """Small pages enlarged and huge ones reduced, so that letters have the size engines like."""
    longest = max(grey.shape[:2])
    if longest < SIDE_MIN:
        scale = SIDE_WANTED / longest
        return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
    if longest > SIDE_MAX:
        scale = SIDE_MAX / longest
        return cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return grey


def even_light(grey: Picture) -> Picture:
    """Shadows of a photo divided away; an evenly lit scan is left as it is."""
    ground = cv2.medianBlur(cv2.resize(grey, None, fx=0.25, fy=0.25), 31)
    if int(np.percentile(ground, 95)) - int(np.percentile(ground, 5)) < 30:
        return grey
    ground = cv2.resize(ground, (grey.shape[1], grey.shape[0]))
    return cv2.divide(grey, ground, scale=255)


def skew_degrees(grey: Picture) -> float:
    """The page's small tilt: the angle at which lines of print stand out most sharply."""
    scale = 1000 / max(grey.shape[:2])
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    _, ink = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)

    def sharpness(angle: float) -> float:
        turned = _turned(ink, angle, 0)
        profile = turned.sum(axis=1, dtype=np.float64)
        return float(((profile[1:] - profile[:-1]) ** 2).sum())

    best, step, reach = 0.0, 1.0, 6.0
    for _ in range(3):
        angles = np.arange(best - reach, best + reach + step / 2, step)
        best = float(max(angles, key=sharpness))
        reach, step = step, step / 5
    return best if abs(best) <= SKEW_MAX_DEGREES else 0.0


def _turned(picture: Picture, angle: float, ground: int) -> Picture:
    height, width = picture.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 1.0)
    return cv2.warpAffine(picture, turn, (width, height), flags=cv2.INTER_CUBIC, borderValue=ground)


def straightened(grey: Picture) -> Picture:
    """The page turned back by its tilt where that is more than a tenth of a degree."""
    angle = skew_degrees(grey)
    return _turned(grey, angle, 255) if abs(angle) > 0.1 else grey


def without_grid(grey: Picture) -> Prepared:
    """Table lines taken off, since engines read them as letters; the lines are kept as rules."""
    height, width = grey.shape[:2]
    _, ink = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    rules: list[Rule] = []
    mask = np.zeros_like(ink)
    for vertical in (False, True):
        length = int((height if vertical else width) * RULE_SHARE_MIN)
        kernel = np.ones((length, 1) if vertical else (1, length), np.uint8)
        lines = cv2.morphologyEx(ink, cv2.MORPH_OPEN, kernel)
        count, _, stats, _ = cv2.connectedComponentsWithStats(lines)
        for at in range(1, count):
            left, top, wide, tall = (int(v) for v in stats[at][:4])
            thickness, extent = (wide, tall) if vertical else (tall, wide)
            if thickness <= max(14, extent // 20):
                box = Box(left / width, top / height, (left + wide) / width, (top + tall) / height)
                rules.append(Rule(box, vertical))
                mask[top : top + tall, left : left + wide] |= lines[
                    top : top + tall, left : left + wide
                ]
    if not rules:
        return Prepared(grey, ())
    mask = cv2.dilate(mask, np.ones((3, 3), np.uint8))
    clean = grey.copy()
    clean[mask > 0] = 255
    return Prepared(clean, tuple(rules))


def prepare(colour: Picture, quarter_turns: int = 0) -> Prepared:
    """All steps in their order; `quarter_turns` of 90° clockwise make the page upright."""
    page = colour
    if quarter_turns % 4:
        page = np.ascontiguousarray(np.rot90(page, -quarter_turns))
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    grey = straightened(even_light(sized(grey)))
    prepared = without_grid(grey)
    return Prepared(cv2.medianBlur(prepared.grey, 3), prepared.rules)
