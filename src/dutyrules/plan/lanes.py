"""The network of a family of demands: households flow through the slots in which they may be visited."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from dutyrules.obligation import Bools, Ints
from dutyrules.plan.agenda import Agenda, Cell
from dutyrules.plan.draft import Draft, Group, Household, classes
from dutyrules.plan.family import Family
from dutyrules.plan.flow import Network
from dutyrules.plan.openness import Openness
from dutyrules.plan.pace import even_shares, visits_by_week
from dutyrules.timegrid import week_of, weekday_of

MINUTE: Final = 100
"""What a minute costs, of walking or of a visit; a visit beyond its week's even share costs as much."""
UNWISHED: Final = 10**6
AVOIDED: Final = 10**7
MISS: Final = 10**9
"""What an hour against a wish costs, an hour to avoid, and a miss: each outweighs all that comes before it."""


@dataclass(frozen=True)
class Lane:
    """An arc that stands for visits of a class in slots that are alike.

    Attributes:
        cells: The slots, one cell for each of the days that are alike; one day where visits are planned.
    """

    arc: int
    members: list[Household]
    cells: tuple[Cell, ...]
    demand: int
    against: bool


@dataclass(frozen=True)
class Entry:
    """Days on which a person may enter a building, all alike; entering it once costs a walk.

    Attributes:
        arcs: The arcs of the visits there; at most `most` of them a day.
        minutes: The walk there and back, 0 if the person goes there anyway.
    """

    building: str
    person: int
    days: tuple[int, ...]
    arcs: tuple[int, ...]
    minutes: int
    most: int


@dataclass
class Lanes:
    """A family's network, and what its arcs stand for.

    Attributes:
        first: Class → the arc of the first visits in the period around, or to itself where there is none.
        needs: Demand → the arc of what it needs.
    """

    network: Network
    groups: Sequence[Group]
    lanes: list[Lane] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    first: dict[int, int] = field(default_factory=dict)
    needs: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class _Days:
    """A person's days that are alike: the same slots in the same week for the same demands.

    Attributes:
        numbers: For each day, where its cells stand among all.
    """

    person: int
    week: int
    days: tuple[int, ...]
    numbers: Ints


