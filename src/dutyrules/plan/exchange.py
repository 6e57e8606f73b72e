"""Visits made in place of others: tried, and kept if that does no harm."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from dutyrules.plan.agenda import Cell, band_of
from dutyrules.plan.demand import within
from dutyrules.plan.draft import Draft, Household, Visit
from dutyrules.timegrid import DAY

Change = tuple[Sequence[Visit], Sequence[Visit]]
"""Visits, and what is made in place of them."""

TRIES: Final = 2_000
"""Exchanges that are looked at for all demands that lack something."""


def exchange(draft: Draft, old: Sequence[Visit], new: Sequence[Visit], *, fewer: bool = False) -> bool:
    """Makes other visits in place of some, if all may be made and nothing more is missed.

    Args:
        fewer: Only if less is missed, even if it is wished less; else only if it is wished as well.
    """
    if not fewer and sum(map(_unwished, new)) > sum(map(_unwished, old)):
        return False
    demands = {number for visit in (*old, *new) for number in draft.serves(visit)}
    before = draft.shortfall(demands) - fewer
    for visit in old:
        draft.remove(visit)
    made: list[Visit] = []
    for visit in new:
        if draft.may(visit) and draft.agenda.open(visit.person, visit.kind, visit.start):
            draft.add(visit)
            made.append(visit)
    if len(made) == len(new) and draft.shortfall(demands) <= before:
        return True
    for visit in reversed(made):
        draft.remove(visit)
    for visit in old:
        draft.add(visit)
    return False


def _unwished(visit: Visit) -> bool:
    return not visit.household.wishes(band_of(visit.start), visit.start // DAY)


def fill(draft: Draft) -> None:
    """Makes visits for what is still missing where visits depend on each other, of which flows do not know."""
    budget = iter(range(TRIES))
    if draft.agenda.entangled:
        for number in range(len(draft.demands)):
            while draft.missing(number):
                changes = zip(_changes(draft, number), budget, strict=False)
                if not any(exchange(draft, *change, fewer=True) for change, _ in changes):
                    break


def _changes(draft: Draft, number: int) -> Iterator[Change]:
    """Visits in free slots; with one of the same household moved; at the time of somebody else, who is moved."""
    demand, agenda = draft.demands[number], draft.agenda
    free = [
        cell
        for cell in agenda.cells
        if cell.kind in demand.kinds and agenda.left(cell.person, cell.kind, cell.day) > 0 and agenda.free(cell)
    ]
    waiting = [draft.households[code] for code in sorted(demand.units) if draft.waits(number, code)]
    wanted = [visit for household in waiting for cell in free for visit in _visits(draft, number, household, cell)]
    yield from (([], [visit]) for visit in wanted if draft.apart(visit.household.code, visit.kind, visit.start // DAY))
    for visit in wanted:
        near = _near(draft, visit)
        if len(near) == 1 and near[0].companion is None:
            yield from ((near, [visit, moved]) for moved in _moved(draft, near[0], free))
    others = sorted((one for one in draft.visits if one.companion is None), key=lambda one: (one.start, one.person))
    for household in waiting:
        for other in others:
            if other.kind in demand.kinds and free:
                visit = Visit(household, other.kind, other.person, other.start, demand.says(other.kind), demand.case)
                day = other.start // DAY
                if not household.takes(agenda.channel(other.kind), day, other.kind) or number not in draft.serves(
                    visit
                ):
                    continue
                yield from (([other], [visit, moved]) for moved in _moved(draft, other, free))


def _visits(draft: Draft, number: int, household: Household, cell: Cell) -> Iterator[Visit]:
    """The visit of a household in a cell, if it would count."""
    demand = draft.demands[number]
    if household.takes(draft.agenda.channel(cell.kind), cell.day, cell.kind):
        starts = [start for start in draft.agenda.free(cell) if within(demand.times(household.code), start)]
        for start in starts[:1]:
            yield Visit(household, cell.kind, cell.person, start, demand.says(cell.kind), demand.case)


def _near(draft: Draft, visit: Visit) -> Sequence[Visit]:
    """Visits of the same household that are too near to one."""
    gap, day = draft.agenda.kinds[visit.kind].min_gap, visit.start // DAY
    return [
        one for one in draft.at(visit.household.code) if one.kind == visit.kind and abs(one.start // DAY - day) < gap
    ]


def _moved(draft: Draft, visit: Visit, free: Sequence[Cell]) -> Iterator[Visit]:
    """The same visit in the free slots of other days."""
    for cell in free:
        if cell.kind == visit.kind and cell.day != visit.start // DAY:
            yield from (replace(visit, person=cell.person, start=start) for start in draft.agenda.free(cell)[:1])
