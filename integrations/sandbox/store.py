"""What the sandbox remembers: records, webhooks to post, timers, calls, people and settings.

One SQLite file of its own, apart from the product's database, so that a provider's memory survives
a restart of the product and the other way round.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CALLS_KEPT = 3000
TEXT_MAX = 4000

_SCHEMA = """
CREATE TABLE IF NOT EXISTS record (
    id TEXT PRIMARY KEY, brand TEXT NOT NULL, vendor TEXT NOT NULL, kind TEXT NOT NULL,
    title TEXT NOT NULL, party TEXT NOT NULL, reference TEXT NOT NULL, amount_paise INTEGER,
    state TEXT NOT NULL, data TEXT NOT NULL, created_at REAL NOT NULL, updated_at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS record_new ON record (created_at DESC);
CREATE INDEX IF NOT EXISTS record_reference ON record (brand, kind, reference);
CREATE TABLE IF NOT EXISTS webhook (
    id INTEGER PRIMARY KEY, record_id TEXT NOT NULL, brand TEXT NOT NULL, vendor TEXT NOT NULL,
    name TEXT NOT NULL, body BLOB NOT NULL, headers TEXT NOT NULL, query TEXT NOT NULL,
    due_at REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL DEFAULT 'waiting',
    last_status TEXT NOT NULL DEFAULT '', posted_at REAL);
CREATE INDEX IF NOT EXISTS webhook_due ON webhook (state, due_at);
CREATE INDEX IF NOT EXISTS webhook_record ON webhook (record_id);
CREATE TABLE IF NOT EXISTS timer (
    id INTEGER PRIMARY KEY, record_id TEXT NOT NULL, action TEXT NOT NULL, due_at REAL NOT NULL);
CREATE TABLE IF NOT EXISTS call (
    id INTEGER PRIMARY KEY, at REAL NOT NULL, brand TEXT NOT NULL, vendor TEXT NOT NULL,
    method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL, request TEXT NOT NULL,
    answer TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS key (
    brand TEXT NOT NULL, key TEXT NOT NULL, body_hash TEXT NOT NULL, record_id TEXT NOT NULL,
    PRIMARY KEY (brand, key));
CREATE TABLE IF NOT EXISTS person (
    pan TEXT PRIMARY KEY, name TEXT NOT NULL, date_of_birth TEXT NOT NULL, account TEXT NOT NULL,
    ifsc TEXT NOT NULL, score INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


@dataclass(slots=True)
class Record:
    """One thing the sandbox was asked to do, and where it stands."""

    id: str
    brand: str
    vendor: str
    kind: str
    title: str
    party: str
    state: str
    reference: str = ""
    amount_paise: int | None = None
    data: dict[str, Any] = field(default_factory=dict[str, Any])
    created_at: float = 0.0
    updated_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Post:
    """One webhook to be posted or posted already."""

    id: int
    record_id: str
    brand: str
    vendor: str
    name: str
    body: bytes
    headers: Mapping[str, str]
    query: str
    due_at: float
    tries: int
    state: str
    last_status: str
    posted_at: float | None


class Store:
    """The sandbox's file; used from one thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._db = sqlite3.connect(folder / "sandbox.sqlite3", check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)
        self._db.commit()

    def now(self) -> float:
        """The sandbox's clock: the machine's, moved by the offset that the product set."""
        return time.time() + float(self.setting("clock_offset_s", "0"))

    def setting(self, name: str, default: str) -> str:
        """A setting of the page."""
        row = self._db.execute("SELECT value FROM setting WHERE name=?", (name,)).fetchone()
        return str(row["value"]) if row else default

    def set_setting(self, name: str, value: str) -> None:
        """Change a setting."""
        self._db.execute("INSERT OR REPLACE INTO setting VALUES (?,?)", (name, value))
        self._db.commit()

    def save(self, record: Record) -> Record:
        """Insert or replace a record, dated by the sandbox's clock."""
        record.updated_at = self.now()
        record.created_at = record.created_at or record.updated_at
        self._db.execute(
            "INSERT OR REPLACE INTO record VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            (
                record.id, record.brand, record.vendor, record.kind, record.title, record.party,
                record.reference, record.amount_paise, record.state, json.dumps(record.data),
                record.created_at, record.updated_at,
            ),
        )  # fmt: skip
        self._db.commit()
        return record

    def record(self, record_id: str) -> Record | None:
        """One record."""
        row = self._db.execute("SELECT * FROM record WHERE id=?", (record_id,)).fetchone()
        return _record(row) if row else None

    def by_reference(self, brand: str, kind: str, reference: str) -> list[Record]:
        """A brand's records of our own reference, newest first."""
        rows = self._db.execute(
            "SELECT * FROM record WHERE brand=? AND kind=? AND reference=?"
            " ORDER BY created_at DESC",
            (brand, kind, reference),
        )
        return [_record(row) for row in rows]

    def records(
        self, *, brand: str = "", kind: str = "", search: str = "", limit: int = 60
    ) -> list[Record]:
        """The newest records, filtered."""
        rows = self._db.execute(
            "SELECT * FROM record WHERE (?='' OR brand=?) AND (?='' OR kind=?) AND"
            " (?='' OR party LIKE ? OR title LIKE ? OR reference LIKE ? OR id LIKE ?)"
            " ORDER BY created_at DESC, rowid DESC LIMIT ?",
            (brand, brand, kind, kind, search, *[f"%{search}%"] * 4, limit),
        )
        return [_record(row) for row in rows]

    def brands(self) -> list[str]:
        """Every brand that has called."""
        return [
            str(row[0]) for row in self._db.execute("SELECT DISTINCT brand FROM record ORDER BY 1")
        ]

    def counts(self) -> dict[str, int]:
        """How many records of each kind."""
        rows = self._db.execute("SELECT kind, count(*) FROM record GROUP BY kind")
        return {str(row[0]): int(row[1]) for row in rows}

    def forget(self) -> None:
        """Delete everything received; people and settings stay."""
        for table in ("record", "webhook", "timer", "call", "key"):
            self._db.execute(f"DELETE FROM {table}")  # noqa: S608
        self._db.commit()

    def claim_key(self, brand: str, key: str, body_hash: str, record_id: str) -> tuple[str, str]:
        """Bind an idempotency key; answers with the record id and body hash it is bound to."""
        self._db.execute(
            "INSERT OR IGNORE INTO key VALUES (?,?,?,?)", (brand, key, body_hash, record_id)
        )
        self._db.commit()
        row = self._db.execute(
            "SELECT record_id, body_hash FROM key WHERE brand=? AND key=?", (brand, key)
        ).fetchone()
        return str(row["record_id"]), str(row["body_hash"])

    def queue(
        self, record: Record, name: str, body: bytes, headers: Mapping[str, str], query: str,
        due_at: float,
    ) -> None:  # fmt: skip
        """Post a webhook at a time of the sandbox's clock."""
        self._db.execute(
            "INSERT INTO webhook (record_id,brand,vendor,name,body,headers,query,due_at)"
            " VALUES (?,?,?,?,?,?,?,?)",
            (
                record.id, record.brand, record.vendor, name, body, json.dumps(dict(headers)),
                query, due_at,
            ),
        )  # fmt: skip
        self._db.commit()

    def due_posts(self) -> list[Post]:
        """Webhooks whose time has come."""
        rows = self._db.execute(
            "SELECT * FROM webhook WHERE state='waiting' AND due_at<=?"
            " ORDER BY due_at, id LIMIT 50",
            (self.now(),),
        )
        return [_post(row) for row in rows]

    def posts(self, record_id: str = "", *, limit: int = 60) -> list[Post]:
        """A record's webhooks, or the newest ones; newest first."""
        rows = self._db.execute(
            "SELECT * FROM webhook WHERE (?='' OR record_id=?) ORDER BY id DESC LIMIT ?",
            (record_id, record_id, limit),
        )
        return [_post(row) for row in rows]

    def posted(self, post_id: int, state: str, status: str, tries: int, due_at: float) -> None:
        """Note how a posting went."""
        self._db.execute(
            "UPDATE webhook SET state=?, last_status=?, tries=?, due_at=?, posted_at=? WHERE id=?",
            (state, status, tries, due_at, self.now(), post_id),
        )
        self._db.commit()

    def set_timer(self, record: Record, action: str, delay_s: float) -> None:
        """Act on a record after a delay."""
        self._db.execute(
            "INSERT INTO timer (record_id,action,due_at) VALUES (?,?,?)",
            (record.id, action, self.now() + delay_s),
        )
        self._db.commit()

    def take_timers(self) -> list[tuple[str, str]]:
        """The actions whose time has come; each is given out once."""
        rows = self._db.execute(
            "DELETE FROM timer WHERE due_at<=? RETURNING record_id, action, due_at", (self.now(),)
        ).fetchall()
        self._db.commit()
        return [(str(row[0]), str(row[1])) for row in sorted(rows, key=lambda row: row[2])]

    def drop_timers(self, record_id: str) -> None:
        """A person has acted: what was to happen by itself does not."""
        self._db.execute("DELETE FROM timer WHERE record_id=?", (record_id,))
        self._db.commit()

    def log_call(
        self, brand: str, vendor: str, method: str, path: str, status: int, request: str,
        answer: str,
    ) -> None:  # fmt: skip
        """Keep one call for the page."""
        self._db.execute(
            "INSERT INTO call (at,brand,vendor,method,path,status,request,answer)"
            " VALUES (?,?,?,?,?,?,?,?)",
            (
                self.now(), brand, vendor, method, path, status, request[:TEXT_MAX],
                answer[:TEXT_MAX],
            ),
        )  # fmt: skip
        self._db.execute(
            "DELETE FROM call WHERE id <= (SELECT max(id) FROM call) - ?", (CALLS_KEPT,)
        )
        self._db.commit()

    def calls(self, *, brand: str = "", limit: int = 60) -> list[sqlite3.Row]:
        """The newest calls."""
        return self._db.execute(
            "SELECT * FROM call WHERE (?='' OR brand=?) ORDER BY id DESC LIMIT ?",
            (brand, brand, limit),
        ).fetchall()

    def add_person(
        self, pan: str, name: str, date_of_birth: str, account: str, ifsc: str, score: int
    ) -> None:
        """Register somebody whom PAN check, penny drop and bureau shall know."""
        self._db.execute(
            "INSERT OR REPLACE INTO person VALUES (?,?,?,?,?,?)",
            (pan, name, date_of_birth, account, ifsc, score),
        )
        self._db.commit()

    def people(self) -> list[sqlite3.Row]:
        """Everybody registered."""
        return self._db.execute("SELECT * FROM person ORDER BY name").fetchall()

    def person_by(self, *, pan: str = "", account: str = "") -> sqlite3.Row | None:
        """A registered person by PAN or account number."""
        found: sqlite3.Row | None = self._db.execute(
            "SELECT * FROM person WHERE (?<>'' AND pan=?) OR (?<>'' AND account=?) LIMIT 1",
            (pan, pan, account, account),
        ).fetchone()
        return found

    def close(self) -> None:
        """Close the file."""
        self._db.close()


def _record(row: sqlite3.Row) -> Record:
    values = dict(row)
    values["data"] = json.loads(values["data"])
    return Record(**values)


def _post(row: sqlite3.Row) -> Post:
    values = dict(row)
    values["headers"] = json.loads(values["headers"])
    return Post(**values)
