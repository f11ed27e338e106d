"""Decides what stands around a page: the staff frame with its sidebar, or the phone-first frame of
customers and businesses. Links are shown by permission only to spare people a refusal."""

from __future__ import annotations

from collections.abc import Callable
from itertools import groupby
from typing import Any

import reflex as rx

from backoffice.security.access import PUBLIC, SIGNED_IN
from backoffice.shell.catalogue import t
from backoffice.shell.page import NavEntry, Page, entries
from backoffice.shell.shell_state import ShellState
from backoffice.ui.client_piece import KeyBoardPiece
from backoffice.ui.layout import icon

TOGGLE_SIDE = "document.getElementById('side')?.classList.toggle('open')"
CLOSE_SIDE = "document.getElementById('side')?.classList.remove('open')"


class NativeForm(rx.el.Div):
    """A form that the browser itself posts; Reflex's own always keeps the browser from it."""

    tag = "form"
    action: rx.Var[str]
    method: rx.Var[str]


class NavLink(rx.Component):
    """A link that knows when its page is open (sets aria-current)."""

    library = "react-router"
    tag = "NavLink"
    to: rx.Var[str]
    end: rx.Var[bool]


def brand_style() -> rx.Component:
    """The brand's colour for everything that is mixed from it."""
    return rx.el.style(":root{--brand:" + ShellState.brand_colour + "}")


def _logo() -> rx.Component:
    letter = ShellState.brand_name.to(str)[0]
    return rx.el.span(
        rx.cond(ShellState.brand_logo, rx.el.img(src=ShellState.brand_logo, alt=""), letter),
        class_name="logo",
        aria_hidden="true",
    )


def _allowed(entry: NavEntry) -> Any:
    if entry.permission in (PUBLIC, SIGNED_IN):
        return True
    return ShellState.permissions.contains(str(entry.permission))


def _address(entry: NavEntry) -> Any:
    before, _, after = entry.route.partition("[brand]")
    return before + ShellState.brand_code + after


def _side_link(entry: NavEntry) -> rx.Component:
    made = NavLink.create(
        icon(entry.icon),
        t(entry.label),
        to=_address(entry),
        end=entry.route == "/[brand]",
        class_name="side-link",
    )
    allowed = _allowed(entry)
    return made if allowed is True else rx.cond(allowed, made)


def sidebar() -> rx.Component:
    """The sidebar; sections without a permitted entry disappear."""
    sections: list[rx.Component] = []
    for name, group in groupby(entries("staff"), key=lambda entry: entry.section):
        members = list(group)
        shown: Any = False
        for member in members:
            allowed = _allowed(member)
            shown = (
                True
                if allowed is True or shown is True
                else (allowed if shown is False else shown | allowed)
            )
        title = [rx.el.div(t(name), class_name="side-title")] if name else []
        block = rx.el.div(*title, *[_side_link(one) for one in members], class_name="side-section")
        sections.append(block if shown is True else rx.cond(shown, block))
    return rx.el.nav(
        NavLink.create(
            _logo(),
            rx.el.span(ShellState.brand_name),
            to="/" + ShellState.brand_code,
            end=True,
            class_name="brandmark",
        ),
        *sections,
        rx.el.div(
            t("Business date"),
            " ",
            rx.el.span(ShellState.business_date, class_name="strong"),
            class_name="side-foot",
        ),
        id="side",
        class_name="frame-side",
        aria_label=t("Main"),
        on_click=rx.call_script(CLOSE_SIDE),
    )


def _search_box() -> rx.Component:
    return rx.el.div(
        icon("search"),
        rx.el.input(
            type="search",
            placeholder=t("Number, mobile or PAN"),
            aria_label=t("Search everywhere"),
            auto_complete="off",
            on_change=ShellState.search.debounce(250),
            custom_attrs={"data-search": "true"},
        ),
        rx.cond(
            ShellState.searched != "",
            rx.el.div(
                rx.foreach(
                    ShellState.found,
                    lambda one: NavLink.create(
                        rx.el.span(one["label"]),
                        rx.el.span(one["note"], class_name="muted"),
                        to=one["href"],
                        on_click=ShellState.leave_search,
                    ),
                ),
                rx.cond(
                    ShellState.found.length() == 0,
                    rx.el.div(t("Nothing found."), class_name="menu-note"),
                ),
                class_name="search-results",
                role="status",
            ),
        ),
        class_name="search",
        role="search",
    )


def _popover(summary: rx.Component, *body: Any, label: str, left: bool = False) -> rx.Component:
    return rx.el.details(
        rx.el.summary(summary, aria_label=label),
        rx.el.div(*body, class_name="popover-body left" if left else "popover-body"),
        class_name="popover",
    )


def _brand_switch() -> rx.Component:
    def choice(brand: Any) -> rx.Component:
        return rx.el.button(
            rx.el.span(class_name="dot", style={"background": brand["colour"]}),
            rx.el.span(brand["name"], class_name="grow"),
            rx.el.span(brand["role"], class_name="muted"),
            name="brand",
            value=brand["code"],
            type="submit",
            class_name="menu-item",
        )

    return rx.cond(
        ShellState.brands.length() > 1,
        _popover(
            rx.el.span(
                rx.el.span(class_name="dot"),
                rx.el.span(ShellState.brand_name, class_name="hide-small"),
                icon("chevrons_up_down", 14),
                class_name="brand-pick",
            ),
            NativeForm.create(
                rx.foreach(ShellState.brands, choice), action="/auth/switch-brand", method="post"
            ),
            label=t("Switch brand"),
        ),
    )


