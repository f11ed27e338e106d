"""Decides how personal identifiers are kept: sealed with AES-GCM, found by a keyed blind index.
The key's id travels with the sealed text so that keys can be rotated without a flag day."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from core.db.settings import database_settings

NONCE_BYTES = 12


class SecretUnreadable(RuntimeError):
    """A sealed value was altered, or its key is not among the configured ones."""


def _key(key_id: str) -> bytes:
    value = database_settings().data_keys.get(key_id)
    if not value:
        raise SecretUnreadable(f"data key {key_id!r} is not configured (MUNIM_DATA_KEYS)")
    return bytes.fromhex(value)


def seal(plain: str) -> str:
    """Encrypt one value; the answer reads `keyid.base64(nonce + ciphertext + tag)`."""
    key_id = database_settings().data_key_id
    nonce = os.urandom(NONCE_BYTES)
    box = AESGCM(_key(key_id)).encrypt(nonce, plain.encode(), key_id.encode())
    return f"{key_id}.{base64.b64encode(nonce + box).decode()}"


def unseal(sealed: str) -> str:
    """Decrypt what `seal` made; raises `SecretUnreadable` for altered text or an unknown key."""
    key_id, _, body = sealed.partition(".")
    raw = base64.b64decode(body)
    try:
        plain = AESGCM(_key(key_id)).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], key_id.encode())
    except InvalidTag as error:
        raise SecretUnreadable("a sealed value does not open with its key") from error
    return plain.decode()


def blind_index(kind: str, value: str) -> str:
    """A keyed fingerprint for equality look-ups; `kind` keeps a PAN from matching an account."""
    key = database_settings().index_key
    if not key:
        raise SecretUnreadable("the index key is not configured (MUNIM_INDEX_KEY)")
    message = f"{kind}\x1f{value}".encode()
    return hmac.new(bytes.fromhex(key), message, hashlib.sha256).hexdigest()
