"""Checks of units on the way of patrols, worked out by hand; every plan is judged by the reference scorer as well."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

import dutyrules as dr
from dutyrules.diagnostics import InputError, Span
from dutyrules.plan import Plan, Status, Task
from tests.plan.patrol_world import (
    VACANT,
    WEEK,
    Loaded,
    World,
    at_minute,
    building,
    checked,
    claimed,
    patrols,
    row_of,
    unit,
)

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


def pin(day: str, time: str, kind: str, target: str) -> Task:
    at = datetime.fromisoformat(f"2026-10-{day} {time}")
    return Task(at, at + timedelta(minutes=5), "p1", kind, target, pinned=True)


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


def test_no_more_than_have_permits(folder: Path) -> None:
    """Two are owed; one unit has a permit throughout, another until Wednesday."""
    world = World(
        row_of(2),
        patrol={"at_least": 1},
        units=[unit("u1", "A1", state="occupied"), unit("u2", "A2", state="occupied")],
        permits=[permit("u1"), permit("u2", last="2026-10-21")],
        renovations={},
    )
    _, plan = planned(world, folder)
    assert {day: sorted(units) for day, units in checked(plan, "renovation").items()} == {
        **{day: ["u1", "u2"] for day in DAYS[:3]},
        **{day: ["u1"] for day in DAYS[3:]},
    }
    assert (plan.shortfall, plan.least_shortfall) == (0, 0)


def test_where_some_units_do_they_take_turns(folder: Path) -> None:
    world = World(
        row_of(1),
        patrol={"at_least": 1},
        units=[unit(f"u{number}", "A1") for number in (1, 2, 3)],
        permits=[permit(f"u{number}") for number in (1, 2, 3)],
        log=[at_minute("16", "09:00", "p1", "renovation", "u1")],
        renovations={"at_least": 1},
    )
    _, plan = planned(world, folder, start=date(2026, 10, 19))
    assert list(checked(plan, "renovation").values()) == [["u2"], ["u3"], ["u1"], ["u2"], ["u3"]]


def test_a_round_too_short_misses_one_of_both_and_proves_it(folder: Path) -> None:
    """Two patrols of ten minutes, one minute's way, two checks of five: 31 minutes, one more than there are."""
    world = World(
        row_of(2),
        slot=("09:00", "09:30"),
        units=[unit("u1", "A1"), unit("u2", "A2")],
        permits=[permit("u1"), permit("u2")],
        renovations={},
    )
    _, plan = planned(world, folder)
    assert plan.status is Status.INFEASIBLE
    assert plan.shortfall == plan.least_shortfall == 5
    cause = plan.shortfalls[0].causes[0]
    assert cause.message == "round_too_short"
    assert cause.numbers == {"buildings": 2, "units": 2, "minutes": 30, "needed": 31, "fit": 3}


def test_leave_cuts_a_round_and_checks_fit_around_it(folder: Path) -> None:
    leave = [{"person": "p1", "from": "2026-10-20 09:15", "until": "2026-10-20 09:20", "approved": "yes"}]
    world = World(
        row_of(1, minutes=15),
        patrol={"at_least": 1},
        slot=("09:00", "09:25"),
        leave=leave,
        units=[unit("u1", "A1")],
        permits=[permit("u1")],
        renovations={},
    )
    _, plan = planned(world, folder)
    assert day_of(plan, "20") == [("09:00", "patrol", "A1"), ("09:20", "renovation", "u1")]
    assert day_of(plan, "21") == [("09:00", "patrol", "A1"), ("09:15", "renovation", "u1")]
    longer = replace(world, check=6, slot=("09:00", "09:25"))
    _, plan = planned(longer, folder)
    assert [(one.day.day, one.number, one.causes[0].message) for one in plan.shortfalls] == [
        (20, 1, "round_too_short")
    ]  # 15 + 6 minutes, 20 are there
    assert plan.least_shortfall == 1


