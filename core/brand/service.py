"""Decides how a brand comes to be and how its configuration changes.
Everything a screen may change here is audited with the old and the new value."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from core.access.permission import Permission
from core.brand.tables import (
    PLATFORM_BRAND_ID,
    Brand,
    BrandSetting,
    MessageTemplate,
    Product,
    ProductVersion,
)
from core.db.sentence import sentences
from core.db.unit_of_work import UnitOfWork
from core.kernel.errors import Invalid, NotFound

RESERVED_CODES = frozenset(
    [
        "my",
        "business",
        "investor",
        "banker",
        "directory",
        "admin",
        "login",
        "logout",
        "auth",
        "api",
        "webhooks",
        "healthz",
        "assets",
        "static",
        "files",
        "sandbox",
        "ping",
        "_event",
        "_upload",
    ]
)

sentences.add(
    {
        "brand.changed": "changed the brand: {fields}",
        "brand_setting.changed": "changed the setting {key} from {effective_from}",
        "product.created": "created the product {name}",
        "product_version.created": "made version {version} of {name} from {effective_from}",
        "message_template.changed": "changed the {channel} template {template}",
    }
)


def ensure_platform_brand(session: Session, today: dt.date) -> None:
    """The reserved brand 0: bankers, the directory and platform-wide actions belong to it."""
    if session.get(Brand, PLATFORM_BRAND_ID) is None:
        session.add(
            Brand(id=PLATFORM_BRAND_ID, code="platform", name="Platform", business_date=today)
        )
        session.flush()


def create_brand(
    session: Session, brand_id: int, code: str, name: str, *, business_date: dt.date, **fields: Any
) -> Brand:
    """Insert the brand's row; `open_brand` then fills it with what every brand has."""
    if not re.fullmatch(r"[a-z][a-z0-9-]{1,30}", code) or code in RESERVED_CODES:
        raise Invalid({"code": "Use small letters and digits; some words are reserved"})
    brand = Brand(id=brand_id, code=code, name=name, business_date=business_date, **fields)
    session.add(brand)
    session.flush()
    return brand


@dataclass(frozen=True, slots=True)
class ChangeBrand:
    """New look and address of a brand."""

    version: int
    name: str
    colour: str
    logo_svg: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    grievance_officer: str = ""


def change_brand(uow: UnitOfWork, command: ChangeBrand) -> Brand:
    """Change the brand's look; raises `Invalid` with one sentence per field, `StaleVersion`."""
    uow.actor.require(Permission.BRAND_CONFIGURE)
    wrong: dict[str, str] = {}
    if not command.name.strip():
        wrong["name"] = "Enter the brand's name"
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", command.colour):
        wrong["colour"] = "Enter a colour like #0F766E"
    if command.logo_svg and re.search(
        r"<script|on\w+=|javascript:|<foreignObject", command.logo_svg, re.I
    ):
        wrong["logo_svg"] = "The logo may hold shapes only, no scripts"
    if wrong:
        raise Invalid(wrong)
    brand = uow.session.get_one(Brand, uow.brand_id, with_for_update=True)
    if brand.version != command.version:
        uow.expect_version(brand, command.version)
    fields = ("name", "colour", "logo_svg", "phone", "email", "address", "grievance_officer")
    before = {field: getattr(brand, field) for field in fields}
    for field in fields:
        setattr(brand, field, getattr(command, field).strip())
    after = {field: getattr(brand, field) for field in fields}
    changed = [field for field in fields if before[field] != after[field]]
    if changed:
        brand.version += 1
        uow.audit(
            "brand.changed",
            ("brand", brand.id),
            before={field: before[field] for field in changed},
            after={field: after[field] for field in changed},
            fields=", ".join(field.replace("_", " ") for field in changed),
        )
    return brand


def setting(uow: UnitOfWork, key: str, on_date: dt.date | None = None) -> dict[str, Any]:
    """The value of a setting on a date (default: the business date); empty when never set.

    Read inside other use cases, each of which has checked its own permission.
    """
    row = uow.session.scalar(
        select(BrandSetting)
        .where(
            col(BrandSetting.key) == key,
            col(BrandSetting.effective_from) <= (on_date or uow.business_date),
        )
        .order_by(col(BrandSetting.effective_from).desc())
        .limit(1)
    )
    return row.value if row else {}


