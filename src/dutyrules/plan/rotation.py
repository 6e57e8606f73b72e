"""Which buildings are patrolled on which day: in turn, none waiting too long, with little walking.

`Rotation` is the problem, sets of stops are the answer, and `Search` stands between: it starts with a window that
slides along a tour of each beat and improves it by annealing, a number of moves long and seeded, so that the same
problem has the same answer everywhere.
"""

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import log
from typing import Final

import numpy as np

from dutyrules.plan.menus import Menu
from dutyrules.plan.walks import Ints, tour

PENALTY: Final = 10
"""Minutes of walking that one broken promise weighs in the search; of what it meets, it keeps what breaks fewest."""

HOT, COLD = 1.5, 0.1
"""Minutes: what the search accepts to lose at first, and at last."""

EXCHANGES: Final = 0.6
"""Share of moves in which two rounds exchange stops; in the others a stop gives way to one that was left out."""

NEAR: Final = 4
"""Stops change places between patrols that are at most so many apart."""

_CHUNK: Final = 1024


@dataclass(frozen=True)
class Place:
    """A building in its beat.

    Attributes:
        beat: The beat that it belongs to; waits are counted in days on which that beat is patrolled.
        since: Day (0 is the beat's first day of the plan) of its last patrol before, or the day before it was there.
        until: The day after the last on which it is there.
        seen: Whether `since` is a patrol that the log tells of.
        fair: Fewest and most patrols, so that buildings that are there alike are patrolled alike.
        gap: The longest wait that is promised to it as it has priority; None if it has none.
    """

    beat: int
    since: int
    until: int
    fair: tuple[int, int]
    gap: int | None = None
    seen: bool = False


@dataclass(frozen=True)
class Step:
    """One round of the rotation.

    Attributes:
        menu: The sets that it may walk.
        days: Beat → its day; a round may lead through several beats.
    """

    menu: Menu
    days: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Rotation:
    """Beats that are walked in turn, as far as rounds connect them.

    Attributes:
        steps: The rounds, in time order.
        gaps: For each beat, the longest wait that is promised to buildings without priority.
        between: Minutes from place to place.
    """

    places: tuple[Place, ...]
    steps: tuple[Step, ...]
    gaps: tuple[int, ...]
    between: Ints

    def beat(self, number: int) -> int:
        """The places of a beat, as a set."""
        return sum(1 << index for index, place in enumerate(self.places) if place.beat == number)

    def gap(self, number: int) -> int:
        """The longest wait that is promised to a building."""
        place = self.places[number]
        return self.gaps[place.beat] if place.gap is None else place.gap

    def waits(self, chosen: Sequence[int], place: int) -> Iterator[int]:
        """How long a building waits each time, the time after its last patrol included."""
        one = self.places[place]
        yield from (day - before for before, day in pairwise([one.since, *self.days(chosen, place), one.until]))

    def days(self, chosen: Sequence[int], place: int) -> list[int]:
        """The days on which a building is patrolled."""
        beat = self.places[place].beat
        steps = zip(self.steps, chosen, strict=True)
        return [dict(step.days)[beat] for step, taken in steps if taken >> place & 1]

    def counts(self, chosen: Sequence[int]) -> list[int]:
        """How often each building is patrolled."""
        return [sum(taken >> place & 1 for taken in chosen) for place in range(len(self.places))]


def window(rotation: Rotation) -> list[int]:
    """A start: in every beat, buildings with priority that must wait no longer, and a window that slides along a tour.

    The tour begins with whoever has waited longest.
    """
    tours = [_tour(rotation, beat) for beat in range(len(rotation.gaps))]
    position = [0] * len(tours)
    last = [place.since for place in rotation.places]
    chosen: list[int] = []
    for step in rotation.steps:
        wanted, there = 0, step.menu.round.spread(-1)
        for beat, day in step.days:
            number = _asked(step, rotation.beat(beat))
            due = _due(rotation, beat, day, last, there)[:number]
            wanted |= sum(1 << place for place in due)
            wanted |= _next(tours[beat], position[beat], there & ~wanted, number - len(due))
        taken = step.menu.near(wanted)
        chosen.append(taken)
        for beat, day in step.days:
            position[beat] += sum(taken >> place & 1 for place in tours[beat])
            for place in _bits(taken & rotation.beat(beat)):
                last[place] = day
    return chosen


def _tour(rotation: Rotation, beat: int) -> list[int]:
    """A tour of the buildings without priority; of all, if all have it."""
    every = [place for place, one in enumerate(rotation.places) if one.beat == beat]
    places = [place for place in every if rotation.places[place].gap is None] or every
    around = [places[stop] for stop in tour(rotation.between[np.ix_(places, places)])]
    longest = min(range(len(around)), key=lambda turn: (rotation.places[around[turn]].since, turn), default=0)
    return around[longest:] + around[:longest]


