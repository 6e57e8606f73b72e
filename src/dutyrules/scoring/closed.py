"""Closed sheets: what a month came to, once and for all, as `dutyrules close finish` wrote it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from dutyrules.diagnostics import Diagnostic, InputError, Span
from dutyrules.timegrid import Period

SCHEMA_VERSION: Final = "1"
"""Of the JSON of results."""


@dataclass(frozen=True)
class ClosedSheet:
    """One person in one role.

    Attributes:
        outcomes: Outcome → how many times; only those that happened.
        percent: None where the sheet is not complete.
    """

    scorecard: str | None
    score: Decimal | None
    complete: bool
    outcomes: Mapping[str, int]
    percent: Decimal | None = None


@dataclass(frozen=True)
class Closed:
    """Closed months.

    Attributes:
        months: ``2026-10`` → (person, role) → the sheet.
    """

    months: Mapping[str, Mapping[tuple[str, str], ClosedSheet]]


def read_closed(paths: Sequence[Path], estate: str) -> Closed:
    """Reads closed sheets of an estate.

    Raises:
        InputError: every file that is none, with what is wrong with it.
    """
    problems: list[Diagnostic] = []
    months: dict[str, Mapping[tuple[str, str], ClosedSheet]] = {}
    for path in paths:
        try:
            period, sheets = _File(path).month(estate)
        except InputError as error:
            problems += error.diagnostics
            continue
        if period in months:
            message = f"there already are closed sheets of {period}"
            problems.append(Diagnostic("closed.twice", message, Span(str(path), 1, 1), period, "one file a month"))
        months[period] = sheets
    if problems:
        raise InputError(problems)
    return Closed(months)


def seal_of(document: Mapping[str, Any]) -> str:
    """The SHA-256 of a document, its own `seal` left out, however it is spaced and ordered."""
    rest = {key: value for key, value in document.items() if key != "seal"}
    return sha256(json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class _File:
    """One file, and where in it something stands."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            self._text = ""
            raise self._wrong("unreadable", "this file cannot be read", None, "a result as JSON, in UTF-8") from None

    def month(self, estate: str) -> tuple[str, Mapping[tuple[str, str], ClosedSheet]]:
        """The month, and its sheets."""
        told = self._document()
        checks = (
            ("schema_version", told.get("schema_version") == SCHEMA_VERSION, f'"{SCHEMA_VERSION}"'),
            ("closed", told.get("closed") is True, "true: dutyrules close finish writes it"),
            ("estate", told.get("estate") == estate, f'"{estate}", the estate that is scored'),
            ("period", _is_month(told.get("period")), 'a month such as "2026-10"'),
            ("seal", told.get("seal") == seal_of(told), "the SHA-256 of the rest: the file as it was written"),
        )
        for key, holds, expected in checks:
            if not holds:
                raise self._wrong(key, f"{key} does not fit", key, expected, told.get(key))
        try:
            return str(told["period"]), {(str(one["person"]), str(one["role"])): _sheet(one) for one in told["people"]}
        except (KeyError, TypeError, AttributeError, ValueError, InvalidOperation):
            raise self._wrong("people", "people are not sheets", "people", "people as docs/json.md has them") from None

    def _document(self) -> Mapping[str, Any]:
        try:
            told = json.loads(self._text)
        except json.JSONDecodeError as error:
            where = Span(str(self._path), error.lineno, error.colno)
            problem = Diagnostic("closed.not-json", "this is no JSON", where, None, "a result as JSON")
            raise InputError([problem]) from None
        except RecursionError:
            told = None
        if not isinstance(told, dict):
            raise self._wrong("not-json", "this is no result", None, "a result as JSON")
        return told

    def _wrong(self, code: str, message: str, key: str | None, expected: str, found: object = None) -> InputError:
        """What is wrong, where the key stands, or at the beginning."""
        at = max(self._text.find(f'"{key}"'), 0) if key else 0
        line, column = self._text.count("\n", 0, at) + 1, at - (self._text.rfind("\n", 0, at) + 1) + 1
        where = Span(str(self._path), line, column)
        said = None if key is None or found is None else json.dumps(found, ensure_ascii=False)[:60]
        return InputError([Diagnostic(f"closed.{code.replace('_', '-')}", message, where, said, expected)])


def _is_month(text: object) -> bool:
    try:
        return isinstance(text, str) and Period.parse(text).kind == "month"
    except ValueError:
        return False


def _sheet(told: Mapping[str, Any]) -> ClosedSheet:
    score, complete = None if told["score"] is None else Decimal(told["score"]), told["complete"] is True
    percent = None if told.get("percent") is None else Decimal(told["percent"])
    numbers = [number for number in (score, percent) if number is not None]
    if (complete and score is None) or not all(number.is_finite() for number in numbers):
        raise ValueError(numbers)
    return ClosedSheet(
        scorecard=told["scorecard"],
        score=score,
        complete=complete,
        outcomes={one["outcome"]: int(one["times"]) for one in told["outcomes"]},
        percent=percent if complete else None,
    )
