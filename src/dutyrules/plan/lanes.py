"""The network of a family of demands: households flow through the slots in which they may be visited."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
        groups: The classes of households.
        entries: Where walks are paid.
        first: Class → the arc of the first visits in the period around, or to itself where there is none.
        needs: Demand → the arc of what it needs.
        slots: Cells that are alike; lanes name them by their place here.
        lanes: Rows of arc, class, demand, slot, and whether it is against a wish.
    """

    network: Network
    groups: Sequence[Group]
    entries: list[Entry] = field(default_factory=list)
    first: dict[int, int] = field(default_factory=dict)
    needs: dict[int, int] = field(default_factory=dict)
    slots: list[tuple[Cell, ...]] = field(default_factory=list)
    lanes: Ints = field(default_factory=lambda: np.empty((0, 5), np.int64))

    def every(self) -> list[Lane]:
        """All lanes."""
        return [self._lane(row) for row in self.lanes.tolist()]

    def used(self, flow: Ints) -> Iterator[tuple[Lane, int]]:
        """The lanes that a flow goes through, day by day, and how much."""
        through = flow[self.lanes[:, 0]]
        used = [(self._lane(self.lanes[number].tolist()), int(through[number])) for number in np.flatnonzero(through)]
        yield from sorted(used, key=lambda one: (one[0].cells[0].day, one[0].cells[0].person, one[0].arc))

    def _lane(self, row: Sequence[int]) -> Lane:
        arc, group, demand, slot, against = row
        return Lane(arc, self.groups[group][0], self.slots[slot], demand, bool(against))


@dataclass(frozen=True)
class _Days:
    """A person's days that are alike: the same slots in the same week for the same demands.

    Attributes:
        numbers: For each day, where its cells stand among all.
        nodes: For each of a day's cells, its node.
    """

    person: int
    week: int
    days: tuple[int, ...]
    numbers: Ints
    nodes: Ints


