"""Which outings are made on which days, and who comes along: a small exact model, solved aim after aim."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import ceil
from typing import Any, Final

from ortools.sat.python import cp_model

from dutyrules.plan.hours import Span
from dutyrules.plan.outing_problem import Choice, Count, Guide, Made, Problem

EFFORT: Final = 5.0
"""Deterministic time for what is missed; a quarter of it for how many, and a tenth for each of the other aims."""


@dataclass(frozen=True)
class Solution:
    """Outings, and what is proven of them.

    Attributes:
        least: Nothing misses less.
        fewest: The least number of outings; holds for all that miss no more than these.
    """

    made: tuple[Made, ...]
    missed: int
    least: int
    fewest: int


def solve(problem: Problem, effort: float = EFFORT, *, bare: bool = False) -> Solution:
    """The best outings for a problem: what they miss, how many and how long, on which days, at which hours.

    An even share of each day is tried first; if that misses nothing, nothing misses less.

    Args:
        bare: Whether only what is proven matters.
    """
    step = problem.step
    if step > 1:
        coarse = solve(problem.scaled(step), effort, bare=bare)
        return replace(coarse, made=tuple(replace(one, begin=one.begin * step) for one in coarse.made))
    narrow = problem.narrow
    first = _solved(narrow, effort, bare)
    if narrow == problem:
        return first
    if first.missed == 0:
        return replace(first, least=0, fewest=min(len(first.made), problem.surely))
    return min(_solved(problem, effort, bare), first, key=lambda one: one.missed)


def _solved(problem: Problem, effort: float, bare: bool) -> Solution:
    model = _Days(problem)
    missed, least = model.reach(model.missed(), effort)
    if not model.found:
        return Solution((), sum(need.all for need in problem.needs), least, 0)
    _, fewest = model.reach(sum(model.made), effort / 4)
    if not bare:
        model.reach(model.cost(), effort / 10)
        model.reach(model.unevenness(), effort / 10)
    made = model.solution()
    if not bare:
        made = tuple(one for group in _apart(problem, made) for one in _timed(problem, group, effort))
    return Solution(tuple(made), missed, least, min(fewest, len(made)))


class Aims:
    """A model that is solved for one aim after the other."""

    def __init__(self) -> None:
        self.model = cp_model.CpModel()
        self.found: dict[int, int] = {}
        self._variables: list[cp_model.IntVar] = []

    def new(self, domain: Iterable[Span]) -> cp_model.IntVar:
        """A number."""
        spans = [list(span) for span in domain]
        self._variables.append(self.model.new_int_var_from_domain(cp_model.Domain.from_intervals(spans), ""))
        return self._variables[-1]

    def reach(self, aim: Any, effort: float) -> tuple[int, int]:
        """Makes an aim as small as can be and keeps it so; (value, bound)."""
        if isinstance(aim, int) and self.found:
            return aim, aim
        self.model.minimize(aim)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.max_deterministic_time = effort
        solver.parameters.symmetry_level = 0  # with a hint, looking for symmetries fails on some models (OR-Tools 9.15)
        self.model.clear_hints()  # type: ignore[no-untyped-call]
        for variable in self._variables:
            if variable.index in self.found:
                self.model.add_hint(variable, self.found[variable.index])
        status = solver.solve(self.model)
        bound = 0 if status == cp_model.UNKNOWN else max(0, ceil(solver.best_objective_bound - 1e-6))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return 0, bound
        self.found = {variable.index: solver.value(variable) for variable in self._variables}
        value = round(solver.objective_value)
        self.model.add(aim <= value)
        return value, bound


class _Days(Aims):
    """A Boolean for each outing and companion, a begin for each outing."""

    def __init__(self, problem: Problem) -> None:
        super().__init__()
        self.problem = problem
        self.made: list[Any] = []
        self._begin: list[Any] = []
        self._choice: list[int] = []
        self._copy: list[int] = []
        self._along: list[list[Any]] = []
        self._counted: dict[tuple[int, int], list[tuple[int, Any]]] = defaultdict(list)
        self._busy: dict[int, list[Any]] = defaultdict(list)
        for number, choice in enumerate(problem.choices):
            self._add(number, choice)
        for intervals in self._busy.values():
            self.model.add_no_overlap(intervals)

    # ------------------------------------------------------------ what is allowed

    def _yes(self) -> cp_model.IntVar:
        return self.new([(0, 1)])

    def _add(self, number: int, choice: Choice) -> None:
        first = len(self.made)
        for copy in range(choice.copies):
            made, begin = self._yes(), self.new(choice.begins)
            self._occupy(choice.lane, begin, choice.minutes, made)
            self._along.append([self._accompany(guide, begin, choice.minutes, made) for guide in choice.guides])
            self.made.append(made)
            self._begin.append(begin)
            self._choice.append(number)
            self._copy.append(copy)
            for count in choice.counts:
                self._count(choice, count, first + copy)
        for one, other in pairwise(range(first, len(self.made))):
            self.model.add_implication(self.made[other], self.made[one])
            later = self.model.add(self._begin[other] >= self._begin[one] + choice.minutes)
            later.only_enforce_if(self.made[other])

    def _occupy(self, lane: int, begin: Any, minutes: int, made: Any) -> None:
        self._busy[lane].append(self.model.new_optional_fixed_size_interval_var(begin, minutes, made, ""))

    def _accompany(self, guide: Guide, begin: Any, minutes: int, made: Any) -> Any:
        comes = self._yes()
        self.model.add_implication(comes, made)
        self._within(begin, guide.begins, comes)
        self._occupy(guide.lane, begin, minutes, comes)
        return comes

    def _within(self, begin: Any, spans: Sequence[Span], if_: Any) -> None:
        domain = cp_model.Domain.from_intervals([list(span) for span in spans])
        self.model.add_linear_expression_in_domain(begin, domain).only_enforce_if(if_)

    def _count(self, choice: Choice, count: Count, outing: int) -> None:
        """An outing counts only if it is made, begins in time, and everybody takes part."""
        made = self.made[outing]
        counts = made
        if count.begins != choice.begins or count.roles:
            counts = self._yes()
            self.model.add_implication(counts, made)
            self._within(self._begin[outing], count.begins, counts)
        for role in sorted(count.roles):
            self.model.add(sum(self._of(outing, role)) >= counts)
        self._counted[count.need, count.part].append((outing, counts))

    def _of(self, outing: int, role: str) -> list[Any]:
        """Who of a role could come along."""
        guides = self.problem.choices[self._choice[outing]].guides
        return [comes for guide, comes in zip(guides, self._along[outing], strict=True) if role in guide.roles]

    # ------------------------------------------------------------ aims

    def missed(self) -> Any:
        """What is missing in all; that so many outings are made says the same again, in a way that bounds well."""
        total = []
        for number, need in enumerate(self.problem.needs):
            short = self.new([(0, need.all)])
            total.append(short)
            for part, owed in enumerate(need.parts):
                found = self._counted[number, part]
                enough = owed * short if need.whole else short
                self.model.add(sum(counts for _, counts in found) + enough >= owed)
                self.model.add(sum(self.made[outing] for outing, _ in found) + enough >= owed)
        return sum(total)

    def cost(self) -> Any:
        """Minutes of everybody; among equals, outings that say no more than they have to."""
        choices = [self.problem.choices[number] for number in self._choice]
        words = 1 + sum(choice.words for choice in choices)
        return sum(
            (words * choice.minutes + choice.words) * made + words * choice.minutes * sum(along)
            for choice, made, along in zip(choices, self.made, self._along, strict=True)
        )

    def unevenness(self) -> Any:
        """How far, in days, outings are from an even spread; a second one on a day is as far as can be."""
        far = []
        for number, need in enumerate(self.problem.needs):
            outings = sorted({one for part in range(len(need.parts)) for one, _ in self._counted[number, part]})
            total = sum(self.found[self.made[one].index] for one in outings)
            for one in outings if need.spread and total else ():
                lane = self.problem.choices[self._choice[one]].lane
                days = need.far(lane, total) + (len(need.spread) if self._copy[one] else 0)
                far.append(days * self.made[one])
        return sum(far)

    def solution(self) -> tuple[Made, ...]:
        """What was found."""
        return tuple(
            Made(
                self._choice[outing],
                self.found[self._begin[outing].index],
                tuple(place for place, comes in enumerate(self._along[outing]) if self.found[comes.index]),
            )
            for outing, made in enumerate(self.made)
            if self.found[made.index]
        )


# ---------------------------------------------------------------- hours


def _apart(problem: Problem, made: Sequence[Made]) -> list[list[Made]]:
    """Outings that share somebody's day, directly or by others, are timed together."""
    groups: list[tuple[set[int], list[Made]]] = []
    for one in made:
        choice = problem.choices[one.choice]
        lanes = {choice.lane, *(choice.guides[place].lane for place in one.guides)}
        mine = [group for group in groups if group[0] & lanes]
        merged = (lanes.union(*(group[0] for group in mine)), [*(each for group in mine for each in group[1]), one])
        groups = [group for group in groups if group not in mine] + [merged]
    return [listed for _, listed in groups]


