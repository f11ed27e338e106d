"""Decides that the health page is 200 only when every part shows a sign of life, and says no more
than the state of each part."""

from __future__ import annotations

import pytest
import redis
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from backoffice.api import healthz

PARTS = ("worker", "beat", "outbox_relay")


@pytest.fixture
def page(database, valkey, monkeypatch):
    del database
    monkeypatch.setenv("REDIS_URL", valkey)
    monkeypatch.delenv("SANDBOX_URL", raising=False)
    monkeypatch.delenv("MUNIM_FRONT_END", raising=False)
    healthz.forget_store()
    yield TestClient(Starlette(routes=[Route("/healthz", healthz.healthz)]))
    healthz.forget_store()


def everybody_beats(valkey):
    with redis.Redis.from_url(valkey) as client:
        for part in PARTS:
            client.set(f"munim:heartbeat:{part}", "1", ex=20)


def test_all_parts_ready_is_200(page, valkey):
    everybody_beats(valkey)
    answer = page.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "parts": {
            "database": "ready",
            "valkey": "ready",
            "worker": "ready",
            "beat": "ready",
            "outbox_relay": "ready",
            "sandbox": "off",
            "front_end": "served elsewhere",
        },
    }


@pytest.mark.parametrize("part", PARTS)
def test_a_part_without_a_sign_of_life_is_503(page, valkey, part):
    everybody_beats(valkey)
    with redis.Redis.from_url(valkey) as client:
        client.delete(f"munim:heartbeat:{part}")
    answer = page.get("/healthz")
    assert (answer.status_code, answer.json()["parts"][part]) == (503, "no sign of life")


def test_a_queue_that_is_gone_is_said_and_leaks_no_address(page, monkeypatch):
    monkeypatch.setenv("REDIS_URL", "redis://:hush@127.0.0.1:1/0")
    healthz.forget_store()
    answer = page.get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["valkey"] == "does not answer"
    assert "hush" not in answer.text


def test_a_sandbox_that_is_configured_must_answer(page, valkey, monkeypatch):
    everybody_beats(valkey)
    monkeypatch.setenv("SANDBOX_URL", "http://127.0.0.1:1")
    answer = page.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["sandbox"]) == (503, "does not answer")


def test_pages_that_are_not_built_are_said(page, valkey, monkeypatch, tmp_path):
    everybody_beats(valkey)
    monkeypatch.setenv("MUNIM_FRONT_END", str(tmp_path))
    answer = page.get("/healthz")
    assert (answer.status_code, answer.json()["parts"]["front_end"]) == (503, "not built")
