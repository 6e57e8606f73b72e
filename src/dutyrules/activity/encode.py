"""Words to numbers, columns at a time.

Every reader here works in two steps: a fast one over the whole column, and a patient one in Python over the distinct
cells that the fast one could not read. Well-formed logs never pay for the second.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.activity.log import VALUE_SCALE

Ints: TypeAlias = npt.NDArray[np.int32]
Rows: TypeAlias = npt.NDArray[np.int64]

EMPTY = -1
UNKNOWN = -2

_TABLE_BITS = 22
# Below this many cells a join is quicker than filling the table.
_WORTH_A_TABLE = 50_000
# A column whose first cells hold so few words is taken to be one of words.
_SAMPLE, _FEW = 4_096, 64
# Smaller blocks look words up too often, larger ones need too much memory.
_BLOCK = 1 << 20


class Index:
    """Numbers for known words: their positions in the order given.

    Attributes:
        words: The distinct words.
    """

    def __init__(self, words: Iterable[str]) -> None:
        self.words = pl.Series("word", list(words), dtype=pl.String).unique(maintain_order=True)
        self._codes = pl.DataFrame({"word": self.words, "code": np.arange(len(self.words), dtype=np.int32)})

    def codes(self, cells: pl.Series) -> Ints:
        """Returns the word number of each cell, `EMPTY` or `UNKNOWN`; blanks around a word do not count."""
        if len(cells) < _WORTH_A_TABLE or not len(self.words):
            return _joined(cells, self._codes, self._codes)
        self._table  # noqa: B018  # built once, before the blocks ask for it
        blocks = [cells.slice(start, _BLOCK) for start in range(0, len(cells), _BLOCK)]
        return np.concatenate([self._block(block) for block in blocks])

    def _block(self, cells: pl.Series) -> Ints:
        # A hash names one candidate per cell, comparing the strings decides: exact, and three times faster than a join.
        table, losers = self._table
        guess: Ints = table.take((cells.hash().to_numpy() & np.uint64(len(table) - 1)).view(np.int64))
        right = self.words.gather(pl.Series(guess)) == cells
        if right.null_count():
            guess[right.is_null().to_numpy()] = EMPTY
            right = right.fill_null(True)
        if not right.all():
            wrong = np.flatnonzero(~right.to_numpy())
            guess[wrong] = _joined(cells.gather(wrong), losers, self._codes)
        return guess

    @cached_property
    def _table(self) -> tuple[Ints, pl.DataFrame]:
        """The word number per hash, and the words that lost their place to another one."""
        # Sixteen places a word keep most apart; a small table stays in the cache of a processor.
        size = 1 << min(len(self.words).bit_length() + 4, _TABLE_BITS)
        places = self.words.hash().to_numpy() & np.uint64(size - 1)
        table: Ints = np.zeros(size, np.int32)
        numbers = self._codes["code"].to_numpy()
        table[places] = numbers
        return table, self._codes.filter(pl.Series(table[places] != numbers))


def _joined(cells: pl.Series, first: pl.DataFrame, every: pl.DataFrame) -> Ints:
    """Looks cells up among the `first` words and, without the blanks around them, among `every` word."""
    found = _look_up(cells, first)
    codes: Ints = found.fill_null(EMPTY).to_numpy().copy()
    strays = np.flatnonzero((found.is_null() & cells.is_not_null()).to_numpy())
    if len(strays):
        stripped = cells.gather(strays).str.strip_chars()
        again = _look_up(stripped, every).fill_null(UNKNOWN).to_numpy()
        codes[strays] = np.where((stripped == "").to_numpy(), EMPTY, again)
    return codes


def _look_up(cells: pl.Series, codes: pl.DataFrame) -> pl.Series:
    return cells.alias("word").to_frame().join(codes, on="word", how="left", maintain_order="left")["code"]


def tidy(cells: pl.Series) -> pl.Series:
    """Returns the cells as text without blanks around them, null where nothing is left."""
    here = _filled(cells)
    if here is not None:
        return _spread(here, tidy(cells.gather(here)), len(cells))
    text = cells.cast(pl.String)
    if text.head(_SAMPLE).n_unique() < _FEW:
        # A column of words: looking at each word once is enough, and mostly there is nothing to do.
        words = text.unique()
        if _stripped(words).equals(words):
            return text
    return _stripped(text)


def _stripped(text: pl.Series) -> pl.Series:
    bare = text.str.strip_chars()
    return bare.set(bare == "", None) if bare.str.len_bytes().min() == 0 else bare


def unlisted(cells: pl.Series, words: Iterable[str]) -> Rows:
    """Returns the positions of cells that are, letter by letter, none of a few words."""
    return np.flatnonzero((~cells.is_in(list(words))).fill_null(False).to_numpy())


def _filled(cells: pl.Series) -> Rows | None:
    """Returns the positions of the cells that are not null if they are few: then only they are worth reading."""
    if 4 * cells.null_count() <= 3 * len(cells):
        return None
    return np.flatnonzero(cells.is_not_null().to_numpy())


def _spread(here: Rows, cells: pl.Series, size: int) -> pl.Series:
    """Puts cells back where they stood, among nulls."""
    return pl.repeat(None, size, dtype=cells.dtype, eager=True).scatter(here, cells)


def numbers(cells: pl.Series) -> tuple[pl.Series, Rows]:
    """Reads numbers of at most four decimals.

    Returns:
        The numbers in ten-thousandths (Int64, null where there is none), and the positions of cells that hold
        something else.
    """
    here = _filled(cells)
    if here is not None:
        read, bad = numbers(cells.gather(here))
        return _spread(here, read, len(cells)), here[bad]
    if cells.dtype == pl.String:
        plain = cells.str.contains(r"^-?[0-9]{1,11}(\.[0-9]{1,4})?$")
        fast = (cells.set(~plain, None).cast(pl.Float64) * VALUE_SCALE).round().cast(pl.Int64)
    else:
        if cells.dtype.is_float():
            cells = cells.fill_nan(None)  # other programs write a missing number that way
        scaled = cells.cast(pl.Float64) * VALUE_SCALE
        whole = scaled.round()
        exact = ((scaled - whole).abs() < 1e-4) & (scaled.abs() < 1e15)
        fast = whole.set(~exact, None).cast(pl.Int64)
    return _resolve(cells, fast, _number)


def integers(cells: pl.Series) -> tuple[pl.Series, Rows]:
    """Reads whole numbers; returns them and the positions of cells that hold something else."""
    scaled, bad = numbers(cells)
    broken = (scaled % VALUE_SCALE != 0).fill_null(False)
    if broken.any():
        scaled = scaled.set(broken, None)
        bad = np.union1d(bad, np.flatnonzero(broken.to_numpy()))
    return scaled // VALUE_SCALE, bad


def booleans(cells: pl.Series) -> tuple[pl.Series, Rows]:
    """Reads yes, no, true, false, 1 and 0; returns booleans and the positions of cells that hold something else."""
    if cells.dtype == pl.Boolean:
        return cells, np.empty(0, np.int64)
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
        return local.dt.epoch("s"), np.empty(0, np.int64)
    text = cells.cast(pl.String)
    return _resolve(text, _by_format(text, zone), lambda word: _instant(word, ZoneInfo(zone), dates))


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
_SANE = tuple(
    int((datetime(year, 1, 1) - datetime(1970, 1, 1)).total_seconds()) for year in (_FIRST_YEAR, _LAST_YEAR + 1)
)


def _epoch(moments: pl.Series) -> pl.Series:
    # `26-10-08` would be the year 26.
    found = moments.dt.epoch("s")
    sane = found.is_between(_SANE[0], _SANE[1], closed="left")
    return found if sane.all() else found.set(~sane, None)


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
    left = np.flatnonzero((fast.is_null() & cells.is_not_null()).to_numpy())
    if not len(left):
        return fast, left
    odd = cells.gather(left).cast(pl.String)
    distinct = odd.unique()
    # NFKC makes full-width digits, colons and blanks plain ones.
    words = [unicodedata.normalize("NFKC", cell).strip() for cell in distinct.to_list()]
    answers = pl.Series([slow(word) if word else None for word in words], dtype=pl.Int64)
    unread = pl.Series([bool(word) and answer is None for word, answer in zip(words, answers, strict=True)])
    table = pl.DataFrame({"cell": distinct, "answer": answers, "unread": unread})
    found = odd.alias("cell").to_frame().join(table, on="cell", how="left", maintain_order="left")
    return fast.scatter(left, found["answer"]), left[found["unread"].to_numpy()]
