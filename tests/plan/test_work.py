"""All work of small estates, worked out by hand."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from dutyrules.plan import Cause, Plan, Status, Task
from dutyrules.plan.waivers import waivable
from dutyrules.report.plan import render_plan
from tests.plan.patrol_world import building
from tests.plan.work_world import Worked, WorkWorld, unit

Duties = Mapping[str, Mapping[str, Any]]
ONE = (building("b1", 60),)
TWO = (building("b1", 60), building("b2", 120))


def work(world: WorkWorld, folder: Path, **more: object) -> Plan:
    return Worked.of(world, folder, **more).plan  # type: ignore[arg-type]


def of_day(plan: Plan, day: int, *kinds: str) -> list[str]:
    return [
        f"{task.at:%H:%M}-{task.until:%H:%M} {task.kind} {task.target or task.case or ''}".rstrip()
        for task in plan.tasks
        if task.at.day == day and (not kinds or task.kind in kinds)
    ]


# ---------------------------------------------------------------- a day


def test_a_day_on_one_page(tmp_path: Path) -> None:
    """Meeting to the end of its slot; the walk; the visit at the first hour of the week; the call in its window; two
    rounds spread over their slot; one record and one report ten minutes before the earlier limit, for all duties that
    ask for them; and who leaves, leaves when the shift ends."""
    names = ["patrol", "visits", "meet", "leave_in_time", "record", "both", "weekly", "rounds", "trainings", "dun"]
    duties: dict[str, dict[str, object]] = {name: {} for name in names}
    duties["dun"] = {"windows": [["11:00", "11:30"]]}
    duties["visits"] = {"at_least": 1}
    world = WorkWorld(duties, buildings=ONE, units=[unit("u1")], work={"dun": {"minutes": 10}})
    worked = Worked.of(world, tmp_path)
    assert worked.judged() == []
    page = render_plan(worked.plan, worked.estate, "text", "en", "li").decode().split("\n\n")
    assert page[0].split("\n") == ["e: work 2026-W43, from 2026-10-19 on", "li"]
    assert page[1].split("\n") == [
        "2026-10-19 Mon  08:00–17:00",
        "08:30–09:00  meeting",
        "    08:30–09:00  meeting",
        "09:00–10:00  walk",
        "    09:00–09:10  patrol      b1",
        "10:00–11:10",
        "    10:00–10:20  visit.home  b1 u1",
        "    11:00–11:10  dun         b1 u1",
        "11:30–12:00  outside",
        "    11:30        round",
        "    11:45        round",
        "15:50–17:00",
        "    15:50        record",
        "    15:50        report",
        "    17:00        left",
    ]
    trainings = [(task.at.day, f"{task.at:%H:%M}") for task in worked.plan.tasks if task.kind == "training"]
    assert trainings == [(20, "08:00"), (22, "08:00")]  # the second and fourth of five workdays
    (first, *_) = (task for task in worked.plan.tasks if task.kind == "report")
    assert first.duties == ("both", "weekly")
    assert worked.plan.status in (Status.OPTIMAL, Status.FEASIBLE)


def test_a_record_says_what_every_duty_asks_of_it(tmp_path: Path) -> None:
    worked = Worked.of(WorkWorld({name: {} for name in ("record", "filled", "signed")}), tmp_path)
    assert worked.judged() == []
    said = {tuple(sorted(task.attributes.items())) for task in worked.plan.tasks if task.kind == "record"}
    assert said == {(("blank_cells", "0"), ("lines", "3"), ("signed_by", "zhao"), ("whole", "true"))}
    assert {"filled", "signed"} <= set(worked.plan.duties)  # the law holds for them, too


def test_nobody_who_could_sign_is_a_shortfall(tmp_path: Path) -> None:
    world = WorkWorld({"record": {}, "signed": {}}, people=[{"person": "li", "role": "butler", "area": "A"}])
    worked = Worked.of(world, tmp_path)
    assert [(one.duty, one.reason) for one in worked.plan.shortfalls] == [("signed", "unsigned")] * 5
    assert len(worked.judged()) == 5
    assert all(one.causes == (Cause("not_met_in_all", {}),) for one in worked.plan.shortfalls)
    assert worked.plan.status is Status.UNKNOWN


def test_planned_work_that_sets_something_off(tmp_path: Path) -> None:
    """Minutes are owed within four hours of each meeting, and only planned meetings ask for them."""
    worked = Worked.of(WorkWorld({"meet": {}, "write_up": {}}), tmp_path)
    assert worked.judged() == []
    assert of_day(worked.plan, 19) == ["08:30-09:00 meeting", "09:00-09:00 minutes"]


def test_an_open_case_is_closed_as_early_as_can_be(tmp_path: Path) -> None:
    log = [{"at": "2026-10-19 15:10", "person": "li", "kind": "problem", "target": "", "case": "c1"}]
    worked = Worked.of(
        WorkWorld({"fix": {}, "meet": {"by": "08:00"}}, log=log, slots={"meeting": ("08:00", "08:30")}), tmp_path
    )
    assert worked.plan.start == date(2026, 10, 20)
    assert of_day(worked.plan, 20) == ["08:00-08:30 meeting", "08:30-08:30 fixed c1"]
    assert [(one.duty, one.causes[0].message) for one in worked.plan.shortfalls] == [("meet", "before_start")]
    assert waivable(worked.plan) == []


# ---------------------------------------------------------------- around each other


def test_visits_go_around_other_work(tmp_path: Path) -> None:
    """The walk takes the first hour of visits, and the way between two buildings is no time for a call."""
    duties = {"patrol": {}, "visits": {"at_least": 3}, "call": {}}
    log = [{"at": "2026-10-18 20:00", "person": "", "kind": "repair", "target": "u1", "case": "r1"}]
    visits = {
        "visit.home": {"channel": "home", "per_day": 3, "minutes": 20, "hours": [["10:00", "11:00"]]},
        "visit.phone": {"channel": "phone", "per_day": 1, "minutes": 5, "hours": [["09:00", "09:40"]]},
    }
    far = (building("b1", 0), building("b2", 600))  # ten minutes from each other
    units = [unit(f"u{number}") for number in (1, 2, 3)]
    world = WorkWorld(duties, buildings=far, units=units, log=log, visits=visits, slots={"walk": ("09:00", "10:10")})
    worked = Worked.of(world, tmp_path)
    assert worked.judged() == []
    assert of_day(worked.plan, 19, "patrol", "visit.phone")[2:] == ["09:30-09:35 visit.phone u1"]
    assert {of_day(worked.plan, 19, "patrol", "visit.phone")[number][:11] for number in (0, 1)} == {
        "09:00-09:10",
        "09:20-09:30",
    }


def test_a_meeting_in_the_way_proves_nothing(tmp_path: Path) -> None:
    """Two buildings need 21 minutes; the meeting leaves ten of thirty."""
    duties: Duties = {"patrol": {}, "meet": {}}
    world = WorkWorld(duties, buildings=TWO, slots={"meeting": ("08:30", "09:20"), "walk": ("09:00", "09:30")})
    worked = Worked.of(world, tmp_path)
    assert len(worked.judged()) == 5
    assert {(one.duty, one.actual, one.causes[-1].message) for one in worked.plan.shortfalls} == {
        ("patrol", "1", "beside_other_work")
    }
    assert (worked.plan.status, worked.plan.least_shortfall) == (Status.UNKNOWN, 0)
    assert waivable(worked.plan) == []


def test_calls_in_the_way_of_a_callback_prove_nothing(tmp_path: Path) -> None:
    """Three calls of ten minutes take the only half hour before the callback's limit; alone it could be made."""
    duties: Duties = {"dun": {"windows": [["11:00", "11:30"]]}, "call": {}}
    log = [{"at": "2026-10-18 20:00", "person": "", "kind": "repair", "target": "u1", "case": "r1"}]
    units = [unit(f"u{number}") for number in (1, 2, 3)]
    worked = Worked.of(WorkWorld(duties, units=units, log=log, work={"dun": {"minutes": 10}}), tmp_path)
    assert len(worked.judged()) == 1
    assert "    11:00–11:30  dun ×3  u1, u2, u3" in render_plan(worked.plan, worked.estate, "text", "en", "li").decode()
    assert [(one.duty, one.causes[-1].message) for one in worked.plan.shortfalls] == [("call", "beside_other_work")]
    assert (worked.plan.status, worked.plan.least_shortfall) == (Status.UNKNOWN, 0)
    assert waivable(worked.plan) == []


