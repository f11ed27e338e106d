"""What the sandbox posts is believed by the product's own readers, vendor by vendor.

The stand-in keeps the bytes as they came over HTTP; nothing is signed or parsed by the test.
"""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from core.notification.ports import OtpRequest
from core.payment.ports import PayoutAnswer, PayoutStatus
from core.provider.event import ProviderEvent
from integrations import registry
from integrations.sandbox import credential
from integrations.webhook import SignatureWrong, WebhookRequest
from tests.contract.ports import (
    WHO,
    EmailContract,
    ESignContract,
    PaymentContract,
    PayoutContract,
    SmsContract,
    WhatsAppContract,
)
from tests.contract.sandbox import ROOT, Heard, Providers, Receiver


def believe(heard: Heard, *, brand: str = "") -> list[ProviderEvent]:
    """Read a delivery under a brand's keys, as the webhook door does."""
    parts = urlsplit(heard.path)
    _, _, path_brand, vendor = parts.path.split("/")
    reader = registry.webhook(vendor)
    assert reader is not None
    now = datetime.now(UTC)
    keys = credential.credentials(brand or path_brand, vendor)
    request = WebhookRequest(heard.headers, dict(parse_qsl(parts.query)), heard.body)
    reader.verify(request, keys, now)
    return reader.events(heard.body, keys, now)


def test_a_processed_payout_is_told(providers: Providers, product: Receiver) -> None:
    request = PayoutContract.request()
    providers.razorpay().create_payout(request)
    (heard,) = product.wait_for(1, part=request.reference)
    assert heard.path == "/webhooks/sahyadri/razorpay"
    (event,) = believe(heard)
    assert event.event_type == "payout.processed"
    assert isinstance(event.subject, PayoutAnswer)
    assert event.subject.status is PayoutStatus.PROCESSED
    assert event.subject.amount_paise == request.amount_paise


def test_another_brands_keys_do_not_believe_it(providers: Providers, product: Receiver) -> None:
    request = PayoutContract.request()
    providers.razorpay().create_payout(request)
    (heard,) = product.wait_for(1, part=request.reference)
    with pytest.raises(SignatureWrong):
        believe(heard, brand="deccan")


def test_a_failed_payout_is_told(providers: Providers, product: Receiver) -> None:
    request = PayoutContract.request("0011")
    providers.razorpay().create_payout(request)
    (event,) = believe(product.wait_for(1, part=request.reference)[0])
    assert event.event_type == "payout.failed"


def test_a_repeated_webhook_is_the_same_event(providers: Providers, product: Receiver) -> None:
    request = PayoutContract.request("0015")
    providers.razorpay().create_payout(request)
    heard = product.wait_for(3, part=request.reference)
    assert len({believe(one)[0].event_id for one in heard}) == 1


def test_a_forged_webhook_comes_before_the_right_one(
    providers: Providers, product: Receiver
) -> None:
    request = PayoutContract.request("0019")
    providers.razorpay().create_payout(request)
    forged, right = product.wait_for(2, part=request.reference)
    with pytest.raises(SignatureWrong):
        believe(forged)
    assert believe(right)[0].event_type == "payout.processed"


def test_a_silent_payout_tells_nothing_until_asked(providers: Providers, product: Receiver) -> None:
    request = PayoutContract.request("0013")
    taken = providers.razorpay().create_payout(request)
    time.sleep(3)
    assert not [one for one in product.heard if request.reference.encode() in one.body]
    providers.act(taken.provider_reference, "process")
    (event,) = believe(product.wait_for(1, part=request.reference)[0])
    assert event.event_type == "payout.processed"


def test_a_reversal_follows_by_itself(providers: Providers, product: Receiver) -> None:
    request = PayoutContract.request("0014")
    providers.razorpay().create_payout(request)
    heard = product.wait_for(2, part=request.reference)
    assert [believe(one)[0].event_type for one in heard] == ["payout.processed", "payout.reversed"]


def test_a_product_that_is_down_hears_later(providers: Providers, product: Receiver) -> None:
    request = PayoutContract.request()
    product.statuses[:] = [503]
    providers.razorpay().create_payout(request)
    first, second = product.wait_for(2, part=request.reference)
    product.statuses.clear()
    assert first.body == second.body


def test_a_paid_link_is_told(providers: Providers, product: Receiver) -> None:
    request = PaymentContract.request()
    made = providers.razorpay().create_link(request)
    providers.act(made.provider_reference, "pay")
    (event,) = believe(product.wait_for(1, part=made.provider_reference)[0])
    assert event.event_type == "payment_link.paid"


def test_a_signature_is_told(providers: Providers, product: Receiver) -> None:
    sent = providers.setu().send(ESignContract().request())
    providers.act(sent.provider_reference, "sign")
    (event,) = believe(product.wait_for(1, part=sent.provider_reference)[0])
    assert event.event_type == "esign.signed"


def test_a_refused_signature_is_told(providers: Providers, product: Receiver) -> None:
    sent = providers.setu().send(ESignContract().request("9000000011"))
    (event,) = believe(product.wait_for(1, part=sent.provider_reference)[0])
    assert event.event_type == "esign.declined"


def test_deliveries_of_messages_are_told(providers: Providers, product: Receiver) -> None:
    sms = providers.msg91().send_sms(SmsContract.request())
    whatsapp = providers.gupshup().send_whatsapp(WhatsAppContract.request())
    letter = providers.sendgrid().send_email(EmailContract.request())
    for answer in (sms, whatsapp, letter):
        (event,) = believe(product.wait_for(1, part=answer.provider_reference)[0])
        assert event.event_type == "message.delivered"
        assert event.subject is not None
        assert event.subject.provider_reference == answer.provider_reference


