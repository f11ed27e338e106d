"""Decides what the list of applications and loans offers: filters, views, the next case.
Everything chosen stands in the address, so a view can be sent to a colleague."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import command, in_unit_of_work, query, watch
from backoffice.security.access import require_actor
from backoffice.shell import t
from backoffice.shell.search import searchable
from backoffice.shell.tiles import tile
from core.access.permission import Permission
from core.application.assignment_service import claim_next
from core.application.life_cycle import STATUS_WORDS
from core.application.store import case_list, count_cases, find_cases
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork

STAGE_OPTIONS = (
    ("open", "All open"),
    ("review", "With loan executives"),
    ("credit", "With credit"),
    ("sanction", "To be sanctioned"),
    ("agreement", "Agreement"),
    ("disbursal", "To be paid out"),
    ("running", "Running loans"),
    ("overdue", "Overdue loans"),
    ("closed", "Closed loans"),
    ("ended", "Rejected, cancelled, expired"),
)
# what most people look for, one click away; each is only an address
VIEWS = (
    ("", "All"),
    ("owner=me&stage=open", "Mine"),
    ("owner=nobody", "Without an owner"),
    ("stage=review", "In review"),
    ("stage=credit", "In credit"),
    ("stage=sanction", "To sanction"),
    ("stage=disbursal", "To pay out"),
    ("stage=running", "Running"),
    ("stage=overdue", "Overdue"),
)

COLUMNS = (
    ui.Column("number", "Number", sort=True),
    ui.Column("customer", "Customer"),
    ui.Column("product", "Product"),
    ui.Column("amount_paise", "Amount", kind="money", sort=True),
    ui.Column("tenor", "Tenure"),
    ui.Column("status", "Status", kind="status"),
    ui.Column("owner", "With"),
    ui.Column("age", "Waits", sort=True),
    ui.Column("applied_at", "Applied", kind="date"),
    ui.Column("loan", "Loan"),
    ui.Column("overdue", "Overdue"),
)
FILTERS = (
    ui.Filter("q", "Number, name, mobile or PAN"),
    ui.Filter("stage", "Stage", options=STAGE_OPTIONS),
    ui.Filter("owner", "With", options=(("me", "Me"), ("nobody", "Nobody"))),
    ui.Filter("since", "Applied since", kind="date"),
)


class CaseList(ui.TableState, rx.State):
    """Applications and loans, one list."""

    READ = Permission.APPLICATION_LIST
    COLUMNS = COLUMNS
    FILTERS = FILTERS
    SORT = "-number"
    EMPTY = "No case matches. Clear a filter, or wait for the next application."
    EXPORT = "loans"

    view: str = ""

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        return case_list(uow, ask)

    @query(Permission.APPLICATION_LIST)
    async def load(self) -> None:
        """The page of rows that the address asks for."""
        chosen = self._query()
        picked = {name: chosen[name] for name in ("owner", "stage") if chosen.get(name)}
        if chosen.get("q") or chosen.get("since"):
            picked = {"other": "filter"}
        self.view = "&".join(f"{name}={picked[name]}" for name in sorted(picked))
        await self._load_table()

    @command(Permission.APPLICATION_OPEN)
    async def next_case(self) -> Any:
        """Open the next case that waits for this person (S02)."""
        return await open_next()

    watch_changes = watch(Permission.APPLICATION_LIST, "application", "loan")


class QueueList(ui.TableState, rx.State):
    """The cases on one person's desk, the longest waiting first."""

    READ = Permission.APPLICATION_REVIEW
    COLUMNS = tuple(c for c in COLUMNS if c.key not in ("owner", "loan", "overdue"))
    FILTERS = (FILTERS[0],)
    SORT = "age"
    EMPTY = "Your desk is clear. New cases appear here by themselves."

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        filters = {**ask.filters, "owner": "me", "stage": "review"}
        return case_list(uow, ListAsk(filters, ask.sort, ask.descending, ask.cursor, ask.size))

    load = ui.table_load(Permission.APPLICATION_REVIEW)

    @command(Permission.APPLICATION_OPEN)
    async def next_case(self) -> Any:
        """Open the next case that waits for this person (S02)."""
        return await open_next()

    watch_changes = watch(Permission.APPLICATION_REVIEW, "application")


async def open_next(after_id: int = 0) -> Any:
    """Claim the next case and go there, or say that there is none."""
    found = await in_unit_of_work(lambda uow: claim_next(uow, after_id), use_case="claim_next_case")
    if found is None:
        return ui.toast_done(t("Nothing waits for you."))
    return rx.redirect(f"/{require_actor().brand_code}/loans/{found}")


def _found(uow: UnitOfWork, text: str) -> list[dict[str, str]]:
    """Cases for the search box of the frame."""
    return [
        {
            "label": f"{application.number} · {customer.name}",
            "note": t(STATUS_WORDS[application.status]),
            "href": f"/{uow.brand.code}/loans/{application.id}",
        }
        for application, customer in find_cases(uow, text)
    ]


searchable(Permission.APPLICATION_OPEN, _found)

tile(
    Permission.APPLICATION_REVIEW,
    "On my desk",
    "applied, in review or sent back, and mine",
    "/loans?owner=me&stage=review",
    lambda uow: str(count_cases(uow, "review", "me")),
    order=10,
)
tile(
    Permission.APPLICATION_ASSIGN,
    "Without an owner",
    "nobody was free when they came",
    "/loans?owner=nobody&stage=open",
    lambda uow: str(count_cases(uow, "open", "nobody")),
    order=11,
)
tile(
    Permission.APPLICATION_LIST,
    "With loan executives",
    "applied, in review or sent back",
    "/loans?stage=review",
    lambda uow: str(count_cases(uow, "review")),
    order=12,
)
tile(
    Permission.APPLICATION_LIST,
    "With credit",
    "being appraised",
    "/loans?stage=credit",
    lambda uow: str(count_cases(uow, "credit")),
    order=13,
)

__all__ = ["VIEWS", "CaseList", "QueueList", "open_next"]
