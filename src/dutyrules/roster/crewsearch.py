"""The best roster of a crew: everybody's networks, column generation, and a search that frees some people at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from dutyrules.roster.budget import Budget
from dutyrules.roster.choice import best_choice
from dutyrules.roster.master import SCALE, Crew, Master, Rows
from dutyrules.roster.network import Ints

MOST_COLUMNS: Final = 20_000
"""Rosters that are listed for a proof."""

NEARBY: Final = 5_000
"""Rosters that are listed beside those that column generation met."""

PROOF_NODES, NEARBY_NODES, FREED_NODES = 2_000, 500, 20
"""Branches that a choice among rosters may take."""

FREED: Final = (3, 4, 5, 6, 8, 10, 12)
"""How many people may be free at once; as many as has paid lately."""


FIRST: Final = 3
"""Sizes that are tried before rosters are listed."""


@dataclass
class Found:
    """What a search knows.

    Attributes:
        bound: No roster costs less; proven.
    """

    rows: Rows
    cost: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether no roster is better."""
        return self.cost <= self.bound


Tell = Callable[[int, int], None]
"""Hears of the cost and the bound."""


class CrewSearch:
    """Column generation for the bound, then rosters.

    Attributes:
        found: None until somebody has been rostered.
    """

    def __init__(self, crew: Crew, budget: Budget, tell: Tell | None = None, start: Rows | None = None) -> None:
        self.crew = crew
        self.budget = budget
        self.master = Master(crew)
        self.found: Found | None = None
        self.interrupted = False
        self._tell = tell
        self._start = start or {}
        self._random = Random(1)
        self._arcs = sum(network.arcs for network in crew.networks.values())

    def run(self) -> Found:
        """Searches until it is proven that nothing is better, or the budget is spent; Ctrl-C keeps the best."""
        try:
            self._improve(self._greedy())
            self._generate()
            if not self._done():
                self._improve(dive(self.master, self.budget))
            self._prove()
            self._neighbourhoods(FIRST)
            self._nearby()
            self._prove()
            self._neighbourhoods()
        except KeyboardInterrupt:
            if self.found is None:
                raise
            self.interrupted = True
        if self.found is None:
            raise RuntimeError("nobody was rostered")
        return self.found

    def _rows(self) -> Rows:
        if self.found is None:
            raise RuntimeError("nobody was rostered")
        return self.found.rows

    def _done(self) -> bool:
        return self.found is not None and (self.found.proven or not self.budget.go_on())

    def _improve(self, rows: Rows | None) -> bool:
        """Keeps a roster if it is better."""
        if rows is None:
            return False
        cost = self.crew.cost(rows)
        better = self.found is None or cost < self.found.cost
        if better:
            self.found = Found(rows, cost, self.found.bound if self.found else 0)
            for name, row in rows.items():
                self.master.add(name, row)
            self._say()
        return better

    def _say(self) -> None:
        if self._tell is not None and self.found is not None:
            self._tell(self.found.cost, self.found.bound)

    def _greedy(self) -> Rows:
        """Everybody in turn has the roster that is best beside what the others have, until nobody finds better.

        Who begins with a roster keeps it.
        """
        crew = self.crew
        rows = dict(self._start)
        counts = crew.counts(rows.values())
        for turn in range(4):
            changed = False
            for person in crew.model.people:
                if person.id in self._start:
                    continue
                old = rows.get(person.id)
                if old is not None:
                    counts = counts - crew.counts((old,))
                row = best_beside(crew, person.id, counts)
                self.budget.arcs(crew.networks[person.id].arcs)
                if old is not None and _value(crew, person.id, row, counts) >= _value(crew, person.id, old, counts):
                    row = old
                changed |= row is not old
                rows[person.id] = row
                counts = counts + crew.counts((row,))
            if turn and not changed:
                break
        return rows

    def _generate(self) -> None:
        """Column generation; what it proves is kept even where it is not finished."""

        def go_on() -> bool:
            self.budget.arcs(self._arcs)
            return self.budget.go_on()

        self.master.generate(go_on)
        self._bound(self.master.bound)

    def _bound(self, bound: int) -> None:
        if self.found is not None and bound > self.found.bound:
            self.found.bound = min(bound, self.found.cost)
            self._say()

    # ------------------------------------------------------------------------------------------------ proof

    def _prove(self) -> None:
        """Lists every roster that could be part of something better; the best choice among them is the best of all."""
        if self._done() or self.found is None:
            return
        columns = self.candidates(MOST_COLUMNS)
        if columns is None:
            return
        chosen, bound = best_choice(self.crew, columns, self.found.rows, self.budget, PROOF_NODES)
        self._improve(chosen)
        self._bound(min(bound, self.found.cost))

    def _nearby(self) -> None:
        """The best choice among the rosters that are nearly as cheap as the linear program asks."""
        if self._done() or self.found is None:
            return
        prices = self.master.best_prices
        reduced = self.master.reduced(self.crew.networks, prices)
        low, high, columns = 0, 8 * SCALE, None
        for _ in range(7):
            spare = (low + high) // 2
            listed = self._listed(reduced, spare, NEARBY)
            low, high = (low, spare) if listed is None else (spare, high)
            columns = columns if listed is None else listed
        if columns is None:
            columns = {name: [] for name in reduced}
        for name, rows in columns.items():
            seen = {row.tobytes() for row in rows}
            rows += [row for row in self.master.columns[name] if row.tobytes() not in seen]
        chosen, _ = best_choice(self.crew, columns, self.found.rows, self.budget, NEARBY_NODES, share=0.5)
        self._improve(chosen)

    def _listed(self, reduced: dict[str, Ints], spare: int, most: int) -> dict[str, list[Ints]] | None:
        """Everybody's rosters that cost at most so much more than the cheapest; None if they are too many."""
        columns = {}
        for name, network in self.crew.networks.items():
            rows = network.within(reduced[name], network.cheapest(reduced[name])[0] + spare, most)
            self.budget.arcs(2 * network.arcs)
            if rows is None:
                return None
            columns[name] = rows
            most -= len(rows)
        return columns

    def candidates(self, most: int) -> dict[str, list[Ints]] | None:
        """Person → all rosters that something better than what is found could have; None if they are too many."""
        if self.found is None:
            return None
        prices = self.master.best_prices
        reduced = self.master.reduced(self.crew.networks, prices)
        least = {name: self.crew.networks[name].cheapest(table)[0] for name, table in reduced.items()}
        spare = (self.found.cost - 1) * SCALE - sum(least.values()) - self.master.rebate(prices)
        return self._listed(reduced, spare, most)

    # ------------------------------------------------------------------------------------------------ neighbourhoods

    def _neighbourhoods(self, sizes: int | None = None) -> None:
        """Frees a few people at a time; proves again whenever the gap has become smaller.

        Args:
            sizes: Ends when so many sizes have not helped; else only with the budget.
        """
        names = [person.id for person in self.crew.model.people]
        step, fruitless, tried = 0, 0, None
        while not self._done() and self.found is not None:
            size = min(FREED[step], len(names))
            freed = self._freed(names, size)
            if self._improve(self._reroster(freed)):
                fruitless = 0
                if self.found.cost - self.found.bound != tried and self.found.cost <= 1.02 * self.found.bound:
                    tried = self.found.cost - self.found.bound
                    self._prove()
                continue
            fruitless += 1
            if fruitless >= 2 * len(names) // size + 4:
                fruitless, step = 0, (step + 1) % len(FREED)
                if sizes is not None and (step >= sizes or size == len(names)):
                    return
                if size == len(names):
                    step = 0
                    if len(names) <= FREED[0]:
                        return

    def _freed(self, names: Sequence[str], size: int) -> list[str]:
        """Some people: by chance, or those who work when too few or too many do."""
        if self._random.random() < 0.4:
            return self._random.sample(names, size)
        rows = self._rows()
        counts = self.crew.counts(rows.values())
        sore = [
            demand
            for demand, there in zip(self.crew.demands, counts.tolist(), strict=True)
            if there < demand.need or (demand.most is not None and there > demand.most)
        ]
        if not sore:
            return self._random.sample(names, size)
        day = self._random.choice(sore).day
        start = max(0, day - self._random.randrange(7))
        weight = {}
        for name in names:
            part = np.arange(start, min(start + 7, len(rows[name])))
            paid = self.crew.own[name][part, rows[name][part]].sum()
            weight[name] = self._random.random() * (2.0 if rows[name][day] >= 0 else 1.0) + (0.5 if paid else 0.0)
        return sorted(names, key=weight.__getitem__, reverse=True)[:size]

    def _reroster(self, freed: Sequence[str]) -> Rows | None:
        """The best that is found for some people while the others stay."""
        rows = self._rows()
        part = self.crew.part(freed, rows)
        master = Master(part)
        for name in freed:
            for row in self.master.columns[name][-40:]:
                master.add(name, row)
            master.add(name, rows[name])
        arcs = sum(network.arcs for network in part.networks.values())
        mine = {name: rows[name] for name in freed}
        now = part.cost(mine)

        def go_on() -> bool:
            self.budget.arcs(arcs)
            return self.budget.go_on() and master.bound < now

        master.generate(go_on, rounds=60)
        if master.bound >= now:
            return None
        chosen, _ = best_choice(part, master.columns, mine, self.budget, FREED_NODES)
        if chosen is None or part.cost(chosen) >= now:
            return None
        return {**rows, **chosen}


