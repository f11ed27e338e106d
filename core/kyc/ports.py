"""What we ask of providers that confirm who a person is and whose bank account it is.

Adapters turn each vendor's words into these few states, so that rules and screens read the same
whichever vendor a brand has chosen; a state we do not know becomes UNKNOWN, never an error.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class PanStatus(StrEnum):
    """What the income tax department's record says of a PAN."""

    VALID = "valid"
    INVALID = "invalid"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


class AadhaarLink(StrEnum):
    """Whether the PAN is linked with an Aadhaar number."""

    LINKED = "linked"
    NOT_LINKED = "not_linked"
    NOT_APPLICABLE = "not_applicable"
    UNKNOWN = "unknown"


class BankAccountStatus(StrEnum):
    """What the bank said when a rupee was sent to the account."""

    VALID = "valid"
    INVALID = "invalid"
    PENDING = "pending"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PanRequest:
    """One PAN to confirm.

    `reason` is shown to the person by some vendors and must have 20 characters or more;
    `reference` is our own number of the check and holds no personal data.
    """

    pan: str = field(repr=False)
    reference: str
    reason: str = "Verification of the applicant for a loan application"
    consent_reference: str = ""


@dataclass(frozen=True, slots=True)
class PanAnswer:
    """The vendor's record of a PAN in our words; `full_name` is as printed on the card."""

    status: PanStatus
    full_name: str = field(default="", repr=False)
    category: str = ""
    aadhaar_link: AadhaarLink = AadhaarLink.UNKNOWN
    message: str = ""
    provider: str = ""
    provider_reference: str = ""
    provider_status: str = ""


@dataclass(frozen=True, slots=True)
class BankAccountRequest:
    """One account to confirm by a penny drop; `holder_name` is what the customer told us."""

    account_number: str = field(repr=False)
    ifsc: str
    reference: str
    holder_name: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class BankAccountAnswer:
    """What the bank holds; `name_match_percent` is the vendor's own score or None."""

    status: BankAccountStatus
    registered_name: str = field(default="", repr=False)
    bank_name: str = ""
    branch: str = ""
    name_match_percent: int | None = None
    bank_reference: str = ""
    message: str = ""
    provider: str = ""
    provider_reference: str = ""
    provider_status: str = ""


class PanCheck(Protocol):
    """Confirms a PAN; raises the errors of core.kernel.provider."""

    def check_pan(self, request: PanRequest) -> PanAnswer:
        """Ask the vendor for the record of one PAN."""
        ...


class BankAccountCheck(Protocol):
    """Confirms a bank account by sending a rupee; raises the errors of core.kernel.provider."""

    def check_bank_account(self, request: BankAccountRequest) -> BankAccountAnswer:
        """Send the penny drop and wait for the bank's answer."""
        ...
