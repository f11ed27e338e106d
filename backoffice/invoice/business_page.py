"""Decides what a small business finds on its own page: upload, invoices with their state, profile.

Made for a phone: the upload is the first thing, and every invoice says in one line where it is.
"""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.invoice.invoice_state import BusinessHome
from backoffice.security.login import party_login
from backoffice.shell import page, t
from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork
from core.invoice.service import register_or_log_in


def business_of(uow: UnitOfWork, mobile: str) -> tuple[int, str]:
    """The business that a proven mobile number belongs to, registered on its first login."""
    business = register_or_log_in(uow, mobile)
    return business.id, business.name


party_login("business", business_of)


def upload() -> rx.Component:
    """The place for an invoice, from the files or the camera."""
    return ui.section(
        t("Send an invoice"),
        ui.file_drop(
            endpoint="/files/upload/invoice",
            label=t("Choose the invoice or take a photo of it"),
            hint=t("PDF, JPEG, PNG or TIFF, up to 25 MB"),
            accept="application/pdf,image/png,image/jpeg,image/tiff",
            multiple=True,
            on_done=lambda answer: BusinessHome.load(),
        ),
    )


def one_invoice(one: rx.Var) -> rx.Component:
    """One invoice as a card: state, amounts, what was read, what is wrong."""
    return rx.el.article(
        rx.el.div(
            rx.el.div(
                rx.el.div(one["paper"].to(str), class_name="strong"),
                rx.el.div(
                    one["number"].to(str), " · ", one["uploaded"].to(str), class_name="muted"
                ),
            ),
            ui.status_chip(one["status"].to(str)),
            class_name="row spread",
        ),
        ui.progress(one["run"].to(dict)),
        rx.cond(one["failed"], ui.note(one["failed"].to(str), tone="bad")),
        rx.cond(one["duplicate"], ui.note(one["duplicate"].to(str), tone="warn")),
        rx.cond(one["reason"], ui.note(one["reason"].to(str), tone="bad")),
        rx.cond(
            one["total"],
            ui.facts(
                [
                    (t("Buyer"), one["buyer"].to(str)),
                    (t("Total"), one["total"].to(str)),
                    (t("Due"), rx.cond(one["due"], one["due"].to(str), t("Not printed"))),
                ]
            ),
        ),
        rx.el.details(
            rx.el.summary(t("What was read")),
            rx.el.dl(
                rx.foreach(
                    one["fields"].to(list[dict[str, str]]),
                    lambda field: rx.el.div(rx.el.dt(field["label"]), rx.el.dd(field["text"])),
                ),
                class_name="facts",
            ),
            rx.el.a(
                t("Open the file"),
                href=one["file"].to(str),
                target="_blank",
                rel="noopener",
                class_name="btn small",
            ),
        ),
        class_name="card card-body stack-s",
    )


def profile() -> rx.Component:
    """Name and GSTIN, asked once."""
    state = BusinessHome
    return ui.section(
        t("Your business"),
        rx.cond(
            state.asking,
            ui.form(
                state,
                state.save,
                ui.field(state, "name", t("Business name"), value=state.name),
                ui.field(
                    state,
                    "gstin",
                    t("GSTIN"),
                    value=state.gstin,
                    optional=True,
                    hint=t("15 letters and digits, as on your invoices"),
                ),
                ui.field(
                    state, "contact_name", t("Your name"), value=state.contact_name, optional=True
                ),
                submit=t("Save"),
            ),
            rx.fragment(
                ui.facts(
                    [
                        (t("Business name"), state.name),
                        (t("GSTIN"), rx.cond(state.gstin, state.gstin, t("Not given"))),
                        (t("Mobile"), state.mobile),
                    ]
                ),
                ui.button(t("Change"), on_click=state.ask, kind="quiet"),
            ),
        ),
    )


@page(
    route="/business/[brand]",
    title="Your invoices",
    permission=Permission.BUSINESS_SELF,
    audience="business",
    on_load=[BusinessHome.load, BusinessHome.watch_changes],
)
def business_page() -> rx.Component:
    """The business's own page."""
    state = BusinessHome
    listed = rx.el.div(rx.foreach(state.invoices, one_invoice), class_name="stack")
    nothing = ui.empty(t("You have not sent an invoice yet. It is read within a minute."))
    return ui.screen(
        ui.page_header(rx.cond(state.name, state.name, t("Your invoices"))),
        rx.cond(state.asking & state.loaded, profile()),
        upload(),
        rx.el.h2(t("Invoices")),
        rx.cond(
            state.loaded,
            rx.cond(state.invoices.length() > 0, listed, nothing),
            ui.loading(),
        ),
        rx.cond(~state.asking & state.loaded, profile()),
    )
