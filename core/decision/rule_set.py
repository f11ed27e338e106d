"""Decides what a brand's lending rules say of one case: every rule, its value, its verdict.
Rules are versioned data and the run is pure, so the same inputs always give the same trace."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from core.kernel.errors import Invalid
from core.kernel.money import format_inr
from core.kernel.rate import format_bps

RULES_MAX = 100
REJECT_REASONS_SHOWN = 4


class Outcome(StrEnum):
    """What a rule, or all of them together, says."""

    PASS = "pass"
    REFER = "refer"
    FAIL = "fail"


class Comparison(StrEnum):
    """How a value is held against a threshold."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"
    BETWEEN = "between"
    IS_TRUE = "is_true"


class Unit(StrEnum):
    """What a rule's numbers count; decides how people read them."""

    COUNT = "count"
    YEARS = "years"
    MONTHS = "months"
    DAYS = "days"
    PAISE = "paise"
    BPS = "bps"
    SCORE = "score"
    FLAG = "flag"


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule as data.

    `pass_at` (with `pass_to` for a range) is the threshold; a value that misses it but keeps
    `refer_at` is referred to a person instead of failed. Without `refer_at`, `soft` decides
    whether a miss refers or fails. `missing` is the verdict when nothing was seen.
    `customer_reason` is the sentence of a rejection letter; empty for rules that must not be
    exposed.
    """

    code: str
    name: str
    input: str
    comparison: Comparison
    unit: Unit
    pass_at: int = 1
    pass_to: int | None = None
    refer_at: int | None = None
    refer_to: int | None = None
    soft: bool = False
    missing: Outcome = Outcome.REFER
    customer_reason: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """One value that was found in the case, and where a person can check it."""

    value: int | None
    source: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One line of the trace."""

    order: int
    code: str
    name: str
    input: str
    unit: str
    threshold: str
    value: int | None
    value_text: str
    outcome: Outcome
    sentence: str
    source: str
    link: str
    customer_reason: str


@dataclass(frozen=True, slots=True)
class RuleRun:
    """The whole trace with its verdict: the worst of its rules."""

    outcome: Outcome
    results: tuple[RuleResult, ...]

    def of(self, outcome: Outcome) -> tuple[RuleResult, ...]:
        """The rules that ended so."""
        return tuple(result for result in self.results if result.outcome is outcome)

    @property
    def customer_reasons(self) -> tuple[str, ...]:
        """At most four sentences for a letter; rules that must stay hidden have none."""
        found = [result.customer_reason for result in self.of(Outcome.FAIL)]
        return tuple(dict.fromkeys(reason for reason in found if reason))[:REJECT_REASONS_SHOWN]

    def to_json(self) -> dict[str, Any]:
        """The trace as it is stored."""
        return {
            "outcome": self.outcome.value,
            "results": [
                {**asdict(result), "outcome": result.outcome.value} for result in self.results
            ],
        }

    @staticmethod
    def from_json(kept: Mapping[str, Any]) -> RuleRun:
        """Read a stored trace."""
        rows: list[dict[str, Any]] = [
            {**row, "outcome": Outcome(row["outcome"])} for row in kept["results"]
        ]
        return RuleRun(Outcome(kept["outcome"]), tuple(RuleResult(**row) for row in rows))


def check_rules(rules: Sequence[Rule]) -> None:
    """Refuse a rule set that contradicts itself; raises `Invalid` with one sentence a rule."""
    wrong: dict[str, str] = {}
    if not rules:
        wrong["rules"] = "A rule set needs at least one rule"
    if len(rules) > RULES_MAX:
        wrong["rules"] = f"A rule set holds at most {RULES_MAX} rules"
    seen: set[str] = set()
    for rule in rules:
        if rule.code in seen:
            wrong[rule.code] = f"The code {rule.code} is used twice"
        seen.add(rule.code)
        if rule.comparison is Comparison.BETWEEN:
            if rule.pass_to is None or rule.pass_to < rule.pass_at:
                wrong[rule.code] = f"{rule.name}: the range needs an upper end above its lower"
            if (rule.refer_at is None) != (rule.refer_to is None):
                wrong[rule.code] = f"{rule.name}: the range for referral needs both ends"
        elif rule.refer_at is not None and _misplaced(rule):
            wrong[rule.code] = f"{rule.name}: the referral threshold must be the looser one"
    if wrong:
        raise Invalid(wrong)


def _misplaced(rule: Rule) -> bool:
    assert rule.refer_at is not None
    if rule.comparison is Comparison.AT_LEAST:
        return rule.refer_at > rule.pass_at
    if rule.comparison is Comparison.AT_MOST:
        return rule.refer_at < rule.pass_at
    return True


def run_rules(rules: Sequence[Rule], seen: Mapping[str, Seen]) -> RuleRun:
    """Hold every rule against what was seen, in order; all rules run, none hides another."""
    results = tuple(_judge(order, rule, seen) for order, rule in enumerate(rules, start=1))
    verdicts = {result.outcome for result in results}
    for worst in (Outcome.FAIL, Outcome.REFER):
        if worst in verdicts:
            return RuleRun(worst, results)
    return RuleRun(Outcome.PASS, results)