def _bell() -> rx.Component:
    def note(one: Any) -> rx.Component:
        return NavLink.create(
            rx.el.span(
                rx.el.span(one["text"], class_name=rx.cond(one["new"], "strong", "")),
                rx.el.br(),
                rx.el.span(one["when"], class_name="muted"),
            ),
            to=one["link"],
            class_name="menu-item",
        )

    return rx.el.div(
        _popover(
            rx.el.span(
                icon("bell", 18),
                rx.cond(ShellState.unread > 0, rx.el.span(ShellState.unread, class_name="badge")),
                class_name="icon-button",
            ),
            rx.foreach(ShellState.notes, note),
            rx.cond(
                ShellState.notes.length() == 0,
                rx.el.div(t("No notifications yet."), class_name="menu-note"),
            ),
            rx.cond(
                ShellState.unread > 0,
                rx.el.button(
                    icon("check"),
                    t("Mark all as read"),
                    class_name="menu-item",
                    type="button",
                    on_click=ShellState.read_notes,
                ),
            ),
            label=t("Notifications"),
        ),
    )


def theme_button() -> rx.Component:
    """Light or dark; kept in this browser."""
    return rx.el.button(
        rx.color_mode_cond(icon("moon", 18), icon("sun", 18)),
        type="button",
        class_name="icon-button",
        aria_label=t("Light or dark"),
        on_click=rx.toggle_color_mode,
    )


def logout_form(class_name: str = "menu-item") -> rx.Component:
    """Log out by a real post."""
    return NativeForm.create(
        rx.el.button(icon("log_out"), t("Log out"), type="submit", class_name=class_name),
        action="/auth/logout",
        method="post",
    )


def _user_menu() -> rx.Component:
    return _popover(
        rx.el.span(ShellState.initials, class_name="avatar"),
        rx.el.div(
            rx.el.div(ShellState.person, class_name="strong"),
            rx.el.div(ShellState.role),
            class_name="menu-note",
        ),
        NavLink.create(
            icon("monitor_smartphone"),
            t("My sessions"),
            to="/" + ShellState.brand_code + "/sessions",
            class_name="menu-item",
        ),
        logout_form(),
        label=t("You"),
    )


def _keyboard() -> rx.Component:
    return KeyBoardPiece.create(
        words={
            "title": t("Keys on this page"),
            "rows": t("Next or previous row"),
            "open": t("Open the row"),
            "tick": t("Tick the row"),
            "search": t("Search"),
            "everywhere": t("Search everywhere"),
            "next": t("Next case"),
            "pages": t("Previous or next page of the document"),
            "close": t("Close"),
            "help": t("This list"),
            "off": t("Switch single keys off in this browser"),
        }
    )


def _or_missing(content: rx.Component) -> rx.Component:
    """The page, or one sentence where its record is not there."""
    nothing = rx.el.div(
        rx.el.h1(t("Not found")),
        rx.el.p(ShellState.missing),
        rx.el.p(t("It may belong to another brand, or the address is not complete.")),
        class_name="empty",
        role="alert",
    )
    return rx.cond(ShellState.missing != "", nothing, content)


def staff_frame(content: rx.Component) -> rx.Component:
    """A staff page."""
    return rx.el.div(
        brand_style(),
        rx.el.a(t("To the content"), href="#main", class_name="skip"),
        sidebar(),
        rx.el.header(
            rx.el.button(
                icon("menu", 18),
                type="button",
                class_name="icon-button menu-button",
                aria_label=t("Menu"),
                on_click=rx.call_script(TOGGLE_SIDE),
            ),
            _search_box(),
            rx.el.div(class_name="grow hide-small"),
            _brand_switch(),
            _bell(),
            theme_button(),
            _user_menu(),
            class_name="frame-top",
        ),
        rx.el.main(_or_missing(content), id="main", class_name="frame-main"),
        _keyboard(),
        class_name="frame",
    )


def self_frame(content: rx.Component, audience: str) -> rx.Component:
    """A page of a customer or business."""
    links = [
        NavLink.create(
            icon(entry.icon),
            t(entry.label),
            to=_address(entry),
            end=entry.route.endswith("[brand]"),
        )
        for entry in entries(audience)
    ]
    return rx.el.div(
        brand_style(),
        rx.el.header(
            rx.el.div(
                _logo(),
                rx.el.span(ShellState.brand_name, class_name="strong grow"),
                theme_button(),
                logout_form("btn quiet small"),
                class_name="self-top-in",
            ),
            rx.el.div(
                rx.el.nav(*links, class_name="self-nav", aria_label=t("Main")),
                class_name="self-top-in",
                style={"height": "auto"},
            )
            if len(links) > 1
            else rx.fragment(),
            class_name="self-top",
        ),
        rx.el.main(_or_missing(content), id="main", class_name="self-main"),
        rx.el.footer(
            t("Lending by"),
            " ",
            ShellState.brand_name,
            ". ",
            t("Never share your code."),
            class_name="self-foot",
        ),
        class_name="self",
    )


def framed(page: Page) -> Callable[[], rx.Component]:
    """The page's function with its frame around it."""

    def make() -> rx.Component:
        content = page.layout()
        if page.audience == "staff":
            return staff_frame(content)
        if page.audience in ("customer", "business"):
            return self_frame(content, page.audience)
        return rx.fragment(content)

    make.__name__ = page.layout.__name__
    return make
