"""An earlier plan of patrols that is kept: what it promised, and the sets of a round that change fewest of it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from dutyrules.plan.beats import Circuit, Patrol, Site
from dutyrules.plan.changes import Level
from dutyrules.plan.hours import inside
from dutyrules.plan.menus import ListedMenu, Menu, WideMenu
from dutyrules.plan.owing import Errand
from dutyrules.plan.plan import Measure, Task
from dutyrules.plan.rotation import Step
from dutyrules.plan.round import counted
from dutyrules.timegrid import day_number

Order = tuple[tuple[int, int], ...]
"""(place of the rotation, minute at which one begins there), as a round is walked."""

CHANGES: Final = (Level.DAY, Level.PERSON)
"""The dearest first: a building is promised its turn, and nobody in person."""


@dataclass(frozen=True)
class Promised:
    """A patrol that the earlier plan has, or that a published list names.

    Attributes:
        begin: Minute of the day; None where only a list names it.
    """

    person: int
    begin: int | None
    attributes: Mapping[str, str]

    def fits(self, errand: Errand) -> bool:
        """Whether it is a promise of what is done there."""
        if self.begin is None:
            return True
        said = all(self.attributes.get(name) == word for name, word in errand.attributes)
        return said and inside(errand.windows, self.begin)


class Promises:
    """The patrols that were promised, building by building and day by day."""

    def __init__(
        self,
        rows: Iterable[Task],
        named: Iterable[tuple[int, int, str, int]],
        persons: Mapping[str, int],
        codes: Mapping[str, int],
    ) -> None:
        """Sorts them.

        Args:
            rows: Tasks that may move.
            named: (person, day, kind, building) of lists that are published already.
        """
        self._of: dict[tuple[int, str, int], list[Promised]] = defaultdict(list)
        for task in rows:
            key = day_number(task.at.date()), task.kind, codes.get(task.target or "", -1)
            begin = task.at.hour * 60 + task.at.minute
            self._of[key].append(Promised(persons.get(task.person, -1), begin, task.attributes))
        self.named = frozenset(named)
        for person, day, kind, code in sorted(self.named):
            self._of[day, kind, code].append(Promised(person, None, {}))

    def at(self, day: int, site: Site) -> list[Promised]:
        """What was promised at a site on a day."""
        errand, code = site
        return [one for one in self._of.get((day, errand.kind, code), ()) if one.fits(errand)]

    def level(self, patrol: Patrol, site: Site) -> Level:
        """What it would be to the building if a round led there."""
        own = self.at(patrol.day, site)
        if not own:
            return Level.DAY
        return Level.SAME if any(one.person == patrol.person for one in own) else Level.PERSON

    def begin(self, patrol: Patrol, site: Site) -> int | None:
        """The minute at which the same person was to begin there."""
        own = (one.begin for one in self.at(patrol.day, site) if one.person == patrol.person)
        return next((begin for begin in own if begin is not None), None)

    def masks(self, patrol: Patrol) -> dict[Level, int]:
        """The stops that would change so much, those that are fixed aside."""
        found = dict.fromkeys(Level, 0)
        for stop, site in enumerate(patrol.sites):
            if site not in patrol.fixed:
                found[self.level(patrol, site)] |= 1 << stop
        return found

    def listed(self, patrol: Patrol) -> int:
        """The stops that a published list names for that day."""
        named = {(day, kind, code) for _, day, kind, code in self.named}
        return sum(
            1 << stop for stop, (errand, code) in enumerate(patrol.sites) if (patrol.day, errand.kind, code) in named
        )


@dataclass(frozen=True)
class KeptRound:
    """A round whose menu has only sets that change fewest.

    Attributes:
        changes: How many patrols each of them changes so much.
        least: What no set of the whole menu changes less; proven.
    """

    menu: Menu
    changes: Mapping[Level, int]
    least: Mapping[Level, int]

    @property
    def free(self) -> bool:
        """Whether it can be walked in more than one way."""
        return not isinstance(self.menu, ListedMenu) or len(self.menu.chosen) > 1


def kept_circuit(circuit: Circuit, promises: Promises) -> tuple[Circuit, list[KeptRound]]:
    """The rotation among the sets that change fewest, and what is known of its rounds."""
    rounds = [
        _kept_round(step.menu, patrol, promises)
        for patrol, step in zip(circuit.patrols, circuit.rotation.steps, strict=True)
    ]
    steps = tuple(Step(one.menu, step.days) for one, step in zip(rounds, circuit.rotation.steps, strict=True))
    return replace(circuit, rotation=replace(circuit.rotation, steps=steps)), rounds


def _kept_round(menu: Menu, patrol: Patrol, promises: Promises) -> KeptRound:
    """Fewest on another day, then fewest by somebody else, then most of those that a published list names."""
    if patrol.frozen:
        return KeptRound(menu, dict.fromkeys(CHANGES, 0), dict.fromkeys(CHANGES, 0))
    masks, listed = promises.masks(patrol), promises.listed(patrol)
    if isinstance(menu, ListedMenu):
        days, others = (counted(menu.chosen & masks[level]) for level in CHANGES)
        rank = (days << 32) + (others << 16) - counted(menu.chosen & listed)
        best = rank == rank.min()
        first = int(rank.argmin())
        least = {Level.DAY: int(days[first]), Level.PERSON: int(others[first])}
        return KeptRound(replace(menu, chosen=menu.chosen[best], minutes=menu.minutes[best]), least, least)
    assert isinstance(menu, WideMenu)
    return _kept_wide(menu, masks)


def _kept_wide(menu: WideMenu, masks: Mapping[Level, int]) -> KeptRound:
    """Exchanges stops for promised ones as long as that can be walked; what nobody could promise bounds the changes."""
    found = menu.found
    while (better := next(_better(menu, masks, found), None)) is not None:
        found = better
    days, others = changes = _changes(masks, found)
    loose = (found & ~menu.round.must).bit_count()
    same, known = masks[Level.SAME].bit_count(), (masks[Level.SAME] | masks[Level.PERSON]).bit_count()
    kept = replace(menu, found=found, within=lambda local: _changes(masks, local) == changes)
    return KeptRound(
        kept,
        {Level.DAY: days, Level.PERSON: others},
        {Level.DAY: max(0, loose - known), Level.PERSON: max(0, loose - days - same)},
    )


def _better(menu: WideMenu, masks: Mapping[Level, int], found: int) -> Iterator[int]:
    """Sets that change less than one, by a stop exchanged for another."""
    for into in _stops((masks[Level.SAME] | masks[Level.PERSON]) & ~found):
        for out in _stops(found & ~menu.round.must):
            change = found ^ 1 << out ^ 1 << into
            if _changes(masks, change) < _changes(masks, found) and menu.cost(menu.round.spread(change)) is not None:
                yield change


def _changes(masks: Mapping[Level, int], chosen: int) -> tuple[int, ...]:
    return tuple((chosen & masks[level]).bit_count() for level in CHANGES)


def _stops(mask: int) -> list[int]:
    return [stop for stop in range(mask.bit_length()) if mask >> stop & 1]


def change_measures(rounds: Iterable[KeptRound]) -> list[Measure]:
    """What changed, dearest first; each with what no plan changes less that is no worse in what comes before."""
    found = list(rounds)
    return [
        Measure(
            f"changed_{level.name.lower()}",
            "patrols",
            sum(one.changes[level] for one in found),
            sum(one.least[level] for one in found),
        )
        for level in CHANGES
    ]


def kept_order(promises: Promises, circuit: Circuit, patrol: Patrol, chosen: int) -> Order | None:
    """A round as the earlier plan walks it; None if it led elsewhere, or can no longer be walked like that."""
    minutes, found = dict[int, int](), list[tuple[int, int]]()
    for place in _stops(chosen):
        stop = patrol.stops[patrol.sites.index(circuit.sites[place])]
        fixed = circuit.sites[place] in patrol.fixed
        begin = stop.begins[0][0] if fixed else promises.begin(patrol, circuit.sites[place])
        if begin is None or not any(first <= begin <= last for first, last in stop.begins):
            return None
        minutes[place] = stop.minutes
        found.append((begin, place))
    order = [(place, begin) for begin, place in sorted(found)]
    between = circuit.rotation.between
    walkable = not order or _reached(circuit, patrol, order, minutes[order[-1][0]])
    walkable = walkable and all(
        begin + minutes[place] + int(between[place, after]) <= later
        for (place, begin), (after, later) in pairwise(order)
    )
    return tuple(order) if walkable else None


def _reached(circuit: Circuit, patrol: Patrol, order: Sequence[tuple[int, int]], last: int) -> bool:
    """Whether one gets from the office to the first stop and back from the last, at which one stays so long."""
    if patrol.ends is None:
        return True
    first, end = (patrol.sites.index(circuit.sites[place]) for place in (order[0][0], order[-1][0]))
    leaves, returns = order[0][1] - patrol.ends.out[first], order[-1][1] + last + patrol.ends.back[end]
    return patrol.ends.opens <= leaves and returns <= patrol.ends.closes


def walk_of(circuit: Circuit, patrol: Patrol, places: Sequence[int]) -> int:
    """Minutes walked from place to place in this order, and from and to the office."""
    ways = sum(int(circuit.rotation.between[one, other]) for one, other in pairwise(places))
    if patrol.ends is None or not places:
        return ways
    first, last = (patrol.sites.index(circuit.sites[place]) for place in (places[0], places[-1]))
    return ways + patrol.ends.out[first] + patrol.ends.back[last]
