"""The bound of walking is one: every plan of a small estate is tried, by loops that share nothing with it.

One butler visits some of three to six households in two or three buildings on two to four days, which may lie in two
weeks. A plan says on which day each household is visited, if at all.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import product
from math import ceil
from pathlib import Path
from random import Random

import pytest

from dutyrules.plan import Plan
from tests.plan import visit_estate
from tests.plan.visit_estate import HOME, Hand, everyone, way

WORKDAYS = (22, 23, 26, 27, 28, 29, 30)
"""Of October 2026; a Thursday and a Friday, and the week after it."""

PACE = 60
"""Metres a minute."""


@dataclass(frozen=True)
class Tiny:
    """An estate.

    Attributes:
        days: On which the butler is there.
        spots: Coordinates of the buildings.
        homes: For each household its building, and the days on which it opens.
        need: How many are owed.
    """

    days: tuple[int, ...]
    spots: tuple[tuple[int, int], ...]
    homes: tuple[tuple[int, tuple[int, ...]], ...]
    per_day: int
    need: int

    def hand(self) -> Hand:
        """The same as files; whoever is not to be visited on a day asks to be left alone."""
        units = [f"u{n},b{building},occupied,home,any,," for n, (building, _) in enumerate(self.homes)]
        away = [
            f"u{n},2026-10-{day},2026-10-{day},"
            for n, (_, opens) in enumerate(self.homes)
            for day in self.days
            if day not in opens
        ]
        leave = [
            f"li,2026-10-{day} 00:00,2026-10-{day + 1} 00:00,yes,,"
            for day in WORKDAYS
            if day >= self.days[0] and day not in self.days
        ]
        return Hand(
            {"some": everyone(prorate="none") | {"at_least": self.need}},
            units,
            {HOME: way("home", "15:00", "16:00", per_day=self.per_day, minutes=20)},
            tables={"blackouts": away, "leave": leave},
            buildings=[f"b{n},A,,{x},{y}" for n, (x, y) in enumerate(self.spots)],
        )

    # ------------------------------------------------------------ trying

    def ways(self) -> list[int]:
        """Minutes to each building and back: from the middle, along streets, at least one minute each."""
        number = len(self.spots)
        middle = [Fraction(sum(spot[axis] for spot in self.spots), number) for axis in (0, 1)]
        metres = [abs(x - middle[0]) + abs(y - middle[1]) for x, y in self.spots]
        return [2 * max(1, ceil(far / PACE)) for far in metres]

    def plans(self) -> Iterator[tuple[int, int, int]]:
        """(misses, visits, cost) of every plan there is."""
        ways = self.ways()
        weeks = Counter(date(2026, 10, day).isocalendar().week for day in self.days)
        share = {week: ceil(Fraction(self.need * number, len(self.days))) for week, number in weeks.items()}
        for visited in product(*([None, *opens] for _, opens in self.homes)):
            if any(visited.count(day) > self.per_day for day in self.days):
                continue
            made = [(day, building) for day, (building, _) in zip(visited, self.homes, strict=True) if day is not None]
            walking = sum(ways[building] for _, building in set(made))
            by_week = Counter(date(2026, 10, day).isocalendar().week for day, _ in made)
            crowded = sum(max(0, number - share[week]) for week, number in by_week.items())
            yield max(0, self.need - len(made)), len(made), walking + crowded

    def cheapest(self) -> tuple[int, int]:
        """The fewest misses, and the least cost of a plan with so few, and without needless visits."""
        plans = list(self.plans())
        misses = min(one for one, _, _ in plans)
        return misses, min(cost for missed, visits, cost in plans if missed == misses and visits <= self.need - misses)


def drawn(seed: int) -> Tiny:
    draw = Random(seed)
    days = tuple(sorted(draw.sample(WORKDAYS, draw.randint(2, 4))))
    spots = tuple((30 * draw.randint(0, 20), 30 * draw.randint(0, 20)) for _ in range(draw.randint(2, 3)))
    homes = tuple(
        (draw.randrange(len(spots)), tuple(day for day in days if draw.random() < 0.7))
        for _ in range(draw.randint(3, 6))
    )
    return Tiny(days, spots, homes, draw.randint(1, 3), draw.randint(max(1, len(homes) - 2), len(homes)))


def planned(tiny: Tiny, folder: Path) -> Plan:
    return tiny.hand().plan(folder, start=date(2026, 10, tiny.days[0]))


@pytest.fixture(autouse=True)
def _coordinates(monkeypatch: pytest.MonkeyPatch) -> None:
    headers = visit_estate.HEADERS | {"buildings": "building,area,from,x,y"}
    monkeypatch.setattr(visit_estate, "HEADERS", headers)


@pytest.mark.parametrize("seeds", [range(20), pytest.param(range(20, 420), marks=pytest.mark.slow)], ids=str)
def test_bounds_are_met_by_trying_every_plan(seeds: range, tmp_path: Path) -> None:
    """Bound <= cheapest plan <= planner's plan, always; and the bound is no empty promise."""
    seen: Counter[str] = Counter()
    for seed in seeds:
        tiny = drawn(seed)
        misses, cost = tiny.cheapest()
        plan = planned(tiny, tmp_path)
        assert plan.shortfall == plan.least_shortfall == misses, tiny
        if not plan.tasks:
            continue
        ours = next(one for one in plan.measures if one.name == "cost")
        assert ours.bound is not None
        assert 0 < ours.bound <= cost <= ours.value, (seed, tiny)
        seen["planned"] += 1
        seen["bound is met"] += ours.bound == cost
        seen["near"] += cost - ours.bound <= cost / 4
        seen["planner is best"] += ours.value == cost
    assert seen["planned"] > len(seeds) * 8 // 10
    assert seen["planner is best"] >= seen["planned"] * 95 // 100, seen
    assert seen["bound is met"] >= seen["planned"] * 8 // 10, seen
    assert seen["near"] >= seen["planned"] * 9 // 10, seen


def test_by_hand(tmp_path: Path) -> None:
    """Two buildings, 120 metres apart: a minute from the middle each. Two in one, one in the other, one a day: six.

    The days lie in one week, so that none is crowded. With two a day it is four: both of the first building at once.
    """
    homes = ((0, (28, 29, 30)), (0, (28, 29, 30)), (1, (28, 29, 30)))
    for per_day, cost in ((1, 6), (2, 4)):
        tiny = Tiny((28, 29, 30), ((0, 0), (120, 0)), homes, per_day, 3)
        assert tiny.ways() == [2, 2]
        assert tiny.cheapest() == (0, cost)
        measure = next(one for one in planned(tiny, tmp_path).measures if one.name == "cost")
        assert (measure.value, measure.bound) == (cost, cost)
