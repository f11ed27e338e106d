"""The REST interface, version 1: a brand's applications and loans for its other systems.

Amounts are whole paise and named so; lists are paged by an opaque cursor; a refusal is a problem
document; what changes something needs an Idempotency-Key.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from backoffice.api.key import actor_of, read, write
from backoffice.api.openapi import document
from backoffice.api.problem import problem
from backoffice.api.webhooks import read_capped
from core.access.actor import Actor
from core.access.permission import Permission
from core.application.store import STAGES, case_list
from core.application.tables import Application
from core.db.listing import ListAsk
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Invalid, NotFound
from core.loan import store as loan_store
from core.loan.tables import Loan
from core.payment.link_service import AskPayment, ask_payment
from core.payment.receipt_service import RecordReceipt, record_receipt
from core.payment.tables import Receipt

BODY_BYTES_MAX = 64 * 1024
PAGE_MAX = 100
PAGE_DEFAULT = 50
KEY_MAX = 100

Work = Callable[[Request, Actor], Response]


def guarded(work: Work) -> Callable[[Request], Any]:
    """A handler that runs in a worker thread for the actor behind the key."""

    async def serve(request: Request) -> Response:
        if request.method == "POST":
            body = await read_capped(request, BODY_BYTES_MAX)
            if body is None:
                return problem(413, "too_large", f"At most {BODY_BYTES_MAX // 1024} KB")
            request.state.body = body
        return await run_in_threadpool(lambda: work(request, actor_of(request)))

    return serve


async def health(_request: Request) -> Response:
    """Whether the interface answers; open to everybody and silent about the rest."""
    return JSONResponse({"state": "ready", "version": "1"})


async def openapi(_request: Request) -> Response:
    """The OpenAPI document of what is below."""
    return JSONResponse(document())


def _size(request: Request) -> int:
    asked = request.query_params.get("limit", str(PAGE_DEFAULT))
    if not asked.isdigit() or not 0 < int(asked) <= PAGE_MAX:
        raise Invalid({"limit": f"Ask for 1 to {PAGE_MAX}"})
    return int(asked)


def applications(request: Request, actor: Actor) -> Response:
    """One page of applications, newest first, of one stage or of all."""
    stage = request.query_params.get("stage", "")
    if stage and stage not in STAGES:
        raise Invalid({"stage": f"Choose one of {', '.join(STAGES)}"})
    ask = ListAsk(
        filters={"stage": stage},
        descending=True,
        cursor=request.query_params.get("cursor", ""),
        size=_size(request),
    )

    def page(uow: UnitOfWork) -> dict[str, Any]:
        uow.actor.require(Permission.APPLICATION_LIST)
        found = case_list(uow, ask)
        rows = [
            {
                "number": row["number"],
                "loan_number": row["loan"] or None,
                "product": row["product"],
                "status": row["status"],
                "amount_paise": row["amount_paise"],
                "outstanding_paise": row["outstanding_paise"],
                "applied_at": row["applied_at"].isoformat() if row["applied_at"] else None,
            }
            for row in found.rows
        ]
        return {"items": rows, "next_cursor": found.next_cursor or None}

    return JSONResponse(read(actor, "api_applications", page))


def application(request: Request, actor: Actor) -> Response:
    """One application by its number."""
    number = request.path_params["number"]

    def one(uow: UnitOfWork) -> dict[str, Any]:
        uow.actor.require(Permission.APPLICATION_OPEN)
        row = uow.session.scalar(
            select(Application).where(
                col(Application.number) == number, col(Application.status) != "draft"
            )
        )
        if row is None:
            raise NotFound(f"There is no application {number} here")
        loan = loan_store.loan_of_application(uow, row.id)
        return {
            "number": row.number,
            "status": row.status,
            "status_since": row.status_since.isoformat(),
            "requested_amount_paise": row.requested_amount_paise,
            "sanctioned_amount_paise": row.sanctioned_amount_paise,
            "tenor_days": row.tenor_days,
            "purpose": row.purpose,
            "applied_at": row.applied_at.isoformat() if row.applied_at else None,
            "loan_number": loan.number if loan else None,
        }

    return JSONResponse(read(actor, "api_application", one))


def _loan(uow: UnitOfWork, number: str) -> Loan:
    row = uow.session.scalar(select(Loan).where(col(Loan.number) == number))
    if row is None:
        raise NotFound(f"There is no loan {number} here")
    return row


def loan(request: Request, actor: Actor) -> Response:
    """One loan by its number, with its balance and instalments."""
    number = request.path_params["number"]

    def one(uow: UnitOfWork) -> dict[str, Any]:
        uow.actor.require(Permission.LOAN_OPEN)
        row = _loan(uow, number)
        balance = loan_store.balance_of(uow, row.id)
        return {
            "number": row.number,
            "kind": row.kind,
            "status": row.status,
            "principal_paise": row.principal_paise,
            "disbursed_on": row.disbursed_on.isoformat(),
            "matures_on": row.matures_on.isoformat(),
            "closed_on": row.closed_on.isoformat() if row.closed_on else None,
            "balance": None
            if balance is None
            else {
                "as_of": balance.as_of.isoformat(),
                "principal_outstanding_paise": balance.principal_outstanding_paise,
                "interest_outstanding_paise": balance.interest_outstanding_paise,
                "overdue_paise": balance.overdue_paise,
                "days_past_due": balance.days_past_due,
                "bucket": balance.bucket,
            },
            "instalments": [
                {
                    "number": part.number,
                    "due_on": part.due_on.isoformat(),
                    "principal_paise": part.principal_paise,
                    "interest_paise": part.interest_paise,
                    "settled_on": part.settled_on.isoformat() if part.settled_on else None,
                }
                for part in loan_store.instalments_of(uow, row.id)
            ],
        }

    return JSONResponse(read(actor, "api_loan", one))


def _key(request: Request) -> str:
    return request.headers.get("idempotency-key", "").strip()[: KEY_MAX + 1]


def _key_missing() -> Response:
    return problem(
        400, "idempotency_key_missing", f"Send an Idempotency-Key of 1 to {KEY_MAX} characters"
    )


def receipt(request: Request, actor: Actor) -> Response:
    """Report money that another system saw arriving; it counts once a person has approved it."""
    number, key = request.path_params["number"], _key(request)
    if not 0 < len(key) <= KEY_MAX:
        return _key_missing()
    body = _object(request.state.body)
    amount = body.get("amount_paise")
    wrong: dict[str, str] = {}
    if isinstance(amount, bool) or not isinstance(amount, int):
        wrong["amount_paise"] = "Enter whole paise"
    try:
        value_date = dt.date.fromisoformat(str(body.get("value_date", "")))
    except ValueError:
        wrong["value_date"] = "Enter a date like 2026-11-20"
    if wrong:
        raise Invalid(wrong)
    given = {
        "number": number,
        **{name: body.get(name) for name in ("amount_paise", "mode", "utr", "value_date", "note")},
    }

    def report(uow: UnitOfWork) -> dict[str, Any]:
        uow.actor.require(Permission.PAYMENT_RECORD)
        command = RecordReceipt(
            loan_id=_loan(uow, number).id,
            amount_paise=int(amount or 0),
            mode=str(body.get("mode", "")),
            value_date=value_date,
            utr=str(body.get("utr", "")),
            note=str(body.get("note", "")),
        )
        row = uow.get(Receipt, record_receipt(uow, command))
        return {
            "number": row.number,
            "state": row.state,
            "amount_paise": row.amount_paise,
            "value_date": row.value_date.isoformat(),
            "loan_number": number,
        }

    return JSONResponse(write(actor, "api_receipt", key, given, report), status_code=201)


def payment_request(request: Request, actor: Actor) -> Response:
    """Ask the customer of a loan for money; a job makes the link and sends it."""
    number, key = request.path_params["number"], _key(request)
    if not 0 < len(key) <= KEY_MAX:
        return _key_missing()
    body = _object(request.state.body)
    part = body.get("part_paise", 0)
    if isinstance(part, bool) or not isinstance(part, int) or part < 0:
        raise Invalid({"part_paise": "Enter whole paise"})
    kind = str(body.get("kind", "due"))

    def ask(uow: UnitOfWork) -> dict[str, Any]:
        uow.actor.require(Permission.PAYMENT_RECORD)
        command = AskPayment(loan_id=_loan(uow, number).id, kind=kind, part_paise=part)
        row = ask_payment(uow, command)
        return {
            "reference": row.reference,
            "status": row.status,
            "kind": row.kind,
            "amount_paise": row.amount_paise,
            "loan_number": number,
        }

    given = {"number": number, "kind": kind, "part_paise": part}
    answer = write(actor, "api_payment_request", key, given, ask)
    return JSONResponse(answer, status_code=201)


def _object(raw: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(raw or b"{}")
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Invalid({"body": "Send a JSON object"})
    return found  # pyright: ignore[reportUnknownVariableType]


routes = [
    Route("/api/v1/health", health),
    Route("/api/v1/openapi.json", openapi),
    Route("/api/v1/applications", guarded(applications)),
    Route("/api/v1/applications/{number}", guarded(application)),
    Route("/api/v1/loans/{number}", guarded(loan)),
    Route("/api/v1/loans/{number}/payment-requests", guarded(payment_request), methods=["POST"]),
    Route("/api/v1/loans/{number}/receipts", guarded(receipt), methods=["POST"]),
]