def test_substitutes_check_both_areas(folder: Path) -> None:
    world = World(
        [*row_of(1), *row_of(1, area="B")],
        people=({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"}),
        patrol={"at_least": 1},
        leave=[
            {
                "person": "p1",
                "from": "2026-10-21 00:00",
                "until": "2026-10-22 00:00",
                "approved": "yes",
                "substitute": "p2",
                "accepted_at": "2026-10-16 09:00",
            }
        ],
        units=[unit("u1", "A1"), unit("u2", "B1")],
        permits=[permit("u1"), permit("u2")],
        renovations={},
    )
    _, plan = planned(world, folder)
    assert plan.shortfall == 0
    found = {(f"{one.at:%d}", one.person, one.target) for one in plan.tasks if one.kind == "renovation"}
    assert {target for day, person, target in found if (day, person) == ("21", "p2")} == {"u1", "u2"}
    assert {target for day, person, target in found if (day, person) == ("22", "p2")} == {"u2"}


def test_a_pinned_check_stays_and_the_walk_leads_through_it(folder: Path) -> None:
    world = World(
        row_of(2),
        patrol={"at_least": 1},
        units=[unit("u1", "A1"), unit("u2", "A2")],
        permits=[permit("u1")],
        renovations={},
        vacant={},
    )
    pins = (pin("20", "09:30", "renovation", "u1"), pin("21", "09:40", "vacant", "u2"))
    loaded = world.load(folder)
    plan = loaded.plan(keep=pins)
    assert loaded.judged(plan) == claimed(plan) == []
    assert ("09:30", "renovation", "u1") in day_of(plan, "20")
    assert [day for day, units in checked(plan, "vacant").items() if "u2" in units] == ["21"]
    assert len(checked(plan, "renovation")["20"]) == 1


def test_a_plan_that_is_pinned_as_a_whole_stays(folder: Path) -> None:
    world = World(
        row_of(4),
        units=[unit("u1", "A1"), unit("u2", "A4"), unit("u3", "A2")],
        permits=[permit("u1"), permit("u2")],
        renovations={},
        vacant={},
    )
    loaded, plan = planned(world, folder)
    again = loaded.plan(keep=[replace(task, pinned=True) for task in plan.tasks])
    assert [replace(task, duties=()) for task in again.tasks] == [
        replace(task, pinned=True, duties=()) for task in plan.tasks
    ]
    assert (again.shortfall, again.measures[0].value) == (0, plan.measures[0].value)


def test_a_plan_that_is_kept_stays_where_it_can(folder: Path) -> None:
    """Frozen days stay as they are, checks too; of the others a new permit moves what it has to."""
    world = World(
        row_of(4),
        units=[unit("u1", "A1"), unit("u2", "A4"), unit("u3", "A2")],
        permits=[permit("u1"), permit("u2")],
        renovations={},
        vacant={},
    )
    loaded, plan = planned(world, folder)
    same = loaded.plan(keep=plan.tasks)
    assert (patrols(same), checked(same, "vacant")) == (patrols(plan), checked(plan, "vacant"))
    frozen = loaded.plan(keep=plan.tasks, freeze=date(2026, 10, 20))
    assert loaded.judged(frozen) == claimed(frozen) == []
    early = [task for task in plan.tasks if task.kind != "listed" and task.at.day <= 20]
    assert [task for task in frozen.tasks if task.kind != "listed" and task.at.day <= 20] == early


def test_a_work_plan_walks_to_units_as_well(folder: Path) -> None:
    world = World(
        row_of(2), units=[unit("u1", "A2"), unit("u2", "A1")], permits=[permit("u1")], renovations={}, vacant={}
    )
    loaded = world.load(folder)
    plan = dr.plan_work(loaded.estate, WEEK, loaded.log)
    assert checked(plan, "renovation") == {day: ["u1"] for day in DAYS}
    assert sum(len(units) for units in checked(plan, "vacant").values()) == 2
    assert plan.shortfall == 0


# ---------------------------------------------------------------- owed in a week or longer


def test_vacant_units_are_seen_early_where_one_is_anyway(folder: Path) -> None:
    """One building a day; five units, each is seen on the first day on which their building is."""
    world = World(
        row_of(5),
        patrol={"at_least": 1},
        slot=("09:00", "09:13"),  # one patrol, and one check of three minutes
        units=[unit(f"u{number}", f"A{number}") for number in range(1, 6)],
        vacant={},
        check=3,
    )
    _, plan = planned(world, folder)
    seen = {names[0]: day for day, names in patrols(plan).items()}
    assert {units[0]: day for day, units in checked(plan, "vacant").items()} == {
        f"u{number}": seen[f"A{number}"] for number in range(1, 6)
    }
    assert (plan.shortfall, plan.least_shortfall) == (0, 0)
    task = next(one for one in plan.tasks if one.kind == "vacant")
    assert (f"{task.at:%H:%M}", task.order, task.duties) == ("09:10", 2, ("vacant",))


def test_a_building_that_would_not_be_entered_is_entered_once(folder: Path) -> None:
    """Nobody can patrol A3, which takes longer than the slot; its unit is seen from A2, one minute away."""
    world = World(
        [*row_of(2), building("A3", 180, minutes=70)],
        patrol={"at_least": 1},
        units=[unit("u1", "A3"), unit("u2", "A3")],
        vacant={},
        listing=False,
    )
    _, plan = planned(world, folder)
    (day,) = checked(plan, "vacant")
    assert patrols(plan)[day] == ["A2"]
    assert [kind for _, kind, _ in day_of(plan, day)].count("vacant") == 2
    assert next((one.value, one.bound) for one in plan.measures if one.name == "walking") == (1, 0)
    assert plan.shortfall == 0


def test_more_units_than_there_is_time_for_is_proven(folder: Path) -> None:
    """Ten minutes a day for checks of five: ten in the week, of eleven; and patrols that are owed daily come first."""
    world = World(
        row_of(1, minutes=5),
        patrol={"at_least": 1},
        slot=("09:00", "09:10"),
        units=[unit(f"u{number}", "A1") for number in range(11)],
        vacant={},
        listing=False,
    )
    _, plan = planned(world, folder)
    assert (plan.shortfall, plan.least_shortfall) == (6, 1)
    assert plan.status is Status.INFEASIBLE
    cause = plan.shortfalls[0].causes[0]
    assert (cause.message, cause.numbers) == ("checks_too_long", {"need": 11, "minutes": 5, "days": 5, "fit": 10})


def test_what_is_done_or_leaves_is_not_seen_again(folder: Path) -> None:
    world = World(
        row_of(1),
        patrol={"at_least": 1},
        units=[
            unit("u1", "A1"),
            unit("u2", "A1"),
            unit("u3", "A1", last="2026-10-21"),
            unit("u4", "A1", first="2026-10-22"),
        ],
        vacant={},
        log=[at_minute("19", "09:00", "p1", "vacant", "u1"), at_minute("19", "09:05", "p1", "patrol", "A1")],
        listing=False,
    )
    _, plan = planned(world, folder)
    assert plan.start == date(2026, 10, 20)
    assert checked(plan, "vacant") == {"20": ["u2"]}
    assert plan.shortfall == 0


def test_checks_alone_make_rounds_of_their_own(folder: Path) -> None:
    world = World(
        row_of(2),
        patrol={"strength": "should"},
        listing=False,
        units=[unit("u1", "A1"), unit("u2", "A2")],
        permits=[permit("u2")],
        renovations={"per": "day", "slot": None},
        vacant={},
    )
    loaded = world.load(folder)
    plan = loaded.plan()
    assert not [one for one in loaded.judged(plan) if one[0] in plan.duties]
    assert patrols(plan) == {}
    assert checked(plan, "renovation") == {day: ["u2"] for day in DAYS}
    assert sum(len(units) for units in checked(plan, "vacant").values()) == 2
    assert plan.shortfall == 0


def test_ways_that_could_be_short_cuts_prove_nothing(folder: Path) -> None:
    """From A1 to A9 it is eight minutes; through a building nobody has measured, it is said to be four."""
    world = World(
        [building("A1", 60), building("A9", 540), building("A0")],
        units=[unit("u1", "A0")],
        vacant={},
        patrol={"at_least": 2},
        listing=False,
    )
    _, plan = planned(world, folder)
    assert next(one.bound for one in plan.measures if one.name == "walking") == 0


# ---------------------------------------------------------------- who plans what


def with_visits(world: World, folder: Path, kind: str) -> Path:
    world.write(folder)
    estate = yaml.safe_load((folder / "estate.yaml").read_text("utf-8"))
    estate["planning"]["visits"] = {
        kind: {"channel": "home", "per_day": 5, "minutes": 10, "hours": [["14:00", "16:00"]]}
    }
    (folder / "estate.yaml").write_text(yaml.safe_dump(estate, sort_keys=False), "utf-8")
    return folder / "estate.yaml"


def test_each_planner_names_what_the_other_plans(folder: Path) -> None:
    duties = {"visits": {**VACANT, "event": "visit", "slot": None, "clause": "5"}}
    world = World(row_of(2), units=[unit("u1", "A1")], vacant={}, duties=duties, listing=False)
    path = with_visits(world, folder, "vacant")
    book = folder / "book.yaml"
    book.write_text(book.read_text("utf-8").replace("  vacant:\n    target: unit\n", VISIT), "utf-8")
    path.write_text(path.read_text("utf-8").replace("    vacant:\n      channel", "    visit:\n      channel"), "utf-8")
    estate = dr.load_estate(path)
    visits, walks = dr.plan_visits(estate, WEEK), dr.plan_patrols(estate, WEEK)
    assert [(one.who, one.reason) for one in visits.unplanned] == [("vacant", "on_patrols")]
    assert [(one.who, one.reason) for one in walks.unplanned] == [("visits", "in_visits")]
    assert {task.kind for task in visits.tasks} == {"visit"}
    assert {task.kind for task in walks.tasks} == {"patrol", "vacant"}


VISIT = "  vacant:\n    target: unit\n  visit:\n    target: unit\n"


def test_no_kind_stands_in_both_sections(folder: Path) -> None:
    path = with_visits(World(row_of(2), units=[unit("u1", "A1")], vacant={}), folder, "vacant")
    with pytest.raises(InputError) as error:
        dr.load_estate(path)
    (found,) = error.value.diagnostics
    line = path.read_text("utf-8").split("\n").index("    vacant:") + 1
    assert isinstance(found.where, Span)
    assert (found.code, found.where.line) == ("estate.planned-twice", line)
