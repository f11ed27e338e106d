"""Decides when the providers of money are called: after the intent is committed, with its own key.
Silence after sending is never answered by a new key; a completer asks until the truth is known."""

from __future__ import annotations

from core.customer.tables import CustomerBankAccount
from core.db.unit_of_work import UnitOfWork
from core.kernel.business_day import format_date
from core.kernel.money import format_inr
from core.kernel.provider import ProviderError, ProviderOutcomeUnknown, ProviderRefused
from core.loan.tables import Loan
from core.notification.service import queue_message
from core.payment import link_service, loan_books, payout_service
from core.payment.ports import LinkAnswer, PayoutAnswer
from core.payment.tables import Disbursal, PaymentRequest, Payout, Receipt
from core.provider.event import ProviderEvent
from integrations import registry
from jobs.schedule import scheduled
from jobs.task import JobContext, Payload, job
from jobs.webhook import on_event

QUEUE = "money"


@job("disbursal.approved", queue=QUEUE)
def send_payout(ctx: JobContext, payload: Payload) -> None:
    """Send a released payout; a worker that died in the middle is followed by the same key."""
    _send(ctx, int(payload["payout_id"]))


@job("payout.resend", queue=QUEUE)
def resend_payout(ctx: JobContext, payload: Payload) -> None:
    """Send a payout that the provider has never seen, under the key it had from the start."""
    _send(ctx, int(payload["payout_id"]))


def _send(ctx: JobContext, payout_id: int) -> None:
    with ctx.unit_of_work("begin_payout", claim=False) as uow:
        request = payout_service.begin_payout(uow, payout_id)
        uow.commit()
    if request is None:
        return
    gateway = registry.payout_gateway(ctx.brand_id)
    try:
        answer = gateway.create_payout(request)
    except ProviderOutcomeUnknown:
        with ctx.unit_of_work("payout_lost") as uow:
            payout_service.payout_lost(uow, payout_id)
            uow.commit()
        return
    except ProviderRefused as error:
        with ctx.unit_of_work("payout_refused") as uow:
            payout_service.payout_refused(uow, payout_id, error.provider_code, error.message)
            uow.commit()
        return
    with ctx.unit_of_work("payout_answered") as uow:
        payout_service.payout_answered(uow, payout_id, answer)
        uow.commit()


@scheduled("payment.complete_payouts", every="minute", queue=QUEUE)
def complete_payouts(ctx: JobContext, slot: str) -> None:
    """Ask the provider about every payout whose outcome is open."""
    with ctx.unit_of_work("payouts_to_check", claim=False) as uow:
        waiting = payout_service.payouts_to_check(uow)
    for payout_id, status, reference in waiting:
        ask_about_payout(ctx, payout_id, status, reference)


def ask_about_payout(ctx: JobContext, payout_id: int, status: str, reference: str) -> str:
    """Ask the provider about one payout and record the answer; returns what changed."""
    if status == "created":
        with ctx.unit_of_work("send_again_if_forgotten", claim=False) as uow:
            payout_service.send_again_if_forgotten(uow, payout_id)
            uow.commit()
        return "woken"
    try:
        answer = registry.payout_gateway(ctx.brand_id).payout_by_reference(reference)
    except ProviderError:
        # it stays due and is asked again in the next minute
        return "not reachable"
    with ctx.unit_of_work("payout_answered", claim=False) as uow:
        word = payout_service.payout_answered(uow, payout_id, answer)
        uow.commit()
    return word


@job("payout.ask", queue=QUEUE)
def ask_payout(ctx: JobContext, payload: Payload) -> None:
    """Ask about one payout because a person wants to know now."""
    with ctx.unit_of_work("ask_payout", claim=False) as uow:
        row = uow.get(Payout, int(payload["payout_id"]))
        status, reference = row.status, row.idempotency_key
    ask_about_payout(ctx, int(payload["payout_id"]), status, reference)


@job("payment_request.made", queue=QUEUE)
def make_link(ctx: JobContext, payload: Payload) -> None:
    """Make the link at the gateway; a repeat finds the link of the same reference."""
    request_id = int(payload["payment_request_id"])
    with ctx.unit_of_work("begin_link", claim=False) as uow:
        request = link_service.begin_link(uow, request_id)
    if request is None:
        return
    try:
        answer = registry.payment_gateway(ctx.brand_id).create_link(request)
    except ProviderRefused as error:
        with ctx.unit_of_work("link_refused") as uow:
            link_service.link_refused(uow, request_id, error.message)
            uow.commit()
        return
    with ctx.unit_of_work("link_opened") as uow:
        link_service.link_opened(uow, request_id, answer)
        uow.commit()


