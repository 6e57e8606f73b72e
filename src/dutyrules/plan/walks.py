"""Shortest walks through sets of buildings: exact, by one pass over the subsets (Held and Karp).

A walk is open, and begins in its first building and ends in its last; or it is closed, and begins and ends at an
office. Ways need not be as long back as there, nor shorter than through a third building: they are taken as they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from math import ceil, comb
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

FAR: Final = 1 << 40
"""A minute that never comes."""

UNKNOWN_LEG: Final = 2
"""Minutes between two buildings of which one has no coordinates."""

EXACT: Final = 12
"""Up to so many stops a single walk is the shortest there is."""

_SLICE: Final = 1 << 20
"""So many states at a time, so that they stay in the processor's cache."""

_BITS: Final = 20
_ONE: Final = (1 << _BITS) + 1  # a minute more on the clock, and a minute more walked
_WALKED: Final = (1 << _BITS) - 1


@dataclass(frozen=True)
class Stop:
    """A building on one day.

    Attributes:
        minutes: How long one stays.
        begins: When one may begin, in minutes after midnight, both ends included, in order.
    """

    minutes: int
    begins: tuple[tuple[int, int], ...] = ((0, FAR - 1),)


@dataclass(frozen=True)
class Ends:
    """Where a walk comes from and goes to: for an open one, nowhere.

    Attributes:
        out, back: Minutes from the office to each stop, and from there to the office.
        opens, closes: One leaves not before, and is back by then, in minutes after midnight.
    """

    out: tuple[int, ...]
    back: tuple[int, ...]
    opens: int = 0
    closes: int = FAR - 1

    @classmethod
    def nowhere(cls, count: int) -> "Ends":
        """The ends of an open walk."""
        return cls((0,) * count, (0,) * count)

    def of(self, stops: Sequence[int]) -> "Ends":
        """Those of some stops."""
        out, back = (tuple(ways[stop] for stop in stops) for ways in (self.out, self.back))
        return Ends(out, back, self.opens, self.closes)


@dataclass(frozen=True)
class Point:
    """Where a building stands, in metres."""

    x: Fraction
    y: Fraction


def legs(points: Sequence[Point | None], pace: int) -> Ints:
    """Minutes from each building to each other, along streets, in whole minutes rounded up."""
    return np.array([[leg(one, other, pace) for other in points] for one in points], np.int64).reshape(
        len(points), len(points)
    )


def leg(one: Point | None, other: Point | None, pace: int) -> int:
    """Minutes from one building to another, along streets, rounded up."""
    if one is None or other is None:
        return UNKNOWN_LEG
    return ceil((abs(one.x - other.x) + abs(one.y - other.y)) / pace)


def subsets(count: int, size: int) -> int:
    """How many sets of at most `size` of `count` things there are, the empty one aside."""
    return sum(comb(count, number) for number in range(1, size + 1))


