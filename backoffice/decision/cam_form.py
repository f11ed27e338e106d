"""Decides how the memo's form is read and written: names of inputs, texts, and what they mean.
Kept apart from the screen so that reading a form can be tested without a browser."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from core.decision.cam import SALARIES_WANTED, Obligation, Salary
from core.decision.service import CamForm, Deviation, month_of
from core.kernel.errors import Invalid
from core.kernel.money import format_inr, parse_inr

OBLIGATION_ROWS = 20
PERCENT = 100
SOURCE_TYPED = "typed by hand"


def rupees_text(amount_paise: int) -> str:
    """An amount as it stands in an input: no sign, no idle paise."""
    text = format_inr(amount_paise, symbol=False)
    return text.removesuffix(".00")


def percent_text(bps: int) -> str:
    """Basis points as they stand in an input: 2400 -> "24", 2450 -> "24.5"."""
    whole, part = divmod(bps, PERCENT)
    return f"{whole}.{part:02d}".rstrip("0").rstrip(".") if part else str(whole)


def percent_bps(text: str, field: str) -> int:
    """What a person typed as a percentage, in basis points; raises `Invalid` on the field."""
    clean = text.replace("%", "").strip()
    whole, _, part = clean.partition(".")
    if not whole.isdigit() or (part and not part.isdigit()) or len(part) > 2 or len(whole) > 4:
        raise Invalid({field: "Enter a rate like 24 or 1.25"})
    return int(whole) * PERCENT + int(part.ljust(2, "0") or 0)


def fields_of(form: CamForm) -> dict[str, str]:
    """The inputs' starting texts, and the source shown beside each prefilled one."""
    found: dict[str, str] = {}
    for n in range(SALARIES_WANTED):
        salary = form.salaries[n] if n < len(form.salaries) else Salary(0)
        found[f"salary_{n}"] = rupees_text(salary.amount_paise) if salary.amount_paise else ""
        found[f"salary_{n}_source"] = salary.source
        found[f"salary_{n}_on"] = salary.on.isoformat() if salary.on else ""
        found[f"salary_{n}_month"] = month_of(salary.on)
    for n, duty in enumerate(form.obligations):
        found[f"duty_{n}_name"] = duty.name
        found[f"duty_{n}_amount"] = rupees_text(duty.monthly_paise)
        found[f"duty_{n}_counted"] = "on" if duty.counted else ""
        found[f"duty_{n}_source"] = duty.source
        found[f"duty_{n}_note"] = duty.note
    for n in range(len(form.obligations), OBLIGATION_ROWS):
        found |= {f"duty_{n}_{part}": "" for part in ("name", "amount", "source", "note")}
        found[f"duty_{n}_counted"] = "on"
    found["proposed_paise"] = rupees_text(form.proposed_paise)
    found["rate_bps"] = percent_text(form.rate_bps)
    found["tenor"] = str(form.tenor)
    found["repayment_on"] = form.repayment_on.isoformat() if form.repayment_on else ""
    found["rationale"] = form.rationale
    for deviation in form.deviations:
        found[f"dev_{deviation.code}"] = deviation.reason
        found[f"mit_{deviation.code}"] = deviation.mitigant
    return found


def form_from(given: Mapping[str, Any], before: CamForm) -> CamForm:
    """The memo a person typed; raises `Invalid` with one sentence per unreadable field.

    A value that differs from what was prefilled or saved is marked as typed by hand.
    """
    wrong: dict[str, str] = {}

    def text(name: str) -> str:
        return str(given.get(name, "") or "").strip()

    def money(name: str, *, needed: bool = False) -> int:
        if not text(name) and not needed:
            return 0
        try:
            return parse_inr(text(name), field=name)
        except Invalid as refusal:
            wrong.update(refusal.fields)
            return 0

    salaries = tuple(_salary(text, money(f"salary_{n}"), n, before) for n in range(SALARIES_WANTED))
    duties: list[Obligation] = []
    for n in range(OBLIGATION_ROWS):
        if not text(f"duty_{n}_name") and not text(f"duty_{n}_amount"):
            continue
        duties.append(_duty(text, money(f"duty_{n}_amount", needed=True), n, before))
    rate_bps = before.rate_bps
    try:
        rate_bps = percent_bps(text("rate_bps"), "rate_bps")
    except Invalid as refusal:
        wrong.update(refusal.fields)
    repayment_on: dt.date | None = None
    if text("repayment_on"):
        try:
            repayment_on = dt.date.fromisoformat(text("repayment_on"))
        except ValueError:
            wrong["repayment_on"] = "Enter a date like 2026-12-20"
    tenor = int(text("tenor")) if text("tenor").isdigit() and len(text("tenor")) < 5 else 0
    if tenor == 0:
        tenor = before.tenor
        if text("tenor"):
            wrong["tenor"] = "Enter a whole number"
    proposed = money("proposed_paise", needed=True)
    if wrong:
        raise Invalid(wrong)
    return CamForm(
        salaries=salaries,
        obligations=tuple(duties),
        proposed_paise=proposed,
        rate_bps=rate_bps,
        tenor=tenor,
        repayment_on=repayment_on,
        rationale=text("rationale"),
        deviations=tuple(
            Deviation(name.removeprefix("dev_"), text(name), text("mit_" + name[4:]))
            for name in given
            if name.startswith("dev_") and text(name)
        ),
    )


def _salary(text: Any, amount_paise: int, n: int, before: CamForm) -> Salary:
    old = before.salaries[n] if n < len(before.salaries) else Salary(0)
    if amount_paise == old.amount_paise:
        return old
    return Salary(amount_paise, old.on, SOURCE_TYPED)


def _duty(text: Any, amount_paise: int, n: int, before: CamForm) -> Obligation:
    old = before.obligations[n] if n < len(before.obligations) else None
    name, counted = text(f"duty_{n}_name"), text(f"duty_{n}_counted") == "on"
    same = old is not None and old.name == name and old.monthly_paise == amount_paise
    source = old.source if old is not None and same else SOURCE_TYPED
    return Obligation(name, amount_paise, source, counted, text(f"duty_{n}_note"))
