"""Texts to typed columns, a whole column at a time; only cells that are wrong are looked at one by one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from types import MappingProxyType

import polars as pl

from dutyrules.diagnostics import Cell, Diagnostic, did_you_mean, nearest
from dutyrules.registry.read import RawTable
from dutyrules.registry.schema import COLUMNS, Column, Kind, canonical_title, known_titles

__all__ = ["Table", "convert", "empty"]

_EXTENSIBLE = ("people", "plan")  # further columns are kept: ids of other systems, attributes of events
_DAY = 86_400
_FULL_WIDTH = dict(zip("０１２３４５６７８９：／－．　", "0123456789:/-. ", strict=True))
_DATE = r"^([1-9][0-9]{3})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$"
_TIME = r"^([0-9]{1,2}):([0-5][0-9])(?::([0-5][0-9]))?$"
_AMOUNT = r"^(-?)([0-9]{1,14})(?:\.([0-9]{1,4})0*)?$"
_COUNT = r"^([0-9]{1,6})(?:\.0+)?$"
_DECIMAL = r"^-?[0-9]+(?:\.[0-9]+)?$"
_SHARE = r"^(?:[0-9]{1,9}(?:\.[0-9]{1,9})?|[0-9]{1,9}/[1-9][0-9]{0,8})$"
_BOOLEANS = {"yes": True, "true": True, "1": True, "是": True, "no": False, "false": False, "0": False, "否": False}


@dataclass(frozen=True, slots=True)
class Table:
    """A typed table and where it came from.

    Attributes:
        name: The name of the table.
        file: The name under which diagnostics cite it.
        titles: The title of each column as it is written in the file.
        frame: The typed columns, and `_row`.
        broken: The numbers of the rows that hold a wrong value.
    """

    name: str
    file: str
    titles: Mapping[str, str]
    frame: pl.DataFrame
    broken: frozenset[int] = frozenset()

    def cell(self, row: int, column: str | None) -> Cell:
        """Returns the place of a cell, named as the file names it."""
        return Cell(self.file, row, None if column is None else self.titles.get(column, column))


@cache
def empty(name: str) -> Table:
    """Returns a table without rows; one for all estates, which takes longer to make than most tables to read."""
    return convert(RawTable(name, name, (), (), pl.Series([], dtype=pl.Int32)), header=False)[0]


def convert(raw: RawTable, *, header: bool = True) -> tuple[Table, list[Diagnostic]]:
    """Gives each column of a raw table its type.

    A wrong value is reported and becomes null; its row stays.

    Args:
        raw: The table as it was written.
        header: Whether there is a header that can lack a column.
    """
    found, extras, diagnostics = _match_titles(raw)
    if header:
        diagnostics += _missing_columns(raw, found)
    columns, broken = [], set()
    for column in COLUMNS[raw.table]:
        cells, wrong = _typed(raw, column, found.get(column.name))
        columns.append(cells)
        diagnostics += wrong
        broken |= {each.where.row for each in wrong if isinstance(each.where, Cell)}
    columns += [raw.columns[index].alias(raw.titles[index]) for index in extras]
    frame = pl.DataFrame([*columns, raw.rows.alias("_row")])
    titles = MappingProxyType({name: raw.titles[index] for name, index in found.items()})
    return Table(raw.table, raw.file, titles, frame, frozenset(broken)), diagnostics


# --- Titles


def _match_titles(raw: RawTable) -> tuple[dict[str, int], list[int], list[Diagnostic]]:
    """Finds which column stands where.

    Returns:
        The index of each known column, the indices of the columns to keep besides, and what is wrong.
    """
    known = known_titles(raw.table)
    found: dict[str, int] = {}
    extras: dict[str, int] = {}
    diagnostics = []
    for index, title in enumerate(raw.titles):
        column = known.get(canonical_title(title))
        taken = found if column is not None else extras
        name = column.name if column is not None else title
        if column is None and (raw.table not in _EXTENSIBLE or name in ("", "_row")):
            diagnostics.append(_unknown_column(raw, title))
        elif name in taken:
            diagnostics.append(_column_twice(raw, title, raw.titles[taken[name]]))
        else:
            taken[name] = index
    return found, list(extras.values()), diagnostics


def _unknown_column(raw: RawTable, title: str) -> Diagnostic:
    names = [column.name for column in COLUMNS[raw.table]]
    return Diagnostic(
        "table.unknown-column",
        f"{raw.table} has no such column; it is not read" if title else "cells without a column title are not read",
        Cell(raw.file, 1, title or None),
        found=title,
        expected=", ".join(names),
        hint=did_you_mean(title, names) if title else None,
        severity="warning",
    )


def _column_twice(raw: RawTable, title: str, first: str) -> Diagnostic:
    return Diagnostic(
        "table.column-twice",
        "two columns mean the same",
        Cell(raw.file, 1, title),
        found=title,
        expected="one column of each kind",
        hint="rename or remove one of them",
        related=(("first here", Cell(raw.file, 1, first)),),
    )


def _missing_columns(raw: RawTable, found: Mapping[str, int]) -> list[Diagnostic]:
    strangers = [title for index, title in enumerate(raw.titles) if index not in found.values()]
    return [
        Diagnostic(
            "table.missing-column",
            f"{raw.table} needs a column {column.name}",
            Cell(raw.file, 1, column.name),
            found=nearest(column.name, strangers),
            expected=" or ".join((column.name, *column.aliases)),
            hint=f"add a column {column.name} to the header in row 1",
        )
        for column in COLUMNS[raw.table]
        if column.required and column.name not in found
    ]


# --- Cells


def _typed(raw: RawTable, column: Column, index: int | None) -> tuple[pl.Series, list[Diagnostic]]:
    if index is None:
        return _blank(column).new_from_index(0, len(raw.rows)), []
    texts, title = raw.columns[index], raw.titles[index]
    cells = _CASTS[column.kind](texts)
    if column.kind is Kind.WORD:
        cells = cells.set(~cells.is_in(column.words), None)
    diagnostics = _wrong_cells(raw, column, title, texts, cells)
    if column.required:
        diagnostics += _missing_values(raw, column, title, texts)
    if column.default is not None and cells.null_count():
        cells = cells.fill_null(_blank(column)[0])
    return cells.alias(column.name), diagnostics


@cache
def _blank(column: Column) -> pl.Series:
    """One cell that nobody filled; kept, since most tables lack most columns."""
    return _CASTS[column.kind](pl.Series(column.name, [column.default], dtype=pl.String)).alias(column.name)


def _wrong_cells(raw: RawTable, column: Column, title: str, texts: pl.Series, cells: pl.Series) -> list[Diagnostic]:
    wrong = texts.is_not_null() & cells.is_null()
    if not wrong.any():
        return []
    values = texts.filter(wrong)
    hints = {value: _hint(column, value) for value in values.unique().to_list()}
    code, message, expected = _EXPECTED[column.kind]
    return [
        Diagnostic(code, message, Cell(raw.file, row, title), value, expected or _one_of(column.words), hints[value])
        for row, value in zip(raw.rows.filter(wrong).to_list(), values.to_list(), strict=True)
    ]


def _missing_values(raw: RawTable, column: Column, title: str, texts: pl.Series) -> list[Diagnostic]:
    expected = _EXPECTED[column.kind][2] or _one_of(column.words) or f"the {column.name}"
    return [
        Diagnostic(
            "table.missing-value",
            f"{column.name} is empty",
            Cell(raw.file, row, title),
            expected=expected,
            hint="fill the cell, or remove the row",
        )
        for row in raw.rows.filter(texts.is_null()).to_list()
    ]


def _hint(column: Column, value: str) -> str | None:
    words = column.words or (("yes", "no", "true", "false") if column.kind is Kind.BOOLEAN else ())
    return did_you_mean(value, words) if words else _HINTS.get(column.kind)


def _one_of(words: tuple[str, ...]) -> str:
    return ", ".join(words)


# --- Casts: texts in, typed cells out; null where a text is not what it should be


def _half_width(texts: pl.Series) -> pl.Series:
    return texts.str.replace_many(_FULL_WIDTH)


def _dates(texts: pl.Series) -> pl.Series:
    bare = _half_width(texts)
    dashed = bare.str.replace(_DATE, "${1}-${2}-${3}")
    # The pattern decides, since the parser alone would take 26-10-08 for the year 26.
    return dashed.set(~bare.str.contains(_DATE), None).str.to_date("%Y-%m-%d", strict=False)


def _seconds(texts: pl.Series, last: int) -> pl.Series:
    part = _half_width(texts).str.extract_groups(_TIME).struct.unnest().cast(pl.Int32)
    total = part["1"] * 3600 + part["2"] * 60 + part["3"].fill_null(0)
    return total.set(total > last, None)


def _times(texts: pl.Series) -> pl.Series:
    return _seconds(texts, _DAY - 1)


def _end_times(texts: pl.Series) -> pl.Series:
    return _seconds(texts, _DAY)


def _instants(texts: pl.Series) -> pl.Series:
    part = _half_width(texts).str.extract_groups(r"^(?<day>[^T ]+)(?:(?:T| +)(?<time>.+))?$").struct.unnest()
    seconds = _end_times(part["time"])
    # A bare date is its midnight; a time that can't be read must not become one.
    seconds = seconds.set(part["time"].is_null(), 0)
    return _dates(part["day"]).cast(pl.Datetime("us")) + (seconds.cast(pl.Int64) * 1_000_000).cast(pl.Duration("us"))


def _booleans(texts: pl.Series) -> pl.Series:
    return texts.str.to_lowercase().replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)


def _amounts(texts: pl.Series) -> pl.Series:
    part = _half_width(texts).str.extract_groups(_AMOUNT).struct.unnest()
    fraction = part["3"].fill_null("0").str.pad_end(4, "0").cast(pl.Int64)
    sign = part["1"].replace_strict({"-": -1, "": 1}, default=None, return_dtype=pl.Int64)
    return sign * (part["2"].cast(pl.Int64) * 10_000 + fraction)


def _counts(texts: pl.Series) -> pl.Series:
    return _half_width(texts).str.extract(_COUNT).cast(pl.Int32)


def _decimals(texts: pl.Series) -> pl.Series:
    bare = _half_width(texts)
    return bare.set(~bare.str.contains(_DECIMAL), None)


def _shares(texts: pl.Series) -> pl.Series:
    bare = _half_width(texts)
    bare = bare.set(~bare.str.contains(_SHARE), None)
    canonical = {text: _canonical_share(text) for text in bare.drop_nulls().unique().to_list()}
    return bare.replace_strict(canonical, default=None, return_dtype=pl.String)


def _canonical_share(text: str) -> str | None:
    share = Fraction(text)
    if not 0 < share <= 1:
        return None
    if "/" in text or share == 1:
        return str(share)
    return "0." + text.partition(".")[2].rstrip("0")


def _words(texts: pl.Series) -> pl.Series:
    return texts.str.to_lowercase()


def _lists(texts: pl.Series) -> pl.Series:
    words = texts.fill_null("").str.replace_all(r"[\s,，、;；]+", " ").str.strip_chars().str.split(" ")
    return words.list.eval(pl.element().filter(pl.element() != ""))


_CASTS: Mapping[Kind, Callable[[pl.Series], pl.Series]] = {
    Kind.TEXT: lambda texts: texts,
    Kind.DATE: _dates,
    Kind.INSTANT: _instants,
    Kind.TIME: _times,
    Kind.END_TIME: _end_times,
    Kind.BOOLEAN: _booleans,
    Kind.AMOUNT: _amounts,
    Kind.COUNT: _counts,
    Kind.DECIMAL: _decimals,
    Kind.SHARE: _shares,
    Kind.WORD: _words,
    Kind.LIST: _lists,
}

# Code, message, and what is expected (none for words: those of the column).
_EXPECTED: Mapping[Kind, tuple[str, str, str | None]] = {
    Kind.TEXT: ("table.bad-text", "this is not a text", None),
    Kind.DATE: ("table.bad-date", "this is not a date", "a date such as 2026-10-08"),
    Kind.INSTANT: (
        "table.bad-instant",
        "this is not a date or a local time",
        "a date or a local time such as 2026-10-08 07:55",
    ),
    Kind.TIME: ("table.bad-time", "this is not a time of day", "a time such as 08:00"),
    Kind.END_TIME: ("table.bad-time", "this is not a time of day", "a time such as 17:30, at most 24:00"),
    Kind.BOOLEAN: ("table.bad-boolean", "this is neither yes nor no", "yes, no, true, false"),
    Kind.AMOUNT: ("table.bad-number", "this is not an amount", "a number of at most four decimals"),
    Kind.COUNT: ("table.bad-number", "this is not a whole number", "a whole number, 0 or more"),
    Kind.DECIMAL: ("table.bad-number", "this is not a number", "a number such as 12.5"),
    Kind.SHARE: (
        "table.bad-number",
        "this is not a share of full time",
        "a number above 0 and at most 1, such as 1, 0.5 or 1/2",
    ),
    Kind.WORD: ("table.unknown-word", "this word is not allowed here", None),
    Kind.LIST: ("table.bad-text", "this is not a list of words", None),
}

_HINTS: Mapping[Kind, str] = {
    Kind.DATE: "write year-month-day, the year with four digits",
    Kind.INSTANT: "write local time, without an offset",
    Kind.TIME: "write hours:minutes",
    Kind.END_TIME: "write hours:minutes; a shift that ends next day ends earlier than it starts",
    Kind.AMOUNT: "write digits and a point only: no currency, no separator of thousands",
    Kind.COUNT: "write digits only",
    Kind.DECIMAL: "write digits and a point only",
    Kind.SHARE: "half of full time is 0.5",
}
