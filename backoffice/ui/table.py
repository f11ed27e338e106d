"""Decides how a list screen is declared: columns, filters, sort, and one function that fetches a
page. Everything chosen by the person stands in the address, so a link, a saved view and an export
agree."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import reflex as rx

from backoffice.security.access import SIGNED_IN, Access, require_actor
from backoffice.security.command import command, query
from backoffice.security.database import in_query, in_unit_of_work
from backoffice.security.secure_state import SecureState
from backoffice.shell.catalogue import t
from backoffice.ui.client_piece import DataTablePiece
from backoffice.ui.layout import toast_done, toast_problem
from backoffice.ui.status import status, status_chip
from core.access.permission import Permission
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date, format_datetime
from core.kernel.errors import DomainError
from core.kernel.money import format_inr


@dataclass(frozen=True, slots=True)
class Column:
    """One column; `kind`: text, money, number, date, datetime, status, percent_bps."""

    key: str
    label: str
    kind: str = "text"
    sort: bool = False


@dataclass(frozen=True, slots=True)
class Filter:
    """One filter; with options a choice, kind "date" a date, else text searched while typing."""

    name: str
    label: str
    options: Sequence[tuple[str, str]] = ()
    kind: str = ""

    @property
    def shape(self) -> str:
        """How the browser shows it."""
        return "select" if self.options else (self.kind or "text")


def format_percent_bps(rate_bps: int) -> str:
    """1250 → "12.50 %"."""
    return f"{rate_bps // 100}.{rate_bps % 100:02d} %"


def cell(kind: str, value: Any) -> Any:
    """A raw value as a table shows it; dicts made by the feature pass unchanged."""
    if value is None or value == "":
        return ""
    if isinstance(value, dict):
        return value
    if kind == "status":
        return status(str(value))
    if kind == "money" and isinstance(value, int):
        return format_inr(value)
    if kind == "percent_bps" and isinstance(value, int):
        return format_percent_bps(value)
    if isinstance(value, dt.datetime):
        return format_datetime(value) if kind == "datetime" else format_date(value.date())
    if isinstance(value, dt.date):
        return format_date(value)
    if isinstance(value, bool):
        return t("Yes") if value else t("No")
    return str(value)


def cells(columns: Sequence[Column], row: Mapping[str, Any]) -> dict[str, Any]:
    """A feature's row as the browser gets it."""
    return {
        "id": str(row.get("id", "")),
        "href": str(row.get("href", "")),
        "tone": str(row.get("tone", "")),
        "cells": {one.key: cell(one.kind, row.get(one.key)) for one in columns},
    }


class TableState(SecureState, mixin=True):
    """A list screen: set COLUMNS, FILTERS, SORT, EMPTY; write `_rows`; `load = table_load(…)`."""

    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    FILTERS: ClassVar[tuple[Filter, ...]] = ()
    SORT: ClassVar[str] = ""
    EMPTY: ClassVar[str] = "Nothing here yet."
    EXPORT: ClassVar[str] = ""
    BULK: ClassVar[tuple[tuple[str, str], ...]] = ()

    table: dict[str, Any] = {}

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        """One page of rows, from the feature's store."""
        raise NotImplementedError

    def _ask(self) -> ListAsk:
        chosen = self._query()
        names = {one.name for one in self.FILTERS}
        sort = str(chosen.get("sort") or self.SORT)
        return ListAsk(
            filters={name: str(chosen[name]) for name in names if chosen.get(name)},
            sort=sort.lstrip("-"),
            descending=sort.startswith("-"),
            cursor=str(chosen.get("cursor", "")),
        )

    async def _load_table(self) -> None:
        ask = self._ask()
        list_name = type(self).__name__
        actor = require_actor()
        problem, answer, views = "", ListAnswer([]), []
        try:

            def read(uow: UnitOfWork) -> tuple[ListAnswer, list[dict[str, Any]]]:
                return self._rows(uow, ask), saved_views(uow, list_name)

            answer, views = await in_query(read, use_case=f"list.{list_name}")
        except DomainError as error:
            problem = error.message
        shown = len(answer.rows)
        self.table = {
            "columns": [
                {"key": c.key, "label": t(c.label), "kind": c.kind, "sort": c.sort}
                for c in self.COLUMNS
            ],
            "filters": [
                {
                    "name": f.name,
                    "label": t(f.label),
                    "kind": f.shape,
                    "options": [[key, t(text)] for key, text in f.options],
                }
                for f in self.FILTERS
            ],
            "values": dict(ask.filters),
            "sort": ("-" if ask.descending else "") + ask.sort,
            "rows": [cells(self.COLUMNS, row) for row in answer.rows],
            "next": answer.next_cursor,
            "previous": answer.previous_cursor,
            "views": views,
            "bulk": [[name, t(label)] for name, label in self.BULK],
            "empty": t(self.EMPTY),
            "summary": t("{shown} shown", shown=shown)
            + (t(", more follow") if answer.next_cursor else ""),
            "problem": problem,
            "exportable": bool(self.EXPORT) and actor.can(Permission.EXPORT),
            "loaded": True,
            "stamp": time.time_ns() % 1_000_000_000,
        }

    @command(SIGNED_IN)
    async def save_view(self, view: dict[str, str]) -> Any:
        """Keep this filter and sort under a name (S03)."""
        from core.brand.saved_view import SaveView, save_view

        name = type(self).__name__
        await in_unit_of_work(
            lambda uow: save_view(
                uow,
                SaveView(name, view.get("name", ""), view.get("query", ""), view.get("scope", "")),
            ),
            use_case="save_view",
        )
        await self._load_table()
        return toast_done(t("View saved"))

    @command(SIGNED_IN)
    async def forget_view(self, view_id: str) -> Any:
        """Remove a view of one's own."""
        from core.brand.saved_view import forget_view

        await in_unit_of_work(lambda uow: forget_view(uow, int(view_id)), use_case="forget_view")
        await self._load_table()
        return toast_done(t("View removed"))

    @command(Permission.EXPORT)
    async def export(self) -> Any:
        """Ask for a file of exactly what is filtered here (S14)."""
        from core.report.service import RequestExport, request_export

        if not self.EXPORT:
            return toast_problem(t("This list cannot be exported"))
        ask = self._ask()
        report = self.EXPORT
        asked = await in_unit_of_work(
            lambda uow: request_export(
                uow, RequestExport(report, dict(ask.filters), ask.sort, ask.descending)
            ),
            use_case="request_export",
        )
        return [
            toast_done(t("The export is being made")),
            rx.redirect(f"/{require_actor().brand_code}/exports?made={asked.id}"),
        ]

    @command(SIGNED_IN)
    async def bulk(self, name: str, ids: list[str]) -> Any:
        """Run a bulk act that the screen declared in BULK; override `_bulk`."""
        if name not in {known for known, _ in self.BULK}:
            return toast_problem(t("This is not possible here"))
        return await self._bulk(name, [int(one) for one in ids if one.isdigit()])

    async def _bulk(self, name: str, ids: list[int]) -> Any:
        del name, ids
        raise NotImplementedError


