"""Decides how people type things in: label above, error beside, the summary on top with the focus,
and nothing that was typed is ever lost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import reflex as rx

from backoffice.shell.catalogue import t
from backoffice.ui.client_piece import ConflictPiece, MoneyInputPiece
from backoffice.ui.layout import button, given


def _id(state: Any, name: str) -> str:
    return f"{state.__name__}-{name}"


def _shell(
    state: Any, name: str, label: Any, control: rx.Component, hint: Any, optional: bool
) -> rx.Component:
    field_id = _id(state, name)
    error = state.errors[name]
    mark = [rx.el.span(" ", t("(optional)"), class_name="optional")] if optional else []
    return rx.el.div(
        rx.el.label(label, *mark, html_for=field_id),
        *([rx.el.div(hint, class_name="hint", id=f"{field_id}-hint")] if given(hint) else []),
        control,
        rx.cond(error, rx.el.div(error, class_name="error", id=f"{field_id}-error", role="alert")),
        class_name=rx.cond(error, "field bad", "field"),
    )


def _described(state: Any, name: str, hint: Any) -> dict[str, Any]:
    field_id = _id(state, name)
    described = f"{field_id}-error {field_id}-hint" if given(hint) else f"{field_id}-error"
    return {
        "aria-describedby": described,
        "aria-invalid": rx.cond(state.errors[name], "true", "false"),
    }


def field(
    state: Any,
    name: str,
    label: Any,
    *,
    hint: Any = "",
    type: str = "text",
    value: Any = None,
    optional: bool = False,
    **props: Any,
) -> rx.Component:
    """A line of text; `value` is what it starts with."""
    if value is not None:
        props["default_value"] = value
        if isinstance(value, rx.Var):
            props["key"] = value.to(str)
    props.setdefault("auto_complete", "off")
    control = rx.el.input(
        id=_id(state, name),
        name=name,
        type=type,
        class_name="input",
        custom_attrs=_described(state, name, hint),
        **props,
    )
    return _shell(state, name, label, control, hint, optional)


def date_field(state: Any, name: str, label: Any, **props: Any) -> rx.Component:
    """A date; the handler gets `2026-11-20`."""
    return field(state, name, label, type="date", **props)


def text_area(
    state: Any,
    name: str,
    label: Any,
    *,
    hint: Any = "",
    value: Any = None,
    optional: bool = False,
    **props: Any,
) -> rx.Component:
    """Several lines of text."""
    if value is not None:
        props["default_value"] = value
        if isinstance(value, rx.Var):
            props["key"] = value.to(str)
    control = rx.el.textarea(
        id=_id(state, name),
        name=name,
        class_name="input",
        custom_attrs=_described(state, name, hint),
        **props,
    )
    return _shell(state, name, label, control, hint, optional)


def select_field(
    state: Any,
    name: str,
    label: Any,
    *,
    options: Any,
    hint: Any = "",
    value: Any = None,
    optional: bool = False,
    choose: Any = "",
    **props: Any,
) -> rx.Component:
    """A choice; `options` is [(value, label), …] or a state var of such pairs."""
    if value is not None:
        props["default_value"] = value
        if isinstance(value, rx.Var):
            props["key"] = value.to(str)
    first = (
        [rx.el.option(choose if given(choose) else t("Choose"), value="")]
        if (given(choose) or value is None)
        else []
    )
    if isinstance(options, rx.Var):
        shown: list[Any] = [
            rx.foreach(options, lambda one: rx.el.option(one[1], value=one[0]))  # pyright: ignore
        ]
    else:
        shown = [rx.el.option(text, value=key) for key, text in options]
    control = rx.el.select(
        *first,
        *shown,
        id=_id(state, name),
        name=name,
        class_name="input",
        custom_attrs=_described(state, name, hint),
        **props,
    )
    return _shell(state, name, label, control, hint, optional)


def money_field(
    state: Any,
    name: str,
    label: Any,
    *,
    hint: Any = "",
    value: Any = "",
    optional: bool = False,
) -> rx.Component:
    """Rupees with the amount in words below; the handler gets the text for `parse_inr`."""
    field_id = _id(state, name)
    control = MoneyInputPiece.create(
        id=field_id,
        name=name,
        value=value,
        described_by=f"{field_id}-error {field_id}-hint" if given(hint) else f"{field_id}-error",
        invalid=rx.cond(state.errors[name], True, False),
    )
    return _shell(state, name, label, control, hint, optional)


def check_field(
    state: Any, name: str, label: Any, *, hint: Any = "", value: Any = False
) -> rx.Component:
    """A tick; the handler gets "on" or finds the name missing (`form.get(name) == "on"`)."""
    error = state.errors[name]
    field_id = _id(state, name)
    return rx.el.div(
        rx.el.label(
            rx.el.input(
                type="checkbox",
                id=field_id,
                name=name,
                default_checked=value,
                custom_attrs=_described(state, name, hint),
            ),
            rx.el.span(label),
            class_name="check",
        ),
        *([rx.el.div(hint, class_name="hint", id=f"{field_id}-hint")] if given(hint) else []),
        rx.cond(error, rx.el.div(error, class_name="error", id=f"{field_id}-error", role="alert")),
        class_name=rx.cond(error, "field bad", "field"),
    )


def radio_field(
    state: Any, name: str, label: Any, *, options: Sequence[tuple[str, Any]], value: str = ""
) -> rx.Component:
    """A few choices, all seen at once."""
    error = state.errors[name]
    return rx.el.fieldset(
        rx.el.legend(label),
        *[
            rx.el.label(
                rx.el.input(type="radio", name=name, value=key, default_checked=(key == value)),
                rx.el.span(text),
                class_name="check",
            )
            for key, text in options
        ],
        rx.cond(error, rx.el.div(error, class_name="error", role="alert")),
        id=_id(state, name),
        class_name=rx.cond(error, "field bad", "field"),
    )


def hidden(name: str, value: Any) -> rx.Component:
    """A value that travels with the form unseen (a version, an id)."""
    extra = {"key": value.to(str)} if isinstance(value, rx.Var) else {}
    # not type="hidden": there React writes the default back over what the conflict dialog set
    return rx.el.input(
        type="text", name=name, default_value=value, hidden=True, read_only=True, **extra
    )


def pair(*fields: rx.Component) -> rx.Component:
    """Fields beside each other where there is room."""
    return rx.el.div(*fields, class_name="pair")


def problem_summary(state: Any, form_name: str) -> rx.Component:
    """“There is a problem”, with links to the fields; takes the focus after a refusal."""
    prefix = f"#{state.__name__}-"
    return rx.cond(
        (state.problem != "") & (state.problem_form == form_name),
        rx.el.div(
            rx.el.h2(t("There is a problem")),
            rx.cond(
                state.errors.length() > 0,
                rx.el.ul(
                    rx.foreach(
                        state.errors,
                        lambda one: rx.el.li(rx.el.a(one[1], href=prefix + one[0])),
                    )
                ),
                rx.el.p(state.problem),
            ),
            class_name="problem",
            role="alert",
            tab_index=-1,
            custom_attrs={"data-problem": "true"},
        ),
    )


def form(
    state: Any,
    on_submit: Any,
    *fields: Any,
    submit: Any = None,
    inline: bool = False,
    kind: str = "primary",
    beside: Sequence[Any] = (),
    clear: bool = False,
) -> rx.Component:
    """A form; `on_submit` is a `@command` taking `form: dict[str, Any]`.

    What was typed stays after a refusal; with `clear` it goes once the form was accepted.
    """
    handler = getattr(on_submit, "fn", None) or getattr(on_submit, "handler", None)
    name = getattr(handler, "__name__", None) or handler.fn.__name__  # pyright: ignore
    last = [button(submit if given(submit) else t("Save"), type="submit", kind=kind), *beside]
    return rx.el.form(
        problem_summary(state, name),
        *fields,
        rx.el.div(*last, class_name="row") if not inline else rx.fragment(*last),
        on_submit=on_submit,
        reset_on_submit=clear,
        no_validate=True,
        class_name="form inline" if inline else "form",
        custom_attrs={"data-form": name},
    )


def conflict_dialog(state: Any) -> rx.Component:
    """Shown when somebody else saved first: mine and theirs for each field."""
    return ConflictPiece.create(
        conflict=state.conflict,
        on_close=state.close_conflict,
        words={
            "title": t("Somebody else saved this record first"),
            "lead": t("It was changed by"),
            "kept": t("Nothing you typed is lost. Choose for each field, then save again."),
            "field": t("Field"),
            "mine": t("What you typed"),
            "theirs": t("What is saved now"),
            "money": t("For an amount you must choose yourself."),
            "later": t("Back to the form"),
            "apply": t("Use these values"),
        },
    )
