"""Patrols in whole drawn worlds: nested areas, several posts, night shifts, gaps in the log, duties of every kind."""

import json
import random
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import dutyrules as dr
from dutyrules.plan import Plan
from dutyrules.plan.patrols import plan_patrols
from tests.plan.patrol_world import as_csv, claimed
from tests.property.strategies import SeededDraw, WorldFiles, drawn_world
from tests.reference.score import reference_score

LISTING = {
    "check": "precedence",
    "event": "patrol",
    "requires": "plan",
    "lag": "previous_workday",
    "match_on": "target",
}


def duties(luck: random.Random) -> dict[str, Any]:
    """One or two duties to patrol, and perhaps one to list."""
    found = {f"zz_{number}": patrol(luck) | {"clause": f"77.{number}"} for number in range(luck.randint(1, 2))}
    if luck.random() < 0.6:
        found["zz_list"] = LISTING | {"role": luck.choice(["butler", "staff"]), "clause": "77.9"}
    return found


def patrol(luck: random.Random) -> dict[str, Any]:
    owed = luck.choice([1, 2, 3, {"default": 2, "areas": {"A": 1}}])
    role, per = luck.choice(["butler", "butler", "lead", "staff"]), luck.choice(["workday", "day", "shift"])
    one: dict[str, Any] = {"check": "quota", "event": "patrol", "distinct": "target", "role": role, "per": per}
    one["at_least"] = owed
    match luck.choice(["slot", "windows", "shift", "shift"]):
        case "slot":
            one["slot"] = luck.choice(["morning", "afternoon"])
        case "windows":
            one["windows"] = luck.choice([[["08:00", "09:00"]], [["08:30", "09:10"], ["14:00", "15:00"]]])
            one["count"] = luck.choice(["each_window", "all_windows"])
    match luck.choice(["cap", "cap", "population", "all", "all"]):
        case "cap":
            one["cap"] = "buildings"
        case "population":
            one |= {"population": "buildings", "credit": luck.choice(["unit", "performer"])}
    return one | ({"excused_by": {"event": "asked"}} if luck.random() < 0.2 else {})


def written(world: WorldFiles, folder: Path, luck: random.Random) -> None:
    """The world with duties to patrol in its book, and a section for planners."""
    world.write(folder)
    name = next(name for name, text in world.files.items() if name.endswith(".yaml") and "\ntimetable" in text)
    before, rest = world.files[name].split("\nduties:", 1)
    lines = "".join(f"  {duty}: {json.dumps(form)}\n" for duty, form in duties(luck).items())
    (folder / name).write_text(f"{before}\nduties:\n{lines}{rest.removeprefix(' {}').lstrip(chr(10))}", "utf-8")
    pace = {"publish_at": "09:30", "minutes": luck.choice([5, 15, 40])}
    planning = json.dumps({"patrols": {"patrol": pace}})
    estate = world.files["estate.yaml"].rstrip()
    (folder / "estate.yaml").write_text(f"{estate}\nplanning: {planning}\n", "utf-8")


def judged(world: WorldFiles, folder: Path, plan: Plan) -> list[tuple[str, str, str, str | None, str | None]]:
    rows = [{name: value or "" for name, value in (task.row() | {"state": None}).items()} for task in plan.tasks]
    (folder / "plan-rows.csv").write_text(as_csv(rows), "utf-8")
    logs = [*world.log_paths(folder), folder / "plan-rows.csv"]
    return sorted(
        (one["duty"], one["post"], one["period"], one["expected"], one["actual"])
        for one in reference_score(folder, logs, world.period)["verdicts"]
        if one["state"] == "breached" and one["duty"] in plan.duties
    )


def check(seed: int) -> int:
    """How many tasks the plan of a world has, once it is found to be sound."""
    luck, world = random.Random(seed), drawn_world(SeededDraw(seed))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        written(world, folder, luck)
        estate = dr.load_estate(folder / "estate.yaml")
        log = dr.read_log(world.log_paths(folder), estate, period=world.period)
        year, month = map(int, world.period.split("-"))
        start = date(year, month, luck.randint(1, 28)) if luck.random() < 0.6 else None
        plan = plan_patrols(estate, world.period, log, start=start, moves=20)
        assert plan.shortfall >= plan.least_shortfall
        if not estate.tables.coverage.is_empty():  # else a forecast takes more to be covered than the scorer does
            assert judged(world, folder, plan) == claimed(plan)
        return len(plan.tasks)


def test_drawn_worlds() -> None:
    assert sum(check(seed) for seed in range(20)) > 100


@pytest.mark.slow
@pytest.mark.parametrize("start", range(0, 200, 20))
def test_many_drawn_worlds(start: int) -> None:
    assert sum(check(seed) for seed in range(start, start + 20)) > 100