def saved_views(uow: UnitOfWork, list_name: str) -> list[dict[str, Any]]:
    """The views of this list that the person may use."""
    from core.brand.saved_view import views_of

    if uow.actor.kind != "staff":
        return []
    shared = {"private": t("Only you"), "role": t("Your role"), "brand": t("Everybody here")}
    return [
        {
            "id": str(view.id),
            "name": view.name,
            "query": view.query,
            "shared": shared.get(view.scope, ""),
            "mine": view.staff_id == uow.actor.id,
        }
        for view in views_of(uow, list_name)
    ]


def table_load(access: Access) -> Any:
    """The on_load handler of a list: `load = table_load(Permission.X)`."""

    @query(access)
    async def load(self: Any) -> None:
        await self._load_table()

    return load


def table(state: Any, *, save_views: bool = True, on_bulk: Callable[..., Any] | None = None) -> Any:
    """The list of a `TableState`."""
    props: dict[str, Any] = {}
    if state.EXPORT:
        props["on_export"] = state.export
    if save_views:
        props["on_save_view"] = state.save_view
        props["on_forget_view"] = state.forget_view
    if state.BULK:
        props["on_bulk"] = on_bulk or state.bulk
    return DataTablePiece.create(data=state.table, words=_words(), **props)


def _words() -> dict[str, str]:
    return {
        "views": t("Saved views"),
        "all": t("All"),
        "forget": t("Remove the view"),
        "save": t("Save this view"),
        "any": t("Any"),
        "ticked": t("ticked"),
        "clear": t("Clear filters"),
        "export": t("Export"),
        "restart": t("Show the whole list"),
        "loading": t("Loading"),
        "nothing_found": t("Nothing matches these filters."),
        "tick": t("Tick"),
        "first": t("First"),
        "previous": t("Previous"),
        "next": t("Next"),
        "view_name": t("Name of the view"),
        "view_scope": t("Who may use it"),
        "scope_private": t("Only me"),
        "scope_role": t("Everybody with my role"),
        "scope_brand": t("Everybody in this brand"),
        "cancel": t("Cancel"),
    }


def simple_table(
    columns: Sequence[Column],
    rows: Any,
    *,
    empty: str = "",
    caption: str = "",
    actions: Callable[[Any], Any] | None = None,
) -> rx.Component:
    """A small list inside a page; `rows` is a state var of dicts with ready texts.

    Money and dates must be formatted on the server; a "status" column holds the bare state.
    A row with `href` makes its first cell a link. `actions(row)` fills a last column.
    """
    from backoffice.ui.layout import link

    numeric = ("money", "number", "percent_bps")

    def one_cell(row: Any, column: Column, first: bool) -> rx.Component:
        value = row[column.key]
        shown: Any = status_chip(value.to(str)) if column.kind == "status" else value
        if first:
            href = row["href"].to(str)
            shown = rx.cond(href, link(shown, href), shown)
        return rx.el.td(
            shown,
            class_name=(
                "num" if column.kind in numeric else "nowrap" if column.kind == "code" else ""
            ),
            custom_attrs={"data-label": t(column.label)},
        )

    def one_row(row: Any) -> rx.Component:
        made = [one_cell(row, column, index == 0) for index, column in enumerate(columns)]
        if actions is not None:
            made.append(rx.el.td(rx.el.div(actions(row), class_name="row"), class_name="num"))
        return rx.el.tr(*made)

    head = [
        rx.el.th(t(c.label), scope="col", class_name="num" if c.kind in numeric else "")
        for c in columns
    ]
    if actions is not None:
        head.append(rx.el.th(rx.el.span(t("Actions"), class_name="vh"), scope="col"))
    body = rx.el.div(
        rx.el.table(
            rx.el.caption(caption, class_name="vh"),
            rx.el.thead(rx.el.tr(*head)),
            rx.el.tbody(rx.foreach(rows, one_row)),
            class_name="grid cards" if len(columns) > 3 else "grid",
        ),
        class_name="scroll",
    )
    nothing = rx.el.div(rx.el.span(t(empty or "Nothing here yet.")), class_name="empty")
    return rx.cond(rows.length() > 0, body, nothing)