@dataclass(frozen=True)
class Walks:
    """The best walk through every set of at most so many stops.

    A state is the minute at which a walk through a set ends in one of its stops, and the minutes walked till then,
    packed so that the smallest state is the earliest end, and the shortest walk among those. Ending earlier is never
    worse, so that one state for each set and last stop is enough, also where there are breaks and appointments.

    Attributes:
        layers: For sets of 1, 2 … stops: the sets as bit masks, ascending, and set × last stop → state.
    """

    legs: Ints
    stops: tuple[Stop, ...]
    ends: Ends
    layers: tuple[tuple[Ints, Ints], ...]

    @classmethod
    def of(cls, between: Ints, stops: Sequence[Stop], size: int, ends: Ends | None = None) -> "Walks":
        """Walks through all sets of at most `size` stops.

        Args:
            between: Minutes from stop to stop.
            ends: Of closed walks.
        """
        count = len(stops)
        ends = ends or Ends.nowhere(count)
        stays = _Stays.of(stops)
        alone = np.full((count, count), FAR << _BITS, np.int64)
        one = np.arange(count)
        alone[one, one] = stays.after((ends.opens << _BITS) + np.array(ends.out, np.int64) * _ONE, one)
        layers = [(_sets(count, 1)[0], alone)]
        for number in range(2, min(size, count) + 1):
            layers.append(_longer(layers[-1][1], between, stays, number))
        return cls(between, tuple(stops), ends, tuple(layers))

    @property
    def _back(self) -> Ints:
        return np.array(self.ends.back, np.int64) * _ONE

    def through(self, size: int) -> tuple[Ints, Ints, Ints]:
        """(set, minutes walked, minute of the end) of all sets of so many stops that can be walked in time."""
        masks, states = self.layers[size - 1]
        best = (states + self._back).min(axis=1)
        good = best >> _BITS <= self.ends.closes
        return masks[good], best[good] & _WALKED, best[good] >> _BITS

    def order(self, chosen: int) -> list[tuple[int, int]]:
        """(stop, minute at which one begins there) along the best walk through a set."""
        found: list[tuple[int, int]] = []
        reach = self._back
        while chosen:
            masks, states = self.layers[chosen.bit_count() - 1]
            at = np.searchsorted(masks, chosen)
            row = (states[at] + reach)[::-1]
            last = len(row) - 1 - int(row.argmin())  # on a tie the lower numbers come first
            found.append((last, int(states[at, last] >> _BITS) - self.stops[last].minutes))
            reach = self.legs[:, last] * _ONE
            chosen ^= 1 << last
        return found[::-1]


@dataclass(frozen=True)
class _Stays:
    """Stops as columns: minutes, and the first and last begins of every span, the same number for each."""

    minutes: Ints
    first: Ints
    last: Ints

    @classmethod
    def of(cls, stops: Sequence[Stop]) -> "_Stays":
        spans = max((len(stop.begins) for stop in stops), default=0)
        padded = [(*stop.begins, *[(FAR, -1)] * (spans - len(stop.begins))) for stop in stops]
        table = np.array(padded, np.int64).reshape(len(stops), spans, 2)
        return cls(np.array([stop.minutes for stop in stops], np.int64), table[:, :, 0], table[:, :, 1])

    def after(self, arrival: Ints, stop: Ints) -> Ints:
        """The states after a stop, given the states on arriving there: one waits until one may begin."""
        minute = arrival >> _BITS
        begin = np.full_like(minute, FAR)
        for span in reversed(range(self.first.shape[1])):
            begin = np.where(minute <= self.last[stop, span], np.maximum(minute, self.first[stop, span]), begin)
        return np.minimum(begin + self.minutes[stop], FAR) << _BITS | arrival & _WALKED


