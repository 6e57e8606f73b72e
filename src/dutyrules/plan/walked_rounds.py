"""Rounds as they are walked, to which checks of units can still be added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from dutyrules.estate.planning import PatrolPace
from dutyrules.plan.beats import Patrol, Site, ends_of, ways
from dutyrules.plan.distances import Spot
from dutyrules.plan.hours import Span, common, joined
from dutyrules.plan.located import Plain, plain
from dutyrules.plan.owing import Buildings, Errand
from dutyrules.plan.walks import EXACT, Ends, Ints, Stop, single_walk, timed, walked


@dataclass(frozen=True)
class Map:
    """Where everything lies, and how fast one walks there."""

    buildings: Buildings
    paces: Mapping[str, PatrolPace]

    def home(self, code: int, day: int) -> int:
        """The building of a unit, or the building itself."""
        return self.buildings.home(code, day)

    def ways(self, sites: Sequence[Site], day: int) -> Ints:
        """Minutes from site to site."""
        return ways(self.buildings, self.paces, [(site, day) for site in sites])

    def ends(self, office: Spot | None, hours: Sequence[Span], sites: Sequence[Site], day: int) -> Ends | None:
        """From and to the office; None for an open walk."""
        if office is None:
            return None
        return ends_of(self.buildings, self.paces, office, hours, [(site, day) for site in sites])


Order = tuple[tuple[int, int], ...]
"""(number of the site, minute at which one begins there), as they are walked."""


@dataclass(frozen=True, eq=False)
class WalkedRound:
    """What one person does on one day in one go.

    Attributes:
        hours: Of everything that is owed on it.
        sites, stops: What is seen; nothing that is not.
        office: Where a closed walk begins and ends.
    """

    person: int
    day: int
    hours: tuple[Span, ...]
    sites: tuple[Site, ...]
    stops: tuple[Stop, ...]
    order: Order
    office: Spot | None
    map: Map

    @classmethod
    def of(cls, patrol: Patrol, order: Sequence[tuple[int, int]], map_: Map) -> "WalkedRound":
        """A patrol as it is walked."""
        hours = tuple(joined(span for one in patrol.owing for span in one.hours))
        some = [stop for stop, _ in order]
        sites, stops = tuple(patrol.sites[stop] for stop in some), tuple(patrol.stops[stop] for stop in some)
        times = tuple((number, begin) for number, (_, begin) in enumerate(order))
        return cls(patrol.person, patrol.day, hours, sites, stops, times, patrol.office, map_)

    @property
    def calls(self) -> list[tuple[Site, int]]:
        """What is done, with the minute at which it begins."""
        return [(self.sites[number], begin) for number, begin in self.order]

    @cached_property
    def homes(self) -> tuple[int, ...]:
        """The building of each site."""
        return tuple(self.map.home(code, self.day) for _, code in self.sites)

    @cached_property
    def entered(self) -> frozenset[int]:
        """The buildings."""
        return frozenset(self.homes)

    @cached_property
    def _between(self) -> Ints:
        return self.map.ways(self.sites, self.day)

    @cached_property
    def _ends(self) -> Ends | None:
        return self.map.ends(self.office, self.hours, self.sites, self.day)

    @cached_property
    def walked(self) -> int:
        """Minutes from site to site, and from and to the office."""
        return walked(self._between, self.order, self._ends)

    @cached_property
    def plain(self) -> Plain | None:
        """Its span, if nothing interrupts it."""
        return plain(self.stops, self._spots, self._between, self._ends) if self.sites else None

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

    def joined(self, sites: Sequence[Site], minutes: int, hours: Sequence[Span]) -> "WalkedRound | None":
        """The round with some checks more, None if they are not found to fit."""
        grown = self._grown(sites, minutes, hours)
        order = grown._plainly(self) if grown.plain is not None else grown._anyhow(self)
        return None if order is None else replace(grown, order=order)

    def _grown(self, sites: Sequence[Site], minutes: int, hours: Sequence[Span]) -> "WalkedRound":
        """With further sites, at the end, and no order yet; checks stay within the round."""
        around = [(self.hours[0][0], self.hours[-1][1])] if self.hours else []
        begins = tuple((first, last - minutes) for first, last in common(hours, around) if last - minutes >= first)
        stops = (*self.stops, *[Stop(minutes, begins)] * len(sites))
        return replace(self, sites=(*self.sites, *sites), stops=stops)

    def _plainly(self, before: "WalkedRound") -> Order | None:
        """Building by building, as short as can be."""
        assert self.plain is not None
        legs, ends = self.plain.legs, self.plain.ends
        around = list(dict.fromkeys(self._spots[number] for number, _ in before.order))
        fresh = [spot for spot in range(len(legs)) if spot not in around]
        if fresh and len(legs) <= EXACT:
            around = [spot for spot, _ in single_walk(legs, [Stop(0)] * len(legs), ends) or ()]
        else:
            for spot in fresh:
                longer = [_inserted(around, at, spot) for at in range(len(around) + 1)]
                around = min(longer, key=lambda way: walked(legs, [(spot, 0) for spot in way], ends))
        listed = [number for spot in around for number, mine in enumerate(self._spots) if mine == spot]
        return self._timed(listed)

    def _timed(self, numbers: Sequence[int]) -> Order | None:
        found = timed(self._between, self.stops, self._ends or Ends.nowhere(len(self.stops)), numbers)
        return None if found is None else tuple(found)

    def _anyhow(self, before: "WalkedRound") -> Order | None:
        """Stop by stop: the shortest where there are few, else each where it is done soonest."""
        if len(self.stops) <= EXACT:
            found = single_walk(self._between, self.stops, self._ends)
            return None if found is None else tuple(found)
        order: Order | None = before.order
        for number in range(len(before.stops), len(self.stops)):
            around = [stop for stop, _ in order or ()]
            longer = (self._timed(_inserted(around, at, number)) for at in range(len(around) + 1))
            order = min((one for one in longer if one), key=lambda one: (one[-1][1], one), default=None)
            if order is None:
                return None
        return order


def _inserted(way: Sequence[int], at: int, stop: int) -> list[int]:
    return [*way[:at], stop, *way[at:]]


class WalkedRounds:
    """Everybody's rounds; those that lead nowhere yet can be opened for checks."""

    def __init__(self, rounds: Sequence[WalkedRound], map_: Map) -> None:
        """Takes the rounds as they are."""
        self.all = list(rounds)
        self.map = map_

    def of(self, person: int) -> list[WalkedRound]:
        """The rounds of one person, in time order."""
        return sorted((one for one in self.all if one.person == person), key=lambda one: (one.day, one.hours))

    def open(self, person: int, hours: Mapping[int, tuple[Span, ...]], office: Spot | None) -> None:
        """Rounds for hours in which a person has none yet."""
        mine: dict[int, list[WalkedRound]] = {}
        for one in self.of(person):
            mine.setdefault(one.day, []).append(one)
        for day, spans in hours.items():
            if not any(one.touches(spans) for one in mine.get(day, ())):
                self.all.append(WalkedRound(person, day, spans, (), (), (), office, self.map))

    def replace(self, lap: WalkedRound, longer: WalkedRound) -> None:
        """Walks a round otherwise."""
        self.all[self.all.index(lap)] = longer