def _due(rotation: Rotation, beat: int, day: int, last: Sequence[int], there: int) -> list[int]:
    """Buildings with priority that would wait too long otherwise, the longest wait first."""
    urgent = [place for place in _bits(rotation.beat(beat) & there) if rotation.places[place].gap is not None]
    due = [place for place in urgent if day - last[place] >= rotation.gap(place)]
    return sorted(due, key=lambda place: (last[place], place))


def _asked(step: Step, beat: int) -> int:
    local = step.menu.round.local(beat)
    return max((ask.need for ask in step.menu.round.asks if ask.stops & local), default=0)


def _next(around: Sequence[int], position: int, there: int, number: int) -> int:
    """The next so many of a tour that are there."""
    ahead = [around[(position + turn) % len(around)] for turn in range(len(around))] if around else []
    return sum(1 << place for place in [one for one in ahead if there >> one & 1][:number])


@dataclass(frozen=True)
class Best:
    """A rotation, and what it costs: broken promises first, then minutes walked."""

    chosen: tuple[int, ...]
    broken: int
    minutes: int


class Search:
    """Improves a rotation by exchanging stops between rounds, and with those left out.

    Attributes:
        best: The best rotation so far; it may be read at any time.
    """

    def __init__(self, rotation: Rotation, start: Sequence[int], free: Sequence[int] | None = None) -> None:
        """Begins somewhere.

        Args:
            free: The rounds that may be changed first; all if it is not said.
        """
        self._rotation = rotation
        self._free = range(len(start)) if free is None else free
        self._chosen = list(start)
        self._gaps = [rotation.gap(place) for place in range(len(rotation.places))]
        self._cost = [step.menu.cost for step in rotation.steps]
        self._there = [step.menu.round.spread(-1) for step in rotation.steps]
        self._lanes = _lanes(rotation)
        self._rank = [
            {beat: self._lanes[beat].index(step) for beat, _ in one.days} for step, one in enumerate(rotation.steps)
        ]
        self._day = [[dict(step.days).get(place.beat, -1) for place in rotation.places] for step in rotation.steps]
        self._pairs = self._neighbours()
        self._minutes = [self._cost[step](taken) or 0 for step, taken in enumerate(self._chosen)]
        self._days = [
            [self._day[step][place] for step in self._lanes[one.beat] if self._chosen[step] >> place & 1]
            for place, one in enumerate(rotation.places)
        ]
        self._unfair = [self._blame(place, days) for place, days in enumerate(self._days)]
        self._broken = sum(self._unfair) + self._twins({pair for pairs in self._pairs for pair in pairs}, {})
        self.best = Best(tuple(self._chosen), self._broken, sum(self._minutes))

    # ------------------------------------------------------------ promises

    def _blame(self, place: int, days: Sequence[int]) -> int:
        """By how much a building's waits are too long, and its patrols too many or too few."""
        one, gap = self._rotation.places[place], self._gaps[place]
        before, excess = one.since, 0
        for day in (*days, one.until):
            if day - before > gap:
                excess += day - before - gap
            before = day
        fewest, most = one.fair
        return excess + max(0, fewest - len(days), len(days) - most)

    def _neighbours(self) -> list[list[tuple[int, int, int]]]:
        """For each round, (beat as a set, round, next round of the beat) of the pairs that it belongs to."""
        pairs: list[list[tuple[int, int, int]]] = [[] for _ in self._chosen]
        for beat, lane in enumerate(self._lanes):
            for pair in pairwise(lane):
                for step in pair:
                    pairs[step].append((self._rotation.beat(beat), *pair))
        return pairs

    def _twins(self, pairs: Iterable[tuple[int, int, int]], changes: Mapping[int, int]) -> int:
        """How many neighbours walk the same set of a beat, though they could do otherwise."""
        found, chosen, there = 0, self._chosen, self._there
        for beat, one, other in pairs:
            mine = changes.get(one, chosen[one]) & beat
            if mine == changes.get(other, chosen[other]) & beat != there[one] & beat:
                found += 1
        return found

    # ------------------------------------------------------------ moves

    def run(self, moves: int, seed: int, goal: int = 0) -> Iterator[int]:
        """Tries so many moves, and says now and then how many it has tried.

        Args:
            goal: Minutes below which nobody can walk.
        """
        draws = np.random.default_rng(seed)
        for done in range(0, moves, _CHUNK):
            yield done
            if not self.best.broken and self.best.minutes <= goal:
                return
            numbers = draws.random((min(_CHUNK, moves - done), 5)).tolist()
            for move, (which, first, second, third, luck) in enumerate(numbers, done):
                changes = self._move(which, first, second, third)
                if changes:
                    heat = HOT * (COLD / HOT) ** (move / moves)
                    self._try(changes, -heat * log(luck or 1.0))

    def reorder(self, moves: int, seed: int) -> None:
        """Exchanges whole rounds, which walk no more for it, until no promise is broken; so many times at most."""
        draws, steps = np.random.default_rng(seed), self._free
        for move, (first, second, luck) in enumerate(draws.random((moves, 3)).tolist()):
            if not self.best.broken:
                return
            one, other = steps[int(first * len(steps))], steps[int(second * len(steps))]
            mine, theirs = self._chosen[one], self._chosen[other]
            if mine != theirs:
                heat = PENALTY * (COLD / HOT) ** (move / moves)
                self._try({one: theirs, other: mine}, -heat * log(luck or 1.0))

    def _move(self, which: float, first: float, second: float, third: float) -> Mapping[int, int]:
        """Rounds → their new sets; empty if the drawn move is none."""
        step = self._free[int(first * len(self._free))]
        mine = self._chosen[step]
        if which >= EXCHANGES:  # a stop gives way to one that was left out
            swap = _pair(mine, self._there[step] & ~mine, third)
            return {step: mine ^ swap} if swap else {}
        ranks = list(self._rank[step].items())
        if not ranks:
            return {}
        beat, rank = ranks[int(second * len(ranks))] if len(ranks) > 1 else ranks[0]
        other = rank + int(which / EXCHANGES * 2 * NEAR) - NEAR
        other += other >= rank
        if not 0 <= other < len(self._lanes[beat]):
            return {}
        partner = self._lanes[beat][other]
        theirs = self._chosen[partner]
        swap = _pair(mine & ~theirs & self._there[partner], theirs & ~mine & self._there[step], third)
        return {step: mine ^ swap, partner: theirs ^ swap} if swap else {}

    def _try(self, changes: Mapping[int, int], bearable: float) -> None:
        """Takes the changes if they cost no more than is bearable."""
        minutes: dict[int, int] = {}
        for step, taken in changes.items():
            walked = self._cost[step](taken)
            if walked is None:
                return
            minutes[step] = walked
        worse = sum(minutes[step] - self._minutes[step] for step in changes)
        if worse - PENALTY * self._broken > bearable:
            return  # not even mending every promise would make up for it
        days = self._new_days(changes)
        blames = {place: self._blame(place, listed) for place, listed in days.items()}
        broken = sum(blames.values()) - sum([self._unfair[place] for place in blames])
        if worse + PENALTY * (broken - sum([len(self._pairs[step]) for step in changes])) > bearable:
            return  # not even if every twin were parted
        pairs = {pair for step in changes for pair in self._pairs[step]}
        broken += self._twins(pairs, changes) - self._twins(pairs, {})
        if worse + PENALTY * broken > bearable:
            return
        self._broken += broken
        for place, listed in days.items():
            self._days[place], self._unfair[place] = listed, blames[place]
        for step, taken in changes.items():
            self._chosen[step], self._minutes[step] = taken, minutes[step]
        whole = sum(self._minutes)
        if (self._broken, whole) < (self.best.broken, self.best.minutes):
            self.best = Best(tuple(self._chosen), self._broken, whole)

    def _new_days(self, changes: Mapping[int, int]) -> dict[int, list[int]]:
        """Place → its days, for those that the changes touch."""
        days: dict[int, list[int]] = {}
        for step, taken in changes.items():
            for place in _bits(taken ^ self._chosen[step]):
                listed = days.setdefault(place, self._days[place][:])
                if taken >> place & 1:
                    insort(listed, self._day[step][place])
                else:
                    listed.remove(self._day[step][place])
        return days


def _lanes(rotation: Rotation) -> list[list[int]]:
    """The rounds of each beat, in time order."""
    return [
        [step for step, one in enumerate(rotation.steps) if beat in dict(one.days)]
        for beat in range(len(rotation.gaps))
    ]


@lru_cache(maxsize=1 << 16)
def _bits(mask: int) -> tuple[int, ...]:
    """The places of a set; the same sets are asked for again and again."""
    return tuple(place for place in range(mask.bit_length()) if mask >> place & 1)


def _pair(some: int, others: int, luck: float) -> int:
    """One of each, drawn evenly; 0 if there is none."""
    ones, twos = _bits(some), _bits(others)
    if not ones or not twos:
        return 0
    first, second = divmod(int(luck * len(ones) * len(twos)), len(twos))
    return 1 << ones[first] | 1 << twos[second]
