"""Decides how every audited action reads to a person: one plain sentence per action code.
An action without a sentence is refused at once, so the timeline can never show a bare code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.kernel.errors import DomainError


class SentenceMissing(DomainError):
    """An action was audited that nobody gave a sentence."""

    code = "sentence_missing"


class Sentences:
    """The registry; features add their sentences at the top of their service."""

    def __init__(self) -> None:
        self._by_action: dict[str, str] = {}

    def add(self, sentences: Mapping[str, str]) -> None:
        """Register `action -> template`; a template names words in braces."""
        self._by_action.update(sentences)

    def require(self, action: str) -> str:
        """The template of an action; raises `SentenceMissing`."""
        try:
            return self._by_action[action]
        except KeyError:
            raise SentenceMissing(f"No sentence is registered for the action {action!r}") from None

    def render(self, action: str, words: Mapping[str, Any]) -> str:
        """The sentence with its words filled in; an unknown action reads as its own name."""
        template = self._by_action.get(action)
        if template is None:
            return action.replace(".", " ").replace("_", " ")
        return template.format_map(_Lenient(words))

    @property
    def actions(self) -> frozenset[str]:
        """Every action that has a sentence."""
        return frozenset(self._by_action)


class _Lenient(dict[str, Any]):
    def __missing__(self, key: str) -> str:
        return "…"


sentences = Sentences()
