"""Decides how numbers with a history are drawn: one line or bars, with the same numbers as a table
below, because a picture alone leaves some people out."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice.shell.catalogue import t

HEIGHT_PX = 220
BRAND = "var(--accent)"


def _twin(data: Any, x: str, series: list[tuple[str, str]], title: str) -> rx.Component:
    return rx.el.details(
        rx.el.summary(t("The same numbers as a table"), class_name="muted"),
        rx.el.div(
            rx.el.table(
                rx.el.caption(title, class_name="vh"),
                rx.el.thead(
                    rx.el.tr(
                        rx.el.th("", scope="col"),
                        *[rx.el.th(label, scope="col", class_name="num") for _, label in series],
                    )
                ),
                rx.el.tbody(
                    rx.foreach(
                        data,
                        lambda point: rx.el.tr(
                            rx.el.th(point[x].to(str), scope="row"),
                            *[
                                rx.el.td(
                                    rx.cond(
                                        point[f"{key}_text"],
                                        point[f"{key}_text"].to(str),
                                        point[key].to(str),
                                    ),
                                    class_name="num",
                                )
                                for key, _ in series
                            ],
                        ),
                    )
                ),
                class_name="grid",
            ),
            class_name="scroll",
        ),
    )


def _frame(title: str, picture: rx.Component, twin: rx.Component) -> rx.Component:
    return rx.el.figure(
        rx.el.figcaption(title, class_name="strong"),
        rx.el.div(picture, class_name="chart", aria_hidden="true"),
        twin,
        class_name="stack-s",
    )


def bar_chart(
    data: Any, x: str, series: list[tuple[str, str]], title: str, *, stacked: bool = False
) -> rx.Component:
    """Bars; `data` is a state var of dicts, `series` is [(key, label)]; `{key}_text` for words.

    With `stacked` the series stand on each other, for parts of one sum.
    """
    stack = {"stack_id": "sum"} if stacked else {}
    picture = rx.recharts.bar_chart(
        rx.recharts.cartesian_grid(vertical=False, stroke="var(--line)"),
        rx.recharts.x_axis(data_key=x, tick_line=False),
        rx.recharts.y_axis(width=64, tick_line=False, axis_line=False),
        rx.recharts.graphing_tooltip(),
        *([rx.recharts.legend()] if len(series) > 1 else []),
        *[
            rx.recharts.bar(data_key=key, name=label, fill=fill, **stack)
            for (key, label), fill in zip(
                series, (BRAND, "var(--line-strong)", "var(--warn)"), strict=False
            )
        ],
        data=data,
        width="100%",
        height=HEIGHT_PX,
    )
    return _frame(title, picture, _twin(data, x, series, title))


def line_chart(data: Any, x: str, series: list[tuple[str, str]], title: str) -> rx.Component:
    """Lines; like `bar_chart`."""
    picture = rx.recharts.line_chart(
        rx.recharts.cartesian_grid(vertical=False, stroke="var(--line)"),
        rx.recharts.x_axis(data_key=x, tick_line=False),
        rx.recharts.y_axis(width=64, tick_line=False, axis_line=False),
        rx.recharts.graphing_tooltip(),
        *([rx.recharts.legend()] if len(series) > 1 else []),
        *[
            rx.recharts.line(data_key=key, name=label, stroke=stroke, dot=False, stroke_width=2)
            for (key, label), stroke in zip(
                series, (BRAND, "var(--line-strong)", "var(--warn)"), strict=False
            )
        ],
        data=data,
        width="100%",
        height=HEIGHT_PX,
    )
    return _frame(title, picture, _twin(data, x, series, title))
