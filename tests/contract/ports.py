"""What every adapter of a port must do, written once per port; a vendor's test names itself.

The inputs are the sandbox's documented test numbers, so a second vendor of a port runs the very
same sentences.
"""

from __future__ import annotations

import dataclasses
import secrets
import time
from typing import Any

import pytest
import typst

from core.agreement.ports import ESign, Signer, SignRequest, SignStatus
from core.bureau.ports import BureauHit, BureauPull, BureauRequest
from core.kernel.provider import ProviderOutcomeUnknown, ProviderRefused, ProviderUnavailable
from core.kyc.ports import (
    AadhaarLink,
    BankAccountCheck,
    BankAccountRequest,
    BankAccountStatus,
    PanCheck,
    PanRequest,
    PanStatus,
)
from core.notification.ports import (
    Attachment,
    Email,
    EmailRequest,
    MessageStatus,
    OtpRequest,
    Sms,
    SmsRequest,
    WhatsApp,
    WhatsAppRequest,
)
from core.payment.ports import (
    LinkRequest,
    LinkStatus,
    PaymentGateway,
    PayoutGateway,
    PayoutRequest,
    PayoutStatus,
)
from integrations.sandbox.person import person
from tests.contract.sandbox import Providers

WHO = person(101)


def reference(prefix: str) -> str:
    """Our own number of something, different for every test."""
    return f"{prefix}-{secrets.token_hex(6)}"


class PanContract:
    """PanCheck."""

    def check(self, providers: Providers, **keys: str) -> PanCheck:
        """The adapter under test."""
        raise NotImplementedError

    def test_a_good_pan_is_valid_and_named(self, providers: Providers) -> None:
        answer = self.check(providers).check_pan(PanRequest(WHO.pan, reference("K")))
        assert answer.status is PanStatus.VALID
        assert answer.full_name == WHO.name.upper()
        assert answer.category == "Individual"
        assert answer.aadhaar_link is AadhaarLink.LINKED
        assert answer.provider_reference

    def test_an_invalid_pan_is_an_answer(self, providers: Providers) -> None:
        answer = self.check(providers).check_pan(PanRequest("ABCPE0001F", reference("K")))
        assert answer.status is PanStatus.INVALID
        assert answer.full_name == ""

    def test_an_unknown_pan_is_an_answer(self, providers: Providers) -> None:
        answer = self.check(providers).check_pan(PanRequest("ABCPE0002F", reference("K")))
        assert answer.status is PanStatus.NOT_FOUND

    def test_a_pan_without_aadhaar_says_so(self, providers: Providers) -> None:
        answer = self.check(providers).check_pan(PanRequest("ABCPE0008F", reference("K")))
        assert (answer.status, answer.aadhaar_link) == (PanStatus.VALID, AadhaarLink.NOT_LINKED)

    @pytest.mark.parametrize("digits", ["0003", "0005", "0007"])
    def test_silence_nonsense_and_errors_are_unavailable(
        self, providers: Providers, digits: str
    ) -> None:
        with pytest.raises(ProviderUnavailable) as caught:
            self.check(providers).check_pan(PanRequest(f"ABCPE{digits}F", reference("K")))
        assert f"ABCPE{digits}F" not in caught.value.message

    def test_a_refusal_is_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused):
            self.check(providers).check_pan(PanRequest("ABCPE0009F", reference("K")))

    def test_wrong_keys_are_refused(self, providers: Providers) -> None:
        adapter = self.check(providers, **WRONG)
        with pytest.raises(ProviderRefused) as caught:
            adapter.check_pan(PanRequest(WHO.pan, reference("K")))
        assert caught.value.status == 401


#: Replaces whatever a vendor calls its secret.
WRONG = dict.fromkeys(
    ("key_secret", "client_secret", "authkey", "apikey", "api_key", "password"), "sahyadri.wrong"
)


