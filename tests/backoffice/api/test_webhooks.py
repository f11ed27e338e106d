"""The webhook door: stored first, believed by the brand's own signature, accepted once.

The app runs as in production, on a real database; only the vendor's part is played here.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col
from starlette.testclient import TestClient

from backoffice.api import make_api, webhooks
from core.access.actor import Actor
from core.db.tables import OutboxEvent, WebhookDelivery
from core.db.unit_of_work import UnitOfWork, unit_of_work
from core.provider.delivery import raw_body
from core.provider.event import ProviderEvent
from integrations import registry
from integrations.razorpay.webhook import HEADER, signature
from integrations.sandbox import credential
from integrations.settings import provider_settings
from jobs import webhook as webhook_job
from jobs.task import drain
from tests.integrations.builders import payout_event


@pytest.fixture
def api(database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The door, with brands that use the sandbox."""
    monkeypatch.setenv("SANDBOX_URL", "http://127.0.0.1:1")
    provider_settings.cache_clear()
    registry.forget_choices()
    webhooks.limit.__init__()
    with TestClient(make_api(), raise_server_exceptions=False) as client:
        yield client
    provider_settings.cache_clear()
    registry.forget_choices()


def body_for(brand: Any, **changes: Any) -> bytes:
    """A payout event of this brand's sandbox account, dated now."""
    account = credential.credentials(brand.code, "razorpay")["account_id"]
    return payout_event(created_at=int(time.time()), account_id=account, **changes)


def post(
    api: TestClient, brand: Any, body: bytes, *, signer: Any = None, vendor: str = "razorpay"
) -> Any:
    """Deliver as Razorpay would, signed with a brand's secret."""
    secret = credential.credentials((signer or brand).code, "razorpay")["webhook_secret"]
    return api.post(
        f"/webhooks/{brand.code}/{vendor}",
        content=body,
        headers={HEADER: signature(secret, body), "content-type": "application/json"},
    )


def deliveries(brand: Any) -> list[WebhookDelivery]:
    """What the brand's deliveries became, oldest first."""
    with unit_of_work(Actor.system(brand.id, "test"), "test") as uow:
        statement = select(WebhookDelivery).order_by(col(WebhookDelivery.id))
        rows = list(uow.session.scalars(statement))
        uow.session.expunge_all()
        return rows


def topics(brand: Any) -> list[str]:
    """The brand's outbox."""
    with unit_of_work(Actor.system(brand.id, "test"), "test") as uow:
        return list(uow.session.scalars(select(col(OutboxEvent.topic))))


def test_a_signed_event_is_stored_and_wakes_the_job_once(api: TestClient, brand: Any) -> None:
    body = body_for(brand)
    answer = post(api, brand, body)
    assert (answer.status_code, answer.json()) == (200, {"accepted": 1, "repeated": 0})
    (row,) = deliveries(brand)
    assert (row.outcome, row.accepted, row.event_type) == ("accepted", True, "payout.processed")
    assert raw_body(row) == body
    assert topics(brand) == ["webhook.received"]


def test_the_stored_body_is_sealed(api: TestClient, brand: Any) -> None:
    post(api, brand, body_for(brand))
    (row,) = deliveries(brand)
    assert b"PO-000012" not in row.raw_body


def test_a_repeat_is_answered_200_and_changes_nothing(api: TestClient, brand: Any) -> None:
    body = body_for(brand)
    post(api, brand, body)
    again = post(api, brand, body)
    assert (again.status_code, again.json()) == (200, {"accepted": 0, "repeated": 1})
    assert [row.outcome for row in deliveries(brand)] == ["accepted", "repeated"]
    assert topics(brand) == ["webhook.received"]


def test_ten_at_once_are_accepted_once(api: TestClient, brand: Any) -> None:
    body = body_for(brand)
    answers: list[int] = []

    def send() -> None:
        answers.append(post(api, brand, body).json()["accepted"])

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [0] * 9 + [1]
    assert topics(brand) == ["webhook.received"]


