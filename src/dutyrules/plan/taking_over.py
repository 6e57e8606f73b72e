"""What it takes to patrol for somebody who is away: of everybody who could, round by round."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl

from dutyrules.activity.log import Log
from dutyrules.estate import Estate
from dutyrules.plan.assignment import Menus, first_day, last_event
from dutyrules.plan.beats import Chart, Circuit, Patrol, Site, patrols_of
from dutyrules.plan.forecast import forecast, missed, outlook
from dutyrules.plan.hours import instant
from dutyrules.plan.kept import unreadable
from dutyrules.plan.kept_rounds import walk_of
from dutyrules.plan.lists import Lists, list_duties, required
from dutyrules.plan.outing_duties import outing_kinds
from dutyrules.plan.owing import Buildings, Owing, Reader, patrol_duties, said
from dutyrules.plan.patrol_pins import Kept, read_pins, with_end
from dutyrules.plan.plan import Task
from dutyrules.plan.planfile import Placed
from dutyrules.plan.rotation import Step
from dutyrules.plan.substitutes import Absence
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import Period, date_of, day_number

Acting = Mapping[date, str]
"""Day of absence → who stands in."""


@dataclass(frozen=True)
class Option:
    """What one person would do on one day of absence.

    Attributes:
        misses: What the two rounds in one miss more than the person's own.
        walking: Minutes walked more.
        minutes: Minutes of work more, inspections included.
        taken: The patrols of the absent person, as they would be made.
        own: The person's own, as they would be made.
        before: The person's own, as they are planned.
        left: Patrols for which there is no time.
    """

    misses: int
    walking: int
    minutes: int
    taken: tuple[Task, ...]
    own: tuple[Task, ...]
    before: tuple[Task, ...]
    left: tuple[Task, ...]

    def joined(self, other: "Option") -> "Option":
        """Two rounds of one day."""
        return Option(
            self.misses + other.misses,
            self.walking + other.walking,
            self.minutes + other.minutes,
            self.taken + other.taken,
            self.own + other.own,
            self.before + other.before,
            self.left + other.left,
        )


class TakingOver:
    """An absence, and the plan that it concerns."""

    def __init__(self, estate: Estate, period: Period, log: Log, keep: Sequence[Placed], absence: Absence) -> None:
        """Reads what is owed if everybody who could had accepted to stand in."""
        self.estate, self.period, self.log, self.absence = estate, period, log, absence
        self._first = first_day(log, period, None)
        self._duties, self._listed = patrol_duties(estate)[0], list_duties(estate)[0]
        self._kinds = frozenset(estate.planning.patrols) | {required(duty).event for duty in self._listed}
        rows = [with_end(estate, one) for one in keep if one.task.kind in estate.planning.patrols]
        rows = [one for one in rows if date_of(self._first) <= one.task.at.date() <= period.last]
        bad = unreadable(estate, [one.task for one in rows])
        self._rows = [one for one in rows if one.task not in bad]
        self.tasks = [one.task for one in self._rows]
        self.todo = sorted(task for task in self.tasks if absence.covers(task))

    @cached_property
    def people(self) -> list[str]:
        """Everybody else who holds a post in a role of the absent person during the absence."""
        people = self.estate.tables.people
        held = (pl.col("from").is_null() | (pl.col("from") <= self.absence.until)) & (
            pl.col("to").is_null() | (pl.col("to") >= self.absence.since)
        )
        mine = pl.col("person") == self.absence.person
        roles = people.filter(held & mine)["role"].unique().to_list()
        return sorted(set(people.filter(held & ~mine & pl.col("role").is_in(roles))["person"].to_list()))

    @cached_property
    def days(self) -> list[date]:
        """The days on which there is something to take over."""
        return sorted({task.at.date() for task in self.todo})

    @cached_property
    def elsewhere(self) -> Mapping[str, tuple[str, ...]]:
        """Who could stand in → the areas of their own posts; who is in the same post anyway does not stand in."""
        presence = self._everybody.ground.presence
        acting = [post for post in range(len(presence.person)) if presence.stands_in_for(post) == self.absence.person]
        roles = {int(presence.role[post]) for post in acting}
        columns = [day_number(day) - presence.first for day in self.days]
        found: dict[str, set[int]] = {presence.persons[presence.person[post]]: set() for post in acting}
        for post in np.flatnonzero(presence.acting_for < 0).tolist():
            name = presence.persons[presence.person[post]]
            if name in found and int(presence.role[post]) in roles and presence.tenure[post, columns].any():
                found[name].add(int(presence.area[post]))
        return {
            name: tuple(presence.areas.names[area] for area in sorted(areas)) for name, areas in sorted(found.items())
        }

    def away(self, name: str) -> int:
        """Minutes from the nearest building of their areas to the nearest one to be patrolled; 0 if there is none."""
        ground, places, day = self._everybody.ground, self.estate.places, day_number(self.days[0])
        there = self._buildings.on(day)
        areas = [ground.areas.index[area] for area in self.elsewhere[name]]
        codes = np.array(sorted(there), np.int64)
        inside = np.asarray(ground.areas.contains[areas].any(axis=0), np.bool_)[
            places.area_at(codes, np.full(len(codes), day))
        ]
        asked = {self._pins.codes.get(task.target or "", -1) for task in self.todo} & there.keys()
        pace = max(one.metres_per_minute for one in self.estate.planning.patrols.values())
        ways = (
            self._buildings.distances.minutes(there[code].spot, there[other].spot, pace)
            for code in codes[inside].tolist()
            for other in asked
        )
        return min(ways, default=0)

    # ------------------------------------------------------------ round by round

    @cached_property
    def options(self) -> Mapping[tuple[str, date], Option]:
        """(person, day) → what they would do; nothing where they owe none of it: off work, or in the same post."""
        paces, pins = self.estate.planning.patrols, self._pins
        rounds = patrols_of(self._owing, self._buildings, paces, pins.pins, pins.busy, self._first - 1)
        acting = [self._promised(one) for one in rounds if any(self._stands_in(owing) for owing in one.owing)]
        ground = self._everybody.ground
        chart = Chart([one for one in acting if one.sites], self._buildings, paces, ground.facts, self._first)
        found: dict[tuple[str, date], Option] = {}
        for circuit in chart.circuits(Menus(self._lists, pins).menu):
            for patrol, step in zip(circuit.patrols, circuit.rotation.steps, strict=True):
                key = ground.presence.persons[patrol.person], date_of(patrol.day)
                option = self._option(circuit, patrol, step)
                found[key] = found[key].joined(option) if key in found else option
        return found

    @cached_property
    def _everybody(self) -> Judgement:
        """The period on the log alone, if all of them stood in on all days."""
        rows = [row for name in self.people for row in leave_rows(self.absence, dict.fromkeys(self.days, name))]
        return outlook(with_leave(self.estate, self.absence, rows), self.log, self.period, self._kinds)

    @cached_property
    def _owing(self) -> list[Owing]:
        """What is owed on the days of the absence."""
        reader, days = Reader(self._everybody, self._buildings), {day_number(day) for day in self.days}
        read = [one for duty in self._duties for one in reader.owing(duty, self._first)]
        return [one for one in read if isinstance(one, Owing) and one.day in days]

    @cached_property
    def _buildings(self) -> Buildings:
        return Buildings(self.estate)

    @cached_property
    def _pins(self) -> Kept:
        """What others have pinned."""
        pins = [one for one in self._rows if not self.absence.covers(one.task)]
        presence, kinds = self._everybody.ground.presence, self._kinds - self.estate.planning.patrols.keys()
        trips = outing_kinds(self.estate)
        return read_pins(self.estate, presence, self.period, date_of(self._first), pins, kinds, trips)

    @cached_property
    def _lists(self) -> Lists:
        return Lists(self._everybody, self._listed, self._first, last_event(self.log), [])

    def _stands_in(self, owing: Owing) -> bool:
        return owing.acting_for == self.absence.person

    def _promised(self, patrol: Patrol) -> Patrol:
        """The round with what the plan has the two of them patrol that day, and nothing else."""
        names = (self._everybody.ground.presence.persons[patrol.person], self.absence.person)
        rows = {self._pins.key(one)[2:] for one in self.tasks if one.person in names and _on(one, patrol)}
        return patrol.through([site for site in patrol.sites if (site[0].kind, site[1]) in rows])

    def _option(self, circuit: Circuit, patrol: Patrol, step: Step) -> Option:
        """Both rounds in one: what misses least; of that, as much of the own one as can be, and a short walk."""
        name = self._everybody.ground.presence.persons[patrol.person]
        today = {self._pins.key(one)[2:]: one for one in self.todo if _on(one, patrol)}
        mine = {self._pins.key(one)[2:]: one for one in self.tasks if one.person == name and _on(one, patrol)}
        places = {site: place for place, site in enumerate(circuit.sites)}
        before = {site: mine[key] for site in patrol.sites if (key := (site[0].kind, site[1])) in mine}
        chosen = step.menu.near(sum(1 << places[site] for site in before))
        made = [(circuit.sites[place], begin) for place, begin in step.menu.order(chosen)]
        tasks = {site: self._task(name, patrol, site, begin) for site, begin in made}
        own = [task for site, task in tasks.items() if site in before]
        taken = [task for site, task in tasks.items() if site not in before]
        ways = [places[site] for site in sorted(before, key=lambda site: before[site].at)]
        walked = walk_of(circuit, patrol, ways)
        alone = sum(
            max(0, one.need - sum(site[1] in one.buildings and site[0] == one.errand for site in before))
            for one in patrol.owing
            if not self._stands_in(one)
        )
        stays = sum(_minutes(task) for task in tasks.values()) - sum(_minutes(task) for task in before.values())
        walking = (step.menu.cost(chosen) or 0) - walked
        lost = [
            mine[key] if (key := (site[0].kind, site[1])) in mine else today[key]
            for site in patrol.sites
            if site not in tasks
        ]
        return Option(
            step.menu.misses - alone,
            walking,
            walking + stays,
            tuple(taken),
            tuple(own),
            tuple(before.values()),
            tuple(lost),
        )

    def _task(self, name: str, patrol: Patrol, site: Site, begin: int) -> Task:
        at, stop = instant(patrol.day, begin), patrol.stops[patrol.sites.index(site)]
        errand, code = site
        serves = (one.duty for one in patrol.owing if one.errand == errand and code in one.buildings)
        return Task(
            at=at,
            until=at + timedelta(minutes=stop.minutes),
            person=name,
            kind=errand.kind,
            target=str(self.estate.places.ids[code]),
            attributes=said(patrol.owing, errand, code),
            duties=tuple(dict.fromkeys(serves)),
        )

    # ------------------------------------------------------------ judged

    def planned(self, acting: Acting) -> list[Task]:
        """The plan, lists included, if these people stood in."""
        tasks = set(self.tasks) - set(self.todo)
        for day, person in acting.items():
            option = self.options.get((person, day))
            if option is not None:
                tasks = tasks - set(option.before) | set(option.own) | set(option.taken)
        return sorted([*tasks, *self._lists.tasks(sorted(tasks))])

    def missing(self, acting: Acting) -> int:
        """What the duties lack in the period, judged as a month is, and what nobody owes since nobody is there."""
        estate = with_leave(self.estate, self.absence, leave_rows(self.absence, acting))
        after = outlook(estate, forecast(estate, self.log, self.planned(acting)), self.period, self._kinds)
        there = {day for day, person in acting.items() if (person, day) in self.options}
        open_ = sum(task.at.date() not in there for task in self.todo)
        return open_ + sum(one.number for one in missed(after, [duty.id for duty in (*self._duties, *self._listed)]))


def _on(task: Task, patrol: Patrol) -> bool:
    return day_number(task.at.date()) == patrol.day


def _minutes(task: Task) -> int:
    return int((task.until - task.at).total_seconds()) // 60


# ---------------------------------------------------------------- the estate as it would be


def days_of(absence: Absence) -> Iterator[date]:
    """All its days."""
    for number in range((absence.until - absence.since).days + 1):
        yield absence.since + timedelta(days=number)


def leave_rows(absence: Absence, acting: Acting) -> Iterator[dict[str, Any]]:
    """The absence as rows of the leave table, accepted by everybody before it began; days of one person as one row."""
    day = absence.since
    while day <= absence.until:
        until = day + timedelta(days=1)
        while until <= absence.until and acting.get(until) == acting.get(day):
            until += timedelta(days=1)
        yield {
            "person": absence.person,
            "from": datetime.combine(day, time()),
            "until": datetime.combine(until, time()),
            "approved": True,
            "substitute": acting.get(day),
            "accepted_at": datetime.combine(absence.since, time()),
        }
        day = until


def with_leave(estate: Estate, absence: Absence, rows: Iterable[Mapping[str, Any]]) -> Estate:
    """The estate with an absence, and nobody else who stands in for that person."""
    leave = estate.tables.leave
    mine = pl.col("person") == absence.person
    others = leave.with_columns(
        substitute=pl.when(mine).then(None).otherwise(pl.col("substitute")),
        accepted_at=pl.when(mine).then(None).otherwise(pl.col("accepted_at")),
    )
    new = pl.DataFrame([{**dict.fromkeys(leave.columns), "_row": 0, **row} for row in rows], schema=leave.schema)
    return replace(estate, tables=replace(estate.tables, leave=pl.concat([others, new])))
