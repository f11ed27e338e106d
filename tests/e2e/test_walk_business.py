"""Decides that a business's invoice, a filtered export and a brand's settings work end to end.
The same running product as the walk of a loan, with other people."""

from __future__ import annotations

import csv
import io
import os
import re

import pytest

from integrations.sandbox.person import person
from tests.documents import paper
from tests.e2e.walk import Walk

OWNER = person(int(os.environ.get("MUNIM_E2E_PERSON", "648")) + 3000)
TEXT_PDF = "inv_0009_tally_classic.pdf"
PHOTO = "inv_0021_professional.jpg"
READ_SECONDS_MAX = 90


@pytest.fixture(scope="module")
def walk(empty_munim, browser):
    made = Walk(empty_munim, browser, "business_walk")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _show_failures(request, walk):
    failed_before = request.session.testsfailed
    yield
    if request.session.testsfailed > failed_before:
        walk.pictures_of_failure(request.node.name[5:7])


def _upload(page, tmp_path, name, as_name):
    file = tmp_path / as_name
    file.write_bytes(paper(name))
    page.locator("input[type=file]").set_input_files(file)


def _invoice_of(walk, file_name):
    return walk.until(
        "SELECT i.* FROM invoice i JOIN document d ON d.brand_id = i.brand_id"
        " AND d.id = i.document_id WHERE d.file_name = %s AND i.status = 'read'"
        " ORDER BY i.id DESC LIMIT 1",
        file_name,
        seconds_max=READ_SECONDS_MAX,
    )


def test_12_invoices_are_read_corrected_and_a_second_upload_is_caught(walk, tmp_path):
    page = walk.party("business", OWNER.mobile, phone=True)
    page.get_by_label("Business name").fill("Silverline Organics")
    page.get_by_label("GSTIN").fill("19HXMCA9208O3ZE")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Silverline Organics", level=1).wait_for()
    _upload(page, tmp_path, TEXT_PDF, "first.pdf")
    _upload(page, tmp_path, PHOTO, "photo.jpg")

    # the page follows the reading by itself
    for total in ("₹ 6,118.00", "₹ 3,84,616.00"):
        page.get_by_text(total).first.wait_for(timeout=READ_SECONDS_MAX * 1000)
    # the text PDF: every printed amount, to the paisa
    invoice = _invoice_of(walk, "first.pdf")
    assert invoice["invoice_number"] == "GST/4199/25-26"
    assert invoice["invoice_date"].isoformat() == "2025-07-17"
    assert (invoice["seller_gstin"], invoice["buyer_gstin"]) == (
        "19HXMCA9208O3ZE",
        "33DXGCA1839F1ZM",
    )
    assert (invoice["taxable_paise"], invoice["igst_paise"], invoice["total_paise"]) == (
        5_184_43,
        933_20,
        6_118_00,
    )
    # the photographed one, read by OCR
    scanned = _invoice_of(walk, "photo.jpg")
    assert scanned["invoice_number"] == "INV-007333"
    assert scanned["total_paise"] == 384_616_00
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    walk.picture(page, "12_business")

    # staff see the page beside the fields, and correct one
    desk = walk.staff("charu")
    desk.goto(f"/kosh/invoices/{invoice['id']}")
    desk.get_by_role("img", name="first.pdf").wait_for()
    buyer = desk.locator("#desk-buyer_name")
    buyer.fill("Annapurna Textiles Private Limited")
    buyer.locator("xpath=ancestor::form").get_by_role("button", name="Save").click()
    desk.get_by_text("Corrected; the old value is kept").wait_for()
    desk.get_by_text(re.compile("Was Annapurna Textiles")).wait_for()
    walk.picture(desk, "12_desk")
    row = walk.row("SELECT * FROM invoice WHERE id = %s", invoice["id"])
    assert row["buyer_name"] == "Annapurna Textiles Private Limited"
    assert walk.rows(
        "SELECT 1 FROM correction WHERE path = 'buyer_name' AND new_value::text LIKE '%%Private%%'"
    )
    desk.goto(f"/kosh/invoices/{scanned['id']}")
    desk.get_by_role("img", name="photo.jpg").wait_for()
    walk.picture(desk, "12_desk_scanned")

    # the same invoice once more
    _upload(page, tmp_path, TEXT_PDF, "again.pdf")
    page.get_by_text(f"This invoice is the same as {invoice['number']}").first.wait_for()
    walk.picture(page, "12_duplicate")


