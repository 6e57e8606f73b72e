"""A Parquet file as columns of plain cells, read only as far as somebody asks."""

from __future__ import annotations

import io
from collections.abc import Collection
from typing import Final

import polars as pl

from dutyrules.activity.texttable import header_of
from dutyrules.diagnostics import Cell, Diagnostic, InputError

MOST_ROWS: Final = 1 << 27
"""Rows of a file; one that repeats itself may claim thousands of millions in a few bytes."""

DAMAGED: Final = "the file is not Parquet, or it is damaged"

_DAY: Final = 86_400
_TICKS: Final = {"ms": 10**3, "us": 10**6, "ns": 10**9}
_CALENDAR: Final = (-700_000, 2_900_000)
"""Days since 1970 that have a date: the years from 54 to 9909."""


def open_parquet(name: str, data: bytes, known: Collection[str]) -> pl.LazyFrame:
    """Opens a Parquet file.

    Args:
        name: What diagnostics call the file.
        data: Its bytes.
        known: The columns that a log may have.

    Raises:
        InputError: It is no Parquet, too long, or a known column holds lists or records.
        PolarsError: It is damaged.
    """
    frame = pl.scan_parquet(io.BytesIO(data))
    schema = frame.collect_schema()
    header = header_of(name, schema.names())
    rows = frame.select(pl.len()).collect().item()
    if rows > MOST_ROWS:
        message, hint = f"the file has more than {MOST_ROWS // 1_000_000} million rows", "split it by time"
        raise InputError([Diagnostic("log.too-large", message, Cell(name, 1), str(rows), hint=hint)])
    _demand_plain(name, {title: kind for title, kind in zip(header, schema.dtypes(), strict=True) if title in known})
    columns = zip(schema.names(), header, schema.dtypes(), strict=True)
    return frame.select(_cells(column, kind).alias(title) for column, title, kind in columns)


def tame(frame: pl.DataFrame) -> pl.DataFrame:
    """Columns with days that no calendar has as text: Polars does not survive writing them."""
    dated = [cells for cells in frame if cells.dtype.base_type() in (pl.Date, pl.Datetime)]
    wild = [cells for cells in dated if not _sane(_ends(cells)).all()]
    return frame.with_columns(_told(cells) for cells in wild) if wild else frame


def _ends(cells: pl.Series) -> pl.Series:
    """The first and the last of all days or instants."""
    numbers = cells.to_physical()
    return pl.Series([numbers.min(), numbers.max()], dtype=numbers.dtype).cast(cells.dtype)


def _sane(cells: pl.Series) -> pl.Series:
    unit = getattr(cells.dtype, "time_unit", None)
    days = cells.to_physical() // (_DAY * _TICKS[unit] if unit else 1)
    return days.is_between(*_CALENDAR).fill_null(True)


def _told(cells: pl.Series) -> pl.Series:
    sane = _sane(cells)
    return cells.set(~sane, None).cast(pl.String).zip_with(sane, cells.to_physical().cast(pl.String))


def _demand_plain(name: str, kinds: dict[str, pl.DataType]) -> None:
    problems = [
        Diagnostic(
            "log.nested-column",
            f"the column {title!r} holds lists or records",
            Cell(name, 1, title),
            str(kind),
            "one text, number, instant, date or boolean a row",
        )
        for title, kind in kinds.items()
        if kind.is_nested()
    ]
    if problems:
        raise InputError(problems)


def _cells(column: str, kind: pl.DataType) -> pl.Expr:
    """A column of plain cells; what no cell can hold as its text."""
    cells = pl.col(column)
    if kind.is_nested():  # nobody reads it, but two rows that differ in it are two
        return pl.struct(cells).struct.json_encode()
    if kind == pl.Duration:
        return cells.dt.to_string("iso")
    if kind == pl.Binary:
        return cells.map_batches(_decoded, return_dtype=pl.String)
    return cells


def _decoded(cells: pl.Series) -> pl.Series:
    return pl.Series([None if cell is None else cell.decode("utf-8", "replace") for cell in cells], dtype=pl.String)
