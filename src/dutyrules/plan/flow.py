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
    _nodes: int = 0
    _rows: list[Ints] = field(default_factory=list)  # blocks of tail, head, capacity, cost
    _arcs: int = 0

    def node(self, name: Hashable) -> int:
        """The number of a node, which comes to be when it is named."""
        if name not in self._numbers:
            self._numbers[name] = self._nodes
            self._nodes += 1
        return self._numbers[name]

    def nodes(self, count: int) -> Ints:
        """The numbers of new nodes without names."""
        self._nodes += count
        return np.arange(self._nodes - count, self._nodes, dtype=np.int64)

    def arc(self, tail: Hashable, head: Hashable, capacity: int, cost: int = 0) -> int:
        """Adds an arc between named nodes and returns its number."""
        self._rows.append(np.array([[self.node(tail), self.node(head), capacity, cost]], np.int64))
        self._arcs += 1
        return self._arcs - 1

    def arcs(self, tails: Ints, heads: Ints, capacities: Ints, costs: Ints | int = 0) -> Ints:
        """Adds arcs between numbered nodes and returns their numbers."""
        self._rows.append(np.column_stack([tails, heads, capacities, np.broadcast_to(costs, len(tails))]))
        self._arcs += len(tails)
        return np.arange(self._arcs - len(tails), self._arcs, dtype=np.int64)

    def table(self) -> Ints:
        """All arcs: rows of tail, head, capacity and cost."""
        self._rows = [np.concatenate([np.empty((0, 4), np.int64), *self._rows])]
        return self._rows[0].copy()

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
        cut = [arc for arc, (tail, head, _, _) in enumerate(self.table().tolist()) if tail in near and head not in near]
        return solver.optimal_flow(), cut

    def capacity(self, arc: int) -> int:
        """The capacity of an arc."""
        return int(self.table()[arc, _CAPACITY])


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
