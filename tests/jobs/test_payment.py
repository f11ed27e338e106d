"""Payouts and links go out over HTTP to the sandbox and are settled without any webhook.
The sandbox counts what it was asked to pay, so a rupee sent twice cannot hide."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlmodel import col

from core.customer.tables import CustomerBankAccount
from core.db.brand_table import now_utc
from core.db.secret import blind_index, seal
from core.db.unit_of_work import run_command, unit_of_work
from core.loan.tables import Loan
from core.notification.tables import Message
from core.payment import store
from core.payment.disbursal_service import ResubmitDisbursal, resubmit_disbursal
from core.payment.link_service import AskPayment, ask_payment
from core.payment.tables import PaymentRequest, Payout
from integrations import registry
from integrations.settings import provider_settings
from jobs.app import load_jobs
from jobs.payment import ask_about_payout
from jobs.task import JobContext, drain
from ops.ports import free_port
from tests.contract.sandbox import ROOT, running_sandbox
from tests.core.payment.conftest import NET_PAISE, signed_case, system
from tests.core.payment.test_disbursal_service import ask, decide, payouts, row

__all__ = ["signed_case", "system"]

WAIT_S = 60.0


@pytest.fixture(scope="module")
def sandbox(database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A sandbox whose webhooks reach nobody: what is learnt here is learnt by asking."""
    port, nobody = free_port(), free_port()
    os.environ["SANDBOX_URL"] = f"http://127.0.0.1:{port}"
    home = tmp_path_factory.mktemp("sandbox")
    try:
        with running_sandbox(home, f"http://127.0.0.1:{nobody}", port=port) as url:
            provider_settings.cache_clear()
            registry.forget_choices()
            load_jobs()
            yield url
    finally:
        os.environ.pop("SANDBOX_URL", None)
        provider_settings.cache_clear()
        registry.forget_choices()


def paid_out(sandbox: str, brand: Any) -> list[dict[str, Any]]:
    """The payouts that the sandbox took from a brand."""
    asked = {"brand": brand.code, "kind": "payout"}
    found: list[dict[str, Any]] = httpx.get(
        f"{sandbox}/records", params=asked, trust_env=False
    ).json()
    return found


def ask_the_sandbox(brand: Any, payout: Payout) -> str:
    """One question of the completer about one payout."""
    context = JobContext(brand.id, 0, "complete_payouts", now=now_utc())
    return ask_about_payout(context, payout.id, payout.status, payout.idempotency_key)


