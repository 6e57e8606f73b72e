"""Flows in networks: the cheapest circulation, and the most that gets through with the cut that says why no more."""

from collections.abc import Hashable
from dataclasses import dataclass, field

import numpy as np
from ortools.graph.python import max_flow, min_cost_flow

from dutyrules.obligation import Ints


@dataclass
class Network:
    """Arcs with a capacity and a cost for each unit that flows; negative costs are rewards."""

    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _tails: list[int] = field(default_factory=list)
    _heads: list[int] = field(default_factory=list)
    _capacities: list[int] = field(default_factory=list)
    _costs: list[int] = field(default_factory=list)

    def arc(self, tail: Hashable, head: Hashable, capacity: int, cost: int = 0) -> int:
        """Adds an arc and returns its number; nodes come to be when they are named."""
        self._tails.append(self._numbers.setdefault(tail, len(self._numbers)))
        self._heads.append(self._numbers.setdefault(head, len(self._numbers)))
        self._capacities.append(capacity)
        self._costs.append(cost)
        return len(self._tails) - 1

    def circulate(self) -> Ints:
        """The flow on each arc in a cheapest circulation."""
        if not self._tails:
            return np.empty(0, np.int64)
        solver = min_cost_flow.SimpleMinCostFlow()
        arcs = solver.add_arcs_with_capacity_and_unit_cost(*map(np.array, self._columns()), np.array(self._costs))
        status = solver.solve()
        if status != solver.OPTIMAL:
            raise AssertionError(f"a circulation always exists, yet the solver says {status}")
        return np.asarray(solver.flows(arcs), np.int64)

    def most(self, source: Hashable, sink: Hashable) -> tuple[int, list[int]]:
        """The most that flows from source to sink, and the arcs that bound it: their capacities add up to it."""
        if source not in self._numbers or sink not in self._numbers:
            return 0, []
        solver = max_flow.SimpleMaxFlow()
        solver.add_arcs_with_capacity(*map(np.array, self._columns()))
        status = solver.solve(self._numbers[source], self._numbers[sink])
        if status != solver.OPTIMAL:
            raise AssertionError(f"a maximum flow always exists, yet the solver says {status}")
        near = set(solver.get_source_side_min_cut())
        cut = [
            arc
            for arc, (tail, head) in enumerate(zip(self._tails, self._heads, strict=True))
            if tail in near and head not in near
        ]
        return solver.optimal_flow(), cut

    def capacity(self, arc: int) -> int:
        """The capacity of an arc."""
        return self._capacities[arc]

    def _columns(self) -> tuple[list[int], list[int], list[int]]:
        return self._tails, self._heads, self._capacities
