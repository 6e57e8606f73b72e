"""Who still owes patrols of buildings or checks of units, where and when: read off the obligations of the book."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from dutyrules.checks.quota import Quota
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import Estate
from dutyrules.estate.planning import PatrolPace
from dutyrules.obligation import State
from dutyrules.plan.countable import countable
from dutyrules.plan.distances import Distances, Spot, point_of, spot_of
from dutyrules.plan.hours import Span, at_work, common
from dutyrules.plan.plan import Unplanned
from dutyrules.registry.areas import first_day, last_day
from dutyrules.scoring.findings import Namer
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

Attributes = tuple[tuple[str, str], ...]


@dataclass(frozen=True, order=True)
class Errand:
    """What is done in a building or unit: the event, what it must say, and when it counts (no windows: at any time)."""

    kind: str
    attributes: Attributes
    windows: tuple[Span, ...]


@dataclass(frozen=True)
class Building:
    """A building as its row of a day describes it; `minutes` is None where it does not say."""

    code: int
    spot: Spot
    minutes: int | None
    priority: bool


@dataclass(frozen=True)
class Owing:
    """An open obligation to patrol buildings on a day.

    Attributes:
        key: The breach id, which names the obligation.
        area: Of the post; the buildings of one area are patrolled in turn, whoever does it.
        errand: The event that is planned.
        counts: Every kind that counts.
        need: How many buildings more.
        buildings: Those not patrolled yet that would count; units, where units are checked.
        hours: When patrols may begin and end.
        anybody: Whether patrols of others count, too.
        units: Whether units are checked.
        acting_for: The absent person whose post it is; None for one's own.
    """

    key: str
    duty: str
    person: int
    area: int
    day: int
    errand: Errand
    counts: frozenset[str]
    need: int
    buildings: frozenset[int]
    hours: tuple[Span, ...]
    anybody: bool
    units: bool = False
    acting_for: str | None = None

    @property
    def own(self) -> bool:
        """Whether the post is the person's own."""
        return self.acting_for is None


def said(owing: Iterable[Owing], errand: Errand, code: int) -> dict[str, str]:
    """What a patrol says: what its duties ask for, and who it is done for, if it is for somebody who is away."""
    absent = {one.acting_for for one in owing if one.errand == errand and code in one.buildings}
    name = absent.pop() if len(absent) == 1 else None
    return dict(errand.attributes) | ({} if name is None else {"acting_for": name})


class Buildings:
    """The buildings of an estate, day by day, and the ways between them.

    Attributes:
        distances: Minutes from one to the other.
    """

    def __init__(self, estate: Estate) -> None:
        table = estate.tables.buildings
        codes = {name: code for code, name in enumerate(estate.places.ids.to_list())}
        self._first, self._last = first_day(table["from"]), last_day(table["to"])
        columns = ("building", "x", "y", "inspect_minutes", "priority")
        self._rows = [
            Building(codes[name], Spot(name, point_of(x, y)), minutes, priority)
            for name, x, y, minutes, priority in table.select(columns).iter_rows()
        ]
        self._areas = estate.areas
        self.distances = Distances.of(estate)
        self._days: dict[int, Mapping[int, Building]] = {}
        self._codes, self._ids = codes, list(codes)
        self._units = estate.tables.units

    def on(self, day: int) -> Mapping[int, Building]:
        """Code → building, of those that are there on a day."""
        if day not in self._days:
            there = np.flatnonzero((self._first <= day) & (day <= self._last)).tolist()
            self._days[day] = {self._rows[row].code: self._rows[row] for row in there}
        return self._days[day]

    @cached_property
    def _homes(self) -> Mapping[int, Sequence[tuple[int, int, int]]]:
        """Unit → the buildings it lies in, each with the first and the last day."""
        homes: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
        first, last = first_day(self._units["from"]).tolist(), last_day(self._units["to"]).tolist()
        names = self._units.select("unit", "building").iter_rows()
        for (unit, building), since, until in zip(names, first, last, strict=True):
            homes[self._codes[unit]].append((self._codes.get(building, -1), since, until))
        return homes

    def home(self, unit: int, day: int) -> int:
        """The building in which a unit lies on a day; itself where nobody says."""
        lies = (code for code, since, until in self._homes.get(unit, ()) if since <= day <= until)
        return next((code for code in lies if code >= 0), unit)

    def spot(self, code: int, day: int) -> Spot:
        """Where a building is, or the one in which a unit lies."""
        home = self.home(code, day)
        there = self.on(day).get(home)
        return Spot(self._ids[home], None) if there is None else there.spot

    def office(self, area: int) -> Spot | None:
        """Where closed walks of an area begin and end."""
        office = self._areas.office(area)
        return None if office is None else spot_of(office, {row.spot.name: row.spot.point for row in self._rows})

    def needed_office(self, area: int) -> Spot:
        """The same.

        Raises:
            InputError: the area has none.
        """
        office = self.office(area)
        if office is None:
            name = next(iter(self._areas.around(area)), None)
            message = "closed walks begin and end at the office of an area, and this one has none"
            hint = f"write areas: {{{name or 'A'}: {{office: [120, 40]}}}}: a building, or coordinates in metres"
            raise InputError([Diagnostic("plan.no-office", message, None, name or "the whole estate", hint=hint)])
        return office

    def straight(self, pace: int) -> bool:
        """Whether no way, from or to an office either, is longer than one that leads through another building."""
        offices = [office for area in range(self._areas.root) if (office := self.office(area))]
        spots = list({spot.name: spot for spot in [*(row.spot for row in self._rows), *offices]}.values())
        if not self.distances.table and all(spot.point for spot in spots):
            return True
        ways = self.distances.between(spots, pace)
        return all(bool((ways <= ways[:, [by]] + ways[[by]]).all()) for by in range(len(spots)))


