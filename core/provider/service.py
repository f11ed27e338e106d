"""Decides which vendor serves a brand's port and how its keys are kept.
Keys are sealed as one piece and can only be replaced, never read back by a screen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import col

from core.access.permission import Permission
from core.brand.tables import ProviderChoice
from core.db.secret import seal, unseal
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Invalid
from core.provider.tables import ProviderCall

SETTINGS_MAX = 20
VALUE_MAX = 4000

sentences.add(
    {
        "provider.chosen": "chose {vendor} for {port}",
        "provider.keys_changed": "replaced the keys of {vendor} for {port}",
    }
)


@dataclass(frozen=True, slots=True)
class ChooseProvider:
    """Which vendor serves a port; empty credentials leave the sealed ones as they are.

    `settings` hold addresses and account numbers that are no secret (`base_url`, `debit_account`,
    `sender`); `environment: sandbox` points a brand at the sandbox outside production.
    """

    port: str
    vendor: str
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    credentials: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


@dataclass(frozen=True, slots=True)
class CallFacts:
    """What the call log keeps of one call."""

    provider: str
    operation: str
    method: str
    host: str
    status: int | None
    outcome: str
    duration_ms: int
    attempts: int
    request_bytes: int
    response_bytes: int
    reference: str


def choose_provider(uow: UnitOfWork, command: ChooseProvider) -> ProviderChoice:
    """Set the vendor of a port; the caller has checked that the vendor serves it.

    Raises Forbidden, Invalid.
    """
    uow.actor.require(Permission.BRAND_CONFIGURE)
    wrong: dict[str, str] = {}
    if not command.port:
        wrong["port"] = "Choose what the provider is for"
    if not command.vendor:
        wrong["vendor"] = "Choose a provider"
    for name, values in (("settings", command.settings), ("credentials", command.credentials)):
        if len(values) > SETTINGS_MAX or any(len(value) > VALUE_MAX for value in values.values()):
            wrong[name] = "Too many or too long values"
    if wrong:
        raise Invalid(wrong)
    row = _choice(uow, command.port)
    before = {"vendor": row.vendor, "settings": row.settings} if row else {}
    if row is None:
        row = uow.add(ProviderChoice(port=command.port, vendor=command.vendor))
    if row.vendor != command.vendor:
        # one vendor's keys are of no use to the next
        row.sealed_credentials = ""
    row.vendor = command.vendor
    row.settings = dict(command.settings)
    port = command.port.replace("_", " ")
    uow.audit(
        "provider.chosen",
        ("provider_choice", row.id),
        before=before,
        after={"vendor": row.vendor, "settings": row.settings},
        vendor=command.vendor,
        port=port,
    )
    if command.credentials:
        row.sealed_credentials = seal(json.dumps(dict(command.credentials), sort_keys=True))
        uow.audit(
            "provider.keys_changed",
            ("provider_choice", row.id),
            vendor=command.vendor,
            port=port,
        )
    uow.flush()
    return row


def _choice(uow: UnitOfWork, port: str) -> ProviderChoice | None:
    statement = select(ProviderChoice).where(
        col(ProviderChoice.port) == port,
    )
    return uow.session.scalar(statement)


def provider_choices(uow: UnitOfWork) -> list[ProviderChoice]:
    """Every choice of the brand; for the registry and, without its keys, for the settings page."""
    uow.actor.require(Permission.BRAND_CONFIGURE)
    return list(uow.session.scalars(select(ProviderChoice)))


def credentials_of(uow: UnitOfWork, row: ProviderChoice) -> dict[str, str]:
    """The opened keys of a choice; only the system may open them."""
    uow.actor.require(Permission.SYSTEM)
    if not row.sealed_credentials:
        return {}
    found: dict[str, str] = json.loads(unseal(row.sealed_credentials))
    return found


def record_call(uow: UnitOfWork, facts: CallFacts) -> ProviderCall:
    """Keep one finished call in the log."""
    uow.actor.require(Permission.SYSTEM)
    return uow.add(
        ProviderCall(
            at=uow.now,
            provider=facts.provider,
            operation=facts.operation,
            method=facts.method,
            host=facts.host,
            status=facts.status,
            outcome=facts.outcome,
            duration_ms=facts.duration_ms,
            attempts=facts.attempts,
            request_bytes=facts.request_bytes,
            response_bytes=facts.response_bytes,
            reference=facts.reference,
        )
    )
