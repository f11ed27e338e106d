"""What we ask of providers that move money: payouts to customers, payment links from them.

Every payout carries our own key, so that asking again after silence can never pay twice; amounts
are paise, and a status we do not know is UNKNOWN and is settled by a look-up, never by a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class PayoutMode(StrEnum):
    """The rail a payout travels on."""

    IMPS = "IMPS"
    NEFT = "NEFT"
    RTGS = "RTGS"


class PayoutStatus(StrEnum):
    """Where a payout stands; only PROCESSED means that the money arrived."""

    QUEUED = "queued"
    PENDING = "pending"
    PROCESSING = "processing"
    PROCESSED = "processed"
    FAILED = "failed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"
    REVERSED = "reversed"
    NOT_FOUND = "not_found"
    UNKNOWN = "unknown"


#: No further change follows, except that a processed payout may still be reversed.
PAYOUT_FINAL = frozenset(
    {
        PayoutStatus.PROCESSED,
        PayoutStatus.FAILED,
        PayoutStatus.REJECTED,
        PayoutStatus.CANCELLED,
        PayoutStatus.REVERSED,
    }
)


class LinkStatus(StrEnum):
    """Where a payment link stands."""

    CREATED = "created"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PayoutRequest:
    """One payment to one bank account.

    `idempotency_key` has 4 to 36 characters and stays the same for every try of one payout;
    `reference` (at most 40) is ours and comes back in webhooks; `narration` (at most 30) is what
    the customer reads in the bank statement.
    """

    idempotency_key: str
    reference: str
    amount_paise: int
    beneficiary_name: str = field(repr=False)
    account_number: str = field(repr=False)
    ifsc: str
    beneficiary_reference: str = ""
    mode: PayoutMode = PayoutMode.IMPS
    narration: str = "Loan disbursal"
    notes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class PayoutAnswer:
    """Where a payout stands at the vendor; `utr` is the bank's number once it has moved."""

    status: PayoutStatus
    provider_reference: str
    reference: str
    amount_paise: int
    utr: str = ""
    fee_paise: int = 0
    tax_paise: int = 0
    reason_code: str = ""
    reason: str = ""
    created_at: datetime | None = None
    provider: str = ""
    provider_status: str = ""


@dataclass(frozen=True, slots=True)
class LinkRequest:
    """One payment link; `reference` is unique per link and comes back in webhooks.

    The customer's contact is only shown on the vendor's page: our own channels send the link.
    """

    reference: str
    amount_paise: int
    description: str
    customer_name: str = field(repr=False)
    customer_mobile: str = field(repr=False)
    customer_email: str = field(default="", repr=False)
    expires_at: datetime | None = None
    return_url: str = ""
    accept_partial: bool = False
    first_minimum_paise: int = 0
    notes: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class LinkPayment:
    """One payment made through a link."""

    provider_reference: str
    amount_paise: int
    status: str
    method: str = ""
    bank_reference: str = ""
    paid_at: datetime | None = None
    fee_paise: int = 0
    tax_paise: int = 0


@dataclass(frozen=True, slots=True)
class LinkAnswer:
    """Where a payment link stands; `url` is what the customer opens."""

    status: LinkStatus
    provider_reference: str
    reference: str
    url: str = field(repr=False)
    amount_paise: int
    paid_paise: int = 0
    payments: tuple[LinkPayment, ...] = ()
    expires_at: datetime | None = None
    provider: str = ""
    provider_status: str = ""


class PayoutGateway(Protocol):
    """Pays bank accounts; raises the errors of core.kernel.provider.

    ProviderOutcomeUnknown from `create_payout` means: ask `payout_by_reference`, or call again with
    the same key; never with a new one.
    """

    def create_payout(self, request: PayoutRequest) -> PayoutAnswer:
        """Send money; the same key with the same request answers with the same payout."""
        ...

    def payout(self, provider_reference: str) -> PayoutAnswer:
        """Ask where a payout stands by the vendor's id."""
        ...

    def payout_by_reference(self, reference: str) -> PayoutAnswer:
        """Ask by our own reference; NOT_FOUND means that the vendor never took it."""
        ...


class PaymentGateway(Protocol):
    """Collects money by links; raises the errors of core.kernel.provider."""

    def create_link(self, request: LinkRequest) -> LinkAnswer:
        """Make a payment link; the vendor refuses a reference that it has seen."""
        ...

    def link(self, provider_reference: str) -> LinkAnswer:
        """Ask where a link stands."""
        ...

    def link_by_reference(self, reference: str) -> LinkAnswer | None:
        """Ask by our own reference; None when the vendor has none."""
        ...

    def cancel_link(self, provider_reference: str) -> LinkAnswer:
        """Stop a link from being paid; refused when it is paid already."""
        ...
