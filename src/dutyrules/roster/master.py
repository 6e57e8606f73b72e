"""Rosters chosen from those that people could have: column generation, and the bound that it proves.

A linear program shares each person out among known rosters so that cover costs least; its prices ask each person's
network for a better one. Whatever the prices, no roster costs less than everybody's cheapest at these prices and what
the cover pays back; that is added up in whole numbers, so that no tolerance of a solver enters the bound.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np
from ortools.linear_solver import pywraplp

from dutyrules.roster.model import Cover, Fair, OnDay, RosterModel, Rule
from dutyrules.roster.network import MOST_ARCS, MOST_TOGETHER, NEVER, Contract, Ints, Network, contract_of

SCALE = 1000
"""Prices are whole thousandths."""

Rows: TypeAlias = dict[str, Ints]
"""Person → shift of each day as a place, -1 for days off."""


@dataclass(frozen=True)
class Demand:
    """Cover of one key on one day.

    Attributes:
        most: None if nobody minds.
        under, over: Prices.
    """

    day: int
    key: str
    need: int
    most: int | None
    under: int
    over: int


@dataclass
class Crew:
    """The people of a model as networks, and cover as prices.

    Attributes:
        own: Person → day × shift (day off last) → what requests cost there, NEVER where it must not be.
        serving: Demand → the shifts that serve it, as places.
        table: Day → shift (day off last) → the demands that it serves.
        constant: What is paid anyhow.
    """

    model: RosterModel
    demands: tuple[Demand, ...]
    networks: Mapping[str, Network]
    own: Mapping[str, Ints]
    serving: tuple[Ints, ...]
    table: tuple[tuple[tuple[int, ...], ...], ...]
    constant: int = 0

    @staticmethod
    def of(model: RosterModel, most_arcs: int = MOST_ARCS) -> "Crew | None":
        """None if a rule is of a kind that networks do not know, or they would be too large."""
        sorted_out = _sorted_out(model)
        if sorted_out is None:
            return None
        demands, requests, alone = sorted_out
        own = _own(model, requests)
        networks: dict[Contract, Network] = {}
        found = {}
        total = 0
        for person in model.people:
            contract = contract_of(model, person, alone[person.id])
            if contract is None:
                return None
            if contract not in networks:
                networks[contract] = Network(contract, most_arcs)
                if not networks[contract].possible:
                    return None
                total += networks[contract].arcs
                if total > MOST_TOGETHER:
                    return None
            found[person.id] = networks[contract]
        places = range(len(model.shifts))
        serving = tuple(
            np.array([place for place in places if one.key in model.shifts[place].serves], np.int64) for one in demands
        )
        table: list[list[tuple[int, ...]]] = [[() for _ in range(len(model.shifts) + 1)] for _ in range(model.days)]
        for number, one in enumerate(demands):
            for place in serving[number].tolist():
                table[one.day][place] = (*table[one.day][place], number)
        return Crew(model, tuple(demands), found, own, serving, tuple(map(tuple, table)))

    def paid(self, prices: Ints) -> Ints:
        """Day × shift → what the demands pay for it."""
        table = np.zeros((self.model.days, len(self.model.shifts) + 1), np.int64)
        for number, demand in enumerate(self.demands):
            table[demand.day, self.serving[number]] += int(prices[number])
        return table

    def served(self, row: Ints) -> list[int]:
        """The demands that a roster serves."""
        return [number for day, place in enumerate(row.tolist()) for number in self.table[day][place]]

    def part(self, people: Sequence[str], rows: Mapping[str, Ints]) -> "Crew":
        """The same for some people, while the others have their rosters; `constant` is what these cost on cover."""
        free = set(people)
        there = self.counts(row for name, row in rows.items() if name not in free).tolist()
        constant, demands = self.constant, []
        for demand, number in zip(self.demands, there, strict=True):
            most = demand.most
            if most is not None and number > most:
                constant += demand.over * (number - most)
            most = None if most is None else max(0, most - number)
            demands.append(replace(demand, need=max(0, demand.need - number), most=most))
        people_left = tuple(person for person in self.model.people if person.id in free)
        networks = {person.id: self.networks[person.id] for person in people_left}
        return replace(
            self,
            model=replace(self.model, people=people_left),
            demands=tuple(demands),
            networks=networks,
            constant=constant,
        )

    def possible(self, name: str) -> bool:
        """Whether a person has any roster that keeps all rules that must be kept."""
        return self.networks[name].cheapest(self.own[name])[0] < NEVER

    def own_cost(self, person: str, row: Ints) -> int:
        """What a person's requests cost in a roster."""
        return int(self.own[person][np.arange(len(row)), row].sum())

    def counts(self, rows: Iterable[Ints]) -> Ints:
        """How many serve each demand."""
        there = np.zeros((self.model.days, len(self.model.shifts) + 1), np.int64)
        for row in rows:
            there[np.arange(len(row)), row] += 1
        return np.array(
            [there[one.day, self.serving[number]].sum() for number, one in enumerate(self.demands)], np.int64
        )

    def cover_cost(self, counts: Ints) -> int:
        """What cover costs with so many people."""
        total = self.constant
        for demand, there in zip(self.demands, counts.tolist(), strict=True):
            total += demand.under * max(0, demand.need - there)
            if demand.most is not None:
                total += demand.over * max(0, there - demand.most)
        return total

    def cost(self, rows: Mapping[str, Ints]) -> int:
        """What a whole roster costs."""
        own = sum(self.own_cost(name, row) for name, row in rows.items())
        return own + self.cover_cost(self.counts(rows.values()))

    def marginal(self, counts: Ints) -> Ints:
        """Day × shift → what one more of it saves on cover."""
        prices = np.zeros(len(self.demands), np.int64)
        for number, (demand, there) in enumerate(zip(self.demands, counts.tolist(), strict=True)):
            if there < demand.need:
                prices[number] = demand.under
            elif demand.most is not None and there >= demand.most:
                prices[number] = -demand.over
        return self.paid(prices)


