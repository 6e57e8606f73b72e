"""Checks of units on the way of patrols, worked out by hand; every plan is judged by the reference scorer as well."""

from pathlib import Path
from typing import Any

import pytest

from dutyrules.plan import Plan, Status
from tests.plan.patrol_world import Loaded, World, checked, claimed, patrols, row_of, unit

DAYS = ("19", "20", "21", "22", "23")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "estate"


def planned(world: World, folder: Path, **options: Any) -> tuple[Loaded, Plan]:
    loaded = world.load(folder)
    plan = loaded.plan(**options)
    assert loaded.judged(plan) == claimed(plan)
    return loaded, plan


def permit(name: str, first: str = "2026-10-01", last: str = "2026-10-31") -> dict[str, str]:
    return {"unit": name, "from": first, "to": last}


def day_of(plan: Plan, day: str) -> list[tuple[str, str, str]]:
    return [
        (f"{one.at:%H:%M}", one.kind, one.target or "")
        for one in plan.tasks
        if f"{one.at:%d}" == day and one.until > one.at
    ]


# ---------------------------------------------------------------- owed every day


def test_a_set_is_extended_by_the_building_that_is_renovated(folder: Path) -> None:
    """Five buildings in a row, one patrolled a day; the units of the last but one are renovated."""
    world = World(
        row_of(5),
        patrol={"at_least": 1},
        units=[unit("u1", "A4"), unit("u2", "A4")],
        permits=[permit("u1"), permit("u2")],
        renovations={},
        listing=False,
    )
    _, plan = planned(world, folder)
    assert checked(plan, "renovation") == {day: ["u1", "u2"] for day in DAYS}
    # to A4 from A1 it is 3 minutes, from A2 2, from A3 and A5 1, from A4 none: each once, 7 in all, and no less
    assert sorted(name for names in patrols(plan).values() for name in names) == ["A1", "A2", "A3", "A4", "A5"]
    assert next((one.value, one.bound) for one in plan.measures if one.name == "walking") == (7, 7)
    assert plan.status is Status.FEASIBLE or plan.status is Status.OPTIMAL
    day = next(day for day, names in patrols(plan).items() if names == ["A4"])
    assert day_of(plan, day) == [
        ("09:00", "patrol", "A4"),
        ("09:10", "renovation", "u1"),
        ("09:15", "renovation", "u2"),
    ]
