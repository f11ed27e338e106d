"""Decides how every sentence that a person reads gets into its language: the English text is the
key. One function for all of them, so that Hindi can follow without touching a screen."""

from __future__ import annotations

import gettext
from functools import lru_cache
from pathlib import Path

LOCALE_FOLDER = Path(__file__).parent / "locale"
DOMAIN = "munim"


@lru_cache(maxsize=8)
def _translations(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE_FOLDER, languages=[language], fallback=True)


def t(sentence: str, /, language: str = "en", **words: object) -> str:
    """The sentence in the language, its {places} filled; an untranslated one stays English."""
    text = _translations(language).gettext(sentence)
    return text.format(**words) if words else text