def change_setting(
    uow: UnitOfWork, key: str, value: Mapping[str, Any], effective_from: dt.date
) -> BrandSetting:
    """Set a value from a date on; the past keeps what it had."""
    uow.actor.require(Permission.BRAND_CONFIGURE)
    before = setting(uow, key, effective_from)
    row = uow.session.scalar(
        select(BrandSetting).where(
            col(BrandSetting.key) == key,
            col(BrandSetting.effective_from) == effective_from,
        )
    )
    if row is None:
        row = uow.add(BrandSetting(key=key, value=dict(value), effective_from=effective_from))
    else:
        row.value = dict(value)
    uow.audit(
        "brand_setting.changed",
        ("brand_setting", row.id),
        before=before,
        after=value,
        key=key,
        effective_from=effective_from,
    )
    return row


def create_product(uow: UnitOfWork, code: str, name: str, kind: str) -> Product:
    """A new product without terms; it can be sold once it has a version."""
    uow.actor.require(Permission.PRODUCT_CONFIGURE)
    product = uow.add(Product(code=code, name=name, kind=kind))
    uow.audit("product.created", ("product", product.id), after={"code": code}, name=name)
    return product


def add_product_version(
    uow: UnitOfWork, product_id: int, terms: Mapping[str, Any], effective_from: dt.date
) -> ProductVersion:
    """Make the next version of a product's terms; loans already sold keep theirs."""
    uow.actor.require(Permission.PRODUCT_CONFIGURE)
    product = uow.lock(Product, product_id)
    latest = uow.session.scalar(
        select(ProductVersion)
        .where(col(ProductVersion.product_id) == product_id)
        .order_by(col(ProductVersion.version).desc())
        .limit(1)
    )
    row = uow.add(
        ProductVersion(
            product_id=product_id,
            version=(latest.version if latest else 0) + 1,
            effective_from=effective_from,
            terms=dict(terms),
            created_at=uow.now,
            created_by=uow.actor.name,
        )
    )
    uow.audit(
        "product_version.created",
        ("product", product.id),
        before=latest.terms if latest else {},
        after=terms,
        version=row.version,
        name=product.name,
        effective_from=effective_from,
    )
    return row


def current_product_version(
    uow: UnitOfWork, product_id: int, on_date: dt.date | None = None
) -> ProductVersion:
    """The version in force on a date; raises `NotFound` when nothing is sold yet."""
    row = uow.session.scalar(
        select(ProductVersion)
        .where(
            col(ProductVersion.product_id) == product_id,
            col(ProductVersion.state) == "active",
            col(ProductVersion.effective_from) <= (on_date or uow.business_date),
        )
        .order_by(col(ProductVersion.effective_from).desc(), col(ProductVersion.version).desc())
        .limit(1)
    )
    if row is None:
        raise NotFound("This product has no terms in force")
    return row


def active_template(uow: UnitOfWork, code: str, channel: str) -> MessageTemplate | None:
    """The newest active version of a message's text."""
    return uow.session.scalar(
        select(MessageTemplate)
        .where(
            col(MessageTemplate.code) == code,
            col(MessageTemplate.channel) == channel,
            col(MessageTemplate.active),
        )
        .order_by(col(MessageTemplate.version).desc())
        .limit(1)
    )


def change_template(
    uow: UnitOfWork, code: str, channel: str, body: str, *, subject: str = "", dlt_id: str = ""
) -> MessageTemplate:
    """Make a new version of a message's text; what was sent keeps naming the old one."""
    uow.actor.require(Permission.TEMPLATE_CONFIGURE)
    if not body.strip():
        raise Invalid({"body": "Enter the message"})
    old = active_template(uow, code, channel)
    row = uow.add(
        MessageTemplate(
            code=code,
            channel=channel,
            version=(old.version if old else 0) + 1,
            subject=subject,
            body=body.strip(),
            dlt_id=dlt_id,
            created_at=uow.now,
            created_by=uow.actor.name,
        )
    )
    uow.audit(
        "message_template.changed",
        ("message_template", row.id),
        before={"body": old.body, "subject": old.subject} if old else {},
        after={"body": row.body, "subject": row.subject},
        template=code.replace("_", " "),
        channel=channel,
    )
    return row