def _longer(states: Ints, between: Ints, stays: _Stays, size: int) -> tuple[Ints, Ints]:
    """The sets of `size` stops, each with the best state for every last stop, from those of one stop less."""
    count = len(between)
    masks, members, without = _sets(count, size)
    ways = np.ascontiguousarray(between.T) * _ONE
    longer = np.full((len(masks), count), FAR << _BITS, np.int64)
    slice_ = max(1, _SLICE // (size * count))
    for start in range(0, len(masks), slice_):
        rows = slice(start, start + slice_)
        reach = (states[without[rows]] + ways[members[rows]]).min(axis=2)
        np.put_along_axis(longer[rows], members[rows], stays.after(reach, members[rows]), axis=1)
    return masks, longer


@lru_cache(maxsize=128)
def _sets(count: int, size: int) -> tuple[Ints, Ints, Ints]:
    """All sets of so many stops, ascending; their members; and the positions of the sets without each member."""
    if size == 1:
        one = np.arange(count, dtype=np.int64)
        return np.left_shift(1, one), one[:, None], np.zeros((count, 1), np.int64)
    fewer = _sets(count, size - 1)[0]
    masks = np.concatenate([fewer[: np.searchsorted(fewer, 1 << high)] | 1 << high for high in range(count)])
    members = np.nonzero(masks[:, None] >> np.arange(count) & 1)[1].reshape(len(masks), size)
    return masks, members, np.searchsorted(fewer, masks[:, None] ^ np.left_shift(1, members))


def nearest(between: Ints) -> Ints:
    """The shortest way on from each stop: what a walk spends at least after it, unless it ends there."""
    away = between + np.where(np.eye(len(between), dtype=np.bool_), FAR, 0)
    return np.where(len(between) > 1, away.min(axis=1, initial=FAR), 0)


def least_ways(between: Ints, ends: Ends | None) -> tuple[Ints, int]:
    """What each stop of a walk adds to it at least, and what the whole walk does: less than nothing for an open one."""
    away = nearest(between)
    if ends is None:
        return away, -int(away.max(initial=0))
    home = np.array(ends.back, np.int64)
    return np.minimum(away, home) if len(between) > 1 else home, min(ends.out, default=0)


def tour(between: Ints) -> list[int]:
    """A short round through all stops: always to the nearest, then straightened as long as that helps."""
    if not len(between):
        return []
    left, found = set(range(1, len(between))), [0]
    while left:
        found.append(min(left, key=lambda stop: (between[found[-1], stop], stop)))
        left.remove(found[-1])
    while _straightened(between, found):
        pass
    return found


def _straightened(between: Ints, found: list[int]) -> bool:
    """Turns stretches of a round, as long as one pass over all of them finds some that is walked better backwards."""
    ways, better = between.tolist(), False
    for start in range(1, len(found) - 1):
        before, forth, back = found[start - 1], 0, 0
        for end in range(start + 1, len(found)):
            forth += ways[found[end - 1]][found[end]]
            back += ways[found[end]][found[end - 1]]
            first, last, after = found[start], found[end], found[(end + 1) % len(found)]
            if ways[before][last] + back + ways[first][after] < ways[before][first] + forth + ways[last][after]:
                found[start : end + 1] = found[start : end + 1][::-1]
                forth, back, better = back, forth, True
    return better


def single_walk(between: Ints, stops: Sequence[Stop], ends: Ends | None = None) -> list[tuple[int, int]] | None:
    """(stop, minute at which one begins there) along a walk through all the stops; None if none is found.

    It is the one that ends first for up to `EXACT` stops, beyond that one that ends early.
    """
    if len(stops) <= EXACT:
        walks, everything = Walks.of(between, stops, len(stops), ends), (1 << len(stops)) - 1
        return walks.order(everything) if len(walks.through(len(stops))[0]) else None
    given = ends or Ends.nowhere(len(stops))
    found = [timed(between, stops, given, way) for one in _orders(between, ends) for way in (one, one[::-1])]
    return min((way for way in found if way), key=lambda way: (_end(stops, given, way), way), default=None)


def _orders(between: Ints, ends: Ends | None) -> list[list[int]]:
    """A round cut open at every stop, or at the office."""
    if ends is None:
        around = tour(between)
        return [around[turn:] + around[:turn] for turn in range(len(around))]
    whole = np.block([[np.zeros((1, 1), np.int64), np.array([ends.out])], [np.array([ends.back]).T, between]])
    return [[stop - 1 for stop in tour(whole)[1:]]]


def timed(between: Ints, stops: Sequence[Stop], ends: Ends, way: Sequence[int]) -> list[tuple[int, int]] | None:
    """When one begins at each stop, if they are walked in this order."""
    minute, found = ends.opens, list[tuple[int, int]]()
    for stop in way:
        minute += int(between[found[-1][0], stop]) if found else ends.out[stop]
        begin = next((max(minute, first) for first, last in stops[stop].begins if minute <= last), None)
        if begin is None:
            return None
        found.append((stop, begin))
        minute = begin + stops[stop].minutes
    return found if _end(stops, ends, found) <= ends.closes else None


def _end(stops: Sequence[Stop], ends: Ends, way: Sequence[tuple[int, int]]) -> int:
    last, begin = way[-1]
    return begin + stops[last].minutes + ends.back[last]


def walked(between: Ints, order: Sequence[tuple[int, int]], ends: Ends | None = None) -> int:
    """Minutes walked from stop to stop, and from and to the office."""
    way = sum(int(between[one, other]) for (one, _), (other, _) in pairwise(order))
    return way + (ends.out[order[0][0]] + ends.back[order[-1][0]] if ends and order else 0)
