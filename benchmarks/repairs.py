"""How fast a quarter of visits is repaired, and how few visits move: leave, callbacks and refusals in the same week.

Run it as  python benchmarks/repairs.py --households 333 1000
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import visits_estate as visits

import dutyrules as dr
from dutyrules.diagnostics import Cell
from dutyrules.plan import Plan, repair
from dutyrules.plan.planfile import Placed

CALLBACKS = """
book: callbacks
title: Callbacks
source: {id: C, title: Callbacks}
published_on: 2024-01-01
roles: {butler: {title: Butler}, guard: {title: Guard}}
events:
  repair: {title: Repair, target: unit, case: true, person: any}
  visit.phone: {title: Call, target: unit}
duties:
  called_back:
    {role: butler, clause: 1, check: response, trigger: repair, follow_up: visit.phone, within: 10 days,
     owed_by: area_of_target, performed_by: any}
"""


def trouble(directory: Path, plan: Plan, seed: int) -> None:
    """Four days of leave and six callbacks for every butler, and one household in fifty that refuses from now on."""
    draw = random.Random(seed)
    persons = sorted({task.person for task in plan.tasks})
    leave = [f"{person},2026-10-13,2026-10-17,yes" for person in persons]
    (directory / "leave.csv").write_text("\n".join(["person,from,until,approved", *leave]) + "\n")
    log = ["at,person,kind,target,case"]
    done = [task for task in plan.tasks if (task.at.month, task.at.day) < (10, 10)]
    log += [f"{task.at},{task.person},{task.kind},{task.target}," for task in done]
    units = (directory / "units.csv").read_text().splitlines()
    chosen = draw.sample(range(1, len(units)), 6 * len(persons))
    log += [f"2026-10-09 16:00,,repair,{units[number].split(',')[0]},c{number}" for number in chosen]
    (directory / "log.csv").write_text("\n".join(log) + "\n")
    refusing = set(draw.sample(range(1, len(units)), len(units) // 50)).difference(chosen)
    lines = [_without_contact(line) if number in refusing else line for number, line in enumerate(units)]
    (directory / "units.csv").write_text("\n".join(lines) + "\n")


def _without_contact(line: str) -> str:
    unit, building, state, _, *rest = line.split(",")
    return ",".join([unit, building, state, "none", *rest])


class Clock:
    """Sums up what some functions of the repair take."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.worst: Counter[str] = Counter()

    def watch(self, name: str) -> None:
        function = getattr(repair.Mender, name)

        def timed(*arguments: Any) -> Any:
            begin = time.perf_counter()
            found = function(*arguments)
            took = time.perf_counter() - begin
            self.seconds[name] += took
            self.worst[name] = max(self.worst[name], took)
            return found

        setattr(repair.Mender, name, timed)


def wish_for_two(directory: Path, every: int) -> None:
    """One household in so many wishes for two at the door; a guard of the area could come along."""
    header, *units = (directory / "units.csv").read_text().splitlines()
    wished = [f"{unit},{2 if number % every == 0 else 1}" for number, unit in enumerate(units)]
    (directory / "units.csv").write_text("\n".join([f"{header},persons", *wished]) + "\n")
    header, *people = (directory / "people.csv").read_text().splitlines()
    guards = [f"g{number}{person.replace('butler', 'guard')[1:]}" for number, person in enumerate(people)]
    (directory / "people.csv").write_text("\n".join([header, *people, *guards]) + "\n")


def measure(directory: Path, households: int, every: int, clock: Clock) -> dict[str, Any]:
    """Plans, troubles, repairs, and plans anew for comparison."""
    butlers = max(1, round(households / 333))
    visits.make(directory, visits.Size(households, butlers, 7 * butlers), seed=1)
    (directory / "callbacks.yaml").write_text(CALLBACKS)
    estate_file = directory / "estate.yaml"
    estate_file.write_text(estate_file.read_text().replace("[book.yaml]", "[book.yaml, callbacks.yaml]"))
    if every:
        wish_for_two(directory, every)
    plan = dr.plan_visits(dr.load_estate(directory), visits.QUARTER)
    trouble(directory, plan, seed=1)
    estate = dr.load_estate(directory)
    log = dr.read_log([directory / "log.csv"], estate)
    keep = [Placed(task, Cell("plan.csv", row, "at")) for row, task in enumerate(plan.tasks, start=2)]
    begin = time.perf_counter()
    repaired = dr.plan_visits(estate, visits.QUARTER, log, keep)
    seconds = time.perf_counter() - begin
    anew = dr.plan_visits(estate, visits.QUARTER, log)
    before = {(task.at, task.person, task.target) for task in plan.tasks}
    measures = {one.name: (one.value, one.bound) for one in repaired.measures}
    return {
        "households": households,
        "by_two": sum(bool(task.along) for task in repaired.tasks),
        "first_worst": clock.worst["_at_once"],
        "proven_worst": clock.worst["_searched"],
        "seconds": seconds,
        "misses": (repaired.shortfall, repaired.least_shortfall),
        **{name: measures[name] for name in ("changed_person", "changed_day", "changed_hour", "kept_ways")},
        "gone": sum(one.change == "gone" for one in repaired.moves),
        "anew_changed": sum((task.at, task.person, task.target) not in before for task in anew.tasks),
    }


def main() -> None:
    """Measures and prints one line for each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", nargs="+", type=int, default=[333])
    parser.add_argument("--two", type=int, default=0, help="one household in so many wishes for two")
    chosen = parser.parse_args()
    for households in chosen.households:
        clock = Clock()
        for name in ("_at_once", "_searched"):
            clock.watch(name)
        with tempfile.TemporaryDirectory() as name:
            print(json.dumps(measure(Path(name), households, chosen.two, clock)))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
