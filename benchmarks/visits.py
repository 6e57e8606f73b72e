"""How fast a quarter of visits is planned: against one Boolean for every household, kind and day, in the same run.

Run it as  python benchmarks/visits.py --households 300 2000  (needs  pip install dutyrules[bench]).
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ortools.sat.python import cp_model

import dutyrules as dr
from dutyrules.plan.draft import Draft
from dutyrules.plan.forecast import outlook
from dutyrules.plan.households import drafts_of
from dutyrules.plan.obliged import demands_of
from dutyrules.plan.visits import plan_visits
from dutyrules.timegrid import Period, day_number

QUARTER = "2026-Q4"
MISS = 1_000

BOOK = """
book: visits
title: Visits
source: {id: V, title: Visits}
published_on: 2024-01-01
roles: {butler: {title: Butler}}
events:
  visit.home: {title: Visit, target: unit}
  visit.phone: {title: Call, target: unit}
populations:
  households: {table: units, where: {state: occupied}}
  not_moved_in: {table: units, where: {state: not_moved_in}}
duty_defaults: {clause: 1, check: quota, distinct: target}
duties:
  third: {event: visit.home, per: month, at_least: {share: 1/3, of: households}, population: households}
  quarter: {event: visit.home, per: quarter, at_least: {share: 98%, of: households}, population: households}
  everybody:
    {event: [visit.home, visit.phone], per: month, at_least: {share: 1/1, of: households}, population: households}
  absent: {event: visit.phone, per: quarter, at_least: {share: 1/1, of: not_moved_in}, population: not_moved_in}
"""

ESTATE = """
estate: visits
areas: {%s}
books: [book.yaml]
planning:
  visits:
    visit.home: {channel: home, per_day: 6, minutes: 20, hours: [["15:00", "17:00"]]}
    visit.phone: {channel: phone, per_day: 14, minutes: 4, hours: [["14:00", "15:00"]]}
