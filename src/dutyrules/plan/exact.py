"""Where duties compete: the fewest misses of all demands together, by counting, and a proof of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from ortools.sat.python import cp_model

from dutyrules.plan.agenda import Cell
from dutyrules.plan.draft import Attributes, Draft, Group, Household, Visit, classes

EFFORT: Final = 20.0
"""Deterministic seconds that one group of people may take; the same on every machine."""

MISS: Final = 10_000
"""A miss outweighs every visit that could be saved."""


@dataclass(frozen=True)
class Proof:
    """What the search knows: no plan misses less than `least`, and whether it was stopped before its time."""

    least: int
    stopped: bool


@dataclass(frozen=True)
class _Choice:
    """So many visits of a class in a cell."""

    number: cp_model.IntVar
    members: list[Household]
    cell: Cell
    attributes: Attributes
    case: str | None
    serves: tuple[int, ...]


def solve_exactly(draft: Draft) -> Proof:
    """Adds to a draft (which holds only what is fixed) the visits with the fewest misses.

    Interchangeable households are counted, not told apart, so the bound is one of a relaxation: valid, and mostly met.
    """
    model = cp_model.CpModel()
    groups = classes(draft, range(len(draft.demands)))
    choices = [choice for index, group in enumerate(groups) for choice in _choices(model, draft, index, group)]
    _keep_capacity(model, draft, choices)
    missing = _count_misses(model, draft, groups, choices)
    model.minimize(MISS * sum(missing) + sum(choice.number for choice in choices))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.max_deterministic_time = EFFORT
    status = solver.solve(model)
    if status in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        for choice in sorted(choices, key=lambda one: (one.cell, len(one.members))):
            _make(draft, choice, solver.value(choice.number))
    spent = solver.response_proto.deterministic_time
    return Proof(
        least=max(0, int(solver.best_objective_bound // MISS)),
        stopped=status != cp_model.OPTIMAL and spent < EFFORT / 2,
    )


def _choices(model: cp_model.CpModel, draft: Draft, index: int, group: Group) -> Iterator[_Choice]:
    """Every cell in which a visit of the class would count for something, by each way to make it."""
    members, spans = group
    agenda = draft.agenda
    ways = {
        (kind, demand.attributes, demand.case)
        for demand in (draft.demands[number] for number in spans)
        for kind in demand.kinds
        if kind in agenda.kinds and members[0].takes(agenda.kinds[kind].channel)
    }
    for kind, attributes, case in sorted(ways, key=repr):
        for cell in agenda.cells:
            if cell.kind != kind or not agenda.sends(cell, members[0].posts) or not agenda.free(cell):
                continue
            serves = tuple(
                number
                for number, (opens, limit) in spans.items()
                if any(opens <= start < limit for start in agenda.free(cell))
                and draft.demands[number].accepts(kind, attributes, cell.person, case)
            )
            if serves:
                name = f"class {index}, {kind}, day {cell.day}, person {cell.person}"
                yield _Choice(model.new_int_var(0, len(members), name), members, cell, attributes, case, serves)


def _keep_capacity(model: cp_model.CpModel, draft: Draft, choices: list[_Choice]) -> None:
    """No more visits than free slots in a cell, and than a person may make in a day."""
    cells: dict[Cell, list[cp_model.IntVar]] = {}
    days: dict[tuple[int, str, int], list[cp_model.IntVar]] = {}
    for choice in choices:
        cell = choice.cell
        cells.setdefault(cell, []).append(choice.number)
        days.setdefault((cell.person, cell.kind, cell.day), []).append(choice.number)
    for cell, numbers in cells.items():
        model.add(sum(numbers) <= len(draft.agenda.free(cell)))
    for day, numbers in days.items():
        model.add(sum(numbers) <= max(0, draft.agenda.left(*day)))


def _count_misses(
    model: cp_model.CpModel, draft: Draft, groups: list[Group], choices: list[_Choice]
) -> list[cp_model.IntVar]:
    """For each demand, what it lacks: a class counts at most once per member, and at most as often as it is visited."""
    visits: dict[tuple[int, int], list[cp_model.IntVar]] = {}
    for choice in choices:
        for number in choice.serves:
            visits.setdefault((number, id(choice.members)), []).append(choice.number)
    reached: dict[int, list[cp_model.IntVar]] = {}
    for members, spans in groups:
        for number in spans:
            counted = model.new_int_var(0, len(members), "")
            model.add(counted <= sum(visits.get((number, id(members)), [])))
            reached.setdefault(number, []).append(counted)
    missing = []
    for number in range(len(draft.demands)):
        need = draft.missing(number)
        lacks = model.new_int_var(0, need, "")
        model.add(lacks >= need - sum(reached.get(number, [])))
        missing.append(lacks)
    return missing


def _make(draft: Draft, choice: _Choice, times: int) -> None:
    """Makes the visits of a choice, each at the household that gains most."""
    for _ in range(times):
        gains = [
            (
                -sum(draft.waits(number, one.code) and draft.missing(number) > 0 for number in choice.serves),
                one.name,
                one,
            )
            for one in choice.members
        ]
        gain, _, household = min(gains)
        slots = draft.agenda.free(choice.cell)
        if not gain or not slots:
            return
        timed = [start for start in slots if all(_in_time(draft, number, household, start) for number in choice.serves)]
        start = (timed or slots)[0]
        draft.add(Visit(household, choice.cell.kind, choice.cell.person, start, choice.attributes, choice.case))


def _in_time(draft: Draft, number: int, household: Household, start: int) -> bool:
    opens, limit = draft.demands[number].units.get(household.code, (start, start + 1))
    return opens <= start < limit
