"""Which visits of a kept plan must change: every plan of a group of people, as an integer programme.

A visit that stays is a variable of its own and costs nothing. Other visits are counted: a *pool* holds what looks alike
to households of one class – the same demands served, by the same person, in the same words – and only knows how many
of its visits lie in which part of which day. Who is visited out of a pool is decided household by household, so nothing
is lost: every plan is a solution, and every solution is a plan. Where two must come, as many pairs of a slot and a
companion are chosen in a part as visits by two are made there: both have nothing else to do in that slot.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ortools.math_opt.python import mathopt

from dutyrules.plan.changes import CHANGES, Expectations, Expected, Level
from dutyrules.plan.company import Company, by_two
from dutyrules.plan.draft import Draft, Group, Household, Visit, classes
from dutyrules.plan.parts import Part, Way, parts_of, ways
from dutyrules.timegrid import DAY

Pairs = tuple[tuple[int, int], ...]
"""Where two must come: when a visit could begin, and who could come along then."""


@dataclass(frozen=True)
class Choice:
    """A visit that may be made, or so many of them.

    Attributes:
        household: Who is visited; for the visits of a pool somebody who looks like all of them.
        start: When it begins, if that is decided.
        pairs: One of them is needed for each visit, if two must come.
    """

    made: mathopt.Variable
    household: Household
    part: Part
    way: Way
    level: Level
    start: int | None = None
    pairs: Pairs = ()


@dataclass(frozen=True)
class Coming:
    """That somebody comes along to a visit of a part which begins then.

    Attributes:
        pairs: Those among which this one was chosen.
    """

    made: mathopt.Variable
    part: Part
    start: int
    companion: int
    pairs: Pairs


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

    def __init__(
        self,
        draft: Draft,
        before: Expectations,
        company: Company,
        entered: Iterable[tuple[int, int, str]] = (),
    ) -> None:
        self.draft, self.before, self.company = draft, before, company
        self.model = mathopt.Model()
        self.lacking = [number for number, demand in enumerate(draft.demands) if demand.need]
        self.parts = list(parts_of(draft, self.lacking))
        self._parts_of: dict[tuple[int, str, int], list[Part]] = defaultdict(list)
        for part in self.parts:
            self._parts_of[part.day].append(part)
        self.single: list[Choice] = []
        self.pools: list[Pool] = []
        self._serving: dict[tuple[int, int], list[mathopt.Variable]] = defaultdict(list)  # demand, unit → visits
        for group in _groups(draft, self.lacking):
            self._add(group)
        self.coming = list(self._coming())
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
        pairs_of = {part.number: self._pairs(members[0], part) for part in self.parts if ways_of[part.number]}
        for household in members:
            self._add_expected(household, ways_of, pairs_of)
        pools: dict[tuple[Way, int], list[tuple[Part, Pairs]]] = defaultdict(list)
        for part in self.parts:
            for way in ways_of[part.number]:
                pairs = pairs_of[part.number]
                if pairs is not None:
                    pools[way, part.cell.person].append((part, pairs))
        for (way, person), parts in pools.items():
            self._add_pool(members, way, person, parts)

    def _pairs(self, household: Household, part: Part) -> Pairs | None:
        """Nothing if one is enough; None if two must come, and nobody can come along."""
        cell = part.cell
        if not by_two(self.draft, household, cell.kind, cell.day):
            return ()
        could = [(start, self.company.could_come(household, cell.kind, cell.person, start)) for start in part.starts]
        return tuple((start, companion) for start, companions in could for companion in companions) or None

    def _add_expected(
        self,
        household: Household,
        ways_of: Mapping[int, Sequence[Way]],
        pairs_of: Mapping[int, Pairs | None],
    ) -> None:
        """Visits that stay, and those that only change their hour or who comes along."""
        days: dict[tuple[int, str, int], list[Expected]] = defaultdict(list)
        for one in self.before.of_unit.get(household.code, ()):
            days[one.person, one.kind, one.start // DAY].append(one)
        for day, expected in days.items():
            for part in self._parts_of.get(day, ()):
                for way in ways_of[part.number]:
                    pairs = pairs_of[part.number]
                    if pairs is not None:
                        for start, pair in _as_expected(part, pairs, expected):
                            self._single(household, part, way, Level.SAME, start, pair)
                        self._single(household, part, way, Level.HOUR, None, pairs)

    def _single(
        self, household: Household, part: Part, way: Way, level: Level, start: int | None, pairs: Pairs
    ) -> None:
        made = self.model.add_binary_variable()
        self.single.append(Choice(made, household, part, way, level, start, pairs))
        for number in way[1]:
            self._serving[number, household.code].append(made)

    def _add_pool(
        self, members: Sequence[Household], way: Way, person: int, parts: Sequence[tuple[Part, Pairs]]
    ) -> None:
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
                pairs=pairs,
            )
            for part, pairs in parts
        ]
        sums = (mathopt.fast_sum([one for _, _, one in drawn]), mathopt.fast_sum([one.made for one in placed]))
        self.model.add_linear_constraint(sums[0] == sums[1])
        self.pools.append(Pool(way, drawn, placed))

    def _coming(self) -> Iterator[Coming]:
        """To each visit by two somebody comes along."""
        visits: dict[tuple[int, Pairs], list[mathopt.Variable]] = defaultdict(list)
        for one in self._choices():
            if one.start is not None and one.pairs:
                yield Coming(one.made, one.part, *one.pairs[0], one.pairs)
            elif one.pairs:
                visits[one.part.number, one.pairs].append(one.made)
        for (number, pairs), made in visits.items():
            coming = [Coming(self.model.add_binary_variable(), self.parts[number], *pair, pairs) for pair in pairs]
            self.model.add_linear_constraint(mathopt.fast_sum(made) == mathopt.fast_sum([one.made for one in coming]))
            yield from coming

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
            if one.start is not None and not one.pairs:
                slots[one.part.cell.person, one.start].append(one.made)
        part_of = self._part_of()
        for coming in self.coming:
            slot = coming.companion, coming.start
            slots[slot].append(coming.made)
            slots[coming.part.cell.person, coming.start].append(coming.made)
            if slot in part_of:
                parts[part_of[slot].number].append(coming.made)
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
        for coming in self.coming if agenda.minutes is not None else ():
            cell = coming.part.cell
            days[coming.companion, cell.day].append(agenda.kinds[cell.kind].minutes * coming.made)
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
        """The visits of a solution: those whose time is decided first, then the others in order of time."""
        free = {part.number: list(part.starts) for part in self.parts}
        part_of = self._part_of()
        ready: dict[tuple[int, Pairs], list[tuple[int, int]]] = defaultdict(list)
        for one in self.coming:
            if round(values[one.made]):
                ready[one.part.number, one.pairs].append((one.start, one.companion))
                if (one.companion, one.start) in part_of:
                    free[part_of[one.companion, one.start].number].remove(one.start)
        waiting: list[tuple[Part, Household, Way]] = []
        for choice, household in self._made(values):
            start, companion = ready[choice.part.number, choice.pairs].pop(0) if choice.pairs else (choice.start, None)
            if start is None:
                waiting.append((choice.part, household, choice.way))
            else:
                free[choice.part.number].remove(start)
                yield _visit(choice.part, household, choice.way, start, companion)
        for part, household, way in sorted(waiting, key=_in_walking_order):
            yield _visit(part, household, way, free[part.number].pop(0))

    def _made(self, values: Mapping[mathopt.Variable, float]) -> Iterator[tuple[Choice, Household]]:
        """What a solution chooses, and for whom."""
        yield from ((one, one.household) for one in self.single if round(values[one.made]))
        for pool in self.pools:
            drawn = [household for household, _, made in pool.drawn if round(values[made])]
            placed = [one for one in pool.placed for _ in range(round(values[one.made]))]
            yield from zip(placed, drawn, strict=True)

    def _part_of(self) -> Mapping[tuple[int, int], Part]:
        """Person and beginning of a slot → the part that it lies in."""
        return {(part.cell.person, start): part for part in self.parts for start in part.starts}


def _as_expected(part: Part, pairs: Pairs, expected: Iterable[Expected]) -> Sequence[tuple[int, Pairs]]:
    """When in a part visits are as expected; where two must come, with the companion who was expected."""
    inside = sorted(one.start for one in expected if one.start in part.starts)
    if not pairs:
        return [(start, ()) for start in dict.fromkeys(inside)]
    with_whom = {(one.start, one.companion) for one in expected}
    return [(pair[0], (pair,)) for pair in pairs if pair in with_whom]


def _in_walking_order(one: tuple[Part, Household, Way]) -> tuple[int, int, str]:
    part, household, _ = one
    return part.number, household.place, household.name


def _visit(part: Part, household: Household, way: Way, start: int, companion: int | None = None) -> Visit:
    (attributes, case), _ = way
    cell = part.cell
    return Visit(household, cell.kind, cell.person, start, attributes, case, fixed=True, companion=companion)


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
    return len(list(_groups(draft, lacking))) * len(list(parts_of(draft, lacking)))
