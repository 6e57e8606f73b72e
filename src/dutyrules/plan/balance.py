"""Where loads are uneven: which buildings could go over to whom, as few as can be. A proposal, never applied."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from ortools.sat.python import cp_model

from dutyrules.estate import Estate
from dutyrules.plan.draft import Draft
from dutyrules.plan.fairness import walks
from dutyrules.plan.loads import UNEVEN, Balance, Handover, Load, uneven
from dutyrules.registry.presence import Presence

NEAR: Final = 4
"""A building may go to whoever has one of its so many nearest buildings beyond its own butler's."""

THOUSANDTHS: Final = 1_000
"""Minutes a workday are compared in these."""

LIMIT: Final = 2.0
"""Deterministic time for each of the three questions: no clock decides."""


@dataclass(frozen=True)
class Held:
    """What one person has to do in one building."""

    building: str
    person: str
    households: int
    visits: int
    minutes: int
    receivers: tuple[str, ...]


def balance(estate: Estate, presence: Presence, drafts: Sequence[Draft], loads: Sequence[Load]) -> Balance | None:
    """The proposal for uneven loads; None where they are even enough, or nobody can be compared."""
    if len(loads) < 2 or not uneven(loads):
        return None
    return propose(loads, held(estate, presence, drafts))


def propose(loads: Sequence[Load], holdings: Sequence[Held]) -> Balance:
    """The fewest handovers after which loads are even, else the evenest; among those the evenest."""
    model = _Model(loads, holdings)
    answers = [model.minimize(goal) for goal in (model.excess, model.moved, model.apart)]
    proven = all(answers)
    handovers = tuple(
        Handover(one.building, one.person, receiver, one.households, one.minutes)
        for one, receiver in model.chosen()
        if receiver != one.person
    )
    after = counted(loads, holdings, handovers)
    if _spread(after) >= _spread(loads):  # thousandths were too coarse to tell
        return Balance(tuple(loads), tuple(loads), (), proven)
    return Balance(tuple(loads), after, handovers, proven)


def counted(loads: Sequence[Load], holdings: Sequence[Held], handovers: Sequence[Handover]) -> tuple[Load, ...]:
    """The loads after some handovers, added up building by building."""
    after = {load.person: load for load in loads}
    for one in handovers:
        part = next(part for part in holdings if (part.building, part.person) == (one.building, one.before))
        for name, sign in ((one.before, -1), (one.after, 1)):
            load = after[name]
            after[name] = replace(
                load, visits=load.visits + sign * part.visits, minutes=load.minutes + sign * part.minutes
            )
    return tuple(after.values())


def held(estate: Estate, presence: Presence, drafts: Sequence[Draft]) -> list[Held]:
    """What each person has to do in the buildings in which nobody has more, and who else is near enough."""
    visits: dict[str, Counter[int]] = defaultdict(Counter)
    minutes: Counter[tuple[str, int]] = Counter()
    households: dict[tuple[str, int], set[int]] = defaultdict(set)
    for draft in drafts:
        for visit in draft.visits:
            key = visit.household.building, visit.person
            visits[key[0]][visit.person] += 1
            minutes[key] += draft.agenda.kinds[visit.kind].minutes
            households[key].add(visit.household.code)
    for person, walked in walks(drafts).items():
        for building, ways in walked.items():
            minutes[building, person] += ways
    main = {building: min(found, key=lambda one: (-found[one], one)) for building, found in sorted(visits.items())}
    near, roles = neighbours(estate, main), _roles(presence, drafts)
    return [
        Held(
            building,
            presence.persons[person],
            len(households[building, person]),
            visits[building][person],
            minutes[building, person],
            tuple(presence.persons[one] for one in near[building] if roles[one] & roles[person]),
        )
        for building, person in main.items()
    ]


