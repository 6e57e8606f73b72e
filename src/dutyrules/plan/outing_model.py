"""When outings are made, and who comes along: a small exact model, solved aim after aim."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from typing import Any, Final

from ortools.sat.python import cp_model

from dutyrules.plan.hours import Span

EFFORT: Final = 10.0
"""Deterministic time for what is missed; the other aims have as much together."""


@dataclass(frozen=True)
class Guide:
    """Somebody who could come along.

    Attributes:
        lane: The person's day.
        begins: When the outing may begin then, both ends included.
        roles: What the person takes part as.
    """

    lane: int
    begins: tuple[Span, ...]
    roles: frozenset[str]


@dataclass(frozen=True)
class Count:
    """That an outing counts for a part of a need if it begins in time and some roles take part."""

    need: int
    part: int
    begins: tuple[Span, ...]
    roles: frozenset[str]


@dataclass(frozen=True)
class Choice:
    """Outings that one person could make on one day, all alike.

    Attributes:
        lane: The person's day.
        begins: When they may begin, both ends included.
        copies: How many could be of use.
        words: How much they say; less is better.
        urgent: Whether they come before others.
    """

    lane: int
    minutes: int
    begins: tuple[Span, ...]
    copies: int
    counts: tuple[Count, ...]
    guides: tuple[Guide, ...]
    words: int = 0
    urgent: bool = False


@dataclass(frozen=True)
class Need:
    """An obligation.

    Attributes:
        parts: How many are needed of each part.
        whole: Whether it is missed once, however much of it is missing.
        spread: The lanes over which its outings are spread evenly, in time order; none where one day is all there is.
    """

    parts: tuple[int, ...]
    whole: bool = False
    spread: tuple[int, ...] = ()


@dataclass(frozen=True)
class Problem:
    """What is planned together.

    Attributes:
        fixed: (lane, begin) of outings that stay.
    """

    choices: tuple[Choice, ...]
    needs: tuple[Need, ...]
    fixed: tuple[Span, ...] = ()


@dataclass(frozen=True)
class Made:
    """An outing: which choice, when it begins, and which of its guides come along."""

    choice: int
    begin: int
    guides: tuple[int, ...]


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


def solve(problem: Problem, effort: float = EFFORT) -> Solution:
    """The best outings for a problem: what they miss, how many and how long, on which days, at which hours."""
    model = _Model(problem, effort)
    missed, least = model.reach(model.missed(), effort)
    if not model.found:
        return Solution((), sum(map(_all, problem.needs)), least, 0)
    number, fewest = model.reach(sum(model.made), effort / 4)
    model.reach(model.cost(), effort / 4)
    model.reach(model.unevenness(), effort / 4)
    model.keep_choice()
    for aim in (model.urgency(), model.closeness(), sum(model.begins_made())):
        model.reach(aim, effort / 4)
    return Solution(model.solution(), missed, least, min(fewest, number))


def _all(need: Need) -> int:
    return int(any(need.parts)) if need.whole else sum(need.parts)


class _Model:
    """A Boolean for each outing and companion, a begin for each outing."""

    def __init__(self, problem: Problem, effort: float) -> None:
        self.problem, self.effort = problem, effort
        self.model = cp_model.CpModel()
        self.found: dict[int, int] = {}
        self.variables: list[cp_model.IntVar] = []
        self.made: list[Any] = []
        self.begin: list[Any] = []
        self.choice: list[int] = []
        self.along: list[list[Any]] = []
        self.counted: dict[tuple[int, int], list[tuple[int, Any]]] = defaultdict(list)
        self._busy: dict[int, list[Any]] = defaultdict(list)
        for number, choice in enumerate(problem.choices):
            self._add(number, choice)
        for intervals in self._busy.values():
            self.model.add_no_overlap(intervals)

    # ------------------------------------------------------------ what is allowed

    def _new(self, domain: Iterable[Span]) -> cp_model.IntVar:
        spans = [list(span) for span in domain] or [[0, 0]]
        self.variables.append(self.model.new_int_var_from_domain(cp_model.Domain.from_intervals(spans), ""))
        return self.variables[-1]

    def _yes(self) -> cp_model.IntVar:
        return self._new([(0, 1)])

    def _add(self, number: int, choice: Choice) -> None:
        copies = []
        for _ in range(choice.copies):
            made, begin = self._yes(), self._new(choice.begins)
            self._occupy(choice.lane, begin, choice.minutes, made)
            along = [self._accompany(guide, begin, choice.minutes, made) for guide in choice.guides]
            copies.append(len(self.made))
            self.made.append(made)
            self.begin.append(begin)
            self.choice.append(number)
            self.along.append(along)
            for count in choice.counts:
                self._count(choice, count, copies[-1])
        for one, other in pairwise(copies):
            self.model.add_implication(self.made[other], self.made[one])
            later = self.model.add(self.begin[other] >= self.begin[one] + choice.minutes)
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
        if not count.begins:
            return
        made = self.made[outing]
        counts = made
        if count.begins != choice.begins or count.roles:
            counts = self._yes()
            self.model.add_implication(counts, made)
            self._within(self.begin[outing], count.begins, counts)
        for role in sorted(count.roles):
            guides = zip(choice.guides, self.along[outing], strict=True)
            self.model.add(sum(comes for guide, comes in guides if role in guide.roles) >= 1).only_enforce_if(counts)
        self.counted[count.need, count.part].append((outing, counts))

    # ------------------------------------------------------------ aims

    def missed(self) -> Any:
        """What is missing in all."""
        total = []
        for number, need in enumerate(self.problem.needs):
            short = self._new([(0, _all(need))])
            total.append(short)
            for part, owed in enumerate(need.parts):
                found = sum(counts for _, counts in self.counted[number, part])
                self.model.add(found + (owed * short if need.whole else short) >= owed)
        return sum(total)

    def cost(self) -> Any:
        """Minutes of everybody; among equals, outings that say no more than they have to."""
        choices = [self.problem.choices[number] for number in self.choice]
        words = 1 + sum(choice.words for choice in choices)
        return sum(
            (words * choice.minutes + choice.words) * made + words * choice.minutes * sum(along)
            for choice, made, along in zip(choices, self.made, self.along, strict=True)
        )

    def unevenness(self) -> Any:
        """How far, day after day, the outings so far are from an even share of all."""
        apart = []
        for number, need in enumerate(self.problem.needs):
            lanes = need.spread
            of = [{outing for outing, _ in self.counted[number, part]} for part in range(len(need.parts))]
            mine = sorted(set().union(*of)) if lanes else []
            total = sum(self.found[self.made[outing].index] for outing in mine)
            for place in range(len(lanes) - 1):
                before = [one for one in mine if self.problem.choices[self.choice[one]].lane in lanes[: place + 1]]
                so_far = len(lanes) * sum(self.made[one] for one in before)
                gap = self._new([(0, len(lanes) * (len(mine) + total))])
                self.model.add(gap >= so_far - total * (place + 1))
                self.model.add(gap >= total * (place + 1) - so_far)
                apart.append(gap)
            if lanes:
                self.model.add(sum(self.made[one] for one in mine) == total)
        return sum(apart)

    def keep_choice(self) -> None:
        """From here on only the hours are open."""
        for variable in (*self.made, *(one for along in self.along for one in along)):
            self.model.add(variable == self.found[variable.index])

    def _chosen(self) -> list[int]:
        return [outing for outing, made in enumerate(self.made) if self.found[made.index]]

    def begins_made(self) -> list[Any]:
        """The begins of what is made."""
        return [self.begin[outing] for outing in self._chosen()]

    def urgency(self) -> Any:
        """What is urgent, early."""
        return sum(self.begin[outing] for outing in self._chosen() if self.problem.choices[self.choice[outing]].urgent)

    def closeness(self) -> Any:
        """How far a day's outings are from beginning an even part of the hours after each other."""
        lanes: dict[int, list[int]] = defaultdict(list)
        for outing in self._chosen():
            lanes[self.problem.choices[self.choice[outing]].lane].append(outing)
        close = []
        for lane, outings in lanes.items():
            fixed = [begin for other, begin in self.problem.fixed if other == lane]
            if len(outings) + len(fixed) > 1:
                part = self._part(outings, fixed)
                apart = self._new([(0, part)])
                starts = [*(self.begin[outing] for outing in outings), *fixed]
                self.model.add_no_overlap(
                    [self.model.new_interval_var(start, apart, self._end(start, apart), "") for start in starts]
                )
                close.append(part - apart)
        return sum(close)

    def _end(self, start: Any, length: Any) -> Any:
        end = self._new([(0, 4 * 1440)])
        self.model.add(end == start + length)
        return end

    def _part(self, outings: Sequence[int], fixed: Sequence[int]) -> int:
        """The hours in which a day's outings may lie, in even parts."""
        choices = [self.problem.choices[self.choice[outing]] for outing in outings]
        first = min([*fixed, *(choice.begins[0][0] for choice in choices)])
        last = max([*fixed, *(choice.begins[-1][1] + choice.minutes for choice in choices)])
        return (last - first) // (len(outings) + len(fixed))

    # ------------------------------------------------------------ solving

    def reach(self, aim: Any, effort: float) -> tuple[int, int]:
        """Makes an aim as small as can be and keeps it so; (value, bound)."""
        if isinstance(aim, int):
            self.model.minimize(0)
        else:
            self.model.minimize(aim)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.max_deterministic_time = effort
        self.model.clear_hints()
        for variable in self.variables:
            if variable.index in self.found:
                self.model.add_hint(variable, self.found[variable.index])
        status = solver.solve(self.model)
        bound = max(0, ceil(solver.best_objective_bound - 1e-6)) if status != cp_model.UNKNOWN else 0
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return 0, bound
        self.found = {variable.index: solver.value(variable) for variable in self.variables}
        value = round(solver.objective_value)
        if not isinstance(aim, int):
            self.model.add(aim <= value)
        return value, bound

    def solution(self) -> tuple[Made, ...]:
        """What was found."""
        return tuple(
            Made(
                self.choice[outing],
                self.found[self.begin[outing].index],
                tuple(place for place, comes in enumerate(self.along[outing]) if self.found[comes.index]),
            )
            for outing in self._chosen()
        )


__all__ = ["Choice", "Count", "Guide", "Made", "Need", "Problem", "Solution", "solve"]
