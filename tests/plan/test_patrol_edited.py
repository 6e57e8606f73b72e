"""Plans of patrols that somebody edited: what cannot be kept, what is missed, and what it costs, by hand."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from dutyrules.cli.main import main
from dutyrules.diagnostics import Cell
from dutyrules.plan import Plan, Task
from dutyrules.plan.edited import Review
from dutyrules.plan.edited_patrols import review_patrols
from dutyrules.plan.planfile import Placed
from dutyrules.report.plan import write_plan
from tests.plan.patrol_world import WEEK, Loaded, World, building, patrols, row_of

TWO = ({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"})
Edit = Callable[[Task], Task]


@pytest.fixture
def world(tmp_path: Path) -> tuple[Loaded, Plan]:
    """Five buildings a minute apart, one that closed, and another area; two a day."""
    buildings = [*row_of(5), building("A9", 360, last="2026-10-01"), *row_of(2, area="B")]
    loaded = World(buildings, people=TWO).load(tmp_path / "estate")
    return loaded, loaded.plan()


def placed(tasks: Sequence[Task]) -> list[Placed]:
    return [Placed(task, Cell("edited.csv", row)) for row, task in enumerate(tasks, 2)]


def look(loaded: Loaded, tasks: Sequence[Task], other: Plan | None = None) -> Review:
    beside = placed(other.tasks) if other else None
    return review_patrols(loaded.estate, WEEK, loaded.log, placed(tasks), beside)


def second(plan: Plan) -> Task:
    """The second patrol of p1 on Tuesday."""
    return [one for one in plan.tasks if one.kind == "patrol" and (one.person, one.at.day) == ("p1", 20)][1]


def price(review: Review, name: str) -> tuple[int, int]:
    return next((one.value, one.other) for one in review.prices if one.name == name)


def test_what_the_planner_made_is_good(world: tuple[Loaded, Plan]) -> None:
    loaded, plan = world
    for other in (plan, None):
        found = look(loaded, plan.tasks, other)
        assert (found.good, found.moves, found.planned, found.name) == (True, [], other is None, "patrols")
        assert {one.difference for one in found.prices} == {0}


def at(hour: int, minute: int = 0) -> Edit:
    return lambda task: replace(
        task,
        at=datetime(2026, 10, 20, hour, minute),
        until=datetime(2026, 10, 20, hour, minute) + (task.until - task.at),
    )


@pytest.mark.parametrize(
    ("edit", "codes", "missing"),
    [
        (at(7), ["plan.off-duty"], 0),  # the duty asks for no hours of the day
        (at(11), ["plan.outside-hours"], 0),
        (lambda task: replace(task, target="A9"), ["plan.not-there"], 1),
        (lambda task: replace(task, target="B1"), ["plan.of-no-use"], 1),
        (lambda task: replace(task, until=task.at + timedelta(minutes=4)), ["plan.too-short"], 0),
        (lambda task: replace(task, at=task.at - timedelta(minutes=1)), ["plan.too-far"], 0),
        (lambda task: replace(task, at=task.at - timedelta(minutes=5)), ["plan.at-once"], 0),
    ],
)
def test_rows_that_nobody_could_keep(edit: Edit, codes: list[str], missing: int, world: tuple[Loaded, Plan]) -> None:
    """Each at its row; a patrol that was never listed is missed besides, where the building is another one."""
    loaded, plan = world
    task = second(plan)
    found = look(loaded, [edit(one) if one is task else one for one in plan.tasks], plan)
    where = Cell("edited.csv", plan.tasks.index(task) + 2)
    assert [(one.code, one.where) for one in found.violations] == [(code, where) for code in codes]
    short = [one for one in found.shortfalls if one.duty == "patrol"]
    assert sum(one.number for one in short) == missing


def test_a_row_that_is_gone_is_missed_and_priced(world: tuple[Loaded, Plan]) -> None:
    loaded, plan = world
    task = second(plan)
    found = look(loaded, [one for one in plan.tasks if one is not task], plan)
    assert found.violations == []
    assert [(one.duty, one.number, one.day.day) for one in found.shortfalls] == [("patrol", 1, 20)]
    assert price(found, "missing") == (1, 0)
    assert price(found, "walking")[0] == price(found, "walking")[1] - 1
    assert [(one.change, one.reason, one.after) for one in found.moves] == [("gone", "edited", None)]


def test_another_building_is_on_another_day_and_was_not_listed(world: tuple[Loaded, Plan]) -> None:
    """The list of Monday names what was planned; whoever goes elsewhere breaks the duty to list."""
    loaded, plan = world
    task = second(plan)
    other = next(name for name in ("A1", "A2", "A3", "A4", "A5") if name not in patrols(plan, "p1")["20"])
    found = look(loaded, [replace(one, target=other) if one is task else one for one in plan.tasks], plan)
    assert [(one.duty, one.number) for one in found.shortfalls] == [("listing", 1)]
    assert price(found, "changed_day") == (1, 0)
    assert price(found, "changed_person") == (0, 0)


def test_the_same_building_twice(world: tuple[Loaded, Plan]) -> None:
    loaded, plan = world
    task = second(plan)
    late = timedelta(minutes=20)
    found = look(loaded, [*plan.tasks, replace(task, at=task.at + late, until=task.until + late)], plan)
    assert [one.code for one in found.violations] == ["plan.twice"]


def test_lists_are_written_at_work(world: tuple[Loaded, Plan]) -> None:
    loaded, plan = world
    task = next(one for one in plan.tasks if one.kind == "listed")
    night = task.at.replace(hour=22)
    found = look(loaded, [replace(one, at=night, until=night) if one is task else one for one in plan.tasks], plan)
    assert [one.code for one in found.violations] == ["plan.off-duty"]


def test_on_the_command_line(world: tuple[Loaded, Plan], capsys: pytest.CaptureFixture[str]) -> None:
    loaded, plan = world
    write_plan(plan, loaded.estate, loaded.folder / "plan.xlsx", "en")
    asks = ["--estate", str(loaded.folder), "--period", WEEK, "--lang", "en"]
    assert main(["plan", "verify", str(loaded.folder / "plan.xlsx"), *asks]) == 0
    assert "every duty is met" in capsys.readouterr().out
    text = "\n".join(["at,person,kind,target", "2026-10-19 09:00,p1,patrol,A1"])
    (loaded.folder / "one.csv").write_text(text, "utf-8")
    against = ["--against", str(loaded.folder / "plan.xlsx")]
    assert main(["plan", "verify", str(loaded.folder / "one.csv"), *asks, *against]) == 5
    assert "patrols on another day, and new ones" in capsys.readouterr().out


def test_days_before_the_log_ends_are_past(world: tuple[Loaded, Plan]) -> None:
    loaded, plan = world
    found = review_patrols(loaded.estate, WEEK, loaded.log, placed(plan.tasks), start=date(2026, 10, 21))
    assert {one.at.day for one in found.tasks if one.kind == "patrol"} == {21, 22, 23}
