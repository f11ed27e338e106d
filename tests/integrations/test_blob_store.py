"""What every blob store promises, held by the folder and by S3 alike.

S3 is answered by moto in this process; the folder is a real one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from core.document.ports import BlobAltered, BlobMissing, BlobStore
from core.kernel.errors import Forbidden
from integrations.blob_store.local import LocalBlobStore
from integrations.blob_store.s3 import S3BlobStore

CONTENT = b"%PDF-1.7 a paper"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
PDF = "application/pdf"


@pytest.fixture
def folder(tmp_path: Path) -> LocalBlobStore:
    return LocalBlobStore(tmp_path, b"\x01" * 32)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3BlobStore]:
    with mock_aws():
        boto3.client("s3", region_name="ap-south-1").create_bucket(
            Bucket="papers", CreateBucketConfiguration={"LocationConstraint": "ap-south-1"}
        )
        yield S3BlobStore("papers", access_key="test", secret_key="test")


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest) -> BlobStore:
    return request.getfixturevalue(request.param)


def test_what_was_put_is_found_by_its_content(store: BlobStore) -> None:
    stored = store.put(7, CONTENT, PDF)
    assert stored.key == f"b7/{DIGEST[:2]}/{DIGEST}"
    assert (stored.sha256, stored.size_bytes) == (DIGEST, len(CONTENT))
    assert store.get(stored.key) == CONTENT
    assert store.exists(stored.key)


def test_the_same_content_twice_is_one_blob_and_two_brands_have_two(store: BlobStore) -> None:
    assert store.put(7, CONTENT, PDF) == store.put(7, CONTENT, PDF)
    assert store.put(8, CONTENT, PDF).key != store.put(7, CONTENT, PDF).key


def test_a_missing_blob_is_said_so(store: BlobStore) -> None:
    with pytest.raises(BlobMissing):
        store.get(f"b7/{DIGEST[:2]}/{DIGEST}")
    assert not store.exists(f"b7/{DIGEST[:2]}/{DIGEST}")


@pytest.mark.parametrize("key", ["../../etc/passwd", "b7/../../x", "", "b7/ab/short"])
def test_a_key_that_no_store_made_leads_nowhere(store: BlobStore, key: str) -> None:
    with pytest.raises(BlobMissing):
        store.get(key)


def test_what_was_deleted_is_gone_and_deleting_again_is_no_error(store: BlobStore) -> None:
    key = store.put(7, CONTENT, PDF).key
    store.delete(key)
    store.delete(key)
    assert not store.exists(key)


def test_a_link_names_the_file_and_expires(store: BlobStore) -> None:
    key = store.put(7, CONTENT, PDF).key
    link = store.signed_url(key, file_name="bill.pdf", media_type=PDF, lives=timedelta(minutes=5))
    assert "bill.pdf" in link


def token_of(link: str) -> str:
    return link.split("/")[3]


def test_a_folder_link_opens_only_as_it_was_signed(folder: LocalBlobStore) -> None:
    key = folder.put(7, CONTENT, PDF).key
    link = folder.signed_url(key, file_name="b.pdf", media_type=PDF, lives=timedelta(minutes=5))
    asked = folder.open_link(token_of(link))
    assert (asked.key, asked.file_name, asked.media_type) == (key, "b.pdf", PDF)
    forged = token_of(link)[:-1] + ("A" if token_of(link)[-1] != "A" else "B")
    with pytest.raises(Forbidden, match="not valid"):
        folder.open_link(forged)


def test_an_expired_folder_link_is_refused(folder: LocalBlobStore) -> None:
    key = folder.put(7, CONTENT, PDF).key
    link = folder.signed_url(key, file_name="b.pdf", media_type=PDF, lives=timedelta(seconds=-1))
    with pytest.raises(Forbidden, match="expired"):
        folder.open_link(token_of(link))


def test_on_disk_nothing_can_be_read_and_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    store = LocalBlobStore(tmp_path, b"\x01" * 32)
    key = store.put(7, CONTENT, PDF).key
    path = tmp_path / key
    sealed = path.read_bytes()
    assert b"paper" not in sealed
    path.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(BlobAltered):
        store.get(key)


def test_another_key_opens_nothing(tmp_path: Path) -> None:
    key = LocalBlobStore(tmp_path, b"\x01" * 32).put(7, CONTENT, PDF).key
    with pytest.raises(BlobAltered):
        LocalBlobStore(tmp_path, b"\x02" * 32).get(key)


def test_a_crash_while_writing_leaves_no_blob(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = LocalBlobStore(tmp_path, b"\x01" * 32)

    def crash(descriptor: int) -> None:
        raise OSError("the power went")

    monkeypatch.setattr("integrations.blob_store.local.os.fsync", crash)
    with pytest.raises(OSError, match="the power went"):
        store.put(7, CONTENT, PDF)
    monkeypatch.undo()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert store.get(store.put(7, CONTENT, PDF).key) == CONTENT


def test_s3_keeps_it_encrypted(bucket: S3BlobStore) -> None:
    key = bucket.put(7, CONTENT, PDF).key
    head = bucket._client.head_object(Bucket="papers", Key=key)
    assert head["ServerSideEncryption"] == "AES256"
    assert head["ContentType"] == PDF


def test_s3_links_are_signed(bucket: S3BlobStore) -> None:
    key = bucket.put(7, CONTENT, PDF).key
    link = bucket.signed_url(key, file_name="b.pdf", media_type=PDF, lives=timedelta(minutes=5))
    assert re.search(r"X-Amz-Expires=300&", link)
    assert "X-Amz-Signature=" in link