@job("payment_request.cancelled", queue=QUEUE)
def withdraw_link(ctx: JobContext, payload: Payload) -> None:
    """Stop a link at the gateway; when it was paid first, the money is taken in."""
    with ctx.unit_of_work("withdraw_link", claim=False) as uow:
        row = uow.get(PaymentRequest, int(payload["payment_request_id"]))
        reference, ours = row.provider_reference, row.reference
    gateway = registry.payment_gateway(ctx.brand_id)
    if not reference:
        found = gateway.link_by_reference(ours)
        if found is None:
            return
        reference = found.provider_reference
    try:
        answer = gateway.cancel_link(reference)
    except ProviderRefused:
        answer = gateway.link(reference)
    with ctx.unit_of_work("link_told") as uow:
        link_service.link_told(uow, answer)
        uow.commit()


@job("payment_request.look_up", queue=QUEUE)
def look_up_link(ctx: JobContext, payload: Payload) -> None:
    """Ask the gateway which payments a link has had."""
    with ctx.unit_of_work("look_up_link", claim=False) as uow:
        reference = uow.get(PaymentRequest, int(payload["payment_request_id"])).provider_reference
    answer = registry.payment_gateway(ctx.brand_id).link(reference)
    with ctx.unit_of_work("link_told") as uow:
        link_service.link_told(uow, answer)
        uow.commit()


@scheduled("payment.complete_links", every="minute", queue=QUEUE)
def complete_links(ctx: JobContext, slot: str) -> None:
    """Ask about links that should have had news: webhooks may be lost, money may not."""
    with ctx.unit_of_work("links_to_check", claim=False) as uow:
        waiting = link_service.links_to_check(uow)
    for _request_id, _status, reference in waiting:
        try:
            answer = registry.payment_gateway(ctx.brand_id).link(reference)
        except ProviderError:
            continue
        with ctx.unit_of_work("link_told", claim=False) as uow:
            link_service.link_told(uow, answer)
            uow.commit()


@job("disbursal.paid")
def tell_of_disbursal(ctx: JobContext, payload: Payload) -> None:
    """Tell the borrower that the money is in the account."""
    with ctx.unit_of_work("tell_of_disbursal") as uow:
        row = uow.get(Disbursal, int(payload["disbursal_id"]))
        account = uow.get(CustomerBankAccount, row.bank_account_id)
        loan = uow.get(Loan, int(payload["loan_id"]))
        due_on = loan_books.place_of(uow, loan).next_due_on or loan.matures_on
        queue_message(
            uow,
            code="loan_disbursed",
            customer_id=row.customer_id,
            words={
                "number": loan.number,
                "amount": format_inr(row.net_paise),
                "account": f"•••• {account.account_last4}",
                "due_on": format_date(due_on),
            },
            case_id=row.application_id,
        )
        uow.commit()


@job("receipt.posted")
def tell_of_receipt(ctx: JobContext, payload: Payload) -> None:
    """Send the receipt's message to the borrower."""
    with ctx.unit_of_work("tell_of_receipt") as uow:
        row = uow.get(Receipt, int(payload["receipt_id"]))
        loan = uow.get(Loan, row.loan_id)
        queue_message(
            uow,
            code="receipt",
            customer_id=loan.customer_id,
            words={
                "number": loan.number,
                "receipt": row.number,
                "amount": format_inr(row.amount_paise),
                "outstanding": format_inr(loan_books.dues(uow, loan).payoff_paise),
            },
            case_id=row.application_id,
        )
        uow.commit()


@job("payment_request.opened")
def tell_of_link(ctx: JobContext, payload: Payload) -> None:
    """Send the borrower the link that a member of staff asked for; their own they have open."""
    if payload["asked_by"] == "customer":
        return
    with ctx.unit_of_work("tell_of_link") as uow:
        row = uow.get(PaymentRequest, int(payload["payment_request_id"]))
        loan = uow.get(Loan, row.loan_id)
        if row.status == "open":
            queue_message(
                uow,
                code="payment_link",
                customer_id=loan.customer_id,
                words={
                    "number": loan.number,
                    "amount": format_inr(row.amount_paise),
                    "link": row.url,
                },
                case_id=row.application_id,
            )
        uow.commit()


@on_event("payout.*")
def hear_of_payout(uow: UnitOfWork, event: ProviderEvent) -> None:
    """A webhook about a payout: the same path as an answer, so whichever comes first counts."""
    if isinstance(event.subject, PayoutAnswer):
        payout_service.payout_told(uow, event.subject)


@on_event("payment_link.*")
def hear_of_link(uow: UnitOfWork, event: ProviderEvent) -> None:
    """A webhook about a payment link: posts what was paid, once per payment."""
    if isinstance(event.subject, LinkAnswer):
        link_service.link_told(uow, event.subject)
