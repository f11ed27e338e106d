"""Decides what the staff screens hold: the list of people, one person, and a first password that is
shown once and kept nowhere."""

from __future__ import annotations

from typing import Any

import reflex as rx

from backoffice import ui
from backoffice.security import SecureState, command, in_query, in_unit_of_work, query
from backoffice.shell import t
from core.access import staff as people
from core.access.permission import Permission
from core.access.tables import Role
from core.db.listing import ListAnswer, ListAsk
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Invalid
from core.kernel.money import format_inr, parse_inr


def _limit(form: dict[str, Any], name: str) -> int:
    """An optional amount in paise; an empty field is nothing."""
    typed = str(form.get(name, "")).strip()
    if not typed:
        return 0
    try:
        return parse_inr(typed)
    except Invalid as error:
        raise Invalid({name: error.message}) from None


class StaffList(ui.TableState, rx.State):
    """Everybody who works here."""

    READ = Permission.STAFF_MANAGE
    COLUMNS = (
        ui.Column("name", "Name", sort=True),
        ui.Column("email", "E-mail", sort=True),
        ui.Column("role", "Role", sort=True),
        ui.Column("sanction_limit_paise", "Sanctions up to", kind="money"),
        ui.Column("approval_limit_paise", "Approves up to", kind="money"),
        ui.Column("state", "State", kind="status"),
    )
    FILTERS = (
        ui.Filter("q", "Name or e-mail"),
        ui.Filter("state", "State", options=(("enabled", "Can log in"), ("disabled", "Disabled"))),
    )
    SORT = "name"
    EMPTY = "Nobody works here yet."

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        answer = people.staff_list(uow, ask)
        for row in answer.rows:
            row["href"] = f"/{uow.brand.code}/staff/{row['id']}"
        return answer

    load = ui.table_load(Permission.STAFF_MANAGE)


class AddStaffState(SecureState, rx.State):
    """The form for a new person."""

    READ = Permission.STAFF_MANAGE
    roles: list[list[str]] = []
    added_name: str = ""
    first_password: str = ""
    is_open: bool = False

    @query(Permission.STAFF_MANAGE)
    async def load(self) -> None:
        """The roles to choose from."""
        self.first_password, self.added_name, self.is_open = "", "", False
        self.problem, self.errors = "", {}

        def read(uow: UnitOfWork) -> list[list[str]]:
            found = people.roles_of_brand(uow)
            return [[role.code, role.name] for role in found if _may_give(uow, role)]

        self.roles = await in_query(read)

    @query(Permission.STAFF_MANAGE)
    async def open_form(self) -> None:
        """Show the form."""
        self.is_open, self.first_password, self.problem, self.errors = True, "", "", {}

    @query(Permission.STAFF_MANAGE)
    async def close_form(self) -> None:
        """Put the form away, and the password with it."""
        self.is_open, self.first_password = False, ""

    @command(Permission.STAFF_MANAGE)
    async def add(self, form: dict[str, Any]) -> Any:
        """Add the person."""
        asked = people.AddStaff(
            name=str(form.get("name", "")),
            email=str(form.get("email", "")),
            mobile=str(form.get("mobile", "")),
            role_code=str(form.get("role_code", "")),
            sanction_limit_paise=_limit(form, "sanction_limit"),
            approval_limit_paise=_limit(form, "approval_limit"),
        )
        added = await in_unit_of_work(
            lambda uow: people.add_staff(uow, asked), use_case="add_staff"
        )
        self.added_name, self.first_password = asked.name.strip(), added.first_password
        self.is_open = bool(added.first_password)
        return [ui.toast_done(t("{name} works here now", name=self.added_name)), StaffList.load]


def _may_give(uow: UnitOfWork, role: Role) -> bool:
    return role.code != "super_admin" or uow.actor.role == "super_admin"


