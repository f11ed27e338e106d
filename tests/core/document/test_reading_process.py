"""What happens when a file misbehaves: the child refuses or dies, the worker says so and lives on.

Each case is a real child process with its real limits.
"""

from __future__ import annotations

import base64
import io
import time
from typing import Any

import pypdfium2 as pdfium
import pytest
from PIL import Image

from core.document import reading_process
from core.document.reading_process import ReaderRefused, ReaderStopped, ReadRequest, run_reader
from tests.documents import paper

PDF = "application/pdf"
LOCKED = "salaried_6m_password_TEST0101.pdf"


def refusal_of(request: ReadRequest) -> ReaderRefused:
    with pytest.raises(ReaderRefused) as refusal:
        run_reader(request)
    return refusal.value


def test_pages_are_read_and_counted_one_by_one() -> None:
    seen: list[tuple[int, int]] = []
    record = run_reader(
        ReadRequest("statement", PDF, paper("st_0011_axis.pdf")),
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert record["proven"] is True
    assert record["engine"] == ""


def test_a_protected_pdf_asks_for_its_password() -> None:
    refusal = refusal_of(ReadRequest("probe", PDF, paper(LOCKED)))
    assert refusal.refusal_code == "file_needs_password"
    assert refusal.field == "password"
    assert refusal.message == "This PDF is protected. Enter its password."


def test_a_wrong_password_is_said_so() -> None:
    request = ReadRequest("probe", PDF, paper(LOCKED), password="WRONG")
    assert refusal_of(request).refusal_code == "file_password_wrong"


def test_the_right_password_gives_a_copy_that_needs_none() -> None:
    pages = run_reader(ReadRequest("probe", PDF, paper(LOCKED), password="TEST0101"))
    answer = run_reader(ReadRequest("unlock", PDF, paper(LOCKED), password="TEST0101"))
    opened = base64.b64decode(answer["content"])
    assert run_reader(ReadRequest("probe", PDF, opened)) == pages


@pytest.mark.parametrize("cut", [100, 2000])
def test_a_truncated_pdf_is_refused(cut: int) -> None:
    request = ReadRequest("probe", PDF, paper("salaried_6m.pdf")[:cut])
    assert refusal_of(request).refusal_code == "file_broken"


def test_more_than_300_pages_are_refused() -> None:
    pdf = pdfium.PdfDocument.new()
    for _ in range(301):
        pdf.new_page(100, 100)
    out = io.BytesIO()
    pdf.save(out)
    assert refusal_of(ReadRequest("probe", PDF, out.getvalue())).message == (
        "The file has more than 300 pages, the most we take. Upload it in parts."
    )


def test_an_invoice_is_not_a_statement() -> None:
    refusal = refusal_of(ReadRequest("statement", PDF, paper("inv_0003_professional.pdf")))
    assert refusal.refusal_code == "statement_not_recognised"


def noise() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((2500, 3300), 90).save(out, "PNG")
    return out.getvalue()


def test_a_file_that_takes_too_long_is_stopped() -> None:
    request = ReadRequest(
        "invoice", "image/png", noise(), engine="integrations.ocr.tesseract:engine"
    )
    started = time.monotonic()
    with pytest.raises(ReaderStopped, match="took longer than 1 seconds"):
        run_reader(request, seconds=1)
    assert time.monotonic() - started < 10


def _instead(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    """Let the child do something else than inspect, under the same limits."""
    source = (
        "from core.document import reading_process as r, page_reader as p\n"
        f"p.inspect = lambda *a: {line}\n"
        "import sys; sys.exit(r.main())\n"
    )
    real = reading_process.subprocess.Popen

    def popen(arguments: list[str], **rest: Any) -> Any:
        return real([arguments[0], "-c", source], **rest)

    monkeypatch.setattr(reading_process.subprocess, "Popen", popen)


@pytest.mark.parametrize("line", ["bytearray(8 * 1024 ** 3)", "__import__('os').abort()"])
def test_a_child_that_fills_the_memory_or_crashes_dies_alone(
    monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    _instead(monkeypatch, line)
    with pytest.raises(ReaderStopped, match="more memory than a file may"):
        run_reader(ReadRequest("probe", PDF, paper("salaried_6m.pdf")))


def test_the_child_sees_no_keys_and_no_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    _instead(monkeypatch, "sorted(__import__('os').environ)")
    seen = run_reader(ReadRequest("probe", PDF, paper("salaried_6m.pdf")))["pages"]
    assert {"DATABASE_URL", "MUNIM_DATA_KEYS", "MUNIM_INDEX_KEY", "REDIS_URL"} & set(seen) == set()
    assert "OMP_THREAD_LIMIT" in seen


def test_a_page_is_drawn_as_a_picture() -> None:
    answer = run_reader(ReadRequest("draw", PDF, paper("st_0011_axis.pdf"), page=2))
    picture = Image.open(io.BytesIO(base64.b64decode(answer["content"])))
    assert picture.format == "WEBP"
    assert max(picture.size) == 1600


def test_a_page_that_is_not_there_is_refused() -> None:
    request = ReadRequest("draw", PDF, paper("st_0011_axis.pdf"), page=99)
    assert refusal_of(request).refusal_code == "file_broken"
