"""Rounds that check units as well: what a walk takes depends on the buildings that it enters, and on nothing else.

As long as nothing interrupts a round, its minutes are the way through all buildings that are entered, the stays of the
patrols, and so many minutes for each check. So one table of walks through sets of buildings is enough, however many
units there are: for every set of buildings to patrol, the cheapest further ones are looked up in it.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from dutyrules.plan.menus import ListedMenu
from dutyrules.plan.round import Ask, Round, counted
from dutyrules.plan.walks import FAR, Ends, Ints, Stop, Walks, timed, walked

MOST: Final = 18
"""Up to so many buildings the walks through all their sets stand in one table."""

Numbers: TypeAlias = tuple[int, ...]
"""How many units are checked for each ask."""


@dataclass(frozen=True)
class Plain:
    """A round whose stops may all begin at any time of one span.

    Attributes:
        first: Its first minute.
        minutes: How long it is.
        legs: Minutes from building to building.
        ends: Of a closed walk: from and to the office.
    """

    first: int
    minutes: int
    legs: Ints
    ends: Ends | None


def plain(stops: Sequence[Stop], spots: Sequence[int], between: Ints, ends: Ends | None) -> Plain | None:
    """The span of some stops and the ways between their buildings; None if they have no such span in common.

    Args:
        spots: The building of each stop, numbered from 0.
        between: Minutes from stop to stop.
        ends: Of a closed walk.
    """
    spans = {(first, last + stop.minutes) for stop in stops for first, last in stop.begins}
    if len(spans) != 1 or any(len(stop.begins) > 1 for stop in stops):
        return None
    ((first, last),) = spans
    if any(not stop.begins and stop.minutes <= last - first for stop in stops):
        return None  # there is no time for it at all
    some = [spots.index(spot) for spot in range(max(spots) + 1)]
    legs = between[np.ix_(some, some)]
    same = np.array_equal(legs[np.ix_(spots, spots)], between)
    if ends is None:
        return Plain(first, last - first, legs, None) if same else None
    home = Ends(tuple(ends.out[stop] for stop in some), tuple(ends.back[stop] for stop in some))
    same &= (ends.opens, ends.closes) == (first, last) and home.of(spots) == Ends(ends.out, ends.back)
    return Plain(first, last - first, legs, home) if same else None


@dataclass(frozen=True, eq=False)
class LocatedMenu(ListedMenu):
    """Every set is known with the buildings that its walk enters, as spots: `whole`.

    Attributes:
        plain: The span of the round.
        numbers: For each set, how many units are checked for each ask.
    """

    plain: Plain
    numbers: tuple[Numbers, ...]

    def only(self, rows: npt.NDArray[np.bool_]) -> "LocatedMenu":
        """See `ListedMenu`."""
        chosen, minutes, whole = self.chosen[rows], self.minutes[rows], self.whole[rows]
        numbers = tuple(number for number, good in zip(self.numbers, rows.tolist(), strict=True) if good)
        return replace(self, chosen=chosen, minutes=minutes, whole=whole, numbers=numbers)

    def order(self, chosen: int, last: Sequence[int] = ()) -> list[tuple[int, int]]:
        """See `Menu`."""
        row = self.rows[self.round.local(chosen)]
        entered = int(self.whole[row])
        stops = int(self.chosen[row]) | self._checks(entered, self.numbers[row], last)
        minute, found, before = self.plain.first, list[tuple[int, int]](), -1
        for spot, _ in self.walks.order(entered):
            minute += int(self.plain.legs[before, spot]) if before >= 0 else self.walks.ends.out[spot]
            before = spot
            for stop, one in enumerate(self.round.stops):
                if stops >> stop & 1 and self.round.spots[stop] == spot:
                    found.append((stop, minute))
                    minute += one.minutes
        return found

    def _checks(self, entered: int, numbers: Numbers, last: Sequence[int]) -> int:
        """The units that are checked: those that wait longest."""
        found = 0
        for ask, number in zip(_of_units(self.round), numbers, strict=True):
            there = [stop for stop in _bits(ask.stops) if entered >> self.round.spots[stop] & 1]
            there.sort(key=lambda stop: (last[stop] if last else 0, stop))
            found |= sum(1 << stop for stop in there[:number])
        return found


@dataclass(frozen=True, eq=False)
class FixedMenu(ListedMenu):
    """All that is owed is pinned: there is one set, and one walk."""

    way: tuple[tuple[int, int], ...]

    def order(self, chosen: int, last: Sequence[int] = ()) -> list[tuple[int, int]]:
        """See `Menu`."""
        return list(self.way)


def located(round_: Round, between: Ints) -> ListedMenu | None:
    """The sets that a round may walk, with their cheapest further buildings; None if breaks or some pins matter.

    Args:
        between: Minutes from stop to stop.
    """
    if round_.must and not round_.rank(round_.must)[0]:
        return _fixed(round_, between)
    span = plain(round_.stops, round_.spots, between, round_.ends)
    if span is None or not _simple(round_) or len(span.legs) > MOST:
        return None
    return _Table(round_, span).menu()


def _fixed(round_: Round, between: Ints) -> FixedMenu | None:
    """Pins leave no choice: they are walked as they begin; None if they cannot be."""
    ends = round_.ends or Ends.nowhere(len(round_.stops))
    way = timed(between, round_.stops, ends, sorted(_bits(round_.must), key=lambda stop: round_.stops[stop].begins))
    if way is None:
        return None
    seen, none = round_.must & round_.seen, Walks.of(between[:0, :0], (), 0)
    minutes = np.array([walked(between, way, round_.ends)], np.int64)
    chosen, whole = np.array([seen], np.int64), np.array([round_.must], np.int64)
    return FixedMenu(round_, 0, 0, 0, seen.bit_count(), none, chosen, minutes, whole, tuple(way))


def _simple(round_: Round) -> bool:
    """Nothing is fixed, no building has two patrols, and every unit is asked for once, by checks of one length."""
    asks = _of_units(round_)
    apart = sum(ask.stops.bit_count() for ask in asks) == len(round_.stops) - len(round_.places)
    alike = all(len({round_.stops[stop].minutes for stop in _bits(ask.stops)}) < 2 for ask in asks)
    return (
        not round_.must and apart and alike and round_.spots[: len(round_.places)] == tuple(range(len(round_.places)))
    )


def _of_units(round_: Round) -> list[Ask]:
    return [ask for ask in round_.asks if ask.stops & ~round_.seen]


def _bits(mask: int) -> list[int]:
    return [stop for stop in range(mask.bit_length()) if mask >> stop & 1]


class _Table:
    """All sets of buildings to patrol, against what walks through further ones let one check."""

    def __init__(self, round_: Round, span: Plain) -> None:
        self._round, self._span = round_, span
        self._asks = _of_units(round_)
        self._needs = tuple(ask.need for ask in self._asks)
        self._stays = [round_.stops[_bits(ask.stops)[0]].minutes for ask in self._asks]
        places = len(round_.places)
        wanted = sum(ask.need for ask in round_.asks if ask not in self._asks)
        sets = np.arange(1 << places)
        self._sets = sets[counted(sets) <= wanted]
        self._spent = sum(
            (self._sets >> stop & 1) * round_.stops[stop].minutes for stop in range(places)
        ) + np.zeros_like(self._sets)
        self._homes = sorted({round_.spots[stop] for ask in self._asks for stop in _bits(ask.stops)})
        size = min(len(span.legs), min(wanted, places) + min(sum(self._needs), len(self._homes)))
        self._walks, self._ways = _walks(span.legs.tobytes(), len(span.legs), size, span.ends)
        entered = np.arange(len(self._ways))
        self._there = []
        for ask in self._asks:
            homes = Counter(round_.spots[stop] for stop in _bits(ask.stops))
            self._there.append(sum((entered >> spot & 1) * number for spot, number in homes.items()))

    def menu(self) -> LocatedMenu:
        """Fewer checks are looked at only as long as they could do as well as what was found."""
        best, walked, whole, numbers = self._nothing()
        kinds: list[Numbers] = []
        missing = 0
        while missing <= min(sum(self._needs), int(best.min() >> 32)):
            ranks = self._round.ranks(self._sets) + self._checked(missing)
            for done in _shared(self._needs, sum(self._needs) - missing):
                ways, via = self._cheapest(done)
                ends = ways + self._spent + self._minutes(done)
                better = (ends <= self._span.minutes) & ((ranks < best) | (ranks == best) & (ways < walked))
                best, walked = np.where(better, ranks, best), np.where(better, ways, walked)
                whole, numbers = np.where(better, via, whole), np.where(better, len(kinds), numbers)
                kinds.append(done)
            missing += 1
        good = best == best.min()
        chosen = self._sets[good]
        misses = int(best.min() >> 32)
        return LocatedMenu(
            self._round,
            misses,
            misses,
            self._needed() if misses else 0,
            int(counted(chosen).max(initial=0)),
            self._walks,
            chosen,
            walked[good],
            whole[good],
            self._span,
            tuple(kinds[number] for number in numbers[good].tolist()),
        )

    def _nothing(self) -> tuple[Ints, Ints, Ints, Ints]:
        never = np.full_like(self._sets, np.iinfo(np.int64).max)
        return never, never, np.zeros_like(self._sets), np.zeros_like(self._sets)

    def _checked(self, missing: int) -> int:
        """By how much a rank that knows of no checks is too high: so many are made, the others are missing."""
        made = sum(self._needs) - missing
        return made - (made << 16) - (made << 32)

    def _minutes(self, done: Numbers) -> int:
        return sum(number * stay for number, stay in zip(done, self._stays, strict=True))

    def _cheapest(self, done: Numbers) -> tuple[Ints, Ints]:
        """For each set to patrol: the shortest way on which so many units can be checked, and what it enters."""
        enough = np.ones(len(self._ways), np.bool_)
        for there, number in zip(self._there, done, strict=True):
            enough &= there >= number
        ways, via = np.where(enough, self._ways, FAR), np.arange(len(self._ways))
        for spot in self._homes:
            short, long = ways.reshape(-1, 2, 1 << spot), via.reshape(-1, 2, 1 << spot)
            better = short[:, 1] < short[:, 0]
            short[:, 0] = np.where(better, short[:, 1], short[:, 0])
            long[:, 0] = np.where(better, long[:, 1], long[:, 0])
        return ways[self._sets], via[self._sets]

    def _needed(self) -> int:
        """Minutes of the shortest round that would see all that is owed, if it had all day."""
        ways, _ = self._cheapest(self._needs)
        enough = [number for number, mask in enumerate(self._sets.tolist()) if not self._few(mask)]
        ends = (ways + self._spent)[enough] + self._minutes(self._needs)
        return int(ends.min(initial=FAR)) if len(ends) else 0

    def _few(self, mask: int) -> int:
        return sum(
            max(0, ask.need - (ask.stops & mask).bit_count()) for ask in self._round.asks if ask not in self._asks
        )


def _shared(needs: Numbers, number: int) -> Iterator[Numbers]:
    """Every way to share out a number of checks."""
    if not needs:
        if not number:
            yield ()
        return
    for first in range(min(needs[0], number), -1, -1):
        yield from ((first, *rest) for rest in _shared(needs[1:], number - first))


@lru_cache(maxsize=2)
def _walks(legs: bytes, count: int, size: int, ends: Ends | None) -> tuple[Walks, Ints]:
    """Walks through all sets of so many buildings, and their minutes, one for each set."""
    between = np.frombuffer(legs, np.int64).reshape(count, count)
    walks = Walks.of(between, [Stop(0)] * count, size, ends)
    ways = np.full(1 << count, FAR, np.int64)
    ways[0] = 0
    for number in range(1, len(walks.layers) + 1):
        chosen, minutes, _ = walks.through(number)
        ways[chosen] = minutes
    return walks, ways