def test_a_missing_signature_is_refused_and_kept(api: TestClient, brand: Any) -> None:
    answer = api.post(f"/webhooks/{brand.code}/razorpay", content=body_for(brand))
    assert answer.status_code == 401
    assert answer.json()["code"] == "webhook_signature_missing"
    assert answer.headers["content-type"] == "application/problem+json"
    (row,) = deliveries(brand)
    assert (row.outcome, row.error, row.accepted) == (
        "refused",
        "webhook_signature_missing",
        False,
    )
    assert topics(brand) == []


def test_another_brands_signature_is_refused(
    api: TestClient, brand: Any, new_brand: Callable[..., Any]
) -> None:
    other = new_brand()
    answer = post(api, brand, body_for(brand), signer=other)
    assert (answer.status_code, answer.json()["code"]) == (401, "webhook_signature_wrong")
    assert deliveries(other) == []
    assert topics(brand) == []


def test_another_brands_delivery_under_our_address_is_refused(
    api: TestClient, brand: Any, new_brand: Callable[..., Any]
) -> None:
    other = new_brand()
    answer = post(api, brand, body_for(other), signer=other)
    assert answer.json()["code"] == "webhook_signature_wrong"


def test_a_stale_event_is_refused(api: TestClient, brand: Any) -> None:
    account = credential.credentials(brand.code, "razorpay")["account_id"]
    body = payout_event(created_at=int(time.time()) - 8 * 86400, account_id=account)
    answer = post(api, brand, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "webhook_stale")


def test_a_signed_body_that_is_no_event_is_refused(api: TestClient, brand: Any) -> None:
    answer = post(api, brand, b"not json")
    assert (answer.status_code, answer.json()["code"]) == (400, "webhook_malformed")
    (row,) = deliveries(brand)
    assert row.outcome == "refused"


def test_a_large_body_is_refused_and_not_kept(api: TestClient, brand: Any) -> None:
    answer = post(api, brand, b" " * (webhooks.BODY_BYTES_MAX + 1))
    assert answer.status_code == 413
    assert deliveries(brand) == []


@pytest.mark.parametrize(("code", "vendor"), [("nobody", "razorpay"), (None, "nobody")])
def test_an_unknown_brand_or_vendor_is_not_found(
    api: TestClient, brand: Any, code: str | None, vendor: str
) -> None:
    answer = api.post(f"/webhooks/{code or brand.code}/{vendor}", content=b"{}")
    assert answer.status_code == 404


def test_a_flood_of_forgeries_is_not_stored_without_end(api: TestClient, brand: Any) -> None:
    statuses = [
        api.post(f"/webhooks/{brand.code}/razorpay", content=b"{}").status_code for _ in range(35)
    ]
    assert statuses == [401] * webhooks.REFUSALS_MAX + [429] * 5
    assert len(deliveries(brand)) == webhooks.REFUSALS_MAX


def test_a_batch_is_one_row_per_event(api: TestClient, brand: Any) -> None:
    events = [{"requestId": f"r{n}", "status": "1", "date": "2026-11-20"} for n in range(3)]
    batch = json.dumps([{"requestId": one["requestId"], "report": [one]} for one in events])
    token = credential.credentials(brand.code, "msg91")["webhook_secret"]
    url = f"/webhooks/{brand.code}/msg91?token={token}"
    assert api.post(url, content=batch).json() == {"accepted": 3, "repeated": 0}
    assert api.post(url, content=batch).json() == {"accepted": 0, "repeated": 3}


def test_handlers_hear_of_an_event_once(
    api: TestClient, brand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[tuple[int, ProviderEvent]] = []
    monkeypatch.setattr(webhook_job, "_handlers", {})

    @webhook_job.on_event("payout.*")
    def hear(uow: UnitOfWork, event: ProviderEvent) -> None:
        heard.append((uow.brand_id, event))

    body = body_for(brand)
    for _ in range(3):
        post(api, brand, body)
    drain(brand.id)
    ((brand_id, event),) = heard
    assert brand_id == brand.id
    assert event.event_type == "payout.processed"
    assert [row.outcome for row in deliveries(brand)] == ["done", "repeated", "repeated"]


def test_an_event_nobody_handles_is_ignored(
    api: TestClient, brand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_job, "_handlers", {})
    post(api, brand, body_for(brand))
    drain(brand.id)
    (row,) = deliveries(brand)
    assert row.outcome == "ignored"
    assert row.processed_at is not None
