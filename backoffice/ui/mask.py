"""Decides how a hidden identifier is shown in full: a reason, thirty seconds, an audit line (S16).
The clear text lives only in the state of the person who asked, and leaves it by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import reflex as rx

from backoffice.security.command import background
from backoffice.security.database import in_unit_of_work
from backoffice.security.live import recheck
from backoffice.security.secure_state import SecureState
from backoffice.shell.catalogue import t
from backoffice.ui.client_piece import MaskedPiece
from core.access.mask import SHOWN_SECONDS, reveal
from core.access.permission import Permission
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import DomainError, NotFound

# how to find the sealed text: (uow, id) -> (sealed, case id or None)
Finder = Callable[[UnitOfWork, int], tuple[str, int | None]]
_finders: dict[tuple[str, str], Finder] = {}


def revealable(subject: str, field: str, finder: Finder) -> None:
    """Tell where the sealed text of a subject's field is found."""
    _finders[(subject, field)] = finder


class RevealState(SecureState, rx.State):
    """What this person may see in full right now."""

    READ = Permission.CUSTOMER_REVEAL
    shown: dict[str, str] = {}

    @background(Permission.CUSTOMER_REVEAL)
    async def reveal(
        self, subject: str, subject_id: str, field: str, reason: str
    ) -> AsyncIterator[Any]:
        """Show one identifier for thirty seconds."""
        finder = _finders.get((subject, field))
        if finder is None or not subject_id.isdigit():
            raise NotFound(t("There is nothing to show"))

        def work(uow: UnitOfWork) -> str:
            sealed, case_id = finder(uow, int(subject_id))
            found = reveal(uow, (subject, int(subject_id)), field, sealed, reason, case_id=case_id)
            return found.value

        try:
            value = await in_unit_of_work(work, use_case="reveal")
        except DomainError as error:
            yield rx.toast.error(error.message)
            return
        key = f"{subject}:{subject_id}:{field}"
        async with self:
            self.shown = {**self.shown, key: value}
        await asyncio.sleep(SHOWN_SECONDS)
        async with self:
            await recheck(self)
            self.shown = {name: text for name, text in self.shown.items() if name != key}


def masked(text: Any, subject: str, subject_id: Any, field: str) -> rx.Component:
    """A hidden identifier with “Show”; the feature calls `revealable(subject, field, …)` once."""
    from backoffice.shell.shell_state import ShellState

    return MaskedPiece.create(
        text=text,
        shown=RevealState.shown,
        allowed=ShellState.may_reveal,
        subject=subject,
        subject_id=subject_id.to(str) if isinstance(subject_id, rx.Var) else str(subject_id),
        field=field,
        on_reveal=RevealState.reveal,
        words={
            "show": t("Show"),
            "hides": t("hides after 30 seconds"),
            "title": t("Show in full"),
            "lead": t("It is shown for 30 seconds, and your reason is kept in the audit list."),
            "reason": t("Why do you need to see it?"),
            "cancel": t("Cancel"),
        },
    )
