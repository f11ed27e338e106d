"""Asks the providers about a PAN or a bank account, outside any transaction.
A silent provider leaves a visible state with a button to ask again, never a stuck case."""

from __future__ import annotations

from core.kernel.provider import ProviderError, ProviderOutcomeUnknown
from core.kyc import service
from core.kyc.life_cycle import PAN
from core.kyc.ports import BankAccountAnswer, BankAccountRequest, PanAnswer, PanRequest
from core.kyc.tables import KycCheck
from integrations import registry
from jobs.task import JobContext, Payload, job


@job("kyc.requested")
def ask_kyc_provider(ctx: JobContext, payload: Payload) -> None:
    """Make one check and write its outcome down, whatever it is."""
    check_id = int(payload["kyc_check_id"])
    answer: PanAnswer | BankAccountAnswer | ProviderError
    with ctx.unit_of_work("ask_kyc_provider", claim=False) as uow:
        check = uow.lock(KycCheck, check_id)
        if check.status != "requested":
            return
        # asking for a PAN twice harms nobody; a second penny drop would send a second rupee
        lost = check.asked_at is not None and check.kind != PAN
        check.asked_at = uow.now
        request: PanRequest | BankAccountRequest = (
            service.pan_request(uow, check_id)
            if check.kind == PAN
            else service.bank_account_request(uow, check_id)
        )
        uow.commit()
    try:
        if lost:
            raise ProviderOutcomeUnknown("The connection was lost after the bank was asked")
        if isinstance(request, PanRequest):
            answer = registry.pan_check(ctx.brand_id).check_pan(request)
        else:
            answer = registry.bank_account_check(ctx.brand_id).check_bank_account(request)
    except ProviderError as error:
        answer = error
    with ctx.unit_of_work("record_kyc_answer") as uow:
        if isinstance(answer, PanAnswer):
            service.record_pan_answer(uow, check_id, answer)
        elif isinstance(answer, BankAccountAnswer):
            service.record_bank_answer(uow, check_id, answer)
        else:
            service.record_failure(uow, check_id, answer)
        uow.commit()
