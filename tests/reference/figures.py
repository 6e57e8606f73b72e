"""Figures: outright, by area, by date, by parameter (rule-book.md, "Figures")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import floor
from typing import Any

from .books import Book, is_dated


class UnboundError(Exception):
    """A parameter without value or default."""


class OffError(Exception):
    """`none` switches off whatever reads it."""


@dataclass(frozen=True)
class Place:
    """Where a figure is read: in which book, for which area (and those around it), on which first day."""

    book: Book
    bind: dict[str, Any]
    areas: tuple[str, ...]
    day: date

    def raw(self, value: Any) -> Any:
        """The value written outright, `none` included."""
        while True:
            if isinstance(value, str) and value.startswith("$"):
                value = self._parameter(value[1:])
            elif isinstance(value, dict) and value and set(value) <= {"default", "areas"}:
                value = self._by_area(value)
            elif is_dated(value):
                value = self._by_date(value)
            else:
                return value

    def figure(self, value: Any) -> Any:
        found = self.raw(value)
        if found == "none":
            raise OffError
        return found

    def number(self, value: Any) -> Fraction:
        return number(self.figure(value))

    def window(self, value: Any) -> tuple[str, str]:
        start, end = self.figure(value)
        return self.figure(start), self.figure(end)

    def windows(self, value: Any) -> list[tuple[str, str]]:
        return [self.window(entry) for entry in self.figure(value)]

    def _parameter(self, name: str) -> Any:
        if name in self.bind:
            return self.bind[name]
        declared = self.book.sections["parameters"][name]
        if "default" not in declared:
            raise UnboundError(name)
        return declared["default"]

    def _by_area(self, value: dict[str, Any]) -> Any:
        """By-area figures look up the post's area, then the areas around it; the default otherwise."""
        for area in self.areas:
            if area in (value.get("areas") or {}):
                return value["areas"][area]
        return value.get("default", "none")

    def _by_date(self, rows: Sequence[dict[str, Any]]) -> Any:
        """The last value in force on the obligation's first day; before the first one there is no rule."""
        found: Any = "none"
        for row in sorted(rows, key=lambda row: str(row["from"])):
            if date.fromisoformat(row["from"]) <= self.day:
                found = row["value"]
        return found


def number(text: Any) -> Fraction:
    """`5`, `0.5`, `1/3`, `98%`; exact."""
    text = str(text)
    return Fraction(text[:-1]) / 100 if text.endswith("%") else Fraction(text)


def half_up(value: Fraction, places: int = 0) -> Fraction:
    scale = 10**places
    return Fraction(floor(value * scale + Fraction(1, 2)), scale)


def show(value: Fraction | int | datetime | None) -> str | None:
    """Decimals and counts without trailing zeros, instants in whole seconds."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    value = Fraction(value)
    if value.denominator == 1:
        return str(value.numerator)
    places = 1
    while (value * 10**places).denominator != 1:
        places += 1
        assert places < 30, f"not a decimal: {value}"
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def show_percent(value: Fraction) -> str:
    cents = half_up(value, 2) * 100
    return f"{cents.numerator // 100}.{cents.numerator % 100:02d}"
