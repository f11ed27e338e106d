"""The only place that knows which vendor serves which port of which brand.

Everything else asks for a port and gets a Protocol; a brand without a choice gets the sandbox
outside production and a plain refusal in it.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit

from core.access.actor import Actor
from core.access.permission import Permission
from core.agreement.ports import ESign
from core.bureau.ports import BureauPull
from core.db.unit_of_work import unit_of_work
from core.document.ports import BlobStore
from core.kernel.provider import ProviderUnavailable
from core.kyc.ports import BankAccountCheck, PanCheck
from core.notification.ports import Email, Sms, WhatsApp
from core.payment.ports import PaymentGateway, PayoutGateway
from core.provider import service
from core.provider.service import CallFacts
from integrations.blob_store import choice as blob_choice
from integrations.blob_store.local import LocalBlobStore
from integrations.equifax.client import PRODUCTION_URL as EQUIFAX_URL
from integrations.equifax.client import Equifax
from integrations.gupshup.client import PRODUCTION_URL as GUPSHUP_URL
from integrations.gupshup.client import Gupshup
from integrations.gupshup.webhook import GupshupWebhook
from integrations.http import CallRecord, ProviderHttp
from integrations.msg91.client import PRODUCTION_URL as MSG91_URL
from integrations.msg91.client import Msg91
from integrations.msg91.webhook import Msg91Webhook
from integrations.razorpay.client import PRODUCTION_URL as RAZORPAY_URL
from integrations.razorpay.client import Razorpay
from integrations.razorpay.webhook import RazorpayWebhook
from integrations.sandbox import credential
from integrations.sendgrid.client import PRODUCTION_URL as SENDGRID_URL
from integrations.sendgrid.client import SendGrid
from integrations.sendgrid.webhook import SendGridWebhook
from integrations.settings import provider_settings
from integrations.setu.client import PRODUCTION_URL as SETU_URL
from integrations.setu.client import Setu, SetuProducts
from integrations.setu.webhook import SetuWebhook
from integrations.webhook import Webhook

CHOICE_LIVES_S = 5.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "0.0.0.0", "::1"})


class Port(StrEnum):
    """What can be asked of a provider; the value is `provider_choice.port`."""

    PAN = "pan"
    BANK_ACCOUNT = "bank_account"
    BUREAU = "bureau"
    ESIGN = "esign"
    PAYOUT = "payout"
    PAYMENT = "payment"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    EMAIL = "email"


#: Which vendors serve a port; the first is the sandbox's default.
VENDORS: Mapping[Port, tuple[str, ...]] = {
    Port.PAN: ("setu",),
    Port.BANK_ACCOUNT: ("setu",),
    Port.BUREAU: ("equifax",),
    Port.ESIGN: ("setu",),
    Port.PAYOUT: ("razorpay",),
    Port.PAYMENT: ("razorpay",),
    Port.SMS: ("msg91",),
    Port.WHATSAPP: ("gupshup",),
    Port.EMAIL: ("sendgrid",),
}

_PROTOCOLS: Mapping[object, Port] = {
    PanCheck: Port.PAN,
    BankAccountCheck: Port.BANK_ACCOUNT,
    BureauPull: Port.BUREAU,
    ESign: Port.ESIGN,
    PayoutGateway: Port.PAYOUT,
    PaymentGateway: Port.PAYMENT,
    Sms: Port.SMS,
    WhatsApp: Port.WHATSAPP,
    Email: Port.EMAIL,
}

_URLS: Mapping[str, str] = {
    "razorpay": RAZORPAY_URL,
    "setu": SETU_URL,
    "msg91": MSG91_URL,
    "gupshup": GUPSHUP_URL,
    "sendgrid": SENDGRID_URL,
    "equifax": EQUIFAX_URL,
}

_WEBHOOKS: Mapping[str, Webhook] = {
    "razorpay": RazorpayWebhook(),
    "setu": SetuWebhook(),
    "msg91": Msg91Webhook(),
    "gupshup": GupshupWebhook(),
    "sendgrid": SendGridWebhook(),
}


class ProviderNotSetUp(ProviderUnavailable):
    """The brand has chosen no vendor for a port."""

    code = "provider_not_set_up"


@dataclass(frozen=True, slots=True)
class Choice:
    """A brand's vendor for one port, with opened keys; never logged, never stored."""

    port: Port
    vendor: str
    base_url: str
    settings: Mapping[str, str]
    credentials: Mapping[str, str] = field(repr=False)


