"""Which sets of buildings one person may walk in one round: those that miss least, and no more than that takes."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np

from dutyrules.plan.fit import Order, fit
from dutyrules.plan.round import Round, counted
from dutyrules.plan.walks import Ends, Ints, Stop, Walks, least_ways, single_walk, subsets, walked

LISTED: Final = 200_000
"""Up to so many sets a round's walks are all worked out beforehand; beyond that one by one, when they are asked for."""


@dataclass(frozen=True, eq=False)
class Menu(ABC):
    """The sets that a round may walk.

    Attributes:
        misses: What each of them misses.
        least: What no walk can help missing; proven.
        needed: Where something is missed: at least so many minutes it would take to see all that is owed.
        most: No set has more stops.
    """

    round: Round
    misses: int
    least: int
    needed: int
    most: int

    @abstractmethod
    def cost(self, chosen: int) -> int | None:
        """Minutes walked for a set, None if it is not on the menu."""

    @abstractmethod
    def near(self, wanted: int) -> int:
        """A set that has as much in common with the wanted one as it can, and walks little."""

    @abstractmethod
    def order(self, chosen: int) -> list[tuple[int, int]]:
        """(stop, minute at which one begins there), as the set is walked."""

    @abstractmethod
    def cheapest(self, prices: Ints, scale: int) -> tuple[int, int, int]:
        """(value, minutes, set) with the least scale × minutes - prices; where sets are not listed, a lower bound."""


@dataclass(frozen=True, eq=False)
class ListedMenu(Menu):
    """Every set is known with its walk."""

    walks: Walks
    chosen: Ints
    minutes: Ints

    @cached_property
    def _costs(self) -> dict[int, int]:
        return dict(zip(map(self.round.spread, self.chosen.tolist()), self.minutes.tolist(), strict=True))

    def cost(self, chosen: int) -> int | None:
        """See `Menu`."""
        return self._costs.get(chosen)

    def near(self, wanted: int) -> int:
        """See `Menu`."""
        common = counted(self.chosen & self.round.local(wanted))
        return self.round.spread(int(self.chosen[np.lexsort((self.chosen, self.minutes, -common))[0]]))

    def order(self, chosen: int) -> list[tuple[int, int]]:
        """See `Menu`."""
        return [(self.round.places[stop], begin) for stop, begin in self.walks.order(self.round.local(chosen))]

    @cached_property
    def _bits(self) -> Ints:
        return self.chosen[:, None] >> np.arange(len(self.round.stops)) & 1

    def cheapest(self, prices: Ints, scale: int) -> tuple[int, int, int]:
        """See `Menu`."""
        values = self.minutes * scale - self._bits @ prices[list(self.round.places)]
        best = int(values.argmin())
        return int(values[best]), int(self.minutes[best]), self.round.spread(int(self.chosen[best]))


@dataclass(frozen=True, eq=False)
class WideMenu(Menu):
    """Too many sets to list: walks are worked out for those that are asked for.

    Attributes:
        found: A set that misses so little.
        within: Which of the sets that miss so little are wanted.
    """

    between: Ints
    found: int
    within: Callable[[int], bool] = field(default=lambda _: True, repr=False)
    _known: dict[int, Order | None] = field(default_factory=dict, repr=False, compare=False)

    def cost(self, chosen: int) -> int | None:
        """See `Menu`."""
        local = self.round.local(chosen)
        same = self.round.rank(local) == self.round.rank(self.found) and self.round.spread(local) == chosen
        if not same or local & self.round.must != self.round.must or not self.within(local):
            return None
        way = self._way(local)
        return None if way is None else walked(self.between, way, self.round.ends)

    def near(self, wanted: int) -> int:
        """See `Menu`."""
        return wanted if self.cost(wanted) is not None else self.round.spread(self.found)

    def order(self, chosen: int) -> list[tuple[int, int]]:
        """See `Menu`."""
        return [(self.round.places[stop], begin) for stop, begin in self._way(self.round.local(chosen)) or ()]

    def remember(self, local: int, way: Order) -> None:
        """Takes a walk that is known already."""
        self._known[local] = way

    def _way(self, local: int) -> Order | None:
        if local not in self._known:
            some = [stop for stop in range(len(self.round.stops)) if local >> stop & 1]
            ends = self.round.ends and self.round.ends.of(some)
            way = single_walk(self.between[np.ix_(some, some)], [self.round.stops[stop] for stop in some], ends)
            self._known[local] = None if way is None else tuple((some[stop], begin) for stop, begin in way)
        return self._known[local]

    def cheapest(self, prices: Ints, scale: int) -> tuple[int, int, int]:
        """See `Menu`: every stop but the last of an open walk costs at least the way to the nearest."""
        away, whole = least_ways(self.between, self.round.ends)
        values = away * scale - prices[list(self.round.places)]
        size = self.round.rank(self.found)[2]
        taken = np.lexsort((np.arange(len(values)), values))[:size]
        whole = whole if size else 0
        chosen = self.round.spread(sum(1 << int(stop) for stop in taken))
        return int(values[taken].sum()) + whole * scale, int(away[taken].sum()) + whole, chosen


