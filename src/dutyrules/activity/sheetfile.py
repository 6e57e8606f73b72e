"""A sheet of a workbook as columns of text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import polars as pl

from dutyrules.activity.texttable import BrokenRow, Table, header_of
from dutyrules.diagnostics import Cell, Diagnostic, InputError
from dutyrules.registry.cells import as_text, text_series
from dutyrules.registry.workbook import Lost, Sheet, UnreadableError, lost_cells, open_workbook

FORM: Final = "_form"
"""The hidden sheet by which an inspection form is told from other workbooks."""


def read_sheet(name: str, data: bytes, required: Collection[str]) -> Table:
    """Reads the one visible sheet of a workbook whose first row has the required columns, or else the first one.

    Args:
        name: What diagnostics call the file.
        data: Its bytes.
        required: Columns that tell the sheet from others.

    Raises:
        InputError: The file is no workbook or locked, or several sheets hold such rows.
    """
    try:
        chosen, hidden = _chosen(name, open_workbook(data), required)
        return _table(name, chosen, required, tuple(_hidden(name, sheet) for sheet in hidden))
    except UnreadableError as error:
        code = "log.bad-xlsx" if error.code == "bad" else f"log.{error.code}"
        raise InputError([Diagnostic(code, error.message, Cell(name, 1), hint=error.hint)]) from None


def _chosen(name: str, sheets: Sequence[Sheet], required: Collection[str]) -> tuple[Sheet, list[Sheet]]:
    """The sheet to read, and those that could be read if they were shown."""
    if any(sheet.name == FORM for sheet in sheets):
        message, hint = "this is an inspection form, not a log", "turn it into one: dutyrules form read"
        raise InputError([Diagnostic("log.is-a-form", message, Cell(name, 1), hint=hint)])
    fitting = [sheet for sheet in sheets if set(required) <= set(_header(sheet))]
    visible = [sheet for sheet in fitting if not sheet.hidden]
    if len(visible) > 1:
        found = ", ".join(sheet.name for sheet in visible)
        message, hint = "several sheets have the columns of a log", "keep one of them, or save each as a file"
        raise InputError([Diagnostic("log.several-sheets", message, Cell(name, 1), found, hint=hint)])
    if fitting and not visible:
        message, hint = "the sheet with the rows is hidden", "show it, so that people see what is judged"
        raise InputError([Diagnostic("log.hidden-sheet", message, Cell(name, 1), fitting[0].name, hint=hint)])
    chosen = visible or [sheet for sheet in sheets if not sheet.hidden]
    if not chosen:
        raise InputError([Diagnostic("log.empty-file", "the workbook shows no sheet", Cell(name, 1))])
    return chosen[0], [sheet for sheet in fitting if sheet.hidden]


def _hidden(name: str, sheet: Sheet) -> Diagnostic:
    message, hint = f"the sheet {sheet.name!r} is hidden; it is not read", "show it if its rows are to count"
    return Diagnostic("log.hidden-sheet", message, Cell(name, 1), hint=hint, severity="warning")


def _header(sheet: Sheet) -> list[str]:
    return [(as_text(cell) or "").strip() for cell in next(sheet.read().rows, [])]


def _table(name: str, sheet: Sheet, required: Collection[str], notices: tuple[Diagnostic, ...]) -> Table:
    grid = sheet.read()
    titles = [as_text(cell) or "" for cell in next(grid.rows, [])]
    columns = list(zip(*grid.rows, strict=True))
    judged = {number for number, title in enumerate(titles) if title.strip() in (*required, "")}
    broken = {place.row: _broken(place, titles) for place in lost_cells(grid, columns) if place.column not in judged}
    read = [text_series(column) for column in columns] or [_NOTHING] * len(titles)
    read = [cells.scatter([row - 1 for row in broken], None) for cells in read] if broken else read
    # A sheet is as wide as its widest row, of which a format may be all that there is.
    kept = [
        number for number, title in enumerate(titles) if title.strip() or read[number].null_count() < len(read[number])
    ]
    header = header_of(name, [titles[number] for number in kept])
    frame = pl.DataFrame(dict(zip(header, (read[number] for number in kept), strict=True)))
    return Table(frame, tuple(broken[row] for row in sorted(broken)), "xlsx", notices=notices)


def _broken(lost: Lost, titles: Sequence[str]) -> BrokenRow:
    """A row of which a cell is no longer what somebody wrote: two ids that have lost their last digits would be one.

    What no row can do without is judged by itself.
    """
    text = f"{titles[lost.column].strip()}: {lost.text}"
    return BrokenRow(lost.row + 1, text, lost.reason, "write it as text, or as a plain value")


_NOTHING = pl.Series([], dtype=pl.String)
