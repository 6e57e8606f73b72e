"""The tables of an estate as typed columns: read from files or built from rows, and checked alike."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dutyrules.diagnostics import Cell, Diagnostic, did_you_mean, nearest
from dutyrules.registry.checks import check
from dutyrules.registry.convert import Table, convert, empty
from dutyrules.registry.read import RawTable, read_file, read_rows
from dutyrules.registry.schema import TABLES

__all__ = ["TARGET_COLUMN", "Tables", "load_tables", "tables_from_rows"]

TARGET_COLUMN: Mapping[str, str] = {
    "buildings": "building",
    "units": "unit",
    "permits": "unit",
    "arrears": "unit",
    "spells": "target",
}
"""The tables that a population may be drawn from, and the column that names the member."""

_SUFFIXES = (".csv", ".xlsx", ".yaml")


@dataclass(frozen=True, slots=True, eq=False)
class Tables:
    """The tables of an estate.

    Each is a frame with every column of its documentation, empty if the table is not there, and `_row`, the row
    number in the spreadsheet (`Int32`; the header is row 1). Ids and words are `String`, dates `Date`, instants local
    `Datetime("us")`, and exact figures never floats.

    Attributes:
        people: One row per post; `fte` is the text of an exact number (`1`, `0.5`, `1/2`), `primary` is `Boolean`.
            Columns beyond the documented ones are kept as `String`.
        buildings: `x` and `y` are texts of decimals, `inspect_minutes` is `Int32`, `priority` is `Boolean`.
        walking: Minutes on foot from one building or office to another; `from` and `to` are names.
        units: One row per unit and state.
        blackouts: Days on which a household must be neither visited nor called.
        permits: Renovation permits.
        arrears: `amount` is `Int64`, in ten-thousandths.
        spells: What holds of a unit, building or person from a day to a day: a probation, a life, an absence.
        roster: `start` and `end` are `Int32` seconds after midnight; null on a rest day.
        requests: What people wish for, or have to, on a day; `weight` is `Int32`.
        leave: `from`, `until` and `accepted_at` are `Datetime("us")`, `approved` is `Boolean`.
        coverage: `kinds` and `areas` are `List(String)`; an empty list means all.
        settlements: Items that HR settled.
        waivers: Breaches that were waived.
        appeals: What people appealed against, and what was decided; `points` is a text.
    """

    people: pl.DataFrame
    buildings: pl.DataFrame
    walking: pl.DataFrame
    units: pl.DataFrame
    blackouts: pl.DataFrame
    permits: pl.DataFrame
    arrears: pl.DataFrame
    spells: pl.DataFrame
    roster: pl.DataFrame
    requests: pl.DataFrame
    leave: pl.DataFrame
    coverage: pl.DataFrame
    settlements: pl.DataFrame
    waivers: pl.DataFrame
    appeals: pl.DataFrame


def load_tables(directory: Path) -> tuple[Tables, list[Diagnostic], dict[str, str]]:
    """Reads the tables that lie in a directory, each as `<table>.csv`, `.xlsx` or `.yaml`.

    Args:
        directory: The directory of the estate.

    Returns:
        The tables, everything that is wrong with them, and the SHA-256 of each file read by its name.
        A wrong cell is null in its table.
    """
    files, diagnostics = _table_files(directory)
    raws: dict[str, RawTable] = {}
    digests: dict[str, str] = {}
    for table, path in files.items():
        raw, wrong, digests[path.name] = read_file(table, path)
        diagnostics += wrong
        if raw is not None:
            raws[table] = raw
    tables, wrong = _assemble(raws)
    return tables, diagnostics + wrong, digests


def tables_from_rows(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[Tables, list[Diagnostic]]:
    """Builds the tables from rows in memory, with the checks that files undergo.

    Args:
        rows: The rows of each table by its name. Values are texts, or the numbers, dates, times, booleans and lists
            of words that they stand for. The first row counts as row 2, as if it stood below a header.

    Returns:
        The tables and everything that is wrong with them; diagnostics cite the name of the table as the file.
    """
    diagnostics: list[Diagnostic] = []
    raws: dict[str, RawTable] = {}
    for table, members in rows.items():
        if table not in TABLES:
            diagnostics.append(_unknown_table(table))
        elif members:
            raws[table], wrong = read_rows(table, table, members)
            diagnostics += wrong
    tables, wrong = _assemble(raws)
    return tables, diagnostics + wrong


def _assemble(raws: Mapping[str, RawTable]) -> tuple[Tables, list[Diagnostic]]:
    tables: dict[str, Table] = {}
    diagnostics: list[Diagnostic] = []
    for name in TABLES:
        if name not in raws:
            tables[name] = empty(name)
            continue
        tables[name], wrong = convert(raws[name])
        diagnostics += wrong
    diagnostics += check(tables)
    order = [table.file for table in tables.values()]
    diagnostics.sort(key=lambda each: _reading_order(each, order))
    return Tables(**{name: table.frame for name, table in tables.items()}), diagnostics


def _reading_order(diagnostic: Diagnostic, files: list[str]) -> tuple[int, int]:
    # Stable: within a row, the checks report from left to right and then across rows.
    where = diagnostic.where
    return (files.index(where.file), where.row) if isinstance(where, Cell) else (-1, 0)


def _unknown_table(table: str) -> Diagnostic:
    return Diagnostic(
        "table.unknown-table",
        "there is no such table",
        Cell(table, 1),
        found=table,
        expected=", ".join(TABLES),
        hint=did_you_mean(table, TABLES),
    )


def _table_files(directory: Path) -> tuple[dict[str, Path], list[Diagnostic]]:
    """Finds the file of each table, in the order of the tables."""
    files: dict[str, Path] = {}
    diagnostics: list[Diagnostic] = []
    present = sorted(path for path in directory.iterdir() if path.is_file() and path.suffix.lower() in _SUFFIXES)
    for table in TABLES:
        candidates = [path for path in present if path.stem == table]
        if candidates:
            files[table] = candidates[0]
            diagnostics += [_twice(table, other, candidates[0]) for other in candidates[1:]]
    strangers = [path for path in present if path.stem not in TABLES and path.name != "estate.yaml"]
    missing = [table for table in TABLES if table not in files]
    diagnostics += [_misnamed(path, meant) for path in strangers if (meant := nearest(path.stem, missing)) is not None]
    return files, diagnostics


def _twice(table: str, path: Path, first: Path) -> Diagnostic:
    return Diagnostic(
        "table.twice",
        f"there are two files of the table {table}",
        Cell(str(path), 1),
        found=path.name,
        expected=f"one file; only {first.name} was read",
        hint="remove the one that is out of date",
        related=(("the other file", Cell(str(first), 1)),),
    )


def _misnamed(path: Path, meant: str) -> Diagnostic:
    return Diagnostic(
        "table.unknown-file",
        "the file is named almost like a table; it is not read",
        Cell(str(path), 1),
        found=path.name,
        expected=f"{meant}{path.suffix}",
        hint="rename it if it is that table",
        severity="warning",
    )
