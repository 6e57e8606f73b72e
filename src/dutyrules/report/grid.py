"""A table that is written row by row: cells by the name of their column, numbers as numbers, sums that stay live."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from math import ceil
from typing import Any, Final

from xlsxwriter.utility import xl_rowcol_to_cell

from dutyrules.report.sheets import Formats, Worksheet, height, link, printable, wide

POINTS: Final = "0.00##"
"""Points have two decimals, and two more where they need them."""

_RULES: Final = {"": {}, "thin": {"top": 1, "top_color": "#D5DCE3"}, "strong": {"top": 1, "top_color": "#7F8FA0"}}
"""Lines above a row."""

_SIZE: Final = 10
"""Points of letters in rows."""

_LINK: Final = {"font_color": "#1F5FA8", "underline": 1}


@dataclass(frozen=True)
class Live:
    """A formula, and what it comes to."""

    formula: str
    value: Decimal | Fraction | str


@dataclass(frozen=True)
class Lead:
    """A text that leads to another place."""

    place: str
    text: str


@dataclass(frozen=True)
class Gap:
    """What stands where a number is missing."""

    text: str


Cell = str | int | date | Decimal | Fraction | Live | Lead | Gap | None


class Grid:
    """A worksheet and the row at which it is written.

    Attributes:
        row: The next row.
    """

    def __init__(self, sheet: Worksheet, formats: Formats, widths: Mapping[str, int], looks: Mapping[str, Any]) -> None:
        self.sheet, self._formats, self.row = sheet, formats, 0
        self._widths, self._looks = widths, looks
        self._column = {key: column for column, key in enumerate(widths)}

    def head(self, titles: Sequence[str]) -> None:
        """The titles of the columns, each as its cells stand."""
        base = {"bold": True, "text_wrap": True, "bg_color": "#DDE6EE", "bottom": 1, "border_color": "#7F8FA0"}
        for key, title in zip(self._widths, titles, strict=True):
            place = {word: self._looks.get(key, {}).get(word) for word in ("align", "indent")}
            form = self._formats.look(**base, **{word: value for word, value in place.items() if value})
            self.sheet.write_string(self.row, self._column[key], title, form)
        tall = max(height(title, self._widths[key] - 1) for key, title in zip(self._widths, titles, strict=True))
        self.sheet.set_row(self.row, 16 * tall + 3)
        self.row += 1

    def note(self, text: str, rule: str = "", **looks: object) -> None:
        """A text across the whole row."""
        form = self._formats.look(**{"valign": "top", **_RULES[rule], **looks})
        self.sheet.write_string(self.row, 0, text, form)
        for column in range(1, len(self._widths)):
            self.sheet.write_blank(self.row, column, None, form)
        self.row += 1

    def add(self, cells: Mapping[str, Cell], rule: str = "", **looks: object) -> int:
        """A row, as high as its texts need; its number."""
        for key in self._widths:
            form = {
                "font_size": _SIZE,
                "valign": "top",
                "text_wrap": True,
                **self._looks.get(key, {}),
                **_RULES[rule],
                **looks,
            }
            self.put(self.row, key, cells.get(key), **form)
        tall = max(_lines(_text(cells.get(key)), self._widths[key]) for key in self._widths)
        self.sheet.set_row(self.row, 14 * tall + 2)
        self.row += 1
        return self.row - 1

    def put(self, row: int, key: str, cell: Cell, **looks: object) -> None:
        """One cell: a text is never a formula, and a number is one."""
        column, form = self._column[key], self._formats.look(**looks)
        match cell:
            case None | "":
                self.sheet.write_blank(row, column, None, form)
            case str():
                self.sheet.write_string(row, column, printable(cell), form)
            case date():
                form = self._formats.look(**looks | {"num_format": "yyyy-mm-dd"})
                self.sheet.write_datetime(row, column, datetime.combine(cell, time()), form)
            case Gap(text):
                form = self._formats.look(**looks | {"bg_color": "#FFF2CC", "bold": True, "align": "center"})
                self.sheet.write_string(row, column, text, form)
            case Live(formula, value):
                shown = value if isinstance(value, str) else float(value)
                self.sheet.write_formula(row, column, f"={formula}", form, shown)
            case Lead(place, text):
                link(
                    self.sheet,
                    row,
                    column,
                    place,
                    printable(text),
                    self._formats.look(**(looks | _LINK if place else looks)),
                )
            case _:
                self.sheet.write_number(row, column, float(cell), form)

    def at(self, key: str, row: int) -> str:
        """The name of a cell."""
        return str(xl_rowcol_to_cell(row, self._column[key]))

    def column(self, key: str, first: int, last: int) -> str:
        """The name of cells below each other."""
        return f"{self.at(key, first)}:{self.at(key, last)}"

    @property
    def last(self) -> int:
        """The number of the last column."""
        return len(self._widths) - 1


def _text(cell: Cell) -> str:
    """What a cell takes room for."""
    return cell if isinstance(cell, str) else cell.text if isinstance(cell, Lead | Gap) else ""


def _lines(text: str, width: int) -> int:
    """How many lines a text takes at `_SIZE`, by what letters of either sort take on a screen."""
    room = 7 * width - 12
    return sum(max(1, ceil((6.2 * len(line) + 7.2 * (wide(line) - len(line))) / room)) for line in text.split("\n"))
