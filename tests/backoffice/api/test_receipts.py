"""Another system reports a payment: it waits for a person, and one UTR counts once.
The interface runs as in production, under a key that may record payments."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from core.access.permission import Permission
from core.db.unit_of_work import unit_of_work
from core.payment import store
from tests.backoffice.api.test_v1 import api, give
from tests.core.payment.conftest import SANCTIONED_PAISE, signed_case, system
from tests.core.payment.test_receipt_service import decide, loan, position

__all__ = ["api", "loan", "signed_case", "system"]

MONEY = {
    "amount_paise": 1_000_000,
    "mode": "neft",
    "utr": "HDFCN12345678",
    "value_date": "2026-11-20",
}


def report(api: TestClient, key: str, number: str, once: str, **more: Any) -> Any:
    """One report."""
    headers = {"authorization": f"Bearer {key}", "idempotency-key": once}
    return api.post(f"/api/v1/loans/{number}/receipts", headers=headers, json={**MONEY, **more})


@pytest.fixture
def key(brand: Any) -> str:
    """A key that may record payments."""
    return give(brand, Permission.PAYMENT_RECORD)[1]


def test_a_report_counts_after_a_person_has_approved_it(api, key, loan, staff, system):
    answer = report(api, key, loan.number, "r1")
    assert (answer.status_code, answer.json()) == (
        201,
        {
            "number": "RC-000001",
            "state": "pending_approval",
            "amount_paise": 1_000_000,
            "value_date": "2026-11-20",
            "loan_number": loan.number,
        },
    )
    assert report(api, key, loan.number, "r1").json() == answer.json()
    assert position(system, loan).payoff_paise == SANCTIONED_PAISE
    with unit_of_work(system, "read") as uow:
        (row,) = store.receipts_of(uow, loan.id)
        request = store.open_request(uow, "receipt.post", "receipt", row.id)
    assert request is not None and request.maker_id < 0
    decide(staff("operations"), request)
    assert position(system, loan).payoff_paise == SANCTIONED_PAISE - 1_000_000


def test_a_utr_that_is_known_is_a_conflict(api, key, loan):
    report(api, key, loan.number, "r1")
    again = report(api, key, loan.number, "r2")
    assert (again.status_code, again.json()["code"]) == (409, "duplicate_utr")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount_paise": 10.5}, "amount_paise"),
        ({"value_date": "yesterday"}, "value_date"),
        ({"mode": "link"}, "mode"),
        ({"utr": ""}, "utr"),
    ],
)
def test_what_is_wrong_is_named(api, key, loan, change, field):
    answer = report(api, key, loan.number, "r1", **change)
    assert answer.status_code == 422
    assert field in answer.json()["errors"]
