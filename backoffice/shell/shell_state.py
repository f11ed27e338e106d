"""Decides what the frame around every page knows: who is here, in which brand, with which rights,
what is new. It is the only state that every page loads."""

from __future__ import annotations

import base64
from typing import Any

import reflex as rx
from sqlalchemy import func, select, update
from sqlmodel import col

from backoffice.security.access import SIGNED_IN, require_actor
from backoffice.security.command import command, query
from backoffice.security.database import in_query, in_unit_of_work
from backoffice.security.live import watch
from backoffice.security.secure_state import ANYONE, SecureState
from backoffice.shell import search as finders
from core.access.actor import ActorKind
from core.access.permission import Permission
from core.access.session import platform_session, staff_brands
from core.access.tables import Role
from core.brand.tables import Notification
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date, format_datetime

NOTES_MAX = 12


class ShellState(SecureState, rx.State):
    """The frame of every page."""

    READ = SIGNED_IN
    AUDIENCE = ANYONE

    brand_code: str = ""
    brand_name: str = ""
    brand_colour: str = "#0f766e"
    brand_logo: str = ""
    business_date: str = ""
    person: str = ""
    initials: str = ""
    role: str = ""
    kind: str = ""
    permissions: list[str] = []
    may_reveal: bool = False
    brands: list[dict[str, str]] = []
    unread: int = 0
    notes: list[dict[str, str]] = []
    found: list[dict[str, str]] = []
    searched: str = ""
    # why this page has nothing to show; the frame says it in place of the page
    missing: str = ""

    @query(SIGNED_IN)
    async def arrive(self) -> None:
        """Run first by every page: what the page before could not find is forgotten."""
        self.missing = ""
        await self._read()

    @query(SIGNED_IN)
    async def load(self) -> None:
        """Read the frame afresh while the page stays open."""
        await self._read()

    async def _read(self) -> None:
        actor = require_actor()

        def read(uow: UnitOfWork) -> dict[str, Any]:
            brand = uow.brand
            known: dict[str, Any] = {
                "code": brand.code,
                "name": brand.name,
                "colour": brand.colour,
                "logo": _data_address(brand.logo_svg, brand.colour),
                "date": format_date(brand.business_date),
                "unread": 0,
                "notes": [],
            }
            if actor.kind is ActorKind.STAFF:
                known |= _notifications(uow)
            return known

        def platform() -> tuple[str, list[dict[str, str]]]:
            with platform_session() as session:
                role = session.scalar(select(Role.name).where(col(Role.code) == actor.role))
                brands = [
                    {"code": one.code, "name": one.name, "role": one.role, "colour": one.colour}
                    for one in staff_brands(session, actor.id or 0)
                ]
            return str(role or ""), brands

        known = await in_query(read, use_case="frame")
        if actor.kind is ActorKind.STAFF:
            from backoffice.security.database import in_thread

            self.role, self.brands = await in_thread(platform)
        self.brand_code, self.brand_name = known["code"], known["name"]
        self.brand_colour, self.brand_logo = known["colour"], known["logo"]
        self.business_date = known["date"]
        self.person, self.kind = actor.name, str(actor.kind)
        self.initials = "".join(part[0] for part in actor.name.split()[:2]).upper()
        self.permissions = sorted(str(one) for one in actor.permissions)
        self.may_reveal = actor.can(Permission.CUSTOMER_REVEAL)
        self.unread, self.notes = known["unread"], known["notes"]

    watch_changes = watch(SIGNED_IN, "notification")

    @command(Permission.NOTIFICATION_READ)
    async def read_notes(self) -> None:
        """Everything in the bell counts as read."""

        def work(uow: UnitOfWork) -> dict[str, Any]:
            uow.session.execute(
                update(Notification)
                .where(
                    col(Notification.staff_id) == uow.actor.id,
                    col(Notification.read_at).is_(None),
                )
                .values(read_at=uow.now)
            )
            uow.touch("notification", uow.actor.id or 0)
            return _notifications(uow)

        if self.unread:
            known = await in_unit_of_work(work, use_case="read_notifications")
            self.unread, self.notes = known["unread"], known["notes"]

    @query(SIGNED_IN)
    async def search(self, text: str) -> None:
        """Look for what was typed into the search box."""
        if require_actor().kind is not ActorKind.STAFF:
            return
        self.searched = text.strip()
        self.found = await in_query(lambda uow: finders.find(uow, text), use_case="search")

    @query(SIGNED_IN)
    async def leave_search(self) -> None:
        """Put the results away."""
        self.found, self.searched = [], ""


def _notifications(uow: UnitOfWork) -> dict[str, Any]:
    mine = select(Notification).where(col(Notification.staff_id) == uow.actor.id)
    rows = uow.session.scalars(mine.order_by(col(Notification.id).desc()).limit(NOTES_MAX))
    unread = uow.session.scalar(
        select(func.count())
        .select_from(Notification)
        .where(col(Notification.staff_id) == uow.actor.id, col(Notification.read_at).is_(None))
    )
    return {
        "unread": int(unread or 0),
        "notes": [
            {
                "text": row.text,
                "link": row.link or f"/{uow.brand.code}",
                "when": format_datetime(row.created_at),
                "new": "" if row.read_at else "new",
            }
            for row in rows
        ],
    }


def _data_address(svg: str, colour: str) -> str:
    """The logo as an image, in which nothing can run; it takes the brand's colour."""
    if not svg.strip():
        return ""
    svg = svg.replace("currentColor", colour)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()
