"""Decides how a brand is configured: its look, its products' limits, its messages, its rules."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.brand.settings_state import (
    FLAG,
    RANGE,
    BrandSettings,
    ProductSettings,
    RuleSettings,
    TemplateSettings,
)
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav(
    "Settings", "Brand", "/[brand]/settings/brand", Permission.BRAND_CONFIGURE,
    icon="palette", order=10,
)  # fmt: skip
nav(
    "Settings", "Products", "/[brand]/settings/products", Permission.PRODUCT_CONFIGURE,
    icon="package", order=20,
)  # fmt: skip
nav(
    "Settings", "Rules", "/[brand]/settings/rules", Permission.RULE_CONFIGURE,
    icon="list_checks", order=30,
)  # fmt: skip
nav(
    "Settings", "Templates", "/[brand]/settings/templates", Permission.TEMPLATE_CONFIGURE,
    icon="message_square_text", order=40,
)  # fmt: skip


@page(
    route="/[brand]/settings/brand",
    title="Brand",
    permission=Permission.BRAND_CONFIGURE,
    on_load=[BrandSettings.load],
)
def brand_page() -> rx.Component:
    """The brand's look and address."""
    state, saved = BrandSettings, BrandSettings.saved

    def value(name: str) -> Any:
        return saved[name].to(str)

    return ui.screen(
        ui.page_header(
            t("Brand"),
            subtitle=t("Name, colour and logo are seen by customers and staff at once."),
        ),
        ui.conflict_dialog(state),
        ui.columns(
            ui.section(
                t("Look and address"),
                rx.cond(
                    state.version != "",
                    ui.form(
                        state,
                        state.save,
                        ui.hidden("version", state.version),
                        ui.field(state, "name", t("Name"), value=value("name")),
                        ui.pair(
                            ui.field(
                                state,
                                "colour",
                                t("Colour"),
                                hint=t("Like #0F766E; buttons and links are mixed from it."),
                                value=value("colour"),
                            ),
                            rx.el.div(
                                rx.el.div(t("In use now"), class_name="strong"),
                                rx.el.div(
                                    style={
                                        "background": value("colour"),
                                        "height": "36px",
                                        "borderRadius": "6px",
                                    },
                                    aria_hidden="true",
                                ),
                                class_name="field",
                            ),
                        ),
                        ui.pair(
                            ui.field(state, "phone", t("Phone"), value=value("phone")),
                            ui.field(state, "email", t("E-mail"), value=value("email")),
                        ),
                        ui.text_area(state, "address", t("Address"), value=value("address")),
                        ui.field(
                            state,
                            "grievance_officer",
                            t("Grievance officer"),
                            hint=t("Named on every key facts statement."),
                            value=value("grievance_officer"),
                        ),
                        ui.text_area(
                            state,
                            "logo_svg",
                            t("Logo (SVG)"),
                            hint=t("Shapes only; scripts are refused."),
                            value=value("logo_svg"),
                            optional=True,
                        ),
                        submit=t("Save the brand"),
                    ),
                    ui.loading(),
                ),
            ),
            ui.section(t("What was changed"), ui.timeline(state.events)),
        ),
    )


TERM_COLUMNS = (
    ui.Column("amounts", "Amounts"),
    ui.Column("tenor", "Tenure"),
    ui.Column("rate", "Rate"),
    ui.Column("fee", "Fee"),
    ui.Column("penal", "Penal charge"),
    ui.Column("version", "Version"),
    ui.Column("from", "Holds from"),
)


@page(
    route="/[brand]/settings/products",
    title="Products",
    permission=Permission.PRODUCT_CONFIGURE,
    on_load=[ProductSettings.load],
)
def products_page() -> rx.Component:
    """Products with the terms in force; a change is a new version."""
    state, terms = ProductSettings, ProductSettings.terms

    def value(name: str) -> Any:
        return terms[name].to(str)

    editor = ui.columns(
        ui.section(
            rx.fragment(t("Next version of"), " ", state.chosen_name),
            ui.form(
                state,
                state.save,
                ui.pair(
                    ui.money_field(
                        state, "min_amount", t("Smallest amount"), value=value("min_amount")
                    ),
                    ui.money_field(
                        state, "max_amount", t("Largest amount"), value=value("max_amount")
                    ),
                ),
                ui.pair(
                    ui.field(
                        state,
                        "min_tenor",
                        rx.fragment(t("Shortest tenure"), ", ", state.unit),
                        value=value("min_tenor"),
                        input_mode="numeric",
                    ),
                    ui.field(
                        state,
                        "max_tenor",
                        rx.fragment(t("Longest tenure"), ", ", state.unit),
                        value=value("max_tenor"),
                        input_mode="numeric",
                    ),
                ),
                ui.pair(
                    ui.field(
                        state,
                        "rate",
                        rx.fragment(t("Rate in % a"), " ", value("rate_period")),
                        value=value("rate"),
                        input_mode="decimal",
                    ),
                    ui.field(
                        state,
                        "fee",
                        t("Processing fee in %"),
                        value=value("fee"),
                        input_mode="decimal",
                    ),
                ),
                ui.pair(
                    ui.field(
                        state,
                        "penal",
                        t("Penal charge in % a year"),
                        value=value("penal"),
                        input_mode="decimal",
                    ),
                    ui.field(
                        state,
                        "grace",
                        t("Days of grace"),
                        value=value("grace"),
                        input_mode="numeric",
                    ),
                ),
                ui.date_field(state, "effective_from", t("Holds from"), value=state.today),
                submit=t("Make this version"),
                beside=[ui.link_button(t("Cancel"), ui.brand_path("/settings/products"))],
            ),
        ),
        ui.section(
            t("Versions"),
            ui.simple_table(
                (
                    ui.Column("version", "Version"),
                    ui.Column("from", "Holds from"),
                    ui.Column("amounts", "Amounts"),
                    ui.Column("by", "Made by"),
                ),
                state.versions,
            ),
            flush=True,
        ),
    )
    return ui.screen(
        ui.page_header(
            t("Products"),
            subtitle=t("A change makes a new version. Loans already sold keep theirs."),
        ),
        ui.section(
            "",
            ui.simple_table(
                (ui.Column("name", "Product"), *TERM_COLUMNS),
                state.products,
                empty="This brand sells nothing yet.",
            ),
            flush=True,
        ),
        rx.cond(state.chosen != "", editor),
    )


