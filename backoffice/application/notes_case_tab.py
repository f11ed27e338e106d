"""Decides how a case is talked about: notes among staff, and the conversation with the customer.
The two look different and are written in different boxes, so that neither is sent by mistake."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query
from backoffice.shell import t
from core.access.permission import Permission
from core.application.access import require_open
from core.application.service import add_note, write_to_customer
from core.application.store import notes_of
from core.application.tables import Application, CaseNote
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_datetime


class NotesTab(SecureState, rx.State):
    """What was written on one case."""

    READ = Permission.APPLICATION_OPEN

    notes: list[dict[str, str]] = []
    talk: list[dict[str, str]] = []

    @query(Permission.APPLICATION_OPEN)
    async def load(self) -> None:
        """Read both, newest first."""
        case_id = self._address_id("case")

        def read(uow: UnitOfWork) -> list[CaseNote]:
            require_open(uow, uow.get(Application, case_id))
            return notes_of(uow, case_id, ("internal", "to_customer", "from_customer"))

        found = await in_query(read, use_case="case_notes")
        rows = [_row(note) for note in found]
        self.notes = [row for row in rows if row["audience"] == "internal"]
        self.talk = [row for row in rows if row["audience"] != "internal"]

    @command(Permission.APPLICATION_OPEN)
    async def add(self, form: dict[str, Any]) -> Any:
        """Write a note for colleagues."""
        case_id, text = self._address_id("case"), str(form.get("text", ""))
        await in_unit_of_work(lambda uow: add_note(uow, case_id, text), use_case="add_note")
        return [ui.toast_done(t("Note kept")), NotesTab.load]

    @command(Permission.APPLICATION_OPEN)
    async def write(self, form: dict[str, Any]) -> Any:
        """Write to the customer."""
        case_id, text = self._address_id("case"), str(form.get("message", ""))
        await in_unit_of_work(
            lambda uow: write_to_customer(uow, case_id, text), use_case="write_to_customer"
        )
        return [ui.toast_done(t("The customer sees it on their page")), NotesTab.load]


def _row(note: CaseNote) -> dict[str, str]:
    return {
        "audience": note.audience,
        "who": note.by_name,
        "text": note.text,
        "when": format_datetime(note.at) + " IST",
    }


def note_line(one: Any) -> rx.Component:
    """One note or message; the side shows who wrote it."""
    return rx.el.li(
        rx.el.div(
            rx.el.span(one["who"].to(str), class_name="strong"),
            rx.match(
                one["audience"].to(str),
                ("to_customer", ui.chip(t("to the customer"), "info", "send")),
                ("from_customer", ui.chip(t("from the customer"), "good", "dot")),
                ui.chip(t("staff only"), "plain", "dot"),
            ),
            class_name="row",
        ),
        rx.el.div(one["text"].to(str), style={"white_space": "pre-wrap"}),
        rx.el.div(one["when"].to(str), class_name="when"),
    )


def notes() -> rx.Component:
    """The tab."""
    state = NotesTab
    return ui.columns(
        ui.section(
            t("Notes among staff"),
            ui.form(
                state,
                state.add,
                ui.text_area(state, "text", t("Note"), hint=t("Only staff read this.")),
                submit=t("Keep the note"),
                kind="plain",
                clear=True,
            ),
            rx.cond(
                state.notes.length() > 0,
                rx.el.ol(rx.foreach(state.notes, note_line), class_name="timeline"),
                ui.empty(t("No note yet.")),
            ),
        ),
        ui.section(
            t("Conversation with the customer"),
            ui.form(
                state,
                state.write,
                ui.text_area(
                    state,
                    "message",
                    t("Message"),
                    hint=t("The customer reads this. It cannot be taken back."),
                ),
                submit=t("Send to the customer"),
                clear=True,
            ),
            rx.cond(
                state.talk.length() > 0,
                rx.el.ol(rx.foreach(state.talk, note_line), class_name="timeline"),
                ui.empty(t("Nobody has written yet.")),
            ),
        ),
    )


register_tab("notes", "Notes", Permission.APPLICATION_OPEN, notes, NotesTab.load)
