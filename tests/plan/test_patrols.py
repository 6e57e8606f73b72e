"""Plans of patrols, case by case; every plan is judged by the reference scorer as well."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import chain, pairwise
from pathlib import Path
from typing import Any

import pytest

from dutyrules.diagnostics import InputError
from dutyrules.plan import Plan, Status, Task
from tests.plan.patrol_world import (
    LIST,
    PATROL,
    WEEK,
    Loaded,
    World,
    at_minute,
    building,
    claimed,
    listed,
    patrols,
    row_of,
    walked,
)

DAYS = ("19", "20", "21", "22", "23")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "estate"


def planned(world: World, folder: Path, keep: tuple[Task, ...] = (), **options: Any) -> tuple[Loaded, Plan]:
    loaded = world.load(folder)
    plan = loaded.plan(keep=keep, **options)
    assert loaded.judged(plan) == claimed(plan)
    return loaded, plan


def measure(plan: Plan, name: str) -> tuple[int, int | None]:
    found = next(one for one in plan.measures if one.name == name)
    return found.value, found.bound


def pin(day: str, time: str, target: str, *, person: str = "p1", kind: str = "patrol", minutes: int = 10) -> Task:
    at = datetime.fromisoformat(f"2026-10-{day} {time}")
    return Task(at, at + timedelta(minutes=minutes), person, kind, target, pinned=True)


def codes(error: pytest.ExceptionInfo[InputError]) -> list[str]:
    return [one.code for one in error.value.diagnostics]


# ---------------------------------------------------------------- what is owed


def test_every_workday_as_many_as_owed_and_listed_before(folder: Path) -> None:
    world = World(row_of(5))
    _, plan = planned(world, folder)
    found = patrols(plan)
    assert tuple(found) == DAYS
    assert all(len(set(seen)) == 2 for seen in found.values())
    assert listed(plan) == {
        f"10-{before} 16:40": sorted(found[day]) for before, day in zip(("16", *DAYS), DAYS, strict=False)
    }
    assert (plan.shortfall, plan.least_shortfall, plan.complete) == (0, 0, True)
    assert plan.duties == ("patrol", "listing")
    assert measure(plan, "walking") == (walked(plan, world.buildings), 6)


def test_no_more_than_there_are(folder: Path) -> None:
    _, plan = planned(World(row_of(1)), folder)
    assert patrols(plan) == {day: ["A1"] for day in DAYS}
    assert plan.status is Status.OPTIMAL


def test_without_a_cap_too_few_buildings_are_a_shortfall(folder: Path) -> None:
    _, plan = planned(World(row_of(1), patrol={"cap": None}), folder)
    assert plan.status is Status.INFEASIBLE
    assert (plan.shortfall, plan.least_shortfall) == (5, 5)
    assert {(cause.message, *cause.numbers.values()) for one in plan.shortfalls for cause in one.causes} == {
        ("few_buildings", 2, 1)
    }


def test_an_area_without_buildings_owes_nothing_that_could_be_done(folder: Path) -> None:
    people = ({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"})
    _, plan = planned(World(row_of(3), people=people, patrol={"cap": None}), folder)
    assert set(patrols(plan, "p2")) == set()
    assert plan.shortfall == plan.least_shortfall == 10


def test_a_slot_too_short_says_how_many_fit(folder: Path) -> None:
    world = World(row_of(4, minutes=15), slot=("09:00", "09:40"), patrol={"at_least": 3})
    _, plan = planned(world, folder)
    assert plan.status is Status.INFEASIBLE
    assert plan.shortfall == plan.least_shortfall == 5
    cause = plan.shortfalls[0].causes[0]
    assert cause.message == "slot_too_short"
    assert cause.numbers == {"need": 3, "areas": 1, "minutes": 40, "needed": 47, "fit": 2}


def test_a_slot_in_pieces_may_be_long_enough_and_still_too_short(folder: Path) -> None:
    leave = [{"person": "p1", "from": "2026-10-20 09:20", "until": "2026-10-20 09:30", "approved": "yes"}]
    world = World(row_of(3, minutes=15), leave=leave, slot=("09:00", "09:47"), patrol={"at_least": 2})
    _, plan = planned(world, folder)
    assert plan.shortfall == 0
    world = World(row_of(3, minutes=17), leave=leave, slot=("09:00", "09:46"), patrol={"at_least": 2})
    _, plan = planned(world, folder)
    assert [(one.day.day, one.number) for one in plan.shortfalls] == [(20, 1)]
    cause = plan.shortfalls[0].causes[0]
    assert cause.message == "slot_does_not_fit"
    assert cause.numbers == {"need": 2, "areas": 1, "minutes": 36, "fit": 1, "pieces": 2}


def test_what_is_not_proven_is_said_to_be_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dutyrules.plan.menus.LISTED", 2)
    monkeypatch.setattr("dutyrules.plan.assignment.FITTING", 0.0)
    world = World(row_of(6, minutes=15), slot=("09:00", "09:40"), patrol={"at_least": 3})
    _, plan = planned(world, folder)
    assert plan.shortfall == 5
    assert plan.least_shortfall < 5
    assert {one.causes[0].message for one in plan.shortfalls} == {"slot_perhaps_too_short"}
    assert plan.status is Status.UNKNOWN


def test_a_slot_outside_the_shift_leaves_no_time(folder: Path) -> None:
    roster = [{"person": "p1", "date": f"2026-10-{day}", "start": "13:00", "end": "21:00"} for day in DAYS]
    _, plan = planned(World(row_of(3), roster=roster), folder)
    assert patrols(plan) == {}
    assert plan.shortfall == plan.least_shortfall == 10
    assert plan.shortfalls[0].causes[0].numbers["minutes"] == 0


def test_without_a_slot_the_shift_counts(folder: Path) -> None:
    _, plan = planned(World(row_of(3), patrol={"slot": None}), folder)
    assert plan.tasks[2].at == datetime(2026, 10, 19, 8, 0)


def test_windows_of_the_duty_come_before_its_slot(folder: Path) -> None:
    windows = [["10:00", "10:15"], ["14:00", "14:15"]]
    _, plan = planned(World(row_of(3), patrol={"windows": windows}), folder)
    times = {f"{task.at:%H:%M}" for task in plan.tasks if task.kind == "patrol"}
    assert times == {"10:00", "14:00"}
    assert plan.shortfall == 0


def test_each_window_is_an_obligation_of_its_own(folder: Path) -> None:
    patrol = {"windows": [["10:00", "10:15"], ["14:00", "14:15"]], "count": "each_window", "at_least": 1}
    _, plan = planned(World(row_of(3), patrol=patrol), folder)
    assert plan.shortfall == 0
    assert all(len(seen) == 2 for seen in patrols(plan).values())


def test_events_say_what_the_duty_asks_for(folder: Path) -> None:
    world = World(row_of(3), patrol={"where": {"outcome": ["done", "seen"]}}, listing=False)
    _, plan = planned(world, folder)
    assert {tuple(task.attributes.items()) for task in plan.tasks} == {(("outcome", "done"),)}


def test_what_is_not_planned_is_named(folder: Path) -> None:
    duties = {
        "advised": {**PATROL, "clause": "3", "strength": "should"},
        "weekly": {**PATROL, "clause": "4", "per": "week"},
        "counted": {**PATROL, "clause": "5", "distinct": None},
        "at_once": {**LIST, "clause": "6", "lag": "none"},
    }
    _, plan = planned(World(row_of(3), duties=duties), folder)
    assert [(one.who, one.reason) for one in plan.unplanned] == [
        ("advised", "not_must"),
        ("weekly", "not_daily"),
        ("counted", "counts_events"),
        ("at_once", "not_the_workday_before"),
    ]


def test_an_estate_that_plans_no_patrols_says_how_it_could(folder: Path) -> None:
    loaded = World(row_of(2)).load(folder)
    with pytest.raises(InputError) as error:
        replace(loaded, estate=replace(loaded.estate, planning=type(loaded.estate.planning)())).plan()
    assert codes(error) == ["plan.no-patrols"]


# ---------------------------------------------------------------- who is there


def test_substitutes_walk_both_areas_and_list_both(folder: Path) -> None:
    world = World(
        [*row_of(4), *row_of(4, area="B")],
        people=({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"}),
        leave=[
            {
                "person": "p1",
                "from": "2026-10-21",
                "until": "2026-10-23",
                "approved": "yes",
                "substitute": "p2",
                "accepted_at": "2026-10-20 10:00",
            }
        ],
    )
    _, plan = planned(world, folder)
    assert set(patrols(plan, "p1")) == {"19", "20", "23"}
    both = patrols(plan, "p2")
    assert {day: sorted(name[0] for name in seen) for day, seen in both.items()} == {
        day: ["A", "A", "B", "B"] if day in ("21", "22") else ["B", "B"] for day in DAYS
    }
    after_leave = patrols(plan, "p1")["23"]  # whose last workday before is the 20th
    assert sorted(listed(plan)["10-20 16:40"]) == sorted([*both["21"], *after_leave])
    assert listed(plan)["10-21 16:40"] == sorted(both["22"])
    assert plan.shortfall == 0


def test_a_substitute_without_time_for_both_misses_what_does_not_fit(folder: Path) -> None:
    leave = {"person": "p1", "from": "2026-10-21", "until": "2026-10-22", "approved": "yes", "substitute": "p2"}
    world = World(
        [*row_of(4), *row_of(4, area="B")],
        people=({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"}),
        leave=[{**leave, "accepted_at": "2026-10-20 10:00"}],
        slot=("09:00", "09:35"),
    )
    _, plan = planned(world, folder)
    assert [(one.day.day, one.number) for one in plan.shortfalls] == [(21, 1)]
    assert plan.least_shortfall == 1
    assert plan.shortfalls[0].causes[0].numbers == {"need": 4, "areas": 2, "minutes": 35, "needed": 41, "fit": 3}


def test_leave_without_a_substitute_owes_nothing(folder: Path) -> None:
    leave = [{"person": "p1", "from": "2026-10-21", "until": "2026-10-22", "approved": "yes"}]
    _, plan = planned(World(row_of(4), leave=leave), folder)
    assert set(patrols(plan)) == set(DAYS) - {"21"}
    assert "10-20 16:40" in listed(plan)
    assert plan.shortfall == 0


def test_part_day_leave_shortens_a_round_or_excuses_it(folder: Path) -> None:
    leave = [
        {"person": "p1", "from": "2026-10-20 09:10", "until": "2026-10-20 09:30", "approved": "yes"},
        {"person": "p1", "from": "2026-10-21 08:00", "until": "2026-10-21 09:30", "approved": "yes"},
    ]
    _, plan = planned(World(row_of(4, minutes=9), leave=leave, patrol={"at_least": 3}), folder)
    times = [f"{task.at:%H:%M}" for task in plan.tasks if task.kind == "patrol" and task.at.day == 20]
    assert times == ["09:00", "09:30", "09:40"]
    assert "21" not in patrols(plan)
    assert [(one.who, one.reason) for one in plan.unplanned] == [("patrol p1@A@butler 2026-10-21", "leave")]
    assert plan.shortfall == 0


def test_who_is_away_when_lists_are_published_does_it_at_another_time(folder: Path) -> None:
    leave = [{"person": "p1", "from": "2026-10-20 16:00", "until": "2026-10-20 17:00", "approved": "yes"}]
    _, plan = planned(World(row_of(4), leave=leave), folder)
    assert "10-20 15:59" in listed(plan)
    assert plan.shortfall == 0


def test_the_first_day_in_a_post_owes_no_list(folder: Path) -> None:
    people = ({"person": "p1", "area": "A", "from": "2026-10-20"},)
    _, plan = planned(World(row_of(4), people=people), folder)
    assert set(patrols(plan)) == set(DAYS) - {"19"}
    assert set(listed(plan)) == {"10-20 16:40", "10-21 16:40", "10-22 16:40"}


def test_after_a_transfer_the_new_area_is_patrolled_and_the_rotation_goes_on(folder: Path) -> None:
    people = (
        {"person": "p1", "area": "A", "to": "2026-10-20"},
        {"person": "p1", "area": "B", "from": "2026-10-21"},
        {"person": "p2", "area": "A", "from": "2026-10-21"},
    )
    _, plan = planned(World([*row_of(4), *row_of(4, area="B")], people=people), folder)
    own = patrols(plan, "p1")
    assert ["".join(sorted({name[0] for name in seen})) for seen in own.values()] == ["A", "A", "B", "B", "B"]
    in_turn = [*list(own.values())[:2], *patrols(plan, "p2").values()]
    assert all(set(one) != set(other) for one, other in pairwise(in_turn))
    assert set(chain(*in_turn[:3])) == {"A1", "A2", "A3", "A4"}
    assert plan.shortfall == 0


def test_a_building_that_opens_or_closes_is_patrolled_while_it_is_there(folder: Path) -> None:
    world = World([*row_of(2), building("A9", 180, last="2026-10-20"), building("A8", 240, first="2026-10-21")])
    _, plan = planned(world, folder)
    days = {name: [day for day, seen in patrols(plan).items() if name in seen] for name in ("A8", "A9")}
    assert days["A8"]
    assert days["A9"]
    assert min(days["A8"]) >= "21"
    assert max(days["A9"]) <= "20"
    assert plan.shortfall == 0


# ---------------------------------------------------------------- in turn


def test_nobody_waits_longer_than_promised_and_no_day_is_like_the_one_before(folder: Path) -> None:
    world = World(row_of(5), pace={"longest_gap": 3})
    loaded, _ = planned(world, folder)
    plan = loaded.plan("2026-10")
    seen = list(patrols(plan).values())
    assert all(set(one) != set(other) for one, other in pairwise(seen))
    for name in ("A1", "A2", "A3", "A4", "A5"):
        days = [-1, *(day for day, names in enumerate(seen) if name in names), len(seen)]
        assert max(later - earlier for earlier, later in pairwise(days)) <= 3
    counts = [sum(name in names for names in seen) for name in ("A1", "A2", "A3", "A4", "A5")]
    assert max(counts) - min(counts) <= 1
    assert measure(plan, "long_waits") == (0, 0)
    assert measure(plan, "longest_gap") == (3, 3)


def test_a_gap_that_nobody_can_keep_is_a_measure_not_a_shortfall(folder: Path) -> None:
    _, plan = planned(World(row_of(6), pace={"longest_gap": 1}), folder)
    value, bound = measure(plan, "long_waits")
    assert value > 0
    assert bound == 0
    assert measure(plan, "longest_gap")[1] == 3
    assert plan.shortfall == 0


def test_the_log_says_who_has_waited(folder: Path) -> None:
    log = [
        at_minute(day, f"09:{minute}0", "p1", kind, name)
        for day, names in (("14", "12"), ("15", "12"), ("16", "12"))
        for minute, number in enumerate(names)
        for kind, name in (("patrol", f"A{number}"), ("listed", f"A{number}"))
    ]
    log += [at_minute("16", "16:40", "p1", "listed", f"A{number}") for number in range(1, 5)]
    _, plan = planned(World(row_of(4), log=log), folder)
    assert sorted(patrols(plan)["19"]) == ["A3", "A4"]
    assert measure(plan, "longest_gap") == (4, 4)
    assert measure(plan, "long_waits") == (2, 2)


# ---------------------------------------------------------------- what is done


def test_days_of_the_log_are_past_and_what_they_miss_is_said(folder: Path) -> None:
    log = [
        at_minute("16", "16:40", "p1", "listed", "A1"),
        at_minute("19", "09:00", "p1", "patrol", "A1"),
        at_minute("19", "16:40", "p1", "listed", "A2"),
        at_minute("19", "16:40", "p1", "listed", "A3"),
        at_minute("20", "09:00", "p1", "patrol", "A2"),
        at_minute("20", "09:20", "p1", "patrol", "A3"),
        at_minute("20", "16:40", "p1", "listed", "A4"),
        at_minute("20", "16:40", "p1", "listed", "A1"),
    ]
    _, plan = planned(World(row_of(4), log=log), folder)
    assert plan.start == date(2026, 10, 21)
    assert sorted(patrols(plan)["21"]) == ["A1", "A4"]
    assert [(one.day.day, one.number, one.causes[0].message) for one in plan.shortfalls] == [(19, 1, "before_start")]
    assert (plan.status, plan.least_shortfall) == (Status.INFEASIBLE, 1)


def test_a_list_that_is_too_late_costs_less_than_no_patrol(folder: Path) -> None:
    log = [at_minute("19", "09:00", "p1", "patrol", "A1"), at_minute("19", "16:40", "p1", "listed", "A4")]
    _, plan = planned(World(row_of(4), log=log), folder)
    assert len(patrols(plan)["20"]) == 2
    assert "A4" in patrols(plan)["20"]
    late = [one for one in plan.shortfalls if one.day.day == 20]
    assert [(one.duty, one.number, one.causes[0].message) for one in late] == [("listing", 1, "not_listed")]
    assert plan.shortfall == plan.least_shortfall


def test_the_start_may_be_given(folder: Path) -> None:
    _, plan = planned(World(row_of(4)), folder, start=date(2026, 10, 22))
    assert set(patrols(plan)) == {"22", "23"}
    assert plan.shortfall == plan.least_shortfall == 6 + 2


def test_patrols_of_the_day_itself_count(folder: Path) -> None:
    log = [at_minute("16", "16:40", "p1", "listed", "A1"), at_minute("19", "09:00", "p1", "patrol", "A1")]
    _, plan = planned(World(row_of(4), log=log), folder, start=date(2026, 10, 19))
    assert len(patrols(plan)["19"]) == 1
    assert patrols(plan)["19"] != ["A1"]


def test_when_the_log_ends_before_the_last_workday_its_list_is_still_to_come(folder: Path) -> None:
    log = [at_minute("15", "09:00", "p1", "patrol", "A1")]
    _, plan = planned(World(row_of(4), log=log), folder)
    assert "10-16 16:40" in listed(plan)
    log = [at_minute("16", "09:00", "p1", "patrol", "A1")]
    _, plan = planned(World(row_of(4), log=log), folder)
    assert "10-16 16:40" not in listed(plan)
    assert plan.shortfall == plan.least_shortfall == 2


# ---------------------------------------------------------------- pins


def test_pins_stay_and_the_walk_leads_through_them(folder: Path) -> None:
    fixed = pin("20", "09:25", "A4")
    _, plan = planned(World(row_of(5), patrol={"at_least": 3}), folder, (fixed,))
    on_20 = [task for task in plan.tasks if task.kind == "patrol" and task.at.day == 20]
    assert len(on_20) == 3
    kept = next(task for task in on_20 if task.target == "A4")
    assert (kept.at, kept.until, kept.pinned) == (fixed.at, fixed.until, True)
    assert sum(task.pinned for task in plan.tasks) == 1
    assert "A4" in listed(plan)["10-19 16:40"]


def test_more_pins_than_owed_all_stay(folder: Path) -> None:
    fixed = tuple(pin("20", f"09:{minute}", name) for minute, name in (("00", "A1"), ("15", "A2"), ("30", "A3")))
    _, plan = planned(World(row_of(5)), folder, fixed)
    assert sorted(patrols(plan)["20"]) == ["A1", "A2", "A3"]


def test_pinned_lists_are_not_written_twice(folder: Path) -> None:
    fixed = (pin("20", "09:00", "A1"), pin("19", "10:30", "A1", kind="listed", minutes=0))
    _, plan = planned(World(row_of(4)), folder, fixed)
    assert listed(plan)["10-19 10:30"] == ["A1"]
    assert "A1" not in listed(plan)["10-19 16:40"]


def test_pins_of_other_kinds_only_take_time(folder: Path) -> None:
    busy = pin("20", "09:00", "A1", kind="other", minutes=25)
    _, plan = planned(World(row_of(4)), folder, (busy,))
    assert min(f"{task.at:%H:%M}" for task in plan.tasks if task.kind == "patrol" and task.at.day == 20) == "09:25"
    assert all(task.kind != "other" for task in plan.tasks)


@pytest.mark.parametrize(
    ("pins", "code"),
    [
        ((pin("24", "09:00", "A1"),), "plan.pin-off-duty"),
        ((pin("26", "09:00", "A1"),), "plan.pin-outside"),
        ((pin("20", "07:00", "A1"),), "plan.pin-off-duty"),
        ((pin("20", "11:00", "A1"),), "plan.pin-outside-hours"),
        ((pin("20", "09:55", "A1"),), "plan.pin-outside-hours"),
        ((pin("20", "09:00", "B1"),), "plan.pin-elsewhere"),
        ((pin("20", "09:00", "A1"), pin("20", "09:05", "A2")), "plan.pins-contradict"),
        ((pin("20", "09:00", "A1"), pin("20", "09:30", "A1")), "plan.pinned-twice"),
        ((pin("20", "09:00", "A1"), pin("20", "09:10", "A4")), "plan.pins-too-far"),
        ((pin("20", "09:00", "A1", person="p2"),), "plan.pin-not-owed"),
    ],
)
def test_pins_that_nobody_can_keep(pins: tuple[Task, ...], code: str, folder: Path) -> None:
    people = ({"person": "p1", "area": "A"}, {"person": "p2", "area": "B", "from": "2026-10-01", "to": "2026-10-23"})
    world = World(
        [*row_of(4), *row_of(1, area="B")], people=people, patrol={"at_least": {"default": 2, "areas": {"B": "none"}}}
    )
    with pytest.raises(InputError) as error:
        world.load(folder).plan(keep=pins)
    assert codes(error) == [code]
    assert all(one.where is not None for one in error.value.diagnostics)


# ---------------------------------------------------------------- always the same, and interruptible


def test_interrupted_it_returns_a_sound_plan_and_says_so(folder: Path) -> None:
    def only_at_first(_what: str, done: int, of: int) -> None:
        if done < of:
            raise KeyboardInterrupt

    _, plan = planned(
        World(
            [*row_of(9), *row_of(9, area="B")], people=({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"})
        ),
        folder,
        progress=only_at_first,
    )
    assert not plan.complete
    assert plan.shortfall == 0
    assert len(patrols(plan)) == 5


def test_progress_is_told_to_the_end(folder: Path) -> None:
    told: list[tuple[str, int, int]] = []
    planned(World(row_of(7)), folder, progress=lambda what, done, of: told.append((what, done, of)))
    assert told[0][:2] == ("plan.patrols", 0)
    assert told[-1][1] == told[-1][2]
    assert told == sorted(told)


PROCESS = """
import sys
import dutyrules as dr
from dutyrules.plan.patrols import plan_patrols
estate = dr.load_estate(sys.argv[1] + "/estate.yaml")
sys.stdout.buffer.write(repr(plan_patrols(estate, "2026-10", moves=300)).encode())
"""


def test_every_process_makes_the_same_plan(folder: Path) -> None:
    people = ({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"})
    world = World([*row_of(9), *row_of(7, area="B")], people=people, patrol={"at_least": 4}, slot=("09:00", "11:00"))
    world.load(folder)
    written = [
        subprocess.run(
            [sys.executable, "-c", PROCESS, str(folder)],
            capture_output=True,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert written[0] == written[1]
    assert written[0].count(b"Task(") > 100


@pytest.mark.slow
def test_large_areas_are_planned_without_listing_all_sets(folder: Path) -> None:
    buildings = [building(f"A{n}", 60 * (n % 8), 55 * (n // 8), minutes=8) for n in range(40)]
    world = World(buildings, patrol={"at_least": 8}, slot=("09:00", "11:00"))
    _, plan = planned(world, folder)
    assert plan.shortfall == 0
    assert all(len(set(seen)) == 8 for seen in patrols(plan).values())
    value, bound = measure(plan, "walking")
    assert bound is not None
    assert 0 < bound <= value == walked(plan, buildings)
    assert plan.period == WEEK
