"""Decides who may sanction a case: the lowest level whose amount and deviations it keeps within.
The answer is also a sentence, so that whoever gets a case knows why it came to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.kernel.errors import Invalid
from core.kernel.money import format_inr


@dataclass(frozen=True, slots=True)
class Level:
    """One level of the delegation of authority, lowest first in a list of them.

    `deviations` counts rules that were referred, `failures` rules that failed.
    """

    role: str
    name: str
    limit_paise: int
    deviations: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class CaseWeight:
    """What decides the level: the amount and the rules that did not pass."""

    amount_paise: int
    referred: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class Reach:
    """The level that must decide and why, in one sentence."""

    level: Level
    position: int
    sentence: str
    within: bool


def levels_from_json(kept: Mapping[str, Any]) -> tuple[Level, ...]:
    """Read the setting; raises `Invalid` when levels are missing or do not rise."""
    levels = tuple(
        Level(
            role=str(row["role"]),
            name=str(row["name"]),
            limit_paise=int(row["limit_paise"]),
            deviations=int(row.get("deviations", 0)),
            failures=int(row.get("failures", 0)),
        )
        for row in kept.get("levels", [])
    )
    if not levels:
        raise Invalid({"levels": "Set up at least one level of sanction authority"})
    limits = [level.limit_paise for level in levels]
    if limits != sorted(limits) or limits[0] <= 0:
        raise Invalid({"levels": "Each level's limit must be above the one below it"})
    return levels


def reach_of(levels: Sequence[Level], weight: CaseWeight) -> Reach:
    """The lowest level that may decide; the highest takes what is above every limit."""
    reasons: list[str] = []
    for position, level in enumerate(levels):
        over = _over(level, weight)
        if not over:
            sentence = " and ".join(reasons) if reasons else _within(level, weight)
            return Reach(level, position, sentence + ".", within=True)
        reasons = over
    top = levels[-1]
    sentence = " and ".join(_over(top, weight)) + "; nobody stands above"
    return Reach(top, len(levels) - 1, sentence + ".", within=False)


def _within(level: Level, weight: CaseWeight) -> str:
    return (
        f"{format_inr(weight.amount_paise)} is within the {level.name} limit "
        f"{format_inr(level.limit_paise)}"
    )


def _over(level: Level, weight: CaseWeight) -> list[str]:
    over: list[str] = []
    if weight.amount_paise > level.limit_paise:
        over.append(
            f"{format_inr(weight.amount_paise)} is above the {level.name} limit "
            f"{format_inr(level.limit_paise)}"
        )
    if weight.failed > level.failures:
        over.append(
            f"{_count(weight.failed, 'failed rule')}, where the {level.name} "
            f"may accept {level.failures or 'none'}"
        )
    if weight.referred > level.deviations:
        over.append(
            f"{_count(weight.referred, 'referred rule')}, where the {level.name} "
            f"may accept {level.deviations or 'none'}"
        )
    return over


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
