"""The terms a loan was sold under, frozen at birth, and the product's terms that made them.
Nothing sold before may change, so both carry a schema version and are kept whole as jsonb.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from core.kernel.business_day import Roll, add_months, roll_date
from core.kernel.errors import Invalid
from core.kernel.money import AMOUNT_PAISE_MAX, Rounding, format_inr, share_bps
from core.kernel.rate import Rate, RatePeriod

TERMS_VERSION = 1
GST_BPS = 1_800
TENOR_DAYS_MAX = 1_825
TENOR_MONTHS_MAX = 600
RATE_BPS_PER_YEAR_MAX = 100_000
RATE_BPS_PER_DAY_MAX = 1_000


class LoanKind(StrEnum):
    """How a loan is repaid."""

    BULLET = "bullet"
    LEVEL_INSTALMENT = "level_instalment"


class Component(StrEnum):
    """What a rupee that is owed is for."""

    PRINCIPAL = "principal"
    INTEREST = "interest"
    CHARGE = "charge"
    PENAL = "penal"


DEFAULT_ALLOCATION_ORDER = (
    Component.PENAL,
    Component.CHARGE,
    Component.INTEREST,
    Component.PRINCIPAL,
)


@dataclass(frozen=True, slots=True)
class PenalRule:
    """The charge for paying late: simple, per day, on overdue principal and interest only.

    It is a charge in its own bucket, never capitalised and never charged upon itself
    (RBI fair lending practice on penal charges, 18 Aug 2023, in force 1 Apr 2024; kept by
    the Responsible Business Conduct Directions of 28 Nov 2025). `grace_days` after the due
    date nothing is charged.
    """

    bps_per_year: int = 0
    grace_days: int = 0

    def per_day_paise(self, overdue_paise: int) -> int:
        """One day's charge on an overdue amount, rounded half up to the paisa."""
        return Rate(self.bps_per_year).per_day_paise(overdue_paise)


