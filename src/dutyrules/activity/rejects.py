"""Writing tables of text as CSV: rejects and imported logs."""

from __future__ import annotations

import io
from pathlib import Path

import polars as pl

from dutyrules import atomic

# A spreadsheet takes cells that begin so for formulas.
_FORMULA = r"^[=+\-@\t\r]"


def write_rejects(rejects: pl.DataFrame, path: Path) -> None:
    """Writes the rejects of a log or an import as CSV (UTF-8 with BOM); the file is there whole or not at all."""
    write_csv(rejects, path)


def write_csv(frame: pl.DataFrame, path: Path) -> None:
    """Writes a table as CSV (UTF-8 with BOM); the file is there whole or not at all.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front, which readers here take off again.
    """
    harmless = (_harmless(name) for name in frame.columns if frame.schema[name] == pl.String)
    text = io.BytesIO()
    frame.with_columns(*harmless).write_csv(text, include_bom=True)
    atomic.write(path, text.getvalue())


def _harmless(name: str) -> pl.Expr:
    cells = pl.col(name)
    return pl.when(cells.str.contains(_FORMULA)).then(pl.lit("'") + cells).otherwise(cells).alias(name)
