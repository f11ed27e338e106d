"""Decides how files come in and how pages of documents are looked at. Uploads go over plain HTTP
with their progress; the page image and the fields read from it point at each other."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice.shell.catalogue import t
from backoffice.ui.client_piece import FileDropPiece, PageViewerPiece
from backoffice.ui.layout import given

MEGABYTE = 1024 * 1024


def file_drop(
    *,
    endpoint: Any,
    label: Any,
    on_done: Any = None,
    hint: Any = "",
    accept: str = "application/pdf,image/png,image/jpeg",
    fields: Any = None,
    multiple: bool = False,
    megabytes_max: int = 25,
) -> rx.Component:
    """A place to drop or choose files.

    Each is posted as `file` with `fields` to `endpoint` (below /files/upload); the answer's JSON
    goes to `on_done(answer)`, an `{"error": …}` is shown beside the file.
    """
    events = {"on_done": on_done} if on_done is not None else {}
    return FileDropPiece.create(
        endpoint=endpoint,
        fields=fields if fields is not None else {},
        label=label,
        hint=hint,
        accept=accept,
        multiple=multiple,
        max_bytes=megabytes_max * MEGABYTE,
        words={
            "choose": t("Choose a file"),
            "too_large": t("This file is too large. The limit is"),
            "broken": t("The file did not arrive. Check the connection and try again."),
            "failed": t("Not accepted"),
            "done": t("Received"),
            "unlock": t("Open"),
        },
        **events,
    )


def page_image(
    *,
    src: Any,
    boxes: Any,
    selected: Any = "",
    on_select: Any = None,
    page: Any = 1,
    pages: Any = 1,
    on_page: Any = None,
    alt: Any = "",
) -> rx.Component:
    """A page of a document with its boxes.

    A box is `{path, label, value, page, box: [x0, y0, x1, y1] in 0–1, low}`.
    """
    events = {
        name: event
        for name, event in (("on_select", on_select), ("on_page", on_page))
        if event is not None
    }
    return PageViewerPiece.create(
        src=src,
        boxes=boxes,
        selected=selected,
        page=page,
        pages=pages,
        alt=alt if given(alt) else t("Page of the document"),
        words={
            "smaller": t("Smaller"),
            "larger": t("Larger"),
            "turn": t("Turn"),
            "previous": t("Previous page"),
            "next": t("Next page"),
            "missing": t("This page cannot be shown."),
        },
        **events,
    )


def progress(run: Any) -> rx.Component:
    """A running job; `run` is a state var `{done, total, text, state}` (numbers and texts)."""
    done, total = run["done"].to(int), run["total"].to(int)
    share = rx.cond(total > 0, done * 100 / rx.cond(total > 0, total, 1), 0).to(float)
    return rx.cond(
        run["state"].to(str) == "running",
        rx.el.div(
            rx.el.div(run["text"].to(str), class_name="muted", role="status"),
            rx.el.div(
                rx.el.span(style={"width": share.to(str) + "%"}),
                class_name="progress",
                role="progressbar",
                custom_attrs={"aria-valuemin": 0, "aria-valuemax": 100, "aria-valuenow": share},
            ),
            class_name="stack-s",
        ),
    )
