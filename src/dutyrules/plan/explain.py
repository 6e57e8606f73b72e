"""Why a demand cannot be met, as a sentence whose numbers add up: the cut of a flow."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from dutyrules.plan.agenda import Agenda
from dutyrules.plan.draft import Draft, Household, classes
from dutyrules.plan.flow import Network
from dutyrules.plan.plan import Cause

PLENTY: Final = 1_000_000
"""More than any cut would take, so that cuts speak of households and days only."""


def causes(draft: Draft, number: int, fixed: Draft) -> tuple[Cause, ...]:
    """What keeps a demand from being met.

    Args:
        draft: The plan.
        number: A demand of it that lacks something.
        fixed: The plan before anything was chosen: log and pins only.
    """
    demand = draft.demands[number]
    if demand.follow_up:
        return (_late(fixed, number),)
    most, cause = _alone(fixed, number)
    if most < fixed.missing(number):
        return (cause,)
    others = sorted(
        {one.duty for index, one in enumerate(draft.demands) if index != number and _shares(draft, number, index)}
    )
    numbers = {"need": fixed.missing(number), "planned": len(draft.reached[number]) - len(fixed.reached[number])}
    return (Cause("competes", {**numbers, "duties": ", ".join(others)}),)


def _late(fixed: Draft, number: int) -> Cause:
    """A follow-up: no household to go to, nobody free in its time, or too late."""
    demand = fixed.demands[number]
    if not demand.units:
        return Cause("done_late", {})
    code, (opens, limit) = next(iter(demand.units.items()))
    household = fixed.households[code]
    slots = _slots_in_time(fixed.agenda, household, demand.kinds, opens, limit)
    if not any(
        household.takes(capacity.channel) for kind, capacity in fixed.agenda.kinds.items() if kind in demand.kinds
    ):
        return Cause("no_contact", {"unit": household.name, "contact": household.contact})
    return Cause("follow_up_full" if slots else "no_time_left", {"unit": household.name, "slots": slots})


def _slots_in_time(agenda: Agenda, household: Household, kinds: Iterable[str], opens: int, limit: int) -> int:
    return sum(
        sum(opens <= start < limit for start in cell.starts)
        for cell in agenda.cells
        if cell.kind in kinds and agenda.sends(cell, household.posts)
    )


def _shares(draft: Draft, number: int, other: int) -> bool:
    """Whether two demands want the same people in the same time."""
    one, two = draft.demands[number], draft.demands[other]
    same_time = one.first <= two.last and two.first <= one.last
    return same_time and not one.kinds.isdisjoint(two.kinds)


def _alone(fixed: Draft, number: int) -> tuple[int, Cause]:
    """The most a demand could have if everything else could wait, and the sentence that says why it is no more."""
    network = Network()
    demand, agenda = fixed.demands[number], fixed.agenda
    groups = classes(fixed, [number])
    reachable: list[int] = []
    for index, (members, spans) in enumerate(groups):
        reachable.append(network.arc("source", ("class", index), len(members)))
        for cell in agenda.cells:
            fits = cell.kind in demand.kinds and agenda.sends(cell, members[0].posts)
            opens, limit = spans[number]
            if (
                fits
                and members[0].takes(agenda.kinds[cell.kind].channel)
                and (demand.performers is None or cell.person in demand.performers)
                and opens <= cell.starts[0]
                and cell.starts[-1] < limit
            ):
                network.arc(("class", index), ("cell", cell), PLENTY)
    days: dict[tuple[int, str, int], int] = {}
    slots: dict[int, int] = {}
    for cell in agenda.cells:
        day = (cell.person, cell.kind, cell.day)
        slots[network.arc(("cell", cell), ("day", *day), len(agenda.free(cell)))] = cell.day
        if day not in days:
            days[day] = network.arc(("day", *day), "sink", max(0, agenda.left(*day)))
    most, cut = network.most("source", "sink")
    return most, _sentence(
        network,
        cut,
        reachable,
        {**slots, **{arc: day[2] for day, arc in days.items()}},
        fixed.missing(number),
        sum(len(members) for members, _ in groups),
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
