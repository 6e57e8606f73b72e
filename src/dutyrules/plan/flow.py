"""Flows in networks: the cheapest circulation, and the most that gets through with the cut that says why no more."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from ortools.graph.python import max_flow, min_cost_flow

from dutyrules.obligation import Ints

_CAPACITY: Final = 2
_COST: Final = 3


@dataclass
class Network:
    """Arcs with a capacity and a cost for each unit that flows; negative costs are rewards."""

    _numbers: dict[Hashable, int] = field(default_factory=dict)
    _rows: list[tuple[int, int, int, int]] = field(default_factory=list)  # tail, head, capacity, cost

    def arc(self, tail: Hashable, head: Hashable, capacity: int, cost: int = 0) -> int:
        """Adds an arc and returns its number; nodes come to be when they are named."""
        numbers = self._numbers
        self._rows.append(
            (numbers.setdefault(tail, len(numbers)), numbers.setdefault(head, len(numbers)), capacity, cost)
        )
        return len(self._rows) - 1

    def table(self) -> Ints:
        """All arcs: rows of tail, head, capacity and cost."""
        return np.array(self._rows, np.int64).reshape(-1, 4)

    def circulate(self) -> Ints:
        """The flow on each arc in a cheapest circulation."""
        return circulation(self.table())

    def most(self, source: Hashable, sink: Hashable) -> tuple[int, list[int]]:
        """The most that flows from source to sink, and the arcs that bound it: their capacities add up to it."""
        if source not in self._numbers or sink not in self._numbers:
            return 0, []
        solver = max_flow.SimpleMaxFlow()
        solver.add_arcs_with_capacity(*self.table().T[:_COST])
        status = solver.solve(self._numbers[source], self._numbers[sink])
        if status != solver.OPTIMAL:
            raise AssertionError(f"a maximum flow always exists, yet the solver says {status}")
        near = set(solver.get_source_side_min_cut())
        cut = [arc for arc, (tail, head, _, _) in enumerate(self._rows) if tail in near and head not in near]
        return solver.optimal_flow(), cut

    def capacity(self, arc: int) -> int:
        """The capacity of an arc."""
        return self._rows[arc][_CAPACITY]


def circulation(arcs: Ints) -> Ints:
    """The flow on each arc in a cheapest circulation.

    Args:
        arcs: Rows of tail, head, capacity and cost.
    """
    if not len(arcs):
        return np.empty(0, np.int64)
    solver = min_cost_flow.SimpleMinCostFlow()
    numbers = solver.add_arcs_with_capacity_and_unit_cost(*(np.ascontiguousarray(column) for column in arcs.T))
    status = solver.solve()
    if status != solver.OPTIMAL:
        raise AssertionError(f"a circulation always exists, yet the solver says {status}")
    return np.asarray(solver.flows(numbers), np.int64)
