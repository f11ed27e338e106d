"""Decides how what happened is told: who did what, when and why, in plain sentences (S09), and
how a change reads before it is approved (S10)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import reflex as rx
from sqlalchemy import or_, select
from sqlmodel import col

from backoffice.shell.catalogue import t
from backoffice.ui.layout import empty, given
from core.db.sentence import sentences
from core.db.tables import AuditEvent
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_datetime

EVENTS_MAX = 100


def audit_sentence(event: AuditEvent) -> str:
    """An audited event as a person says it, without the name."""
    return sentences.render(event.action, event.words)


def change_words(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, str]]:
    """Only the changed fields, old and new, as `{label, before, after}`; lists go item by item."""
    old, new = _flat(before), _flat(after)
    names = list(dict.fromkeys([*old, *new]))
    return [
        {
            "label": _label(name),
            "before": _said(name, old.get(name)),
            "after": _said(name, new.get(name)),
        }
        for name in names
        if old.get(name) != new.get(name)
    ]


def _flat(value: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, one in value.items():
        path = f"{prefix}{name}"
        if isinstance(one, Mapping):
            flat |= _flat(one, f"{path} · ")
        elif isinstance(one, list) and one and all(isinstance(item, Mapping) for item in one):
            for index, item in enumerate(one, start=1):
                called = item.get("name") or item.get("code") or index
                flat |= _flat(
                    {k: v for k, v in item.items() if k not in ("name", "code")}, f"{called} · "
                )
        else:
            flat[path] = one
    return flat


def _label(path: str) -> str:
    words = path.removesuffix("_paise").removesuffix("_bps").replace("_", " ")
    return words[:1].upper() + words[1:]


def _said(name: str, value: Any) -> str:
    from core.kernel.money import format_inr

    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return t("Yes") if value else t("No")
    if name.endswith("_paise") and isinstance(value, int):
        return format_inr(value)
    if name.endswith("_bps") and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d} %"
    if isinstance(value, (list, tuple)):
        return ", ".join(str(one) for one in value)
    return str(value)


def timeline_row(event: AuditEvent) -> dict[str, Any]:
    """One audit event as a row of `timeline`; only what was there before counts as changed."""
    changes = change_words(event.before, event.after) if event.before else []
    # a template goes out by itself, whoever's step it was that caused it
    by_itself = event.actor_kind == "system" or event.action == "message.queued"
    return {
        "id": str(event.id),
        "who": "Munim" if by_itself else event.actor_name,
        "role": "" if by_itself else event.actor_role.replace("_", " "),
        "what": audit_sentence(event),
        "when": format_datetime(event.at) + " IST",
        "why": event.reason,
        "change": "; ".join(f"{c['label']}: {c['before']} → {c['after']}" for c in changes[:6]),
    }


def timeline_rows(
    uow: UnitOfWork,
    *,
    case_id: int | None = None,
    subject: tuple[str, int] | None = None,
    limit: int = EVENTS_MAX,
) -> list[dict[str, Any]]:
    """The newest events of a case or of one subject, newest first."""
    wanted = []
    if case_id is not None:
        wanted.append(col(AuditEvent.case_id) == case_id)
    if subject is not None:
        kind, subject_id = subject
        wanted.append(
            (col(AuditEvent.subject_type) == kind) & (col(AuditEvent.subject_id) == subject_id)
        )
    statement = select(AuditEvent).where(or_(*wanted)).order_by(col(AuditEvent.id).desc())
    return [timeline_row(event) for event in uow.session.scalars(statement.limit(limit))]


def timeline(events: Any, *, nothing: str = "") -> rx.Component:
    """What happened, newest first; `events` is a state var of rows from `timeline_rows`."""

    def one(event: Any) -> rx.Component:
        return rx.el.li(
            rx.el.div(
                rx.el.span(event["who"].to(str), class_name="strong"),
                rx.cond(event["role"], rx.fragment(", ", event["role"].to(str)), rx.fragment()),
                " ",
                event["what"].to(str),
            ),
            rx.cond(event["change"], rx.el.div(event["change"].to(str), class_name="muted")),
            rx.cond(event["why"], rx.el.div("“", event["why"].to(str), "”", class_name="why")),
            rx.el.div(event["when"].to(str), class_name="when"),
        )

    return rx.cond(
        events.length() > 0,
        rx.el.ol(rx.foreach(events, one), class_name="timeline"),
        empty(nothing if given(nothing) else t("Nothing has happened here yet.")),
    )


def diff(changes: Any, *, effect: Any = "") -> rx.Component:
    """Old → new for each changed field; `changes` is a state var of `{label, before, after}`."""

    def one(change: Any) -> rx.Component:
        return rx.el.tr(
            rx.el.th(change["label"].to(str), scope="row"),
            rx.el.td(rx.el.del_(change["before"].to(str))),
            rx.el.td("→", aria_hidden="true"),
            rx.el.td(rx.el.ins(change["after"].to(str))),
        )

    return rx.el.div(
        rx.el.table(
            rx.el.caption(t("What changes"), class_name="vh"),
            rx.el.tbody(rx.foreach(changes, one)),
            class_name="diff",
        ),
        rx.cond(effect, rx.el.p(effect, class_name="strong")) if effect is not None else None,
        class_name="stack-s",
    )
