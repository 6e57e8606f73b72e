"""Visits for the demands of one post and kind of visit: one circulation finds the fewest misses and the best days."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import ceil
from typing import Final

from dutyrules.plan.agenda import Agenda, Cell
from dutyrules.plan.demand import Demand, Spans, within
from dutyrules.plan.draft import Draft, Group, Household, Visit, classes
from dutyrules.plan.flow import Network
from dutyrules.timegrid import DAY, week_of

MISS: Final = 1_000_000
AVOIDED: Final = 100_000
UNWISHED: Final = 2_000
CROWDED: Final = 300
MINUTE: Final = 50
"""What a miss, an hour to avoid, an hour against a wish, a visit beyond the week's even share, and a minute of a visit
cost; a day away from the building's turn costs 1."""


@dataclass(frozen=True)
class Family:
    """Demands that one network can hold: periods that do not overlap, and perhaps one around them all.

    Attributes:
        fine: Demands of the shortest periods; a unit counts once in each.
        around: The demand of the period around them, None if there is none.
    """

    fine: tuple[int, ...]
    around: int | None

    @property
    def numbers(self) -> tuple[int, ...]:
        """All its demands."""
        return self.fine if self.around is None else (*self.fine, self.around)


def families(demands: Sequence[Demand]) -> list[Family]:
    """Groups demands by post and by what counts; those that few kinds can meet come first."""
    groups: dict[object, list[int]] = {}
    for number, demand in enumerate(demands):
        if not demand.follow_up and demand.units:
            key = (
                len(demand.kinds),
                sorted(demand.ways),
                sorted(demand.performers or ()),
                sorted(demand.posts),
            )
            groups.setdefault(repr(key), []).append(number)
    found: list[Family] = []
    for _, numbers in sorted(groups.items()):
        found += _families(demands, numbers)
    return sorted(found, key=lambda family: len(demands[family.numbers[0]].kinds))


def _families(demands: Sequence[Demand], numbers: Sequence[int]) -> Iterator[Family]:
    """Two levels of periods make one network; any further level stands alone."""
    levels: dict[str, list[int]] = {}
    for number in numbers:
        levels.setdefault(demands[number].duty, []).append(number)
    fine, *coarser = sorted(levels.values(), key=len, reverse=True)
    around = next((level[0] for level in coarser if len(level) == 1 and _encloses(demands, level[0], fine)), None)
    yield Family(tuple(fine), around)
    yield from (Family(tuple(level), None) for level in coarser if around not in level)


def _encloses(demands: Sequence[Demand], outer: int, inner: Sequence[int]) -> bool:
    first, last = demands[outer].first, demands[outer].last
    within = all(first <= demands[number].first and demands[number].last <= last for number in inner)
    return within and all((demands[number].first, demands[number].last) != (first, last) for number in inner)


@dataclass(frozen=True)
class _Turns:
    """When it is each building's turn, so that its households are visited on few days, one building after the other.

    Attributes:
        rank: Day → its number among the days on which visits are possible.
        turn: (building, demand) → the rank around which it is visited.
    """

    rank: Mapping[int, int]
    turn: Mapping[tuple[str, int], int]

    def away(self, building: str, number: int, day: int) -> int:
        """How many days a day is from the building's turn."""
        return abs(self.rank[day] - self.turn[building, number])


