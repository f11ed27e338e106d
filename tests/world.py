"""Decides how tests make the people and brands they act with: real rows, real permissions.
An actor comes from the same function that a login uses, so a test cannot hold too much."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

if TYPE_CHECKING:
    from core.access.actor import Actor
    from core.brand.tables import Brand

BUSINESS_DATE = dt.date(2026, 11, 20)
SANCTION_LIMITS_PAISE = {"sanction_manager": 10_000_000, "sanction_head": 100_000_000}
APPROVAL_LIMIT_PAISE = 1_000_000_000


def open_test_brand(code: str, **changes: Any) -> Brand:
    """Open a brand the way an administrator does; `changes` are columns of the brand row."""
    from core.access.session import platform_session
    from core.brand import service
    from core.brand.tables import Brand

    values: dict[str, Any] = {
        "business_date": BUSINESS_DATE,
        "legal_name": f"Brand {code} Finance Limited",
        **changes,
    }
    name = values.pop("name", f"Brand {code}")
    with platform_session() as session:
        newest = session.scalar(select(func.max(Brand.id))) or 0
        brand = service.create_brand(session, newest + 1, code, name, **values)
        session.commit()
    return brand


def hire(brand: Brand, role: str, email: str, **limits: int) -> Actor:
    """A new staff member with a built-in role in the brand, as the actor a login gives."""
    from core.access.session import platform_session, staff_actor
    from core.access.tables import Role, Staff, StaffGrant
    from core.db.brand_table import now_utc

    with platform_session() as session:
        found = session.scalar(select(Role).where(Role.owner_brand == 0, Role.code == role))
        if found is None:
            raise LookupError(f"There is no built-in role {role!r}; see core/access/role.py")
        person = Staff(email=email, name=email.partition("@")[0], created_at=now_utc())
        session.add(person)
        session.flush()
        grant = {
            "sanction_limit_paise": SANCTION_LIMITS_PAISE.get(role, 0),
            "approval_limit_paise": APPROVAL_LIMIT_PAISE if role == "operations" else 0,
            **limits,
        }
        session.add(
            StaffGrant(staff_id=person.id, granted_brand=brand.id, role_id=found.id, **grant)
        )
        session.commit()
        return staff_actor(session, person, brand.id, address="127.0.0.1", device="test")
