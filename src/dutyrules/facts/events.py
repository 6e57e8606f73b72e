"""The log, partitioned by kind, as integer columns in time order."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.activity.log import Log
from dutyrules.obligation import NONE
from dutyrules.registry.areas import Places
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

Where = Mapping[str, tuple[object, ...]]
"""Attribute name → allowed values."""

_STRETCH = 1 << 16
"""Rows that are sorted at a time; few enough to stay in a processor's cache."""

_FEW = 16
"""Numbering a text column is not worth a look at one row in so many."""


@dataclass(frozen=True)
class Events:
    """Some events in time order; entry *i* of every column is the same event.

    Attributes:
        row: Row of the log's frame, from which everything else can be looked up.
        at: Local seconds.
        day: Duty day, as a day number.
        person, target, case: Codes; -1 where there is none.
    """

    row: Ints
    at: Ints
    day: Ints
    person: Ints
    target: Ints
    case: Ints

    def __len__(self) -> int:
        return len(self.row)

    @property
    def time(self) -> Ints:
        """Seconds after the midnight of the duty day."""
        return self.at - self.day * DAY

    def by_date(self) -> "Events":
        """The same events on their calendar days, whichever shift they belong to."""
        return replace(self, day=self.at // DAY)

    def take(self, chosen: Ints | Bools) -> "Events":
        """The chosen events."""
        if chosen.dtype == np.bool_:
            if chosen.all():
                return self
            chosen = np.flatnonzero(chosen)  # the rows are much faster than the mask
        return Events(*(getattr(self, name).take(chosen) for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Facts:
    """Everything that happened before the horizon, for the checks to look at.

    Attributes:
        log: The log; a *row* is an index into its frame.
        order: The rows before the horizon, in stretches of time; in each by kind, then time, then place in the log.
        offsets: Stretch × kind: where the kind begins in the stretch; one more entry than there are kinds.
        granularity: Seconds by which a shift that crosses midnight overhangs beyond its end.
    """

    log: Log
    presence: Presence
    places: Places
    order: Sequence[Ints]
    offsets: Ints
    granularity: int
    _cache: dict[tuple[object, ...], Events] = field(default_factory=dict, repr=False, compare=False)
    _texts: dict[str, tuple[npt.NDArray[np.int32], pl.Series]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, log: Log, presence: Presence, places: Places, *, horizon: int, granularity: int) -> "Facts":
        """Sorts the log and cuts it at the horizon: events at or after that second do not exist yet."""
        at, kind = log.frame["at"].to_numpy(), log.frame["kind"].to_numpy()
        low, high = presence.first * DAY, min(horizon, (presence.first + presence.days) * DAY)
        order, sizes = list[Ints](), np.zeros((-(-len(at) // _STRETCH), len(log.kinds) + 1), np.int64)
        for number, rows in enumerate(_by_time(at)):
            if at[rows[0]] < low or at[rows[-1]] >= high:
                rows = rows[(at[rows] >= low) & (at[rows] < high)]  # noqa: PLW2901  # what there is of them
            kinds = kind[rows]
            order.append(rows[np.argsort(kinds, kind="stable")])
            sizes[number, 1:] = np.bincount(kinds, minlength=len(log.kinds))
        return cls(log, presence, places, order, np.cumsum(sizes, axis=1), granularity)

    @cached_property
    def _kind_code(self) -> Mapping[str, int]:
        return {name: index for index, name in enumerate(self.log.kinds)}

    @cached_property
    def _columns(self) -> Mapping[str, npt.NDArray[np.integer]]:
        return {name: self.log.frame[name].to_numpy() for name in ("at", "person", "target", "case")}

    def events(self, kinds: str | Sequence[str], where: Where | None = None, unless: Where | None = None) -> Events:
        """The events of some kinds whose attributes pass the filter, in time order.

        Args:
            where: What attributes must say.
            unless: What attributes must not say.
        """
        names = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        key = (names, _key(where), _key(unless))
        if key not in self._cache:
            rows = self._rows(names)
            for name, words in (where or {}).items():
                rows = rows.take(np.flatnonzero(self.says(name, rows, words)))
            for name, words in (unless or {}).items():
                rows = rows.take(np.flatnonzero(~self.says(name, rows, words)))
            self._cache[key] = self._gather(rows)
        return self._cache[key]

    def size(self, kinds: Iterable[str]) -> int:
        """How many events of some kinds there are."""
        codes = [self._kind_code[name] for name in dict.fromkeys(kinds) if name in self._kind_code]
        return int((self.offsets[:, 1:] - self.offsets[:, :-1])[:, codes].sum())

    def _rows(self, names: tuple[str, ...]) -> Ints:
        codes = [self._kind_code[name] for name in dict.fromkeys(names) if name in self._kind_code]
        spans = [
            rows[begins[code] : begins[code + 1]]
            for code in codes
            for rows, begins in zip(self.order, self.offsets, strict=True)
        ]
        rows = np.concatenate([np.empty(0, np.int64), *spans])
        return rows[np.argsort(self._columns["at"][rows], kind="stable")] if len(codes) > 1 else rows

    def _gather(self, rows: Ints) -> Events:
        at, person, target, case = (column.take(rows).astype(np.int64, copy=False) for column in self._columns.values())
        return Events(rows, at, self._duty_day(at, person), person, target, case)

    def _duty_day(self, at: Ints, person: Ints) -> Ints:
        """The date, or the day before for what still belongs to a shift that crossed midnight."""
        day = at // DAY
        if not self.presence.crosses_midnight:
            return day
        known = person >= 0
        tail = self.presence.overhang[np.where(known, person, 0), day - self.presence.first]
        tail = np.where(tail >= 0, tail // self.granularity * self.granularity + self.granularity, 0)
        return day - ((at - day * DAY < tail) & known)

    def attribute(self, name: str, rows: Ints) -> pl.Series:
        """An attribute of some rows; null where it is empty or the log has no such column."""
        if name not in self.log.frame.columns:
            return pl.repeat(None, len(rows), dtype=pl.String, eager=True).alias(name)
        return self.log.frame[name].gather(rows)

    def numbers(self, name: str, rows: Ints) -> Ints:
        """A numeric attribute of some rows; `NONE` where it is empty."""
        values = self.attribute(name, rows)
        if not values.dtype.is_numeric():  # text, where kinds declare the name differently
            values = values.cast(pl.String)
        return values.cast(pl.Int64, strict=False).fill_null(NONE).to_numpy()

    def cases(self, rows: Ints) -> Ints:
        """The case of each row; -1 for none, and for no row."""
        cases = np.full(len(rows), -1, np.int64)
        there = rows >= 0
        cases[there] = self._columns["case"][rows[there]]
        return cases

    def participants(self, events: Events) -> tuple[Ints, Ints]:
        """(entry, person) pairs: everybody who took part in each event, its own person among them."""
        code = {name: number for number, name in enumerate(self.presence.persons)}
        cells = self.attribute("participants", events.row).cast(pl.String)
        parts = [
            (cell, code[name])
            for cell in cells.drop_nulls().unique().to_list()
            for name in map(str.strip, re.split("[;；、]", cell))
            if name in code
        ]
        table = pl.DataFrame(parts, schema={"cell": pl.String, "person": pl.Int64}, orient="row")
        rows = pl.DataFrame({"cell": cells, "entry": np.arange(len(events))})
        found = rows.join(table, on="cell")
        own = np.flatnonzero(events.person >= 0)
        return (
            np.concatenate([own, found["entry"].to_numpy()]),
            np.concatenate([events.person[own], found["person"].to_numpy()]),
        )

    def log_rows(self, rows: Ints) -> list[tuple[str, int]]:
        """(file, row) of some rows, as people find them in their files."""
        picked = self.log.frame.select("file", "row")[rows.tolist()]
        return [(self.log.files[file].name, row) for file, row in picked.iter_rows()]

    def says(self, name: str, rows: Ints, words: Iterable[object]) -> Bools:
        """Whether an attribute of some rows says one of the words."""
        allowed = [str(word).lower() if isinstance(word, bool) else str(word) for word in words]
        column = self.attribute(name, rows[:0])
        few = len(rows) * _FEW < self.log.frame.height
        if few or not isinstance(column.dtype, pl.Categorical):
            return self.attribute(name, rows).cast(pl.String).is_in(allowed).fill_null(False).to_numpy()
        numbers, texts = self._coded(name)
        said = np.append(texts.is_in(allowed).to_numpy(), False)  # nothing says nothing
        return said.take(numbers.take(rows))

    def _coded(self, name: str) -> tuple[npt.NDArray[np.int32], pl.Series]:
        """A text attribute as numbers, -1 where it is empty, and the texts by number."""
        if name not in self._texts:
            column, nothing = self.log.frame[name], np.iinfo(np.uint32).max  # which is -1 as a signed number
            pieces = [piece.to_physical().fill_null(nothing).to_numpy() for piece in column.get_chunks()]
            texts = column.dtype.categories.to_series()  # type: ignore[attr-defined]
            self._texts[name] = np.concatenate(pieces).view(np.int32), texts
        return self._texts[name]

    def area_of(self, events: Events) -> Ints:
        """Area index of each event's target on its day."""
        return self.places.area_at(events.target, events.day)


def _key(words: Where | None) -> tuple[object, ...]:
    return tuple(sorted((name, tuple(map(str, allowed))) for name, allowed in (words or {}).items()))


def _by_time(at: Ints) -> Iterator[Ints]:
    """The rows by time, then place, in stretches; logs mostly arrive in time order, which saves the costly half."""
    order = np.argsort(at, kind="stable") if bool(np.any(at[1:] < at[:-1])) else None
    for begin in range(0, len(at), _STRETCH):
        end = min(begin + _STRETCH, len(at))
        yield np.arange(begin, end) if order is None else order[begin:end]
