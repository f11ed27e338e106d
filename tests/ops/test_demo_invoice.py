"""The demo's invoices are real papers: the reader finds on them what was printed.

They are sent, read and decided through the same services as a person's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pypdfium2 as pdfium
import pytest
from sqlalchemy import select

from core.access.actor import Actor
from core.brand.tables import Brand
from core.db.unit_of_work import run_command
from core.document.text_layer import page_words
from core.invoice.reading import read_invoice
from core.invoice.tables import Invoice
from jobs.app import load_jobs
from jobs.task import drain
from ops import demo_invoice
from ops.demo_invoice import SELLERS, invoice_pdf, sell_on_credit
from tests.document_world import use_blob_folder

TODAY = dt.date(2026, 11, 20)


def test_a_demo_invoice_says_what_it_was_made_of() -> None:
    pdf = pdfium.PdfDocument(invoice_pdf(SELLERS[0].firm, SELLERS[0].bills[0], TODAY))
    found = read_invoice([page_words(pdf[0], 0)])
    assert found.get("invoice_number") == "SF/0412"
    assert found.get("invoice_date") == dt.date(2026, 10, 27)
    assert found.get("due_date") == dt.date(2026, 12, 11)
    assert found.get("seller_name") == "Shakti Fabrics"
    assert found.get("buyer_name") == "Bharat Retail Limited"
    assert found.get("taxable_paise") == 8_600_000
    assert found.get("igst_paise") == 1_548_000
    assert found.get("total_paise") == 10_148_000


def test_the_demo_businesses_have_invoices_in_every_early_state(
    brand: Brand,
    staff: Callable[..., Actor],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    use_blob_folder(monkeypatch, tmp_path)
    load_jobs()
    here = tuple(replace(seller, brand_id=brand.id) for seller in SELLERS[:2])
    monkeypatch.setattr(demo_invoice, "SELLERS", here)
    sent = sell_on_credit(brand.id, staff("loan_executive"), TODAY, lambda: drain(brand.id))
    rows = run_command(
        Actor.system(brand.id, "test"),
        "look",
        lambda uow: [
            (row.invoice_number, row.status, row.duplicate_of_id is not None)
            for row in uow.session.scalars(select(Invoice).order_by(Invoice.id))
        ],
    )
    assert sent == 6
    assert rows == [
        ("SF/0412", "verified", False),
        ("SF/0427", "read", False),
        ("SF-427", "read", True),
        ("NP-1180", "verified", False),
        ("NP-1193", "rejected", False),
        ("NP-1201", "read", False),
    ]
