"""SMS and one-time passwords through MSG91's flow interface.

A one-time password is ours and travels as a variable of a DLT template in the body, because
MSG91's OTP interface would put it into the address, where proxies write it down.
"""

from __future__ import annotations

from core.notification.ports import MessageAnswer, MessageStatus, OtpRequest, SmsRequest
from integrations.http import Effect, ProviderHttp
from integrations.msg91.mapping import COUNTRY, PROVIDER
from integrations.reading import mapping, text

PRODUCTION_URL = "https://control.msg91.com"


class Msg91:
    """One brand's MSG91 account: Sms."""

    def __init__(self, http: ProviderHttp) -> None:
        self._http = http

    def send_sms(self, request: SmsRequest) -> MessageAnswer:
        """Send one templated SMS."""
        return self._flow(
            "sms.send",
            request.mobile,
            request.template_id,
            request.reference,
            {**request.variables, "text": request.text},
        )

    def send_otp(self, request: OtpRequest) -> MessageAnswer:
        """Send one one-time password."""
        variables = {
            "otp": request.otp,
            "minutes": str(request.expires_in_minutes),
            "text": request.text,
        }
        return self._flow(
            "otp.send", request.mobile, request.template_id, request.reference, variables
        )

    def _flow(
        self,
        operation: str,
        mobile: str,
        template_id: str,
        reference: str,
        variables: dict[str, str],
    ) -> MessageAnswer:
        recipient = {key: value for key, value in variables.items() if value}
        reply = self._http.call(
            "POST",
            "/api/v5/flow",
            operation=operation,
            effect=Effect.ONCE,
            reference=reference,
            body={
                "template_id": template_id,
                "short_url": "0",
                "recipients": [
                    {**recipient, "mobiles": COUNTRY + mobile, "CRQID": reference},
                ],
            },
        )
        if reply.status == 418:
            raise self._http.refused(
                reply, operation=operation, code="418", sentence="our address is not on its list"
            )
        found = mapping(self._http.answer(reply, operation=operation, effect=Effect.ONCE))
        word = text(found.get("type"))
        if word == "error":
            raise self._http.refused(
                reply,
                operation=operation,
                code=text(found.get("code")),
                sentence=text(found.get("message")),
            )
        if word != "success":
            raise self._http.unreadable(reply, operation=operation, effect=Effect.ONCE)
        return MessageAnswer(
            status=MessageStatus.ACCEPTED,
            provider_reference=text(found.get("message")),
            provider=PROVIDER,
            provider_status=word,
        )
