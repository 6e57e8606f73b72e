"""Which slots are open to which households, for many slots at once."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from dutyrules.obligation import Bools, Ints
from dutyrules.plan.agenda import Agenda, Cell
from dutyrules.plan.demand import Demand, Spans
from dutyrules.plan.draft import Household, Stay


@dataclass
class Openness:
    """Cells, and when they are.

    Attributes:
        cells: The cells, in the order in which masks speak of them.
    """

    agenda: Agenda
    cells: Sequence[Cell]
    _known: dict[object, Bools] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Columns of the cells."""
        self._day = np.array([cell.day for cell in self.cells], np.int64)
        self._first = np.array([cell.starts[0] for cell in self.cells], np.int64)
        self._last = np.array([cell.starts[-1] for cell in self.cells], np.int64)
        self._kind = np.array([cell.kind for cell in self.cells], object)
        self._person = np.array([cell.person for cell in self.cells], np.int64)
        self._band = np.array([cell.band for cell in self.cells], object)

    def counting(self, demand: Demand) -> Bools:
        """Cells in which some visit would count for a demand."""
        spans = {span for code in demand.units for span in demand.times(code)}
        mask = np.isin(self._kind, sorted(demand.kinds))
        if demand.performers is not None:
            mask &= np.isin(self._person, sorted(demand.performers))
        begins = _within(sorted(spans), self._first)
        return mask & (begins | _within(sorted(spans), self._last))

    def open(self, household: Household, times: Spans) -> Bools:
        """Cells all of whose slots are within some times, and in which these households may be visited."""
        key = (household.stays, household.posts, times)
        if key not in self._known:
            inside = _within(times, self._first) & _within(times, self._last)
            self._known[key] = inside & self._takes(household.stays) & self._sends(household.posts)
        return self._known[key]

    def against(self, household: Household) -> Bools:
        """Cells at times that these households do not wish."""
        if household.stays not in self._known:
            mask = np.zeros(len(self.cells), bool)
            for stay in household.stays:
                if stay.prefer != "any":
                    mask |= self._during(stay) & (self._band != stay.prefer)
            self._known[household.stays] = mask
        return self._known[household.stays]

    def _takes(self, stays: tuple[Stay, ...]) -> Bools:
        mask = np.zeros(len(self.cells), bool)
        for stay in stays:
            taken = [kind for kind in self.agenda.kinds if stay.takes(self.agenda.channel(kind), kind)]
            mask |= self._during(stay) & np.isin(self._kind, taken)
        return mask

    def _sends(self, posts: frozenset[int]) -> Bools:
        if posts not in self._known:
            sent = [self.agenda.sends(cell.person, cell.day, posts) for cell in self.cells]
            self._known[posts] = np.array(sent, bool)
        return self._known[posts]

    def _during(self, stay: Stay) -> Bools:
        return (self._day >= stay.first) & (self._day <= stay.last)


def _within(spans: Sequence[tuple[int, int]], seconds: Ints) -> Bools:
    mask = np.zeros(len(seconds), bool)
    for start, stop in spans:
        mask |= (seconds >= start) & (seconds < stop)
    return mask
