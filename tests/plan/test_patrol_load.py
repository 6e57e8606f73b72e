"""Days from patrol to patrol, and who has how much to walk: worked out by hand, and as every output tells them."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from dutyrules.plan import Gaps, Measure, Plan, Status
from dutyrules.report.plan import render_plan
from tests.plan.patrol_world import Loaded, World, at_minute, building, row_of


def planned(world: World, folder: Path) -> tuple[Loaded, Plan]:
    loaded = world.load(folder)
    return loaded, loaded.plan(moves=100)


def measure(plan: Plan, name: str) -> Measure:
    return next(one for one in plan.measures if one.name == name)


def test_two_buildings_in_turn(tmp_path: Path) -> None:
    """One a day, five days: the one on three, the other on two of them, every other day."""
    _, plan = planned(World(row_of(2), patrol={"at_least": 1}), tmp_path)
    assert plan.gaps == Gaps(((2, 3),))
    assert plan.gaps.mean == 2


def test_the_patrol_before_the_plan_counts(tmp_path: Path) -> None:
    """A1 was seen on the Friday before: A2 begins, and A1 has waited two days as well."""
    log = [at_minute("16", "09:00", "p1", "patrol", "A1")]
    _, plan = planned(World(row_of(2), patrol={"at_least": 1}, log=log), tmp_path)
    assert plan.gaps == Gaps(((2, 4),))


def test_what_is_seen_every_day(tmp_path: Path) -> None:
    _, plan = planned(World(row_of(2)), tmp_path)
    assert plan.gaps == Gaps(((1, 8),))


def test_a_single_patrol_has_no_gap(tmp_path: Path) -> None:
    _, plan = planned(World(row_of(10)), tmp_path)
    assert plan.gaps == Gaps(())
    assert plan.gaps.mean is None


def test_the_mean_is_exact() -> None:
    assert Gaps(((1, 2), (3, 1))).mean == Fraction(5, 3)


PEOPLE = ({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"})


def test_most_of_one_person_less_fewest_of_another(tmp_path: Path) -> None:
    """p1 sees two buildings a day, 10 minutes each and a minute between; p2 one of 25 minutes."""
    world = World([*row_of(2), building("B1", 0, area="B", minutes=25)], people=PEOPLE)
    _, plan = planned(world, tmp_path)
    assert measure(plan, "uneven_patrols").value == 20  # one more a day, in 20 workdays
    assert measure(plan, "uneven_patrol_minutes").value == 25 - 21
    assert plan.status is Status.OPTIMAL  # nobody looks for even loads, and they say nothing about the plan


def test_days_away_are_no_workdays(tmp_path: Path) -> None:
    """p2 is away on one of five days: 10 minutes on each of the other four."""
    leave = [{"person": "p2", "from": "2026-10-20 00:00", "until": "2026-10-21 00:00", "approved": "yes"}]
    world = World([*row_of(1), building("B1", 0, area="B")], people=PEOPLE, leave=leave)
    _, plan = planned(world, tmp_path)
    assert measure(plan, "uneven_patrols").value == measure(plan, "uneven_patrol_minutes").value == 0


def test_the_ways_from_and_to_the_office_are_minutes_too(tmp_path: Path) -> None:
    """Three minutes there and three back for p1, none for p2."""
    offices = {"A": (-120, 0), "B": (0, 0)}
    world = World([*row_of(1), building("B1", 0, area="B")], people=PEOPLE, offices=offices, pace={"walk": "closed"})
    _, plan = planned(world, tmp_path)
    assert measure(plan, "uneven_patrol_minutes").value == 6


def test_alone_there_is_nobody_to_compare_with(tmp_path: Path) -> None:
    _, plan = planned(World(row_of(2)), tmp_path)
    assert {one.name for one in plan.measures} == {"walking", "longest_gap", "long_waits"}


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Workdays from one patrol of a building to the next: 2.0 on average; 2 (3 ×)."),
        ("zh-Hans", "同一楼栋前后两次巡查相隔的工作日：平均 2.0 天；2 天 3 次。"),
        ("zh-Hant", "同一樓棟前後兩次巡查相隔的工作日：平均 2.0 天；2 天 3 次。"),
    ],
)
def test_every_output_tells_the_gaps(language: str, told: str, tmp_path: Path) -> None:
    loaded, plan = planned(World(row_of(2), patrol={"at_least": 1}), tmp_path)
    assert told in render_plan(plan, loaded.estate, "text", language).decode()
    assert told in render_plan(plan, loaded.estate, "html", language).decode()
    document = json.loads(render_plan(plan, loaded.estate, "json", language))
    assert document["gaps"] == {"mean": "2", "histogram": [{"days": 2, "times": 3}]}
