"""Circulations with charges that are paid once, however much flows: slope scaling, and a search around what it finds.

A building that is entered costs a walk, whether one household is visited or six. The price of an arc is set to its
charge divided by what flowed through it the last time; where nothing flowed, it keeps its price. After some rounds
visits gather in few places. A round is one cheapest circulation, so no round needs more than milliseconds.
"""

from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np

from dutyrules.obligation import Bools, Ints
from dutyrules.plan.flow import circulation

COST: Final = 3
"""The column of an arc's cost."""


@dataclass(frozen=True)
class Charged:
    """A network, and charges on some of its arcs.

    Attributes:
        arcs: Rows of tail, head, capacity and cost.
        numbers: Arcs that belong to a charge.
        owner: For each of them, its charge.
        charges: What each charge costs, if anything flows through its arcs.
        full: How much can flow through each charge's arcs together.
    """

    arcs: Ints
    numbers: Ints
    owner: Ints
    charges: Ints
    full: Ints

    def circulate(self, prices: Ints) -> Ints:
        """The cheapest circulation if each unit through a charge's arcs costs its price."""
        arcs = self.arcs.copy()
        arcs[self.numbers, COST] += prices[self.owner]
        return circulation(arcs)

    def through(self, flow: Ints) -> Ints:
        """How much flows through each charge's arcs."""
        return np.bincount(self.owner, flow[self.numbers], len(self.charges)).astype(np.int64)

    def cost(self, flow: Ints) -> int:
        """What a circulation costs, charges included."""
        return int(self.arcs[:, COST] @ flow + self.charges[self.through(flow) > 0].sum())


@dataclass
class Search:
    """The best circulation so far.

    Attributes:
        places: For each charge, what it belongs to (a week, a building …), in columns; neighbourhoods are made of them.
    """

    problem: Charged
    places: Ints
    flow: Ints
    cost: int

    @classmethod
    def begin(cls, problem: Charged, places: Ints, rounds: int) -> "Search":
        """Begins with the charges spread over what could flow, and scales them so many times."""
        prices = problem.charges // np.maximum(problem.full, 1)
        flow = problem.circulate(prices)
        search = cls(problem, places, flow, problem.cost(flow))
        search._scale(prices, flow, rounds - 1)
        return search

    def step(self, draw: Random, rounds: int) -> bool:
        """Forgets the prices of some charges and scales again; says whether that was better."""
        through = self.problem.through(self.flow)
        kept = np.where(through > 0, self.problem.charges // np.maximum(through, 1), self.problem.charges)
        free = self._neighbourhood(draw)
        noise = np.array([draw.randrange(80, 160) for _ in range(len(free))], np.int64)
        begin = self.problem.charges // np.maximum(self.problem.full, 1) * noise // 100
        prices = np.where(free, begin, kept)
        flow = self.problem.circulate(prices)
        before = self.cost
        self._keep(flow)
        self._scale(prices, flow, rounds - 1)
        return self.cost < before

    def follow(self, likely: Bools, rounds: int) -> bool:
        """Begins anew where only some charges are likely to be paid; says whether that was better."""
        before = self.cost
        prices = np.where(likely, self.problem.charges // np.maximum(self.problem.full, 1), self.problem.charges)
        flow = self.problem.circulate(prices)
        self._keep(flow)
        self._scale(prices, flow, rounds - 1)
        return self.cost < before

    def _neighbourhood(self, draw: Random) -> Bools:
        """Some neighbouring values of one column of places, or charges here and there."""
        column = draw.randrange(self.places.shape[1] + 1)
        if column == self.places.shape[1]:
            return np.array([draw.random() < 0.3 for _ in range(len(self.problem.charges))])
        values = np.unique(self.places[:, column])
        first, width = draw.randrange(len(values)), draw.choice((2, 3, 4, 6))
        return np.isin(self.places[:, column], np.roll(values, -first)[:width])

    def _scale(self, prices: Ints, flow: Ints, rounds: int) -> None:
        for _ in range(rounds):
            through = self.problem.through(flow)
            prices = np.where(through > 0, self.problem.charges // np.maximum(through, 1), prices)
            flow = self.problem.circulate(prices)
            self._keep(flow)

    def _keep(self, flow: Ints) -> None:
        cost = self.problem.cost(flow)
        if cost < self.cost:
            self.flow, self.cost = flow, cost
