"""Populations: the buildings, units, permits or debtors that a quota is about, as of a day."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.registry.areas import Areas, Places, first_day, last_day
from dutyrules.registry.tables import Tables

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Members:
    """Rows of a population: a target is a member on the days `first` … `last`.

    Sorted by target, so that all rows of one stand together.
    """

    target: Ints
    first: Ints
    last: Ints
    places: Places
    areas: Areas

    @classmethod
    def of(
        cls, tables: Tables, places: Places, areas: Areas, table: str, where: Mapping[str, tuple[object, ...]]
    ) -> "Members":
        """The rows of a table that pass the filter."""
        everything: pl.DataFrame = getattr(tables, table)
        code = places.rows[table]
        passing = code >= 0
        for column, words in where.items():
            said = everything[column].is_in([str(word) for word in words])
            passing = passing & said.fill_null(False).to_numpy()
        rows = np.flatnonzero(passing)
        rows = rows[np.argsort(code[rows], kind="stable")]
        since, until = first_day(everything["from"]), last_day(everything["to"])
        return cls(code[rows], since[rows], until[rows], places, areas)

    @cached_property
    def offsets(self) -> Ints:
        """Where the rows of each target begin; one more entry than there are targets."""
        return np.concatenate([[0], np.cumsum(np.bincount(self.target, minlength=len(self.places.ids)))])

    @cached_property
    def _single(self) -> tuple[Ints, Ints, npt.NDArray[np.bool_]]:
        """By target: the first and the last day of its row, never if there is none; and whether there are several."""
        sizes = np.diff(self.offsets)
        first, last = np.ones(len(sizes), np.int64), np.zeros(len(sizes), np.int64)
        first[self.target], last[self.target] = self.first, self.last
        return first, last, sizes > 1

    def hold(self, targets: Ints, days: Ints) -> npt.NDArray[np.bool_]:
        """Whether each registered target is a member on its day."""
        first, last, several = self._single
        held: npt.NDArray[np.bool_] = (first.take(targets) <= days) & (days <= last.take(targets))
        many = np.flatnonzero(several.take(targets)) if several.any() else targets[:0]
        low, last_row, day = self.offsets[targets[many]], self.offsets[targets[many] + 1] - 1, days[many]
        for nth in range(int((last_row - low).max(initial=-1)) + 1):
            row = np.minimum(low + nth, last_row)
            held[many] |= (self.first[row] <= day) & (day <= self.last[row])
        return held

    def live(self, day: int) -> npt.NDArray[np.bool_]:
        """Rows that hold on a day."""
        return (self.first <= day) & (day <= self.last)

    def at(self, day: int) -> Ints:
        """Distinct members on a day, as target codes in order."""
        target = self.target[self.live(day)]  # sorted, so that equal ones stand together
        return target[np.diff(target, prepend=-1) > 0]

    def left(self, first: int, last: int) -> Ints:
        """Members on the first day that are none on the last, as target codes in order."""
        if first == last:
            return self.target[:0]
        stays = np.zeros(len(self.places.ids), np.bool_)
        stays[self.target[self.live(last)]] = True
        members = self.at(first)
        return members[~stays[members]]

    def area_of(self, targets: Ints, day: int) -> Ints:
        """Area index of each target on a day."""
        return self.places.area_at(targets, np.full(len(targets), day))

    def counts(self, days: Ints) -> Ints:
        """Day × area (root last): distinct members in the area, and in what lies in it; the days in order."""
        width = self.areas.root + 1
        several = self._single[2] | self.places.moving
        rest = several[self.target]  # who may count twice, or here one day and there the next: day by day
        once = np.flatnonzero(~rest)
        area = self.area_of(self.target[once], 0)
        since = np.searchsorted(days, self.first[once], side="left") * width + area
        after = np.searchsorted(days, self.last[once], side="right") * width + area
        size = (len(days) + 1) * width
        turns = np.bincount(since, minlength=size) - np.bincount(after, minlength=size)
        table = np.cumsum(turns.reshape(-1, width), axis=0)[:-1]
        for index, day in enumerate(days if rest.any() else days[:0]):
            target = self.target[rest & self.live(int(day))]
            members = target[np.diff(target, prepend=-1) > 0]
            table[index] += np.bincount(self.area_of(members, int(day)), minlength=width)
        return self.areas.totals(table)