class PersonState(SecureState, rx.State):
    """One person."""

    READ = Permission.STAFF_MANAGE
    person: dict[str, str] = {}
    roles: list[list[str]] = []
    events: list[dict[str, Any]] = []
    new_password: str = ""

    @query(Permission.STAFF_MANAGE)
    async def load(self) -> None:
        """Read the person afresh."""
        staff_id = self._address_id("key")
        self.new_password = ""

        def read(uow: UnitOfWork) -> tuple[dict[str, str], list[list[str]], list[dict[str, Any]]]:
            staff, grant, role = people.staff_of_brand(uow, staff_id)
            roles = [[r.code, r.name] for r in people.roles_of_brand(uow) if _may_give(uow, r)]
            person = {
                "name": staff.name,
                "email": staff.email,
                "mobile": staff.mobile,
                "role": role.name,
                "role_code": role.code,
                "state": "enabled" if staff.active else "disabled",
                "sanction_limit": _plain(grant.sanction_limit_paise),
                "approval_limit": _plain(grant.approval_limit_paise),
            }
            return person, roles, ui.timeline_rows(uow, subject=("staff", staff_id))

        self.person, self.roles, self.events = await in_query(read)

    @command(Permission.STAFF_MANAGE)
    async def change(self, form: dict[str, Any]) -> Any:
        """Another role or other amounts."""
        asked = people.ChangeRole(
            staff_id=self._address_id("key"),
            role_code=str(form.get("role_code", "")),
            sanction_limit_paise=_limit(form, "sanction_limit"),
            approval_limit_paise=_limit(form, "approval_limit"),
        )
        await in_unit_of_work(lambda uow: people.change_role(uow, asked), use_case="change_role")
        return [ui.toast_done(t("Saved")), PersonState.load]

    @command(Permission.STAFF_MANAGE)
    async def disable(self, reason: str) -> Any:
        """Let the person log in no more."""
        staff_id = self._address_id("key")
        await in_unit_of_work(
            lambda uow: people.disable_staff(uow, staff_id, reason), use_case="disable_staff"
        )
        return [ui.toast_done(t("Disabled; every session has ended")), PersonState.load]

    @command(Permission.STAFF_MANAGE)
    async def enable(self) -> Any:
        """Let the person log in again."""
        staff_id = self._address_id("key")
        await in_unit_of_work(
            lambda uow: people.enable_staff(uow, staff_id), use_case="enable_staff"
        )
        return [ui.toast_done(t("Enabled again")), PersonState.load]

    @command(Permission.STAFF_MANAGE)
    async def renew_password(self) -> Any:
        """A new first password, shown once."""
        staff_id = self._address_id("key")
        self.new_password = await in_unit_of_work(
            lambda uow: people.renew_password(uow, staff_id), use_case="renew_password"
        )
        return ui.toast_done(t("New password made; every session has ended"))


def _plain(amount_paise: int) -> str:
    return format_inr(amount_paise).removeprefix("₹").strip() if amount_paise else ""


class SessionList(ui.TableState, rx.State):
    """Who is logged in: everybody for those who may see it, else one's own."""

    READ = Permission.STAFF_SELF
    COLUMNS = (
        ui.Column("name", "Who", sort=True),
        ui.Column("own", ""),
        ui.Column("address", "Address"),
        ui.Column("device", "Device"),
        ui.Column("created_at", "Since", kind="datetime", sort=True),
        ui.Column("seen_at", "Last seen", kind="datetime", sort=True),
    )
    SORT = "-seen_at"
    EMPTY = "Nobody is logged in."
    BULK = (("end", "End these sessions"),)

    def _rows(self, uow: UnitOfWork, ask: ListAsk) -> ListAnswer:
        answer = people.sessions_list(uow, ask)
        for row in answer.rows:
            row["device"] = str(row["device"])[:60]
        return answer

    load = ui.table_load(Permission.STAFF_SELF)

    async def _bulk(self, name: str, ids: list[int]) -> Any:
        def work(uow: UnitOfWork) -> None:
            for session_id in ids:
                people.end_session(uow, session_id)

        await in_unit_of_work(work, use_case="end_session")
        await self._load_table()
        return ui.toast_done(t("{count} sessions ended", count=len(ids)))
