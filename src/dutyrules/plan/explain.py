"""Why a demand cannot be met, as a sentence whose numbers add up: the cut of a flow."""

from collections.abc import Mapping, Sequence
from typing import Final

from dutyrules.plan.agenda import Agenda, Cell
from dutyrules.plan.demand import Demand, Spans, within
from dutyrules.plan.draft import Draft, Household, classes, senders
from dutyrules.plan.flow import Network
from dutyrules.plan.lanes import most_visits
from dutyrules.plan.plan import Cause

PLENTY: Final = 1_000_000
"""More than any cut would take, so that cuts speak of households and days only."""


def causes(draft: Draft, number: int, helped: Draft) -> tuple[Cause, ...]:
    """What keeps a demand from being met.

    Args:
        draft: The plan.
        number: A demand of it that lacks something.
        helped: The plan before anything was chosen, with whatever others may do for each demand (`Draft.helped`).
    """
    demand = helped.demands[number]
    if demand.follow_up:
        return (_late(helped, number, draft.households),)
    tries = [_alone(helped, number, leavers) for leavers in _leavers(demand)]
    most, need, cause = max(tries, key=lambda one: one[0] - one[1])
    if most < need:
        return (cause,)
    gap = max((draft.agenda.kinds[kind].min_gap for kind in demand.kinds), default=0)
    others = sorted(
        {one.duty for index, one in enumerate(draft.demands) if index != number and _shares(draft, number, index, gap)}
    )
    planned = len(draft.reached[number])
    numbers: dict[str, int | str] = {"need": planned + draft.missing(number), "planned": planned}
    pairs = sum(draft.households[code].paired and draft.waits(number, code) for code in demand.units)
    if pairs:
        return (Cause("companions", {**numbers, "pairs": pairs, "duties": ", ".join(others)}),)
    lengths = {draft.agenda.kinds[kind].minutes for kind in demand.kinds}
    if draft.agenda.minutes is not None and len(lengths) > 1:  # all were counted as short as the shortest
        return (Cause("minutes", {**numbers, "minutes": draft.agenda.minutes, "duties": ", ".join(others)}),)
    if gap:
        return (Cause("competes_apart", {**numbers, "gap": gap, "duties": ", ".join(others)}),)
    return (Cause("competes", {**numbers, "duties": ", ".join(others)}),)


def _late(fixed: Draft, number: int, households: Mapping[int, Household]) -> Cause:
    """A follow-up: no household to go to, nobody free in its time, or too late."""
    demand = fixed.demands[number]
    if not demand.units:
        return Cause("done_late" if demand.late else "no_unit", {})
    code, spans = next(iter(demand.units.items()))
    household = fixed.households[code]
    if not any(household.ever_takes(fixed.agenda.channel(kind)) for kind in demand.kinds):
        wishes = ", ".join(dict.fromkeys(stay.contact for stay in household.stays))
        return Cause("no_contact", {"unit": household.name, "contact": wishes or "none"})
    slots = _slots_in_time(fixed.agenda, household, demand, spans)
    if slots and households[code].paired and not _called(fixed, demand):
        return Cause("no_companion", {"unit": household.name, "slots": slots})
    near = any(fixed.agenda.kinds[kind].min_gap for kind in demand.kinds if kind in fixed.agenda.kinds)
    full = "follow_up_near" if near else "follow_up_full"
    return Cause(full if slots else "no_time_left", {"unit": household.name, "slots": slots})


def _called(draft: Draft, demand: Demand) -> bool:
    return any(draft.agenda.channel(kind) == "phone" for kind in demand.kinds)


def _slots_in_time(agenda: Agenda, household: Household, demand: Demand, times: Spans) -> int:
    """How often somebody could go there in time, if nothing else were to be done."""
    return sum(
        sum(within(times, start) for start in cell.starts)
        for cell in agenda.cells
        if cell.kind in demand.kinds
        and agenda.sends(cell.person, cell.day, senders(household, [demand]))
        and household.takes(agenda.channel(cell.kind), cell.day, cell.kind)
        and (demand.performers is None or cell.person in demand.performers)
    )