def test_a_slot_that_is_too_short_anyway_is_proven(tmp_path: Path) -> None:
    world = WorkWorld({"patrol": {}, "meet": {}}, buildings=TWO, slots={"walk": ("09:00", "09:20")})
    plan = work(world, tmp_path)
    assert (plan.status, plan.shortfall, plan.least_shortfall) == (Status.INFEASIBLE, 5, 5)
    assert len(waivable(plan)) == 5


def test_calls_that_do_not_fit_beside_the_rest(tmp_path: Path) -> None:
    """Of three calls of ten minutes two fit into a window of twenty-five."""
    units = [unit(f"u{number}") for number in range(1, 5)]
    duties = {"dun": {"windows": [["11:00", "11:25"]]}}
    worked = Worked.of(WorkWorld(duties, units=units, work={"dun": {"minutes": 10}}), tmp_path)
    assert len(worked.judged()) == 5
    assert [one.actual for one in worked.plan.shortfalls] == ["2"] * 5
    assert worked.plan.shortfalls[0].causes == (Cause("no_free_time", {"need": 3, "fit": 2}),)
    days = [[task.target for task in worked.plan.tasks if task.at.day == day] for day in (19, 20, 21)]
    assert days == [["u1", "u2"], ["u3", "u4"], ["u1", "u2"]]  # in turn