def _check(wrong: dict[str, str]) -> None:
    if wrong:
        raise Invalid(wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanTerms:
    """What lender and borrower agreed; amounts in paise, rates in basis points.

    `tenor` is days for a bullet and months for level instalments. `instalment_multiple_paise`
    is the step to which the level instalment is rounded, `minor_unit_paise` the step for
    every other amount of money.
    """

    kind: LoanKind
    principal_paise: int
    rate_bps: int
    rate_period: RatePeriod
    tenor: int
    disbursed_on: date
    first_due_on: date
    rounding: Rounding = Rounding.HALF_UP
    minor_unit_paise: int = 1
    instalment_multiple_paise: int = 1
    processing_fee_bps: int = 0
    gst_bps: int = GST_BPS
    penal: PenalRule = PenalRule()
    allocation_order: tuple[Component, ...] = DEFAULT_ALLOCATION_ORDER
    cooling_off_days: int = 1
    version: int = TERMS_VERSION

    def __post_init__(self) -> None:
        """Refuse terms that no schedule could follow; raises Invalid with every fault."""
        wrong: dict[str, str] = {}
        if not 0 < self.principal_paise <= AMOUNT_PAISE_MAX:
            wrong["principal_paise"] = f"Enter a loan amount up to {format_inr(AMOUNT_PAISE_MAX)}"
        per_day = self.rate_period is RatePeriod.DAY
        if not 0 <= self.rate_bps <= (RATE_BPS_PER_DAY_MAX if per_day else RATE_BPS_PER_YEAR_MAX):
            limit = "0 to 10 % a day" if per_day else "0 to 1000 % a year"
            wrong["rate_bps"] = f"Enter a rate from {limit}"
        if self.kind is LoanKind.LEVEL_INSTALMENT and per_day:
            wrong["rate_period"] = "Level instalments need a rate per month or year"
        longest = TENOR_DAYS_MAX if self.kind is LoanKind.BULLET else TENOR_MONTHS_MAX
        if not 1 <= self.tenor <= longest:
            unit = "days" if self.kind is LoanKind.BULLET else "months"
            wrong["tenor"] = f"Enter a tenure from 1 to {longest} {unit}"
        if self.first_due_on <= self.disbursed_on:
            wrong["first_due_on"] = "The first due date must be after the disbursal"
        if self.minor_unit_paise < 1 or self.instalment_multiple_paise < 1:
            wrong["rounding"] = "Amounts are rounded to a positive multiple of a paisa"
        if self.instalment_multiple_paise % max(self.minor_unit_paise, 1):
            wrong["rounding"] = "The instalment's multiple must be a multiple of the minor unit"
        if not 0 <= self.processing_fee_bps < 10_000 or not 0 <= self.gst_bps < 10_000:
            wrong["processing_fee_bps"] = "A fee must be less than the loan itself"
        if self.penal.bps_per_year < 0 or self.penal.grace_days < 0:
            wrong["penal"] = "The penal charge cannot be negative"
        if sorted(self.allocation_order) != sorted(Component):
            wrong["allocation_order"] = "Name each component once"
        _check(wrong)

    @property
    def rate(self) -> Rate:
        """The contract rate of interest."""
        return Rate(self.rate_bps, self.rate_period)

    @property
    def processing_fee_paise(self) -> int:
        """The one-time fee before tax, taken out of the amount paid to the borrower."""
        return share_bps(self.principal_paise, self.processing_fee_bps, self.rounding)

    @property
    def processing_fee_gst_paise(self) -> int:
        """Goods and services tax on the processing fee."""
        return share_bps(self.processing_fee_paise, self.gst_bps, self.rounding)

    @property
    def net_disbursed_paise(self) -> int:
        """What reaches the borrower's account: principal less fee less its tax."""
        return self.principal_paise - self.processing_fee_paise - self.processing_fee_gst_paise

    def to_json(self) -> dict[str, Any]:
        """Return the terms as plain JSON values; `from_json` reads them back unchanged."""
        return {
            "version": self.version,
            "kind": self.kind.value,
            "principal_paise": self.principal_paise,
            "rate_bps": self.rate_bps,
            "rate_period": self.rate_period.value,
            "tenor": self.tenor,
            "disbursed_on": self.disbursed_on.isoformat(),
            "first_due_on": self.first_due_on.isoformat(),
            "rounding": self.rounding.value,
            "minor_unit_paise": self.minor_unit_paise,
            "instalment_multiple_paise": self.instalment_multiple_paise,
            "processing_fee_bps": self.processing_fee_bps,
            "gst_bps": self.gst_bps,
            "penal_bps_per_year": self.penal.bps_per_year,
            "penal_grace_days": self.penal.grace_days,
            "allocation_order": [component.value for component in self.allocation_order],
            "cooling_off_days": self.cooling_off_days,
        }

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> LoanTerms:
        """Read terms kept by `to_json`; raises Invalid for a version this code cannot read."""
        if (version := kept.get("version")) != TERMS_VERSION:
            raise Invalid({"version": f"These terms have the unknown version {version}"})
        return cls(
            kind=LoanKind(kept["kind"]),
            principal_paise=kept["principal_paise"],
            rate_bps=kept["rate_bps"],
            rate_period=RatePeriod(kept["rate_period"]),
            tenor=kept["tenor"],
            disbursed_on=date.fromisoformat(kept["disbursed_on"]),
            first_due_on=date.fromisoformat(kept["first_due_on"]),
            rounding=Rounding(kept["rounding"]),
            minor_unit_paise=kept["minor_unit_paise"],
            instalment_multiple_paise=kept["instalment_multiple_paise"],
            processing_fee_bps=kept["processing_fee_bps"],
            gst_bps=kept["gst_bps"],
            penal=PenalRule(kept["penal_bps_per_year"], kept["penal_grace_days"]),
            allocation_order=tuple(Component(name) for name in kept["allocation_order"]),
            cooling_off_days=kept["cooling_off_days"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductTerms:
    """What a product version allows and how it makes the terms of one loan.

    Kept in `product_version.terms`. Tenors are days for a bullet, months for level
    instalments; `roll` moves a due date off the brand's holidays.
    """

    kind: LoanKind
    min_amount_paise: int
    max_amount_paise: int
    min_tenor: int
    max_tenor: int
    rate_bps: int
    rate_period: RatePeriod = RatePeriod.YEAR
    min_rate_bps: int | None = None
    max_rate_bps: int | None = None
    rounding: Rounding = Rounding.HALF_UP
    minor_unit_paise: int = 1
    instalment_multiple_paise: int = 1
    processing_fee_bps: int = 0
    gst_bps: int = GST_BPS
    penal_bps_per_year: int = 0
    penal_grace_days: int = 0
    allocation_order: tuple[Component, ...] = DEFAULT_ALLOCATION_ORDER
    cooling_off_days: int = 1
    roll: Roll = Roll.NONE
    version: int = TERMS_VERSION

    def __post_init__(self) -> None:
        """Refuse limits that contradict each other; raises Invalid with every fault."""
        wrong: dict[str, str] = {}
        if not 0 < self.min_amount_paise <= self.max_amount_paise <= AMOUNT_PAISE_MAX:
            wrong["max_amount_paise"] = "The largest amount must not be below the smallest"
        if not 1 <= self.min_tenor <= self.max_tenor:
            wrong["max_tenor"] = "The longest tenure must not be below the shortest"
        lowest, highest = self.rate_limits_bps
        if not 0 <= lowest <= self.rate_bps <= highest:
            wrong["rate_bps"] = "The usual rate must lie between the lowest and the highest"
        _check(wrong)
        if not wrong:
            # The terms of a sample loan prove the rest: order, fee, penal rule, rounding.
            sample_day = date(2026, 4, 1)
            self.agree(
                principal_paise=self.min_amount_paise, tenor=self.min_tenor, disbursed_on=sample_day
            )

    @property
    def rate_limits_bps(self) -> tuple[int, int]:
        """The lowest and the highest rate that may be sold."""
        lowest = self.rate_bps if self.min_rate_bps is None else self.min_rate_bps
        highest = self.rate_bps if self.max_rate_bps is None else self.max_rate_bps
        return lowest, highest

    @property
    def tenor_unit(self) -> str:
        """What `tenor` counts: "days" or "months"."""
        return "days" if self.kind is LoanKind.BULLET else "months"

    def check_request(self, amount_paise: int, tenor: int) -> None:
        """Refuse an amount or tenure outside the product's limits, saying the limits."""
        wrong: dict[str, str] = {}
        if not self.min_amount_paise <= amount_paise <= self.max_amount_paise:
            wrong["amount"] = (
                f"Enter an amount from {format_inr(self.min_amount_paise)} "
                f"to {format_inr(self.max_amount_paise)}"
            )
        if not self.min_tenor <= tenor <= self.max_tenor:
            wrong["tenor"] = (
                f"Choose a tenure from {self.min_tenor} to {self.max_tenor} {self.tenor_unit}"
            )
        _check(wrong)

    def sell(
        self,
        *,
        principal_paise: int,
        tenor: int,
        disbursed_on: date,
        first_due_on: date | None = None,
        rate_bps: int | None = None,
        holidays: Set[date] = frozenset(),
    ) -> LoanTerms:
        """Return the terms of one loan; raises Invalid outside the product's limits.

        `first_due_on` is the agreed repayment date (the only one of a bullet); without it
        the date follows from the tenor. A bullet's tenor then is the days up to that date.
        """
        rate = self.rate_bps if rate_bps is None else rate_bps
        self.check_request(principal_paise, tenor)
        lowest, highest = self.rate_limits_bps
        if not lowest <= rate <= highest:
            raise Invalid({"rate_bps": "The rate lies outside what this product allows"})
        return self.agree(
            principal_paise=principal_paise,
            tenor=tenor,
            disbursed_on=disbursed_on,
            first_due_on=first_due_on,
            rate_bps=rate,
            holidays=holidays,
        )

    def agree(
        self,
        *,
        principal_paise: int,
        tenor: int,
        disbursed_on: date,
        first_due_on: date | None = None,
        rate_bps: int | None = None,
        holidays: Set[date] = frozenset(),
    ) -> LoanTerms:
        """Return the terms of an agreement that was sanctioned, without asking the limits again.

        A disbursal some days after the sanction shortens a bullet whose repayment date is
        agreed, and that must not stop the payout.
        """
        if first_due_on is None:
            first_due_on = (
                disbursed_on + timedelta(days=tenor)
                if self.kind is LoanKind.BULLET
                else add_months(disbursed_on, 1)
            )
            first_due_on = roll_date(first_due_on, holidays, self.roll)
        if self.kind is LoanKind.BULLET:
            tenor = (first_due_on - disbursed_on).days
        return LoanTerms(
            kind=self.kind,
            principal_paise=principal_paise,
            rate_bps=self.rate_bps if rate_bps is None else rate_bps,
            rate_period=self.rate_period,
            tenor=tenor,
            disbursed_on=disbursed_on,
            first_due_on=first_due_on,
            rounding=self.rounding,
            minor_unit_paise=self.minor_unit_paise,
            instalment_multiple_paise=self.instalment_multiple_paise,
            processing_fee_bps=self.processing_fee_bps,
            gst_bps=self.gst_bps,
            penal=PenalRule(self.penal_bps_per_year, self.penal_grace_days),
            allocation_order=self.allocation_order,
            cooling_off_days=self.cooling_off_days,
        )

    def to_json(self) -> dict[str, Any]:
        """Return the product's terms as plain JSON values."""
        kept: dict[str, Any] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if field.name == "allocation_order":
                value = [component.value for component in self.allocation_order]
            elif isinstance(value, StrEnum):
                value = value.value
            kept[field.name] = value
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> ProductTerms:
        """Read a product's terms; unknown names are refused, so that a slip cannot hide.

        Raises Invalid for an unknown version, an unknown or a missing name.
        """
        if kept.get("version", TERMS_VERSION) != TERMS_VERSION:
            raise Invalid({"version": f"These terms have the unknown version {kept['version']}"})
        known = {field.name for field in fields(cls)}
        unknown = sorted(set(kept) - known)
        missing = sorted({*_REQUIRED} - set(kept))
        if unknown or missing:
            words = ", ".join(unknown + missing)
            raise Invalid({"terms": f"These terms have unknown or missing names: {words}"})
        values = dict(kept)
        values["kind"] = LoanKind(values["kind"])
        for name, kind in (("rate_period", RatePeriod), ("rounding", Rounding), ("roll", Roll)):
            if name in values:
                values[name] = kind(values[name])
        if "allocation_order" in values:
            values["allocation_order"] = tuple(Component(c) for c in values["allocation_order"])
        return cls(**values)


_REQUIRED = (
    "kind",
    "min_amount_paise",
    "max_amount_paise",
    "min_tenor",
    "max_tenor",
    "rate_bps",
)
