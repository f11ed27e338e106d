"""Decides who is acting and what that person may do in the brand they work in.
Every service asks the actor first, so a permission can be refused in one place only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from core.access.permission import Permission
from core.kernel.errors import Forbidden


class ActorKind(StrEnum):
    """The kinds of people and machines that act."""

    STAFF = "staff"
    CUSTOMER = "customer"
    BUSINESS = "business"
    INVESTOR = "investor"
    BANKER = "banker"
    SYSTEM = "system"
    API = "api"
    ANONYMOUS = "anonymous"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting in one brand; `permissions` are those of that brand only."""

    kind: ActorKind
    id: int | None
    name: str
    brand_id: int
    permissions: frozenset[Permission] = frozenset()
    role: str = ""
    brand_code: str = ""
    sanction_limit_paise: int = 0
    approval_limit_paise: int = 0
    session_id: str = ""
    address: str = ""
    device: str = ""
    email: str = field(default="", repr=False)

    def can(self, permission: Permission) -> bool:
        """Whether this actor holds the permission in this brand."""
        return permission in self.permissions

    def require(self, permission: Permission) -> None:
        """Refuse unless the permission is held; raises `Forbidden`."""
        if permission not in self.permissions:
            raise Forbidden(
                "You may not do this; ask an administrator for the right "
                f"“{permission.value.replace('_', ' ').replace(':', ': ')}”",
                permission=permission.value,
            )

    def in_brand(self, brand_id: int) -> Actor:
        """The same system actor in another brand; people switch by their session."""
        if self.kind is not ActorKind.SYSTEM:
            raise Forbidden("Only the system works brand by brand")
        return replace(self, brand_id=brand_id)

    @staticmethod
    def system(brand_id: int, name: str, permissions: Iterable[Permission] | None = None) -> Actor:
        """The product itself, as a job or a webhook; all permissions unless some are named."""
        held = frozenset(Permission if permissions is None else permissions)
        return Actor(ActorKind.SYSTEM, None, name, brand_id, held, role="system")

    @staticmethod
    def anonymous(brand_id: int, *, address: str = "", device: str = "") -> Actor:
        """Somebody who has not logged in; holds nothing."""
        return Actor(ActorKind.ANONYMOUS, None, "visitor", brand_id, address=address, device=device)