@page(
    route="/[brand]/settings/templates",
    title="Templates",
    permission=Permission.TEMPLATE_CONFIGURE,
    on_load=[TemplateSettings.load],
)
def templates_page() -> rx.Component:
    """Messages with their texts; the editor shows at once how a text reads."""
    state = TemplateSettings
    editor = ui.columns(
        ui.section(
            rx.fragment(state.name, " · ", state.channel),
            ui.form(
                state,
                state.save,
                rx.cond(
                    state.channel == "email",
                    ui.field(state, "subject", t("Subject"), value=state.subject),
                ),
                ui.text_area(
                    state,
                    "body",
                    t("Text"),
                    hint=rx.fragment(
                        t("Words you may use:"),
                        " ",
                        rx.foreach(
                            state.words, lambda word: rx.el.code(word, " ", class_name="mono")
                        ),
                    ),
                    value=state.body,
                    rows=6,
                    on_change=state.try_out.debounce(300),
                ),
                submit=t("Use this text"),
                beside=[ui.link_button(t("Cancel"), ui.brand_path("/settings/templates"))],
            ),
        ),
        ui.stack(
            ui.section(
                t("How it reads"),
                rx.cond(
                    state.preview_problem != "",
                    ui.note(state.preview_problem, tone="bad"),
                    rx.el.p(state.preview, style={"whiteSpace": "pre-wrap"}),
                ),
            ),
            ui.section(
                t("Versions"),
                ui.simple_table(
                    (
                        ui.Column("version", "Version"),
                        ui.Column("made", "Made"),
                        ui.Column("by", "By"),
                    ),
                    state.versions,
                ),
                flush=True,
            ),
        ),
    )
    return ui.screen(
        ui.page_header(
            t("Templates"),
            subtitle=t("What was sent stays as it was sent; a change holds for the next message."),
        ),
        rx.cond(state.chosen != "", editor),
        ui.section(
            "",
            ui.simple_table(
                (
                    ui.Column("name", "Message"),
                    ui.Column("channel", "Channel"),
                    ui.Column("body", "Text"),
                    ui.Column("version", "Version"),
                ),
                state.templates,
                empty="This brand has no messages yet.",
            ),
            flush=True,
        ),
    )


@page(
    route="/[brand]/settings/rules",
    title="Rules",
    permission=Permission.RULE_CONFIGURE,
    on_load=[RuleSettings.load],
)
def rules_page() -> rx.Component:
    """The rules in force; a changed threshold is a new version of the whole set."""
    state, rule = RuleSettings, RuleSettings.rule

    def threshold(name: str, label: str, *, optional: bool = False) -> rx.Component:
        return ui.field(
            state, name, label, value=rule[name].to(str), optional=optional, input_mode="decimal"
        )

    is_range = rule["comparison"] == RANGE
    editor = ui.section(
        rule["name"],
        rx.el.p(t("Now:"), " ", rule["words"], class_name="muted"),
        rx.cond(
            rule["comparison"] == FLAG,
            ui.note(t("This rule asks a yes or no and has no number to change.")),
            ui.form(
                state,
                state.save,
                ui.pair(
                    threshold("pass_at", t("Passes at")),
                    rx.cond(is_range, threshold("pass_to", t("up to"))),
                ),
                ui.pair(
                    threshold("refer_at", t("Goes to a person at"), optional=True),
                    rx.cond(is_range, threshold("refer_to", t("up to"), optional=True)),
                ),
                ui.date_field(state, "effective_from", t("Holds from"), value=state.today),
                ui.field(state, "note", t("Why"), optional=True),
                submit=t("Publish the new version"),
                beside=[ui.link_button(t("Cancel"), ui.brand_path("/settings/rules"))],
            ),
        ),
    )
    return ui.screen(
        ui.page_header(
            t("Rules"),
            subtitle=rx.cond(
                state.label != "",
                rx.fragment(state.label, ", ", t("in force since"), " ", state.since),
                t("This brand has no rules yet."),
            ),
        ),
        rx.cond(state.chosen != "", editor),
        ui.section(
            t("Rules in force"),
            ui.simple_table(
                (
                    ui.Column("name", "Rule"),
                    ui.Column("code", "Code"),
                    ui.Column("threshold", "Threshold"),
                    ui.Column("miss", "A miss"),
                    ui.Column("missing", "Without a value"),
                ),
                state.rules,
            ),
            flush=True,
        ),
        ui.section(
            t("Versions"),
            ui.simple_table(
                (
                    ui.Column("version", "Version"),
                    ui.Column("from", "Holds from"),
                    ui.Column("count", "Rules"),
                    ui.Column("by", "By"),
                    ui.Column("note", "Why"),
                ),
                state.versions,
            ),
            flush=True,
        ),
    )
