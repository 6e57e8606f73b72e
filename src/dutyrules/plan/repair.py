"""Repairs what a group of people had planned: misses first, then the fewest changes, then the least walking."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import Final

from ortools.math_opt.python import mathopt

from dutyrules.plan.agenda import Cell
from dutyrules.plan.changes import CHANGES, Expectations, Expected, Level
from dutyrules.plan.company import Company, by_two
from dutyrules.plan.draft import Draft, Visit, together
from dutyrules.plan.family import families
from dutyrules.plan.followups import make_follow_ups
from dutyrules.plan.parts import Part, ways
from dutyrules.plan.plan import Measure
from dutyrules.plan.repair_model import RepairModel, size
from dutyrules.plan.spread import spread
from dutyrules.timegrid import DAY

NODES: Final = 1_000
"""Branches that each search may look at: no clock decides, so every run ends with the same."""

MOST: Final = 1_000_000
"""Pairs of a class of households and a part of a day up to which a group is searched; else its first repair stands."""

TOLERANCE: Final = 1e-6
"""What a bound in floating point may lie above the whole number that it means."""

BuildingDay = tuple[int, int, str]
"""Person, day and building."""


@dataclass(frozen=True)
class Proven:
    """A number that was made as small as can be, and what it cannot be below.

    Each is the least of plans that have no more of what was made small before it: misses, then changes of person, of
    day and of hour.
    """

    value: int
    bound: int


@dataclass(frozen=True)
class Repaired:
    """A group's repaired plan, and what is known about it.

    Attributes:
        start: What is fixed.
        least: No plan misses less.
        changes: How many visits change so much.
        walking: Minutes to the buildings that are entered and back, but for those into which pins lead anyway.
        complete: False if the search was interrupted.
    """

    start: Draft
    draft: Draft
    least: int
    changes: Mapping[Level, Proven]
    walking: Proven
    complete: bool = True


@dataclass(frozen=True)
class Mender:
    """Repairs groups of people one by one.

    Attributes:
        before: The visits of the earlier plan.
        company: Who could come along where two must come.
        least: Finds by flows what no plan can miss less than.
        entered: Buildings into which pins lead anyway.
    """

    before: Expectations
    company: Company
    least: Callable[[Draft], int]
    entered: Collection[BuildingDay]

    def all(self, fixed: Sequence[Draft], progress: Callable[[str, int, int], None]) -> list[Repaired]:
        """The plans that change fewest visits of an earlier plan; interrupted, the best ones until then.

        Each group is repaired as if whoever comes along had nothing to do in another one: together these are the best
        plans if nobody is wanted twice at once. Groups that do want somebody at once are repaired again as one.

        Args:
            fixed: What is fixed, group by group.
        """
        todo, done, complete = list(fixed), list[Repaired](), True
        while todo:
            progress("plan.repairs", len(done), len(done) + len(todo))
            start = todo.pop(0)
            one = self._at_once(start)
            if not one.complete and complete:
                one = self._searched(one)
            complete = complete and one.complete
            done.append(one)
            torn = self.company.torn([one.draft for one in done]) if not todo else ()
            if torn:
                todo.append(together([done[place].start for place in sorted(torn)]))
                done = [one for place, one in enumerate(done) if place not in torn]
        progress("plan.repairs", len(done), len(done))
        self.company.settle([one.draft for one in done])
        return done

    def _at_once(self, start: Draft) -> Repaired:
        """A first repair; it is complete if nothing has to change."""
        mine = self.before.of(start)
        first = self._first(start, mine)
        bound = self.least(start) if first.shortfall() else 0
        counts, walking = mine.count(first.visits), _walking(first, self.entered)
        stay = sum(one is not None for one in staying(start, mine.visits, self.company))
        if first.shortfall() == bound and not any(counts.values()) and len(first.visits) == stay:
            # Every plan that changes nothing either is a part of this one, and would miss more.
            nothing = {level: Proven(0, 0) for level in CHANGES}
            return Repaired(start, first, bound, nothing, Proven(walking, walking))
        changes = {level: Proven(counts[level], 0) for level in CHANGES}
        return Repaired(start, first, bound, changes, Proven(walking, 0), complete=False)

    def _first(self, start: Draft, mine: Expectations) -> Draft:
        """A repair that is there at once: what may stay stays, and flows plan what is then open."""
        draft = start.copy()
        for visit in staying(draft, sorted(mine.visits, key=_in_order), self.company):
            if visit is not None and draft.may(visit):
                draft.add(visit)
                if visit.companion is not None:
                    self.company.settle([draft])
        if draft.shortfall():
            self.company.accompany([draft])
            make_follow_ups(draft)
            for family in families(draft.demands):
                if draft.shortfall(family.numbers):
                    spread(draft, family)
            self.company.accompany([draft], last=True)
        draft.drop_idle()
        self.company.settle([draft])
        draft.visits[:] = [replace(one, fixed=True) for one in draft.visits]
        return draft

    def _searched(self, first: Repaired) -> Repaired:
        """One aim after the other, each kept while the next is followed."""
        if size(first.start) > MOST:
            return replace(first, complete=True)
        search = _Search(first, self.before.of(first.start), self.company, self.entered)
        try:
            search.run()
        except KeyboardInterrupt:
            return search.found(complete=False)
        return search.found(complete=True)


def repair_measures(measures: Sequence[Measure], repairs: Sequence[Repaired]) -> list[Measure]:
    """What changed, dearest first, and the walking of plans that change no more, before the other measures."""
    found = {level: [one.changes[level] for one in repairs] for level in CHANGES}
    value = {level: sum(one.value for one in found[level]) for level in CHANGES}
    bound = {level: sum(one.bound for one in found[level]) for level in CHANGES}
    walking = sum(one.walking.value for one in repairs)
    least = sum(one.walking.bound for one in repairs)
    return [
        Measure("changed_person", "visits", value[Level.PERSON], bound[Level.PERSON]),
        Measure("changed_day", "visits", value[Level.DAY], bound[Level.DAY]),
        Measure("changed_hour", "visits", value[Level.HOUR], bound[Level.HOUR]),
        Measure("kept_ways", "minutes", walking, least),
        *measures,
    ]


def staying(draft: Draft, kept: Iterable[Expected], company: Company) -> Iterator[Visit | None]:
    """Visits of the kept plan as each alone may still be made, with the words that serve most; None if it may not."""
    cells = _cells(draft)
    for one in kept:
        cell, household = cells.get((one.person, one.kind, one.start)), draft.households[one.unit]
        numbers = [number for number, demand in enumerate(draft.demands) if demand.need and one.unit in demand.units]
        found = list(ways(draft, Part(0, cell, (one.start,)), household, numbers)) if cell else []
        if found:
            (words, case), _ = max(found, key=lambda way: len(way[1]))
            two = by_two(draft, household, one.kind, one.start // DAY)
            companion = one.companion if two else None
            visit = Visit(household, one.kind, one.person, one.start, words, case, fixed=True, companion=companion)
            may = two == (companion is not None) and _fits(draft, visit) and company.joins(draft, visit)
            yield visit if may else None
        else:
            yield None


def _in_order(one: Expected) -> tuple[object, ...]:
    return one.start, one.person, one.kind, one.unit, one.companion is None, one.companion


def _fits(draft: Draft, visit: Visit) -> bool:
    """Whether its slot is free, and one more may be made that day."""
    return draft.agenda.open(visit.person, visit.kind, visit.start)


def _walking(draft: Draft, entered: Collection[BuildingDay]) -> int:
    at_home = (one for one in draft.visits if draft.agenda.channel(one.kind) == "home")
    ways = {(one.person, one.start // DAY, one.household.building): one.household.way for one in at_home}
    return sum(way for place, way in ways.items() if place not in entered)


# ---------------------------------------------------------------- the search


class _Search:
    """The best plan so far, and a model that knows no worse ones.

    Attributes:
        best: A plan that has no more of anything than what must be kept.
        bounds: What is proven so far.
    """

    def __init__(
        self, first: Repaired, before: Expectations, company: Company, entered: Collection[BuildingDay]
    ) -> None:
        self.start, self.before, self.company, self.entered = first.start, before, company, entered
        self.best, self.bound = first.draft, first.least
        self.bounds = dict.fromkeys(CHANGES, 0)
        self.walking = 0

    def run(self) -> None:
        """Follows one aim after the other."""
        self.model = RepairModel(self.start, self.before, self.company, self.entered)
        if self.best.shortfall() > self.bound:
            self.bound = max(self.bound, self.least(self.model.lacks, self.best.shortfall()))
        else:
            self.keep(self.model.lacks, self.bound)
        for level in CHANGES:
            self.bounds[level] = self.least(self.model.changes[level], self.before.count(self.best.visits)[level])
        self.least(self.model.unwished, self._unwished(self.best))
        self.walking = self.least(self.model.walking, _walking(self.best, self.entered))

    def found(self, *, complete: bool) -> Repaired:
        """The best plan, and what is known about it."""
        counts, walking = self.before.count(self.best.visits), _walking(self.best, self.entered)
        changes = {level: Proven(counts[level], self.bounds[level]) for level in CHANGES}
        return Repaired(self.start, self.best, self.bound, changes, Proven(walking, self.walking), complete)

    def least(self, aim: mathopt.LinearBase, found: int) -> int:
        """Makes something as small as can be, and keeps it so; returns what it cannot be below.

        Args:
            found: How much of it the best plan so far has.
        """
        if not found:
            self.keep(aim, 0)
            return 0
        self.model.model.minimize(aim)
        parameters = mathopt.SolveParameters(random_seed=1, node_limit=NODES)
        result = mathopt.solve(self.model.model, mathopt.SolverType.GSCIP, params=parameters)
        bound = max(0, ceil(result.best_objective_bound() - TOLERANCE))
        if result.has_primal_feasible_solution() and round(result.objective_value()) < found:
            plan = self._plan(result.variable_values())
            if self._worth(plan) < self._worth(self.best):
                self.best, found = plan, round(result.objective_value())
        self.keep(aim, found)
        return min(bound, found)

    def keep(self, aim: mathopt.LinearBase, most: int) -> None:
        """No plan with more of something is looked at from here on."""
        self.model.model.add_linear_constraint(aim <= most)

    def _worth(self, plan: Draft) -> tuple[int, ...]:
        """What plans are compared by, one aim after the other."""
        counts = self.before.count(plan.visits)
        walking = _walking(plan, self.entered)
        return (plan.shortfall(), *(counts[level] for level in CHANGES), self._unwished(plan), walking)

    def _unwished(self, plan: Draft) -> int:
        """Visits at hours to avoid or against a wish."""
        cells = _cells(self.start)
        placed = [(one.household, cells[one.person, one.kind, one.start]) for one in plan.visits]
        return sum(cell.avoided + (not household.wishes(cell.band, cell.day)) for household, cell in placed)

    def _plan(self, values: Mapping[mathopt.Variable, float]) -> Draft:
        """The visits of a solution, but for any that the agenda or the household would not let happen after all."""
        draft = self.start.copy()
        for visit in self.model.visits(values):
            if _fits(draft, visit) and draft.may(visit) and self.company.joins(draft, visit):
                draft.add(visit)
                if visit.companion is not None:
                    self.company.settle([draft])
        draft.drop_idle()
        self.company.settle([draft])
        return draft


def _cells(draft: Draft) -> dict[tuple[int, str, int], Cell]:
    return {(cell.person, cell.kind, start): cell for cell in draft.agenda.cells for start in cell.starts}
