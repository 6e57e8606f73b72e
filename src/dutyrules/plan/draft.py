"""A plan of visits in the making: who is visited when, and what that does for each demand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dutyrules.plan.agenda import Agenda
from dutyrules.plan.demand import Demand

Attributes = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Household:
    """A unit as a planner sees it.

    Attributes:
        code: Its code in the log's targets.
        building: Its building, and that building's place on a walk through the estate.
        contact: ``any``, ``home``, ``phone``, ``appointment`` or ``none``.
        prefer: ``any``, ``daytime``, ``evening`` or ``weekend``.
        posts: Posts whose holders may be sent.
    """

    code: int
    name: str
    building: str
    place: int
    contact: str
    prefer: str
    posts: frozenset[int]

    def takes(self, channel: str) -> bool:
        """Whether it may be visited or called that way."""
        return bool(channel) and self.contact in ("any", "appointment", channel)


@dataclass(frozen=True)
class Visit:
    """One visit or call."""

    household: Household
    kind: str
    person: int
    start: int
    attributes: Attributes = ()
    case: str | None = None
    pinned: bool = False


@dataclass
class Draft:
    """Visits so far.

    Attributes:
        demands: What is asked for.
        households: Everybody whom a demand may count, by code.
        reached: For each demand the units that count for it now.
    """

    demands: Sequence[Demand]
    households: Mapping[int, Household]
    agenda: Agenda
    visits: list[Visit] = field(default_factory=list)
    reached: list[set[int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Nothing is reached at first."""
        self.reached = self.reached or [set() for _ in self.demands]
        self._of_unit: dict[int, list[int]] = {}
        for number, demand in enumerate(self.demands):
            for code in demand.units:
                self._of_unit.setdefault(code, []).append(number)

    def copy(self) -> "Draft":
        """A draft that can be changed without changing this one."""
        return Draft(self.demands, self.households, self.agenda.copy(), list(self.visits), list(map(set, self.reached)))

    def relaxed(self) -> "Draft":
        """A draft for bounds: units that leave before a period ends count for it too."""
        demands = [replace(demand, units={**demand.units, **demand.leaving}) for demand in self.demands]
        return replace(self.copy(), demands=demands)

    def open_follow_ups(self) -> list[int]:
        """Callbacks that nothing planned meets yet."""
        return [number for number, demand in enumerate(self.demands) if demand.follow_up and self.missing(number)]

    def serves(self, visit: Visit) -> Iterable[int]:
        """The demands that a visit counts for."""
        code = visit.household.code
        for number in self._of_unit.get(code, ()):
            demand = self.demands[number]
            opens, limit = demand.units[code]
            if opens <= visit.start < limit and demand.accepts(visit.kind, visit.attributes, visit.person, visit.case):
                yield number

    def add(self, visit: Visit) -> None:
        """Makes a visit."""
        self.visits.append(visit)
        self.agenda.take(visit.person, visit.kind, visit.start)
        for number in self.serves(visit):
            self.reached[number].add(visit.household.code)

    def remove(self, visit: Visit) -> None:
        """Takes a visit back; nothing else may count for what it counted for."""
        self.visits.remove(visit)
        self.agenda.give_back(visit.person, visit.kind, visit.start)
        for number in self.serves(visit):
            self.reached[number].discard(visit.household.code)

    def missing(self, number: int) -> int:
        """How many units a demand still lacks."""
        return max(0, self.demands[number].need - len(self.reached[number]))

    def shortfall(self, numbers: Iterable[int] | None = None) -> int:
        """How many units these demands (all of them) lack together."""
        return sum(self.missing(number) for number in (range(len(self.demands)) if numbers is None else numbers))

    def waits(self, number: int, code: int) -> bool:
        """Whether a demand could still count a unit."""
        return code in self.demands[number].units and code not in self.reached[number]


Group = tuple[list[Household], dict[int, tuple[int, int]]]
"""Interchangeable households, and for each demand the time in which it would count them."""


def classes(draft: Draft, numbers: Sequence[int]) -> list[Group]:
    """Households by what tells them apart for some demands."""
    groups: dict[object, Group] = {}
    codes = sorted({code for number in numbers for code in draft.demands[number].units})
    for code in codes:
        household = draft.households[code]
        spans = {number: draft.demands[number].units[code] for number in numbers if draft.waits(number, code)}
        if spans:
            key = (household.building, household.contact, household.prefer, household.posts, tuple(spans.items()))
            groups.setdefault(key, ([], spans))[0].append(household)
    return list(groups.values())
