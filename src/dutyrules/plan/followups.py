"""Callbacks: each has a household and a limit of its own, and comes before what can be done on any day."""

from collections.abc import Collection, Iterator

from dutyrules.plan.agenda import Cell
from dutyrules.plan.demand import within
from dutyrules.plan.draft import Draft, Household, Visit, senders
from dutyrules.timegrid import DAY


def make_follow_ups(draft: Draft, doors: Collection[tuple[int, int, str]] = ()) -> None:
    """Adds a visit for every open follow-up that has a free slot left, the most urgent first, as early as can be.

    Args:
        doors: (person, day, building) that somebody will enter anyway; such days are better than early ones.
    """
    for number in sorted(
        draft.open_follow_ups(), key=lambda one: (max(_limits(draft, one), default=0), draft.demands[one].key)
    ):
        chosen = min(
            _choices(draft, number),
            key=lambda one: (one[0], (one[2].person, one[2].day, one[3].building) not in doors, *one[1:3]),
            default=None,
        )
        if chosen is not None:
            _, start, cell, household = chosen
            demand = draft.demands[number]
            draft.add(Visit(household, cell.kind, cell.person, start, demand.says(cell.kind), demand.case))


def possible(draft: Draft, number: int) -> bool:
    """Whether a follow-up has a free slot at all."""
    return any(True for _ in _choices(draft, number))


def _limits(draft: Draft, number: int) -> Iterator[int]:
    yield from (limit for spans in draft.demands[number].units.values() for _, limit in spans)


def _choices(draft: Draft, number: int) -> Iterator[tuple[bool, int, Cell, Household]]:
    """(to be avoided, start, cell, household) of every slot in which it could be done."""
    demand = draft.demands[number]
    spans = [span for code in demand.units for span in demand.times(code)]
    first, last = min((one for one, _ in spans), default=0), max((one for _, one in spans), default=-1)
    for cell in draft.agenda.between(first // DAY, last // DAY):
        for code in demand.units:
            if can_follow_up(draft, number, draft.households[code], cell):
                for start in follow_up_slots(draft, number, code, cell)[:1]:
                    yield cell.avoided, start, cell, draft.households[code]


def can_follow_up(draft: Draft, number: int, household: Household, cell: Cell) -> bool:
    """Whether the person of a cell may make the visit at all, and has one left that day."""
    demand, agenda = draft.demands[number], draft.agenda
    return (
        cell.kind in demand.kinds
        and demand.accepts(cell.kind, demand.says(cell.kind), cell.person, demand.case)
        and household.takes(agenda.channel(cell.kind), cell.day, cell.kind)
        and draft.apart(household.code, cell.kind, cell.day)
        and agenda.sends(cell.person, cell.day, senders(household, [demand]))
        and agenda.left(cell.person, cell.kind, cell.day) > 0
    )


def follow_up_slots(draft: Draft, number: int, code: int, cell: Cell) -> list[int]:
    """Free slots of a cell that lie in the follow-up's time."""
    times = draft.demands[number].times(code)
    return [start for start in draft.agenda.free(cell) if within(times, start)]
