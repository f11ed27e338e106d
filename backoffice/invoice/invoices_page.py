"""Decides how staff see invoices: the list, and the desk with the page beside its fields.

What needs eyes is marked on the page and in the field alike; the decision stands at the top with
everything that speaks against it.
"""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.invoice.invoice_state import InvoiceDesk, InvoiceList
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav(
    "Invoices",
    "Invoices",
    "/[brand]/invoices",
    Permission.INVOICE_LIST,
    icon="file-text",
    order=10,
)


@page(
    route="/[brand]/invoices",
    title="Invoices",
    permission=Permission.INVOICE_LIST,
    on_load=[InvoiceList.load, InvoiceList.watch_changes],
)
def invoices_page() -> rx.Component:
    """The list."""
    return ui.screen(
        ui.page_header(t("Invoices"), subtitle=t("Uploaded by businesses, read by the machine")),
        ui.table(InvoiceList),
    )


def warnings() -> rx.Component:
    """What speaks against this invoice."""
    invoice = InvoiceDesk.invoice
    return rx.fragment(
        rx.cond(
            invoice["earlier"],
            ui.note(
                t("The same invoice is already with us: "),
                ui.link(invoice["earlier"].to(str), invoice["earlier_href"].to(str)),
                tone="bad",
            ),
        ),
        rx.cond(
            invoice["elsewhere"],
            ui.note(t("Another lender on this platform already holds this invoice."), tone="bad"),
        ),
        ui.problem_note(invoice["failed"].to(str)),
        rx.cond(
            invoice["reject_reason"],
            ui.note(t("Rejected: "), invoice["reject_reason"].to(str), tone="bad"),
        ),
        rx.foreach(
            InvoiceDesk.sums,
            lambda one: rx.cond(
                one["tone"] == "good",
                ui.note(one["text"], tone="good"),
                ui.note(one["text"], tone="warn"),
            ),
        ),
    )


def field_form(field: rx.Var) -> rx.Component:
    """One field: what was read, how sure and why, and the place to put it right."""
    state = InvoiceDesk
    path = field["path"].to(str)
    error = state.errors[path]
    field_id = "desk-" + path
    return rx.el.form(
        rx.el.label(
            field["label"].to(str),
            rx.cond(
                field["proof"],
                ui.chip(field["proof"].to(str), field["tone"].to(str)),
            ),
            rx.cond(field["low"], rx.el.span(field["sure"].to(str), class_name="muted")),
            html_for=field_id,
            class_name="row",
        ),
        rx.el.div(
            rx.el.input(
                id=field_id,
                name=path,
                default_value=field["text"].to(str),
                key=path + field["text"].to(str),
                class_name="input grow",
                read_only=~state.can_correct,
                auto_complete="off",
                custom_attrs={
                    "data-field": path,
                    "aria-invalid": rx.cond(error, "true", "false"),
                    "aria-describedby": field_id + "-error",
                },
            ),
            rx.cond(
                state.can_correct,
                ui.button(t("Save"), type="submit", small=True),
            ),
            class_name="row",
            style={"flex_wrap": "nowrap"},
        ),
        ui.hidden("path", path),
        ui.hidden("version", state.invoice["version"].to(str)),
        rx.cond(error, rx.el.div(error, class_name="error", id=field_id + "-error", role="alert")),
        rx.cond(field["note"], rx.el.div(field["note"].to(str), class_name="muted")),
        on_submit=state.save_field,
        no_validate=True,
        class_name=rx.cond(error, "field bad", "field"),
        custom_attrs={"data-form": "save_field"},
    )


def decision() -> list[rx.Component]:
    """Verify and reject, to whoever may."""
    state = InvoiceDesk
    return [
        rx.cond(
            state.can_decide & (state.invoice["can_reject"] != ""),
            ui.confirm(
                t("Reject"),
                state.reject,
                title=t("Reject this invoice?"),
                effect=t("The business reads the reason."),
                reason=t("Why it is rejected"),
                button=t("Reject"),
                danger=True,
            ),
        ),
        rx.cond(
            state.can_decide & (state.invoice["can_verify"] != ""),
            ui.button(t("Verify"), on_click=state.verify, kind="primary"),
        ),
    ]


@page(
    route="/[brand]/invoices/[key]",
    title="Invoice",
    permission=Permission.INVOICE_LIST,
    on_load=[InvoiceDesk.load, InvoiceDesk.watch_changes],
)
def invoice_desk_page() -> rx.Component:
    """One invoice: its page beside the fields that were read from it."""
    state = InvoiceDesk
    invoice = state.invoice
    there = ui.screen(
        ui.page_header(
            rx.cond(invoice["number"], invoice["number"].to(str), t("Invoice")),
            *decision(),
            subtitle=rx.fragment(invoice["business"].to(str), " · ", invoice["uploaded"].to(str)),
            back=(t("Invoices"), ui.brand_path("/invoices")),
            beside=ui.status_chip(invoice["status"].to(str)),
        ),
        ui.problem_note(rx.cond(state.problem_form == "verify", state.problem, "")),
        warnings(),
        ui.progress(state.run),
        ui.columns(
            rx.el.div(
                ui.section(
                    invoice["file"].to(str),
                    ui.page_image(
                        src=state.picture,
                        boxes=state.boxes,
                        page=state.page,
                        pages=state.pages,
                        on_page=state.turn_to,
                        alt=invoice["file"].to(str),
                    ),
                    actions=[
                        rx.el.a(
                            t("Original file"),
                            href="/files/document/" + invoice["document_id"].to(str),
                            target="_blank",
                            rel="noopener",
                            class_name="btn small",
                        ),
                        rx.cond(
                            state.can_correct,
                            ui.button(
                                t("Read again"), on_click=state.read_again, kind="quiet", small=True
                            ),
                        ),
                    ],
                ),
                class_name="desk-page",
            ),
            ui.section(
                t("Fields"),
                rx.foreach(state.fields, field_form),
                rx.cond(
                    invoice["engine"],
                    rx.el.div(
                        t("Read from a picture by "),
                        invoice["engine"].to(str),
                        class_name="muted",
                    ),
                ),
            ),
            wide_left=True,
        ),
        ui.section(t("What happened"), ui.timeline(state.events)),
        ui.conflict_dialog(state),
    )
    gone = ui.empty(
        t("There is no such invoice here."),
        ui.link_button(t("All invoices"), ui.brand_path("/invoices")),
    )
    return rx.cond(state.missing, gone, there)