def port(asked: object, brand_id: int) -> Any:
    """The adapter for a port (a `Port` or its Protocol); see the typed functions below.

    Raises ProviderNotSetUp.
    """
    name = asked if isinstance(asked, Port) else _PROTOCOLS[asked]
    chosen = _choices(brand_id).get(name)
    if chosen is None:
        raise ProviderNotSetUp(
            f"No provider is set up for {name.value.replace('_', ' ')}. "
            "An administrator can choose one under Settings, Providers.",
            operation=name.value,
        )
    return _BUILDERS[chosen.vendor](chosen, _http(chosen, brand_id))


def pan_check(brand_id: int) -> PanCheck:
    """The brand's PAN check."""
    return cast("PanCheck", port(Port.PAN, brand_id))


def bank_account_check(brand_id: int) -> BankAccountCheck:
    """The brand's penny drop."""
    return cast("BankAccountCheck", port(Port.BANK_ACCOUNT, brand_id))


def bureau_pull(brand_id: int) -> BureauPull:
    """The brand's credit bureau."""
    return cast("BureauPull", port(Port.BUREAU, brand_id))


def esign(brand_id: int) -> ESign:
    """The brand's e-sign provider."""
    return cast("ESign", port(Port.ESIGN, brand_id))


def payout_gateway(brand_id: int) -> PayoutGateway:
    """The brand's payout gateway."""
    return cast("PayoutGateway", port(Port.PAYOUT, brand_id))


def payment_gateway(brand_id: int) -> PaymentGateway:
    """The brand's payment gateway."""
    return cast("PaymentGateway", port(Port.PAYMENT, brand_id))


def sms(brand_id: int) -> Sms:
    """The brand's SMS sender."""
    return cast("Sms", port(Port.SMS, brand_id))


def whatsapp(brand_id: int) -> WhatsApp:
    """The brand's WhatsApp sender."""
    return cast("WhatsApp", port(Port.WHATSAPP, brand_id))


def email(brand_id: int) -> Email:
    """The brand's e-mail sender."""
    return cast("Email", port(Port.EMAIL, brand_id))


def blob_store() -> BlobStore:
    """The installation's object store; raises BlobKeyMissing without a key."""
    return blob_choice.blob_store()


def local_store() -> LocalBlobStore:
    """The folder store, which also opens the links it signed; raises BlobKeyMissing."""
    return blob_choice.local_store()


def webhook(vendor: str) -> Webhook | None:
    """What reads a vendor's deliveries, or None for a vendor without any."""
    return _WEBHOOKS.get(vendor)


def webhook_credentials(brand_id: int, vendor: str) -> list[Mapping[str, str]]:
    """The keys under which a vendor's deliveries to this brand are believed.

    More than one where a brand uses two accounts of a vendor for two ports; none where it does not
    use the vendor at all.
    """
    found: list[Mapping[str, str]] = []
    for chosen in _choices(brand_id).values():
        if chosen.vendor == vendor and chosen.credentials not in found:
            found.append(chosen.credentials)
    return found


def customer_link(url: str, page_host: str) -> str:
    """A provider's link as the customer's browser can open it.

    The sandbox's links name this machine; a phone that opened the page by the machine's address on
    the network gets the same address in the link. Other links are returned as they are.
    """
    parts = urlsplit(url)
    host = page_host.rsplit(":", 1)[0] if not page_host.endswith("]") else page_host
    if parts.hostname not in LOOPBACK or not host or host in LOOPBACK:
        return url
    return urlunsplit(parts._replace(netloc=f"{host}:{parts.port}" if parts.port else host))


_cache: dict[int, tuple[float, dict[Port, Choice]]] = {}
_cache_lock = threading.Lock()


def forget_choices() -> None:
    """Read every brand's choices again; after a change and in tests."""
    with _cache_lock:
        _cache.clear()


def _choices(brand_id: int) -> dict[Port, Choice]:
    with _cache_lock:
        kept = _cache.get(brand_id)
    if kept is not None and time.monotonic() - kept[0] < CHOICE_LIVES_S:
        return kept[1]
    found = _read_choices(brand_id)
    with _cache_lock:
        _cache[brand_id] = (time.monotonic(), found)
    return found


