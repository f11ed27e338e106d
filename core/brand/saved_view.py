"""Decides who may keep and use a saved view of a list: private, of a role, or of the whole brand.
A view is only an address, so a column or filter that later disappears cannot break it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, or_, select
from sqlmodel import col

from core.access.permission import Permission
from core.brand.tables import SavedView
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Forbidden, Invalid

SCOPES = ("private", "role", "brand")
NAME_MAX = 40
QUERY_MAX = 2_000
VIEWS_MAX = 30

sentences.add(
    {
        "saved_view.kept": "kept the view “{name}” of {list_name}",
        "saved_view.forgotten": "removed the view “{name}” of {list_name}",
    }
)


@dataclass(frozen=True, slots=True)
class SaveView:
    """Keep a list's filter and sort (`query`, as in the address) under a name."""

    list_name: str
    name: str
    query: str
    scope: str = "private"


def views_of(uow: UnitOfWork, list_name: str) -> Sequence[SavedView]:
    """The views of a list that this person may use: own, of the role, of the brand."""
    statement = (
        select(SavedView)
        .where(
            col(SavedView.list_name) == list_name,
            or_(
                col(SavedView.staff_id) == uow.actor.id,
                and_(col(SavedView.scope) == "role", col(SavedView.role) == uow.actor.role),
                col(SavedView.scope) == "brand",
            ),
        )
        .order_by(col(SavedView.name), col(SavedView.id))
        .limit(VIEWS_MAX)
    )
    return uow.session.scalars(statement).all()


def save_view(uow: UnitOfWork, command: SaveView) -> SavedView:
    """Keep a view; raises `Invalid` without a name or for an unknown scope."""
    uow.actor.require(Permission.SAVED_VIEW)
    name = command.name.strip()
    if not name or len(name) > NAME_MAX:
        raise Invalid({"name": f"Give the view a name of at most {NAME_MAX} letters"})
    if command.scope not in SCOPES:
        raise Invalid({"scope": "Choose who may use the view"})
    if len(command.query) > QUERY_MAX:
        raise Invalid({"query": "This filter is too long to keep"})
    view = uow.add(
        SavedView(
            list_name=command.list_name,
            name=name,
            query=command.query,
            scope=command.scope,
            staff_id=uow.actor.id or 0,
            role=uow.actor.role,
        )
    )
    uow.audit("saved_view.kept", ("saved_view", view.id), name=name, list_name=command.list_name)
    return view


def forget_view(uow: UnitOfWork, view_id: int) -> None:
    """Remove a view; only the person who kept it may."""
    uow.actor.require(Permission.SAVED_VIEW)
    view = uow.get(SavedView, view_id)
    if view.staff_id != uow.actor.id:
        raise Forbidden("Only the person who kept this view may remove it")
    uow.audit(
        "saved_view.forgotten",
        ("saved_view", view.id),
        name=view.name,
        list_name=view.list_name,
    )
    uow.session.delete(view)
    uow.flush()
