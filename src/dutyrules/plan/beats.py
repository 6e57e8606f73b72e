"""From what is owed to rotations: who walks when and where, and which buildings are patrolled in turn."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np

from dutyrules.checks.quota import ATTEMPTS
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate.planning import PatrolPace
from dutyrules.facts import Facts
from dutyrules.plan.hours import Span, inside, joined, without
from dutyrules.plan.menus import Menu
from dutyrules.plan.owing import Building, Buildings, Errand, Owing
from dutyrules.plan.rotation import Place, Rotation, Step
from dutyrules.plan.round import Ask, Round
from dutyrules.plan.turns import Promise, fair_shares, promised
from dutyrules.plan.walks import Ends, Ints, Stop

Site = tuple[Errand, int]
"""What is done in which building."""

Beat = tuple[Errand, int]
"""Buildings that are patrolled in turn: what is done there, and the area of the posts that owe it."""


@dataclass(frozen=True)
class Patrol:
    """What one person owes on one day and walks in one go.

    Attributes:
        sites: What may be seen, in order.
        stops: How long one stays at each, and when one may begin.
        fixed: Sites that are pinned.
        ends: Where a closed walk comes from and goes to.
        frozen: Whether it leads to the fixed sites and nowhere else.
    """

    person: int
    day: int
    owing: tuple[Owing, ...]
    sites: tuple[Site, ...]
    stops: tuple[Stop, ...]
    fixed: frozenset[Site]
    ends: Ends | None
    frozen: bool = False

    @property
    def walked(self) -> "Patrol":
        """With those sites only that it may lead to."""
        return self.through(self.fixed) if self.frozen else self

    def through(self, sites: Collection[Site]) -> "Patrol":
        """With some of its sites only."""
        kept = [stop for stop, site in enumerate(self.sites) if site in sites]
        return replace(
            self,
            sites=tuple(self.sites[stop] for stop in kept),
            stops=tuple(self.stops[stop] for stop in kept),
            ends=self.ends and self.ends.of(kept),
        )


@dataclass(frozen=True)
class Circuit:
    """A rotation and the estate's names for it.

    Attributes:
        sites: What the rotation's places are.
        patrols: What its steps are.
    """

    beats: tuple[Beat, ...]
    sites: tuple[Site, ...]
    patrols: tuple[Patrol, ...]
    rotation: Rotation


@dataclass(frozen=True)
class Pinned:
    """A patrol that stays: minute of its begin, and minutes."""

    begin: int
    minutes: int


Pins = Mapping[tuple[int, int, str, int], Pinned]
"""(person, day, kind, building) → what is pinned."""


def patrols_of(
    owing: Sequence[Owing],
    buildings: Buildings,
    paces: Mapping[str, PatrolPace],
    pins: Pins,
    busy: Mapping[tuple[int, int], Sequence[Span]],
    frozen: int,
) -> list[Patrol]:
    """Everybody's patrols in time order.

    Args:
        busy: (person, day) → minutes that are taken by something else.
        frozen: The last day on which nothing is planned beside the pins.

    Raises:
        InputError: closed walks in an area without an office.
    """
    days: dict[tuple[int, int], list[Owing]] = defaultdict(list)
    for one in owing:
        days[one.day, one.person].append(one)
    return [
        replace(_patrol(person, day, group, buildings, paces, pins, busy.get((person, day), ())), frozen=day <= frozen)
        for (day, person), listed in sorted(days.items(), key=lambda item: item[0])
        for group in _together(listed)
    ]


def _together(owing: Iterable[Owing]) -> list[list[Owing]]:
    """What has to be walked in one go: the same kind of patrol, or at the same hours."""
    groups: list[list[Owing]] = []
    for one in owing:
        mine = [group for group in groups if any(_touch(one, other) for other in group)]
        groups = [group for group in groups if group not in mine] + [
            [other for group in mine for other in group] + [one]
        ]
    return groups


def _touch(one: Owing, other: Owing) -> bool:
    if one.errand == other.errand:
        return True
    if not one.hours or not other.hours:
        return False
    return one.hours[0][0] < other.hours[-1][1] and other.hours[0][0] < one.hours[-1][1]


def _patrol(
    person: int,
    day: int,
    owing: Sequence[Owing],
    buildings: Buildings,
    paces: Mapping[str, PatrolPace],
    pins: Pins,
    busy: Sequence[Span],
) -> Patrol:
    there, hours = buildings.on(day), defaultdict[Site, list[Span]](list)
    for one in owing:
        for code in one.buildings:
            hours[one.errand, code] += without(one.hours, busy)
    sites = tuple(sorted(hours))
    stops, fixed = [], set()
    for site in sites:
        errand, code = site
        pin = pins.get((person, day, errand.kind, code))
        if pin is not None and inside(errand.windows, pin.begin):
            fixed.add(site)
            stops.append(Stop(pin.minutes, ((pin.begin, pin.begin),)))
            continue
        minutes = there[code].minutes
        stay = paces[errand.kind].minutes if minutes is None else minutes
        spans = joined(hours[site])
        stops.append(Stop(stay, tuple((first, last - stay) for first, last in spans if last - stay >= first)))
    whole = joined(span for spans in hours.values() for span in spans)
    ends = _ends(owing, [(errand.kind, there[code]) for errand, code in sites], buildings, paces, whole)
    return Patrol(person, day, tuple(owing), sites, tuple(stops), frozenset(fixed), ends)


def _ends(
    owing: Sequence[Owing],
    stops: Sequence[tuple[str, Building]],
    buildings: Buildings,
    paces: Mapping[str, PatrolPace],
    hours: Sequence[Span],
) -> Ends | None:
    """The ways from and to the office of the person's own area, which the hours include; None for an open walk."""
    if all(paces[one.errand.kind].walk == "open" for one in owing):
        return None
    area = next((one.area for one in owing if one.own), owing[0].area)
    office = buildings.office(area)
    if office is None:
        name = buildings.area(area)
        message = "closed walks begin and end at the office of an area, and this one has none"
        hint = f"write areas: {{{name or 'A'}: {{office: [120, 40]}}}}: a building, or coordinates in metres"
        raise InputError([Diagnostic("plan.no-office", message, None, name or "the whole estate", hint=hint)])
    ways = [
        (buildings.distances.minutes(office, one.spot, pace), buildings.distances.minutes(one.spot, office, pace))
        for kind, one in stops
        for pace in [paces[kind].metres_per_minute]
    ]
    opens, closes = (hours[0][0], hours[-1][1]) if hours else (0, 0)
    return Ends(tuple(out for out, _ in ways), tuple(back for _, back in ways), opens, closes)


