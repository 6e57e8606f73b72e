"""Files and rows as raw tables: texts in columns, with the row numbers of a spreadsheet."""

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import polars as pl

from dutyrules import source
from dutyrules.diagnostics import Cell, Diagnostic, InputError
from dutyrules.registry.cells import as_text, stripped, text_series, unescaped
from dutyrules.registry.encoding import decode
from dutyrules.registry.schema import canonical_title, known_titles
from dutyrules.registry.workbook import Grid, UnreadableError, lost_cells, open_workbook

__all__ = ["RawTable", "read_file", "read_rows"]

_SEPARATORS = (",", "\t", ";")
_MOST_BYTES = 1 << 28


@dataclass(frozen=True, slots=True)
class RawTable:
    """A table as it was written.

    Attributes:
        table: The name of the table.
        file: The name under which diagnostics cite it.
        titles: The column titles as written; empty for a column without one.
        columns: One `pl.String` series per title: stripped texts, null where empty. Wholly empty rows are gone.
        rows: The spreadsheet row number of each row (`pl.Int32`); the header is row 1.
    """

    table: str
    file: str
    titles: tuple[str, ...]
    columns: tuple[pl.Series, ...]
    rows: pl.Series


def read_file(table: str, path: Path) -> tuple[RawTable | None, list[Diagnostic], str]:
    """Reads the file of a table.

    Args:
        table: The name of the table.
        path: A `.csv`, `.xlsx` or `.yaml` file.

    Returns:
        The raw table (None if nothing could be read), what is wrong, and the SHA-256 of the file in hexadecimal.
    """
    if (size := path.stat().st_size) > _MOST_BYTES:
        message = f"the table has {size:,} bytes, and at most {_MOST_BYTES:,} are read"
        return None, [Diagnostic("table.too-large", message, Cell(str(path), 1), hint="leave out what has ended")], ""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    match path.suffix.lower():
        case ".csv":
            raw, diagnostics = _read_csv(table, str(path), data)
        case ".xlsx":
            raw, diagnostics = _read_xlsx(table, str(path), data)
        case _:
            raw, diagnostics = _read_yaml(table, path)
    return raw, diagnostics, digest


def read_rows(table: str, file: str, rows: Sequence[Mapping[str, Any]]) -> tuple[RawTable, list[Diagnostic]]:
    """Turns mappings into a raw table; the first one counts as row 2."""
    titles = list(dict.fromkeys(title for row in rows for title in row))
    diagnostics: list[Diagnostic] = []
    columns = []
    for title in titles:
        values = [row.get(title) for row in rows]
        try:
            columns.append(text_series(values))
        except TypeError:
            texts, wrong = _texts_of_odd_column(file, str(title), values)
            columns.append(text_series(texts))
            diagnostics += wrong
    return _raw(table, file, [str(title) for title in titles], columns, len(rows)), diagnostics


def _texts_of_odd_column(file: str, title: str, values: list[Any]) -> tuple[list[str | None], list[Diagnostic]]:
    texts: list[str | None] = []
    diagnostics = []
    for number, value in enumerate(values, start=2):
        try:
            texts.append(as_text(value))
        except TypeError:
            texts.append(None)
            diagnostics.append(
                Diagnostic(
                    "table.bad-cell",
                    f"a cell of {title} can't hold such a value",
                    Cell(file, number, title),
                    found=type(value).__name__,
                    expected="a text, number, date, time, yes or no, or a list of words",
                )
            )
    return texts, diagnostics


def _raw(table: str, file: str, titles: Sequence[str], columns: Sequence[pl.Series], height: int) -> RawTable:
    """Numbers the rows, then drops the wholly empty ones and the columns without title and cells."""
    kept = [
        (title, cells) for title, cells in zip(titles, columns, strict=True) if title or cells.null_count() < len(cells)
    ]
    rows = pl.int_range(2, height + 2, dtype=pl.Int32, eager=True)
    if not kept:
        return RawTable(table, file, (), (), rows.head(0))
    frame = pl.DataFrame([cells.alias(str(n)) for n, (_, cells) in enumerate(kept)])
    full = frame.select(~pl.all_horizontal(pl.all().is_null())).to_series()
    return RawTable(
        table, file, tuple(title for title, _ in kept), tuple(frame.filter(full).get_columns()), rows.filter(full)
    )


def _from_grid(table: str, file: str, grid: Sequence[pl.Series]) -> RawTable:
    """Splits the columns of a sheet into titles and cells."""
    height = len(grid[0]) - 1 if grid else 0
    return _raw(table, file, [cells[0] or "" for cells in grid], [cells.slice(1) for cells in grid], max(height, 0))


# --- CSV


def _read_csv(table: str, file: str, data: bytes) -> tuple[RawTable | None, list[Diagnostic]]:
    titles = known_titles(table)
    decoded = decode(data, titles)
    if decoded is None:
        return None, [
            Diagnostic(
                "table.encoding",
                "the encoding of the file is not known",
                Cell(file, 1),
                expected="UTF-8, GB18030 or Big5",
                hint="save it as CSV UTF-8",
            )
        ]
    diagnostics = []
    if not decoded.certain:
        diagnostics.append(
            Diagnostic(
                "table.encoding-guessed",
                "the encoding was guessed from the characters in the file",
                Cell(file, 1),
                found=decoded.encoding,
                expected="UTF-8, or Chinese column titles",
                hint="save it as CSV UTF-8",
                severity="warning",
            )
        )
    text = decoded.text.replace("\r\n", "\n").replace("\r", "\n")
    separator = _separator(text, titles)
    grid, wrong = _csv_grid(file, text, separator)
    plain = None if grid is None else [unescaped(cells) for cells in grid]
    return (_from_grid(table, file, plain) if plain is not None else None), diagnostics + wrong


