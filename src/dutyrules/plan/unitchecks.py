"""Checks of units that are owed in a week or longer: read off the book, and put into rounds that have room for them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from dutyrules.checks.quota import ATTEMPTS, Quota
from dutyrules.obligation import State
from dutyrules.plan.demand import Demand, within
from dutyrules.plan.distances import Spot
from dutyrules.plan.flow import Network
from dutyrules.plan.hours import Span, without
from dutyrules.plan.lists import says
from dutyrules.plan.obliged import quota_demand
from dutyrules.plan.owing import Errand, Reader, planned_kind, words
from dutyrules.plan.plan import Unplanned
from dutyrules.plan.walked_rounds import WalkedRound, WalkedRounds
from dutyrules.scoring.findings import Namer
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

_NEEDED = 1 << 20
"""A check that is owed outweighs every number of days by which it is sooner."""

EVER = -(10**6)

Busy = Mapping[tuple[int, int], Sequence[Span]]
"""(person, day) → minutes that are taken."""


@dataclass(frozen=True)
class Wanted:
    """An obligation to check units, and when its person can.

    Attributes:
        minutes: What a check takes.
        hours: Planned day → when checks may begin and end, where there is such a time.
    """

    duty: Quota
    demand: Demand
    person: int
    area: int
    errand: Errand
    minutes: int
    hours: Mapping[int, tuple[Span, ...]]

    def counts(self, person: int, day: int, task_kind: str, unit: int, attributes: Mapping[str, str]) -> bool:
        """Whether a check counts that was not made yet when the demand was read."""
        demand = self.demand
        mine = demand.performers is None or person in demand.performers
        kind = task_kind in self.duty.kinds() and says(attributes, self.duty.where)
        return kind and mine and within(demand.units.get(unit, ()), day * DAY)

    def days(self, unit: int) -> list[int]:
        """The days on which a unit can be checked."""
        return [day for day in self.hours if within(self.demand.times(unit), day * DAY)]

    def short(self, units: Iterable[int]) -> int:
        """How many checks are missing, once some units are checked."""
        seen = set(units)
        return max(0, self.demand.needs[len(seen & self.demand.leavers)] - len(seen))


def read_wanted(
    judgement: Judgement, reader: Reader, duties: Sequence[Quota], first: int, until: int, busy: Busy
) -> tuple[list[Wanted], list[Unplanned]]:
    """The checks that are still owed by periods of a week or longer, and what is left alone.

    Args:
        judgement: The period judged on what is certain.
        first: First day to plan.
        until: The last frozen day, on which nothing is added.
        busy: Minutes that are taken by something else.
    """
    found, left = [], []
    namer = Namer(judgement)
    for duty in duties:
        verdicts = judgement.verdicts[duty.id]
        for row in np.flatnonzero(verdicts.obligations.last_day >= first).tolist():
            match State(int(verdicts.state[row])):
                case State.BREACHED | State.MET:
                    found.append(_wanted(judgement, namer, reader, duty, row, max(first, until + 1), busy))
                case State.NOT_ASSESSED | State.EXCUSED:
                    label = judgement.ground.presence.label(int(verdicts.obligations.post[row]))
                    who = f"{duty.id} {label} {namer.period(duty.id, row)}"
                    left.append(Unplanned(who, verdicts.whys[int(verdicts.why[row])]))
    found.sort(key=lambda one: (one.demand.last, one.demand.first, one.demand.key))
    return found, left


def _wanted(
    judgement: Judgement, namer: Namer, reader: Reader, duty: Quota, row: int, first: int, busy: Busy
) -> Wanted:
    presence, paces = judgement.ground.presence, judgement.estate.planning.patrols
    kind = planned_kind(paces, duty)
    errand = Errand(kind, words(duty.where), ())
    demand = quota_demand(judgement, namer, duty, ((kind, errand.attributes),), row)
    (post,) = demand.posts
    days = range(max(first, demand.first), min(demand.last, judgement.ground.period.last_day) + 1)
    held = [day for day in days if presence.work[post, day - presence.first]]
    person = int(presence.person[post])
    free = {day: tuple(without(reader.hours(duty, post, day), busy.get((person, day), ()))) for day in held}
    hours = {day: spans for day, spans in free.items() if spans}
    return Wanted(duty, demand, person, int(presence.area[post]), errand, paces[kind].minutes, hours)


def last_checks(judgement: Judgement, first: int, kinds: Iterable[str]) -> dict[tuple[str, int], int]:
    """(kind, unit) → the last day before the plan on which it was checked."""
    last: dict[tuple[str, int], int] = {}
    for kind in kinds:
        events = judgement.ground.facts.events(kind, {}, {"outcome": ATTEMPTS})
        for day, unit in zip(events.day.tolist(), events.target.tolist(), strict=True):
            if day < first:
                last[kind, unit] = max(day, last.get((kind, unit), EVER))
    return last


# ---------------------------------------------------------------- placing


def place_checks(rounds: WalkedRounds, wanted: Iterable[Wanted]) -> None:
    """Puts checks into rounds: first where their building is entered anyway, then by entering more buildings."""
    for one in wanted:
        _Placing(rounds, one).run()


class _Placing:
    """One obligation after the other; a check that one of them has counts for all that it may count for."""

    def __init__(self, rounds: WalkedRounds, wanted: Wanted) -> None:
        self._walked, self._wanted = rounds, wanted
        self._seen = {
            code
            for lap in rounds.all
            for (errand, code), _ in lap.calls
            if wanted.counts(lap.person, lap.day, errand.kind, code, dict(errand.attributes))
        }
        units = sorted(set(wanted.demand.units) - self._seen - wanted.demand.leavers)
        self._days = {unit: days for unit in units if (days := wanted.days(unit))}

    @property
    def _short(self) -> int:
        return self._wanted.short(self._seen)

    def run(self) -> None:
        """Leavers last, and only where that helps: checked, they may be owed as well."""
        if not self._short:
            return
        self._walked.open(self._wanted.person, self._wanted.hours, self._office)
        self._on_the_way()
        self._further()
        demand = self._wanted.demand
        if self._short and demand.needs[-1] - demand.needs[0] < len(demand.leavers):
            leavers = sorted(demand.leavers.intersection(demand.units) - self._seen)
            self._days = {unit: days for unit in leavers if (days := self._wanted.days(unit))}
            self._further()

    @property
    def _office(self) -> Spot | None:
        """Where a round of checks alone begins and ends."""
        closed = self._walked.map.paces[self._wanted.errand.kind].walk == "closed"
        return self._walked.map.buildings.needed_office(self._wanted.area) if closed else None

    def _rounds(self) -> list[WalkedRound]:
        return [one for one in self._walked.of(self._wanted.person) if one.day in self._wanted.hours]

    def _on_the_way(self) -> None:
        """As many as can be without a step more, as early as can be: a flow from units to rounds."""
        rounds, network = self._rounds(), Network()
        arcs: dict[int, tuple[int, int]] = {}
        for number, lap in enumerate(rounds):
            room = lap.room(self._wanted.errand, self._wanted.minutes, self._wanted.hours[lap.day])
            here = [unit for unit in self._left(lap.day) if self._walked.map.home(unit, lap.day) in lap.entered]
            if room and here:
                network.arc(("round", number), "sink", room)
                for unit in here:
                    arcs[network.arc(("unit", unit), ("round", number), 1, lap.day - rounds[0].day)] = unit, number
        if not arcs:
            return
        for unit in sorted({unit for unit, _ in arcs.values()}):
            network.arc("source", ("unit", unit), 1)
        network.arc("sink", "source", self._short, -_NEEDED)
        flows = network.circulate()
        for number, lap in enumerate(rounds):
            mine = [unit for arc, (unit, where) in arcs.items() if where == number and flows[arc]]
            if mine:
                self._take(lap, mine)

    def _left(self, day: int) -> list[int]:
        return [unit for unit, days in self._days.items() if unit not in self._seen and day in days]

    def _take(self, lap: WalkedRound, units: Sequence[int]) -> bool:
        """Adds checks to a round if they fit."""
        longer = self._with(lap, units)
        if longer is None:
            return False
        self._walked.replace(lap, longer)
        self._seen.update(units)
        return True

    def _with(self, lap: WalkedRound, units: Sequence[int]) -> WalkedRound | None:
        hours = self._wanted.hours[lap.day]
        return lap.joined([(self._wanted.errand, unit) for unit in units], self._wanted.minutes, hours)

    def _further(self) -> None:
        """One building more for a round, with as many of its units as fit; the least way for the most checks."""
        known: dict[tuple[WalkedRound, int, int], tuple[int, int]] = {}
        while self._short:
            offers = []
            for lap in self._rounds():
                homes: dict[int, list[int]] = {}
                for unit in self._left(lap.day):
                    homes.setdefault(self._walked.map.home(unit, lap.day), []).append(unit)
                for home, units in homes.items():
                    key = (lap, home, len(units))
                    if key not in known:
                        known[key] = self._offer(lap, units)
                    number, way = known[key]
                    if number:
                        offers.append((-min(number, self._short), way, lap.day, home, lap, units))
            if not offers:
                return
            number, _, _, _, lap, units = min(offers, key=lambda one: one[:4])
            assert self._take(lap, units[:-number])

    def _offer(self, lap: WalkedRound, units: Sequence[int]) -> tuple[int, int]:
        """How many of some units of one building a round has room for, and by how much its way becomes longer."""
        longer = self._with(lap, units[:1])
        if longer is None:
            return 0, 0
        wanted, number = self._wanted, 1
        if longer.plain:
            number += min(len(units) - 1, longer.room(wanted.errand, wanted.minutes, wanted.hours[lap.day]))
        else:
            while number < len(units) and self._with(lap, units[: number + 1]) is not None:
                number += 1
        return number, longer.walked - lap.walked
