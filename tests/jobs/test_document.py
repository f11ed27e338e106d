"""A document is read exactly once, whatever happens to the worker that reads it.

The worker is a real Celery worker with a real broker; it is killed in the middle of a page with
signal 9, and another one takes the event up again.
"""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select
from sqlmodel import col

from core.access.actor import Actor
from core.brand.tables import Brand
from core.db.tables import AuditEvent, JobRun, OutboxEvent
from core.db.unit_of_work import run_command
from core.document.intake import receive_file
from core.document.tables import Document, Reading, ReadingValue
from core.invoice import service as invoice_service
from core.invoice.service import UploadInvoice
from core.invoice.tables import Invoice
from integrations.blob_store.choice import local_store
from jobs.app import load_jobs
from jobs.task import drain, relay_brand, send_to_celery
from tests.document_world import new_business, use_blob_folder
from tests.documents import paper

ROOT = Path(__file__).resolve().parents[2]
PAGES = 2
WAIT_SECONDS_MAX = 180
RELAY_EVERY_SECONDS = 8

Workers = Callable[[], "subprocess.Popen[bytes]"]


@pytest.fixture(autouse=True)
def _blobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: object) -> None:
    use_blob_folder(monkeypatch, tmp_path)
    load_jobs()


@pytest.fixture
def start_worker(valkey: str, tmp_path: Path) -> Iterator[Workers]:
    """Start a Celery worker of the reading queue; all are ended with the test."""
    from jobs.app import app

    app.conf.broker_url = valkey
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        command = "import sys, jobs.app as j; j.load_jobs(); j.app.start(sys.argv[1:])"
        name = f"reader-{len(started)}-{os.getpid()}@%h"
        worker = subprocess.Popen(
            [
                *(sys.executable, "-c", command, "worker", "--queues", "reading"),
                *("--concurrency", "1", "--without-gossip", "--without-mingle"),
                *("--hostname", name, "--loglevel", "WARNING"),
            ],
            cwd=ROOT,
            env={**os.environ, "REDIS_URL": valkey, "MUNIM_HOME": str(tmp_path)},
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        kill_9(worker)


def kill_9(worker: subprocess.Popen[bytes]) -> None:
    """Signal 9 to the worker and its pool at once."""
    if worker.poll() is None:
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()


def scanned_pages() -> bytes:
    """A scan of several pages, slow enough to be in the middle of."""
    page = Image.open(io.BytesIO(paper("inv_0021_professional.jpg"))).convert("RGB")
    out = io.BytesIO()
    page.save(out, "PDF", save_all=True, append_images=[page] * (PAGES - 1))
    return out.getvalue()


def upload(brand: Brand) -> Invoice:
    business = new_business(brand)
    file = receive_file(local_store(), brand.id, "scan.pdf", scanned_pages())
    assert business.id is not None
    command = UploadInvoice(file, business.id)
    return run_command(business, "upload", lambda uow: invoice_service.upload_invoice(uow, command))


def wait_for(
    brand: Brand, question: Callable[[Any], Any], meanwhile: Callable[[], None] = lambda: None
) -> Any:
    """Ask until the answer is true; `meanwhile` is done every few seconds."""
    until, next_act = time.monotonic() + WAIT_SECONDS_MAX, time.monotonic() + RELAY_EVERY_SECONDS
    while time.monotonic() < until:
        if time.monotonic() > next_act:
            meanwhile()
            next_act = time.monotonic() + RELAY_EVERY_SECONDS
        answer = run_command(Actor.system(brand.id, "test"), "look", question)
        if answer:
            return answer
        time.sleep(0.1)
    raise AssertionError("it did not happen in time")


def count(uow: Any, model: Any, *wanted: Any) -> int:
    return int(uow.session.scalar(select(func.count()).select_from(model).where(*wanted)))


def test_kill_9_in_the_middle_of_a_page_reads_the_document_once(
    brand: Brand, start_worker: Workers
) -> None:
    invoice = upload(brand)
    first = start_worker()
    relay_brand(brand.id, send_to_celery)
    wait_for(
        brand,
        lambda uow: uow.session.scalar(
            select(JobRun).where(
                col(JobRun.subject_id) == invoice.document_id, col(JobRun.done) >= 1
            )
        ),
    )
    kill_9(first)
    halfway = run_command(
        Actor.system(brand.id, "test"),
        "look",
        lambda uow: (
            uow.get(Document, invoice.document_id).reading_state,
            count(uow, Reading),
            count(uow, ReadingValue),
        ),
    )
    assert halfway == ("reading", 0, 0)

    start_worker()
    send_again(brand)
    wait_for(
        brand,
        lambda uow: uow.get(Invoice, invoice.id).status == "read",
        meanwhile=lambda: send_again(brand),
    )

    def effects(uow: Any) -> dict[str, Any]:
        return {
            "readings": count(uow, Reading),
            "audited": count(uow, AuditEvent, col(AuditEvent.action) == "document.read"),
            "told": count(uow, OutboxEvent, col(OutboxEvent.topic) == "document.read"),
            "filled": count(uow, AuditEvent, col(AuditEvent.action) == "invoice.read"),
            "status": uow.get(Invoice, invoice.id).status,
        }

    assert run_command(Actor.system(brand.id, "test"), "look", effects) == {
        "readings": 1,
        "audited": 1,
        "told": 1,
        "filled": 1,
        "status": "read",
    }


def send_again(brand: Brand) -> None:
    """What the relay does by itself after its waiting time: send what nobody finished."""

    def forget(uow: Any) -> None:
        for event in uow.session.scalars(
            select(OutboxEvent).where(col(OutboxEvent.done_at).is_(None))
        ):
            event.relayed_at = None

    run_command(Actor.system(brand.id, "test"), "wait", forget)
    relay_brand(brand.id, send_to_celery)


def test_a_reading_that_is_sent_twice_happens_once(brand: Brand) -> None:
    invoice = upload_small(brand)
    drain(brand.id)
    drain(brand.id)
    readings = run_command(Actor.system(brand.id, "test"), "look", lambda uow: count(uow, Reading))
    assert readings == 1
    assert invoice.number == "INV-000001"


def upload_small(brand: Brand) -> Invoice:
    from tests.document_world import upload_invoice

    return upload_invoice(brand, new_business(brand), "inv_0003_professional.pdf")


def test_a_file_that_cannot_be_read_says_why_and_is_tried_no_more(brand: Brand) -> None:
    business = new_business(brand)
    blank = io.BytesIO()
    Image.new("RGB", (600, 800), "white").save(blank, "PDF")
    file = receive_file(local_store(), brand.id, "blank.pdf", blank.getvalue())
    local_store().delete(file.blob_key)
    assert business.id is not None
    command = UploadInvoice(file, business.id)
    invoice = run_command(
        business, "upload", lambda uow: invoice_service.upload_invoice(uow, command)
    )
    drain(brand.id)

    def outcome(uow: Any) -> tuple[str, str, Any]:
        document = uow.get(Document, invoice.document_id)
        event = uow.session.scalar(
            select(OutboxEvent).where(col(OutboxEvent.topic) == "document.uploaded")
        )
        return document.reading_state, document.reading_error[:27], event.done_at is not None

    assert run_command(Actor.system(brand.id, "test"), "look", outcome) == (
        "failed",
        "The stored file is missing.",
        True,
    )
