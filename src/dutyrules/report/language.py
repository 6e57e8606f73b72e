"""Sentences for people: catalogues kept by hand, and titles out of rule books."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

LANGUAGES: Final = ("zh-Hans", "en")


@cache
def _catalogue(language: str) -> Mapping[str, str]:
    text = files("dutyrules.report").joinpath("locales", f"{language}.json").read_text("utf-8")
    catalogue: Mapping[str, str] = json.loads(text)
    return catalogue


class Speech:
    """Says things in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._catalogue = _catalogue(language)

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of a key, filled in."""
        return self._catalogue[key].format(**values)

    def knows(self, key: str) -> bool:
        """Whether there is such a sentence."""
        return key in self._catalogue

    def title(self, title: str | Mapping[str, str], otherwise: str) -> str:
        """A title in this language, in any other that there is, or the id."""
        if isinstance(title, str):
            return title or otherwise
        wanted = (self.language, "zh-Hans", "zh-Hant", "en")
        return next((title[language] for language in wanted if language in title), otherwise)

    def why(self, why: str) -> str:
        """What makes an obligation excused or not assessed."""
        word, _, detail = why.partition(":")
        return self(f"why_{word}", detail=detail) if word else ""
