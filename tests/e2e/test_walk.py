"""Decides that one salaried loan can be walked from the first OTP to the no-dues letter.
Each step is done by the person whose work it is, in a browser, with real workers behind it."""

from __future__ import annotations

import datetime as dt
import os
import re

import pytest

from core.kernel.business_day import ist_date
from core.kernel.money import format_inr
from integrations.sandbox.person import person
from tests.e2e.walk import Walk, statement_of

# a walk repeated against the same installation needs somebody new
BORROWER = person(int(os.environ.get("MUNIM_E2E_PERSON", "648")))
CASE = "SELECT * FROM application WHERE customer_id = %s ORDER BY id DESC LIMIT 1"


@pytest.fixture(scope="module")
def walk(munim, browser):
    made = Walk(munim, browser, "walk")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _in_order(request, walk):
    """A step that has nothing to stand on says so, instead of failing for another's reason."""
    step = int(re.search(r"test_(\d+)", request.node.name).group(1))
    if step > 1 and step - 1 not in walk._passed and not walk.munim.environment.get("WALK_FROM"):
        pytest.skip(f"step {step - 1} of the walk did not pass")
    yield
    if not request.session.testsfailed:
        walk._passed.add(step)


def _customer(walk):
    return walk.row("SELECT * FROM customer WHERE pan_last4 = %s", BORROWER.pan[-4:])


def _case(walk):
    return walk.row(CASE, _customer(walk)["id"])


def test_01_a_customer_registers_and_applies_from_a_phone(walk, tmp_path):
    phone = walk.party("my", BORROWER.mobile, phone=True)
    phone.get_by_role("link", name="Begin").click()

    # agree
    phone.get_by_role("heading", name="What you agree to").wait_for()
    for box in phone.get_by_role("checkbox").all():
        box.check()
    walk.picture(phone, "01_consent")
    phone.get_by_role("button", name="Agree and go on").click()

    # who, work, home, bank
    phone.get_by_role("heading", name="About you").wait_for()
    phone.get_by_label("Name").fill(BORROWER.name)
    phone.get_by_label("PAN").fill("ABC")
    phone.get_by_label("Date of birth").fill(BORROWER.date_of_birth.isoformat())
    phone.get_by_label("E-mail").fill(BORROWER.email)
    phone.get_by_role("button", name="Save and go on").click()
    phone.get_by_text("There is a problem").wait_for()
    walk.picture(phone, "01_identity_refused")
    phone.get_by_label("PAN").fill(BORROWER.pan)
    phone.get_by_role("button", name="Save and go on").click()
    phone.get_by_role("heading", name="Your work").wait_for()
    phone.get_by_label("Employer").fill(BORROWER.employer)
    phone.get_by_label("Salary a month").fill(str(BORROWER.salary_paise // 100))
    phone.get_by_label("Day of the month").fill("2")
    phone.get_by_role("button", name="Save and go on").click()
    phone.get_by_role("heading", name="Where you live").wait_for()
    phone.get_by_label("House, street, area").fill("12 Demo Nagar, Karve Road")
    phone.get_by_label("City or town").fill("Pune")
    phone.get_by_label("PIN code").fill("411004")
    phone.get_by_role("button", name="Save and go on").click()
    phone.get_by_role("heading", name="Your bank account").wait_for()
    phone.get_by_label("Account number", exact=True).fill(BORROWER.account_number)
    phone.get_by_label("Account number again").fill(BORROWER.account_number)
    phone.get_by_label("IFSC").fill(BORROWER.ifsc)
    phone.get_by_role("button", name="Save", exact=True).click()

    # the wish, first above the brand's limit
    phone.get_by_role("heading", name="Apply for a loan").wait_for()
    phone.get_by_label("Salary advance").check()
    phone.get_by_label("How much do you need?").fill("150000")
    phone.get_by_label("For how long?").fill("30")
    phone.get_by_text("₹ 1,00,000").last.wait_for()
    phone.get_by_label("What is it for?").select_option(index=1)
    phone.get_by_role("button", name="Send the application").click()
    phone.get_by_text("There is a problem").wait_for()
    walk.picture(phone, "01_refused_outside_the_limits")
    phone.get_by_label("How much do you need?").fill("40000")
    phone.get_by_text("forty thousand rupees", exact=False).wait_for()
    phone.get_by_text("Yearly cost (APR)").wait_for()
    walk.picture(phone, "01_wish")
    phone.get_by_role("button", name="Send the application").click()

    # the application's page asks for the statement
    phone.get_by_role("heading", name=re.compile("Application AP-")).wait_for()
    case = _case(walk)
    assert case["status"] == "applied"
    assert case["requested_amount_paise"] == 40_000_00
    assert case["tenor_days"] == 30
    assert walk.audited("application.applied", case["id"])
    statement = tmp_path / "statement.pdf"
    statement.write_bytes(statement_of(BORROWER, ist_date(dt.datetime.now(dt.UTC))))
    phone.locator("input[type=file]").set_input_files(statement)
    phone.get_by_text("statement.pdf").first.wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    walk.picture(phone, "01_application")
