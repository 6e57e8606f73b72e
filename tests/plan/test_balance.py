"""Who has how much to do, how long visits wait, which buildings could go over: by hand, and by trying everything."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import product
from pathlib import Path
from random import Random

import pytest

from dutyrules.plan import Handover, Load, Measure, Plan
from dutyrules.plan.balance import Held, counted, neighbours, propose
from dutyrules.plan.loads import uneven
from tests.plan import visit_estate
from tests.plan.visit_estate import HOME, Hand, everyone, homes, way

TWO = {"people": ["li,butler,A,,", "wang,butler,B,,"]}
SIX = {HOME: way("home", "15:00", "17:00", per_day=6, minutes=20)}


def measure(plan: Plan, name: str) -> Measure:
    return next(one for one in plan.measures if one.name == name)


def estate(*buildings: tuple[str, int], people: Sequence[str] = TWO["people"]) -> Hand:
    """Buildings with their area and number of households."""
    units = [
        f"u{building}-{number},b{building},occupied,any,any,,"
        for building, (_, size) in enumerate(buildings, start=1)
        for number in range(size)
    ]
    rows = [f"b{building},{area}," for building, (area, _) in enumerate(buildings, start=1)]
    return Hand({"all": everyone()}, units, SIX, {"people": people}, areas=("A", "B"), buildings=rows)


# ---------------------------------------------------------------------------------------------- by hand


def test_loads_for_each_workday(tmp_path: Path) -> None:
    """Four and two visits of twenty minutes, two a day, so two walks and one of four minutes; eighteen workdays.

    That is 88 and 44 minutes, 2 4/9 apart for each workday. Two visits in eighteen days are 2 2/9 in twenty.
    """
    two = {HOME: way("home", "15:00", "17:00", per_day=2, minutes=20)}
    plan = replace(estate(("A", 4), ("B", 2)), visits=two).plan(tmp_path)
    assert measure(plan, "uneven_visits") == Measure("uneven_visits", "visits_a_month", 3, 3)
    assert measure(plan, "uneven_minutes") == Measure("uneven_minutes", "minutes_a_day", 3, None)


def test_nobody_to_compare_with(tmp_path: Path) -> None:
    plan = estate(("A", 12), people=["li,butler,A,,"]).plan(tmp_path)
    assert plan.balance is None
    assert not [one for one in plan.measures if one.name.startswith("uneven")]


def test_days_that_visits_wait(tmp_path: Path) -> None:
    """Three visits, one a day, from the 28th on. One household opens from the 29th on, so that the others wait longer.

    Somebody waits a day and somebody two, and of these three days one is the household's own wish.
    """
    visits = {HOME: way("home", "15:00", "16:00", per_day=1)}
    away = {"blackouts": ["u003,2026-10-01,2026-10-28,"]}
    plan = Hand({"all": everyone()}, homes(3), visits, away).plan(tmp_path, start=date(2026, 10, 28))
    assert sorted(task.at.day for task in plan.tasks) == [28, 29, 30]
    assert measure(plan, "waits") == Measure("waits", "days", 0 + 1 + 2 - 1, None)


def test_the_fewest_buildings_go_over(tmp_path: Path) -> None:
    """Thirty visits against six: 124 minutes a six; two buildings of six make it three against three."""
    plan = estate(*[("A", 6)] * 5, ("B", 6)).plan(tmp_path)
    found = plan.balance
    assert found is not None
    assert [(one.before, one.after, one.households, one.minutes) for one in found.handovers] == [
        ("li", "wang", 6, 124)
    ] * 2
    assert [load.minutes for load in found.before] == [5 * 124, 124]
    assert [load.minutes for load in found.after] == [3 * 124, 3 * 124]
    assert (found.even, found.proven) == (True, True)
    assert {task.person for task in plan.tasks if task.target and task.target < "u6"} == {"li"}  # only a proposal


def test_loads_that_are_even_enough(tmp_path: Path) -> None:
    """Five sixes against four are 5/4: tolerated."""
    assert estate(*[("A", 6)] * 5, *[("B", 6)] * 4).plan(tmp_path).balance is None


def test_a_single_building_cannot_be_shared(tmp_path: Path) -> None:
    """It would only change sides."""
    found = estate(("A", 18), ("B", 1)).plan(tmp_path).balance
    assert found is not None
    assert (found.handovers, found.even, found.after) == ((), False, found.before)


def test_buildings_go_to_neighbours_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has one of the four nearest buildings of others may have it; one without a place may go to anybody."""
    monkeypatch.setattr(visit_estate, "HEADERS", visit_estate.HEADERS | {"buildings": "building,area,from,x,y"})
    spots = [*(f"b{number},A,,{100 * number},0" for number in range(6)), "b6,A,,,"]
    loaded = Hand({"all": everyone()}, buildings=spots).load(tmp_path)
    main = {"b0": 0, "b1": 1, "b2": 1, "b3": 1, "b4": 1, "b5": 2, "b6": 0}
    found = neighbours(loaded, main)
    assert (found["b0"], found["b6"], found["b5"]) == ([1], [1, 2], [1])
    assert found["b4"] == [0, 2]


