"""Decides the shapes that pages are laid out with: heads, sections, facts, links, tabs, notes.
They carry no knowledge of any feature, so that every screen looks like one product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from backoffice.shell.catalogue import t
from backoffice.ui.client_piece import ConfirmPiece, RouterLink, StateDialogPiece

Child = Any


def icon(name: str, size: int = 16) -> rx.Component:
    """A line icon by its lucide name."""
    return rx.icon(name.replace("-", "_"), size=size, aria_hidden="true")


def given(value: Any) -> bool:
    """Whether something was given at all; a state var cannot be asked by its truth."""
    return value is not None and not (isinstance(value, str) and value == "")


def screen(*children: Child) -> rx.Component:
    """Everything of a page, one below the other."""
    return rx.el.div(*children, class_name="stack")


def stack(*children: Child, small: bool = False) -> rx.Component:
    """Things one below the other."""
    return rx.el.div(*children, class_name="stack-s" if small else "stack")


def row(*children: Child, spread: bool = False) -> rx.Component:
    """Things beside each other, wrapping on a narrow screen."""
    return rx.el.div(*children, class_name="row spread" if spread else "row")


def page_header(
    title: Any,
    *actions: Child,
    subtitle: Any = None,
    back: tuple[str, Any] | None = None,
    beside: Child = None,
) -> rx.Component:
    """The head of a page; `back` is (label, address), `beside` stands by the title (a chip)."""
    head = rx.el.div(rx.el.h1(title), *([beside] if beside is not None else []), class_name="row")
    return rx.el.header(
        rx.el.div(
            *(
                [link(rx.fragment(icon("chevron_left", 14), back[0]), back[1], "back")]
                if back
                else []
            ),
            head,
            *([rx.el.div(subtitle, class_name="sub")] if subtitle is not None else []),
            class_name="grow",
        ),
        *([rx.el.div(*actions, class_name="actions")] if actions else []),
        class_name="page-head",
    )


def section(
    title: Any, *children: Child, actions: Sequence[Child] = (), flush: bool = False
) -> rx.Component:
    """A titled card; `flush` lets a table touch its edges."""
    head: list[Child] = []
    if given(title):
        head = [
            rx.el.div(
                rx.el.h2(title),
                *([rx.el.div(*actions, class_name="row")] if actions else []),
                class_name="card-head",
            )
        ]
    body = "card-body flush" if flush else "card-body stack"
    return rx.el.section(*head, rx.el.div(*children, class_name=body), class_name="card")


def columns(*children: Child, wide_left: bool = False) -> rx.Component:
    """Columns that fall below each other on a narrow screen."""
    return rx.el.div(*children, class_name="columns wide-left" if wide_left else "columns")


def facts(pairs: Sequence[tuple[Any, Any]]) -> rx.Component:
    """Labels with their values."""
    return rx.el.dl(
        *[rx.el.div(rx.el.dt(label), rx.el.dd(value)) for label, value in pairs],
        class_name="facts",
    )


def link(text: Child, href: Any, class_name: str = "") -> rx.Component:
    """A link inside the product, without a page load."""
    return RouterLink.create(text, to=href, class_name=class_name)


def link_button(text: Any, href: Any, *, kind: str = "plain", icon_name: str = "") -> rx.Component:
    """A link that looks like a button."""
    parts = [icon(icon_name)] if icon_name else []
    return RouterLink.create(*parts, text, to=href, class_name=f"btn {kind}")


def button(
    text: Any,
    on_click: Any = None,
    *,
    kind: str = "plain",
    icon_name: str = "",
    type: str = "button",
    disabled: Any = False,
    small: bool = False,
    **props: Any,
) -> rx.Component:
    """A button; kinds plain, primary, danger, quiet."""
    parts = [icon(icon_name)] if icon_name else []
    if on_click is not None:
        props["on_click"] = on_click
    return rx.el.button(
        *parts,
        text,
        type=type,
        disabled=disabled,
        class_name=f"btn {kind}{' small' if small else ''}",
        **props,
    )


def confirm(
    text: Any,
    on_confirm: Any,
    *,
    title: Any = "",
    effect: Any = "",
    button: Any = "",
    kind: str = "plain",
    danger: bool = False,
    reason: Any = "",
    small: bool = False,
    disabled: Any = False,
) -> rx.Component:
    """A button that asks first, naming the effect; with `reason` (a label) it asks for words too.

    The handler may take the reason as its last argument: `on_confirm=S.reject` or
    `lambda reason: S.reject(id, reason)`.
    """
    return ConfirmPiece.create(
        text=text,
        title=title if given(title) else text,
        effect=effect,
        button=button if given(button) else text,
        cancel=t("Cancel"),
        kind=kind,
        danger=danger,
        reason=reason,
        small=small,
        disabled=disabled,
        on_confirm=on_confirm,
    )


def dialog(
    is_open: Any, *children: Child, title: Any, on_close: Any, wide: bool = False
) -> rx.Component:
    """A modal dialog whose opening a state var decides."""
    return StateDialogPiece.create(
        *children, open=is_open, title=title, on_close=on_close, wide=wide
    )


def tabs(current: Any, names: Sequence[tuple[str, Any]], *, parameter: str = "tab") -> rx.Component:
    """Tabs kept in the address (`?tab=kyc`); the first is shown without a parameter.

    Returns only the bar: show the content with `rx.match(State.tab, ("kyc", …), …)`.
    """
    first = names[0][0]
    return rx.el.nav(
        *[
            RouterLink.create(
                label,
                to=f"?{parameter}={name}" if name != first else "?",
                class_name="tab",
                custom_attrs={"aria-current": rx.cond(current == name, "page", "false")},
            )
            for name, label in names
        ],
        class_name="tabs",
        aria_label=t("Parts of this page"),
    )


def note(*children: Child, tone: str = "info") -> rx.Component:
    """A framed remark; tones info, warn, bad, good."""
    return rx.el.div(*children, class_name=f"note {tone}", role="status")


def problem_note(text: Any) -> rx.Component:
    """Something that went wrong while loading; nothing when the text is empty."""
    return rx.cond(text, rx.el.div(text, class_name="note bad", role="alert"))


def empty(text: Any, *actions: Child) -> rx.Component:
    """Why there is nothing, and one thing to do about it."""
    return rx.el.div(rx.el.span(text), *actions, class_name="empty")


def loading(lines: int = 4) -> rx.Component:
    """Holds the place of what is on its way."""
    return rx.el.div(
        *[rx.el.div(class_name="skeleton") for _ in range(lines)],
        class_name="stack",
        aria_label=t("Loading"),
        aria_busy="true",
    )


def tile(label: Any, figure: Any, note_text: Any, href: Any) -> rx.Component:
    """A number that opens the list it counts (S20)."""
    return RouterLink.create(
        rx.el.div(label, class_name="label"),
        rx.el.div(figure, class_name="figure"),
        rx.el.div(note_text, class_name="note-text muted"),
        to=href,
        class_name="tile",
    )


def next_case(on_click: Any, text: Any = "") -> rx.Component:
    """Opens the next case; also the key n (S02)."""
    return rx.el.button(
        text if given(text) else t("Next case"),
        rx.el.kbd("n", class_name="hide-small"),
        type="button",
        on_click=on_click,
        class_name="btn primary",
        custom_attrs={"data-next-case": "true"},
    )


def toast_done(text: Any, description: str = "") -> Any:
    """Tells that something is done; an event to return from a handler."""
    return rx.toast.success(text, description=description or None, duration=5_000)


def toast_problem(text: Any, description: str = "") -> Any:
    """Tells that something did not work; an event to return from a handler."""
    return rx.toast.error(text, description=description or None, duration=9_000)


def brand_path(path: str) -> Any:
    """An address inside the brand of this page, for layout: `brand_path("/credit")`."""
    from backoffice.shell.shell_state import ShellState

    return "/" + ShellState.brand_code + path
