"""WhatsApp template messages through Gupshup's published form interface.

Only registered templates are sent, since WhatsApp lets a business begin a conversation with
nothing else.
"""

from __future__ import annotations

import json

from core.notification.ports import MessageAnswer, MessageStatus, WhatsAppRequest
from integrations.gupshup.mapping import COUNTRY, PROVIDER
from integrations.http import Effect, ProviderHttp
from integrations.reading import mapping, text

PRODUCTION_URL = "https://api.gupshup.io"


class Gupshup:
    """One brand's Gupshup app: WhatsApp."""

    def __init__(self, http: ProviderHttp, *, source: str, app_name: str) -> None:
        """`source` is the brand's WhatsApp number with country code."""
        self._http = http
        self._source = source
        self._app_name = app_name

    def send_whatsapp(self, request: WhatsAppRequest) -> MessageAnswer:
        """Send one template message."""
        operation = "whatsapp.send"
        template = {"id": request.template_name, "params": list(request.parameters)}
        form = {
            "channel": "whatsapp",
            "source": self._source,
            "src.name": self._app_name,
            "destination": COUNTRY + request.mobile,
            "template": json.dumps(template, separators=(",", ":"), ensure_ascii=False),
        }
        if request.media_url:
            document = {"link": request.media_url, "filename": request.media_file_name}
            form["message"] = json.dumps(
                {"type": "document", "document": document}, separators=(",", ":")
            )
        reply = self._http.call(
            "POST",
            "/wa/api/v1/template/msg",
            operation=operation,
            effect=Effect.ONCE,
            reference=request.reference,
            form=form,
        )
        if reply.status >= 400:
            try:
                sentence = text(mapping(reply.json()).get("message"))
            except ValueError:
                sentence = ""
            raise self._http.refused(reply, operation=operation, sentence=sentence)
        found = mapping(self._http.answer(reply, operation=operation, effect=Effect.ONCE))
        word = text(found.get("status"))
        reference = text(found.get("messageId"))
        if word == "error":
            raise self._http.refused(
                reply, operation=operation, sentence=text(found.get("message"))
            )
        if not reference:
            raise self._http.unreadable(reply, operation=operation, effect=Effect.ONCE)
        return MessageAnswer(
            status=MessageStatus.ACCEPTED if word == "submitted" else MessageStatus.UNKNOWN,
            provider_reference=reference,
            provider=PROVIDER,
            provider_status=word,
        )