def patrol_duties(estate: Estate) -> tuple[list[Quota], list[Unplanned]]:
    """The duties that patrols and checks of units are planned for, and those that ask for them otherwise."""
    duties, left = [], []
    paces = estate.planning.patrols
    checks = any(of_units(estate, kind) for kind in paces)
    for name, duty in estate.book.duties.items():
        if not isinstance(duty, Quota) or duty.at_most is not None or paces.keys().isdisjoint(duty.kinds()):
            if checks and isinstance(duty, Quota) and _visited(estate, duty):
                left.append(Unplanned(name, "in_visits"))
            continue
        if counts_outings(estate, duty):
            continue
        if why := _unplannable(estate, duty):
            left.append(Unplanned(name, why))
        else:
            duties.append(duty)
    return duties, left


def _unplannable(estate: Estate, duty: Quota) -> str | None:
    if duty.strength != "must":
        return "not_must"
    if duty.distinct is None:
        return "counts_events"
    units = of_units(estate, planned_kind(estate.planning.patrols, duty))
    if not duty.per.daily and not units:
        return "not_daily"
    if units and _visited(estate, duty):
        return "in_visits"
    if not duty.per.daily and duty.windows is not None:
        return "own_windows"
    return "participants" if duty.participants else None


def _visited(estate: Estate, duty: Quota) -> bool:
    """Whether visits are planned for it: of units, in a week or longer."""
    planned = not estate.planning.visits.keys().isdisjoint(duty.kinds())
    return planned and duty.strength == "must" and duty.distinct is not None and not duty.per.daily


def of_units(estate: Estate, kind: str) -> bool:
    """Whether an event is about a unit."""
    return estate.book.kinds[kind].target == "unit"


def counts_outings(estate: Estate, duty: Quota) -> bool:
    """Whether it counts events that are not about buildings; those are planned otherwise (`plan/outings.py`)."""
    kinds = [kind for kind in duty.kinds() if kind in estate.planning.patrols]
    return duty.distinct is None and all(estate.book.kinds[kind].target in (None, "area") for kind in kinds)


def planned_kind(paces: Mapping[str, PatrolPace], duty: Quota) -> str:
    """The kind that is planned for a duty that counts several."""
    return next(kind for kind in duty.kinds() if kind in paces)


def words(where: Mapping[str, tuple[object, ...]]) -> Attributes:
    """What a planned event says so that it passes a filter: the first word that does."""
    firsts = ((name, allowed[0]) for name, allowed in where.items())
    return tuple(sorted((name, str(word).lower() if isinstance(word, bool) else str(word)) for name, word in firsts))