# ---------------------------------------------------------------- rotations


class Chart:
    """Lays patrols out as rotations: beats that one patrol leads through are planned together."""

    def __init__(
        self,
        patrols: Sequence[Patrol],
        buildings: Buildings,
        paces: Mapping[str, PatrolPace],
        facts: Facts,
        first: int,
    ) -> None:
        """Reads the beats off what is owed.

        Args:
            facts: What happened, for the buildings' last patrols.
            first: First day to plan.
        """
        self._patrols, self._buildings, self._paces = patrols, buildings, paces
        self._facts, self._first = facts, first
        self._beat: dict[Site, Beat] = {}
        for patrol in patrols:
            for one in patrol.owing:
                for code in sorted(one.buildings):
                    self._beat.setdefault((one.errand, code), (one.errand, one.area))

    def circuits(self, menu_of: Callable[[Patrol, Round, Ints], Menu]) -> list[Circuit]:
        """The rotations, in the order of their first patrols.

        Args:
            menu_of: Finds the sets that a patrol may walk, given the minutes from stop to stop.
        """
        groups: list[tuple[set[Beat], list[Patrol]]] = []
        for patrol in self._patrols:
            beats = {self._beat[site] for site in patrol.sites}
            mine = [group for group in groups if group[0] & beats]
            if beats:
                merged = (
                    reduce(set.union, (group[0] for group in mine), beats),
                    [one for group in mine for one in group[1]],
                )
                merged[1].append(patrol)
                groups = [group for group in groups if group not in mine] + [merged]
        ordered = [sorted(listed, key=lambda one: (one.day, one.person)) for _, listed in groups]
        ordered.sort(key=lambda listed: (listed[0].day, listed[0].person))
        return [self._circuit(listed, menu_of) for listed in ordered]

    def _circuit(self, patrols: Sequence[Patrol], menu_of: Callable[[Patrol, Round, Ints], Menu]) -> Circuit:
        sites = tuple(sorted({site for patrol in patrols for site in patrol.sites}))
        number = {site: place for place, site in enumerate(sites)}
        beats = tuple(sorted({self._beat[site] for site in sites}))
        days = {beat: sorted({one.day for one in patrols if self._walks(one, beat)}) for beat in beats}
        between = self._between(sites, patrols)
        menus = [self._menu(patrol, number, between, menu_of) for patrol in patrols]
        steps = tuple(
            Step(
                menu,
                tuple((index, days[beat].index(one.day)) for index, beat in enumerate(beats) if self._walks(one, beat)),
            )
            for one, menu in zip(patrols, menus, strict=True)
        )
        sets = [sum(1 << place for place, site in enumerate(sites) if self._beat[site] == beat) for beat in beats]
        urgent = sum(1 << place for place, site in enumerate(sites) if self._urgent(site, patrols))
        promises = [self._promise(beat, index, sets[index], steps, urgent) for index, beat in enumerate(beats)]
        shares = [_shares(steps, mine, len(sites), one) for mine, one in zip(sets, promises, strict=True)]
        places = tuple(
            self._place(site, index, days[self._beat[site]], patrols, shares[index][number[site]], promises[index])
            for site in sites
            for index in [beats.index(self._beat[site])]
        )
        gaps = tuple(promise.gap for promise in promises)
        return Circuit(beats, sites, tuple(patrols), Rotation(places, steps, gaps, between))

    def _urgent(self, site: Site, patrols: Sequence[Patrol]) -> bool:
        """Whether a building has priority on the first day on which it is there."""
        first = min(patrol.day for patrol in patrols if site in patrol.sites)
        return self._buildings.on(first)[site[1]].priority

    def _walks(self, patrol: Patrol, beat: Beat) -> bool:
        return any(self._beat[site] == beat for site in patrol.sites)

    def _between(self, sites: Sequence[Site], patrols: Sequence[Patrol]) -> Ints:
        """Minutes from site to site, at the pace of the kind of patrol that one is on the way to."""
        seen = {site: patrol.day for patrol in reversed(patrols) for site in patrol.sites}
        spots = [self._buildings.on(seen[site])[site[1]].spot for site in sites]
        kinds = np.array([errand.kind for errand, _ in sites])
        between = np.zeros((len(sites), len(sites)), np.int64)
        for kind in sorted(set(kinds.tolist())):
            ways = self._buildings.distances.between(spots, self._paces[kind].metres_per_minute)
            between[:, kinds == kind] = ways[:, kinds == kind]
        return between

    def _menu(
        self, patrol: Patrol, number: Mapping[Site, int], between: Ints, menu_of: Callable[[Patrol, Round, Ints], Menu]
    ) -> Menu:
        patrol = patrol.walked
        places = tuple(number[site] for site in patrol.sites)
        asks = tuple(Ask(one.need, _mask(patrol.sites, one)) for one in patrol.owing)
        must = sum(1 << stop for stop, site in enumerate(patrol.sites) if site in patrol.fixed)
        walk = Round(places, patrol.stops, asks, must, ends=patrol.ends)
        return menu_of(patrol, walk, between[np.ix_(places, places)])

    def _place(
        self,
        site: Site,
        beat: int,
        days: Sequence[int],
        patrols: Sequence[Patrol],
        fair: tuple[int, int],
        promise: Promise,
    ) -> Place:
        there = [one.day for one in patrols if site in one.sites]
        opened, closed = days.index(min(there)), days.index(max(there)) + 1
        gap = promise.quick if self._urgent(site, patrols) else None
        since, seen = (opened - 1, False) if opened else self._since(site)
        return Place(beat, since, closed, fair, gap, seen)

    def _since(self, site: Site) -> tuple[int, bool]:
        """How many days of its beat ago a building was patrolled last, as a day before the beat's first; if it was."""
        visited = self._history(self._beat[site])
        code = site[1]
        days = sorted({day for day, _ in visited}, reverse=True)
        mine = [day for day, target in visited if target == code]
        if mine:
            return -1 - days.index(max(mine)), True
        return -1 - sum(code in self._buildings.on(day) for day in days), False

    def _history(self, beat: Beat) -> set[tuple[int, int]]:
        """(day, building) of the beat's patrols before the first day that is planned."""
        errand, _ = beat
        said = {name: (word,) for name, word in errand.attributes}
        events = self._facts.events(errand.kind, said, {"outcome": ATTEMPTS})
        codes = {code for (_, code), other in self._beat.items() if other == beat}
        return {
            (day, target)
            for day, target in zip(events.day.tolist(), events.target.tolist(), strict=True)
            if day < self._first and target in codes
        }

    def _promise(self, beat: Beat, index: int, places: int, steps: Sequence[Step], urgent: int) -> Promise:
        """The longest waits that are promised: what the estate says, else what turns need and one more."""
        pace = self._paces[beat[0].kind]
        mine = [step for step in steps if index in dict(step.days)]
        there = max((step.menu.round.spread(-1) & places for step in mine), key=lambda found: found.bit_count())
        sizes = Counter((step.menu.near(0) & places).bit_count() for step in mine)
        usual = max(sizes, key=lambda size: (sizes[size], size))
        first = (there & urgent).bit_count()
        gap, quick = promised(there.bit_count(), first, max(usual, 1), pace.longest_gap, pace.priority_gap)
        return Promise(gap, quick, urgent & places)


def _mask(sites: Sequence[Site], one: Owing) -> int:
    """The stops that an obligation counts."""
    return sum(1 << stop for stop, (errand, code) in enumerate(sites) if errand == one.errand and code in one.buildings)


def _shares(steps: Sequence[Step], beat: int, size: int, promise: Promise) -> list[tuple[int, int]]:
    """How often each place of a beat is patrolled if everybody walks their part of it."""
    rounds = [
        (there, (step.menu.near(0) & beat).bit_count())
        for step in steps
        for there in [step.menu.round.spread(-1) & beat]
        if there
    ]
    return fair_shares(rounds, size, promise)
