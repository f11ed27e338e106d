"""What we ask of a credit bureau and the one shape its report takes here.

Bureaus differ in every field name, so the adapter reads the report once into these facts; rules
and screens never look at a vendor's JSON, which is kept beside as the evidence.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol


class BureauHit(StrEnum):
    """Whether the bureau knows the person."""

    HIT = "hit"
    NO_HIT = "no_hit"
    UNKNOWN = "unknown"


class BureauPurpose(StrEnum):
    """Why the report is asked for; a soft enquiry leaves no mark on the person's record."""

    LOAN_APPLICATION = "loan_application"
    ACCOUNT_REVIEW = "account_review"


@dataclass(frozen=True, slots=True)
class BureauRequest:
    """The person as the bureau identifies her; `consent_reference` is required by every bureau."""

    reference: str
    consent_reference: str
    first_name: str = field(repr=False)
    last_name: str = field(repr=False)
    date_of_birth: date = field(repr=False)
    pan: str = field(repr=False)
    mobile: str = field(repr=False)
    address_line: str = field(default="", repr=False)
    state_code: str = ""
    pin_code: str = field(default="", repr=False)
    amount_paise: int = 0
    purpose: BureauPurpose = BureauPurpose.LOAN_APPLICATION


@dataclass(frozen=True, slots=True)
class BureauMonth:
    """One month of a credit line's history; `days_past_due` is None where not reported."""

    month: date
    days_past_due: int | None
    asset_class: str = ""


@dataclass(frozen=True, slots=True)
class BureauAccount:
    """One credit line of the person; money in paise, None where the bureau holds nothing."""

    lender: str
    account_type: str
    account_number_masked: str
    ownership: str
    is_open: bool
    opened_on: date | None
    closed_on: date | None
    reported_on: date | None
    sanctioned_paise: int | None
    balance_paise: int | None
    overdue_paise: int | None
    instalment_paise: int | None
    days_past_due: int | None
    account_status: str
    written_off: bool
    settled: bool
    suit_filed: bool
    history: tuple[BureauMonth, ...] = ()


@dataclass(frozen=True, slots=True)
class BureauEnquiry:
    """One time a lender asked about the person."""

    on: date | None
    lender: str
    purpose: str
    amount_paise: int | None


@dataclass(frozen=True, slots=True)
class BureauAnswer:
    """A bureau report in our words; `score` is None when the bureau gives none (no hit, thin file).

    `raw` is the vendor's whole answer: personal data, to be sealed before it is stored.
    """

    hit: BureauHit
    score: int | None
    score_name: str = ""
    reason_codes: tuple[str, ...] = ()
    full_name: str = field(default="", repr=False)
    date_of_birth: date | None = field(default=None, repr=False)
    accounts: tuple[BureauAccount, ...] = ()
    enquiries: tuple[BureauEnquiry, ...] = ()
    enquiries_30_days: int = 0
    enquiries_12_months: int = 0
    active_accounts: int = 0
    total_balance_paise: int = 0
    total_overdue_paise: int = 0
    monthly_instalment_paise: int = 0
    write_off_count: int = 0
    max_days_past_due_12_months: int = 0
    message: str = ""
    provider: str = ""
    provider_reference: str = ""
    provider_status: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)


class BureauPull(Protocol):
    """Asks for a person's credit report; raises the errors of core.kernel.provider."""

    def pull(self, request: BureauRequest) -> BureauAnswer:
        """Ask the bureau; every call is an enquiry on the person's record and costs money."""
        ...
