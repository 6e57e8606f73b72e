"""Periodic routes against trying everything."""

from collections.abc import Sequence
from functools import cache
from itertools import pairwise, permutations, product
from math import hypot, inf
from random import Random

import pytest

from dutyrules.plan.periodic import Periodic, Rounds, plan_periodic
from dutyrules.plan.routes import Day, Streets
from dutyrules.plan.ruin import Search


def drawn(seed: int, places: int, days: int, vehicles: int, *, tight: float, timed: bool) -> Periodic:
    """A task with whole distances along streets; `tight` is the share of all room that the demand takes up."""
    draw = Random(seed)
    spots = [(draw.randint(0, 20), draw.randint(0, 20)) for _ in range(places + 1)]
    between = [[float(abs(a - c) + abs(b - d)) for c, d in spots] for a, b in spots]
    demand = [0.0, *(float(draw.randint(1, 9)) for _ in range(places))]
    stay = [0.0, *(float(draw.randint(0, 5)) for _ in range(places))]
    patterns: list[list[list[int]]] = [[]]
    for _ in range(places):
        often = draw.randint(1, days)
        patterns.append([sorted(draw.sample(range(days), often)) for _ in range(draw.randint(1, 3))])
    owed = sum(one * len(allowed[0]) for one, allowed in zip(demand[1:], patterns[1:], strict=True))
    capacity = max(*demand, owed / (days * vehicles) / tight)
    return Periodic.of(
        Streets(between, demand, stay), [Day(vehicles, capacity, 90.0 if timed else inf)] * days, patterns
    )


def length(task: Periodic, route: Sequence[int]) -> float:
    return sum(task.streets.between[one][other] for one, other in pairwise((0, *route, 0)))


def wrong(task: Periodic, plan: Rounds) -> list[str]:
    """Every limit that a plan breaks, by plain loops."""
    found = []
    seen: dict[int, list[int]] = {place: [] for place in range(len(task.patterns))}
    for number, (day, routes) in enumerate(zip(task.days, plan.routes, strict=True)):
        if len(routes) > day.vehicles:
            found.append(f"too many routes on day {number}")
        for route in routes:
            if not route or 0 in route:
                found.append(f"a strange route on day {number}")
            if sum(task.streets.demand[place] for place in route) > day.capacity + 1e-6:
                found.append(f"too much on day {number}")
            if length(task, route) + sum(task.streets.stay[place] for place in route) > day.longest + 1e-6:
                found.append(f"too long on day {number}")
            for place in route:
                seen[place].append(number)
    for place, allowed in enumerate(task.patterns):
        if tuple(seen[place]) not in (allowed or ((),)):
            found.append(f"place {place} on days {seen[place]}")
    return found


def shortest(task: Periodic) -> float | None:
    """The length of the best plan, by trying everything; None if there is none."""

    @cache
    def walk(places: frozenset[int]) -> float:
        return min((length(task, order) for order in permutations(places)), default=0.0)

    @cache
    def best(places: frozenset[int], day: Day, vehicles: int) -> float:
        if not places:
            return 0.0
        if not vehicles:
            return inf
        first, *rest = sorted(places)
        costs = [inf]
        for chosen in product((False, True), repeat=len(rest)):
            route = frozenset([first, *(place for place, one in zip(rest, chosen, strict=True) if one)])
            stays = sum(task.streets.stay[place] for place in route)
            load = sum(task.streets.demand[place] for place in route)
            if load <= day.capacity and walk(route) + stays <= day.longest:
                costs.append(walk(route) + best(places - route, day, vehicles - 1))
        return min(costs)

    totals = []
    for choice in product(*task.patterns[1:]):
        visited = [
            frozenset(place for place, days in enumerate(choice, 1) if number in days)
            for number in range(len(task.days))
        ]
        totals.append(sum(best(places, day, day.vehicles) for places, day in zip(visited, task.days, strict=True)))
    return None if min(totals) == inf else min(totals)


@pytest.mark.parametrize("seed", range(8))
def test_small_tasks_are_planned_as_well_as_by_trying_everything(seed: int) -> None:
    task = drawn(seed, 5, 3, 2, tight=0.85, timed=seed % 2 == 1)
    plan = plan_periodic(task, steps=400, seed=seed)
    best = shortest(task)
    assert plan.kept == (best is not None)
    if best is not None:
        assert wrong(task, plan) == []
        assert plan.length == pytest.approx(best)


def test_some_of_the_small_tasks_are_tight_and_one_cannot_be_done() -> None:
    lengths = [shortest(drawn(seed, 5, 3, 2, tight=0.85, timed=seed % 2 == 1)) for seed in range(8)]
    loose = [shortest(drawn(seed, 5, 3, 2, tight=0.1, timed=False)) for seed in range(8)]
    assert None in lengths
    pairs = zip(lengths, loose, strict=True)
    assert sum(one is not None and other is not None and one > other for one, other in pairs) >= 2


