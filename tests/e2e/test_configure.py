"""Decides that steps 13 and 14 of the walk work for a person with a mouse: an admin changes the
brand, its limits, a message and its people, sees it take effect at once, and takes a list home.

Runs against the whole product; each test leaves the brand as it found it, or with one more version.
"""

from __future__ import annotations

import csv
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

EXPORT_MS = 90_000


@pytest.fixture
def admin(page: Page) -> Page:
    """A desk on which the admin of the first brand is logged in."""
    page.goto("/login")
    page.locator(".people button").filter(has_text=re.compile(r"^Admin")).first.click()
    page.get_by_role("heading", name="Dashboard").wait_for()
    return page


def _brand(page: Page) -> str:
    return "/" + page.url.split("/")[3].split("?")[0]


def _save_brand(page: Page) -> None:
    page.get_by_role("button", name="Save the brand").click()
    page.get_by_text("The brand is changed").first.wait_for()


def test_a_brands_colour_changes_at_once_and_is_in_the_audit(admin: Page, picture: Any):
    brand = _brand(admin)
    admin.goto(f"{brand}/settings/brand")
    colour = admin.get_by_label("Colour")
    before = colour.input_value()
    colour.fill("#7c2d12")
    _save_brand(admin)
    admin.wait_for_function(
        "getComputedStyle(document.documentElement).getPropertyValue('--brand').trim()"
        " === '#7c2d12'"
    )
    picture(admin, "brand")
    admin.goto(f"{brand}/audit?subject=brand")
    admin.get_by_text("→ #7c2d12").first.wait_for()
    admin.goto(f"{brand}/settings/brand")
    admin.get_by_label("Colour").fill(before)
    _save_brand(admin)
    admin.wait_for_function(
        "value => getComputedStyle(document.documentElement)"
        ".getPropertyValue('--brand').trim() === value",
        arg=before,
    )


def test_what_was_typed_stays_and_the_summary_takes_the_focus(admin: Page, picture: Any):
    admin.goto(f"{_brand(admin)}/settings/brand")
    colour = admin.get_by_label("Colour")
    colour.fill("red")
    admin.get_by_role("button", name="Save the brand").click()
    admin.get_by_text("There is a problem").wait_for()
    admin.wait_for_function("document.activeElement?.hasAttribute('data-problem')")
    picture(admin, "problem")
    assert colour.input_value() == "red"
    assert admin.get_by_text("Enter a colour like #0F766E").count() == 2


def test_the_second_saver_sees_mine_and_theirs_and_loses_nothing(admin: Page, picture: Any):
    address = f"{_brand(admin)}/settings/brand"
    admin.goto(address)
    phone = admin.get_by_label("Phone")
    before = phone.input_value()
    other = admin.context.new_page()
    other.goto(address)
    mine, theirs = (f"1800 {1000 + secrets.randbelow(9000)} {n}" for n in (1, 2))
    other.get_by_label("Phone").fill(theirs)
    phone.fill(mine)
    _save_brand(other)
    admin.get_by_role("button", name="Save the brand").click()
    admin.get_by_text("Somebody else saved this record first").wait_for()
    picture(admin, "conflict")
    row = admin.locator("dialog tr").filter(has_text="Phone")
    assert row.locator("td").all_inner_texts() == [mine, theirs]
    admin.get_by_role("button", name="Use these values").click()
    assert phone.input_value() == mine
    _save_brand(admin)
    admin.goto(address)
    admin.get_by_label("Phone").fill(before)
    _save_brand(admin)


def test_a_products_limit_changes_as_a_new_version(admin: Page, picture: Any):
    admin.goto(f"{_brand(admin)}/settings/products")
    admin.locator("table.grid a").first.click()
    largest = admin.get_by_label("Largest amount")
    largest.wait_for()
    before = largest.input_value()
    largest.fill("90000")
    admin.get_by_text("ninety thousand rupees").wait_for()
    admin.get_by_role("button", name="Make this version").click()
    admin.get_by_text(re.compile(r"Version \d+ is made")).wait_for()
    admin.get_by_text("₹ 90,000.00").first.wait_for()
    picture(admin, "product")
    largest.fill(before)
    admin.get_by_role("button", name="Make this version").click()
    admin.get_by_text(re.compile(r"Version \d+ is made")).nth(0).wait_for()


def test_a_message_shows_how_it_reads_and_refuses_an_unknown_word(admin: Page, picture: Any):
    admin.goto(f"{_brand(admin)}/settings/templates?code=receipt&channel=sms")
    text = admin.get_by_label("Text")
    text.wait_for()
    before = text.input_value()
    text.fill("Thank you {nam}")
    admin.get_by_text("{nam} is not known here").wait_for()
    text.fill("Thank you {name}, {amount} received. - {brand}")
    admin.get_by_text("Thank you Asha Patil, ₹ 12,340.00 received.").wait_for()
    picture(admin, "template")
    admin.get_by_role("button", name="Use this text").click()
    admin.get_by_text("is used from now on").first.wait_for()
    text.fill(before)
    admin.get_by_role("button", name="Use this text").click()
    admin.get_by_text("is used from now on").nth(0).wait_for()


