"""Works out of a statement's rows what a lender asks: salary, obligations, bounces, balances.

Every figure names the rows it came from, so that a person can see the evidence on the page, and
every amount is whole paise.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import median_low
from typing import Literal

from core.bank_statement.narration import (
    is_company,
    is_lender,
    kind_of,
    party_of,
    reference_digits,
)
from core.bank_statement.statement import Statement, StatementRow
from core.kernel.money import divide_half_up

#: A credit counts as a regular salary without the word when amounts stay within this share.
SALARY_SPREAD_PERCENT = 15
#: Days within which a return follows the debit it takes back.
RETURN_DAYS_MAX = 5
#: Days within which the bank charges for a return.
CHARGE_DAYS_MAX = 31
#: A credit smaller than this share of the usual salary is not a salary, whatever it is called.
SALARY_SHARE_MIN_PERCENT = 30

BounceKind = Literal["ach_return", "inward_cheque_return", "outward_cheque_return"]


@dataclass(frozen=True, slots=True)
class SalaryCredit:
    """One salary credit, the row it stands on and the employer as printed."""

    row: int
    date: date
    employer: str
    amount_paise: int


@dataclass(frozen=True, slots=True)
class Obligation:
    """Instalments paid to one lender; `returned_rows` are the returns of unpaid ones."""

    lender: str
    amount_paise: int
    rows: tuple[int, ...]
    returned_rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Bounce:
    """A returned mandate or cheque; `row` None where only the bank's charge is printed."""

    kind: BounceKind
    row: int | None
    date: date
    amount_paise: int | None
    charge_rows: tuple[int, ...]
    charge_paise: int


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month: average and least end-of-day balance, inflow and outflow, in paise."""

    month: str
    average_balance_paise: int
    minimum_balance_paise: int
    credit_paise: int
    debit_paise: int


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the statement shows, all amounts in paise, rows by their printed position."""

    salaries: tuple[SalaryCredit, ...]
    obligations: tuple[Obligation, ...]
    bounces: tuple[Bounce, ...]
    months: tuple[Month, ...]
    credit_paise: int
    debit_paise: int
    credit_count: int
    debit_count: int
    cash_deposit_paise: int
    minimum_balance_paise: int | None

    @property
    def salary_rows(self) -> list[int]:
        """Rows of all salary credits."""
        return [salary.row for salary in self.salaries]

    @property
    def average_salary_paise(self) -> int | None:
        """Mean of the salary credits, or None without any."""
        if not self.salaries:
            return None
        total = sum(salary.amount_paise for salary in self.salaries)
        return divide_half_up(total, len(self.salaries))

    @property
    def monthly_obligation_paise(self) -> int:
        """Sum of one instalment of every lender that is being paid or asked for."""
        return sum(obligation.amount_paise for obligation in self.obligations)

    @property
    def average_balance_paise(self) -> int | None:
        """Mean of the monthly averages, or None without balances."""
        if not self.months:
            return None
        return divide_half_up(
            sum(month.average_balance_paise for month in self.months), len(self.months)
        )

    @property
    def inward_bounces(self) -> int:
        """Returns of what the account holder had to pay: mandates and cheques drawn."""
        return sum(1 for bounce in self.bounces if bounce.kind != "outward_cheque_return")


def analyse(statement: Statement) -> Analysis:
    """The lender's figures from a read statement."""
    rows = statement.chronological()
    returned, returns = _pair_returns(rows)
    obligations = _obligations(rows, returned, returns)
    balances = [row.balance_paise for row in rows if row.balance_paise is not None]
    credits = [row for row in rows if row.credit_paise is not None]
    debits = [row for row in rows if row.debit_paise is not None]
    return Analysis(
        salaries=_salaries(rows),
        obligations=obligations,
        bounces=_bounces(rows),
        months=_months(rows, statement.proof.opening_paise, statement.account.period_to),
        credit_paise=sum(row.credit_paise or 0 for row in credits),
        debit_paise=sum(row.debit_paise or 0 for row in debits),
        credit_count=len(credits),
        debit_count=len(debits),
        cash_deposit_paise=sum(
            row.credit_paise or 0
            for row in credits
            if kind_of(row.narration, credit=True) == "cash_deposit"
        ),
        minimum_balance_paise=min(balances, default=None),
    )


