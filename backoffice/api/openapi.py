"""The OpenAPI document of the REST interface, written by hand beside the handlers.

A test walks the routes and this document together, so neither can name a path the other has not.
"""

from __future__ import annotations

from typing import Any

PAISE = {"type": "integer", "format": "int64", "description": "Whole paise"}
TEXT = {"type": "string"}
DAY = {"type": "string", "format": "date"}
MOMENT = {"type": "string", "format": "date-time"}


def _maybe(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _object(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields, "required": list(fields)}


SCHEMAS: dict[str, Any] = {
    "Problem": {
        "type": "object",
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "code": {**TEXT, "description": "Stable; never parse the title"},
            "errors": {"type": "object", "additionalProperties": TEXT},
        },
        "required": ["type", "title", "status", "code"],
    },
    "ApplicationLine": _object(
        number=TEXT,
        loan_number=_maybe(TEXT),
        product=TEXT,
        status=TEXT,
        amount_paise=PAISE,
        outstanding_paise=_maybe(PAISE),
        applied_at=_maybe(MOMENT),
    ),
    "Application": _object(
        number=TEXT,
        status=TEXT,
        status_since=MOMENT,
        requested_amount_paise=PAISE,
        sanctioned_amount_paise=_maybe(PAISE),
        tenor_days={"type": "integer"},
        purpose=TEXT,
        applied_at=_maybe(MOMENT),
        loan_number=_maybe(TEXT),
    ),
    "Instalment": _object(
        number={"type": "integer"},
        due_on=DAY,
        principal_paise=PAISE,
        interest_paise=PAISE,
        settled_on=_maybe(DAY),
    ),
    "Balance": _object(
        as_of=DAY,
        principal_outstanding_paise=PAISE,
        interest_outstanding_paise=PAISE,
        overdue_paise=PAISE,
        days_past_due={"type": "integer"},
        bucket=TEXT,
    ),
    "Loan": _object(
        number=TEXT,
        kind=TEXT,
        status=TEXT,
        principal_paise=PAISE,
        disbursed_on=DAY,
        matures_on=DAY,
        closed_on=_maybe(DAY),
        balance={"anyOf": [{"$ref": "#/components/schemas/Balance"}, {"type": "null"}]},
        instalments={"type": "array", "items": {"$ref": "#/components/schemas/Instalment"}},
    ),
    "Receipt": _object(
        number=TEXT,
        state={**TEXT, "enum": ["pending_approval", "posted", "rejected", "reversed"]},
        amount_paise=PAISE,
        value_date=DAY,
        loan_number=TEXT,
    ),
    "PaymentRequest": _object(
        reference=TEXT, status=TEXT, kind=TEXT, amount_paise=PAISE, loan_number=TEXT
    ),
}


def _answer(name: str, *, listed: bool = False) -> dict[str, Any]:
    schema: dict[str, Any] = {"$ref": f"#/components/schemas/{name}"}
    if listed:
        items = {"type": "array", "items": schema}
        schema = _object(items=items, next_cursor=_maybe(TEXT))
    return {"description": "Done", "content": {"application/json": {"schema": schema}}}


def _refusals(*statuses: int) -> dict[str, Any]:
    body = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {str(status): {"description": "Refused", "content": body} for status in statuses}


def _path(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": TEXT}


def _query(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema}


def document() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 50}
    key = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "schema": {"type": "string", "minLength": 1, "maxLength": 100},
    }
    ask = _object(kind={"type": "string", "enum": ["due", "part", "payoff"]})
    ask["properties"]["part_paise"] = PAISE
    report = _object(
        amount_paise=PAISE,
        mode={"type": "string", "enum": ["upi", "imps", "neft", "rtgs", "cheque", "cash"]},
        value_date=DAY,
    )
    report["properties"] |= {"utr": TEXT, "note": TEXT}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Munim", "version": "1"},
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"key": []}],
        "paths": {
            "/api/v1/health": {
                "get": {
                    "summary": "Whether the interface answers",
                    "security": [],
                    "responses": {"200": {"description": "It does"}},
                }
            },
            "/api/v1/openapi.json": {
                "get": {
                    "summary": "This document",
                    "security": [],
                    "responses": {"200": {"description": "OpenAPI 3.1"}},
                }
            },
            "/api/v1/applications": {
                "get": {
                    "summary": "Applications, newest first",
                    "parameters": [
                        _query("stage", TEXT),
                        _query("cursor", TEXT),
                        _query("limit", limit),
                    ],
                    "responses": {
                        "200": _answer("ApplicationLine", listed=True),
                        **_refusals(401, 403, 422, 429),
                    },
                }
            },
            "/api/v1/applications/{number}": {
                "get": {
                    "summary": "One application",
                    "parameters": [_path("number")],
                    "responses": {"200": _answer("Application"), **_refusals(401, 403, 404, 429)},
                }
            },
            "/api/v1/loans/{number}": {
                "get": {
                    "summary": "One loan with balance and instalments",
                    "parameters": [_path("number")],
                    "responses": {"200": _answer("Loan"), **_refusals(401, 403, 404, 429)},
                }
            },
            "/api/v1/loans/{number}/payment-requests": {
                "post": {
                    "summary": "Ask the customer for the amount due, a part, or everything",
                    "parameters": [_path("number"), key],
                    "requestBody": {"content": {"application/json": {"schema": ask}}},
                    "responses": {
                        "201": _answer("PaymentRequest"),
                        **_refusals(400, 401, 403, 404, 409, 413, 422, 429),
                    },
                }
            },
            "/api/v1/loans/{number}/receipts": {
                "post": {
                    "summary": "Report money that came in; a person approves it before it counts",
                    "parameters": [_path("number"), key],
                    "requestBody": {"content": {"application/json": {"schema": report}}},
                    "responses": {
                        "201": _answer("Receipt"),
                        **_refusals(400, 401, 403, 404, 409, 413, 422, 429),
                    },
                }
            },
        },
    }