"""


def make(directory: Path, households: int, seed: int) -> None:
    """An estate with a butler for every 333 households and a building for every 50."""
    draw = random.Random(seed)
    butlers = max(1, round(households / 333))
    areas = [f"a{number}" for number in range(butlers)]
    tables: dict[str, list[tuple[object, ...]]] = {
        "people": [("person", "role", "area", "from")] + [(f"p{area}", "butler", area, "2026-01-01") for area in areas],
        "buildings": [("building", "area", "x", "y")],
        "units": [("unit", "building", "state", "contact")],
    }
    for number, area in enumerate(areas):
        mine = households // butlers + (number < households % butlers)
        buildings = [f"{area}b{place}" for place in range(max(2, mine // 50))]
        tables["buildings"] += [
            (name, area, 200 * number + place % 3 * 60, place // 3 * 60) for place, name in enumerate(buildings)
        ]
        for unit in range(mine):
            state = "not_moved_in" if draw.random() < 0.08 else "occupied"
            contact = "home" if draw.random() < 0.02 else "any"
            tables["units"].append((f"{area}u{unit}", buildings[unit * len(buildings) // mine], state, contact))
    for name, rows in tables.items():
        (directory / f"{name}.csv").write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")
    (directory / "book.yaml").write_text(BOOK)
    (directory / "estate.yaml").write_text(ESTATE % ", ".join(f"{area}: {{}}" for area in areas))


def ours(estate: dr.Estate) -> dict[str, Any]:
    begin = time.perf_counter()
    plan = plan_visits(estate, QUARTER)
    measured = {one.name: one for one in plan.measures}
    days = measured["building_days"]
    return {
        "seconds": time.perf_counter() - begin,
        "misses": plan.shortfall,
        "building_days": days.value,
        "bound": days.bound,
        "gap": float(days.gap or 0),
    }


def naive(estate: dr.Estate, misses_of_ours: int, limit: float, workers: int) -> dict[str, Any]:
    """One Boolean for each household, kind and day; misses first, then days in buildings."""
    begin = time.perf_counter()
    span = Period.parse(QUARTER)
    kinds = frozenset(estate.planning.visits)
    from dutyrules.estate.logs import log_from_rows  # noqa: PLC0415  # read beside the model that it feeds

    before = outlook(estate, log_from_rows([], estate), span, kinds)
    demands, _, _ = demands_of(before, kinds)
    drafts = drafts_of(before, demands, range(day_number(date(2026, 10, 1)), span.last_day + 1), ())
    model, misses, days = cp_model.CpModel(), [], []
    for draft in drafts:
        _add(model, draft, misses, days)
    model.minimize(MISS * sum(misses) + sum(days))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = workers
    solver.parameters.max_time_in_seconds = limit
    seen = _Seen(begin, misses_of_ours)
    status = solver.solve(model, seen)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    return {
        "seconds": time.perf_counter() - begin,
        "as_good_after": seen.first,
        "misses": sum(solver.value(one) for one in misses) if found else None,
        "building_days": sum(solver.value(one) for one in days) if found else None,
        "variables": len(model.proto.variables),
    }


def _add(model: cp_model.CpModel, draft: Draft, misses: list[Any], days: list[Any]) -> None:
    agenda = draft.agenda
    visits: dict[int, list[tuple[str, int, Any]]] = defaultdict(list)
    by_day: dict[tuple[int, str, int], list[Any]] = defaultdict(list)
    for code, household in draft.households.items():
        for cell in agenda.cells:
            if household.takes(agenda.channel(cell.kind), cell.day):
                one = model.new_bool_var("")
                visits[code].append((cell.kind, cell.day, one))
                by_day[cell.person, cell.kind, cell.day].append(one)
                if agenda.channel(cell.kind) == "home":
                    opened = _opened(model, days, (cell.person, cell.day, household.building))
                    model.add_implication(one, opened)
    for (person, kind, day), made in by_day.items():
        model.add(sum(made) <= agenda.left(person, kind, day))
    for number, demand in enumerate(draft.demands):
        counted = []
        for code in demand.units:
            reached = model.new_bool_var("")
            options = [
                one for kind, day, one in visits[code] if kind in demand.kinds and demand.first <= day <= demand.last
            ]
            model.add(sum(options) >= reached)
            counted.append(reached)
        lacks = model.new_int_var(0, draft.missing(number), "")
        model.add(sum(counted) + lacks >= draft.missing(number))
        misses.append(lacks)
    _OPENED.clear()


_OPENED: dict[tuple[int, int, str], Any] = {}


def _opened(model: cp_model.CpModel, days: list[Any], key: tuple[int, int, str]) -> Any:
    if key not in _OPENED:
        _OPENED[key] = model.new_bool_var("")
        days.append(_OPENED[key])
    return _OPENED[key]


class _Seen(cp_model.CpSolverSolutionCallback):
    """When the first plan was found that misses no more than the other planner's."""

    def __init__(self, begin: float, misses: int) -> None:
        super().__init__()
        self.begin, self.misses, self.first = begin, misses, None

    def on_solution_callback(self) -> None:
        if self.first is None and self.objective_value < MISS * (self.misses + 1):
            self.first = time.perf_counter() - self.begin


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, nargs="+", default=[300, 1000])
    parser.add_argument("--limit", type=float, default=60, help="seconds that the naive model may take")
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    arguments = parser.parse_args(argv)
    results = []
    for households in arguments.households:
        with tempfile.TemporaryDirectory() as name:
            make(Path(name), households, arguments.seed)
            estate = dr.load_estate(name)
            flows = ours(estate)
            booleans = naive(estate, flows["misses"], arguments.limit, arguments.workers)
        first = booleans["as_good_after"]
        ratio = {"time": first / flows["seconds"] if first else None}
        if booleans["building_days"]:
            ratio["building_days"] = booleans["building_days"] / flows["building_days"]
        results.append({"households": households, "flows": flows, "booleans": booleans, "booleans_over_flows": ratio})
    if arguments.format == "json":
        json.dump(results, sys.stdout, indent=2)
        return 0
    for result in results:
        print(f"{result['households']} households")
        for name in ("flows", "booleans", "booleans_over_flows"):
            print(f"  {name}: " + ", ".join(f"{key} {_shown(value)}" for key, value in result[name].items()))
    return 0


def _shown(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    sys.exit(main())
