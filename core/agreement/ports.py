"""What we ask of a provider that collects a person's electronic signature on a document.

The provider keeps the document and shows its own page to the signer; we hold its reference and
learn the outcome by webhook, with the status call as the way to find out when none arrives.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class SignStatus(StrEnum):
    """Where a signature request stands."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    SIGNED = "signed"
    DECLINED = "declined"
    EXPIRED = "expired"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Signer:
    """One person who must sign; the mobile receives the provider's OTP."""

    name: str = field(repr=False)
    mobile: str = field(repr=False)
    birth_year: int | None = field(default=None, repr=False)
    email: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class SignRequest:
    """One PDF to be signed; `reference` is our own number and `return_url` where she lands after.

    `signature_pages` are 1-based; empty means the last page.
    """

    reference: str
    file_name: str
    pdf: bytes = field(repr=False)
    signers: tuple[Signer, ...]
    return_url: str
    signature_pages: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class SignerAnswer:
    """One signer's own link and state."""

    name: str = field(repr=False)
    status: SignStatus
    sign_url: str = field(repr=False)
    signed_at: datetime | None = None
    certificate_name: str = field(default="", repr=False)
    message: str = ""


@dataclass(frozen=True, slots=True)
class SignAnswer:
    """Where the request stands; `provider_reference` finds it again at the vendor."""

    status: SignStatus
    provider_reference: str
    signers: tuple[SignerAnswer, ...]
    document_reference: str = ""
    message: str = ""
    provider: str = ""
    provider_status: str = ""

    @property
    def sign_url(self) -> str:
        """The first signer's link, which is the only one where one person signs."""
        return self.signers[0].sign_url if self.signers else ""


class ESign(Protocol):
    """Sends documents for signature; raises the errors of core.kernel.provider."""

    def send(self, request: SignRequest) -> SignAnswer:
        """Upload the PDF and ask the signers to sign; not repeatable without a look-up first."""
        ...

    def status(self, provider_reference: str) -> SignAnswer:
        """Ask where a request stands."""
        ...

    def signed_document(self, provider_reference: str) -> bytes:
        """Fetch the signed PDF; refused by the provider until everyone has signed."""
        ...
