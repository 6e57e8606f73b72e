"""Reading the exports of other systems through mappings."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TypeAlias

import polars as pl
import python_calamine

from dutyrules.activity.csvfile import read_cells
from dutyrules.activity.encode import instants
from dutyrules.activity.exports import Column, ExportMapping, load_mapping
from dutyrules.activity.log import JUDGED, KEPT, REJECT_SCHEMA, REQUIRED
from dutyrules.activity.rejects import write_csv
from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean

_Row: TypeAlias = dict[str, str]
_Reject: TypeAlias = tuple[str, int, str | None, str | None, str, str | None]

_TIMES = ("at", "until", "recorded_at")
_NEEDED = ("at", "person")
# Titles above a header are few.
_HEADER_WITHIN = 30
# Where the cells of a row are kept that have no label; labels are stripped, none is this.
_SURPLUS = "\n"
# Serial day numbers count from here: 1900 is a leap year to spreadsheets.
_EPOCH = datetime(1899, 12, 30)


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """What exports hold.

    Attributes:
        rows: Rows of the log, all columns String.
        rejects: One line per bad cell, in the rows and columns of the export; `log.REJECT_SCHEMA`.
    """

    rows: pl.DataFrame
    rejects: pl.DataFrame

    @property
    def rejected_rows(self) -> int:
        """How many rows were rejected; a row with several bad cells counts once."""
        return self.rejects.select("file", "row").n_unique()


def import_files(mapping: Path | str, paths: Sequence[Path], *, lookups: Mapping[str, Mapping[str, str]]) -> Imported:
    """Reads exports of another system.

    Args:
        mapping: A mapping file, or the name of one that comes with the library.
        paths: The exports.
        lookups: The tables that the mapping may name: what the other system writes to what the estate writes.

    Raises:
        InputError: What is wrong with the mapping or with the exports as such.
    """
    rules = load_mapping(mapping)
    problems = [_no_table(column, lookups) for column in rules.columns if column.lookup not in {None, *lookups}]
    sheets = []
    for path in paths:
        try:
            sheets.append(_sheet(path, rules))
        except InputError as error:
            problems += error.diagnostics
    if problems:
        raise InputError(problems)
    rows: list[_Row] = []
    rejects: list[_Reject] = []
    for sheet in sheets:
        for number, cells in sheet.rows:
            row, bad = _translate(sheet.name, number, cells, rules, lookups)
            rejects += bad
            rows += [] if bad else [row]
    columns = [*REQUIRED, *JUDGED, *KEPT]
    filled = [*rules.constants, "source", *(column.name for column in rules.columns)]
    order = [*(name for name in columns if name in filled), *(name for name in filled if name not in columns)]
    return Imported(
        pl.DataFrame({name: [row.get(name) for row in rows] for name in order}, schema=dict.fromkeys(order, pl.String)),
        pl.DataFrame(rejects, schema=REJECT_SCHEMA, orient="row"),
    )


def write_log_csv(imported: Imported, path: Path) -> None:
    """Writes imported rows as a log that `read_log` reads; only notes are escaped for spreadsheets."""
    write_csv(imported.rows, path, escaped=[name for name in imported.rows.columns if name == "note"])


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    rows: tuple[tuple[int, _Row], ...]


def _sheet(path: Path, rules: ExportMapping) -> _Sheet:
    name = str(path)
    for rows in _sheets(path, rules):
        for number, cells in enumerate(rows[:_HEADER_WITHIN], start=1):
            labels = [_text(cell, rules.null) for cell in cells]
            if set(rules.header) <= set(labels):
                _demand(name, number, labels, rules)
                return _Sheet(name, tuple(_rows(rows[number:], number + 1, labels, rules.null)))
    wanted = ", ".join(rules.header)
    raise _error("import.no-header", "no sheet has the header of this export", name, expected=wanted)


def _sheets(path: Path, rules: ExportMapping) -> Sequence[Sequence[Sequence[object]]]:
    """The cells of an export: sheets of rows."""
    name = str(path)
    try:
        data = path.read_bytes()
        if rules.format == "csv":
            return [read_cells(name, data, lambda: [source for column in rules.columns for source in column.sources])]
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        return [book.get_sheet_by_name(each).to_python(skip_empty_area=False) for each in book.sheet_names]
    except OSError as error:
        raise _error("import.unreadable-file", f"the file can't be read: {error.strerror}", name) from None
    except python_calamine.CalamineError:
        raise _error("import.bad-xlsx", "the file is not XLSX", name) from None


def _demand(name: str, number: int, labels: Sequence[str], rules: ExportMapping) -> None:
    missing = [source for column in rules.columns for source in column.sources if source not in labels]
    if missing:
        raise InputError(
            Diagnostic(
                "import.missing-column",
                f"the column {source!r} is missing",
                Cell(name, number),
                hint=did_you_mean(source, [label for label in labels if label]),
            )
            for source in missing
        )


def _rows(
    rows: Sequence[Sequence[object]], first: int, labels: Sequence[str], null: frozenset[str]
) -> Iterator[tuple[int, _Row]]:
    for number, cells in enumerate(rows, start=first):
        texts = [_text(cell, null) for cell in cells]
        if any(texts):
            surplus = ",".join(text for text in texts[len(labels) :] if text)
            texts = [*texts[: len(labels)], *[""] * (len(labels) - len(texts))]
            # The first of two columns with one label counts.
            yield number, {_SURPLUS: surplus} | dict(zip(reversed(labels), reversed(texts), strict=True))


def _translate(
    name: str, number: int, cells: _Row, rules: ExportMapping, lookups: Mapping[str, Mapping[str, str]]
) -> tuple[_Row, list[_Reject]]:
    row: _Row = {"source": rules.source, **rules.constants}
    bad: list[_Reject] = []
    if cells[_SURPLUS]:
        bad.append((name, number, None, cells[_SURPLUS], "more cells than the header has", None))
    for column in rules.columns:
        source = next((each for each in column.sources if cells[each]), column.sources[0])
        found = cells[source]
        text, reason, hint = _cell(column, found, lookups)
        if reason:
            bad.append((name, number, source, found or None, reason, hint))
        elif text:
            row[column.name] = text
    return row, bad


def _cell(column: Column, found: str, lookups: Mapping[str, Mapping[str, str]]) -> tuple[str, str | None, str | None]:
    """Returns the text for the log, or why there is none and what to try."""
    if not found:
        return "", f"no {column.name}" if column.name in _NEEDED else None, None
    if column.values and found not in column.values:
        return "", f"not one of {', '.join(column.values)}", did_you_mean(found, column.values)
    text = column.values.get(found, found)
    if column.lookup is not None:
        if text not in lookups[column.lookup]:
            return "", f"not in the column {column.lookup} of the people table", None
        text = lookups[column.lookup][text]
    if column.name in _TIMES:
        text = _moment(text)
        if len(instants(pl.Series([text]), "UTC", dates=column.name != "at")[1]):
            return "", "not an instant", "write 2026-10-08 07:55"
    return text, None, None


def _moment(text: str) -> str:
    """Returns serial day numbers as text; other texts as they are."""
    try:
        days = float(text)
    except ValueError:
        return text
    if not 1 <= days < 100_000:
        return text
    return (_EPOCH + timedelta(seconds=round(days * 86_400))).isoformat(" ")


def _text(cell: object, null: frozenset[str]) -> str:
    if isinstance(cell, datetime):
        return cell.replace(microsecond=0).isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    # Spreadsheets keep every number as a float.
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()
    return "" if text in null else text


def _no_table(column: Column, lookups: Mapping[str, Mapping[str, str]]) -> Diagnostic:
    message = f"the people table has no column {column.lookup!r} to look up {column.name!r}"
    return Diagnostic("import.no-lookup", message, None, hint=did_you_mean(str(column.lookup), lookups))


def _error(code: str, message: str, name: str, *, expected: str | None = None) -> InputError:
    return InputError([Diagnostic(code, message, Cell(name, 1), expected=expected)])
