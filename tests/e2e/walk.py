"""Decides how the walk's people act: each in a browser of their own, with the sandbox answering.
What a screen cannot show is read from the database, under the brand, as the owner role."""

from __future__ import annotations

import json
import re
import time
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg.rows import dict_row

from integrations.sandbox.person import Person
from ops import postgres
from ops.demo_brand import PASSWORD, address_of
from ops.demo_paper import StatementFacts, statement_pdf
from ops.installation import DATABASE, secrets_of
from tests.e2e.conftest import DESK, PHONE, SCREENSHOTS, WAIT_MS, Munim

if TYPE_CHECKING:
    from datetime import date

    from playwright.sync_api import Browser, BrowserContext, Page

WAIT_SECONDS_MAX = 40.0
POLL_SECONDS = 0.25
NO_PROXY = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def eventually(ask: Callable[[], Any], what: str, seconds_max: float = WAIT_SECONDS_MAX) -> Any:
    """The first truthy answer; fails with `what` was waited for."""
    deadline = time.monotonic() + seconds_max
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"after {seconds_max:.0f} s there is still no {what}")
        time.sleep(POLL_SECONDS)


@dataclass
class Sandbox:
    """The providers, as a program sees them."""

    address: str

    def records(self, kind: str, search: str = "") -> list[dict[str, Any]]:
        """What came in, newest first."""
        asked = urllib.parse.urlencode({"kind": kind, "search": search})
        with NO_PROXY.open(f"{self.address}/records?{asked}", timeout=10) as answer:
            return list(json.load(answer))

    def act(self, record_id: str, action: str) -> str:
        """Answer as the provider or the customer would; the new state."""
        body = urllib.parse.urlencode({"action": action}).encode()
        with NO_PROXY.open(f"{self.address}/act/{record_id}", body, timeout=10) as answer:
            return str(json.load(answer)["state"])

    def message(self, mobile: str, words: str) -> dict[str, Any]:
        """The newest message to a mobile that says certain words."""

        def find() -> dict[str, Any] | None:
            return next(
                (
                    one
                    for one in self.records("message", mobile)
                    if re.search(words, one["title"] + str(one["data"].get("text", "")))
                ),
                None,
            )

        return eventually(find, f"message to {mobile} with {words!r}")

    def one_time_code(self, mobile: str, seen: set[str]) -> str:
        """The six digits of a message that was not seen before."""

        def find() -> str | None:
            for one in self.records("message", mobile):
                code = re.search(r"\b\d{6}\b", one["title"])
                if code and one["id"] not in seen:
                    seen.add(one["id"])
                    return code.group()
            return None

        return eventually(find, f"one-time code for {mobile}")


@dataclass
class Walk:
    """One walk through the product: its people, and what is asserted beside the screens."""

    munim: Munim
    browser: Browser
    name: str
    brand: str = "kosh"
    brand_id: int = 1
    _contexts: dict[str, BrowserContext] = field(default_factory=dict)
    passed: set[int] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    @property
    def sandbox(self) -> Sandbox:
        """The providers of this installation."""
        return Sandbox(self.munim.sandbox)

    def page_of(self, who: str, *, phone: bool = False) -> Page:
        """The page that a person has open; opened when it is the first time."""
        if who not in self._contexts:
            context = self.browser.new_context(
                base_url=self.munim.address,
                viewport=PHONE if phone else DESK,
                has_touch=phone,
                locale="en-IN",
                timezone_id="Asia/Kolkata",
            )
            context.set_default_timeout(WAIT_MS)
            self._contexts[who] = context
            context.new_page()
        return self._contexts[who].pages[0]

    def staff(self, mailbox: str) -> Page:
        """A demo person's page, logged in with e-mail and password."""
        known = mailbox in self._contexts
        page = self.page_of(mailbox)
        if not known:
            page.goto("/login")
            page.get_by_label("E-mail").fill(address_of(mailbox))
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Log in", exact=True).click()
            page.get_by_role("navigation", name="Main").wait_for()
            if f"/{self.brand}" not in page.url:
                page.goto(f"/auth/other-brand?brand={self.brand}")
                page.get_by_role("button", name=re.compile("Switch to")).click()
                page.get_by_role("navigation", name="Main").wait_for()
        return page

    def party(self, place: str, mobile: str, *, phone: bool) -> Page:
        """A customer's or business's page, logged in with a code that the sandbox received."""
        known = mobile in self._contexts
        page = self.page_of(mobile, phone=phone)
        if not known:
            page.goto(f"/{place}/{self.brand}/login")
            page.get_by_label("Mobile number").fill(mobile)
            self.codes.update(one["id"] for one in self.sandbox.records("message", mobile))
            page.get_by_role("button", name="Send the code").click()
            page.get_by_label("Code").fill(self.sandbox.one_time_code(mobile, self.codes))
            page.get_by_role("button", name="Continue").click()
            page.wait_for_url(re.compile(f"/{place}/{self.brand}/?$"))
        return page

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """What the brand's tables hold."""
        secrets = secrets_of(self.munim.home)
        port = json.loads((self.munim.home / "ports.json").read_text())["postgres"]
        server = postgres.Postgres(self.munim.home / "postgres", port, secrets["POSTGRES_PASSWORD"])
        url = server.url(
            postgres.OWNER, secrets[f"{postgres.OWNER.upper()}_PASSWORD"], DATABASE
        ).replace("postgresql+psycopg://", "postgresql://", 1)
        with psycopg.connect(url, row_factory=dict_row) as connection:
            connection.execute("SELECT set_config('app.brand_id', %s, true)", [str(self.brand_id)])
            return connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> dict[str, Any]:
        """The one row of a question; fails when there is none."""
        found = self.rows(sql, *values)
        assert len(found) == 1, f"{len(found)} rows for {sql}"
        return found[0]

    def until(
        self, sql: str, *values: Any, seconds_max: float = WAIT_SECONDS_MAX
    ) -> dict[str, Any]:
        """The first row of a question, as soon as there is one."""
        return eventually(
            lambda: next(iter(self.rows(sql, *values)), None), f"row for {sql}", seconds_max
        )

    def audited(self, action: str, *values: Any) -> bool:
        """Whether the audit has an action, on a subject id when one is given."""
        more = " AND subject_id = %s" if values else ""
        return bool(
            self.rows(f"SELECT 1 FROM audit_event WHERE action = %s{more}", action, *values)
        )

    def picture(self, page: Page, what: str, *, dark: bool = False) -> Path:
        """A screenshot into `.screenshots/<walk>/`, in light or dark."""
        width = (page.viewport_size or DESK)["width"]
        path = SCREENSHOTS / self.name / f"{what}_{width}{'_dark' if dark else ''}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=path, full_page=True, animations="disabled")
        return path

    def pictures_of_failure(self, step: str) -> None:
        """What everybody sees at this moment."""
        for who, context in self._contexts.items():
            self.picture(context.pages[-1], f"failed_{step}_{who}")

    def close(self) -> None:
        """End everybody's browser."""
        for context in self._contexts.values():
            context.close()


def statement_of(person: Person, until: date) -> bytes:
    """A text PDF of four months of a person's account, salary on the second of the month."""
    return statement_pdf(
        StatementFacts(
            holder=person.name,
            account=person.account_number,
            ifsc=person.ifsc,
            employer=person.employer,
            salary_paise=person.salary_paise,
            salary_day=2,
            instalment_paise=450_000,
            bounces=0,
            until=until,
            seed=person.number,
        )
    )