def _kind(row: StatementRow) -> str:
    return kind_of(row.narration, credit=row.credit_paise is not None)


def _salaries(rows: Sequence[StatementRow]) -> tuple[SalaryCredit, ...]:
    credits = [row for row in rows if row.credit_paise]
    named = [row for row in credits if _kind(row) == "salary_word"]
    if named:
        usual = median_low(row.credit_paise or 0 for row in named)
        named = [
            row
            for row in named
            if (row.credit_paise or 0) * 100 >= usual * SALARY_SHARE_MIN_PERCENT
        ]
    chosen = {row.number: row for row in named}
    employers = {_party_key(party_of(row.narration)) for row in named} - {""}
    by_party: dict[str, list[StatementRow]] = defaultdict(list)
    for row in credits:
        party = party_of(row.narration)
        if row.number not in chosen and _kind(row) == "plain" and is_company(party):
            by_party[_party_key(party)].append(row)
    business = _looks_like_business(credits)
    for key, group in by_party.items():
        if key in employers:
            usual_named = median_low(row.credit_paise or 0 for row in named)
            for row in group:
                if _near(row.credit_paise or 0, usual_named):
                    chosen[row.number] = row
        elif not business and _regular(group):
            chosen.update({row.number: row for row in group})
    ordered = sorted(chosen.values(), key=lambda row: (row.date, row.number))
    return tuple(
        SalaryCredit(row.number, row.date, party_of(row.narration), row.credit_paise or 0)
        for row in ordered
    )


def _party_key(party: str) -> str:
    return re.sub(r"[^A-Z]", "", party.upper().removeprefix("M/S"))[:12]


def _near(amount: int, usual: int) -> bool:
    return abs(amount - usual) * 100 <= usual * SALARY_SPREAD_PERCENT


def _regular(group: Sequence[StatementRow]) -> bool:
    """One credit a month, in at least two months, of nearly one amount, about one time."""
    months = {(row.date.year, row.date.month) for row in group}
    if len(group) < 2 or len(months) != len(group):
        return False
    if any(re.search(r"\b(INV|BILL|RENT|REFUND|DIV)\b", row.narration.upper()) for row in group):
        return False
    usual = median_low(row.credit_paise or 0 for row in group)
    days = [row.date.day if row.date.day > 10 else row.date.day + 31 for row in group]
    return all(_near(row.credit_paise or 0, usual) for row in group) and max(days) - min(days) <= 8


def _looks_like_business(credits: Sequence[StatementRow]) -> bool:
    """Many credits from several firms with invoice words are sales, not pay."""
    sales = sum(
        1 for row in credits if re.search(r"\b(INV|INVOICE|BILL|CHQ\s*DEP|CLG)\b", row.narration)
    )
    return sales >= 5


def _pair_returns(
    rows: Sequence[StatementRow],
) -> tuple[set[int], dict[int, StatementRow]]:
    """Debits that were taken back, and the returning row by the number of its debit."""
    returned: set[int] = set()
    by_debit: dict[int, StatementRow] = {}
    for at, row in enumerate(rows):
        if _kind(row) not in ("return_leg", "cheque_return_in"):
            continue
        candidates = [
            before
            for before in reversed(rows[:at])
            if before.debit_paise == row.credit_paise
            and before.number not in returned
            and row.date - before.date <= timedelta(days=RETURN_DAYS_MAX)
        ]
        same = reference_digits(row.narration) | reference_digits(row.reference)
        best = next(
            (
                before
                for before in candidates
                if same & (reference_digits(before.narration) | reference_digits(before.reference))
            ),
            candidates[0] if candidates else None,
        )
        if best is not None:
            returned.add(best.number)
            by_debit[best.number] = row
    return returned, by_debit


def _obligations(
    rows: Sequence[StatementRow], returned: set[int], returns: dict[int, StatementRow]
) -> tuple[Obligation, ...]:
    groups: dict[str, list[StatementRow]] = defaultdict(list)
    for row in rows:
        kind = _kind(row)
        lender = kind == "loan_recovery" or (kind == "mandate_debit" and is_lender(row.narration))
        if row.debit_paise and lender:
            groups[_mandate_key(row)].append(row)
    found: list[Obligation] = []
    for group in groups.values():
        paid = [row.number for row in group if row.number not in returned]
        back = [returns[row.number].number for row in group if row.number in returns]
        found.append(
            Obligation(
                lender=party_of(group[-1].narration) or group[-1].narration[:40],
                amount_paise=median_low(row.debit_paise or 0 for row in group),
                rows=tuple(paid),
                returned_rows=tuple(back),
            )
        )
    return tuple(found)


