"""The cheapest changes after which a group of people could meet every demand, by counting.

The model of `exact.py` – classes of households, days that look alike – with visits that cost something: beyond a day's
number, after the hours, by colleagues, on days of leave; with households that are asked, and with less that is owed.
It leaves out days between visits and companions, so that no changes that suffice are cheaper than its solution.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import floor
from typing import Final

from ortools.math_opt.python import mathopt

from dutyrules.plan.agenda import Cell
from dutyrules.plan.draft import Draft, Household, classes
from dutyrules.plan.exact import NODES, TOLERANCE, Choice, Days, alike_days, choices_of, help_of_leavers
from dutyrules.plan.levers import Supply
from dutyrules.plan.relief import PRICES, Lever

PLACE: Final = 100_000
"""What the price of a place weighs beside a visit: among the cheapest changes those with the fewest visits."""

Own = tuple[int, str, int]
"""Person, kind, day number."""


@dataclass(frozen=True)
class Wanted:
    """Changes, as the planner's own data have them.

    Attributes:
        places: Visits beyond a day's number.
        slots: Visits after the hours, and by colleagues: in which cell, and how many.
        asked: Codes of households.
        works: (person, day number) of leave.
        owe: Demand → by how much less it is to ask for.
        least: What no changes that suffice cost less than.
    """

    places: Mapping[Own, int]
    slots: Mapping[Lever, Mapping[Cell, int]]
    asked: tuple[int, ...]
    works: tuple[tuple[int, int], ...]
    owe: Mapping[int, int]
    least: int

    @property
    def price(self) -> int:
        """What they cost."""
        slots = sum(PRICES[lever] * sum(cells.values()) for lever, cells in self.slots.items())
        numbers = (
            (Lever.PLACE, sum(self.places.values())),
            (Lever.WISH, len(self.asked)),
            (Lever.LEAVE, len(self.works)),
            (Lever.OWE, sum(self.owe.values())),
        )
        return slots + sum(PRICES[lever] * number for lever, number in numbers)


def cheapest(
    supplies: Sequence[Supply], numbers: Sequence[int], lifted: Mapping[int, Household], more: Mapping[int, int]
) -> Wanted | None:
    """The cheapest changes; None if none were found.

    Args:
        supplies: What is there anyway comes first.
        numbers: The demands that changes can help.
        lifted: Households as they would be if they were asked.
        more: Demand → what it is to get beyond its need.
    """
    return _Model(supplies, numbers, lifted, more).solve()


@dataclass(frozen=True)
class _Of:
    """Choices of one lever: for the members of a class as they are, or as they would be if they were asked."""

    lever: Lever
    group: int
    asked: bool
    choice: Choice


class _Model:
    def __init__(
        self,
        supplies: Sequence[Supply],
        numbers: Sequence[int],
        lifted: Mapping[int, Household],
        more: Mapping[int, int],
    ) -> None:
        self.model = mathopt.Model()
        self.numbers, self.lifted, self.more = numbers, lifted, more
        self.supplies = [replace(one, draft=one.draft.unpaired().anywhere()) for one in supplies]
        self.own = self.supplies[0].draft
        self.groups = classes(self.own, numbers, leavers=True)
        self.price: list[mathopt.LinearBase] = []
        self.beyond: dict[int, tuple[Days, mathopt.Variable]] = {}
        self.works: list[tuple[int, tuple[int, ...], mathopt.Variable]] = []
        self.made = [one for supply in self.supplies for one in self._offers(supply)]
        self.asks = {
            index: self.model.add_integer_variable(lb=0, ub=len(self.groups[index][0]))
            for index in sorted({one.group for one in self.made if one.asked})
        }
        self.price += [PRICES[Lever.WISH] * asks for asks in self.asks.values()]
        for supply in self.supplies:
            self._limit(supply)
        self.owe = self._count()
        self.price += [PRICES[Lever.OWE] * lacks for lacks in self.owe.values()]

    def solve(self) -> Wanted | None:
        visits = mathopt.fast_sum([one.choice.number for one in self.made])
        self.model.minimize(PLACE * mathopt.fast_sum(self.price) + visits)
        result = mathopt.solve(
            self.model,
            mathopt.SolverType.GSCIP,
            params=mathopt.SolveParameters(random_seed=1, node_limit=NODES),
        )
        if not result.has_primal_feasible_solution():
            return None
        values = result.variable_values()

        def whole(variable: mathopt.Variable) -> int:
            return round(values[variable])

        taken = Counter({id(one.choice.number): whole(one.choice.number) for one in self.made})
        slots = {lever: _placed(one for one in self._of(lever, taken)) for lever in (Lever.HOUR, Lever.COLLEAGUE)}
        return Wanted(
            places=_spread((days, whole(extra), self.own) for days, extra in self.beyond.values()),
            slots=slots,
            asked=tuple(code for index, asks in self.asks.items() for code in self._first(index, whole(asks))),
            works=tuple((person, day) for person, days, works in self.works for day in days[: whole(works)]),
            owe={number: whole(lacks) for number, lacks in self.owe.items() if whole(lacks)},
            least=max(0, floor(result.best_objective_bound() / PLACE + TOLERANCE)),
        )

    def _of(self, lever: Lever, taken: Mapping[int, int]) -> Iterator[tuple[Choice, int]]:
        for one in self.made:
            if one.lever is lever and taken[id(one.choice.number)]:
                yield one.choice, taken[id(one.choice.number)]

    def _first(self, index: int, number: int) -> Iterator[int]:
        """The first members of a class by name."""
        members = sorted(self.groups[index][0], key=lambda one: one.name)
        yield from (one.code for one in members[:number])

    # ------------------------------------------------------------ visits

    def _offers(self, supply: Supply) -> Iterator[_Of]:
        """All visits that a lever makes possible: of households as they are, and of those that would be asked."""
        draft = replace(supply.draft, households={**supply.draft.households, **self._willing()})
        days = alike_days(
            draft, self.numbers, anybody=supply.lever is Lever.COLLEAGUE, together=supply.lever is Lever.LEAVE
        )
        for index, (members, times) in enumerate(self.groups):
            for choice in choices_of(self.model, draft, days, (members, times)):
                yield _Of(supply.lever, index, False, choice)
            asked = self.lifted.get(members[0].code)
            if asked is not None:
                for choice in choices_of(self.model, draft, days, ([asked, *members[1:]], times)):
                    cell = choice.days.parts[choice.part]
                    if not members[0].takes(draft.agenda.channel(cell.kind), cell.day, cell.kind):
                        yield _Of(supply.lever, index, True, choice)

    def _willing(self) -> Mapping[int, Household]:
        """Those that could be asked, under numbers of their own: their days too are to be told apart."""
        return {-1 - code: one for code, one in self.lifted.items()}

    def _limit(self, supply: Supply) -> None:
        """What a lever's days hold."""
        mine = [one.choice for one in self.made if one.lever is supply.lever]
        by_days: dict[int, list[Choice]] = defaultdict(list)
        for choice in mine:
            by_days[id(choice.days)].append(choice)
        working = self._working(mine) if supply.lever is Lever.LEAVE else {}
        for chosen in by_days.values():
            days = chosen[0].days
            count = working.get(_whose(days), len(days.days))
            for part, cell in enumerate(days.parts):
                free = len(supply.draft.agenda.free(cell))
                self._most([one.number for one in chosen if one.part == part], free * count)
            if supply.lever is Lever.PLACE:
                self._beyond(supply.draft, days, chosen)
            else:
                self._most([one.number for one in chosen], days.left * count)
        if supply.lever is Lever.PLACE:
            self._minutes(supply.draft, by_days)
        elif supply.lever is not Lever.LEAVE:
            self.price += [PRICES[supply.lever] * one.number for one in mine]

    def _beyond(self, draft: Draft, days: Days, chosen: Sequence[Choice]) -> None:
        """The day's number of visits, and what is bought beyond it."""
        most = _room(draft, days) * len(days.days)
        extra = self.model.add_integer_variable(lb=0, ub=most)
        visits = mathopt.fast_sum([one.number for one in chosen])
        self.model.add_linear_constraint(visits - extra <= days.left * len(days.days))
        self.model.add_linear_constraint(visits - extra >= 0)
        self.beyond[id(days)] = days, extra
        self.price.append(PRICES[Lever.PLACE] * extra)

    def _minutes(self, draft: Draft, by_days: Mapping[int, Sequence[Choice]]) -> None:
        """Minutes of all kinds together; what is bought takes none of them."""
        agenda = draft.agenda
        if agenda.minutes is None:
            return
        spent: dict[tuple[int, tuple[int, ...]], list[mathopt.LinearBase]] = defaultdict(list)
        for key, chosen in by_days.items():
            days, extra = self.beyond[key]
            minutes = agenda.kinds[days.parts[0].kind].minutes
            spent[_whose(days)] += [minutes * one.number for one in chosen] + [-minutes * extra]
        for (person, of_days), terms in spent.items():
            self._most(terms, sum(max(0, agenda.minutes_left(person, day) or 0) for day in of_days))

    def _working(self, mine: Iterable[Choice]) -> dict[tuple[int, tuple[int, ...]], mathopt.Variable]:
        """How many days of leave, of those that are alike, somebody works."""
        working: dict[tuple[int, tuple[int, ...]], mathopt.Variable] = {}
        for choice in mine:
            person, days = key = _whose(choice.days)
            if key not in working:
                working[key] = self.model.add_integer_variable(lb=0, ub=len(days))
                self.works.append((person, days, working[key]))
                self.price.append(PRICES[Lever.LEAVE] * working[key])
        return working

    def _most(self, terms: Sequence[mathopt.LinearTypes], most: mathopt.LinearTypes) -> None:
        if terms:
            self.model.add_linear_constraint(mathopt.fast_sum(terms) - most <= 0)

    # ------------------------------------------------------------ demands

    def _count(self) -> dict[int, mathopt.Variable]:
        """For each demand, by how much less it would have to ask for."""
        visits: dict[tuple[int, int, bool], list[mathopt.Variable]] = defaultdict(list)
        for one in self.made:
            for number in one.choice.serves:
                visits[number, one.group, one.asked].append(one.choice.number)
        reached: dict[int, list[mathopt.LinearBase]] = defaultdict(list)
        leaving: dict[int, list[mathopt.LinearBase]] = defaultdict(list)
        for index, (members, times) in enumerate(self.groups):
            for number in times:
                demand = self.own.demands[number]
                leaves = members[0].code in demand.leavers and not demand.leavers_help
                terms = [*visits[number, index, False], *self._asked(visits[number, index, True], index)]
                counted = self.model.add_variable(lb=0, ub=len(members))
                self._most([counted], mathopt.fast_sum(terms))
                (leaving if leaves else reached)[number].append(counted)
        owe = {}
        for number in self.numbers:
            demand = self.own.demands[number]
            helped = help_of_leavers(self.model, demand, leaving[number]) if leaving[number] else []
            need = self.own.missing(number) + self.more.get(number, 0)
            owe[number] = self.model.add_integer_variable(lb=0, ub=need)
            self.model.add_linear_constraint(owe[number] + mathopt.fast_sum([*reached[number], *helped]) >= need)
        return owe

    def _asked(self, visits: Sequence[mathopt.Variable], index: int) -> Iterator[mathopt.Variable]:
        """Visits to members that are asked: each counts once."""
        if visits:
            counted = self.model.add_variable(lb=0, ub=len(self.groups[index][0]))
            self._most([counted], mathopt.fast_sum(visits))
            self._most([counted], self.asks[index])
            yield counted