def _shares(draft: Draft, number: int, other: int, gap: int) -> bool:
    """Whether two demands want the same people in the same time, or with less than a gap between."""
    one, two = draft.demands[number], draft.demands[other]
    if not two.need:
        return False
    same_time = one.first < two.last + max(1, gap) and two.first < one.last + max(1, gap)
    return same_time and not one.kinds.isdisjoint(two.kinds)


def _leavers(demand: Demand) -> Sequence[int]:
    """How many leavers it may be best to visit: all, or, where each also adds to the need, some."""
    return [len(demand.leavers)] if demand.leavers_help else range(len(demand.leavers) + 1)


def _alone(fixed: Draft, number: int, leavers: int) -> tuple[int, int, Cause]:
    """(most, need, why no more) of a demand if all else could wait, with so many leavers at most."""
    network = Network()
    demand, agenda = fixed.demands[number], fixed.agenda
    groups = classes(fixed, [number], leavers=True)
    reachable = [network.arc("source", "leavers", leavers)] if demand.leavers else []
    for index, (members, times) in enumerate(groups):
        source = "leavers" if members[0].code in demand.leavers else "source"
        reachable.append(network.arc(source, ("class", index), len(members)))
        for cell in agenda.cells:
            if _counts(agenda, demand, cell, members[0], times[number]):
                network.arc(("class", index), ("cell", cell), PLENTY)
    days: dict[tuple[int, str, int], int] = {}
    slots: dict[int, int] = {}
    for cell in agenda.cells:
        day = (cell.person, cell.kind, cell.day)
        slots[network.arc(("cell", cell), ("day", *day), len(agenda.free(cell)))] = cell.day
        if day not in days:
            together = "sink" if agenda.minutes is None else ("all", cell.person, cell.day)
            days[day] = network.arc(("day", *day), together, max(0, agenda.left(*day)))
            if agenda.minutes is not None and (cell.person, "", cell.day) not in days:
                most = most_visits(agenda, demand.kinds, cell.person, cell.day)
                days[cell.person, "", cell.day] = network.arc(("all", cell.person, cell.day), "sink", most)
    most, cut = network.most("source", "sink")
    need = demand.needs[leavers]
    waiting = sum(len(members) for members, _ in groups)
    full = {**slots, **{arc: day[2] for day, arc in days.items()}}
    return most, need, _sentence(network, cut, reachable, full, need, waiting)


def _counts(agenda: Agenda, demand: Demand, cell: Cell, household: Household, times: Spans) -> bool:
    """Whether the visits of a cell to a household would count."""
    return (
        cell.kind in demand.kinds
        and within(times, cell.starts[0])
        and within(times, cell.starts[-1])
        and (demand.performers is None or cell.person in demand.performers)
        and agenda.sends(cell.person, cell.day, household.posts)
        and household.takes(agenda.channel(cell.kind), cell.day, cell.kind)
    )


def _sentence(
    network: Network, cut: Sequence[int], reachable: Sequence[int], days: Mapping[int, int], need: int, waiting: int
) -> Cause:
    """``households + slots < need``: the households outside the full days, and what the full days offer."""
    households = sum(network.capacity(arc) for arc in cut if arc in set(reachable))
    full = [arc for arc in cut if arc in days and network.capacity(arc)]
    slots = sum(network.capacity(arc) for arc in full)
    numbers: dict[str, int | str] = {
        "need": need,
        "waiting": waiting,
        "households": households,
        "days": len({days[arc] for arc in full}),
        "slots": slots,
        "most": households + slots,
    }
    if not slots:
        return Cause("few_reachable", numbers)
    return Cause("few_slots_and_reachable" if households else "few_slots", numbers)
