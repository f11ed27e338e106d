"""Decides that one salaried loan can be walked from the first OTP to the no-dues letter.
Each step is done by the person whose work it is, in a browser, with real workers behind it."""

from __future__ import annotations

import datetime as dt
import os
import re

import pytest

from core.kernel.business_day import format_date, ist_date
from core.kernel.money import format_inr
from integrations.sandbox.person import person
from tests.e2e.walk import Walk, eventually, statement_of

# a walk repeated against the same installation needs somebody new
BORROWER = person(int(os.environ.get("MUNIM_E2E_PERSON", "648")))
TODAY = ist_date(dt.datetime.now(dt.UTC))
UTR = f"HDFCN5202611{BORROWER.number:07d}"
LOAN_EXECUTIVES = ("lata", "suresh")
CASE = "SELECT * FROM application WHERE customer_id = %s ORDER BY id DESC LIMIT 1"


@pytest.fixture(scope="module")
def walk(empty_munim, browser):
    made = Walk(empty_munim, browser, "walk")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _in_order(request, walk):
    """A step that has nothing to stand on says so, instead of failing for another's reason."""
    step = int(re.search(r"test_(\d+)", request.node.name).group(1))
    if step > 1 and step - 1 not in walk.passed and not walk.munim.environment.get("WALK_FROM"):
        pytest.skip(f"step {step - 1} of the walk did not pass")
    failed_before = request.session.testsfailed
    yield
    if request.session.testsfailed == failed_before:
        walk.passed.add(step)
    else:
        walk.pictures_of_failure(f"{step:02d}")


def _customer(walk):
    return walk.row("SELECT * FROM customer WHERE pan_last4 = %s", BORROWER.pan[-4:])


def _case(walk):
    return walk.row(CASE, _customer(walk)["id"])


def test_01_a_customer_registers_and_applies_from_a_phone(walk, tmp_path):
    for who in LOAN_EXECUTIVES:
        desk = walk.staff(who)
        desk.goto("/kosh/queue")
        desk.get_by_role("heading", name="My desk").wait_for()
        desk.evaluate("window.neverReloaded = true")

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
    phone.get_by_label("How much do you need?").fill("20000")
    phone.get_by_text("twenty thousand rupees", exact=False).wait_for()
    phone.get_by_text("Yearly cost (APR)").wait_for()
    walk.picture(phone, "01_wish")
    phone.get_by_role("button", name="Send the application").click()

    # the application's page asks for the statement
    phone.get_by_role("heading", name=re.compile("Application AP-")).wait_for()
    case = _case(walk)
    assert case["status"] == "applied"
    assert case["requested_amount_paise"] == 20_000_00
    assert case["tenor_days"] == 30
    assert walk.audited("application.applied", case["id"])
    statement = tmp_path / "statement.pdf"
    statement.write_bytes(statement_of(BORROWER, TODAY))
    phone.locator("input[type=file]").set_input_files(statement)
    phone.get_by_text("Received. We are reading it.").wait_for()
    phone.get_by_role("link", name="Bank statement").wait_for()
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    walk.picture(phone, "01_application")


def _holder(walk, case, duty):
    """The mailbox of the person a case is with."""
    staff = walk.row("SELECT email FROM staff WHERE id = %s", case[f"{duty}_id"])
    return staff["email"].split("@")[0]


def _open_case(walk, who, tab="overview"):
    page = walk.staff(who)
    page.goto(f"/{walk.brand}/loans/{_case(walk)['id']}?tab={tab}")
    page.get_by_role("heading", name=BORROWER.name, level=1).wait_for()
    return page


def test_02_it_appears_on_the_desk_of_a_loan_executive(walk):
    case = walk.until(
        "SELECT * FROM application WHERE id = %s AND loan_executive_id IS NOT NULL",
        _case(walk)["id"],
    )
    desk = walk.staff(_holder(walk, case, "loan_executive"))
    desk.get_by_role("row", name=re.compile(case["number"])).wait_for()
    assert desk.evaluate("window.neverReloaded") is True
    bell = desk.get_by_label("Notifications", exact=True)
    bell.click()
    desk.get_by_role("link", name=re.compile(f"{case['number']} is yours now")).wait_for()
    walk.picture(desk, "02_desk")
    bell.click()
    assert walk.rows("SELECT 1 FROM assignment WHERE application_id = %s", case["id"])


