"""How well a quarter of visits is planned: gaps to what is proven, the first plan, and one Boolean for everything.

Run it as  python benchmarks/visits.py --size S --budget 60 --format json
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from ortools.sat.python import cp_model
from visits_estate import QUARTER, SIZES, make

import dutyrules as dr
from dutyrules.estate.logs import log_from_rows
from dutyrules.plan import Plan
from dutyrules.plan import visits as planner
from dutyrules.plan.draft import Draft
from dutyrules.plan.forecast import outlook
from dutyrules.plan.households import drafts_of
from dutyrules.plan.obliged import demands_of
from dutyrules.plan.visits import plan_visits
from dutyrules.timegrid import Period, day_number

MISS = 1_000
WORKERS = 8


class Clock:
    """Seconds on the wall and of all processors since it was made."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        return {
            "seconds": round(time.perf_counter() - self.wall, 1),
            "cpu_seconds": round(time.process_time() - self.cpu, 1),
        }


def shown(plan: Plan, clock: Clock) -> dict[str, Any]:
    """What a plan costs, and how far that is from what is proven."""
    measured = {one.name: one for one in plan.measures}
    groups = plan.provenance["groups"]
    gaps = [(one["cost"] - one["least"]) / one["least"] for one in groups if one.get("least")]
    return {
        **clock.read(),
        "misses": plan.shortfall,
        "violations": 0,  # a plan with one is refused: plan_visits would have raised
        "cost": measured["cost"].value,
        "bound": measured["cost"].bound,
        "gap": _rounded(measured["cost"].gap),
        "worst_gap": round(max(gaps), 4) if gaps else None,
        "walking": measured["ways"].value,
        "walking_gap": _rounded(measured["ways"].gap),
        "building_days": measured["building_days"].value,
        "against_wishes": measured["against_wishes"].value,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


def explained(directory: Path) -> dict[str, Any]:
    """What it takes to say why, and what could be changed, where everybody has room for two visits a day, not six."""
    path = directory / "estate.yaml"
    path.write_text(path.read_text().replace("per_day: 6", "per_day: 2"))
    spent: dict[str, float] = {}
    with _timed("_explained", spent), _timed("relaxations", spent):
        clock = Clock()
        plan = plan_visits(dr.load_estate(directory), QUARTER, effort=0)
        whole = clock.read()
    short = len({one.post for one in plan.shortfalls})
    return {
        **whole,
        "short": short,
        "missing": plan.shortfall,
        "proven": plan.least_shortfall,
        "why_per_butler": round(spent["_explained"] / max(1, short), 3),
        "changes_per_butler": round(spent.get("relaxations", 0) / max(1, short), 3),
        "relaxations": sum(one.found for one in plan.relaxations),
        "cheapest": sum(one.price == one.least for one in plan.relaxations),
    }


@contextmanager
def _timed(name: str, spent: dict[str, float]) -> Iterator[None]:
    """Adds up the CPU-seconds that the planner spends in one of its functions."""
    whole = getattr(planner, name)

    def measured(*arguments: Any) -> Any:
        begin = time.process_time()
        try:
            return whole(*arguments)
        finally:
            spent[name] = spent.get(name, 0) + time.process_time() - begin

    setattr(planner, name, measured)
    try:
        yield
    finally:
        setattr(planner, name, whole)


def _rounded(gap: object) -> float | None:
    return None if gap is None else round(float(gap), 4)  # type: ignore[arg-type]


def naive(estate: dr.Estate, misses_of_ours: int, limit: float) -> dict[str, Any]:
    """One Boolean for each household, kind and day; misses first, then days in buildings."""
    begin = time.perf_counter()
    span = Period.parse(QUARTER)
    kinds = frozenset(estate.planning.visits)
    before = outlook(estate, log_from_rows([], estate), span, kinds)
    demands, _, _ = demands_of(before, kinds)
    drafts = drafts_of(before, demands, range(day_number(date(2026, 10, 1)), span.last_day + 1), ())
    model, misses, days = cp_model.CpModel(), [], []
    for draft in drafts:
        _add(model, draft, misses, days)
    model.minimize(MISS * sum(misses) + sum(days))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = WORKERS
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
    parser.add_argument("--size", choices=SIZES, default="S")
    parser.add_argument("--budget", type=float, default=60, help="seconds to search in; the naive model has as many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--naive", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--format", choices=("text", "json"), default="text")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), SIZES[arguments.size], arguments.seed)
        estate = dr.load_estate(name)
    found: dict[str, Any] = {"size": arguments.size, "budget": arguments.budget, "seed": arguments.seed}
    clock = Clock()
    found["first"] = shown(plan_visits(estate, QUARTER, effort=0), clock)
    clock = Clock()
    found["searched"] = shown(plan_visits(estate, QUARTER, time_limit=arguments.budget), clock)
    found["cpu_ratio"] = round(found["searched"]["cpu_seconds"] / max(0.1, found["first"]["cpu_seconds"]), 1)
    with tempfile.TemporaryDirectory() as name:
        make(Path(name), SIZES[arguments.size], arguments.seed)
        found["explained"] = explained(Path(name))
    if arguments.naive:
        found["booleans"] = naive(estate, found["searched"]["misses"], arguments.budget)
    if arguments.format == "json":
        json.dump(found, sys.stdout, indent=2)
        return 0
    for name, values in found.items():
        print(f"{name}: {values}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
