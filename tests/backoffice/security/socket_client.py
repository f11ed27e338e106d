"""Speaks to the served app as a browser's socket does, so that tests attack the real wire.
Only what the guard tests need: connect, send one event, read the updates that answer it."""

from __future__ import annotations

import json
import re
import uuid
from contextlib import suppress
from typing import Any

from simple_websocket import Client, ConnectionClosed

NAMESPACE = "/_event"
ANSWER_SECONDS = 10.0
QUIET_SECONDS = 0.05


class Refused(Exception):
    """The server did not take the connection."""


class _Client(Client):
    """The library leaves the port out of Host; a browser does not."""

    def handshake(self) -> None:
        self.host = f"{self.host}:{self.port}"
        super().handshake()


class Screen:
    """One open page: a socket with the cookie and origin it was opened with."""

    def __init__(self, address: str, *, cookie: str = "", origin: str | None = None) -> None:
        self.token = str(uuid.uuid4())
        host = address.removeprefix("http://")
        headers = {"Origin": address if origin is None else origin}
        if cookie:
            headers["Cookie"] = f"munim_session={cookie}"
        url = f"ws://{host}/_event/?EIO=4&transport=websocket&token={self.token}"
        try:
            self._socket = _Client.connect(url, headers=headers)
            # the library sees a greeting that came with the handshake only once more arrives
            self._socket.send(f"40{NAMESPACE},{{}}")
            answer = self._read()
            if answer.startswith("0"):
                answer = self._read()
        except Exception as error:
            raise Refused(str(error)) from error
        if not answer.startswith("40"):
            raise Refused(answer)

    def _read(self, seconds: float = ANSWER_SECONDS) -> str:
        while True:
            message = self._socket.receive(timeout=seconds)
            if message is None:
                return ""
            text = str(message)
            if text == "2":
                self._socket.send("3")
                continue
            return text

    def send(self, name: str, payload: dict[str, Any], *, path: str, brand: str = "") -> None:
        """Send one event as a page at `path` would."""
        query = {"brand": brand} if brand else {}
        router = {"pathname": path, "asPath": path, "query": query}
        event = {"token": self.token, "name": name, "payload": payload, "router_data": router}
        self._socket.send(f"42{NAMESPACE},{json.dumps(['event', event])}")

    def answer(self, seconds: float = ANSWER_SECONDS, *, whole: bool = True) -> dict[str, Any]:
        """What the server sends, `delta` and `events` together: until it falls silent, or (not
        `whole`) until the first events, which is all that a refusal consists of."""
        delta: dict[str, Any] = {}
        events: list[dict[str, Any]] = []
        wait = seconds
        while text := self._read(wait):
            body = text.partition(",")[2]
            if not text.startswith("42") or not body:
                continue
            name, update = json.loads(body)
            if name != "event":
                continue
            update = json.loads(update) if isinstance(update, str) else update
            for state, values in (update.get("delta") or {}).items():
                delta.setdefault(state, {}).update(values)
            events += update.get("events") or []
            if events and not whole:
                break
            wait = QUIET_SECONDS
        return {"delta": delta, "events": events}

    def ask(
        self,
        name: str,
        payload: dict[str, Any],
        *,
        path: str,
        brand: str = "",
        whole: bool = True,
    ) -> Any:
        """Send one event and read what answers it."""
        self.send(name, payload, path=path, brand=brand)
        return self.answer(whole=whole)

    def close(self) -> None:
        """Leave the page."""
        with suppress(ConnectionClosed):
            self._socket.close()


def targets(answer: dict[str, Any]) -> list[str]:
    """Where the answer sends the browser."""
    return re.findall(r'location\.assign\(\\*"(.*?)\\*"\)', said(answer))


def said(answer: dict[str, Any]) -> str:
    """Everything the answer's events carry, as one text to search in."""
    return json.dumps(answer["events"])
