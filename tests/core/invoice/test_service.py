"""An invoice from its upload to its decision, on real files, with the real jobs.

The seller's number in the seller's year decides what is the same invoice; every refusal is a
plain sentence and every correction keeps the old value and the person.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.access.actor import Actor
from core.brand.tables import Brand
from core.db.unit_of_work import run_command
from core.document import store as document_store
from core.invoice import service, store
from core.invoice.service import DuplicateInvoice, FinancedElsewhere
from core.invoice.tables import Invoice
from core.kernel.errors import Conflict, Forbidden, Invalid, NotFound, StaleVersion
from jobs.app import load_jobs
from jobs.task import drain
from tests.document_world import new_business, upload_invoice, use_blob_folder


@pytest.fixture(autouse=True)
def _blobs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, database: object) -> None:
    use_blob_folder(monkeypatch, tmp_path)
    load_jobs()


def fresh(actor: Actor, invoice_id: int) -> Invoice:
    return run_command(actor, "look", lambda uow: uow.get(Invoice, invoice_id))


def read_invoice(brand: Brand, business: Actor, name: str) -> Invoice:
    invoice = upload_invoice(brand, business, name)
    drain(brand.id)
    return fresh(Actor.system(brand.id, "test"), invoice.id)


def test_a_pdf_invoice_is_read_into_its_fields(brand: Brand) -> None:
    invoice = read_invoice(brand, new_business(brand), "inv_0020_cloud_minimal.pdf")
    assert invoice.status == "read"
    assert invoice.number == "INV-000001"
    assert invoice.invoice_number == "GST/8305/23-24"
    assert invoice.invoice_date == date(2023, 12, 1)
    assert invoice.due_date == date(2023, 12, 16)
    assert invoice.seller_name == "M/S MAHAVIR PAPER MART ENTERPRISES"
    assert invoice.seller_gstin == "09SVTHB6421Y1ZF"
    assert invoice.buyer_name == "PANCHSHEEL SURGICALS PVT LTD"
    assert invoice.buyer_gstin == "07JTLCP0755Q1ZF"
    assert invoice.taxable_paise == 111_350
    assert invoice.igst_paise == 20_043
    assert invoice.cgst_paise is None
    assert invoice.total_paise == 131_400


def test_a_scanned_invoice_is_read_by_ocr(brand: Brand) -> None:
    invoice = read_invoice(brand, new_business(brand), "inv_0030_professional.pdf")
    reading = run_command(
        Actor.system(brand.id, "test"),
        "look",
        lambda uow: document_store.newest_reading(uow, invoice.document_id),
    )
    assert reading is not None
    assert reading.engine.startswith("tesseract 5")
    assert invoice.status == "read"
    assert invoice.total_paise == round(_truth("inv_0030_professional", "total") * 100)
    assert invoice.seller_gstin == _truth("inv_0030_professional", "seller_gstin")


def _truth(name: str, field: str) -> Any:
    from tests.documents import truth

    return truth(name)["fields"][field]


def test_the_very_same_file_again_is_refused_with_the_earlier_invoice(brand: Brand) -> None:
    business = new_business(brand)
    upload_invoice(brand, business, "inv_0003_professional.pdf")
    with pytest.raises(DuplicateInvoice) as refusal:
        upload_invoice(brand, business, "inv_0003_professional.pdf")
    assert refusal.value.message.startswith("This invoice is the same as INV-000001, uploaded on")


def test_the_same_invoice_in_another_file_is_marked_and_cannot_be_verified(
    brand: Brand, staff: Callable[..., Actor]
) -> None:
    business = new_business(brand)
    first = read_invoice(brand, business, "dup_0008a.pdf")
    second = read_invoice(brand, business, "dup_0008b.pdf")
    assert first.duplicate_of_id is None
    assert second.duplicate_of_id == first.id
    with pytest.raises(DuplicateInvoice) as refusal:
        run_command(staff("loan_executive"), "verify", lambda uow: service.verify(uow, second.id))
    assert refusal.value.invoice_id == first.id


def test_a_number_typed_with_other_separators_and_zeros_is_the_same(brand: Brand) -> None:
    business = new_business(brand)
    first = read_invoice(brand, business, "dup_0010a.pdf")
    second = read_invoice(brand, business, "dup_0010b.pdf")
    assert first.invoice_number != second.invoice_number
    assert second.duplicate_of_id == first.id


@pytest.mark.parametrize("pair", ["dup_0009", "dup_0007"])
def test_next_months_bill_and_a_credit_note_are_not_duplicates(brand: Brand, pair: str) -> None:
    business = new_business(brand)
    read_invoice(brand, business, f"{pair}a.pdf")
    assert read_invoice(brand, business, f"{pair}b.pdf").duplicate_of_id is None


def test_an_invoice_verified_in_one_brand_is_refused_in_another(
    new_brand: Callable[..., Brand], staff: Callable[..., Actor]
) -> None:
    here, there = new_brand(), new_brand()
    one = read_invoice(here, new_business(here), "dup_0008a.pdf")
    run_command(
        staff("loan_executive", brand=here), "verify", lambda uow: service.verify(uow, one.id)
    )
    two = read_invoice(there, new_business(there), "dup_0008b.pdf")
    assert two.duplicate_of_id is None
    assert two.seen_in_other_brand is True
    with pytest.raises(FinancedElsewhere):
        run_command(
            staff("loan_executive", brand=there), "verify", lambda uow: service.verify(uow, two.id)
        )
    run_command(
        staff("loan_executive", brand=here),
        "reject",
        lambda uow: service.reject(uow, one.id, "The buyer disputes it"),
    )
    done = run_command(
        staff("loan_executive", brand=there), "verify", lambda uow: service.verify(uow, two.id)
    )
    assert done.status == "verified"


def test_a_correction_keeps_the_old_value_and_the_person(
    brand: Brand, staff: Callable[..., Actor]
) -> None:
    invoice = read_invoice(brand, new_business(brand), "inv_0020_cloud_minimal.pdf")
    person = staff("loan_executive")
    run_command(
        person,
        "correct",
        lambda uow: service.correct_field(uow, invoice.id, "total_paise", "1,315.50"),
    )
    changed = fresh(person, invoice.id)
    assert changed.total_paise == 131_550
    with_old = run_command(person, "look", lambda uow: _corrections(uow, changed.document_id))
    assert [(c.path, c.old_value, c.new_value, c.by_name) for c in with_old] == [
        ("total_paise", 131_400, 131_550, person.name)
    ]


def _corrections(uow: Any, document_id: int) -> list[Any]:
    reading = document_store.newest_reading(uow, document_id)
    assert reading is not None
    return list(document_store.corrections_of(uow, reading.id))


def test_a_corrected_number_is_looked_up_among_the_earlier_invoices(
    brand: Brand, staff: Callable[..., Actor]
) -> None:
    business, person = new_business(brand), staff("credit_executive")
    first = read_invoice(brand, business, "dup_0009a.pdf")
    second = read_invoice(brand, business, "dup_0009b.pdf")
    assert second.duplicate_of_id is None
    run_command(
        person,
        "correct",
        lambda uow: service.correct_field(
            uow, second.id, "invoice_number", first.invoice_number.lower()
        ),
    )
    assert fresh(person, second.id).duplicate_of_id == first.id


def test_two_people_correcting_at_once_do_not_overwrite_each_other(
    brand: Brand, staff: Callable[..., Actor]
) -> None:
    invoice = read_invoice(brand, new_business(brand), "inv_0020_cloud_minimal.pdf")
    run_command(
        staff("loan_executive"),
        "correct",
        lambda uow: service.correct_field(uow, invoice.id, "buyer_name", "A", invoice.version),
    )
    with pytest.raises(StaleVersion):
        run_command(
            staff("loan_executive"),
            "correct",
            lambda uow: service.correct_field(uow, invoice.id, "buyer_name", "B", invoice.version),
        )


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("due_date", "soon", "Enter a date like 20 Nov 2026."),
        ("number", "X", "This field cannot be corrected."),
        ("buyer_name", "x" * 201, "Use at most 200 letters."),
    ],
)
def test_what_cannot_be_a_value_is_refused_at_its_field(
    field: str, typed: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        service.typed_value(field, typed)
    assert refusal.value.fields == {field: sentence}


def test_an_invoice_without_its_total_cannot_be_verified(
    brand: Brand, staff: Callable[..., Actor]
) -> None:
    person = staff("loan_executive")
    invoice = read_invoice(brand, new_business(brand), "inv_0020_cloud_minimal.pdf")
    run_command(
        person, "correct", lambda uow: service.correct_field(uow, invoice.id, "total_paise", "")
    )
    with pytest.raises(Invalid) as refusal:
        run_command(person, "verify", lambda uow: service.verify(uow, invoice.id))
    assert refusal.value.fields == {"total_paise": "Enter the invoice's total."}


def test_a_decided_invoice_is_corrected_no_more(brand: Brand, staff: Callable[..., Actor]) -> None:
    person = staff("loan_executive")
    invoice = read_invoice(brand, new_business(brand), "inv_0020_cloud_minimal.pdf")
    run_command(person, "verify", lambda uow: service.verify(uow, invoice.id))
    with pytest.raises(Conflict, match="not decided yet"):
        run_command(
            person,
            "correct",
            lambda uow: service.correct_field(uow, invoice.id, "buyer_name", "Another"),
        )


def test_a_business_sees_and_uploads_only_for_itself(brand: Brand) -> None:
    one, other = new_business(brand), new_business(brand, "9876500002")
    upload_invoice(brand, one, "inv_0003_professional.pdf")
    mine = run_command(one, "list", lambda uow: service.own_invoices(uow))
    theirs = run_command(other, "list", lambda uow: service.own_invoices(uow))
    assert [invoice.number for invoice in mine] == ["INV-000001"]
    assert theirs == []
    with pytest.raises(NotFound):
        upload_invoice(brand, Actor(**{**_fields(one), "id": other.id + 1000}), "dup_0007a.pdf")  # type: ignore[operator]


def _fields(actor: Actor) -> dict[str, Any]:
    return {name: getattr(actor, name) for name in actor.__dataclass_fields__}


def test_a_collector_may_not_verify_an_invoice(brand: Brand, staff: Callable[..., Actor]) -> None:
    with pytest.raises(Forbidden):
        run_command(staff("collection_executive"), "verify", lambda uow: service.verify(uow, 1))


def test_the_list_pages_by_key_without_gaps_or_repeats(brand: Brand) -> None:
    system = Actor.system(brand.id, "test")
    business = new_business(brand)

    def fill(uow: Any) -> None:
        from core.document.tables import Document

        for at in range(7):
            document = uow.add(
                Document(
                    business_id=business.id,
                    kind="invoice",
                    file_name="a.pdf",
                    size_bytes=1,
                    media_type="application/pdf",
                    sha256=f"{at}",
                    blob_key="",
                    uploaded_at=uow.now,
                )
            )
            uow.add(
                Invoice(
                    number=uow.next_number("INV"),
                    business_id=business.id or 0,
                    document_id=document.id,
                    status_since=uow.now,
                    uploaded_at=uow.now,
                    total_paise=None if at == 3 else 100 * (at % 3),
                )
            )

    run_command(system, "fill", fill)
    seen: list[str] = []
    after_id, after_value = None, ""
    for _ in range(4):
        wanted = store.InvoiceFilter(sort="total", after_id=after_id, after_value=after_value)
        rows, more = run_command(
            system, "list", lambda uow, w=wanted: store.list_invoices(uow, w, 2)
        )
        seen += [row.number[-1] for row in rows]
        after_id = rows[-1].id
        after_value = "" if rows[-1].total_paise is None else str(rows[-1].total_paise)
        if not more:
            break
    assert seen == ["6", "3", "5", "2", "7", "1", "4"]