def test_a_meeting_before_the_shift(tmp_path: Path) -> None:
    """Nobody is at work at seven; that is proven."""
    plan = work(WorkWorld({"meet": {"by": "07:00", "slot": None}}), tmp_path)
    assert (plan.shortfall, plan.least_shortfall, plan.status) == (5, 5, Status.INFEASIBLE)
    assert {one.causes[0].message for one in plan.shortfalls} == {"not_at_work"}
    assert len(waivable(plan)) == 5


# ---------------------------------------------------------------- what is kept, and what is left alone


def test_kept_plans_stay_as_they_are(tmp_path: Path) -> None:
    """A visit and a patrol of another plan, at times that no planner would choose, stay; only the rest is added."""
    duties = {"patrol": {}, "visits": {"at_least": 1}, "meet": {}}
    world = WorkWorld(duties, buildings=TWO, units=[unit("u1"), unit("u2")])
    first = work(world, tmp_path)
    patrols = [task for task in first.tasks if task.kind == "patrol"]
    visit = next(task for task in first.tasks if task.kind == "visit.home")
    moved = Task(
        visit.at.replace(day=23, hour=15, minute=40),
        visit.until.replace(day=23, hour=16, minute=0),
        "li",
        "visit.home",
        "u2",
    )
    plan = work(world, tmp_path, keep=[*patrols, moved])
    visits = [task for task in plan.tasks if task.kind == "visit.home"]
    assert [(task.at, task.target, task.pinned) for task in visits] == [(moved.at, "u2", False)]
    assert [(one.at, one.target) for one in plan.tasks if one.kind == "patrol"] == [
        (one.at, one.target) for one in patrols
    ]
    assert len([task for task in plan.tasks if task.kind == "meeting"]) == 5
    assert plan.shortfall == 0


def test_what_nobody_can_plan_is_named(tmp_path: Path) -> None:
    duties: Duties = {"dun": {}, "visits": {"per": "month"}, "fix": {"follow_up": {"all_of": ["fixed", "report"]}}}
    plan = work(WorkWorld(duties, units=[unit("u1")]), tmp_path)
    assert {(one.who, one.reason) for one in plan.unplanned} == {
        ("dun", "no_minutes"),
        ("visits 2026-10", "due_later"),
        ("fix", "several_follow_ups"),
    }
