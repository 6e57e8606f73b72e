"""Cells to numbers and instants, columns at a time.

Every reader here works in two steps: a fast one over the whole column, and a patient one in Python over the distinct
cells that the fast one could not read. Well-formed logs never pay for the second.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.activity.log import VALUE_SCALE

Ints: TypeAlias = npt.NDArray[np.int32]
Rows: TypeAlias = npt.NDArray[np.int64]


def filled(cells: pl.Series) -> Rows | None:
    """Returns the positions of the cells that are not null if they are few: then only they are worth reading."""
    if 4 * cells.null_count() <= 3 * len(cells):
        return None
    return np.flatnonzero(cells.is_not_null().to_numpy())


def pick(cells: pl.Series, rows: npt.NDArray[np.integer]) -> pl.Series:
    """Returns the cells at some positions: what `gather` does, without the query that Polars makes of it."""
    return cells[pl.Series(rows.astype(np.uint32, copy=False))]


def spread(here: Rows, cells: pl.Series, size: int) -> pl.Series:
    """Puts cells back where they stood, among nulls."""
    nothing = pl.Series(cells.name, [None], dtype=cells.dtype).new_from_index(0, size)
    return nothing.scatter(here, cells) if len(here) else nothing


_NONE_BAD = np.empty(0, np.int64)
_WHOLE = 10**11  # up to it, ten-thousandths of a number are exact even as a float


def numbers(cells: pl.Series) -> tuple[pl.Series, Rows]:
    """Reads numbers of at most four decimals.

    Returns:
        The numbers in ten-thousandths (Int64, null where there is none), and the positions of cells that hold
        something else.
    """
    here = filled(cells)
    if here is not None:
        read, bad = numbers(pick(cells, here))
        return spread(here, read, len(cells)), here[bad]
    if not len(cells):
        return pl.Series(cells.name, [], pl.Int64), _NONE_BAD
    if not cells.dtype.is_numeric() and cells.dtype != pl.Null:
        cells = cells.cast(pl.String)  # words of a dictionary, and days and truths, which are no numbers
    if cells.dtype == pl.String:
        plain = cells.str.contains(r"^-?[0-9]{1,11}(\.[0-9]{1,4})?$")
        fast = (cells.set(~plain, None).cast(pl.Float64) * VALUE_SCALE).round().cast(pl.Int64)
        return _resolve(cells, fast, _number)
    scaled = cells.cast(pl.Float64).to_numpy() * VALUE_SCALE  # not a number where there is none
    whole = np.rint(scaled)
    with np.errstate(invalid="ignore"):
        exact = (np.abs(scaled - whole) < 1e-4) & (np.abs(scaled) <= _WHOLE * VALUE_SCALE)
    fast = pl.Series(cells.name, np.where(exact, whole, 0).astype(np.int64))
    if exact.all():
        return fast, _NONE_BAD
    told = cells.fill_nan(None) if cells.dtype.is_float() else cells  # other programs write a missing number that way
    return _resolve(told, fast.set(pl.Series(~exact), None), _number)


def integers(cells: pl.Series) -> tuple[pl.Series, Rows]:
    """Reads whole numbers; returns them and the positions of cells that hold something else."""
    whole = cells.cast(pl.Int64, strict=False) if cells.dtype.is_integer() else None
    if whole is not None and whole.null_count() == cells.null_count() and whole.is_between(-_WHOLE, _WHOLE).all():
        return whole, _NONE_BAD
    here = filled(cells)
    if here is not None:
        read, bad = integers(pick(cells, here))
        return spread(here, read, len(cells)), here[bad]
    scaled, bad = numbers(cells)
    broken = (scaled % VALUE_SCALE != 0).fill_null(False)
    if broken.any():
        scaled = scaled.set(broken, None)
        bad = np.union1d(bad, np.flatnonzero(broken.to_numpy()))
    return scaled // VALUE_SCALE, bad


def booleans(cells: pl.Series) -> tuple[pl.Series, Rows]:
    """Reads yes, no, true, false, 1 and 0; returns booleans and the positions of cells that hold something else."""
    if cells.dtype == pl.Boolean:
        return cells, _NONE_BAD
    nothing = pl.repeat(None, len(cells), dtype=pl.Int64, eager=True)
    known = {"yes": 1, "true": 1, "1": 1, "no": 0, "false": 0, "0": 0}
    read, bad = _resolve(cells, nothing, lambda word: known.get(word.lower()))
    return read.cast(pl.Boolean), bad


def instants(cells: pl.Series, zone: str, *, dates: bool = False) -> tuple[pl.Series, Rows]:
    """Reads instants.

    Args:
        cells: Datetimes or text; those without an offset are local.
        zone: The time zone of the estate.
        dates: Take a bare date for its midnight.

    Returns:
        Seconds since 1970-01-01 of the local wall clock (Int64, null where there is none), and the positions of cells
        that hold something else.
    """
    if isinstance(cells.dtype, pl.Datetime):
        local = cells.dt.convert_time_zone(zone).dt.replace_time_zone(None) if cells.dtype.time_zone else cells
        found = _over(local.cast(pl.Int64), _TICKS[cells.dtype.time_unit])
        if _sane(found):
            return found, _NONE_BAD
        insane = ~found.is_between(*_SANE, closed="left").fill_null(True)
        return found.set(insane, None), insane.arg_true().to_numpy()
    text = cells.cast(pl.String)
    return _resolve(text, _by_format(text, zone), lambda word: _instant(word, ZoneInfo(zone), dates))


def _over(cells: pl.Series, divisor: int) -> pl.Series:
    if cells.null_count():
        return cells // divisor
    return pl.Series(cells.name, cells.to_numpy() // divisor)  # numpy divides four times as fast


_TICKS = {"ms": 10**3, "us": 10**6, "ns": 10**9}


def seconds(moment: datetime, zone: str) -> int:
    """Returns the seconds since 1970-01-01 of the local wall clock."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) if moment.tzinfo else moment
    return int((local - datetime(1970, 1, 1)).total_seconds() // 1)


_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S%#z")


def _by_format(text: pl.Series, zone: str) -> pl.Series:
    read = _strptime(text, _FORMATS[0], zone)
    rest = np.flatnonzero((read.is_null() & text.is_not_null()).to_numpy())
    if not len(rest):
        return read
    plain = text.gather(rest).str.replace("T", " ", literal=True).str.replace_all("/", "-", literal=True)
    again = pl.repeat(None, len(rest), dtype=pl.Int64, eager=True)
    for form in _FORMATS:
        if again.null_count():
            again = again.zip_with(again.is_not_null(), _strptime(plain, form, zone))
    return read.scatter(rest, again)


def _strptime(text: pl.Series, form: str, zone: str) -> pl.Series:
    moments = text.str.to_datetime(form, strict=False, time_unit="us")
    if form.endswith("z"):
        moments = moments.dt.convert_time_zone(zone).dt.replace_time_zone(None)
    return _epoch(moments)


_FIRST_YEAR, _LAST_YEAR = 1900, 2199
_SANE = (
    int((datetime(_FIRST_YEAR, 1, 1) - datetime(1970, 1, 1)).total_seconds()),
    int((datetime(_LAST_YEAR + 1, 1, 1) - datetime(1970, 1, 1)).total_seconds()),
)


def _epoch(moments: pl.Series) -> pl.Series:
    # `26-10-08` would be the year 26.
    found = moments.dt.epoch("s")
    return found if _sane(found) else found.set(~found.is_between(*_SANE, closed="left"), None)


def _sane(found: pl.Series) -> bool:
    low, high = found.min(), found.max()
    return not isinstance(low, int) or not isinstance(high, int) or (_SANE[0] <= low and high < _SANE[1])


_MOMENT = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})"
    r"(?:[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)