def test_13_an_admin_exports_what_is_filtered(walk):
    page = walk.staff("kavita")
    page.goto("/kosh/loans?stage=review")
    page.get_by_role("heading", name="Applications and loans").wait_for()
    page.get_by_role("button", name="Export").click()
    page.get_by_role("heading", name="Exports").wait_for()
    page.get_by_role("button", name="Download").first.wait_for()
    walk.picture(page, "13_exports")
    with page.expect_download() as arriving:
        page.get_by_role("button", name="Download").first.click()
    file = arriving.value
    rows = list(csv.reader(io.StringIO(file.path().read_text(encoding="utf-8-sig"))))
    expected = walk.row(
        "SELECT count(*) AS n FROM application"
        " WHERE status IN ('applied', 'in_review', 'sent_back')"
    )["n"]
    # four lines say what the file is, one is empty, one names the columns
    assert rows[0] == ["List", "Applications and loans"]
    assert len(rows[6:]) == expected
    run = walk.row("SELECT * FROM export_run ORDER BY id DESC LIMIT 1")
    assert (run["state"], run["filters"], run["row_count"]) == (
        "done",
        {"stage": "review"},
        expected,
    )
    # the link is signed: one changed letter and it opens nothing (its end is a test of the store)
    link = file.url
    assert page.request.get(link).status == 200
    head, token, name = link.rsplit("/", 2)
    changed = f"{head}/{'A' if token[0] != 'A' else 'B'}{token[1:]}/{name}"
    assert page.request.get(changed).status in (403, 404, 410)


def _wears(page, colour):
    page.wait_for_function(
        "value => getComputedStyle(document.documentElement)"
        ".getPropertyValue('--brand').trim() === value",
        arg=colour,
    )


def test_14_settings_take_effect_at_once_and_are_in_the_audit(walk):
    page = walk.staff("kavita")
    page.goto("/kosh/settings/brand")
    page.get_by_label("Colour").fill("#9a3412")
    page.get_by_role("button", name="Save the brand").click()
    _wears(page, "#9a3412")
    walk.picture(page, "14_brand")

    # a lower limit holds from this moment on
    page.goto("/kosh/settings/products")
    page.locator("table.grid a").first.click()
    largest = page.get_by_label("Largest amount")
    largest.wait_for()
    largest.fill("90000")
    page.get_by_role("button", name="Make this version").click()
    page.get_by_text(re.compile(r"Version \d+ is made")).wait_for()
    walk.picture(page, "14_product")
    newest = walk.row("SELECT * FROM product_version ORDER BY id DESC LIMIT 1")
    assert (newest["version"], newest["terms"]["max_amount_paise"]) == (2, 90_000_00)

    page.goto("/kosh/settings/templates?code=receipt&channel=sms")
    text = page.get_by_label("Text")
    text.wait_for()
    text.fill("{brand} thanks {name} for {amount}.")
    page.get_by_role("button", name="Use this text").click()
    page.get_by_text("is used from now on").first.wait_for()
    walk.picture(page, "14_template")
    used = walk.row(
        "SELECT * FROM message_template WHERE code = 'receipt' ORDER BY id DESC LIMIT 1"
    )
    assert used["body"] == "{brand} thanks {name} for {amount}."

    customer = walk.party("my", person(OWNER.number + 1).mobile, phone=True)
    _wears(customer, "#9a3412")

    # somebody new, with a role, logs in and sees what the role may see
    email = f"nisha{OWNER.number}@munim.example"
    page.goto("/kosh/staff")
    page.get_by_role("button", name="Add a person").click()
    page.get_by_label("Name", exact=True).fill("Nisha Bhatt")
    page.get_by_label("E-mail", exact=True).fill(email)
    page.get_by_label("Role").select_option("collection_executive")
    page.get_by_role("button", name="Add the person").click()
    password = page.locator("dialog code").inner_text()
    walk.picture(page, "14_staff")
    page.get_by_role("button", name="Done").click()
    new = walk.page_of("nisha")
    new.goto("/login")
    new.get_by_label("E-mail").fill(email)
    new.get_by_label("Password").fill(password)
    new.get_by_role("button", name="Log in", exact=True).click()
    new.get_by_role("heading", name="Dashboard").wait_for()
    new.get_by_role("link", name="Worklist").first.wait_for()
    assert new.get_by_role("link", name="Staff").count() == 0

    for subject, words in (("staff", "Nisha Bhatt"), ("brand", "→ #9a3412")):
        page.goto(f"/kosh/audit?subject={subject}")
        page.get_by_text(words).first.wait_for()
    walk.picture(page, "14_audit")
