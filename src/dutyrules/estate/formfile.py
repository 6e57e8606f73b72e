"""An inspection form as a file: whether it is one of this estate, and its rows by the names of their columns."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Final

from dutyrules.activity.imports.moments import day_of
from dutyrules.activity.sheetfile import FORM
from dutyrules.diagnostics import Cell, Diagnostic, InputError
from dutyrules.estate.estate import Estate
from dutyrules.registry.cells import as_text
from dutyrules.registry.workbook import MOST_BYTES, Sheet, UnreadableError, open_workbook
from dutyrules.timegrid import Period

MARK: Final = "dutyrules-form"
VERSION: Final = "1"

PRINTED: Final = ("person", "name", "role", "item", "content", "line", "price", "clause")
"""Columns that nobody should change."""

FILLED: Final = ("inspected", "count", "date", "time", "target", "note")
"""Columns that are there to be filled in."""

ADDED: Final = ("who", "line", "count", "date", "time", "target", "note")
"""Columns of the sheet of further findings."""

_HEADER_WITHIN: Final = 40
_SHORT_DAY: Final = re.compile(r"(?:(\d{1,2})[-/.月])?(\d{1,2})[日号號]?")


@dataclass(frozen=True)
class FormRow:
    """A row of a form.

    Attributes:
        file: The file and the sheet, as rejects name them.
        cells: Column → what stands there, empty where nothing does.
    """

    file: str
    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True)
class FormFile:
    """A form of this estate and its rule books.

    Attributes:
        name: The path as it was given.
        month: Of which it is.
        more_name: The name of the sheet of further findings.
        titles: Column → its title in the language of the form.
        printed: Mark of a row → what was printed in it.
        main, more: The rows in which something stands.
        from_1904: Whether plain numbers that stand for days count from 1904.
    """

    name: str
    month: str
    more_name: str
    titles: Mapping[str, str]
    printed: Mapping[str, Mapping[str, str]]
    main: Sequence[FormRow]
    more: Sequence[FormRow]
    from_1904: bool
    _heads: Mapping[str, tuple[str, Cell]] = field(repr=False)

    def head(self, key: str) -> tuple[str, Cell]:
        """What stands beside a label above the table, and where."""
        return self._heads[key]


def books_digest(estate: Estate) -> str:
    """Tells the rule books of an estate from others."""
    return sha256("".join(sorted(estate.book.files.values())).encode()).hexdigest()[:16]


def plain(text: str) -> str:
    """A text without the blanks and the full-width signs in which copies of it differ."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def day_in(text: str, period: Period, from_1904: bool) -> date | None:
    """Reads a day as people write it; without a year (10月12日, 10-12, 12) it is one of the form's month."""
    match = _SHORT_DAY.fullmatch(plain(text))
    if match is None:
        return day_of(text, from_1904=from_1904)
    try:
        return period.first.replace(month=int(match[1] or period.first.month), day=int(match[2]))
    except ValueError:
        return None


def open_form(path: Path, estate: Estate, month: str | None) -> FormFile:
    """Opens a form.

    Raises:
        InputError: It cannot be read, is no form, or one of another estate, month or book.
    """
    try:
        sheets = {sheet.name: sheet for sheet in open_workbook(_bytes(path))}
        if FORM not in sheets:
            raise _error("not-a-form", "this workbook is no inspection form", path, hint="make one with dutyrules form")
        told = _Told.read(sheets[FORM], path)
        told.demand(estate, month)
        return _form(path, told, sheets)
    except UnreadableError as error:
        raise _error(error.code, error.message, path, hint=error.hint) from None


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _error("too-large", f"the file is larger than {MOST_BYTES >> 20} MB", path)
        return path.read_bytes()
    except OSError as error:
        raise _error("unreadable-file", f"the file can't be read: {error.strerror}", path) from None


