"""What an upload is refused for, each by its own class and its own sentence.

Files are judged by their content: the name only helps to notice a renamed one.
"""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from core.document import file_check
from core.document.file_check import (
    CheckedFile,
    FileEmpty,
    FileMisnamed,
    FilePixelBomb,
    FilePolyglot,
    FileTooLarge,
    FileTypeUnknown,
    check_file,
    safe_name,
)
from tests.documents import paper


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.pdf", paper("salaried_6m.pdf"), "application/pdf"),
        ("a.jpg", picture("JPEG"), "image/jpeg"),
        ("a.png", picture("PNG"), "image/png"),
        ("a.tif", picture("TIFF"), "image/tiff"),
        ("without ending", picture("PNG"), "image/png"),
    ],
)
def test_a_pdf_or_a_picture_is_taken(name: str, content: bytes, media_type: str) -> None:
    assert check_file(name, content) == CheckedFile(name, media_type, encrypted=False)


def test_a_protected_pdf_is_known_by_its_bytes() -> None:
    assert check_file("s.pdf", paper("salaried_6m_password_TEST0101.pdf")).encrypted is True


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(FileEmpty, match="The file is empty"):
        check_file("a.pdf", b"")


def test_more_than_25_megabytes_are_refused_and_the_limit_is_said() -> None:
    with pytest.raises(FileTooLarge, match="larger than 25 MB"):
        check_file("a.pdf", b"%PDF-1.7" + bytes(60 * 1024 * 1024))


def test_a_picture_renamed_to_pdf_is_refused() -> None:
    with pytest.raises(FileMisnamed) as refusal:
        check_file("statement.pdf", picture("JPEG"))
    assert refusal.value.message == (
        "The name says a PDF, but the content is a JPEG picture. Upload the original file; "
        "renaming does not convert it."
    )


@pytest.mark.parametrize("content", [b"MZ\x90\x00", b"<html>", b"hello", b" %PDF-1.7 late"])
def test_anything_else_is_refused(content: bytes) -> None:
    with pytest.raises(FileTypeUnknown):
        check_file("a.pdf", content)


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "hidden")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.pdf", paper("salaried_6m.pdf") + zipped()),
        ("a.pdf", paper("salaried_6m.pdf") + b"<script>alert(1)</script>"),
        ("a.png", picture("PNG") + paper("salaried_6m.pdf")),
        ("a.jpg", picture("JPEG") + zipped()),
        ("a.jpg", picture("JPEG") + paper("salaried_6m.pdf")),
    ],
    ids=["pdf+zip", "pdf+script", "png+pdf", "jpeg+zip", "jpeg+pdf"],
)
def test_a_file_within_a_file_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(FilePolyglot):
        check_file(name, content)


def test_a_pixel_bomb_is_refused_before_anything_is_decoded() -> None:
    header = bytearray(picture("PNG"))
    header[16:24] = (50_000).to_bytes(4, "big") + (50_000).to_bytes(4, "big")
    with pytest.raises(FilePixelBomb, match="60 million pixels"):
        check_file("a.png", bytes(header))


def test_the_limits_are_the_promised_ones() -> None:
    assert file_check.FILE_BYTES_MAX == 26_214_400
    assert file_check.PAGES_MAX == 300


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\papers\\bill.pdf", "bill.pdf"),
        ("a\x00b\u202egnp.pdf", "abgnp.pdf"),
        ("", "file"),
        ("x" * 300 + ".pdf", "x" * 116 + ".pdf"),
    ],
    ids=["path", "windows path", "control characters", "empty", "long"],
)
def test_a_name_is_made_safe_to_show(given: str, kept: str) -> None:
    assert safe_name(given) == kept
