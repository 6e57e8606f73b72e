"""JSON Lines as columns of text: one object a line, its keys the columns."""

from __future__ import annotations

import json

import polars as pl

from dutyrules.activity.texttable import BrokenRow, Table, header_of
from dutyrules.diagnostics import Cell, Diagnostic, InputError
from dutyrules.registry.cells import as_text

_BOM = b"\xef\xbb\xbf"
_HINT = "write one JSON object a line, its cells texts, numbers, true, false or null"


def read_json_lines(name: str, data: bytes) -> Table:
    """Reads JSON Lines; the number of a row is that of its line. A line that is no object is kept as broken.

    Raises:
        InputError: The bytes are not UTF-8, or no line is an object.
    """
    try:
        text = data.removeprefix(_BOM).decode()
    except UnicodeDecodeError:
        raise _error("log.bad-encoding", "JSON Lines are UTF-8", name) from None
    columns: dict[str, list[str | None]] = {}
    broken: list[BrokenRow] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, start=1):
        for column, cell in _cells(number, line.strip(), broken).items():
            cells = columns.setdefault(column, [])
            cells.extend([None] * (number - 1 - len(cells)))
            cells.append(cell)
    if not columns:
        raise _error("log.bad-json", "no line of the file is a JSON object", name)
    for cells in columns.values():
        cells.extend([None] * (len(lines) - len(cells)))
    header = header_of(name, list(columns))
    frame = pl.DataFrame(dict(zip(header, columns.values(), strict=True)), schema=dict.fromkeys(header, pl.String))
    return Table(frame, tuple(broken), "utf-8", first_row=1)


def _cells(number: int, line: str, broken: list[BrokenRow]) -> dict[str, str | None]:
    if not line:
        return {}
    try:
        found = json.loads(line, parse_float=str, parse_int=str)
    except (ValueError, RecursionError):
        broken.append(BrokenRow(number, line, "not JSON", _HINT))
        return {}
    if not isinstance(found, dict):
        broken.append(BrokenRow(number, line, "not a JSON object", _HINT))
        return {}
    odd = [key for key, value in found.items() if isinstance(value, dict | list)]
    if odd:
        broken.append(BrokenRow(number, line, f"{odd[0]} is a list or an object", _HINT))
        return {}
    return {key: as_text(value) for key, value in found.items()}


def _error(code: str, message: str, name: str) -> InputError:
    return InputError([Diagnostic(code, message, Cell(name, 1))])
