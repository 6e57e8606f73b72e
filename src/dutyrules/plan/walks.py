"""Shortest walks through sets of buildings: exact, by one pass over the subsets (Held and Karp).

A walk is open: it begins in its first building and ends in its last. Where people come from and where they go
afterwards is not known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
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
class Point:
    """Where a building stands, in metres."""

    x: Fraction
    y: Fraction


def legs(points: Sequence[Point | None], pace: int) -> Ints:
    """Minutes from each building to each other, along streets, in whole minutes rounded up."""
    return np.array([[_leg(one, other, pace) for other in points] for one in points], np.int64).reshape(
        len(points), len(points)
    )


def _leg(one: Point | None, other: Point | None, pace: int) -> int:
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
    layers: tuple[tuple[Ints, Ints], ...]

    @classmethod
    def of(cls, between: Ints, stops: Sequence[Stop], size: int) -> "Walks":
        """Walks through all sets of at most `size` stops.

        Args:
            between: Minutes from stop to stop.
        """
        count = len(stops)
        alone = np.full((count, count), FAR << _BITS, np.int64)
        for place, stop in enumerate(stops):
            alone[place, place] = _stay(np.zeros(1, np.int64), stop)[0]
        layers = [(np.left_shift(1, np.arange(count, dtype=np.int64)), alone)]
        while len(layers) < min(size, count):
            layers.append(_longer(*layers[-1], between, stops))
        return cls(between, tuple(stops), tuple(layers))

    def through(self, size: int) -> tuple[Ints, Ints, Ints]:
        """(set, minutes walked, minute of the end) of all sets of so many stops that can be walked in time."""
        masks, states = self.layers[size - 1]
        best = states.min(axis=1)
        good = best >> _BITS < FAR
        return masks[good], best[good] & _WALKED, best[good] >> _BITS

    def order(self, chosen: int) -> list[tuple[int, int]]:
        """(stop, minute at which one begins there) along the best walk through a set."""
        found: list[tuple[int, int]] = []
        reach: Ints | None = None
        while chosen:
            masks, states = self.layers[chosen.bit_count() - 1]
            row = states[np.searchsorted(masks, chosen)]
            last = int((row if reach is None else row + reach).argmin())
            found.append((last, int(row[last] >> _BITS) - self.stops[last].minutes))
            reach = self.legs[:, last] * _ONE
            chosen ^= 1 << last
        return found[::-1]


def _longer(masks: Ints, states: Ints, between: Ints, stops: Sequence[Stop]) -> tuple[Ints, Ints]:
    """The sets of one stop more, each with the best state for every last stop."""
    wider = np.concatenate([masks[: np.searchsorted(masks, 1 << high)] | 1 << high for high in range(len(stops))])
    longer = np.full((len(wider), len(stops)), FAR << _BITS, np.int64)
    for last, stop in enumerate(stops):
        rows = np.flatnonzero(wider >> last & 1)
        before = np.searchsorted(masks, wider[rows] ^ 1 << last)
        longer[rows, last] = _stay((states[before] + between[:, last] * _ONE).min(axis=1), stop)
    return wider, longer


def _stay(arrival: Ints, stop: Stop) -> Ints:
    """The state after a stop, given the state on arriving there: one waits until one may begin."""
    minute = arrival >> _BITS
    begin = np.full_like(minute, FAR)
    for first, last in reversed(stop.begins):
        begin = np.where(minute <= last, np.maximum(minute, first), begin)
    return np.minimum(begin + stop.minutes, FAR) << _BITS | arrival & _WALKED


def nearest(between: Ints) -> Ints:
    """The shortest way on from each stop: what a walk spends at least after it, unless it ends there."""
    away = between + np.where(np.eye(len(between), dtype=np.bool_), FAR, 0)
    return np.where(len(between) > 1, away.min(axis=1, initial=FAR), 0)


def tour(between: Ints) -> list[int]:
    """A short round through all stops: always to the nearest, then straightened as long as that helps."""
    if not len(between):
        return []
    left, found = set(range(1, len(between))), [0]
    while left:
        found.append(min(left, key=lambda stop: (between[found[-1], stop], stop)))
        left.remove(found[-1])
    length, improved = _round(between, found), True
    while improved:
        improved = False
        for start in range(1, len(found) - 1):
            for end in range(start + 1, len(found)):
                turned = found[:start] + found[start : end + 1][::-1] + found[end + 1 :]
                if (shorter := _round(between, turned)) < length:
                    found, length, improved = turned, shorter, True
    return found


def _round(between: Ints, stops: Sequence[int]) -> int:
    return int(between[stops, [*stops[1:], stops[0]]].sum())


def single_walk(between: Ints, stops: Sequence[Stop]) -> list[tuple[int, int]] | None:
    """(stop, minute at which one begins there) along a walk through all the stops; None if none is found.

    It is the shortest for up to `EXACT` stops, beyond that a short one.
    """
    if len(stops) <= EXACT:
        walks, everything = Walks.of(between, stops, len(stops)), (1 << len(stops)) - 1
        return walks.order(everything) if len(walks.through(len(stops))[0]) else None
    around = tour(between)
    rounds = [around[turn:] + around[:turn] for turn in range(len(around))]
    timed = [_timed(between, stops, way) for one in rounds for way in (one, one[::-1])]
    return min((way for way in timed if way), key=lambda way: (way[-1][1] + stops[way[-1][0]].minutes, way), default=None)


def _timed(between: Ints, stops: Sequence[Stop], way: Sequence[int]) -> list[tuple[int, int]] | None:
    """When one begins at each stop, if they are walked in this order."""
    minute, found = 0, list[tuple[int, int]]()
    for stop in way:
        minute += int(between[found[-1][0], stop]) if found else 0
        begin = next((max(minute, first) for first, last in stops[stop].begins if minute <= last), None)
        if begin is None:
            return None
        found.append((stop, begin))
        minute = begin + stops[stop].minutes
    return found


def walked(between: Ints, order: Sequence[tuple[int, int]]) -> int:
    """Minutes walked from stop to stop."""
    return sum(int(between[one, other]) for (one, _), (other, _) in pairwise(order))
