"""Buildings with priority: how often and how soon they are patrolled, and what stays fair among the others."""

from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutyrules.plan import Plan
from dutyrules.plan.menus import ListedMenu
from dutyrules.plan.rotation import Place, Rotation, Search, window
from dutyrules.plan.rotation_bound import least_walking
from dutyrules.plan.turns import Promise, fair_shares, promised
from tests.plan.patrol_world import World, at_minute, claimed, patrols, row_of
from tests.plan.test_rotation import minutes, street

DAYS = ("19", "20", "21", "22", "23")


def planned(world: World, folder: Path, period: str = "2026-W43") -> Plan:
    loaded = world.load(folder)
    plan = loaded.plan(period)
    assert loaded.judged(plan, period) == claimed(plan)
    return plan


def days_of(plan: Plan, building: str) -> list[int]:
    return [number for number, seen in enumerate(patrols(plan).values()) if building in seen]


def long_waits(plan: Plan) -> tuple[int, int | None]:
    return next((one.value, one.bound) for one in plan.measures if one.name == "long_waits")


def test_a_building_with_priority_waits_half_as_long(tmp_path: Path) -> None:
    """Six buildings, two a day: others wait four days at most (three, and one to spare), the first one two.

    Two days are half of the ten patrols of two weeks; 2.5 a week. The others share 7.5: one or two each.
    """
    world = World(row_of(6, urgent=[1]))
    plan = planned(world, tmp_path)
    found = days_of(plan, "A1")
    assert len(found) in (2, 3)
    assert all(other - one <= 2 for one, other in pairwise([-1, *found, 5]))
    assert all(len(days_of(plan, f"A{number}")) in (1, 2) for number in range(2, 7))
    assert long_waits(plan) == (0, 0)


def test_the_estate_says_how_long_at_most(tmp_path: Path) -> None:
    """Every day, and the other four share five patrols."""
    plan = planned(World(row_of(5, urgent=[3]), pace={"priority_gap": 1}), tmp_path)
    assert days_of(plan, "A3") == [0, 1, 2, 3, 4]
    assert sorted(len(days_of(plan, f"A{number}")) for number in (1, 2, 4, 5)) == [1, 1, 1, 2]
    assert long_waits(plan) == (0, 0)


def test_what_cannot_be_kept_is_a_measure(tmp_path: Path) -> None:
    """Three buildings are to be seen every day, and only two can be."""
    plan = planned(World(row_of(4, urgent=[1, 2, 3]), pace={"priority_gap": 1}), tmp_path)
    assert plan.shortfall == 0
    assert long_waits(plan)[0] > 0


def test_the_log_says_when_it_was_seen_last(tmp_path: Path) -> None:
    """A1 was seen two workdays before the plan: it is due on the first day."""
    log = [at_minute("15", f"09:{number}0", "p1", "patrol", f"A{number}") for number in (1, 2)]
    log += [at_minute("16", f"09:{number}0", "p1", "patrol", f"A{number}") for number in (3, 4)]
    plan = planned(World(row_of(6, urgent=[1]), log=log), tmp_path)
    assert days_of(plan, "A1")[0] == 0


def test_where_all_have_priority_all_are_alike(tmp_path: Path) -> None:
    plan = planned(World(row_of(5, urgent=[1, 2, 3, 4, 5])), tmp_path)
    assert [len(days_of(plan, f"A{number}")) for number in range(1, 6)] == [2] * 5


def test_promises_leave_room_for_each_other() -> None:
    """Six, two a day: 1/2 + 5/4 a day fit. With three: 3/2 + 3/4 do not, but 3/3 + 3/5 do."""
    assert promised(6, 1, 2, None, None) == (4, 2)
    assert promised(6, 3, 2, None, None) == (5, 3)
    assert promised(6, 3, 2, 6, None) == (6, 3)
    assert promised(6, 3, 2, 5, 1) == (5, 1)
    assert promised(6, 3, 2, None, 1) == (4, 1)  # no time is left for the others however long they wait
    assert promised(3, 1, 3, None, None) == (2, 1)


def test_fair_shares_are_what_the_promise_needs() -> None:
    """Twelve rounds of two among four: six each; if one is to be seen every day, 12 and 4, 4, 4."""
    rounds = [(0b1111, 2)] * 12
    assert fair_shares(rounds, 4, Promise(3, 2, 0b1)) == [(6, 6)] * 4
    assert fair_shares(rounds, 4, Promise(3, 1, 0b1)) == [(12, 12), (4, 4), (4, 4), (4, 4)]
    # two every day and two every third: 2 + 2/3 a day, of which only 3/4 can be: 9, 9, 3, 3
    assert fair_shares(rounds, 4, Promise(3, 1, 0b11)) == [(9, 9), (9, 9), (3, 3), (3, 3)]


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 4), st.integers(1, 4), st.data())
def test_bound_and_plan_embrace_the_optimum(count: int, days: int, data: st.DataObject) -> None:
    """Against every rotation there is, that is as fair and keeps every promise."""
    size = data.draw(st.integers(1, count))
    urgent = data.draw(st.integers(1, (1 << count) - 1))
    rotation, everything = street(count, size, days, apart=data.draw(st.integers(0, 200))), (1 << count) - 1
    gap, quick = promised(count, urgent.bit_count(), size, None, data.draw(st.none() | st.integers(1, 3)))
    shares = fair_shares([(everything, size)] * days, count, Promise(gap, quick, urgent))
    places = tuple(
        Place(0, -1, days, fair, quick if urgent >> number & 1 else None) for number, fair in enumerate(shares)
    )
    rotation = Rotation(places, rotation.steps, (gap,), rotation.between)
    menu = rotation.steps[0].menu
    assert isinstance(menu, ListedMenu)
    fairly = [
        chosen
        for chosen in product(menu.chosen.tolist(), repeat=days)
        if all(least <= number <= most for number, (least, most) in zip(rotation.counts(chosen), shares, strict=True))
    ]
    assert fairly
    bound = least_walking(rotation, shares)
    assert all(bound <= minutes(rotation, chosen) for chosen in fairly)
    kept = [
        chosen
        for chosen in fairly
        if all(wait <= rotation.gap(place) for place in range(count) for wait in rotation.waits(chosen, place))
        and all(one != other or one == everything for one, other in pairwise(chosen))
    ]
    search = Search(rotation, window(rotation))
    for _ in search.run(400, 1, bound):
        pass
    if kept:
        assert search.best.broken or search.best.minutes >= min(minutes(rotation, chosen) for chosen in kept)
    else:
        assert search.best.broken


@pytest.mark.parametrize("days", [1, 5, 20, 21, 64])
def test_the_shares_suffice_for_the_promise(days: int) -> None:
    """Whoever is promised a patrol every other day needs so many that no wait is longer, last days included."""
    [(least, _), *_] = fair_shares([(0b111111, 2)] * days, 6, Promise(4, 2, 0b1))
    assert least == days // 2  # since the day before the first: days 1, 3, 5 …
