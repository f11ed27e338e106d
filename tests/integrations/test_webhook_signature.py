"""What makes a delivery believable: published signature vectors, forgeries, rotation, age.

Vectors marked with their origin are published by the vendor; nothing here is mocked.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.agreement.ports import SignStatus
from core.notification.ports import DeliveryReport, MessageStatus
from core.payment.ports import LinkAnswer, LinkStatus, PayoutAnswer, PayoutStatus
from integrations.gupshup.webhook import GupshupWebhook
from integrations.msg91.webhook import Msg91Webhook
from integrations.razorpay import webhook as razorpay
from integrations.razorpay.webhook import RazorpayWebhook
from integrations.sendgrid import webhook as sendgrid
from integrations.sendgrid.webhook import SendGridWebhook
from integrations.setu import webhook as setu
from integrations.setu.webhook import SetuWebhook
from integrations.webhook import (
    Credentials,
    SignatureMissing,
    SignatureWrong,
    Webhook,
    WebhookMalformed,
    WebhookRequest,
    WebhookStale,
)
from tests.integrations.builders import esign_event, link_paid_event, payout_event

NOW = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
EPOCH = int(NOW.timestamp())
KEY = ec.derive_private_key(7, ec.SECP256R1())
OTHER_KEY = ec.derive_private_key(8, ec.SECP256R1())


def public(key: ec.EllipticCurvePrivateKey) -> str:
    """A public key as SendGrid shows it."""
    der = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


def mail_headers(key: ec.EllipticCurvePrivateKey, at: int, body: bytes) -> dict[str, str]:
    """SendGrid's two headers."""
    made = key.sign(str(at).encode() + body, ec.ECDSA(SHA256()))
    return {
        sendgrid.SIGNATURE_HEADER: base64.b64encode(made).decode(),
        sendgrid.TIMESTAMP_HEADER: str(at),
    }


def test_razorpay_published_vector() -> None:
    """razorpay-node, test/utils/razorpay-utils.spec.js."""
    body = b'{"a":1,"b":2,"c":{"d":3}}'
    expected = "2fe04e22977002e6c7cb553adab8b460cb9e2a4970d5953cb27a8472752e3bbc"
    assert razorpay.signature("123456", body) == expected


def test_sendgrid_published_vector() -> None:
    """sendgrid-nodejs, packages/eventwebhook/src/eventwebhook.spec.js."""
    key = (
        "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE83T4O/n84iotIvIW4mdBgQ/7dAfSmpqIM8kF9mN1flpVKS3GRqe6"
        "2gw+2fNNRaINXvVpiglSI8eNEc6wEA3F+g=="
    )
    signature = (
        "MEUCIGHQVtGj+Y3LkG9fLcxf3qfI10QysgDWmMOVmxG0u6ZUAiEAyBiXDWzM+uOe5W0JuG+luQAbPIqHh89M15TluL"
        "tEZtM="
    )
    body = (
        b'[{"email":"hello@world.com","event":"dropped","reason":"Bounced Address","sg_event_id":"Z'
        b'HJvcC0xMDk5NDkxOS1MUnpYbF9OSFN0T0doUTRrb2ZTbV9BLTA","sg_message_id":"LRzXl_NHStOGhQ4kofSm_A'
        b'.filterdrecv-p3mdw1-756b745b58-kmzbl-18-5F5FC76C-9.0","smtp-id":"<LRzXl_NHStOGhQ4kofSm_A@i'
        b'smtpd0039p1iad1.sendgrid.net>","timestamp":1600112492}]\r\n'
    )
    assert sendgrid.is_signed(key, signature, "1600112502", body)
    assert not sendgrid.is_signed(key, signature, "1600112502", body.rstrip())
    assert not sendgrid.is_signed(key, signature, "1600112503", body)


class Case:
    """One vendor with a believable delivery, for the rules that hold for all of them."""

    def __init__(
        self,
        reader: Webhook,
        body: bytes,
        sign: Callable[[str, bytes], tuple[dict[str, str], dict[str, str]]],
        current: str,
        old: str,
        name: str = "webhook_secret",
    ) -> None:
        self.reader, self.body, self.sign = reader, body, sign
        self.current, self.old, self.name = current, old, name

    def keys(self, **more: str) -> Credentials:
        """The brand's keys, without an old one."""
        return {self.name: self.current, **more}

    def request(self, secret: str, body: bytes | None = None) -> WebhookRequest:
        """The delivery signed with a secret; another body keeps the first one's signature."""
        headers, query = self.sign(secret, self.body)
        return WebhookRequest(headers=headers, query=query, body=body or self.body)


def _sendgrid_signer(secret: str, body: bytes) -> tuple[dict[str, str], dict[str, str]]:
    key = KEY if secret == public(KEY) else OTHER_KEY
    return mail_headers(key, EPOCH, body), {}


