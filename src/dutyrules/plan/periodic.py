"""Periodic routes: on which days each place is visited, and the walks of every day.

Each place allows some patterns, sets of days on which to visit it; one is chosen. Each day has some vehicles (or
people) that start from the base and come back, with limits on what one carries and how long one is out. The sum of
all lengths is to be small; limits come first.

The search is ruin and recreate (`plan.ruin`) under a temperature that falls. With the same seed and number of steps it
ends with the same plan.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite
from random import Random
from typing import Final

from dutyrules.plan.routes import Day, Pattern, Route, Streets
from dutyrules.plan.ruin import Search

HOT: Final = 1.0
COLD: Final = 0.03
"""The temperature at the beginning and at the end, in mean legs."""

LOOK: Final = 20
"""Steps from one look at the limits to the next."""

DEARER: Final = 1.02
CHEAPER: Final = 0.985
"""At every look, breaking a limit gets dearer by the one if the plan breaks it, cheaper by the other if not."""

LAST: Final = 0.9
"""After this share of the search it gets no cheaper."""

WAIT: Final = 0.3
URGENT: Final = 1e8
"""If no plan has kept all limits after this share of the search, breaking them gets so much dearer until its end."""

TOLERANCE: Final = 1e-6


@dataclass(frozen=True)
class Periodic:
    """What is to be planned.

    Attributes:
        streets: The base and the places.
        days: What may be done on each day.
        patterns: Place → sets of days, counted from 0; () for the base, and for places that are not visited.
    """

    streets: Streets
    days: tuple[Day, ...]
    patterns: tuple[tuple[Pattern, ...], ...]

    @classmethod
    def of(cls, streets: Streets, days: Sequence[Day], patterns: Sequence[Sequence[Sequence[int]]]) -> "Periodic":
        """Refuses what does not fit together; the same pattern twice is one."""
        if not len(streets.between) == len(streets.demand) == len(streets.stay) == len(patterns):
            raise ValueError("distances, demands, stays and patterns are of different lengths")
        tidy = tuple(tuple(dict.fromkeys(tuple(sorted(set(one))) for one in allowed)) for allowed in patterns)
        if any(not 0 <= day < len(days) for allowed in tidy for one in allowed for day in one):
            raise ValueError(f"patterns are sets of days from 0 to {len(days) - 1}")
        if any(day.vehicles < 1 for day in days):
            raise ValueError("a day has at least one vehicle")
        if any(not isfinite(far) for row in streets.between for far in row):
            raise ValueError("distances are finite")
        if any(not one for allowed in tidy for one in allowed):
            raise ValueError("a pattern has at least one day")
        if any(tidy[:1]):
            raise ValueError("the base is not visited")
        return cls(streets, tuple(days), tidy)


@dataclass(frozen=True)
class Rounds:
    """A plan.

    Attributes:
        routes: Day × route → places in order, without the base; routes through nothing are left out.
        length: Of all routes together.
        overload: What routes carry too much, together.
        overtime: What they take too long.
        steps: Of the search.
    """

    routes: tuple[tuple[tuple[int, ...], ...], ...]
    length: float
    overload: float
    overtime: float
    steps: int

    @property
    def kept(self) -> bool:
        """Whether every limit is kept."""
        return self.overload <= TOLERANCE and self.overtime <= TOLERANCE


def plan_periodic(task: Periodic, *, steps: int | None = None, seconds: float | None = None, seed: int = 1) -> Rounds:
    """Chooses a pattern for each place, and the routes of every day.

    Args:
        steps: So long the search goes on; the same plan whenever it is run.
        seconds: So long by the clock, if no steps are given.
    """
    begin = time.monotonic()
    budget = seconds if seconds is not None else 0.0

    def gone(step: int) -> float:
        if steps is not None:
            return step / steps if steps else 1.0
        return (time.monotonic() - begin) / budget if budget > 0 else 1.0

    search = Search(task.streets, task.days, task.patterns, Random(seed))
    search.fill()
    best = _Best(search)
    taken = _anneal(search, best, gone) if search.places else 0
    routes = [[task.streets.straightened(route) for route in day if route.stops] for day in best.routes]
    overload, overtime = search.broken(routes)
    length = sum(route.length for day in routes for route in day)
    return Rounds(tuple(tuple(route.stops for route in day) for day in routes), length, overload, overtime, taken)


class _Best:
    """The best plan so far: the one that breaks limits least, then the shortest."""

    def __init__(self, search: Search) -> None:
        self.broken, self.length = inf, inf
        self.routes: list[list[Route]] = []
        self.look(search)

    def look(self, search: Search) -> None:
        broken = sum(search.broken(search.routes))
        broken, length = (broken if broken > TOLERANCE else 0.0), search.length()
        if (broken, length) < (self.broken, self.length - TOLERANCE):
            self.broken, self.length = broken, length
            self.routes = [day[:] for day in search.routes]


def _anneal(search: Search, best: _Best, gone: Callable[[int], float]) -> int:
    """Steps until the budget is gone; returns how many."""
    leg = search.length() / max(1, sum(len(route.stops) for day in search.routes for route in day))
    step, heat, share = 0, leg * HOT, gone(0)
    while share < 1.0:
        if search.step(heat) and (search.cost < best.length - TOLERANCE or best.broken):
            best.look(search)
        step += 1
        if step % LOOK == 0:
            last, share = share, gone(step)
            heat = leg * HOT * (COLD / HOT) ** share
            dearer = DEARER * URGENT ** (share - last) if best.broken and share > WAIT else DEARER
            search.reprice(dearer, CHEAPER if share < LAST else 1.0)
    return step
