"""One set of keys per brand and vendor for the sandbox, made from a secret and the brand's code.

Nothing has to be registered: the product makes a brand's keys, the sandbox reads the brand's code
out of them and makes the same ones to compare, so one brand's key never opens another's account.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

SECRET_BYTES = 16
DIGITS = "0123456789"


def _secret() -> bytes:
    return os.environ.get("MUNIM_SANDBOX_SECRET", "the sandbox protects nothing").encode()


def derive(brand_code: str, vendor: str, name: str) -> str:
    """A key as hex, different for every brand, vendor and name."""
    message = f"{brand_code}\x1f{vendor}\x1f{name}".encode()
    return hmac.new(_secret(), message, hashlib.sha256).hexdigest()[: 2 * SECRET_BYTES]


def digits(brand_code: str, vendor: str, name: str, length: int) -> str:
    """An account or telephone number's tail made the same way."""
    number = int(derive(brand_code, vendor, name), 16)
    return f"{number % 10**length:0{length}d}"


def mail_key(brand_code: str) -> ec.EllipticCurvePrivateKey:
    """The key with which the sandbox signs a brand's e-mail events."""
    number = int(derive(brand_code, "sendgrid", "webhook_key"), 16) + 1
    return ec.derive_private_key(number, ec.SECP256R1())


def _public_key(brand_code: str) -> str:
    key = mail_key(brand_code).public_key()
    return base64.b64encode(
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    ).decode()


def credentials(brand_code: str, vendor: str) -> dict[str, str]:
    """A brand's keys at a vendor of the sandbox; raises KeyError for a vendor it has not."""

    def made(name: str) -> str:
        return derive(brand_code, vendor, name)

    found = {
        "razorpay": {
            "key_id": f"rzp_test_{brand_code}",
            "key_secret": made("key_secret"),
            "webhook_secret": made("webhook_secret"),
            "account_id": f"acc_{made('account')[:14]}",
        },
        "setu": {
            "client_id": f"setu_{brand_code}",
            "client_secret": made("client_secret"),
            "webhook_auth": "hmac",
            "webhook_secret": made("webhook_secret"),
        },
        "msg91": {
            "authkey": f"{brand_code}.{made('authkey')}",
            "webhook_secret": made("webhook_secret"),
        },
        "gupshup": {
            "apikey": f"{brand_code}.{made('apikey')}",
            "webhook_secret": made("webhook_secret"),
        },
        "sendgrid": {
            "api_key": f"SG.{brand_code}.{made('api_key')}",
            "webhook_public_key": _public_key(brand_code),
        },
        "equifax": {
            "customer_id": brand_code,
            "user_id": f"STS_{brand_code}",
            "password": made("password"),
            "member_number": digits(brand_code, vendor, "member", 8),
            "security_code": made("security_code")[:6].upper(),
        },
    }
    return found[vendor]


def settings(brand_code: str, brand_name: str, vendor: str) -> dict[str, str]:
    """A brand's settings at a vendor of the sandbox, none of them secret."""
    found: dict[str, dict[str, str]] = {
        "razorpay": {"debit_account": "232323" + digits(brand_code, vendor, "debit", 10)},
        "setu": {
            "pan_product": derive(brand_code, vendor, "pan"),
            "bank_account_product": derive(brand_code, vendor, "bank_account"),
            "esign_product": derive(brand_code, vendor, "esign"),
        },
        "gupshup": {
            "source": "9180" + digits(brand_code, vendor, "source", 8),
            "app_name": brand_code,
        },
        "sendgrid": {"sender": f"no-reply@{brand_code}.example", "sender_name": brand_name},
    }
    return {"environment": "sandbox", **found.get(vendor, {})}
