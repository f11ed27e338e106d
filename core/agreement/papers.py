"""Decides when papers lose their force: a changed sanction, a withdrawal, a cancelled case.
A void set keeps all it held, so that what the customer saw can still be shown."""

from __future__ import annotations

from core.access.permission import Permission
from core.agreement import store
from core.agreement.life_cycle import AGREEMENT
from core.agreement.tables import Agreement
from core.application.tables import Application
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Forbidden

sentences.add({"agreement.voided": "the papers number {number} became void: {why}"})


def void_papers(uow: UnitOfWork, application: Application, why: str) -> Agreement | None:
    """Make the live papers of a case void, signature included; None when there are none."""
    if not (
        uow.actor.can(Permission.APPLICATION_SANCTION) or uow.actor.can(Permission.AGREEMENT_SEND)
    ):
        raise Forbidden("You may not withdraw the papers of a loan")
    found = store.alive_agreement(uow, application.id)
    if found is None:
        return None
    agreement = uow.lock(Agreement, found.id)
    uow.transition(AGREEMENT, agreement, "void", reason=why)
    agreement.void_reason = why
    agreement.sign_url_sealed = ""
    uow.flush()
    uow.audit(
        "agreement.voided",
        ("agreement", agreement.id),
        case_id=application.id,
        reason=why,
        number=agreement.number,
        why=why,
    )
    return agreement
