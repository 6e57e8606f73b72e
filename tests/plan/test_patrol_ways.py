"""Walks from an office and back, ways as somebody measured them: case by case, judged by the reference scorer too."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from dutyrules.diagnostics import InputError
from dutyrules.plan import Plan, Status, Task
from tests.plan.patrol_world import World, building, claimed, patrols, row_of

CLOSED = {"walk": "closed"}


def planned(world: World, folder: Path, *keep: Task) -> Plan:
    loaded = world.load(folder)
    plan = loaded.plan(keep=keep, moves=100)
    assert loaded.judged(plan) == claimed(plan)
    return plan


def walking(plan: Plan) -> tuple[int, int | None]:
    return next((one.value, one.bound) for one in plan.measures if one.name == "walking")


def begins(plan: Plan, day: str) -> list[str]:
    return [f"{task.at:%H:%M}" for task in plan.tasks if task.kind == "patrol" and f"{task.at:%d}" == day]


def ways(*rows: tuple[str, str, int]) -> list[dict[str, str]]:
    return [{"from": one, "to": other, "minutes": str(minutes)} for one, other, minutes in rows]


def test_a_closed_walk_leaves_the_office_when_the_slot_begins_and_is_back_when_it_ends(tmp_path: Path) -> None:
    """Both buildings every day: three minutes to A1, one to A2, four back; 28 minutes in all."""
    world = World(row_of(2), pace=CLOSED, offices={"A": (-120, 0)}, slot=("09:00", "09:28"))
    plan = planned(world, tmp_path)
    assert plan.status is Status.OPTIMAL
    assert begins(plan, "19") == ["09:03", "09:14"]
    assert walking(plan) == (5 * 8, 5 * 8)


def test_a_slot_without_the_way_back_is_too_short(tmp_path: Path) -> None:
    """A minute less: then one building each day, the nearer one or the other; the round would take 28 minutes."""
    world = World(row_of(2), pace=CLOSED, offices={"A": (-120, 0)}, slot=("09:00", "09:27"))
    plan = planned(world, tmp_path)
    assert plan.shortfall == plan.least_shortfall == 5
    cause = plan.shortfalls[0].causes[0]
    assert cause.message == "slot_too_short"
    assert cause.numbers == {"need": 2, "areas": 1, "minutes": 27, "needed": 28, "fit": 1}


def test_an_open_walk_asks_for_no_office(tmp_path: Path) -> None:
    plan = planned(World(row_of(2), slot=("09:00", "09:21"), pace={"walk": "open"}), tmp_path)
    assert begins(plan, "19") == ["09:00", "09:11"]
    assert walking(plan) == (5, 5)


def test_the_office_is_in_a_building_or_the_one_of_the_area_around(tmp_path: Path) -> None:
    """The office is in A1: nothing to A1, a minute to A2, a minute back."""
    world = World(row_of(2), pace=CLOSED)
    world.write(tmp_path)
    estate = (tmp_path / "estate.yaml").read_text("utf-8")
    nested = estate.replace("A: {}", "A:\n    within: B").replace("B: {}", "B:\n    office: A1")
    (tmp_path / "estate.yaml").write_text(nested, "utf-8")
    plan = world.reread(tmp_path).plan(moves=100)
    assert begins(plan, "19") == ["09:00", "09:11"]
    assert walking(plan) == (10, 10)


def test_an_office_that_only_the_table_of_ways_knows(tmp_path: Path) -> None:
    """From the lobby 7 minutes to A1 and 9 to A2, a minute between them: 17 minutes a day."""
    world = World(row_of(2), pace=CLOSED, walking=ways(("lobby", "A1", 7), ("lobby", "A2", 9)))
    world.write(tmp_path)
    estate = (tmp_path / "estate.yaml").read_text("utf-8")
    (tmp_path / "estate.yaml").write_text(estate.replace("A: {}", "A:\n    office: lobby"), "utf-8")
    assert walking(world.reread(tmp_path).plan(moves=100)) == (5 * 17, 5 * 17)


def test_who_stands_in_sets_out_from_the_own_office(tmp_path: Path) -> None:
    """On the 20th p2 walks both areas from the office of B: 11 minutes to A1, 10 to B1, one back."""
    buildings = [building("A1", 660), building("B1", 60, area="B")]
    people = ({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"})
    leave = [
        {
            "person": "p1",
            "from": "2026-10-20 00:00",
            "until": "2026-10-21 00:00",
            "approved": "yes",
            "substitute": "p2",
            "accepted_at": "2026-10-16 09:00",
        }
    ]
    world = World(buildings, people=people, leave=leave, pace=CLOSED, offices={"A": (600, 0), "B": (0, 0)})
    plan = planned(world, tmp_path)
    assert begins(plan, "20") == ["09:11", "09:31"]
    assert patrols(plan, "p2")["20"] == ["A1", "B1"]
    assert walking(plan) == (4 * 2 + 4 * 2 + 1 + 10 + 11,) * 2


def test_measured_ways_come_before_coordinates_and_hold_in_both_directions(tmp_path: Path) -> None:
    """By the street a minute each; there is a fence between A1 and A2, and A3 is up a stair: two up, one down."""
    walk = ways(("A2", "A1", 9), ("A2", "A3", 2), ("A3", "A2", 1))
    plan = planned(World(row_of(3), walking=walk, patrol={"at_least": 3}), tmp_path)
    assert patrols(plan)["19"] == ["A1", "A3", "A2"]  # 2 by the street, past A2, and 1 down
    assert walking(plan) == (5 * 3, 5 * 3)


def test_a_way_is_not_shortened_through_a_third_building(tmp_path: Path) -> None:
    """A1 to A3 was measured at 9 minutes, though it is 1 + 1 through A2, which A1 and A3 may do without."""
    walk = ways(("A1", "A3", 9), ("A1", "A2", 1), ("A2", "A3", 1))
    leave = [{"person": "p1", "from": "2026-10-20 00:00", "until": "2026-10-24 00:00", "approved": "yes"}]
    plan = planned(World(row_of(3), walking=walk, leave=leave), tmp_path)
    assert set(patrols(plan)) == {"19"}
    assert "A2" in patrols(plan)["19"]
    assert walking(plan)[0] == 1


def test_a_missing_way_between_buildings_without_coordinates_takes_two_minutes(tmp_path: Path) -> None:
    buildings = [building("A1"), building("A2"), building("A3")]
    plan = planned(World(buildings, walking=ways(("A1", "A2", 5)), patrol={"at_least": 3}), tmp_path)
    assert walking(plan) == (5 * 4, 5 * 4)


def test_closed_walks_in_an_area_without_an_office_are_refused(tmp_path: Path) -> None:
    world = World(row_of(2), pace=CLOSED, offices={"B": (0, 0)})
    with pytest.raises(InputError) as error:
        world.load(tmp_path).plan()
    [told] = error.value.diagnostics
    assert (told.code, told.found) == ("plan.no-office", "A")


def test_a_pin_that_leaves_no_time_for_the_way_back_cannot_be_kept(tmp_path: Path) -> None:
    """The slot ends at 10:00, and A1 is three minutes from the office."""
    world = World(row_of(2), pace=CLOSED, offices={"A": (-120, 0)})
    for begin, fits in (("09:47", True), ("09:48", False)):
        at = datetime.fromisoformat(f"2026-10-19 {begin}")
        pin = Task(at, at + timedelta(minutes=10), "p1", "patrol", "A1", pinned=True)
        if fits:
            assert begin in begins(planned(world, tmp_path / begin[-2:], pin), "19")
            continue
        with pytest.raises(InputError) as error:
            planned(world, tmp_path / begin[-2:], pin)
        assert [one.code for one in error.value.diagnostics] == ["plan.pins-too-far"]
