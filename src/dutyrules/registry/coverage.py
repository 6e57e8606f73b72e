"""Which kinds of events the log is known to be complete for, by area and day."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

import numpy as np
import numpy.typing as npt

from dutyrules.registry.areas import Areas, first_day, last_day
from dutyrules.registry.tables import Tables

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Coverage:
    """What the sources say they cover.

    Attributes:
        declared: Whether the estate declares any coverage; without, the kinds of the log count as covered.
        planned: Kinds of a forecast: days of which nobody says anything are as planned, and so covered.
    """

    areas: Areas
    first: int
    days: int
    rows: tuple[tuple[tuple[str, ...], Bools, Bools, bool], ...]
    seen: Set[str]
    planned: Set[str] = frozenset()
    _gaps: dict[tuple[tuple[int, ...], bool], Ints] = field(default_factory=dict, repr=False, compare=False)
    _of_kind: dict[str, Ints] = field(default_factory=dict, repr=False, compare=False)

    @property
    def declared(self) -> bool:
        """Whether the estate says anything about coverage."""
        return bool(self.rows)

    @classmethod
    def of(
        cls,
        tables: Tables,
        areas: Areas,
        *,
        first: int,
        last: int,
        seen: Set[str],
        planned: Set[str] = frozenset(),
    ) -> "Coverage":
        """Lays the coverage table over the days `first` … `last`.

        Args:
            seen: Kinds with a row in the scored period, for estates that declare nothing.
            planned: Kinds that a forecast takes to be as planned.
        """
        table = tables.coverage
        axis = np.arange(first, last + 1)
        within = (first_day(table["from"])[:, None] <= axis) & (axis <= last_day(table["to"])[:, None])
        rows = tuple(
            (tuple(kinds or ()), _reach(names or (), areas), within[index], status == "complete")
            for index, (kinds, names, status) in enumerate(table.select("kinds", "areas", "status").iter_rows())
        )
        return cls(areas, first, last - first + 1, rows, seen, planned)

    def covered(self, kinds: Sequence[str], area: Ints, start: Ints, end: Ints) -> Bools:
        """Whether every kind is covered for the area on every day from `start` to `end` (day numbers)."""
        low = np.clip(start - self.first, 0, self.days)
        high = np.clip(end - self.first + 1, low, self.days)
        good = np.ones(len(area), np.bool_)
        for kind in kinds:
            gaps = self._gaps_of(kind)
            good &= gaps[area, high] == gaps[area, low]
        return good

    def gapless(self, kinds: Iterable[str], first: int, last: int) -> bool:
        """Whether every kind is covered for all areas on all days from `first` to `last`."""
        low, high = np.clip([first - self.first, last - self.first + 1], 0, self.days)
        return all(not np.any(self._gaps_of(kind)[:, high] > self._gaps_of(kind)[:, low]) for kind in kinds)

    def _gaps_of(self, kind: str) -> Ints:
        """Area × (day + 1): days before the day on which the kind is not covered."""
        if kind not in self._of_kind:
            self._of_kind[kind] = self._laid(kind)
        return self._of_kind[kind]

    def _laid(self, kind: str) -> Ints:
        """The same, worked out; kinds of which the same rows speak share it."""
        speaking = tuple(
            number
            for number, (kinds, *_) in enumerate(self.rows)
            if not kinds or any(fnmatchcase(kind, pattern) for pattern in kinds)
        )
        assumed = kind in self.planned or (kind in self.seen and not self.declared)
        key = (speaking, assumed)
        if key not in self._gaps:
            covered = np.full((self.areas.root + 1, self.days), assumed)
            broken = np.zeros_like(covered)
            for number in speaking:
                _, areas, days, complete = self.rows[number]
                (covered if complete else broken)[np.ix_(areas, days)] = True
            gaps = np.zeros((self.areas.root + 1, self.days + 1), np.int64)
            np.cumsum(~(covered & ~broken), axis=1, out=gaps[:, 1:])
            self._gaps[key] = gaps
        return self._gaps[key]


def _reach(names: Sequence[str], areas: Areas) -> Bools:
    """Areas that a row applies to: all of them, or those named and what lies in them."""
    if not names:
        return np.ones(areas.root + 1, np.bool_)
    reach = np.zeros(areas.root + 1, np.bool_)
    for name in names:
        if name in areas.index:
            reach |= areas.contains[areas.index[name]]
    return reach
