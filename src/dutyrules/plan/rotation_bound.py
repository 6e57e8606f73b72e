"""What no rotation can walk less than: a linear program over all sets of every menu, by column generation.

The program shares the rounds out among sets, in parts if need be, so that every building is patrolled as often as is
fair. Its prices per building prove the bound: whatever the prices, no rotation is cheaper than the cheapest sets at
these prices, and that is computed here in whole numbers, so that no tolerance of a solver enters.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from ortools.linear_solver import pywraplp

from dutyrules.plan.menus import Menu
from dutyrules.plan.rotation import Rotation
from dutyrules.plan.walks import Ints

SCALE: Final = 1000
"""Prices are whole thousandths of a minute."""

ROUNDS: Final = 200
"""Of pricing; the bound holds after any number of them."""

_DEAR: Final = 10_000.0


@dataclass(frozen=True)
class _Group:
    """Rounds with the same menu."""

    menu: Menu
    rounds: int


def least_walking(rotation: Rotation, fair: Sequence[tuple[int, int]]) -> int:
    """Minutes that every rotation walks which patrols each building as often as `fair` says: fewest, most."""
    groups = [_Group(menu, number) for menu, number in _menus(rotation).items()]
    if not groups:
        return 0
    program = _Program(groups, fair)
    best = 0
    prices = np.zeros(len(fair), np.int64)
    for _ in range(ROUNDS):
        offers = [group.menu.cheapest(prices, SCALE) for group in groups]
        best = max(best, _proven(groups, [value for value, _, _ in offers], prices, fair))
        if not program.add([(minutes, chosen) for _, minutes, chosen in offers]):
            break
        prices = program.prices()
    return best


def _menus(rotation: Rotation) -> Counter[Menu]:
    return Counter(step.menu for step in rotation.steps)


def _proven(groups: Sequence[_Group], values: Sequence[int], prices: Ints, fair: Sequence[tuple[int, int]]) -> int:
    """The bound that some prices prove, rounded up: rounds pay prices for stops, and stops are so few or many."""
    walked = sum(group.rounds * value for group, value in zip(groups, values, strict=True))
    paid = sum(int(price) * (fewest if price > 0 else most) for price, (fewest, most) in zip(prices, fair, strict=True))
    return -(-(walked + paid) // SCALE)


class _Program:
    """The linear program with the columns found so far; what is missing at first is made good at a high price."""

    def __init__(self, groups: Sequence[_Group], fair: Sequence[tuple[int, int]]) -> None:
        self._solver = pywraplp.Solver.CreateSolver("GLOP")
        self._solver.Objective().SetMinimization()
        self._shares = [self._solver.Constraint(float(group.rounds), float(group.rounds)) for group in groups]
        self._counts = [self._solver.Constraint(float(fewest), float(most)) for fewest, most in fair]
        self._seen: set[tuple[int, int]] = set()
        for row in self._counts:
            self._column(_DEAR, {row: 1.0})
            self._column(_DEAR, {row: -1.0})

    def _column(self, cost: float, entries: Mapping[Any, float]) -> None:
        variable = self._solver.NumVar(0.0, self._solver.infinity(), "")
        self._solver.Objective().SetCoefficient(variable, cost)
        for row, entry in entries.items():
            row.SetCoefficient(variable, entry)

    def add(self, offers: Sequence[tuple[int, int]]) -> bool:
        """Takes the sets (minutes, set) that it does not know yet; False if it knew all."""
        fresh = False
        for group, (minutes, chosen) in enumerate(offers):
            if (group, chosen) not in self._seen:
                self._seen.add((group, chosen))
                fresh = True
                stops = {row: 1.0 for place, row in enumerate(self._counts) if chosen >> place & 1}
                self._column(float(minutes), {self._shares[group]: 1.0, **stops})
        return fresh

    def prices(self) -> Ints:
        """What a patrol of each building is worth."""
        self._solver.Solve()
        return np.array([round(row.dual_value() * SCALE) for row in self._counts], np.int64)
