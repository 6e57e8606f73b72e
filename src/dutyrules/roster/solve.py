"""The best roster of a model: parts that do not touch each other are solved alone; the judge checks the whole."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from random import Random
from typing import TypeAlias

import numpy as np
from ortools.sat.python import cp_model

from dutyrules.plan.plan import Status
from dutyrules.roster.budget import Budget
from dutyrules.roster.crewsearch import CrewSearch
from dutyrules.roster.direct import Direct
from dutyrules.roster.judge import broken, cost_of
from dutyrules.roster.master import Crew, Rows
from dutyrules.roster.model import Cover, Fair, Roster, RosterModel, Rule
from dutyrules.roster.turns import freeing, in_turn, large

Progress: TypeAlias = Callable[[int, int, int, int], None]
"""Hears how many of how many parts are done, and cost and bound of the one that is searched."""

FREED = 4
"""People that are free at once where a part is searched with CP-SAT."""


class RosterError(Exception):
    """A roster that breaks what it claims to keep: a fault of the planner, not of its input."""


@dataclass(frozen=True)
class Limits:
    """How long to search.

    Attributes:
        units: Of work for each person that is rostered, and the same on every machine.
        seconds: By the clock instead.
    """

    units: float = 1.0
    seconds: float | None = None


@dataclass(frozen=True)
class Part:
    """People who share cover or fairness, and what came of them."""

    people: tuple[str, ...]
    status: Status
    cost: int
    bound: int


@dataclass(frozen=True)
class Solution:
    """A roster and what is known of it.

    Attributes:
        status: `infeasible` is proven; `unknown` means that no roster was found, nor that there is none.
        roster: None unless every rule that must be kept is kept.
        cost: The prices of all that is broken and has one.
        bound: No roster costs less; proven.
        complete: False if the search was interrupted.
        reproducible: False if the clock decided when to stop.
    """

    status: Status
    roster: Roster | None
    cost: int
    bound: int
    parts: tuple[Part, ...]
    complete: bool = True
    reproducible: bool = True


def solve(
    model: RosterModel, limits: Limits | None = None, progress: Progress | None = None, start: Roster | None = None
) -> Solution:
    """The best roster that is found, checked by the judge.

    Args:
        start: A roster of everybody to begin with; who breaks a rule in it begins with nothing.

    Raises:
        RosterError: the roster does not keep or cost what the search says.
    """
    limits = limits or Limits()
    parts = list(components(model))
    clock = Budget(0.0, limits.seconds) if limits.seconds is not None else None
    rows: dict[str, tuple[str | None, ...]] = {}
    known: list[Part] = []
    complete = True
    for number, part in enumerate(parts):
        units = limits.units * len(part.people)
        budget = Budget(units) if clock is None else Budget(0.0, clock.left * _share(parts, number))

        def tell(cost: int, bound: int, number: int = number) -> None:
            if progress is not None:
                progress(number, len(parts), cost, bound)

        tell(0, 0)
        found = _solve(part, budget, tell, start or {}) if complete else _Answer(None, 0, Status.UNKNOWN)
        complete = complete and found.complete
        cost = cost_of(part, found.roster) if found.roster is not None else 0
        known.append(Part(tuple(one.id for one in part.people), found.status, cost, found.bound))
        rows |= found.roster or {}
    roster = {person.id: rows[person.id] for person in model.people} if len(rows) == len(model.people) else None
    status = _worst(part.status for part in known)
    cost, bound = sum(part.cost for part in known), sum(part.bound for part in known)
    if roster is not None:
        _check(model, roster, cost, bound)
    return Solution(status, roster, cost, bound, tuple(known), complete, limits.seconds is None)


def _share(parts: list[RosterModel], number: int) -> float:
    """What of the time that is left the next part may have: as much as it has people."""
    return len(parts[number].people) / max(1, sum(len(part.people) for part in parts[number:]))


def _worst(found: Iterator[Status]) -> Status:
    statuses = set(found)
    for status in (Status.INFEASIBLE, Status.UNKNOWN, Status.FEASIBLE):
        if status in statuses:
            return status
    return Status.OPTIMAL


def _check(model: RosterModel, roster: Roster, cost: int, bound: int) -> None:
    wrong = broken(model, roster)
    if wrong:
        raise RosterError("; ".join(f"{one.rule} {one.person or one.what} {one.days}" for one in wrong[:5]))
    judged = cost_of(model, roster)
    if judged != cost or bound > cost:
        raise RosterError(f"a roster that costs {judged} was taken to cost {cost}, and no less than {bound}")


def components(model: RosterModel) -> Iterator[RosterModel]:
    """The model in parts that share neither people nor cover nor fairness."""
    leader = {person.id: person.id for person in model.people}

    def root(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    serves = {shift.id: shift.serves for shift in model.shifts}
    wanted = {rule.key for rule in model.rules if isinstance(rule, Cover)}
    first: dict[str, str] = {}
    for person in model.people:
        for shift in sorted(person.shifts):
            for key in serves[shift]:
                if key in wanted:
                    leader[root(person.id)] = root(first.setdefault(key, person.id))
    for rule in model.rules:
        if isinstance(rule, Fair):
            for name in rule.who[1:]:
                leader[root(name)] = root(rule.who[0])
    groups: dict[str, list[str]] = {}
    for person in model.people:
        groups.setdefault(root(person.id), []).append(person.id)
    nobody = [rule for rule in model.rules if isinstance(rule, Cover) and rule.key not in first]
    for names in groups.values():
        inside = frozenset(names)
        keys = {key for key, name in first.items() if root(name) == root(names[0])}
        rules = [_narrowed(rule, inside) for rule in model.rules if not isinstance(rule, Cover)]
        mine = [rule for rule in model.rules if isinstance(rule, Cover) and rule.key in keys]
        people = tuple(person for person in model.people if person.id in inside)
        yield replace(model, people=people, rules=(*(rule for rule in rules if rule.who), *mine))
    if nobody:
        yield replace(model, people=(), rules=tuple(nobody))


def _narrowed(rule: Rule, inside: frozenset[str]) -> Rule:
    return replace(rule, who=tuple(name for name in rule.who if name in inside))


# ---------------------------------------------------------------------------------------------------- one part


@dataclass(frozen=True)
class _Answer:
    roster: Roster | None
    bound: int
    status: Status
    complete: bool = True


def _solve(part: RosterModel, budget: Budget, tell: Callable[[int, int], None], start: Roster) -> _Answer:
    if not part.people:
        empty: Mapping[str, tuple[str | None, ...]] = {}
        if broken(part, empty):
            return _Answer(None, 0, Status.INFEASIBLE)
        return _Answer(empty, cost_of(part, empty), Status.OPTIMAL)
    crew = Crew.of(part)
    if crew is not None:
        answer = _by_crew(part, crew, budget, tell, start)
        if answer is not None:
            return answer
    return _by_direct(part, budget, tell)


def _by_crew(
    part: RosterModel, crew: Crew, budget: Budget, tell: Callable[[int, int], None], start: Roster
) -> _Answer | None:
    """None if somebody cannot be rostered at all, which the other way finds the reasons of."""
    if not all(crew.possible(person.id) for person in part.people):
        return None
    search = CrewSearch(crew, budget, tell, _sound(part, start))
    found = search.run()
    names = [*(shift.id for shift in part.shifts), None]
    roster = {name: tuple(names[place] for place in row.tolist()) for name, row in found.rows.items()}
    status = Status.OPTIMAL if found.proven else Status.FEASIBLE
    return _Answer(roster, found.bound, status, not search.interrupted)


def _sound(part: RosterModel, start: Roster) -> Rows:
    """What a roster to begin with says of those who keep the rules in it."""
    if any(person.id not in start for person in part.people):
        return {}
    wrong = {one.person for one in broken(part, start)}
    places: dict[str | None, int] = {shift.id: place for place, shift in enumerate(part.shifts)}
    return {
        person.id: np.array([places.get(shift, -1) for shift in start[person.id]], np.int64)
        for person in part.people
        if person.id not in wrong
    }


class _Stop(cp_model.CpSolverSolutionCallback):
    """Tells of solutions."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        super().__init__()
        self._tell = tell

    def on_solution_callback(self) -> None:
        self._tell(round(self.objective_value), ceil(self.best_objective_bound - 1e-6))


