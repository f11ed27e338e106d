"""Follows the running balance of a statement line by line and names the first line that breaks.

The chain of balances is the only proof a statement carries in itself: a statement is called
proven only when every printed balance follows from the one before it and both ends agree.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from core.bank_statement.statement import BalanceProof, BrokenLink, StatementRow


def prove(
    rows: Sequence[StatementRow],
    opening_paise: int | None = None,
    closing_paise: int | None = None,
) -> BalanceProof:
    """Check every link; the order of time is the one in which more links hold.

    `opening_paise` and `closing_paise` are the printed ones, or None.
    """
    if not rows:
        return BalanceProof(False, 0, (), False, opening_paise, closing_paise, "No rows found.")
    newest_first = _newest_first(rows)
    ordered = list(reversed(rows)) if newest_first else list(rows)
    broken: list[BrokenLink] = []
    checked = 0
    running = opening_paise
    for row in ordered:
        if row.balance_paise is None:
            running = None if running is None else running + row.change_paise
            continue
        if running is not None:
            checked += 1
            expected = running + row.change_paise
            if expected != row.balance_paise:
                broken.append(BrokenLink(row.number, row.date, expected, row.balance_paise))
        running = row.balance_paise
    first, last = ordered[0], ordered[-1]
    opening = opening_paise
    if opening is None and first.balance_paise is not None:
        opening = first.balance_paise - first.change_paise
    reason = _reason(rows, broken, checked, running, closing_paise)
    broken.sort(key=lambda link: link.row)
    return BalanceProof(
        proven=not reason,
        checked=checked,
        broken=tuple(broken),
        newest_first=newest_first,
        opening_paise=opening,
        closing_paise=closing_paise if closing_paise is not None else last.balance_paise or running,
        reason=reason,
    )


def _reason(
    rows: Sequence[StatementRow],
    broken: Sequence[BrokenLink],
    checked: int,
    running: int | None,
    closing_paise: int | None,
) -> str:
    """Why the statement is not proven, in a sentence; empty when it is."""
    if broken:
        return "The running balance does not add up."
    if not checked:
        return "The statement prints no balances that could be followed."
    if any(row.debit_paise is None and row.credit_paise is None for row in rows):
        return "A row has a balance but no amount."
    if any(row.debit_paise is not None and row.credit_paise is not None for row in rows):
        return "A row has both a debit and a credit."
    if closing_paise is not None and running is not None and running != closing_paise:
        return "The last row does not end at the closing balance printed on the statement."
    return ""


def _newest_first(rows: Sequence[StatementRow]) -> bool:
    by_date = rows[0].date > rows[-1].date if rows[0].date != rows[-1].date else False
    forward = backward = 0
    for earlier, later in itertools.pairwise(rows):
        if earlier.balance_paise is None or later.balance_paise is None:
            continue
        forward += earlier.balance_paise + later.change_paise == later.balance_paise
        backward += later.balance_paise + earlier.change_paise == earlier.balance_paise
    if forward == backward:
        return by_date
    return backward > forward