def test_03_the_statement_is_read_and_proven(walk):
    case = _case(walk)
    document = walk.until(
        "SELECT * FROM document WHERE application_id = %s AND reading_state = 'read'", case["id"]
    )
    page = _open_case(walk, _holder(walk, case, "loan_executive"), "statement")
    page.get_by_text("Every balance follows from the one before, line by line.").wait_for()
    salaries = page.locator("section", has=page.get_by_role("heading", name="Salary credits"))
    assert salaries.get_by_text(format_inr(BORROWER.salary_paise)).count() >= 3
    rows = page.locator("section", has=page.get_by_role("heading", name="Rows"))
    assert rows.get_by_text(re.compile("SALARY")).count() >= 3
    walk.picture(page, "03_statement")
    analysis = walk.row("SELECT * FROM statement_analysis WHERE document_id = %s", document["id"])
    assert analysis["proven"] is True
    assert analysis["average_salary_paise"] == BORROWER.salary_paise
    run = walk.rows(
        "SELECT * FROM job_run WHERE subject_type = 'document' AND subject_id = %s", document["id"]
    )
    assert [(one["state"], one["done"] == one["total"]) for one in run] == [("done", True)]


def test_04_the_loan_executive_checks_the_person_and_sends_the_case_to_credit(walk):
    case = _case(walk)
    page = _open_case(walk, _holder(walk, case, "loan_executive"), "kyc")
    for kind in ("PAN", "Bank account (penny drop)"):
        card = page.locator("section.card", has=page.get_by_role("heading", name=kind, exact=True))
        card.get_by_role("button", name="Ask the provider").click()
        card.get_by_text("Name on record").wait_for()
        card.get_by_text("100 of 100").wait_for()
    page.get_by_text("Identity and bank account are confirmed.").wait_for()
    walk.picture(page, "04_kyc")
    checks = walk.rows("SELECT * FROM kyc_check WHERE application_id = %s", case["id"])
    assert {(one["kind"], one["status"], one["recorded_name"]) for one in checks} == {
        ("pan", "passed", BORROWER.name.upper()),
        ("bank_account", "passed", BORROWER.name.upper()),
    }

    page.get_by_role("link", name="Documents", exact=True).last.click()
    page.get_by_role("button", name="Look").click()
    page.get_by_role("img", name="statement.pdf").wait_for()
    walk.picture(page, "04_document")
    page.get_by_role("button", name="Verify").click()
    page.get_by_role("cell", name=re.compile("Verified")).wait_for()
    page.get_by_role("button", name="Begin the review").click()
    page.get_by_role("button", name="Send to credit").click()
    page.get_by_text("The case is with credit now").wait_for()
    assert _case(walk)["status"] == "in_credit"
    assert walk.audited("application.sent_to_credit", case["id"])