def _instant(word: str, zone: ZoneInfo, dates: bool) -> int | None:
    match = _MOMENT.fullmatch(word)
    if match is None or (match[4] is None and not dates):
        return None
    try:
        moment = datetime(*(int(part or 0) for part in match.groups()[:6]))  # type: ignore[arg-type]
        if match[7]:
            moment = datetime.fromisoformat(f"{moment.isoformat()}{match[7]}")
    except ValueError:
        return None
    return seconds(moment, zone.key) if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None


_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")


def _number(word: str) -> int | None:
    if not _NUMBER.fullmatch(word):
        return None
    scaled = Decimal(word) * VALUE_SCALE
    return int(scaled) if scaled == scaled.to_integral_value() and abs(scaled) < 1 << 63 else None


def _resolve(cells: pl.Series, fast: pl.Series, slow: Callable[[str], int | None]) -> tuple[pl.Series, Rows]:
    """Reads what `fast` left unread, each distinct cell once, and returns the positions that stay unreadable."""
    if fast.null_count() == cells.null_count():
        return fast, _NONE_BAD
    left = np.flatnonzero((fast.is_null() & cells.is_not_null()).to_numpy())
    odd = cells.gather(left).cast(pl.String)
    distinct = odd.unique()
    # NFKC makes full-width digits, colons and blanks plain ones.
    words = [unicodedata.normalize("NFKC", cell).strip() for cell in distinct.to_list()]
    answers = pl.Series([slow(word) if word else None for word in words], dtype=pl.Int64)
    unread = pl.Series([bool(word) and answer is None for word, answer in zip(words, answers, strict=True)])
    table = pl.DataFrame({"cell": distinct, "answer": answers, "unread": unread})
    found = odd.alias("cell").to_frame().join(table, on="cell", how="left", maintain_order="left")
    return fast.scatter(left, found["answer"]), left[found["unread"].to_numpy()]
