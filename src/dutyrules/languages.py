"""The languages of titles and reports, and which stands in for which: one script of Chinese first for the other."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

Language = Literal["zh-Hans", "zh-Hant", "en"]

LANGUAGES: Final[tuple[str, ...]] = get_args(Language)
"""Every language that there is, in the order in which they are offered."""

_TURNS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "zh-Hans": ("zh-Hans", "zh-Hant", "en"),
        "zh-Hant": ("zh-Hant", "zh-Hans", "en"),
        "en": ("en", "zh-Hans", "zh-Hant"),
    }
)


def said_in(language: str, texts: Mapping[str, str]) -> str | None:
    """What a text says in a language, or in the nearest in which it says anything.

    >>> said_in("zh-Hant", {"zh-Hans": "巡楼", "en": "Patrol"})
    '巡楼'
    """
    return next((texts[turn] for turn in _TURNS[language] if turn in texts), None)


def of_terminal(locale: str) -> str:
    """The language of a terminal, by its locale.

    >>> [of_terminal(locale) for locale in ("zh_CN.UTF-8", "zh_TW.UTF-8", "zh_HK", "de_DE.UTF-8", "")]
    ['zh-Hans', 'zh-Hant', 'zh-Hant', 'en', 'en']
    """
    if not locale.startswith("zh"):
        return "en"
    return "zh-Hant" if any(mark in locale for mark in ("TW", "HK", "MO", "Hant")) else "zh-Hans"
