"""Decides which rules, which credit policy and which sanction authority hold on a day.
All three are effective-dated, so an old case can be judged by what held when it was judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from core.access.permission import Permission
from core.brand.service import change_setting, setting
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.decision.authority import Level, levels_from_json
from core.decision.cam import CamPolicy
from core.decision.rule_set import Rule, check_rules, rules_from_json, rules_hash, rules_to_json
from core.decision.tables import RuleSet, RuleSetVersion
from core.kernel.errors import Invalid
from core.loan.terms import ProductTerms

POLICY_SETTING = "credit_policy"
AUTHORITY_SETTING = "sanction_authority"
FOIR_BPS_MAX = 9_000
SALARY_MULTIPLE_BPS_MAX = 1_000_000
NO_POLICY: dict[str, Any] = {"foir_bps": 5000, "round_down_to_paise": 50_000}

sentences.add(
    {
        "rule_set.published": "published version {version} of the rule set {name} from {day}",
    }
)


@dataclass(frozen=True, slots=True)
class ActiveRules:
    """The rules in force with the version that holds them."""

    rule_set: RuleSet
    version: RuleSetVersion
    rules: tuple[Rule, ...]

    @property
    def label(self) -> str:
        """How people name it: "Salaried, version 3"."""
        return f"{self.rule_set.name}, version {self.version.version}"


def current_rule_set(uow: UnitOfWork, on: dt.date | None = None) -> ActiveRules | None:
    """The newest version in force on a day; read inside use cases with their own permission."""
    found = uow.session.execute(
        select(RuleSetVersion, RuleSet)
        .join(
            RuleSet,
            (col(RuleSet.brand_id) == col(RuleSetVersion.brand_id))
            & (col(RuleSet.id) == col(RuleSetVersion.rule_set_id)),
        )
        .where(col(RuleSetVersion.effective_from) <= (on or uow.business_date))
        .order_by(col(RuleSetVersion.effective_from).desc(), col(RuleSetVersion.id).desc())
        .limit(1)
    ).first()
    if found is None:
        return None
    version, rule_set = found
    return ActiveRules(rule_set, version, rules_from_json(version.rules))


def rules_of_version(uow: UnitOfWork, version_id: int) -> ActiveRules:
    """The rules a past run used, as they were."""
    version = uow.get(RuleSetVersion, version_id)
    rule_set = uow.get(RuleSet, version.rule_set_id)
    return ActiveRules(rule_set, version, rules_from_json(version.rules))


def publish_rules(
    uow: UnitOfWork,
    code: str,
    name: str,
    rules: Sequence[Rule],
    effective_from: dt.date,
    *,
    note: str = "",
) -> RuleSetVersion:
    """Make the next version of a rule set; cases already judged keep the one they had."""
    uow.actor.require(Permission.RULE_CONFIGURE)
    check_rules(rules)
    rule_set = uow.session.scalar(select(RuleSet).where(col(RuleSet.code) == code))
    if rule_set is None:
        rule_set = uow.add(RuleSet(code=code, name=name))
    rule_set.name = name
    latest = uow.session.scalar(
        select(RuleSetVersion)
        .where(col(RuleSetVersion.rule_set_id) == rule_set.id)
        .order_by(col(RuleSetVersion.version).desc())
        .limit(1)
    )
    if latest is not None and effective_from < latest.effective_from:
        raise Invalid({"effective_from": "A new version cannot begin before the present one"})
    version = uow.add(
        RuleSetVersion(
            rule_set_id=rule_set.id,
            version=(latest.version if latest else 0) + 1,
            effective_from=effective_from,
            rules=rules_to_json(rules),
            rules_hash=rules_hash(rules),
            note=note,
            created_at=uow.now,
            created_by=uow.actor.name,
        )
    )
    uow.audit(
        "rule_set.published",
        ("rule_set", rule_set.id),
        before={"rules": latest.rules} if latest else {},
        after={"rules": version.rules},
        version=version.version,
        name=name,
        day=effective_from,
    )
    return version


def credit_policy(uow: UnitOfWork, terms: ProductTerms, on: dt.date | None = None) -> CamPolicy:
    """The brand's credit policy for a product on a day."""
    kept = setting(uow, POLICY_SETTING, on) or NO_POLICY
    return CamPolicy(
        foir_bps=int(kept["foir_bps"]),
        product_minimum_paise=terms.min_amount_paise,
        product_maximum_paise=terms.max_amount_paise,
        round_down_to_paise=max(1, int(kept.get("round_down_to_paise", 1))),
        salary_multiple_bps=int(kept.get("salary_multiple_bps", 0)),
    )


def days_after_salary(uow: UnitOfWork) -> int:
    """How many days after the salary a repayment is asked for."""
    return int(setting(uow, POLICY_SETTING).get("repayment_days_after_salary", 2))


def change_policy(
    uow: UnitOfWork, value: Mapping[str, int], effective_from: dt.date
) -> dict[str, int]:
    """Set the credit policy from a day on; raises `Invalid` with one sentence a field."""
    uow.actor.require(Permission.RULE_CONFIGURE)
    wrong: dict[str, str] = {}
    if not 0 < value.get("foir_bps", 0) <= FOIR_BPS_MAX:
        wrong["foir_bps"] = "Enter a FOIR above 0 and up to 90 %"
    if value.get("round_down_to_paise", 0) < 1:
        wrong["round_down_to_paise"] = "Enter the step to which loans are rounded down"
    if not 0 <= value.get("salary_multiple_bps", 0) <= SALARY_MULTIPLE_BPS_MAX:
        wrong["salary_multiple_bps"] = "Enter a multiple up to 100 salaries, or 0 for none"
    if wrong:
        raise Invalid(wrong)
    change_setting(uow, POLICY_SETTING, value, effective_from)
    return dict(value)


def sanction_levels(uow: UnitOfWork, on: dt.date | None = None) -> tuple[Level, ...]:
    """The levels of authority in force, lowest first."""
    return levels_from_json(setting(uow, AUTHORITY_SETTING, on))


def change_authority(
    uow: UnitOfWork, levels: Sequence[Mapping[str, Any]], effective_from: dt.date
) -> tuple[Level, ...]:
    """Set the sanction limits from a day on; raises `Invalid` when they do not rise."""
    uow.actor.require(Permission.RULE_CONFIGURE)
    value = {"levels": [dict(level) for level in levels]}
    read = levels_from_json(value)
    change_setting(uow, AUTHORITY_SETTING, value, effective_from)
    return read
