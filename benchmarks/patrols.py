"""How well patrols are planned: against one Boolean for every building, day and way, in the same run.

Run it as  python benchmarks/patrols.py --areas 7x5x20 13x8x20 15x5x64 --patience 10
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import pairwise, permutations

from ortools.sat.python import cp_model

from dutyrules.plan.menus import menu_of
from dutyrules.plan.patrols import MOVES, SEED
from dutyrules.plan.rotation import Place, Rotation, Search, Step, fair_shares, window
from dutyrules.plan.rotation_bound import least_walking
from dutyrules.plan.round import Ask, Round
from dutyrules.plan.walks import Point, Stop, legs

MORNING = (9 * 60, 11 * 60)


@dataclass(frozen=True)
class Result:
    """Both planners on one area.

    Attributes:
        walking: Minutes of ours, with its proven bound and seconds.
        naive: Minutes of the Booleans after as long as ours took, and after `patience` times that; None without a plan.
    """

    area: str
    walking: int
    bound: int
    broken: int
    seconds: float
    naive: int | None
    patience: float
    naive_later: int | None
    naive_bound: int

    @property
    def gap(self) -> float:
        """How much better a plan could at most be."""
        return (self.walking - self.bound) / self.bound


def area_of(buildings: int, size: int, days: int, seed: int) -> Rotation:
    """Buildings in crooked rows, 65 m apart, ten minutes each; so many are owed in two hours of every day."""
    draw, columns = random.Random(seed), max(2, round(buildings**0.5))
    spots = [
        (number % columns * 65 + draw.randint(-10, 10), number // columns * 65 + draw.randint(-10, 10))
        for number in range(buildings)
    ]
    between = legs([Point(Fraction(x), Fraction(y)) for x, y in spots], 60)
    stays = [draw.randint(6, 11) for _ in range(buildings)]
    stops = tuple(Stop(stay, ((MORNING[0], MORNING[1] - stay),)) for stay in stays)
    everything = (1 << buildings) - 1
    menu = menu_of(Round(tuple(range(buildings)), stops, (Ask(size, everything),)), between, 4.0)
    if menu is None or menu.misses:
        raise SystemExit(f"{size} of {buildings} buildings do not fit into the morning")
    places = tuple(Place(0, -1, days, fair) for fair in fair_shares([(everything, size)] * days, buildings))
    steps = tuple(Step(menu, ((0, day),)) for day in range(days))
    return Rotation(places, steps, (-(-buildings // size) + 1,), between)


def naive(rotation: Rotation, seconds: float) -> tuple[int | None, int]:
    """(minutes, bound) of the direct model: every way of every day is a Boolean."""
    model = cp_model.CpModel()
    count, days = len(rotation.places), len(rotation.steps)
    seen = [[model.new_bool_var("") for _ in range(count)] for _ in range(days)]
    ways = [_walk(model, rotation, day, seen[day]) for day in range(days)]
    for number, place in enumerate(rotation.places):
        column = [seen[day][number] for day in range(days)]
        model.add_linear_constraint(sum(column), *place.fair)
        for first in range(days - rotation.gaps[0] + 1):
            model.add_bool_or(column[first : first + rotation.gaps[0]])
    for one, other in pairwise(seen):
        apart = [model.new_bool_var("") for _ in range(count)]
        for number, differs in enumerate(apart):
            model.add(one[number] != other[number]).only_enforce_if(differs)
        if rotation.steps[0].menu.most < count:
            model.add_bool_or(apart)
    model.minimize(sum(ways))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_time_in_seconds = seconds
    status = solver.solve(model)
    found = round(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
    return found, round(solver.best_objective_bound)


def _walk(model: cp_model.CpModel, rotation: Rotation, day: int, seen: Sequence[cp_model.IntVar]) -> object:
    """One open walk through what is seen on a day; its minutes."""
    walk, count = rotation.steps[day].menu.round, len(seen)
    follows = {pair: model.new_bool_var("") for pair in permutations(range(count), 2)}
    arcs: list[tuple[int, int, object]] = [(one, other, arc) for (one, other), arc in follows.items()]
    for number, one in enumerate(seen):
        arcs += [(count, number, model.new_bool_var("")), (number, count, model.new_bool_var(""))]
        arcs.append((number, number, one.negated()))
    model.add_circuit(arcs)
    minutes = sum(int(rotation.between[pair]) * arc for pair, arc in follows.items())
    model.add(sum(seen) == walk.asks[0].need)
    model.add(minutes + sum(stop.minutes * one for stop, one in zip(walk.stops, seen, strict=True)) <= walk.minutes)
    return minutes


def compare(text: str, seed: int, patience: float) -> Result:
    """One area of so many buildings, so many a day, so many days (``13x8x20``)."""
    buildings, size, days = map(int, text.split("x"))
    start = time.perf_counter()
    rotation = area_of(buildings, size, days, seed)
    bound = least_walking(rotation, [place.fair for place in rotation.places])
    search = Search(rotation, window(rotation))
    for _ in search.run(MOVES * days, SEED, bound):
        pass
    seconds = time.perf_counter() - start
    soon, _ = naive(rotation, seconds)
    later, proven = naive(rotation, patience * seconds)
    best = search.best
    return Result(text, best.minutes, bound, best.broken, round(seconds, 2), soon, patience, later, proven)


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints a table, or JSON for programs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--areas", nargs="+", default=["7x5x20", "13x8x20", "15x5x64"], help="buildings x a day x days")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--patience", type=float, default=10, help="how many times our time the Booleans get")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    options = parser.parse_args(arguments)
    results = [compare(area, options.seed, options.patience) for area in options.areas]
    if options.format == "json":
        print(json.dumps([asdict(one) for one in results]))
        return 0
    print("area        minutes  bound    gap  seconds | Booleans: same time   later   bound")
    for one in results:
        print(
            f"{one.area:<10} {one.walking:>8} {one.bound:>6} {one.gap:>6.1%} {one.seconds:>8} |"
            f" {one.naive or '-':>19} {one.naive_later or '-':>7} {one.naive_bound:>7}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
