"""What documents ask of the outside: a place for bytes and an engine that reads pictures.

Both can be swapped by an installation (a folder or S3, Tesseract or another engine), so core
knows them only by these shapes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from core.kernel.errors import DomainError

if TYPE_CHECKING:
    from PIL.Image import Image

    from core.document.word_box import PageWords


class BlobMissing(DomainError):
    """The blob store has no bytes under this key."""

    code = "blob_missing"

    def __init__(self) -> None:
        super().__init__(
            "The stored file is missing. Tell the administrator; nothing was lost by you."
        )


class BlobAltered(DomainError):
    """The stored bytes are not the ones that were put there."""

    code = "blob_altered"

    def __init__(self) -> None:
        super().__init__("The stored file does not open with its key: it was altered on disk.")


@dataclass(frozen=True, slots=True)
class StoredBlob:
    """Where bytes lie: `key` finds them again, `sha256` names their content."""

    key: str
    sha256: str
    size_bytes: int


class BlobStore(Protocol):
    """Keeps bytes by brand and content; the same content twice is one blob."""

    def put(self, brand_id: int, content: bytes, media_type: str) -> StoredBlob:
        """Store bytes durably; storing the same bytes again answers the same key."""
        ...

    def get(self, key: str) -> bytes:
        """The bytes of a key. Raises BlobMissing, BlobAltered."""
        ...

    def exists(self, key: str) -> bool:
        """Whether there are bytes under the key."""
        ...

    def delete(self, key: str) -> None:
        """Remove the bytes; removing what is not there is no error."""
        ...

    def signed_url(self, key: str, *, file_name: str, media_type: str, lives: timedelta) -> str:
        """An address that gives the bytes to whoever holds it until it expires."""
        ...


class OcrEngine(Protocol):
    """Reads the words of a page image."""

    name: str
    version: str

    def read_page(self, image: Image, page: int) -> PageWords:
        """Words with boxes in fractions of the upright page that the engine prepared."""
        ...
