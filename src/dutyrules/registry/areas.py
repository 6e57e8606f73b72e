"""Areas, nested, and what lies in them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.registry.tables import TARGET_COLUMN, Tables


@dataclass(frozen=True)
class Office:
    """Where the people of an area set out from.

    Attributes:
        name: A building, or what the table of walking minutes calls it: the area, where coordinates say where it is.
        point: Its coordinates in metres, if they are given.
    """

    name: str
    point: tuple[Fraction, Fraction] | None = None


@dataclass(frozen=True)
class Areas:
    """The areas of an estate; each may lie within another.

    The index after the last area, `root`, stands for the whole estate (a post without area) and for places in no area.
    """

    within: Mapping[str, str | None]
    offices: Mapping[str, Office] = field(default_factory=dict)

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

    def office(self, index: int) -> Office | None:
        """The office of an area: its own, else that of the nearest area around it."""
        return next((self.offices[name] for name in self.around(index) if name in self.offices), None)

    @cached_property
    def contains(self) -> npt.NDArray[np.bool_]:
        """``contains[a, b]``: b is a or lies in it. The root contains everything."""
        table = np.zeros((self.root + 1, self.root + 1), np.bool_)
        table[self.root] = True
        inner = outer = np.arange(self.root)
        parent = np.array([self.index[name] for name in self.within.values()], np.int64)
        while len(inner):
            table[outer, inner] = True
            within = parent[outer] < self.root
            inner, outer = inner[within], parent[outer[within]]
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
        rows: Table that populations are drawn from → the code of each of its rows, -1 for none.
    """

    ids: pl.Series
    by_type: Mapping[str, pl.Series]
    rows: Mapping[str, npt.NDArray[np.int64]]
    _area: npt.NDArray[np.int64]
    _moves: tuple[tuple[npt.NDArray[np.int64], int, int, int], ...]

    def area_at(self, targets: npt.NDArray[np.int64], days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Area index of each target on its day; the root where it lies in none or is not registered."""
        nowhere = np.uint64(len(self._area) - 1)
        known = np.minimum(targets.view(np.uint64), nowhere)  # unsigned, -1 is large too
        area = self._area.take(known.view(np.int64))
        for codes, first, last, index in self._moves:
            moved = np.isin(targets, codes) & (days >= first) & (days <= last)
            area = np.where(moved, index, area)
        return area

    def codes(self, kind: str) -> npt.NDArray[np.int64]:
        """The codes of all buildings, units, areas or persons."""
        return self._codes[kind]

    @cached_property
    def moving(self) -> npt.NDArray[np.bool_]:
        """By code: whether it lies in different areas on different days."""
        moving = np.zeros(len(self.ids), np.bool_)
        for codes, *_ in self._moves:
            moving[codes] = True
        return moving

    @cached_property
    def _codes(self) -> Mapping[str, npt.NDArray[np.int64]]:
        return {
            kind: np.flatnonzero(self.ids.is_in(names.implode()).to_numpy()) for kind, names in self.by_type.items()
        }

    @classmethod
    def of(cls, tables: Tables, areas: Areas) -> "Places":
        """Reads the places off the registry."""
        by_type = {
            "building": tables.buildings["building"].unique(maintain_order=True),
            "unit": tables.units["unit"].unique(maintain_order=True),
            "area": pl.Series(areas.names, dtype=pl.String),
            "person": tables.people["person"].unique(maintain_order=True),
        }
        ids = pl.concat([names.alias("id") for names in by_type.values()]).unique(maintain_order=True)
        code = pl.DataFrame({"id": ids, "code": np.arange(len(ids), dtype=np.int64)})
        index = pl.DataFrame(
            {"area": list(areas.names), "index": np.arange(areas.root, dtype=np.int64)},
            schema={"area": pl.String, "index": pl.Int64},
        )
        rows = tables.buildings.join(index, on="area", how="left").with_columns(
            pl.col("index").fill_null(areas.root),
            first=_first(),
            last=_last(),
        )
        located = pl.concat([_buildings(rows), _units(rows, tables.units)]).join(code, on="id", maintain_order="left")
        area = np.full(len(ids) + 1, areas.root, np.int64)  # behind them, what is not registered
        steady = located.filter((pl.len().over("id") == 1) & (pl.col("first") == _EVER) & (pl.col("last") == _STILL))
        area[steady["code"].to_numpy()] = steady["index"].to_numpy()
        dated = located.join(steady.select("id"), on="id", how="anti")
        own = code.join(index, left_on="id", right_on="area")
        area[own["code"].to_numpy()] = own["index"].to_numpy()
        moves = tuple(
            (group["code"].to_numpy(), int(first), int(last), int(number))
            for (first, last, number), group in dated.group_by("first", "last", "index", maintain_order=True)
        )
        return cls(ids, by_type, _rows(tables, code), area, moves)


_EVER, _STILL = -(10**6), 10**6


def _rows(tables: Tables, code: pl.DataFrame) -> Mapping[str, npt.NDArray[np.int64]]:
    """The codes of the rows of all tables that populations are drawn from, in one look-up."""
    named = {table: getattr(tables, table)[column] for table, column in TARGET_COLUMN.items()}
    ids = pl.concat([names.rename("id") for names in named.values()]).to_frame()
    codes = ids.join(code, on="id", how="left", maintain_order="left")["code"].fill_null(-1).to_numpy()
    ends = np.cumsum([len(names) for names in named.values()])
    return dict(zip(named, np.split(codes, ends[:-1]), strict=True))


def _first() -> pl.Expr:
    return pl.col("from").to_physical().cast(pl.Int64).fill_null(_EVER)


def _last() -> pl.Expr:
    return pl.col("to").to_physical().cast(pl.Int64).fill_null(_STILL)


def _buildings(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select("first", "last", "index", id="building")


def _units(rows: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Where units lie: as long as the unit and its building are registered; a change of state is no move."""
    both = units.select("unit", "building", _first().alias("since"), _last().alias("until")).join(rows, on="building")
    spans = both.select(
        pl.max_horizontal("first", "since").alias("first"),
        pl.min_horizontal("last", "until").alias("last"),
        "index",
        id="unit",
    ).filter(pl.col("first") <= pl.col("last"))
    spans = spans.sort("id", "first")
    follows = (
        (pl.col("id") == pl.col("id").shift())
        & (pl.col("index") == pl.col("index").shift())
        & (pl.col("first") == pl.col("last").shift() + 1)
    )
    return (
        spans.with_columns(run=(~follows.fill_null(False)).cum_sum())
        .group_by("run", maintain_order=True)
        .agg(pl.col("first").first(), pl.col("last").last(), pl.col("index").first(), pl.col("id").first())
        .select("first", "last", "index", "id")
    )


def first_day(column: pl.Series) -> npt.NDArray[np.int64]:
    """A `from` column as day numbers; empty is before everything."""
    return column.cast(pl.Date).to_physical().cast(pl.Int64).fill_null(-(10**6)).to_numpy()


def last_day(column: pl.Series) -> npt.NDArray[np.int64]:
    """A `to` column as day numbers; empty is after everything."""
    return column.cast(pl.Date).to_physical().cast(pl.Int64).fill_null(10**6).to_numpy()
