"""Decides how an event handler meets the domain: access declared, refusals turned into words beside
the field, and everything unexpected into a reference number that the log explains."""

from __future__ import annotations

import functools
import inspect
import logging
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Any, TypeVar

import reflex as rx
from reflex.event import EventSpec

from backoffice.security.access import Access, declare
from backoffice.shell.catalogue import t
from core.kernel.business_day import format_datetime
from core.kernel.errors import DomainError, Invalid, NotFound, StaleVersion

log = logging.getLogger("munim.screen")
F = TypeVar("F", bound=Callable[..., Any])
REFERENCE_BYTES = 4
FOCUS_PROBLEM = "setTimeout(()=>document.querySelector('[data-problem]')?.focus(),60)"


def reference_of(error: BaseException, where: str) -> str:
    """Log an unexpected error whole and give the short number a person may quote."""
    reference = secrets.token_hex(REFERENCE_BYTES).upper()
    log.error("reference %s in %s", reference, where, exc_info=error)
    return reference


def say_unexpected(error: BaseException, where: str) -> EventSpec:
    """The toast for an error nobody foresaw."""
    reference = reference_of(error, where)
    return rx.toast.error(
        t("Something went wrong on our side"),
        description=t(
            "Nothing was saved. Try again; if it happens again quote {reference}.",
            reference=reference,
        ),
        duration=12_000,
    )


def _names_fields(error: DomainError) -> dict[str, str]:
    if isinstance(error, Invalid):
        return dict(error.fields)
    return {error.field: error.message} if error.field else {}


async def _say_refusal(state: Any, name: str, error: DomainError, given: dict[str, Any]) -> Any:
    if not hasattr(state, "problem"):
        return rx.toast.error(error.message)
    form = next((v for v in given.values() if isinstance(v, dict)), None)
    if isinstance(error, StaleVersion) and form is not None:
        theirs = await state._theirs(form)
        state.conflict = {
            "form": name,
            "by": error.who or t("Somebody else"),
            "at": format_datetime(error.when) if error.when else "",
            "version": str(error.details.get("version", "")),
            "fields": [
                {
                    "name": field,
                    "label": label,
                    "mine": str(form.get(field, "")),
                    "theirs": value,
                    "money": field.endswith("_paise") or field.startswith("amount"),
                }
                for field, (label, value) in theirs.items()
                if str(form.get(field, "")) != value
            ],
        }
        return None
    fields = _names_fields(error)
    if form is None and not fields:
        return rx.toast.error(error.message, duration=9_000)
    state.problem = error.message
    state.problem_form = name
    state.errors = fields
    return rx.call_script(FOCUS_PROBLEM)


async def _show_missing(state: Any, error: NotFound) -> Any:
    """A page whose record is not there says so in place of empty fields."""
    from backoffice.shell.shell_state import ShellState

    frame = await state.get_state(ShellState)
    frame.missing = error.message
    return None


def _clear(state: Any, name: str) -> None:
    if hasattr(state, "problem") and state.problem_form == name and state.problem:
        state.problem, state.problem_form, state.errors = "", "", {}


def _handler(access: Access, *, writes: bool, background: bool = False) -> Callable[[F], F]:
    def decorate(fn: F) -> F:
        name, where = fn.__name__, fn.__qualname__

        if inspect.isasyncgenfunction(fn):

            @functools.wraps(fn)
            async def stream(self: Any, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
                try:
                    async for event in fn(self, *args, **kwargs):
                        yield event
                except DomainError as error:
                    if background:
                        yield rx.toast.error(error.message)
                    else:
                        yield await _say_refusal(self, name, error, kwargs)
                except Exception as error:
                    yield say_unexpected(error, where)

            chosen: Any = stream
        elif inspect.iscoroutinefunction(fn):

            @functools.wraps(fn)
            async def single(self: Any, *args: Any, **kwargs: Any) -> Any:
                try:
                    answer = await fn(self, *args, **kwargs)
                    if writes and not background:
                        _clear(self, name)
                    return answer
                except DomainError as error:
                    if background:
                        return rx.toast.error(error.message)
                    if isinstance(error, NotFound) and not writes:
                        return await _show_missing(self, error)
                    return await _say_refusal(self, name, error, kwargs)
                except Exception as error:
                    return say_unexpected(error, where)

            chosen = single
        else:
            raise TypeError(f"{where}: event handlers are asynchronous (async def)")
        declare(access, chosen)
        return rx.event(background=background)(chosen) if background else rx.event(chosen)

    return decorate


def command(access: Access) -> Callable[[F], F]:
    """An event handler that changes something; `access` is a permission, SIGNED_IN or PUBLIC."""
    return _handler(access, writes=True)


def query(access: Access) -> Callable[[F], F]:
    """An event handler that only reads or moves about."""
    return _handler(access, writes=False)


def background(access: Access) -> Callable[[F], F]:
    """A long-running handler; state is touched only inside `async with self`."""
    return _handler(access, writes=False, background=True)
