"""Decides how an application is followed on a phone, and where its papers are.
What we wait for from the customer comes first; what merely informs comes after."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.self_service.application_state import MyApplication, MyDocuments
from backoffice.self_service.customer_panels import load_panels
from backoffice.self_service.home_page import road
from backoffice.self_service.home_state import my_path
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav(
    "",
    "Application",
    "/my/[brand]/application",
    Permission.CUSTOMER_SELF,
    icon="file_text",
    order=10,
    audience="customer",
)
nav(
    "",
    "Documents",
    "/my/[brand]/documents",
    Permission.CUSTOMER_SELF,
    icon="folder",
    order=20,
    audience="customer",
)


def _line(one: Any) -> rx.Component:
    return rx.el.div(rx.el.dt(one[0]), rx.el.dd(one[1]))


def _status() -> rx.Component:
    state = MyApplication
    return ui.section(
        "",
        ui.row(
            rx.el.span(state.amount, class_name="amount"),
            ui.status_chip(state.status),
            spread=True,
        ),
        rx.cond(state.road.length() > 0, road(state.road)),
        rx.cond(
            state.sent_back,
            ui.note(
                rx.el.div(t("We need something from you"), class_name="strong"),
                rx.el.div(state.sent_back),
                tone="warn",
            ),
            rx.cond(
                state.customer_acts,
                ui.note(state.next_words, tone="warn"),
                rx.el.p(state.next_words, class_name="strong"),
            ),
        ),
    )


def _answer() -> rx.Component:
    state = MyApplication
    return rx.cond(
        state.sent_back,
        ui.section(
            t("Your answer"),
            ui.form(
                state,
                state.answer_question,
                ui.text_area(
                    state,
                    "answer",
                    t("What did you change or send?"),
                    hint=t("Upload a missing file below first."),
                ),
                submit=t("Answer and go on"),
            ),
        ),
    )


def _upload() -> rx.Component:
    state = MyApplication
    return rx.cond(
        state.may_upload,
        ui.section(
            t("Bank statement"),
            rx.el.p(
                t(
                    "The PDF from your bank for the last three months or more, from the account "
                    "your salary comes to."
                ),
                class_name="muted",
            ),
            ui.file_drop(
                endpoint="/files/upload/document",
                fields=state.upload_fields,
                label=t("Bank statement (PDF)"),
                hint=t("Up to 25 MB"),
                accept="application/pdf",
                on_done=state.uploaded,
            ),
            rx.el.details(
                rx.el.summary(t("The PDF has a password")),
                rx.el.div(
                    rx.el.label(t("Password of the PDF"), html_for="MyApplication-password"),
                    rx.el.input(
                        id="MyApplication-password",
                        type="password",
                        auto_complete="off",
                        class_name="input",
                        on_blur=state.keep_pdf_password,
                    ),
                    rx.el.div(
                        t("Enter it before you choose the file. We do not keep it."),
                        class_name="hint",
                    ),
                    class_name="field",
                ),
            ),
            ui.progress(state.run),
            _documents(state.documents),
        ),
        rx.cond(
            state.documents.length() > 0,
            ui.section(t("Your documents"), _documents(state.documents)),
        ),
    )


def _documents(rows: Any) -> rx.Component:
    def one(document: Any) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.a(
                    document["kind"].to(str),
                    href=document["href"].to(str),
                    target="_blank",
                    class_name="strong",
                ),
                ui.status_chip(document["state"].to(str)),
                class_name="row spread",
            ),
            rx.el.div(
                document["file_name"].to(str),
                " · ",
                document["uploaded"].to(str),
                class_name="muted",
            ),
            rx.cond(document["reason"], rx.el.div(document["reason"].to(str), class_name="error")),
            class_name="paper",
        )

    return rx.el.ul(rx.foreach(rows, one), class_name="papers")


def _conversation() -> rx.Component:
    state = MyApplication

    def one(message: Any) -> rx.Component:
        return rx.el.li(
            rx.el.div(message["who"].to(str), class_name="muted"),
            rx.el.div(message["text"].to(str), style={"white_space": "pre-wrap"}),
            rx.el.div(message["when"].to(str), class_name="when"),
            class_name=rx.cond(
                message["audience"].to(str) == "from_customer", "bubble mine", "bubble"
            ),
        )

    return ui.section(
        t("Messages"),
        rx.cond(
            state.talk.length() > 0,
            rx.el.ol(rx.foreach(state.talk, one), class_name="talk"),
            rx.el.p(t("Nothing yet. Ask us whatever you need to know."), class_name="muted"),
        ),
        rx.cond(
            state.is_open,
            ui.form(
                state,
                state.write,
                ui.text_area(state, "text", t("Your message")),
                submit=t("Send"),
                kind="plain",
                clear=True,
            ),
        ),
    )


@page(
    route="/my/[brand]/application",
    title="Application",
    permission=Permission.CUSTOMER_SELF,
    audience="customer",
    on_load=[MyApplication.load, MyApplication.watch_changes],
)
def my_application_page() -> rx.Component:
    """How far it is, what is pending, with whom."""
    state = MyApplication
    return rx.cond(
        state.loaded,
        rx.cond(
            state.number,
            ui.stack(
                ui.row(rx.el.h1(t("Application"), " ", state.number)),
                _status(),
                *[panel.component() for panel in load_panels("application")],
                _answer(),
                _upload(),
                ui.section(
                    t("Details"),
                    rx.el.dl(rx.foreach(state.details, _line), class_name="lines"),
                ),
                _conversation(),
                rx.cond(
                    state.may_cancel,
                    ui.confirm(
                        t("Cancel the application"),
                        state.cancel_application,
                        effect=t("We stop working on it. You can apply again at any time."),
                        button=t("Cancel it"),
                        kind="quiet",
                        danger=True,
                        reason=t("Why do you cancel?"),
                    ),
                ),
            ),
            ui.stack(
                rx.el.h1(t("Application")),
                ui.empty(
                    t("You have not applied yet."),
                    ui.link_button(t("Apply for a loan"), my_path("/apply"), kind="primary"),
                ),
            ),
        ),
        ui.loading(8),
    )


@page(
    route="/my/[brand]/documents",
    title="Documents",
    permission=Permission.CUSTOMER_SELF,
    audience="customer",
    on_load=[MyDocuments.load],
)
def my_documents_page() -> rx.Component:
    """Agreements, letters and what was uploaded."""
    state = MyDocuments
    return ui.stack(
        rx.el.h1(t("Documents")),
        *[panel.component() for panel in load_panels("documents")],
        ui.section(
            t("Documents"),
            rx.cond(
                state.loaded,
                rx.cond(
                    state.documents.length() > 0,
                    _documents(state.documents),
                    ui.empty(t("Agreements, letters and your uploads appear here.")),
                ),
                ui.loading(3),
            ),
        ),
    )
