"""Decides how the people who work on cases are kept available: who takes work, how much, when not.
Allotment reads the same rows, so what is seen here is what decides the next turn."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query, watch
from backoffice.security.access import require_actor
from backoffice.shell import t
from core.access.permission import Permission
from core.application.allocation import Candidate
from core.application.assignment_service import (
    CREDIT_EXECUTIVE,
    LOAN_EXECUTIVE,
    SetAvailability,
    my_desk,
    people_for,
    set_availability,
)
from core.customer.profile import parse_day
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date
from core.kernel.errors import Invalid


def availability_from(form: dict[str, Any], staff_id: int) -> SetAvailability:
    """The form of a desk as a command; raises `Invalid` for a date or number that is none."""
    wrong: dict[str, str] = {}
    days: dict[str, Any] = {}
    for name in ("leave_from", "leave_to"):
        text = str(form.get(name, "")).strip()
        days[name] = parse_day(text) if text else None
        if text and days[name] is None:
            wrong[name] = t("Enter a date like 20/11/2026")
    limit = str(form.get("open_limit", "")).strip()
    if not limit.isdigit():
        wrong["open_limit"] = t("Enter a whole number")
    if wrong:
        raise Invalid(wrong)
    return SetAvailability(
        staff_id,
        form.get("available") == "on",
        days["leave_from"],
        days["leave_to"],
        int(limit),
    )


def leave_words(person: Candidate) -> str:
    """The leave of a person in words; empty when there is none."""
    if person.leave_from is None:
        return ""
    if person.leave_to is None:
        return t("from {day}", day=format_date(person.leave_from))
    return f"{format_date(person.leave_from)} – {format_date(person.leave_to)}"


def _row(person: Candidate, why: str) -> dict[str, str]:
    return {
        "id": str(person.staff_id),
        "name": person.name,
        "load": f"{person.open_cases} / {person.open_limit}",
        "leave": leave_words(person),
        "state": "takes_work" if not why else "takes_none",
        "why": why,
        "available": "on" if person.available else "",
        "leave_from": person.leave_from.isoformat() if person.leave_from else "",
        "leave_to": person.leave_to.isoformat() if person.leave_to else "",
        "open_limit": str(person.open_limit),
        "href": "",
    }


class Desks(SecureState, rx.State):
    """Everybody who may get cases."""

    READ = Permission.APPLICATION_ASSIGN

    loan: list[dict[str, str]] = []
    credit: list[dict[str, str]] = []
    chosen: dict[str, str] = {}
    editing: bool = False

    @query(Permission.APPLICATION_ASSIGN)
    async def load(self) -> None:
        """Read both teams."""

        def read(uow: UnitOfWork) -> list[list[dict[str, str]]]:
            return [
                [_row(one, one.why_not(uow.business_date)) for one in people_for(uow, duty)]
                for duty in (LOAN_EXECUTIVE, CREDIT_EXECUTIVE)
            ]

        self.loan, self.credit = await in_query(read, use_case="desks")

    @query(Permission.APPLICATION_ASSIGN)
    async def choose(self, staff_id: str) -> None:
        """Open the form of one desk."""
        self.errors, self.problem, self.problem_form = {}, "", ""
        everybody = [*self.loan, *self.credit]
        self.chosen = next((one for one in everybody if one["id"] == staff_id), {})
        self.editing = bool(self.chosen)

    @query(Permission.APPLICATION_ASSIGN)
    async def close(self) -> None:
        """Put the form away."""
        self.editing = False

    @command(Permission.APPLICATION_ASSIGN)
    async def keep(self, form: dict[str, Any]) -> Any:
        """Change one desk."""
        given = availability_from(form, int(self.chosen.get("id", "0")))
        await in_unit_of_work(lambda uow: set_availability(uow, given), use_case="set_availability")
        self.editing = False
        return [ui.toast_done(t("Saved")), Desks.load]

    watch_changes = watch(Permission.APPLICATION_ASSIGN, "staff", "application")


class MyDesk(SecureState, rx.State):
    """Whether the person who looks takes new cases."""

    READ = Permission.APPLICATION_REVIEW

    mine: dict[str, str] = {}
    editing: bool = False

    @query(Permission.APPLICATION_REVIEW)
    async def load(self) -> None:
        """Read one's own desk."""

        def read(uow: UnitOfWork) -> dict[str, str]:
            person = my_desk(uow)
            return _row(person, person.why_not(uow.business_date))

        self.mine = await in_query(read, use_case="my_desk")

    @query(Permission.APPLICATION_REVIEW)
    async def edit(self) -> None:
        """Open the form."""
        self.errors, self.problem, self.problem_form = {}, "", ""
        self.editing = True

    @query(Permission.APPLICATION_REVIEW)
    async def close(self) -> None:
        """Put the form away."""
        self.editing = False

    @command(Permission.STAFF_SELF)
    async def keep(self, form: dict[str, Any]) -> Any:
        """Change one's own desk; the limit stays the manager's to set."""
        actor_id = require_actor().id or 0
        given = availability_from({**form, "open_limit": self.mine["open_limit"]}, actor_id)
        await in_unit_of_work(lambda uow: set_availability(uow, given), use_case="set_availability")
        self.editing = False
        return [ui.toast_done(t("Saved")), MyDesk.load]
