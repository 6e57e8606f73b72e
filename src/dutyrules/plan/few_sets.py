"""Small areas: first the sets that are cheapest together, then their order.

Where all rounds have one short menu, how often each set is walked is a small integer program, which is solved exactly.
What is left is to put the rounds in an order that keeps the promises, and walks no minute more.
"""

from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from ortools.sat.python import cp_model

from dutyrules.plan.menus import ListedMenu
from dutyrules.plan.rotation import Rotation, Search, window

MOST_SETS: Final = 500
"""Sets of a menu that is short: eight buildings of which five are walked have 56, ten have 252."""

LIMIT: Final = 0.3
"""Deterministic time for the integer program: no clock decides."""

REORDERED: Final = 20_000
"""Exchanges of rounds, at most."""

SEED: Final = 0


def begun(rotation: Rotation, free: Sequence[int] | None = None) -> Search:
    """A search that begins with the cheapest sets, if they are few and an order is found; else with a sliding window.

    Args:
        free: The rounds that may change; all, if it is not said.
    """
    search = Search(rotation, window(rotation), free)
    chosen = fewest_minutes(rotation) if free is None or len(free) == len(rotation.steps) else None
    if chosen is None:
        return search
    other = Search(rotation, chosen)
    other.reorder(REORDERED, SEED)
    return min((search, other), key=lambda one: (one.best.broken, one.best.minutes))


def fewest_minutes(rotation: Rotation) -> list[int] | None:
    """A set for each round, so that together they walk least and patrol evenly; their order keeps no promise yet.

    None where rounds differ, or their sets are many.
    """
    menus = {step.menu for step in rotation.steps}
    if len(rotation.gaps) != 1 or len(menus) != 1:
        return None
    (menu,) = menus
    if not isinstance(menu, ListedMenu) or len(menu.chosen) > MOST_SETS:
        return None
    rounds = len(rotation.steps)
    sets = [menu.round.spread(mask) for mask in menu.chosen.tolist()]
    model = cp_model.CpModel()
    # no set twice in a row: each on every second round at most, if there is another
    most = rounds if len(sets) == 1 else -(-rounds // 2)
    times = [model.new_int_var(0, most, "") for _ in sets]
    model.add(sum(times) == rounds)
    for place, one in enumerate(rotation.places):
        patrols = sum(number for taken, number in zip(sets, times, strict=True) if taken >> place & 1)
        model.add_linear_constraint(patrols, *one.fair)
    model.minimize(sum(minutes * number for minutes, number in zip(menu.minutes.tolist(), times, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    solver.parameters.max_deterministic_time = LIMIT
    if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    spread = [  # each set as evenly as can be
        (Fraction(2 * turn + 1, 2 * number), taken)
        for taken, variable in zip(sets, times, strict=True)
        for number in [solver.value(variable)]
        for turn in range(number)
    ]
    return [taken for _, taken in sorted(spread)]
