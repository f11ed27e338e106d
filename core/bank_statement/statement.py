"""What a bank statement says: its account, its rows and the proof that the balances add up.

These values are the common ground of readers, analysis, tables and screens, so that a statement
from a PDF, a scan or an account aggregator looks the same to everything that follows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from core.document.word_box import Box


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One printed transaction; amounts in paise, `balance_paise` None where none is printed.

    Attributes:
        number: position in printed order, from zero.
        boxes: where each cell stands on the page, by column name.
        confidence: the lowest confidence of the words the row was made of, 0 to 1.
    """

    number: int
    page: int
    date: date
    value_date: date | None
    narration: str
    reference: str
    debit_paise: int | None
    credit_paise: int | None
    balance_paise: int | None
    boxes: dict[str, Box] = field(default_factory=dict[str, Box])
    confidence: float = 1.0

    @property
    def change_paise(self) -> int:
        """What the row adds to the balance: credit less debit."""
        return (self.credit_paise or 0) - (self.debit_paise or 0)


@dataclass(frozen=True, slots=True)
class AccountHeader:
    """What the statement says about itself; None where it is not printed."""

    bank: str | None = None
    holder: str | None = None
    number: str | None = None
    ifsc: str | None = None
    period_from: date | None = None
    period_to: date | None = None
    opening_paise: int | None = None
    closing_paise: int | None = None
    boxes: dict[str, tuple[int, Box]] = field(default_factory=dict[str, tuple[int, Box]])


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A row whose printed balance is not the balance before it, plus credit, less debit."""

    row: int
    date: date
    expected_paise: int
    printed_paise: int


@dataclass(frozen=True, slots=True)
class BalanceProof:
    """Outcome of following the running balance line by line.

    Attributes:
        proven: every printed balance follows from the one before, and the ends agree with the
            printed opening and closing balance where there are such.
        checked: number of links that were checked.
        broken: the links that do not hold, in printed order.
        newest_first: rows are printed in reverse order of time.
    """

    proven: bool
    checked: int
    broken: tuple[BrokenLink, ...]
    newest_first: bool
    opening_paise: int | None
    closing_paise: int | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A read statement: header, rows in printed order, and the proof of its balances."""

    account: AccountHeader
    rows: tuple[StatementRow, ...]
    proof: BalanceProof
    pages: int

    def chronological(self) -> tuple[StatementRow, ...]:
        """Rows oldest first."""
        return tuple(reversed(self.rows)) if self.proof.newest_first else self.rows
