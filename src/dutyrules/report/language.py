"""Sentences for people: catalogues kept by hand, and titles out of rule books."""

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from dutyrules.languages import LANGUAGES, said_in

__all__ = ["LANGUAGES", "Speech"]


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
        """A title in this language, in the nearest that there is, or the id."""
        said = title if isinstance(title, str) else said_in(self.language, title)
        return said or otherwise

    def why(self, why: str) -> str:
        """What makes an obligation excused or not assessed."""
        word, _, detail = why.partition(":")
        return self(f"why_{word}", detail=detail) if word else ""
