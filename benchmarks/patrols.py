"""How well patrols are planned: walking with its proven bound, seconds, and whether every promise is kept.

Run it as  python benchmarks/patrols.py --buildings 15 --min 5 --days 64 --format json
or, for a whole estate,  python benchmarks/patrols.py --buildings 200 --butlers 30 --days 22
"""

from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import groupby
from pathlib import Path
from typing import Any

from patrols_check import Terms, violations
from patrols_estate import MONTH, areas_of, terms_of, write
from patrols_naive import naive

import dutyrules as dr
from dutyrules.estate import scored_period
from dutyrules.plan import Plan
from dutyrules.plan.few_sets import begun
from dutyrules.plan.menus import menu_of
from dutyrules.plan.patrols import MOVES, SEED
from dutyrules.plan.rotation import Place, Rotation, Step
from dutyrules.plan.rotation_bound import least_walking
from dutyrules.plan.round import Ask, Round
from dutyrules.plan.turns import Promise, fair_shares
from dutyrules.plan.walks import Ends, Point, Stop, legs

PACE = 60


def rotation_of(terms: Terms, days: int) -> Rotation:
    """An area as the planner sees it."""
    names = list(terms.spots)
    points = [Point(Fraction(x), Fraction(y)) for x, y in terms.spots.values()]
    between = legs(points, PACE)
    opens, closes = terms.slot
    stops = tuple(Stop(terms.minutes[name], ((opens, closes - terms.minutes[name]),)) for name in names)
    ends = None
    if terms.office is not None:
        office = Point(Fraction(terms.office[0]), Fraction(terms.office[1]))
        ways = tuple(int(way) for way in legs([office, *points], PACE)[0, 1:])
        ends = Ends(ways, ways, opens, closes)
    everything = (1 << len(names)) - 1
    walk = Round(tuple(range(len(names))), stops, (Ask(terms.least, everything),), ends=ends)
    menu = menu_of(walk, between, 4.0)
    if menu is None or menu.misses:
        raise SystemExit(f"{terms.least} of {len(names)} buildings do not fit into the morning")
    urgent = sum(1 << number for number, name in enumerate(names) if name in terms.urgent)
    shares = fair_shares([(everything, terms.least)] * days, len(names), Promise(terms.gap, terms.quick, urgent))
    places = tuple(
        Place(0, -1, days, fair, terms.quick if urgent >> number & 1 else None) for number, fair in enumerate(shares)
    )
    return Rotation(places, tuple(Step(menu, ((0, day),)) for day in range(days)), (terms.gap,), between)


def area(options: argparse.Namespace) -> dict[str, Any]:
    """One area: the search and the bound alone."""
    terms = terms_of(options.buildings, options.min, closed=options.walk == "closed", seed=options.seed)
    clock = _Clock()
    rotation = rotation_of(terms, options.days)
    bound = least_walking(rotation, [place.fair for place in rotation.places])
    search = begun(rotation)
    for _ in search.run(MOVES * options.days, SEED, bound):
        pass
    used = clock.read()
    names = list(terms.spots)
    walks = [
        [(names[stop], begin, begin + terms.minutes[names[stop]]) for stop, begin in step.menu.order(chosen)]
        for step, chosen in zip(rotation.steps, search.best.chosen, strict=True)
    ]
    found = list(violations(terms, walks))
    if sum(map(terms.walked, walks)) != search.best.minutes:
        found.append("the minutes walked are others")
    result = _result(search.best.minutes, bound, used, found)
    if options.naive:
        soon, later = (naive(rotation, times * used["seconds"]) for times in (1, options.patience))
        result["naive"] = {"cost": soon[0], "cost_later": later[0], "bound": later[1], "patience": options.patience}
    return result


def estate(options: argparse.Namespace) -> dict[str, Any]:
    """A whole estate, from its files to the verified plan."""
    least, closed = options.min, options.walk == "closed"
    areas = areas_of(options.buildings, options.butlers, least, closed=closed, seed=options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder = write(Path(name), areas)
        clock = _Clock()
        loaded, span = dr.load_estate(folder), scored_period(MONTH)
        workdays = int(loaded.calendar.workdays(span.first, span.last).sum())
        if options.days != workdays:
            raise SystemExit(f"a whole estate is planned for {MONTH}: --days {workdays}")
        plan = dr.plan_patrols(loaded, MONTH)
        used = clock.read()
    found = [
        wrong for walked, terms in zip(_walks(plan), areas.values(), strict=True) for wrong in violations(terms, walked)
    ]
    walking = next(one for one in plan.measures if one.name == "walking")
    again = sum(
        terms.walked(walk) for walked, terms in zip(_walks(plan), areas.values(), strict=True) for walk in walked
    )
    found += ["the minutes walked are others"] if again != walking.value else []
    return {
        "misses": plan.shortfall,
        "tasks": len(plan.tasks),
        **_result(walking.value, walking.bound or 0, used, found),
    }


def _walks(plan: Plan) -> list[list[list[tuple[str, int, int]]]]:
    """The walks of each person, day by day."""
    tasks = sorted((task for task in plan.tasks if task.kind == "patrol"), key=lambda task: (task.person, task.at))
    return [
        [
            [(task.target or "", *(at.hour * 60 + at.minute for at in (task.at, task.until))) for task in day]
            for _, day in groupby(mine, lambda task: task.at.date())
        ]
        for _, mine in groupby(tasks, lambda task: task.person)
    ]


class _Clock:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> dict[str, float]:
        wall, cpu = time.perf_counter() - self._wall, time.process_time() - self._cpu
        return {"seconds": round(wall, 2), "cpu_seconds": round(cpu, 2)}


def _result(cost: int, bound: int, used: Mapping[str, float], found: Sequence[str]) -> dict[str, Any]:
    gap = (cost - bound) / bound if bound else float(cost > 0)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {
        "cost": cost,
        "bound": bound,
        "gap": round(gap, 4),
        **used,
        "peak_mb": round(peak),
        "violations": len(found),
        "violated": list(found),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures, as lines or as JSON for programs; status 1 if anything is violated."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buildings", type=int, default=15)
    parser.add_argument("--min", type=int, default=5, help="buildings a day")
    parser.add_argument("--days", type=int, default=64)
    parser.add_argument("--butlers", type=int, help="plan a whole estate with so many areas")
    parser.add_argument("--walk", choices=("open", "closed"), default="open")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--naive", action="store_true", help="one Boolean for every building, day and way as well")
    parser.add_argument("--patience", type=float, default=10, help="how many times our time the Booleans get")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    result = area(options) if options.butlers is None else estate(options)
    if options.format == "json":
        print(json.dumps(result))
    else:
        print("\n".join(f"{name:<12} {value}" for name, value in result.items() if value != []))
    return 1 if result["violations"] else 0


if __name__ == "__main__":
    sys.exit(main())
