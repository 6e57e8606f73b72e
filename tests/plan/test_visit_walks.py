"""Walks to buildings: how short they are made, and what is said of how short they could be."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random

import numpy as np
import pytest

import dutyrules as dr
from dutyrules.diagnostics import InputError
from dutyrules.plan import Plan
from dutyrules.plan.charges import Charged, Search
from dutyrules.plan.flow import Network
from dutyrules.plan.programme import Saving, fewest_minutes
from dutyrules.plan.visits import plan_visits
from tests.plan.visit_estate import HOME, Hand, everyone, way
from tests.plan.visit_law import planned
from tests.plan.visit_worlds import seeded

BUILDINGS = ("b1,A,", "b2,A,", "b3,A,")
THREE = {HOME: way("home", "15:00", "16:00", per_day=3, minutes=20)}


def measure(plan: Plan, name: str) -> tuple[int, int | None]:
    one = next(one for one in plan.measures if one.name == name)
    return one.value, one.bound


def units(*sizes: int) -> list[str]:
    """So many households in b1, b2 …"""
    return [
        f"u{building}{number},b{building},occupied,any,any,,"
        for building, size in enumerate(sizes, start=1)
        for number in range(size)
    ]


def doors(plan: Plan) -> int:
    """How often a building is entered on a day; the second letter of a unit is its building."""
    return len({(task.person, task.at.date(), (task.target or "")[1]) for task in plan.tasks if task.kind == HOME})


# ---------------------------------------------------------------------------------------------- by hand


def test_each_building_is_entered_as_seldom_as_can_be(tmp_path: Path) -> None:
    """Three, six and four households at three a day: one, two and two days, each four minutes there and back."""
    hand = Hand({"all": everyone()}, units(3, 6, 4), THREE, buildings=BUILDINGS)
    plan = hand.plan(tmp_path)
    assert (plan.shortfall, doors(plan)) == (0, 5)
    assert measure(plan, "ways") == (20, 20)


def test_who_may_be_left_out_saves_a_walk(tmp_path: Path) -> None:
    """Of seven, six are needed: nobody goes to one household alone."""
    hand = Hand({"most": everyone(share="6/7")}, units(4, 3), THREE, buildings=BUILDINGS)
    plan = hand.plan(tmp_path)
    assert (plan.shortfall, doors(plan)) == (0, 2)
    assert measure(plan, "ways") == (8, 8)


def test_the_way_is_as_long_as_the_coordinates_say(tmp_path: Path) -> None:
    """From the middle, 150 m east and west: 300 metres there and back take six minutes at sixty a minute."""
    hand = Hand({"all": everyone()}, units(1, 1), THREE, buildings=BUILDINGS[:2])
    estate = hand.load(tmp_path)
    (tmp_path / "buildings.csv").write_text("building,area,x,y\nb1,A,0,0\nb2,A,300,0\n")
    estate = dr.load_estate(tmp_path)
    assert measure(plan_visits(estate, "2026-10"), "ways") == (12, 12)


def test_weeks_get_their_share(tmp_path: Path) -> None:
    """Twelve visits, three a day, make four days in four weeks; the first, a short one, should have two."""
    hand = Hand({"all": everyone()}, units(12), THREE, buildings=BUILDINGS[:1])
    plan = hand.plan(tmp_path)
    assert (doors(plan), measure(plan, "crowded_weeks")) == (4, (1, 0))
    assert len({task.at.isocalendar().week for task in plan.tasks}) == 4


# ---------------------------------------------------------------------------------------------- bounds and search


@pytest.mark.parametrize("seeds", [range(10, 15), pytest.param(range(15, 200), marks=pytest.mark.slow)], ids=str)
def test_no_effort_finds_what_is_said_to_be_impossible(seeds: range) -> None:
    """However long is searched, nothing is below the bound; more effort is never dearer; twice is the same plan."""
    looked = 0
    for seed in seeds:
        world = replace(seeded(seed), pins=())
        try:
            case = planned(world)
        except InputError:
            continue
        first = plan_visits(case.estate, world.period, case.log, start=world.start, effort=0)
        more = plan_visits(case.estate, world.period, case.log, start=world.start, effort=2)
        again = plan_visits(case.estate, world.period, case.log, start=world.start, effort=2)
        assert more == again
        (_, bound), (walked, _) = measure(more, "ways"), measure(first, "ways")
        if first.shortfall == more.shortfall and bound is not None:
            assert walked >= bound, seed
            assert measure(more, "ways")[0] >= bound, seed
            assert measure(more, "cost")[0] >= (measure(more, "cost")[1] or 0), seed
            looked += bound > 0
    assert looked >= len(seeds) // 10


def test_searching_for_a_time_says_so(tmp_path: Path) -> None:
    hand = Hand({"all": everyone()}, units(3, 6, 4), THREE, buildings=BUILDINGS)
    estate = hand.load(tmp_path)
    plan = plan_visits(estate, "2026-10", time_limit=0.2)
    assert plan.provenance["search"] == {"seconds": 0.2}
    assert plan_visits(estate, "2026-10", effort=0).provenance["search"] == {"effort": 0}
    assert measure(plan_visits(estate, "2026-10", effort=0), "ways")[1] is None  # nobody asked


@pytest.mark.parametrize("seed", range(20))
def test_the_knapsack_of_days(seed: int) -> None:
    """Against trying who is left out."""
    draw = Random(seed)
    buildings = [Saving(draw.randint(1, 9), draw.randint(1, 4), draw.randint(1, 9)) for _ in range(3)]
    spare = draw.randint(0, 6)
    cheapest = min(
        sum(-(-(one.households - out) // one.most) * one.minutes for one, out in zip(buildings, left, strict=True))
        for left in product(*(range(one.households + 1) for one in buildings))
        if sum(left) <= spare
    )
    assert fewest_minutes(buildings, spare) == cheapest


# ---------------------------------------------------------------------------------------------- charges


def charged(draw: Random) -> Charged:
    """Up to six units flow through four arcs with a charge each."""
    network = Network()
    network.arc("sink", "source", 20)
    arcs = [network.arc("source", place, draw.randint(1, 3)) for place in range(4)]
    for place in range(4):
        network.arc(place, "sink", 3, -1_000 - draw.randint(0, 20))
    charges = np.array([draw.randint(1, 60) for _ in arcs], np.int64)
    return Charged(network.table(), np.array(arcs), np.arange(4), charges, np.array([3] * 4, np.int64))


def cheapest(problem: Charged) -> int:
    """The cheapest circulation by trying which charges are paid."""
    found = []
    for paid in product((0, 1), repeat=4):
        arcs = problem.arcs.copy()
        arcs[problem.numbers, 2] *= np.array(paid)
        flow = replace(problem, arcs=arcs).circulate(np.zeros(4, np.int64))
        found.append(int(arcs[:, 3] @ flow) + int(problem.charges @ np.array(paid)))
    return min(found)


@pytest.mark.parametrize("seed", range(10))
def test_slope_scaling_counts_what_it_finds(seed: int) -> None:
    """Its cost is what a flow costs with its charges; here it finds the cheapest, since charges are worth paying."""
    problem = charged(Random(seed))
    search = Search.begin(problem, np.zeros((4, 1), np.int64), rounds=4)
    assert search.cost == problem.cost(search.flow) == cheapest(problem)
    assert search.step(Random(1), 3) is False


def test_gaps_are_fractions(tmp_path: Path) -> None:
    hand = Hand({"all": everyone()}, units(3, 6, 4), THREE, buildings=BUILDINGS)
    assert {one.gap for one in hand.plan(tmp_path).measures if one.name in ("cost", "ways")} == {Fraction(0)}