def _turns(groups: Sequence[Group], family: Family, cells: Mapping[int, Sequence[Cell]]) -> _Turns:
    """Buildings in walking order, each with as many days as it has households: over the period around, or in each."""
    rank = {day: place for place, day in enumerate(sorted({cell.day for group in cells.values() for cell in group}))}
    turn: dict[tuple[str, int], int] = {}
    stretches = [family.fine] if family.around is not None else [(number,) for number in family.fine]
    for stretch in stretches:
        days = sorted({rank[cell.day] for number in stretch for cell in cells[number]})
        sizes: dict[tuple[int, str], int] = {}
        for members, spans in groups:
            if not spans.keys().isdisjoint(stretch):
                key = (members[0].place, members[0].building)
                sizes[key] = sizes.get(key, 0) + len(members)
        before, total = 0, max(1, sum(sizes.values()))
        for (_, building), size in sorted(sizes.items()):
            middle = days[len(days) * (2 * before + size) // (2 * total)] if days else 0
            turn |= {(building, number): middle for number in stretch}
            before += size
    return _Turns(rank, turn)


@dataclass(frozen=True)
class _Lane:
    """An arc that stands for visits of a class in a cell."""

    arc: int
    members: list[Household]
    cell: Cell
    demand: int


def spread(draft: Draft, family: Family, *, alone: bool = False) -> None:
    """Adds the visits of a family to the draft.

    Args:
        alone: Do not look at what the visits would do for demands of other families.
    """
    network, lanes = _network(draft, family, alone=alone)
    flow = network.circulate()
    for lane in sorted(lanes, key=lambda lane: (lane.cell.day, lane.cell.person, lane.arc)):
        for _ in range(int(flow[lane.arc])):
            _visit(draft, lane, family)


def least(fixed: Draft, family: Family) -> int:
    """The fewest misses of a family if all capacity were its own; for each demand alone if one network cannot say.

    Args:
        fixed: A draft without leavers (`Draft.relaxed`).
    """
    if family.around is not None and not _tiled(fixed, family, family.around):
        return sum(least(fixed, Family((number,), None)) for number in family.numbers)
    alone = fixed.copy()
    spread(alone, family, alone=True)
    return alone.shortfall(family.numbers)


def _tiled(fixed: Draft, family: Family, around: int) -> bool:
    """Whether on planned days the period around counts a unit just when one of the short periods does."""
    outer, inner = fixed.demands[around], [fixed.demands[number] for number in family.fine]
    days = {cell.day for cell in fixed.agenda.cells}

    @cache
    def planned(times: Spans) -> frozenset[int]:
        return frozenset(day for day in days if within(times, day * DAY))

    return all(
        planned(outer.times(code))
        == frozenset().union(*(planned(one.times(code)) for one in inner if code in one.units))
        for code in outer.units
    )


def _visit(draft: Draft, lane: _Lane, family: Family) -> None:
    """Visits the member of a class that gains most from it; none too soon after another, nor beyond a day's minutes."""
    cell, agenda = lane.cell, draft.agenda
    waiting = [
        one for one in lane.members if draft.waits(lane.demand, one.code) and draft.apart(one.code, cell.kind, cell.day)
    ]
    if not waiting or not agenda.left(cell.person, cell.kind, cell.day) > 0:
        return
    around = family.around
    chosen = min(waiting, key=lambda one: (around is not None and not draft.waits(around, one.code), one.name))
    attributes = draft.demands[lane.demand].says(cell.kind)
    draft.add(Visit(chosen, cell.kind, cell.person, draft.agenda.free(cell)[0], attributes))


def _network(draft: Draft, family: Family, *, alone: bool) -> tuple[Network, list[_Lane]]:
    """Source → perhaps first visit or repeat → class → class in a period → cell → day → week → period → sink."""
    network, lanes = Network(), list[_Lane]()
    demands, agenda = draft.demands, draft.agenda
    cells = {number: list(_cells(agenda, demands[number])) for number in family.fine}
    groups = classes(draft, family.numbers)
    turns = _turns(groups, family, cells)
    for index, (members, spans) in enumerate(groups):
        _source(network, index, len(members), family, spans)
        for number in family.fine:
            if number not in spans:
                continue
            others = 0 if alone else _only_way(draft, family, number, members[0])
            network.arc(("class", index), ("class", index, number), len(members), -MISS * others)
            for cell in _open_cells(agenda, cells[number], members[0], spans[number]):
                cost = turns.away(members[0].building, number, cell.day) + _regret(agenda, cell, members[0])
                arc = network.arc(("class", index, number), ("cell", cell), len(members), cost)
                lanes.append(_Lane(arc, members, cell, number))
    _capacity(network, draft, family, cells)
    _sink(network, draft, family, cells)
    return network, lanes


def _source(network: Network, index: int, size: int, family: Family, spans: Mapping[int, object]) -> None:
    """First visits of the period around earn what repeats do not."""
    periods = len(family.fine)
    if family.around is None:
        network.arc("source", ("class", index), size * periods)
    elif family.around in spans:
        network.arc("first", ("class", index), size)
        network.arc("repeat", ("class", index), size * (periods - 1))
    else:
        network.arc("repeat", ("class", index), size * periods)


def _sink(network: Network, draft: Draft, family: Family, cells: Mapping[int, Sequence[Cell]]) -> None:
    """Each period earns until it has what it needs; so does the one around."""
    plenty = len(draft.agenda.cells) * 1_000
    for number in family.fine:
        need = draft.missing(number)
        network.arc(("period", number), "sink", need, -MISS)
        network.arc(("period", number), "sink", plenty)
        weeks: dict[int, int] = {}
        for day in sorted({cell.day for cell in cells[number]}):
            weeks[week_of(day)] = weeks.get(week_of(day), 0) + 1
        wanted = max(need, _share_of_around(draft, family, number, cells))
        for week, days in weeks.items():
            even = ceil(wanted * days / sum(weeks.values()))
            network.arc(("week", number, week), ("period", number), even)
            network.arc(("week", number, week), ("period", number), plenty, CROWDED)
    network.arc("sink", "source", plenty)
    if family.around is not None:
        network.arc("source", "first", draft.missing(family.around), -MISS)
        network.arc("source", "first", plenty)
        network.arc("source", "repeat", plenty)


def _share_of_around(draft: Draft, family: Family, number: int, cells: Mapping[int, Sequence[Cell]]) -> int:
    """What falls to a period if the need of the one around is spread over its days."""
    if family.around is None:
        return 0
    days = {one: len({cell.day for cell in cells[one]}) for one in family.fine}
    return ceil(draft.missing(family.around) * days[number] / max(1, sum(days.values())))


def most_visits(agenda: Agenda, kinds: Iterable[str], person: int, day: int) -> int:
    """How many visits of some kinds together a day's minutes allow: as many as there are of the shortest kind."""
    minutes = agenda.minutes_left(person, day)
    if minutes is None:
        return sum(max(0, agenda.left(person, kind, day)) for kind in kinds if kind in agenda.kinds)
    return max(0, minutes // min(agenda.kinds[kind].minutes for kind in kinds if kind in agenda.kinds))


def _capacity(network: Network, draft: Draft, family: Family, cells: Mapping[int, Sequence[Cell]]) -> None:
    agenda, demands = draft.agenda, draft.demands
    for number in family.fine:
        days: set[tuple[int, str, int]] = set()
        for cell in cells[number]:
            day = (cell.person, cell.kind, cell.day)
            network.arc(("cell", cell), ("day", *day), len(agenda.free(cell)))
            if day not in days:
                days.add(day)
                network.arc(("day", *day), ("all", cell.person, cell.day), max(0, agenda.left(*day)))
                if (cell.person, "", cell.day) not in days:
                    days.add((cell.person, "", cell.day))
                    most = most_visits(agenda, demands[number].kinds, cell.person, cell.day)
                    network.arc(("all", cell.person, cell.day), ("week", number, week_of(cell.day)), most)


def _cells(agenda: Agenda, demand: Demand) -> Iterator[Cell]:
    """Cells in which some visit would count."""
    spans = {span for code in demand.units for span in demand.times(code)}
    for cell in agenda.cells:
        allowed = cell.kind in demand.kinds and (demand.performers is None or cell.person in demand.performers)
        if allowed and any(
            opens <= start < limit for opens, limit in spans for start in (cell.starts[0], cell.starts[-1])
        ):
            yield cell


def _open_cells(agenda: Agenda, cells: Sequence[Cell], household: Household, times: Spans) -> Iterator[Cell]:
    """Cells in which these households may be visited and would count."""
    for cell in cells:
        if (
            within(times, cell.starts[0])
            and within(times, cell.starts[-1])
            and household.takes(agenda.channel(cell.kind), cell.day, cell.kind)
            and agenda.sends(cell.person, cell.day, household.posts)
        ):
            yield cell


def _only_way(draft: Draft, family: Family, number: int, household: Household) -> int:
    """How many demands of other families, for the same period, only this kind of visit can meet at this household."""
    here = draft.demands[number]
    found = 0
    for other, demand in enumerate(draft.demands):
        same = (demand.first, demand.last) == (here.first, here.last) and other not in family.numbers
        same = same and demand.performers in (None, here.performers)
        if same and draft.missing(other) and draft.waits(other, household.code):
            taken = {kind for kind in demand.kinds if household.ever_takes(draft.agenda.channel(kind))}
            found += bool(taken) and taken <= here.kinds
    return found


def _regret(agenda: Agenda, cell: Cell, household: Household) -> int:
    """What speaks against a cell: the time it takes, an hour that should be avoided, or that is not wished."""
    minutes = MINUTE * agenda.kinds[cell.kind].minutes
    unwished = not household.wishes(cell.band, cell.day)
    return minutes + (UNWISHED if unwished else 0) + (AVOIDED if cell.avoided else 0)