def test_05_credit_judges_with_the_rules_and_recommends(walk):
    case = walk.until(
        "SELECT * FROM application WHERE id = %s AND credit_executive_id IS NOT NULL",
        _case(walk)["id"],
    )
    page = _open_case(walk, _holder(walk, case, "credit_executive"), "bureau")
    _confirm(page, "Pull the credit report", "Pull the report")
    page.get_by_text(str(BORROWER.score)).first.wait_for()
    walk.picture(page, "05_bureau")
    page.get_by_role("link", name="Appraisal", exact=True).click()
    page.get_by_role("heading", name="Salary", exact=True).wait_for()
    salary = re.compile(r"^" + format_inr(BORROWER.salary_paise, symbol=False)[:-3] + r"$")
    boxes = page.locator("input[name^=salary_]")
    assert [bool(salary.match(box.input_value())) for box in boxes.all()] == [True] * 3
    open_date = walk.row("SELECT business_date FROM brand WHERE id = 1")["business_date"]
    repaid_on = open_date + dt.timedelta(days=10)
    page.get_by_label("Repayment date").fill(repaid_on.isoformat())
    page.get_by_label("Why do you recommend this loan?").fill(
        "Salary comes regularly from a known employer, one small instalment, no bounces."
    )
    page.get_by_role("button", name="Save and run the rules").click()
    page.get_by_text("The appraisal is saved and the rules were run").wait_for()
    page.get_by_text("Everything a recommendation needs is here.").wait_for()
    walk.picture(page, "05_appraisal")
    page.get_by_role("link", name="Decision", exact=True).click()
    page.locator(".rule").first.wait_for()
    assert page.locator(".rule").count() == 14
    walk.picture(page, "05_rules")
    page.get_by_role("link", name="Appraisal", exact=True).click()
    page.get_by_role("button", name="Recommend", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Recommend", exact=True).click()
    page.get_by_text("Recommended; the case waits for sanction").wait_for()
    case = _case(walk)
    assert (case["status"], case["recommended_amount_paise"]) == ("recommended", 20_000_00)


def _confirm(page, button, again=None):
    """Press a button that asks first, then its answer in the dialog."""
    page.get_by_role("button", name=button).first.click()
    page.get_by_role("dialog").get_by_role("button", name=again or button).last.click()


def test_06_the_manager_sanctions_within_the_limit_and_nobody_above_it(walk):
    case = _case(walk)
    credit = _holder(walk, case, "credit_executive")
    # whoever recommended has no way to decide
    page = _open_case(walk, credit, "decision")
    page.get_by_role("heading", name="Sanction note").wait_for()
    assert page.get_by_role("heading", name="Your decision").count() == 0

    page = _open_case(walk, "sunita", "decision")
    page.get_by_role("heading", name="Your decision").wait_for()
    # above her limit of ₹ 50,000 it is not hers to decide
    page.get_by_label("Amount", exact=True).fill("60000")
    page.get_by_label("Note", exact=True).fill("A steady salary carries it.")
    page.get_by_role("button", name="Sanction", exact=True).click()
    page.get_by_text(re.compile("₹ 60,000.00 is above your limit of ₹ 50,000.00")).last.wait_for()
    walk.picture(page, "06_above_the_limit")
    assert _case(walk)["status"] == "recommended"
    page.get_by_label("Amount", exact=True).fill("20000")
    page.get_by_role("button", name="Sanction", exact=True).click()
    page.get_by_text("What the authority said").wait_for()
    walk.picture(page, "06_sanctioned")
    case = _case(walk)
    assert (case["status"], case["sanctioned_amount_paise"]) == ("sanctioned", 20_000_00)


def test_07_the_customer_signs_and_the_webhook_moves_the_case(walk):
    case = _case(walk)
    walk.until("SELECT * FROM agreement WHERE application_id = %s AND status = 'made'", case["id"])
    page = _open_case(walk, "sunita", "agreement")
    page.get_by_role("link", name="Key facts statement").wait_for()
    walk.picture(page, "07_papers")
    _confirm(page, "Send for signature")
    papers = walk.until(
        "SELECT * FROM agreement WHERE application_id = %s AND status = 'sent'", case["id"]
    )

    phone = walk.party("my", BORROWER.mobile, phone=True)
    phone.goto("/my/kosh/application")
    phone.get_by_role("button", name="Sign the agreement").wait_for()
    walk.picture(phone, "07_read_and_sign")
    phone.get_by_role("button", name="Sign the agreement").click()
    phone.get_by_role("checkbox").check()
    phone.get_by_role("button", name=re.compile("OTP")).click()
    code = walk.sandbox.one_time_code(BORROWER.mobile, walk.codes)
    phone.locator("input[name=otp]").fill(code)
    phone.get_by_role("button", name="Sign", exact=True).click()
    walk.until("SELECT 1 FROM application WHERE id = %s AND status = 'signed'", case["id"])
    signed = walk.until(
        "SELECT * FROM agreement WHERE id = %s AND signed_document_id IS NOT NULL", papers["id"]
    )
    assert signed["status"] == "signed"
    phone.goto("/my/kosh/application")
    phone.get_by_text("You signed on").wait_for()
    walk.picture(phone, "07_signed")


def test_08_one_person_requests_another_releases_and_the_loan_is_born(walk):
    case = _case(walk)
    page = _open_case(walk, "omkar", "disbursal")
    page.get_by_text("Nothing stands in the way.").wait_for()
    _confirm(page, "Request the disbursal", "Request")
    page.get_by_role("heading", name="Release", exact=True).wait_for()
    # the person who asked cannot release
    page.get_by_text(re.compile("another person|somebody else|own", re.IGNORECASE)).first.wait_for()
    assert page.get_by_role("button", name="Refuse").count() == 0
    walk.picture(page, "08_requested")
    assert _case(walk)["status"] == "disbursal_requested"

    page = _open_case(walk, "olivia", "disbursal")
    page.get_by_role("heading", name="Release", exact=True).wait_for()
    walk.picture(page, "08_release")
    page.get_by_role("button", name="Refuse").locator("xpath=preceding::button[1]").click()
    page.get_by_role("dialog").locator("button.primary").click()
    loan = walk.until("SELECT * FROM loan WHERE application_id = %s", case["id"])
    assert (loan["principal_paise"], loan["status"]) == (20_000_00, "active")
    payouts = walk.sandbox.records("payout", BORROWER.name)
    assert [(one["state"], one["amount_paise"]) for one in payouts] == [("processed", 1_952_800)]
    page.get_by_text("Paid. The loan runs.").wait_for()

    page.get_by_role("link", name="Ledger", exact=True).click()
    page.get_by_text("Both sides are equal").wait_for()
    walk.picture(page, "08_ledger")
    sums = walk.rows("SELECT entry_id, sum(amount_paise) AS paise FROM posting GROUP BY entry_id")
    assert {one["paise"] for one in sums} == {0}
    page.get_by_role("link", name="Schedule", exact=True).click()
    page.get_by_role("heading", name="Where the loan stands").wait_for()
    walk.picture(page, "08_schedule")


def _loan(walk):
    return walk.row("SELECT * FROM loan WHERE application_id = %s", _case(walk)["id"])


def test_09_the_customer_pays_by_link_and_staff_record_a_transfer(walk):
    loan = _loan(walk)
    phone = walk.party("my", BORROWER.mobile, phone=True)
    phone.goto("/my/kosh/loan")
    phone.get_by_role("heading", name="Schedule").wait_for()
    walk.picture(phone, "09_loan")
    phone.get_by_text("Pay another amount").click()
    phone.get_by_label("Amount", exact=True).fill("5000")
    phone.get_by_role("button", name="Continue").click()
    link = phone.get_by_role("link", name="Pay ₹ 5,000.00")
    link.wait_for()
    with phone.context.expect_page() as opened:
        link.click()
    gateway = opened.value
    gateway.get_by_role("button", name="Pay by UPI").click()
    gateway.get_by_text("Paid. Thank you.").wait_for()
    gateway.close()
    paid = walk.until("SELECT * FROM receipt WHERE loan_id = %s AND state = 'posted'", loan["id"])
    assert (paid["amount_paise"], paid["mode"]) == (5_000_00, "link")
    # the page that was open changes by itself
    phone.get_by_role("cell", name=paid["number"]).wait_for()
    walk.picture(phone, "09_paid")
    assert paid["number"] in walk.sandbox.message(BORROWER.mobile, paid["number"])["title"]

    # money that came by transfer counts when a second person has agreed
    page = _open_case(walk, "omkar", "payments")
    page.get_by_role("heading", name="Record a payment").wait_for()
    page.get_by_label("Amount", exact=True).fill("3000")
    page.get_by_label("Mode").select_option("neft")
    page.get_by_label("UTR").fill(UTR)
    page.get_by_role("button", name="Record for approval").click()
    page.get_by_text("Recorded; another person must approve it").wait_for()
    walk.picture(page, "09_recorded")
    page = walk.staff("olivia")
    page.goto("/kosh/ops/payment-approval")
    page.get_by_role("row", name=re.compile("3,000.00")).click()
    page.get_by_text(UTR).first.wait_for()
    walk.picture(page, "09_approval")
    _confirm(page, re.compile("Approve ₹"))
    walk.until(
        "SELECT 1 FROM receipt WHERE loan_id = %s AND state = 'posted' AND mode = 'neft'",
        loan["id"],
    )
    page = _open_case(walk, "olivia", "schedule")
    page.get_by_text("₹ 8,000.00").first.wait_for()
    sums = walk.rows("SELECT entry_id, sum(amount_paise) AS paise FROM posting GROUP BY entry_id")
    assert {one["paise"] for one in sums} == {0}


def test_10_end_of_day_finds_it_overdue(walk):
    loan = _loan(walk)
    until = loan["matures_on"] + dt.timedelta(days=3)
    page = walk.staff("omkar")
    page.goto("/kosh/ops/end-of-day")
    page.get_by_label("Close up to and including").fill(until.isoformat())
    page.get_by_role("button", name="Close", exact=True).click()
    page.get_by_text("Closing has begun").wait_for()
    eventually(
        lambda: walk.rows("SELECT 1 FROM brand WHERE id = 1 AND business_date > %s", until),
        f"business date after {until}",
        90,
    )
    page.goto("/kosh/ops/end-of-day")
    page.get_by_role("cell", name=format_date(until)).first.wait_for()
    walk.picture(page, "10_end_of_day")
    balance = walk.row("SELECT * FROM loan_balance WHERE loan_id = %s", loan["id"])
    # four days after it was due, because the next date is open now
    assert (balance["days_past_due"], balance["overdue_paise"] > 0) == (4, True)


def test_10_a_collector_records_a_promise_and_the_planned_reminder_goes_out(walk):
    loan = _loan(walk)
    until = loan["matures_on"] + dt.timedelta(days=4)
    manager = walk.staff("mohan")
    manager.goto("/kosh/collection")
    manager.get_by_role("row", name=re.compile(loan["number"])).wait_for()
    walk.picture(manager, "10_worklist")
    given = walk.until("SELECT * FROM collection_assignment WHERE loan_id = %s", loan["id"])
    email = walk.row("SELECT email FROM staff WHERE id = %s", given["staff_id"])["email"]
    page = walk.staff(email.split("@")[0])
    page.goto("/kosh/collection")
    page.get_by_role("row", name=re.compile(loan["number"])).click()
    page.get_by_role("heading", name="Before you call").wait_for()
    page.get_by_label("Amount promised").fill("12000")
    page.get_by_label("By", exact=True).fill((until + dt.timedelta(days=3)).isoformat())
    page.get_by_label("Remark").fill("Salary is late; pays the rest within three days.")
    page.get_by_role("button", name="Record", exact=True).click()
    page.get_by_role("cell", name="Salary is late; pays the rest within three days.").wait_for()
    page.get_by_role("button", name="Plan the reminder").click()
    walk.until("SELECT 1 FROM reminder WHERE loan_id = %s", loan["id"])
    page.locator(
        "section", has=page.get_by_role("heading", name="Reminders", exact=True)
    ).get_by_text("Pending").wait_for()
    promise = walk.row("SELECT * FROM promise_to_pay WHERE loan_id = %s", loan["id"])
    assert promise["amount_paise"] == 12_000_00
    reminder = eventually(
        lambda: walk.rows(
            "SELECT * FROM reminder WHERE loan_id = %s AND status = 'sent'", loan["id"]
        ),
        "sent reminder",
        150,
    )[0]
    page.locator(
        "section", has=page.get_by_role("heading", name="Reminders", exact=True)
    ).get_by_text("Sent").wait_for()
    walk.picture(page, "10_collector")
    states = walk.rows(
        "SELECT from_status, to_status FROM transition WHERE subject_type = 'reminder'"
        " AND subject_id = %s ORDER BY id",
        reminder["id"],
    )
    assert [one["to_status"] for one in states] == ["sent"]


def test_11_the_last_payment_closes_the_loan_with_a_letter(walk):
    loan = _loan(walk)
    phone = walk.party("my", BORROWER.mobile, phone=True)
    phone.goto("/my/kosh/loan")
    phone.get_by_role("button", name=re.compile("Pay everything|Pay what is due")).first.click()
    link = phone.get_by_role("link", name=re.compile("Pay ₹"))
    link.wait_for()
    with phone.context.expect_page() as opened:
        link.click()
    gateway = opened.value
    gateway.get_by_role("button", name="Pay by UPI").click()
    gateway.get_by_text("Paid. Thank you.").wait_for()
    gateway.close()
    walk.until("SELECT 1 FROM loan WHERE id = %s AND status = 'closed'", loan["id"])
    phone.get_by_text("This loan has ended. Nothing is left to pay.").wait_for()
    walk.picture(phone, "11_ended")
    letter = walk.until(
        "SELECT * FROM document WHERE application_id = %s AND kind = 'no_dues'",
        loan["application_id"],
    )
    assert letter["media_type"] == "application/pdf"
    walk.sandbox.message(BORROWER.mobile, "fully paid")
    phone.goto("/my/kosh/documents")
    phone.get_by_role("link", name=re.compile("[Nn]o.dues")).first.wait_for()
    walk.picture(phone, "11_documents")
    page = _open_case(walk, "omkar")
    page.get_by_role("heading", name="What has happened").wait_for()
    walk.picture(page, "11_timeline")
