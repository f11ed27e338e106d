"""Decides what becomes of an appraisal that no longer counts: its content lives on as a draft.
Nothing an executive worked out is lost when a case comes back or its ground changes."""

from __future__ import annotations

from core.db.unit_of_work import UnitOfWork
from core.decision.tables import Cam


def reopen(uow: UnitOfWork, cam: Cam) -> Cam:
    """A new draft with the content of a memo that no longer counts."""
    return uow.add(
        Cam(
            application_id=cam.application_id,
            number=cam.number + 1,
            inputs=cam.inputs,
            figures=cam.figures,
            policy=cam.policy,
            proposed_paise=cam.proposed_paise,
            rate_bps=cam.rate_bps,
            tenor=cam.tenor,
            repayment_on=cam.repayment_on,
            rationale=cam.rationale,
            deviations=cam.deviations,
            maker_id=cam.maker_id,
            maker_name=cam.maker_name,
            made_at=uow.now,
        )
    )
