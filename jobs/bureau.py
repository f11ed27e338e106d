"""Asks the bureau for a credit report, outside any transaction.
Each call is an enquiry on the person's record, so a job that may have asked never asks again."""

from __future__ import annotations

from core.bureau import service
from core.bureau.ports import BureauAnswer
from core.bureau.tables import BureauReport
from core.kernel.provider import ProviderError, ProviderOutcomeUnknown
from integrations import registry
from jobs.task import JobContext, Payload, job


@job("bureau.requested")
def ask_bureau(ctx: JobContext, payload: Payload) -> None:
    """Pull one report and write its outcome down, whatever it is."""
    report_id = int(payload["bureau_report_id"])
    answer: BureauAnswer | ProviderError
    with ctx.unit_of_work("ask_bureau", claim=False) as uow:
        report = uow.lock(BureauReport, report_id)
        if report.status != "requested":
            return
        lost = report.asked_at is not None
        report.asked_at = uow.now
        request = service.bureau_request(uow, report_id)
        uow.commit()
    try:
        if lost:
            raise ProviderOutcomeUnknown("The connection was lost after the bureau was asked")
        answer = registry.bureau_pull(ctx.brand_id).pull(request)
    except ProviderError as error:
        answer = error
    with ctx.unit_of_work("record_bureau_answer") as uow:
        if isinstance(answer, BureauAnswer):
            service.record_answer(uow, report_id, answer)
        else:
            service.record_failure(uow, report_id, answer)
        uow.commit()
