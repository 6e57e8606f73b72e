"""Values as text: what a spreadsheet, a YAML file or a program puts into a cell, written as a CSV file would."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import polars as pl

__all__ = ["as_text", "blurred", "stripped", "text_series", "unescaped"]

_BLURRED = 1e15


def as_text(value: object) -> str | None:
    """Writes one value as the text of a cell.

    Returns:
        The text; None for an empty cell.

    Raises:
        TypeError: The value is of a type that no cell holds.
    """
    match value:
        case None | str():
            return value
        case bool():
            return "yes" if value else "no"
        case int() | Fraction():
            return str(value)
        case float():
            # A spreadsheet keeps 15 digits: 0.1 + 0.2 is 0.3 there, and a 5 stored as 5.0 is 5.
            text = format(Decimal(format(value, ".15g")), "f")
            return text.rstrip("0").rstrip(".") if "." in text else text
        case Decimal():
            return format(value, "f")
        case datetime():
            # Excel's day fractions come out some microseconds beside the second that was typed.
            return (value + timedelta(milliseconds=500)).replace(microsecond=0).isoformat(" ")
        case date() | time():
            return value.isoformat()
        case timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        case list() | tuple() | set() | frozenset():
            return _joined(sorted(value) if isinstance(value, set | frozenset) else value)
    raise TypeError(f"a cell can't hold a value of type {type(value).__name__}")


def blurred(value: object) -> bool:
    """Whether a number has more digits than a spreadsheet keeps: two that differed may have become one."""
    return isinstance(value, float) and abs(value) >= _BLURRED


def text_series(values: Sequence[object]) -> pl.Series:
    """Writes the values of a column as texts, stripped; empty ones are null.

    Raises:
        TypeError: A value is of a type that no cell holds.
    """
    # Most columns are texts from end to end; only the others are worth a look at each cell.
    texts = values if {*map(type, values)} <= {str, type(None)} else [as_text(value) for value in values]
    return stripped(pl.Series(texts, dtype=pl.String))


def stripped(cells: pl.Series) -> pl.Series:
    """Strips the blanks (the ideographic one too) around each text; what is left empty becomes null."""
    bare = cells.str.strip_chars()
    return bare.set(bare == "", None)


def unescaped(cells: pl.Series) -> pl.Series:
    """Takes off the apostrophe that keeps a spreadsheet from reading a cell as a formula."""
    return cells.str.replace(r"^'([=+\-@\t\r])", "${1}")


def _joined(values: Iterable[object]) -> str:
    return " ".join(text for value in values if (text := as_text(value)))