def best_beside(crew: Crew, name: str, counts: Ints) -> Ints:
    """A person's best roster, where others already serve so many."""
    _, row = crew.networks[name].cheapest(crew.own[name] - crew.marginal(counts))
    return row


def _value(crew: Crew, name: str, row: Ints, counts: Ints) -> int:
    return crew.own_cost(name, row) + crew.cover_cost(counts + crew.counts((row,)))


def dive(master: Master, budget: Budget) -> Rows | None:
    """Follows the linear program: whoever it is surest about is fixed, and it is asked again."""
    crew = master.crew
    rows: Rows = {}
    current = master
    while True:
        shares = current.shares()
        sure = [(max(parts, default=0.0), name) for name, parts in shares.items()]
        top = max(sure)[0]
        for share, name in sorted(sure, key=lambda pair: (-pair[0], pair[1])):
            if share < max(0.999, top - 1e-6) and (share < top or len(rows) == len(crew.networks)):
                continue
            best = max(range(len(shares[name])), key=shares[name].__getitem__)
            rows[name] = current.columns[name][best]
            if share < 0.999:
                break
        left = [name for name in crew.networks if name not in rows]
        if not left:
            return rows
        part = crew.part(left, rows)
        following = Master(part)
        for name in left:
            for row in current.columns[name]:
                following.add(name, row)
        arcs = sum(network.arcs for network in part.networks.values())

        def go_on(arcs: int = arcs) -> bool:
            budget.arcs(arcs)
            return budget.go_on()

        following.generate(go_on, rounds=25)
        following.solve()
        if not budget.go_on():
            return None
        for name in left:
            for row in following.columns[name]:
                master.add(name, row)
        current = following