class BankAccountContract:
    """BankAccountCheck."""

    def check(self, providers: Providers, **keys: str) -> BankAccountCheck:
        """The adapter under test."""
        raise NotImplementedError

    @staticmethod
    def request(tail: str = "") -> BankAccountRequest:
        """A penny drop to a good account or to one of the test numbers."""
        number = f"5010077700{tail}" if tail else WHO.account_number
        return BankAccountRequest(number, WHO.ifsc, reference("K"), WHO.name)

    def test_a_good_account_is_valid_and_named(self, providers: Providers) -> None:
        answer = self.check(providers).check_bank_account(self.request())
        assert answer.status is BankAccountStatus.VALID
        assert answer.registered_name == WHO.name.upper()
        assert answer.bank_reference

    @pytest.mark.parametrize("tail", ["0001", "0002"])
    def test_the_banks_no_is_invalid(self, providers: Providers, tail: str) -> None:
        answer = self.check(providers).check_bank_account(self.request(tail))
        assert answer.status is BankAccountStatus.INVALID
        assert answer.message

    def test_a_bank_out_of_reach_is_unknown_and_not_invalid(self, providers: Providers) -> None:
        answer = self.check(providers).check_bank_account(self.request("0008"))
        assert answer.status is BankAccountStatus.UNKNOWN

    @pytest.mark.parametrize("tail", ["0003", "0005", "0007"])
    def test_silence_is_an_unknown_outcome(self, providers: Providers, tail: str) -> None:
        with pytest.raises(ProviderOutcomeUnknown) as caught:
            self.check(providers).check_bank_account(self.request(tail))
        assert tail not in caught.value.message

    def test_another_name_is_answered_as_it_is(self, providers: Providers) -> None:
        answer = self.check(providers).check_bank_account(self.request("0006"))
        assert answer.status is BankAccountStatus.VALID
        assert answer.registered_name not in ("", WHO.name.upper())


class BureauContract:
    """BureauPull."""

    def bureau(self, providers: Providers, **keys: str) -> BureauPull:
        """The adapter under test."""
        raise NotImplementedError

    @staticmethod
    def request(pan: str = WHO.pan, consent: str = "CONSENT-1") -> BureauRequest:
        """A pull for the test person, or for a test number."""
        return BureauRequest(
            reference=reference("B"),
            consent_reference=consent,
            first_name=WHO.first_name,
            last_name=WHO.last_name,
            date_of_birth=WHO.date_of_birth,
            pan=pan,
            mobile=WHO.mobile,
        )

    def test_a_known_person_has_score_and_accounts(self, providers: Providers) -> None:
        answer = self.bureau(providers).pull(self.request())
        assert answer.hit is BureauHit.HIT
        assert answer.score == WHO.score
        assert answer.accounts
        assert answer.active_accounts == sum(one.is_open for one in answer.accounts)
        assert answer.total_balance_paise == sum(one.balance_paise or 0 for one in answer.accounts)
        assert answer.monthly_instalment_paise == sum(
            one.instalment_paise or 0 for one in answer.accounts if one.is_open
        )
        assert answer.raw

    def test_the_same_person_has_the_same_report(self, providers: Providers) -> None:
        bureau = self.bureau(providers)
        first, second = bureau.pull(self.request()), bureau.pull(self.request())
        assert (first.score, first.accounts) == (second.score, second.accounts)

    def test_nobody_is_no_hit(self, providers: Providers) -> None:
        answer = self.bureau(providers).pull(self.request("ABCPE0011F"))
        assert (answer.hit, answer.score) == (BureauHit.NO_HIT, None)

    def test_a_thin_file_has_no_score(self, providers: Providers) -> None:
        answer = self.bureau(providers).pull(self.request("ABCPE0013F"))
        assert (answer.hit, answer.score) == (BureauHit.HIT, None)

    def test_late_payments_are_seen(self, providers: Providers) -> None:
        answer = self.bureau(providers).pull(self.request("ABCPE0012F"))
        assert answer.score == 548
        assert answer.max_days_past_due_12_months == 60
        assert answer.total_overdue_paise == 840_000

    def test_a_write_off_is_seen(self, providers: Providers) -> None:
        answer = self.bureau(providers).pull(self.request("ABCPE0015F"))
        assert answer.write_off_count == 1
        assert [one.written_off for one in answer.accounts].count(True) == 1

    @pytest.mark.parametrize("digits", ["0014", "0016", "0018"])
    def test_silence_is_unknown_since_the_enquiry_may_be_on_record(
        self, providers: Providers, digits: str
    ) -> None:
        with pytest.raises(ProviderOutcomeUnknown):
            self.bureau(providers).pull(self.request(f"ABCPE{digits}F"))

    def test_a_refusal_inside_a_good_answer_is_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused):
            self.bureau(providers).pull(self.request("ABCPE0017F"))

    def test_without_consent_nothing_is_sent(self, providers: Providers) -> None:
        before = len(providers.records(kind="check"))
        with pytest.raises(ProviderRefused) as caught:
            self.bureau(providers).pull(self.request(consent=""))
        assert caught.value.provider_code == "no_consent"
        assert len(providers.records(kind="check")) == before


