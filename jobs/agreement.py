"""Makes the papers of a sanctioned loan, sends them for signature and brings the signed copy home.
Setting and sending happen outside transactions; every step may be repeated without harm."""

from __future__ import annotations

import datetime as dt

from core.agreement import render, service, store
from core.agreement.papers import void_papers
from core.agreement.ports import SignAnswer, SignRequest
from core.agreement.tables import Agreement
from core.application.tables import Application
from core.db.unit_of_work import UnitOfWork
from core.document.paper import PDF
from core.document.ports import StoredBlob
from core.kernel.errors import NotFound
from core.kernel.provider import ProviderError, ProviderOutcomeUnknown
from core.provider.event import ProviderEvent
from integrations import registry
from integrations.registry import blob_store
from integrations.settings import public_url
from jobs.schedule import scheduled
from jobs.task import JobContext, Payload, job
from jobs.webhook import on_event

# a webhook that has not come by then is asked for
ASK_AFTER = dt.timedelta(minutes=10)


@job("application.sanctioned")
def make_papers(ctx: JobContext, payload: Payload) -> None:
    """Make key facts statement, agreement and sanction letter of a sanctioned case."""
    _make(ctx, int(payload["application_id"]))


@job("agreement.wanted")
def make_papers_again(ctx: JobContext, payload: Payload) -> None:
    """Make fresh papers after a lapse or a refusal."""
    _make(ctx, int(payload["application_id"]))


def _make(ctx: JobContext, application_id: int) -> None:
    with ctx.unit_of_work("begin_papers", claim=False) as uow:
        agreement = service.begin_papers(uow, application_id)
        if agreement is None:
            uow.commit()
            return
        plan = service.plan_papers(uow, agreement.id)
        uow.commit()
    given = (plan.lender, plan.borrower, plan.proposal, plan.facts)
    made = service.MadePapers(
        key_facts=_put(ctx, render.key_facts_pdf(*given)),
        agreement=_put(ctx, render.agreement_pdf(*given)),
        sanction_letter=_put(ctx, render.sanction_letter_pdf(*given)),
    )
    with ctx.unit_of_work("record_papers") as uow:
        service.record_papers(uow, plan, made)
        uow.commit()


def _put(ctx: JobContext, content: bytes) -> StoredBlob:
    return blob_store().put(ctx.brand_id, content, PDF)


@job("agreement.send_requested")
def send_agreement(ctx: JobContext, payload: Payload) -> None:
    """Give the agreement to the e-sign provider."""
    agreement_id = int(payload["agreement_id"])
    with ctx.unit_of_work("plan_sending", claim=False) as uow:
        plan = service.plan_sending(uow, agreement_id)
        if plan is None:
            return
        agreement = uow.lock(Agreement, agreement_id)
        lost = agreement.asked_at is not None
        agreement.asked_at = uow.now
        uow.commit()
    link = public_url(plan.return_path)
    answer: SignAnswer | ProviderError
    try:
        if lost:
            raise ProviderOutcomeUnknown("The connection was lost after the papers were sent")
        answer = registry.esign(ctx.brand_id).send(
            SignRequest(
                reference=plan.reference,
                file_name=plan.file_name,
                pdf=blob_store().get(plan.blob_key),
                signers=(plan.signer,),
                return_url=link,
            )
        )
    except ProviderError as error:
        answer = error
    with ctx.unit_of_work("record_sent") as uow:
        if isinstance(answer, SignAnswer):
            service.record_sent(uow, agreement_id, answer, link=link)
        else:
            service.record_send_failure(uow, agreement_id, answer)
        uow.commit()


@on_event("esign.*")
def hear_of_signature(uow: UnitOfWork, event: ProviderEvent) -> None:
    """A webhook of the e-sign provider: repeated, late and out of order are all harmless."""
    if isinstance(event.subject, SignAnswer):
        service.record_sign_answer(uow, event.subject)


@job("agreement.signed")
def fetch_signed_copy(ctx: JobContext, payload: Payload) -> None:
    """Bring the signed PDF home; tried again by the outbox until the provider gives it."""
    agreement_id = int(payload["agreement_id"])
    with ctx.unit_of_work("plan_signed_copy", claim=False) as uow:
        agreement = uow.get(Agreement, agreement_id)
        if agreement.signed_document_id is not None or agreement.status != "signed":
            return
        reference = agreement.provider_reference
    content = registry.esign(ctx.brand_id).signed_document(reference)
    blob = _put(ctx, content)
    with ctx.unit_of_work("record_signed_copy") as uow:
        service.record_signed_copy(uow, agreement_id, blob)
        uow.commit()


@job("application.cancelled")
def void_papers_of_cancelled(ctx: JobContext, payload: Payload) -> None:
    """A cancelled case leaves no paper that could still be signed."""
    _void(ctx, int(payload["application_id"]), "The application was cancelled")


@job("application.rejected")
def void_papers_of_rejected(ctx: JobContext, payload: Payload) -> None:
    """A rejected case leaves no paper that could still be signed."""
    _void(ctx, int(payload["application_id"]), "The application was rejected")


def _void(ctx: JobContext, application_id: int, why: str) -> None:
    with ctx.unit_of_work("void_papers") as uow:
        void_papers(uow, uow.lock(Application, application_id), why)
        uow.commit()


@scheduled("agreement.expire", every="hour")
def expire_agreements(ctx: JobContext, slot: str) -> None:
    """Let offers lapse whose last day has passed."""
    with ctx.unit_of_work("expire_agreements", claim=False) as uow:
        ids = store.lapsed(uow, uow.now)
    for agreement_id in ids:
        with ctx.unit_of_work("expire_agreement", claim=False) as uow:
            service.expire_agreement(uow, agreement_id)
            uow.commit()


@scheduled("agreement.ask", every="hour")
def ask_for_signatures(ctx: JobContext, slot: str) -> None:
    """Ask where long unanswered signature requests stand, in case a webhook was lost."""
    with ctx.unit_of_work("ask_for_signatures", claim=False) as uow:
        found = [
            (row.id, row.provider_reference)
            for row in (uow.get(Agreement, one) for one in store.unanswered(uow, _before(uow)))
        ]
    for _, reference in found:
        try:
            answer = registry.esign(ctx.brand_id).status(reference)
        except ProviderError:
            continue
        with ctx.unit_of_work("record_sign_answer", claim=False) as uow:
            try:
                service.record_sign_answer(uow, answer)
            except NotFound:
                continue
            uow.commit()


def _before(uow: UnitOfWork) -> dt.datetime:
    return uow.now - ASK_AFTER
