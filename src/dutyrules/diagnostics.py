"""What is wrong, where, and what would be right: errors as values with positions.

A reader collects every `Diagnostic` it can find and raises them together as one `InputError`. Codes are stable
dotted slugs (`yaml.duplicate-key`, `book.unknown-role`); tests and other programs may rely on them, the sentences
may be reworded.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import total_ordering
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning"]

# Two ids of two characters that share one are 50 % alike, and most Chinese area names have two characters; longer
# words that are only 50 % alike are strangers.
_ALIKE_SHORT = 0.5
_ALIKE = 0.6
_SHORT = 2


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a text file.

    Attributes:
        file: The name under which the file was read.
        line: Its line, counted from 1.
        column: Its character in the line, counted from 1.
    """

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@total_ordering
@dataclass(frozen=True, slots=True)
class Cell:
    """A place in a table.

    Attributes:
        file: The name under which the table was read.
        row: Its row as a spreadsheet shows it: counted from 1, the header included.
        column: The name of its column; None is the row as a whole and sorts before its cells.
    """

    file: str
    row: int
    column: str | None = None

    def __str__(self) -> str:
        return f"{self.file}:row {self.row}" + (f":{self.column}" if self.column is not None else "")

    def __lt__(self, other: Cell) -> bool:
        if not isinstance(other, Cell):
            return NotImplemented
        return _order(self) < _order(other)


Place: TypeAlias = Span | Cell


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong with the input.

    Attributes:
        code: A stable dotted slug.
        message: What is wrong, in one sentence without a full stop.
        where: The place to mend; None if the input as a whole is meant.
        found: The value found there.
        expected: What would have been accepted.
        hint: What to try.
        related: Other places that take part, each with its role (`first given here`).
        severity: Warnings never stop a run.
    """

    code: str
    message: str
    where: Place | None
    found: str | None = None
    expected: str | None = None
    hint: str | None = None
    related: tuple[tuple[str, Place], ...] = ()
    severity: Severity = "error"

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where is not None else ""
        lines = [f"{place}{self.severity} {self.code}: {self.message}"]
        details = (("found", self.found), ("expected", self.expected), ("hint", self.hint))
        lines += [_detail(label, text) for label, text in details if text is not None]
        lines += [_detail("see", f"{other}: {role}") for role, other in self.related]
        return "\n".join(lines)

    def as_json(self) -> dict[str, object]:
        """Returns the diagnostic as plain values; every key is always there, null where nothing is known."""
        return {
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "where": place_as_json(self.where) if self.where is not None else None,
            "found": self.found,
            "expected": self.expected,
            "hint": self.hint,
            "related": [{"message": role, "where": place_as_json(place)} for role, place in self.related],
        }


class InputError(Exception):
    """Input that can't be used, with everything that was found wrong with it.

    Attributes:
        diagnostics: At least one, in the order of their places; those without a place come first.
    """

    diagnostics: tuple[Diagnostic, ...]

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(sorted(diagnostics, key=_reading_order))
        if not self.diagnostics:
            raise ValueError("an InputError needs at least one diagnostic")
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        return "\n".join(map(str, self.diagnostics))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Finds the known word that the writer most probably meant.

    Upper and lower case and full-width letters make no difference. Of equally near words, the first in order wins.

    Args:
        word: What was written.
        known: What could have been written.

    Returns:
        One of `known`, or None if none is near enough to be suggested.
    """
    wanted = _folded(word)
    best, likeness = None, _ALIKE_SHORT if len(wanted) <= _SHORT else _ALIKE
    matcher = SequenceMatcher(b=wanted, autojunk=False)
    for candidate in sorted(known, reverse=True):
        matcher.set_seq1(_folded(candidate))
        # The two upper bounds are cheap and spare most candidates the real comparison.
        if matcher.real_quick_ratio() < likeness or matcher.quick_ratio() < likeness:
            continue
        if (ratio := matcher.ratio()) >= likeness:
            best, likeness = candidate, ratio
    return best


def did_you_mean(word: str, known: Iterable[str]) -> str | None:
    """Returns the hint that names the nearest known word, or None if no word is near."""
    candidate = nearest(word, known)
    return f"did you mean {candidate!r}?" if candidate is not None else None


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()


def _detail(label: str, text: str) -> str:
    return f"  {label}: " + text.replace("\n", "\n    ")


def place_as_json(place: Place) -> dict[str, object]:
    """A place as plain values."""
    if isinstance(place, Span):
        return {"file": place.file, "line": place.line, "column": place.column}
    return {"file": place.file, "row": place.row, "column": place.column}


def _order(place: Place | None) -> tuple[str, int, int, str]:
    """Orders places of both sorts among each other: by file, by line or row, then by column."""
    match place:
        case None:
            return ("", 0, 0, "")
        case Span(file, line, column):
            return (file, line, column, "")
        case Cell(file, row, name):
            return (file, row, 0 if name is None else 1, name or "")


def _reading_order(diagnostic: Diagnostic) -> tuple[bool, tuple[str, int, int, str], str, str]:
    return diagnostic.where is not None, _order(diagnostic.where), diagnostic.code, diagnostic.message
