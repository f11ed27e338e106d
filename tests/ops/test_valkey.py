"""Decides that the embedded Valkey asks for its password and keeps its data over a restart."""

from __future__ import annotations

import pytest
import redis

from ops import valkey
from ops.ports import free_port


def test_a_client_without_the_password_is_refused(valkey):
    without = "redis://127.0.0.1:" + valkey.rsplit(":", 1)[1]
    with redis.Redis.from_url(without) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


def test_each_test_gets_an_empty_store(valkey):
    with redis.Redis.from_url(valkey) as client:
        assert client.dbsize() == 0


def test_data_survives_a_restart(tmp_path):
    server = valkey.Valkey(tmp_path / "data", free_port(), "secret")
    process = server.start(log=tmp_path / "log")
    with redis.Redis.from_url(server.url()) as client:
        client.set("kept", "yes")
    valkey.stop(process)
    process = server.start(log=tmp_path / "log")
    try:
        with redis.Redis.from_url(server.url()) as client:
            assert client.get("kept") == b"yes"
    finally:
        valkey.stop(process)