@pytest.mark.parametrize(("vehicles", "days", "timed"), [(1, 6, False), (4, 4, True)])
def test_larger_plans_keep_every_limit(vehicles: int, days: int, timed: bool) -> None:
    task = drawn(3, 30, days, vehicles, tight=0.8, timed=timed)
    plan = plan_periodic(task, steps=500)
    assert wrong(task, plan) == []
    assert plan.kept
    assert plan.length == pytest.approx(sum(length(task, route) for routes in plan.routes for route in routes))
    first = plan_periodic(task, steps=0)
    assert (plan.overload + plan.overtime, plan.length) < (first.overload + first.overtime, first.length)


def test_the_same_seed_and_steps_give_the_same_plan() -> None:
    task = drawn(5, 20, 4, 3, tight=0.8, timed=True)
    assert plan_periodic(task, steps=200, seed=7) == plan_periodic(task, steps=200, seed=7)
    assert plan_periodic(task, steps=200, seed=7) != plan_periodic(task, steps=200, seed=8)


def test_what_a_step_counts_is_what_the_plan_costs_and_what_it_refuses_is_undone() -> None:
    task = drawn(2, 25, 4, 2, tight=0.95, timed=True)
    search = Search(task.streets, task.days, task.patterns, Random(1))
    search.fill()
    refused = 0
    for number in range(300):
        before = ([[route.stops for route in day] for day in search.routes], [row[:] for row in search.vehicle])
        if not search.step(2.0 if number % 2 else 0.0):
            refused += 1
            assert ([[route.stops for route in day] for day in search.routes], search.vehicle) == before
        told = search.cost
        search.reprice(1.0, 1.0)
        assert told == pytest.approx(search.cost)
        for day, routes in enumerate(search.routes):
            where = {place: vehicle for vehicle, route in enumerate(routes) for place in route.stops}
            assert search.vehicle[day] == [where.get(place, -1) for place in range(26)]
            for route in routes:
                assert route.length == pytest.approx(length(task, route.stops))
                assert route.load == pytest.approx(sum(task.streets.demand[place] for place in route.stops))
    assert 50 < refused < 290


@pytest.mark.parametrize("seed", range(5))
def test_a_stop_goes_where_the_walk_grows_least(seed: int) -> None:
    task = drawn(seed, 8, 2, 1, tight=1, timed=False)
    route = task.streets.route((3, 1, 7, 5))
    grown, position = task.streets.way_in(route, 2)
    lengths = [length(task, (*route.stops[:at], 2, *route.stops[at:])) for at in range(5)]
    longer = task.streets.joined(route, 2, position)
    assert route.length + grown == longer.length == min(lengths)
    assert longer.legs == task.streets.route(longer.stops).legs


@pytest.mark.parametrize("seed", range(5))
def test_straightened_walks_are_seldom_longer_than_the_shortest(seed: int) -> None:
    draw = Random(seed)
    spots = [(draw.random(), draw.random()) for _ in range(7)]
    between = [[hypot(a - c, b - d) for c, d in spots] for a, b in spots]
    streets = Streets(between, [1.0] * 7, [0.0] * 7)
    best = min(streets.route(order).length for order in permutations(range(1, 7)))
    walk = streets.straightened(streets.route(draw.sample(range(1, 7), 6)))
    assert sorted(walk.stops) == [1, 2, 3, 4, 5, 6]
    assert walk.length <= best * 1.02
    assert streets.straightened(walk) is walk


def test_nothing_to_visit_is_a_plan_too() -> None:
    task = Periodic.of(Streets([[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0], [0.0, 0.0]), [Day(1)], [[], []])
    assert plan_periodic(task, steps=10) == Rounds(((),), 0.0, 0.0, 0.0, 0)


def test_the_base_lies_beside_a_place_that_fills_a_vehicle() -> None:
    streets = Streets([[0.0, 0.0], [0.0, 0.0]], [0.0, 160.0], [0.0, 0.0])
    plan = plan_periodic(Periodic.of(streets, [Day(1, 160.0)] * 2, [[], [[1], [1]]]), steps=5)
    assert plan.routes == ((), ((1,),))
    assert plan.kept


def test_tasks_that_do_not_fit_together_are_refused() -> None:
    streets = Streets([[0.0, 1.0], [1.0, 0.0]], [0.0, 1.0], [0.0, 0.0])
    with pytest.raises(ValueError, match="different lengths"):
        Periodic.of(streets, [Day(1)], [[]])
    with pytest.raises(ValueError, match="days from 0 to 0"):
        Periodic.of(streets, [Day(1)], [[], [[1]]])
    with pytest.raises(ValueError, match="at least one day"):
        Periodic.of(streets, [Day(1)], [[], [[]]])
    with pytest.raises(ValueError, match="at least one vehicle"):
        Periodic.of(streets, [Day(0)], [[], [[0]]])
    with pytest.raises(ValueError, match="finite"):
        Periodic.of(Streets([[0.0, inf], [inf, 0.0]], [0.0, 1.0], [0.0, 0.0]), [Day(1)], [[], [[0]]])
    with pytest.raises(ValueError, match="base is not visited"):
        Periodic.of(streets, [Day(1)], [[[0]], []])
