"""Rounds without targets, case by case; every plan is judged by the reference scorer as well."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dutyrules.diagnostics import InputError
from dutyrules.plan import Plan, Status, Task
from tests.plan.outing_world import (
    AFTERNOON,
    CLEANING,
    DETAILED,
    GREENING,
    JOINT,
    LEADS,
    RAIN,
    WALK,
    World,
    away,
    event,
    pin,
    told,
)
from tests.plan.patrol_world import claimed, row_of

TWO = {"walk": WALK, "afternoon": AFTERNOON}
THREE = {"joint": JOINT, "cleaning": CLEANING, "greening": GREENING}
DAYS = ("19", "20", "21", "22", "23")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "estate"


def planned(world: World, folder: Path, keep: tuple[Task, ...] = (), **options: Any) -> Plan:
    loaded = world.load(folder)
    plan = loaded.plan(keep=keep, **options)
    assert loaded.judged(plan) == claimed(plan)
    return plan


def causes(plan: Plan) -> set[tuple[object, ...]]:
    return {(cause.message, *cause.numbers.values()) for one in plan.shortfalls for cause in one.causes}


def measure(plan: Plan, name: str = "outings") -> tuple[int, int | None]:
    found = next(one for one in plan.measures if one.name == name)
    return found.value, found.bound


# ---------------------------------------------------------------- two rounds a day


def test_two_rounds_a_day_serve_both_duties(folder: Path) -> None:
    """From 08:30 to 17:30 are nine hours; half of them later is 13:00, and the afternoon begins at 15:00."""
    plan = planned(World(TWO, {"detailed": DETAILED}), folder)
    assert told(plan) == [f"{day} {time} li detailed" for day in DAYS for time in ("08:30", "15:00")]
    assert [task.duties for task in plan.tasks[:2]] == [("walk",), ("walk", "afternoon")]
    assert (plan.status, measure(plan)) == (Status.OPTIMAL, (10, 10))
    assert {(task.until - task.at).seconds for task in plan.tasks} == {3600}


def test_a_cut_afternoon_leaves_what_is_left(folder: Path) -> None:
    """Leave to 16:20 on the 20th: the round follows; to 16:40 on the 21st: there is no hour left before 17:30.

    Then both rounds are made from 08:30 to 12:00, half of those 210 minutes from each other: 90, in steps of half an
    hour, of which all limits are multiples. Half of 15:00 to 17:30 on leave would excuse; so the windows are longer.
    """
    afternoon = {**AFTERNOON, "windows": [["12:00", "17:30"]]}
    leave = (away("li", "20 15:00", "20 16:20"), away("li", "21 15:00", "21 16:40"))
    plan = planned(World({"walk": WALK, "afternoon": afternoon}, {"detailed": DETAILED}, leave=leave), folder)
    assert told(plan)[2:6] == [
        "20 08:30 li detailed",
        "20 16:20 li detailed",
        "21 08:30 li detailed",
        "21 10:00 li detailed",
    ]
    assert [(one.duty, one.day.day) for one in plan.shortfalls] == [("afternoon", 21)]
    assert plan.least_shortfall == plan.shortfall == 1
    assert plan.status is Status.INFEASIBLE
    assert causes(plan) == {("rounds_no_room", 1, 60, 50, 0)}


def test_an_order_excuses_the_afternoon(folder: Path) -> None:
    duties = {**TWO, "afternoon": {**AFTERNOON, "excused_by": {"event": "order"}}}
    paces = {"detailed": {**DETAILED, "hours": [["08:30", "12:00"]]}}
    log = [event(day, "14:00", "order") for day in DAYS]
    plan = planned(World(duties, paces, log=log), folder, start=date(2026, 10, 19))
    assert plan.shortfall == 0
    assert len(plan.tasks) == 10
    assert len(plan.unplanned) == 5


def test_the_shorter_round_where_it_does(folder: Path) -> None:
    plan = planned(World(TWO, {"detailed": DETAILED, "walked": {"minutes": 30}}), folder)
    assert {task.kind for task in plan.tasks if task.at.hour >= 15} == {"detailed"}
    assert sum(task.kind == "walked" for task in plan.tasks) == 5
    assert measure(plan) == (10, 10)


def test_no_room_for_two(folder: Path) -> None:
    """Three rounds of an hour in 100 minutes and 70 minutes: one and one fit."""
    paces = {"detailed": {"minutes": 60, "hours": [["08:30", "10:10"], ["15:00", "16:10"]]}}
    plan = planned(World({"walk": {**WALK, "at_least": 3}}, paces), folder)
    assert plan.shortfall == plan.least_shortfall == 5
    assert causes(plan) == {("rounds_no_room", 3, 60, 170, 2)}


def test_what_the_log_has_counts(folder: Path) -> None:
    log = [event("19", "09:00", "walked"), event("19", "15:30", "detailed"), event("20", "09:00", "walked")]
    plan = planned(World(TWO, {"detailed": DETAILED}, log=log), folder, start=date(2026, 10, 20))
    assert told(plan)[:3] == ["20 15:00 li detailed", "21 08:30 li detailed", "21 15:00 li detailed"]


def test_what_is_past_is_missed(folder: Path) -> None:
    log = [event("20", "09:00", "walked")]
    plan = planned(
        World(
            {"walk": WALK, "joint": {**JOINT, "participants": []}},
            {"detailed": DETAILED, "joint": {"minutes": 5}},
            log=log,
        ),
        folder,
    )
    assert [(one.duty, one.day.day, one.number) for one in plan.shortfalls] == [("walk", 19, 2), ("walk", 20, 1)]
    assert causes(plan) == {("before_start", "2026-10-21")}
    assert [line[:2] for line in told(plan, "joint")] == ["21", "22", "23"]


def test_rounds_and_patrols_do_not_meet(folder: Path) -> None:
    """Two buildings of ten minutes are patrolled from 09:00; the round that must end by 10:10 comes after them."""
    patrol = {
        "check": "quota",
        "event": "patrol",
        "distinct": "target",
        "per": "workday",
        "at_least": 2,
        "slot": "round",
        "clause": "9",
    }
    paces: dict[str, Any] = {
        "patrol": {"metres_per_minute": 60},
        "walked": {"minutes": 30, "hours": [["09:00", "10:10"]]},
    }
    world = World(
        {"patrol": patrol, "walk": {**WALK, "at_least": 1}},
        paces,
        buildings=row_of(3),
        slots={"round": ("09:00", "10:00")},
    )
    plan = planned(world, folder)
    assert plan.shortfall == 0
    for day in DAYS:
        ends = [task.until for task in plan.tasks if task.kind == "patrol" and f"{task.at:%d}" == day]
        begin = next(task.at for task in plan.tasks if task.kind == "walked" and f"{task.at:%d}" == day)
        assert begin >= max(ends)


def test_a_round_for_each_window_and_in_its_own_area(folder: Path) -> None:
    duty = {
        "check": "quota",
        "event": "around",
        "per": "workday",
        "windows": [["09:00", "11:00"], ["15:00", "17:00"]],
        "count": "each_window",
        "at_least": 1,
        "clause": "1",
    }
    plan = planned(World({"area": duty}, {"around": {"minutes": 30}}), folder)
    assert [f"{task.at:%d %H:%M} {task.target}" for task in plan.tasks[:2]] == ["19 09:00 A", "19 15:00 A"]
    assert plan.status is Status.OPTIMAL


def test_inside_the_slot(folder: Path) -> None:
    duty = {**WALK, "event": "walked", "at_least": 1, "slot": "perimeter"}
    plan = planned(
        World({"outside": duty}, {"walked": {"minutes": 30}}, slots={"perimeter": ("11:00", "12:00")}), folder
    )
    assert told(plan) == [f"{day} 11:00 li walked" for day in DAYS]


def test_what_a_round_has_to_say(folder: Path) -> None:
    duties = {
        "floors": {**WALK, "event": "detailed", "at_least": 1, "where": {"floors": ["seen", "some"]}},
        "yard": {**WALK, "event": "detailed", "at_least": 1, "where": {"yard": "seen"}},
        "some": {**WALK, "event": "detailed", "at_least": 2, "where": {"floors": "some"}},
    }
    plan = planned(World(duties, {"detailed": DETAILED}), folder)
    assert measure(plan) == (10, 10)
    assert sorted(sorted(task.attributes.items()) for task in plan.tasks[:2]) == [
        [("floors", "some")],
        [("floors", "some"), ("yard", "seen")],
    ]


# ---------------------------------------------------------------- joint rounds


def test_three_joint_rounds_evenly_over_the_week(folder: Path) -> None:
    """Monday, Wednesday and Friday are as near to an even share as three of five days can be; one needs each lead."""
    plan = planned(World(THREE, {"joint": {"minutes": 40}}, people=({"person": "li", "area": "A"}, *LEADS)), folder)
    found = told(plan)
    assert [line[:8] for line in found] == ["19 08:00", "21 08:00", "23 08:00"]
    assert {line.split()[-1] for line in found} == {"qing", "lv"}
    assert all(len(line.split()) == 5 for line in found)
    assert (plan.status, measure(plan)) == (Status.OPTIMAL, (3, 3))


def test_a_lead_on_leave_comes_on_other_days(folder: Path) -> None:
    """Greening is away on Monday and Wednesday, cleaning from Tuesday to Friday: who comes is settled by that."""
    leave = (
        away("lv", "19 00:00", "20 00:00"),
        away("lv", "21 00:00", "22 00:00"),
        away("qing", "20 00:00", "24 00:00"),
    )
    plan = planned(
        World(THREE, {"joint": {"minutes": 40}}, people=({"person": "li", "area": "A"}, *LEADS), leave=leave), folder
    )
    along = {line[:2]: line.split()[-1] for line in told(plan)}
    assert plan.shortfall == 0
    assert all(who == ("qing" if day == "19" else "lv") for day, who in along.items())
    assert {"19"} < set(along) <= {"19", "20", "22", "23"}


def test_a_lead_is_in_one_place_at_a_time(folder: Path) -> None:
    butlers = tuple({"person": name, "area": "A"} for name in ("b1", "b2", "b3"))
    duty = {**JOINT, "participants": ["cleaning"], "at_least": 1}
    leave = tuple(away("qing", f"{day} 00:00", f"{day + 1} 00:00") for day in (19, 20, 22, 23))
    paces = {"joint": {"minutes": 40, "hours": [["09:00", "11:00"]]}}
    plan = planned(World({"joint": duty}, paces, people=(*butlers, LEADS[0]), leave=leave), folder)
    assert sorted(line[:8] for line in told(plan)) == ["21 09:00", "21 09:40", "21 10:20"]
    assert plan.status is Status.OPTIMAL


def test_leads_with_too_little_time_are_a_proven_shortfall(folder: Path) -> None:
    """Three butlers need nine rounds of 40 minutes; an hour on each of five days has room for five."""
    butlers = tuple({"person": name, "area": "A"} for name in ("b1", "b2", "b3"))
    duty = {**JOINT, "participants": ["cleaning"]}
    paces = {"joint": {"minutes": 40, "hours": [["09:00", "10:00"]]}}
    plan = planned(World({"joint": duty}, paces, people=(*butlers, LEADS[0])), folder)
    assert plan.shortfall == plan.least_shortfall == 4
    assert len(plan.tasks) == 5
    assert causes(plan) == {("rounds_nobody_free", 3, 9, 40, 300, 5, "cleaning", 1)}


def test_nobody_of_the_role(folder: Path) -> None:
    plan = planned(World({"joint": JOINT}, {"joint": {"minutes": 40}}), folder)
    assert plan.shortfall == plan.least_shortfall == 3
    assert causes(plan) == {("rounds_nobody", "lead")}


def test_a_lead_of_another_area_does_not_come(folder: Path) -> None:
    people = ({"person": "li", "area": "A"}, {"person": "qing", "role": "cleaning", "area": "B"})
    plan = planned(World({"joint": JOINT}, {"joint": {"minutes": 40}}, people=people), folder)
    assert plan.shortfall == 3


def test_both_leads_at_once_where_that_is_fewer(folder: Path) -> None:
    duties = {"cleaning": {**CLEANING, "at_least": 2}, "greening": {**GREENING, "at_least": 2}}
    plan = planned(World(duties, {"joint": {"minutes": 40}}, people=({"person": "li", "area": "A"}, *LEADS)), folder)
    assert measure(plan) == (2, 2)
    assert {task.along for task in plan.tasks} <= {("qing", "lv"), ("lv", "qing")}


# ---------------------------------------------------------------- rain and occasions


def test_on_a_rain_day_the_checks_come_first(folder: Path) -> None:
    log = [event("21", "09:30", "rain", "")]
    paces: dict[str, Any] = {"detailed": DETAILED, **{kind: {"minutes": 15} for kind in ("roof", "lobby", "sign")}}
    plan = planned(World({**TWO, "rain": RAIN}, paces, log=log), folder, start=date(2026, 10, 20))
    mine = [line for line in told(plan) if line.startswith("21")]
    assert sorted(line.split()[1] for line in mine if line.split()[-1] in ("roof", "lobby", "sign")) == [
        "09:30",
        "09:45",
        "10:00",
    ]
    assert plan.shortfall == 1 * 2 + 1  # the 19th lies before the plan
    assert {one.day.day for one in plan.shortfalls} == {19}


def test_rain_that_comes_too_late(folder: Path) -> None:
    """Half an hour before the end of work there is no room for three checks of a quarter of an hour."""
    log = [event("21", "17:30", "rain", "")]
    paces = {kind: {"minutes": 15} for kind in ("roof", "lobby", "sign")}
    plan = planned(World({"rain": RAIN}, paces, log=log), folder, start=date(2026, 10, 20))
    assert plan.shortfall == plan.least_shortfall == 1
    assert plan.shortfalls[0].duty == "rain"


def test_an_occasion_moves_rounds_and_patrols(folder: Path) -> None:
    patrol = {
        "check": "quota",
        "event": "patrol",
        "distinct": "target",
        "per": "workday",
        "at_least": 2,
        "slot": "round",
        "clause": "9",
    }
    paces: dict[str, Any] = {"patrol": {"metres_per_minute": 60}, "detailed": DETAILED}
    occasions = [{"date": "2026-10-21", "areas": ["A"], "busy": [["08:00", "11:30"]], "title": "Autumn festival"}]
    people = ({"person": "li", "area": "A1"}, {"person": "wu", "area": "B"})
    buildings = [*row_of(2, area="A1"), *row_of(2, area="B")]
    world = World(
        {"patrol": patrol, "walk": WALK},
        paces,
        people=people,
        occasions=occasions,
        buildings=buildings,
        slots={"round": ("09:00", "12:00")},
    )
    plan = planned(world, folder)
    assert plan.shortfall == 0
    mine = {
        person: [line for line in told(plan) if line.startswith("21") and person in line] for person in ("li", "wu")
    }
    assert min(line[3:8] for line in mine["wu"]) == "09:00"
    assert min(line[3:8] for line in mine["li"]) == "11:30"


def test_an_occasion_that_leaves_too_little(folder: Path) -> None:
    occasions = [{"date": "2026-10-21", "busy": [["15:00", "16:00"], ["16:10", "16:40"]], "title": "Inspection"}]
    plan = planned(World({"afternoon": AFTERNOON}, {"detailed": DETAILED}, occasions=occasions), folder)
    assert [(one.duty, one.day.day) for one in plan.shortfalls] == [("afternoon", 21)]
    assert causes(plan) == {("rounds_no_room", 1, 60, 60, 0), ("occasion", "Inspection", 90)}
    assert plan.least_shortfall == 1


# ---------------------------------------------------------------- pins


def test_pinned_rounds_stay_and_count(folder: Path) -> None:
    keep = (pin("20", "10:00", "detailed", 60), pin("20", "16:00", "detailed", 60))
    plan = planned(World(TWO, {"detailed": DETAILED}), folder, keep)
    assert told(plan)[2:4] == ["20 10:00 li detailed", "20 16:00 li detailed"]
    assert plan.status is Status.OPTIMAL


def test_a_pinned_joint_round_takes_the_time_of_who_comes_along(folder: Path) -> None:
    butlers = ({"person": "li", "area": "A"}, {"person": "wu", "area": "A"})
    duty = {**JOINT, "participants": ["cleaning"], "at_least": 1}
    leave = tuple(away("qing", f"{day} 00:00", f"{day + 1} 00:00") for day in (19, 20, 22, 23))
    paces = {"joint": {"minutes": 40, "hours": [["09:00", "11:00"]]}}
    keep = (pin("21", "09:20", "joint", 40, participants="qing"),)
    plan = planned(World({"joint": duty}, paces, people=(*butlers, LEADS[0]), leave=leave), folder, keep)
    assert told(plan) == ["21 09:20 li joint qing", "21 10:00 wu joint qing"]


def test_a_pinned_round_that_counts_for_nothing(folder: Path) -> None:
    loaded = World({"afternoon": AFTERNOON}, {"detailed": DETAILED}).load(folder)
    with pytest.raises(InputError) as error:
        loaded.plan(keep=[pin("20", "10:00", "detailed", 60)])
    assert [one.code for one in error.value.diagnostics] == ["plan.pin-not-owed"]


# ---------------------------------------------------------------- what is left alone, and what is refused


def test_what_is_left_alone_is_named(folder: Path) -> None:
    duties: dict[str, Any] = {
        "anybody": {**WALK, "performed_by": "any"},
        "advice": {**WALK, "strength": "should"},
        "mixed": {**WALK, "event": ["walked", "patrol"]},
        "ordered": {**RAIN, "follow_up": {"in_order": ["roof", "lobby"]}},
        "chain": {**RAIN, "trigger": "roof", "follow_up": "lobby", "owed_by": "person"},
    }
    paces: dict[str, Any] = {kind: {} for kind in ("walked", "roof", "lobby")}
    plan = World(duties, paces).load(folder).plan()
    assert {one.who: one.reason for one in plan.unplanned} == {
        "anybody": "done_by_anybody",
        "advice": "not_must",
        "mixed": "counts_events",
        "ordered": "several_follow_ups",
        "chain": "set_off_by_rounds",
    }


@pytest.mark.parametrize(
    ("paces", "occasions", "code", "found"),
    [
        ({"walked": {"minutes": 90, "hours": [["09:00", "10:00"]]}}, [], "estate.no-hours", "60 minutes at a stretch"),
        ({"walked": {"hours": []}}, [], "estate.bad-windows", "[]"),
        ({"walked": {}}, [{"date": "2026-10-21", "busy": [], "title": "x"}], "estate.bad-windows", "[]"),
        (
            {"walked": {}},
            [{"date": "2026-10-21", "busy": [["9:00", "10:00"]], "title": "x", "areas": ["C"]}],
            None,
            None,
        ),
        (
            {"walked": {}},
            [{"date": "2026-10-21", "busy": [["09:00", "10:00"]], "title": "x", "areas": ["AA"]}],
            "estate.unknown-area",
            "AA",
        ),
    ],
)
def test_wrong_hours_and_occasions_have_a_place(
    folder: Path, paces: Any, occasions: Any, code: str | None, found: str | None
) -> None:
    with pytest.raises(InputError) as error:
        World({"walk": WALK}, paces, occasions=occasions).load(folder)
    one = error.value.diagnostics[0]
    assert one.where is not None
    assert code is None or (one.code, one.found) == (code, found)


def test_the_same_plan_every_time(folder: Path) -> None:
    world = World(
        {**TWO, **THREE},
        {"detailed": DETAILED, "joint": {"minutes": 40}},
        people=({"person": "li", "area": "A"}, *LEADS),
    )
    loaded = world.load(folder)
    assert loaded.plan().tasks == loaded.plan().tasks