def _timed(problem: Problem, made: Sequence[Made], effort: float) -> list[Made]:
    """The same outings at the best hours: what is urgent early, then evenly apart, then as early as can be."""
    model = _Hours(problem, made)
    for aim in (model.urgency(), model.closeness(), sum(model.begin)):
        model.reach(aim, effort / 10)
    return [replace(one, begin=model.found[begin.index]) for one, begin in zip(made, model.begin, strict=True)]


class _Hours(Aims):
    """A begin for each outing that is made; each still counts for what it counted for."""

    def __init__(self, problem: Problem, made: Sequence[Made]) -> None:
        super().__init__()
        self.problem, self.made = problem, made
        self.begin = [self.new(self._begins(one)) for one in made]
        self.found = {begin.index: one.begin for begin, one in zip(self.begin, made, strict=True)}
        busy: dict[int, list[Any]] = defaultdict(list)
        for one, begin in zip(made, self.begin, strict=True):
            choice = problem.choices[one.choice]
            for lane in (choice.lane, *(choice.guides[place].lane for place in one.guides)):
                busy[lane].append(self.model.new_fixed_size_interval_var(begin, choice.minutes, ""))
        for intervals in busy.values():
            self.model.add_no_overlap(intervals)

    def _begins(self, one: Made) -> list[Span]:
        """When all who come along can, and what it counts for goes on counting."""
        choice = self.problem.choices[one.choice]
        there = frozenset(role for place in one.guides for role in choice.guides[place].roles)
        counted = [count.begins for count in choice.counts if count.roles <= there]
        spans = cp_model.Domain.from_intervals([list(span) for span in choice.begins])
        for begins in (*counted, *(choice.guides[place].begins for place in one.guides)):
            if any(first <= one.begin <= last for first, last in begins):
                spans = spans.intersection_with(cp_model.Domain.from_intervals([list(span) for span in begins]))
        flat = spans.flattened_intervals()
        return list(zip(flat[::2], flat[1::2], strict=True))

    def urgency(self) -> Any:
        """What is urgent, early."""
        choices = [self.problem.choices[one.choice] for one in self.made]
        return sum(begin for begin, choice in zip(self.begin, choices, strict=True) if choice.urgent)

    def closeness(self) -> Any:
        """How far a day's outings are from beginning an even part of the hours after each other."""
        lanes: dict[int, list[int]] = defaultdict(list)
        for number, one in enumerate(self.made):
            lanes[self.problem.choices[one.choice].lane].append(number)
        close = []
        for lane, outings in lanes.items():
            fixed = [begin for other, begin in self.problem.fixed if other == lane]
            if len(outings) + len(fixed) > 1:
                part = self._part(outings, fixed)
                apart = self.new([(0, part)])
                starts = [*(self.begin[outing] for outing in outings), *fixed]
                self.model.add_no_overlap([self._after(start, apart) for start in starts])
                close.append(part - apart)
        return sum(close)

    def _after(self, start: Any, length: Any) -> Any:
        end = self.new([(0, 4 * 1440)])
        self.model.add(end == start + length)
        return self.model.new_interval_var(start, length, end, "")

    def _part(self, outings: Sequence[int], fixed: Sequence[int]) -> int:
        """The hours in which a day's outings may lie, in even parts."""
        choices = [self.problem.choices[self.made[outing].choice] for outing in outings]
        first = min([*fixed, *(choice.begins[0][0] for choice in choices)])
        last = max([*fixed, *(choice.begins[-1][1] + choice.minutes for choice in choices)])
        return (last - first) // (len(outings) + len(fixed))
