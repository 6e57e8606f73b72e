"""Rosters too large to be looked at as a whole: everybody in turn, then a few people at a time, beside the others."""

from collections.abc import Callable, Collection
from dataclasses import replace
from random import Random
from typing import Final

from ortools.sat.python import cp_model

from dutyrules.roster.budget import Budget
from dutyrules.roster.direct import Direct
from dutyrules.roster.judge import cost_of
from dutyrules.roster.model import Cover, Fair, Roster, RosterModel, Rule

LARGE: Final = 15_000
"""Choices (person, day and shift) beyond which a part is not looked at as a whole first."""

FREED: Final = (1, 2, 3, 4)
"""How many people may be free at once."""

_UNITS: Final = 2.0
_MISSING: Final = 1_000
"""What somebody missing costs while cover that must be met is not met yet."""


def large(part: RosterModel) -> bool:
    """Whether a part is looked at person by person; what is shared out evenly never is."""
    choices = sum(len(person.shifts) for person in part.people) * part.days
    return choices > LARGE and not any(isinstance(rule, Fair) for rule in part.rules)


def beside(part: RosterModel, roster: Roster, freed: Collection[str]) -> RosterModel:
    """The model of some people, with the cover that the others leave."""
    shifts = part.by_id
    there: dict[tuple[int, str], int] = {}
    for name, row in roster.items():
        if name not in freed:
            for day, shift in enumerate(row):
                for key in shifts[shift].serves if shift is not None else ():
                    there[day, key] = there.get((day, key), 0) + 1
    rules: list[Rule] = []
    for rule in part.rules:
        if isinstance(rule, Cover):
            number = there.get((rule.day, rule.key), 0)
            most = None if rule.most is None else max(0, rule.most - number)
            rules.append(replace(rule, need=max(0, rule.need - number), most=most))
        else:
            who = tuple(name for name in rule.who if name in freed)
            if who:
                rules.append(replace(rule, who=who))
    people = tuple(person for person in part.people if person.id in freed)
    return replace(part, people=people, rules=tuple(rules))


def in_turn(part: RosterModel, budget: Budget) -> Roster | None:
    """Everybody's best beside those before; None if somebody's is not found."""
    softened = [
        replace(rule, price=_MISSING if rule.price is None else rule.price, over=rule.over or 0)
        if isinstance(rule, Cover)
        else rule
        for rule in part.rules
    ]
    soft = replace(part, rules=tuple(softened))
    roster: dict[str, tuple[str | None, ...]] = {}
    for number, person in enumerate(part.people):
        direct = Direct(beside(soft, roster, {person.id})).build()
        share = budget.left / 2 / (len(part.people) - number)
        status, solver = budget.solve(direct.model, max(share, 0.5))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            status, solver = budget.solve(direct.model, budget.left / 2)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        roster |= direct.roster(solver)
    return roster


def freeing(
    part: RosterModel, roster: Roster, bound: int, budget: Budget, tell: Callable[[int, int], None]
) -> tuple[Roster, int]:
    """Frees a few people at a time until the budget is spent, or Ctrl-C is pressed."""
    random = Random(1)
    names = [person.id for person in part.people]
    cost = cost_of(part, roster)
    turn = 0
    try:
        while budget.go_on() and cost > bound and not budget.interrupted:
            size = min(FREED[turn // len(names) % len(FREED)], len(names))
            freed = {names[turn % len(names)], *random.sample(names, size)[1:]}
            turn += 1
            model = beside(part, roster, freed)
            direct = Direct(model).build()
            direct.hint(roster)
            status, solver = budget.solve(direct.model, _UNITS)
            budget.spent += 0.01
            if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
                found = direct.roster(solver)
                gain = cost_of(model, {name: roster[name] for name in freed}) - cost_of(model, found)
                if gain > 0:
                    roster, cost = {**roster, **found}, cost - gain
                    tell(cost, bound)
    except KeyboardInterrupt:
        budget.interrupted = True
    return {name: roster[name] for name in names}, cost
