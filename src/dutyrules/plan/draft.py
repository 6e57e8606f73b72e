"""A plan of visits in the making: who is visited when, and what that does for each demand."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dutyrules.plan.agenda import Agenda
from dutyrules.plan.demand import Attributes, Demand, Spans, within
from dutyrules.plan.hours import common, joined
from dutyrules.timegrid import DAY


@dataclass(frozen=True)
class Stay:
    """What a household wishes on the days `first` … `last`.

    Attributes:
        contact: ``any``, ``home``, ``phone``, ``appointment`` or ``none``.
        prefer: ``any``, ``daytime``, ``evening`` or ``weekend``.
        closed: Kinds of visits that would be too near to one that is certain.
        persons: How many must come to the door.
    """

    first: int
    last: int
    contact: str
    prefer: str
    closed: frozenset[str] = frozenset()
    persons: int = 1

    def takes(self, channel: str, kind: str = "", persons: int = 1) -> bool:
        """Whether it may be visited or called that way, by a visit of that kind and by so many."""
        enough = channel != "home" or persons >= self.persons
        return bool(channel) and enough and kind not in self.closed and self.contact in ("any", "appointment", channel)

    def without(self, refused: frozenset[str]) -> "Stay":
        """The same, but not by the channels that it refused."""
        left = [channel for channel in ("home", "phone") if self.takes(channel, persons=2) and channel not in refused]
        if not refused or len(left) == 2:
            return self
        return replace(self, contact=left[0] if left else "none")


@dataclass(frozen=True)
class Household:
    """A unit as a planner sees it.

    Attributes:
        code: Its code in the log's targets.
        building: Its building, and that building's place on a walk through the estate.
        way: Minutes that it takes to walk there and back.
        stays: Its wishes, day by day; on other days it is not registered, and nobody goes there.
        posts: Posts whose holders may be sent for anything; for a callback also those that owe it.
        priority: Whether it waits for its first visit of the period, and should not wait long.
    """

    code: int
    name: str
    building: str
    place: int
    way: int
    stays: tuple[Stay, ...]
    posts: frozenset[int]
    priority: bool = False

    def on(self, day: int) -> Stay | None:
        """What it wishes on a day."""
        return next((stay for stay in self.stays if stay.first <= day <= stay.last), None)

    def takes(self, channel: str, day: int, kind: str = "", persons: int = 1) -> bool:
        """Whether it may be visited or called that way on a day, by a visit of that kind and by so many."""
        stay = self.on(day)
        return stay is not None and stay.takes(channel, kind, persons)

    def ever_takes(self, channel: str) -> bool:
        """Whether it may be visited or called that way at all."""
        return any(stay.takes(channel, persons=2) for stay in self.stays)

    @property
    def paired(self) -> bool:
        """Whether on some days two must come to the door."""
        return any(stay.persons > 1 for stay in self.stays)

    def unpaired(self) -> "Household":
        """The same as if one were always enough."""
        return replace(self, stays=tuple(replace(stay, persons=1) for stay in self.stays)) if self.paired else self

    def wishes(self, band: str, day: int) -> bool:
        """Whether that time of a day suits it."""
        stay = self.on(day)
        return stay is None or stay.prefer in ("any", band)


@dataclass(frozen=True)
class Visit:
    """One visit or call; a reserve is made in case that others reach nobody; a companion comes along to the door.

    Attributes:
        fixed: Whether its time was chosen once and for all.
    """

    household: Household
    kind: str
    person: int
    start: int
    attributes: Attributes = ()
    case: str | None = None
    fixed: bool = False
    reserve: bool = False
    companion: int | None = None


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
        self._served: dict[object, tuple[int, ...]] = {}
        self.reached = self.reached or [set() for _ in self.demands]
        self._of_unit: dict[int, list[int]] = {}
        for number, demand in enumerate(self.demands):
            for code in demand.units:
                self._of_unit.setdefault(code, []).append(number)
        self._at: dict[int, list[Visit]] = {}
        for visit in self.visits:
            self._at.setdefault(visit.household.code, []).append(visit)

    def copy(self) -> "Draft":
        """A draft that can be changed without changing this one."""
        twin = Draft(self.demands, self.households, self.agenda.copy(), list(self.visits), list(map(set, self.reached)))
        twin._served = self._served  # the same demands are served
        return twin

    def helped(self) -> "Draft":
        """A draft for bounds: each demand may have whatever visits others are reason for, by whoever makes them."""
        households = {
            code: replace(one.unpaired(), posts=senders(one, (self.demands[number] for number in self._of_unit[code])))
            for code, one in self.households.items()
        }
        demands = [replace(one, there={code: self._ever(one, code) for code in one.there}) for one in self.demands]
        return replace(self.copy(), demands=demands, households=households)

    def unpaired(self) -> "Draft":
        """A draft for bounds: as if one person were always enough."""
        return replace(self.copy(), households={code: one.unpaired() for code, one in self.households.items()})

    def anywhere(self) -> "Draft":
        """A draft for counting: as if buildings and wished times made no difference, so that classes are few."""
        households = {
            code: replace(one, building="", stays=tuple(replace(stay, prefer="any") for stay in one.stays))
            for code, one in self.households.items()
        }
        return replace(self.copy(), households=households)

    def settled(self, visit: Visit) -> bool:
        """Whether a visit must stay where it is: chosen for a limit, or for two persons at once."""
        return visit.companion is not None or any(self.demands[number].follow_up for number in self.serves(visit))

    def _ever(self, demand: Demand, code: int) -> Spans:
        """When a unit may be visited for this demand, or for another one so that it counts here too."""
        reasons = joined(span for number in self._of_unit[code] for span in self.demands[number].times(code))
        return tuple(common(demand.units[code], reasons))

    def relaxed(self) -> "Draft":
        """What bounds of flows are found with: helped, without leavers, and every kind of visit for itself."""
        helped = self.helped()
        demands = [demand.relaxed() for demand in helped.demands]
        return replace(helped, demands=demands, agenda=helped.agenda.alone())

    def open_follow_ups(self) -> list[int]:
        """Callbacks that nothing planned meets yet."""
        return [number for number, demand in enumerate(self.demands) if demand.follow_up and self.missing(number)]

    def serves(self, visit: Visit) -> Sequence[int]:
        """The demands that a visit counts for."""
        key = (visit.household.code, visit.kind, visit.person, visit.start, visit.attributes, visit.case)
        if key not in self._served:
            self._served[key] = tuple(self._serves(visit))
        return self._served[key]

    def _serves(self, visit: Visit) -> Iterable[int]:
        code = visit.household.code
        for number in self._of_unit.get(code, ()):
            demand = self.demands[number]
            if within(demand.units[code], visit.start) and demand.accepts(
                visit.kind, visit.attributes, visit.person, visit.case
            ):
                yield number

    def may(self, visit: Visit) -> bool:
        """Whether its person may be sent there then, and the household lets itself be visited so."""
        day, household = visit.start // DAY, visit.household
        served = [self.demands[number] for number in self.serves(visit)]
        return (
            household.takes(self.agenda.channel(visit.kind), day, visit.kind, 1 if visit.companion is None else 2)
            and self.apart(household.code, visit.kind, day)
            and self.agenda.sends(visit.person, day, senders(household, served))
            and any(within(demand.times(household.code), visit.start) for demand in served)
        )

    def at(self, code: int) -> Sequence[Visit]:
        """The visits to a household."""
        return self._at.get(code, ())

    def apart(self, code: int, kind: str, day: int) -> bool:
        """Whether a visit is far enough from the planned ones of its kind to the same household."""
        gap = self.agenda.kinds[kind].min_gap if kind in self.agenda.kinds else 0
        return not gap or all(abs(one.start // DAY - day) >= gap for one in self.at(code) if one.kind == kind)

    def add(self, visit: Visit) -> None:
        """Makes a visit."""
        self.visits.append(visit)
        self._at.setdefault(visit.household.code, []).append(visit)
        self.agenda.take(visit.person, visit.kind, visit.start)
        for number in self.serves(visit):
            self.reached[number].add(visit.household.code)

    def remove(self, visit: Visit) -> None:
        """Takes a visit back."""
        code = visit.household.code
        self._drop(visit)
        still = {number for other in self.at(code) for number in self.serves(other)}
        for number in self.serves(visit):
            if number not in still:
                self.reached[number].discard(code)

    def _drop(self, visit: Visit) -> None:
        self.visits.remove(visit)
        self._at[visit.household.code].remove(visit)
        self.agenda.give_back(visit.person, visit.kind, visit.start)

    def drop_idle(self) -> None:
        """Takes back visits without which nothing more is missed, the last ones first."""
        counted = Counter((number, visit.household.code) for visit in self.visits for number in self.serves(visit))
        for visit in reversed(list(self.visits)):
            code, served = visit.household.code, list(self.serves(visit))
            sole = [number for number in served if counted[number, code] == 1]
            if all(self.missing(number) == self.missing(number, without=code) for number in sole):
                self._drop(visit)
                counted.subtract((number, code) for number in served)
                for number in sole:
                    self.reached[number].discard(code)

    def missing(self, number: int, *, without: int | None = None) -> int:
        """How many units a demand still lacks, or would lack without one of those that are reached."""
        demand, reached = self.demands[number], self.reached[number]
        left = len(demand.leavers & reached) - (without in demand.leavers & reached)
        return max(0, demand.needs[left] - len(reached) + (without in reached))

    def shortfall(self, numbers: Iterable[int] | None = None) -> int:
        """How many units these demands (all of them) lack together."""
        return sum(self.missing(number) for number in (range(len(self.demands)) if numbers is None else numbers))

    def waits(self, number: int, code: int) -> bool:
        """Whether a demand could still count a unit."""
        return code in self.demands[number].units and code not in self.reached[number]


def together(drafts: Sequence[Draft]) -> Draft:
    """Groups of people as one: what is certain is known to each of them already."""
    agendas = [one.agenda for one in drafts]
    cells = tuple(sorted(cell for one in agendas for cell in one.cells))
    at_work = {key: posts for one in agendas for key, posts in one.at_work.items()}
    return Draft(
        [demand for one in drafts for demand in one.demands],
        {code: household for one in drafts for code, household in one.households.items()},
        replace(agendas[0].copy(), cells=cells, at_work=at_work),
    )


def senders(household: Household, demands: Iterable[Demand]) -> frozenset[int]:
    """The posts whose holders may be sent to a household for some demands."""
    return household.posts.union(*(demand.posts for demand in demands if demand.follow_up))


Group = tuple[list[Household], dict[int, Spans]]
"""Interchangeable households, and for each demand that could count them, when they may be visited for it."""


def classes(draft: Draft, numbers: Sequence[int], *, leavers: bool = False) -> list[Group]:
    """Households by what tells them apart for some demands.

    Args:
        leavers: Those too whose visits do not always help.
    """
    groups: dict[object, Group] = {}
    for code in sorted({code for number in numbers for code in draft.demands[number].units}):
        household = draft.households[code]
        waiting = {number: draft.demands[number] for number in numbers if draft.waits(number, code)}
        if not leavers:
            waiting = {
                number: demand
                for number, demand in waiting.items()
                if demand.leavers_help or code not in demand.leavers
            }
        if waiting:
            key = (
                (household.building, household.stays, household.posts),
                tuple((n, one.units[code], one.times(code), code in one.leavers) for n, one in waiting.items()),
            )
            spans = {number: demand.times(code) for number, demand in waiting.items()}
            groups.setdefault(key, ([], spans))[0].append(household)
    return list(groups.values())