def neighbours(estate: Estate, main: Mapping[str, int]) -> Mapping[str, Sequence[int]]:
    """Building → others who have one of the nearest; anybody else where a building has no place."""
    rows = estate.tables.buildings.unique("building", keep="last", maintain_order=True)
    points = {
        name: (Fraction(x), Fraction(y)) for name, x, y in rows.select("building", "x", "y").drop_nulls().iter_rows()
    }
    found = {}
    for building, person in main.items():
        others = [one for one in main if main[one] != person]
        if building in points:
            x, y = points[building]
            placed = [one for one in others if one in points]
            placed.sort(key=lambda one: (abs(points[one][0] - x) + abs(points[one][1] - y), one))
            others = placed[:NEAR]
        found[building] = sorted({main[one] for one in others})
    return found


def _roles(presence: Presence, drafts: Sequence[Draft]) -> Mapping[int, frozenset[int]]:
    """Person → the roles in which that person works on planned days."""
    found: dict[int, set[int]] = defaultdict(set)
    for draft in drafts:
        for (person, _), posts in draft.agenda.at_work.items():
            found[person] |= {int(presence.role[post]) for post in posts}
    return {person: frozenset(roles) for person, roles in found.items()}


def _spread(loads: Sequence[Load]) -> Fraction:
    rates = [load.minutes_a_day for load in loads]
    return max(rates) - min(rates)


class _Model:
    """Who has which building; one question after the other, each keeping what the ones before it found."""

    def __init__(self, loads: Sequence[Load], holdings: Sequence[Held]) -> None:
        self.model = cp_model.CpModel()
        self.holdings = holdings
        self.has = {
            (number, name): self.model.new_bool_var("")
            for number, one in enumerate(holdings)
            for name in dict.fromkeys((one.person, *one.receivers))
        }
        for number, one in enumerate(holdings):
            self.model.add_exactly_one(self.has[number, name] for name in dict.fromkeys((one.person, *one.receivers)))
            self.model.add_hint(self.has[number, one.person], True)
        rates = [self._rate(load) for load in loads]
        plenty = sum(THOUSANDTHS * load.minutes for load in loads) + 1
        most, least = self.model.new_int_var(0, plenty, ""), self.model.new_int_var(0, plenty, "")
        for rate in rates:
            self.model.add(most >= rate)
            self.model.add(least <= rate)
        self.excess = self.model.new_int_var(0, plenty * UNEVEN.denominator, "")
        self.model.add(self.excess >= UNEVEN.denominator * most - UNEVEN.numerator * least)
        self.moved = sum(1 - self.has[number, one.person] for number, one in enumerate(holdings))
        self.apart = most - least
        self.solver = cp_model.CpSolver()
        self.solver.parameters.num_workers = 1
        self.solver.parameters.random_seed = 1
        self.solver.parameters.max_deterministic_time = LIMIT

    def _rate(self, load: Load) -> cp_model.LinearExprT:
        """Thousandths of a minute a workday: what stays anyway, and the buildings."""
        own = sum(one.minutes for one in self.holdings if one.person == load.person)
        terms = [
            _thousandths(one.minutes, load.workdays) * self.has[number, load.person]
            for number, one in enumerate(self.holdings)
            if (number, load.person) in self.has
        ]
        return sum(terms) + _thousandths(load.minutes - own, load.workdays)

    def minimize(self, goal: cp_model.LinearExprT) -> bool:
        """Answers one question; says whether the answer is proven."""
        self.model.minimize(goal)
        status = self.solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            raise AssertionError(f"everybody may keep every building, yet the solver says {self.solver.status_name()}")
        self.model.add(goal <= self.solver.value(goal))
        return status == cp_model.OPTIMAL

    def chosen(self) -> list[tuple[Held, str]]:
        """Each building and who has it."""
        return [
            (self.holdings[number], name)
            for (number, name), variable in self.has.items()
            if self.solver.boolean_value(variable)
        ]


def _thousandths(minutes: int, workdays: int) -> int:
    return round(Fraction(THOUSANDTHS * minutes, workdays))