def _sorted_out(model: RosterModel) -> tuple[list[Demand], list[OnDay], dict[str, list[Rule]]] | None:
    """Cover, requests, and what each person must keep; None if something else must be kept, or has a price."""
    alone: dict[str, list[Rule]] = {person.id: [] for person in model.people}
    demands, requests = list[Demand](), list[OnDay]()
    for rule in model.rules:
        if isinstance(rule, Cover):
            if rule.price is None or (rule.most is not None and rule.over is None):
                return None
            most = rule.most if rule.over else None
            demands.append(Demand(rule.day, rule.key, rule.need, most, rule.price, rule.over or 0))
        elif isinstance(rule, OnDay):
            requests.append(rule)
        elif rule.price is None and not isinstance(rule, Fair):
            for name in rule.who:
                alone[name].append(rule)
        elif rule.price is None or rule.price:
            return None
    return demands, requests, alone


def _own(model: RosterModel, requests: Sequence[OnDay]) -> dict[str, Ints]:
    width = len(model.shifts) + 1
    own = {person.id: np.zeros((model.days, width), np.int64) for person in model.people}
    for person in model.people:
        for place, shift in enumerate(model.shifts):
            if shift.id not in person.shifts:
                own[person.id][:, place] = NEVER
    names = [*(one.id for one in model.shifts), None]
    for rule in requests:
        for name in rule.who:
            table = own[name]
            for place, name_of in enumerate(names):
                if not rule.kept(name_of):
                    table[rule.day, place] = min(
                        NEVER, table[rule.day, place] + (NEVER if rule.price is None else rule.price)
                    )
    return own


