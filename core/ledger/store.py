"""Every query of the books: posting through the owner's function, balances and statements.
Callers have checked their own permission; this file only refuses what the books cannot hold.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Conflict, DomainError, IdempotencyMismatch
from core.ledger.chart import CHART, Head


class EntryUnbalanced(DomainError):
    """An entry's legs do not sum to zero, or it has fewer than two."""

    code = "entry_unbalanced"


class UnknownAccount(DomainError):
    """An entry names a head that the brand's chart does not have."""

    code = "unknown_account"


class AlreadyReversed(Conflict):
    """The entry was reversed before."""

    code = "already_reversed"


@dataclass(frozen=True, slots=True)
class Leg:
    """One posting to be made; a debit is positive. Loan and party say whose rupee it is."""

    head: Head
    amount_paise: int
    loan_id: int | None = None
    party_kind: str | None = None
    party_id: int | None = None


@dataclass(frozen=True, slots=True)
class NewEntry:
    """One entry to be posted.

    `key` makes it happen once; `value_date` is the day it counts from, the posting date is
    the brand's business date.
    """

    key: str
    kind: str
    value_date: date
    legs: tuple[Leg, ...]
    memo: str = ""
    reverses_entry_id: int | None = None


def _leg_json(leg: Leg) -> dict[str, Any]:
    kept: dict[str, Any] = {"account": leg.head.value, "amount": leg.amount_paise}
    if leg.loan_id is not None:
        kept["loan"] = leg.loan_id
    if leg.party_kind is not None:
        kept |= {"party_kind": leg.party_kind, "party": leg.party_id}
    return kept


def insert_entries(
    uow: UnitOfWork, entries: Sequence[NewEntry], posted_on: date | None = None
) -> list[int]:
    """Post entries in one statement and return their ids in the order given.

    A known key with the same content returns the entry it made. Raises EntryUnbalanced,
    UnknownAccount, IdempotencyMismatch; the transaction cannot go on after a refusal.
    """
    if not entries:
        return []
    given = [
        {
            "key": entry.key,
            "kind": entry.kind,
            "value_date": entry.value_date.isoformat(),
            "posted_on": (posted_on or uow.business_date).isoformat(),
            "memo": entry.memo,
            "reverses": entry.reverses_entry_id,
            "legs": [_leg_json(leg) for leg in entry.legs],
        }
        for entry in entries
    ]
    uow.flush()
    try:
        answer = uow.session.execute(
            text("SELECT post_entry(CAST(:entries AS jsonb))"), {"entries": json.dumps(given)}
        ).scalar_one()
    except DBAPIError as error:
        raise _refusal(error) from error
    return [int(made["id"]) for made in answer]


def _refusal(error: DBAPIError) -> Exception:
    state = getattr(error.orig, "sqlstate", None)
    diagnosis = getattr(error.orig, "diag", None)
    if state == "MU001":
        return IdempotencyMismatch(getattr(diagnosis, "message_detail", None) or "")
    words = getattr(diagnosis, "message_primary", None) or "the books refused the entry"
    if state == "MU002":
        return EntryUnbalanced(f"The books refused this: {words}.")
    if state == "MU003":
        return UnknownAccount(f"The books refused this: {words}.")
    if state == "23505" and "uq_entry_reverses" in str(error.orig):
        return AlreadyReversed("This entry was reversed before.")
    return error


def ensure_chart(uow: UnitOfWork) -> None:
    """Open the heads of the standard chart that this brand does not have yet."""
    held = uow.session.execute(text("SELECT count(*) FROM ledger_account")).scalar_one()
    if held >= len(CHART):
        return
    chart = [{"code": a.head.value, "name": a.name, "kind": a.kind.value} for a in CHART]
    uow.session.execute(
        text("SELECT open_chart(CAST(:accounts AS jsonb))"), {"accounts": json.dumps(chart)}
    )


@dataclass(frozen=True, slots=True)
class EntryRow:
    """An entry as it was posted."""

    id: int
    key: str
    kind: str
    value_date: date
    posted_on: date
    memo: str
    reverses_entry_id: int | None
    legs: tuple[Leg, ...]


