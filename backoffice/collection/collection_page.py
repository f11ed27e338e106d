"""Decides how collectors see their work: the worklist by bucket, and one loan with its next step.
What a collector fears is calling in vain, so what is due and promised stands above the form."""

from __future__ import annotations

import reflex as rx

from backoffice import ui
from backoffice.collection.collection_state import (
    CHANNEL_OPTIONS,
    DISPOSITION_OPTIONS,
    REMINDER_WORDS,
    CollectionCase,
    CollectionList,
    PreCollectionList,
)
from backoffice.shell import nav, page, t
from core.access.permission import Permission

nav(
    "Collections",
    "Worklist",
    "/[brand]/collection",
    Permission.COLLECTION_LIST,
    icon="phone",
    order=10,
)
nav(
    "Collections",
    "Pre-collection",
    "/[brand]/pre-collection",
    Permission.COLLECTION_LIST,
    icon="calendar-clock",
    order=20,
)


@page(
    route="/[brand]/collection",
    title="Collections",
    permission=Permission.COLLECTION_LIST,
    on_load=[CollectionList.load, CollectionList.watch_changes],
)
def collection_page() -> rx.Component:
    """The worklist."""
    return ui.screen(
        ui.page_header(
            t("Collections"),
            ui.next_case(CollectionList.next_case),
            subtitle=t("Overdue loans, most days past due first"),
        ),
        rx.el.div(
            rx.foreach(
                CollectionList.tiles,
                lambda one: ui.tile(one["label"], one["count"], one["amount"], one["href"]),
            ),
            class_name="tiles",
        ),
        ui.table(CollectionList),
    )


@page(
    route="/[brand]/pre-collection",
    title="Pre-collection",
    permission=Permission.COLLECTION_LIST,
    on_load=[PreCollectionList.load],
)
def pre_collection_page() -> rx.Component:
    """What falls due in the next days."""
    return ui.screen(
        ui.page_header(
            t("Pre-collection"), subtitle=t("Instalments that fall due in the next days")
        ),
        ui.table(PreCollectionList),
    )


def contact_form() -> rx.Component:
    """The outcome of a contact; a promise asks for amount and day."""
    state = CollectionCase
    return ui.form(
        state,
        state.record,
        ui.select_field(
            state,
            "disposition",
            t("What came of it"),
            options=[(code, t(name)) for code, name in DISPOSITION_OPTIONS],
            value="promised",
            on_change=state.choose,
        ),
        ui.select_field(
            state,
            "channel",
            t("How"),
            options=[(code, t(name)) for code, name in CHANNEL_OPTIONS],
            value="call",
        ),
        rx.cond(
            state.disposition == "promised",
            rx.el.div(
                ui.money_field(state, "amount", t("Amount promised")),
                ui.date_field(state, "promised_on", t("By")),
            ),
        ),
        ui.text_area(state, "note", t("Remark"), optional=True),
        ui.date_field(state, "next_action_on", t("Next action on"), optional=True),
        submit=t("Record"),
        clear=True,
    )


def reminder_form() -> rx.Component:
    """Plan a message for a moment."""
    state = CollectionCase
    return ui.form(
        state,
        state.plan_reminder,
        ui.select_field(
            state,
            "kind",
            t("Remind of"),
            options=[(code, t(name)) for code, name in REMINDER_WORDS.items()],
            value="promise_reminder",
        ),
        ui.field(
            state,
            "due_at",
            t("When"),
            type="datetime-local",
            value=state.minute_ahead,
            hint=t("Indian time; recovery reminders go out between 08:00 and 19:00"),
        ),
        submit=t("Plan the reminder"),
    )


PROMISE_COLUMNS = (
    ui.Column("amount", "Amount", kind="money"),
    ui.Column("promised_on", "By"),
    ui.Column("status", "State", kind="status"),
    ui.Column("made", "Made"),
)
REMARK_COLUMNS = (
    ui.Column("at", "When"),
    ui.Column("outcome", "Outcome"),
    ui.Column("channel", "How"),
    ui.Column("note", "Remark"),
    ui.Column("who", "Who"),
)
REMINDER_COLUMNS = (
    ui.Column("kind", "Reminder"),
    ui.Column("due_at", "Planned for"),
    ui.Column("status", "State", kind="status"),
    ui.Column("since", "Since"),
    ui.Column("reason", "Why"),
)
MESSAGE_COLUMNS = (
    ui.Column("at", "When"),
    ui.Column("kind", "Message"),
    ui.Column("body", "Text"),
    ui.Column("status", "State", kind="status"),
)


@page(
    route="/[brand]/collection/[key]",
    title="Collection case",
    permission=Permission.COLLECTION_LIST,
    on_load=[CollectionCase.load, CollectionCase.watch_changes],
)
def collection_case_page() -> rx.Component:
    """One loan on the collector's desk."""
    state = CollectionCase
    return ui.screen(
        ui.page_header(
            rx.cond(state.loan["name"], state.loan["name"], t("Loan")),
            ui.link_button(t("Open the case"), state.loan["case"]),
            ui.next_case(CollectionList.next_case),
            subtitle=state.loan["number"],
            back=(t("Worklist"), ui.brand_path("/collection")),
        ),
        ui.section(
            t("Before you call"),
            rx.el.ul(rx.foreach(state.lines, rx.el.li), class_name="briefing"),
            ui.facts(
                [
                    (t("Overdue"), state.loan["overdue"]),
                    (t("Days past due"), state.loan["days"]),
                    (t("Bucket"), state.loan["bucket"]),
                    (t("Outstanding"), state.loan["outstanding"]),
                    (t("Mobile"), state.loan["mobile"]),
                    (t("With"), state.loan["with"]),
                ]
            ),
        ),
        ui.columns(
            ui.stack(
                rx.cond(state.can_work, ui.section(t("Record the contact"), contact_form())),
                rx.cond(state.can_work, ui.section(t("Plan a reminder"), reminder_form())),
            ),
            ui.stack(
                ui.section(
                    t("Promises to pay"),
                    ui.simple_table(PROMISE_COLUMNS, state.promises, empty=t("No promise yet.")),
                ),
                ui.section(
                    t("Remarks"),
                    ui.simple_table(
                        REMARK_COLUMNS, state.remarks, empty=t("Nobody has called yet.")
                    ),
                ),
                ui.section(
                    t("Reminders"),
                    ui.simple_table(
                        REMINDER_COLUMNS,
                        state.reminders,
                        empty=t("No reminder is planned."),
                        actions=lambda row: rx.cond(
                            row["status"] == "pending",
                            ui.button(
                                t("Cancel"),
                                on_click=state.cancel(row["id"]),
                                kind="quiet",
                            ),
                        ),
                    ),
                ),
                ui.section(
                    t("Messages"),
                    ui.simple_table(
                        MESSAGE_COLUMNS, state.messages, empty=t("No message was sent.")
                    ),
                ),
            ),
        ),
    )
