"""E-mail through SendGrid's v3 mail send.

SendGrid answers 202 with the message's id in a header and nothing in the body, so the header is
the answer.
"""

from __future__ import annotations

from core.notification.ports import EmailRequest, MessageAnswer, MessageStatus
from integrations.http import Effect, ProviderHttp
from integrations.reading import items, mapping, text
from integrations.sendgrid.mapping import PROVIDER, mail_body

PRODUCTION_URL = "https://api.sendgrid.com"


class SendGrid:
    """One brand's SendGrid account: Email."""

    def __init__(self, http: ProviderHttp, *, sender: str, sender_name: str) -> None:
        self._http = http
        self._sender = sender
        self._sender_name = sender_name

    def send_email(self, request: EmailRequest) -> MessageAnswer:
        """Send one e-mail with its attachments."""
        operation = "email.send"
        reply = self._http.call(
            "POST",
            "/v3/mail/send",
            operation=operation,
            effect=Effect.ONCE,
            reference=request.reference,
            body=mail_body(request, self._sender, self._sender_name),
        )
        if reply.status >= 400:
            try:
                errors = items(mapping(reply.json()).get("errors"))
            except ValueError:
                errors = []
            sentence = text(mapping(errors[0]).get("message")) if errors else ""
            raise self._http.refused(reply, operation=operation, sentence=sentence)
        reference = reply.headers.get("x-message-id", "")
        if not reference:
            raise self._http.unreadable(reply, operation=operation, effect=Effect.ONCE)
        return MessageAnswer(
            status=MessageStatus.ACCEPTED,
            provider_reference=reference,
            provider=PROVIDER,
            provider_status=str(reply.status),
        )
