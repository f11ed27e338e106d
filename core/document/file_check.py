"""Decides whether an uploaded file is what we take: by its content, never by its name.

Each refusal is its own class with a sentence that says what to do instead, and nothing here
decodes a picture or a page: that is left to a child process with limits.
"""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass

from core.kernel.errors import DomainError

FILE_BYTES_MAX = 25 * 1024 * 1024
PAGES_MAX = 300
#: A page of 300 dpi A3 has 17 million pixels; more than this is not a page.
IMAGE_PIXELS_MAX = 60_000_000
FILE_NAME_LENGTH_MAX = 120

_MAGIC = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
)
_NAMED = {
    ".pdf": "application/pdf",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
_WORDS = {
    "application/pdf": "a PDF",
    "image/png": "a PNG picture",
    "image/jpeg": "a JPEG picture",
    "image/tiff": "a TIFF picture",
}


class FileRefused(DomainError):
    """Any refusal of an uploaded file."""

    code = "file_refused"


class FileEmpty(FileRefused):
    """The file has no bytes."""

    code = "file_empty"

    def __init__(self) -> None:
        super().__init__("The file is empty. Choose the file again.", field="file")


class FileTooLarge(FileRefused):
    """The file is larger than the limit."""

    code = "file_too_large"

    def __init__(self) -> None:
        limit = FILE_BYTES_MAX // (1024 * 1024)
        super().__init__(
            f"The file is larger than {limit} MB, the most we take. Upload fewer pages or a "
            "lower resolution.",
            field="file",
        )


class FileTypeUnknown(FileRefused):
    """The content is neither a PDF nor a picture that we read."""

    code = "file_type_unknown"

    def __init__(self) -> None:
        super().__init__(
            "This is not a PDF, JPEG, PNG or TIFF file. Upload one of these.", field="file"
        )


class FileMisnamed(FileRefused):
    """The content and the name's ending say different things."""

    code = "file_misnamed"

    def __init__(self, named: str, actual: str) -> None:
        super().__init__(
            f"The name says {_WORDS[named]}, but the content is {_WORDS[actual]}. Upload the "
            "original file; renaming does not convert it.",
            field="file",
        )


class FilePolyglot(FileRefused):
    """The file is valid as two kinds at once, which no scanner or bank makes."""

    code = "file_polyglot"

    def __init__(self) -> None:
        super().__init__(
            "The file holds a second file inside its bytes and is refused for safety. Save it "
            "anew as a PDF or a picture.",
            field="file",
        )


class FileNeedsPassword(FileRefused):
    """The PDF is encrypted and no password came with it."""

    code = "file_needs_password"

    def __init__(self) -> None:
        super().__init__("This PDF is protected. Enter its password.", field="password")


class FilePasswordWrong(FileRefused):
    """The given password does not open the PDF."""

    code = "file_password_wrong"

    def __init__(self) -> None:
        super().__init__("This password does not open the PDF.", field="password")


class FileTooManyPages(FileRefused):
    """More pages than we read."""

    code = "file_too_many_pages"

    def __init__(self) -> None:
        super().__init__(
            f"The file has more than {PAGES_MAX} pages, the most we take. Upload it in parts.",
            field="file",
        )


class FilePixelBomb(FileRefused):
    """A picture whose size would fill the memory."""

    code = "file_pixel_bomb"

    def __init__(self) -> None:
        limit = IMAGE_PIXELS_MAX // 1_000_000
        super().__init__(
            f"The picture has more than {limit} million pixels, the most we take.", field="file"
        )


class FileBroken(FileRefused):
    """The file cannot be opened."""

    code = "file_broken"

    def __init__(self) -> None:
        super().__init__(
            "The file is damaged and cannot be opened. Download or scan it again.", field="file"
        )


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """A file that passed the checks of its bytes."""

    file_name: str
    media_type: str
    encrypted: bool


def check_file(file_name: str, content: bytes) -> CheckedFile:
    """Type, size and shape of an upload from its bytes alone. Raises a FileRefused subclass."""
    if not content:
        raise FileEmpty
    if len(content) > FILE_BYTES_MAX:
        raise FileTooLarge
    media_type = media_type_of(content)
    if media_type is None:
        raise FileTypeUnknown
    name = safe_name(file_name)
    ending = re.search(r"\.[a-z0-9]{1,5}$", name.lower())
    named = _NAMED.get(ending[0]) if ending else None
    if named is not None and named != media_type:
        raise FileMisnamed(named, media_type)
    if is_polyglot(content, media_type):
        raise FilePolyglot
    if media_type != "application/pdf":
        width, height = image_size(content, media_type)
        if width * height > IMAGE_PIXELS_MAX:
            raise FilePixelBomb
    encrypted = media_type == "application/pdf" and b"/Encrypt" in content
    return CheckedFile(name, media_type, encrypted)


def media_type_of(content: bytes) -> str | None:
    """The media type that the first bytes declare, or None for one we do not read.

    A PDF may carry up to a kilobyte before its header (ISO 32000-1, annex H.3.4.1); that room is
    not granted here, since only crafted files use it.
    """
    return next((kind for magic, kind in _MAGIC if content.startswith(magic)), None)


def is_polyglot(content: bytes, media_type: str) -> bool:
    """Whether a second format is hidden before, in or after the first."""
    tail = content[-4096:]
    zipped = b"PK\x05\x06" in content[-66_000:] and b"PK\x03\x04" in content
    if media_type == "application/pdf":
        end = content.rfind(b"%%EOF")
        if end < 0:
            return False  # truncated: the opener says so in its own words
        after = content[end + 5 :].strip(b"\r\n\t \x00")
        return zipped or len(after) > 1024 or bool(re.search(rb"<(script|html|\?php)", after))
    if media_type == "image/png":
        end = content.rfind(b"IEND\xaeB`\x82")
        after = content[end + 8 :] if end >= 0 else b""
        return zipped or b"%PDF-" in after or b"<script" in tail
    if media_type == "image/jpeg":
        end = content.rfind(b"\xff\xd9")
        after = content[end + 2 :] if end >= 0 else b""
        return zipped or b"%PDF-" in content[:2048] or b"%PDF-" in after or b"<script" in tail
    return zipped or b"%PDF-" in content[:1024]


def image_size(content: bytes, media_type: str) -> tuple[int, int]:
    """Width and height as the header declares them. Raises FileBroken."""
    try:
        if media_type == "image/png":
            width, height = struct.unpack(">II", content[16:24])
            return width, height
        if media_type == "image/jpeg":
            return _jpeg_size(content)
        return _tiff_size(content)
    except (struct.error, IndexError, ValueError) as error:
        raise FileBroken from error


def safe_name(file_name: str) -> str:
    """The last part of a name without control characters, short enough to show."""
    name = re.split(r"[/\\]", file_name)[-1]
    name = re.sub(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", name).strip(" .") or "file"
    if len(name) <= FILE_NAME_LENGTH_MAX:
        return name
    stem, dot, ending = name.rpartition(".")
    keep = FILE_NAME_LENGTH_MAX - len(ending) - 1
    return stem[:keep] + dot + ending if dot and len(ending) <= 5 else name[:FILE_NAME_LENGTH_MAX]


def _jpeg_size(content: bytes) -> tuple[int, int]:
    at = 2
    while at + 9 < len(content):
        if content[at] != 0xFF:
            at += 1
            continue
        marker = content[at + 1]
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        if marker in (0xFF, 0x01) or 0xD0 <= marker <= 0xD9:
            at += 1 if marker == 0xFF else 2
            continue
        at += 2 + int(struct.unpack(">H", content[at + 2 : at + 4])[0])
    raise ValueError("no frame header")


def _tiff_size(content: bytes) -> tuple[int, int]:
    order = "<" if content[:2] == b"II" else ">"
    (first,) = struct.unpack(order + "I", content[4:8])
    (count,) = struct.unpack(order + "H", content[first : first + 2])
    size = {256: 0, 257: 0}
    for entry in range(min(count, 512)):
        at = first + 2 + 12 * entry
        tag, kind = struct.unpack(order + "HH", content[at : at + 4])
        if tag in size:
            form = "H" if kind == 3 else "I"
            width = 2 if kind == 3 else 4
            (size[tag],) = struct.unpack(order + form, content[at + 8 : at + 8 + width])
    if not size[256] or not size[257]:
        raise ValueError("no size")
    return size[256], size[257]
