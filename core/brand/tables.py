"""Decides how a brand, its products, templates and settings are kept.
The brand row itself is a platform table; whatever configures it is versioned brand data."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from core.db.brand_table import BrandTable, PlatformTable, Timestamp, brand_fk

PLATFORM_BRAND_ID = 0


class Brand(PlatformTable, table=True):
    """One lender's brand on this installation; brand 0 is the platform itself."""

    __tablename__ = "brand"

    id: int = Field(primary_key=True, sa_type=Integer, sa_column_kwargs={"autoincrement": False})
    code: str = Field(unique=True)
    name: str
    legal_name: str = ""
    colour: str = "#0f766e"
    logo_svg: str = Field(default="", sa_type=Text)
    phone: str = ""
    email: str = ""
    address: str = ""
    state_code: str = "27"
    grievance_officer: str = ""
    active: bool = True
    business_date: dt.date
    version: int = 1


class BrandSetting(BrandTable, table=True):
    """One effective-dated setting; the newest not after the asked date counts."""

    __tablename__ = "brand_setting"
    __table_args__ = (UniqueConstraint("brand_id", "key", "effective_from"),)

    key: str
    value: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    effective_from: dt.date


class Holiday(BrandTable, table=True):
    """A day on which the brand's banks do not work."""

    __tablename__ = "holiday"
    __table_args__ = (UniqueConstraint("brand_id", "on_date"),)

    on_date: dt.date
    name: str


class Product(BrandTable, table=True):
    """What a brand lends: `bullet` or `level_instalment` in the first walk."""

    __tablename__ = "product"
    __table_args__ = (UniqueConstraint("brand_id", "code"),)

    code: str
    name: str
    kind: str
    active: bool = True


class ProductVersion(BrandTable, table=True):
    """The terms of a product from a day on; never changed once a loan was sold under it."""

    __tablename__ = "product_version"
    __table_args__ = (
        UniqueConstraint("brand_id", "product_id", "version"),
        brand_fk("product_id", "product"),
    )

    product_id: int = Field(sa_type=BigInteger)
    version: int
    effective_from: dt.date
    state: str = "active"
    terms: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    created_at: dt.datetime = Field(sa_type=Timestamp)
    created_by: str = ""


class MessageTemplate(BrandTable, table=True):
    """One version of one message's text; what was sent names its version."""

    __tablename__ = "message_template"
    __table_args__ = (UniqueConstraint("brand_id", "code", "channel", "version"),)

    code: str
    channel: str
    version: int = 1
    subject: str = ""
    body: str = Field(sa_type=Text)
    dlt_id: str = ""
    active: bool = True
    created_at: dt.datetime = Field(sa_type=Timestamp)
    created_by: str = ""


class ProviderChoice(BrandTable, table=True):
    """Which vendor serves a port for this brand, with its sealed credentials."""

    __tablename__ = "provider_choice"
    __table_args__ = (UniqueConstraint("brand_id", "port"),)

    port: str
    vendor: str
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSONB)
    sealed_credentials: str = Field(default="", sa_type=Text)


class StaffAvailability(BrandTable, table=True):
    """Whether a staff member takes new work in this brand, and how much at most."""

    __tablename__ = "staff_availability"
    __table_args__ = (UniqueConstraint("brand_id", "staff_id"),)

    staff_id: int = Field(sa_type=BigInteger)
    available: bool = True
    leave_from: dt.date | None = None
    leave_to: dt.date | None = None
    open_limit: int = 40
    last_assigned_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)


class Notification(BrandTable, table=True):
    """One line in a person's notification centre; holds no personal data."""

    __tablename__ = "notification"
    __table_args__ = (Index("ix_notification_staff", "brand_id", "staff_id", "id"),)

    staff_id: int = Field(sa_type=BigInteger)
    text: str
    link: str = ""
    created_at: dt.datetime = Field(sa_type=Timestamp)
    read_at: dt.datetime | None = Field(default=None, sa_type=Timestamp)


class SavedView(BrandTable, table=True):
    """A list's filter, sort and columns under a name: private, of a role, or of the brand."""

    __tablename__ = "saved_view"
    __table_args__ = (Index("ix_saved_view_list", "brand_id", "list_name"),)

    list_name: str
    name: str
    query: str
    scope: str = "private"
    staff_id: int = Field(sa_type=BigInteger)
    role: str = ""


__all__ = [
    "PLATFORM_BRAND_ID",
    "Brand",
    "BrandSetting",
    "Holiday",
    "MessageTemplate",
    "Notification",
    "Product",
    "ProductVersion",
    "ProviderChoice",
    "SavedView",
    "StaffAvailability",
]