GUPSHUP = json.dumps(
    {
        "app": "acme",
        "timestamp": EPOCH * 1000,
        "version": 2,
        "type": "message-event",
        "payload": {"id": "x", "gsId": "ee4a68a0-1203-4c85-8dc3-49d0b3226a35", "type": "delivered"},
    }
).encode()
REPORT = b'{"requestId":"346000000000000130","status":"1","desc":"DELIVERED","date":"2026-11-20"}'
MAIL = json.dumps(
    [
        {
            "email": "asha@example.com",
            "event": "delivered",
            "sg_event_id": "event-1",
            "sg_message_id": "mail-1.recvd-0",
            "timestamp": EPOCH,
            "reference": "MSG-7",
        }
    ]
).encode()

CASES = {
    "razorpay": Case(
        RazorpayWebhook(),
        payout_event(created_at=EPOCH),
        lambda secret, body: ({razorpay.HEADER: razorpay.signature(secret, body)}, {}),
        "new",
        "old",
    ),
    "setu": Case(
        SetuWebhook(),
        esign_event(),
        lambda secret, body: ({"authorization": setu.signature(secret, body)}, {}),
        "new",
        "old",
    ),
    "msg91": Case(Msg91Webhook(), REPORT, lambda s, b: ({}, {"token": s}), "new", "old"),
    "gupshup": Case(GupshupWebhook(), GUPSHUP, lambda s, b: ({}, {"token": s}), "new", "old"),
    "sendgrid": Case(
        SendGridWebhook(),
        MAIL,
        _sendgrid_signer,
        public(KEY),
        public(OTHER_KEY),
        "webhook_public_key",
    ),
}
SIGNED_BODIES = [name for name in CASES if name not in ("msg91", "gupshup")]


