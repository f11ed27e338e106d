"""Opens a PDF or a picture and gives its pages as word boxes, by text layer or by OCR.

A page with an honest text layer is never sent through OCR; a scanned page, or one whose layer is
broken, is drawn as a picture first. This runs inside a child process only.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageOps, UnidentifiedImageError

from core.document.file_check import (
    IMAGE_PIXELS_MAX,
    PAGES_MAX,
    FileBroken,
    FileNeedsPassword,
    FilePasswordWrong,
    FilePixelBomb,
    FileTooManyPages,
)
from core.document.ports import OcrEngine
from core.document.text_layer import has_text_layer, page_words
from core.document.word_box import PageWords
from core.kernel.errors import DomainError

#: Points per inch of a PDF page.
POINTS = 72
SCAN_DPI = 300
#: Longest side of a page drawn for OCR: A4 at 300 dots per inch.
SCAN_PIXELS_MAX = 3508
#: Longest side of a page drawn for the screen, in pixels.
VIEW_PIXELS = 1600

Progress = Callable[[int, int], None]

Image.MAX_IMAGE_PIXELS = IMAGE_PIXELS_MAX


class OcrNotAvailable(DomainError):
    """A scanned page met a reader that was given no OCR engine."""

    code = "ocr_not_available"

    def __init__(self) -> None:
        super().__init__("This page is a picture and no OCR engine is set up to read it.")


def read_pages(
    content: bytes,
    media_type: str,
    engine: OcrEngine | None,
    *,
    password: str | None = None,
    progress: Progress = lambda done, total: None,
) -> list[PageWords]:
    """All pages as word boxes; `progress(done, total)` is called after each page.

    Raises a FileRefused subclass for files that cannot be opened, OcrNotAvailable.
    """
    if media_type != "application/pdf":
        frames = _frames(content)
        pages: list[PageWords] = []
        for number, frame in enumerate(frames):
            pages.append(_ocr(engine, frame, number))
            progress(number + 1, len(frames))
        return pages
    with _opened(content, password) as pdf:
        total = len(pdf)
        pages = []
        for number in range(total):
            page = pdf[number]
            try:
                words = page_words(page, number)
                if not has_text_layer(words):
                    words = _ocr(engine, _draw(page, SCAN_DPI), number)
            finally:
                page.close()
            pages.append(words)
            progress(number + 1, total)
        return pages


def inspect(content: bytes, media_type: str, password: str | None = None) -> int:
    """How many pages the file has. Raises a FileRefused subclass when it cannot be opened."""
    if media_type != "application/pdf":
        return len(_frames(content, decode=False))
    with _opened(content, password) as pdf:
        return len(pdf)


def without_password(content: bytes, password: str) -> bytes:
    """The same PDF without its protection, so that the password need not be kept."""
    with _opened(content, password) as pdf:
        out = io.BytesIO()
        pdf.save(out, flags=raw.FPDF_REMOVE_SECURITY)
        return out.getvalue()


def draw_page(content: bytes, media_type: str, number: int, side: int = VIEW_PIXELS) -> bytes:
    """One page as a WebP picture for the screen, its longer side `side` pixels."""
    if media_type != "application/pdf":
        frames = _frames(content)
        if not 0 <= number < len(frames):
            raise FileBroken
        picture = frames[number]
    else:
        with _opened(content, None) as pdf:
            if not 0 <= number < len(pdf):
                raise FileBroken
            page = pdf[number]
            longest = max(page.get_width(), page.get_height()) or POINTS
            picture = page.render(scale=min(side / longest, 6)).to_pil().convert("RGB")
    picture.thumbnail((side, side))
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80, method=2)
    return out.getvalue()


@contextmanager
def _opened(content: bytes, password: str | None) -> Iterator[Any]:
    try:
        pdf = pdfium.PdfDocument(content, password=password or None)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise (FilePasswordWrong if password else FileNeedsPassword)() from error
        raise FileBroken from error
    try:
        if len(pdf) == 0:
            raise FileBroken
        if len(pdf) > PAGES_MAX:
            raise FileTooManyPages
        yield pdf
    finally:
        pdf.close()


def _draw(page: Any, dpi: int) -> Image.Image:
    width, height = page.get_width(), page.get_height()
    # phones write pages of two feet; more pixels than an A4 scan has do not read better
    scale = min(dpi / POINTS, SCAN_PIXELS_MAX / max(width, height, 1))
    if scale <= 0.02:
        raise FilePixelBomb
    return page.render(scale=scale).to_pil().convert("RGB")


def _frames(content: bytes, *, decode: bool = True) -> list[Image.Image]:
    try:
        with Image.open(io.BytesIO(content)) as picture:
            count = getattr(picture, "n_frames", 1)
            if count > PAGES_MAX:
                raise FileTooManyPages
            frames: list[Image.Image] = []
            for at in range(count):
                picture.seek(at)
                if picture.width * picture.height > IMAGE_PIXELS_MAX:
                    raise FilePixelBomb
                if decode:
                    frames.append(ImageOps.exif_transpose(picture).convert("RGB"))
                else:
                    frames.append(Image.new("L", (1, 1)))
            return frames
    except Image.DecompressionBombError as error:
        raise FilePixelBomb from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise FileBroken from error


def _ocr(engine: OcrEngine | None, picture: Image.Image, number: int) -> PageWords:
    if engine is None:
        raise OcrNotAvailable
    return engine.read_page(picture, number)
