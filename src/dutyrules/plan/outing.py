"""Rounds as they are walked, to which checks of units can still be added."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from dutyrules.plan.beats import Patrol, Site
from dutyrules.plan.hours import Span, common, joined
from dutyrules.plan.located import Plain, plain
from dutyrules.plan.owing import Errand
from dutyrules.plan.walks import EXACT, Ints, Stop, single_walk, timed

Ways = Callable[[Sequence[Site], int], Ints]
"""Sites, and the day on which they are seen → minutes from site to site."""

Home = Callable[[int, int], int]
"""(unit or building, day) → building."""

Order = tuple[tuple[int, int], ...]
"""(number of the site, minute at which one begins there), as they are walked."""


@dataclass(frozen=True, eq=False)
class Outing:
    """What one person does on one day in one go.

    Attributes:
        hours: Of everything that is owed on it.
        sites, stops: What is seen; nothing that is not.
    """

    person: int
    day: int
    hours: tuple[Span, ...]
    sites: tuple[Site, ...]
    stops: tuple[Stop, ...]
    order: Order
    ways: Ways
    home: Home

    @classmethod
    def of(cls, patrol: Patrol, order: Sequence[tuple[int, int]], ways: Ways, home: Home) -> "Outing":
        """A patrol as it is walked."""
        hours = tuple(joined(span for one in patrol.owing for span in one.hours))
        some = [stop for stop, _ in order]
        sites, stops = tuple(patrol.sites[stop] for stop in some), tuple(patrol.stops[stop] for stop in some)
        times = tuple((number, begin) for number, (_, begin) in enumerate(order))
        return cls(patrol.person, patrol.day, hours, sites, stops, times, ways, home)

    @property
    def calls(self) -> list[tuple[Site, int]]:
        """What is done, with the minute at which it begins."""
        return [(self.sites[number], begin) for number, begin in self.order]

    @cached_property
    def homes(self) -> tuple[int, ...]:
        """The building of each site."""
        return tuple(self.home(code, self.day) for _, code in self.sites)

    @cached_property
    def entered(self) -> frozenset[int]:
        """The buildings."""
        return frozenset(self.homes)

    @cached_property
    def _between(self) -> Ints:
        return self.ways(self.sites, self.day)

    @cached_property
    def walked(self) -> int:
        """Minutes from site to site."""
        stations = [number for number, _ in self.order]
        return sum(int(self._between[one, other]) for one, other in pairwise(stations))

    @cached_property
    def plain(self) -> Plain | None:
        """Its span, if nothing interrupts it."""
        return plain(self.stops, self._spots, self._between) if self.sites else None

    @cached_property
    def _spots(self) -> tuple[int, ...]:
        return tuple(map(list(dict.fromkeys(self.homes)).index, self.homes))

    def touches(self, hours: Sequence[Span]) -> bool:
        """Whether something in these hours belongs to the same round."""
        return bool(self.hours and hours) and self.hours[0][0] < hours[-1][1] and hours[0][0] < self.hours[-1][1]

    def room(self, errand: Errand, minutes: int, hours: Sequence[Span]) -> int:
        """How many checks fit without entering another building; 0 where nobody can tell by adding up."""
        if not self.sites:
            return 0
        probe = self._grown([(errand, self.sites[0][1])], minutes, hours)
        span = probe.plain
        return 0 if span is None else max(0, span.minutes - probe._spent - self.walked + minutes) // minutes

    @property
    def _spent(self) -> int:
        return sum(stop.minutes for stop in self.stops)

    def joined(self, sites: Sequence[Site], minutes: int, hours: Sequence[Span]) -> "Outing | None":
        """The round with some checks more, None if they are not found to fit."""
        grown = self._grown(sites, minutes, hours)
        order = grown._plainly(self) if grown.plain is not None else grown._anyhow(self)
        return None if order is None else grown._ordered(order)

    def _grown(self, sites: Sequence[Site], minutes: int, hours: Sequence[Span]) -> "Outing":
        """With further sites, at the end, and no order yet; checks stay within the round."""
        around = [(self.hours[0][0], self.hours[-1][1])] if self.hours else []
        begins = tuple((first, last - minutes) for first, last in common(hours, around) if last - minutes >= first)
        stops = (*self.stops, *[Stop(minutes, begins)] * len(sites))
        return Outing(self.person, self.day, self.hours, (*self.sites, *sites), stops, self.order, self.ways, self.home)

    def _ordered(self, order: Order) -> "Outing":
        return Outing(self.person, self.day, self.hours, self.sites, self.stops, order, self.ways, self.home)

    def _plainly(self, before: "Outing") -> Order | None:
        """Building by building, as short as can be."""
        assert self.plain is not None
        legs = self.plain.legs
        around = list(dict.fromkeys(self._spots[number] for number, _ in before.order))
        fresh = [spot for spot in range(len(legs)) if spot not in around]
        if fresh and len(legs) <= EXACT:
            around = [spot for spot, _ in single_walk(legs, [Stop(0)] * len(legs)) or ()]
        else:
            for spot in fresh:
                around = min(
                    (_inserted(around, at, spot) for at in range(len(around) + 1)), key=lambda way: _way(legs, way)
                )
        listed = [number for spot in around for number, mine in enumerate(self._spots) if mine == spot]
        order, minute, last = [], self.plain.first, None
        for number in listed:
            minute += 0 if last is None else int(self._between[last, number])
            order.append((number, minute))
            minute, last = minute + self.stops[number].minutes, number
        return tuple(order) if minute <= self.plain.first + self.plain.minutes else None

    def _anyhow(self, before: "Outing") -> Order | None:
        """Stop by stop: the shortest where there are few, else each where it is done soonest."""
        if len(self.stops) <= EXACT:
            found = single_walk(self._between, self.stops)
            return None if found is None else tuple(found)
        around = [number for number, _ in before.order]
        order = None
        for number in range(len(before.stops), len(self.stops)):
            ways = [_inserted(around, at, number) for at in range(len(around) + 1)]
            found_ = [
                (found[-1][1] + self.stops[found[-1][0]].minutes, found)
                for way in ways
                if (found := timed(self._between, self.stops, way))
            ]
            if not found_:
                return None
            order = min(found_)[1]
            around = [stop for stop, _ in order]
        return None if order is None else tuple(order)


def _inserted(way: Sequence[int], at: int, stop: int) -> list[int]:
    return [*way[:at], stop, *way[at:]]


def _way(legs: Ints, way: Sequence[int]) -> int:
    return int(np.sum(legs[list(way[:-1]), list(way[1:])]))


class Outings:
    """Everybody's rounds; those that lead nowhere yet can be opened for checks."""

    def __init__(self, outings: Sequence[Outing], ways: Ways, home: Home) -> None:
        """Takes the rounds as they are."""
        self.all = list(outings)
        self._ways, self.home = ways, home

    def of(self, person: int) -> list[Outing]:
        """The rounds of one person, in time order."""
        return sorted((one for one in self.all if one.person == person), key=lambda one: (one.day, one.hours))

    def open(self, person: int, hours: Mapping[int, tuple[Span, ...]]) -> None:
        """Rounds for hours in which a person has none yet."""
        mine: dict[int, list[Outing]] = {}
        for one in self.of(person):
            mine.setdefault(one.day, []).append(one)
        for day, spans in hours.items():
            if not any(one.touches(spans) for one in mine.get(day, ())):
                self.all.append(Outing(person, day, spans, (), (), (), self._ways, self.home))

    def replace(self, outing: Outing, longer: Outing) -> None:
        """Walks a round otherwise."""
        self.all[self.all.index(outing)] = longer