def _judge(order: int, rule: Rule, seen: Mapping[str, Seen]) -> RuleResult:
    found = seen.get(rule.input, Seen(None, ""))
    outcome = rule.missing if found.value is None else _verdict(rule, found.value)
    value_text = "not found" if found.value is None else format_value(rule.unit, found.value)
    return RuleResult(
        order=order,
        code=rule.code,
        name=rule.name,
        input=rule.input,
        unit=rule.unit.value,
        threshold=threshold_text(rule),
        value=found.value,
        value_text=value_text,
        outcome=outcome,
        sentence=_sentence(rule, value_text, outcome, missing=found.value is None),
        source=found.source,
        link=found.link,
        customer_reason=rule.customer_reason,
    )


def _verdict(rule: Rule, value: int) -> Outcome:
    if _keeps(rule, value, rule.pass_at, rule.pass_to):
        return Outcome.PASS
    if rule.refer_at is not None:
        keeps = _keeps(rule, value, rule.refer_at, rule.refer_to)
        return Outcome.REFER if keeps else Outcome.FAIL
    return Outcome.REFER if rule.soft else Outcome.FAIL


def _keeps(rule: Rule, value: int, at: int, to: int | None) -> bool:
    if rule.comparison is Comparison.AT_LEAST:
        return value >= at
    if rule.comparison is Comparison.AT_MOST:
        return value <= at
    if rule.comparison is Comparison.BETWEEN:
        assert to is not None, "check_rules refuses a range without its upper end"
        return at <= value <= to
    return value == 1


def format_value(unit: Unit | str, value: int) -> str:
    """A rule's number as people read it."""
    unit = Unit(unit)
    if unit is Unit.PAISE:
        return format_inr(value)
    if unit is Unit.BPS:
        return format_bps(value)
    if unit is Unit.FLAG:
        return "yes" if value else "no"
    if unit in (Unit.COUNT, Unit.SCORE):
        return str(value)
    word = unit.value if value != 1 else unit.value.removesuffix("s")
    return f"{value} {word}"


def threshold_text(rule: Rule) -> str:
    """The threshold in words, with the band that goes to a person."""
    if rule.comparison is Comparison.IS_TRUE:
        return "must be yes"
    text = _band(rule, rule.pass_at, rule.pass_to)
    if rule.refer_at is not None:
        return f"{text}; {_band(rule, rule.refer_at, rule.refer_to)} goes to a person"
    return text


def _band(rule: Rule, at: int, to: int | None) -> str:
    low = format_value(rule.unit, at)
    if rule.comparison is Comparison.BETWEEN:
        return f"{at} to {format_value(rule.unit, to or at)}"
    return f"at least {low}" if rule.comparison is Comparison.AT_LEAST else f"at most {low}"


def _sentence(rule: Rule, value_text: str, outcome: Outcome, *, missing: bool) -> str:
    if missing:
        return f"{rule.name}: nothing was found to judge this by"
    if outcome is Outcome.PASS:
        return f"{rule.name}: {value_text}, as required"
    verb = "goes to a person" if outcome is Outcome.REFER else "fails"
    return f"{rule.name}: {value_text} {verb} ({threshold_text(rule)})"


def rules_to_json(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """The rules as stored in a version."""
    return [json.loads(json.dumps(asdict(rule))) for rule in rules]


def rules_from_json(kept: Sequence[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Read stored rules; raises `Invalid` when they are not usable."""
    try:
        rows: list[dict[str, Any]] = [
            {
                **row,
                "comparison": Comparison(row["comparison"]),
                "unit": Unit(row["unit"]),
                "missing": Outcome(row.get("missing", Outcome.REFER)),
            }
            for row in kept
        ]
        rules = tuple(Rule(**row) for row in rows)
    except (KeyError, TypeError, ValueError) as error:
        raise Invalid({"rules": f"These rules cannot be read: {error}"}) from None
    check_rules(rules)
    return rules


def rules_hash(rules: Sequence[Rule]) -> str:
    """A fingerprint of the rules themselves, stored with each run."""
    text = json.dumps(rules_to_json(rules), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def seen_to_json(seen: Mapping[str, Seen]) -> dict[str, Any]:
    """The inputs of a run as stored."""
    return {name: asdict(found) for name, found in sorted(seen.items())}


def seen_from_json(kept: Mapping[str, Any]) -> dict[str, Seen]:
    """Read stored inputs."""
    return {name: Seen(**row) for name, row in kept.items()}


def nearest_yes(
    rules: Sequence[Rule],
    inputs_for: Mapping[int, Mapping[str, Seen]],
) -> tuple[int, RuleRun] | None:
    """The largest key (an amount in paise) whose inputs no longer fail, with its run.

    The caller gives a bounded grid of smaller amounts and the inputs each leads to.
    """
    for amount in sorted(inputs_for, reverse=True):
        run = run_rules(rules, inputs_for[amount])
        if run.outcome is not Outcome.FAIL:
            return amount, run
    return None