@dataclass(frozen=True)
class _Slots:
    """Slots of days that look alike to a building, in the order of their days.

    Attributes:
        begin: The place of the first in `Lanes.slots`.
        cells: For each, where its first cell stands among all.
        count: For how many days it stands.
        nodes: The node of its cell.
        starts: Where each group of alike days begins, and at last the end.
        days: The days of each group.
        persons: The person of each group.
    """

    begin: int
    cells: Ints
    count: Ints
    nodes: Ints
    starts: Sequence[int]
    days: Sequence[tuple[int, ...]]
    persons: Sequence[int]


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
        left = [max(0, draft.agenda.left(cell.person, cell.kind, cell.day)) for cell in self.cells]
        self.left = np.array(left, np.int64)
        self.cost = np.array([self._cost(cell) for cell in self.cells], np.int64)
        self.at_door = np.array([draft.agenda.channel(cell.kind) == "home" for cell in self.cells], bool)
        self.class_nodes: dict[tuple[int, int], int] = {}

    def _cost(self, cell: Cell) -> int:
        """What a visit costs, apart from wishes; among equals, sooner."""
        early = (cell.day - self.cells[0].day) // 2
        return MINUTE * self.agenda.kinds[cell.kind].minutes + (AVOIDED if cell.avoided else 0) + early

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
        every = None if self.alike else self._placed(days, [[one.numbers] for one in days])
        lanes = [self._building(building, indices, days, every) for building, indices in by_building.items()]
        self.made.lanes = np.concatenate([self.made.lanes, *lanes])
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
                    self.class_nodes[index, number] = network.node(("class", index, number))

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
                self.made.network.nodes(len(of_days[0][1])),
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
        cells = [self.cells[number] for number in alike.numbers[0].tolist()]
        heads = np.array([network.node(("day", place, cell.kind)) for cell in cells], np.int64)
        network.arcs(alike.nodes, heads, self.free[alike.numbers[0]] * count)
        for cell, number in zip(cells, alike.numbers[0].tolist(), strict=True):
            if cell.kind not in kinds:
                kinds.add(cell.kind)
                left = int(self.left[number]) * count
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

    def _building(self, building: str, indices: Sequence[int], days: Sequence[_Days], every: _Slots | None) -> Ints:
        """Who may be visited in a building, day by day; days that are alike for all its households are one."""
        keys = [
            (index, number) for index in indices for number in self.family.fine if (index, number) in self.class_nodes
        ]
        groups = self.made.groups
        table = np.array(
            [
                self.counting[number] & self.openness.open(groups[index][0][0], groups[index][1][number])
                for index, number in keys
            ],
            bool,
        ).reshape(len(keys), len(self.cells))
        against = np.array([self.openness.against(groups[index][0][0]) for index, _ in keys], bool).reshape(table.shape)
        slots = every or self._placed(days, [self._alike(table, one) for one in days])
        opened = table[:, slots.cells]
        used = np.flatnonzero(opened.any(axis=0))
        nodes = self.made.network.nodes(len(used))
        slot, row = np.nonzero(opened[:, used].T)
        cells = slots.cells[used[slot]]
        regret = against[row, cells]
        arcs = self.made.network.arcs(
            np.array([self.class_nodes[key] for key in keys], np.int64)[row],
            nodes[slot],
            np.array([len(groups[index][0]) for index, _ in keys], np.int64)[row],
            self.cost[cells] + UNWISHED * regret,
        )
        self._enter(building, slots, used, nodes)
        pairs = np.array(keys, np.int64).reshape(-1, 2)[row]
        return np.column_stack([arcs, pairs, slots.begin + used[slot], regret])

    def _enter(self, building: str, slots: _Slots, used: Ints, nodes: Ints) -> None:
        """What a building's slots share with those of others, and what it costs to enter it."""
        cells = slots.cells[used]
        rooms = np.minimum(self.left[cells], self.free[cells]) * slots.count[used]
        arcs = self.made.network.arcs(nodes, slots.nodes[used], rooms)
        bounds = np.searchsorted(used, slots.starts).tolist()
        way = next(one[0][0].way for one in self.made.groups if one[0][0].building == building)
        for days, person, begin, end in zip(slots.days, slots.persons, bounds, bounds[1:], strict=False):
            doors = begin + np.flatnonzero(self.at_door[cells[begin:end]])
            if len(doors):
                known = all((person, day, building) in self.entered for day in days)
                most = int(self.left[cells[doors]].max())
                entry = Entry(building, person, days, tuple(arcs[doors].tolist()), 0 if known else way, most)
                self.made.entries.append(entry)

    def _alike(self, table: Bools, alike: _Days) -> list[Ints]:
        """The days by what they look like to a building's households."""
        groups: dict[bytes, list[Ints]] = defaultdict(list)
        for numbers in alike.numbers:
            groups[table[:, numbers].tobytes()].append(numbers)
        return [np.array(one) for one in groups.values()]

    def _placed(self, days: Sequence[_Days], parts: Sequence[Sequence[Ints]]) -> _Slots:
        """Puts slots among those that lanes name: the parts of the alike days."""
        flat = [(one, numbers) for one, own in zip(days, parts, strict=True) for numbers in own]
        begin = len(self.made.slots)
        self.made.slots += [
            tuple(self.cells[one] for one in column) for _, numbers in flat for column in numbers.T.tolist()
        ]
        widths = [numbers.shape[1] for _, numbers in flat]
        return _Slots(
            begin,
            np.concatenate([np.empty(0, np.int64), *(numbers[0] for _, numbers in flat)]),
            np.repeat(np.array([len(numbers) for _, numbers in flat], np.int64), widths),
            np.concatenate([np.empty(0, np.int64), *(one.nodes for one, _ in flat)]),
            np.cumsum([0, *widths]).tolist(),
            [tuple(self.cells[one].day for one in numbers[:, 0].tolist()) for _, numbers in flat],
            [one.person for one, _ in flat],
        )
