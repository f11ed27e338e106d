"""Keeps blobs in a folder of this machine: content-addressed, encrypted, durable, signed.

A blob is written to a temporary name, synced and renamed, so that a crash leaves either the whole
blob or none; its address carries an HMAC and an end, so that a link cannot be guessed or kept.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.document.ports import BlobAltered, BlobMissing, StoredBlob
from core.kernel.errors import Forbidden

NONCE_BYTES = 12
KEY_PATTERN = re.compile(r"^b\d{1,9}/[0-9a-f]{2}/[0-9a-f]{64}$")
VERSION = b"MB1"


@dataclass(frozen=True, slots=True)
class SignedBlob:
    """What a valid link asks for."""

    key: str
    file_name: str
    media_type: str


class LocalBlobStore:
    """The blob store port served by a folder."""

    def __init__(self, folder: Path, key: bytes, url_prefix: str = "/files/blob") -> None:
        """`key` is 32 bytes; encryption and links use keys derived from it."""
        self._folder = folder
        self._cipher = AESGCM(hashlib.sha256(b"blob" + key).digest())
        self._link_key = hashlib.sha256(b"link" + key).digest()
        self._url_prefix = url_prefix

    def put(self, brand_id: int, content: bytes, media_type: str) -> StoredBlob:
        """Store bytes under their brand and content; a second time writes nothing."""
        digest = hashlib.sha256(content).hexdigest()
        key = f"b{brand_id}/{digest[:2]}/{digest}"
        path = self._path(key)
        if not path.exists():
            nonce = os.urandom(NONCE_BYTES)
            sealed = VERSION + nonce + self._cipher.encrypt(nonce, content, key.encode())
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write_durably(path, sealed)
        return StoredBlob(key, digest, len(content))

    def get(self, key: str) -> bytes:
        """The bytes of a key. Raises BlobMissing, BlobAltered."""
        try:
            sealed = self._path(key).read_bytes()
        except FileNotFoundError as error:
            raise BlobMissing from error
        start = len(VERSION) + NONCE_BYTES
        try:
            return self._cipher.decrypt(sealed[len(VERSION) : start], sealed[start:], key.encode())
        except (InvalidTag, ValueError) as error:
            raise BlobAltered from error

    def exists(self, key: str) -> bool:
        """Whether the key has bytes."""
        return self._path(key).exists()

    def delete(self, key: str) -> None:
        """Remove the bytes of a key."""
        self._path(key).unlink(missing_ok=True)

    def signed_url(self, key: str, *, file_name: str, media_type: str, lives: timedelta) -> str:
        """A path on our own host that serves the bytes until it expires."""
        self._path(key)
        ends = int(time.time() + lives.total_seconds())
        body = _encode("\x1f".join((key, file_name, media_type, str(ends))).encode())
        return f"{self._url_prefix}/{body}.{self._signature(body)}/{quote(file_name)}"

    def open_link(self, token: str) -> SignedBlob:
        """What a link's token asks for. Raises Forbidden for a forged or expired one."""
        body, _, signature = token.partition(".")
        if not hmac.compare_digest(signature, self._signature(body)):
            raise Forbidden("This link is not valid.")
        try:
            key, file_name, media_type, ends = _decode(body).decode().split("\x1f")
        except (ValueError, BadBase64) as error:
            raise Forbidden("This link is not valid.") from error
        if int(ends) < time.time():
            raise Forbidden("This link has expired. Open the document again for a new one.")
        return SignedBlob(key, file_name, media_type)

    def _signature(self, body: str) -> str:
        return _encode(hmac.new(self._link_key, body.encode(), hashlib.sha256).digest())

    def _path(self, key: str) -> Path:
        if not KEY_PATTERN.match(key):
            raise BlobMissing
        return self._folder / key


def _write_durably(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
