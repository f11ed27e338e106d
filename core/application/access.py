"""Decides who may open which case and whose work a case is at the moment.
A list shows many cases, a queue only its own; both ask this one file."""

from __future__ import annotations

from core.access.actor import Actor, ActorKind
from core.access.permission import Permission
from core.application.life_cycle import APPLICATION, DISBURSAL, REVIEW
from core.application.tables import Application
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Forbidden, NotFound

_AFTER_CREDIT = (
    "recommended",
    "sanctioned",
    "agreement_sent",
    "signed",
    "disbursal_requested",
    "disbursed",
    "rejected",
)


class NotYourCase(Forbidden):
    """The case is another person's work."""

    code = "not_your_case"


def may_open(actor: Actor, application: Application) -> bool:
    """Whether a person may look at a case; queue roles only at what passes through them."""
    if actor.kind is ActorKind.SYSTEM:
        return True
    if actor.kind is ActorKind.CUSTOMER:
        return actor.can(Permission.CUSTOMER_SELF) and application.customer_id == actor.id
    if not actor.can(Permission.APPLICATION_OPEN):
        return False
    if actor.can(Permission.APPLICATION_LIST):
        return True
    status = application.status
    if actor.can(Permission.APPLICATION_SANCTION) and (
        status in _AFTER_CREDIT or application.recommended_at is not None
    ):
        return True
    if actor.can(Permission.AGREEMENT_SEND) and status in ("sanctioned", "agreement_sent"):
        return True
    if actor.can(Permission.DISBURSAL_LIST) and status in (*DISBURSAL, "disbursed"):
        return True
    return actor.can(Permission.COLLECTION_LIST) and status == "disbursed"


def require_open(uow: UnitOfWork, application: Application) -> Application:
    """The case, when the actor may open it; otherwise it does not exist for them."""
    if not may_open(uow.actor, application):
        raise NotFound(f"There is no application {application.id} here")
    return application


def holder_permission(status: str) -> Permission | None:
    """What somebody needs to work on a case in a status; None when it is nobody's of ours."""
    if status in REVIEW:
        return Permission.APPLICATION_REVIEW
    if status == "in_credit":
        return Permission.APPLICATION_APPRAISE
    if status in ("recommended", "sanctioned", "agreement_sent", "signed"):
        return Permission.APPLICATION_SANCTION
    return None


def holder_id(application: Application) -> int | None:
    """Whose desk the case is on, where a case has an owner at all."""
    if application.status in REVIEW:
        return application.loan_executive_id
    if application.status == "in_credit":
        return application.credit_executive_id
    return None


def require_holder(actor: Actor, application: Application) -> None:
    """Refuse who does not hold this case; managers who may assign may also step in."""
    wanted = holder_permission(application.status)
    if wanted is not None:
        actor.require(wanted)
    owner = holder_id(application)
    if owner is None or owner == actor.id or actor.can(Permission.APPLICATION_ASSIGN):
        return
    raise NotYourCase("This case is with a colleague; ask for it to be given to you")


# the steps of this feature that a person takes with a click; others bring their own screens
_CLICKS: dict[str, Permission | None] = {
    "start_review": Permission.APPLICATION_REVIEW,
    "send_to_credit": Permission.APPLICATION_REVIEW,
    "return_to_review": Permission.APPLICATION_APPRAISE,
    "send_back": None,
    "reject": Permission.APPLICATION_REJECT,
    "cancel": None,
}


def steps_for(actor: Actor, application: Application) -> list[str]:
    """The steps this person may take on a case now; screens show these and no others."""
    steps: list[str] = []
    if actor.can(Permission.APPLICATION_ASSIGN) and application.status in (*REVIEW, "in_credit"):
        steps.append("reassign")
    try:
        require_holder(actor, application)
    except Forbidden:
        return steps
    if holder_permission(application.status) is None:
        return steps
    return [
        event
        for event, permission in _CLICKS.items()
        if APPLICATION.can(application.status, event)
        and (permission is None or actor.can(permission))
    ] + steps
