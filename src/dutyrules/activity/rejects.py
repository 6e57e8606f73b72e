"""Writing tables of text as CSV: rejects and imported logs."""

from __future__ import annotations

import io
from collections.abc import Collection
from pathlib import Path

import polars as pl

from dutyrules import atomic

# A spreadsheet takes cells that begin so for formulas.
_FORMULA = r"^[=+\-@\t\r]"


def write_rejects(rejects: pl.DataFrame, path: Path) -> None:
    """Writes the rejects of a log or an import as CSV (UTF-8 with BOM); the file is there whole or not at all."""
    write_csv(rejects, path, escaped=rejects.columns)


def write_csv(frame: pl.DataFrame, path: Path, *, escaped: Collection[str] = ()) -> None:
    """Writes a table as CSV (UTF-8 with BOM); the file is there whole or not at all.

    Args:
        frame: The table.
        path: Where to write it; a file that is there is replaced.
        escaped: The columns whose cells get an apostrophe in front where a spreadsheet would take them for formulas.
    """
    harmless = (_harmless(name) for name in escaped if frame.schema[name] == pl.String)
    text = io.BytesIO()
    frame.with_columns(*harmless).write_csv(text, include_bom=True)
    atomic.write(path, text.getvalue())


def _harmless(name: str) -> pl.Expr:
    cells = pl.col(name)
    return pl.when(cells.str.contains(_FORMULA)).then(pl.lit("'") + cells).otherwise(cells).alias(name)
