"""Takes an uploaded file in: checks it, opens it once in a child process, puts it away.

This happens before any transaction, because storing may be a call to another machine; a file
that is put away and then not used is found again by its content, so nothing is lost or doubled.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass

from core.document.file_check import check_file
from core.document.ports import BlobStore
from core.document.reading_process import PROBE_SECONDS_MAX, ReadRequest, run_reader


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A checked file that lies in the blob store; `readable_key` is its copy without password."""

    file_name: str
    media_type: str
    size_bytes: int
    pages: int
    sha256: str
    blob_key: str
    readable_key: str = ""


def receive_file(
    store: BlobStore, brand_id: int, file_name: str, content: bytes, password: str = ""
) -> ReceivedFile:
    """Check and store an upload. The password opens the file once and is kept nowhere.

    Raises a FileRefused subclass, ReaderRefused or ReaderStopped, each with a plain sentence.
    """
    checked = check_file(file_name, content)
    request = ReadRequest("probe", checked.media_type, content, password=password)
    pages = int(run_reader(request, seconds=PROBE_SECONDS_MAX)["pages"])
    stored = store.put(brand_id, content, checked.media_type)
    readable_key = ""
    if checked.encrypted:
        opened = run_reader(
            ReadRequest("unlock", checked.media_type, content, password=password),
            seconds=PROBE_SECONDS_MAX,
        )
        plain = base64.b64decode(str(opened["content"]))
        readable_key = store.put(brand_id, plain, checked.media_type).key
    return ReceivedFile(
        checked.file_name,
        checked.media_type,
        stored.size_bytes,
        pages,
        stored.sha256,
        stored.key,
        readable_key,
    )