def _mandate_key(row: StatementRow) -> str:
    """Rows of one loan share its party, or the loan's number, or at least the amount."""
    party = _party_key(party_of(row.narration))
    return party or f"{row.debit_paise}"


def _bounces(rows: Sequence[StatementRow]) -> tuple[Bounce, ...]:
    kinds: dict[str, BounceKind] = {
        "return_leg": "ach_return",
        "cheque_return_in": "inward_cheque_return",
        "cheque_return_out": "outward_cheque_return",
    }
    events: list[tuple[StatementRow, BounceKind]] = [
        (row, kinds[_kind(row)]) for row in rows if _kind(row) in kinds
    ]
    charges: dict[int, list[StatementRow]] = defaultdict(list)
    alone: list[StatementRow] = []
    for row in rows:
        if _kind(row) != "return_charge":
            continue
        event = _charged_event(row, events, charges)
        if event is None:
            alone.append(row)
        else:
            charges[event.number].append(row)
    found = [
        Bounce(
            kind=kind,
            row=row.number,
            date=row.date,
            amount_paise=row.credit_paise or row.debit_paise,
            charge_rows=tuple(charge.number for charge in charges[row.number]),
            charge_paise=sum(charge.debit_paise or 0 for charge in charges[row.number]),
        )
        for row, kind in events
    ]
    found += [
        Bounce(_charge_kind(row), None, row.date, None, (row.number,), row.debit_paise or 0)
        for row in alone
    ]
    return tuple(sorted(found, key=lambda bounce: bounce.date))


def _charge_kind(row: StatementRow) -> BounceKind:
    text = row.narration.upper()
    if re.search(r"O/W|OUTWARD", text):
        return "outward_cheque_return"
    return "inward_cheque_return" if re.search(r"CHQ|CHEQUE|I/W|CLG", text) else "ach_return"


def _charged_event(
    charge: StatementRow,
    events: Sequence[tuple[StatementRow, BounceKind]],
    taken: dict[int, list[StatementRow]],
) -> StatementRow | None:
    """The return a charge belongs to: same cheque number, same day named, or the last before."""
    kind = _charge_kind(charge)
    near = [
        row
        for row, event_kind in events
        if event_kind == kind
        and not taken[row.number]
        and timedelta(0) <= charge.date - row.date <= timedelta(days=CHARGE_DAYS_MAX)
    ]
    digits = reference_digits(charge.narration)
    for row in near:
        if digits & reference_digits(row.narration):
            return row
    for row in near:
        if any(row.date.strftime(form) in charge.narration for form in ("%d%m%y", "%d-%m-%y")):
            return row
    same_day = [row for row in near if row.date == charge.date]
    if same_day:
        return same_day[0]
    named_day = re.search(r"\d{6}|\d{2}-\d{2}-\d{2}", charge.narration)
    return None if named_day or not near else near[-1]


def _months(
    rows: Sequence[StatementRow], opening_paise: int | None, period_to: date | None
) -> tuple[Month, ...]:
    """Average of the balances at the end of each day; a day without movement keeps the last."""
    known = [row for row in rows if row.balance_paise is not None]
    if not known:
        return ()
    end_of_day: dict[date, int] = {}
    for row in known:
        end_of_day[row.date] = row.balance_paise or 0
    first, last = known[0].date, known[-1].date
    if period_to is not None and period_to > last:
        last = period_to
    start = first.replace(day=1) if opening_paise is not None else first
    running = opening_paise if opening_paise is not None else end_of_day[first]
    daily: dict[str, list[int]] = defaultdict(list)
    day = start
    while day <= last:
        running = end_of_day.get(day, running)
        daily[f"{day:%Y-%m}"].append(running)
        day += timedelta(days=1)
    flows: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        flow = flows[f"{row.date:%Y-%m}"]
        flow[0] += row.credit_paise or 0
        flow[1] += row.debit_paise or 0
    return tuple(
        Month(
            month,
            divide_half_up(sum(balances), len(balances)),
            min(balances),
            flows[month][0],
            flows[month][1],
        )
        for month, balances in sorted(daily.items())
    )
