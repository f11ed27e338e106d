"""Decides how the React pieces of `client/` are called from Python: their names, props and
events."""

from __future__ import annotations

from typing import Any

import reflex as rx


def _nothing() -> list[Any]:
    return []


class DataTablePiece(rx.Component):
    """The list of `client/table.jsx`."""

    library = "$/munim/table"
    tag = "DataTable"
    data: rx.Var[dict[str, Any]]
    words: rx.Var[dict[str, str]]
    on_export: rx.EventHandler[_nothing]
    on_save_view: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]
    on_forget_view: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_bulk: rx.EventHandler[rx.event.passthrough_event_spec(str, list[str])]


class ChipPiece(rx.Component):
    """A status chip with given text, tone and icon."""

    library = "$/munim/pieces"
    tag = "Chip"
    text: rx.Var[str]
    tone: rx.Var[str]
    icon: rx.Var[str]


class StatusChipPiece(rx.Component):
    """A status chip from a dict made by `status()`."""

    library = "$/munim/pieces"
    tag = "StatusChip"
    value: rx.Var[dict[str, Any]]


class ConfirmPiece(rx.Component):
    """A button that asks before it acts."""

    library = "$/munim/dialog"
    tag = "Confirm"
    text: rx.Var[str]
    title: rx.Var[str]
    effect: rx.Var[str]
    button: rx.Var[str]
    cancel: rx.Var[str]
    kind: rx.Var[str]
    danger: rx.Var[bool]
    reason: rx.Var[str]
    small: rx.Var[bool]
    disabled: rx.Var[bool]
    on_confirm: rx.EventHandler[rx.event.passthrough_event_spec(str)]


class StateDialogPiece(rx.Component):
    """A dialog whose opening the server decides."""

    library = "$/munim/dialog"
    tag = "StateDialog"
    open: rx.Var[bool]
    title: rx.Var[str]
    wide: rx.Var[bool]
    on_close: rx.EventHandler[_nothing]


class ConflictPiece(rx.Component):
    """Mine and theirs, field by field (S07)."""

    library = "$/munim/dialog"
    tag = "ConflictDialog"
    conflict: rx.Var[dict[str, Any]]
    words: rx.Var[dict[str, str]]
    on_close: rx.EventHandler[_nothing]


class MoneyInputPiece(rx.Component):
    """Rupees with the amount in words below."""

    library = "$/munim/inputs"
    tag = "MoneyInput"
    name: rx.Var[str]
    value: rx.Var[str]
    placeholder: rx.Var[str]
    described_by: rx.Var[str]
    invalid: rx.Var[bool]


class LiveFormPiece(rx.Component):
    """A form that tells what is typed once the typing pauses."""

    library = "$/munim/live"
    tag = "LiveForm"
    wait_ms: rx.Var[int]
    on_live: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, str])]


class FileDropPiece(rx.Component):
    """Drop or choose a file; it goes over plain HTTP with its progress."""

    library = "$/munim/inputs"
    tag = "FileDrop"
    endpoint: rx.Var[str]
    fields: rx.Var[dict[str, str]]
    label: rx.Var[str]
    hint: rx.Var[str]
    accept: rx.Var[str]
    multiple: rx.Var[bool]
    max_bytes: rx.Var[int]
    words: rx.Var[dict[str, str]]
    on_done: rx.EventHandler[rx.event.passthrough_event_spec(dict[str, Any])]


class MaskedPiece(rx.Component):
    """A hidden identifier with its reveal (S16)."""

    library = "$/munim/inputs"
    tag = "Masked"
    text: rx.Var[str]
    shown: rx.Var[dict[str, str]]
    allowed: rx.Var[bool]
    subject: rx.Var[str]
    subject_id: rx.Var[str]
    field: rx.Var[str]
    words: rx.Var[dict[str, str]]
    on_reveal: rx.EventHandler[rx.event.passthrough_event_spec(str, str, str, str)]


class PageViewerPiece(rx.Component):
    """A page image with its boxes."""

    library = "$/munim/viewer"
    tag = "PageViewer"
    src: rx.Var[str]
    alt: rx.Var[str]
    boxes: rx.Var[list[dict[str, Any]]]
    selected: rx.Var[str]
    page: rx.Var[int]
    pages: rx.Var[int]
    words: rx.Var[dict[str, str]]
    on_select: rx.EventHandler[rx.event.passthrough_event_spec(str)]
    on_page: rx.EventHandler[rx.event.passthrough_event_spec(int)]


class KeyBoardPiece(rx.Component):
    """The single keys and their help."""

    library = "$/munim/keys"
    tag = "KeyBoard"
    words: rx.Var[dict[str, str]]


class RouterLink(rx.Component):
    """A link inside the product: no page load."""

    library = "react-router"
    tag = "Link"
    to: rx.Var[str]