def test_a_new_person_works_until_disabled(admin: Page, new_context: Any, picture: Any):
    brand = _brand(admin)
    email = f"nisha.{secrets.token_hex(3)}@munim.example"
    admin.goto(f"{brand}/staff")
    admin.get_by_role("button", name="Add a person").click()
    admin.get_by_label("Name", exact=True).fill("Nisha Rao")
    admin.get_by_label("E-mail", exact=True).fill(email)
    admin.get_by_label("Role").select_option("credit_executive")
    admin.get_by_role("button", name="Add the person").click()
    password = admin.locator("dialog code").inner_text()
    picture(admin, "first-password")
    admin.get_by_role("button", name="Done").click()

    person = new_context().new_page()
    person.goto("/login")
    person.get_by_label("E-mail").fill(email)
    person.get_by_label("Password").fill(password)
    person.get_by_role("button", name="Log in").click()
    person.get_by_role("heading", name="Dashboard").wait_for()
    assert person.get_by_role("link", name="Staff").count() == 0

    admin.goto(f"{brand}/staff?q={email}")
    admin.get_by_role("link", name="Nisha Rao").click()
    admin.get_by_role("button", name="Disable").click()
    admin.get_by_label("Why?").fill("left the company")
    admin.locator("dialog[open]").get_by_role("button", name="Disable").click()
    admin.get_by_text("every session has ended").wait_for()
    picture(admin, "disabled")

    person.get_by_role("link", name="Dashboard").click()
    person.reload()
    person.wait_for_url("**/login")
    admin.goto(f"{brand}/audit?subject=staff")
    admin.get_by_text("disabled Nisha Rao").first.wait_for()


def test_an_admin_takes_home_exactly_what_is_filtered(admin: Page, picture: Any):
    brand = _brand(admin)
    admin.goto(f"{brand}/loans?stage=running")
    rows = admin.locator("[data-list] tbody tr")
    rows.first.wait_for()
    shown = [row.split("\t")[0] for row in rows.all_inner_texts()]
    admin.get_by_role("button", name="Export").click()
    admin.wait_for_url("**/exports**")
    download = admin.get_by_role("button", name="Download").first
    download.wait_for(timeout=EXPORT_MS)
    picture(admin, "exports")
    with admin.expect_download() as taken:
        download.click()
    text = Path(taken.value.path()).read_text(encoding="utf-8-sig")
    lines = list(csv.reader(text.splitlines()))
    assert lines[0] == ["List", "Applications and loans"]
    assert lines[1] == ["Filters", "stage: running"]
    assert [line[0] for line in lines[6:]] == [name.strip() for name in shown]


def test_keys_move_through_a_list_and_say_what_they_do(admin: Page, picture: Any):
    admin.goto(f"{_brand(admin)}/staff")
    admin.locator("[data-list] tbody tr").first.wait_for()
    admin.keyboard.press("j")
    admin.keyboard.press("j")
    assert admin.evaluate("document.activeElement.sectionRowIndex") == 1
    admin.keyboard.press("k")
    assert admin.evaluate("document.activeElement.sectionRowIndex") == 0
    admin.keyboard.press("?")
    admin.get_by_text("Keys on this page").wait_for()
    picture(admin, "keys")
    admin.keyboard.press("Escape")
    admin.keyboard.press("/")
    assert admin.evaluate("document.activeElement.id") == "f-q"


def test_a_filter_stands_in_the_address_and_can_be_kept(admin: Page, picture: Any):
    admin.goto(f"{_brand(admin)}/staff")
    admin.get_by_label("State").select_option("disabled")
    admin.wait_for_url("**/staff?state=disabled")
    name = f"Gone {secrets.token_hex(2)}"
    admin.get_by_role("button", name="Save this view").click()
    admin.get_by_label("Name of the view").fill(name)
    admin.locator("dialog[open]").get_by_role("button", name="Save this view").click()
    admin.get_by_role("link", name=name).wait_for()
    picture(admin, "view")
    admin.goto(f"{_brand(admin)}/staff")
    admin.get_by_role("link", name=name).click()
    admin.wait_for_url("**/staff?state=disabled")
    admin.get_by_role("button", name=f"Remove the view {name}").click()
    admin.get_by_text("View removed").wait_for()


def test_an_address_of_another_brand_asks_before_switching(admin: Page):
    own = _brand(admin)
    admin.goto("/udaan/staff" if own != "/udaan" else "/kosh/staff")
    admin.wait_for_url("**/auth/other-brand**")
    admin.get_by_role("link", name="Back to my work").click()
    admin.get_by_role("heading", name="Dashboard").wait_for()