# ---------------------------------------------------------------------------------------------- by trying


def tried(loads: Sequence[Load], holdings: Sequence[Held]) -> tuple[Fraction, int, Fraction]:
    """(excess, buildings moved, distance) of the best of all assignments."""
    best = []
    for owners in product(*((one.person, *one.receivers) for one in holdings)):
        minutes = {load.person: load.minutes for load in loads}
        for one, owner in zip(holdings, owners, strict=True):
            minutes[one.person] -= one.minutes
            minutes[owner] += one.minutes
        rates = [Fraction(minutes[load.person], load.workdays) for load in loads]
        moved = sum(one.person != owner for one, owner in zip(holdings, owners, strict=True))
        best.append((max(Fraction(0), 4 * max(rates) - 5 * min(rates)), moved, max(rates) - min(rates)))
    return min(best)


def drawn(seed: int) -> tuple[list[Load], list[Held]]:
    """Two or three people with the same number of workdays, so that thousandths are exact, and their buildings."""
    draw = Random(seed)
    names = ["li", "wang", "zhao"][: draw.randint(2, 3)]
    holdings = [
        Held(
            f"b{number}",
            owner,
            households=size,
            visits=size,
            minutes=20 * size,
            receivers=tuple(name for name in names if name != owner and draw.random() < 0.7),
        )
        for number in range(draw.randint(3, 7))
        for owner, size in [(draw.choice(names), draw.randint(1, 9))]
    ]
    loads = []
    for name in names:
        own = [one for one in holdings if one.person == name]
        rest = draw.choice([0, 0, 40])
        loads.append(Load(name, sum(one.visits for one in own), sum(one.minutes for one in own) + rest, 20))
    return loads, holdings


@pytest.mark.parametrize("seeds", [range(40), pytest.param(range(40, 600), marks=pytest.mark.slow)], ids=str)
def test_no_handovers_do_better(seeds: range) -> None:
    """Excess over what is tolerated, then buildings, then distance: as good as the best of all assignments."""
    helped = 0
    for seed in seeds:
        loads, holdings = drawn(seed)
        if not uneven(loads):
            continue
        found = propose(loads, holdings)
        assert found.proven
        assert found.after == counted(loads, holdings, found.handovers)
        rates = [load.minutes_a_day for load in found.after]
        excess = max(Fraction(0), 4 * max(rates) - 5 * min(rates))
        best = tried(loads, holdings)
        if found.handovers:
            assert (excess, len(found.handovers), max(rates) - min(rates)) == best, seed
        else:
            assert best[1] == 0 or best[2] >= max(rates) - min(rates), seed  # nothing brings the loads nearer together
        helped += bool(found.handovers)
    assert helped > len(seeds) // 4


def test_counting_anew() -> None:
    loads = [Load("li", 9, 180, 10), Load("wang", 1, 20, 10)]
    part = Held("b1", "li", 4, 4, 80, ("wang",))
    after = counted(loads, [part], [Handover("b1", "li", "wang", 4, 80)])
    assert after == (Load("li", 5, 100, 10), Load("wang", 5, 100, 10))
