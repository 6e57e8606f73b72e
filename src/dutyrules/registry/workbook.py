"""Workbooks opened with care: what a file claims to hold is measured before anything of it is built in memory."""

from __future__ import annotations

import codecs
import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import python_calamine

from dutyrules.registry.cells import as_text, blurred
from dutyrules.registry.measure import MOST_BYTES, Measured, Texts, UnreadableError, measure

__all__ = ["MOST_BYTES", "Grid", "Lost", "Sheet", "UnreadableError", "lost_cells", "open_workbook"]

_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_BROKEN: Final = (
    python_calamine.CalamineError,
    python_calamine.WorksheetNotFound,
    python_calamine.XmlError,
    python_calamine.ZipError,
)

_Spans: TypeAlias = Sequence[tuple[tuple[int, int], tuple[int, int]]]


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a sheet.

    Attributes:
        rows: From A1 on, a row at a time. What a merged range shows stands in each of its rows, in its first column.
            Formulas are what they came to when the workbook was saved; `#N/A` and its like, and a formula that nothing
            ever computed (`=A1+1`), are text.
        merged: The merged ranges: (row, column) of the first and the last cell, counted from 0.
        unseen: Row → column → the text of formulas without a result, or with an error, counted from 0.
    """

    rows: Iterator[list[object]]
    merged: _Spans
    unseen: Texts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Lost:
    """A cell that is no longer what somebody wrote.

    Attributes:
        row, column: Where it is, counted from 0.
        text: What stands there now.
        reason: What became of it.
    """

    row: int
    column: int
    text: str
    reason: str


def lost_cells(grid: Grid, columns: Sequence[Sequence[object]]) -> Iterator[Lost]:
    """Numbers of more digits than a spreadsheet keeps, and formulas that came to nothing, below the first row.

    Args:
        grid: The sheet that was read.
        columns: Its cells below the first row, by column.
    """
    for number, cells in enumerate(columns):
        if float in {*map(type, cells)}:
            for row, cell in enumerate(cells, start=1):
                if blurred(cell):
                    yield Lost(row, number, as_text(cell) or "", "a number that has lost digits")
    for row, texts in grid.unseen.items():
        for number, text in texts.items():
            if row > 0 and number < len(columns):
                never = "a formula that was never computed"
                yield Lost(row, number, text, never if text.startswith("=") else "a formula that ends in an error")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook, not yet read.

    Attributes:
        name: Its name.
        hidden: Whether a spreadsheet does not show it.
        from_1904: Whether plain numbers that stand for days count from 1904.
    """

    name: str
    hidden: bool
    from_1904: bool
    _book: python_calamine.CalamineWorkbook = field(repr=False)
    _unseen: Texts = field(repr=False)

    def read(self) -> Grid:
        """Reads the cells.

        Raises:
            UnreadableError: What stands in the file of the sheet is no sheet.
        """
        try:
            sheet = self._book.get_sheet_by_name(self.name)
        except _BROKEN:
            message, hint = f"the sheet {self.name!r} is damaged", "open the workbook in a spreadsheet and save it anew"
            raise UnreadableError("bad", message, hint) from None
        merged = sheet.merged_cell_ranges or ()
        return Grid(_rows(sheet, merged, self._unseen), merged, self._unseen)


def open_workbook(data: bytes) -> tuple[Sheet, ...]:
    """Opens a workbook: XLSX, or XLS as older systems write it.

    Raises:
        UnreadableError: The file is no workbook, locked, or larger than what memory should be given to.
    """
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise UnreadableError("password", "the workbook is locked with a password", "save it without one")
    if data[:64].removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<"):
        raise UnreadableError("bad", "the file is a web page or XML, not a workbook", "open it and save it as XLSX")
    measured = measure(data) if data.startswith(b"PK") else Measured()
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise UnreadableError("password", "the workbook is locked with a password", "save it without one") from None
    except _BROKEN:
        raise UnreadableError("bad", "the file is not XLSX") from None
    visible = python_calamine.SheetVisibleEnum.Visible
    return tuple(
        Sheet(each.name, each.visible != visible, measured.from_1904, book, measured.unseen.get(each.name, {}))
        for each in book.sheets_metadata
        if each.typ == python_calamine.SheetTypeEnum.WorkSheet
    )


def _rows(sheet: python_calamine.CalamineSheet, merged: _Spans, unseen: Texts) -> Iterator[list[object]]:
    wanted: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (first, column), (last, _) in merged:
        for number in range(first, min(last, sheet.total_height) + 1):
            wanted[number].append((first, column))
    shown: dict[tuple[int, int], object] = {}
    width = sheet.total_width
    for number, cells in enumerate(sheet.iter_rows()):
        row: list[object] = [*cells, *[""] * (width - len(cells))]
        for column, text in unseen.get(number, {}).items():
            row[column : column + 1] = [text]
        for first, column in wanted.get(number, ()):
            if column < len(row):
                row[column] = shown.setdefault((first, column), row[column])
        yield row
