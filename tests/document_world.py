"""Decides how tests upload: through the real intake, into a real folder, as real parties.

What a screen does around a service is done here in the same order, so that a test of a job or a
service begins where a person's upload ends.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from core.access.actor import Actor, ActorKind
from core.access.role import PARTY_PERMISSIONS
from core.brand.tables import Brand
from core.db.brand_table import now_utc
from core.db.secret import blind_index, seal
from core.db.unit_of_work import run_command
from core.document.intake import ReceivedFile, receive_file
from core.invoice import service as invoice_service
from core.invoice.service import UploadInvoice
from core.invoice.tables import Business, Invoice
from integrations.blob_store.choice import local_store
from tests.documents import paper


def use_blob_folder(monkeypatch: Any, folder: Path) -> None:
    """Let the installation's blob store be this folder."""
    from integrations.blob_store.choice import blob_store

    monkeypatch.setenv("MUNIM_HOME", str(folder))
    blob_store.cache_clear()


def received(brand: Brand, name: str, *, as_name: str = "", password: str = "") -> ReceivedFile:
    """A test paper after the intake."""
    return receive_file(local_store(), brand.id, as_name or name, paper(name), password)


def new_business(brand: Brand, mobile: str = "9876500001") -> Actor:
    """A registered business, logged in."""

    def make(uow: Any) -> int:
        row = uow.add(
            Business(
                name="Test Traders",
                mobile_sealed=seal(mobile),
                mobile_index=blind_index("mobile", mobile),
                mobile_last_four=mobile[-4:],
                created_at=now_utc(),
            )
        )
        return row.id

    business_id = run_command(Actor.system(brand.id, "test"), "register", make)
    return Actor(
        ActorKind.BUSINESS,
        business_id,
        "Test Traders",
        brand.id,
        PARTY_PERMISSIONS["business"],
        role="business",
    )


def upload_invoice(brand: Brand, business: Actor, name: str) -> Invoice:
    """Upload a test paper as this business's invoice."""
    file = received(brand, name)
    assert business.id is not None
    command = UploadInvoice(file, business.id)
    return run_command(
        business, "upload_invoice", lambda uow: invoice_service.upload_invoice(uow, command)
    )


def day(text: str) -> dt.date:
    """A date from its ISO form."""
    return dt.date.fromisoformat(text)
