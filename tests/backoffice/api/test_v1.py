"""The REST interface: keys, brands, refusals as problem documents, one effect per key.

The app runs as in production on a real database, with keys that an administrator gave.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from backoffice.api import make_api, v1
from backoffice.api.key import wrong_keys
from backoffice.api.openapi import document
from core.access.actor import Actor
from core.access.permission import Permission
from core.api_key.service import IssueKey, issue_key, revoke_key
from core.db.brand_table import now_utc
from core.db.unit_of_work import unit_of_work
from core.kernel.errors import Forbidden, Invalid

READ = (Permission.APPLICATION_LIST, Permission.APPLICATION_OPEN, Permission.LOAN_OPEN)


@pytest.fixture
def api(database: object) -> Iterator[TestClient]:
    """The interface, with nobody throttled."""
    wrong_keys.__init__()
    with TestClient(make_api(), raise_server_exceptions=False) as client:
        yield client


def give(brand: Any, *permissions: Permission, **more: Any) -> tuple[int, str]:
    """A key of a brand: its id and itself."""
    with unit_of_work(Actor.system(brand.id, "admin"), "issue_key") as uow:
        issued = issue_key(uow, IssueKey("Partner", permissions or READ, **more))
        uow.commit()
        return issued.row.id, issued.key


def get(api: TestClient, path: str, key: str) -> Any:
    """One call with a key."""
    return api.get(f"/api/v1{path}", headers={"authorization": f"Bearer {key}"})


def test_health_and_document_are_open(api: TestClient) -> None:
    assert api.get("/api/v1/health").json() == {"state": "ready", "version": "1"}
    assert api.get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"


def test_the_document_names_every_route_and_no_other() -> None:
    assert sorted(document()["paths"]) == sorted(route.path for route in v1.routes)


def test_a_key_opens_its_brands_list(api: TestClient, brand: Any) -> None:
    _, key = give(brand)
    answer = get(api, "/applications", key)
    assert (answer.status_code, answer.json()) == (200, {"items": [], "next_cursor": None})


@pytest.mark.parametrize(
    "header",
    ["", "Bearer ", "Basic abc", "Bearer mk_nobody_00_x", "Bearer x", "Bearer mk_____"],
)
def test_without_a_right_key_nothing_opens(api: TestClient, brand: Any, header: str) -> None:
    answer = api.get("/api/v1/applications", headers={"authorization": header} if header else {})
    assert (answer.status_code, answer.json()["code"]) == (401, "key_refused")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_changed_key_is_refused(api: TestClient, brand: Any) -> None:
    _, key = give(brand)
    assert get(api, "/applications", key[:-1] + ("A" if key[-1] != "A" else "B")).status_code == 401


def test_a_key_under_another_brands_name_is_refused(
    api: TestClient, brand: Any, new_brand: Callable[..., Any]
) -> None:
    _, key = give(brand)
    other = new_brand()
    moved = key.replace(f"_{brand.code}_", f"_{other.code}_")
    assert get(api, "/applications", moved).status_code == 401


def test_a_withdrawn_key_stops_at_once(api: TestClient, brand: Any) -> None:
    key_id, key = give(brand)
    assert get(api, "/applications", key).status_code == 200
    with unit_of_work(Actor.system(brand.id, "admin"), "revoke_key") as uow:
        revoke_key(uow, key_id)
        uow.commit()
    assert get(api, "/applications", key).status_code == 401


def test_a_key_past_its_day_is_refused(api: TestClient, brand: Any) -> None:
    _, key = give(brand, expires_at=now_utc() + dt.timedelta(hours=1))
    assert get(api, "/applications", key).status_code == 200
    with unit_of_work(Actor.system(brand.id, "test"), "test") as uow:
        uow.session.execute(text("UPDATE api_key SET expires_at = now() - interval '1 minute'"))
        uow.commit()
    assert get(api, "/applications", key).status_code == 401


def test_many_wrong_keys_are_not_heard(api: TestClient, brand: Any) -> None:
    statuses = [get(api, "/applications", "mk_x_y_z").status_code for _ in range(32)]
    assert statuses[-2:] == [429, 429]


def test_a_key_without_the_permission_is_forbidden(api: TestClient, brand: Any) -> None:
    _, key = give(brand, Permission.LOAN_OPEN)
    answer = get(api, "/applications", key)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("path", ["/applications/AP-999999", "/loans/LN-999999"])
def test_what_is_not_there_is_not_found(api: TestClient, brand: Any, path: str) -> None:
    _, key = give(brand)
    answer = get(api, path, key)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("query", "field"),
    [("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("stage=x", "stage"),
     ("cursor=x", "cursor")],
)  # fmt: skip
def test_a_wrong_question_names_its_field(
    api: TestClient, brand: Any, query: str, field: str
) -> None:
    _, key = give(brand)
    answer = get(api, f"/applications?{query}", key)
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == [field]


def ask(api: TestClient, key: str, **more: Any) -> Any:
    """Ask for money on a loan that is not there."""
    headers = {"authorization": f"Bearer {key}", **more.pop("headers", {})}
    return api.post("/api/v1/loans/LN-999999/payment-requests", headers=headers, **more)


def test_what_changes_something_needs_an_idempotency_key(api: TestClient, brand: Any) -> None:
    _, key = give(brand, Permission.PAYMENT_RECORD)
    answer = ask(api, key, json={"kind": "due"})
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")


@pytest.mark.parametrize("content", [b"[]", b"{", b'{"part_paise": 1.5}', b'{"part_paise": true}'])
def test_a_wrong_body_is_said(api: TestClient, brand: Any, content: bytes) -> None:
    _, key = give(brand, Permission.PAYMENT_RECORD)
    answer = ask(api, key, content=content, headers={"idempotency-key": "k1"})
    assert answer.status_code == 422


def test_a_large_body_is_refused(api: TestClient, brand: Any) -> None:
    _, key = give(brand, Permission.PAYMENT_RECORD)
    answer = ask(api, key, content=b" " * 70_000, headers={"idempotency-key": "k1"})
    assert answer.status_code == 413


def test_a_loan_of_nobody_is_not_found_when_asking(api: TestClient, brand: Any) -> None:
    _, key = give(brand, Permission.PAYMENT_RECORD)
    answer = ask(api, key, json={"kind": "due"}, headers={"idempotency-key": "k1"})
    assert answer.status_code == 404


def test_an_unexpected_error_shows_a_reference_only(
    api: TestClient, brand: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any) -> Any:
        raise RuntimeError("secret detail")

    _, key = give(brand)
    monkeypatch.setattr(v1, "case_list", broken)
    answer = get(api, "/applications", key)
    assert answer.status_code == 500
    assert re.fullmatch(r"[0-9a-f]{10}", answer.json()["reference"])
    assert "secret detail" not in answer.text


def test_the_key_itself_is_not_stored(brand: Any) -> None:
    _, key = give(brand)
    secret = key.rsplit("_", 1)[1] if key.count("_") == 3 else key.split("_", 3)[3]
    with unit_of_work(Actor.system(brand.id, "test"), "test") as uow:
        for table in ("api_key", "audit_event"):
            rows = uow.session.execute(text(f"SELECT * FROM {table}")).all()
            assert rows
            assert secret not in repr(rows)


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (IssueKey("", READ), "name"),
        (IssueKey("Partner", ()), "permissions"),
        (IssueKey("Partner", (Permission.APPLICATION_SANCTION,)), "permissions"),
        (IssueKey("Partner", READ, dt.datetime(2020, 1, 1, tzinfo=dt.UTC)), "expires_at"),
    ],
)
def test_a_wrong_key_is_not_given(brand: Any, command: IssueKey, field: str) -> None:
    actor = Actor.system(brand.id, "admin")
    with unit_of_work(actor, "issue_key") as uow, pytest.raises(Invalid) as caught:
        issue_key(uow, command)
    assert list(caught.value.fields) == [field]


def test_a_key_may_not_do_more_than_its_giver(brand: Any) -> None:
    actor = Actor.system(brand.id, "admin", [Permission.API_KEY_MANAGE, Permission.LOAN_OPEN])
    with unit_of_work(actor, "issue_key") as uow, pytest.raises(Invalid):
        issue_key(uow, IssueKey("Partner", (Permission.LOAN_LIST,)))


def test_only_who_manages_keys_may_give_one(brand: Any) -> None:
    actor = Actor.system(brand.id, "admin", [Permission.LOAN_OPEN])
    with unit_of_work(actor, "issue_key") as uow, pytest.raises(Forbidden):
        issue_key(uow, IssueKey("Partner", (Permission.LOAN_OPEN,)))
