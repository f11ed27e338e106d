"""Decides which states leave the server: a state is sent only to a session that may read it.
Hydration would otherwise hand the state of every page to every client, logged in or not."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import reflex as rx
from reflex.state import _override_base_method  # pyright: ignore[reportPrivateUsage]

from backoffice.security.access import SIGNED_IN, Access, allows, current_actor, require_actor
from backoffice.security.command import query
from core.access.actor import ActorKind

STAFF, CUSTOMER, BUSINESS, ANYONE = "staff", "customer", "business", "anyone"


# what a screen declares about itself in capitals; everything else in a state is data of a session
_DECLARATION = re.compile(r"[A-Z][A-Z_]*")


class _DeclaringMeta(type(rx.State)):
    """Keeps capital names of the class out of the state: `READ = …` is no var of a session."""

    def __new__(
        cls, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **kwargs: Any
    ) -> type:
        annotations = namespace.setdefault("__annotations__", {})
        for key in namespace:
            if _DECLARATION.fullmatch(key):
                annotations.setdefault(key, ClassVar[Any])
        return super().__new__(cls, name, bases, namespace, **kwargs)


class SecureState(rx.State, mixin=True, metaclass=_DeclaringMeta):
    """Base of every state of a screen: `class X(SecureState, rx.State): READ = Permission.Y`."""

    READ: ClassVar[Access | None] = None
    AUDIENCE: ClassVar[str] = STAFF

    errors: dict[str, str] = {}
    problem: str = ""
    problem_form: str = ""
    conflict: dict[str, Any] = {}
    busy: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        # before Reflex registers the class, so that a refused one leaves nothing behind
        if not cls._mixin and cls.READ is None:  # pyright: ignore
            raise TypeError(f"{cls.__name__}: declare READ = Permission.…")
        super().__init_subclass__(**kwargs)

    @classmethod
    def _may_be_read(cls) -> bool:
        actor = current_actor()
        if cls.READ is None or not allows(cls.READ, actor):
            return False
        if cls.AUDIENCE == ANYONE:
            return True
        return actor is not None and actor.kind is ActorKind(cls.AUDIENCE)

    @_override_base_method
    def dict(
        self, include_computed: bool = True, initial: bool = False, **kwargs: Any
    ) -> dict[str, Any]:
        """The state as it is sent whole; only its children when this session may not read it."""
        if initial or self._may_be_read():
            return super().dict(include_computed=include_computed, initial=initial, **kwargs)
        sent: dict[str, Any] = {}
        for child in self.substates.values():
            sent.update(child.dict(include_computed=include_computed, initial=initial, **kwargs))
        return sent

    @_override_base_method
    def get_delta(self) -> Any:
        """What changed, without this state when this session may not read it."""
        delta = super().get_delta()
        if self._may_be_read():
            return delta
        own = self.get_full_name()
        return {name: changes for name, changes in delta.items() if name != own}

    async def _theirs(self, form: Any) -> Any:
        """What the record holds now: field name -> (label, text); for the conflict dialog (S07)."""
        del form
        return {}

    def _address(self, name: str, default: str = "") -> str:
        """A part of the address: a [name] of the path or a ?name= of the query."""
        found = (self.router_data.get("query") or {}).get(name.replace("-", "_"), default)
        return str(found)

    def _address_id(self, name: str) -> int:
        """A numeric part of the address; 0 when it is not a number (then nothing is found)."""
        text = self._address(name)
        return int(text) if text.isdigit() and len(text) < 18 else 0

    def _brand_code(self) -> str:
        """The brand of the person behind the event, as it stands in addresses."""
        return require_actor().brand_code

    def _query(self) -> Any:
        """Everything after the ? of the address, as a dict of strings."""
        return dict(self.router.url.query_parameters)

    @query(SIGNED_IN)
    async def close_conflict(self) -> None:
        """Put the conflict dialog away; what was typed stays in the form."""
        self.conflict = {}


__all__ = ["ANYONE", "BUSINESS", "CUSTOMER", "STAFF", "SecureState"]
