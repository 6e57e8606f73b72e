"""Exports as tables: their files, the row that is the header, and what stands below it."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any, Final

from dutyrules.activity.csvfile import read_cells
from dutyrules.activity.imports.language import ExportMapping
from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean
from dutyrules.registry.cells import as_text, blurred
from dutyrules.registry.workbook import MOST_BYTES, Grid, Sheet, UnreadableError, open_workbook

# Titles above a header are few.
_HEADER_WITHIN: Final = 30
# Text takes more room in memory than in its file.
_MOST_TEXT: Final = MOST_BYTES >> 2
_MOST_JSON: Final = MOST_BYTES >> 4
_BETWEEN: Final = "/"


@dataclass(frozen=True, slots=True)
class Export:
    """A table of an export.

    Attributes:
        name: What rejects call it: the file, with its sheet if several hold rows.
        row: The number of the last row of the header.
        titles: What may tell what the table is about: the rows above the header, the names of the sheet and the file.
        labels: The labels of its columns, as `label` writes them.
        rows: The number of each row, and its cells.
        from_1904: Whether serial numbers of days count from 1904.
        formulas: Whether `=A1` is a formula without a result, and not a text.
    """

    name: str
    row: int
    titles: tuple[str, ...]
    labels: tuple[str, ...]
    rows: Iterator[tuple[int, Sequence[object]]]
    from_1904: bool = False
    formulas: bool = False


@lru_cache(4096)  # asked for in every row
def label(text: str) -> str:
    """A label as labels are compared: full-width signs as plain ones, and without blanks and breaks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def text_of(cell: object) -> str:
    """What a cell says; a number of more digits than a spreadsheet keeps is `3.10101199001011E+17`."""
    if blurred(cell):
        return f"{cell:.14E}"
    return (as_text(cell) or "").strip()


def open_export(path: Path, rules: ExportMapping) -> tuple[list[Export], list[Diagnostic]]:
    """Opens a file: its tables that have the header, one at least, and what a reader should know.

    Raises:
        InputError: The file can't be read, or no table has the header.
    """
    data = _bytes(path, rules.format)
    if rules.format == "json":
        return [_json(path, data, rules)], []
    if rules.format == "csv":
        words = [source for column in rules.columns for source in column.sources]
        rows: Iterator[Sequence[object]] = read_cells(str(path), data, lambda: words)
        found = _table(str(path), (path.stem,), Grid(iter(list(each) for each in rows), ()), rules, fill=True)
        return ([found], []) if found else _no_header(path, rules, [])
    return _workbook(path, data, rules)


def _bytes(path: Path, form: str) -> bytes:
    most = {"csv": _MOST_TEXT, "json": _MOST_JSON}.get(form, MOST_BYTES)
    try:
        if path.stat().st_size > most:
            message, hint = f"the file is larger than {most >> 20} MB", "export fewer days at a time"
            raise _error("import.too-large", message, str(path), hint=hint)
        return path.read_bytes()
    except OSError as error:
        raise _error("import.unreadable-file", f"the file can't be read: {error.strerror}", str(path)) from None


def _workbook(path: Path, data: bytes, rules: ExportMapping) -> tuple[list[Export], list[Diagnostic]]:
    try:
        return _tables(path, open_workbook(data), rules)
    except UnreadableError as error:
        code = "import.bad-xlsx" if error.code == "bad" else f"import.{error.code}"
        raise _error(code, error.message, str(path), hint=error.hint) from None


def _tables(path: Path, sheets: Sequence[Sheet], rules: ExportMapping) -> tuple[list[Export], list[Diagnostic]]:
    wanted = [sheet for sheet in sheets if not rules.sheets or sheet.name in rules.sheets]
    found: list[Export] = []
    notices: list[Diagnostic] = []
    for sheet in wanted:
        titles = (sheet.name, path.stem)
        table = _table(f"{path} ({sheet.name})", titles, sheet.read(), rules, from_1904=sheet.from_1904)
        if table and sheet.hidden:
            message = f"the sheet {sheet.name!r} is hidden; it is not read"
            place, hint = Cell(str(path), table.row), "show it if its rows are to count"
            notices.append(Diagnostic("import.hidden-sheet", message, place, hint=hint, severity="warning"))
        elif table:
            found.append(table)
    if not found:
        return _no_header(path, rules, [*notices, *_other_sheets(path, rules, [sheet.name for sheet in sheets])])
    if len(found) == 1:
        found = [_renamed(found[0], str(path))]
    return found, notices


def _renamed(table: Export, name: str) -> Export:
    return Export(name, table.row, table.titles, table.labels, table.rows, table.from_1904, table.formulas)


def _other_sheets(path: Path, rules: ExportMapping, names: Sequence[str]) -> Iterator[Diagnostic]:
    if rules.sheets and not set(names) & set(rules.sheets):
        message = f"there is no sheet {' or '.join(rules.sheets)}"
        yield Diagnostic("import.no-sheet", message, Cell(str(path), 1), found=", ".join(names))


