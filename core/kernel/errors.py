"""Every refusal of the domain is one class with a stable code and a plain sentence.
The edges map the code to an HTTP status or a toast; nothing ever parses the sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal that a person can understand.

    `code` is the class's stable name for machines, `message` the sentence for people, `field`
    the form field it belongs to when there is one, `details` ids and numbers for the log
    (never personal data).
    """

    code: ClassVar[str] = "refused"

    def __init__(self, message: str, *, field: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.field = field
        self.details: dict[str, Any] = details

    def __str__(self) -> str:
        return self.message


class Forbidden(DomainError):
    """The actor lacks the permission, the limit or the right to see the subject."""

    code = "forbidden"


class NotFound(DomainError):
    """The subject does not exist for this brand (another brand's row is not found either)."""

    code = "not_found"


class Conflict(DomainError):
    """The subject's present state refuses the request."""

    code = "conflict"


class StaleVersion(Conflict):
    """Somebody else saved the same subject first.

    `who` and `when` let the screen say whose change would be overwritten.
    """

    code = "stale_version"

    def __init__(self, who: str, when: datetime | None = None, **details: Any) -> None:
        super().__init__(
            f"{who} changed this while you were working. "
            "Your entry is kept; look at the change, then save again.",
            **details,
        )
        self.who = who
        self.when = when


class IllegalTransition(Conflict):
    """The life cycle has no step for this event from the present status."""

    code = "illegal_transition"

    def __init__(self, machine: str, status: str, event: str) -> None:
        words = status.replace("_", " ")
        super().__init__(
            f"This {machine} is {words}, so “{event.replace('_', ' ')}” is not possible now.",
            machine=machine,
            status=status,
            event=event,
        )
        self.machine = machine
        self.status = status
        self.event = event


class IdempotencyMismatch(Conflict):
    """The same idempotency key came again with different content."""

    code = "idempotency_mismatch"

    def __init__(self, key: str) -> None:
        super().__init__(
            "This request key was used before with different content. Use a new key.", key=key
        )
        self.key = key


class Invalid(DomainError):
    """The input cannot be accepted; `fields` holds one sentence per field."""

    code = "invalid"

    def __init__(self, fields: Mapping[str, str], **details: Any) -> None:
        if not fields:
            raise ValueError("Invalid needs at least one field")
        self.fields: dict[str, str] = dict(fields)
        first, sentence = next(iter(self.fields.items()))
        super().__init__(sentence, field=first, **details)
