"""Out to the sandbox and back through the webhook door, with nothing in between played.

The interfaces for machines run in granian, the sandbox in its own process, jobs run on the test's
database; a payout becomes a loan and a payment link a receipt because the webhooks say so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from sqlmodel import col

from core.access.permission import Permission
from core.api_key.service import IssueKey, issue_key
from core.db.tables import WebhookDelivery
from core.db.unit_of_work import run_command, unit_of_work
from core.loan.tables import Loan
from integrations import registry
from integrations.settings import provider_settings
from jobs.app import load_jobs
from jobs.task import drain
from ops.ports import free_port
from tests.contract.sandbox import ROOT, running_sandbox
from tests.core.payment.conftest import NET_PAISE, SANCTIONED_PAISE, signed_case, system
from tests.core.payment.test_disbursal_service import ask, decide

__all__ = ["signed_case", "system"]

START_S = 30.0
WAIT_S = 20.0


@pytest.fixture(scope="module")
def door(database: Any) -> Iterator[str]:
    """The interfaces for machines, served as in production on the test's database."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        *(sys.executable, "-m", "granian", "--interface", "asgi", "--factory"),
        *("--host", "127.0.0.1", "--port", str(port), "backoffice.api:make_api"),
    ]
    sandbox_port = free_port()
    os.environ["SANDBOX_URL"] = f"http://127.0.0.1:{sandbox_port}"
    process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
    try:
        end = time.monotonic() + START_S
        while True:
            try:
                httpx.get(f"{url}/api/v1/health", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None and time.monotonic() < end
                time.sleep(0.2)
        yield url
    finally:
        os.environ.pop("SANDBOX_URL", None)
        process.terminate()
        process.wait(10)


@pytest.fixture(scope="module")
def sandbox(door: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox that delivers to the door."""
    port = int(os.environ["SANDBOX_URL"].rsplit(":", 1)[1])
    with running_sandbox(tmp_path_factory.mktemp("sandbox"), door, port=port) as url:
        provider_settings.cache_clear()
        registry.forget_choices()
        load_jobs()
        yield url
    provider_settings.cache_clear()
    registry.forget_choices()


def until(brand: Any, done: Callable[[], Any]) -> Any:
    """Run the brand's jobs until something is there."""
    end = time.monotonic() + WAIT_S
    while time.monotonic() < end:
        drain(brand.id)
        found = done()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def outcomes(actor: Any) -> list[str]:
    """What became of the brand's deliveries."""
    with unit_of_work(actor, "read") as uow:
        found = select(col(WebhookDelivery.outcome)).where(
            col(WebhookDelivery.provider) == "razorpay"
        )
        return list(uow.session.scalars(found.order_by(col(WebhookDelivery.id))))


def loan_of(actor: Any, case: Any) -> Any:
    """The case's loan, when it is born."""
    with unit_of_work(actor, "read") as uow:
        statement = select(Loan).where(col(Loan.application_id) == case.application_id)
        row = uow.session.scalar(statement)
        return None if row is None else (row.id, row.number, row.status, row.net_disbursed_paise)


def test_a_payout_out_and_back_becomes_one_loan(
    door: str, sandbox: str, brand: Any, signed_case: Any, staff: Any, system: Any
) -> None:
    case = signed_case()
    disbursal_id = ask(staff("operations"), case)
    decide(staff("operations"), disbursal_id)
    loan_id, number, status, paid_out = until(brand, lambda: loan_of(system, case))
    assert (status, paid_out) == ("active", NET_PAISE)

    (payout,) = httpx.get(
        f"{sandbox}/records", params={"brand": brand.code, "kind": "payout"}, trust_env=False
    ).json()
    assert payout["amount_paise"] == NET_PAISE
    httpx.post(f"{sandbox}/act/{payout['id']}", data={"action": "repeat"}, trust_env=False)
    until(brand, lambda: "repeated" in outcomes(system))
    assert outcomes(system) == ["done", "repeated"]
    with unit_of_work(system, "read") as uow:
        assert len(uow.session.scalars(select(Loan)).all()) == 1

    granted = (Permission.APPLICATION_LIST, Permission.APPLICATION_OPEN, Permission.LOAN_OPEN)
    command = IssueKey("Partner", (*granted, Permission.PAYMENT_RECORD))
    key = run_command(system, "issue_key", lambda uow: issue_key(uow, command).key)
    with httpx.Client(
        base_url=f"{door}/api/v1",
        headers={"authorization": f"Bearer {key}"},
        trust_env=False,
    ) as partner:
        (line,) = partner.get("/applications").json()["items"]
        assert (line["loan_number"], line["status"]) == (number, "active")
        found = partner.get(f"/applications/{line['number']}").json()
        assert (found["status"], found["loan_number"]) == ("disbursed", number)
        loan = partner.get(f"/loans/{number}").json()
        assert loan["principal_paise"] == SANCTIONED_PAISE
        assert loan["balance"]["principal_outstanding_paise"] == SANCTIONED_PAISE
        assert len(loan["instalments"]) == 1

        path = f"/loans/{number}/payment-requests"
        asked = {"kind": "part", "part_paise": 1_000_000}
        once = {"idempotency-key": "partner-1"}
        first = partner.post(path, json=asked, headers=once)
        again = partner.post(path, json=asked, headers=once)
        assert first.status_code == again.status_code == 201
        assert first.json() == again.json()
        assert first.json()["amount_paise"] == 1_000_000
        other = partner.post(path, json={"kind": "due"}, headers=once)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")

    def link() -> Any:
        return httpx.get(
            f"{sandbox}/records",
            params={"brand": brand.code, "kind": "payment"},
            trust_env=False,
        ).json()

    (made,) = until(brand, link)
    assert made["amount_paise"] == 1_000_000
    httpx.post(f"{sandbox}/act/{made['id']}", data={"action": "pay"}, trust_env=False)
    httpx.post(f"{sandbox}/act/{made['id']}", data={"action": "repeat"}, trust_env=False)

    def owed() -> Any:
        with httpx.Client(trust_env=False) as partner:
            answer = partner.get(
                f"{door}/api/v1/loans/{number}", headers={"authorization": f"Bearer {key}"}
            )
            now = answer.json()["balance"]["principal_outstanding_paise"]
            return now if now < SANCTIONED_PAISE else None

    assert until(brand, owed) == SANCTIONED_PAISE - 1_000_000
    until(brand, lambda: outcomes(system).count("repeated") == 2)
    assert owed() == SANCTIONED_PAISE - 1_000_000
    assert loan_id
