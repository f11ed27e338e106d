"""What we ask of providers that carry a message to a person: SMS, WhatsApp, e-mail.

India's rules make SMS and WhatsApp travel as registered templates with variables, so requests
carry the vendor's template id and its values beside the text that our own screens show.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class MessageStatus(StrEnum):
    """How far a message came."""

    ACCEPTED = "accepted"
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SmsRequest:
    """One SMS; `template_id` is the vendor's flow mapped to a DLT template.

    `variables` fill it by name, `text` is the whole sentence as the person will read it (kept by
    us, sent only where a vendor takes free text). `reference` comes back in delivery reports.
    """

    mobile: str = field(repr=False)
    template_id: str
    reference: str
    text: str = field(default="", repr=False)
    variables: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class OtpRequest:
    """One one-time password that we made ourselves; it never appears in a log."""

    mobile: str = field(repr=False)
    template_id: str
    reference: str
    otp: str = field(repr=False)
    expires_in_minutes: int = 5
    text: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class WhatsAppRequest:
    """One template message; `parameters` fill the template in its order."""

    mobile: str = field(repr=False)
    template_name: str
    reference: str
    recipient_name: str = field(default="", repr=False)
    parameters: tuple[str, ...] = field(default=(), repr=False)
    media_url: str = field(default="", repr=False)
    media_file_name: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file that travels with an e-mail."""

    file_name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class EmailRequest:
    """One e-mail; `text` is always there, `html` where the template has one."""

    to: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    reference: str
    to_name: str = field(default="", repr=False)
    html: str = field(default="", repr=False)
    reply_to: str = field(default="", repr=False)
    attachments: tuple[Attachment, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class MessageAnswer:
    """What the vendor said on taking the message; delivery comes later by webhook."""

    status: MessageStatus
    provider_reference: str = ""
    message: str = ""
    provider: str = ""
    provider_status: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """How far one message came, as a vendor's webhook tells it.

    `reference` is ours where the vendor returns it; `provider_reference` is always there.
    """

    status: MessageStatus
    provider_reference: str
    reference: str = ""
    reason: str = ""
    provider: str = ""
    provider_status: str = ""


class Sms(Protocol):
    """Sends SMS; raises the errors of core.kernel.provider."""

    def send_sms(self, request: SmsRequest) -> MessageAnswer:
        """Send one templated SMS."""
        ...

    def send_otp(self, request: OtpRequest) -> MessageAnswer:
        """Send one one-time password by SMS."""
        ...


class WhatsApp(Protocol):
    """Sends WhatsApp template messages; raises the errors of core.kernel.provider."""

    def send_whatsapp(self, request: WhatsAppRequest) -> MessageAnswer:
        """Send one template message to a person who has agreed to receive it."""
        ...


class Email(Protocol):
    """Sends e-mail; raises the errors of core.kernel.provider."""

    def send_email(self, request: EmailRequest) -> MessageAnswer:
        """Send one e-mail with its attachments."""
        ...