class ESignContract:
    """ESign."""

    def esign(self, providers: Providers, **keys: str) -> ESign:
        """The adapter under test."""
        raise NotImplementedError

    def request(self, mobile: str = WHO.mobile) -> SignRequest:
        """One page for one signer."""
        made = typst.compile(b"= Loan agreement\nTo be paid back.")
        assert isinstance(made, bytes)
        return SignRequest(
            reference=reference("AG"),
            file_name="agreement.pdf",
            pdf=made,
            signers=(Signer(WHO.name, mobile, WHO.date_of_birth.year),),
            return_url="http://127.0.0.1:8000/my/sahyadri",
        )

    def test_a_request_is_pending_and_has_a_link(self, providers: Providers) -> None:
        answer = self.esign(providers).send(self.request())
        assert answer.status is SignStatus.PENDING
        assert answer.provider_reference
        assert answer.sign_url.startswith("http")

    def test_it_is_signed_and_the_signed_pdf_can_be_fetched(self, providers: Providers) -> None:
        adapter = self.esign(providers)
        request = self.request()
        sent = adapter.send(request)
        assert providers.act(sent.provider_reference, "sign") == 200
        assert adapter.status(sent.provider_reference).status is SignStatus.SIGNED
        signed = adapter.signed_document(sent.provider_reference)
        assert signed.startswith(b"%PDF-")
        assert signed != request.pdf

    def test_an_unsigned_document_cannot_be_fetched(self, providers: Providers) -> None:
        adapter = self.esign(providers)
        sent = adapter.send(self.request())
        with pytest.raises(ProviderRefused):
            adapter.signed_document(sent.provider_reference)

    @pytest.mark.parametrize(
        ("action", "status"),
        [
            ("decline", SignStatus.DECLINED),
            ("expire", SignStatus.EXPIRED),
            ("mismatch", SignStatus.FAILED),
        ],
    )
    def test_what_did_not_end_in_a_signature(
        self, providers: Providers, action: str, status: SignStatus
    ) -> None:
        adapter = self.esign(providers)
        sent = adapter.send(self.request())
        providers.act(sent.provider_reference, action)
        answer = adapter.status(sent.provider_reference)
        assert answer.status is status
        assert answer.message

    def test_a_refusal_is_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused):
            self.esign(providers).send(self.request("9000000016"))

    def test_a_file_that_is_no_pdf_is_refused(self, providers: Providers) -> None:
        request = dataclasses.replace(self.request(), pdf=b"GIF89a")
        with pytest.raises(ProviderRefused):
            self.esign(providers).send(request)

    def test_another_brand_cannot_ask_for_it(self, providers: Providers) -> None:
        sent = self.esign(providers).send(self.request())
        other = self.esign(dataclasses.replace(providers, brand="deccan"))
        with pytest.raises(ProviderRefused):
            other.status(sent.provider_reference)


