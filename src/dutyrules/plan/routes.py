"""Closed walks of one day: from a base through some stops and back, what they weigh and how long they take.

Nothing here changes once it is made. A route knows what it costs to fit another stop in, so that a search that comes
back to a route it has seen does not count again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import Final, TypeAlias

BASE: Final = 0
"""Where every route begins and ends."""

Matrix: TypeAlias = Sequence[Sequence[float]]

Pattern: TypeAlias = tuple[int, ...]
"""Days on which a place is visited, in order, counted from 0."""

_TINY: Final = 1e-9  # shorter by less than this is a rounding, not a gain


@dataclass(frozen=True, slots=True)
class Day:
    """What may be done on one day.

    Attributes:
        vehicles: So many routes.
        capacity: What one route may carry.
        longest: How long one route may take, stays included.
    """

    vehicles: int
    capacity: float = inf
    longest: float = inf


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """A closed walk; compared by identity.

    Attributes:
        stops: In the order of the walk, without the base.
        legs: The ways from one to the next, from the base and back to it.
        length: Their sum.
        load: The stops' demands together.
        stay: The time spent at the stops together.
        ways: Stop → (what the walk grows by, position), for stops that have been asked for.
    """

    stops: tuple[int, ...]
    legs: tuple[float, ...]
    length: float
    load: float
    stay: float
    ways: dict[int, tuple[float, int]] = field(default_factory=dict, repr=False)

    @property
    def time(self) -> float:
        """How long it takes."""
        return self.length + self.stay


@dataclass(frozen=True, slots=True)
class Streets:
    """The base (number 0) and the stops, numbered from 1.

    Attributes:
        between: How far it is from each to each, as far there as back.
        demand: What each stop weighs.
        stay: The time one spends at each.
    """

    between: Matrix
    demand: Sequence[float]
    stay: Sequence[float]

    def route(self, stops: Sequence[int]) -> Route:
        """The route through these stops, in this order."""
        around = (BASE, *stops, BASE)
        legs = tuple([self.between[one][other] for one, other in pairwise(around)]) if stops else (0.0,)
        return Route(
            tuple(stops),
            legs,
            sum(legs),
            sum([self.demand[stop] for stop in stops]),
            sum([self.stay[stop] for stop in stops]),
        )

    def way_in(self, route: Route, stop: int) -> tuple[float, int]:
        """What the walk grows by if it takes in another stop where that is nearest, and the position there."""
        known = route.ways.get(stop)
        if known is not None:
            return known
        row = self.between[stop]
        before = row[BASE]
        best, position, number = inf, 0, 0
        for after, leg in zip(route.stops, route.legs, strict=False):  # one leg is left
            reach = row[after]
            grown = before + reach - leg
            if grown < best:
                best, position = grown, number
            number += 1
            before = reach
        grown = before + row[BASE] - route.legs[-1]
        if grown < best:
            best, position = grown, number
        route.ways[stop] = best, position
        return best, position

    def joined(self, route: Route, stop: int, position: int) -> Route:
        """The route with one stop more."""
        stops, legs, row = route.stops, route.legs, self.between[stop]
        before = row[stops[position - 1]] if position else row[BASE]
        after = row[stops[position]] if position < len(stops) else row[BASE]
        return Route(
            (*stops[:position], stop, *stops[position:]),
            (*legs[:position], before, after, *legs[position + 1 :]),
            route.length + before + after - legs[position],
            route.load + self.demand[stop],
            route.stay + self.stay[stop],
        )

    def straightened(self, route: Route) -> Route:
        """The route walked in a better order, if turning or moving stretches of up to three stops finds one."""
        around = [BASE, *route.stops]
        while _improve(self.between, around):
            pass
        start = around.index(BASE)
        better = self.route(around[start + 1 :] + around[:start])
        return better if better.length < route.length - _TINY else route


def _improve(between: Matrix, around: list[int]) -> bool:
    """Makes the first change to a round that shortens it; False if there is none."""
    return _turn(between, around) or _move(between, around)


def _turn(between: Matrix, around: list[int]) -> bool:
    count = len(around)
    for start in range(1, count - 1):
        before, first = around[start - 1], around[start]
        for end in range(start + 1, count):
            last, after = around[end], around[(end + 1) % count]
            now = between[before][first] + between[last][after]
            if between[before][last] + between[first][after] < now - _TINY:
                around[start : end + 1] = around[start : end + 1][::-1]
                return True
    return False


def _move(between: Matrix, around: list[int]) -> bool:
    count = len(around)
    for size in range(1, min(3, count - 2) + 1):
        for start in range(count):
            turned = around[start:] + around[:start]
            piece, rest = turned[:size], turned[size:]
            gap = between[rest[-1]][rest[0]] - between[rest[-1]][piece[0]] - between[piece[-1]][rest[0]]
            for position, (one, other) in enumerate(pairwise(rest), 1):
                for way in (piece, piece[::-1]):
                    grown = between[one][way[0]] + between[way[-1]][other] - between[one][other]
                    if gap + grown < -_TINY:
                        around[:] = [*rest[:position], *way, *rest[position:]]
                        return True
    return False
