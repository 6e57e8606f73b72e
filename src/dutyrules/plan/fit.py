"""How much of what is owed fits into one round, where there are too many sets to list: a small routing model."""

from dataclasses import dataclass
from itertools import permutations
from typing import Any, Final, TypeAlias

from ortools.sat.python import cp_model

from dutyrules.plan.round import Round
from dutyrules.plan.walks import Ends, Ints

Order: TypeAlias = tuple[tuple[int, int], ...]
"""(stop, minute at which one begins there), as they are walked."""

NEVER: Final = ((0, 0),)
"""Any hours will do for a stop that is never seen."""


@dataclass(frozen=True)
class Fit:
    """A walk, the set of its stops, and what no set can help missing; proven."""

    chosen: int
    order: Order
    least: int


def fit(round_: Round, between: Ints, effort: float) -> Fit | None:
    """Looks for a walk that misses as little as can be; None if what is fixed cannot be walked.

    Args:
        between: Minutes from stop to stop.
        effort: Deterministic time, so that the answer does not depend on the machine's load.
    """
    model = _Model(round_, between)
    model.route()
    model.keep_time()
    model.keep_fixed()
    model.miss_little()
    return model.solved(effort)


class _Model:
    """Stops are nodes of a circuit through an office, whose ways take no time for an open walk; the left out loop."""

    def __init__(self, round_: Round, between: Ints) -> None:
        self.round, self.between = round_, between
        self.ends = round_.ends or Ends.nowhere(len(round_.stops))
        self.model = cp_model.CpModel()
        self.seen = [self.model.new_bool_var("") for _ in round_.stops]
        self.first, self.last = ([self.model.new_bool_var("") for _ in round_.stops] for _ in range(2))
        self.follows = {pair: self.model.new_bool_var("") for pair in permutations(range(len(round_.stops)), 2)}
        self.begin = [
            self.model.new_int_var_from_domain(
                cp_model.Domain.from_intervals([list(span) for span in stop.begins or NEVER]), ""
            )
            for stop in round_.stops
        ]

    def route(self) -> None:
        """One walk through all stops that are seen."""
        office = len(self.seen)
        arcs: list[tuple[int, int, Any]] = [(one, other, follows) for (one, other), follows in self.follows.items()]
        for stop, seen in enumerate(self.seen):
            arcs += [(office, stop, self.first[stop]), (stop, office, self.last[stop]), (stop, stop, seen.negated())]
        arcs.append((office, office, self.model.new_bool_var("")))
        self.model.add_circuit(arcs)

    def keep_time(self) -> None:
        """Within the hours; where they are not interrupted, the sum of all minutes says it, and says it best."""
        stays = sum(stop.minutes * seen for stop, seen in zip(self.round.stops, self.seen, strict=True))
        ways = sum(int(self.between[pair]) * follows for pair, follows in self.follows.items())
        leaves = sum(minutes * first for minutes, first in zip(self.ends.out, self.first, strict=True))
        returns = sum(minutes * last for minutes, last in zip(self.ends.back, self.last, strict=True))
        self.model.add(stays + ways + leaves + returns <= self.round.minutes)
        for stop, begin in enumerate(self.begin):
            there, home = self.ends.opens + self.ends.out[stop], self.ends.closes - self.ends.back[stop]
            self.model.add(begin >= there).only_enforce_if(self.first[stop])
            self.model.add(begin + self.round.stops[stop].minutes <= home).only_enforce_if(self.last[stop])
        for (one, other), follows in self.follows.items():
            arrives = self.begin[one] + self.round.stops[one].minutes + int(self.between[one, other])
            self.model.add(self.begin[other] >= arrives).only_enforce_if(follows)

    def keep_fixed(self) -> None:
        """What is fixed is seen; what cannot be begun at any time is not."""
        for stop, seen in enumerate(self.seen):
            if self.round.must >> stop & 1:
                self.model.add(seen == 1)
            elif not self.round.stops[stop].begins:
                self.model.add(seen == 0)

    def miss_little(self) -> None:
        """First what is missed in all, then buildings too few, then needless stops."""
        few = []
        for ask in self.round.asks:
            short = self.model.new_int_var(0, ask.need, "")
            self.model.add(short >= ask.need - sum(self._of(ask.stops)))
            few.append(short)
        unlisted = [seen for stops in self.round.unlisted for seen in self._of(stops)]
        self._size = len(self.seen) + 1
        self._few = self._size * (1 + sum(ask.need for ask in self.round.asks))
        missed = sum(few) + sum(unlisted)
        self.model.minimize(self._few * missed + self._size * sum(few) + sum(self.seen))

    def _of(self, stops: int) -> list[cp_model.IntVar]:
        return [seen for stop, seen in enumerate(self.seen) if stops >> stop & 1]

    def solved(self, effort: float) -> Fit | None:
        """The walk found, and the bound."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.max_deterministic_time = effort
        status = solver.solve(self.model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None
        chosen = [stop for stop, seen in enumerate(self.seen) if solver.boolean_value(seen)]
        order = sorted(((stop, solver.value(self.begin[stop])) for stop in chosen), key=lambda one: (one[1], one[0]))
        return Fit(sum(1 << stop for stop in chosen), tuple(order), round(solver.best_objective_bound) // self._few)