def _by_direct(part: RosterModel, budget: Budget, tell: Callable[[int, int], None]) -> _Answer:
    """CP-SAT on the whole part; what it leaves open is searched by freeing a few people at a time."""
    if large(part):
        answer = _by_turns(part, budget, tell)
        if answer is not None:
            return answer
    direct = Direct(part).build()
    status, solver = budget.solve(direct.model, budget.left * 0.7, _Stop(tell))
    if status == cp_model.INFEASIBLE:
        return _Answer(None, 0, Status.INFEASIBLE)
    bound = max(0, ceil(solver.best_objective_bound - 1e-6))
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return _Answer(None, bound, Status.UNKNOWN, not budget.interrupted)
    roster: Roster = direct.roster(solver)
    cost = cost_of(part, roster)
    if status != cp_model.OPTIMAL and not budget.interrupted:
        roster, cost = _freeing(part, roster, cost, bound, budget, tell)
    bound = min(bound, cost)
    return _Answer(roster, bound, Status.OPTIMAL if cost == bound else Status.FEASIBLE, not budget.interrupted)


def _by_turns(part: RosterModel, budget: Budget, tell: Callable[[int, int], None]) -> _Answer | None:
    """Person by person; nothing is proven. None if somebody was not rostered, or cover that must be met is not."""
    roster = in_turn(part, budget)
    if roster is None or broken(part, roster):
        return None
    tell(cost_of(part, roster), 0)
    roster, cost = freeing(part, roster, 0, budget, tell)
    return _Answer(roster, 0, Status.FEASIBLE if cost else Status.OPTIMAL, not budget.interrupted)


def _freeing(
    part: RosterModel, roster: Roster, cost: int, bound: int, budget: Budget, tell: Callable[[int, int], None]
) -> tuple[Roster, int]:
    random = Random(1)
    names = [person.id for person in part.people]
    try:
        while budget.go_on() and cost > bound and len(names) > FREED and not budget.interrupted:
            freed = set(random.sample(names, FREED))
            direct = Direct(part, fixed={name: row for name, row in roster.items() if name not in freed}).build()
            direct.hint(roster)
            status, solver = budget.solve(direct.model, 1.0)
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                other = direct.roster(solver)
                price = cost_of(part, other)
                if price < cost:
                    roster, cost = other, price
                    tell(cost, bound)
            budget.spent += 0.01
    except KeyboardInterrupt:
        budget.interrupted = True
    return roster, cost
