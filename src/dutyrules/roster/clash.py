"""Why not everything can be kept: a smallest set of rules that clash, and what it is cheapest to give up."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model

from dutyrules.roster.budget import Budget
from dutyrules.roster.direct import Direct, Instance
from dutyrules.roster.judge import Breach, breaches
from dutyrules.roster.model import Cover, OnDay, Roster, RosterModel, Rule
from dutyrules.roster.solve import RosterError, components

UNITS = 20.0
"""Of work for one question."""


@dataclass(frozen=True)
class Named:
    """A rule that takes part in a clash, as it holds for somebody.

    Attributes:
        person: None for cover.
        days: The days that it is about, where it is about some.
        what: The key of cover.
    """

    rule: str
    person: str | None
    days: tuple[int, ...] = ()
    what: str = ""


@dataclass(frozen=True)
class Clash:
    """Rules that cannot be kept together.

    Attributes:
        minimal: Whether each of them was dropped in turn, and a roster found that keeps the others.
    """

    rules: tuple[Named, ...]
    minimal: bool


@dataclass(frozen=True)
class Relaxation:
    """A roster that keeps as much as it can, by price, and what it gives up; as the judge sees it.

    Attributes:
        cost: Of what is given up and of what has a price.
        bound: No roster gives up less.
    """

    roster: Roster
    given_up: tuple[Breach, ...]
    cost: int
    bound: int


def strict(model: RosterModel) -> RosterModel:
    """Only what must be kept, and that nobody may be missing."""
    rules: list[Rule] = []
    for rule in model.rules:
        if isinstance(rule, Cover):
            if rule.need:
                rules.append(replace(rule, price=None, most=None, over=0))
        elif rule.price is None:
            rules.append(rule)
    return replace(model, rules=tuple(rules))


def clash_of(model: RosterModel) -> Clash | None:
    """A minimal set of rules that clash, if all cover is to be met; None if nothing is known to clash.

    The set is that of the first part of the model in which something clashes. It is asked again from nothing: together
    the rules have no roster, and without any one of them they have.
    """
    for part in components(strict(model)):
        found = _core(part)
        if found is not None:
            return found
    return None


def _core(part: RosterModel) -> Clash | None:
    direct = Direct(part, switched=True).build()
    every = sorted(direct.switches)
    core = _ask(direct, every)
    if core is None:
        return None
    size = max(1, len(core) // 2)
    while True:  # large pieces first, single rules in the end
        place = 0
        while place < len(core):
            less = core[:place] + core[place + size :]
            smaller = _ask(direct, less)
            if smaller is None:
                place += size
            else:
                core = smaller
        if size == 1:
            break
        size = max(1, size // 2)
    together = _feasible(part, core)
    if together is not False:
        return None
    alone = [_feasible(part, [one for one in core if one != dropped]) for dropped in core]
    return Clash(tuple(_named(part, one) for one in core), all(alone))


def _ask(direct: Direct, instances: Sequence[Instance]) -> list[Instance] | None:
    """Those of the instances that suffice for a clash; None if it is not proven that they clash."""
    direct.model.clear_assumptions()
    direct.model.add_assumptions([direct.switches[one] for one in instances])
    status, solver = Budget(UNITS).solve(direct.model, UNITS)
    if status != cp_model.INFEASIBLE:
        return None
    enough = set(solver.sufficient_assumptions_for_infeasibility())
    return [one for one in instances if direct.switches[one].index in enough]


def _feasible(part: RosterModel, kept: Sequence[Instance]) -> bool | None:
    """Whether some rules alone can be kept; asked without switches. None if it is not known."""
    every = {
        (place, name)
        for place, rule in enumerate(part.rules)
        for name in (("",) if isinstance(rule, Cover) or not rule.who else rule.who)
    }
    every |= {(place, "") for place in range(len(part.rules))}
    direct = Direct(part, without=frozenset(every - set(kept))).build()
    status, _ = Budget(UNITS).solve(direct.model, UNITS)
    return {cp_model.INFEASIBLE: False, cp_model.OPTIMAL: True, cp_model.FEASIBLE: True}.get(status)


def _named(part: RosterModel, instance: Instance) -> Named:
    place, name = instance
    rule = part.rules[place]
    if isinstance(rule, Cover):
        return Named(rule.id, None, (rule.day,), rule.key)
    days: tuple[int, ...] = (rule.day,) if isinstance(rule, OnDay) else ()
    first, last = getattr(rule, "first", None), getattr(rule, "last", None)
    if first is not None and last is not None:
        days = tuple(range(first, last + 1))
    return Named(rule.id, name or None, days)


def relax(model: RosterModel, units: float = 30.0) -> Relaxation | None:
    """The roster that gives up least, by the prices of `relax`; None if even that is not found.

    Raises:
        RosterError: the judge does not find what the search says that is given up.
    """
    rosters: dict[str, tuple[str | None, ...]] = {}
    cost = bound = 0
    for part in components(model):
        relaxed = {
            place: rule.relax for place, rule in enumerate(part.rules) if rule.price is None and rule.relax is not None
        }
        direct = Direct(part, relaxed=relaxed).build()
        status, solver = Budget(units).solve(direct.model, units)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        rosters |= direct.roster(solver)
        cost += round(solver.objective_value)
        bound += (
            round(solver.best_objective_bound - 0.5 + 1e-6)
            if status != cp_model.OPTIMAL
            else round(solver.objective_value)
        )
    roster = {person.id: rosters[person.id] for person in model.people}
    prices = {rule.id: rule.relax for rule in model.rules if rule.price is None}
    found = list(breaches(model, roster))
    given = tuple(one for one in found if one.price is None or (one.rule == "cover" and one.found < one.limit))
    judged = sum(one.cost if one.price is not None else one.amount * (prices.get(one.rule) or 0) for one in found)
    if judged != cost or any(one.price is None and prices.get(one.rule) is None for one in found):
        raise RosterError(f"a roster that gives up {judged} was taken to give up {cost}")
    return Relaxation(roster, given, cost, bound)