def read_entry(uow: UnitOfWork, entry_id: int) -> EntryRow | None:
    """Return an entry with its legs, None when this brand has no such entry."""
    head = uow.session.execute(
        text(
            "SELECT id, key, kind, value_date, posted_on, memo, reverses_entry_id"
            " FROM entry WHERE id = :id"
        ),
        {"id": entry_id},
    ).one_or_none()
    if head is None:
        return None
    legs = uow.session.execute(
        text(
            "SELECT a.code, p.amount_paise, p.loan_id, p.party_kind, p.party_id"
            " FROM posting p JOIN ledger_account a"
            "   ON a.brand_id = p.brand_id AND a.id = p.account_id"
            " WHERE p.entry_id = :id ORDER BY p.id"
        ),
        {"id": entry_id},
    )
    return EntryRow(*head, legs=tuple(Leg(Head(code), *rest) for code, *rest in legs))


@dataclass(frozen=True, slots=True)
class BalanceRow:
    """One account of a trial balance; a debit balance is positive."""

    code: str
    name: str
    kind: str
    balance_paise: int
    postings: int


def balances(uow: UnitOfWork) -> list[BalanceRow]:
    """Return every account's running balance, in the order of the chart."""
    rows = uow.session.execute(
        text(
            "SELECT a.code, a.name, a.kind, coalesce(sum(b.balance_paise), 0)::bigint,"
            "       coalesce(sum(b.postings), 0)::bigint"
            " FROM ledger_account a LEFT JOIN ledger_balance b"
            "   ON b.brand_id = a.brand_id AND b.account_id = a.id"
            " GROUP BY a.id, a.code, a.name, a.kind ORDER BY a.id"
        )
    )
    return [BalanceRow(*row) for row in rows]


def balances_as_of(uow: UnitOfWork, posted_to: date) -> list[BalanceRow]:
    """Return every account's balance from postings booked up to a business date."""
    rows = uow.session.execute(
        text(
            "SELECT a.code, a.name, a.kind, coalesce(sum(p.amount_paise), 0)::bigint,"
            "       count(p.id)"
            " FROM ledger_account a LEFT JOIN ("
            "   SELECT q.brand_id, q.account_id, q.id, q.amount_paise FROM posting q JOIN entry e"
            "     ON e.brand_id = q.brand_id AND e.id = q.entry_id AND e.posted_on <= :posted_to"
            " ) p ON p.brand_id = a.brand_id AND p.account_id = a.id"
            " GROUP BY a.id, a.code, a.name, a.kind ORDER BY a.id"
        ),
        {"posted_to": posted_to},
    )
    return [BalanceRow(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting of an account's or a loan's statement."""

    posting_id: int
    entry_id: int
    kind: str
    value_date: date
    posted_on: date
    memo: str
    account: str
    amount_paise: int
    loan_id: int | None


_LINE = (
    "SELECT p.id, p.entry_id, e.kind, e.value_date, e.posted_on, e.memo, a.code,"
    "       p.amount_paise, p.loan_id"
    " FROM posting p"
    " JOIN entry e ON e.brand_id = p.brand_id AND e.id = p.entry_id"
    " JOIN ledger_account a ON a.brand_id = p.brand_id AND a.id = p.account_id"
)


def account_lines(
    uow: UnitOfWork, head: Head, after_id: int = 0, limit: int = 100
) -> list[StatementLine]:
    """Return an account's postings after a posting id, oldest first."""
    rows = uow.session.execute(
        text(f"{_LINE} WHERE a.code = :code AND p.id > :after ORDER BY p.id LIMIT :limit"),
        {"code": head.value, "after": after_id, "limit": limit},
    )
    return [StatementLine(*row) for row in rows]


def loan_lines(uow: UnitOfWork, loan_id: int) -> list[StatementLine]:
    """Return every posting that names a loan, oldest first."""
    rows = uow.session.execute(
        text(f"{_LINE} WHERE p.loan_id = :loan ORDER BY p.id"),
        {"loan": loan_id},
    )
    return [StatementLine(*row) for row in rows]


def loan_heads(uow: UnitOfWork, loan_id: int) -> dict[Head, int]:
    """Return a loan's balance by head from its postings; zero heads are left out."""
    rows = uow.session.execute(
        text(
            "SELECT a.code, sum(p.amount_paise)::bigint FROM posting p"
            " JOIN ledger_account a ON a.brand_id = p.brand_id AND a.id = p.account_id"
            " WHERE p.loan_id = :loan GROUP BY a.code HAVING sum(p.amount_paise) <> 0"
        ),
        {"loan": loan_id},
    )
    return {Head(code): paise for code, paise in rows}
