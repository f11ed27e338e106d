"""Decides what the documents of a case hold on screen: the list, one page picture, the decision.

The list is small and loaded whole; the picture comes over plain HTTP and never through the state.
"""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import (
    SecureState,
    command,
    in_query,
    in_unit_of_work,
    query,
    require_actor,
)
from backoffice.shell import t
from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork
from core.document import service, store
from core.document.tables import Document
from core.kernel.business_day import format_datetime

KILOBYTE = 1024
MEGABYTE = KILOBYTE * KILOBYTE
READING_WORDS = {
    "none": "",
    "waiting": "Waits to be read",
    "reading": "Being read",
    "read": "Read",
    "failed": "Could not be read",
}


def size_words(size_bytes: int) -> str:
    """A file size as people say it."""
    if size_bytes >= MEGABYTE:
        return f"{size_bytes / MEGABYTE:.1f} MB"
    return f"{max(1, round(size_bytes / KILOBYTE))} KB"


def run_dict(uow: UnitOfWork, document: Document) -> dict[str, Any]:
    """The progress of a document's reader for `ui.progress`; its state is empty when idle."""
    idle = {"done": 0, "total": 0, "text": "", "state": ""}
    if document.reading_state not in ("waiting", "reading"):
        return idle
    run = store.newest_run(uow, document.id)
    if document.reading_state == "waiting" or run is None:
        return idle | {"text": t("Waits to be read"), "state": "running"}
    text = run.message or t("Opening the file")
    return {"done": run.done, "total": run.total, "text": text, "state": "running"}


def document_row(uow: UnitOfWork, document: Document) -> dict[str, Any]:
    """One document as the list shows it."""
    reading = t(READING_WORDS[document.reading_state])
    if document.reading_state == "failed":
        reading = t(document.reading_error)
    return {
        "id": str(document.id),
        "kind": t(service.kind_words(document).capitalize()),
        "file": document.file_name,
        "size": size_words(document.size_bytes),
        "pages": str(document.pages or ""),
        "state": document.state,
        "reason": document.reject_reason,
        "reading": reading,
        "reading_bad": document.reading_state == "failed",
        "run": run_dict(uow, document),
        "uploaded": format_datetime(document.uploaded_at),
        "by": document.uploaded_by_name,
        "decided": document.decided_by_name,
        "version": document.version,
        "href": f"/files/document/{document.id}",
    }


class CaseDocuments(SecureState, rx.State):
    """The documents tab of a case."""

    READ = Permission.DOCUMENT_READ

    documents: list[dict[str, Any]] = []
    loaded: bool = False
    can_verify: bool = False
    can_upload: bool = False
    case_text: str = ""
    opened: dict[str, Any] = {}
    opened_page: int = 1

    @query(Permission.DOCUMENT_READ)
    async def load(self) -> None:
        """Read the documents of this case."""
        case_id = self._address_id("case")
        actor = require_actor()
        self.case_text = str(case_id)
        self.can_verify = actor.can(Permission.DOCUMENT_VERIFY)
        self.can_upload = actor.can(Permission.DOCUMENT_UPLOAD)

        def read(uow: UnitOfWork) -> list[dict[str, Any]]:
            return [document_row(uow, d) for d in store.documents_of_application(uow, case_id)]

        self.documents = await in_query(read)
        self.loaded = True
        shown = {row["id"]: row for row in self.documents}
        if self.opened:
            self.opened = shown.get(self.opened["id"], {})

    @command(Permission.DOCUMENT_READ)
    async def open(self, document_id: str) -> None:
        """Show the pages of one document beside the list; looking is on record."""
        await in_unit_of_work(
            lambda uow: service.view(uow, int(document_id)), use_case="view_document"
        )
        row = next((row for row in self.documents if row["id"] == document_id), {})
        self.opened, self.opened_page = row, 1

    @query(Permission.DOCUMENT_READ)
    async def close(self) -> None:
        """Close the page picture."""
        self.opened = {}

    @query(Permission.DOCUMENT_READ)
    async def turn_to(self, page: int) -> None:
        """Show another page."""
        self.opened_page = page

    @command(Permission.DOCUMENT_VERIFY)
    async def verify(self, document_id: str) -> Any:
        """Accept a document."""
        await in_unit_of_work(
            lambda uow: service.verify(uow, int(document_id)), use_case="verify_document"
        )
        return [ui.toast_done(t("Document verified")), type(self).load]

    @command(Permission.DOCUMENT_VERIFY)
    async def reject(self, document_id: str, reason: str) -> Any:
        """Refuse a document with a reason."""
        await in_unit_of_work(
            lambda uow: service.reject(uow, int(document_id), reason), use_case="reject_document"
        )
        return [ui.toast_done(t("Document rejected")), type(self).load]

    @command(Permission.DOCUMENT_CORRECT)
    async def read_again(self, document_id: str) -> Any:
        """Have a document read once more."""
        await in_unit_of_work(
            lambda uow: service.read_again(uow, int(document_id)), use_case="read_document_again"
        )
        return [ui.toast_done(t("The document will be read again")), type(self).load]

    @rx.var
    def picture(self) -> str:
        """The address of the open page's picture."""
        if not self.opened:
            return ""
        return f"/files/document/{self.opened['id']}/page/{self.opened_page - 1}"

    @rx.var
    def opened_pages(self) -> int:
        """How many pages the open document has."""
        return int(self.opened.get("pages") or 1) if self.opened else 1