@dataclass
class _Told:
    """What the hidden sheet says of the form."""

    path: Path
    single: dict[str, str] = field(default_factory=dict)
    titles: dict[str, str] = field(default_factory=dict)
    printed: dict[str, dict[str, str]] = field(default_factory=dict)

    @classmethod
    def read(cls, sheet: Sheet, path: Path) -> _Told:
        """Reads the hidden sheet."""
        told = cls(path)
        for cells in sheet.read().rows:
            tag, *rest = (as_text(cell) or "" for cell in cells)
            if tag == "title":
                told.titles[rest[0]] = rest[1]
            elif tag == "row":
                told.printed[rest[0]] = dict(zip(PRINTED, rest[1:], strict=False))
            elif rest:
                told.single[tag] = rest[0]
        return told

    def demand(self, estate: Estate, month: str | None) -> None:
        """Refuses forms of something else."""
        if self.single.get(MARK) != VERSION:
            message = "this form was made by another version of dutyrules"
            raise _error("other-version", message, self.path, self.single.get(MARK) or "none", VERSION)
        for word, found, expected, hint in (
            ("estate", self.single.get("estate"), estate.id, "read it with that estate"),
            ("month", self.single.get("month"), month or self.single.get("month"), "read it with that month"),
            ("books", self.single.get("books"), books_digest(estate), "make the form again, or take the books of then"),
        ):
            if found != expected:
                said = "the rule books have changed since the form was made"
                message = said if word == "books" else f"this is a form of another {word}"
                raise _error(f"other-{word}", message, self.path, found, expected, hint)
        missing = {"main", "more", "month"} - self.single.keys()
        if missing or not {*PRINTED, *FILLED, *ADDED, "key", "inspector", "day"} <= self.titles.keys():
            raise _error("bad", "the hidden sheet of the form is damaged", self.path, hint="take the form as it was")


def _form(path: Path, told: _Told, sheets: Mapping[str, Sheet]) -> FormFile:
    main = _sheet(path, told.single["main"], sheets)
    rows = _texts(main)
    file = f"{path} ({main.name})"
    titles = told.titles
    header, columns = _header(file, rows, [*PRINTED, *FILLED, "key"], titles)
    more_name = told.single["more"]
    more: list[FormRow] = []
    if more_name in sheets:  # who needs none may delete it
        name, further = f"{path} ({more_name})", _texts(_sheet(path, more_name, sheets))
        more = list(_rows(name, further, *_header(name, further, ADDED, titles)))
    return FormFile(
        str(path),
        told.single["month"],
        more_name,
        titles,
        told.printed,
        list(_rows(file, rows, header, columns)),
        more,
        main.from_1904,
        {key: _beside(file, rows[:header], titles[key]) for key in ("inspector", "day")},
    )


def _sheet(path: Path, name: str, sheets: Mapping[str, Sheet]) -> Sheet:
    if name not in sheets:
        message, hint = f"the sheet {name!r} of the form is gone", "take the form as it was made"
        raise _error("no-sheet", message, path, ", ".join(sheets), name, hint)
    if sheets[name].hidden:
        message, hint = f"the sheet {name!r} is hidden", "show it, so that people see what is judged"
        raise _error("hidden-sheet", message, path, hint=hint)
    return sheets[name]


def _texts(sheet: Sheet) -> list[list[str]]:
    return [[(as_text(cell) or "").strip() for cell in row] for row in sheet.read().rows]


def _header(
    file: str, rows: Sequence[Sequence[str]], wanted: Sequence[str], titles: Mapping[str, str]
) -> tuple[int, dict[str, int]]:
    """The number of rows up to the header, it included, and where each column stands."""
    for number, row in enumerate(islice(rows, _HEADER_WITHIN), start=1):
        places = {plain(cell): place for place, cell in reversed(list(enumerate(row)))}
        columns = {key: places[plain(titles[key])] for key in wanted if plain(titles[key]) in places}
        if len(columns) == len(wanted):
            return number, columns
    expected = ", ".join(titles[key] for key in wanted)
    message, hint = "the titles of the columns have been altered", "take the form as it was made"
    raise InputError([Diagnostic("form.no-header", message, Cell(file, 1), None, expected, hint)])


def _rows(file: str, rows: Sequence[Sequence[str]], header: int, columns: Mapping[str, int]) -> Iterator[FormRow]:
    for number, row in enumerate(rows[header:], start=header + 1):
        cells = {key: row[place] for key, place in columns.items()}
        if any(cells.values()):
            yield FormRow(file, number, cells)


def _beside(file: str, rows: Sequence[Sequence[str]], label: str) -> tuple[str, Cell]:
    """The first cell with something in it to the right of a label."""
    for number, row in enumerate(rows, start=1):
        for place, cell in enumerate(row):
            if plain(cell) == plain(label):
                return next((text for text in row[place + 1 : place + 3] if text), ""), Cell(file, number, label)
    return "", Cell(file, 1, label)


def _error(
    code: str, message: str, path: Path, found: str | None = None, expected: str | None = None, hint: str | None = None
) -> InputError:
    return InputError([Diagnostic(f"form.{code}", message, Cell(str(path), 1), found, expected, hint)])
