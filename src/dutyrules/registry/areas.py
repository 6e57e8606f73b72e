"""Areas, nested, and what lies in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.registry.tables import Tables
from dutyrules.timegrid import day_number


@dataclass(frozen=True)
class Areas:
    """The areas of an estate; each may lie within another.

    The index after the last area, `root`, stands for the whole estate (a post without area) and for places in no area.
    """

    within: Mapping[str, str | None]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """All areas, in the order in which the estate lists them."""
        return tuple(self.within)

    @cached_property
    def index(self) -> Mapping[str | None, int]:
        """Name to index; no name is the root."""
        numbers: dict[str | None, int] = {name: number for number, name in enumerate(self.names)}
        return numbers | {None: len(self.names)}

    @property
    def root(self) -> int:
        """Index of the whole estate."""
        return len(self.names)

    def around(self, index: int) -> Sequence[str]:
        """The area and those around it, nearest first; empty for the root."""
        chain: list[str] = []
        name = self.names[index] if index < self.root else None
        while name is not None:
            chain.append(name)
            name = self.within[name]
        return chain

    @cached_property
    def contains(self) -> npt.NDArray[np.bool_]:
        """``contains[a, b]``: b is a or lies in it. The root contains everything."""
        table = np.zeros((self.root + 1, self.root + 1), np.bool_)
        table[self.root] = True
        for number in range(self.root):
            for name in self.around(number):
                table[self.index[name], number] = True
        return table

    def totals(self, table: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Sums … × area numbers over each area and what lies in it."""
        outer, inner = self._nested
        return np.add.reduceat(table[..., inner], outer, axis=-1)

    @cached_property
    def _nested(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """What lies in each area, one area after the other, and where each area begins."""
        outer, inner = np.nonzero(self.contains)
        return np.searchsorted(outer, np.arange(self.root + 1)), inner


@dataclass(frozen=True)
class Places:
    """Where the things that events are about lie: buildings, units and areas; persons lie nowhere.

    Attributes:
        ids: Every registered target; the position is its code in the log.
    """

    ids: pl.Series
    by_type: Mapping[str, Sequence[str]]
    _area: npt.NDArray[np.int64]
    _moves: tuple[tuple[npt.NDArray[np.int64], int, int, int], ...]

    def area_at(self, targets: npt.NDArray[np.int64], days: npt.NDArray[np.int64], root: int) -> npt.NDArray[np.int64]:
        """Area index of each target on its day; `root` where it lies in none or is not registered."""
        known = (targets >= 0) & (targets < len(self._area))
        area = np.where(known, self._area[np.where(known, targets, 0)], root)
        for codes, first, last, index in self._moves:
            moved = np.isin(targets, codes) & (days >= first) & (days <= last)
            area = np.where(moved, index, area)
        return area

    @classmethod
    def of(cls, tables: Tables, areas: Areas) -> "Places":
        """Reads the places off the registry."""
        by_type = {
            "building": tables.buildings["building"].unique(maintain_order=True).to_list(),
            "unit": tables.units["unit"].unique(maintain_order=True).to_list(),
            "area": list(areas.names),
            "person": tables.people["person"].unique(maintain_order=True).to_list(),
        }
        ids = pl.concat([pl.Series(names, dtype=pl.String) for names in by_type.values()]).unique(maintain_order=True)
        code = pl.DataFrame({"id": ids, "code": np.arange(len(ids), dtype=np.int64)})
        index = pl.DataFrame(
            {"area": list(areas.names), "index": np.arange(areas.root, dtype=np.int64)},
            schema={"area": pl.String, "index": pl.Int64},
        )
        rows = tables.buildings.join(index, on="area", how="left").with_columns(
            pl.col("index").fill_null(areas.root),
            first=pl.col("from").to_physical().fill_null(-(10**6)),
            last=pl.col("to").to_physical().fill_null(10**6),
        )
        inside = pl.concat(
            [
                rows.select("building", id="building"),
                tables.units.select("building", id="unit"),
            ]
        ).unique(maintain_order=True)
        located = inside.join(rows, on="building").join(code, on="id")
        area = np.full(len(ids), areas.root, np.int64)
        dated = located.filter((pl.len().over("id") > 1) | (pl.col("first") > -(10**6)) | (pl.col("last") < 10**6))
        steady = located.join(dated.select("id").unique(), on="id", how="anti")
        area[steady["code"].to_numpy()] = steady["index"].to_numpy()
        own = code.join(index, left_on="id", right_on="area")
        area[own["code"].to_numpy()] = own["index"].to_numpy()
        moves = tuple(
            (group["code"].to_numpy(), int(first), int(last), int(number))
            for (first, last, number), group in dated.group_by("first", "last", "index", maintain_order=True)
        )
        return cls(ids, by_type, area, moves)


def first_day(column: pl.Series) -> npt.NDArray[np.int64]:
    """A `from` column as day numbers; empty is before everything."""
    return column.cast(pl.Date).to_physical().cast(pl.Int64).fill_null(-(10**6)).to_numpy()


def last_day(column: pl.Series) -> npt.NDArray[np.int64]:
    """A `to` column as day numbers; empty is after everything."""
    return column.cast(pl.Date).to_physical().cast(pl.Int64).fill_null(10**6).to_numpy()


__all__ = ["Areas", "Places", "day_number", "first_day", "last_day"]
