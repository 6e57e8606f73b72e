"""Writing tables of text as CSV: rejects and imported logs."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection
from pathlib import Path

import polars as pl

from dutyrules.activity.log import Log

# A spreadsheet takes cells that begin so for formulas.
_FORMULA = r"^[=+\-@\t\r]"


def write_rejects(log: Log, path: Path) -> None:
    """Writes the rejects of a log as CSV (UTF-8 with BOM); the file is there whole or not at all."""
    write_csv(log.rejects, path, escaped=log.rejects.columns)


def write_csv(frame: pl.DataFrame, path: Path, *, escaped: Collection[str] = ()) -> None:
    """Writes a table as CSV (UTF-8 with BOM); the file is there whole or not at all.

    Args:
        frame: The table.
        path: Where to write it; a file that is there is replaced.
        escaped: The columns whose cells get an apostrophe in front where a spreadsheet would take them for formulas.
    """
    harmless = (_harmless(name) for name in escaped if frame.schema[name] == pl.String)
    frame = frame.with_columns(*harmless)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            frame.write_csv(stream, include_bom=True)
        temporary.chmod(0o644)  # mkstemp lets nobody else read
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _harmless(name: str) -> pl.Expr:
    cells = pl.col(name)
    return pl.when(cells.str.contains(_FORMULA)).then(pl.lit("'") + cells).otherwise(cells).alias(name)
