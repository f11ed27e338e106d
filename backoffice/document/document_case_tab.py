"""Decides how the documents of a case look: what came, what state it is in, one page beside it.

Verifying happens next to the page itself, so that nobody accepts what they have not seen.
"""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.application.case_tabs import register_tab
from backoffice.document.document_state import CaseDocuments
from backoffice.shell import t
from core.access.permission import Permission
from core.document.service import KINDS


def _actions(row: rx.Var) -> rx.Component:
    state = CaseDocuments
    return rx.fragment(
        ui.button(t("Look"), on_click=state.open(row["id"]), small=True),
        rx.cond(
            state.can_verify & (row["state"] != "verified"),
            ui.button(t("Verify"), on_click=state.verify(row["id"]), kind="primary", small=True),
        ),
        rx.cond(
            state.can_verify & (row["state"] != "rejected"),
            ui.confirm(
                t("Reject"),
                lambda reason: state.reject(row["id"], reason),
                title=t("Reject this document?"),
                effect=t("The customer reads the reason and can upload another copy."),
                reason=t("Why it is rejected"),
                button=t("Reject"),
                danger=True,
                small=True,
            ),
        ),
        rx.cond(
            state.can_verify & row["reading_bad"],
            ui.button(
                t("Read again"), on_click=state.read_again(row["id"]), kind="quiet", small=True
            ),
        ),
    )


def _line(row: rx.Var) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.el.div(
                rx.el.div(row["kind"], class_name="strong"),
                rx.el.div(row["file"], class_name="muted"),
            ),
            custom_attrs={"data-label": t("Document")},
        ),
        rx.el.td(
            rx.el.div(
                ui.status_chip(row["state"].to(str)),
                rx.cond(row["reason"], rx.el.div(row["reason"], class_name="muted")),
            ),
            custom_attrs={"data-label": t("State")},
        ),
        rx.el.td(
            rx.el.div(row["reading"], ui.progress(row["run"].to(dict))),
            custom_attrs={"data-label": t("Reading")},
        ),
        rx.el.td(row["pages"], class_name="num", custom_attrs={"data-label": t("Pages")}),
        rx.el.td(
            rx.el.div(
                rx.el.div(row["uploaded"]),
                rx.el.div(row["by"], class_name="muted"),
            ),
            custom_attrs={"data-label": t("Uploaded")},
        ),
        rx.el.td(rx.el.div(_actions(row), class_name="row"), class_name="num"),
    )


def documents_list() -> rx.Component:
    """The documents as a table, or why there are none."""
    state = CaseDocuments
    head = (t("Document"), t("State"), t("Reading"), t("Pages"), t("Uploaded"))
    listed = rx.el.div(
        rx.el.table(
            rx.el.caption(t("Documents of this case"), class_name="vh"),
            rx.el.thead(
                rx.el.tr(
                    *[rx.el.th(text, scope="col") for text in head],
                    rx.el.th(rx.el.span(t("Actions"), class_name="vh"), scope="col"),
                )
            ),
            rx.el.tbody(rx.foreach(state.documents, _line)),
            class_name="grid cards",
        ),
        class_name="scroll",
    )
    nothing = ui.empty(t("No document has come for this case yet."))
    return rx.cond(
        state.loaded, rx.cond(state.documents.length() > 0, listed, nothing), ui.loading()
    )


def page_beside() -> rx.Component:
    """The pages of the document that was opened."""
    state = CaseDocuments
    return ui.section(
        state.opened["file"].to(str),
        ui.page_image(
            src=state.picture,
            boxes=[],
            page=state.opened_page,
            pages=state.opened_pages,
            on_page=state.turn_to,
            alt=state.opened["file"].to(str),
        ),
        actions=[
            rx.el.a(
                t("Original file"),
                href=state.opened["href"].to(str),
                target="_blank",
                rel="noopener",
                class_name="btn small",
            ),
            ui.button(t("Close"), on_click=state.close, kind="quiet", small=True),
        ],
    )


def upload_section() -> rx.Component:
    """Staff may add what a customer brought or sent."""
    state = CaseDocuments
    drops = [
        ui.file_drop(
            endpoint="/files/upload/document",
            label=t("Add a {kind}", kind=t(KINDS[kind])),
            hint=t("PDF, JPEG, PNG or TIFF, up to 25 MB"),
            accept="application/pdf,image/png,image/jpeg,image/tiff",
            fields={"kind": kind, "application": state.case_text},
            on_done=lambda answer: state.load(),
        )
        for kind in ("bank_statement", "other")
    ]
    return rx.cond(state.can_upload, ui.section(t("Add a document"), ui.columns(*drops)))


def documents_panel() -> rx.Component:
    """The documents tab."""
    state = CaseDocuments
    return ui.screen(
        ui.section(t("Documents"), documents_list(), flush=True),
        rx.cond(state.opened, page_beside()),
        upload_section(),
    )


register_tab(
    "documents", "Documents", Permission.DOCUMENT_READ, documents_panel, CaseDocuments.load
)
