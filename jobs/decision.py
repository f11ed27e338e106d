"""Watches what a recommendation rests on and takes it back when that changes.
The events come from checks, reports and documents; the rule itself is in core.decision."""

from __future__ import annotations

from core.decision.service import void_if_changed
from core.document.tables import Document
from jobs.task import JobContext, Payload, job


def _look(ctx: JobContext, application_id: int | None) -> None:
    if application_id is None:
        return
    with ctx.unit_of_work("void_if_changed") as uow:
        void_if_changed(uow, application_id)
        uow.commit()


def _case_of(ctx: JobContext, payload: Payload) -> int | None:
    with ctx.unit_of_work("case_of_document", claim=False) as uow:
        return uow.get(Document, int(payload["document_id"])).application_id


@job("kyc.answered")
def recheck_after_kyc(ctx: JobContext, payload: Payload) -> None:
    """A check of the case was answered or judged."""
    _look(ctx, int(payload["application_id"]))


@job("bureau.answered")
def recheck_after_bureau(ctx: JobContext, payload: Payload) -> None:
    """A credit report of the case came."""
    _look(ctx, int(payload["application_id"]))


@job("document.verified")
def recheck_after_verify(ctx: JobContext, payload: Payload) -> None:
    """A document of the case was verified."""
    _look(ctx, _case_of(ctx, payload))


@job("document.rejected")
def recheck_after_reject(ctx: JobContext, payload: Payload) -> None:
    """A document of the case was rejected."""
    _look(ctx, _case_of(ctx, payload))


@job("document.read")
def recheck_after_reading(ctx: JobContext, payload: Payload) -> None:
    """A document of the case was read again."""
    _look(ctx, _case_of(ctx, payload))