def _read_choices(brand_id: int) -> dict[Port, Choice]:
    settings = provider_settings()
    found: dict[Port, Choice] = {}
    actor = Actor.system(brand_id, "provider", [Permission.SYSTEM, Permission.BRAND_CONFIGURE])
    with unit_of_work(actor, "choose_provider") as uow:
        code, name = uow.brand.code, uow.brand.name
        for row in service.provider_choices(uow):
            if row.port not in set(Port) or row.vendor not in VENDORS[Port(row.port)]:
                continue
            asked = Port(row.port)
            if row.settings.get("environment") == "sandbox":
                if settings.sandbox_url:
                    found[asked] = _sandbox(asked, row.vendor, code, name, settings.sandbox_url)
                continue
            found[asked] = Choice(
                port=asked,
                vendor=row.vendor,
                base_url=str(row.settings.get("base_url") or _URLS[row.vendor]),
                settings={key: str(value) for key, value in row.settings.items()},
                credentials=service.credentials_of(uow, row),
            )
    if settings.sandbox_url:
        for asked, vendors in VENDORS.items():
            if asked not in found:
                found[asked] = _sandbox(asked, vendors[0], code, name, settings.sandbox_url)
    return found


def _sandbox(asked: Port, vendor: str, code: str, name: str, url: str) -> Choice:
    return Choice(
        port=asked,
        vendor=vendor,
        base_url=f"{url}/{vendor}",
        settings=credential.settings(code, name, vendor),
        credentials=credential.credentials(code, vendor),
    )


def _http(chosen: Choice, brand_id: int) -> ProviderHttp:
    keys = chosen.credentials
    auth: tuple[str, str] | None = None
    headers: dict[str, str] = {}
    match chosen.vendor:
        case "razorpay":
            auth = (keys.get("key_id", ""), keys.get("key_secret", ""))
        case "setu":
            headers = {
                "x-client-id": keys.get("client_id", ""),
                "x-client-secret": keys.get("client_secret", ""),
            }
        case "msg91":
            headers = {"authkey": keys.get("authkey", "")}
        case "gupshup":
            headers = {"apikey": keys.get("apikey", "")}
        case "sendgrid":
            headers = {"authorization": f"Bearer {keys.get('api_key', '')}"}
        case _:
            pass
    extra = tuple(
        one.strip() for one in chosen.settings.get("download_hosts", "").split(",") if one.strip()
    )
    return ProviderHttp(
        chosen.vendor,
        chosen.base_url,
        brand_id=brand_id,
        auth=auth,
        headers=headers,
        extra_hosts=extra,
        recorder=record_call,
    )


def record_call(record: CallRecord) -> None:
    """Keep a finished call in the brand's log, in a transaction of its own."""
    actor = Actor.system(record.brand_id, "provider", [Permission.SYSTEM])
    with unit_of_work(actor, "record_provider_call") as uow:
        service.record_call(
            uow,
            CallFacts(
                provider=record.provider,
                operation=record.operation,
                method=record.method,
                host=record.host,
                status=record.status,
                outcome=record.outcome,
                duration_ms=record.duration_ms,
                attempts=record.attempts,
                request_bytes=record.request_bytes,
                response_bytes=record.response_bytes,
                reference=record.reference,
            ),
        )
        uow.commit()


def _razorpay(chosen: Choice, http: ProviderHttp) -> object:
    return Razorpay(http, debit_account=chosen.settings.get("debit_account", ""))


def _setu(chosen: Choice, http: ProviderHttp) -> object:
    asked = chosen.settings
    return Setu(
        http,
        SetuProducts(
            pan=asked.get("pan_product", ""),
            bank_account=asked.get("bank_account_product", ""),
            esign=asked.get("esign_product", ""),
        ),
    )


def _gupshup(chosen: Choice, http: ProviderHttp) -> object:
    return Gupshup(
        http,
        source=chosen.settings.get("source", ""),
        app_name=chosen.settings.get("app_name", ""),
    )


def _sendgrid(chosen: Choice, http: ProviderHttp) -> object:
    return SendGrid(
        http,
        sender=chosen.settings.get("sender", ""),
        sender_name=chosen.settings.get("sender_name", ""),
    )


_BUILDERS: Mapping[str, Callable[[Choice, ProviderHttp], object]] = {
    "razorpay": _razorpay,
    "setu": _setu,
    "msg91": lambda _chosen, http: Msg91(http),
    "gupshup": _gupshup,
    "sendgrid": _sendgrid,
    "equifax": lambda chosen, http: Equifax(http, chosen.credentials),
}
