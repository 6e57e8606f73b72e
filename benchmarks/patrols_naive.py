"""Patrols as somebody would write them down first: one Boolean for every building, day and way."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, permutations

from ortools.sat.python import cp_model

from dutyrules.plan.rotation import Rotation
from dutyrules.plan.walks import Ends


def naive(rotation: Rotation, seconds: float) -> tuple[int | None, int]:
    """(minutes, bound) after so many seconds; None without a plan."""
    model = cp_model.CpModel()
    count, days = len(rotation.places), len(rotation.steps)
    seen = [[model.new_bool_var("") for _ in range(count)] for _ in range(days)]
    ways = [_walk(model, rotation, day, seen[day]) for day in range(days)]
    for number, place in enumerate(rotation.places):
        column, gap = [seen[day][number] for day in range(days)], rotation.gap(number)
        model.add_linear_constraint(sum(column), *place.fair)
        for first in range(days - gap + 1):
            model.add_bool_or(column[first : first + gap])
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
    """One walk through what is seen on a day, from the office and back if there is one; its minutes."""
    walk, count = rotation.steps[day].menu.round, len(seen)
    ends = walk.ends or Ends.nowhere(count)
    follows = {pair: model.new_bool_var("") for pair in permutations(range(count), 2)}
    arcs: list[tuple[int, int, object]] = [(one, other, arc) for (one, other), arc in follows.items()]
    minutes = sum(int(rotation.between[pair]) * arc for pair, arc in follows.items())
    for number, one in enumerate(seen):
        first, last = model.new_bool_var(""), model.new_bool_var("")
        arcs += [(count, number, first), (number, count, last), (number, number, one.negated())]
        minutes += ends.out[number] * first + ends.back[number] * last
    model.add_circuit(arcs)
    model.add(sum(seen) == walk.asks[0].need)
    model.add(minutes + sum(stop.minutes * one for stop, one in zip(walk.stops, seen, strict=True)) <= walk.minutes)
    return minutes
