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

TARGET_COLUMN: Mapping[str, str] = {"buildings": "building", "units": "unit", "permits": "unit", "arrears": "unit"}
"""The tables that a population may be drawn from, and the column that names the member."""


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
        rows: pl.DataFrame = getattr(tables, table)
        for column, words in where.items():
            rows = rows.filter(pl.col(column).is_in([str(word) for word in words]))
        rows = rows.rename({TARGET_COLUMN[table]: "_target"})
        codes = pl.DataFrame({"_target": places.ids, "_code": np.arange(len(places.ids), dtype=np.int64)})
        rows = rows.join(codes, on="_target", maintain_order="left").sort("_code", maintain_order=True)
        return cls(rows["_code"].to_numpy(), first_day(rows["from"]), last_day(rows["to"]), places, areas)

    @cached_property
    def offsets(self) -> Ints:
        """Where the rows of each target begin; one more entry than there are targets."""
        return np.searchsorted(self.target, np.arange(len(self.places.ids) + 1))

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
        return self.places.area_at(targets, np.full(len(targets), day), self.areas.root)

    def counts(self, days: Ints) -> Ints:
        """Day × area (root last): distinct members in the area, and in what lies in it."""
        table = np.zeros((len(days), self.areas.root + 1), np.int64)
        for index, day in enumerate(days):
            members = self.at(int(day))
            table[index] = np.bincount(self.area_of(members, int(day)), minlength=self.areas.root + 1)
        return self.areas.totals(table)