def _room(draft: Draft, days: Days) -> int:
    """How many slots of such a day its number of visits leaves over."""
    return max(0, sum(len(draft.agenda.free(cell)) for cell in days.parts) - days.left)


def _whose(days: Days) -> tuple[int, tuple[int, ...]]:
    return days.parts[0].person, tuple(cells[0].day for cells in days.days)


def _spread(found: Iterable[tuple[Days, int, Draft]]) -> dict[Own, int]:
    """Visits beyond the number of a day, on as few days as can be."""
    places = {}
    for days, number, draft in found:
        left, room = number, _room(draft, days)
        for cells in days.days:
            here = min(left, room)
            if here:
                places[cells[0].person, cells[0].kind, cells[0].day] = here
                left -= here
    return places


def _placed(found: Iterable[tuple[Choice, int]]) -> dict[Cell, int]:
    """Cells for visits, on as few days as can be."""
    cells: dict[Cell, int] = {}
    made: Counter[Own] = Counter()
    for choice, number in found:
        left = number
        for parts in choice.days.days:
            cell = parts[choice.part]
            day = (cell.person, cell.kind, cell.day)
            here = min(left, len(cell.starts) - cells.get(cell, 0), choice.days.left - made[day])
            if here > 0:
                cells[cell] = cells.get(cell, 0) + here
                made[day] += here
                left -= here
    return cells
