"""Calendars of visits as an integer programme over households and days that look alike.

The network of a family, with days that are alike as one, and for each building the number of days on which it is
entered: whoever visits somebody there enters it. Every plan that misses no more, visits no more often, and goes against
no more wishes is a solution of this programme, so that its cheapest solution bounds them all; and its solutions show
where a plan could save walks.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil, inf
from typing import Final

from ortools.math_opt.python import mathopt

from dutyrules.plan.demand import within
from dutyrules.plan.draft import Draft
from dutyrules.plan.family import Family
from dutyrules.plan.lanes import MINUTE, Entry, Lane, lanes_of

TOLERANCE: Final = 1e-6
"""What a bound in floating point may fall short of the whole number that it means."""

NODES: Final = 40
"""Branches that one look at a neighbourhood may take."""


@dataclass(frozen=True)
class Limits:
    """What the plans do that a bound speaks of: at most so many misses, visits, visits against wishes, at bad hours."""

    misses: int
    visits: int
    against: int
    avoided: int

    @property
    def order(self) -> tuple[int, int, int, int]:
        """What is worse than any walk, the worst first."""
        return self.misses, self.avoided, self.against, self.visits


@dataclass(frozen=True)
class Least:
    """What no such plan is below.

    Attributes:
        cost: Minutes of walking, visits beyond even shares, and weeks that visits wait, together.
        walking: Minutes of walking alone.
    """

    cost: int
    walking: int


@dataclass(frozen=True)
class Entered:
    """A solution: on how many of its days each entry is used."""

    days: tuple[int, ...]
    cost: int


@dataclass(frozen=True)
class Saving:
    """A building: so many households, at most so many visits a day, so many minutes to go there."""

    households: int
    most: int
    minutes: int


def fewest_minutes(buildings: Sequence[Saving], spare: int) -> int:
    """The least walking if at most `spare` households are left out in all: a small knapsack.

    >>> fewest_minutes([Saving(7, 6, 10), Saving(8, 6, 10)], 0), fewest_minutes([Saving(7, 6, 10), Saving(8, 6, 10)], 1)
    (40, 30)
    """
    saved = [0] * (spare + 1)  # by households left out
    for one in buildings:
        whole = ceil(one.households / one.most)
        steps = [(max(0, one.households - one.most * days), (whole - days) * one.minutes) for days in range(whole)]
        saved = [
            max([saved[left], *(saved[left - out] + minutes for out, minutes in steps if out <= left)])
            for left in range(spare + 1)
        ]
    return sum(ceil(one.households / one.most) * one.minutes for one in buildings) - saved[spare]


class Programme:
    """The programme, built once; then solved for bounds, or in a neighbourhood of what is known."""

    def __init__(self, ideal: Draft, family: Family, limits: Limits, *, alike: bool = True) -> None:
        """Builds it.

        Args:
            ideal: A draft of what is fixed, without leavers (`Draft.relaxed`).
            limits: What is known to be possible.
        """
        self.ideal, self.family, self.limits = ideal, family, limits
        self.calls = [number for number, one in enumerate(ideal.demands) if one.follow_up and ideal.missing(number)]
        self.lanes = lanes_of(ideal, family, alike=alike, apart=self.calls)
        self.entries, self.every = self.lanes.entries, self.lanes.every()
        self.model = mathopt.Model()
        self.arcs = self.lanes.network.table().tolist()
        self.flow = [self.model.add_variable(lb=0, ub=capacity) for _, _, capacity, _ in self.arcs]
        self.days = [self.model.add_variable(lb=0, ub=len(entry.days)) for entry in self.entries]
        self.walking = [entry.minutes * days for entry, days in zip(self.entries, self.days, strict=True)]
        self.uneven = list(self._uneven())
        for rows in (self._conserve, self._enter, self._one_day, self._round_up, self._limit, self._call_back):
            rows()
        self.below = self.model.add_linear_constraint(expr=mathopt.fast_sum([*self.walking, *self.uneven]))

    def bound(self) -> Least:
        """Both bounds, rounded up to whole minutes: days need not be whole numbers."""
        return Least(self._minimum([*self.walking, *self.uneven]), self._minimum(self.walking))

    def look(
        self, known: Sequence[int], free: Collection[int], below: int, seconds: float | None = None
    ) -> Entered | None:
        """A cheaper solution in which only some entries change the days on which they are used; None if none is found.

        Args:
            known: For each entry, on how many days it is used.
            free: Entries that may change.
            below: What it must cost less than.
            seconds: Time after which to give up; None if only branches are counted.
        """
        for number, (days, entry) in enumerate(zip(self.days, self.entries, strict=True)):
            days.integer = True
            days.lower_bound = 0 if number in free else known[number]
            days.upper_bound = len(entry.days) if number in free else known[number]
        self.below.upper_bound = below - 1 + TOLERANCE
        self.model.minimize(mathopt.fast_sum([*self.walking, *self.uneven]))
        limit = None if seconds is None else timedelta(seconds=seconds)
        parameters = mathopt.SolveParameters(node_limit=NODES, random_seed=1, time_limit=limit)
        result = mathopt.solve(self.model, mathopt.SolverType.GSCIP, params=parameters)
        if not result.has_primal_feasible_solution():
            return None
        used = tuple(round(value) for value in result.variable_values(self.days))
        return Entered(used, round(result.objective_value()))

    def _minimum(self, terms: Sequence[mathopt.LinearBase]) -> int:
        self.model.minimize(mathopt.fast_sum(terms))
        result = mathopt.solve(self.model, mathopt.SolverType.GLOP)
        if result.termination.reason != mathopt.TerminationReason.OPTIMAL:
            return 0  # nothing is known: numbers that GLOP cannot handle
        return max(0, ceil(result.best_objective_bound() - TOLERANCE))

    def _conserve(self) -> None:
        """What flows into a node flows out."""
        ends: dict[int, list[mathopt.LinearBase]] = defaultdict(list)
        for flow, (tail, head, _, _) in zip(self.flow, self.arcs, strict=True):
            ends[tail].append(-1 * flow)
            ends[head].append(flow)
        for terms in ends.values():
            self._row(terms, least=0, most=0)

    def _enter(self) -> None:
        """Whoever is visited, somebody entered the building that day."""
        into: dict[int, list[Lane]] = defaultdict(list)
        for lane in self.every:
            into[self.arcs[lane.arc][1]].append(lane)
        for entry, days in zip(self.entries, self.days, strict=True):
            for arc in entry.arcs:
                tail, _, capacity, _ = self.arcs[arc]
                room = capacity // len(entry.days)
                self._row([room * days, -1 * self.flow[arc]], least=0)
                for lane in into[tail]:
                    self._row([min(room, len(lane.members)) * days, -1 * self.flow[lane.arc]], least=0)
            if len(entry.arcs) > 1:
                self._row([entry.most * days, *(-1 * self.flow[arc] for arc in entry.arcs)], least=0)

    def _one_day(self) -> None:
        """On a day that is unlike all others, buildings share what that day holds."""
        rooms: dict[tuple[int, int], tuple[int, list[mathopt.LinearBase]]] = {}
        for entry in self.entries:
            if len(entry.days) == 1:
                most, flows = rooms.setdefault((entry.person, entry.days[0]), (entry.most, []))
                flows += [self.flow[arc] for arc in entry.arcs]
                rooms[entry.person, entry.days[0]] = max(most, entry.most), flows
        for most, flows in rooms.values():
            self._row(flows, most=most)

    def _round_up(self) -> None:
        """Days are whole numbers: seven households cannot be visited in one day of six.

        With z of a building's N households visited on T days of at most m visits, and r = N mod m:
        r·T >= z - N + r·⌈N / m⌉, since the first day that is saved leaves out r households. And all buildings together
        leave out no more than the need allows, so that only so many days can be saved.
        """
        counted = self._counted()
        if not counted:
            return
        choices, walks = [], []
        for building, entries in self._by_building().items():
            most, way = max(entry.most for entry, _ in entries), max(entry.minutes for entry, _ in entries)
            households = sum(len(members) for members, _ in counted.get(building, ()))
            if not households or not most or any(entry.minutes != way for entry, _ in entries):
                continue
            days = [days for _, days in entries]
            over = households % most
            if over:
                visited = [-1 * visited for _, visited in counted[building]]
                self._row([*(over * one for one in days), *visited], least=over * ceil(households / most) - households)
            choices.append(Saving(households, most, way))
            walks += [way * one for one in days]
        self._row(walks, least=fewest_minutes(choices, self._spare(counted)))

    def _by_building(self) -> dict[str, list[tuple[Entry, mathopt.Variable]]]:
        found: dict[str, list[tuple[Entry, mathopt.Variable]]] = defaultdict(list)
        for entry, days in zip(self.entries, self.days, strict=True):
            found[entry.building].append((entry, days))
        return found

    def _counted(self) -> dict[str, list[tuple[Sequence[object], mathopt.Variable]]]:
        """Building → its classes, with the flow that counts each household once in the longest period."""
        found: dict[str, list[tuple[Sequence[object], mathopt.Variable]]] = defaultdict(list)
        if self.family.around is not None or len(self.family.fine) == 1:
            for index, (members, _) in enumerate(self.lanes.groups):
                if index in self.lanes.first:
                    found[members[0].building].append((members, self.flow[self.lanes.first[index]]))
        return found

    def _spare(self, counted: Mapping[str, Sequence[tuple[Sequence[object], object]]]) -> int:
        """How many households may be left out."""
        longest = self.family.around if self.family.around is not None else self.family.fine[0]
        households = sum(len(members) for classes in counted.values() for members, _ in classes)
        return households - self.ideal.missing(longest) + self.limits.misses

    def _limit(self) -> None:
        """Only plans are bounded that are as good in what comes before walking."""
        needs = [(number, self.flow[arc]) for number, arc in self.lanes.needs.items()]
        need = sum(self.ideal.missing(number) for number, _ in needs)
        self._row([flow for _, flow in needs], least=need - self.limits.misses)
        self._most(lambda _: True, self.limits.visits)
        self._most(lambda lane: lane.against, self.limits.against)
        self._most(lambda lane: lane.cells[0].avoided, self.limits.avoided)

    def _most(self, which: Callable[[Lane], bool], most: int) -> None:
        flows = [self.flow[lane.arc] for lane in self.every if which(lane)]
        if flows:
            self._row(flows, most=most)

    def _call_back(self) -> None:
        """A callback is made in its time, if not even one of them can be missed and its household is one of these."""
        if self.limits.misses:
            return
        for number in self.calls:
            demand = self.ideal.demands[number]
            for code, spans in demand.units.items():
                flows = [
                    self.flow[lane.arc]
                    for lane in self.every
                    if lane.members[0].code == code
                    and any(within(spans, start) for cell in lane.cells for start in cell.starts)
                ]
                if flows and demand.kinds <= self.ideal.demands[self.family.fine[0]].kinds:
                    self._row(flows, least=1)

    def _uneven(self) -> Iterator[mathopt.LinearBase]:
        """Arcs that cost something although they are no lanes: visits beyond the even shares of weeks."""
        lanes = {lane.arc for lane in self.every}
        for number, (_, _, _, cost) in enumerate(self.arcs):
            if cost > 0 and number not in lanes:
                yield cost // MINUTE * self.flow[number]

    def _row(self, terms: Sequence[mathopt.LinearBase], *, least: float = -inf, most: float = inf) -> None:
        self.model.add_linear_constraint(lb=least, ub=most, expr=mathopt.fast_sum(terms))