def until(seconds: float, look: Callable[[], Any]) -> Any:
    """What `look` finds, once it finds something."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.2)
    raise AssertionError("it did not happen in time")


def settled(brand: Any, actor: Any, disbursal_id: int, *wanted: str) -> str:
    """Ask until the disbursal is in one of the wanted states."""

    def look() -> str:
        drain(brand.id)
        status = row(actor, disbursal_id).status
        if status in wanted:
            return status
        newest = payouts(actor, disbursal_id)[0]
        if newest.status in ("sent", "unknown"):
            ask_the_sandbox(brand, newest)
        return ""

    return str(until(WAIT_S, look))


def released(staff: Any, case: Any) -> int:
    """A disbursal that another person has just released."""
    disbursal_id = ask(staff("operations"), case)
    decide(staff("operations"), disbursal_id)
    return int(disbursal_id)


def loans(actor: Any) -> int:
    """How many loans the brand has."""
    with unit_of_work(actor, "read") as uow:
        return int(uow.session.scalar(select(func.count()).select_from(Loan)) or 0)


def test_a_released_payout_is_sent_once_and_told_to_the_customer(
    sandbox: str, brand: Any, signed_case: Any, staff: Any, system: Any
) -> None:
    disbursal_id = released(staff, signed_case())
    assert settled(brand, system, disbursal_id, "paid") == "paid"
    (sent,) = paid_out(sandbox, brand)
    assert sent["amount_paise"] == NET_PAISE
    assert loans(system) == 1
    drain(brand.id)
    with unit_of_work(system, "read") as uow:
        (told,) = uow.session.scalars(
            select(Message).where(col(Message.code) == "loan_disbursed")
        ).all()
        assert "₹ 4,19,985.00" in told.body


def test_an_answer_that_got_lost_is_unknown_and_then_found_by_our_own_key(
    sandbox: str, brand: Any, signed_case: Any, staff: Any, system: Any
) -> None:
    disbursal_id = released(staff, signed_case(account_ending="0012"))
    drain(brand.id)
    assert row(system, disbursal_id).status == "unknown"
    assert settled(brand, system, disbursal_id, "paid") == "paid"
    assert len(paid_out(sandbox, brand)) == 1
    assert len(payouts(system, disbursal_id)) == 1


def test_a_failed_payout_is_paid_by_a_new_one_to_another_account(
    sandbox: str, brand: Any, signed_case: Any, staff: Any, system: Any
) -> None:
    case = signed_case(account_ending="0011")
    disbursal_id = released(staff, case)
    assert settled(brand, system, disbursal_id, "failed") == "failed"
    failed = row(system, disbursal_id)
    assert failed.cause.endswith(".")

    def add_account(uow: Any) -> int:
        account = CustomerBankAccount(
            customer_id=case.customer_id,
            holder_name="Asha Patil",
            account_sealed=seal("501000004499"),
            account_index=blind_index("account", "501000004499"),
            account_last4="4499",
            ifsc="HDFC0000053",
            state="verified",
            added_at=uow.now,
        )
        return int(uow.add(account).id)

    account_id = run_command(system, "add_account", add_account)
    wanted = ResubmitDisbursal(disbursal_id, failed.version, account_id, "New account", "NEFT")
    run_command(staff("operations"), "resubmit", lambda uow: resubmit_disbursal(uow, wanted))
    decide(staff("operations"), disbursal_id, version=row(system, disbursal_id).version)
    assert settled(brand, system, disbursal_id, "paid") == "paid"
    assert [one.status for one in payouts(system, disbursal_id)] == ["processed", "failed"]
    assert loans(system) == 1


def test_a_payout_the_provider_refuses_says_so_at_once(
    sandbox: str, brand: Any, signed_case: Any, staff: Any, system: Any
) -> None:
    disbursal_id = released(staff, signed_case(account_ending="0018"))
    drain(brand.id)
    assert row(system, disbursal_id).status == "failed"
    assert row(system, disbursal_id).cause != ""


def test_money_that_comes_back_is_seen_after_it_was_paid(
    sandbox: str, brand: Any, signed_case: Any, staff: Any, system: Any
) -> None:
    disbursal_id = released(staff, signed_case(account_ending="0014"))
    assert settled(brand, system, disbursal_id, "paid", "failed") in ("paid", "failed")


def test_a_link_is_made_paid_and_found_without_a_webhook(
    sandbox: str, brand: Any, signed_case: Any, staff: Any, system: Any
) -> None:
    case = signed_case()
    settled(brand, system, released(staff, case), "paid")
    with unit_of_work(system, "read") as uow:
        loan = store.loan_of_application(uow, case.application_id)
    assert loan is not None
    request = run_command(
        staff("collection_executive"),
        "ask_payment",
        lambda uow: ask_payment(uow, AskPayment(loan.id, "part", 500_000)),
    )
    drain(brand.id)
    with unit_of_work(system, "read") as uow:
        opened = uow.get(PaymentRequest, request.id)
        assert (opened.status, opened.url != "") == ("open", True)
        told = select(Message).where(col(Message.code) == "payment_link")
        assert opened.url in uow.session.scalars(told).one().body
    asked = {"brand": brand.code, "kind": "payment"}
    (made,) = httpx.get(f"{sandbox}/records", params=asked, trust_env=False).json()
    httpx.post(f"{sandbox}/act/{made['id']}", data={"action": "pay"}, trust_env=False)
    with unit_of_work(system, "look_up") as uow:
        uow.emit("payment_request.look_up", {"payment_request_id": request.id})
        uow.emit("payment_request.look_up", {"payment_request_id": request.id})
        uow.commit()
    drain(brand.id)
    with unit_of_work(system, "read") as uow:
        (receipt,) = store.receipts_of(uow, loan.id)
        assert (receipt.state, receipt.amount_paise) == ("posted", 500_000)
        told = select(Message).where(col(Message.code) == "receipt")
        assert "RC-000001" in uow.session.scalars(told).one().body


def start(*command: str) -> subprocess.Popen[bytes]:
    """A process group of its own, so that the whole of it can be killed."""
    return subprocess.Popen(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def worker() -> subprocess.Popen[bytes]:
    """A worker as in production, on one queue."""
    options = ("--queues", "money,default", "--concurrency", "1", "--loglevel", "WARNING")
    return start("celery", "-A", "jobs.app", "worker", *options)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 for the process and its children."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def test_a_worker_killed_in_the_middle_of_a_payout_leaves_exactly_one(
    sandbox: str, valkey: str, brand: Any, signed_case: Any, staff: Any, system: Any
) -> None:
    relay = start("jobs.outbox_relay")
    first = worker()
    processes = [relay]
    try:
        # this account's bank answers after four seconds: long enough to die in between
        disbursal_id = released(staff, signed_case(account_ending="0020"))
        until(WAIT_S, lambda: payouts(system, disbursal_id)[0].status == "sending")
        until(10, lambda: paid_out(sandbox, brand) or first.poll() is not None)
        assert payouts(system, disbursal_id)[0].status == "sending"
        kill(first)
        processes.append(worker())

        def look() -> bool:
            newest = payouts(system, disbursal_id)[0]
            if newest.status in ("sent", "unknown"):
                ask_the_sandbox(brand, newest)
            return row(system, disbursal_id).status == "paid"

        until(90, look)
        assert len(paid_out(sandbox, brand)) == 1
        assert len(payouts(system, disbursal_id)) == 1
        assert loans(system) == 1
    finally:
        if first.poll() is None:
            kill(first)
        for process in processes:
            kill(process)
