"""What every file of a log is read into: columns of text, and the rows that cannot be told apart into them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from dutyrules.diagnostics import Cell, Diagnostic, InputError


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that is no row of cells; a blank one stands for it.

    Attributes:
        row: Its number.
        text: What stands there.
        reason: Why it can't be read.
        hint: What to try.
    """

    row: int
    text: str
    reason: str
    hint: str


@dataclass(frozen=True, slots=True)
class Table:
    """A file as text.

    Attributes:
        frame: Its columns, all String; a column without a name is called after its number.
        broken: The rows that are blank in the frame because they can't be read.
        encoding: The encoding that it was read with; files that are no text have none, and say what they are.
        first_row: The number of the first row.
        notices: What a reader should know.
    """

    frame: pl.DataFrame
    broken: tuple[BrokenRow, ...]
    encoding: str
    first_row: int = 2
    notices: tuple[Diagnostic, ...] = ()


def header_of(name: str, cells: Sequence[str]) -> list[str]:
    """The names of the columns.

    Raises:
        InputError: A name is there twice.
    """
    header = [cell.strip() or f"({number})" for number, cell in enumerate(cells, start=1)]
    twice = [column for column in dict.fromkeys(header) if header.count(column) > 1]
    if twice:
        raise InputError(
            Diagnostic("log.duplicate-column", f"the column {column!r} is there twice", Cell(name, 1, column))
            for column in twice
        )
    return header
