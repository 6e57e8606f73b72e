"""Where duties compete: the fewest misses of all demands together, by counting, and a proof of it.

Households that look alike are counted, not told apart, and so are days: a quarter has some sixty workdays, but for a
monthly demand all those of a month are one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import floor
from typing import Final

from ortools.math_opt.python import mathopt

from dutyrules.plan.agenda import Agenda, Cell
from dutyrules.plan.demand import Attributes, Demand, Spans, within
from dutyrules.plan.draft import Draft, Group, Household, Visit, classes, senders
from dutyrules.timegrid import DAY

NODES: Final = 2_000
"""Branches that the search for one group of people may look at: no clock decides, so every run ends with the same."""

MISS: Final = 10_000
"""A miss outweighs every visit that could be saved."""

TOLERANCE: Final = 1e-6
"""What a bound in floating point may fall short of the whole number that it means."""


@dataclass(frozen=True)
class Proof:
    """What the search knows: no plan misses less than `least`."""

    least: int


@dataclass(frozen=True)
class Days:
    """Days of one person and kind that no demand tells apart: the same parts, with as many free slots each.

    Attributes:
        days: For each day, its cells; the first cells of all days are alike, and so on.
        left: Visits that may still be made on each of them.
    """

    days: tuple[tuple[Cell, ...], ...]
    left: int

    @property
    def parts(self) -> tuple[Cell, ...]:
        """The cells of one day, which stand for those of all."""
        return self.days[0]


@dataclass(frozen=True)
class Choice:
    """So many visits of a class in a part of such days."""

    number: mathopt.Variable
    members: list[Household]
    days: Days
    part: int
    attributes: Attributes
    case: str | None
    serves: tuple[int, ...]


def solve_exactly(draft: Draft) -> Proof:
    """Adds to a draft, which holds only what is fixed, the visits with the fewest misses."""
    model = mathopt.Model()
    lacking = [number for number, demand in enumerate(draft.demands) if demand.need]
    groups = classes(draft, lacking, leavers=True)
    days = alike_days(draft, lacking)
    choices = [choice for group in groups for choice in choices_of(model, draft, days, group)]
    _keep_capacity(model, draft.agenda, choices)
    missing = _count_misses(model, draft, lacking, groups, choices)
    model.minimize(MISS * mathopt.fast_sum(missing) + mathopt.fast_sum([choice.number for choice in choices]))
    parameters = mathopt.SolveParameters(random_seed=1, node_limit=NODES)
    result = mathopt.solve(model, mathopt.SolverType.GSCIP, params=parameters)
    if result.has_primal_feasible_solution():
        values = result.variable_values([choice.number for choice in choices])
        chosen = [(choice, round(value)) for choice, value in zip(choices, values, strict=True)]
        for choice, times in sorted(chosen, key=lambda pair: (-len(pair[0].serves), len(pair[0].days.days))):
            _make(draft, choice, times)  # visits that count for most first: what calls are left to do depends on them
    return Proof(least=max(0, floor(result.best_objective_bound() / MISS + TOLERANCE)))


def alike_days(draft: Draft, lacking: Sequence[int], *, anybody: bool = False, together: bool = False) -> list[Days]:
    """The days of the agenda, those that look alike to every demand and household together.

    Args:
        anybody: Whether it does not matter whose days they are.
        together: Whether days must be alike for all kinds of visits, as where kinds share minutes.
    """
    agenda = draft.agenda
    edges = sorted(_edges(draft, lacking))
    by_day: dict[tuple[int, str, int], list[Cell]] = defaultdict(list)
    for cell in agenda.cells:
        if agenda.free(cell):
            by_day[cell.person, cell.kind, cell.day].append(cell)
    looks = {
        key: tuple((cell.avoided, len(agenda.free(cell)), _between(edges, cell)) for cell in cells)
        for key, cells in by_day.items()
    }
    groups: dict[object, list[tuple[Cell, ...]]] = defaultdict(list)
    for (person, kind, day), cells in by_day.items():
        alike = sorted(agenda.kinds) if together or agenda.minutes is not None else [kind]  # they share groups of days
        look = tuple((one, looks.get((person, one, day)), agenda.left(person, one, day)) for one in alike)
        whose = None if anybody else person
        groups[whose, kind, agenda.at_work[person, day], agenda.minutes_left(person, day), look].append(tuple(cells))
    return [
        Days(tuple(days), max(0, agenda.left(days[0][0].person, days[0][0].kind, days[0][0].day)))
        for days in groups.values()
    ]


def _edges(draft: Draft, lacking: Sequence[int]) -> set[int]:
    """The instants at which a visit begins or ceases to count, or to be wished."""
    demands = [draft.demands[number] for number in lacking]
    counted = {spans for demand in demands for spans in (*demand.units.values(), *demand.there.values())}
    stays = {stay for household in draft.households.values() for stay in household.stays}
    return {edge for spans in counted for span in spans for edge in span}.union(
        *((stay.first * DAY, (stay.last + 1) * DAY) for stay in stays)
    )


def _between(edges: Sequence[int], cell: Cell) -> tuple[int, ...]:
    """Where the slots of a cell lie between the instants at which demands begin and end."""
    return tuple(sum(edge <= start for edge in edges) for start in (cell.starts[0], cell.starts[-1]))


def choices_of(model: mathopt.Model, draft: Draft, days: Sequence[Days], group: Group) -> Iterator[Choice]:
    """Every part of days in which a visit of the class would count for something, by each way to make it."""
    members, times = group
    agenda, one = draft.agenda, members[0]
    for kind, attributes, case in _ways(draft, times):
        for alike in days:
            for part, cell in enumerate(alike.parts):
                if cell.kind != kind or not one.takes(agenda.channel(cell.kind), cell.day, kind):
                    continue
                free = agenda.free(cell)
                serves = tuple(
                    number
                    for number in times
                    if _meets(draft.demands[number].units[one.code], free)
                    and draft.demands[number].accepts(kind, attributes, cell.person, case)
                )
                posts = senders(one, [draft.demands[number] for number in serves])
                open_then = any(_meets(times[number], free) for number in serves)
                if open_then and agenda.sends(cell.person, cell.day, posts):
                    number = model.add_integer_variable(lb=0, ub=len(members) * len(alike.days))
                    yield Choice(number, members, alike, part, attributes, case, serves)


def _meets(spans: Spans, starts: Sequence[int]) -> bool:
    """Whether one of some seconds, in order, lies in one of some times."""
    first, last = starts[0], starts[-1]
    return any(
        since <= last and first < until and any(since <= start < until for start in starts) for since, until in spans
    )


def _ways(draft: Draft, numbers: Iterable[int]) -> list[tuple[str, Attributes, str | None]]:
    """What visits may be, say and be about, so that each counts for one demand or for several that agree."""
    demands = [draft.demands[number] for number in numbers]
    ways = {(kind, attributes, demand.case) for demand in demands for kind, attributes in demand.ways}
    for (kind, words, case), (other, more, another) in combinations(sorted(ways, key=repr), 2):
        said = dict(words) | dict(more)
        agree = dict(more) | dict(words) == said and (None in (case, another) or case == another)
        if kind == other and agree:
            ways.add((kind, tuple(sorted(said.items())), case or another))
    return sorted(ways, key=repr)


def _keep_capacity(model: mathopt.Model, agenda: Agenda, choices: Sequence[Choice]) -> None:
    """No more visits than free slots in a part, and than a person may make on such days."""
    parts: dict[tuple[int, int], list[Choice]] = defaultdict(list)
    whole: dict[int, list[Choice]] = defaultdict(list)
    for choice in choices:
        parts[id(choice.days), choice.part].append(choice)
        whole[id(choice.days)].append(choice)
    for (_, part), mine in parts.items():
        days = mine[0].days
        room = len(days.days) * len(agenda.free(days.parts[part]))
        model.add_linear_constraint(mathopt.fast_sum([one.number for one in mine]) <= room)
    for mine in whole.values():
        days = mine[0].days
        model.add_linear_constraint(mathopt.fast_sum([one.number for one in mine]) <= len(days.days) * days.left)
    _keep_minutes(model, agenda, choices)


def _keep_minutes(model: mathopt.Model, agenda: Agenda, choices: Sequence[Choice]) -> None:
    """No more minutes, of all kinds together, than some days that look alike have."""
    alike: dict[tuple[int, tuple[int, ...]], list[mathopt.LinearBase]] = defaultdict(list)
    for choice in choices if agenda.minutes is not None else ():
        cell = choice.days.parts[0]
        days = tuple(parts[0].day for parts in choice.days.days)
        alike[cell.person, days].append(agenda.kinds[cell.kind].minutes * choice.number)
    for (person, days), spent in alike.items():
        left = sum(max(0, agenda.minutes_left(person, day) or 0) for day in days)
        left += sum(way.minutes * agenda.spare(person, kind, day) for kind, way in agenda.kinds.items() for day in days)
        model.add_linear_constraint(mathopt.fast_sum(spent) <= left)


def _count_misses(
    model: mathopt.Model, draft: Draft, lacking: Sequence[int], groups: Sequence[Group], choices: Sequence[Choice]
) -> list[mathopt.Variable]:
    """For each demand, what it lacks: a class counts at most once per member, and at most as often as it is visited."""
    visits: Mapping[tuple[int, int], list[mathopt.Variable]] = defaultdict(list)
    for choice in choices:
        for number in choice.serves:
            visits[number, id(choice.members)].append(choice.number)
    reached: Mapping[int, list[mathopt.LinearBase]] = defaultdict(list)
    leaving: Mapping[int, list[mathopt.LinearBase]] = defaultdict(list)
    for members, times in groups:
        for number in times:
            counted = model.add_variable(lb=0, ub=len(members))
            model.add_linear_constraint(counted <= mathopt.fast_sum(visits[number, id(members)]))
            leaves = members[0].code in draft.demands[number].leavers and not draft.demands[number].leavers_help
            (leaving if leaves else reached)[number].append(counted)
    missing = []
    for number in lacking:
        helped = help_of_leavers(model, draft.demands[number], leaving[number]) if leaving[number] else []
        need = draft.missing(number)
        lacks = model.add_variable(lb=0, ub=need)
        model.add_linear_constraint(lacks >= need - mathopt.fast_sum([*reached[number], *helped]))
        missing.append(lacks)
    return missing


def help_of_leavers(
    model: mathopt.Model, demand: Demand, visited: Sequence[mathopt.LinearBase]
) -> Iterator[mathopt.LinearBase]:
    """The first, second … leaver that is visited: each adds to what is done, and perhaps as much to what is owed."""
    steps = [model.add_binary_variable() for _ in demand.needs[1:]]
    model.add_linear_constraint(mathopt.fast_sum(steps) <= mathopt.fast_sum(visited))
    for step, after in pairwise(steps):
        model.add_linear_constraint(after <= step)
    for step, (before, need) in zip(steps, pairwise(demand.needs), strict=True):
        yield (1 - (need - before)) * step


def _make(draft: Draft, choice: Choice, times: int) -> None:
    """Makes the visits of a choice, each at the household that gains most and on the day with most room."""
    for _ in range(times):
        found = _best_slot(draft, choice)
        if found is None:
            return
        cell, start = found
        visits = [
            Visit(one, cell.kind, cell.person, start, choice.attributes, choice.case)
            for one in sorted(choice.members, key=lambda one: one.name)
        ]
        best = max(visits, key=lambda visit: _gain(draft, visit))
        if _gain(draft, best) and draft.may(best):
            draft.add(best)


def _best_slot(draft: Draft, choice: Choice) -> tuple[Cell, int] | None:
    """A free slot on the emptiest of the days; one that is in time for follow-ups, if there is one."""
    agenda = draft.agenda
    times = [draft.demands[number].units[choice.members[0].code] for number in choice.serves]
    found = []
    for cells in choice.days.days:
        cell = cells[choice.part]
        left = agenda.left(cell.person, cell.kind, cell.day)
        if left > 0:
            for start in agenda.free(cell):
                late = sum(not within(spans, start) for spans in times)
                found.append((late, -left, start, cell))
    if not found:
        return None
    _, _, start, cell = min(found)
    return cell, start


def _gain(draft: Draft, visit: Visit) -> int:
    """How many demands a visit would bring nearer."""
    return sum(
        draft.missing(number) > 0 and draft.waits(number, visit.household.code) for number in draft.serves(visit)
    )