def most_visits(agenda: Agenda, kinds: Iterable[str], person: int, day: int) -> int:
    """How many visits of some kinds together a day's minutes allow: as many as there are of the shortest kind."""
    minutes, planned = agenda.minutes_left(person, day) or 0, [kind for kind in kinds if kind in agenda.kinds]
    spare = sum(agenda.spare(person, kind, day) for kind in planned)
    return max(0, minutes // min(agenda.kinds[kind].minutes for kind in planned)) + spare


def lanes_of(
    draft: Draft,
    family: Family,
    *,
    entered: frozenset[tuple[int, int, str]] = frozenset(),
    others: Mapping[tuple[int, int], int] | None = None,
    alike: bool = False,
    apart: Sequence[int] = (),
) -> Lanes:
    """The network of a family.

    Args:
        entered: (person, day, building) that somebody enters anyway.
        others: (class, demand) → misses of other families that only such a visit can help.
        alike: Whether days that are alike are one; bounds do not need to tell them apart.
        apart: Further demands by which households are told apart.
    """
    return _Builder(draft, family, entered, others or {}, alike=alike, apart=apart).build()


class _Builder:
    """Source → first visit or repeat → class → class in a period → building on a day → slots → day → week → period."""

    def __init__(
        self,
        draft: Draft,
        family: Family,
        entered: frozenset[tuple[int, int, str]],
        others: Mapping[tuple[int, int], int],
        *,
        alike: bool,
        apart: Sequence[int],
    ) -> None:
        self.draft, self.family, self.entered, self.others, self.alike = draft, family, entered, others, alike
        groups = classes(draft, [*family.numbers, *apart])
        mine = set(family.numbers)
        self.made = Lanes(Network(), [group for group in groups if not mine.isdisjoint(group[1])])
        kinds = set().union(*(draft.demands[number].kinds for number in family.fine))
        self.agenda = draft.agenda
        self.cells = [cell for cell in draft.agenda.cells if cell.kind in kinds]
        self.openness = Openness(draft.agenda, self.cells)
        self.counting = {number: self.openness.counting(draft.demands[number]) for number in family.fine}
        self.free = np.array([len(draft.agenda.free(cell)) for cell in self.cells], np.int64)

    def build(self) -> Lanes:
        """The whole network."""
        self._sources()
        self._sinks()
        days = list(self._days())
        for place, alike in enumerate(days):
            self._slots(place, alike)
        by_building: dict[str, list[int]] = defaultdict(list)
        for index, (members, _) in enumerate(self.made.groups):
            by_building[members[0].building].append(index)
        for building, indices in by_building.items():
            self._building(building, indices, days)
        return self.made

    def _sources(self) -> None:
        """First visits of the period around earn what repeats do not."""
        network, family = self.made.network, self.family
        periods, plenty = len(family.fine), len(self.cells) * 1_000
        network.arc("sink", "source", plenty)
        if family.around is not None:
            self.made.needs[family.around] = network.arc("source", "first", self.draft.missing(family.around), -MISS)
            network.arc("source", "first", plenty)
            network.arc("source", "repeat", plenty)
        for index, (members, spans) in enumerate(self.made.groups):
            size = len(members)
            if family.around is None:
                self.made.first[index] = network.arc("source", ("class", index), size * periods)
            elif family.around in spans:
                self.made.first[index] = network.arc("first", ("class", index), size)
                network.arc("repeat", ("class", index), size * (periods - 1))
            else:
                network.arc("repeat", ("class", index), size * periods)
            for number in family.fine:
                if number in spans:
                    helped = self.others.get((index, number), 0)
                    network.arc(("class", index), ("class", index, number), size, -MISS * helped)

    def _sinks(self) -> None:
        """A visit beyond its week's even share costs something; each period earns until it has what it needs."""
        network, plenty = self.made.network, len(self.cells) * 1_000
        weeks = visits_by_week(self.draft)
        for number, shares in even_shares(self.draft, self.family).items():
            done = weeks[number]
            for week, share in shares.items():
                network.arc(("week", number, week), ("period", number), max(0, share - done[week]))
                network.arc(("week", number, week), ("period", number), plenty, MINUTE)
            self.made.needs[number] = network.arc(("period", number), "sink", self.draft.missing(number), -MISS)
            network.arc(("period", number), "sink", plenty)

    def _days(self) -> list[_Days]:
        """The days of each person, those that are alike together."""
        by_day: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, cell in enumerate(self.cells):
            if self.free[place]:
                by_day[cell.person, cell.day].append(place)
        groups: dict[object, list[tuple[int, list[int]]]] = defaultdict(list)
        for (person, day), places in by_day.items():
            groups[self._looks(person, day, places)].append((day, places))
        return [
            _Days(
                self.cells[of_days[0][1][0]].person,
                week_of(of_days[0][0]),
                tuple(day for day, _ in of_days),
                np.array([places for _, places in of_days], np.int64),
            )
            for of_days in groups.values()
        ]

    def _looks(self, person: int, day: int, places: Sequence[int]) -> object:
        if not self.alike:
            return person, day
        cells = [self.cells[place] for place in places]
        return (
            person,
            week_of(day),
            weekday_of(day) >= 5,
            self.agenda.at_work[person, day],
            tuple(
                (cell.kind, cell.avoided, cell.band, int(self.free[place]))
                for cell, place in zip(cells, places, strict=True)
            ),
            tuple(self.agenda.left(person, kind, day) for kind in sorted({cell.kind for cell in cells})),
            self.agenda.minutes_left(person, day),
            tuple(bool(mask[place]) for mask in self.counting.values() for place in places),
        )

    def _slots(self, place: int, alike: _Days) -> None:
        """What one person's days hold: so many slots, and so many visits of a kind."""
        network, count = self.made.network, len(alike.days)
        kinds: set[str] = set()
        named: set[tuple[object, ...]] = set()
        for position, number in enumerate(alike.numbers[0].tolist()):
            cell = self.cells[number]
            network.arc(("cell", place, position), ("day", place, cell.kind), int(self.free[number]) * count)
            if cell.kind not in kinds:
                kinds.add(cell.kind)
                left = max(0, self.agenda.left(cell.person, cell.kind, cell.day)) * count
                together = ("day", place, cell.kind) if self.agenda.minutes is None else ("all", place)
                if together[0] == "all":
                    network.arc(("day", place, cell.kind), together, left)
                if together not in named:
                    named.add(together)
                    most = left if together[0] == "day" else self._most_visits(cell) * count
                    for one in self.family.fine:
                        if self.counting[one][alike.numbers[0]].any():
                            network.arc(together, ("week", one, alike.week), most)

    def _most_visits(self, cell: Cell) -> int:
        """How many visits a day's minutes allow, those of the shortest kind."""
        kinds = set().union(*(self.draft.demands[number].kinds for number in self.family.fine))
        return most_visits(self.agenda, kinds, cell.person, cell.day)

    def _building(self, building: str, indices: Sequence[int], days: Sequence[_Days]) -> None:
        """Who may be visited in a building, day by day; days that are alike for all its households are one."""
        masks = {
            (index, number): self.counting[number] & self.openness.open(self.made.groups[index][0][0], spans[number])
            for index in indices
            for spans in (self.made.groups[index][1],)
            for number in self.family.fine
            if number in spans
        }
        if not masks:
            return
        table = np.array(list(masks.values()), bool)
        against = {index: self.openness.against(self.made.groups[index][0][0]) for index in indices}
        for place, alike in enumerate(days):
            for numbers in self._alike(table, alike):
                opened = table[:, numbers[0]]
                if opened.any():
                    self._entry(building, place, alike, numbers, list(masks), opened, against)

    def _alike(self, table: Bools, alike: _Days) -> list[Ints]:
        """The days by what they look like to a building's households."""
        if len(alike.days) == 1:
            return [alike.numbers]
        groups: dict[bytes, list[Ints]] = defaultdict(list)
        for numbers in alike.numbers:
            groups[table[:, numbers].tobytes()].append(numbers)
        return [np.array(one) for one in groups.values()]

    def _entry(
        self,
        building: str,
        place: int,
        alike: _Days,
        numbers: Ints,
        keys: Sequence[tuple[int, int]],
        opened: Bools,
        against: Mapping[int, Bools],
    ) -> None:
        """The lanes of a building on days that are alike, and the entry that they share."""
        network, arcs, most = self.made.network, [], 0
        name = ("at", building, place, int(numbers[0, 0]))
        for position, first in enumerate(numbers[0].tolist()):
            if not opened[:, position].any():
                continue
            cell = self.cells[first]
            cells = tuple(self.cells[one] for one in numbers[:, position].tolist())
            early = (cell.day - self.cells[0].day) // 2  # among equals, sooner
            minutes = MINUTE * self.agenda.kinds[cell.kind].minutes + (AVOIDED if cell.avoided else 0) + early
            for row in np.flatnonzero(opened[:, position]).tolist():
                index, number = keys[row]
                members, regret = self.made.groups[index][0], bool(against[index][first])
                cost = minutes + (UNWISHED if regret else 0)
                arc = network.arc(("class", index, number), (*name, position), len(members), cost)
                self.made.lanes.append(Lane(arc, members, cells, number, regret))
            left = max(0, self.agenda.left(cell.person, cell.kind, cell.day))
            arc = network.arc(
                (*name, position), ("cell", place, position), min(left, int(self.free[first])) * len(cells)
            )
            if self.agenda.channel(cell.kind) == "home":
                arcs.append(arc)
                most = max(most, left)
        if arcs:
            days = tuple(self.cells[one].day for one in numbers[:, 0].tolist())
            way = self.made.groups[keys[0][0]][0][0].way
            known = all((alike.person, day, building) in self.entered for day in days)
            self.made.entries.append(Entry(building, alike.person, days, tuple(arcs), 0 if known else way, most))