def _no_header(
    path: Path, rules: ExportMapping, notices: Sequence[Diagnostic]
) -> tuple[list[Export], list[Diagnostic]]:
    what = "no sheet has" if rules.format == "xlsx" else "the file has not"
    missing = _error(
        "import.no-header", f"{what} the header of this export", str(path), expected=", ".join(rules.header)
    )
    raise InputError([*missing.diagnostics, *notices])


def _table(
    name: str, titles: tuple[str, ...], grid: Grid, rules: ExportMapping, *, fill: bool = False, from_1904: bool = False
) -> Export | None:
    """Finds the header of a table; None if it has none."""
    tall = rules.header_rows
    above = list(islice(grid.rows, _HEADER_WITHIN + tall))
    wanted = {label(each) for each in rules.header}
    for first in range(max(len(above) - tall + 1, 0)):
        if not any(map(text_of, above[first])):
            continue
        labels = _labels([[text_of(cell) for cell in row] for row in above[first : first + tall]], first, grid, fill)
        if wanted <= set(labels):
            last = first + tall
            said = [text for row in above[:first] for cell in row if (text := text_of(cell))]
            rest = enumerate(chain(above[last:], grid.rows), start=last + 1)
            rows = ((number, cells) for number, cells in rest if number > last + rules.below)
            return Export(name, last, (*said, *titles), tuple(labels), rows, from_1904, rules.format == "xlsx")
    return None


def _labels(rows: list[list[str]], first: int, grid: Grid, fill: bool) -> list[str]:
    """One label per column: those of the rows, from above, each once."""
    width = max(map(len, rows))
    rows = [[label(text) for text in row] + [""] * (width - len(row)) for row in rows]
    for (top, left), (bottom, right) in grid.merged:
        if first <= top < first + len(rows) and left < width:
            text = rows[top - first][left]
            for number in range(top - first, min(bottom - first + 1, len(rows))):
                rows[number][left : right + 1] = [text] * (min(right + 1, width) - left)
    if fill:
        # A text file has no merged cells: what stands over several columns stands over the first of them.
        for upper, lower in pairwise(rows):
            for column in range(1, width):
                if not upper[column] and lower[column]:
                    upper[column] = upper[column - 1]
    return [_BETWEEN.join(dict.fromkeys(part for part in parts if part)) for parts in zip(*rows, strict=True)]


def _json(path: Path, data: bytes, rules: ExportMapping) -> Export:
    name = str(path)
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:
        detail = str(error) if isinstance(error, json.JSONDecodeError) else "too deep, or no UTF-8"
        raise _error("import.bad-json", f"the file is not JSON: {detail}", name) from None
    for part in rules.rows.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    if not isinstance(found, list):
        raise _error("import.no-rows", f"there is no list of rows at {rules.rows!r}", name, expected=rules.rows)
    rows = [dict(_flat(each)) for each in found]
    # What no object of the list has is null in all of them; the columns of an empty list are those that are asked for.
    asked = (label(source) for column in rules.columns for source in column.sources)
    labels = tuple(dict.fromkeys(key for row in rows for key in row)) or tuple(asked)
    cells = ((number, [row.get(key) for key in labels]) for number, row in enumerate(rows, start=1))
    return Export(name, 1, (path.stem,), labels, cells)


def _flat(value: Any, before: str = "") -> Iterator[tuple[str, object]]:
    """The members of a JSON object, those of inner ones as `outer.inner`; anything else is a surplus cell."""
    if isinstance(value, dict):
        for key, member in value.items():
            yield from _flat(member, f"{before}.{label(key)}" if before else label(key))
    else:
        yield before, value if isinstance(value, str | int | float | bool | None) else json.dumps(value)


def demand(table: Export, sources: Sequence[Sequence[str]]) -> None:
    """Checks that of each group of labels one at least is there.

    Raises:
        InputError: Every group of which none is.
    """
    known = set(table.labels)
    missing = [group for group in sources if not any(label(each) in known for each in group)]
    if missing:
        raise InputError(
            Diagnostic(
                "import.missing-column",
                f"the column {' or '.join(map(repr, group))} is missing",
                Cell(table.name, table.row),
                hint=did_you_mean(group[0], [each for each in table.labels if each]),
            )
            for group in missing
        )


def titled(table: Export, patterns: Mapping[str, str]) -> dict[str, str]:
    """What patterns find in the titles of a table: the groups by their names, the first by that of the pattern.

    Raises:
        InputError: A pattern finds nothing.
    """
    found: dict[str, str] = {}
    for name, pattern in patterns.items():
        match = next(
            (match for text in table.titles if (match := re.search(pattern, unicodedata.normalize("NFKC", text)))), None
        )
        if match is None:
            message = f"no title tells the {name} of the table"
            raise InputError([Diagnostic("import.no-title", message, Cell(table.name, 1), expected=pattern)])
        found |= {name: match[1], **match.groupdict()}
    return found


def _error(code: str, message: str, name: str, *, expected: str | None = None, hint: str | None = None) -> InputError:
    return InputError([Diagnostic(code, message, Cell(name, 1), expected=expected, hint=hint)])
