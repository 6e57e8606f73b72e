"""What worksheets have in common: widths that fit Chinese, names that Excel takes, and how cells look."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, Final, TypeAlias
from unicodedata import east_asian_width

from xlsxwriter.utility import xl_rowcol_to_cell

Workbook: TypeAlias = Any
Worksheet: TypeAlias = Any
Format: TypeAlias = Any
"""xlsxwriter ships no types."""

PAGE: Final = 620
"""Pixels that fit across a page of A4 between narrow margins, also where another font stands in for a missing one."""

LINKS: Final = 30_000
"""Rows of a sheet in which cells may lead elsewhere; Excel takes 65,530 links a sheet."""


def wide(text: str) -> int:
    """Letters that a text takes on a screen, in its longest line: Chinese characters are two wide.

    >>> wide("住户 A1")
    7
    """
    return max(sum(2 if east_asian_width(letter) in "WF" else 1 for letter in line) for line in text.split("\n"))


def height(text: str, width: int) -> int:
    """How many lines a text takes in a column of so many letters.

    >>> height("住户 A1 and more", 8)
    2
    """
    return sum(max(1, -(-wide(line) // width)) for line in text.split("\n"))


def in_lines(names: Iterable[str], between: str, most: int) -> str:
    r"""Names in lines of at most so many letters, none of them broken.

    >>> in_lines(["b1", "b2", "b3"], ", ", 7)
    'b1, b2\nb3'
    """
    lines = [""]
    for name in names:
        longer = f"{lines[-1]}{between if lines[-1] else ''}{name}"
        lines = [*lines[:-1], longer] if wide(longer) <= most or not lines[-1] else [*lines, name]
    return "\n".join(lines)


def pixels(widths: Sequence[int]) -> int:
    """What columns of so many letters take on a screen."""
    return sum(7 * width + 5 for width in widths)


def set_widths(sheet: Worksheet, widths: Sequence[int]) -> None:
    """Sets the widths of the first columns, in letters."""
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)


def page(sheet: Worksheet, *, landscape: bool = False) -> None:
    """A4 with narrow margins, and page numbers."""
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.8, bottom=0.6)
    sheet.set_footer("&C&9&P / &N")


def link(sheet: Worksheet, row: int, column: int, place: str, text: str, form: Format) -> None:
    """A cell that leads to another place of the workbook; a plain text where the place is not there."""
    if place and row < LINKS:
        sheet.write_url(row, column, f"internal:{place}", form, text)
    else:
        sheet.write_string(row, column, text, form)


def place(name: str, row: int, column: int = 0) -> str:
    """A cell of a sheet, as links and formulas name it.

    >>> place("O'Hara", 4, 5)
    "'O''Hara'!F5"
    """
    quoted = name.replace("'", "''")
    return f"'{quoted}'!{xl_rowcol_to_cell(row, column)}"


def printable(text: str) -> str:
    r"""A text without letters that no file of Excel's can hold.

    >>> printable("bell\x07 and\nline")
    'bell  and\nline'
    """
    return "".join(letter if letter.isprintable() or letter == "\n" else " " for letter in text)


def header(text: str) -> str:
    """A text for the head of a page, where & begins a command and there is room for 255 letters.

    >>> header("R & D")
    'R && D'
    """
    return printable(text)[:100].replace("&", "&&")


def sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel allows and no other sheet has; it is added to `taken`, in lower case.

    >>> taken = {"plan"}
    >>> [sheet_name(name, taken) for name in ("Plan", "a/b", "a-b")]
    ['Plan 2', 'a-b', 'a-b 2']
    """
    bare = "".join("-" if letter in r"[]:*?/\\" else letter for letter in printable(name)).strip("'")[:28] or "-"
    found, number = bare, 1
    while found.lower() in taken:
        number += 1
        found = f"{bare} {number}"
    taken.add(found.lower())
    return found


class Formats:
    """How cells look, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Format] = {}
        self._looks: dict[tuple[tuple[str, object], ...], Format] = {}

    def _make(self, **looks: object) -> Format:
        return self._book.add_format({"valign": "vcenter", **looks})

    def look(self, **looks: object) -> Format:
        """A look, made once."""
        key = tuple(sorted(looks.items()))
        if key not in self._looks:
            self._looks[key] = self._make(**looks)
        return self._looks[key]

    @cached_property
    def head(self) -> Format:
        """Above a column."""
        return self._make(bold=True, bg_color="#DDE6EE", bottom=1, border_color="#7F8FA0")

    @cached_property
    def instant(self) -> Format:
        """A date with its time."""
        return self._make(num_format="yyyy-mm-dd hh:mm", align="left")

    @cached_property
    def plain(self) -> Format:
        """Words and numbers alike."""
        return self._make(align="left")

    @cached_property
    def edit(self) -> Format:
        """A cell that is there to be changed."""
        return self._make(bg_color="#FFF8DC", align="center", border=1, border_color="#E0D8B0")

    @cached_property
    def title(self) -> Format:
        """What the workbook is."""
        return self._make(bold=True, font_size=16)

    @cached_property
    def section(self) -> Format:
        """Above a table."""
        return self._make(bold=True, font_size=12, font_color="#2F4A66", bottom=2, bottom_color="#2F4A66")

    @cached_property
    def text(self) -> Format:
        """Sentences."""
        return self._make(text_wrap=True, valign="top")

    @cached_property
    def quiet(self) -> Format:
        """What is read last."""
        return self._make(text_wrap=True, valign="top", font_color="#6B7785")

    @cached_property
    def strong(self) -> Format:
        """What is missed."""
        return self._make(text_wrap=True, valign="bottom", bold=True)

    @cached_property
    def number(self) -> Format:
        """A number, or what stands for one."""
        return self._make(align="right")

    @cached_property
    def count_head(self) -> Format:
        """Above a column of numbers."""
        return self._make(bold=True, bg_color="#DDE6EE", bottom=1, border_color="#7F8FA0", align="right")

    def status(self, *, good: bool) -> Format:
        """The sentence that matters most."""
        looks = {"bg_color": "#E2F0E4", "font_color": "#1E5B2A"} if good else {"bg_color": "#FBE7E3"}
        return self._make(text_wrap=True, bold=True, indent=1, **looks)

    def of(self, column: str, *, first: bool) -> Format:
        """A cell of a daily list: a day begins with a line, and says its date in black only once."""
        key = (column, first)
        if key not in self._made:
            looks: dict[str, object] = {
                "text_wrap": column not in ("date", "time"),
                "bottom": 4,
                "bottom_color": "#B8C0C8",
                "top": 1 if first else 4,
            }
            looks["top_color"] = "#2F4A66" if first else "#B8C0C8"
            if column in ("date", "weekday"):
                looks |= {"num_format": "yyyy-mm-dd", "align": "left"}
                looks |= {"bold": True} if first else {"font_color": "#A8B0B8"}
            if column == "order":
                looks["align"] = "left"
            if column in ("done", "note"):
                looks |= {"left": 1, "right": 1, "left_color": "#7F8FA0", "right_color": "#7F8FA0"}
            self._made[key] = self._make(**looks)
        return self._made[key]