class Master:
    """The linear program over the rosters found so far; everybody needs one before it is solved.

    Attributes:
        columns: Person → the rosters known, as rows of places, -1 for days off.
        bound: What no roster costs less than; proven.
        value: What the linear program cost when it was last solved.
    """

    def __init__(self, crew: Crew) -> None:
        self.crew = crew
        self.columns: dict[str, list[Ints]] = {person.id: [] for person in crew.model.people}
        self.bound = 0
        self.value = 0.0
        self.best_prices: Ints = np.zeros(len(crew.demands), np.int64)
        self._seen: set[tuple[str, bytes]] = set()
        self._variables: dict[str, list[Any]] = {}
        self._begin()

    def _begin(self) -> None:
        """Lays the program down with all rosters that are known."""
        self._variables = {name: [] for name in self.columns}
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._solver.SuppressOutput()
        self._solver.Objective().SetMinimization()
        infinity = self._solver.infinity()
        self._cover = []
        for demand in self.crew.demands:
            most = infinity if demand.most is None else float(demand.most)
            row = self._solver.Constraint(float(demand.need), max(most, float(demand.need)))
            self._slack(row, 1.0, demand.under)
            if demand.most is not None:
                self._slack(row, -1.0, demand.over)
            self._cover.append(row)
        self._one = {name: self._solver.Constraint(1.0, 1.0) for name in self.columns}
        for name, rows in self.columns.items():
            for row in rows:
                self._column(name, row)

    def _slack(self, row: Any, sign: float, price: int) -> None:
        variable = self._solver.NumVar(0.0, self._solver.infinity(), "")
        self._solver.Objective().SetCoefficient(variable, float(price))
        row.SetCoefficient(variable, sign)

    def _column(self, person: str, row: Ints) -> None:
        variable = self._solver.NumVar(0.0, self._solver.infinity(), "")
        self._variables[person].append(variable)
        self._solver.Objective().SetCoefficient(variable, float(self.crew.own_cost(person, row)))
        self._one[person].SetCoefficient(variable, 1.0)
        for number in self.crew.served(row):
            self._cover[number].SetCoefficient(variable, 1.0)

    def _run(self) -> bool:
        """Solves the program; from nothing if going on from the last time failed, as it may after many columns."""
        if self._solver.Solve() == pywraplp.Solver.OPTIMAL:
            return True
        self._begin()
        return bool(self._solver.Solve() == pywraplp.Solver.OPTIMAL)

    def add(self, person: str, row: Ints) -> bool:
        """Takes a roster of a person; False if it is known."""
        key = person, row.tobytes()
        if key in self._seen:
            return False
        self._seen.add(key)
        self.columns[person].append(row)
        self._column(person, row)
        return True

    def solve(self) -> tuple[Ints, Mapping[str, int]]:
        """(prices of the demands, what each person's best known roster is worth), in thousandths."""
        if not self._run():
            return self.best_prices, dict.fromkeys(self.columns, -1 << 40)  # nothing is worth adding
        self.value = float(self._solver.Objective().Value())
        prices = np.array([round(row.dual_value() * SCALE) for row in self._cover], np.int64)
        low = np.array([0 if one.most is None else -one.over * SCALE for one in self.crew.demands], np.int64)
        high = np.array([one.under * SCALE for one in self.crew.demands], np.int64)
        return np.clip(prices, low, high), {name: round(row.dual_value() * SCALE) for name, row in self._one.items()}

    def shares(self) -> Mapping[str, list[float]]:
        """Person → the share of each known roster."""
        if not self._run():
            return {name: [1.0, *[0.0] * (len(rows) - 1)] for name, rows in self.columns.items()}
        return {
            name: [variable.solution_value() for variable in variables] for name, variables in self._variables.items()
        }

    def reduced(self, people: Iterable[str], prices: Ints) -> dict[str, Ints]:
        """Person → day × shift → what it costs at these prices, in thousandths."""
        paid = self.crew.paid(prices)
        own = self.crew.own
        return {name: np.where(own[name] >= NEVER, NEVER, own[name] * SCALE - paid) for name in people}

    def rebate(self, prices: Ints) -> int:
        """What the demands pay at least, whatever is rostered."""
        total = self.crew.constant * SCALE
        for demand, price in zip(self.crew.demands, prices.tolist(), strict=True):
            if price > 0:
                total += price * demand.need
            elif demand.most is not None:
                total += price * demand.most
        return total

    def price(self, prices: Ints, people: Sequence[str]) -> dict[str, tuple[int, Ints]]:
        """Each one's cheapest roster at these prices; better bounds are kept."""
        reduced = self.reduced(people, prices)
        found = {name: self.crew.networks[name].cheapest(reduced[name]) for name in people}
        if len(people) == len(self.columns):
            proven = sum(value for value, _ in found.values()) + self.rebate(prices)
            bound = -(-proven // SCALE)
            if bound > self.bound or not self.best_prices.any():
                self.bound = max(self.bound, bound)
                self.best_prices = prices
        return found

    def generate(self, go_on: Callable[[], bool], rounds: int = 1000) -> bool:
        """Looks for rosters until none is better; True if that is so."""
        names = list(self.columns)
        for _ in range(rounds):
            prices, worth = self.solve()
            offers = self.price(prices, names)
            fresh = False
            for name, (value, row) in offers.items():
                if value < worth[name] - SCALE // 100:
                    fresh |= self.add(name, row)
            if not fresh or self.bound >= self.value - 1e-6:
                return True
            if not go_on():
                return False
        return False