class Reader:
    """Reads what is owed from the period judged on the log alone."""

    def __init__(self, judgement: Judgement, buildings: Buildings) -> None:
        self._judgement = judgement
        self._ground = judgement.ground
        self._namer = Namer(judgement)
        self._buildings = buildings

    def owing(self, duty: Quota, first: int) -> Iterator[Owing | Unplanned]:
        """What a duty still asks for from a day on; and what is left alone, since nobody can judge it or has to."""
        verdicts = self._judgement.verdicts[duty.id]
        rows = np.flatnonzero(verdicts.obligations.first_day >= first).tolist()
        for row in rows:
            match State(int(verdicts.state[row])):
                case State.BREACHED:
                    yield self._owing(duty, row)
                case State.NOT_ASSESSED | State.EXCUSED:
                    label = self._ground.presence.label(int(verdicts.obligations.post[row]))
                    who = f"{duty.id} {label} {self._namer.period(duty.id, row)}"
                    yield Unplanned(who, verdicts.whys[int(verdicts.why[row])])

    def _owing(self, duty: Quota, row: int) -> Owing:
        estate, presence = self._judgement.estate, self._ground.presence
        verdicts = self._judgement.verdicts[duty.id]
        post, day = int(verdicts.obligations.post[row]), int(verdicts.obligations.first_day[row])
        done = set(verdicts.judged.done(row).tolist())
        windows = self._windows(duty, row, post, day)
        kind = planned_kind(estate.planning.patrols, duty)
        units = of_units(estate, kind)
        counted = self._units(duty, row) if units else self._countable(duty, post, day) - done
        return Owing(
            key=self._namer.breach_id(duty.id, row),
            duty=duty.id,
            person=int(presence.person[post]),
            area=int(presence.area[post]),
            day=day,
            errand=Errand(kind, words(duty.where), windows),
            counts=frozenset(duty.kinds()),
            need=int(verdicts.obligations.expected[row] - verdicts.judged.actual[row]),
            buildings=frozenset(counted),
            hours=self.hours(duty, post, day, windows),
            anybody=duty.credit == "unit" if duty.population else duty.performed_by == "any",
            units=units,
            acting_for=presence.stands_in_for(post),
        )

    def _units(self, duty: Quota, row: int) -> set[int]:
        """The units that would count that day; where the book caps by some, those: they are enough."""
        units, _ = countable(self._judgement, duty, row)
        if duty.cap is None or self._judgement.estate.book.populations[duty.cap].table == "buildings":
            return set(units)
        day = int(self._judgement.verdicts[duty.id].obligations.first_day[row])
        return set(units).intersection(self._ground.members(duty.cap).at(day).tolist())

    def _countable(self, duty: Quota, post: int, day: int) -> set[int]:
        """The buildings of the post's area that day; where the book caps by some, or counts only some, those."""
        ground, there = self._ground, np.array(sorted(self._buildings.on(day)), np.int64)
        name = duty.population or duty.cap
        if name is not None and self._judgement.estate.book.populations[name].table == "buildings":
            there = np.intersect1d(there, ground.members(name).at(day))
        area = self._judgement.estate.places.area_at(there, np.full(len(there), day))
        return set(there[ground.areas.contains[ground.presence.area[post], area]].tolist())

    def _windows(self, duty: Quota, row: int, post: int, day: int) -> tuple[Span, ...]:
        """The duty's windows, or the one that the obligation is about, in minutes."""
        if duty.windows is None:
            return ()
        index, values = self._ground.terms(np.array([post]), np.array([day])).choose(duty.windows)
        windows: Any = values[int(index[0])]
        slot = int(self._judgement.verdicts[duty.id].obligations.slot[row])
        return tuple(_minutes(span) for span in ([windows[slot - 1]] if slot else windows))

    def hours(self, duty: Quota, post: int, day: int, windows: tuple[Span, ...] = ()) -> tuple[Span, ...]:
        """The windows, the duty's slot or the shift; what of it the person is at work."""
        ground = self._ground
        free = at_work(ground.presence, int(ground.presence.person[post]), day, ground.granularity, post)
        slot = (0, DAY) if duty.slot is None else ground.slots[duty.slot]
        paces = self._judgement.estate.planning.patrols
        open_ = paces[planned_kind(paces, duty)].hours or [(0, DAY)]
        return tuple(common(common(free, windows or [_minutes(slot)]), [_minutes(span) for span in open_]))


def _minutes(seconds: tuple[int, int]) -> Span:
    return -(-seconds[0] // 60), seconds[1] // 60
