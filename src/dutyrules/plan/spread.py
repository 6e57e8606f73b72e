"""Visits for the demands of one post and kind of visit: the fewest misses first, then the shortest walks, by flows."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final

import numpy as np

from dutyrules.obligation import Ints
from dutyrules.plan.charges import Charged, Search
from dutyrules.plan.demand import Spans, within
from dutyrules.plan.draft import Draft, Household, Visit, classes
from dutyrules.plan.family import Family
from dutyrules.plan.lanes import MINUTE, Lane, Lanes, lanes_of
from dutyrules.timegrid import DAY, week_of

ROUNDS: Final = 4
"""How often the first plan scales the price of entering a building."""

STEP: Final = 6
"""How often each step of the search does."""


def spread(draft: Draft, family: Family) -> None:
    """Adds the visits of a family to the draft."""
    Spreading.begin(draft, family).apply(draft)


def least(fixed: Draft, family: Family) -> int:
    """The fewest misses of a family if all capacity were its own; for each demand alone if one network cannot say.

    Args:
        fixed: A draft without leavers (`Draft.relaxed`).
    """
    if not tiled(fixed, family):
        return sum(least(fixed, Family((number,), None)) for number in family.numbers)
    alone = fixed.copy()
    lanes = lanes_of(alone, family)
    _apply(alone, family, lanes, lanes.network.circulate())
    return alone.shortfall(family.numbers)


def tiled(fixed: Draft, family: Family) -> bool:
    """Whether on planned days the period around counts a unit just when one of the short periods does."""
    if family.around is None:
        return True
    outer, inner = fixed.demands[family.around], [fixed.demands[number] for number in family.fine]
    days = {cell.day for cell in fixed.agenda.cells}

    @cache
    def planned(times: Spans) -> frozenset[int]:
        return frozenset(day for day in days if within(times, day * DAY))

    return all(
        planned(outer.times(code))
        == frozenset().union(*(planned(one.times(code)) for one in inner if code in one.units))
        for code in outer.units
    )


@dataclass
class Spreading:
    """A family's network and the best circulation in it so far.

    Attributes:
        doors: (person, day, building) → the charge of going there.
    """

    family: Family
    lanes: Lanes
    search: Search
    doors: Mapping[tuple[int, int, str], int]

    @classmethod
    def begin(cls, draft: Draft, family: Family, rounds: int = ROUNDS) -> "Spreading":
        """The first plan of a family; a draft of what comes before it is not changed."""
        lanes = lanes_of(draft, family, entered=entered(draft), others=_only_way(draft, family))
        entries = [entry for entry in lanes.entries if entry.minutes]
        buildings = sorted({one.building for one in entries})
        places = [(week_of(one.days[0]), buildings.index(one.building)) for one in entries]
        problem = Charged(
            arcs=lanes.network.table(),
            numbers=np.array([arc for one in entries for arc in one.arcs], np.int64),
            owner=np.repeat(np.arange(len(entries)), np.array([len(one.arcs) for one in entries], np.int64)),
            charges=np.array([MINUTE * one.minutes for one in entries], np.int64),
            full=np.array([one.most for one in entries], np.int64),
        )
        at = np.array(places, np.int64).reshape(-1, 2)
        doors = {(one.person, one.days[0], one.building): number for number, one in enumerate(entries)}
        return cls(family, lanes, Search.begin(problem, at, rounds if entries else 1), doors)

    def step(self, draw: Random) -> bool:
        """Searches on; says whether something better was found."""
        return bool(self.doors) and self.search.step(draw, STEP)

    def follow(self, chosen: Collection[tuple[int, int, str]]) -> bool:
        """Tries to enter buildings on the days that are proposed; says whether that was better."""
        proposed = np.array([door in chosen for door in self.doors], bool)
        return bool(self.doors) and self.search.follow(proposed, STEP)

    def bounded(self, ideal: Draft) -> bool:
        """Whether the network holds all plans there are, so that it can say what none is below."""
        return bool(self.doors) and tiled(ideal, self.family)

    def apply(self, draft: Draft) -> None:
        """Adds the visits to a draft, which is what it was at the beginning."""
        _apply(draft, self.family, self.lanes, self.search.flow)


def entered(draft: Draft) -> frozenset[tuple[int, int, str]]:
    """(person, day, building) of the visits at the door."""
    agenda = draft.agenda
    return frozenset(
        (visit.person, visit.start // DAY, visit.household.building)
        for visit in draft.visits
        if agenda.channel(visit.kind) == "home"
    )


def _apply(draft: Draft, family: Family, lanes: Lanes, flow: Ints) -> None:
    for lane, times in lanes.used(flow):
        for _ in range(times):
            _visit(draft, lane, family)


def _visit(draft: Draft, lane: Lane, family: Family) -> None:
    """Visits the member of a class that gains most from it; none too soon after another, nor beyond a day's minutes."""
    cell, around, agenda = lane.cells[0], family.around, draft.agenda
    waiting = [
        one for one in lane.members if draft.waits(lane.demand, one.code) and draft.apart(one.code, cell.kind, cell.day)
    ]
    if not waiting or not agenda.left(cell.person, cell.kind, cell.day) > 0:
        return
    chosen = min(waiting, key=lambda one: (around is not None and not draft.waits(around, one.code), one.name))
    attributes = draft.demands[lane.demand].says(cell.kind)
    draft.add(Visit(chosen, cell.kind, cell.person, agenda.free(cell)[0], attributes))


def _only_way(draft: Draft, family: Family) -> Mapping[tuple[int, int], int]:
    """(class, demand) → demands of other families, for the same period, that only this kind of visit can meet there."""
    found = {}
    for index, (members, spans) in enumerate(classes(draft, family.numbers)):
        for number in family.fine:
            if number in spans:
                found[index, number] = _helped(draft, family, number, members[0])
    return found


def _helped(draft: Draft, family: Family, number: int, household: Household) -> int:
    here = draft.demands[number]
    found = 0
    for other, demand in enumerate(draft.demands):
        same = (demand.first, demand.last) == (here.first, here.last) and other not in family.numbers
        same = same and demand.performers in (None, here.performers)
        if same and draft.missing(other) and draft.waits(other, household.code):
            taken = {kind for kind in demand.kinds if household.ever_takes(draft.agenda.channel(kind))}
            found += bool(taken) and taken <= here.kinds
    return found
