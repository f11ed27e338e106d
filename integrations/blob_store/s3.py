"""Keeps blobs in an S3 bucket, by brand and content, encrypted by the bucket's own keys.

The same key scheme as the local folder, so that an installation can copy its blobs over and
change one setting.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from core.document.ports import BlobMissing, StoredBlob
from integrations.blob_store.local import KEY_PATTERN

CONNECT_TIMEOUT_S = 5
READ_TIMEOUT_S = 30
MISSING = frozenset({"404", "NoSuchKey", "NotFound"})


class S3BlobStore:
    """The blob store port served by S3 or anything that speaks its protocol."""

    def __init__(
        self,
        bucket: str,
        *,
        endpoint_url: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        region: str = "ap-south-1",
        encryption: str = "AES256",
    ) -> None:
        self._bucket = bucket
        self._encryption = encryption
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint_url or None,
            aws_access_key_id=access_key or None,
            aws_secret_access_key=secret_key or None,
            region_name=region,
            config=Config(
                signature_version="s3v4",
                connect_timeout=CONNECT_TIMEOUT_S,
                read_timeout=READ_TIMEOUT_S,
                retries={"max_attempts": 3, "mode": "standard"},
                s3={"addressing_style": "path"},
            ),
        )

    def put(self, brand_id: int, content: bytes, media_type: str) -> StoredBlob:
        """Store bytes; the bucket checks the digest on arrival."""
        digest = hashlib.sha256(content).hexdigest()
        key = f"b{brand_id}/{digest[:2]}/{digest}"
        if not self.exists(key):
            extra = {"ServerSideEncryption": self._encryption} if self._encryption else {}
            self._client.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType=media_type, **extra
            )
        return StoredBlob(key, digest, len(content))

    def get(self, key: str) -> bytes:
        """The bytes of a key. Raises BlobMissing."""
        try:
            answer = self._client.get_object(Bucket=self._bucket, Key=_checked(key))
            return bytes(answer["Body"].read())
        except ClientError as error:
            if str(error.response["Error"]["Code"]) in MISSING:
                raise BlobMissing from error
            raise

    def exists(self, key: str) -> bool:
        """Whether the bucket has the key."""
        try:
            self._client.head_object(Bucket=self._bucket, Key=_checked(key))
        except ClientError as error:
            if str(error.response["Error"]["Code"]) in MISSING:
                return False
            raise
        return True

    def delete(self, key: str) -> None:
        """Remove the key; a versioned bucket keeps the old version."""
        self._client.delete_object(Bucket=self._bucket, Key=_checked(key))

    def signed_url(self, key: str, *, file_name: str, media_type: str, lives: timedelta) -> str:
        """A presigned address of the bucket."""
        return str(
            self._client.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": _checked(key),
                    "ResponseContentType": media_type,
                    "ResponseContentDisposition": f"inline; filename*=UTF-8''{quote(file_name)}",
                },
                ExpiresIn=int(lives.total_seconds()),
            )
        )


def _checked(key: str) -> str:
    if not KEY_PATTERN.match(key):
        raise BlobMissing
    return key
