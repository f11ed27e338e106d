"""Decides what the demo people's bank statements say: salary, rent, instalments, daily life.
The same customer always has the same statement, because everything follows from a seed."""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst

from core.kernel.business_day import add_months
from core.kernel.money import format_inr

TEMPLATE = Path(__file__).with_name("demo_statement.typ")
FONTS = Path(__file__).resolve().parents[1] / "assets" / "font"
MONTHS = 4
SHOPS = ("Big Bazaar Demo", "Fresh Mart", "Metro Recharge", "City Pharmacy", "Cafe Corner")


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """What one statement shows; `bounces` are returned instalments in the last months."""

    holder: str
    account: str
    ifsc: str
    employer: str
    salary_paise: int
    salary_day: int
    instalment_paise: int
    bounces: int
    until: dt.date
    seed: int


def _rupees(paise: int) -> str:
    return format_inr(paise).replace("₹ ", "")


def _rows(facts: StatementFacts) -> list[tuple[dt.date, str, str, int]]:
    dice = random.Random(facts.seed)
    first = add_months(facts.until.replace(day=1), -(MONTHS - 1))
    rows: list[tuple[dt.date, str, str, int]] = []
    bounces = facts.bounces
    for month in range(MONTHS):
        start = add_months(first, month)

        def day(number: int, start: dt.date = start) -> dt.date:
            return start.replace(day=min(number, 28))

        employer = facts.employer.upper()
        rows.append((day(facts.salary_day), f"NEFT CR SALARY {employer}", "", facts.salary_paise))
        rows.append((day(2), "UPI RENT TO LANDLORD", "", -(facts.salary_paise // 5)))
        if facts.instalment_paise:
            rows.append((day(5), "ACH D DEMO BANK LTD EMI", "", -facts.instalment_paise))
            if bounces and month >= MONTHS - 2:
                bounces -= 1
                rows.append(
                    (
                        day(6),
                        "ACH RETURN DEMO BANK LTD EMI INSUFFICIENT FUNDS",
                        "",
                        facts.instalment_paise,
                    )
                )
                rows.append((day(7), "ACH RETURN CHARGES INCL GST", "", -59_000))
        rows += [
            (
                day(dice.randint(8, 28)),
                f"UPI {dice.choice(SHOPS)}".upper(),
                "",
                -dice.randrange(20_000, 240_000, 1_000),
            )
            for _ in range(6)
        ]
    rows = [row for row in rows if row[0] <= facts.until]
    rows.sort(key=lambda row: row[0])
    return [
        (day, narration, f"{facts.seed % 9_000 + 1_000}{number:06d}", amount)
        for number, (day, narration, _, amount) in enumerate(rows, start=1)
    ]


@lru_cache(maxsize=128)
def statement_pdf(facts: StatementFacts) -> bytes:
    """The statement as a PDF with a text layer; its balances add up line by line."""
    rows = _rows(facts)
    low = running = 0
    for *_, amount in rows:
        running += amount
        low = min(low, running)
    opening = balance = 1_500_000 - low
    table: list[list[str]] = []
    for day, narration, reference, amount in rows:
        balance += amount
        table.append(
            [
                day.strftime("%d/%m/%Y"),
                narration,
                reference,
                _rupees(-amount) if amount < 0 else "",
                _rupees(amount) if amount > 0 else "",
                _rupees(balance),
            ]
        )
    data = {
        "bank": "Demo Sahakari Bank",
        "holder": facts.holder,
        "account": facts.account,
        "ifsc": facts.ifsc,
        "from": rows[0][0].strftime("%d/%m/%Y"),
        "to": facts.until.strftime("%d/%m/%Y"),
        "opening": _rupees(opening),
        "closing": _rupees(balance),
        "rows": table,
    }
    made = typst.compile(
        str(TEMPLATE),
        sys_inputs={"data": json.dumps(data)},
        font_paths=[str(FONTS)],
        ignore_system_fonts=True,
        format="pdf",
    )
    assert isinstance(made, bytes)
    return made