def menu_of(round_: Round, between: Ints, effort: float) -> Menu | None:
    """The sets that a round may walk; None if what is fixed cannot be walked.

    Args:
        between: Minutes from stop to stop.
        effort: Deterministic time for rounds with too many sets to list.
    """
    size = max(round_.must.bit_count(), min(round_.size, most(round_, between)))
    if subsets(len(round_.stops), size) > LISTED:
        return _wide(round_, between, effort)
    return _listed(round_, between, Walks.of(between, round_.stops, size, round_.ends))


def most(round_: Round, between: Ints) -> int:
    """More stops than this do not fit in between the first minute and the last; the shortest ways on are counted."""
    away, whole = least_ways(between, round_.ends)
    spent = np.sort(np.array([stop.minutes for stop in round_.stops], np.int64) + away)
    return int(np.count_nonzero(np.cumsum(spent) + whole <= round_.minutes))


def least_minutes(round_: Round, between: Ints) -> int:
    """At least so many minutes it takes to see all that is owed, ways included."""
    away, whole = least_ways(between, round_.ends)
    spent = np.array([stop.minutes for stop in round_.stops], np.int64) + away
    wanted = [int(np.sort(spent[_stops(ask.stops, len(spent))])[: ask.need].sum()) for ask in round_.asks]
    apart = sum(ask.stops.bit_count() for ask in round_.asks) == len(spent)  # a stop of two asks is seen once
    return max((sum(wanted) if apart else max(wanted, default=0)) + whole, 0)


def _listed(round_: Round, between: Ints, walks: Walks) -> ListedMenu | None:
    found = [walks.through(size)[:2] for size in range(1, len(walks.layers) + 1)] if walks.stops else []
    chosen = np.concatenate([np.zeros(1, np.int64), *(masks for masks, _ in found)])
    minutes = np.concatenate([np.zeros(1, np.int64), *(minutes for _, minutes in found)])
    kept = chosen & round_.must == round_.must
    chosen, minutes = chosen[kept], minutes[kept]
    if not len(chosen):
        return None
    ranks = round_.ranks(chosen)
    best = ranks == ranks.min()
    misses, most_ = int(ranks.min() >> 32), int(ranks.min() & 0xFFFF)
    needed = _needed(round_, between) if misses else 0
    return ListedMenu(round_, misses, misses, needed, most_, walks, chosen[best], minutes[best])


def _needed(round_: Round, between: Ints) -> int:
    """Minutes of the shortest round that would see all that is owed, if it had all day; or a bound."""
    if subsets(len(round_.stops), round_.size) > LISTED:
        return least_minutes(round_, between)
    ends = round_.ends and Ends(round_.ends.out, round_.ends.back)
    walks = Walks.of(between, [Stop(stop.minutes) for stop in round_.stops], round_.size, ends)
    for size in range(1, len(walks.layers) + 1):
        chosen, _, minutes = walks.through(size)
        enough = [end for mask, end in zip(chosen.tolist(), minutes.tolist(), strict=True) if not round_.rank(mask)[1]]
        if enough:
            return min(enough)
    return least_minutes(round_, between)


def _wide(round_: Round, between: Ints, effort: float) -> WideMenu | None:
    """The best that is found: on to the nearest, and where that misses something, by the routing model."""
    found, least = _grown(round_, between), 0
    if found is None or round_.rank(_set(found))[0]:
        fitted = fit(round_, between, effort)
        if fitted is not None:
            least = fitted.least
            found = min(
                (way for way in (found, fitted.order) if way is not None), key=lambda way: round_.rank(_set(way))
            )
    if found is None:
        return None
    misses, _, most_ = round_.rank(_set(found))
    menu = WideMenu(round_, misses, least, least_minutes(round_, between), most_, between, _set(found))
    menu.remember(_set(found), found)
    return menu


def _grown(round_: Round, between: Ints) -> Order | None:
    """A walk that always goes on to the nearest stop of use; None where pins fix other ones."""
    if round_.must:
        return None
    ways = (_grown_from(round_, between, start) for start in range(len(round_.stops)))
    return min(ways, key=lambda way: (round_.rank(_set(way)), way))


def _grown_from(round_: Round, between: Ints, start: int) -> Order:
    way: Order = ()
    while True:
        chosen = _set(way)
        asked = [ask.stops for ask in round_.asks if (ask.stops & chosen).bit_count() < ask.need]
        left = [stop for stop in range(len(round_.stops)) if any(stops & ~chosen >> stop & 1 for stops in asked)]
        longer = [(*way, (stop, begin)) for stop in left if (begin := _begin(round_, between, way, stop)) is not None]
        if not way:
            longer = [one for one in longer if one[0][0] == start]
        if not longer:
            return way
        way = min(longer, key=lambda one: (one[-1][1], one[-1][0]))


def _begin(round_: Round, between: Ints, way: Order, stop: int) -> int | None:
    """When one can begin at a stop after a walk, and be back at the office in time."""
    ends = round_.ends or Ends.nowhere(len(round_.stops))
    minute = ends.opens + ends.out[stop]
    if way:
        last, begin = way[-1]
        minute = begin + round_.stops[last].minutes + int(between[last, stop])
    found = next((max(minute, first) for first, last in round_.stops[stop].begins if minute <= last), None)
    late = found is not None and found + round_.stops[stop].minutes + ends.back[stop] > ends.closes
    return None if late else found


def _set(way: Order) -> int:
    return sum(1 << stop for stop, _ in way)


def _stops(mask: int, count: int) -> list[int]:
    return [stop for stop in range(count) if mask >> stop & 1]
