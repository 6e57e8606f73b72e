"""Which visits of a kept plan must change: every plan of a group of people, as an integer programme.

A visit that stays is a variable of its own and costs nothing. Other visits are counted: a *pool* holds what looks alike
to households of one class – the same demands served, by the same person, in the same words – and only knows how many
of its visits lie in which part of which day. Who is visited out of a pool is decided household by household, so nothing
is lost: every plan is a solution, and every solution is a plan.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ortools.math_opt.python import mathopt

from dutyrules.plan.agenda import Cell
from dutyrules.plan.changes import CHANGES, Expectations, Level
from dutyrules.plan.demand import Attributes, within
from dutyrules.plan.draft import Draft, Group, Household, Visit, classes, senders
from dutyrules.timegrid import DAY

Words = tuple[Attributes, str | None]
"""What a visit says, and the case that it names."""

Way = tuple[Words, frozenset[int]]
"""Words, and the demands that a visit with them serves."""


@dataclass(frozen=True)
class Part:
    """Free slots of a cell that no demand tells apart."""

    number: int
    cell: Cell
    starts: tuple[int, ...]

    @property
    def day(self) -> tuple[int, str, int]:
        """Person, kind and day."""
        return self.cell.person, self.cell.kind, self.cell.day


@dataclass(frozen=True)
class Choice:
    """A visit that may be made, or so many of them.

    Attributes:
        household: Who is visited; for the visits of a pool somebody who looks like all of them.
        start: When it begins, if that is decided.
    """

    made: mathopt.Variable
    household: Household
    part: Part
    way: Way
    level: Level
    start: int | None = None


@dataclass(frozen=True)
class Pool:
    """Visits that look alike to the households of a class.

    Attributes:
        drawn: For each household whether one of them is made there.
        placed: How many of them are made in each part.
    """

    way: Way
    drawn: Sequence[tuple[Household, Level, mathopt.Variable]]
    placed: Sequence[Choice]


class RepairModel:
    """All plans of a group.

    Attributes:
        lacks: What is missed.
        changes: Level → how many visits change so much.
        unwished: Visits at hours to avoid or against a wish.
        walking: Buildings entered on days.
    """

    def __init__(self, draft: Draft, before: Expectations, entered: Iterable[tuple[int, int, str]] = ()) -> None:
        self.draft, self.before = draft, before
        self.model = mathopt.Model()
        self.lacking = [number for number, demand in enumerate(draft.demands) if demand.need]
        self.parts = list(_parts(draft, self.lacking))
        self._parts_of: dict[tuple[int, str, int], list[Part]] = defaultdict(list)
        for part in self.parts:
            self._parts_of[part.day].append(part)
        self.single: list[Choice] = []
        self.pools: list[Pool] = []
        self._serving: dict[tuple[int, int], list[mathopt.Variable]] = defaultdict(list)  # demand, unit → visits
        for group in _groups(draft, self.lacking):
            self._add(group)
        self._keep_capacity()
        self._keep_minutes()
        self._keep_apart()
        self.lacks: mathopt.LinearBase = mathopt.fast_sum([self._missing(number) for number in self.lacking])
        self.changes = {level: mathopt.fast_sum(self._changing(level)) for level in CHANGES}
        self.unwished = mathopt.fast_sum([_regret(one) * one.made for one in self._choices() if _regret(one)])
        self.walking = mathopt.fast_sum(list(self._walks(set(entered))))

    # ------------------------------------------------------------ what may be chosen

    def _add(self, group: Group) -> None:
        """The visits that may be made at the households of a class."""
        members, times = group
        ways_of = {part.number: list(ways(self.draft, part, members[0], tuple(times))) for part in self.parts}
        for household in members:
            self._add_expected(household, ways_of)
        pools: dict[tuple[Way, int], list[Part]] = defaultdict(list)
        for part in self.parts:
            for way in ways_of[part.number]:
                pools[way, part.cell.person].append(part)
        for (way, person), parts in pools.items():
            self._add_pool(members, way, person, parts)

    def _add_expected(self, household: Household, ways_of: Mapping[int, Sequence[Way]]) -> None:
        """Visits that stay, and those that only change their hour."""
        days: dict[tuple[int, str, int], set[int]] = defaultdict(set)
        for one in self.before.of_unit.get(household.code, ()):
            days[one.person, one.kind, one.start // DAY].add(one.start)
        for day, starts in days.items():
            for part in self._parts_of.get(day, ()):
                for way in ways_of[part.number]:
                    for start in sorted(starts.intersection(part.starts)):
                        self._single(household, part, way, Level.SAME, start)
                    self._single(household, part, way, Level.HOUR)

    def _single(self, household: Household, part: Part, way: Way, level: Level, start: int | None = None) -> None:
        made = self.model.add_binary_variable()
        self.single.append(Choice(made, household, part, way, level, start))
        for number in way[1]:
            self._serving[number, household.code].append(made)

    def _add_pool(self, members: Sequence[Household], way: Way, person: int, parts: Sequence[Part]) -> None:
        drawn = []
        for household in members:
            made = self.model.add_binary_variable()
            known = self.before.knows(household.code, person)
            drawn.append((household, Level.DAY if known else Level.PERSON, made))
            for number in way[1]:
                self._serving[number, household.code].append(made)
        placed = [
            Choice(
                self.model.add_integer_variable(lb=0, ub=min(len(members), len(part.starts))),
                members[0],
                part,
                way,
                Level.DAY,
            )
            for part in parts
        ]
        sums = (mathopt.fast_sum([one for _, _, one in drawn]), mathopt.fast_sum([one.made for one in placed]))
        self.model.add_linear_constraint(sums[0] == sums[1])
        self.pools.append(Pool(way, drawn, placed))

    # ------------------------------------------------------------ what limits it

    def _choices(self) -> Iterator[Choice]:
        yield from self.single
        for pool in self.pools:
            yield from pool.placed

    def _keep_capacity(self) -> None:
        """No more visits than slots in a part and than a person makes in a day, nor two in one slot."""
        parts: dict[int, list[mathopt.Variable]] = defaultdict(list)
        days: dict[tuple[int, str, int], list[mathopt.Variable]] = defaultdict(list)
        slots: dict[tuple[int, int], list[mathopt.Variable]] = defaultdict(list)
        for one in self._choices():
            parts[one.part.number].append(one.made)
            days[one.part.day].append(one.made)
            if one.start is not None:
                slots[one.part.cell.person, one.start].append(one.made)
        for number, made in parts.items():
            self._at_most(made, len(self.parts[number].starts))
        for day, made in days.items():
            self._at_most(made, max(0, self.draft.agenda.left(*day)))
        for made in slots.values():
            self._at_most(made, 1)

    def _keep_minutes(self) -> None:
        """No more minutes, of all kinds together, than a person has in a day."""
        agenda = self.draft.agenda
        days: dict[tuple[int, int], list[mathopt.LinearBase]] = defaultdict(list)
        for one in self._choices() if agenda.minutes is not None else ():
            cell = one.part.cell
            days[cell.person, cell.day].append(agenda.kinds[cell.kind].minutes * one.made)
        for day, spent in days.items():
            self.model.add_linear_constraint(mathopt.fast_sum(spent) <= max(0, agenda.minutes_left(*day) or 0))

    def _keep_apart(self) -> None:
        """At most one visit of a kind to a household in as many days as its gap has."""
        visits: dict[tuple[int, str], list[Choice]] = defaultdict(list)
        for one in self._choices():
            if self.draft.agenda.kinds[one.part.cell.kind].min_gap:
                visits[one.household.code, one.part.cell.kind].append(one)
        for (_, kind), choices in visits.items():
            gap = self.draft.agenda.kinds[kind].min_gap
            for first in {one.part.cell.day for one in choices}:
                self._at_most([one.made for one in choices if 0 <= one.part.cell.day - first < gap], 1)

    def _at_most(self, made: Sequence[mathopt.Variable], most: int) -> None:
        if len(made) > 1 or most < 1:
            self.model.add_linear_constraint(mathopt.fast_sum(made) <= most)

    # ------------------------------------------------------------ what it costs

    def _missing(self, number: int) -> mathopt.Variable:
        """What a demand lacks; each leaver that is visited perhaps adds to what is owed."""
        demand, draft = self.draft.demands[number], self.draft
        reached, leaving = list[mathopt.Variable](), list[mathopt.Variable]()
        for code in demand.units:
            made = self._serving.get((number, code))
            if made:
                counted = self.model.add_variable(lb=0, ub=1)
                self.model.add_linear_constraint(counted <= mathopt.fast_sum(made))
                leaves = code in demand.leavers and not demand.leavers_help
                (leaving if leaves else reached).append(counted)
        helped = list(self._help_of_leavers(demand.needs, leaving)) if leaving else []
        need = draft.missing(number)
        lacks = self.model.add_variable(lb=0, ub=need)
        self.model.add_linear_constraint(lacks >= need - mathopt.fast_sum([*reached, *helped]))
        return lacks

    def _help_of_leavers(
        self, needs: Sequence[int], visited: Sequence[mathopt.Variable]
    ) -> Iterator[mathopt.LinearBase]:
        """The first, second … leaver that is visited."""
        steps = [self.model.add_binary_variable() for _ in needs[1:]]
        self.model.add_linear_constraint(mathopt.fast_sum(steps) <= mathopt.fast_sum(visited))
        for step, after in pairwise(steps):
            self.model.add_linear_constraint(after <= step)
        for step, (before, need) in zip(steps, pairwise(needs), strict=True):
            yield (1 - (need - before)) * step

    def _changing(self, level: Level) -> Iterator[mathopt.Variable]:
        yield from (one.made for one in self.single if one.level == level)
        yield from (made for pool in self.pools for _, one, made in pool.drawn if one == level)

    def _walks(self, entered: set[tuple[int, int, str]]) -> Iterator[mathopt.LinearBase]:
        """The way to each building on a day into which a visit at the door leads; those of pins are entered anyway."""
        inside: dict[tuple[int, int, str], list[Choice]] = defaultdict(list)
        for one in self._choices():
            place = (one.part.cell.person, one.part.cell.day, one.household.building)
            if self.draft.agenda.channel(one.part.cell.kind) == "home" and place not in entered:
                inside[place].append(one)
        for choices in inside.values():
            goes = self.model.add_binary_variable()
            for one in choices:
                self.model.add_linear_constraint(one.made <= one.made.upper_bound * goes)
            yield choices[0].household.way * goes

    # ------------------------------------------------------------ a solution as visits

    def visits(self, values: Mapping[mathopt.Variable, float]) -> Iterator[Visit]:
        """The visits of a solution: those that stay first, then the others in order of time."""
        free = {part.number: list(part.starts) for part in self.parts}
        waiting: list[tuple[Part, Household, Way]] = []
        for one in self.single:
            if round(values[one.made]):
                if one.start is None:
                    waiting.append((one.part, one.household, one.way))
                else:
                    free[one.part.number].remove(one.start)
                    yield _visit(one.part, one.household, one.way, one.start)
        for pool in self.pools:
            drawn = [household for household, _, made in pool.drawn if round(values[made])]
            places = [one.part for one in pool.placed for _ in range(round(values[one.made]))]
            waiting += [(part, household, pool.way) for household, part in zip(drawn, places, strict=True)]
        for part, household, way in sorted(waiting, key=_in_walking_order):
            yield _visit(part, household, way, free[part.number].pop(0))


def _in_walking_order(one: tuple[Part, Household, Way]) -> tuple[int, int, str]:
    part, household, _ = one
    return part.number, household.place, household.name


def _visit(part: Part, household: Household, way: Way, start: int) -> Visit:
    (attributes, case), _ = way
    return Visit(household, part.cell.kind, part.cell.person, start, attributes, case, fixed=True)


def _regret(one: Choice) -> int:
    """What speaks against the hour of a visit."""
    return one.part.cell.avoided + (not one.household.wishes(one.part.cell.band, one.part.cell.day))


def _groups(draft: Draft, numbers: Sequence[int]) -> Iterator[Group]:
    """Classes of households; each household for itself where visits must be apart, since pools know no days."""
    for members, times in classes(draft, numbers, leavers=True):
        if any(kind.min_gap for kind in draft.agenda.kinds.values()):
            yield from (([one], times) for one in members)
        else:
            yield members, times


def size(draft: Draft) -> int:
    """How many pairs of a class of households and a part of a day a model would look at."""
    lacking = [number for number, demand in enumerate(draft.demands) if demand.need]
    return len(list(_groups(draft, lacking))) * len(list(_parts(draft, lacking)))


def _parts(draft: Draft, lacking: Sequence[int]) -> Iterator[Part]:
    """The free slots, cut where a demand begins or ends."""
    demands = [draft.demands[number] for number in lacking]
    counted = {spans for one in demands for spans in (*one.units.values(), *one.there.values())}
    edges = sorted({edge for spans in counted for span in spans for edge in span})
    number = 0
    for cell in draft.agenda.cells:
        pieces: dict[int, list[int]] = defaultdict(list)
        for start in draft.agenda.free(cell):
            pieces[bisect_right(edges, start)].append(start)
        for starts in pieces.values():
            yield Part(number, cell, tuple(starts))
            number += 1


def ways(draft: Draft, part: Part, one: Household, numbers: Sequence[int]) -> Iterator[Way]:
    """What a visit in a part may say so that it serves most; of ways that serve the same, the first."""
    agenda, cell, start = draft.agenda, part.cell, part.starts[0]
    if not one.takes(agenda.channel(cell.kind), cell.day, cell.kind):
        return
    open_then = [
        number
        for number in numbers
        if cell.kind in draft.demands[number].kinds and within(draft.demands[number].units[one.code], start)
    ]
    found: list[Way] = []
    for words, case in said(draft, open_then, cell.kind):
        serves = [n for n in open_then if draft.demands[n].accepts(cell.kind, words, cell.person, case)]
        meant = any(within(draft.demands[number].times(one.code), start) for number in serves)
        posts = senders(one, [draft.demands[number] for number in serves])
        if meant and agenda.sends(cell.person, cell.day, posts):
            found.append(((words, case), frozenset(serves)))
    for place, (words_, serves_) in enumerate(found):
        others = [other for _, other in found[:place]]
        if not any(serves_ < other for _, other in found) and serves_ not in others:
            yield words_, serves_


def said(draft: Draft, numbers: Sequence[int], kind: str) -> list[Words]:
    """What visits of a kind may say and be about, so that each counts for one demand or for several that agree."""
    demands = [draft.demands[number] for number in numbers]
    found = {(words, one.case) for one in demands for way, words in one.ways if way == kind}
    fresh = set(found)
    while fresh:
        joined = {both for one in fresh for other in found if (both := _both(one, other)) is not None}
        fresh = joined - found
        found |= fresh
    return sorted(found, key=repr)


def _both(one: Words, other: Words) -> Words | None:
    """Two ways to speak as one, if they do not contradict each other."""
    (words, case), (more, another) = one, other
    together = dict(words) | dict(more)
    if dict(more) | dict(words) != together or (case and another and case != another):
        return None
    return tuple(sorted(together.items())), case or another