class PayoutContract:
    """PayoutGateway."""

    def gateway(self, providers: Providers, **keys: str) -> PayoutGateway:
        """The adapter under test."""
        raise NotImplementedError

    @staticmethod
    def request(tail: str = "", **changes: Any) -> PayoutRequest:
        """A payout to a good account or to one of the test numbers."""
        own = reference("PO")
        number = f"5010077700{tail}" if tail else WHO.account_number
        values: dict[str, Any] = {
            "idempotency_key": own,
            "reference": own,
            "amount_paise": 2_823_000,
            "beneficiary_name": WHO.name,
            "account_number": number,
            "ifsc": WHO.ifsc,
            "narration": "Loan AP-000012, disbursal",
            **changes,
        }
        return PayoutRequest(**values)

    def wait(self, gateway: PayoutGateway, own: str, status: PayoutStatus) -> Any:
        """Ask until the payout has a status."""
        end = time.monotonic() + 15
        while time.monotonic() < end:
            answer = gateway.payout_by_reference(own)
            if answer.status is status:
                return answer
            time.sleep(0.1)
        raise AssertionError(f"the payout did not become {status}")

    def test_a_payout_is_taken_and_processed(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        request = self.request()
        taken = gateway.create_payout(request)
        assert taken.status is PayoutStatus.PROCESSING
        assert (taken.amount_paise, taken.reference) == (2_823_000, request.reference)
        done = self.wait(gateway, request.reference, PayoutStatus.PROCESSED)
        assert done.provider_reference == taken.provider_reference
        assert done.utr
        assert gateway.payout(taken.provider_reference).status is PayoutStatus.PROCESSED

    def test_the_same_key_pays_once(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        request = self.request()
        first = gateway.create_payout(request)
        again = gateway.create_payout(request)
        assert again.provider_reference == first.provider_reference
        assert len(providers.records(kind="payout", search=request.reference)) == 1

    def test_the_same_key_with_another_amount_is_refused(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        request = self.request()
        gateway.create_payout(request)
        with pytest.raises(ProviderRefused):
            gateway.create_payout(dataclasses.replace(request, amount_paise=500_000))

    def test_a_failed_payout_says_why(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        request = self.request("0011")
        gateway.create_payout(request)
        failed = self.wait(gateway, request.reference, PayoutStatus.FAILED)
        assert failed.reason_code == "bank_account_closed"
        assert failed.reason

    def test_a_lost_answer_is_unknown_and_then_found_by_reference(
        self, providers: Providers
    ) -> None:
        gateway = self.gateway(providers)
        request = self.request("0012")
        with pytest.raises(ProviderOutcomeUnknown):
            gateway.create_payout(request)
        found = self.wait(gateway, request.reference, PayoutStatus.PROCESSED)
        assert found.amount_paise == request.amount_paise
        assert len(providers.records(kind="payout", search=request.reference)) == 1

    def test_what_was_never_taken_is_not_found(self, providers: Providers) -> None:
        answer = self.gateway(providers).payout_by_reference("PO-NEVER")
        assert answer.status is PayoutStatus.NOT_FOUND

    @pytest.mark.parametrize("tail", ["0017", "0018"])
    def test_a_refusal_is_refused_and_nothing_is_kept(
        self, providers: Providers, tail: str
    ) -> None:
        gateway = self.gateway(providers)
        request = self.request(tail)
        with pytest.raises(ProviderRefused) as caught:
            gateway.create_payout(request)
        assert caught.value.provider_code
        answer = gateway.payout_by_reference(request.reference)
        assert answer.status is PayoutStatus.NOT_FOUND

    def test_a_processed_payout_may_come_back(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        request = self.request()
        taken = gateway.create_payout(request)
        self.wait(gateway, request.reference, PayoutStatus.PROCESSED)
        assert providers.act(taken.provider_reference, "reverse") == 200
        assert gateway.payout(taken.provider_reference).status is PayoutStatus.REVERSED

    def test_wrong_keys_are_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused) as caught:
            self.gateway(providers, **WRONG).create_payout(self.request())
        assert caught.value.status == 401

    def test_another_brand_does_not_see_it(self, providers: Providers) -> None:
        request = self.request()
        self.gateway(providers).create_payout(request)
        other = self.gateway(dataclasses.replace(providers, brand="deccan"))
        answer = other.payout_by_reference(request.reference)
        assert answer.status is PayoutStatus.NOT_FOUND

    @pytest.mark.parametrize("changes", [{"idempotency_key": "abc"}, {"amount_paise": 99}])
    def test_what_the_provider_would_refuse_is_not_sent(
        self, providers: Providers, changes: dict[str, Any]
    ) -> None:
        with pytest.raises(ValueError, match="payout"):
            self.gateway(providers).create_payout(self.request(**changes))


class PaymentContract:
    """PaymentGateway."""

    def gateway(self, providers: Providers, **keys: str) -> PaymentGateway:
        """The adapter under test."""
        raise NotImplementedError

    @staticmethod
    def request(**changes: Any) -> LinkRequest:
        """A link for an instalment."""
        values: dict[str, Any] = {
            "reference": reference("PR"),
            "amount_paise": 1_250_000,
            "description": "Instalment of LN-000012",
            "customer_name": WHO.name,
            "customer_mobile": WHO.mobile,
            **changes,
        }
        return LinkRequest(**values)

    def test_a_link_is_made_paid_and_read(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        request = self.request()
        made = gateway.create_link(request)
        assert (made.status, made.paid_paise) == (LinkStatus.CREATED, 0)
        assert made.url.startswith("http")
        assert providers.act(made.provider_reference, "pay") == 200
        paid = gateway.link(made.provider_reference)
        assert (paid.status, paid.paid_paise) == (LinkStatus.PAID, 1_250_000)
        (payment,) = paid.payments
        assert (payment.amount_paise, payment.method) == (1_250_000, "upi")

    def test_the_same_reference_is_the_same_link(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        request = self.request()
        first, again = gateway.create_link(request), gateway.create_link(request)
        assert again.provider_reference == first.provider_reference

    def test_the_same_reference_for_another_amount_is_refused(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        request = self.request()
        gateway.create_link(request)
        with pytest.raises(ProviderRefused):
            gateway.create_link(dataclasses.replace(request, amount_paise=100_000))

    def test_a_link_is_found_by_our_reference(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        request = self.request()
        made = gateway.create_link(request)
        found = gateway.link_by_reference(request.reference)
        assert found is not None
        assert found.provider_reference == made.provider_reference
        assert gateway.link_by_reference("PR-NEVER") is None

    def test_a_cancelled_link_cannot_be_paid(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        made = gateway.create_link(self.request())
        assert gateway.cancel_link(made.provider_reference).status is LinkStatus.CANCELLED
        assert providers.act(made.provider_reference, "pay") == 409

    def test_a_paid_link_cannot_be_cancelled(self, providers: Providers) -> None:
        gateway = self.gateway(providers)
        made = gateway.create_link(self.request())
        providers.act(made.provider_reference, "pay")
        with pytest.raises(ProviderRefused):
            gateway.cancel_link(made.provider_reference)

    def test_a_refusal_is_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused):
            self.gateway(providers).create_link(self.request(customer_mobile="9000000026"))


class SmsContract:
    """Sms."""

    def sms(self, providers: Providers, **keys: str) -> Sms:
        """The adapter under test."""
        raise NotImplementedError

    @staticmethod
    def request(mobile: str = WHO.mobile) -> SmsRequest:
        """One reminder."""
        return SmsRequest(
            mobile=mobile,
            template_id="emi_due",
            reference=reference("MSG"),
            text="₹ 12,500.00 is due on 20 Nov 2026.",
            variables={"amount": "₹ 12,500.00", "due": "20 Nov 2026"},
        )

    def test_a_message_is_accepted_and_arrives_as_written(self, providers: Providers) -> None:
        request = self.request()
        answer = self.sms(providers).send_sms(request)
        assert answer.status is MessageStatus.ACCEPTED
        (kept,) = [
            one
            for one in providers.records(kind="message")
            if one["id"] == answer.provider_reference
        ]
        assert kept["title"] == request.text
        assert kept["party"] == WHO.mobile

    def test_a_one_time_password_arrives(self, providers: Providers) -> None:
        request = OtpRequest(WHO.mobile, "login_otp", reference("MSG"), "482913")
        answer = self.sms(providers).send_otp(request)
        (kept,) = [
            one
            for one in providers.records(kind="message")
            if one["id"] == answer.provider_reference
        ]
        assert "482913" in kept["title"]

    def test_a_refusal_is_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused):
            self.sms(providers).send_sms(self.request("9000000001"))

    @pytest.mark.parametrize("tail", ["03", "05", "07"])
    def test_silence_is_unknown_and_not_sent_twice(self, providers: Providers, tail: str) -> None:
        with pytest.raises(ProviderOutcomeUnknown):
            self.sms(providers).send_sms(self.request(f"90000000{tail}"))

    def test_wrong_keys_are_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused) as caught:
            self.sms(providers, **WRONG).send_sms(self.request())
        assert caught.value.status == 401


class WhatsAppContract:
    """WhatsApp."""

    def whatsapp(self, providers: Providers, **keys: str) -> WhatsApp:
        """The adapter under test."""
        raise NotImplementedError

    @staticmethod
    def request(mobile: str = WHO.mobile) -> WhatsAppRequest:
        """One reminder."""
        return WhatsAppRequest(
            mobile=mobile,
            template_name="emi_due",
            reference=reference("MSG"),
            parameters=(WHO.first_name, "₹ 12,500.00"),
        )

    def test_a_message_is_accepted_and_delivered(self, providers: Providers) -> None:
        answer = self.whatsapp(providers).send_whatsapp(self.request())
        assert answer.status is MessageStatus.ACCEPTED
        assert answer.provider_reference

    def test_a_refusal_is_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused):
            self.whatsapp(providers).send_whatsapp(self.request("9000000001"))

    @pytest.mark.parametrize("tail", ["03", "05", "07"])
    def test_silence_is_unknown(self, providers: Providers, tail: str) -> None:
        with pytest.raises(ProviderOutcomeUnknown):
            self.whatsapp(providers).send_whatsapp(self.request(f"90000000{tail}"))

    def test_wrong_keys_are_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused):
            self.whatsapp(providers, **WRONG).send_whatsapp(self.request())


class EmailContract:
    """Email."""

    def email(self, providers: Providers, **keys: str) -> Email:
        """The adapter under test."""
        raise NotImplementedError

    @staticmethod
    def request(to: str = WHO.email) -> EmailRequest:
        """One letter with its PDF."""
        return EmailRequest(
            to=to,
            subject="Your no-dues letter",
            text="The letter is attached.",
            reference=reference("MSG"),
            to_name=WHO.name,
            attachments=(Attachment("letter.pdf", "application/pdf", b"%PDF-1.7 test"),),
        )

    def test_a_letter_is_accepted_and_arrives_whole(self, providers: Providers) -> None:
        answer = self.email(providers).send_email(self.request())
        assert answer.status is MessageStatus.ACCEPTED
        (kept,) = [
            one
            for one in providers.records(kind="message")
            if one["id"] == answer.provider_reference
        ]
        assert kept["data"]["text"] == "The letter is attached."
        assert [one["name"] for one in kept["data"]["attachments"]] == ["letter.pdf"]

    def test_a_refusal_is_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused):
            self.email(providers).send_email(self.request("refused@example.com"))

    @pytest.mark.parametrize("local", ["timeout", "error"])
    def test_silence_is_unknown(self, providers: Providers, local: str) -> None:
        with pytest.raises(ProviderOutcomeUnknown):
            self.email(providers).send_email(self.request(f"{local}@example.com"))

    def test_wrong_keys_are_refused(self, providers: Providers) -> None:
        with pytest.raises(ProviderRefused):
            self.email(providers, **WRONG).send_email(self.request())