def test_the_customer_pays_on_the_hosted_page(providers: Providers, product: Receiver) -> None:
    request = PaymentContract.request(return_url="http://127.0.0.1:8000/my/sahyadri?from=pay")
    made = providers.razorpay().create_link(request)
    with httpx.Client(trust_env=False) as browser:
        page = browser.get(made.url).text
        assert "₹ 12,500.00" in page
        assert "Instalment of LN-000012" in page
        failed = browser.post(made.url, data={"method": "fail"}).text
        assert "You can try again" in failed
        paid = browser.post(made.url, data={"method": "card"}).text
        assert "Paid. Thank you." in paid
        assert "from=pay&amp;razorpay_payment_id=pay_" in paid
        assert "razorpay_signature=" in paid
        browser.post(made.url, data={"method": "upi"})
    assert len(product.wait_for(1, part=made.provider_reference)) == 1
    assert providers.razorpay().link(made.provider_reference).payments[0].method == "card"


def test_the_customer_signs_on_the_hosted_page(providers: Providers, product: Receiver) -> None:
    adapter = providers.setu()
    sent = adapter.send(ESignContract().request())
    with httpx.Client(trust_env=False) as browser:
        assert "Agree to sign first" in browser.post(sent.sign_url, data={"step": "otp"}).text
        browser.post(sent.sign_url, data={"step": "otp", "agree": "yes"})
        (kept,) = [
            one for one in providers.records(kind="message")
            if one["id"] == f"otp-{sent.provider_reference}"
        ]  # fmt: skip
        otp = kept["title"][:6]
        wrong = "000000" if otp != "000000" else "111111"
        again = browser.post(sent.sign_url, data={"step": "sign", "otp": wrong}).text
        assert "That is not the OTP" in again
        assert "Signed." in browser.post(sent.sign_url, data={"step": "sign", "otp": otp}).text
        picture = browser.get(sent.sign_url.split("?")[0] + "/page/1.png")
        assert picture.content.startswith(b"\x89PNG")
    assert adapter.signed_document(sent.provider_reference).startswith(b"%PDF-")
    product.wait_for(1, part=sent.provider_reference)


def test_the_page_shows_what_came_and_escapes_it(providers: Providers) -> None:
    text = "<script>alert(1)</script> 551122"
    request = OtpRequest(WHO.mobile, "login_otp", "MSG-1", "551122", text=text)
    providers.msg91().send_otp(request)
    page = httpx.get(f"{providers.url}/?show=message", trust_env=False).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; 551122" in page
    assert text not in page


def test_the_feed_says_when_nothing_changed(providers: Providers) -> None:
    with httpx.Client(trust_env=False, base_url=providers.url) as browser:
        first = browser.get("/feed", params={"show": "people-nobody"})
        same = browser.get(
            "/feed",
            params={"show": "people-nobody"},
            headers={"if-none-match": first.headers["etag"]},
        )
    assert (first.status_code, same.status_code) == (200, 304)


@pytest.mark.parametrize("show", ["", "people", "numbers", "settings", "webhooks", "calls"])
def test_every_tab_opens(providers: Providers, show: str) -> None:
    answer = httpx.get(f"{providers.url}/", params={"show": show}, trust_env=False)
    assert answer.status_code == 200
    assert "Sandbox of the providers" in answer.text


def test_a_registered_person_is_known(providers: Providers) -> None:
    from core.kyc.ports import BankAccountRequest, PanRequest

    person = {
        "pan": "ZZZPS4321K",
        "name": "Sunita Sharma",
        "date_of_birth": "1990-01-31",
        "account": "99887766554433",
        "ifsc": "HDFC0000053",
        "score": "731",
    }
    httpx.post(f"{providers.url}/people", data=person, trust_env=False)
    setu = providers.setu()
    assert setu.check_pan(PanRequest("ZZZPS4321K", "K-1")).full_name == "SUNITA SHARMA"
    account = BankAccountRequest("99887766554433", "HDFC0000053", "K-2")
    assert setu.check_bank_account(account).registered_name == "SUNITA SHARMA"


def test_manual_mode_waits_for_a_button(providers: Providers) -> None:
    httpx.post(f"{providers.url}/modes", data={"payout": "manual"}, trust_env=False)
    try:
        gateway = providers.razorpay()
        taken = gateway.create_payout(PayoutContract.request())
        time.sleep(3)
        assert gateway.payout(taken.provider_reference).status is PayoutStatus.PROCESSING
        providers.act(taken.provider_reference, "process")
        assert gateway.payout(taken.provider_reference).status is PayoutStatus.PROCESSED
    finally:
        httpx.post(f"{providers.url}/modes", data={"payout": "automatic"}, trust_env=False)


def test_events_are_dated_by_the_sandboxs_clock(providers: Providers, product: Receiver) -> None:
    httpx.post(f"{providers.url}/clock", data={"offset_s": "-7200"}, trust_env=False)
    try:
        made = providers.razorpay().create_link(PaymentContract.request())
        providers.act(made.provider_reference, "pay")
        (event,) = believe(product.wait_for(1, part=made.provider_reference)[0])
        assert event.occurred_at is not None
        age = datetime.now(UTC) - event.occurred_at
        assert 7190 < age.total_seconds() < 7230
    finally:
        httpx.post(f"{providers.url}/clock", data={"offset_s": "0"}, trust_env=False)


def test_it_refuses_to_start_in_production() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "integrations.sandbox"],
        cwd=ROOT,
        env={"MUNIM_ENV": "production", "PATH": "/usr/bin"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert "never runs with MUNIM_ENV=production" in done.stdout