def _separator(text: str, titles: Mapping[str, object]) -> str:
    header = text.partition("\n")[0]

    def known(separator: str) -> int:
        return sum(canonical_title(title.strip('"')) in titles for title in header.split(separator))

    return max(_SEPARATORS, key=known)


def _csv_grid(file: str, text: str, separator: str) -> tuple[list[pl.Series] | None, list[Diagnostic]]:
    try:
        frame = pl.read_csv(text.encode(), has_header=False, infer_schema=False, separator=separator)
    except pl.exceptions.NoDataError:
        return [], []
    except pl.exceptions.ComputeError:
        # Rows longer than the first or a stray quotation mark: the slow reader can say where.
        return _csv_grid_by_row(file, text, separator)
    return [stripped(cells) for cells in frame.get_columns()], []


def _csv_grid_by_row(file: str, text: str, separator: str) -> tuple[list[pl.Series] | None, list[Diagnostic]]:
    rows: list[list[str]] = []
    try:
        # One by one, so that the rows before the broken one are counted.
        for cells in csv.reader(io.StringIO(text), delimiter=separator, strict=True):
            rows.append(cells)  # noqa: PERF402
    except csv.Error:
        return None, [
            Diagnostic(
                "table.unreadable",
                "the quotation marks of this row do not match",
                Cell(file, len(rows) + 1),
                hint='write a quotation mark inside a quoted cell twice: ""',
            )
        ]
    width = len(rows[0])
    diagnostics = [
        Diagnostic(
            "table.too-many-cells",
            "the row has more cells than the header has titles",
            Cell(file, number),
            found=f"{len(cells)} cells",
            expected=f"at most {width}",
            hint="put a cell that holds the separator into quotation marks",
        )
        for number, cells in enumerate(rows, start=1)
        if any(cell.strip() for cell in cells[width:])
    ]
    columns = zip_longest(*(cells[:width] for cells in rows))
    return [text_series(column) for column in columns], diagnostics


# --- XLSX and YAML


def _read_xlsx(table: str, file: str, data: bytes) -> tuple[RawTable | None, list[Diagnostic]]:
    """Reads the sheet named like the table, else the first one that is shown."""
    try:
        sheets = open_workbook(data)
        shown = [sheet for sheet in sheets if not sheet.hidden]
        named = [sheet for sheet in sheets if sheet.name == table]
        if not shown or (named and named[0].hidden):
            message, hint = "the sheet with the rows is hidden", "show it, so that people see what is judged"
            return None, [Diagnostic("table.hidden-sheet", message, Cell(file, 1), hint=hint)]
        chosen = (named or shown)[0]
        others = [sheet for sheet in shown if sheet is not chosen] if not named else []
        grid = chosen.read()
        columns = list(zip(*grid.rows, strict=True))
    except UnreadableError as error:
        expected = "an XLSX file without password"
        return None, [Diagnostic("table.unreadable", error.message, Cell(file, 1), expected=expected, hint=error.hint)]
    notices = [_not_read(table, file, sheet.name) for sheet in others]
    raw = _from_grid(table, file, [text_series(column) for column in columns])
    return raw, [*notices, *_lost(table, file, grid, columns)]


def _not_read(table: str, file: str, sheet: str) -> Diagnostic:
    message, hint = f"the sheet {sheet!r} is not read", f"call the sheet with the rows {table!r}, or keep one"
    return Diagnostic("table.other-sheet", message, Cell(file, 1), hint=hint, severity="warning")


def _lost(table: str, file: str, grid: Grid, columns: Sequence[Sequence[object]]) -> Iterator[Diagnostic]:
    """Cells of the table that are no longer what somebody wrote."""
    known, titles = known_titles(table), [as_text(cells[0]) or "" for cells in columns]
    for lost in lost_cells(grid, [cells[1:] for cells in columns]):
        title = titles[lost.column].strip()
        if canonical_title(title) in known:
            place, hint = Cell(file, lost.row + 1, title), "write it as text, or as a plain value"
            yield Diagnostic("table.lost-cell", f"this is {lost.reason}", place, lost.text, hint=hint)


def _read_yaml(table: str, path: Path) -> tuple[RawTable | None, list[Diagnostic]]:
    try:
        rows = source.plain(source.read(path))
    except InputError as error:
        return None, list(error.diagnostics)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        found = "a list with other values" if isinstance(rows, list) else type(rows).__name__
        return None, [
            Diagnostic(
                "table.not-rows", "the file is not a list of rows", Cell(str(path), 1), found, "a list of mappings"
            )
        ]
    # A list without rows has no titles either, and is not to be blamed for lacking them.
    return read_rows(table, str(path), rows) if rows else (None, [])
