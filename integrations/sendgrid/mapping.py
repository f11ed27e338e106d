"""SendGrid's mail request and its events in the words of our ports.

Opens and clicks both mean that the mail was read; a deferred mail is still on its way.
"""

from __future__ import annotations

import base64
from typing import Any

from core.notification.ports import DeliveryReport, EmailRequest, MessageStatus
from integrations.reading import mapping, text

PROVIDER = "sendgrid"
ATTACHMENT_BYTES_MAX = 20 * 1024 * 1024

EVENT_STATUSES = {
    "processed": MessageStatus.SENT,
    "deferred": MessageStatus.SENT,
    "delivered": MessageStatus.DELIVERED,
    "open": MessageStatus.READ,
    "click": MessageStatus.READ,
    "bounce": MessageStatus.FAILED,
    "dropped": MessageStatus.FAILED,
    "blocked": MessageStatus.FAILED,
}


def mail_body(request: EmailRequest, sender: str, sender_name: str) -> dict[str, Any]:
    """The mail send request; raises ValueError when the attachments are too large."""
    if sum(len(one.content) for one in request.attachments) > ATTACHMENT_BYTES_MAX:
        raise ValueError("the attachments of one e-mail are 20 MB at most")
    to: dict[str, str] = {"email": request.to}
    if request.to_name:
        to["name"] = request.to_name
    content = [{"type": "text/plain", "value": request.text}]
    if request.html:
        content.append({"type": "text/html", "value": request.html})
    body: dict[str, Any] = {
        "personalizations": [{"to": [to], "custom_args": {"reference": request.reference}}],
        "from": {"email": sender, "name": sender_name},
        "subject": request.subject,
        "content": content,
        # SendGrid would rewrite the links of a letter about money
        "tracking_settings": {
            "click_tracking": {"enable": False},
            "open_tracking": {"enable": False},
        },
    }
    if request.reply_to:
        body["reply_to"] = {"email": request.reply_to}
    if request.attachments:
        body["attachments"] = [
            {
                "content": base64.b64encode(one.content).decode(),
                "type": one.media_type,
                "filename": one.file_name,
                "disposition": "attachment",
            }
            for one in request.attachments
        ]
    return body


def report(event: object) -> DeliveryReport:
    """One event of a batch; raises ValueError when it names no message.

    `sg_message_id` begins with the X-Message-Id of our request, before the first dot.
    """
    found = mapping(event)
    reference = text(found.get("sg_message_id")).split(".")[0]
    if not reference:
        raise ValueError("an event without a message id")
    word = text(found.get("event"))
    return DeliveryReport(
        status=EVENT_STATUSES.get(word, MessageStatus.UNKNOWN),
        provider_reference=reference,
        reference=text(found.get("reference")),
        reason=text(found.get("reason")),
        provider=PROVIDER,
        provider_status=word,
    )