@pytest.fixture(params=list(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    """Each vendor in turn."""
    return CASES[request.param]


def test_a_right_signature_is_believed(case: Case) -> None:
    case.reader.verify(case.request(case.current), case.keys(), NOW)
    (event,) = case.reader.events(case.body, case.keys(), NOW)
    assert event.provider == case.reader.provider
    assert event.event_id


def test_a_missing_signature_is_refused(case: Case) -> None:
    with pytest.raises(SignatureMissing):
        case.reader.verify(WebhookRequest({}, {}, case.body), case.keys(), NOW)


def test_another_brands_signature_is_refused(case: Case) -> None:
    with pytest.raises(SignatureWrong):
        case.reader.verify(case.request(case.old), case.keys(), NOW)


def test_during_an_exchange_the_old_secret_is_believed_too(case: Case) -> None:
    keys = case.keys(**{f"{case.name}_previous": case.old})
    case.reader.verify(case.request(case.old), keys, NOW)
    case.reader.verify(case.request(case.current), keys, NOW)


def test_without_a_secret_nothing_is_believed(case: Case) -> None:
    with pytest.raises(SignatureWrong):
        case.reader.verify(case.request(case.current), {case.name: ""}, NOW)
    with pytest.raises(SignatureWrong):
        case.reader.verify(case.request(case.current), {}, NOW)


@pytest.mark.parametrize("name", SIGNED_BODIES)
def test_one_changed_byte_is_refused(name: str) -> None:
    case = CASES[name]
    forged = case.body.replace(b"T", b"U", 1) if name == "razorpay" else case.body + b" "
    with pytest.raises(SignatureWrong):
        case.reader.verify(case.request(case.current, forged), case.keys(), NOW)


def test_a_body_that_is_not_json_is_malformed(case: Case) -> None:
    with pytest.raises(WebhookMalformed):
        case.reader.events(b"<xml/>", case.keys(), NOW)


@pytest.mark.parametrize(
    ("reader", "body"),
    [
        (RazorpayWebhook(), payout_event(created_at=EPOCH - 8 * 86400)),
        (RazorpayWebhook(), payout_event(created_at=EPOCH + 3600)),
        (RazorpayWebhook(), payout_event(created_at=0)),
        (SetuWebhook(), esign_event(stamp="2026-11-18T12:30:00+05:30")),
        (SetuWebhook(), esign_event(stamp="yesterday")),
        (GupshupWebhook(), GUPSHUP.replace(str(EPOCH).encode(), str(EPOCH - 90000).encode())),
    ],
)
def test_a_stale_or_future_delivery_is_refused(reader: Webhook, body: bytes) -> None:
    with pytest.raises(WebhookStale):
        reader.events(body, {"webhook_secret": "new"}, NOW)


def test_a_stale_mail_delivery_is_refused() -> None:
    at = EPOCH - 2 * 86400
    request = WebhookRequest(mail_headers(KEY, at, MAIL), {}, MAIL)
    with pytest.raises(WebhookStale):
        SendGridWebhook().verify(request, {"webhook_public_key": public(KEY)}, NOW)


def test_a_delivery_of_another_account_is_refused() -> None:
    keys = {"webhook_secret": "new", "account_id": "acc_OTHER"}
    with pytest.raises(SignatureWrong):
        RazorpayWebhook().events(payout_event(created_at=EPOCH), keys, NOW)


def test_a_payout_event_carries_the_payout() -> None:
    (event,) = RazorpayWebhook().events(payout_event(created_at=EPOCH), {}, NOW)
    assert event.event_type == "payout.processed"
    assert event.event_id == f"payout.processed:pout_T0000000000001:{EPOCH}"
    assert isinstance(event.subject, PayoutAnswer)
    assert event.subject.status is PayoutStatus.PROCESSED
    assert event.subject.amount_paise == 2823000
    assert event.subject.reference == "PO-000012"
    assert event.subject.utr == "632412345678"


def test_a_payment_event_carries_link_and_payment() -> None:
    (event,) = RazorpayWebhook().events(link_paid_event(created_at=EPOCH), {}, NOW)
    assert event.event_type == "payment_link.paid"
    assert isinstance(event.subject, LinkAnswer)
    assert event.subject.status is LinkStatus.PAID
    assert event.subject.paid_paise == 1250000
    (payment,) = event.subject.payments
    assert payment.provider_reference == "pay_T0000000000001"
    assert payment.bank_reference == "632498765432"
    assert payment.amount_paise == 1250000


def test_an_unknown_payout_status_is_unknown_and_no_error() -> None:
    body = payout_event("payout.teleported", created_at=EPOCH, status="teleported")
    (event,) = RazorpayWebhook().events(body, {}, NOW)
    assert event.event_type == "payout.unknown"
    assert isinstance(event.subject, PayoutAnswer)
    assert event.subject.provider_status == "teleported"


def test_an_event_of_no_concern_has_no_subject() -> None:
    body = json.dumps({"event": "refund.created", "created_at": EPOCH, "payload": {}}).encode()
    (event,) = RazorpayWebhook().events(body, {}, NOW)
    assert event.subject is None
    assert event.event_type == "refund.created"


def test_a_payout_without_an_amount_is_malformed() -> None:
    with pytest.raises(WebhookMalformed):
        RazorpayWebhook().events(payout_event(created_at=EPOCH, amount=None), {}, NOW)


def test_a_refused_signature_is_told_from_a_pending_one() -> None:
    body = esign_event("sign_pending", errCode="signer_declined")
    (event,) = SetuWebhook().events(body, {}, NOW)
    assert event.event_type == "esign.declined"
    (pending,) = SetuWebhook().events(esign_event("sign_pending"), {}, NOW)
    assert pending.event_type == "esign.pending"


def test_setu_basic_and_api_key_ways() -> None:
    reader = SetuWebhook()
    body = esign_event()
    basic = {"webhook_auth": "basic", "webhook_secret": "user:secret"}
    reader.verify(
        WebhookRequest({"authorization": setu.basic("user:secret")}, {}, body), basic, NOW
    )
    with pytest.raises(SignatureWrong):
        reader.verify(WebhookRequest({"authorization": "Basic eA=="}, {}, body), basic, NOW)
    pair = {"webhook_auth": "api_key", "webhook_secret": "k", "webhook_client_id": "c"}
    reader.verify(WebhookRequest({"x-api-key": "k", "x-client-id": "c"}, {}, body), pair, NOW)
    with pytest.raises(SignatureWrong):
        reader.verify(WebhookRequest({"x-api-key": "k", "x-client-id": "d"}, {}, body), pair, NOW)


def test_setu_event_reads_signed() -> None:
    (event,) = SetuWebhook().events(esign_event(), {}, NOW + timedelta(hours=3))
    assert event.event_type == "esign.signed"
    assert event.subject is not None
    assert event.subject.status is SignStatus.SIGNED


def test_msg91_form_with_two_reports() -> None:
    reports = [
        {
            "requestId": "r1",
            "report": [
                {"date": "2026-11-20 10:06:20", "number": "91900000XXXX", "status": "1"},
                {"date": "2026-11-20 10:06:21", "number": "91900001XXXX", "status": "16"},
            ],
        }
    ]
    from urllib.parse import urlencode

    body = urlencode({"data": json.dumps(reports)}).encode()
    first, second = Msg91Webhook().events(body, {}, NOW)
    assert (first.event_type, second.event_type) == ("message.delivered", "message.failed")
    assert first.event_id != second.event_id
    assert isinstance(second.subject, DeliveryReport)
    assert second.subject.provider_reference == "r1"


def test_mail_events_are_found_by_our_message_id() -> None:
    (event,) = SendGridWebhook().events(MAIL, {}, NOW)
    assert isinstance(event.subject, DeliveryReport)
    assert event.subject.provider_reference == "mail-1"
    assert event.subject.reference == "MSG-7"
    assert event.subject.status is MessageStatus.DELIVERED
