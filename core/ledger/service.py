"""Use cases of the books for people: a journal by hand, its reversal, and what to read.
Features post through the store inside their own use case; nobody changes what is posted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core.access.permission import Permission
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Invalid, NotFound
from core.ledger import store
from core.ledger.chart import Head
from core.ledger.store import BalanceRow, Leg, NewEntry, StatementLine

PAGE_LINES_MAX = 500

sentences.add(
    {
        "ledger.posted": "posted {count} entries in the books",
        "ledger.reversed": "reversed entry {entry} in the books",
    }
)


def post(uow: UnitOfWork, entries: Sequence[NewEntry]) -> list[int]:
    """Post entries and return their ids; each must balance.

    Raises Invalid for an empty list or a value date after the business date,
    EntryUnbalanced, UnknownAccount and IdempotencyMismatch.
    """
    uow.actor.require(Permission.LEDGER_POST)
    if not entries:
        raise Invalid({"entries": "Enter at least one entry"})
    if any(entry.value_date > uow.business_date for entry in entries):
        raise Invalid({"value_date": "The value date lies after the business date"})
    store.ensure_chart(uow)
    made = store.insert_entries(uow, entries)
    uow.audit("ledger.posted", ("entry", made[0]), after={"entries": made}, count=len(made))
    return made


def reverse(uow: UnitOfWork, entry_id: int, *, reason: str) -> int:
    """Post the opposite of an entry and return its id; an entry is reversed once.

    Raises NotFound, Invalid without a reason, AlreadyReversed.
    """
    uow.actor.require(Permission.LEDGER_POST)
    if not reason.strip():
        raise Invalid({"reason": "Say why the entry is reversed"})
    row = store.read_entry(uow, entry_id)
    if row is None:
        raise NotFound(f"There is no entry {entry_id} here")
    opposite = NewEntry(
        key=f"reversal:{entry_id}",
        kind="reversal",
        value_date=row.value_date,
        legs=tuple(
            Leg(leg.head, -leg.amount_paise, leg.loan_id, leg.party_kind, leg.party_id)
            for leg in row.legs
        ),
        memo=reason.strip(),
        reverses_entry_id=entry_id,
    )
    (made,) = store.insert_entries(uow, [opposite])
    uow.audit("ledger.reversed", ("entry", entry_id), reason=reason.strip(), entry=entry_id)
    return made


@dataclass(frozen=True, slots=True)
class TrialBalance:
    """All accounts with their balances; the two sides are equal or the books are broken."""

    as_of: date
    rows: tuple[BalanceRow, ...]

    @property
    def debit_paise(self) -> int:
        """The sum of the debit balances."""
        return sum(row.balance_paise for row in self.rows if row.balance_paise > 0)

    @property
    def credit_paise(self) -> int:
        """The sum of the credit balances, as a positive amount."""
        return -sum(row.balance_paise for row in self.rows if row.balance_paise < 0)


def trial_balance(uow: UnitOfWork, as_of: date | None = None) -> TrialBalance:
    """Return the trial balance now, or as it was booked up to a business date."""
    uow.actor.require(Permission.LEDGER_READ)
    if as_of is None or as_of >= uow.business_date:
        return TrialBalance(uow.business_date, tuple(store.balances(uow)))
    return TrialBalance(as_of, tuple(store.balances_as_of(uow, as_of)))


def account_statement(
    uow: UnitOfWork, head: Head, *, after_id: int = 0, limit: int = 100
) -> list[StatementLine]:
    """Return one page of an account's postings after a posting id, oldest first."""
    uow.actor.require(Permission.LEDGER_READ)
    return store.account_lines(uow, head, after_id, min(limit, PAGE_LINES_MAX))


def loan_statement(uow: UnitOfWork, loan_id: int) -> list[StatementLine]:
    """Return every posting that names a loan, oldest first."""
    uow.actor.require(Permission.LOAN_OPEN)
    return store.loan_lines(uow, loan_id)
