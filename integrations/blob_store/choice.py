"""Decides which blob store this installation uses, from the environment alone.

`S3_BUCKET` (with `S3_ENDPOINT_URL`, `S3_ACCESS_KEY`, `S3_SECRET_KEY`, `S3_REGION`) chooses S3;
without it blobs lie under `MUNIM_HOME/blobs`, sealed with the installation's blob key.
"""

from __future__ import annotations

import hashlib
import os
from functools import lru_cache
from pathlib import Path

from core.document.ports import BlobStore
from core.kernel.errors import DomainError
from integrations.blob_store.local import LocalBlobStore
from integrations.blob_store.s3 import S3BlobStore


class BlobKeyMissing(DomainError):
    """No key to seal local blobs with."""

    code = "blob_key_missing"


@lru_cache(maxsize=1)
def blob_store() -> BlobStore:
    """The installation's blob store. Raises BlobKeyMissing when it has no data key."""
    bucket = os.environ.get("S3_BUCKET", "")
    if bucket:
        return S3BlobStore(
            bucket,
            endpoint_url=os.environ.get("S3_ENDPOINT_URL"),
            access_key=os.environ.get("S3_ACCESS_KEY"),
            secret_key=os.environ.get("S3_SECRET_KEY"),
            region=os.environ.get("S3_REGION", "ap-south-1"),
        )
    return local_store()


def local_store() -> LocalBlobStore:
    """The folder store. Raises BlobKeyMissing without a key.

    Its key is `MUNIM_BLOB_KEY`, or derived from the oldest data key, which is never removed while
    anything sealed with it exists.
    """
    own = os.environ.get("MUNIM_BLOB_KEY", "")
    keys = [part for part in os.environ.get("MUNIM_DATA_KEYS", "").split(",") if ":" in part]
    if not own and not keys:
        raise BlobKeyMissing("No blob key is configured (MUNIM_BLOB_KEY), so files cannot be kept")
    secret = bytes.fromhex(own or keys[-1].split(":", 1)[1].strip())
    folder = Path(os.environ.get("MUNIM_HOME", ".munim")) / "blobs"
    return LocalBlobStore(folder, hashlib.sha256(b"munim-blob" + secret).digest())
