"""Households with priority come first, where nothing is missed for it and nobody's wish is hurt."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from dutyrules.plan.agenda import Agenda, Cell
from dutyrules.plan.demand import Demand, within
from dutyrules.plan.draft import Draft, Household, Visit, senders
from dutyrules.plan.exchange import Change, exchange
from dutyrules.plan.plan import Measure
from dutyrules.timegrid import DAY, week_of


def bring_forward(draft: Draft) -> None:
    """Gives households with priority the first visits, in free slots or in exchange with others, the soonest first."""
    waiting = [one for one in draft.households.values() if one.priority]
    for household in sorted(waiting, key=lambda one: one.name):
        if not draft.at(household.code):
            any(exchange(draft, *change) for change in _instead(draft, household))
        first = min(draft.at(household.code), key=lambda visit: visit.start, default=None)
        if first is not None and not draft.settled(first):
            any(exchange(draft, *change) for change in _sooner(draft, first))


def _instead(draft: Draft, household: Household) -> Iterator[Change]:
    """It is visited, and somebody else is not."""
    return (([other], [replace(other, household=household)]) for other in _others(draft))


def _sooner(draft: Draft, visit: Visit) -> Sequence[Change]:
    """It is visited in an earlier week, in a free slot or at the time of somebody else, who is visited at its time."""
    free: list[Change] = [([visit], [new]) for new in _free(draft, visit)]
    exchanged: list[Change] = [
        ([visit, other], [replace(visit, person=other.person, start=other.start), _at_time_of(visit, other)])
        for other in _others(draft)
        if other.kind == visit.kind and week_of(other.start // DAY) < week_of(visit.start // DAY)
    ]
    return sorted([*free, *exchanged], key=lambda change: (week_of(change[1][0].start // DAY), len(change[0])))


def _at_time_of(visit: Visit, other: Visit) -> Visit:
    return replace(other, person=visit.person, start=visit.start)


def _free(draft: Draft, visit: Visit) -> Iterator[Visit]:
    """The same visit in free slots of earlier weeks, the earliest first."""
    agenda = draft.agenda
    for cell in agenda.cells:
        if week_of(cell.day) >= week_of(visit.start // DAY):
            return
        if cell.kind == visit.kind and not cell.avoided and agenda.left(cell.person, cell.kind, cell.day) > 0:
            yield from (replace(visit, person=cell.person, start=start) for start in agenda.free(cell)[:1])


def _others(draft: Draft) -> Sequence[Visit]:
    """Visits that may be given to others, the earliest first."""
    visits = (one for one in draft.visits if not one.household.priority and not draft.settled(one))
    return sorted(visits, key=lambda one: (one.start, one.person))


def priority_waits(drafts: Sequence[Draft], days: range) -> list[Measure]:
    """Weeks that households with priority wait for their first visit, from the first planned week on.

    Who is not visited waits to the end; who cannot be visited at all is not counted. No wait is shorter than to the
    first week in which anybody could come.
    """
    weeks = range(week_of(days.start), week_of(days.stop - 1) + 1)
    value = bound = 0
    some = False
    for draft in drafts:
        for household in draft.households.values():
            first = _soonest(draft, household) if household.priority else None
            if first is not None:
                came = min((week_of(visit.start // DAY) for visit in draft.at(household.code)), default=weeks.stop)
                some, value, bound = True, value + came - weeks.start, bound + week_of(first) - weeks.start
    return [Measure("priority_waits", "weeks", value, bound)] if some else []


def _soonest(draft: Draft, household: Household) -> int | None:
    """The first day on which somebody could come for something that is needed."""
    wanted = [demand for demand in draft.demands if demand.need and household.code in demand.units]
    return next(
        (
            cell.day
            for cell in draft.agenda.cells
            if household.takes(draft.agenda.channel(cell.kind), cell.day, cell.kind, 2)
            and any(_counts(draft.agenda, cell, household, demand) for demand in wanted)
        ),
        None,
    )


def _counts(agenda: Agenda, cell: Cell, household: Household, demand: Demand) -> bool:
    """Whether a visit in a cell would be one for a demand."""
    return (
        cell.kind in demand.kinds
        and demand.accepts(cell.kind, demand.says(cell.kind), cell.person, demand.case)
        and agenda.sends(cell.person, cell.day, senders(household, [demand]))
        and any(within(demand.times(household.code), start) for start in cell.starts)
    )
