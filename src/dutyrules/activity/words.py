"""Words to numbers, columns at a time: those that are known beforehand, and those that turn up in the log."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.activity.encode import Ints, Rows, filled, pick, spread

EMPTY = -1
UNKNOWN = -2

_NONE_BAD = np.empty(0, np.int64)
_TABLE_BITS = 22


class Index:
    """Numbers for known words: their positions in the order given.

    Attributes:
        words: The distinct words.
    """

    def __init__(self, words: Iterable[str] | pl.Series, *, _seed: int = 0) -> None:
        self._seed = _seed
        given = words if isinstance(words, pl.Series) else pl.Series(list(words), dtype=pl.String)
        self._fill(given.alias("word"))
        if self._again():
            self._fill(self.words.unique(maintain_order=True))

    def _fill(self, words: pl.Series) -> None:
        """Gives each word a place in a table by its hash: the last of those that share one has it, the others lose."""
        self.words, self._candidates = words, pl.concat([pl.Series("word", [""]), words], rechunk=True)
        # So many places keep the words of a short list apart; those that stay empty are never looked at.
        self._table = np.zeros(1 << min(2 * len(words).bit_length() + 4, _TABLE_BITS), np.uint32)
        places, numbers = self._places(words), np.arange(1, len(words) + 1, dtype=np.uint32)
        self._table[places] = numbers
        self._table[self._places(pl.Series([None], dtype=pl.String))] = 0
        self._losers = np.flatnonzero(self._table[places] != numbers).astype(np.int32)

    def _again(self) -> bool:
        """Whether a word is there twice: only one of them has its place."""
        lost = pick(self.words, self._losers)
        winners = pick(self._candidates, self._table[self._places(lost)])
        return bool((lost == winners).any() or lost.is_duplicated().any())

    def codes(self, cells: pl.Series) -> Ints:
        """Returns the word number of each cell, `EMPTY` or `UNKNOWN`; blanks around a word do not count."""
        codes = self.exactly(cells)
        strays = np.flatnonzero(codes == UNKNOWN)
        if len(strays):
            odd = pick(cells, strays)
            stripped = odd.str.strip_chars()
            untidy = ((stripped != odd) | (stripped == "")).to_numpy()
            if not untidy.any():
                return codes
            bare = stripped.filter(pl.Series(untidy))
            codes[strays[untidy]] = np.where((bare == "").to_numpy(), EMPTY, self.exactly(bare))
        return codes

    def exactly(self, cells: pl.Series) -> Ints:
        """Returns the word number of each cell as it stands."""
        # A hash names one candidate per cell, comparing the strings decides: exact, and three times faster than a join.
        guess = self._table.take(self._places(cells))
        right = pick(self._candidates, guess) == cells  # null where there is no cell
        codes: Ints = guess.view(np.int32)
        codes -= 1
        if not right.all():
            wrong = (~right).arg_true().to_numpy()
            codes[wrong] = self._second(pick(cells, wrong)) if len(self._losers) else UNKNOWN
        return codes

    def _second(self, cells: pl.Series) -> Ints:
        found = self._lost.exactly(cells)
        return np.where(found >= 0, self._losers.take(found, mode="clip"), found)

    @cached_property
    def _lost(self) -> Index:
        """The losers, in a table of their own, where another hash gives them other places."""
        return Index(pick(self.words, self._losers), _seed=self._seed + 1)

    def _places(self, cells: pl.Series) -> Rows:
        return (cells.hash(self._seed).to_numpy() & np.uint64(len(self._table) - 1)).view(np.int64)


class Texts:
    """Numbers for texts that nobody knew before, as they turn up; threads may share it.

    Attributes:
        dtype: Categories of its own: the texts of one log must not widen those of another.
    """

    def __init__(self) -> None:
        self.dtype = pl.Categorical(pl.Categories.random())
        self._alive = pl.Series([], dtype=self.dtype)  # Polars forgets categories that no column uses
        # By what is listed; another thread may undo an entry, and then looks again.
        self._fine: dict[tuple[str, ...], tuple[npt.NDArray[np.bool_], int]] = {}

    def words(self, numbers: npt.NDArray[np.integer]) -> pl.Series:
        """Returns the texts of some numbers."""
        return pl.Series(numbers, dtype=pl.UInt32).cat.to(self.dtype).cast(pl.String)

    def read(self, cells: pl.Series, listed: Collection[str] = ()) -> tuple[pl.Series, Rows]:
        """Reads words.

        Returns:
            The cells without blanks around them as `dtype`, null where nothing is left, and the positions of those that
            are none of the listed words, if any are listed.
        """
        here = filled(cells)
        if here is None:
            return self._read(cells.cast(pl.String), listed)
        found, bad = self._read(pick(cells, here).cast(pl.String), listed)
        return spread(here, found, len(cells)), here[bad]

    def numbers(self, cells: pl.Series) -> Ints:
        """Returns the number of each cell without blanks around it, `EMPTY` where nothing is left."""
        here = filled(cells)
        if here is None:
            return codes(self._read(cells.cast(pl.String), ())[0])
        numbers = np.full(len(cells), EMPTY, np.int32)
        numbers[here] = codes(self._read(pick(cells, here).cast(pl.String), ())[0])
        return numbers

    def _read(self, text: pl.Series, listed: Collection[str]) -> tuple[pl.Series, Rows]:
        found, most = text.cast(self.dtype), 0
        if isinstance(last := found.to_physical().max(), int):
            most = last + 1
        fine, settled = self._known_to_be_fine(most, tuple(listed))
        if most <= settled:
            return found, _NONE_BAD
        numbers = codes(found)
        fresh = np.unique(numbers[~fine.take(numbers)])
        if not len(fresh):
            return found, _NONE_BAD
        words = self.words(fresh)
        tidy = _stripped(words)
        strange = tidy.drop_nulls().filter(~tidy.drop_nulls().is_in(list(listed))) if listed else tidy.clear()
        if not tidy.equals(words):
            found = _stripped(text).cast(self.dtype)
        elif not len(strange):
            fine[fresh] = True
            self._fine[tuple(listed)] = fine, most if fine[:most].all() else int(np.argmin(fine[:most]))
        return found, _at(found, strange)

    def _known_to_be_fine(self, most: int, listed: tuple[str, ...]) -> tuple[npt.NDArray[np.bool_], int]:
        """Whether a text is tidy and listed, as far as is known, by numbers below `most` and by `EMPTY`.

        Also returns the number below which all are; others may be missing still, where threads number side by side.
        """
        fine, settled = self._fine.get(listed, (np.ones(1, np.bool_), 0))
        if len(fine) <= most:
            fine = np.concatenate([fine[:-1], np.zeros(most + 1 - len(fine), np.bool_), fine[-1:]])
        return fine, settled

    def in_order(self, numbers: Ints) -> tuple[Ints, pl.Series]:
        """Numbers texts anew, in the order of their first rows; returns the new numbers and their texts."""
        rows = np.arange(len(numbers))
        first = np.full(int(numbers.max(initial=EMPTY)) + 1, len(rows))
        first[numbers[::-1]] = rows[::-1]  # the last write wins, and that is the earliest
        order = np.argsort(first)[: np.count_nonzero(first < len(rows))]
        renumbered = np.empty(len(first), np.int32)
        renumbered[order] = np.arange(len(order), dtype=np.int32)
        return renumbered[numbers], self.words(order)


def _at(found: pl.Series, words: pl.Series) -> Rows:
    """Returns the positions of a few words."""
    if not len(words):
        return np.empty(0, np.int64)
    return np.flatnonzero(np.isin(codes(found), codes(words.cast(found.dtype))))


def codes(found: pl.Series) -> Ints:
    """Returns the numbers behind a column that `Texts` has read, `EMPTY` where it is null."""
    if not found.null_count():
        return found.to_physical().to_numpy().view(np.int32)
    nothing = np.iinfo(np.uint32).max  # which is -1 as a signed number
    return found.to_frame().select(pl.all().to_physical().fill_null(nothing)).to_series().to_numpy().view(np.int32)


def tidy(cells: pl.Series) -> pl.Series:
    """Returns the cells as text without blanks around them, null where nothing is left."""
    here = filled(cells)
    return _stripped(cells.cast(pl.String)) if here is None else spread(here, tidy(pick(cells, here)), len(cells))


def _stripped(text: pl.Series) -> pl.Series:
    bare = text.str.strip_chars()
    return bare.set(bare == "", None) if bare.str.len_bytes().min() == 0 else bare
